"""Whole workspaces give what they gave; for a meant change: `python -m tests.golden --write`."""

import json
import re
from pathlib import Path

import golden
import pandas as pd
import pytest

from cspanalysis.findings import MIME
from cspanalysis.findings.record import REST

CHAPTERS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("[0-9]*.ipynb"))
ADVICE = "python -m tests.golden --diff shows all; --write, if the change is meant"


@pytest.fixture(scope="module")
def sample():
    return golden.compare("sample")


@pytest.fixture(scope="module")
def kent(shared):
    return golden.compare("kent")


def told(keys):
    """What a failing test says: every key, and of the first ones what changed."""
    lines = [line for key in keys[:3] for line in (key, *golden.differences(key, most=10))]
    return "\n".join([f"{len(keys)} keys of {golden.HASHES.name} differ; {ADVICE}", *lines, *keys])


def test_the_sample_gives_what_it_gave(sample):
    assert not sample, told(sample)


@pytest.mark.long
@pytest.mark.realdata
def test_a_workspace_without_a_partners_data_gives_what_it_gave(kent):
    assert not kent, told(kent)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_stored_notebooks_say_what_a_review_says(sample, path):
    """Word by word, as nbval would compare them, without a kernel for each."""
    stored = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for data in (output["data"] for output in cell.get("outputs", [])):
            text = re.sub(
                r"<details>\n<summary>.*</summary>\n\n|\n</details>\n",
                "",
                "".join(data.get("text/markdown", "")),
            )
            if MIME in data:
                stored.append(text)
            elif REST in data:  # what is folded after the chart of the same finding
                stored[-1] += f"\n{text}"
    said = golden.content(f"sample public notebook {path.stem}", "text.txt")
    assert said == "\n".join(stored), "run: make notebooks"


CLEAR = {
    "up": r"\b(rose|higher|more)\b",
    "down": r"\b(fell|lower|fewer)\b",
    "higher": r"\b(above|higher)\b",
    "lower": r"\b(below|lower)\b",
    "no_clear_change": r"no clear change|None of|can be chance|can be within chance",
    "similar": r"not clearly different|within the range",
}


KENT = pytest.param("kent public", marks=pytest.mark.long)


@pytest.fixture(scope="module", params=["sample public", "sample partner", KENT])
def findings(request):
    """Every finding of a review: its record and its chart."""
    name = request.param.split()[0]
    if name == "sample":
        request.getfixturevalue("sample")
    else:
        request.getfixturevalue("shared")
        request.getfixturevalue("kent")
    kept = [k for k in golden.held() if k.startswith(f"{request.param} finding ")]
    parts = ((k, *(json.loads(golden.content(k, f"{p}.txt")) for p in ("record", "chart")))
             for k in kept)  # fmt: skip
    return [(k.split(" finding ")[1], record, chart or {}) for k, record, chart in parts]


def rows_of(record):
    return [r for r in record["rows"] if r.get("verdict") in CLEAR]


def test_a_verdict_is_the_same_in_sentence_and_row(findings):
    checked = 0
    for name, record, _ in findings:
        for told in (record, *record.get("windows", [])):
            if told["verdict"] in CLEAR:
                assert re.search(CLEAR[told["verdict"]], told["sentence"]), (name, told["sentence"])
        own = [r for r in rows_of(record) if r.get("is_own", True)]
        if len(own) == 1 and record["verdict"] in CLEAR:
            assert own[0]["verdict"] == record["verdict"], name
            checked += 1
    assert checked > 15


def test_a_change_is_called_exactly_where_its_interval_leaves_out_none(findings):
    changes = [(n, r) for n, record, _ in findings for r in rows_of(record) if "compare_count" in r]
    for name, row in changes:
        lower, upper = (row.get(k) for k in ("lower", "upper"))
        if "ratio" in row and lower is not None and row["status"] == "ok":
            side = "up" if lower > 1 else "down" if (upper or 2) < 1 else "no_clear_change"
            assert row["verdict"] == side, (name, row)
            # Of many tested together the adjusted one decides.
            p = row["p"] if row.get("p_adjusted") is None else row["p_adjusted"]
            assert (p < 0.05) == (side != "no_clear_change"), (name, row)
    assert len(changes) > 10


def test_a_chart_fills_the_dots_of_clear_changes_and_the_sentence_names_them(findings):
    drawn = 0
    for name, record, chart in findings:
        dots = [t for t in chart.get("data", []) if t.get("mode") == "markers"
                and isinstance(t["marker"].get("color"), list)
                and "#FFFFFF" in t["marker"]["color"]]  # fmt: skip
        rows = [r for r in rows_of(record) if r.get("compare_count") is not None]
        if not dots or not rows:
            continue
        if name == "glance.table":  # its dots lie among the peers
            filled = [c != "#FFFFFF" for c in dots[0]["marker"]["color"]]
            ranked = [r for r in rows if r["others_rate"] is not None]
            assert filled == [r["verdict_peers"] in ("higher", "lower") for r in ranked]
            continue
        filled = sum(colour != "#FFFFFF" for colour in dots[0]["marker"]["color"])
        assert filled == sum(r["verdict"] in ("up", "down") for r in rows), name
        for row in rows:
            if row["verdict"] in ("up", "down"):
                pair = f"({row['compare_count']:,.0f} to {row['count']:,.0f})"
                assert pair in record["sentence"], (name, pair)
        drawn += 1
    assert drawn


def test_the_matrix_of_priorities_scores_the_verdicts_that_the_chapters_give(findings):
    changes = {r["measure"]: r["verdict"] for n, r, _ in findings if n.endswith(".change")}
    score = {"up": 1.0, "no_clear_change": 0.5, "down": 0.0}
    (matrix,) = (record for name, record, _ in findings if name == "priorities.matrix")
    checked = 0
    for row in matrix["rows"]:
        if changes.get(row["things"]) in score and row["trend"] is not None:
            assert row["trend"] == score[changes[row["things"]]], row["things"]
            checked += 1
        for part in filter(None, row.get("trend_of", "").split(" and ")):
            for measure, verdict in changes.items():
                if part.startswith(f"{measure} "):
                    assert re.search(CLEAR[verdict], part), (part, verdict)
                    checked += 1
    assert checked


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
