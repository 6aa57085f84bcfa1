"""Months in a row: control charts and the seasonal index."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.calibration.worlds import Section, monthly, per_cent
from cspanalysis.domain.periods import Period
from cspanalysis.stats import control, season


def control_charts(rng, series: int) -> Section:
    """Signals of control charts in which nothing changed."""
    rows = []
    repeats = max(series // 5, 5)
    for months in (36, 48, 60):
        run = Period.parse("2008-03")
        run = Period(run.last - months + 1, run.last)
        of_year, days = season.calendar(run.month_list())
        for world in ("chance alone", "25% season", "φ = 2", "25% season, φ = 2"):
            counts = monthly(rng, world, 720, run, repeats)
            charts = {
                "unadjusted": counts / days,
                "by ratio index": counts
                / days
                / (season.ratio_index(counts / days, of_year)[:, of_year - 1] / 100),
                "as published": np.stack([control.adjusted(x, of_year, days) for x in counts]),
            }
            row = {"months": months, "world": world}
            for name, values in charts.items():
                marked, _ = control.signals(values, *control.limits(values))
                newest = marked[..., -control.RECENT :].any(axis=(0, -1))
                row[f"{name}, newest six"] = newest.mean()
            row["as published, any month"] = marked.any(axis=(0, -1)).mean()
            rows.append(row)
    return Section(
        "False signals of control charts",
        "Sixty offences a month, nothing changes. Share of charts with a signal of any of the four "
        "rules among the newest six months, and anywhere.",
        per_cent(pd.DataFrame(rows), skip=2),
        "Unadjusted, a 25% season makes half of all charts signal. Dividing by the published index "
        "(ratio to a moving average) is no cure: the average does not reach the newest six months, "
        "and a fifth to two fifths of the charts signal falsely. **So the season comes from the "
        "month model, with deviations scaled to an average month's variation; then a season adds "
        "nothing.** Over years some month nearly always signals, so a sentence speaks of the "
        f"newest six months only and prints the rate, {control.FALSE_SIGNAL_RATE:.0%}.",
    )


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
