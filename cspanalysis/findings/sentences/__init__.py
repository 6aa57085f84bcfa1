"""Sentences: one function per kind of answer, from a protected result table to a `Said`.

Every function takes a result table and keyword-only words (a `subject` as it stands in
mid-sentence). The wording follows the interval: *up*, *down*, *lower* and *higher* appear only
where it excludes no difference. Whether a direction is good is never said here; that is the
finding's polarity. A hidden value is named as hidden and never counted as 0.
"""

from cspanalysis.findings.sentences.change_wording import change, changes, detectable
from cspanalysis.findings.sentences.composition import mix, share
from cspanalysis.findings.sentences.months_wording import control, season
from cspanalysis.findings.sentences.peers_wording import funnel, peers, rate
from cspanalysis.findings.sentences.side_by_side import (
    few_changes,
    years,
)
from cspanalysis.present.phrases import by_chance, unplaced

__all__ = [
    "by_chance",
    "change",
    "changes",
    "control",
    "detectable",
    "few_changes",
    "funnel",
    "mix",
    "peers",
    "rate",
    "season",
    "share",
    "unplaced",
    "years",
]
