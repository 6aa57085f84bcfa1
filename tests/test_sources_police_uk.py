"""Street-level files: every quirk of the published layout."""

import shutil
import zipfile
from pathlib import Path

import polars as pl
import pytest

from cspanalysis.sources import archive, police_uk, street, street_coverage
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "police_uk"
LSOAS = pl.DataFrame(
    [
        ("E01024717", "E07000115", "Tonbridge and Malling"),
        ("E01000362", "E09000004", "Bexley"),
    ],
    schema=dict.fromkeys(("lsoa_code", "district_code", "district"), pl.Categorical),
    orient="row",
)


def read(name, lsoas=LSOAS):
    return police_uk.SOURCE.read(Part(FIXTURES / name, f"police_uk/{name}"), Context(lsoas=lsoas))


def test_behaviour_duplicates_and_unlocated_rows_are_all_kept():
    found = read("street.csv")
    rows = found.tables["police_uk"]
    assert (found.rows_read, found.rows_kept, rows.height) == (7, 7, 7)
    assert rows.filter(offence="anti-social behaviour").height == 2
    unlocated = rows.filter(~pl.col("is_located"))
    assert unlocated.select("district", "offence", "force").rows() == [
        (None, "burglary", "Kent Police")
    ]


def test_crime_types_bear_the_registers_names():
    types = set(read("street.csv").tables["police_uk"]["offence"])
    assert "violence and sexual offences" in types
    assert "violent crime" not in types


def test_repeated_identifiers_are_noted_and_kept():
    found = read("street.csv")
    noted = found.problems.table().filter(action="noted")
    assert noted.select("row", "column", "found").rows() == [(7, "Crime ID", "aaa3")]


@pytest.mark.parametrize("lsoas", [LSOAS, None])
def test_districts_come_from_the_lookup_else_from_the_name(lsoas):
    rows = read("street.csv", lsoas).tables["police_uk"]
    assert rows.group_by("district", "district_code").len().sort("district").rows() == [
        (None, None, 1),
        ("Bexley", "E09000004", 2),
        ("Tonbridge and Malling", "E07000115", 4),
    ]


def test_a_name_of_former_days_becomes_todays_district():
    lsoas = pl.DataFrame({"lsoa_code": ["E01019000"], "lsoa_name": ["Allerdale 001A"]})
    lsoas = lsoas.cast(pl.Categorical)
    found = street.districts(lsoas, None)
    assert found["district"].to_list() == ["Cumberland"]


def test_counts_add_up_to_the_rows_and_name_the_force():
    tables = read("street.csv").tables
    counts = police_uk.SOURCE.combine({"_counts": tables["_counts"]})["police_uk_counts"]
    assert counts["count"].sum() == 7
    assert counts.filter(pl.col("district").is_null())["count"].sum() == 1
    own = counts.filter(district="Tonbridge and Malling", force="British Transport Police")
    assert own.select("month", "offence", "count").rows() == [("2025-01", "other theft", 1)]


def test_a_forces_name_with_blanks_to_spare_is_no_other_force(tmp_path):
    text = (FIXTURES / "street.csv").read_text(encoding="utf-8")
    plain = text.replace("Kent Police,Kent Police", "Kent Police,")
    (tmp_path / "plain.csv").write_text(plain, encoding="utf-8")
    (tmp_path / "blanks.csv").write_text(
        plain.replace("Kent Police,", "Kent  Police ,", 2), encoding="utf-8"
    )
    one, other = (
        police_uk.SOURCE.read(
            Part(tmp_path / name, f"police_uk/{name}"), Context(lsoas=LSOAS)
        ).tables
        for name in ("plain.csv", "blanks.csv")
    )
    assert set(other["_counts"]["force"]) == {"Kent Police", "British Transport Police"}
    assert one["_counts"].drop("file").equals(other["_counts"].drop("file"))


def test_the_layout_of_2011_has_no_districts_and_loses_nothing():
    found = read("street_2011.csv")
    rows = found.tables["police_uk"]
    assert found.schema == "street_2010"
    assert rows["offence"].to_list() == ["anti-social behaviour", "violence and sexual offences"]
    assert rows.columns == list(street.COLUMNS)


def test_a_row_without_a_month_is_set_aside(tmp_path):
    path = tmp_path / "street.csv"
    text = (FIXTURES / "street.csv").read_text()
    path.write_text(text.replace("aaa1,2025-01", "aaa1,2025-13", 1))
    found = police_uk.SOURCE.read(Part(path, "police_uk/street.csv"), Context())
    assert (found.rows_kept, found.rows_set_aside) == (6, 1)
    assert found.problems.table().row(0, named=True) | {"allowed": ""} == {
        "file": "police_uk/street.csv",
        "row": 4,
        "column": "month",
        "found": "2025-13",
        "allowed": "",
        "action": "set aside",
        "reason": "not a month",
    }


@pytest.mark.parametrize(
    ("shown", "name", "month"),
    [
        ("Jan-25", "street.csv", "2025-01"),
        ("Jan-2025", "street.csv", "2025-01"),
        ("January 2025", "street.csv", "2025-01"),
        ("01/01/2025", "street.csv", "2025-01"),
        ("01/02/2025 00:00", "street.csv", "2025-02"),
        ("1/2/2025", "2025-02-kent-street.csv", "2025-02"),
        ("2/1/2025", "2025-02-kent-street.csv", "2025-02"),
        ("2025-02-01 00:00:00", "street.csv", "2025-02"),
        ("202502", "street.csv", "2025-02"),
        # A day, or the month first: nobody can say.
        ("02/01/2025", "street.csv", None),
        ("01/02/2025", "2025-03-kent-street.csv", None),
        ("15/01/2025", "2025-01-kent-street.csv", None),
        ("25-Jan", "street.csv", None),
        ("45658", "street.csv", None),
    ],
)
def test_a_month_that_a_spreadsheet_rewrote(tmp_path, shown, name, month):
    text = (FIXTURES / "street.csv").read_text()
    path = tmp_path / name
    path.write_text(text.replace("aaa1,2025-01", f"aaa1,{shown}", 1))
    found = police_uk.SOURCE.read(Part(path, f"police_uk/{name}"), Context())
    kept = found.tables["police_uk"].filter(pl.col("row") == 4)["month"].cast(pl.String).to_list()
    listed = found.problems.table().row(0, named=True)
    assert (listed["row"], listed["column"], listed["found"]) == (4, "month", shown)
    if month is None:
        assert kept == [] and listed["action"] == "set aside"
    else:
        assert kept == [month] and listed["action"] == "corrected"
        assert listed["reason"] == f"read as {month}: written so by a spreadsheet"


def test_an_unknown_crime_type_is_kept_under_its_name_and_noted(tmp_path):
    path = tmp_path / "street.csv"
    text = (FIXTURES / "street.csv").read_text()
    path.write_text(text.replace("Burglary", "Drone Nuisance"))
    found = police_uk.SOURCE.read(Part(path, "police_uk/street.csv"), Context())
    assert "drone nuisance" in set(found.tables["police_uk"]["offence"])
    assert ("Crime type", "noted") in {key[:2] for key in found.problems.counts}


def counts(crime, asb, months, force="Kent Police", file="police_uk/a.zip/x"):
    rows = [
        (force, month, offence, n, file)
        for month, c, a in zip(months, crime, asb, strict=True)
        for offence, n in (("burglary", c), ("anti-social behaviour", a))
        if n
    ]
    schema = ["force", "month", "offence", "count", "file"]
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return table.with_columns(district=pl.lit("Ashford"), without_lsoa=pl.lit(0, pl.Int64))


MONTHS = [f"2018-{m:02d}" for m in range(1, 13)]


def statuses(table):
    found = street_coverage.assess(table, "police_uk")
    return {r["month"]: r["status"] for r in found.iter_rows(named=True)}


def test_a_month_that_lacks_crime_but_not_behaviour_is_incomplete():
    table = counts([17000] * 10 + [12000, 8000], [4000] * 12, MONTHS)
    found = statuses(table)
    assert [m for m, s in found.items() if s != "ok"] == ["2018-11", "2018-12"]


def test_a_month_in_which_both_fall_is_real():
    table = counts([17000] * 10 + [12000, 12000], [4000] * 10 + [3000, 3000], MONTHS)
    assert set(statuses(table).values()) == {"ok"}


def test_the_limit_is_three_quarters_of_the_median():
    table = counts([1000] * 10 + [750, 749], [400] * 12, MONTHS)
    assert [m for m, s in statuses(table).items() if s != "ok"] == ["2018-12"]


def test_lockdowns_and_short_series_are_not_judged():
    months = [f"2020-{m:02d}" for m in range(1, 13)]
    assert set(statuses(counts([900] * 3 + [300] + [900] * 8, [90] * 12, months)).values()) == {
        "ok"
    }
    assert set(statuses(counts([900, 900, 300], [90] * 3, MONTHS[:3])).values()) == {"ok"}


def test_a_force_missing_from_an_archive_is_flagged_and_other_archives_are_not_asked():
    table = pl.concat(
        [
            counts([9] * 3, [1] * 3, MONTHS[:3]),
            counts([9] * 2, [1] * 2, [MONTHS[0], MONTHS[2]], force="Other Police"),
            counts([9], [1], ["2011-05"], force="Other Police", file="police_uk/old.zip/x"),
        ]
    )
    found = street_coverage.assess(table, "police_uk").filter(status="missing")
    assert found.select("force", "month", "rows").rows() == [("Other Police", "2018-02", 0)]


def read_all(path):
    parts, _ = archive.parts(path, f"police_uk/{path.name}", police_uk.SOURCE.strangers)
    return [police_uk.SOURCE.read(part, Context()) for part in parts]


@pytest.mark.realdata
def test_kent_in_2025(shared):
    found = read_all(shared / "data/police_uk/kent_2025.zip")
    rows = pl.concat([r.tables["police_uk"] for r in found])
    assert sum(r.rows_read for r in found) == rows.height == 180_022
    assert rows.filter(~pl.col("is_located")).height == 2_164
    own = rows.filter(district_code="E07000115")
    assert own.height == 9_144
    by_type = dict(own["offence"].value_counts().rows())
    assert by_type["anti-social behaviour"] == 1_816
    assert by_type["violence and sexual offences"] == 3_157
    assert by_type["theft from the person"] == 26
    assert rows.filter(district="Bexley").height == 35
    assert sum(r.problems.count("noted") for r in found) == 1


def test_coverage_says_how_many_rows_have_no_lsoa_and_how_many_no_district(tmp_path):
    text = (FIXTURES / "street.csv").read_text(encoding="utf-8")
    strange = text.replace("E01024717,Tonbridge and Malling 005A", "E01999999,", 1)
    path = tmp_path / "2025-01-kent-street.csv"
    path.write_text(strange, encoding="utf-8")
    found = police_uk.SOURCE.read(
        Part(path, "police_uk/2025-01-kent-street.csv"), Context(lsoas=LSOAS)
    )
    judged = police_uk.SOURCE.combine(found.tables)["coverage"].filter(force="Kent Police")
    assert judged.select("rows", "without_lsoa", "without_district").rows() == [(6, 1, 2)]


@pytest.mark.realdata
def test_city_of_london_comes_in_36_files(shared):
    found = read_all(shared / "data/police_uk/city_of_london_2017-12_to_2020-11.zip")
    assert len(found) == 36
    # Seven crimes are told twice in every column, Crime ID included.
    assert [sum(r.rows_read for r in found), sum(r.rows_set_aside for r in found)] == [24_750, 7]
    counted = pl.concat([r.tables["_counts"] for r in found])
    judged = street_coverage.assess(counted, "police_uk")
    assert set(judged["status"]) == {"ok"}
    rows = pl.concat([r.tables["police_uk"] for r in found])
    assert judged["without_lsoa"].sum() == rows.filter(~pl.col("is_located")).height


@pytest.mark.realdata
def test_rows_of_the_transport_police_are_located(shared, tmp_path):
    path = shutil.copyfile(shared / "data/police_uk/2025-01-btp-street.csv", tmp_path / "b.csv")
    found = police_uk.SOURCE.read(Part(Path(path), "police_uk/b.csv"), Context())
    assert found.rows_kept == 3_304
    assert "anti-social behaviour" not in set(found.tables["police_uk"]["offence"])


def test_archives_hold_outcomes_too_which_are_not_street_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.write(FIXTURES / "street.csv", "2025-01/2025-01-kent-street.csv")
        out.writestr("2025-01/2025-01-kent-outcomes.csv", "Crime ID,Month\n")
    assert [r.rows_kept for r in read_all(tmp_path / "a.zip")] == [7]
    archive.close()
