"""Did an action at some places work: their change against that of places left alone.

What varies between places that nobody treated is the yardstick: an effect is called only where it
is larger than the changes that such places show among themselves from one year to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy

#: Fewest untreated units from which their spread of changes is taken, and fewest crimes in the
#: treated ones before the start.
FEWEST_UNITS, FEWEST = 6, 15
#: Comparison places for each treated one; at least, and at most as a share of those there are.
EACH, AT_LEAST, AT_MOST = 3, 10, 1 / 3
#: Crimes in both years of a unit from which the spread of its relative change is judged.
FEWEST_EACH = 20
#: Chance of a call for which the detectable effect is given.
POWER = 0.8
#: Estimates vary by so much of what their limits allow for (docs/calibration.md): the larger of two
#: forms of the spread is taken, and the comparison is chosen to be alike before.
VARY = 0.8

METHOD = (
    "ratio of ratios and weighted displacement difference (Wheeler and Ratcliffe 2018), with the "
    "spread of changes among untreated places"
)


@dataclass(frozen=True)
class Spread:
    """How far changes of untreated units differ from each other.

    Parameters
    ----------
    phi : float
        Variance of a count about the common change, in times of chance; 1 at least.
    tau2 : float
        Variance of the log change that chance leaves over.
    degrees : float
        Degrees of freedom of both.
    """

    phi: float
    tau2: float
    degrees: float


def spread_of(units: pd.DataFrame, clusters: pd.Series | None = None) -> Spread:
    """The spread of changes of untreated units.

    Parameters
    ----------
    units : pandas.DataFrame
        A row a unit: before, after.
    clusters : pandas.Series, optional
        To which larger area each unit belongs (wards): neighbours rise and fall together, so that
        the larger of the two spreads counts.

    Notes
    -----
    φ is Pearson's of the table unit by year, τ² DerSimonian and Laird's of the log changes.
    """
    phi, degrees = _phi(units)
    if clusters is not None and clusters.reindex(units.index).nunique() >= FEWEST_UNITS:
        wide, of = _phi(units.groupby(clusters.reindex(units.index)).sum())
        if wide > phi:
            phi, degrees = wide, of
    some = units[units.sum(axis=1) >= FEWEST_EACH] + 0.5
    tau2 = 0.0
    if len(some) >= FEWEST_UNITS:
        change, weight = np.log(some["after"] / some["before"]), 1 / (1 / some).sum(axis=1)
        q = float((weight * (change - np.average(change, weights=weight)) ** 2).sum())
        scale = weight.sum() - (weight**2).sum() / weight.sum()
        tau2 = max(0.0, (q - (len(some) - 1)) / scale)
    return Spread(max(1.0, phi), tau2, degrees)


def _phi(units: pd.DataFrame) -> tuple[float, float]:
    some = units[units.sum(axis=1) > 0]
    if len(some) < 2:
        return 1.0, 1.0
    share = some["after"].sum() / some.to_numpy().sum()
    of = some.sum(axis=1)
    expected = of * share * (1 - share)
    if not share * (1 - share):
        return 1.0, float(len(some) - 1)
    degrees = float(len(some) - 1)
    return float(((some["after"] - of * share) ** 2 / expected).sum() / degrees), degrees


def nearest(units: pd.DataFrame, treated: list[str], free: list[str]) -> list[str]:
    """The untreated units nearest to the treated ones by level and trend before the start.

    Parameters
    ----------
    units : pandas.DataFrame
        A row a unit: before, earlier (the same months a year before those; missing where not
        known). Nothing of the time after is used.
    """
    level = np.log(units["before"] + 0.5)
    trend = level - np.log(units["earlier"] + 0.5)
    number = max(min(AT_LEAST, int(len(free) * AT_MOST)), EACH * len(treated))
    number = min(max(number, 1), len(free))
    sides = [s.fillna(0) / (s.loc[free].std() or 1) for s in (level, trend) if s.notna().any()]
    apart = {
        t: sum((side.loc[free] - side[t]) ** 2 for side in sides).sort_values(kind="stable").index
        for t in treated
    }
    chosen: dict[str, None] = {}
    # In turns, so that every treated unit has as many of its own.
    while len(chosen) < number:
        for one in treated:
            left = next((unit for unit in apart[one] if unit not in chosen), None)
            if left is not None and len(chosen) < number:
                chosen[left] = None
    return [*chosen]


def weights(before: pd.DataFrame, own: pd.Series) -> pd.Series:
    """Weights of peers whose mixture ran as an area did before the start.

    Parameters
    ----------
    before : pandas.DataFrame
        A row a month, a column a peer: counts before the start.
    own : pandas.Series
        The area's counts of the same months.

    Returns
    -------
    pandas.Series
        Not negative and 1 in sum: least squares of the months as shares of each mean, drawn
        towards equal weights as far as chance in the peers' counts asks (a ridge of their Poisson
        variance). Abadie and Gardeazabal (2003) for the idea.
    """
    shape = before / before.mean()
    target = (own / own.mean()).to_numpy(dtype=float)
    size = before.shape[1]
    ridge = np.sqrt((1 / before.mean()).to_numpy() * len(before))
    rows = np.vstack([shape.to_numpy(dtype=float), np.diag(ridge), np.full(size, 1e3)])
    wanted = np.concatenate([target, ridge / size, [1e3]])
    found, _ = scipy.optimize.nnls(rows, wanted)
    return pd.Series(found / found.sum(), index=before.columns)


def effect(
    treated: pd.DataFrame,
    comparison: pd.DataFrame,
    spread: Spread,
    *,
    multiplier: pd.Series | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """The change of treated units against that of their comparison.

    Parameters
    ----------
    treated, comparison : pandas.DataFrame
        A row a unit: before, after.
    spread : Spread
        Of changes among untreated units.
    multiplier : pandas.Series, optional
        By which the counts of each comparison unit enter; all alike by default.

    Returns
    -------
    pandas.DataFrame
        One row: compare_count and count (before and after), comparison_before, comparison_after
        (scaled to the treated units' level), ratio (of ratios), lower, upper, p, difference (more
        or fewer than if they had changed as the comparison did), difference_lower,
        difference_upper, factor (variance in times of chance), degrees, confidence, verdict
        ('down', 'up', 'no_clear_change'; 'none' where too few), status, method. An effect is
        called only where both intervals leave out none.
    """
    times = pd.Series(1.0, comparison.index) if multiplier is None else multiplier
    a, b = (comparison[c].mul(times) for c in ("before", "after"))
    t0, t1 = float(treated["before"].sum()), float(treated["after"].sum())
    c0, c1 = float(a.sum()), float(b.sum())
    row = {
        "count": int(t1), "compare_count": int(t0),
        "comparison_before": t0 if c0 else np.nan,
        "comparison_after": t0 * c1 / c0 if c0 else np.nan,
        "confidence": confidence, "method": METHOD,
    }  # fmt: skip
    if t0 < FEWEST or not (t1 > 0 and c0 > 0 and c1 > 0):
        reason = f"fewer than {FEWEST} were counted before the start" if t0 < FEWEST else (
            "none was counted on one side"
        )  # fmt: skip
        return pd.DataFrame([row | {"verdict": "none", "status": "too_few", "reason": reason}])
    variance = log_variance(treated, comparison, spread, times)
    of_chance = _of_chance(t0, t1, times, comparison)
    reach = float(scipy.stats.t.isf((1 - confidence) / 2, spread.degrees))
    log_ratio, error = np.log(t1 / t0) - np.log(c1 / c0), np.sqrt(variance)
    lower, upper = np.exp(log_ratio - reach * error), np.exp(log_ratio + reach * error)
    factor = variance / of_chance
    scaled = comparison.mul(times * t0 / c0, axis=0).sum()
    difference = t1 - t0 - float(scaled["after"] - scaled["before"])
    wide = reach * float(_wide(t0, t1, comparison, times, factor))
    is_called = not lower <= 1 <= upper and abs(difference) > wide
    row |= {
        "ratio": float(np.exp(log_ratio)), "lower": float(lower), "upper": float(upper),
        "p": float(2 * scipy.stats.t.sf(abs(log_ratio) / error, spread.degrees)),
        "difference": difference, "difference_lower": difference - wide,
        "difference_upper": difference + wide, "factor": float(factor), "degrees": spread.degrees,
        "verdict": ("up" if log_ratio > 0 else "down") if is_called else "no_clear_change",
        "status": "ok", "reason": "",
    }  # fmt: skip
    return pd.DataFrame([row])


def _of_chance(t0: float, t1: float, times: pd.Series, comparison: pd.DataFrame) -> float:
    """Variance of the log of the ratio of ratios where all counts are Poisson."""
    plain = times.to_numpy(dtype=float)
    squared = plain**2
    found = 1 / t0 + 1 / t1
    for column in ("before", "after"):
        counts = comparison[column].to_numpy(dtype=float)
        found += float(squared @ counts) / float(plain @ counts) ** 2
    return found


def log_variance(
    treated: pd.DataFrame, comparison: pd.DataFrame, spread: Spread, times: pd.Series
) -> float:
    """Variance of the log of the ratio of ratios with a spread: the larger of its two forms.

    φ times chance, where counts vary in proportion to themselves; or chance and τ², where
    relative changes vary alike in small places and in large ones.
    """
    of_chance = _of_chance(
        float(treated["before"].sum()), float(treated["after"].sum()), times, comparison
    )
    own = _own_share(treated, comparison, times)
    return max(spread.phi * of_chance, of_chance + spread.tau2 * own)


def _wide(t0: float, t1: Any, comparison: pd.DataFrame, times: pd.Series, factor: Any) -> Any:
    """Standard error of the difference, the comparison scaled to the treated units' level."""
    scale = times * t0 / float(comparison["before"].mul(times).sum())
    squares = float(((comparison["before"] + comparison["after"]) * scale**2).sum())
    return np.sqrt(factor * (t0 + t1 + squares))


def _own_share(treated: pd.DataFrame, comparison: pd.DataFrame, times: pd.Series) -> float:
    """How much of the variance of single units' changes is left in the two sums."""
    shares = [s / s.sum() for s in (treated["before"], comparison["before"] * times)]
    return sum(float((share**2).sum()) for share in shares)


def detectable(
    treated: pd.DataFrame,
    comparison: pd.DataFrame,
    spread: Spread,
    *,
    multiplier: pd.Series | None = None,
    planted: float = 0.8,
    confidence: float = 0.95,
) -> dict[str, float]:
    """What effect could be told from chance, from what was known before the start alone.

    Returns
    -------
    dict
        called (the ratio at which a fall is just called), found (that which is called in 80% of
        cases; missing where none above 0.02 is), power (chance to find the `planted` ratio).
    """
    times = pd.Series(1.0, comparison.index) if multiplier is None else multiplier
    reach = float(scipy.stats.t.isf((1 - confidence) / 2, spread.degrees))
    unchanged = comparison[["before"]].assign(after=comparison["before"])

    if treated["before"].sum() < FEWEST or not (times * comparison["before"]).sum() > 0:
        return {"called": np.nan, "found": np.nan, "power": np.nan}
    before = float(treated["before"].sum())
    of_chance = _of_chance(before, before, times, unchanged)
    own = _own_share(treated, comparison, times)

    def error(ratio: np.ndarray) -> np.ndarray:
        lower = chance_at(ratio)
        return np.sqrt(np.maximum(spread.phi * lower, lower + spread.tau2 * own))

    def chance_at(ratio: np.ndarray) -> np.ndarray:
        return of_chance - 1 / before + 1 / (before * ratio)

    steps = np.arange(0.999, 0.015, -0.001)
    # As in `effect`: neither the ratio nor the difference may be none.
    wide = _wide(before, before * steps, unchanged, times, error(steps) ** 2 / chance_at(steps))
    is_called = (np.log(steps) < -reach * error(steps)) & (before * (1 - steps) > reach * wide)
    beyond = steps[is_called]
    if not len(beyond):
        return {"called": np.nan, "found": np.nan, "power": 0.0}
    # Whether it is called is decided where it is just called, whose limits are wider than those at
    # the true ratio: fewer are left there. Of two spreads of the estimate the one is taken that
    # promises less.
    called = float(beyond[0])
    enough = np.log(steps) < np.log(called) - scipy.stats.norm.ppf(POWER) * error(steps)
    sure = steps[enough]
    at = float(np.log(called / planted) / error(np.array(planted)))
    return {
        "called": called,
        "found": float(sure[0]) if len(sure) else np.nan,
        "power": float(scipy.stats.norm.cdf(min(at, at / VARY))),
    }


def displacement_difference(
    treated: tuple[float, float],
    comparison: tuple[float, float],
    ring: tuple[float, float] = (0, 0),
    ring_comparison: tuple[float, float] = (0, 0),
    *,
    times: tuple[float, float] = (1, 1),
    sizes: tuple[float, float, float, float] = (1, 1, 1, 1),
    factor: float = 1.0,
    degrees: float = np.inf,
    confidence: float = 0.95,
) -> dict[str, float]:
    """Wheeler and Ratcliffe's weighted displacement difference of counts before and after.

    Parameters
    ----------
    times : tuple of float
        Lengths of the time before and after.
    sizes : tuple of float
        Sizes of the four areas in the order of the counts; counts are divided by them.
    factor, degrees : float
        Variance of the counts in times of chance, and its degrees of freedom.

    Returns
    -------
    dict
        local, displaced, total, error (standard error of the total), z, lower, upper.
    """
    differences, variances = [], []
    for (before, after), size in zip((treated, comparison, ring, ring_comparison), sizes,
                                     strict=True):  # fmt: skip
        differences.append((after / times[1] - before / times[0]) / size)
        variances.append((after / times[1] ** 2 + before / times[0] ** 2) / size**2)
    local, displaced = differences[0] - differences[1], differences[2] - differences[3]
    total, error = local + displaced, float(np.sqrt(factor * sum(variances)))
    reach = float(scipy.stats.t.isf((1 - confidence) / 2, degrees))
    return {
        "local": local, "displaced": displaced, "total": total, "error": error,
        "z": total / error if error else np.nan,
        "lower": total - reach * error, "upper": total + reach * error,
    }  # fmt: skip


def displacement_quotient(
    treated: tuple[float, float], comparison: tuple[float, float], ring: tuple[float, float]
) -> float:
    """Bowers and Johnson's (2003) weighted displacement quotient; missing where it has no sense.

    Above 0 the ring shared the benefit, below 0 crime moved there, below -1 by more than was won;
    only where the treated places fell more than their comparison.
    """
    if not (comparison[0] and comparison[1]):
        return float("nan")
    success = treated[1] / comparison[1] - treated[0] / comparison[0]
    moved = ring[1] / comparison[1] - ring[0] / comparison[0]
    return moved / success if success < 0 else float("nan")
