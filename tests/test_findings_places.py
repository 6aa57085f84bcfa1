"""Places: counts by small area and ward, recounted by hand on a made-up grid and on real files."""

import shutil
import zipfile

import numpy as np
import pandas as pd
import pytest
from places_workspace import DISTRICT, LSOAS, make

import cspanalysis
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import place_changes, place_deprivation, places
from cspanalysis.review import small_areas
from cspanalysis.stats import gradient
from cspanalysis.store.tables import Store
from cspanalysis.workspace import init


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    root = make(tmp_path_factory.mktemp("places") / "ws")
    return cspanalysis.open(None, "2025-01/2025-12", workspace=root)


def test_every_small_area_counts_those_without_crime_too(review):
    found = places.top(review, "burglary")
    rows = found.rows
    assert len(rows) == 30 and rows["count"].sum() == 20 * 12 + 9 * 12 + 23 * 24
    assert rows["lsoa_code"][0] == LSOAS[0] and rows["count"][0] == 240
    assert found.sentence.startswith("Ward 0 (000A) had most burglary: 240 of 900 (26.7 per cent).")
    assert "Five had none." in found.sentence
    assert "(12 of 912)" in " ".join(found.notes)
    assert rows["number"].dropna().tolist() == [1, 2, 3, 4, 5]
    # Residents are what burglary threatens, and its rate stands beside the count.
    assert rows["rate"][0] == pytest.approx(1000 * 240 / 1500)


def test_the_map_needs_no_network_and_its_table_has_every_place(review):
    found = places.map_of(review, "burglary")
    chart = found.figure.to_plotly_json()
    assert found.id == "places.burglary.map" and {t["type"] for t in chart["data"]} == {"scatter"}
    assert not {"geo", "map", "mapbox"} & set(chart["layout"])
    assert len(found.table["rows"]) == 30 and found.table["columns"][0]["label"] == "On the map"
    # What the map does not number has no mark: nothing of it is 'not available'.
    assert {row[0] for row in found.table["rows"]} == {"1", "2", "3", "4", "5", ""}
    assert [t["name"] for t in chart["data"] if t.get("showlegend")] == [
        "0", "24 to 59", "100 to 240", "ward",
    ]  # fmt: skip
    assert "Ward 0 (000A): 240" in chart["layout"]["annotations"][0]["text"]


def test_without_outlines_there_is_no_map_and_the_finding_stays(review, monkeypatch):
    monkeypatch.setattr(
        small_areas, "outlines", lambda *_: pd.DataFrame(columns=["area_code", "polygons"])
    )
    monkeypatch.setattr(small_areas, "has_outlines", lambda *_: False)
    found = places.map_of(review, "burglary")
    assert found.figure is None and found.values["count"] == 900
    # Nor a column with the numbers of a map that is not there.
    assert found.table["columns"][0]["label"] == "Small area"


def test_old_codes_join_the_areas_that_they_became(review):
    span = Period.parse("2024-01/2024-12")
    found = small_areas.counted(review.store, review.area, "burglary", span)
    assert found.together == 1 and len(found.places) == 29
    together = found.of(span).set_index("lsoa_code")
    assert together.loc[LSOAS[28], "place"] == f"{DISTRICT} 028A and 029A"
    assert together.loc[LSOAS[28], "count"] == 1
    people, when = small_areas.with_residents(review.store, found.places, span)
    assert when == "the Census of 2021"
    assert people.set_index("lsoa_code").loc[LSOAS[28], "population"] == 1528 + 1529


def test_concentration_stands_beside_what_chance_would_give(review):
    found = places.concentration(review, ["burglary", "robbery"])
    burglary, robbery = found.rows.to_dict("records")
    assert (burglary["top"], burglary["count"]) == (3, 240 + 108 + 24)
    assert burglary["lower"] <= burglary["share"] <= burglary["upper"]
    assert burglary["verdict"] == "higher" and robbery["status"] == "not_available"
    assert found.sentence.startswith("The tenth of small areas with most (3 of 30) had 41.3 per")


def test_the_one_place_that_rose_is_called_among_all(review):
    found = place_changes.change(review, "burglary")
    called = found.rows[found.rows["verdict"].isin(["up", "down"])]
    assert called["lsoa_code"].tolist() == [LSOAS[3]] and called["verdict"].tolist() == ["up"]
    assert "Ward 0 (003A) (24 to 108)" in found.sentence
    assert "Of 25 small areas tested together" in found.sentence
    few = found.rows[found.rows["verdict"] == "none"]
    assert len(few) == len(found.rows) - 25 and few["count"].sum() == 0


def test_wards_add_up_to_the_whole(review):
    found = place_changes.wards(review, "burglary")
    assert found.rows["count"].sum() == 900 and found.rows["ward"][0] == "Ward 0"
    assert found.rows["compare_count"].sum() == 20 * 12 + 24 * 24 + 1
    assert found.rows.set_index("ward").loc["Ward 0", "verdict"] == "up"
    assert found.figure is not None


def test_three_years_are_asked_for_and_the_lack_is_said(review):
    found = place_changes.persistent(review)
    assert found.status == "not_available" and "three years" in found.sentence


def test_a_place_emerges_or_fades_only_by_a_change_that_is_clear():
    counts = {
        "stays": (90, 91, 92),
        "came": (20, 22, 95),
        "went": (80, 85, 12),
        "edge": (70, 28, 60),
    }
    rest = {f"p{i}": (30, 30, 30) for i in range(26)}
    table = pd.DataFrame.from_dict(
        counts | rest, orient="index", columns=["earliest", "before", "count"]
    ).assign(codes=[()] * 30)
    found = place_changes._status_over_years(table, (1.0, 1.0))["status_over_years"]
    assert found[:4].tolist() == [
        "in each of three years", "emerging", "fading", "in some of the years",
    ]  # fmt: skip
    assert set(found[4:]) == {""}
    wide = place_changes._status_over_years(table, (40.0, 100.0))["status_over_years"]
    assert wide[:3].tolist() == [
        "in each of three years", "in some of the years", "in some of the years",
    ]  # fmt: skip


def test_generic_labels_are_no_street(review):
    found = places.streets(review, "burglary")
    rows = found.rows.set_index("place")
    assert rows.loc["Parking Area", "is_generic"] and rows.loc["Parking Area", "count"] == 24
    assert rows.loc["High Street (Ward 0)", "count"] == 240 + 108 + 3 * 24
    assert found.sentence.startswith("High Street (Ward 0) had the most burglary")
    assert "'Parking Area' is a label that can stand for many places" in found.sentence


def test_fifths_of_deprivation_are_the_countrys(review):
    found = place_deprivation.deprivation(review, "burglary", subject="burglary")
    rows = found.rows
    assert rows["fifth"].tolist() == [1, 2, 3, 4, 5] and rows["places"].tolist() == [6] * 5
    assert rows["population"][0] == sum(1500 + n for n in range(6))
    assert found.values["ratio"] == pytest.approx(rows["rate"][0] / rows["rate"][4])
    assert "of all small areas of England by the IMD 2025" in found.definition


def test_a_fifth_of_few_small_areas_is_not_compared_and_the_sentence_says_so():
    deciles = [1, 1, *[3] * 6, *[9] * 6]
    areas = pd.DataFrame({"count": [80, 80, *[60] * 6, *[20] * 6], "population": 1500.0,
                          "decile": deciles})  # fmt: skip
    result = gradient.by_fifth(areas)
    said = place_deprivation.gradient_told(result, subject="crime", country="England")
    assert "40.0 per 1,000 residents in the second most deprived fifth (360)" in said.text
    assert "Too few small areas lie in the most deprived fifth (two) to compare it." in said.text
    # Of a fifth without an incident there is no ratio, in sentence and statistics alike.
    none = gradient.by_fifth(areas.assign(count=[80, 80, *[0] * 6, *[20] * 6]))
    assert none["is_compared"].tolist() == [False, False, True] and none["verdict"][0] == "none"


def test_what_is_missing_is_named(review):
    bare = review.moved()
    # A store of its own: what others read of the workspace stays as it is.
    bare.store = Store(review.store.processed)
    tables = {n: t for n, t in bare.store._manifest["tables"].items() if n != "lsoas"}
    bare.store._manifest = {**bare.store._manifest, "tables": tables}
    assert places.top(bare).status == "not_available"
    assert "which small areas (LSOAs) the area has is not known" in places.top(bare).sentence
    with pytest.raises(NotAvailable):
        small_areas.with_deprivation(bare.store, pd.DataFrame({"codes": [("E01999999",)]}))


@pytest.mark.realdata
def test_shoplifting_of_2025_in_eight_of_78_small_areas(shared, tmp_path):
    """775 offences, 72 per cent of them in eight, as plain pandas counts them."""
    init.init(tmp_path / "ws", DISTRICT)
    raw = tmp_path / "ws/data/raw"
    for folder, name in (
        ("police_uk", "kent_2025.zip"), ("lookups", "lookup_lsoa21_ward24_ltla24.csv.gz"),
        ("deprivation", "imd2025_england_lsoa21.csv.gz"),
        ("population", "census2021_lsoa21_by_age_group_ew.csv.gz"),
        ("boundaries", "tonbridge_and_malling_lsoa21.geojson"),
    ):  # fmt: skip
        shutil.copy(shared / "data" / folder / name, raw / folder / name)
    review = cspanalysis.open(None, "2025-01/2025-12", workspace=tmp_path / "ws")
    with zipfile.ZipFile(raw / "police_uk/kent_2025.zip") as archive:
        plain = pd.concat(
            pd.read_csv(archive.open(n)) for n in archive.namelist() if n.endswith("street.csv")
        )
    own = plain[plain["LSOA name"].str.startswith(DISTRICT, na=False)]
    thefts = own[own["Crime type"] == "Shoplifting"]["LSOA code"].value_counts()
    found = places.map_of(review, "shoplifting")
    rows = found.rows.set_index("lsoa_code")["count"]
    assert len(rows) == 78 and rows.sum() == 775 == thefts.sum()
    assert rows[rows > 0].to_dict() == thefts.to_dict()
    assert round(100 * thefts.head(8).sum() / 775) == 72 and "71.6 per cent" in found.sentence
    assert found.figure is not None and np.isclose(found.rows["share"].sum(), 1)
    imd = pd.read_csv(shared / "data/deprivation/imd2025_england_lsoa21.csv.gz")
    people = pd.read_csv(shared / "data/population/census2021_lsoa21_by_age_group_ew.csv.gz")
    people = people.set_index("lsoa21_code").iloc[:, 1:].sum(axis=1)
    fifth = (imd.set_index("lsoa21_code")["IMD_decile"].reindex(rows.index) + 1) // 2
    gradient = place_deprivation.deprivation(review).rows.set_index("fifth")
    kinds = [k.capitalize() for k in place_deprivation.WHERE_PEOPLE_LIVE]
    crimes = own[own["Crime type"].isin(kinds)]["LSOA code"].value_counts()
    for number, group in fifth.groupby(fifth):
        assert gradient.loc[number, "count"] == crimes.reindex(group.index).sum()
        assert gradient.loc[number, "population"] == people[group.index].sum()


def test_a_map_of_a_kind_names_it_in_its_title():
    review = cspanalysis.open("Tonbridge and Malling", "2007-04/2008-03")
    assert places.map_of(review, "shoplifting").title == "Where is shoplifting recorded?"
    named = places.map_of(review, "vehicle_crime", "vehicle crime")
    assert named.title == "Where is vehicle crime recorded?"
