"""The workbook and findings.csv: numbers as numbers, text as text, the same bytes each time."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import gptables
import pandas as pd
import pytest
from test_report_pages import HOSTILE, chapter, context, record

from cspanalysis.report import collect, findings_json, indicator_sheet, sheet_tables, workbook
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
    assert names == ["Cover", "Contents", "Indicators", "Symbols and sources", "Nte change", "B c",
                     "Definitions and notes"]  # fmt: skip
    listed = sheet(path, "Contents").to_numpy().ravel().tolist()
    assert all(n in listed for n in names[2:])
    notes = sheet(path, "Symbols and sources").astype(str).to_numpy().ravel().tolist()
    assert "[c]" in notes and any("not zero" in str(n) for n in notes)


def test_numbers_are_numbers_and_symbols_stay_text(tmp_path):
    rows = [
        {"area": "Alpha", "count": 1234, "rate": 55.3456},
        {"area": "Beta", "count": None, "rate": None},
    ]
    path = write(
        tmp_path / "t.xlsx", table(rows, [["Alpha", "1,234", "55.3"], ["Beta", "[c]", ""]])
    )
    cells = sheet(path, "Nte change").to_numpy().ravel().tolist()
    assert 1234 in cells and 55.3456 in cells
    assert "[c]" in cells and "[x]" in cells and 0 not in cells
    with zipfile.ZipFile(path) as z:
        assert "#,##0.0" in z.read("xl/styles.xml").decode()


def test_a_text_that_is_not_the_value_is_kept_as_text(tmp_path):
    rows = [{"area": "Alpha", "share": 0.123}]
    path = write(tmp_path / "t.xlsx", table(rows, [["Alpha", "12.3%"]]))
    cells = sheet(path, "Nte change").to_numpy().ravel().tolist()
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
        assert "<hyperlink " in book.read("xl/worksheets/sheet2.xml").decode()  # contents
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
    assert sheet(tmp_path / "t.xlsx", "Nte change").shape[0] > 3


def test_headings_are_distinct_whatever_their_case_and_short_enough():
    made = workbook._distinct(["Rate", "rate", "x" * 900])
    assert made[:2] == ["Rate", "rate (2)"] and len(made[2]) <= 255


def test_hidden_values_carry_the_standard_symbol_and_its_meaning(tmp_path):
    rows = [{"area": "Alpha", "count": None}, {"area": "Beta", "count": 20}]
    path = write(tmp_path / "t.xlsx", table(rows, [["Alpha", "*"], ["Beta", "20"]]))
    cells = [str(c) for c in sheet(path, "Nte change").to_numpy().ravel()]
    assert "[c]" in cells and "*" not in cells
    assert any(c.startswith("[c]: Hidden") for c in cells)


def test_all_indicators_are_read_in_one_line_with_limits_of_the_same_quantity(tmp_path):
    change = record(
        id="a.change", measure="burglary", unit="offences", compare="2006-04/2007-03",
        values={"count": 90, "compare_count": 100, "percent_change": -10.0, "ratio": 0.9,
                "lower": 0.8, "upper": 1.02}, verdict="no_clear_change",
        windows=[record(id="a.change@2007-04_2007-09", measure="burglary", unit="offences",
                        period="2007-04/2007-09", status="suppressed", values={})],
    )  # fmt: skip
    peers = record(
        id="a.peers.msg", measure="burglary per 1,000", unit="per 1,000 residents",
        verdict="higher",
        values={"count": 90, "rate": 5.5, "lower": 5.0, "upper": 6.0},
        rows=[{"area": "Alpha", "is_own": True, "rate": 5.5, "lower": 5.0, "upper": 6.0},
              {"area": "Beta", "rate": None, "lower": None, "upper": None, "status": "suppressed"},
              {"area": "Gamma", "rate": 4.0, "lower": 3.5, "upper": 4.5, "status": "ok"}],
    )  # fmt: skip
    path = write(tmp_path / "t.xlsx", change, peers)
    read = pd.read_excel(path, sheet_name="Indicators", engine="calamine")
    wanted = ["area", "indicator", "period", "value", "lower", "upper", "compared", "verdict"]
    assert list(read.columns)[:8] == wanted
    assert not read.duplicated(["area", "indicator", "period", "kind", "compared"]).any()
    row = read.query("kind == 'change'").iloc[0]
    assert row[["value", "lower", "upper"]].tolist() == pytest.approx([-10, -20, 2])
    assert row["compared"] == "April 2006 to March 2007" and row["verdict"] == "no_clear_change"
    rates = read.query("kind == 'rate'").set_index("area")
    assert rates["value"].to_dict() == pytest.approx(
        {"Alpha": 5.5, "Beta": float("nan"), "Gamma": 4.0}, nan_ok=True
    )
    assert rates.loc["Beta", "status"] == "suppressed"
    hidden = read[read["period"] == "April to September 2007"]
    assert hidden["value"].isna().all() and set(hidden["status"]) == {"suppressed"}


def test_of_things_side_by_side_each_is_an_indicator_of_its_own():
    rows = [
        {"offence": "burglary", "count": 9, "share": 0.9, "lower": 0.8, "upper": 0.95},
        {"offence": "robbery", "count": None, "share": None, "status": "suppressed"},
    ]
    made = record(measure="crime", unit="offences", values={"count": 9}, rows=rows,
                  table={"columns": [{"key": "offence"}], "rows": [["burglary"]]})  # fmt: skip
    found = indicator_sheet.rows([made], "Alpha")
    assert [(r["indicator"], r["kind"], r["value"]) for r in found] == [
        ("crime: burglary", "count", 9), ("crime: burglary", "share", 0.9),
        ("crime: robbery", "", None),
    ]  # fmt: skip
    assert found[1]["lower"] == 0.8 and found[0]["lower"] is None


def test_limits_have_columns_of_their_own_and_headings_are_frozen(tmp_path):
    rows = [{"area": "Alpha", "lower": -1.0, "upper": 2.5}, {"area": "Beta"}, {"area": "Gamma"}]
    columns = [{"key": "area", "label": "Area", "numeric": False},
               {"key": "interval", "label": "95% interval", "numeric": True}]  # fmt: skip
    texts = [["Alpha", "−1.0 to 2.5"], ["Beta", "[c]"], ["Gamma", "1,200 to 1,300.5"]]
    made = record(rows=rows, table={"columns": columns, "rows": texts, "own": []})
    path = write(tmp_path / "t.xlsx", made)
    cells = sheet(path, "Nte change").dropna(how="all").to_numpy().tolist()
    head = next(i for i, row in enumerate(cells) if row[0] == "Area")
    assert cells[head] == ["Area", "95% interval: lower", "95% interval: upper"]
    assert cells[head + 1 :] == [["Alpha", -1, 2.5], ["Beta", "[c]", "[c]"],
                                 ["Gamma", 1200, 1300.5]]  # fmt: skip
    with zipfile.ZipFile(path) as book:
        frozen = [n for n in book.namelist() if b'state="frozen"' in book.read(n)]
    assert len(frozen) == 2


def test_sheets_are_named_by_their_subject_within_what_excel_allows():
    taken = {}
    for identifier in ("overview.burglary.change", "retail.burglary.change", "mix", "a.contents.b",
                       f"a.{'x' * 60}.b", f"b.{'x' * 60}.c"):  # fmt: skip
        taken[workbook._name(identifier, taken)] = None
    assert list(taken)[:3] == ["Burglary change", "Burglary change (2)", "Mix"]
    assert all(len(n) <= 31 for n in taken) and len(taken) == 6


def test_sheets_are_laid_out_as_gptables_lays_them_out(tmp_path, monkeypatch):
    rows = [
        {"area": name, "count": count, "rate": rate, "note": None}
        for name, count, rate in [("Alpha [r]", 1234, 55.3456), ("Beta", None, None),
                                  ("A LONG NAME IN CAPITALS", 7, 0.5)]
    ]  # fmt: skip
    texts = [
        ["Alpha [r]", "1,234", "55.3", "*"],
        ["Beta", "[c]", "", "*"],
        ["A LONG NAME IN CAPITALS", "7", "0.5 to 1.5", "*"],
    ]
    hostile = table([{"area": text, "count": 1} for text in HOSTILE], [[t, "1"] for t in HOSTILE])
    records = [table(rows, texts), {**hostile, "id": "b.c"}]
    ours = write(tmp_path / "ours.xlsx", *records).read_bytes()

    def theirs(path, sheets, cover):
        return gptables.core.api.produce_workbook(
            str(path), sheets, cover=cover, contentsheet_label=None,
            workbook_options=dict(sheet_tables._OPTIONS),
        )  # fmt: skip

    monkeypatch.setattr(sheet_tables, "book", theirs)
    assert write(tmp_path / "theirs.xlsx", *records).read_bytes() == ours


@pytest.mark.parametrize("cells", [["*", "*"], [1, float("nan")], [True, False]])
def test_a_table_that_gptables_would_not_take_as_it_is_goes_its_way(tmp_path, cells):
    frame = pd.DataFrame({"a": ["x", "y"], "b": pd.Series(cells, dtype=object)})
    sheets = {"T": gptables.GPTable(frame, table_name="t", title="T", index_columns={1: 0})}
    cover = gptables.Cover(title="C", intro=["i"], about=["a"], contact=["c"])
    if cells == ["*", "*"]:
        with pytest.raises(ValueError, match="special characters"):
            sheet_tables.book(tmp_path / "t.xlsx", sheets, cover)
    else:
        made = sheet_tables.book(tmp_path / "t.xlsx", sheets, cover)
        assert [sheet.name for sheet in made.worksheets()] == ["Cover", "T"]
