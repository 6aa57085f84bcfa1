"""The stored notebooks: made from the sample, and a changed figure is noticed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cspanalysis.findings import MIME

PROJECT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((PROJECT / "notebooks").glob("[0-9]*.ipynb"))


def cells(path):
    return [
        c for c in json.loads(path.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == "code"
    ]


def test_the_chapters_are_there():
    assert len(CHAPTERS) >= 7


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_every_finding_is_stored_with_its_sentence(path):
    stored = 0
    for cell in cells(path):
        assert cell["execution_count"], f"{path.name}: a cell was never run"
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            if MIME not in output.get("data", {}):
                continue
            stored += 1
            record = output["data"][MIME]
            assert record["sentence"]
            shown = re.sub(r"\\|\s+", "", "".join(output["data"]["text/markdown"]))
            assert re.sub(r"\s+", "", record["title"]) in shown
            for source in record["sources"]:
                assert source["synthetic"] is True
    assert stored >= 1


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.stem)
def test_parameters_work_as_they_stand(path):
    tagged = [c for c in cells(path) if "parameters" in c["metadata"].get("tags", [])]
    assert len(tagged) == 1
    names = re.findall(r"^(\w+) =", "".join(tagged[0]["source"]), re.M)
    assert names == ["csp", "period", "compare", "edition", "workspace"]


@pytest.mark.long
def test_one_changed_figure_in_a_stored_sentence_is_noticed(tmp_path):
    path = min((p for p in CHAPTERS if '"status": "ok"' in p.read_text(encoding="utf-8")),
               key=lambda p: p.stat().st_size)  # fmt: skip
    notebook = json.loads(path.read_text(encoding="utf-8"))
    changed = 0
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if MIME not in output.get("data", {}):
                continue
            for kind in ("text/markdown", "text/plain"):
                text = "".join(output["data"][kind])
                output["data"][kind] = re.sub(
                    r"(\d)(?=\D*$)", lambda m: str((int(m[1]) + 1) % 10), text, count=1
                )
            changed += 1
    assert changed
    for cell in notebook["cells"]:  # the copy lies elsewhere, so it names its workspace
        cell["source"] = [
            line.replace("workspace = None", f"workspace = {str(PROJECT)!r}")
            for line in cell["source"]
        ]
    (tmp_path / path.name).write_text(json.dumps(notebook), encoding="utf-8")
    run = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q",
            "-p", "no:cacheprovider", "-c", str(PROJECT / "pyproject.toml"),
            "--rootdir", str(PROJECT), "--confcutdir", str(PROJECT), "-p", "conftest",
            str(tmp_path / path.name),
        ],
        cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300,
        env={**__import__("os").environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert run.returncode == 1, run.stdout[-2000:]
    assert "mismatch" in run.stdout.lower()
