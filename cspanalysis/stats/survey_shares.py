"""Surveys: shares with intervals, differences between rounds or areas, and the sample they need.

A survey is treated as a simple random sample of the residents. Weights and clusters make real
intervals wider; a survey's own design effect, where known, can be given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy

from cspanalysis.domain.periods import Period
from cspanalysis.stats.measures import as_float

METHOD = "survey share, Wilson limits"
DIFFERENCE_METHOD = "difference of two survey shares, Newcombe's limits from Wilson's"

#: What tells one series of answers from another.
KEYS = ("survey", "question", "response")


@dataclass(frozen=True)
class Needed:
    """What a survey must ask to see a change of a share; shares run from 0 to 1."""

    share: float
    target: float
    #: Residents to be asked in each of the two rounds.
    people: int
    #: Residents asked so far.
    base: int | None
    #: Shares that a survey of `base` people would tell from `share`; None where none would do.
    fall_to: float | None
    rise_to: float | None
    power: float
    confidence: float


def shares(
    table: pd.DataFrame, *, design_effect: float = 1.0, confidence: float = 0.95
) -> pd.DataFrame:
    """Shares with Wilson limits, of percent (0 to 100) and base (people asked).

    Added are total (the base), share, lower, upper (0 to 1), decimals (`decimals_of`), confidence,
    method, status: without a share as the table has it, else 'not_available'; without a base the
    share stands and the limits are missing. Limits rest on effective_base where a weighted survey
    has one. The design effect is the factor by which the survey's design multiplies the variance:
    the base is divided by it.
    """
    if design_effect < 1:
        raise ValueError("a design effect is 1 or more")
    share, base = as_float(table["percent"]) / 100, as_float(table["base"])
    known = ~np.isnan(share)
    if np.any((share[known] < 0) | (share[known] > 1)):
        raise ValueError("a percentage must lie between 0 and 100")
    lower, upper = _wilson(share, effective(table) / design_effect, confidence)
    own = table["status"] if "status" in table else pd.Series("ok", index=table.index)
    status = np.where(known, "ok", own.where(own != "ok", "not_available"))
    return table.assign(
        total=base, share=share, lower=lower, upper=upper, decimals=decimals_of(share),
        confidence=confidence, method=METHOD, status=status,
    )  # fmt: skip


def effective(table: pd.DataFrame) -> np.ndarray:
    """As how many people answers tell: the effective base where there is one, else the base."""
    base = as_float(table["base"])
    if "effective_base" not in table:
        return base
    weighted = as_float(table["effective_base"])
    return np.where(np.isnan(weighted), base, weighted)


def decimals_of(*shares: Any) -> np.ndarray:
    """Decimals that shares are written with as percentages: surveys print whole ones or tenths."""
    exact = 100 * np.array([np.asarray(s, dtype=float) for s in shares])
    return np.where(np.abs(exact - np.round(exact)) > 1e-6, 1, 0).max(axis=0)


def newest(table: pd.DataFrame, until: Period) -> pd.DataFrame:
    """Each question's newest round that ends no later than a period, with the round before it.

    Of the rows of one area; one row per survey, question and response, in the table's order, with
    period ('YYYY-MM/YYYY-MM'), compare_round, compare_period, compare_percent, compare_base and
    compare_effective_base (missing where there is no earlier round of the same length and months).
    """
    periods = {r: Period.of_year(str(r)) for r in table["round"].unique()}
    inside = table[[(p := periods[r]) is not None and p.last <= until.last for r in table["round"]]]
    rows = []
    for _, answers in inside.groupby(list(KEYS), sort=False, dropna=False):
        ordered = sorted(answers.to_dict("records"), key=lambda row: periods[row["round"]])
        now = ordered[-1]
        over = periods[now["round"]]
        before = [r for r in ordered[:-1] if periods[r["round"]].same_months_as(over)]
        last = before[-1] if before else {}
        rows.append(
            {
                **now,
                "period": over.iso,
                "compare_round": last.get("round"),
                "compare_period": periods[last["round"]].iso if last else None,
                "compare_percent": last.get("percent", np.nan),
                "compare_base": last.get("base", np.nan),
                "compare_effective_base": last.get("effective_base", np.nan),
            }
        )
    columns = [
        "period", "compare_round", "compare_period", "compare_percent", "compare_base",
        "compare_effective_base",
    ]  # fmt: skip
    found = pd.DataFrame(rows, columns=[*table.columns, *columns])
    # A survey without answers would lose the kind of that column, and match no other table.
    return found.astype({key: table[key].dtype for key in KEYS})


def difference(
    table: pd.DataFrame, *, design_effect: float = 1.0, confidence: float = 0.95
) -> pd.DataFrame:
    """Two shares of independent samples beside each other: two rounds, or an area and an average.

    Of percent, base, compare_percent, compare_base come the columns of `shares` with
    compare_share, compare_total, compare_lower, compare_upper, points, points_lower, points_upper
    (difference in percentage points and its limits) and verdict: 'none' where a share or a base is
    missing. Newcombe (1998), Statistics in Medicine 17, 873–890, method 10.
    """
    now = shares(table, design_effect=design_effect, confidence=confidence)
    earlier = pd.DataFrame({"percent": table["compare_percent"], "base": table["compare_base"]})
    if "compare_effective_base" in table:
        earlier["effective_base"] = table["compare_effective_base"]
    before = shares(earlier, design_effect=design_effect, confidence=confidence)
    p1, l1, u1 = (as_float(now[c]) for c in ("share", "lower", "upper"))
    p0, l0, u0 = (as_float(before[c]) for c in ("share", "lower", "upper"))
    gap = p1 - p0
    lower = gap - np.sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2)
    upper = gap + np.sqrt((u1 - p1) ** 2 + (p0 - l0) ** 2)
    missing = np.isnan(lower) | np.isnan(upper)
    return now.assign(
        compare_share=p0,
        compare_total=as_float(before["total"]),
        compare_lower=l0,
        compare_upper=u0,
        decimals=np.maximum(now["decimals"], before["decimals"]),
        points=100 * gap,
        points_lower=100 * lower,
        points_upper=100 * upper,
        method=DIFFERENCE_METHOD,
        status=np.where(missing & (now["status"] == "ok"), "not_available", now["status"]),
        verdict=np.select(
            [missing, lower > 0, upper < 0], ["none", "up", "down"], "no_clear_change"
        ),
    )


def people_needed(
    share: float, target: float, *, power: float = 0.8, confidence: float = 0.95
) -> int:
    """Residents to ask in each of two rounds so that a change of a share is seen.

    Power is the chance that the change, if it is real, is found. Fleiss, Levin and Paik (2003),
    Statistical Methods for Rates and Proportions, ch. 4, two-sided, without continuity correction.
    """
    if not (0 < share < 1 and 0 < target < 1) or share == target:
        raise ValueError("two different shares between 0 and 1 are needed")
    z, z_power = scipy.stats.norm.isf((1 - confidence) / 2), scipy.stats.norm.ppf(power)
    mean = (share + target) / 2
    spread = z * math.sqrt(2 * mean * (1 - mean)) + z_power * math.sqrt(
        share * (1 - share) + target * (1 - target)
    )
    return math.ceil(spread**2 / (share - target) ** 2)


def needed(
    share: float,
    target: float,
    base: int | None = None,
    *,
    power: float = 0.8,
    confidence: float = 0.95,
) -> Needed:
    """What it takes to see a change of a share, and what a survey of `base` people can see."""
    people = people_needed(share, target, power=power, confidence=confidence)
    fall = rise = None
    if base:
        fall, rise = (_seen(share, base, edge, power, confidence) for edge in (0.0, 1.0))
    return Needed(share, target, people, base, fall, rise, power, confidence)


def _seen(share: float, base: int, edge: float, power: float, confidence: float) -> float | None:
    """The share nearest to `share`, towards an edge, that `base` people would tell from it."""
    far = edge + (1e-6 if edge == 0 else -1e-6)

    def lacking(other: float) -> float:
        return people_needed(share, other, power=power, confidence=confidence) - base

    if lacking(far) > 0:
        return None
    near = share + (far - share) * 1e-4
    if lacking(near) <= 0:
        return near
    return float(scipy.optimize.brentq(lacking, far, near, xtol=1e-7))


def _wilson(
    share: np.ndarray, base: np.ndarray, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    lower, upper = np.full(len(share), np.nan), np.full(len(share), np.nan)
    known = ~np.isnan(share) & (base > 0)
    if known.any():
        from statsmodels.stats.proportion import proportion_confint

        limits = proportion_confint(
            share[known] * base[known], base[known], alpha=1 - confidence, method="wilson"
        )
        lower[known], upper[known] = np.clip(limits[0], 0, 1), np.clip(limits[1], 0, 1)
    return lower, upper
