"""Workbooks are opened once and read in pieces: the same rows, whatever their size and spread."""

import datetime
import zipfile

import openpyxl
import polars as pl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbook_files import cell, line, ods

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import table, workbooks
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context

SCHEMAS = (Schema("calls", "calls", (Column("day", "Day", essential=True), Column("n", "Number"))),)
CALLS = [["Day", "N"], ["Monday", 1], ["Tuesday", 2]]


def part(path):
    return Part(path, f"calls/{path.name}")


def read(path):
    found = table.read(part(path), SCHEMAS, Context())
    return found, found.tables["calls"].select("row", "day", "n").rows()


def in_pieces(path):
    """Each sheet's rows with their numbers, as the room reads them."""
    return {
        sheet.member: [
            (row, *cells) for block in sheet.blocks() for row, *cells in block.iter_rows()
        ]
        for sheet in workbooks.sheets(part(path))
    }


values = st.one_of(st.none(), st.integers(-999, 999), st.text("ab &<>'\"é", min_size=1, max_size=5))
rows = st.lists(
    st.tuples(st.lists(values, min_size=1, max_size=4), st.integers(1, 4)), min_size=1, max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sheets=st.lists(rows, min_size=1, max_size=3), piece=st.integers(60, 900))
def test_an_ods_read_in_pieces_gives_what_the_engine_gives_of_the_whole(
    tmp_path, monkeypatch, sheets, piece
):
    monkeypatch.setattr(workbooks, "_PIECE", piece)
    named = {f"s{at}": [line(c, n) for c, n in one] for at, one in enumerate(sheets)}
    path = ods(tmp_path / "a.ods", named)
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    for name, found in in_pieces(path).items():
        whole = [
            (at, [str(int(c)) if isinstance(c, float) else c.strip() for c in cells])
            for at, cells in enumerate(
                book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1
            )
        ]
        whole = [(at, [c for c in cells if c]) for at, cells in whole if any(cells)]
        assert [(row, [c for c in cells if c]) for row, *cells in found] == whole


def test_a_sheet_may_be_read_again_and_out_of_turn(tmp_path):
    path = ods(tmp_path / "a.ods", {"one": [["a"]], "two": [["b"], ["c"]], "three": [["d"]]})
    one, two, three = workbooks.sheets(part(path))
    for sheet, texts in ((three, ["d"]), (one, ["a"]), (two, ["b", "c"]), (two, ["b", "c"])):
        assert pl.concat(sheet.blocks())["0"].to_list() == texts


def test_row_groups_and_named_sheets_are_no_hindrance(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "_PIECE", 64)
    body = [line(r) for r in CALLS]
    xml = (
        f"<table:table-header-rows>{body[0]}</table:table-header-rows>"
        f"<table:table-row-group>{body[1]}{body[2]}</table:table-row-group>"
    )
    path = ods(tmp_path / "a.ods", {"Calls & more": [xml]})
    assert [*in_pieces(path)] == ["Calls & more"]
    assert read(path)[1] == [(2, "Monday", "1"), (3, "Tuesday", "2")]


@pytest.mark.parametrize("column", [3, 16_384])
def test_a_stray_cell_in_the_last_row_of_an_ods_costs_nothing(tmp_path, column):
    stray = [line([None], 1_048_572), line([cell(None, column - 1), "x"])]
    found, kept = read(ods(tmp_path / "a.ods", {"Calls": [*CALLS, *stray]}))
    assert kept == [(2, "Monday", "1"), (3, "Tuesday", "2")]
    assert (found.rows_read, found.rows_kept) == (3, 2)
    (told,) = [one for one in found.problems.listed() if one[5] == "set aside"]
    assert told[1] == 1_048_576 and told[3] == "x"


def test_a_row_that_is_repeated_a_million_times_is_refused(tmp_path):
    path = ods(tmp_path / "a.ods", {"Calls": [*CALLS, line(["x", cell(1, 300)], 1_000_000)]})
    with pytest.raises(DataRefused, match=r"a\.ods.*repeated over"):
        read(path)


@pytest.mark.parametrize("where", ["XFD1048576", "Z1048576"])
def test_a_stray_cell_in_the_last_corner_of_an_xlsx_is_refused_with_its_place(tmp_path, where):
    book = openpyxl.Workbook()
    for row in CALLS:
        book.active.append(row)
    book.active[where] = "x"
    book.save(tmp_path / "a.xlsx")
    column = where.rstrip("0123456789")
    with pytest.raises(DataRefused, match=rf"a\.xlsx.*column {column} and row 1,048,576"):
        read(tmp_path / "a.xlsx")


def test_text_beside_the_table_is_told(tmp_path):
    beside = [*CALLS, ["Friday", 3, None, "checked"], [None, None, "by J."]]
    found, kept = read(ods(tmp_path / "a.ods", {"Calls": beside}))
    assert kept[-1] == (4, "Friday", "3")
    told = {(one[1], one[3], one[5]) for one in found.problems.listed()}
    assert told == {(4, "checked", "noted"), (5, "by J.", "set aside")}
    assert found.rows_read == found.rows_kept + found.rows_set_aside == 4


def test_dates_and_times_of_a_spreadsheet_come_as_iso(tmp_path):
    book = openpyxl.Workbook()
    for row in CALLS:
        book.active.append(row)
    book.active.append([datetime.datetime(2024, 1, 3), datetime.datetime(2024, 1, 3, 13, 5)])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx")[1][-1] == (4, "2024-01-03", "2024-01-03 13:05:00")


def test_a_workbook_with_a_password_says_so(tmp_path):
    path = ods(tmp_path / "a.ods", {"Calls": CALLS})
    with zipfile.ZipFile(path) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    kept["META-INF/manifest.xml"] += b"<!-- manifest:encryption-data -->"
    with zipfile.ZipFile(path, "w") as new:
        for name, content in kept.items():
            new.writestr(name, content)
    with pytest.raises(DataRefused, match="password"):
        read(path)


def test_rows_that_come_thousands_of_times_do_not_bring_their_blank_columns(tmp_path):
    """A publisher's rows are padded to the sheet's last column, and runs of them are long."""
    pad = '<table:table-cell table:style-name="ce1" table:number-columns-repeated="16381"/>'
    blank = line(['<table:table-cell table:number-columns-repeated="16384"/>'], 3)
    rows = [
        line(["a", "b", "c", pad]),
        blank,
        line(["x", 2, None, pad], 90_000),
        line(["y", 3, "z", pad], 2),
        line([pad]),
    ]
    path = ods(tmp_path / "long.ods", {"202526": rows})
    (sheet,) = workbooks.sheets(Part(path, "s/long.ods"))
    blocks = list(sheet.blocks())
    rows = pl.concat([block.select("row", "0", "1", "2") for block in blocks])
    assert rows.height == 90_003 and max(block.width for block in blocks) < 10
    assert rows.row(1) == (5, "x", "2", None) and rows.row(-1) == (90_006, "y", "3", "z")
