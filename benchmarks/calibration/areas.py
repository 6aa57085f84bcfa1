"""Areas side by side: places, funnels, and an area against the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.calibration.worlds import Section, per_cent
from cspanalysis.stats import peers
from cspanalysis.stats.measures import count_limits


def rank_coverage(rng, series: int) -> Section:
    """How often a rank interval holds the true rank."""
    rows = []
    repeats = max(series // 16, 2)
    for spread in (0.02, 0.05, 0.1, 0.3):
        for mean in (50, 450, 6000):
            row = {"areas differ by": f"{spread:.0%}", "offences each": f"{mean:,}"}
            for phi in (1, 2):
                held, width = [], []
                for _ in range(repeats):
                    rate = mean * np.exp(rng.normal(0, spread, 15))
                    truth = stats.rankdata(rate)
                    means = rng.gamma(rate / (phi - 1), phi - 1) if phi > 1 else rate
                    _, low, high = peers.rank_intervals(rng.poisson(means), np.ones(15), draws=1000)
                    held.append((low <= truth) & (truth <= high))
                    width.append(high - low + 1)
                if phi == 1:
                    row["places in the interval"] = f"{np.mean(width):.1f}"
                row[f"holds the true place, φ = {phi}"] = np.mean(held)
            rows.append(row)
    return Section(
        "Coverage of rank intervals",
        "Fifteen areas whose true rates differ by a given standard deviation; 95% intervals of the "
        "place.",
        per_cent(pd.DataFrame(rows), columns=[f"holds the true place, φ = {p}" for p in (1, 2)]),
        "Where areas hardly differ the interval spans most places and still misses the true one "
        "more often than one time in twenty, because the area that looks lowest was mostly lucky. "
        "Where they differ by a tenth or more, as districts do, and have some hundred offences "
        "each, it holds. It knows chance only: with a dispersion of 2 it promises too much. "
        "The pooled comparison with the others carries the verdict, not the place.",
    )


def funnels(rng, series: int) -> Section:
    """Areas flagged in a funnel, with and without the widening."""
    rows = []
    repeats = max(series // 16, 2)
    for spread in (0, 0.05, 0.1, 0.2):
        for mean in (450, 6000):
            flags = {"plain 95%": [], "widened 95%": [], "widened 99.8%": []}
            for _ in range(repeats):
                size = rng.uniform(0.5, 2, 15)
                count = rng.poisson(mean * size * np.exp(rng.normal(0, spread, 15)))
                expected = count.sum() / size.sum() * size
                phi, is_real = peers.overdispersion(count, expected)
                scale = np.sqrt(phi) if is_real else 1.0
                for name, level, factor in (
                    ("plain 95%", 0.95, 1.0),
                    ("widened 95%", 0.95, scale),
                    ("widened 99.8%", 0.998, scale),
                ):
                    low, high = count_limits(count, level)
                    below = count + factor * (high - count) < expected
                    above = count - factor * (count - low) > expected
                    flags[name].append(np.mean(below | above))
            rows.append(
                {"areas differ by": f"{spread:.0%}", "offences each": f"{mean:,}"}
                | {name: np.mean(values) for name, values in flags.items()}
            )
    return Section(
        "Areas flagged in a funnel",
        "Fifteen areas of unlike size drawn from one distribution: none is special. The limits are "
        "widened by the winsorised dispersion where that is itself significant.",
        per_cent(pd.DataFrame(rows), skip=2),
        "Plain limits flag most areas once rates differ by a tenth and counts are large; the "
        "verdict and the sentence therefore use the widened limits. These flag one area in ten at "
        "95%, twice what they promise, because pulling in the extremes also shrinks the estimate "
        "of their spread; the 99.8% limits flag one in sixty.",
    )


def against_others(rng, series: int) -> Section:
    """Areas called lower or higher than the others together, with and without the widening."""
    rows = []
    repeats = max(series // 40, 2)
    for areas in (4, 5, 8, 15):
        for spread in (0, 0.1, 0.2):
            found = {"verdict, 95%": [], "verdict, 99.8%": [], "more than is usual": []}
            special = []
            for _ in range(repeats):
                size = rng.uniform(0.5, 2, areas)
                true = size * np.exp(rng.normal(0, spread, areas))
                ranked = _compared(rng.poisson(2000 * true), size)
                for name, column in zip(
                    found, ("verdict", "verdict_998", "verdict_widened"), strict=True
                ):
                    found[name].append(np.mean(ranked[column].isin(["lower", "higher"])))
                # The first area is made special: half as much again as it would be.
                true[0] *= 1.5
                ranked = _compared(rng.poisson(2000 * true), size)
                special.append(ranked["verdict_widened"][0] == "higher")
            rows.append(
                {"areas": areas, "areas differ by": f"{spread:.0%}"}
                | {name: np.mean(values) for name, values in found.items()}
                | {"so called when half as much again": np.mean(special)}
            )
    return Section(
        "Areas against the others",
        "Areas with some 2,000 offences each, drawn from one distribution: none is special. Share "
        "of areas called lower or higher than the others taken together, and said to be so by more "
        "than is usual among them; and how often this is said of an area that has half as much "
        "again.",
        per_cent(pd.DataFrame(rows), skip=2),
        "Where areas differ at all, the verdict calls most of them, at 99.8% too: the differences "
        "are real, and say nothing special of any area. **So the sentence adds whether a "
        "difference is more than is usual in the group**, by the rule of the funnel. That is said "
        "of one area in nine among fifteen, more often than the one in twenty it aims at: pulling "
        "in the extremes shrinks the spread, as in the funnel. Among five areas it is said of one "
        "in seven. Of four or fewer the spread is not estimated, and the column repeats the "
        "verdict. The price of caution: where areas differ by a fifth, half as much again is found "
        "in every other group only, among five areas in fewer than one in three.",
    )


def _compared(count: np.ndarray, size: np.ndarray) -> pd.DataFrame:
    """The areas in their own order, set against each other."""
    table = pd.DataFrame({"area": np.arange(len(size)), "count": count, "population": 1e5 * size})
    return peers.compare(table.assign(is_own=table["area"] == 0), draws=0).set_index("area")
