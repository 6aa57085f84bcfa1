"""A county's year of reviews, windows and bulletins attacked by an integer programme.

`python -m benchmarks.county` does the same for many more counties; here the budget is small.
"""

from __future__ import annotations

import contextlib
import sys

import numpy as np
import pytest

from benchmarks import county
from cspanalysis import disclosure
from cspanalysis.disclosure import audit
from cspanalysis.disclosure.audit import joint
from cspanalysis.disclosure.publications import Record
from cspanalysis.report import publication_run


@pytest.mark.parametrize(("number", "each", "seeds"), [(1, 10, 3), (2, 6, 1), (4, 4, 1)])
def test_nothing_of_a_county_is_recovered_and_nothing_is_withheld_needlessly(number, each, seeds):
    for seed in range(seeds):
        found = county.attack(seed, number, each)
        assert found.published and found.recovered == [] and found.needless == []


def leaked(seeds=8):
    """What is recovered of small counties, each of one area with ten reports."""
    found = []
    for seed in range(seeds):
        found += county.attack(seed, 1, 10).recovered
        if found:
            break
    return found


OFF = {
    "small counts are shown": (disclosure, "apply", lambda table, protect, *, edition: table),
    "no record is kept": (Record, "enter", lambda self, name, report: None),
    "the record is not looked at": (Record, "beside", lambda self, name, owners: []),
    "periods are not subtracted": (joint, "giving_away", lambda steps, given=(): {}),
    "nothing is withheld": (
        publication_run.differences, "withheld", lambda chapters, **more: (list(chapters), []),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OFF)
def test_a_protection_that_is_switched_off_is_found_by_the_attack(what, monkeypatch):
    monkeypatch.setattr(*OFF[what])
    assert leaked() != []


def test_sums_not_looked_at_across_reports_are_found(tmp_path, monkeypatch):
    """Two hidden months in years that differ by three: only the sums of both tell."""
    months = np.full(county.MONTHS, 22)
    months[[0, 12]] = 4, 1

    def folder(root):
        (root / "data/processed").mkdir(parents=True)
        for start, stop in ((0, 1), (12, 13), (0, 12), (1, 13)):
            record = county.change(months, (start, stop), (-1, -1)) | {"windows": []}
            name = county.iso(start, stop).replace("/", "_")
            place = publication_run.Place(
                root, root / "reports", root / f"reports/dover/{name}", "Dover"
            )
            county.written(place, record)
        return audit.check(root / "reports")

    assert folder(tmp_path / "on") == []
    monkeypatch.setattr(joint, "_pinned", lambda reports, kinds=None: [])
    written = tmp_path / "off"
    assert folder(written) == []
    monkeypatch.undo()
    assert {r.value for r in audit.check(written / "reports")} == {4.0, 1.0}


@pytest.mark.parametrize("seed", range(12))
def test_random_areas_are_not_refused_and_not_recovered(tmp_path, seed):
    found = county.area(tmp_path, seed)
    assert found.published and found.refused == [] and found.recovered == []


@pytest.mark.parametrize("what", ["further", "small", "rounding"])
def test_a_part_of_the_protection_of_tables_that_is_switched_off_is_found(
    tmp_path, monkeypatch, what
):
    apply, policies = (sys.modules[f"cspanalysis.disclosure.{n}"] for n in ("apply", "policies"))
    off = {
        "further": (apply, "further_rows", lambda shown, *rest: np.zeros(len(shown), bool)),
        "small": (policies, "is_small", lambda counts, *rule: np.zeros(len(counts), bool)),
        "rounding": (policies, "rounded", lambda counts, policy: counts),
    }  # fmt: skip
    monkeypatch.setattr(*off[what])
    found = []
    for seed in range(12):
        with contextlib.suppress(ValueError):
            one = county.area(tmp_path / str(seed), seed)
            found += [*one.refused, *one.recovered]
        if found:
            return
    raise AssertionError("nothing was found")
