"""A question of the assessment: what a finding function is given, and how it becomes a finding.

A finding function takes `ask` and what an analyst may vary; called, it takes a review instead:

>>> @question("fires.all.change", "Did fires rise or fall?", fewer_is_better=True)
... def change(ask):
...     return ask.change(ask.series("fires"))
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cspanalysis import present
from cspanalysis.domain import agendas, offences
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.publication import Publication, Spec
from cspanalysis.findings.record import Finding, Unasked
from cspanalysis.findings.shapes import (
    breakdowns,
    changes,
    forecasts,
    hours,
    months,
    rankings,
    shares,
    years,
)
from cspanalysis.review.series import Series

if TYPE_CHECKING:
    from cspanalysis.review.review import Review

#: What is fixed about every question of the topics that are loaded → the topic's module.
SPECS: dict[Spec, str] = {}

#: Periods asked for in a notebook.
Over = str | Period | Comparison | Iterable[str | Period | Comparison]


class Question(Publication):
    """One question asked of one review over one comparison; knows the shapes of its answers."""

    def series(self, what: str | Iterable[str], *periods: Period, **more: Any) -> Series:
        """What is counted (`Review.series`), by default over the period and the one compared."""
        return self.review.series(what, *(periods or (self.period, self.compare)), **more)

    def about(self, subject: str, instead_of: str) -> Question:
        """The same question of what is counted in place of what it asks for."""
        instead_of = offences.said(instead_of)
        if subject == instead_of:
            return self
        told: dict[str, Any] = {
            name: retold(getattr(self.spec, name), instead_of, subject)
            for name in ("title", "measure", "would_show")
        }
        return replace(self, spec=replace(self.spec, **told))

    change = changes.change
    changes = changes.changes
    breakdown = breakdowns.breakdown
    places = breakdowns.places
    peers = rankings.peers
    control = months.control
    season = months.season
    years = years.years
    hours = hours.hours
    share = shares.share
    next_year = forecasts.next_year


def question(
    id: str,
    title: str,
    *,
    needs: str | Sequence[str] = (),
    measure: str = "",
    unit: str = "",
    fewer_is_better: bool | None = None,
    would_show: str = "",
    once: bool = False,
    any_months: bool = False,
    agenda: str = agendas.TODAY,
    level: str = "district",
    role: str = "",
) -> Callable:
    """Make a function of `ask` a question of the assessment.

    The decorated function takes `(review, …, over=None, agenda="")`. It is asked once for each
    comparison in `over` (default: the review's period and the windows of the settings); `over`
    takes texts ('2007-12/2008-02'), periods or comparisons, the first in place of the review's. If
    the function raises `NotAvailable`, the finding says which source would supply it. A question
    of a peer group (parameter `group`) gives `Unasked` for the group None: an area that has no such
    group is not asked. Nor is a question of an agenda that the settings do not name, unless the
    call names it (`agenda="strategy_2008"`). `part=True` makes a finding that is one of the parts
    of another.

    Parameters
    ----------
    id : str
        Stable id; `{name}` parts are filled from the function's arguments of that name.
    title : str
        The question, as a heading; may hold `{name}` parts likewise, and `{members}`, the
        label of the peer group in the argument `group`.
    needs : str or sequence of str
        Sources any of which supplies the data.
    measure, unit : str
        See `Finding`; what is counted supplies both, so that they are needed only for a question
        that cannot be answered and whose measure the title does not give.
    fewer_is_better : bool, optional
        True: a fall is good; False: a rise is; None: neither.
    would_show : str
        What the finding would show, as a clause, where `clause` does not give it.
    once : bool
        Whether it is asked once, whatever further periods the settings name.
    any_months : bool
        Whether periods of other months than the same ones may be compared (per day).
    agenda : str
        The set of questions it belongs to (`agendas.AGENDAS`).
    level : str
        Of what area the figures are (`LEVELS`); `publish` may say otherwise.
    role : str
        What the answer tells of its subject (`ROLES`), by which a report places it; a shape of
        answers knows its own.
    """
    polarity = {True: "lower_is_better", False: "higher_is_better", None: "neutral"}
    spec = Spec(
        id,
        title,
        (needs,) if isinstance(needs, str) else tuple(needs),
        measure or _subject(title),
        unit,
        polarity[fewer_is_better],
        would_show or clause(title),
        agenda,
        level,
        role,
    )

    def decorate(function: Callable[..., Finding]) -> Callable[..., Finding]:
        SPECS[spec] = function.__module__
        # The review takes the place of `ask`, the function's first parameter.
        first, *others = inspect.signature(function).parameters.values()
        signature = inspect.Signature([first.replace(name="review", annotation="Review"), *others])

        @functools.wraps(function)
        def asked(
            review: Review,
            *args: Any,
            over: Over | None = None,
            agenda: str = "",
            part: bool = False,
            **kwargs: Any,
        ) -> Any:
            bound = signature.bind(review, *args, **kwargs)
            bound.apply_defaults()
            if why := _unasked(spec, review, agenda, bound.arguments.get("group", "")):
                return Unasked(spec.id, why)
            named = _filled(spec, review, bound.arguments)
            comparisons = review.comparisons if over is None else _comparisons(over)
            for comparison in comparisons:
                comparison.period.against(comparison.compare, same_months=not any_months)
            made = []
            for comparison in comparisons[:1] if once else comparisons:
                ask = Question(
                    review, replace(named, id=named.id + comparison.suffix), comparison, part
                )
                try:
                    made.append(function(ask, *bound.args[1:], **bound.kwargs))
                except NotAvailable as missing:
                    made.append(ask.not_available(missing))
            main, *windows = made
            return replace(main, windows=tuple(windows))

        return asked

    return decorate


def _unasked(spec: Spec, review: Review, agenda: str, group: str | None) -> str:
    """Why a question is not asked of a review; empty if it is."""
    asked = review.workspace.agenda
    if spec.agenda not in (*asked, agenda):
        return (
            f"Not asked, because it is a question of the agenda '{spec.agenda}' and the settings "
            f"ask those of {present.listed([f'{a!r}' for a in asked])}. To ask it all the same: "
            f"agenda={spec.agenda!r}."
        )
    if group is None:
        known = ", ".join(repr(g) for g in review.peers.groups())
        return f"Not asked, because {review.area.name} has no such peer group. " + (
            f"It has: {known}." if known else "It has none: see [peers] of the settings."
        )
    return ""


def clause(title: str) -> str:
    """A question as a clause: 'Did fires rise or fall?' gives 'whether fires rose or fell'.

    Only where its first words tell how: questions of a rise or fall, of years, of peers, and those
    whose word of asking is the subject ('Which kinds of fire rose or fell?').
    """
    text = title.rstrip("?")
    if found := re.fullmatch(r"Did (.+) rise or fall(.*)", text):
        return f"whether {found[1]} rose or fell{found[2]}"
    if found := re.fullmatch(r"How \{do\} (.+) compare with (.+)", text):
        return f"how {found[1]} {{compare}} with {found[2]}"
    if found := re.fullmatch(r"How do (.+) compare with (.+)", text):
        return f"how {found[1]} compare with {found[2]}"
    if found := re.fullmatch(r"How does (.+) compare with (.+)", text):
        return f"how {found[1]} compares with {found[2]}"
    if found := re.fullmatch(r"Are there (.+)", text):
        return f"whether there are {found[1]}"
    if found := re.fullmatch(r"How did (.+) develop(.*)", text):
        return f"how {found[1]} developed{found[2]}"
    return text[:1].lower() + text[1:]


def retold(text: str, old: str, new: str) -> str:
    """A heading or clause about something else, its verb after the new subject's number."""
    for name, forms in (("do", "does|do"), ("is", "is|are")):
        spoken = f"{present.verb(name, new)} {new}"
        text = re.sub(rf"\b({forms}) {re.escape(old)}", spoken, text)
    text = re.sub(
        rf"{re.escape(old)} compares? with", f"{new} {present.verb('compare', new)} with", text
    )
    return text.replace(old, new)


def _subject(title: str) -> str:
    found = re.match(r"Did (.+) rise or fall|How (?:do|does|\{do\}) (.+) compare with", title)
    return (found[1] or f"{found[2]} per 1,000 residents") if found else ""


def _filled(spec: Spec, review: Review, arguments: dict[str, Any]) -> Spec:
    words = {name: value for name, value in arguments.items() if isinstance(value, str)}
    if "group" in words:
        words["members"] = review.peer_label(words["group"])
    if words.get("subject") == "":
        words["subject"] = words.get("offences") or words.get("name", "").replace("_", " ")
    subject = offences.said(words.get("subject") or words.get("kind", ""))
    told = {"subject": subject, "kind": subject, "plain": subject.removeprefix("recorded ")}
    told |= {name: present.verb(name, told["plain"]) for name in ("do", "is", "compare")}
    # 'official.residential_burglary.change': an id has no blanks.
    keys = {name: "_".join(value.split()) for name, value in words.items()}
    return replace(
        spec,
        id=spec.id.format_map(keys),
        **{name: getattr(spec, name).format_map(words | told)
           for name in ("title", "measure", "would_show")},
    )  # fmt: skip


def _comparisons(over: Over) -> list[Comparison]:
    """Periods to show a finding over; without one to compare with, the nearest before."""
    asked = [over] if isinstance(over, str | Period | Comparison) else list(over)
    found = []
    for number, one in enumerate(asked):
        if not isinstance(one, Comparison):
            period = Period.parse(one)
            one = Comparison(period, period.before, is_window=number > 0)
        found.append(one)
    if not found:
        raise UsageError("over names no period. Allowed: one or more, such as '2007-12/2008-02'.")
    return found
