"""Verdicts on change: false ones, coverage of limits, power, the recent trend."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from benchmarks.calibration.worlds import ALPHA, WORLDS, Section, monthly, per_cent
from cspanalysis.domain.periods import Period
from cspanalysis.stats import dispersion, ratio, trend
from cspanalysis.stats.measures import count_limits
from cspanalysis.stats.power import probability_called


def false_changes(rng, series: int) -> Section:
    """False up and down verdicts: the exact test, and with the dispersion allowed for."""
    rows = []
    months = Period.parse("2004-04/2008-03")
    days = np.array(months.month_days()).reshape(4, 12)
    for world in WORLDS:
        for mean in (60, 300, 1200, 6000):
            counts = monthly(rng, world, mean, months, series).reshape(series, 4, 12)
            later, base = counts[:, 3].sum(1), counts[:, 2].sum(1)
            spans = days[3].sum(), days[2].sum()
            p = ratio.exact_ratio(later, base, *spans)[2]
            row = {"world": world, "a year": mean, "exact test": np.mean(p < ALPHA)}
            some = np.maximum(later, 1), np.maximum(base, 1)
            for name, years, level in (
                ("as published, 24 months", 2, dispersion.ALPHA),
                ("as published, 48 months", 4, dispersion.ALPHA),
                ("at 5%, 24 months", 2, 0.05),
                ("always, 24 months", 2, 1.0),
            ):
                phi, degrees = dispersion.pearson_dispersion(counts[:, -years:], days[-years:])
                low, high, *_ = dispersion.dispersed_ratio(*some, *spans, phi, degrees, alpha=level)
                row[name] = np.mean((low > 1) | (high < 1))
            halves = counts[:, 3].reshape(series, 2, 6).sum(-1).T
            p = ratio.exact_ratio(halves[1], halves[0], days[3, 6:].sum(), days[3, :6].sum())[2]
            row["April to September against October to March"] = np.mean(p < ALPHA)
            rows.append(row)
    return Section(
        "False verdicts of change",
        "A year is compared with the year before. *Exact test*: the verdict of `change`. *As "
        "published*: the limits are widened by the dispersion of the months, where that exceeds 1"
        " at the 20% level; beside it the same at the 5% level, and always. The last column is "
        "what the refusal of unlike months prevents.",
        per_cent(pd.DataFrame(rows), skip=2),
        "Under chance alone the exact test keeps below its 5%. It cannot be believed where "
        "incidents come in series: with a dispersion of 4 every third verdict is false. **So the "
        "sentence follows the widened limits wherever 24 months are there and the dispersion is "
        "real. The level of 20% lies between the two others: 5% leaves more false verdicts at a "
        "dispersion of 2, and widening always makes the test needlessly timid where there is only"
        " chance.** Not flattering: a level that wanders from month to month deceives every "
        "version, the more so the larger the counts. *Up* and *down* are statements on two "
        "periods, not on a cause or on what comes next.",
    )


def coverage(rng, series: int) -> Section:
    """Coverage of the limits of counts, shares and ratios."""
    rows = []
    for mean in (0.5, 1, 3, 10, 42, 207, 785, 6337):
        x = np.arange(0, int(mean + 12 * np.sqrt(mean) + 30))
        weight = stats.poisson.pmf(x, mean)
        row = {"expected count": f"{mean:,}"}
        for level in (0.95, 0.998):
            low, high = count_limits(x, level)
            row[f"count {level:.1%}"] = weight @ ((low <= mean) & (mean <= high))
        total = rng.poisson(mean, size=(2, series))
        low, high, _ = ratio.exact_ratio(*total, 365, 365)
        row["ratio 95.0%"] = np.mean((low <= 1) & (high >= 1))
        n = max(round(mean * 3), 1)
        of = np.arange(n + 1)
        low, high = proportion_confint(of, n, method="wilson")
        weight = stats.binom.pmf(of, n, 1 / 3)
        row["share of a third 95.0%"] = weight @ ((low <= 1 / 3) & (high >= 1 / 3))
        rows.append(row)
    return Section(
        "Coverage of intervals",
        "How often the interval holds the truth. Counts and shares are computed exactly, ratios of "
        "two equal expectations simulated; the share is of three times the count.",
        per_cent(pd.DataFrame(rows), skip=1),
        "Limits of small counts cover more than they promise, which is the price of never covering "
        "less; from about 40 on they are within a point of it. Wilson's limits waver around 95%.",
    )


def powers(rng, series: int) -> Section:
    """Chance of calling a true change, for counts a district has."""
    rows = []
    for base in (42, 84, 300, 1244, 7056):
        row = {"a year": f"{base:,}"}
        for fall in (0.05, 0.1, 0.2, 0.3, 0.5):
            row[f"falls by {fall:.0%}"] = probability_called(
                base, base * (1 - fall), 0.5, ALPHA, True
            )
        rows.append(row)
    return Section(
        "Power",
        "Chance that a true fall from one year to the next is called *down* by the exact test "
        "(computed, not simulated; two equal periods, chance variation only).",
        per_cent(pd.DataFrame(rows), skip=1),
        "A tenth fewer in a district of 300 a year is found less than one time in four, a fifth "
        "fewer seven times in ten. Targets and sentences therefore print the detectable change.",
    )


def trends(rng, series: int) -> Section:
    """Recent trend over five years under no change and under steady change."""
    rows = []
    repeats = max(series // 5, 5)
    for mean in (50, 450, 6000):
        for yearly in (0, 0.03, 0.1):
            verdicts = []
            for counts in rng.poisson(mean * (1 + yearly) ** np.arange(5), size=(repeats, 5)):
                low, high = count_limits(counts)
                table = pd.DataFrame(
                    {"year": range(2003, 2008), "rate": counts, "lower": low, "upper": high}
                )
                verdicts.append(trend.recent_trend(table).verdict)
            rows.append(
                {
                    "a year": f"{mean:,}",
                    "true change a year": f"{yearly:.0%}",
                    "called up": np.mean([v == "up" for v in verdicts]),
                    "called down": np.mean([v == "down" for v in verdicts]),
                }
            )
    return Section(
        "Recent trend",
        "Five yearly counts with chance variation only.",
        per_cent(pd.DataFrame(rows), skip=2),
        "The strict chi-square of the public health profiles makes false trends very rare, and "
        "misses slow true ones in small counts.",
    )
