"""The Youth Offending Service's yearly figures."""

from pathlib import Path

import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import youth_offending
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "youth_offending"


def test_symbols_blanks_and_zero_stay_apart():
    path = FIXTURES / "figures.csv"
    found = youth_offending.SOURCE.read(Part(path, "youth_offending/figures.csv"), Context())
    table = found.tables["youth_offending"]
    assert table.select("count", "status", "symbol").rows() == [
        (186, "ok", None),
        (None, "suppressed", "*"),
        (None, "rounds_to_zero", "-"),
        (None, "not_available", None),
        (0, "ok", None),
        (None, "not_available", "about 10"),
    ]
    assert set(table["year"]) == {"2005/06", "2006/07"}
    assert (found.rows_read, found.rows_kept) == (7, 6)
    problems = found.problems.table().select("row", "column", "action").rows()
    assert problems == [(7, "year", "set aside"), (8, "count", "noted")]


@pytest.mark.parametrize("is_wide", [False, True])
def test_years_as_the_youth_justice_board_writes_them_are_financial_years(tmp_path, is_wide):
    text = "Year,District,Measure,Number\n" + "".join(
        f"Year ending {end},Dover,First time entrants,{number}\n"
        for end, number in (("March 2023", 21), ("31 March 2024", 17), ("December 2024", 5))
    )
    if is_wide:
        text = (
            "District,Measure,Year ending March 2023,Year ending 31 March 2024\nDover,FTE,21,17\n"
        )
    path = tmp_path / "yjb.csv"
    path.write_text(text, encoding="utf-8")
    found = youth_offending.SOURCE.read(Part(path, "youth_offending/yjb.csv"), Context())
    assert found.frame.select("year", "count").rows() == [("2022/23", 21), ("2023/24", 17)]
    # A year to December is no financial year: set aside, with what is allowed.
    told = found.problems.table().filter(action="set aside")
    assert told["found"].to_list() == ([] if is_wide else ["Year ending December 2024"])
    assert all("year ending March 2008" in text for text in told["allowed"])


def read(tmp_path, *lines):
    path = tmp_path / "figures.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return youth_offending.SOURCE.read(Part(path, "youth_offending/figures.csv"), Context())


@pytest.mark.parametrize("figure", ["31%", "31 %", "£31"])
def test_a_share_or_an_amount_is_no_count(tmp_path, figure):
    found = read(
        tmp_path, "Year,District,Measure,Number", "2022/23,Dover,First time entrants,12",
        f"2023/24,Dover,First time entrants,{figure}",
    )  # fmt: skip
    assert found.frame["count"].to_list() == [12, None]
    noted = found.problems.table().filter(column="count")
    assert noted.select("row", "found").rows() == [(3, figure)]


@pytest.mark.parametrize("said", ["Rate per 100,000", "%", "% of all", "Percentage", "Crude rate"])
def test_figures_beneath_a_second_heading_of_rates_are_refused(tmp_path, said):
    lines = (
        "District,Measure,2022-23,,2023-24,", f',,"{said}",Number,"{said}",Number',
        "Dover,First time entrants,190,22,150,19",
    )  # fmt: skip
    with pytest.raises(DataRefused, match=r"row 2, column 'count'.*second row of headings"):
        read(tmp_path, *lines)
    # Where the counts come first the rates beside them are not read.
    lines = (lines[0], f',,Number,"{said}",Number,"{said}"', lines[2].replace("190,22", "22,190"))
    assert read(tmp_path, *lines).frame["count"].to_list()[0] == 22
