"""How far the statistics keep their promises, by seeded simulation.

`python benchmarks/calibration.py` rewrites docs/calibration.md (about three minutes on one core);
`--quick` runs the same study with few series, `--out FILE` writes elsewhere. Nothing changes in the
simulated worlds unless a table says so: every verdict of up, down, lower or higher is then false.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from cspanalysis.analysis import control, dispersion, peers, ratio, season, trend
from cspanalysis.analysis.detecting import probability_called
from cspanalysis.analysis.measures import count_limits
from cspanalysis.periods import Period

SEED = 20080403
ALPHA = 0.05
OUT = Path(__file__).resolve().parents[1] / "docs" / "calibration.md"

INTRODUCTION = """# Calibration: do the statistics keep their promises?

Written by `benchmarks/calibration.py`; seeded, so a second run gives the same figures. Nothing
changes in these simulated worlds unless a table says so, and every *up* or *down* is then false.
Shares are per cent of the simulated series. From {series:,} series a share of 5 per cent is known
to about {error:.1f} points either way; the slower studies use fewer.
"""


@dataclass(frozen=True)
class Section:
    """One table of the study: what was asked, the table, and what follows from it."""

    title: str
    asked: str
    table: pd.DataFrame
    follows: str


def monthly(rng, kind: str, year_mean: float, months: Period, series: int) -> np.ndarray:
    """Counts of unchanged series, shape (series, months), of one kind of world."""
    of_year, days = season.calendar(months.month_list())
    mean = year_mean / 365.25 * days
    if "season" in kind:
        mean = mean * (1 + 0.25 * np.cos(2 * np.pi * (of_year - 8) / 12))
    means = np.broadcast_to(mean, (series, len(days)))
    if "wandering" in kind:
        # A level that wanders: 10% standard deviation, correlation .8 from month to month.
        noise = rng.normal(size=means.shape)
        level = np.empty_like(noise)
        level[:, 0] = noise[:, 0]
        for month in range(1, noise.shape[1]):
            level[:, month] = 0.8 * level[:, month - 1] + 0.6 * noise[:, month]
        means = means * np.exp(0.1 * level - 0.005)
    for phi in (2, 4):
        if f"φ = {phi}" in kind:
            means = rng.gamma(means / (phi - 1), phi - 1)
    return rng.poisson(means)


WORLDS = ("chance alone", "25% season", "φ = 2", "φ = 4", "25% season, φ = 2", "wandering level")


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
        _per_cent(pd.DataFrame(rows), skip=2),
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
        _per_cent(pd.DataFrame(rows), skip=1),
        "Limits of small counts cover more than they promise, which is the price of never covering "
        "less; from about 40 on they are within a point of it. Wilson's limits waver around 95%.",
    )


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
        _per_cent(pd.DataFrame(rows), columns=[f"holds the true place, φ = {p}" for p in (1, 2)]),
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
        _per_cent(pd.DataFrame(rows), skip=2),
        "Plain limits flag most areas once rates differ by a tenth and counts are large; the "
        "verdict and the sentence therefore use the widened limits. These flag one area in ten at "
        "95%, twice what they promise, because pulling in the extremes also shrinks the estimate "
        "of their spread; the 99.8% limits flag one in sixty.",
    )


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
        _per_cent(pd.DataFrame(rows), skip=2),
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
        _per_cent(pd.DataFrame(rows), skip=3),
        "The test keeps its level in all of these worlds; without a season hardly anything is "
        "published. The price: with ten a month even a season of 25% mostly stays unpublished, and "
        "the page shows the plain counts and says why. With sixty a month it is nearly always "
        "found and the limits hold.",
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
        _per_cent(pd.DataFrame(rows), skip=1),
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
        _per_cent(pd.DataFrame(rows), skip=2),
        "The strict chi-square of the public health profiles makes false trends very rare, and "
        "misses slow true ones in small counts.",
    )


STUDIES = (false_changes, coverage, rank_coverage, funnels, control_charts, seasons, powers, trends)


def study(series: int) -> Iterator[Section]:
    """Run every study, each with a generator of its own, so that one can change alone."""
    for number, part in enumerate(STUDIES):
        yield part(np.random.default_rng([SEED, number]), series)


def page(sections: list[Section], series: int) -> str:
    """The study as Markdown."""
    error = 196 * np.sqrt(0.05 * 0.95 / series)
    parts = [INTRODUCTION.format(series=series, error=error)]
    for s in sections:
        parts.append(f"## {s.title}\n\n{s.asked}\n\n{_markdown(s.table)}\n\n{s.follows}\n")
    return "\n".join(parts)


def _per_cent(table: pd.DataFrame, skip: int = 0, columns: list[str] | None = None) -> pd.DataFrame:
    chosen = columns if columns is not None else list(table.columns[skip:])
    texts = {c: table[c].map(lambda v: "–" if pd.isna(v) else f"{100 * v:.1f}") for c in chosen}
    return table.assign(**texts)


def _markdown(table: pd.DataFrame) -> str:
    lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * len(table.columns)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in table.itertuples(index=False)]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Run the study and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few series, for a test")
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args(arguments)
    series = 40 if chosen.quick else 5000
    chosen.out.write_text(page(list(study(series)), series), encoding="utf-8")


if __name__ == "__main__":
    main()
