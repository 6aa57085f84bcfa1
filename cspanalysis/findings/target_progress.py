"""Targets: what they ask for, whether that could be seen at all, and how far it has come."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import scipy

from cspanalysis.domain.errors import UsageError
from cspanalysis.stats.change import detectable
from cspanalysis.stats.dispersion import UNKNOWN, Variance, is_known, is_wide, reach
from cspanalysis.stats.measures import count_limits, proportion

#: The rule behind the colours, printed wherever one is shown.
RAG_RULE = (
    "Green: the whole 95% interval of the figure so far is on the good side of the path; red: all "
    "of it is on the bad side; amber: the path lies within the interval. The path of a count is "
    "the target in proportion to the days gone; a percentage is held against the target itself. "
    "Once the time is up a target is met or missed by the figure alone, and the colour says "
    "whether the interval bears that out."
)

SHARE = "percent"

#: Why limits of a target's count allow for chance alone, where they do.
NOT_BY_MONTH = "too few months or years of what is counted are known"


def progress(table: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """Every target's arithmetic, detectability, progress and colour.

    Of baseline, target, unit ('percent' for a share, else a count), better ('lower' or 'higher'),
    printed_change (per cent), actual (figure so far), actual_base (how many the share is of),
    baseline_base, days (gone of the target's time), of_days (all of it), variance and
    variance_degrees (by how much counts of a year vary more than chance, `dispersion.Variance`;
    missing: not estimated), missing where not known, come asked_change (per cent from baseline to
    target), is_printed_right (a target may be off by one whole unit), detectable_at (the nearest
    value that could be told from chance), is_detectable, expected (the path), lower, upper (limits
    of the figure so far), progress ('met', 'missed', 'on_course', 'off_course', 'unclear'; missing
    without a figure), rag ('green', 'amber', 'red', ''), confidence, method, status, not_estimated
    (why its limits allow for chance alone).
    """
    unknown = set(table["better"].dropna()) - {"lower", "higher"}
    if unknown:
        raise UsageError(f"'{unknown.pop()}' is no direction; allowed: lower, higher.")
    rows = [_progress(row, confidence) for row in table.to_dict("records")]
    return table.reset_index(drop=True).join(pd.DataFrame(rows, index=range(len(rows))))


def _progress(row: dict, confidence: float) -> dict:
    baseline, target = _number(row.get("baseline")), _number(row.get("target"))
    printed, actual = _number(row.get("printed_change")), _number(row.get("actual"))
    is_share = str(row.get("unit") or "").lower() in (SHARE, "per cent", "%")
    variance = UNKNOWN if is_share else _variance(row)
    out: dict = {
        "asked_change": np.nan,
        "is_printed_right": None,
        "detectable_at": np.nan,
        "is_detectable": None,
        "expected": np.nan,
        "lower": np.nan,
        "upper": np.nan,
        "progress": None,
        "rag": "",
        "not_estimated": "" if is_share or is_known(variance) else NOT_BY_MONTH,
        "confidence": confidence,
        "method": "",
        "status": "ok" if actual is not None else "not_available",
    }
    if baseline and target is not None:
        out["asked_change"] = (target / baseline - 1) * 100
        if printed is not None:
            out["is_printed_right"] = abs(baseline * (1 + printed / 100) - target) <= 1 + 1e-9
        at = (
            _detectable_share(row, baseline, target, confidence)
            if is_share
            else _detectable_count(baseline, target, confidence, variance)
        )
        if at is not None and target != baseline:
            out["detectable_at"] = at
            out["is_detectable"] = bool(target <= at if target < baseline else target >= at)
        elif not is_share and target != baseline:
            # From so few, no fall at all could be told from chance.
            out["is_detectable"] = False
    if actual is None or target is None:
        return out
    base = _number(row.get("actual_base"))
    days, of_days = _number(row.get("days")), _number(row.get("of_days"))
    gone = min(days / of_days, 1.0) if days and of_days else 1.0
    out["expected"] = target if is_share else target * gone
    if not is_share:
        lower, upper = count_limits([actual], confidence)
        wider = reach(variance, confidence)
        out["lower"] = max(actual - wider * (actual - float(lower[0])), 0.0)
        out["upper"] = actual + wider * (float(upper[0]) - actual)
        out["method"] = "Byar's limits (exact Poisson below 10) against the pro-rata path"
        if is_wide(variance):
            out["method"] += ", widened where counts vary more than chance"
    elif base:
        limits = proportion(
            pd.DataFrame({"count": [actual / 100 * base], "total": [base]}), confidence=confidence
        ).iloc[0]
        out["lower"], out["upper"] = 100 * limits["lower"], 100 * limits["upper"]
        out["method"] = "Wilson interval against the target"
    return out | _verdict(out, actual, target, row["better"], is_finished=gone >= 1 - 1e-9)


def _verdict(out: dict, actual: float, target: float, better: str, *, is_finished: bool) -> dict:
    sign = 1 if better == "lower" else -1
    expected, (low, high) = out["expected"], (out["lower"], out["upper"])
    worst, best = (high, low) if better == "lower" else (low, high)
    if math.isnan(worst):
        rag = ""
    elif (expected - worst) * sign >= 0:
        rag = "green"
    else:
        rag = "red" if (best - expected) * sign > 0 else "amber"
    if is_finished:
        return {"rag": rag, "progress": "met" if (target - actual) * sign >= 0 else "missed"}
    words = {"green": "on_course", "red": "off_course", "amber": "unclear", "": "unclear"}
    return {"rag": rag, "progress": words[rag]}


def _variance(row: dict) -> Variance:
    factor, degrees = _number(row.get("variance")), _number(row.get("variance_degrees"))
    return UNKNOWN if factor is None else (factor, math.inf if degrees is None else degrees)


def _detectable_count(
    baseline: float, target: float, confidence: float, variance: Variance
) -> float | None:
    of_sums = variance if is_wide(variance) else None
    limits = detectable(round(baseline), confidence=confidence, of_sums=of_sums)
    return limits.fall_to if target < baseline else limits.rise_to


def _detectable_share(row: dict, baseline: float, target: float, confidence: float) -> float | None:
    """The nearest share that differs from the baseline by the two samples' error, or None."""
    first = _number(row.get("baseline_base"))
    second = _number(row.get("actual_base")) or first
    if not first or not second:
        return None
    z = scipy.stats.norm.ppf(0.5 + confidence / 2)
    p = baseline / 100
    error = z * math.sqrt(p * (1 - p) * (1 / first + 1 / second)) * 100
    return baseline - error if target < baseline else baseline + error


def _number(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
