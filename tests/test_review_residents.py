"""Residents: one estimate of an area and year, whatever totals and parts the files give."""

from pathlib import Path

import pandas as pd
import pytest

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.review import residents
from cspanalysis.store import clean_run, run_tables
from cspanalysis.store.tables import Store
from cspanalysis.workspace import init

COLUMNS = ["area", "year", "sex", "age", "population", "note", "file"]
ESTIMATE, CENSUS = "mid-year estimate", "Census, usual residents"


def rows(file, note, *figures, year=2021):
    return [("Dover", year, sex, age, count, note, file) for sex, age, count in figures]


TOTAL = rows("population/a.csv", ESTIMATE, ("persons", -1, 100))
SEXES = rows("population/c.csv", ESTIMATE, ("male", -1, 50), ("female", -1, 51))
AGES = rows("population/d.csv", None, *[(s, a, 30) for s in ("male", "female") for a in range(91)])
COUNTED = rows(
    "population/z.csv", CENSUS, ("persons", -1, 90), ("male", -1, 44), ("female", -1, 46)
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([TOTAL], 100),
        ([SEXES, AGES], 101),
        ([AGES], 2 * 91 * 30),
        ([TOTAL, SEXES, AGES], 100),
        ([COUNTED, TOTAL], 100),
        ([COUNTED, SEXES], 101),
        ([COUNTED], 90),
    ],
)
def test_totals_and_their_parts_do_not_double_the_residents(given, expected):
    table = pd.DataFrame([row for part in given for row in part], columns=COLUMNS)
    found = residents._all_ages(table)
    assert found["population"].tolist() == [expected]


def with_ages(low=0, high=90, without=(), sex="male", year=2021):
    ages = [a for a in range(low, high + 1) if a not in without]
    return rows("population/d.csv", ESTIMATE, *[(sex, a, 30) for a in ages], year=year)


FEMALES = with_ages(sex="female")
GAPS = [with_ages(without=gap) for gap in ((4,), (0,), (90,), (7, 8, 60))]


@pytest.mark.parametrize("males", GAPS)
def test_a_sex_of_which_ages_are_missing_is_no_part_of_everybody(males):
    assert residents._all_ages(pd.DataFrame(males + FEMALES, columns=COLUMNS)).empty
    persons = [(*row[:2], "persons", *row[3:]) for row in males]
    assert residents._all_ages(pd.DataFrame(persons, columns=COLUMNS)).empty
    held = Held(males, FEMALES, TOTAL)
    assert residents.estimates(held, ["Dover"], "2021-06")["population"].tolist() == [100]
    with pytest.raises(NotAvailable, match="single year of age"):
        residents.by_age(held, ["Dover"], "2021-06")
    # An earlier year without gaps serves; persons without gaps do, too.
    held = Held(males, FEMALES, with_ages(year=2020), with_ages(sex="female", year=2020))
    assert set(residents.by_age(held, ["Dover"], "2021-06")["year"]) == {2020}
    assert residents.estimates(held, ["Dover"], "2021-06")["year"].tolist() == [2020]
    of_all = residents.by_age(Held(males, FEMALES, with_ages(sex="persons")), ["Dover"], "2021-06")
    assert set(of_all["sex"]) == {"persons", "female"}
    assert of_all.groupby("sex")["population"].sum()["persons"] == 91 * 30


class Held:
    """A store of one table."""

    processed = Path()

    def __init__(self, *parts):
        self.table = pd.DataFrame([row for part in parts for row in part], columns=COLUMNS)

    def has(self, name):
        return True

    def load(self, name, where=None):
        return self.table


def test_residents_of_a_census_are_called_so():
    # Census day was in March: 'mid-2021' would name another figure.
    assert residents.of_when(Held(COUNTED), ["Dover"], 2021) == "the Census of 2021"
    assert residents.of_when(Held(COUNTED, TOTAL), ["Dover"], 2021) == "mid-2021"
    assert residents.of_when(Held(COUNTED), ["Dover"], 2019) == "mid-2019"


def of(area, year, count, sex="persons", age=-1, code="E07000001"):
    return (area, year, sex, age, count, ESTIMATE, "population/a.csv", code)


class Coded(Held):
    """The same with codes."""

    def __init__(self, *rows):
        self.table = pd.DataFrame(rows, columns=[*COLUMNS, "area_code"])


BUCKS = ("Aylesbury Vale", "Chiltern", "South Bucks", "Wycombe")


def test_residents_of_a_merged_council_are_those_of_its_former_districts():
    store = Coded(*(of(name, 2019, 100) for name in BUCKS), of("Buckinghamshire", 2021, 500))
    found = residents.estimates(store, ["Buckinghamshire"], "2019-01/2019-12")
    assert found["population"].tolist() == [400] and found["year"].tolist() == [2019]
    assert "former districts together" in residents.of_when(store, ["Buckinghamshire"], 2019)
    assert residents.of_when(store, ["Buckinghamshire"], 2021) == "mid-2021"


def test_a_missing_former_district_leaves_no_sum():
    store = Coded(*(of(name, 2019, 100) for name in BUCKS[1:]), of("Buckinghamshire", 2021, 500))
    found = residents.estimates(store, ["Buckinghamshire"], "2019-01/2019-12")
    assert found["year"].tolist() == [2021]


def test_councils_that_merged_twice_are_found_at_either_stage():
    rest = [of(name, 2018, 1) for name in ("Mendip", "Sedgemoor", "South Somerset")]
    early = Coded(*rest, of("Taunton Deane", 2018, 2), of("West Somerset", 2018, 2))
    later = Coded(*rest, of("Somerset West and Taunton", 2018, 4))
    for store in (early, later):
        found = residents.estimates(store, ["Somerset"], "2018-01/2018-12")
        assert found["population"].tolist() == [7]


def test_a_county_of_the_same_name_is_no_district():
    # Dorset's county had Christchurch in it, and not Bournemouth and Poole.
    parts = ("East Dorset", "North Dorset", "Purbeck", "West Dorset", "Weymouth and Portland")
    store = Coded(*(of(n, 2018, 10) for n in parts), of("Dorset", 2018, 99, code="E10000009"))
    found = residents.estimates(store, ["Dorset"], "2018-01/2018-12")
    assert found["population"].tolist() == [50]


def test_residents_by_age_are_summed_from_former_districts():
    ages = [
        of(name, 2019, 1, sex, age)
        for name in BUCKS for sex in ("male", "female") for age in range(91)
    ]  # fmt: skip
    found = residents.by_age(Coded(*ages), ["Buckinghamshire"], "2019-01/2019-12")
    assert found["population"].sum() == 4 * 2 * 91 and len(found) == 2 * 91


def test_what_is_worked_out_for_all_areas_beforehand_is_what_each_asks_for(tmp_path):
    """A batch works out every area's residents at once: one by one they are the same."""
    names = ("Taunton Deane", "West Somerset", "Somerset West and Taunton", "Mendip", "Nowhere")
    text = "area_code,area,year,sex,age,population\n"
    for at, name in enumerate(names[:4]):
        for sex in ("males", "females"):
            years = (2017, 2018) if at < 2 else (2018, 2019)
            text += "".join(f"E0700{at},{name},{y},{sex},-1,{100 * at + y}\n" for y in years)
    found = []
    for is_prepared in (False, True):
        root = tmp_path / str(is_prepared)
        init.init(root, "Maidstone")
        (root / "data/raw/population/figures.csv").write_text(text)
        clean_run.clean(root, {})
        store = Store(root / "data/processed")
        with run_tables.kept(store.processed):
            if is_prepared:
                residents.prepare(store)
            found.append([residents.estimates(store, [n], "2018-04/2019-03") for n in names[:4]]
                         + [residents.years(store, names[:3])])  # fmt: skip
    for alone, together in zip(*found, strict=True):
        if isinstance(alone, list):
            assert alone == together
        else:
            pd.testing.assert_frame_equal(alone, together)
            assert alone["population"].notna().all()
