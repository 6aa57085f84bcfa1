"""The wheel: what `pip install` brings is enough to review an area from any folder."""

import importlib.util
import json
import os
import subprocess
import sys
import zipfile

import pytest

from cspanalysis.store import provenance
from cspanalysis.workspace import init, notebook_files, sample

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


@pytest.fixture(scope="module")
def wheel(project, tmp_path_factory):
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def run(wheel, tmp_path_factory):
    """Runs Python in a folder far from the checkout, with the wheel unpacked before it."""
    site = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)

    def python(folder, *arguments):
        return subprocess.run(
            [sys.executable, *arguments], cwd=folder, capture_output=True, text=True,
            env=os.environ | {"PYTHONPATH": str(site)},
        )  # fmt: skip

    where = python(site.parent, "-c", "import cspanalysis; print(cspanalysis.__file__)").stdout
    assert where.startswith(str(site))
    return python


def test_every_notebook_is_in_it_and_nothing_private(wheel, project):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    inside = {n.removeprefix("cspanalysis/notebooks/") for n in names if n.endswith(".ipynb")}
    assert inside == {p.name for p in (project / "notebooks").glob("*.ipynb")}
    assert not [n for n in names if n.startswith(("data/", "reports/", "tests/", "notebooks/"))]
    # Where Jupyter looks for how charts are exported, and for their buttons.
    installed = {n.partition(".data/data/")[2] for n in names}
    extension = "share/jupyter/labextensions/cspanalysis"
    assert {"etc/jupyter/jupyter_config.json", f"{extension}/package.json",
            f"{extension}/static/remoteEntry.js"} <= installed  # fmt: skip
    assert {"cspanalysis/domain/reference/areas.csv", "cspanalysis/py.typed"} <= set(names)
    if importlib.util.find_spec("sphinx") and importlib.util.find_spec("furo"):
        pages = {n.removeprefix("cspanalysis/site/documentation/") for n in names}
        assert {"index.html", "reference.html", "formats.html", "search.html"} <= pages
    # The sample's extracts travel, their generator does not.
    town = {n for n in names if n.startswith("cspanalysis/data/today/")}
    kept = project / "data" / "today"
    assert town == {
        f"cspanalysis/data/today/{p.relative_to(kept).as_posix()}"
        for p in (kept / "partnership.toml", *(kept / "data" / "raw").glob("*/*"))
    }
    held = {n for n in names if n.startswith("cspanalysis/data/")} - town
    extracts = {n.removeprefix("cspanalysis/data/raw/") for n in held}
    drawn = {p for s in sample.extracts() for p in (s, provenance.path_of(s))}
    assert extracts == {p.as_posix() for p in drawn}
    assert not [n for n in names if "tools" in n.split("/") or "actions.csv" in n]
    assert any(n.startswith("cspanalysis/report/template/") for n in names)


def test_the_sample_is_copied_without_a_checkout(run, tmp_path):
    done = run(tmp_path, "-m", "cspanalysis", "sample", "raw")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == len(sample.extracts())
    assert (tmp_path / "raw/police_extract/crime_2007-08.csv.gz").is_file()


@pytest.mark.long
def test_an_area_is_reviewed_without_a_checkout(run, tmp_path):
    assert run(tmp_path, "-m", "cspanalysis", "init", "mine", "--csp", "Dover").returncode == 0
    rows = "".join(
        f"{month:02}{i:062x},2025-{month:02},Kent Police,Kent Police,1.3,51.1,On or near High "
        "Street,E01024200,Dover 001A,Burglary,Under investigation,\n"
        for month in range(1, 13)
        for i in range(9)
    )
    raw = tmp_path / "mine/data/raw"
    (raw / "police_uk/2025-kent-street.csv").write_text(STREET + rows, encoding="utf-8")
    (raw / "population/mid_2024.csv").write_text(
        "area_code,area,year,sex,age,population\nE07000108,Dover,2024,persons,-1,118000\n"
    )
    done = run(
        tmp_path, "-m", "cspanalysis", "review", "--workspace", "mine", "--chapter", "overview"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "mine/reports/dover/2025-01_2025-12/findings.json").read_text())
    counts = {f["id"]: f["values"].get("count") for f in found["findings"]}
    assert counts["overview.recorded_crime.rate"] == 108


def test_a_workspace_gets_notebooks_of_its_own_that_open_its_area(tmp_path, project):
    root = tmp_path / "ws"
    init.init(root, "Dover")
    folder = notebook_files.for_workspace(root)
    assert folder == root / "notebooks" and "notebooks/" in (root / ".gitignore").read_text()
    assert {p.name for p in folder.iterdir()} == {
        p.name for p in (project / "notebooks").glob("*.ipynb")
    }
    for path in folder.iterdir():
        notebook = json.loads(path.read_text(encoding="utf-8"))
        assert not any(cell.get("outputs") for cell in notebook["cells"])
        assert "Tonbridge" not in "".join("".join(cell["source"]) for cell in notebook["cells"])
    mine = folder / "explore.ipynb"
    mine.write_text("my work", encoding="utf-8")
    notebook_files.for_workspace(root)
    assert mine.read_text(encoding="utf-8") == "my work"


def test_the_checkout_opens_its_own_notebooks(project):
    assert notebook_files.for_workspace(project) == project / "notebooks"
