"""A workspace's own notebooks: which of them its review runs, and `csp chapter`."""

import json

import pytest

from cspanalysis import cli
from cspanalysis.domain.errors import UsageError
from cspanalysis.explore import entry
from cspanalysis.report import duties, notebooks
from cspanalysis.workspace import chapter_file, init, notebook_files

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


@pytest.fixture
def root(tmp_path):
    """A workspace of Dover with two years of street files: ten thefts of a bicycle a month."""
    init.init(tmp_path / "ws", "Dover")
    for year in (2024, 2025):
        rows = "".join(
            f"{year}{month:02}{i:058x},{year}-{month:02},Kent Police,Kent Police,1.3,51.1,"
            "On or near High Street,E01024200,Dover 001A,Bicycle theft,Under investigation,\n"
            for month in range(1, 13)
            for i in range(10)
        )
        path = tmp_path / f"ws/data/raw/police_uk/{year}-kent-street.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
    return tmp_path / "ws"


def edited(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def names(root, **without):
    return [p.stem for p in notebook_files.of_workspace(root, without)]


def test_without_any_of_its_own_the_projects_chapters_are_run(root):
    assert notebook_files.of_workspace(root) == notebook_files.chapters()
    notebook_files.for_workspace(root)  # copies that nobody has changed are no own chapters
    assert notebook_files.of_workspace(root) == notebook_files.chapters()


def test_a_changed_copy_is_run_in_place_of_the_projects_and_running_it_is_no_change(root):
    theirs = notebook_files.for_workspace(root) / "40_violence.ipynb"
    notebook = json.loads(theirs.read_text(encoding="utf-8"))
    output = {"output_type": "stream", "name": "stdout", "text": "seen"}
    next(c for c in notebook["cells"] if c["cell_type"] == "code")["outputs"] = [output]
    theirs.write_text(json.dumps(notebook), encoding="utf-8")
    assert theirs not in notebook_files.of_workspace(root)
    notebook["cells"][0]["source"] = "# Violence as we see it"
    theirs.write_text(json.dumps(notebook), encoding="utf-8")
    found = notebook_files.of_workspace(root)
    assert theirs in found and len(found) == len(notebook_files.chapters())
    moved = theirs.rename(theirs.with_name("07_violence.ipynb"))
    found = notebook_files.of_workspace(root)
    assert found[2] == moved and len(found) == len(notebook_files.chapters())
    notebook_files.for_workspace(root)  # neither is the project's laid beside it again
    assert not theirs.exists()


def test_untouched_copies_follow_the_project(root):
    theirs = notebook_files.for_workspace(root) / "40_violence.ipynb"
    newest = theirs.read_text(encoding="utf-8")
    notebook = json.loads(newest)
    notebook["cells"][0]["source"] = ["# Violence, as an older version had it"]
    notebook["metadata"]["cspanalysis_copied"] = notebook_files._digest(notebook)
    theirs.write_text(json.dumps(notebook), encoding="utf-8")
    assert theirs not in notebook_files.of_workspace(root)
    notebook_files.for_workspace(root)
    assert theirs.read_text(encoding="utf-8") == newest


def test_chapters_are_left_out_by_the_settings(root):
    assert "70_roads_and_fires" not in names(root, without=["roads_and_fires"])
    assert "70_roads_and_fires" not in names(root, without=["70_roads_and_fires"])
    with pytest.raises(UsageError, match="no chapter 'roads'"):
        names(root, without=["roads"])
    edited(root / "partnership.toml", "[review]", '[review]\nwithout = ["violence"]')
    assert "40_violence" not in [c.key for c in notebooks.of_workspace(root)]
    edited(root / "partnership.toml", '["violence"]', '"violence"')
    with pytest.raises(UsageError, match="a list of names of chapters"):
        notebooks.of_workspace(root)


def test_two_chapters_of_one_name_and_a_pages_name_are_refused(root):
    chapter_file.write(root, "town centre")
    own = root / "notebooks" / "76_town_centre.ipynb"
    (own.parent / "12_town_centre.ipynb").write_bytes(own.read_bytes())
    with pytest.raises(UsageError, match=r"12_town_centre\.ipynb has that name too"):
        notebook_files.of_workspace(root)
    before = "town_centre"
    for name in ("index", duties.SLUG):
        (own.parent / f"12_{before}.ipynb").rename(own.parent / f"12_{name}.ipynb")
        with pytest.raises(UsageError, match="a page has its name"):
            notebook_files.of_workspace(root)
        before = name


@pytest.mark.parametrize("name", ["", "1st of May", "index", "!!"])
def test_a_name_that_cannot_be_one_is_refused(root, name):
    with pytest.raises(UsageError, match="cannot be the name of a chapter"):
        chapter_file.write(root, name)


def test_what_is_there_is_never_written_over(root, project):
    chapter_file.write(root, "Town centre")
    with pytest.raises(UsageError, match="is there already"):
        chapter_file.write(root, "town_centre")
    with pytest.raises(UsageError, match="the project itself"):
        chapter_file.write(project, "town_centre")
    with pytest.raises(UsageError, match="Did you mean 'burglary'"):
        chapter_file.write(root, "homes", "burglry")


def test_a_new_chapter_stands_where_its_number_says_and_counts_what_it_is_named_after(root):
    assert "three findings on bicycle theft" in chapter_file.write(root, "42 Bicycle theft")
    assert names(root).index("42_bicycle_theft") == names(root).index("40_violence") + 1
    assert "once you change it" in chapter_file.write(root, "violence")
    assert (root / "notebooks/40_violence.ipynb").is_file()


def test_the_chapter_is_made_here_and_in_a_review(root, capsys):
    assert cli.main(["chapter", "Cycles", "--offence", "bicycle theft",
                     "--workspace", str(root)]) == 0  # fmt: skip
    found = entry.open(workspace=root).findings("cycles")
    assert found["cycles.change"].values["count"] == 120
    assert found["cycles.change"].verdict == "no_clear_change" and "cycles.months" in found
    # A finding of one's own is of the module beside the notebook, as it is when the review runs.
    module = root / "notebooks/cycles_findings.py"
    edited(module, "Did bicycle theft rise or fall?", "Were more bicycles taken?")
    done = cli.main(["review", "--workspace", str(root), "--chapter", "cycles"])
    assert done == 0, capsys.readouterr()
    folder = root / "reports/dover/2025-01_2025-12"
    records = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    said = {r["id"]: r for r in records}
    assert said["cycles.change"]["title"] == "Were more bicycles taken?"
    assert said["cycles.change"]["values"]["count"] == 120
    assert any(r["id"].startswith("cycles.peers.") for r in records)
    assert "Were more bicycles taken?" in (folder / "cycles.html").read_text(encoding="utf-8")
