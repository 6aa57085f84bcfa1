"""Serious violence: the needs assessment that the Serious Violence Duty asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from cspanalysis import present
from cspanalysis.domain import premises
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.violence_duty import SeriousViolence
from cspanalysis.findings import topic_questions, youth
from cspanalysis.findings.overview import crime_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding
from cspanalysis.review.series import Series

SUBJECT = "serious violence"
#: So rare that an extract without any says so, and does not merely fail to tell it apart.
RARE = ("homicide",)

change, months, peers, season = topic_questions.of("serious_violence")

#: Subject → its offences, then what is counted where the data do not tell them apart.
KINDS: Mapping[str, Sequence[str]] = {
    "violence with injury": ("violence with injury", "violence"),
    "robbery": ("robbery",),
    "possession of weapons": ("possession of weapons",),
    "homicide": ("homicide",),
}

extract_question = partial(crime_question, needs="police_extract")
share_question = partial(extract_question, unit="share")


@extract_question("serious_violence.change", "Did serious violence rise or fall?")
def all_change(ask: Question, definition: SeriousViolence | None = None) -> Finding:
    """All offences of the partnership's definition against the same months of the year before."""
    chosen = definition or ask.review.serious_violence
    series = ask.series(chosen.offences, subject=SUBJECT)
    untold = _untold(ask, chosen)
    return ask.change(series.of(series.rows, definition=chosen.definition), notes=untold)


@crime_question(
    "serious_violence.kinds.change",
    "Which kinds of serious violence rose or fell?",
    measure="serious violence by kind",
)
def kinds_change(ask: Question, kinds: Mapping[str, Sequence[str]] = KINDS) -> Finding:
    """Each kind against the same months of the year before; what no source tells is left out."""
    return topic_questions.side_by_side(ask, kinds, subject=SUBJECT)


@share_question(
    "serious_violence.under_age",
    "How much serious violence involves young people?",
    measure="serious violence involving young people",
    role="who",
)
def under_age(ask: Question, definition: SeriousViolence | None = None) -> Finding:
    """Share of serious violence with a victim or a known suspect under the definition's age."""
    chosen = definition or ask.review.serious_violence
    _untold(ask, chosen)
    young = youth.involving(ask, chosen.offences, chosen.under, ask.period)
    return ask.share(
        young.of(young.rows, ask.spec.measure),
        _records(ask, chosen, "hold no ages"),
        of=f"had a victim or a known suspect under {chosen.under}",
        columns=(f"Under {chosen.under}", "All"),
        what=f"Serious violence with a victim or a known suspect under {chosen.under}",
    )


@extract_question(
    "serious_violence.hours",
    "At what hours does serious violence most likely happen?",
    unit="offences, shared out over the hours in which they can have happened",
    would_show="at what hours serious violence most likely happens",
)
def hours(ask: Question, definition: SeriousViolence | None = None) -> Finding:
    """Hours and weekdays of serious violence by aoristic weights."""
    chosen = definition or ask.review.serious_violence
    return ask.hours(_records(ask, chosen, "hold no time of day"))


@share_question(
    "serious_violence.public_places",
    "How much serious violence happens in public places?",
    measure="serious violence in public places",
    role="where",
)
def public_places(ask: Question, definition: SeriousViolence | None = None) -> Finding:
    """Share of serious violence in the kinds of places that the definition calls public."""
    chosen = definition or ask.review.serious_violence
    every = _records(ask, chosen, "do not say in what kind of place")
    known = every.rows[every.rows["premises"].notna()]
    if known.empty:
        raise NotAvailable("police_extract", "the records do not say in what kind of place")
    labels = known["premises"].unique()
    public = [label for label in labels if premises.is_one_of(label, chosen.premises)]
    unsaid = len(every.rows) - len(known)
    return ask.share(
        every.of(known[known["premises"].isin(public)], ask.spec.measure),
        every.of(known, "serious violence offences whose place is known"),
        of=f"happened in a {' or '.join(chosen.premises)}",
        columns=("In public places", "Place known"),
        what="Serious violence in public places",
        notes=[f"The kind of place is not known of {present.plural(unsaid, 'offence')}."]
        if unsaid
        else [],
    )


def _records(ask: Question, chosen: SeriousViolence, lacks: str) -> Series:
    found = ask.series(
        chosen.offences, ask.period, subject=f"{SUBJECT} offences", each=True, lacks=lacks
    )
    untold = _untold(ask, chosen)
    return found.of(found.rows, definition=chosen.definition, notes=(*found.notes, *untold))


def _untold(ask: Question, chosen: SeriousViolence) -> list[str]:
    """Of the definition what no record bears a label of: a note where that can be so.

    Else the parts that are told would pass for the whole.
    """
    untold = []
    for name in chosen.offences:
        try:
            ask.series(name)
        except NotAvailable:
            if name not in RARE:
                raise
            untold.append(name)
    return [f"No record bears a label of {present.listed(untold)}."] if untold else []
