"""What a comparison of two periods can show at all: detectable change and power."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import scipy
from scipy import special

#: Of so many baselines one is searched for anew, and those between within its edges.
_STEP = 16


@dataclass(frozen=True)
class Detectable:
    """Smallest changes from a baseline that the test of `change` calls.

    Parameters
    ----------
    baseline : int
        Count of the earlier period.
    fall_to, rise_to : int or None
        Largest count called *down* and smallest called *up*; None where no fall can be called.
    true_fall_to, true_rise_to : float or None
        Expected count that would be called in `power` of all cases, the baseline's own chance
        variation included.
    power, confidence : float
    """

    baseline: int
    fall_to: int | None
    rise_to: int
    true_fall_to: float | None
    true_rise_to: float
    power: float
    confidence: float


def detectable(
    baseline: int,
    *,
    days: float = 365,
    compare_days: float = 365,
    confidence: float = 0.95,
    power: float = 0.8,
    of_sums: tuple[float, float] | None = None,
) -> Detectable:
    """Smallest fall and rise from a baseline that the test of `change` would call.

    Parameters
    ----------
    of_sums : tuple of float, optional
        Variance factor of the counts and its degrees of freedom (`dispersion.Spread.of_sums`),
        where the limits are widened by it; else chance alone.

    Raises
    ------
    ValueError
        If the baseline is negative.
    """
    if baseline < 0:
        raise ValueError("a baseline cannot be negative")
    share, alpha = days / (days + compare_days), 1 - confidence
    fall, rise = (int(v[0]) for v in critical_counts([baseline], share, alpha))
    if of_sums is not None and baseline > 0:
        exact = fall, rise
        return _widened(baseline, days / compare_days, exact, confidence, power, *of_sums)
    same = baseline * days / compare_days
    edges = _edges(baseline, share, alpha)

    def missing_power(expected: float, is_fall: bool) -> float:
        return _called(expected, edges, is_fall) - power

    true_fall = None
    if fall >= 0 and missing_power(1e-9, True) > 0:
        true_fall = scipy.optimize.brentq(missing_power, 1e-9, max(same, 1e-6), args=(True,))
    upper = 2 * same + 60 * max(days / compare_days, 1)
    true_rise = scipy.optimize.brentq(missing_power, max(same, 1e-9), upper, args=(False,))
    return Detectable(
        baseline=int(baseline),
        fall_to=fall if fall >= 0 else None,
        rise_to=rise,
        true_fall_to=true_fall,
        true_rise_to=true_rise,
        power=power,
        confidence=confidence,
    )


def _widened(
    baseline: int,
    odds: float,
    exact: tuple[int, int],
    confidence: float,
    power: float,
    factor: float,
    degrees: float,
) -> Detectable:
    """What quasi-Poisson limits with a variance factor call, never more than the exact ones do."""
    level = baseline * odds

    def beyond(count: np.ndarray | float, reach: float) -> np.ndarray | float:
        """How far the log ratio lies beyond its limit; above 0 it is called."""
        error = np.sqrt(factor * (1 / count + 1 / baseline))
        return np.abs(np.log(count / level)) - reach * error

    called = scipy.stats.t.isf((1 - confidence) / 2, degrees)
    both = called + scipy.stats.norm.ppf(power)
    counts = np.arange(1, np.ceil(level))
    falls = counts[beyond(counts, called) > 0] if len(counts) else counts
    steps = level * np.arange(1, 1000) / 1000
    true_falls = steps[beyond(steps, both) > 0]
    rises = [_last_negative(partial(beyond, reach=reach), level) for reach in (called, both)]
    fall = min(int(falls.max()), exact[0]) if len(falls) else -1
    return Detectable(
        baseline=int(baseline),
        fall_to=fall if fall >= 0 else None,
        rise_to=max(int(np.floor(rises[0])) + 1, exact[1]),
        true_fall_to=float(true_falls.max()) if len(true_falls) else None,
        true_rise_to=rises[1],
        power=power,
        confidence=confidence,
    )


def _last_negative(function: Callable[[float], float], start: float) -> float:
    """Where a function that is negative at a start, and rises from there, becomes 0."""
    end = 2 * start
    while function(end) < 0:
        end *= 2
    return float(scipy.optimize.brentq(function, start, end))


def critical_counts(baseline, share: float, alpha: float) -> tuple[np.ndarray, np.ndarray]:
    """The largest count called a fall (-1: none) and the smallest called a rise, per baseline."""
    base = np.asarray(baseline, dtype=float)
    odds = share / (1 - share)

    # P(X <= x | total x + base) rises with x and P(X >= x) falls, so bisection finds both edges.
    def is_fall(x: np.ndarray, base: np.ndarray) -> np.ndarray:
        return _at_most(x, x + base, share) < alpha / 2

    def is_no_rise(x: np.ndarray, base: np.ndarray) -> np.ndarray:
        return _at_least(x, x + base, share) >= alpha / 2

    fall, no_rise = (_edge(holds, base, odds) for holds in (is_fall, is_no_rise))
    return fall.astype(int), no_rise.astype(int) + 1


def _edge(
    holds: Callable[[np.ndarray, np.ndarray], np.ndarray], base: np.ndarray, odds: float
) -> np.ndarray:
    """The last count of which something holds, of each base; the larger the base, the larger."""
    low, high = np.full(base.shape, -1.0), np.ceil(base * odds * 2 + 60 * max(odds, 1))
    if len(base) > _STEP and (np.diff(base) >= 0).all():
        # Every so many first: the edges of those between lie between theirs.
        first = np.append(np.arange(0, len(base) - 1, _STEP), len(base) - 1)
        known = _last_true(partial(holds, base=base[first]), low[first], high[first])
        after = np.searchsorted(first, np.arange(len(base)))
        low, high = known[np.maximum(after - 1, 0)], known[after] + 1
    return _last_true(partial(holds, base=base), low, high)


def _at_most(count, total, share: float) -> np.ndarray:
    # As scipy.stats.binom.cdf to the last digit or so, in a tenth of its time: a search asks often.
    return np.where(count < total, special.betainc(total - count, count + 1, 1 - share), 1.0)


def _at_least(count, total, share: float) -> np.ndarray:
    return np.where(count > 0, special.betainc(count, total - count + 1, share), 1.0)


def probability_called(
    baseline: float, expected: float, share: float, alpha: float, is_fall: bool
) -> float:
    """Chance that a change from expectation `baseline` to `expected` is called in its direction."""
    return _called(expected, _edges(baseline, share, alpha), is_fall)


def _edges(baseline: float, share: float, alpha: float) -> tuple[np.ndarray, ...]:
    """Chances of the counts that the baseline may come out at, and the critical counts of each."""
    spread = 6 * np.sqrt(baseline) + 10
    bases = np.arange(max(0, int(baseline - spread)), int(baseline + spread) + 1)
    return scipy.stats.poisson.pmf(bases, baseline), *critical_counts(bases, share, alpha)


def _called(expected: float, edges: tuple[np.ndarray, ...], is_fall: bool) -> float:
    chance, fall, rise = edges
    # As cdf and sf of SciPy's Poisson, whose checks take longer than the sums.
    if is_fall:
        called = np.where(fall >= 0, special.pdtr(np.maximum(fall, 0), expected), 0.0)
    else:
        called = np.where(rise > 0, special.pdtrc(np.maximum(rise - 1, 0), expected), 1.0)
    return float(np.sum(chance * called))


def _last_true(
    holds: Callable[[np.ndarray], np.ndarray], low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Largest whole x under `high` for which a once-changing condition holds, `low` if none."""
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        is_true = holds(np.maximum(middle, 0))
        low, high = np.where(is_true, middle, low), np.where(is_true, high, middle)
    return low
