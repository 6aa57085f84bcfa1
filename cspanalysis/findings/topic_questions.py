"""The questions that every kind of crime of a chapter is asked: change, months, peers, season.

A chapter makes its own of them: `change, months, peers, season = topic_questions.of("retail")`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cspanalysis import present
from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.overview import crime_question, rate_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding
from cspanalysis.review.series import Series


class Topic(NamedTuple):
    """The questions of a chapter, each called with a review, a name, offences and a subject.

    `name` is the part of the id: 'burglary' in 'neighbourhood.burglary.change'. `instead` is what
    is counted where the data do not tell the offences apart: all burglary for burglary of homes.
    """

    change: Callable[..., Finding]
    months: Callable[..., Finding]
    peers: Callable[..., Finding | None]
    season: Callable[..., Finding]


def of(chapter: str, *, notes: tuple[str, ...] = ()) -> Topic:
    """The four questions with ids of a chapter; `notes` stand beside each of them."""

    @crime_question(f"{chapter}.{{name}}.change", "Did {subject} rise or fall?")
    def change(
        ask: Question, name: str, offences: str, *, subject: str, instead: str = ""
    ) -> Finding:
        """Offences against the same months of the year before."""
        series = counted(ask, offences, subject=subject, instead=instead)
        return ask.about(series.subject, subject).change(series, notes=notes)

    @crime_question(
        f"{chapter}.{{name}}.months",
        "Is the latest half year of {subject} out of the ordinary?",
        measure="{subject} per day",
        unit="offences per day",
        would_show="whether recent months of {subject} are out of the ordinary",
        once=True,
    )
    def months(
        ask: Question, name: str, offences: str, *, subject: str, instead: str = ""
    ) -> Finding:
        """Control chart of the months of offences."""
        series = counted(ask, offences, subject=subject, instead=instead)
        told = series.of(series.rows, notes=(*series.notes, *notes))
        return ask.about(series.subject, subject).control(told)

    @rate_question(
        f"{chapter}.{{name}}.peers.{{group}}",
        "How {do} {subject} compare with the other {members}?",
        needs=("peer_counts", "police_uk"),
    )
    def peers(
        ask: Question, name: str, offences: str, group: str, *, subject: str, instead: str = ""
    ) -> Finding:
        """Offences per 1,000 residents among a peer group."""
        try:
            found = ask.review.peer_counts(offences, group, ask.period)
        except NotAvailable:
            if not instead:
                raise
            found = ask.review.peer_counts(instead, group, ask.period)
            called = _called(instead, found.scheme)
            told = [_not_apart(subject, called), *notes]
            return ask.about(called, subject).peers(
                found, group, things=taxonomy.things(called), notes=told
            )
        return ask.peers(found, group, things=taxonomy.things(offences), notes=notes)

    @crime_question(
        f"{chapter}.{{name}}.season",
        "When in the year {do} {subject} peak?",
        unit="index, average month = 100",
        would_show="in which months most {subject} {is} recorded",
        once=True,
    )
    def season(
        ask: Question, name: str, offences: str, *, subject: str, instead: str = ""
    ) -> Finding:
        """Seasonal index of offences over all months held."""
        series = counted(ask, offences, subject=subject, instead=instead, every_month=True)
        return ask.about(series.subject, subject).season(series, notes=notes)

    return Topic(change, months, peers, season)


def counted(
    ask: Question, offences: str, *, subject: str, instead: str = "", every_month: bool = False
) -> Series:
    """Offences of both periods, or those that they are a part of where that is all that is told.

    `every_month`: of all months, whichever source has the first of them.
    """
    make = ask.review.series if every_month else ask.series
    try:
        return make(offences, subject=taxonomy.said(subject))
    except NotAvailable:
        if not instead:
            raise
        wide = make(instead)
        called = taxonomy.said(_called(instead, wide.scheme))
        return wide.of(wide.rows, called, notes=(_not_apart(subject, called), *wide.notes))


def side_by_side(ask: Question, kinds: Mapping[str, Sequence[str]], *, subject: str) -> Finding:
    """Kinds of crime each with its change; those that no source here tells are left out.

    `kinds`: subject → its offences, then what is counted where the data do not tell them apart.
    """
    found: dict[str, Series] = {}
    missing: list[NotAvailable] = []
    for kind, (offences, *instead) in kinds.items():
        try:
            series = counted(ask, offences, subject=kind, instead="".join(instead))
        except NotAvailable as error:
            missing.append(error)
            continue
        found[series.subject] = series
    if not found:
        raise missing[0]
    return ask.changes(found, label="offence", heading="Offence", subject=subject, items="kinds")


def _called(offences: str, scheme: str) -> str:
    """What a group is called where street-level files tell it: 'violence and sexual offences'."""
    if scheme != taxonomy.POLICE_UK:
        return offences
    return present.listed(taxonomy.members(offences, scheme))


def _not_apart(subject: str, called: str) -> str:
    return f"The data here do not tell {subject} apart: what is counted is all {called}."
