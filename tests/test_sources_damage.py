"""What spreadsheets and people do to a table: nothing of it is lost or read wrongly in silence."""

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cspanalysis import sources
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures"


def read(source, path, **names):
    context = Context({}, {}, names=names)
    return sources.get(source).read(Part(path, f"{source}/{path.name}"), context)


def book(path, **sheets):
    with xlsxwriter.Workbook(str(path)) as out:
        for name, rows in sheets.items():
            sheet = out.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def problems(found):
    return found.problems.table().select("row", "action", "reason").rows()


WIDE = ["ltla23_code", "ltla23_name", "all ages", *map(str, range(90)), "90+"]
DOVER = ["E07000108", "Dover", 530_000, *[100] * 91]


@pytest.mark.parametrize(
    "note",
    [["Source: Office for National Statistics"], ["Source:", "Office for National Statistics"]],
)
def test_a_footnote_beneath_a_population_table_is_no_area(tmp_path, note):
    rows = [WIDE, DOVER, [], note]
    found = read("population", book(tmp_path / "mid-2023.xlsx", Data=rows))
    assert (found.rows_read, found.rows_kept) == (2, 1)
    assert set(found.tables["population"]["area"]) == {"Dover"}
    ((row, action, _),) = problems(found)
    assert (row, action) == (4, "set aside")


def test_residents_that_a_spreadsheet_shortened_are_no_number(tmp_path):
    shown = [*DOVER[:2], "5.3E+05", *DOVER[3:]]
    found = read("population", book(tmp_path / "mid-2023.xlsx", Data=[WIDE, shown]))
    assert -1 not in set(found.tables["population"]["age"])
    reason = "shortened by a spreadsheet, digits are lost; left out"
    assert problems(found) == [(2, "noted", reason)]


def test_a_number_cell_is_read_whole(tmp_path):
    found = read("population", book(tmp_path / "mid-2023.xlsx", Data=[WIDE, DOVER]))
    table = found.tables["population"]
    assert table.filter(pl.col("age") == -1)["population"].to_list() == [530_000]
    assert problems(found) == []


def test_an_identifier_that_a_spreadsheet_shortened_is_remarked(tmp_path):
    text = (FIXTURES / "stats19" / "casualties.csv").read_text()
    path = tmp_path / "casualties.csv"
    first = text.splitlines()[1].split(",")[0]
    path.write_text(text.replace(first, "2.00546E+12", 1))
    found = read("stats19", path)
    assert (2, "noted", "shortened by a spreadsheet: several records may bear it") in problems(
        found
    )


@pytest.mark.parametrize("source", ["stats19/casualties.csv", "hospital_extract/admissions.csv"])
def test_headings_again_and_notes_between_records_are_none(tmp_path, source):
    name, _, file = source.partition("/")
    header, *rows = (FIXTURES / source).read_text().splitlines()
    alone = read(name, FIXTURES / source)
    path = tmp_path / file
    empty = "," * header.count(",")
    path.write_text("\n".join([header, rows[0], empty, header, *rows[1:], "Provisional" + empty]))
    found = read(name, path)
    assert found.rows_kept == alone.rows_kept
    reasons = [reason for _, action, reason in problems(found) if action == "set aside"]
    assert {"the headings again", "text in one cell only: a note, not a record"} <= {*reasons}
    assert found.rows_read == found.rows_kept + found.rows_set_aside


def test_a_second_sheet_with_the_table_is_not_passed_over(tmp_path):
    rows = [["date", "received by", "type"], ["01/04/2024", "police", "noise"]]
    path = book(tmp_path / "calls.xlsx", April=rows, May=rows)
    with pytest.raises(DataRefused, match=r"2 of its sheets hold such a table \(April, May\)"):
        read("asb_calls", path)


def test_a_sheet_of_notes_is_passed_over_with_a_remark_wherever_it_stands(tmp_path):
    rows = [["date", "received by", "type", "district"], ["21/04/2024", "police", "noise", "Dover"]]
    path = book(tmp_path / "calls.xlsx", Notes=[["Calls logged"], ["by hand"]], April=rows)
    found = read("asb_calls", path)
    assert found.rows_kept == 1
    assert [reason for _, _, reason in problems(found)] == ["no such table; not read"]


@pytest.mark.parametrize("band", ["Oct-19", "05-Sep", "2019-10-01 00:00:00"])
def test_an_age_band_that_became_a_date_is_no_age_band(tmp_path, band):
    path = tmp_path / "admissions.csv"
    head = "district,year,cause,sex,age_band,count\nDover,2024/25,T51,male,20-29,6\n"
    path.write_text(head + f"Dover,2024/25,T51,male,{band},7\n")
    found = read("hospital_extract", path)
    assert found.tables["hospital_extract"]["age_band"].to_list() == ["20-29"]
    assert problems(found) == [(3, "set aside", "taken for a date by a spreadsheet")]


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ("school_exclusions/clusters.csv", 2),
        ("youth_offending/figures.csv", 2),
        ("peer_counts/by_period.csv", 1),
        ("home_office_csp/csp.csv", 3),
        ("population/tidy.csv", 1),
        ("stats19/casualties.csv", 0),
        ("stats19/vehicles.csv", 0),
    ],
)
@pytest.mark.parametrize("word", ["Total", "Grand total", "Average"])
def test_a_row_of_totals_is_none_of_its_parts(tmp_path, source, column, word):
    name, _, file = source.partition("/")
    lines = (FIXTURES / source).read_text().splitlines()
    cells = lines[1].split(",")
    cells[column] = word
    path = tmp_path / file
    path.write_text("\n".join([*lines, ",".join(cells)]) + "\n")
    found = read(name, path)
    assert found.rows_kept == read(name, FIXTURES / source).rows_kept
    assert problems(found)[-1] == (len(lines) + 1, "set aside", "a total of other rows")


@pytest.mark.parametrize(
    "written",
    ["TONBRIDGE AND MALLING", "Tonbridge & Malling", "Tonbridge and Malling Borough Council",
     " Tonbridge  and malling ", "E07000115"],
)  # fmt: skip
def test_a_district_is_found_however_it_is_written(tmp_path, written):
    path = tmp_path / "figures.csv"
    path.write_text(f"year,district,measure,count\n2005/06,{written},arson,6\n")
    found = read("youth_offending", path)
    assert found.tables["youth_offending"]["district"].to_list() == ["Tonbridge and Malling"]
    assert problems(found) == []


def test_a_district_that_none_will_look_for_is_remarked(tmp_path):
    path = tmp_path / "figures.csv"
    head = "year,district,measure,count\n2005/06,Our own area,arson,6\n"
    path.write_text(f"{head}2005/06,Tonbridge and Maling,arson,6\n2005/06,,arson,6\n")
    found = read("youth_offending", path, district=("Our own area",))
    assert found.rows_kept == 3
    assert problems(found) == [
        (3, "noted", "no district of this name is known, and the row counts for none: "
         "Tonbridge and Malling?"),
        (4, "noted", "blank; the row counts for no district"),
    ]  # fmt: skip


def test_shares_that_a_workbook_holds_as_fractions_are_not_taken_for_per_cent(tmp_path):
    text = "survey,round,area,question,percent,base\n"
    rows = "Panel,2006,Dover,feels safe,0.61,812\nPanel,2006,Dover,sees litter,0.2,812\n"
    path = tmp_path / "shares.csv"
    path.write_text(text + rows)
    found = read("surveys", path)
    assert found.rows_kept == 0
    assert {reason for _, _, reason in problems(found)} == {"a fraction, as all of the file are"}
    path.write_text(text + rows.replace("0.61", "61"))
    assert read("surveys", path).rows_kept == 2


@pytest.mark.parametrize("symbol", ["<3", "< 5", "≤7", "fewer than 5", "Under 10", "1 to 4"])
def test_a_small_number_that_is_hidden_is_suppressed_however_it_is_written(tmp_path, symbol):
    path = tmp_path / "admissions.csv"
    path.write_text(f"year,cause,sex,age_band,count\n2024/25,T51,male,20-29,{symbol}\n")
    found = read("hospital_extract", path)
    table = found.tables["hospital_extract"]
    assert table.select("count", "status", "symbol").row(0) == (None, "suppressed", symbol)


def test_a_word_where_a_count_belongs_is_no_count_and_has_a_status(tmp_path):
    path = tmp_path / "admissions.csv"
    path.write_text("year,cause,sex,age_band,count\n2024/25,T51,male,20-29,several\n")
    found = read("hospital_extract", path)
    assert found.tables["hospital_extract"]["status"].to_list() == ["not_available"]
    assert problems(found)[0][1] == "noted"


@pytest.mark.parametrize(
    "source",
    ["stats19/casualties.csv", "stats19/vehicles.csv", "lookups/csp.csv", "lookups/region.csv"],
)
def test_a_note_of_two_cells_is_no_record(tmp_path, source):
    name, _, file = source.partition("/")
    lines = (FIXTURES / source).read_text().splitlines()
    path = tmp_path / file
    note = ",".join(["Note", "provisional", *[""] * (lines[0].count(",") - 1)])
    path.write_text("\n".join([*lines, note]) + "\n")
    found = read(name, path)
    assert found.rows_kept == read(name, FIXTURES / source).rows_kept
    assert problems(found)[-1][:2] == (len(lines) + 1, "set aside")


def test_spaces_that_do_not_break_are_spaces(tmp_path):
    path = tmp_path / "county.csv"
    text = (FIXTURES / "peer_counts/by_period.csv").read_text()
    path.write_text(text.replace("and Malling", "and\u00a0Malling"))
    found = read("peer_counts", path).tables["peer_counts"]
    assert "Tonbridge and Malling" in set(found["area"])


def test_the_edition_of_a_lookup_is_seen_through_spaces_about_its_headings(tmp_path):
    text = (FIXTURES / "lookups/csp.csv").read_text()
    header, _, rest = text.partition("\n")
    path = tmp_path / "csp.csv"
    path.write_text(" " + header.replace(",", " , ") + "\n" + rest)
    frame = read("lookups", path).tables["_districts"]
    assert frame.equals(read("lookups", FIXTURES / "lookups/csp.csv").tables["_districts"])
