"""Months in a row: control charts and the seasonal index."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.calibration.worlds import Section, monthly, per_cent
from cspanalysis.domain.periods import Period
from cspanalysis.stats import control, season

#: Worlds of control charts: kind, offences a month, growth in a year.
CHARTED = (
    ("chance alone", 60, 0.0), ("25% season", 60, 0.0), ("φ = 2", 60, 0.0),
    ("25% season, φ = 2", 60, 0.0), ("φ = 4", 6, 0.0), ("chance alone", 60, 0.05),
    ("φ = 2", 500, -0.05), ("25% season, φ = 2", 500, 0.1), ("series of 3", 60, 0.0),
    ("wandering level", 60, 0.0), ("wandering level", 500, 0.0),
)  # fmt: skip


def control_charts(rng, series: int) -> Section:
    """Signals of control charts in which nothing out of the ordinary happens."""
    rows = []
    repeats = max(series // 12, 5)
    for months in (36, 60):
        run = Period.parse("2008-03")
        run = Period(run.last - months + 1, run.last)
        of_year, days = season.calendar(run.month_list())
        years = np.arange(months) / 12
        for world, mean, growth in CHARTED:
            counts = monthly(rng, world, 12 * mean, run, repeats)
            if growth:
                # Thinned, so that the dispersion falls with the level as counts do.
                kept = (1 + growth) ** years / max(1, (1 + growth) ** years[-1])
                counts = rng.binomial(counts, kept)
            unadjusted, _ = control.signals(counts / days, *control.limits(counts / days))
            found, whole = [], []
            for x in counts:
                chart = _signals(x, of_year, days)
                found.append(chart[:, -control.RECENT :].any())
                whole.append(chart.any())
            rows.append(
                {
                    "months": months,
                    "world": world,
                    "a month": mean,
                    "growth a year": f"{growth:+.0%}" if growth else "–",
                    "unadjusted, newest six": unadjusted[..., -control.RECENT :]
                    .any(axis=(0, -1))
                    .mean(),
                    "as published, newest six": np.mean(found),
                    "as published, any month": np.mean(whole),
                    "finds 30% more in the newest six": _finds(rng, counts, of_year, days),
                }
            )
    return Section(
        "False signals of control charts",
        "Nothing out of the ordinary happens: no change, or steady growth. Share of charts with a "
        "signal of any of the four rules among the newest six months, and anywhere; and the share "
        f"that signals when the newest six months have 30% more; {repeats:,} series a row.",
        per_cent(pd.DataFrame(rows), skip=4),
        "Unadjusted, a 25% season, a steady growth or a level that wanders makes a fifth to all "
        "of the charts signal. **So the season comes from the month model, with deviations scaled "
        "to an average month's variation; a trend that the older months show is taken out; where "
        "months in a row resemble each other the limits come from the spread of all months and "
        "only points outside them count; and the lower limit is not cut at 0.** Trend and likeness "
        "are tested on the months before the newest six, so that a change in these is not taken "
        "for either. The price is power where the level wanders. Over years some month nearly "
        "always signals, so a sentence speaks of the newest six months only and prints the "
        f"rate, {control.FALSE_SIGNAL_RATE:.0%}.",
    )


def _signals(counts: np.ndarray, of_year: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Marks of a chart as it is published: shape (rules, months)."""
    values = control.adjusted(counts, of_year, days).values
    is_alike = control.alike(values)
    marked, _ = control.signals(values, *control.limits(values, is_alike=is_alike))
    return marked[:1] if is_alike else marked


def _finds(rng, counts: np.ndarray, of_year: np.ndarray, days: np.ndarray) -> float:
    """Share of charts that signal when the newest six months have 30% more."""
    found = []
    for x in counts[: max(len(counts) // 2, 5)]:
        more = x.copy()
        more[-control.RECENT :] += rng.poisson(0.3 * x[-control.RECENT :])
        found.append(_signals(more, of_year, days)[:, -control.RECENT :].any())
    return float(np.mean(found))


def seasons(rng, series: int) -> Section:
    """When an index is published, whether its limits hold, and whether the peak is right."""
    rows = []
    repeats = max(series // 20, 2)
    for months in (36, 48):
        run = Period(2008 * 12 + 3 - months, 2008 * 12 + 2)
        names = run.month_list()
        for world in ("chance alone", "φ = 2", "wandering level", "25% season"):
            for mean in (10, 60):
                truth = np.full(12, 100.0)
                if "season" in world:
                    truth = 100 * (1 + 0.25 * np.cos(2 * np.pi * (np.arange(1, 13) - 8) / 12))
                found = []
                for counts in monthly(rng, world, 12 * mean, run, repeats):
                    table = pd.DataFrame({"month": names, "count": counts})
                    found.append(season.seasonal_index(table))
                shown = [f for f in found if f.stage == "index"]
                row: dict[str, object] = {"months": months, "world": world, "a month": mean}
                row["index published"] = len(shown) / repeats
                row["a peak is named"] = np.mean([f.verdict == "peak" for f in found])
                # Too few published indices say nothing about their limits.
                inside, near = [np.nan], [np.nan]
                if len(shown) >= 10:
                    inside = [
                        (f.table["lower"] <= truth) & (truth <= f.table["upper"]) for f in shown
                    ]
                    near = [abs((f.peak or 8) - 8) <= 1 for f in shown if "season" in world]
                row["limits hold the truth"] = np.mean(inside)
                row["highest within a month of the true peak"] = np.mean(near or [np.nan])
                rows.append(row)
    return Section(
        "Seasonal index",
        "Share of series for which an index is published, and what it says. Without a season every "
        "publication is false; the test's level is 1%.",
        per_cent(pd.DataFrame(rows), skip=3),
        "The test keeps its level in all of these worlds; without a season hardly anything is "
        "published. The price: with ten a month even a season of 25% mostly stays unpublished, and "
        "the page shows the plain counts and says why. With sixty a month it is nearly always "
        "found and the limits hold.",
    )
