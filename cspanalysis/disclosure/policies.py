"""The rules for one cell: which counts are hidden, what is shown instead, what is rounded."""

from __future__ import annotations

import numpy as np

#: Columns computed from counts that would give a hidden count away, hidden with it by default.
DERIVED = (
    *("rate", "lower", "upper", "p", "share", "ratio", "percent_change", "index", "value"),
    *("total_share", "cumulative_share", "rank", "rank_lower", "rank_upper", "is_tied"),
    *("verdict", "is_small_base", "is_above", "dispersion", "dispersion_degrees"),
    *("lower_998", "upper_998", "verdict_998", "verdict_by_chance"),
    *("verdict_widened", "phi", "is_widened"),
)

HES_HIDDEN = 7
HES_ROUNDING = 5
SYMBOLS = {"hes": "*", "threshold": "c", "dfe": "c", "none": ""}

#: What is shown in place of a cell that is hidden only so that another cannot be worked out.
FURTHER = "c"


def is_small(counts: np.ndarray, policy: str, threshold: int) -> np.ndarray:
    """Which counts the policy hides for themselves (missing ones and zeros: none).

    `counts`: counts; NaN where unknown. `policy`: one of `protections.POLICIES`. `threshold`: for
    policy 'threshold': 1 to threshold - 1 are hidden.
    """
    with np.errstate(invalid="ignore"):
        return (counts > 0) & (counts < hidden_below(policy, threshold))


def hidden_below(policy: str, threshold: int) -> int:
    """Counts from 1 to below it are hidden under a policy."""
    return {"hes": HES_HIDDEN + 1, "threshold": threshold}.get(policy, 0)


def rounded(counts: np.ndarray, policy: str) -> np.ndarray:
    """Counts as they may be shown: under `hes` to the nearest 5, halves up."""
    if policy != "hes":
        return counts
    return np.floor(counts / HES_ROUNDING + 0.5) * HES_ROUNDING


def shown_range(value: float, rounded_to: int) -> tuple[float, float]:
    """Lowest and highest count that a shown number can stand for.

    `value`: the number as shown. `rounded_to`: base of the rounding; 0 or 1 if the number is exact.
    Zero is always exact.
    """
    if rounded_to <= 1 or value == 0:
        return value, value
    below = rounded_to // 2
    return value - below, value + below


def hidden_range(symbol: str) -> tuple[float, float]:
    """Lowest and highest count that a symbol can stand for, to a reader who knows the rules."""
    return (1, HES_HIDDEN) if symbol == SYMBOLS["hes"] else (1, np.inf)
