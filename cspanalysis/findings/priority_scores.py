"""Priorities against each other: five criteria, weights in the open, and how firm the order is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from cspanalysis.workspace.priority_weights import CRITERIA

#: What a verdict is worth; no clear difference counts as the middle, so that chance moves nothing.
TREND_SCORES = {"up": 1.0, "no_clear_change": 0.5, "down": 0.0}
PEER_SCORES = {"higher": 1.0, "similar": 0.5, "lower": 0.0}

RULE = (
    "Each criterion runs from 0 to 1. Volume: incidents as a share of the largest priority's. "
    "Harm: what is counted times the severity of its offences, as a share of the largest "
    "priority's; where the partnership has judged it instead, its judgement. Trend: 1 if the "
    "interval shows a worsening, 0 an improvement, 0.5 if it shows neither. Peers: 1 if the "
    "interval lies on the worse side of the others' figure by more than is usual in the group, 0 "
    "on the better, 0.5 if it does neither. Concentration: how much more of it lies in the tenth "
    "of small areas with most than chance alone would put there, 1 if all of it does. Concern: "
    "the share of residents who call it a problem, relative to the largest. The score is the "
    "weighted mean; all priorities with a place are compared on the same "
    "criteria, more than half of them, and those without data for one of these have no place."
)

#: Seed and number of the random weightings, and how many places count as the first ones.
SEED, DRAWS, TOP = 20080402, 10_000, 3


def weights_of(settings: Mapping[str, float] | None) -> dict[str, float]:
    """The weights of the criteria, scaled so that they sum to 1; equal ones without settings."""
    if not settings:
        return {name: 1 / len(CRITERIA) for name in CRITERIA}
    total = sum(settings.values())
    return {name: settings.get(name, 0) / total for name in CRITERIA}


def needed(weights: Mapping[str, float]) -> int:
    """How many criteria must have data for a place: more than half of those that weigh anything.

    A score of one criterion and one of five are means of different things; the fewer a priority
    rests on, the easier it comes first or last.
    """
    return sum(weights[name] > 0 for name in CRITERIA) // 2 + 1


def compared_on(table: pd.DataFrame, weights: Mapping[str, float]) -> tuple[str, ...]:
    """The criteria on which priorities are compared: the same for all that have a place.

    Of the sets of `needed` criteria or more, the one that uses the most data: criteria times
    priorities that have them all; of equal ones the larger set. Empty where none has so many.
    """
    weighing = [name for name in CRITERIA if weights[name] > 0]
    known = table[weighing].notna().to_numpy()
    best: tuple[int, int, tuple[str, ...]] = (0, 0, ())
    for size in range(len(weighing), needed(weights) - 1, -1):
        for chosen in combinations(range(len(weighing)), size):
            data = size * int(known[:, list(chosen)].all(axis=1).sum())
            if (data, size) > best[:2]:
                best = data, size, tuple(weighing[i] for i in chosen)
    return best[2]


def score(table: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Score and order of priorities by their criteria (0 to 1; missing where there are no data).

    Highest score first, those without a place last, with score (weighted mean of the criteria
    that are compared, `compared_on`; without a place of those known), known (number of criteria
    with data), of (of how many that weigh anything), compared_on (how many are compared), rank (1 =
    highest; missing where one of those is), best_rank, worst_rank (places in 95 of 100 random
    weightings), first_share (share of those in which it comes first), is_stable (there is a place
    and 95 of 100 weightings give no other), status ('too_few' where the criteria do not suffice for
    a place).
    """
    chosen = compared_on(table, weights)
    is_placed = (
        table[list(chosen)].notna().all(axis=1) if chosen else pd.Series(False, index=table.index)
    )
    scores = _scores(table, weights)
    if chosen:
        only = {name: weights[name] if name in chosen else 0.0 for name in CRITERIA}
        scores = scores.where(~is_placed, _scores(table, only))
    result = table.assign(
        score=scores,
        known=_known(table, weights),
        of=sum(weights[name] > 0 for name in CRITERIA),
        compared_on=len(chosen),
    )
    result["rank"] = _ranks(result["score"].where(is_placed))
    places = _random_places(table[is_placed], weights, chosen)
    for name, values in (
        ("best_rank", np.percentile(places, 2.5, axis=0, method="nearest")),
        ("worst_rank", np.percentile(places, 97.5, axis=0, method="nearest")),
    ):
        result[name] = pd.Series(values, index=table.index[is_placed], dtype="Int64")
    result["first_share"] = pd.Series((places == 1).mean(axis=0), index=table.index[is_placed])
    result["top_share"] = pd.Series((places <= TOP).mean(axis=0), index=table.index[is_placed])
    result["is_stable"] = is_placed & (result["best_rank"] == result["worst_rank"]).fillna(False)
    result["status"] = np.select(
        [is_placed, result["score"].notna()], ["ok", "too_few"], "not_available"
    )
    return result.sort_values(
        ["rank", "score"], ascending=[True, False], kind="stable", ignore_index=True
    )


def beside(scored: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """The share of weightings in which each issue comes among the first, and on which criteria.

    Of one without a place that has data on enough criteria it is that among all that have the
    same: columns top_share, criteria (tuple), among (how many issues), in the order of `scored`.
    """
    found = []
    usual = compared_on(scored, weights)
    for at, row in scored.iterrows():
        own = tuple(n for n in CRITERIA if weights[n] > 0 and pd.notna(row[n]))
        if pd.notna(row["rank"]) or len(own) < needed(weights):
            found.append((row["top_share"], usual, int(scored["rank"].notna().sum())))
            continue
        alike = scored[scored[list(own)].notna().all(axis=1)]
        places = _random_places(alike, weights, own)
        share = float((places[:, alike.index.get_loc(at)] <= TOP).mean())
        found.append((share if len(alike) > 1 else np.nan, own, len(alike)))
    return pd.DataFrame(found, columns=["top_share", "criteria", "among"], index=scored.index)


def _random_places(
    table: pd.DataFrame, weights: Mapping[str, float], chosen: tuple[str, ...]
) -> np.ndarray:
    """Places of the priorities under random weightings, shape (draws, priorities).

    Dirichlet draws with the weights that are set as their mean; equal weights give every
    weighting the same chance. A tie shares the smallest place.
    """
    if not chosen or table.empty:
        return np.zeros((1, len(table)))
    mean = np.array([weights[name] for name in chosen])
    drawn = np.random.default_rng(SEED).dirichlet(len(chosen) * mean / mean.sum(), DRAWS)
    scores = (drawn @ table[list(chosen)].to_numpy(dtype=float).T).round(12)
    return rankdata(-scores, method="min", axis=1)


def relative(values: pd.Series) -> pd.Series:
    """Values as a share of the largest; missing stay missing."""
    top = values.max()
    return values / top if top and top > 0 else values * 0.0


def _known(table: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """How many of the criteria that weigh anything have data, for each priority."""
    return table[[name for name in CRITERIA if weights[name] > 0]].notna().sum(axis=1)


def _scores(table: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    known = table[list(CRITERIA)].astype(float)
    weight = pd.Series({name: weights[name] for name in CRITERIA})
    # The weights of criteria without data are shared out among the others.
    total = known.notna().mul(weight).sum(axis=1)
    return known.mul(weight).sum(axis=1).div(total.where(total > 0))


def _ranks(scores: pd.Series) -> pd.Series:
    # Rounded, so that equal scores stay equal whatever the order of summing.
    return scores.round(12).rank(method="min", ascending=False).astype("Int64")
