"""The fire service's incident list."""

from pathlib import Path

import polars as pl

from cspanalysis.sources import fires
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "fires"


def read(name):
    return fires.SOURCE.read(Part(FIXTURES / name, f"fires/{name}"), Context())


def test_every_row_is_kept_or_set_aside():
    found = read("incidents.csv")
    assert (found.rows_read, found.rows_kept, found.rows_set_aside) == (5, 4, 1)
    aside = found.problems.table().filter(found.problems.table()["action"] == "set aside")
    assert aside.select("row", "column").rows() == [(5, "date")]


def test_an_unreadable_motive_is_missing_and_never_accidental():
    table = read("incidents.csv").tables["fires"]
    assert table["motive"].to_list() == ["accidental", "deliberate", "not known", None]
    assert table["casualties"].to_list() == [1, 0, None, None]
    assert table["hour"].to_list() == [17, 0, None, None]
    assert table["month"].unique().to_list() == ["2006-04"]


def test_a_repeated_number_is_noted_and_both_rows_stay():
    found = read("incidents.csv")
    assert found.tables["fires"]["incident_id"].to_list().count("F2") == 2
    assert (4, "F2") in found.problems.table().select("row", "found").rows()


def test_a_list_without_motives_counts_fires_and_says_what_lacks():
    found = read("no_motive.csv")
    assert found.rows_kept == 1 and found.tables["fires"]["is_fire"].to_list() == [True]
    assert found.tables["fires"]["motive"].to_list() == [None]
    (reason,) = found.problems.table().filter(pl.col("column") == "motive")["reason"]
    assert reason.startswith("the file has no such column")


def test_a_list_that_does_not_say_what_burned_counts_its_fires():
    found = read("no_property.csv")
    assert found.rows_kept == found.rows_read > 0
    assert found.tables["fires"]["burned"].is_null().all()
