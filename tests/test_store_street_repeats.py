"""Street-level files: one crime told twice counts once, and a few columns are enough to count."""

import zipfile

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cspanalysis.domain import areas
from cspanalysis.sources import archive, police_uk
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


def line(crime_id="", kind="Burglary", outcome="", force="Kent Police", place="High Street"):
    return (
        f"{crime_id},2025-01,{force},{force},0.27,51.19,On or near {place},E01024717,"
        f"Tonbridge and Malling 005A,{kind},{outcome},\n"
    )


def read(tmp_path, text, name="2025-01-kent-street.csv", settings=None):
    (tmp_path / name).write_text(text, encoding="utf-8")
    part = Part(tmp_path / name, f"police_uk/{name}")
    return police_uk.SOURCE.read(part, Context(settings or {}))


def read_both_ways(tmp_path, text):
    """The careful way, and the quick one."""
    read(tmp_path, text)
    part = Part(tmp_path / "2025-01-kent-street.csv", "police_uk/2025-01-kent-street.csv")
    tables, (account,) = police_uk.SOURCE.batching.read([part], [Context()])
    careful = police_uk.SOURCE.read(part, Context())
    assert careful.tables["police_uk"].equals(tables["police_uk"])
    assert careful.tables["_counts"].equals(tables["_counts"])
    assert careful.problems.table().equals(account.problems.table())
    assert (careful.rows_read, careful.rows_kept) == (account.rows_read, account.rows_kept)
    return careful


def test_rows_of_one_crime_that_are_alike_count_once_and_those_that_differ_stay(tmp_path):
    text = HEADER + line("a") * 3 + line("a", outcome="Suspect charged") + line("b")
    found = read_both_ways(tmp_path, text)
    assert (found.rows_read, found.rows_kept, found.rows_set_aside) == (5, 3, 2)
    listed = found.problems.table().select("row", "found", "action").rows()
    assert listed == [(3, "a", "set aside"), (4, "a", "set aside"), (5, "a", "noted")]
    assert found.tables["_counts"]["count"].sum() == 3


@pytest.mark.parametrize("crime_id", ["", "nan", "None", "N/A"])
def test_behaviour_is_never_taken_for_a_repeat(tmp_path, crime_id):
    text = HEADER + line(crime_id, "Anti-social behaviour") * 4 + line("a")
    assert read_both_ways(tmp_path, text).rows_kept == 5


def test_crimes_without_an_identifier_are_never_taken_for_repeats(tmp_path):
    text = HEADER + line("", force="British Transport Police") * 3 + line("nan") * 2
    assert read_both_ways(tmp_path, text).rows_kept == 5


def test_one_identifier_of_two_forces_is_two_rows(tmp_path):
    text = HEADER + line("a") + line("a", force="British Transport Police")
    found = read_both_ways(tmp_path, text)
    assert (found.rows_kept, found.problems.count("noted")) == (2, 1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "Charged"])), min_size=1))
def test_what_is_kept_is_each_crime_in_each_of_its_versions(tmp_path_factory, rows):
    text = HEADER + "".join(line(i, outcome=outcome) for i, outcome in rows)
    found = read(tmp_path_factory.mktemp("one"), text)
    assert found.rows_kept == len(set(rows))
    differing = len(set(rows)) - len({i for i, _ in rows})
    assert found.problems.count("noted") == differing


FEW = "Month,Reported by,LSOA code,Crime type\n2025-01,Kent Police,E01024717,Burglary\n"


@pytest.mark.parametrize(
    ("text", "district"),
    [
        (FEW, "Tonbridge and Malling"),
        (FEW.replace("LSOA code", "LSOA21CD"), "Tonbridge and Malling"),
        (FEW.replace("Reported by", "Falls within"), "Tonbridge and Malling"),
        (FEW.replace("LSOA code", "LSOA name").replace("E01024717", "Dover 002A"), "Dover"),
        (FEW.replace("E01024717", "E01999999"), None),
    ],
)
def test_what_counting_needs_is_enough(tmp_path, text, district):
    found = read(tmp_path, text, "kent.csv")
    assert found.tables["police_uk"]["district"].to_list() == [district]
    assert found.tables["police_uk"]["force"].to_list() == ["Kent Police"]
    assert found.tables["police_uk"]["is_located"].to_list() == [True]
    assert found.tables["_counts"]["without_lsoa"].to_list() == [0]
    noted = found.problems.table()
    assert {"longitude", "latitude", "place"} <= set(noted["column"])
    assert "easting" not in " ".join(noted["column"])


def test_without_any_lsoa_column_every_row_counts_for_the_force_alone(tmp_path):
    text = "Month,Reported by,Crime type\n" + "2025-01,Kent Police,Burglary\n" * 3
    found = read(tmp_path, text, "kent.csv")
    counts = found.tables["_counts"]
    assert counts.select("district", "count", "without_lsoa").rows() == [(None, 3, 3)]
    assert found.problems.counts["LSOA code", "noted", police_uk._NO_LSOA] == 3


def test_the_force_can_be_stated_in_the_settings(tmp_path):
    text = "Month,LSOA code,Crime type\n2025-01,E01024717,Burglary\n"
    found = read(tmp_path, text, "k.csv", {"constants": {"force": "Kent Police"}})
    assert found.tables["police_uk"]["force"].to_list() == ["Kent Police"]


def test_a_file_with_grid_references_and_lsoas_keeps_both(tmp_path):
    text = "Month,Reported by,Easting,Northing,LSOA code,Crime type\n"
    text += "2025-01,Kent Police,562000,150000,E01024717,Burglary\n"
    assert read(tmp_path, text).tables["police_uk"]["district"].to_list() == [
        "Tonbridge and Malling"
    ]


def test_a_street_file_in_an_archive_is_told_by_its_columns_not_by_its_name(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("kent all.csv", HEADER + line("a"))
        out.writestr("2025-01/2025-01-kent-outcomes.csv", "Crime ID,Outcome type\n")
    parts, refused = archive.parts(
        tmp_path / "a.zip", "police_uk/a.zip", police_uk.SOURCE.strangers
    )
    assert [p.member for p in parts] == ["kent all.csv"]
    assert [name for name, _ in refused] == ["2025-01/2025-01-kent-outcomes.csv"]


@pytest.mark.parametrize("code", ["", "E", "E0102471", "E010247170", "E01999999", "W01999999", "x"])
def test_what_is_no_lsoa_is_in_no_district(code):
    assert areas.district_of(code) == (None, None)


@pytest.mark.realdata
def test_the_register_of_lsoas_is_that_of_the_lookup(shared):
    path = shared / "data/lookups/lookup_lsoa21_ward24_ltla24.csv.gz"
    lookup = pl.read_csv(path, columns=["lsoa21_code", "ltla24_code"])
    assert lookup.height == 35_672
    for code, district in lookup.iter_rows():
        assert areas.district_of(code)[0] == district


@pytest.mark.long
@pytest.mark.realdata
def test_avon_and_somerset_tells_597_crimes_again(shared):
    path = shared / "data/police_uk/avon-and-somerset_2018-01_2021-09.zip"
    parts, _ = archive.parts(path, "police_uk/a.zip", police_uk.SOURCE.strangers)
    found = [police_uk.SOURCE.batching.read([part], [Context()])[1][0] for part in parts]
    assert sum(one.rows_read for one in found) == 620_495
    assert sum(one.rows_set_aside for one in found) == 597
    assert sum(one.problems.count("noted") for one in found) == 9_259 - 597
