"""Verdicts on change: false ones, coverage of limits, power, the recent trend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from benchmarks.calibration.worlds import ALPHA, WORLDS, Section, monthly, per_cent
from cspanalysis.domain.periods import Period
from cspanalysis.stats import dispersion, ratio, trend, yearly
from cspanalysis.stats.measures import count_limits
from cspanalysis.stats.power import probability_called

#: Dispersion of the months in the median district of 2025, and offences a year there.
REAL = (
    ("all crime", 4.5, 7000), ("shoplifting", 3.2, 600), ("anti-social behaviour", 2.6, 1500),
    ("vehicle crime", 2.5, 450), ("violence", 2.25, 3000), ("burglary", 1.8, 300),
    ("criminal damage", 1.6, 800),
)  # fmt: skip


def false_changes(rng, series: int) -> Section:
    """False up and down verdicts: the exact test, and with the dispersion allowed for."""
    rows = []
    months = Period.parse("2004-04/2008-03")
    days = np.array(months.month_days(), dtype=float).reshape(4, 12)
    for world in WORLDS:
        for mean in (60, 300, 1200, 6000):
            counts = monthly(rng, world, mean, months, series).reshape(series, 4, 12)
            spans = days[3].sum(), days[2].sum()
            p = ratio.exact_ratio(counts[:, 3].sum(1), counts[:, 2].sum(1), *spans)[2]
            row = {"world": world, "a year": mean, "exact test": np.mean(p < ALPHA)}
            few = counts[: max(series // 5, 20)].astype(float)
            monthly_alone = [_limits(c[-2:], days[-2:], months_alike=False) for c in few]
            row["φ of the months, 24 months"] = _called(monthly_alone)
            for years in (2, 3, 4):
                limits = [_limits(c[-years:], days[-years:]) for c in few]
                row[f"as published, {12 * years} months"] = _called(limits)
            halves = counts[:, 3].reshape(series, 2, 6).sum(-1).T
            p = ratio.exact_ratio(halves[1], halves[0], days[3, 6:].sum(), days[3, :6].sum())[2]
            row["April to September against October to March"] = np.mean(p < ALPHA)
            rows.append(row)
    return Section(
        "False verdicts of change",
        "A year is compared with the year before. *Exact test*: the verdict of `change`. *φ of the "
        "months*: the limits widened by the dispersion of single months, where that exceeds 1 at "
        "the 20% level. *As published*: by the variance of the sum of a year's months, with what "
        "months in a row have in common. In *series of n* an incident draws others after it, n "
        "together on average, a month apart on average; *as districts vary*: a dispersion of 2.5, "
        "and months in a row as alike as in 3,785 real series. The last column is what the refusal "
        "of unlike months prevents.",
        per_cent(pd.DataFrame(rows), skip=2),
        "Under chance alone the exact test keeps below its 5%. It cannot be believed where "
        "incidents come in series: with a dispersion of 4 every third verdict is false, and the "
        "dispersion of single months is not enough where a series goes on into the next month. "
        "**So the limits printed, which decide, allow for the variance of a year's sum.** That "
        "costs power where there is only chance. Where months vary as districts' do, seven "
        "verdicts in a hundred are false from 24 months and about six from 36, where the exact "
        "test has nearly thirty. Not flattering: where incidents come in threes or fours one in "
        "ten is false from 24 months and one in thirteen from 36; and a level that wanders more "
        "than any real series did still deceives, every fifth time where counts are large, because "
        "what is common to a whole year cannot be told from a change, and an estimate from few "
        "years is averaged with what is usual. *Up* and *down* are statements on two periods, not "
        "on a cause or on what comes next.",
    )


def true_changes(rng, series: int) -> Section:
    """Coverage and power of the printed limits under a true change, as districts of today vary."""
    months = Period.parse("2022-04/2025-03")
    days = np.array(months.month_days(), dtype=float).reshape(3, 12)
    few = max(series // 5, 20)
    rows = []
    for offence, phi, mean in REAL:
        row = {"offence": offence, "φ": phi, "a year": f"{mean:,}"}
        for fall in (0.1, 0.2):
            before = monthly(rng, f"φ = {phi}", mean, months, few).reshape(few, 3, 12)
            after = monthly(rng, f"φ = {phi}", mean * (1 - fall), months, few).reshape(few, 3, 12)
            counts = np.concatenate([before[:, :2], after[:, 2:]], axis=1).astype(float)
            exact = ratio.exact_ratio(
                counts[:, 2].sum(1), counts[:, 1].sum(1), days[2].sum(), days[1].sum()
            )
            limits = np.array([_limits(c, days) for c in counts])
            held = (limits[:, 0] <= 1 - fall) & (1 - fall <= limits[:, 1])
            row[f"−{fall:.0%}: exact limits hold it"] = np.mean(
                (exact[0] <= 1 - fall) & (1 - fall <= exact[1])
            )
            row[f"−{fall:.0%}: printed limits hold it"] = np.mean(held)
            row[f"−{fall:.0%}: called"] = np.mean(limits[:, 1] < 1)
        rows.append(row)
    return Section(
        "True changes in districts of today",
        "A true fall from one year to the next in 36 months whose dispersion is the median of real "
        "districts in 2025: how often the limits hold it, and how often it is called.",
        per_cent(pd.DataFrame(rows), skip=3),
        "The exact limits would promise 95% and keep far less. A fall of a tenth is called only "
        "where counts are large; a fall that is called with little power looks larger than it is.",
    )


def _limits(
    counts: np.ndarray, days: np.ndarray, *, months_alike: bool = True
) -> tuple[float, float]:
    """Limits of the ratio of the last year to the one before, as a review prints them."""
    later, base = counts[-1].sum(), counts[-2].sum()
    found = dispersion.spread(counts, days) if later and base else None
    if found and not months_alike:
        found = replace(found, long_run=found.phi)
    of_sums = found.of_sums if found else None
    return dispersion.widened_ratio(
        max(later, 1), max(base, 1), days[-1].sum(), days[-2].sum(), of_sums
    )[:2]


def _called(limits: list[tuple[float, float]]) -> float:
    return float(np.mean([low > 1 or high < 1 for low, high in limits]))


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


def yearly_changes(rng, series: int) -> Section:
    """False verdicts of the newest year against the first, where only years are known."""
    rows = []
    repeats = max(series // 10, 20)
    for years in (5, 7, 10):
        for world in YEARLY:
            for mean in (60, 1200, 6000):
                found = [yearly.first_to_last(_years_of(c)) for c in _of_years(
                    rng, world, mean, (repeats, years))]  # fmt: skip
                exact = [
                    ratio.exact_ratio(t["count"].iloc[-1], t["count"].iloc[0], 1, 1)[2] < ALPHA
                    for t in found
                ]
                clear = [t["change_verdict"].iloc[0] != "no_clear_change" for t in found]
                rows.append(
                    {"years": years, "world": world, "a year": f"{mean:,}",
                     "exact test": np.mean(exact), "as published": np.mean(clear)}
                )  # fmt: skip
    return Section(
        "Yearly comparisons",
        "The newest year against the first where nothing changes and only years are known. Years "
        "that resemble their neighbours have a level with a standard deviation of 5% and a "
        f"correlation of .5 from year to year; {repeats:,} series a row.",
        per_cent(pd.DataFrame(rows), skip=3),
        "By chance alone every sixth verdict is false where years vary twice as much, every third "
        "where four times. **So the limits allow for the variation about a line of constant "
        "growth, from five years on**, wherever it exceeds 1. Not flattering: where years resemble "
        "their neighbours and counts are large, one verdict in ten is still false. With fewer "
        "years the page says that the limits allow for chance alone.",
    )


#: Worlds of yearly counts in which nothing changes.
YEARLY = ("chance alone", "φ = 2", "φ = 4", "years alike")


def _of_years(rng, world: str, mean: float, shape: tuple[int, int]) -> np.ndarray:
    means = np.full(shape, float(mean))
    if world.startswith("φ"):
        phi = float(world[-1])
        means = rng.gamma(means / (phi - 1), phi - 1)
    elif world == "years alike":
        level = rng.normal(size=shape)
        for year in range(1, shape[1]):
            level[:, year] = 0.5 * level[:, year - 1] + np.sqrt(0.75) * level[:, year]
        means = means * np.exp(0.05 * level)
    return rng.poisson(means)


def _years_of(counts: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"year": [str(2000 + n) for n in range(len(counts))], "count": counts})


def trends(rng, series: int) -> Section:
    """Recent trend over five years under no change and under steady change."""
    rows = []
    repeats = max(series // 10, 5)
    for mean in (50, 450, 6000):
        for phi, growth in ((1, 0), (2, 0), (4, 0), (1, 0.03), (1, 0.1), (2, 0.1)):
            means = np.broadcast_to(mean * (1 + growth) ** np.arange(5), (repeats, 5))
            means = rng.gamma(means / (phi - 1), phi - 1) if phi > 1 else means
            found = []
            for counts in rng.poisson(means):
                low, high = count_limits(counts)
                table = pd.DataFrame(
                    {"year": range(2003, 2008), "rate": counts, "lower": low, "upper": high}
                )
                found.append(trend.recent_trend(table))
            rows.append(
                {
                    "a year": f"{mean:,}",
                    "φ": phi,
                    "true change a year": f"{growth:.0%}",
                    "called as the profiles do": np.mean(
                        [f.verdict_by_chance in ("up", "down") for f in found]
                    ),
                    "called up": np.mean([f.verdict == "up" for f in found]),
                    "called down": np.mean([f.verdict == "down" for f in found]),
                }
            )
    return Section(
        "Recent trend",
        f"Five yearly counts; with φ they vary more than chance; {repeats:,} series a row.",
        per_cent(pd.DataFrame(rows), skip=3),
        "The strict chi-square of the public health profiles makes false trends very rare where "
        "there is only chance, and misses slow true ones in small counts. Where years vary more "
        "than chance it calls up to every tenth unchanged series. **So the slope must also be "
        "clear against the variation of the years about their line**, which costs power where "
        "years are few: five are.",
    )
