"""How cleaning and a review grow with the years of the nation: `python -m benchmarks.growth`.

Prints the table of docs/performance.md, "How it grows": an invented archive of every force for each
number of years, cleaned, cleaned again, and one area of it reviewed. Fifteen years take 6 GB.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import measuring
from benchmarks.measures import Settings
from benchmarks.measuring import Measured


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=int, nargs="+", default=[1, 3, 15])
    parser.add_argument("--forces", type=int, default=0, help="0 for all")
    parser.add_argument("--rows", type=int, default=380_000, help="a month, all forces")
    parser.add_argument("--csp", default="Dover")
    parser.add_argument("--scratch", type=Path, metavar="DIR")
    given = parser.parse_args(arguments)
    columns: list[list[str]] = []
    with tempfile.TemporaryDirectory(dir=given.scratch, prefix="growth_") as folder:
        for years in given.years:
            columns.append(_years(Path(folder, str(years)), years, given))
            shutil.rmtree(Path(folder, str(years)))
    heads = ["", "files of a force and a month", "packed, cleaned (GB)", "clean",
             "clean again, nothing changed", "review of one area, with start-up"]  # fmt: skip
    lines = ["| " + " | ".join(row) + " |" for row in zip(heads, *columns, strict=True)]
    print("\n".join([lines[0], "|" + "---|" * (len(columns) + 1), *lines[1:]]))
    return 0


def _years(root: Path, years: int, given: argparse.Namespace) -> list[str]:
    size = Settings(months=12 * years, forces=given.forces, rows=given.rows)
    made = measuring.task("make", root, size.period, str(size.forces), str(size.rows)).told
    clean = measuring.csp("clean", "--workspace", root)
    again = measuring.csp("clean", "--workspace", root)
    words = ["review", "--workspace", root, "--csp", given.csp, "--out", root / "reports"]
    review = measuring.csp(*words)
    sizes = [_gigabytes(root / "data" / part) for part in ("raw", "processed")]
    name = f"{years} year" + "s" * (years > 1)
    print(f"{name}: {made['files']:,} files", flush=True, file=sys.stderr)
    return [name, f"{made['files']:,}", f"{sizes[0]:.2f}, {sizes[1]:.2f}", _told(clean),
            _told(again), _told(review)]  # fmt: skip


def _told(run: Measured) -> str:
    return f"{run.seconds:.1f} s, {run.cpu_seconds:.1f} s, {run.peak_mb:,.0f} MB"


def _gigabytes(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e9


if __name__ == "__main__":
    sys.exit(main())
