"""Sentences: one function per kind of answer, from a protected result table to a `Said`.

Every function takes a result table and keyword-only words (a `subject` as it stands in
mid-sentence). The wording follows the interval: *up*, *down*, *lower* and *higher* appear only
where it excludes no difference. Whether a direction is good is never said here; that is the
finding's polarity. A hidden value is named as hidden and never counted as 0.
"""

from cspanalysis.narrative.beside import (
    amount,
    each_share,
    few_changes,
    sexes,
    share_change,
    whole_share,
    years,
)
from cspanalysis.narrative.change import change, changes, detectable
from cspanalysis.narrative.composition import (
    age_sex,
    clusters,
    mix,
    share,
)
from cspanalysis.narrative.indicators import indicators
from cspanalysis.narrative.peers import funnel, peers, rate
from cspanalysis.narrative.phrases import by_chance, unplaced
from cspanalysis.narrative.places import hours, places
from cspanalysis.narrative.plan import actions, priorities, targets
from cspanalysis.narrative.quality import (
    coverage,
    problems,
    row_account,
    source_months,
    unlocated,
)
from cspanalysis.narrative.schools import against_england, cluster_rates, exclusions
from cspanalysis.narrative.series import control, season, trend
from cspanalysis.narrative.standardised import standardised

__all__ = [
    "actions",
    "against_england",
    "age_sex",
    "amount",
    "by_chance",
    "change",
    "changes",
    "cluster_rates",
    "clusters",
    "control",
    "coverage",
    "detectable",
    "each_share",
    "exclusions",
    "few_changes",
    "funnel",
    "hours",
    "indicators",
    "mix",
    "peers",
    "places",
    "priorities",
    "problems",
    "rate",
    "row_account",
    "season",
    "sexes",
    "share",
    "share_change",
    "source_months",
    "standardised",
    "targets",
    "trend",
    "unlocated",
    "unplaced",
    "whole_share",
    "years",
]
