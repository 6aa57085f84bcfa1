"""The pages on methods and calibration: their examples run, and they are in step with the code."""

import doctest
import importlib
import re
import sys

import pytest

from cspanalysis.stats import control


def test_every_example_of_the_methods_page_comes_out_as_printed(project):
    page = project / "docs" / "methods.md"
    result = doctest.testfile(str(page), module_relative=False)
    assert result.attempted > 30 and result.failed == 0


@pytest.fixture(scope="module")
def calibration(project):
    sys.path.insert(0, str(project))
    yield importlib.import_module("benchmarks.calibration.__main__")
    sys.path.remove(str(project))


def skeleton(page):
    """Prose and table heads, figures left out."""
    lines = page.splitlines()
    kept = [
        line
        for line, after in zip(lines, [*lines[1:], ""], strict=True)
        if not line.startswith("|") or after.startswith("|---")
    ]
    return [re.sub(r"[\d.,]+", "#", line) for line in kept]


def test_the_committed_calibration_is_that_of_the_script(calibration, project, tmp_path):
    calibration.main(["--quick", "--out", str(tmp_path / "quick.md")])
    quick = (tmp_path / "quick.md").read_text(encoding="utf-8")
    committed = (project / "docs" / "calibration.md").read_text(encoding="utf-8")
    assert skeleton(quick) == skeleton(committed)


def test_the_study_repeats_itself(calibration):
    first, second = (next(iter(calibration.study(40))) for _ in range(2))
    assert first.table.equals(second.table)


def test_the_printed_false_signal_rate_is_what_the_study_found(project):
    page = (project / "docs" / "calibration.md").read_text(encoding="utf-8")
    section = page.split("## False signals of control charts")[1].split("## ")[0]
    heads, _, *rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    column = heads.index("as published, newest six")
    by_world = {}
    for row in rows:
        by_world.setdefault("season" in row[1], []).append(float(row[column]))
    without, with_season = (sum(v) / len(v) for v in (by_world[False], by_world[True]))
    # The target: a season adds no false signals (two standard errors of simulation allowed).
    assert with_season < without + 1.2
    assert max(without, with_season) / 100 <= control.FALSE_SIGNAL_RATE + 0.005
