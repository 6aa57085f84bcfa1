"""The workbook and findings.csv: numbers as numbers, text as text, the same bytes each time."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pandas as pd
import pytest
from test_report_pages import HOSTILE, chapter, context, record

from cspanalysis.report import collect, findings_json, workbook
from cspanalysis.report.collect import Rendered, Section


def write(path, *records, **more):
    sections = tuple(Section(collect.clean(r)) for r in records)
    workbook.write(path, [Rendered("01_a", "a", "Recorded crime", "", sections)], context(**more))
    return path


def table(rows, texts, own=()):
    columns = [{"key": k, "label": k.capitalize(), "numeric": k != "area"} for k in rows[0]]
    return record(
        rows=rows, table={"columns": columns, "rows": texts, "own": list(own)}, has_figure=False
    )


def sheet(path, name):
    return pd.read_excel(path, sheet_name=name, header=None, engine="calamine")


def test_cover_contents_notes_and_a_sheet_for_each_table(tmp_path):
    path = write(tmp_path / "t.xlsx", record(), record(id="b.c"), record(table={}))
    names = pd.ExcelFile(path, engine="calamine").sheet_names
    assert names == ["Cover", "Contents", "Notes", "Table 1", "Table 2"]
    notes = sheet(path, "Notes").astype(str).to_numpy().ravel().tolist()
    assert "[c]" in notes and any("not zero" in str(n) for n in notes)


def test_numbers_are_numbers_and_symbols_stay_text(tmp_path):
    rows = [
        {"area": "Alpha", "count": 1234, "rate": 55.3456},
        {"area": "Beta", "count": None, "rate": None},
    ]
    path = write(
        tmp_path / "t.xlsx", table(rows, [["Alpha", "1,234", "55.3"], ["Beta", "[c]", ""]])
    )
    cells = sheet(path, "Table 1").to_numpy().ravel().tolist()
    assert 1234 in cells and 55.3456 in cells
    assert "[c]" in cells and "[x]" in cells and 0 not in cells
    with zipfile.ZipFile(path) as z:
        assert "#,##0.0" in z.read("xl/styles.xml").decode()


def test_a_text_that_is_not_the_value_is_kept_as_text(tmp_path):
    rows = [{"area": "Alpha", "share": 0.123}]
    path = write(tmp_path / "t.xlsx", table(rows, [["Alpha", "12.3%"]]))
    cells = sheet(path, "Table 1").to_numpy().ravel().tolist()
    assert "12.3%" in cells and 0.123 not in cells


def test_windows_come_on_a_sheet_of_their_own(tmp_path):
    window = record("It fell.", period="2007-04/2007-09", values={"count": 207, "ratio": None})
    path = write(tmp_path / "t.xlsx", record(windows=[window]))
    cells = sheet(path, "Further periods").to_numpy().ravel().tolist()
    assert "April to September 2007" in cells and 207 in cells and "It fell." in cells


@pytest.mark.parametrize("text", [*HOSTILE, "+1", "-2+3", "@SUM(A1)", " =1+1", "$$note$$",
                                  "[click](http://example.org)", "http://example.org"])  # fmt: skip
def test_text_from_data_becomes_neither_formula_nor_link(tmp_path, text):
    path = write(tmp_path / "t.xlsx", record(text), area=collect.clean(text))
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            content = book.read(name).decode("utf-8")
            assert not re.search(r"<f[ >]", content), name
            assert "example.org" not in content or not name.endswith(".rels"), name
        assert "<hyperlink " in book.read("xl/worksheets/sheet2.xml").decode()  # contents only
    cells = [
        str(c)
        for name in pd.ExcelFile(path, engine="calamine").sheet_names
        for c in sheet(path, name).to_numpy().ravel()
    ]
    assert not any(c.lstrip()[:1] in tuple("=+-@") for c in cells)


def test_the_same_findings_give_the_same_bytes(tmp_path):
    one = write(tmp_path / "one.xlsx", record(), record(id="b.c"))
    two = write(tmp_path / "two.xlsx", record(), record(id="b.c"))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as book:
        assert b"2008-03-31" in book.read("docProps/core.xml")


@pytest.mark.parametrize("text", [*HOSTILE, "+1", "-x", "@y", "\t=1"])
def test_findings_csv_is_inert_and_whole(text):
    clean = collect.clean(record(text))
    content = findings_json.table([clean, collect.clean(record("-b", windows=[clean]))])
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == 4
    assert {len(r) for r in rows} == {len(rows[0])}
    assert not any(c.lstrip()[:1] in tuple("=+-@") for r in rows for c in r if c.strip())


def test_the_made_chapter_writes(tmp_path):
    workbook.write(tmp_path / "t.xlsx", [chapter()], context())
    assert sheet(tmp_path / "t.xlsx", "Table 1").shape[0] > 3


def test_headings_are_distinct_whatever_their_case_and_short_enough():
    made = workbook._distinct(["Rate", "rate", "x" * 900])
    assert made[:2] == ["Rate", "rate (2)"] and len(made[2]) <= 255


def test_hidden_values_carry_the_standard_symbol_and_its_meaning(tmp_path):
    rows = [{"area": "Alpha", "count": None}, {"area": "Beta", "count": 20}]
    path = write(tmp_path / "t.xlsx", table(rows, [["Alpha", "*"], ["Beta", "20"]]))
    cells = [str(c) for c in sheet(path, "Table 1").to_numpy().ravel()]
    assert "[c]" in cells and "*" not in cells
    assert any(c.startswith("[c]: Hidden") for c in cells)
