"""Population as its publisher lays it out: workbooks, sheets saved apart, a column per year."""

import openpyxl
import polars as pl
import pytest

from cspanalysis.domain.errors import DataRefused, NotAvailable
from cspanalysis.review import residents
from cspanalysis.sources import population
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import UnknownLayout
from cspanalysis.sources.table import Context
from cspanalysis.store import clean_run
from cspanalysis.store.tables import Store

HEAD = ["Code", "Name", "Geography", "All ages", *map(str, range(90)), "90+"]
DOVER, KENT = ("E07000108", "Dover"), ("E10000016", "Kent")


def line(area, each, kind="Non-metropolitan District"):
    return [*area, kind, 91 * each, *[each] * 91]


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.active.title = "Cover sheet"
    book.active["A1"] = "Estimates of the population"
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def sheet(title, each, area=DOVER):
    return [[title], ["This worksheet contains one table."], HEAD, line(area, each)]


def mye2(names, title="{} by single year of age, mid-2024"):
    given = zip(names, ("Persons", "Females", "Males"), (1000, 510, 490), strict=True)
    return {name: sheet(title.format(sex), each) for name, sex, each in given}


def read(path, name=""):
    return population.SOURCE.read(Part(path, f"population/{name or path.name}"), Context())


def totals(found):
    rows = found.tables["population"].filter(pl.col("age") == -1, pl.col("area") == "Dover")
    return {(year, sex): n for year, sex, n in rows.select("year", "sex", "population").rows()}


BOTH = {(2024, "persons"): 91_000, (2024, "female"): 46_410, (2024, "male"): 44_590}


@pytest.mark.parametrize("suffix", ["xlsx", "ods"])
@pytest.mark.parametrize(
    "names", [("MYE2 - Persons", "MYE2 - Females", "MYE2 - Males"), ("2", "3", "4")]
)
def test_the_publishers_workbook_is_read_as_it_is(tmp_path, suffix, names):
    if suffix == "ods":
        from workbook_files import ods

        path = ods(tmp_path / "mye24.ods", {"Cover sheet": [["Estimates"]], **mye2(names)})
    else:
        path = workbook(tmp_path / "mye24tablesew2023geogs.xlsx", mye2(names))
    found = read(path)
    assert totals(found) == BOTH
    assert found.tables["population"].filter(sex="persons").height == 92
    assert found.rows_read == found.rows_kept == 3


def test_the_year_in_a_title_goes_before_that_of_the_boundaries(tmp_path):
    sheets = {"MYE2 - Persons": sheet("Persons by single year of age, mid-2022", 1000)}
    assert totals(read(workbook(tmp_path / "tables 2023 geography.xlsx", sheets))) == {
        (2022, "persons"): 91_000
    }


def test_sheets_that_give_a_figure_twice_count_it_once(tmp_path):
    by_year = [["Mid-2023 to mid-2024"], ["Code", "Name", "Geography", "Mid-2024", "Mid-2023"]]
    sheets = {**mye2(["P", "F", "M"]), "MYE4": [*by_year, [*DOVER, "District", 91_000, 90_000]]}
    sheets["MYE6"] = [*by_year, [*DOVER, "District", 42.1, 41.9]]
    found = read(workbook(tmp_path / "mye24.xlsx", sheets))
    assert totals(found) == {**BOTH, (2023, "persons"): 90_000}
    notes = [one[3] for one in found.problems.listed()]
    assert notes == ["the sheet 'Cover sheet'", "the sheet 'MYE6'"]


def test_sheets_that_contradict_each_other_are_refused(tmp_path):
    sheets = mye2(["Sheet1", "Sheet2", "Sheet3"], title="Population, mid-2024")
    with pytest.raises(DataRefused, match=r"contradict each other: 91000 .* 46410 .*'sex'"):
        read(workbook(tmp_path / "mye24.xlsx", sheets))


def text(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")
    return path


@pytest.mark.parametrize(
    ("name", "title", "sex"),
    [
        ("all 2024.csv", "", "persons"),
        ("male 2024.csv", "", "male"),
        ("MYE2 - Females 2024.csv", "", "female"),
        ("Population_total_males_2024.csv", "", "male"),
        ("males and females 2024.csv", "", "persons"),
        ("table 2024.csv", "MYE2: Females by single year of age and sex", "female"),
        ("Women/2024.csv", "", "female"),
        ("2024.csv", "", "persons"),
    ],
)
def test_the_sex_of_a_sheet_saved_apart_is_that_of_its_name_or_title(tmp_path, name, title, sex):
    rows = [*([[title]] if title else []), HEAD, line(DOVER, 10)]
    assert totals(read(text(tmp_path / name, rows), name)) == {(2024, sex): 910}


@pytest.mark.parametrize(
    "header",
    [
        "ladcode20,laname20,country,sex,age,population_2019,population_2020,births_2020",
        "ladcode18,laname18,country,sex,age,population_2019,population_2020",
        "lad2014_code,lad2014_name,country,sex,age,population_2019,population_2020",
    ],
)
def test_the_older_layout_has_a_column_for_each_year(tmp_path, header):
    tail = [7] * (header.count("births"))
    rows = [[*DOVER, "E", sex, age, 10, 11, *tail] for sex in (1, 2) for age in range(91)]
    found = read(text(tmp_path / "MYEB2_detailed.csv", [header.split(","), *rows]))
    frame = found.tables["population"]
    assert found.rows_kept == 182
    sums = frame.group_by("year", "sex").agg(pl.col("population").sum())
    assert sums.sort("year", "sex").rows() == [
        (2019, "female", 910), (2019, "male", 910), (2020, "female", 1001), (2020, "male", 1001),
    ]  # fmt: skip


def test_medians_and_densities_are_no_residents(tmp_path):
    rows = [["Code", "Name", "Geography", "Mid-2022", "Mid-2021"], [*DOVER, "District", 46.1, 45]]
    with pytest.raises(UnknownLayout, match="no counts of residents"):
        read(text(tmp_path / "MYE6.csv", rows))


def test_ages_beyond_ninety_count_among_the_oldest(tmp_path):
    rows = [["area", "year", "sex", "age", "population"]]
    rows += [
        ["Dover", 2021, "persons", f"Aged {a}{'+' if a == 100 else ''}", 2] for a in range(101)
    ]
    frame = read(text(tmp_path / "census.csv", rows)).tables["population"]
    assert frame.filter(age=90)["population"].to_list() == [22]
    assert frame["population"].sum() == 202


def cleaned(tmp_path, **files):
    for name, rows in files.items():
        text(tmp_path / "data/raw/population" / f"{name}.csv", rows)
    clean_run.clean(tmp_path, {})
    return Store(tmp_path / "data/processed")


@pytest.mark.parametrize("gap", [{"4"}, {"90"}, {"95"}, {"0", "60"}])
def test_males_with_ages_missing_and_females_are_not_everybody(tmp_path, gap):
    head = ["ladcode23", "laname23", "sex", "age", "population_2022", "population_2023"]
    oldest = 101 if gap == {"95"} else 91
    rows = [
        [*DOVER, sex, age, 600, "[x]" if sex == "M" and str(age) in gap else 600]
        for sex in "MF" for age in range(oldest)
    ]  # fmt: skip
    store = cleaned(tmp_path, myeb1=[head, *rows])
    found = residents.estimates(store, ["Dover"], "2023-01/2023-12")
    assert found.loc["Dover", ["year", "population"]].tolist() == [2022, 2 * oldest * 600]
    with pytest.raises(NotAvailable, match="only parts of the residents"):
        only = [[*row[:4], row[5]] for row in rows]
        store = cleaned(tmp_path / "one", myeb1=[[*head[:4], head[5]], *only])
        residents.estimates(store, ["Dover"], "2023-01/2023-12")


def test_of_sheets_saved_apart_the_persons_are_the_residents(tmp_path):
    apart = {"all 2024": 1000, "female 2024": 510, "zz male 2024": 490}
    store = cleaned(tmp_path, **{n: [HEAD, line(DOVER, each)] for n, each in apart.items()})
    found = residents.estimates(store, ["Dover"], "2024-01/2024-12")
    assert found["population"].tolist() == [91_000]


def test_a_part_that_passes_for_the_whole_is_refused(tmp_path):
    apart = {"MYE2 (1) 2024": 1000, "MYE2 (2) 2024": 510, "MYE2 (3) 2024": 490}
    with pytest.raises(DataRefused, match=r"population of Dover in 2024.*contradict"):
        cleaned(tmp_path, **{n: [HEAD, line(DOVER, each)] for n, each in apart.items()})


def test_residents_of_one_sex_stand_for_nobody_else(tmp_path):
    store = cleaned(tmp_path, **{"males 2024": [HEAD, line(DOVER, 490)]})
    assert "males only" in store.problems()["found"].to_list()
    with pytest.raises(NotAvailable, match="only parts of the residents"):
        residents.estimates(store, ["Dover"], "2024-01/2024-12")


def test_some_ages_are_not_everybody(tmp_path):
    rows = [["area", "year", "age", "population"]]
    rows += [["Dover", 2024, age, 100] for age in range(18)]
    store = cleaned(tmp_path, children=rows)
    for asked in (residents.estimates, residents.by_age):
        with pytest.raises(NotAvailable):
            asked(store, ["Dover"], "2024-01/2024-12")


@pytest.mark.parametrize("names", [("a", "b"), ("b", "a")])
def test_of_two_editions_the_later_one_counts_whatever_its_name(tmp_path, names):
    later = [["Code", "Name", "Mid-2022", "Mid-2020"], [*DOVER, 93_000, 92_000]]
    earlier = [["Code", "Name", "Mid-2020", "Mid-2019"], [*DOVER, 91_000, 90_000]]
    store = cleaned(tmp_path, **dict(zip(names, (later, earlier), strict=True)))
    for year, count in ((2019, 90_000), (2020, 92_000), (2022, 93_000)):
        found = residents.estimates(store, ["Dover"], f"{year}-01/{year}-12")
        assert found["population"].tolist() == [count]
    assert any("contradicts a row of" in notice for notice in store.notices())


def test_residents_by_age_of_another_edition_are_told(tmp_path):
    rows = [["Code", "Name", "Mid-2025", "Mid-2024"], [*DOVER, 95_000, 92_000]]
    store = cleaned(tmp_path, **{"mye4": rows, "persons 2024": [HEAD, line(DOVER, 1000)]})
    assert residents.beside(store, ["Dover"], "2024-01/2024-12") == (
        "Residents by age are those of mid-2024 (an earlier edition of the estimates), 91,000 in "
        "all; other rates for the period rest on 92,000."
    )
    assert residents.beside(store, ["Dover"], "2025-01/2025-12").startswith(
        "Residents by age are those of mid-2024, 91,000"
    )


@pytest.mark.long
@pytest.mark.realdata
def test_the_publishers_real_workbook(shared):
    path = shared / "data" / "population" / "ons_mid2022_population_estimates_lad.xlsx"
    frame = read(path).tables["population"].filter(pl.col("area") == "Tonbridge and Malling")
    by_year = {
        (year, sex): count
        for year, sex, count in frame.filter(age=-1).select("year", "sex", "population").rows()
    }
    assert by_year[2022, "persons"] == by_year[2022, "female"] + by_year[2022, "male"] == 133_664
    assert by_year[2020, "persons"] == 131_791 and by_year[2011, "persons"] == 121_087
    assert frame.filter(pl.col("age") >= 0, sex="persons")["population"].sum() == 133_664
