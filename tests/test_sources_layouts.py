"""The partners' and the offices' layouts, each from a small file of the true shape."""

from datetime import date, datetime
from pathlib import Path

import pytest

from cspanalysis import sources
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import archive
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures"


def read(source, name, **settings):
    path = FIXTURES / source / name
    return sources.get(source).read(Part(path, f"{source}/{name}"), Context(settings))


def problems(found):
    return sorted(found.problems.table().select("row", "column", "action").rows())


EXTRACT = {
    "columns": {
        "recorded": "Date Recorded",
        "is_domestic": "DV",
        "premises": "Premises Type",
        "method": "MO",
    },
    "values": {
        "offence": {"THEFT FROM M/V": "theft from vehicle"},
        "premises": {"STREET": "public place", "licensed": "licensed premises"},
    },
}


def test_an_extract_in_the_forces_own_headings_and_codes():
    found = read("police_extract", "extract.csv", **EXTRACT)
    rows = found.tables["police_extract"]
    assert (found.rows_read, found.rows_kept) == (5, 4)
    first = rows.row(0, named=True)
    assert first["offence"] == "theft from vehicle"
    assert first["recorded"] == date(2007, 4, 2)
    assert first["start"] == datetime(2007, 3, 31, 23, 30)
    assert first["end"] == datetime(2007, 4, 1, 7, 15)
    assert (first["premises"], first["is_domestic"]) == ("public place", False)
    assert first["place"] == "High Street, Tonbridge"


def test_an_extracts_times_may_be_in_the_date_or_missing():
    rows = read("police_extract", "extract.csv", **EXTRACT).tables["police_extract"]
    assert rows["has_time"].to_list() == [True, True, False, True]
    assert rows["has_end_time"].to_list()[:3] == [True, True, False]
    assert rows["start"][1] == datetime(2007, 4, 3, 0, 5)
    assert rows["start"][2] == datetime(2007, 4, 4)
    assert rows["method"][2] == 'Said "no", then\nstruck'


def test_an_extracts_oddities_are_told():
    found = read("police_extract", "extract.csv", **EXTRACT)
    assert found.tables["police_extract"]["offence"].to_list()[2:] == [
        "common assault unknown",
        "burglary dwelling",
    ]
    assert problems(found) == [
        (4, "offence", "noted"),
        (6, "end", "noted"),
        (6, "is_domestic", "noted"),
        (7, "recorded", "set aside"),
    ]


def test_an_extract_without_its_map_is_refused_with_the_way_out():
    with pytest.raises(DataRefused, match=r"\[sources\.police_extract\.columns\]"):
        read("police_extract", "extract.csv", columns={"incident_id": "URN"})


def test_peer_counts_by_period_or_from_and_to():
    rows = read("peer_counts", "by_period.csv").tables["peer_counts"]
    first = rows.select("group", "offence", "period", "count", "is_own").row(0)
    assert first == ("msg", "recorded crime", "2007-11/2008-01", 1604, True)
    found = read(
        "peer_counts", "from_to.csv", values={"offence": {"Theft from M/V": "theft from vehicle"}}
    )
    rows = found.tables["peer_counts"]
    assert rows["period"].to_list()[0] == "2007-04/2007-09"
    assert rows["offence"].to_list() == ["theft from vehicle", "shoplifting"]
    assert rows["is_own"].to_list() == [False, False]


def test_a_period_that_ends_before_it_starts_is_set_aside():
    found = read("peer_counts", "from_to.csv")
    assert problems(found) == [(3, "last", "set aside")]


def test_calls():
    found = read("asb_calls", "calls.csv")
    assert found.tables["asb_calls"].select("date", "month", "type", "place").rows() == [
        (date(2007, 4, 1), "2007-04", "noise", "High Street, Tonbridge")
    ]
    assert problems(found) == [(3, "date", "set aside"), (4, "type", "set aside")]


def test_admissions_keep_what_stands_in_a_counts_place():
    found = read("hospital_extract", "admissions.csv")
    rows = found.tables["hospital_extract"]
    assert rows.select("sex", "age_band", "count", "status", "symbol").rows() == [
        ("male", "0-9", None, "suppressed", "*"),
        ("female", "10-19", 12, "ok", None),
        ("persons", "90+", None, "not_available", "[x]"),
        ("persons", "all ages", 0, "ok", None),
        ("persons", "20-29", None, "not_available", None),
        ("persons", "30-39", None, "not_available", "many"),
    ]
    assert set(rows["year"]) == {"2006/07"}
    assert problems(found) == [(7, "count", "noted"), (8, "year", "set aside")]


def test_exclusions_keep_what_stands_in_a_counts_place():
    found = read("school_exclusions", "clusters.csv")
    rows = found.tables["school_exclusions"]
    assert rows.select("school_year", "kind", "count", "status", "roll").rows() == [
        ("2006/07", "permanent", 24, "ok", 9120),
        ("2006/07", "permanent", None, "not_available", 8700),
        ("2006/07", "fixed term", None, "not_applicable", 8700),
        ("2006/07", "sabbatical", 3, "ok", 8700),
    ]
    assert problems(found) == [(5, "kind", "noted")]


def test_population_tidy():
    found = read("population", "tidy.csv")
    assert found.tables["population"].select("sex", "age", "population").rows() == [
        ("female", 90, 820),
        ("male", -1, 55000),
    ]
    assert found.rows_read == found.rows_kept + found.rows_set_aside == 3
    assert problems(found) == [(4, "age", "set aside")]


def wide(
    path, name="ltla21_code,ltla21_name", code="E07000115,Tonbridge and Malling", oldest="90+"
):
    ages = ",".join([*map(str, range(90)), oldest])
    path.write_text(
        f"{name},total_population,{ages}\n{code},4095.0,{','.join(str(i) for i in range(91))}\n"
    )
    return Part(path, f"population/{path.name}")


def test_population_by_single_year_of_age(tmp_path):
    found = sources.get("population").read(wide(tmp_path / "population20_x.csv"), Context())
    rows = found.tables["population"]
    assert set(rows["year"]) == {2020}
    assert rows.height == 92
    assert rows.filter(age=90)["population"].item() == 90
    assert rows.filter(age=-1)["population"].item() == 4095
    assert set(rows["sex"]) == {"persons"}


@pytest.mark.parametrize("name", ["mid-2019 estimates.csv", "mye19_persons.csv", "pop_2019.csv"])
def test_the_year_of_a_population_is_found_in_the_files_name(tmp_path, name):
    found = sources.get("population").read(wide(tmp_path / name), Context())
    assert set(found.tables["population"]["year"]) == {2019}


def test_a_population_of_no_known_year_is_refused_unless_the_sidecar_says(tmp_path):
    part = wide(tmp_path / "residents.csv")
    with pytest.raises(DataRefused, match="which year"):
        sources.get("population").read(part, Context())
    found = sources.get("population").read(part, Context(sidecar={"year": 2018}))
    assert set(found.tables["population"]["year"]) == {2018}


def test_census_population_by_sex_takes_names_from_the_register():
    found = read("population", "by_sex.csv", constants={"year": 2021})
    rows = found.tables["population"]
    assert rows.select("area", "year", "sex", "age", "population").sort("sex").rows() == [
        ("Tonbridge and Malling", 2021, "female", -1, 67900),
        ("Tonbridge and Malling", 2021, "male", -1, 64300),
        ("Tonbridge and Malling", 2021, "persons", -1, 132200),
    ]


def joined(*names):
    tables = {}
    for name in names:
        for table, frame in read("lookups", name).tables.items():
            tables[table] = frame
    return tables


def test_lookups_of_several_kinds_make_one_row_per_district():
    parts = [read("lookups", name).tables["_districts"] for name in ("csp.csv", "region.csv")]
    table = sources.get("lookups").combine({"_districts": parts[0].vstack(parts[1])})["districts"]
    own = table.filter(district="Tonbridge and Malling").row(0, named=True)
    assert own["csp_code"] == "E22000148"
    assert (own["force"], own["region"], own["as_of"]) == ("Kent", "South East", 2024)
    assert own["county"] is None
    assert table.height == 2


def test_lsoas_of_both_editions_lie_in_todays_districts():
    table = sources.get("lookups").combine(joined("lsoa.csv"))["lsoas"]
    assert table.select("lsoa_code", "lsoa_edition", "district").rows() == [
        ("E01019000", "2011", "Cumberland"),
        ("E01019000", "2021", "Cumberland"),
        ("E01024717", "2011", "Tonbridge and Malling"),
        ("E01024717", "2021", "Tonbridge and Malling"),
        ("E01024718", "2011", "Tonbridge and Malling"),
        ("E01035000", "2021", "Tonbridge and Malling"),
    ]


@pytest.mark.parametrize(
    ("heading", "code", "edition", "year"),
    [
        ("LSOA11CD,LAD17CD,LAD17NM", "E01024717", "2011", 2017),
        ("lsoa21_code,ltla24_code,ltla24_name", "E01024717", "2021", 2024),
        ("LSOA code (2011),LAD code (2019),LAD name (2019)", "E01024717", "2011", 2019),
        ("LSOA2021 code,LAD2023CD,LAD2023NM", "E01024717", "2021", 2023),
        ("LSOA code,LAD23CD,LAD23NM", "E01024717", "2011", 2023),
        ("LSOA code,LAD23CD,LAD23NM", "E01035000", "2021", 2023),
    ],
)
def test_a_lookup_tells_its_editions_by_its_columns(tmp_path, heading, code, edition, year):
    path = tmp_path / "any name.csv"
    path.write_text(f"{heading}\n{code},E07000115,Tonbridge and Malling\n")
    reader = sources.get("lookups")
    table = reader.read(Part(path, "lookups/any name.csv"), Context()).tables["_lsoas"]
    assert table.select("lsoa_edition", "as_of").rows() == [(edition, year)]


@pytest.mark.realdata
def test_the_offices_own_files(shared):
    for source, pattern, rows in (
        ("population", "population20_ltla21.csv", 331),
        ("population", "age_gender21_ltla21_ew.csv", 331),
        ("lookups", "LAD_CSP_PFA_Jan2017_EW_v2.csv", 348),
        ("lookups", "lookup_ltla24_csp24_pfa24.csv", 332),
        ("lookups", "lookup_lsoa21_ward24_ltla24.csv.gz", 35_672),
    ):
        path = shared / "data" / source / pattern
        ((part,), _) = archive.parts(path, f"{source}/{pattern}")
        found = sources.get(source).read(part, Context())
        assert found.rows_read == found.rows_kept == rows
    found = sources.get("population").read(
        Part(
            shared / "data/population/population20_ltla21.csv", "population/population20_ltla21.csv"
        ),
        Context(),
    )
    own = found.tables["population"].filter(area_code="E07000115", age=-1)
    assert own["population"].item() == 132_571
