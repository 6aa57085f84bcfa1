"""Whole workspaces give what they gave; for a meant change: `python -m tests.golden --write`."""

import json
from pathlib import Path

import golden
import pandas as pd
import pytest

from cspanalysis.findings import MIME

CHAPTERS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("[0-9]*.ipynb"))
ADVICE = "python -m tests.golden --diff shows all; --write, if the change is meant"


@pytest.fixture(scope="module")
def sample():
    return golden.compare("sample")


def told(keys):
    """What a failing test says: every key, and of the first ones what changed."""
    lines = [line for key in keys[:3] for line in (key, *golden.differences(key, most=10))]
    return "\n".join([f"{len(keys)} keys of {golden.HASHES.name} differ; {ADVICE}", *lines, *keys])


def test_the_sample_gives_what_it_gave(sample):
    assert not sample, told(sample)


@pytest.mark.realdata
def test_a_workspace_without_a_partners_data_gives_what_it_gave(shared):
    differing = golden.compare("kent")
    assert not differing, told(differing)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_stored_notebooks_say_what_a_review_says(sample, path):
    """Word by word, as nbval would compare them, without a kernel for each."""
    stored = [
        "".join(output["data"]["text/markdown"])
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if MIME in output["data"]
    ]
    said = golden.content(f"sample public notebook {path.stem}", "text.txt")
    assert said == "\n".join(stored), "run: make notebooks"


def test_every_kind_of_output_is_held(sample):
    held = golden.held()
    for key in (
        "sample public finding acquisitive.burglary_dwelling.change",
        "sample partner finding young_people.exclusions.change",
        "sample bulletin finding bulletin.targets",
        "sample audit",
        "sample data dictionary",
        "sample table police_extract",
        "sample account",
        "sample problems",
        "kent public finding overview.recorded_crime.peers.force",
        "kent table police_uk",
    ):
        assert key in held
    # Record, display table and chart of a finding have a hash each.
    assert {len(v.split()) for k, v in held.items() if " finding " in k} == {3}


def test_a_changed_number_or_row_is_told_with_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(golden, "KEPT", tmp_path)
    monkeypatch.setattr(golden, "HASHES", tmp_path / "golden.txt")

    def made(count, rows):
        folder = tmp_path / "made"
        (folder / "sample f").mkdir(parents=True)
        parts = {"record": {"id": "f", "count": count}, "rows": pd.DataFrame({"n": rows})}
        hashes = [golden._put(folder / "sample f" / name, part) for name, part in parts.items()]
        return {"sample f": " ".join(hashes)}, folder

    monkeypatch.setattr(golden, "run", lambda name: made(2.0, [1, 2]))
    assert golden.write(("sample",)) == ["sample f"]
    assert golden.compare("sample") == []
    monkeypatch.setattr(golden, "run", lambda name: made(2.0 + 1e-13, [1, 2]))
    assert golden.compare("sample") == []  # another machine's last digit
    monkeypatch.setattr(golden, "run", lambda name: made(3.0, [1, 4]))
    assert golden.compare("sample") == ["sample f"]
    lines = [line for line in golden.differences("sample f") if "@@" not in line]
    assert [line.split()[-1] for line in lines if "-" in line] == ["2.0", "-2"]
    assert [line.split()[-1] for line in lines if "+" in line] == ["3.0", "+4"]
    monkeypatch.setattr(golden, "run", lambda name: made(3.0, [1, 2, 4]))
    assert golden.write(("sample",)) == ["sample f"] and golden.compare("sample") == []
