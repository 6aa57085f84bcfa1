"""Small counts planted in raw files: a finished review hides them, one that does not is refused.

The mutations switch protection off at its source, in a run of their own, whose chapters inherit it.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cspanalysis.disclosure import audit

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = ("hospital_extract", "school_exclusions", "youth_offending", "population", "lookups")

#: Source, what its row holds, and the small count put there.
PLANTED = (
    # Alone in its district, beside a published total: what is left of the sum.
    ("school_exclusions", ("2006/07", "Tonbridge", "Permanent"), "Exclusions", 3),
    # One less than the other: the difference of two tables.
    ("youth_offending", ("2006/07", "Tonbridge and Malling", "public order"), "Young People", 4),
    ("youth_offending", ("2007/08", "Tonbridge and Malling", "public order"), "Young People", 3),
    *(
        ("hospital_extract", ("2007/08", cause, sex, band), "Admissions", count)
        for cause, sex, band, count in (
            ("T51", "Male", "0-9", 1),
            ("T51", "Female", "0-9", 7),
            ("F10", "Male", "10-19", 2),
            ("F10", "Female", "10-19", 5),
            ("X85-Y09", "Female", "51+", 6),
        )
    ),
)

RUN = """
import sys
from cspanalysis import cli, disclosure
real = {{name: getattr(disclosure, name) for name in ("apply", "protect_finest")}}
{mutation}
sys.exit(cli.main(sys.argv[1:]))
"""
OFF = {
    "where a finding is made": """
disclosure.apply = lambda table, protect, *, edition: real["apply"](
    table, protect, edition="partner")
""",
    "at the finest table": """
disclosure.protect_finest = lambda table, protect, *, edition, **more: real["protect_finest"](
    table, protect, edition="partner", **more)
""",
    "at both": """
disclosure.apply = lambda table, protect, *, edition: real["apply"](
    table, protect, edition="partner")
disclosure.protect_finest = lambda table, protect, *, edition, **more: real["protect_finest"](
    table, protect, edition="partner", **more)
""",
}


def plant(path: Path, key: tuple[str, ...], column: str, count: int) -> None:
    """Put a count into the one row that holds all words of the key."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = (r for r in rows if set(key) <= set(r.values()))
    row[column] = str(count)
    if "Children" in row:
        row["Children"] = str(count)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    """The sample's people-based sources with small counts planted in them."""
    root = tmp_path_factory.mktemp("planted")
    for source in SOURCES:
        shutil.copytree(PROJECT / "data/raw" / source, root / "data/raw" / source)
    settings = (PROJECT / "partnership.toml").read_text(encoding="utf-8")
    settings = re.sub(r"^\[\[windows\]\]\n(?:\w+ = .*\n)+", "", settings, flags=re.M)
    (root / "partnership.toml").write_text(settings, encoding="utf-8")
    for source, key, column, count in PLANTED:
        (path,) = (root / "data/raw" / source).glob("*.csv")
        plant(path, key, column, count)
    for path in (root / "data/raw").rglob("*.source.toml"):
        path.unlink()  # they hold the hash of the files as they were
    return root


def review(root: Path, out: Path, mutation: str = "") -> subprocess.CompletedProcess:
    """`csp review` of the chapters that speak of people, in a process of its own."""
    chapters = ["--chapter", "substance_misuse", "--chapter", "young_people",
                "--chapter", "violence"]  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", RUN.format(mutation=mutation), "review", "--workspace", str(root),
         "--out", str(out), "--single-file", *chapters],
        capture_output=True, text=True, cwd=PROJECT,
    )  # fmt: skip


def test_planted_small_counts_are_hidden_in_everything_that_is_written(workspace, tmp_path):
    done = review(workspace, tmp_path)
    assert done.returncode == 0, done.stderr
    written = [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".js"]
    assert {p.name for p in written} >= {"findings.json", "findings.csv", "tables.xlsx", "run.log"}
    pages = "".join(p.read_text("utf-8") for p in written if p.suffix == ".html")
    assert "hidden so that nobody can be identified" in pages.lower()


@pytest.mark.skipif(os.name != "posix", reason="chapters inherit the mutation by forking")
@pytest.mark.parametrize("where", OFF)
def test_protection_switched_off_fails_the_review(workspace, tmp_path, where):
    done = review(workspace, tmp_path, OFF[where])
    said = done.stdout + done.stderr
    if where == "at the finest table":
        # What is computed from unrounded counts is refused before there is anything to check.
        assert done.returncode == 1 and "stopped with an error (ValueError)" in said, said
    else:
        assert done.returncode == 4 and "can be recovered" in said, said
        # What leaks is withheld, the rest is written, and of that nothing can be recovered.
        assert ".html was withheld, because protected values" in said, said
        (folder,) = (p.parent for p in tmp_path.rglob("findings.json"))
        assert audit.check(folder) == []
