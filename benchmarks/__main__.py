"""Measure speed and memory: `python -m benchmarks`, or `make bench`; writes docs/performance.md.

--months 36 --forces 0     size of the invented archive (0: every force)
--archive DIR              street files of one's own, as downloaded, instead
--quick                    two months of six forces, one run each: to see that it works
--only cleaning            one part (cleaning, workbook, loading, today, reviewing, memory)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks import measures, page
from benchmarks.measures import Settings

PROJECT = Path(__file__).resolve().parents[1]
OUT = PROJECT / "docs" / "performance.md"


def settings(arguments: list[str] | None = None) -> Settings:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--forces", type=int, default=0, metavar="N", help="0 for all")
    parser.add_argument("--rows", type=int, default=380_000, help="a month, all forces")
    parser.add_argument("--archive", type=Path, metavar="DIR")
    parser.add_argument("--repeat", type=int, default=2, help="runs of each; the quickest counts")
    parser.add_argument("--only", action="append", default=[], choices=list(measures.PARTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="folder for some gigabytes")
    parser.add_argument("--out", type=Path, default=None, metavar="FILE")
    given = parser.parse_args(arguments)
    if min(given.months, given.repeat) < 1 or given.forces < 0:
        parser.error("--months and --repeat are 1 or more, --forces 0 or more")
    if given.quick:
        given.months, given.forces, given.repeat = 2, 6, 1
    # A quick or partial run must not take the place of the whole one.
    whole = not (given.quick or given.only)
    return Settings(
        months=given.months,
        forces=given.forces,
        rows=given.rows,
        archive=given.archive.resolve() if given.archive else None,
        repeat=given.repeat,
        parts=tuple(given.only) or measures.PARTS,
        quick=given.quick,
        scratch=given.scratch,
        out=given.out or (OUT if whole else None),
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the measurements, print the table, write the page."""
    asked = settings(arguments)
    with tempfile.TemporaryDirectory(dir=asked.scratch, prefix="bench_") as folder:
        study = measures.run(asked, Path(folder), lambda line: print(line, flush=True))
    print("\n" + page.table(study.targets))
    if asked.out:
        before = asked.out.read_text(encoding="utf-8") if asked.out.is_file() else ""
        asked.out.write_text(page.page(study, before), encoding="utf-8")
        print(f"\n{asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
