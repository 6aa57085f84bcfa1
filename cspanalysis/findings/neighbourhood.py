"""Neighbourhood crime: burglary, vehicle crime, robbery and theft from the person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cspanalysis.findings import topic_questions
from cspanalysis.findings.overview import crime_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding

change, months, peers, season = topic_questions.of("neighbourhood")

#: Subject → its offences, then what is counted where the data do not tell them apart.
KINDS: Mapping[str, Sequence[str]] = {
    "burglary of homes": ("burglary dwelling", "burglary"),
    "vehicle crime": ("vehicle crime",),
    "robbery of personal property": ("robbery of personal property", "robbery"),
    "theft from the person": ("theft from the person",),
}


@crime_question(
    "neighbourhood.kinds.change",
    "Which kinds of neighbourhood crime rose or fell?",
    measure="neighbourhood crime by kind",
)
def kinds_change(ask: Question, kinds: Mapping[str, Sequence[str]] = KINDS) -> Finding:
    """Each kind against the same months of the year before; what no source tells is left out."""
    return topic_questions.side_by_side(ask, kinds, subject="neighbourhood crime")
