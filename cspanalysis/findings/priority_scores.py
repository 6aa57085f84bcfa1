"""Priorities against each other: five criteria, weights in the open, and how firm the order is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cspanalysis.workspace.priority_weights import CRITERIA

#: What a verdict is worth; no clear difference counts as the middle, so that chance moves nothing.
TREND_SCORES = {"up": 1.0, "no_clear_change": 0.5, "down": 0.0}
PEER_SCORES = {"higher": 1.0, "similar": 0.5, "lower": 0.0}

RULE = (
    "Each criterion runs from 0 to 1. Volume: incidents as a share of the largest priority's. "
    "Harm: the partnership's own judgement, in its settings. Trend: 1 if the interval shows a "
    "worsening, 0 an improvement, 0.5 if it shows neither. Peers: 1 if the interval lies on the "
    "worse side of the others' figure, 0 on the better, 0.5 if it does neither. Concern: the share "
    "of residents who call it a problem, relative to the largest. The score is the weighted mean "
    "of the criteria that have data; a place in the order needs more than half of the criteria."
)


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


def score(table: pd.DataFrame, weights: Mapping[str, float], *, vary: float = 0.25) -> pd.DataFrame:
    """Score and order of priorities by their criteria (0 to 1; missing where there are no data).

    Highest score first, those without a place last, with score (weighted mean of the known
    criteria), known (number of criteria with data), of (of how many that weigh anything), rank
    (1 = highest; missing under `needed` criteria), best_rank, worst_rank (each weight raised and
    lowered by `vary`, one at a time), is_stable (there is a place and it never changes), status
    ('too_few' where the criteria do not suffice for a place).
    """
    result = table.assign(
        score=_scores(table, weights),
        known=_known(table, weights),
        of=sum(weights[name] > 0 for name in CRITERIA),
    )
    is_placed = result["known"] >= needed(weights)
    result["rank"] = _ranks(result["score"].where(is_placed))
    ranks = pd.DataFrame(
        {
            (name, factor): _ranks(
                _scores(table, {**weights, name: weights[name] * factor}).where(is_placed)
            )
            for name in CRITERIA
            for factor in (1 - vary, 1 + vary)
        }
    )
    result["best_rank"] = ranks.min(axis=1)
    result["worst_rank"] = ranks.max(axis=1)
    result["is_stable"] = is_placed & ranks.eq(result["rank"], axis=0).fillna(False).all(axis=1)
    result["status"] = np.select(
        [is_placed, result["score"].notna()], ["ok", "too_few"], "not_available"
    )
    return result.sort_values(
        ["rank", "score"], ascending=[True, False], kind="stable", ignore_index=True
    )


def sensitivity(
    table: pd.DataFrame, weights: Mapping[str, float], *, vary: float = 0.25
) -> pd.DataFrame:
    """The order under each weight raised and lowered, of the priorities that have a place.

    A row a trial, the first 'as set': criterion, weight (as set), varied (as tried, before
    scaling), first (the highest priority), moved (those with another place), order (all, highest
    first), is_same (no place changed).
    """
    table = table[_known(table, weights) >= needed(weights)].reset_index(drop=True)
    usual = _ranks(_scores(table, weights))
    trials = [("as set", np.nan, np.nan, dict(weights))]
    for name in CRITERIA:
        for factor in (1 - vary, 1 + vary):
            varied = weights[name] * factor
            trials.append((name, weights[name], varied, {**weights, name: varied}))
    rows = []
    for criterion, weight, varied, tried in trials:
        scores = _scores(table, tried).round(12)
        order = table.loc[
            scores.dropna().sort_values(ascending=False, kind="stable").index, "priority"
        ]
        moved = table.loc[_ranks(scores).fillna(0) != usual.fillna(0), "priority"]
        rows.append(
            {
                "criterion": criterion,
                "weight": weight,
                "varied": varied,
                "first": order.iloc[0] if len(order) else "",
                "moved": ", ".join(moved),
                "order": " > ".join(order),
                "is_same": moved.empty,
            }
        )
    return pd.DataFrame(rows)


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
