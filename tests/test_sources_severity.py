"""Severity weights: the statisticians' workbook, and an index of one's own."""

from pathlib import Path

import pytest
from test_sources_fuzz import CONTEXT

from cspanalysis import sources
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources.archive import Part

FIXTURE = Path(__file__).parent / "fixtures/severity/weights.csv"


def read(path):
    return sources.get("severity").read(Part(path, f"severity/{path.name}"), CONTEXT)


def test_the_layout_of_the_statisticians_is_read():
    found = read(FIXTURE)
    assert found.frame["code"].to_list() == ["1, 4.1/2/10", "8N", None, "46"]
    assert found.frame["weight"].to_list() == [8000, 180.5, 190, 12.25]
    # A category stands once for all offences beneath it.
    assert found.frame["category"].to_list()[2] == "violence against the person"
    assert (found.rows_read, found.rows_set_aside) == (8, 4)
    reasons = " ".join(found.problems.table()["reason"])
    for reason in ("another weight of a code above", "names no offence", "counts for nothing"):
        assert reason in reasons


def test_an_index_by_the_names_of_offences_is_read(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text("Offence,Crime harm index value\nRobbery,365\n")
    assert read(path).frame.select("code", "offence", "weight").rows() == [(None, "robbery", 365)]


def test_a_file_without_weights_is_refused(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text("Offence code,Offence\n34B,Robbery\n")
    with pytest.raises(DataRefused, match="weight"):
        read(path)
