"""Run the study and write docs/calibration.md: `python -m benchmarks.calibration`.

Under ten minutes on two cores. `--quick` runs it with few series, `--out FILE` writes elsewhere.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.calibration import areas, changes, forecasts, interventions, months
from benchmarks.calibration.worlds import Section

SEED = 20080403
OUT = Path(__file__).resolve().parents[2] / "docs" / "calibration.md"

INTRODUCTION = """# Calibration: do the statistics keep their promises?

Written by `python -m benchmarks.calibration`; seeded, so a second run gives the same figures.
Nothing changes in these simulated worlds unless a table says so, and every *up* or *down* is then
false. Shares are per cent of the simulated series. From {series:,} series a share of 5 per cent is
known to about {error:.1f} points either way; the slower studies use fewer.
"""

#: In the order of the page. Each has a generator of its own by its place, so new ones go last.
STUDIES = (
    changes.false_changes,
    changes.coverage,
    areas.rank_coverage,
    areas.funnels,
    months.control_charts,
    months.seasons,
    changes.powers,
    changes.trends,
    areas.against_others,
    changes.true_changes,
    changes.yearly_changes,
    interventions.placebo_and_planted,
    forecasts.quarters,
    forecasts.exclusions,
    forecasts.forecasts,
    forecasts.back_tests,
    forecasts.small_places,
    interventions.promises,
)


def study(series: int) -> Iterator[Section]:
    """Run every study, each with a generator of its own, so that one can change alone."""
    for number in range(len(STUDIES)):
        yield _section(number, series)


def study_at_once(series: int, jobs: int) -> list[Section]:
    """The same in several processes."""
    with ProcessPoolExecutor(jobs) as pool:
        found = [pool.submit(_section, number, series) for number in range(len(STUDIES))]
        return [one.result() for one in found]


def _section(number: int, series: int) -> Section:
    return STUDIES[number](np.random.default_rng([SEED, number]), series)


def page(sections: list[Section], series: int) -> str:
    """The study as Markdown."""
    error = 196 * np.sqrt(0.05 * 0.95 / series)
    parts = [INTRODUCTION.format(series=series, error=error)]
    for s in sections:
        parts.append(f"## {s.title}\n\n{s.asked}\n\n{_markdown(s.table)}\n\n{s.follows}\n")
    return "\n".join(parts)


def _markdown(table: pd.DataFrame) -> str:
    lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * len(table.columns)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in table.itertuples(index=False)]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Run the study and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few series, for a test")
    parser.add_argument("--series", type=int, default=5000, help="simulated series a world")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once")
    parser.add_argument("--out", type=Path, default=OUT)
    chosen = parser.parse_args(arguments)
    series = 40 if chosen.quick else chosen.series
    is_alone = chosen.quick or chosen.jobs < 2
    sections = list(study(series)) if is_alone else study_at_once(series, chosen.jobs)
    chosen.out.write_text(page(sections, series), encoding="utf-8")


if __name__ == "__main__":
    main()
