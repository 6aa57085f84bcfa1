"""Terms pass for no year, and rates for no count, where the column that says so is not read."""

import pytest

from cspanalysis.sources import get
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

EXCLUSIONS = "School year,District,{},Cluster,Type,Exclusions\n"


def read(path, heading, parts, source="school_exclusions", header=EXCLUSIONS):
    rows = [f"2024/25,Dover,{part},{c},Permanent,4" for c in ("Deal", "Aylesham") for part in parts]
    path.write_text(header.format(heading) + "\n".join(rows) + "\n")
    return get(source).read(Part(path, f"{source}/{path.name}"), Context())


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("Term", ["Autumn", "Spring", "Summer"]),
        ("Term", ["Autumn"]),
        ("School term", ["1", "2", "3", "4", "5", "6"]),
        ("Quarter", ["Q1", ""]),
        ("Month", ["April", "May"]),
        ("Time identifier", ["Autumn term", "Spring term"]),
    ],
)
def test_a_part_of_a_year_is_never_the_year(tmp_path, heading, parts):
    found = read(tmp_path / "a.csv", heading, parts)
    assert found.frame.is_empty()
    assert found.rows_set_aside == found.rows_read == 2 * len(parts)
    aside = found.problems.table().filter(column=heading, action="set aside")
    assert aside.height == 2 * len(parts)


@pytest.mark.parametrize("year", ["Full year", "Academic year", "All terms", "2024/25 whole year"])
def test_beside_a_row_of_the_year_its_parts_are_set_aside(tmp_path, year):
    found = read(tmp_path / "a.csv", "Term", ["Autumn", "Spring", year])
    assert found.frame["count"].to_list() == [4, 4]
    assert found.frame["row"].to_list() == [4, 7]
    assert (found.rows_kept, found.rows_set_aside) == (2, 4)


@pytest.mark.parametrize("parts", [["Full year"], [""], ["Q1 to Q4"]])
def test_a_column_that_speaks_of_whole_years_changes_nothing(tmp_path, parts):
    found = read(tmp_path / "a.csv", "Term", parts)
    assert (found.rows_kept, found.rows_set_aside) == (2, 0)
    assert found.problems.table().filter(column="Term").is_empty()


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("exclusions_autumn_2024.csv", "", "autumn"),
        ("exclusions.csv", "Exclusions, Q1 2024/25", "Q1"),
        ("exclusions-YTD.csv", "", "YTD"),
        ("exclusions_2024_25.csv", "Exclusions by cluster", ""),
    ],
)
def test_a_name_or_title_that_speaks_of_a_part_of_a_year_is_told(tmp_path, name, title, said):
    header = "School year,District,Cluster,Type,Exclusions\n"
    (tmp_path / name).write_text(f"{title}\n{header}2024/25,Dover,Deal,Permanent,4\n")
    found = get("school_exclusions").read(
        Part(tmp_path / name, f"school_exclusions/{name}"), Context()
    )
    noted = found.problems.table().filter(allowed="figures of whole years")["found"].to_list()
    assert noted == ([said] if said else [])
    assert len(found.problems.notices) == len(noted)


ADMISSIONS = "Financial year,ICD10,Sex,Age group,Value,{},Local authority\n"


@pytest.mark.parametrize("heading", ["Measure", "Unit", "Statistic", "Value type"])
@pytest.mark.parametrize("rate", ["Rate per 100,000", "%", "Directly standardised rate"])
def test_a_rate_by_an_unread_column_is_no_count(tmp_path, heading, rate):
    path = tmp_path / "a.csv"
    lines = [f'2024/25,T51,{sex},10-19,{n},"{what}",Dover'
             for sex in ("male", "female") for n, what in ((45, rate), (9, "Number"))]  # fmt: skip
    path.write_text(ADMISSIONS.format(heading) + "\n".join(lines) + "\n")
    found = get("hospital_extract").read(Part(path, "hospital_extract/a.csv"), Context())
    assert found.frame["count"].to_list() == [9, 9]
    assert (found.rows_kept, found.rows_set_aside) == (2, 2)
    aside = found.problems.table().filter(column=heading, action="set aside")
    assert aside["found"].to_list() == [rate, rate]
