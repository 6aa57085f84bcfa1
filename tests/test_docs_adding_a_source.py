"""docs/adding_a_source.md is followed to the letter: a workspace is cleaned with a new source."""

import importlib.util
import sys
import textwrap

import pytest
from test_docs import ADDING_A_SOURCE, blocks

import cspanalysis
from cspanalysis import sources
from cspanalysis.cli import main
from cspanalysis.domain import areas
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.present import suppliers
from cspanalysis.review import coverage
from cspanalysis.sources import dictionary
from cspanalysis.workspace import mapping

TITLE = "Tonbridge and Malling"


def shown(end):
    """The block whose head ends so."""
    (found,) = [text for head, text in blocks(ADDING_A_SOURCE) if head.endswith(end)]
    return textwrap.dedent(found)


@pytest.fixture
def source(tmp_path, monkeypatch):
    """The page's module, registered."""
    path = tmp_path / "drug_litter.py"
    path.write_text(shown("sources/drug_litter.py"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("drug_litter", path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "drug_litter", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(sources, "SOURCES", (*sources.SOURCES, module.SOURCE))
    return module.SOURCE


@pytest.fixture
def place(tmp_path, source):
    """A workspace with the page's file, cleaned."""
    root = tmp_path / "workspace"
    assert main(["init", str(root), "--csp", TITLE]) == 0
    path = root / "data" / "raw" / "drug_litter" / "finds.csv"
    path.write_text(shown("drug_litter/finds.csv"), encoding="utf-8")
    assert main(["clean", "--workspace", str(root)]) == 0
    return root


def test_a_workspace_is_cleaned_and_opened_with_it(place, monkeypatch):
    monkeypatch.chdir(place)
    told = {}
    exec(shown("python"), told)
    finds = told["finds"]
    assert finds["find_id"].tolist() == ["DL/1", "DL/2", "DL/4"]
    assert finds["needles"].tolist()[0] == 12 and finds["needles"].isna().tolist()[1]
    assert finds["status"].tolist() == ["ok", "suppressed", "ok"]
    assert finds["month"].tolist() == ["2024-04", "2024-04", "2024-05"]
    store = cspanalysis.open(TITLE, "2024-04/2024-06").store
    (row,) = store.account().itertuples()
    assert (row.rows_read, row.rows_kept, row.rows_set_aside) == (6, 4, 2)
    problems = store.problems()
    said = " ".join(problems["reason"])
    assert "a total of other rows" in said and "a visit at which nothing was found" in said
    assert store.columns("drug_litter") == [
        "find_id", "found_on", "district", "site", "needles", "status", "symbol", "month", "file",
        "row",
    ]  # fmt: skip


def test_all_that_is_known_of_it_is_used(place, source):
    note = (place / "data" / "raw" / "drug_litter" / "README.md").read_text(encoding="utf-8")
    assert "It comes from: the council's log of drug litter." in note
    assert "`site`: the places with most drug litter." in note
    assert "## drug_litter" in dictionary.text() and "Month of the find" in dictionary.text()
    said = suppliers.missing_sentence("where needles lie", NotAvailable("drug_litter"))
    assert said.endswith("The council's log of drug litter would supply it.")
    store = cspanalysis.open(TITLE, "2024-04/2024-06", workspace=place).store
    assert coverage.sources(store) == ["drug_litter"]
    covered = coverage.of(store, "drug_litter", areas.find(TITLE))
    assert covered.months == ("2024-04", "2024-05")
    rows = [["Find Ref", "Date Removed", "Borough", "Needles"]]
    rows += [[f"DL/{n}", f"{n + 12}/04/2024", "Dover", str(n)] for n in range(1, 9)]
    path = place / "theirs.csv"
    path.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    proposal = mapping.propose(path)
    assert proposal.source == "drug_litter"
    assert proposal.settings()["columns"]["found_on"] == "Date Removed"


def test_the_registry_is_named(source):
    text = ADDING_A_SOURCE.read_text(encoding="utf-8")
    assert (
        f"`{source.name}.SOURCE`" in text
        and "`SOURCES` in `cspanalysis/sources/__init__.py`" in text
    )
