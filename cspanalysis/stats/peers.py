"""Comparison with a peer group: rates, places with their uncertainty, and the funnel.

A place in a ranking of noisy rates is itself noisy; no official tool reports by how much, so the
interval of the rank is our own: seeded draws of every area's rate.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy

from cspanalysis.stats.contents import Rows
from cspanalysis.stats.measures import (
    Rates,
    as_float,
    count_limits,
    lower_limit,
    rate,
    rates,
    upper_limit,
)

#: Seed and number of the draws behind rank intervals, fixed so that a review can be repeated.
SEED, DRAWS = 20080401, 10_000

#: How areas are ranked by default: per so many residents, at a confidence, by draws of a seed.
USUAL = (1000, 0.95, DRAWS, SEED)

#: Level of the wider of the two verdicts (the usual outer limit of a funnel plot).
WIDE = 0.998

#: Share of areas at each end whose z-scores are pulled in before over-dispersion is estimated.
WINSORISED = 0.1

#: Up to so many areas each is set beside every other sooner than all are sorted.
_FEW = 24

#: Areas that an estimate of over-dispersion needs: with fewer, an area's own distance makes up so
#: much of the spread that no distance whatever could be called at 99.8%.
FEWEST_DISPERSED = 5


def compare(
    table: pd.DataFrame,
    *,
    per: float = 1000,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
    known: Known | None = None,
) -> pd.DataFrame:
    """Rank the areas of a peer group and set each against the others taken together.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per area: area, is_own, count, population. Missing count or population: no data.
    per : float
        Multiplier of the rates.
    draws, seed : int
        Draws behind the rank interval; without any, rank_lower and rank_upper are missing.
    known : Known, optional
        What was worked out before.

    Returns
    -------
    pandas.DataFrame
        Lowest rate first, areas without data last (status 'not_available'). Added columns: rate,
        lower, upper, rate_per, confidence, method, status; lower_998, upper_998; rank (1 = lowest
        unrounded rate; ties share the smallest), is_tied, of (areas with data), rank_lower,
        rank_upper; others_rate (pooled rate of all other areas), mean_rate (unweighted mean of
        rates, the area itself included); verdict and verdict_998: 'lower', 'similar' or 'higher' as
        the area's own interval lies below, around or above others_rate, 'none' without others; phi
        and is_widened (`overdispersion` of the group); verdict_widened (where is_widened the
        verdict of `funnel`, else that at 95%: beyond what is usual in the group).

    Raises
    ------
    ValueError
        If an area occurs twice.
    """
    rows = Rows(table)
    # Several pages of a review set the same areas beside each other.
    asked = _compared if rows.is_plain else _compared.__wrapped__
    return asked(rows, per, confidence, draws, seed, known or Known()).copy(deep=False)


@functools.lru_cache(maxsize=128)
def _compared(
    rows: Rows, per: float, confidence: float, draws: int, seed: int, known: Known
) -> pd.DataFrame:
    table = rows.table
    if table["area"].duplicated().any():
        raise ValueError("an area occurs twice among the peers")
    result = rate(table, per=per, confidence=confidence, known=known.rates)
    has_data = (result["status"] == "ok").to_numpy()
    x, n = (as_float(result[c])[has_data] for c in ("count", "population"))
    # In one order whosever neighbours they are: what is worked out for one area serves the others.
    sort = np.lexsort((x, n))
    asked = tuple(x[sort]), tuple(n[sort]), per, confidence, draws, seed
    places = np.flatnonzero(has_data)[sort]
    found = known.among(*asked) or among(*asked)
    added = {name: _laid(values, places, len(result)) for name, values in found.items()}
    # Ties are listed by name; areas without a rate come last.
    keys = [(not k, r if k else 0.0, str(a))
            for k, r, a in zip(has_data, result["rate"], result["area"], strict=True)]  # fmt: skip
    order = sorted(range(len(keys)), key=keys.__getitem__)
    # A frame of few columns is laid anew in a part of the time of all of them.
    result = result.take(order).reset_index(drop=True)
    further = {k: v[order] if np.ndim(v) else v for k, v in added.items()}
    return pd.concat([result, pd.DataFrame(further, index=result.index)], axis=1)


@functools.lru_cache(maxsize=4096)
def among(
    count: tuple[float, ...],
    population: tuple[float, ...],
    per: float = 1000,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Mapping[str, Any]:
    """The further columns of `compare`, of areas that all have data.

    Parameters
    ----------
    count, population : tuple of float
        In order of the residents, then of the counts.

    Returns
    -------
    mapping
        lower_998, upper_998, rank, rank_lower, rank_upper, is_tied, others_rate, verdict,
        verdict_998, verdict_widened: an array each, in the order of the areas (rank_lower and
        rank_upper empty without draws); phi, is_widened, of, mean_rate: of all of them.
    """
    x, n = np.array(count), np.array(population)
    rest = n.sum() - n
    with np.errstate(divide="ignore", invalid="ignore"):
        others = np.where(rest > 0, per * (x.sum() - x) / rest, np.nan)
    expected = x.sum() / n.sum() * n if len(n) else n
    phi, is_widened = overdispersion(x, expected)
    lower, upper = (per * limit / n for limit in count_limits(x, confidence))
    wide = [per * limit / n for limit in count_limits(x, WIDE)]
    verdict = _verdict(others, lower, upper)
    usual = _beyond(x, expected, confidence, np.sqrt(phi)) if is_widened else verdict
    ranks = _ranks(x, n)
    if draws:
        _, first, last = rank_intervals(x, n, confidence, draws, seed)
    else:
        first = last = np.array([], dtype=int)
    return {
        "lower_998": wide[0],
        "upper_998": wide[1],
        "phi": phi,
        "is_widened": is_widened,
        "rank": ranks,
        "rank_lower": first,
        "rank_upper": last,
        "is_tied": pd.Series(ranks).duplicated(keep=False).to_numpy(),
        "of": len(x),
        "others_rate": others,
        "mean_rate": float(np.mean(per * x / n)) if len(x) else np.nan,
        "verdict": verdict,
        "verdict_998": _verdict(others, *wide),
        "verdict_widened": usual,
    }


class Known(NamedTuple):
    """What may have been worked out before, each as the function of its name says it, or None."""

    rates: Callable[..., Rates | None] = rates
    among: Callable[..., Mapping[str, Any] | None] = among


def rank_intervals(
    count, population, confidence: float = 0.95, draws: int = DRAWS, seed: int = SEED
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ranks of the rates, 1 = lowest, and the interval of each rank from Gamma draws.

    Each draw takes every area's rate from Gamma(count + 1/2) / population (the Jeffreys posterior
    of a Poisson rate); the limits are percentiles of the drawn ranks.

    Returns
    -------
    rank, lower, upper : numpy.ndarray of int
    """
    x, n = np.asarray(count, dtype=float), np.asarray(population, dtype=float)
    if not len(x):
        return (np.array([], dtype=int),) * 3
    ranks = _ranks(x, n)
    # In whatever order the areas stand, in a neighbour's report too, each draws the same.
    order = np.lexsort((x, n))
    lower, upper = np.empty((2, len(x)), dtype=int)
    lower[order], upper[order] = _drawn(tuple(x[order]), tuple(n[order]), confidence, draws, seed)
    # A tie shares the smallest place, so its own place must lie within the interval.
    return ranks, np.minimum(lower, ranks), np.maximum(upper, ranks)


@functools.lru_cache(maxsize=256)
def _drawn(
    count: tuple[float, ...], population: tuple[float, ...],
    confidence: float, draws: int, seed: int,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Limits of the places in the draws: several pages of a review rank the same areas."""
    x, n = np.array(count), np.array(population)
    generator = np.random.default_rng(seed)
    drawn = generator.standard_gamma(x + 0.5, size=(draws, len(x))) / n
    if len(x) <= _FEW:
        # The place of each area in each draw: how many others have less.
        by_area = np.ascontiguousarray(drawn.T)
        places = [1 + (by_area < own).sum(axis=0, dtype=np.int16) for own in by_area]
    else:
        # The order turned inside out.
        turned = np.empty(drawn.shape, dtype=np.int16)
        order = drawn.argsort(axis=1)
        np.put_along_axis(turned, order, np.arange(1, len(x) + 1, dtype=np.int16), axis=1)
        places = list(turned.T)
    # Percentiles of whole numbers, found by counting: the first place that so many draws reach.
    tail = (1 - confidence) / 2
    nearest = [round(share * (draws - 1)) + 1 for share in (tail, 1 - tail)]
    counts = np.array([np.bincount(column, minlength=len(x) + 1) for column in places])
    # Areas with the same figures have the same interval: their draws are taken together.
    alike = (x[:, None] == x) & (n[:, None] == n)
    reached = (alike @ counts / alike.sum(axis=1)[:, None]).cumsum(axis=1)
    lower, upper = np.array([np.searchsorted(row, nearest) for row in reached]).T
    return lower, upper


def from_highest(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `compare` with places counted from the highest rate (1 = highest)."""
    tied = table.groupby("rank")["rank"].transform("size").astype("Int64")
    return table.assign(
        rank=table["of"] + 2 - table["rank"] - tied,
        rank_lower=table["of"] + 1 - table["rank_upper"],
        rank_upper=table["of"] + 1 - table["rank_lower"],
    )


def funnel(table: pd.DataFrame, *, per: float = 1000) -> pd.DataFrame:
    """Flag areas outside what chance, and the usual differences between areas, would explain.

    Parameters
    ----------
    table : pandas.DataFrame
        area, is_own, count, population.

    Returns
    -------
    pandas.DataFrame
        The table with rate, rate_per, expected (count at the pooled baseline), baseline_rate, phi
        (winsorised over-dispersion of the z-scores), is_widened, limit_lower, limit_upper,
        limit_lower_998, limit_upper_998 (rates an area of that size may have at the baseline),
        verdict, verdict_998 ('lower', 'similar', 'higher', 'none'), verdict_by_chance (the 95%
        verdict without widening), method, status.

    Notes
    -----
    The area's own exact or Byar interval is set against the baseline; where phi exceeds 1 by more
    than chance (one-sided 5%, chi-square), its half-widths are multiplied by the root of phi.
    Spiegelhalter (2005), Statistics in Medicine 24, 1185–1202.
    """
    result = rate(table, per=per).drop(columns=["lower", "upper", "confidence"])
    has_data = (result["status"] == "ok").to_numpy()
    x, n = as_float(result["count"]), as_float(result["population"])
    x, n = np.where(has_data, x, np.nan), np.where(has_data, n, np.nan)
    baseline = np.nansum(x) / np.nansum(n) if has_data.any() else np.nan
    expected = baseline * n
    phi, is_widened = overdispersion(x[has_data], expected[has_data])
    scale = np.sqrt(phi) if is_widened else 1.0
    added = {}
    for suffix, level in (("", 0.95), ("_998", WIDE)):
        low, high = expected_range(expected, level, scale)
        added |= {
            f"limit_lower{suffix}": per * low / n,
            f"limit_upper{suffix}": per * high / n,
            f"verdict{suffix}": _outside(x, low, high),
        }
    widened = f", widened by the root of {phi:.2f} (over-dispersion, winsorised)"
    return result.assign(
        expected=expected,
        baseline_rate=per * baseline,
        verdict_by_chance=_outside(x, *expected_range(expected, 0.95)),
        phi=phi,
        is_widened=is_widened,
        **added,
        method="funnel of Poisson counts" + (widened if is_widened else ""),
    )


def overdispersion(count: np.ndarray, expected: np.ndarray) -> tuple[float, bool]:
    """Winsorised over-dispersion φ of counts about their expectation, and whether it is real.

    The z-scores are of square roots (variance-stabilised); the extreme tenth at each end is pulled
    in to the 10th and 90th percentiles, so that outlying areas do not hide themselves. Under
    `FEWEST_DISPERSED` areas it cannot be estimated: 1, and not real.
    """
    z = 2 * (np.sqrt(count) - np.sqrt(expected))
    if len(z) < FEWEST_DISPERSED:
        return 1.0, False
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    return phi, bool(len(z) * phi > scipy.stats.chi2.isf(0.05, len(z) - 1))


def expected_range(expected, level: float, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Counts whose own interval, its half-widths times `scale`, just reaches the expectation.

    A count below the first or above the second is flagged; found by bisection, so that the limits
    drawn in a chart and the flag from the area's own interval are one and the same.
    """
    return _expected_range(tuple(np.asarray(expected, dtype=float)), level, float(scale))


@functools.lru_cache(maxsize=256)
def _expected_range(
    expected: tuple[float, ...], level: float, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    target, tail = np.array(expected), (1 - level) / 2
    unknown = np.isnan(target)

    def solve(edge) -> np.ndarray:
        low, high = np.zeros_like(target), 4 * target + 40 * scale**2 + 40
        for _ in range(70):
            middle = (low + high) / 2
            # Nothing lies between the two any more: after this step neither moves.
            is_last = bool(((middle == low) | (middle == high) | unknown).all())
            is_short = edge(middle) < target
            low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
            if is_last:
                break
        found = np.where(unknown, np.nan, high)
        found.setflags(write=False)  # kept for whoever asks again
        return found

    lower = solve(lambda x: x + scale * (upper_limit(x, tail) - x))
    upper = solve(lambda x: x - scale * (x - lower_limit(x, tail)))
    return lower, upper


def funnel_lines(table: pd.DataFrame, points: int = 80) -> pd.DataFrame:
    """Smooth limits of a funnel for drawing, from the result of `funnel`.

    Returns
    -------
    pandas.DataFrame
        population, limit_lower, limit_upper, limit_lower_998, limit_upper_998, baseline_rate.
    """
    known = table[table["status"] == "ok"]
    low, high = known["population"].min(), known["population"].max()
    size = np.linspace(0.9 * low, 1.05 * high, points)
    per, phi = known["rate_per"].iloc[0], known["phi"].iloc[0]
    scale = np.sqrt(phi) if known["is_widened"].iloc[0] else 1.0
    expected = known["baseline_rate"].iloc[0] / per * size
    lines = {"population": size}
    for suffix, level in (("", 0.95), ("_998", WIDE)):
        below, above = expected_range(expected, level, scale)
        lines[f"limit_lower{suffix}"] = per * below / size
        lines[f"limit_upper{suffix}"] = per * above / size
    return pd.DataFrame(lines).assign(baseline_rate=known["baseline_rate"].iloc[0])


def _ranks(x: np.ndarray, n: np.ndarray) -> np.ndarray:
    # Equal fractions divide to the same float (IEEE division rounds correctly): ties stay exact.
    return scipy.stats.rankdata(x / n, method="min").astype(int)


def _laid(values: Any, places: np.ndarray, number: int) -> Any:
    """Values laid at the places of their areas among so many; the others have none."""
    if not np.ndim(values):
        return values
    missing: Any = {"f": np.nan, "U": "none", "b": False}.get(values.dtype.kind, 0)
    laid = np.full(number, missing, dtype=np.result_type(values.dtype, np.min_scalar_type(missing)))
    laid[places[: len(values)]] = values
    if values.dtype.kind != "i":
        return laid
    is_missing = np.ones(number, dtype=bool)
    is_missing[places[: len(values)]] = False
    return pd.arrays.IntegerArray(laid, is_missing)


def _verdict(reference, lower, upper) -> np.ndarray:
    """How an interval lies to the reference: wholly 'lower', wholly 'higher', or 'similar'."""
    reference, lower, upper = (np.asarray(v, dtype=float) for v in (reference, lower, upper))
    unknown = np.isnan(reference) | np.isnan(lower) | np.isnan(upper)
    return np.select(
        [unknown, upper < reference, lower > reference], ["none", "lower", "higher"], "similar"
    )


def _beyond(count, expected, level: float, scale: float) -> np.ndarray:
    """The verdict of `funnel`: on which side of its widened interval a count's expectation is.

    That a count lies outside `expected_range` says the same; the two stand on one page.
    """
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low = count - scale * (count - lower_limit(count, tail))
        high = count + scale * (upper_limit(count, tail) - count)
    return _verdict(expected, low, high)


def _outside(count, low, high) -> np.ndarray:
    """Whether a count lies below, above or within the range expected of it."""
    unknown = np.isnan(count) | np.isnan(low)
    return np.select([unknown, count < low, count > high], ["none", "lower", "higher"], "similar")
