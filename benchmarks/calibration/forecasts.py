"""The next year if nothing changes, quarters, exclusions, and rates of small places."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.calibration.worlds import ALPHA, Section, monthly, per_cent
from cspanalysis.domain.periods import Period
from cspanalysis.findings.exclusion_rates import repeats
from cspanalysis.stats import dispersion, forecast, ratio, shrinkage

#: What the back-test on real districts found, written by `back_tests`.
FOUND = Path(__file__).with_name("back_tests.csv")

#: Worlds of the forecast: kind, offences a year, usual change from year to year.
_AHEAD = (
    ("chance alone", 60, 0.0), ("chance alone", 300, 0.15), ("φ = 2", 300, 0.15),
    ("φ = 4", 1200, 0.15), ("φ = 4.5", 7000, 0.046), ("25% season, φ = 2", 300, 0.15),
    ("series of 3", 1200, 0.1), ("wandering level", 1200, 0.1),
)  # fmt: skip


def forecasts(rng, series: int) -> Section:
    """Coverage of the interval of the next months, in worlds that change as usual."""
    run = Period.parse("2022-04/2026-03")
    names = run.month_list()
    last = Period.parse(names[35]).first
    few = max(series // 10, 20)
    rows = []
    for world, mean, change in _AHEAD:
        row: dict[str, object] = {
            "world": world, "a year": f"{mean:,}", "usual change": f"{change:.1%}",
        }  # fmt: skip
        counts = monthly(rng, world, mean, run, few)
        levels = np.exp(change * rng.normal(size=(few, 4)).cumsum(axis=1))
        levels /= levels.max(axis=1, keepdims=True)
        counts = rng.binomial(counts, np.repeat(levels, 12, axis=1)) if change else counts
        hits: dict[str, list[bool]] = {"12 months": [], "6 months": [], "3 months": []}
        alone = []
        for x in counts:
            by_month = pd.DataFrame({"month": names[:36], "count": x[:36]})
            variance = dispersion.of_months(by_month, last)
            for name, held in hits.items():
                months = int(name.split()[0])
                over = Period(last + 1, last + months)
                came = x[36 : 36 + months].sum()
                found = forecast.of_months(by_month, over, last, variance, change)
                held += [found.lower <= came <= found.upper] if found.status == "ok" else []
            plain = forecast.of_months(
                by_month, Period(last + 1, last + 12), last, dispersion.CHANCE, 0.0
            )
            alone += [plain.lower <= x[36:].sum() <= plain.upper] if plain.status == "ok" else []
        row["by chance alone, 12 months"] = np.mean(alone)
        rows.append(row | {name: np.mean(held) for name, held in hits.items()})
    return Section(
        "Forecasts in simulated worlds",
        "How often the interval of the months to come holds what comes, from 36 months; levels "
        f"move from year to year by the usual change, which is known; {few:,} series a row.",
        per_cent(pd.DataFrame(rows), skip=3),
        "Chance alone would promise 95% and keep far less wherever years change. With the "
        "variation of the months and the usual change allowed for, the interval keeps its promise "
        "but where a level wanders (91 to 94 per cent); three months ahead it is wider than it "
        "need be.",
    )


def back_tests(rng, series: int) -> Section:
    """What real districts showed; the figures lie in `FOUND`."""
    table = pd.read_csv(FOUND, dtype=str)
    table.columns = [c.replace("_", " ") for c in table.columns]
    return Section(
        "Forecasts of real districts",
        "24 months of 276 districts of England and Wales (May 2023 to April 2025, data.police.uk) "
        "forecast the twelve that came. *As published*: the usual change of the kind, from both "
        "pairs of years. *Usual change of the years before*: from the first pair only, so that "
        "nothing of the year forecast is known. Error: root of the mean square of the logarithm, "
        "in per cent. Needs the counts by district; `python -m benchmarks.calibration.back_tests "
        "FILE` writes the figures, this page only prints them.",
        table,
        "**As many as in the year before is the best forecast**: a trend carried on misses by two "
        "fifths more, the mean of two years by somewhat more, and exponential smoothing with a "
        "damped trend (statsmodels; 30 series) by 32 per cent where the year before misses by 19. "
        "Chance alone holds the next year in four of "
        "five; with the usual change the interval holds in 96%, and in 95% with nothing known of "
        "the year forecast. Not flattering: robbery rose by a quarter everywhere, which no year "
        "before told; districts of one force move together, so that Kent's thirteen are few; and "
        "two pairs of years are little to know a usual change by.",
    )


def quarters(rng, series: int) -> Section:
    """False verdicts and power of official tables, which give quarters."""
    few = max(series // 5, 20)
    rows = []
    for years in (3, 5):
        run = Period(Period.parse("2026-03").last - 12 * years + 1, Period.parse("2026-03").last)
        days = np.array(run.month_days(), dtype=float).reshape(years, 4, 3).sum(axis=2)
        for world in ("chance alone", "φ = 2", "φ = 4", "series of 3", "wandering level"):
            for mean in (300, 3000):
                counts = monthly(rng, world, mean, run, few).reshape(few, years, 4, 3).sum(axis=3)
                row: dict[str, object] = {
                    "years": years, "world": world, "a year": f"{mean:,}",
                }  # fmt: skip
                exact, whole, single, fallen, seen = [], [], [], [], []
                for x in counts.astype(float):
                    less = rng.binomial(x[-1].astype(int), 0.8)
                    now, before = x[-1].sum(), x[-2].sum()
                    spans = days[-1].sum(), days[-2].sum()
                    exact.append(ratio.exact_ratio(now, before, *spans)[2] < ALPHA)
                    of_year = dispersion.of_quarters(x, days)
                    low, high, _ = dispersion.widened_ratio(now, before, *spans, of_year)
                    whole.append(low > 1 or high < 1)
                    of_one = dispersion.of_quarters(x, days, 1)
                    low, high, _ = dispersion.widened_ratio(
                        x[-1, -1], x[-2, -1], days[-1, -1], days[-2, -1], of_one
                    )
                    single.append(low > 1 or high < 1)
                    changed = np.vstack([x[:-1], less])
                    of_year = dispersion.of_quarters(changed, days)
                    low, high, _ = dispersion.widened_ratio(less.sum(), before, *spans, of_year)
                    fallen.append(low <= 0.8 <= high)
                    seen.append(high < 1)
                row |= {
                    "exact test": np.mean(exact),
                    "year, as published": np.mean(whole),
                    "quarter, as published": np.mean(single),
                    "−20%: limits hold it": np.mean(fallen),
                    "−20%: called": np.mean(seen),
                }
                rows.append(row)
    return Section(
        "Quarters",
        "Official tables give quarters. A year, and its last quarter, against the year before, "
        "false verdicts where nothing changes; then a true fall of a fifth in the last year; "
        f"{few:,} series a row.",
        per_cent(pd.DataFrame(rows), skip=3),
        "Quarters tell the variance of a year as months do: the exact test calls every third "
        "unchanged series at a dispersion of 4, the limits that allow for the quarters about one "
        "in twenty, and they hold a true fall; a single quarter is judged more cautiously than it "
        "need be. What they cannot see is a level that wanders where counts are large: there one "
        "verdict in seven is false.",
    )


def exclusions(rng, series: int) -> Section:
    """False verdicts on exclusions, which the same children repeat."""
    many = max(series, 20)
    rows = []
    for mean in (40, 200, 900):
        for each in (1.0, 1.5, 2.0):
            now, before = (_excluded(rng, mean, each, many) for _ in range(2))
            exact, wide = [], []
            for (x1, k1), (x0, k0) in zip(now, before, strict=True):
                if not (x1 and x0):
                    continue
                factor = repeats(pd.DataFrame({"count": [x1, x0], "children": [k1, k0]}))
                exact.append(ratio.exact_ratio(x1, x0, 1, 1)[2] < ALPHA)
                low, high, _ = dispersion.widened_ratio(x1, x0, 1, 1, factor)
                wide.append(low > 1 or high < 1)
            rows.append(
                {"exclusions a year": mean, "each child": f"{each:.1f}",
                 "exact test": np.mean(exact), "as published": np.mean(wide)}
            )  # fmt: skip
    return Section(
        "Exclusions",
        "Exclusions of two years in which nothing changes; a child excluded once is excluded again "
        f"with the same chance each time; {many:,} pairs of years a row.",
        per_cent(pd.DataFrame(rows), skip=2),
        "Where children are excluded twice on average, a fourth of the exact verdicts is false. "
        "**So the number of children, where it is given, sets the variance**, which keeps the "
        "promise. Without it the limits allow for chance alone, and the page says so.",
    )


def _excluded(rng, mean: float, each: float, many: int) -> list[tuple[int, int]]:
    """Pairs of exclusions and the children they met."""
    children = rng.poisson(mean / each, many)
    again = np.where(children > 0, rng.negative_binomial(np.maximum(children, 1), 1 / each), 0)
    return list(zip((children + again).tolist(), children.tolist(), strict=True))


def small_places(rng, series: int) -> Section:
    """Rates of small places drawn to that of all: coverage and gain."""
    few = max(series // 20, 10)
    rows = []
    for number in (19, 78):
        for mean in (3, 12, 40):
            for differ in (0.0, 0.3, 0.8):
                own, drawn, held = [], [], []
                for _ in range(few):
                    people = rng.uniform(1000, 3000, number)
                    true = np.full(number, mean / 2000)
                    if differ:
                        true = rng.gamma(1 / differ**2, differ**2 * mean / 2000, number)
                    x = rng.poisson(true * people)
                    table = pd.DataFrame({"count": x, "population": people})
                    found = shrinkage.shrunk(table, per=1)
                    if found["shrunk_rate"].isna().any():
                        continue
                    own.append(np.mean((x / people - true) ** 2))
                    drawn.append(np.mean((found["shrunk_rate"] - true) ** 2))
                    inside = (found["shrunk_lower"] <= true) & (true <= found["shrunk_upper"])
                    held.append(inside.mean())
                rows.append(
                    {"places": number, "crimes each": mean, "places differ by": f"{differ:.0%}",
                     "limits hold the truth": np.mean(held),
                     "squared error, of that of plain rates": np.mean(drawn) / np.mean(own)}
                )  # fmt: skip
    return Section(
        "Rates of small places",
        "Places whose true rates differ by a given coefficient of variation, their rates drawn to "
        f"that of all; {few:,} groups of places a row.",
        per_cent(pd.DataFrame(rows), skip=3),
        "Rates drawn to the others are nearer the truth on average in every row, and where crimes "
        "are few or places alike their squared error is a small part of that of plain rates. Not "
        "flattering: their limits take it as known how places differ, and where places hardly "
        "differ or crimes are few they hold the truth far less often than promised. **So the drawn "
        "rate is shown without limits**, beside the plain rate with its own.",
    )
