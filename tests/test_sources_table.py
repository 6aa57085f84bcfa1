"""Cutting, typing and accounting: what every reader rests on."""

import csv
import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import column_types, csv_lines, csv_rows, table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema, UnknownLayout, choose
from cspanalysis.sources.table import Context

SCHEMA = Schema(
    "pairs",
    "a table of pairs",
    (
        Column("name", "Name", ("full name",), essential=True),
        Column("size", "Size", (), "integer"),
    ),
)


def read(path, content, context=None):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return table.read(Part(path, f"things/{path.name}"), (SCHEMA,), context or Context())


def reasons(found):
    return {reason for _, _, reason in found.problems.counts}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "pairs.csv"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks_do_not_matter(file, end, start):
    found = read(file, start + end.join(["Full Name,size", "a,1", "b,2", ""]))
    assert found.tables["pairs"].rows() == [(2, "a", 1), (3, "b", 2)]


def test_rows_keep_the_line_number_an_editor_shows(file):
    found = read(file, 'name,size\n\na,1\n"b\nb",2\nc,3\n')
    assert found.tables["pairs"].select("row", "name").rows() == [(3, "a"), (4, "b\nb"), (6, "c")]


def test_short_and_long_rows_are_set_aside_with_their_text(file):
    found = read(file, "name,size\na,1\nb\nc,3,4\nd,5,\n")
    assert found.tables["pairs"]["name"].to_list() == ["a", "d"]
    problems = found.problems.table()
    assert problems.select("row", "found", "action").rows() == [
        (3, "b", "set aside"),
        (4, "c,3,4", "set aside"),
    ]
    assert found.rows_read == 4


def test_one_short_and_one_long_row_do_not_hide_each_other(file):
    found = read(file, "name,size\na\nb,1,2\n")
    assert (found.rows_kept, found.rows_set_aside) == (0, 2)


def test_a_row_without_its_essential_value_is_set_aside_and_others_are_noted(file):
    found = read(file, "name,size\n,1\nb,two\n")
    assert found.tables["pairs"].rows() == [(3, "b", None)]
    assert found.problems.table().select("row", "column", "found", "action").rows() == [
        (2, "name", "", "set aside"),
        (3, "size", "two", "noted"),
    ]


def test_bytes_that_are_not_utf8_are_read_as_windows_1252_and_noted(file):
    found = read(file, b"name,size\ncaf\xe9,1\n\xc3\xa9t\xc3\xa9,2\n")
    assert found.tables["pairs"]["name"].to_list() == ["café", "été"]
    assert "read as Windows-1252" in reasons(found)


def test_a_line_with_nul_bytes_is_set_aside(file):
    found = read(file, b"name,size\na\0,1\nb,2\n")
    assert found.tables["pairs"]["name"].to_list() == ["b"]
    assert found.rows_set_aside == 1


def test_an_open_quotation_mark_costs_its_own_line_only(file):
    rest = "".join(f"b{i},{i}\n" for i in range(300))
    found = read(file, f'name,size\n"a,1\n{rest}')
    assert found.rows_kept == 300
    assert reasons(found) == {"a quotation mark is open or misplaced"}


def test_a_line_of_ten_megabytes_is_set_aside(file):
    found = read(file, "name,size\n" + "x" * 10_000_000 + ",1\nb,2\n")
    assert found.tables["pairs"]["name"].to_list() == ["b"]
    assert found.rows_set_aside == 1


def test_rows_are_the_same_whether_blocks_are_large_or_small(file, monkeypatch):
    content = "name,size\n" + "".join(f"n{i},{i}\n" for i in range(2000)) + '"q,q",7\nz\n'
    whole = read(file, content)
    monkeypatch.setattr(csv_lines, "BLOCK", 500)
    monkeypatch.setattr(csv_lines, "_FIRST", 64)
    small = read(file, content)
    assert small.tables["pairs"].equals(whole.tables["pairs"])
    assert small.problems.table().equals(whole.problems.table())


@settings(max_examples=60, deadline=None)
@given(
    records=st.lists(
        st.sampled_from(
            [
                "a,1",
                '"b, c",2',
                '"d",3',
                '"e","4"',
                'f"g,5',
                '"",6',
                '"h""i",7',
                'j,"8',
                '"k" ,9',
                '" ",1',
            ]
        ),
        max_size=8,
    )
)
def test_the_quick_and_the_careful_way_read_the_same(records, tmp_path_factory):
    path = tmp_path_factory.mktemp("ways") / "pairs.csv"
    content = "name,size\n" + "".join(f"{row}\n" for row in ["x,0", *records])
    quick = read(path, content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_rows._Cutter, "_plain", lambda self, block: None)
        careful = read(path, content)
    assert quick.tables["pairs"].equals(careful.tables["pairs"])
    assert quick.problems.table().equals(careful.problems.table())


def test_titles_above_the_header_are_passed_over(file):
    found = read(file, "Table 3,\n,\nname,size\na,1\n")
    assert found.tables["pairs"].rows() == [(4, "a", 1)]


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_other_separators(file, sign):
    found = read(file, f"name{sign}size\na,b{sign}1\n")
    assert found.tables["pairs"].rows() == [(2, "a,b", 1)]


def test_a_header_alone_is_no_failure(file):
    found = read(file, "name,size\n")
    assert found.rows_read == found.rows_kept == 0
    assert reasons(found) == {"the file holds no rows"}


@pytest.mark.parametrize("content", [b"", b"\n\n", "name,size\na,1\n".encode("utf-16")])
def test_empty_and_utf16_files_are_refused(file, content):
    with pytest.raises(DataRefused, match=r"pairs\.csv"):
        read(file, content)


def test_a_missing_column_is_named_with_what_was_found_and_the_nearest_heading(file):
    with pytest.raises(DataRefused) as refused:
        read(file, "nam,size\na,1\n")
    said = str(refused.value)
    assert "things/pairs.csv, column 'name'" in said
    assert "'nam', 'size'" in said
    assert "Is it the column 'nam'?" in said
    assert "[sources.things.columns]" in said


def test_a_heading_that_is_another_column_is_not_proposed_for_the_missing_one():
    layout = Schema("x", "schools", (
        Column("school_type", "Type"), Column("school_year", "Year", required=True),
    ))  # fmt: skip
    part = Part(Path("schools.csv"), "schools/schools.csv")
    with pytest.raises(UnknownLayout) as refused:
        choose(part, ["school_type", "school_yr"], [layout], {}, {})
    assert "Is it the column 'school_yr'?" in str(refused.value)
    with pytest.raises(UnknownLayout) as refused:
        choose(part, ["school_type", "heads"], [layout], {}, {})
    assert "Is it the column" not in str(refused.value)


def test_settings_map_headings_values_and_constants(file):
    context = Context(
        {
            "columns": {"size": "How big"},
            "values": {"size": {"Large": 9, "": 0}},
            "constants": {"name": "x"},
        }
    )
    found = read(file, "How big\nlarge\n \n3\n", context)
    assert found.tables["pairs"]["size"].to_list() == [9, 3]
    context = Context({"columns": {"size": "How big"}, "values": {"size": {"": 0, "LARGE": 9}}})
    found = read(file, "name,How big\na,Large\nb,\n", context)
    assert found.tables["pairs"]["size"].to_list() == [9, 0]


def test_a_mapped_column_that_does_not_exist_is_refused(file):
    with pytest.raises(DataRefused, match="Did you mean 'size'"):
        read(file, "name,size\na,1\n", Context({"columns": {"sise": "size"}}))


def test_workbooks_are_read_like_csv(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    sheet = book.create_sheet("data")
    for line in (["A title"], [], ["name", "size"], ["a", 1], ["b", 2.5], [None, 3]):
        sheet.append(line)
    book.save(tmp_path / "pairs.xlsx")
    found = table.read(Part(tmp_path / "pairs.xlsx", "things/pairs.xlsx"), (SCHEMA,), Context())
    assert found.tables["pairs"].rows() == [(4, "a", 1), (5, "b", None)]
    assert (found.rows_read, found.rows_set_aside) == (3, 1)


def test_a_broken_workbook_is_refused(tmp_path):
    path = tmp_path / "pairs.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(DataRefused, match="cannot be opened"):
        table.read(Part(path, "things/pairs.xlsx"), (SCHEMA,), Context())


def convert(text, kind):
    frame = pl.DataFrame({"t": [text]}, schema={"t": pl.String})
    return frame.select(column_types.convert(column_types.trimmed("t"), kind)).item()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("31/12/2007", "2007-12-31 00:00:00"),
        ("2007-12-31 23:05", "2007-12-31 23:05:00"),
        ("2007-12-31T23:05:09Z", "2007-12-31 23:05:09"),
        ("1 Dec 2007", "2007-12-01 00:00:00"),
        ("01-December-2007 7:05", "2007-12-01 07:05:00"),
        ("31/02/2007", None),
        ("12/31/2007", None),
        ("31/12/07", "2007-12-31 00:00:00"),
        ("31/12/2007 24:00", None),
        ("soon", None),
    ],
)
def test_dates(text, shown):
    value = convert(text, "datetime")
    assert (str(value) if value else None) == shown


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("8,025,075", "integer", 8_025_075),
        ("1160.0", "integer", 1160),
        ("11.5", "integer", None),
        (" £1,200.50 ", "number", 1200.5),
        ("1e3x", "number", None),
        # A program's own way of writing 100000, and a spreadsheet's of hiding digits.
        ("1e+05", "integer", 100_000),
        ("5.3E+05", "integer", None),
        ("5.3E+05", "count", None),
        ("1.32571E+05", "integer", 132_571),
        ("5.3E-05", "number", 0.000053),
        # A decimal comma, which without it would make ten times the number.
        ("12,5", "number", None),
        ("1,25", "figure", None),
        ("1 234 567", "integer", 1_234_567),
        ("12.5 %", "number", 12.5),
        # A figure that is revised is a figure; marks of other things hide what they mean.
        ("1,100 [r]", "count", 1_100),
        ("1,100r", "count", 1_100),
        ("1,100 (R)", "integer", 1_100),
        ("12.5% [r]", "figure", 12.5),
        ("1,100 [p]", "count", 1100),
        ("[r]", "count", None),
        ("r", "figure", None),
        ("1,100 rr", "count", None),
        ("Jan-25", "month", "2025-01"),
        ("January 2025", "month", "2025-01"),
        ("Jan-98", "month", None),
        ("2006-07", "financial_year", "2006/07"),
        ("2006/2007", "financial_year", "2006/07"),
        ("200607", "financial_year", "2006/07"),
        ("1999/00", "financial_year", "1999/00"),
        ("2006/08", "financial_year", None),
        ("2007-04/2007-09", "period", "2007-04/2007-09"),
        ("2007-04", "period", "2007-04/2007-04"),
        ("2007-09/2007-04", "period", None),
        ("2007-13/2008-01", "period", None),
        ("Apr 2007", "month", "2007-04"),
        ("200704", "month", "2007-04"),
        ("2007-14", "month", None),
        ("23:59", "time", 1439),
        ("0730", "time", 450),
        ("24:00", "time", None),
        ("Y", "boolean", True),
        ("FALSE", "boolean", False),
        ("perhaps", "boolean", None),
    ],
)
def test_kinds_of_cell(text, kind, value):
    assert convert(text, kind) == value


@pytest.mark.parametrize(
    "symbol", ["*", "c", "x", "z", ".", "..", ":", "[low]", "[x]", "<5", "-", ""]
)
def test_no_symbol_is_ever_a_number(symbol):
    frame = pl.DataFrame({"t": [symbol]})
    text = column_types.trimmed("t")
    assert frame.select(column_types.convert(text, "count")).item() is None
    assert frame.select(column_types.status(text)).item() not in ("ok", None)


CELLS = st.text(st.sampled_from('ab1,"\n\r\0é; \t'), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, max_size=4), max_size=8),
    junk=st.binary(max_size=20),
    at=st.floats(0, 1),
)
def test_rows_read_are_rows_kept_and_set_aside_whatever_the_file(rows, junk, at, tmp_path_factory):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    content = text.getvalue().encode()
    cut = int(at * len(content))
    path = tmp_path_factory.mktemp("mangled") / "pairs.csv"
    found = read(path, b"name,size\n" + content[:cut] + junk + content[cut:])
    assert found.rows_read == found.rows_kept + found.rows_set_aside
    assert found.rows_kept == found.tables["pairs"].height
    set_aside = found.problems.table().filter(pl.col("action") == "set aside")
    assert set_aside["row"].n_unique() == found.rows_set_aside


@settings(max_examples=40, deadline=None)
@given(
    pairs=st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), min_size=1).filter(
                str.strip
            ),
            st.integers(-(10**9), 10**9),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_what_a_csv_writer_wrote_is_read_back(pairs, tmp_path_factory):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("name", "size"), *pairs])
    path = tmp_path_factory.mktemp("written") / "pairs.csv"
    found = read(path, text.getvalue())
    assert found.tables["pairs"]["size"].to_list() == [size for _, size in pairs]
    assert found.rows_set_aside == 0
