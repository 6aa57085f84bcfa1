"""Retail and the town centre: shoplifting, bicycle theft, public order, crime against business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cspanalysis.findings import topic_questions
from cspanalysis.findings.overview import crime_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding

change, months, peers, season = topic_questions.of("retail")

#: Subject → its offences.
KINDS: Mapping[str, Sequence[str]] = {
    "shoplifting": ("shoplifting",),
    "bicycle theft": ("bicycle theft",),
    "public order": ("public order",),
    "theft from the person": ("theft from the person",),
    "robbery of business property": ("robbery of business property",),
    "burglary of businesses": ("burglary business and community",),
}


@crime_question(
    "retail.kinds.change",
    "Which kinds of crime in shops and town centres rose or fell?",
    measure="crime in shops and town centres by kind",
)
def kinds_change(ask: Question, kinds: Mapping[str, Sequence[str]] = KINDS) -> Finding:
    """Each kind against the same months of the year before; what no source tells is left out."""
    return topic_questions.side_by_side(ask, kinds, subject="crime in shops and town centres")
