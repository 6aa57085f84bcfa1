"""tables.xlsx: an accessible workbook by gptables, a table for each finding, and all indicators.

Numbers are numbers, with the decimals the page shows; symbols stay text and are explained.
Text from data can become neither formula, link nor note reference.
"""

from __future__ import annotations

import datetime
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gptables
import pandas as pd

from cspanalysis import present
from cspanalysis.domain.periods import Period
from cspanalysis.findings import VALUE_KEYS
from cspanalysis.present import captions
from cspanalysis.report import findings_json, indicator_sheet, markup, sheet_tables
from cspanalysis.report.collect import Rendered
from cspanalysis.report.markup import Context

#: Symbols of the workbook and what they say (as the Analysis Function recommends).
SYMBOLS = (
    ("[c]", "Hidden so that nobody can be identified; it is not zero."),
    ("[x]", "Not available."),
    ("[z]", "Not applicable."),
    ("[low]", "Above zero, but rounds to zero."),
    ("[u]", "Too unreliable to publish."),
)
#: What pages and sources write for the same; spreadsheets need letters in every cell.
_SAME = {"*": "[c]", "c": "[c]", "x": "[x]", "z": "[z]", "low": "[low]", "k": "[low]", "u": "[u]",
         ":": "[x]", ".": "[z]"}  # fmt: skip

_LONGEST = 32_000  # Excel takes 32,767 characters a cell
_NUMBER = re.compile(r"[−+-]?[\d,]*\.?\d+")
_INTERVAL = re.compile(r"([−+-]?[\d,]*\.?\d+)(%?) to ([−+-]?[\d,]*\.?\d+)(%?)")
#: No text that stands for an interval is longer.
_SYMBOL = 8
#: Names of sheets that are no finding's.
_RESERVED = ("cover", "contents", "indicators", "symbols and sources", "definitions and notes",
             "further periods", "history")  # fmt: skip


def write(path: Path, chapters: Sequence[Rendered], context: Context) -> None:
    """Write the workbook; the same findings give the same bytes."""
    tables: dict[str, gptables.GPTable] = {}
    further: list[Mapping[str, Any]] = []
    told: list[tuple[str, str, str, str]] = []
    for chapter in chapters:
        for record in chapter.records:
            if (record.get("table") or {}).get("rows"):
                name = _name(record["id"], tables)
                tables[name] = _sheet(record, chapter.title, len(tables) + 1)
                told += _told(record, name)
            further += record.get("windows", ())
    if further:
        tables["Further periods"] = _windows(further)
    indicators = indicator_sheet.rows((r for c in chapters for r in c.records), context.area)
    sheets = {"Symbols and sources": _symbols(context), **tables}
    if told:
        sheets["Definitions and notes"] = _definitions(told)
    sheets = {"Contents": _contents(sheets, bool(indicators)), **sheets}
    with warnings.catch_warnings():
        # gptables warns that it makes no note sheet of its own: ours holds symbols and sources.
        warnings.simplefilter("ignore")
        book = sheet_tables.book(path, sheets, _cover(context))
    for sheet in book.worksheets():
        # Headings stay in sight, and so does what a row is of.
        if sheet.tables and sheet.name in tables:
            sheet.freeze_panes(_heading_row(sheet) + 1, 1)
    if indicators:
        _indicators(book, indicators)
    book.set_properties(
        {
            "title": f"{context.product}: {context.named}, {context.period_label}",
            "author": context.owner,
            "comments": "RESTRICTED" if context.edition == "partner" else "",
            # The clock would make every run's file differ.
            "created": datetime.datetime.combine(Period.parse(context.period).end, datetime.time()),
        }
    )
    book.close()


def _cover(context: Context) -> gptables.Cover:
    intro = [
        "Figures behind the strategic assessment, one sheet for each finding.",
        f"Period: {context.period_label}"
        + (f", compared with {context.compare_label}." if context.compare else "."),
    ]
    if context.synthetic:
        intro.append(
            "Synthetic data: the records are a synthetic reconstruction, not real incidents."
        )
    if context.edition == "partner":
        intro.insert(0, "RESTRICTED: partner edition, holds figures that must not be published.")
    about = [*context.attributions, *(f"Licence: {x}" for x in context.licences)]
    if context.as_of:
        about.insert(0, f"{context.as_of}.")
    return gptables.Cover(
        title=_text(f"{context.product}: {context.named}, {context.period_label}"),
        intro=[_text(t) for t in intro],
        about=[_text(t) for t in about] or ["No sources are cited."],
        contact=[_text(context.owner)],
    )


def _sheet(record: Mapping[str, Any], chapter: str, number: int) -> gptables.GPTable:
    table = record["table"]
    heads: list[str] = []
    columns: list[list[Any]] = []
    formats: list[int | None] = []
    for i, column in enumerate(table["columns"]):
        texts = [row[i] for row in table["rows"]]
        label = _text(column["label"]) or f"Column {i + 1}"
        if limits := _limits(texts):
            heads += [f"{label}: lower", f"{label}: upper"]
            columns += [side for side, _ in limits]
            formats += [places for _, places in limits]
            continue
        numeric = bool(column.get("numeric"))
        values = _raw(record, column["key"], len(texts)) if numeric else None
        cells, places = _numbers(texts, values, numeric)
        heads.append(label)
        columns.append(cells)
        formats.append(places)
    labels = _distinct(heads)
    decimals = {k: v for k, v in zip(labels, formats, strict=True) if v is not None}
    frame = pd.DataFrame(dict(zip(labels, columns, strict=True)), dtype=object)
    legend = [f"{s}: {m}" for s, m in SYMBOLS if any(s in map(str, c) for c in columns)]
    return gptables.GPTable(
        table=frame,
        table_name=f"table_{number}",
        title=_text(f"{chapter}: {record['title']}"),
        subtitles=[_text(t) for t in (record["sentence"], captions.period_line(record)) if t],
        scope=_text(record.get("measure")) or None,
        source=_text(captions.source_line(record)) or "Not stated",
        legend=legend,
        index_columns={1: 0},
        additional_formatting=[
            {"column": {"columns": [label], "format": {"num_format": _format(places)}}}
            for label, places in decimals.items()
        ],
    )


def _windows(records: Sequence[Mapping[str, Any]]) -> gptables.GPTable:
    used = [k for k in VALUE_KEYS if any(k in r.get("values", {}) for r in records)]
    frame = pd.DataFrame(
        [
            [
                _cell(str(r["title"])),
                captions.label(r.get("period", "")) or "[z]",
                captions.label(r.get("compare", "")) or "[z]",
                _cell(str(r["sentence"])),
                *(r.get("values", {}).get(k, "[z]") for k in used),
            ]
            for r in records
        ],
        columns=[
            "Question",
            "Period",
            "Compared with",
            "Finding",
            *(k.replace("_", " ").capitalize() for k in used),
        ],
        dtype=object,
    ).map(lambda v: "[x]" if v is None else v)
    return gptables.GPTable(
        table=frame,
        table_name="further_periods",
        title="The findings over further periods",
        source="As the table of the same question",
        index_columns={1: 0},
    )


def _contents(sheets: Mapping[str, gptables.GPTable], has_indicators: bool) -> gptables.GPTable:
    lines = [({name: f"internal:'{name}'!A1"}, sheet.title) for name, sheet in sheets.items()]
    if has_indicators:
        name = indicator_sheet.NAME
        said = "Every indicator in one table: a row for each area, indicator, kind and period"
        lines.insert(0, ({name: f"internal:'{name}'!A1"}, said))
    return gptables.GPTable(
        table=pd.DataFrame(lines, columns=["Sheet", "What it shows"]),
        table_name="contents_table",
        title="Contents",
        instructions="This worksheet contains one table.",
        index_columns={1: 0},
    )


def _symbols(context: Context) -> gptables.GPTable:
    frame = pd.DataFrame(
        [(symbol, meaning) for symbol, meaning in SYMBOLS]
        + [(f"Source {i}", _cell(_cited(s))) for i, s in enumerate(context.sources, 1)],
        columns=["Symbol or source", "Meaning"],
    )
    return gptables.GPTable(
        table=frame,
        table_name="symbols",
        title="Symbols and sources",
        instructions="This worksheet contains one table.",
        index_columns={1: 0},
    )


def _told(record: Mapping[str, Any], name: str) -> list[tuple[str, str, str, str]]:
    """What is to be known of a sheet, apart from it: (sheet, question, kind, text)."""
    said = [("Definition", record.get("definition")), ("Method", record.get("method"))]
    said += [("Note", note) for note in record.get("notes", ())]
    return [(name, _cell(record["title"]), kind, _cell(str(text))) for kind, text in said if text]


def _definitions(told: Sequence[tuple[str, str, str, str]]) -> gptables.GPTable:
    return gptables.GPTable(
        table=pd.DataFrame(told, columns=["Sheet", "Question", "Kind", "Text"]),
        table_name="definitions",
        title="Definitions, methods and notes of the sheets",
        instructions="This worksheet contains one table.",
        index_columns={1: 0},
    )


def _indicators(book: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """One tidy sheet, headings in its first row: pd.read_excel(path, sheet_name="Indicators")."""
    name = indicator_sheet.NAME
    sheet = book.add_worksheet(name)
    for number, row in enumerate(rows, 1):
        for place, key in enumerate(indicator_sheet.COLUMNS):
            value = row[key]
            if isinstance(value, int | float) and math.isfinite(value):
                sheet.write_number(number, place, value)
            elif value not in (None, ""):
                sheet.write_string(number, place, _text(value))
    heads = [{"header": key} for key in indicator_sheet.COLUMNS]
    last = len(indicator_sheet.COLUMNS) - 1
    sheet.add_table(0, 0, len(rows), last, {"name": "indicators", "columns": heads, "style": None})
    sheet.freeze_panes(1, 2)
    widths = (26, 40, 34, 12, 12, 12, 34, 18, 9, 32, 14, 60, 10, 60, 44)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    # After cover and contents.
    book.worksheets_objs.insert(2, book.worksheets_objs.pop())


def _heading_row(sheet: Any) -> int:
    """Row of the headings of a sheet's table, from 0."""
    return int(re.findall(r"\d+", sheet.tables[0]["range"])[0]) - 1


def _name(identifier: str, taken: Mapping[str, Any]) -> str:
    """A sheet's name: the subject of its finding, short enough for Excel and its own."""
    parts = identifier.split(".")
    subject = " ".join(parts[1:] if len(parts) > 2 else parts).replace("_", " ")
    subject = re.sub(r"[^\w ,()-]", " ", subject).strip() or "Table"
    subject = present.capital(subject)[:31].strip()
    name, number = subject, 2
    others = {*(t.casefold() for t in taken), *_RESERVED}
    while name.casefold() in others:
        name, number = f"{subject[: 28 - len(str(number))].strip()} ({number})", number + 1
    return name


def _limits(texts: Sequence[Any]) -> list[tuple[list[Any], int | None]] | None:
    """The two sides of a column of intervals, each with its decimals; None of other columns."""
    pairs = [_INTERVAL.fullmatch("" if t is None else str(t).strip()) for t in texts]
    if not any(pairs):
        return None
    if any(not m and len(str(t or "")) > _SYMBOL for m, t in zip(pairs, texts, strict=True)):
        return None
    sides: list[tuple[list[Any], int | None]] = []
    for side in (1, 3):
        shown = [m[side] if m else None for m in pairs]
        places = max(len(s.partition(".")[2]) for s in shown if s)
        # Percentages stay percentages: the heading says so where their cells do.
        cells = [
            float(s.replace(",", "").replace("−", "-"))
            if s
            else _SAME.get(str(t or "").strip()) or _cell(str(t or ""))
            for s, t in zip(shown, texts, strict=True)
        ]
        sides.append((cells, places))
    return sides


def _cited(source: Mapping[str, Any]) -> str:
    parts = [source.get("title") or source.get("source"), source.get("publisher")]
    parts += [source.get("licence"), captions.day(source["as_of"]) if source.get("as_of") else None]
    return "; ".join(str(p) for p in parts if p)


def _raw(record: Mapping[str, Any], key: str, rows: int) -> list[Any] | None:
    """The unrounded values of a display column, if the result rows stand behind its rows."""
    behind = record.get("rows", [])
    return [r.get(key) for r in behind] if len(behind) == rows else None


def _numbers(
    texts: Sequence[Any], values: Sequence[Any] | None, numeric: bool
) -> tuple[list[Any], int | None]:
    """Cells of a column and its decimals: a number where the text shown is that number."""
    cells: list[Any] = []
    places: int | None = None
    for i, text in enumerate(texts):
        shown = "" if text is None else str(text)
        value = values[i] if values is not None else None
        match = _NUMBER.fullmatch(shown)
        if match and isinstance(value, int | float) and not isinstance(value, bool):
            parsed = float(shown.replace(",", "").replace("−", "-"))
            after = len(shown.partition(".")[2])
            if math.isfinite(value) and abs(parsed - value) <= 0.5000001 * 10**-after:
                cells.append(value)
                places = max(places or 0, after)
                continue
        cells.append(_SAME.get(shown.strip()) or _cell(shown) if numeric else _cell(shown))
    return cells, places


def _format(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


def _text(value: Any) -> str:
    """A text for a cell: no formula, and no link or note reference of gptables' own markup."""
    text = "" if value is None else str(value)
    text = text.replace("$$", "$ $").replace("](", "] (")
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return findings_json.neutral(text)


def _cell(shown: str) -> str:
    """A table's cell: never empty, and never without a letter or digit (gptables refuses both)."""
    text = _text("[c]" if shown.strip() == "*" else shown)
    if not text.strip(" -–—.…'"):
        return "[x]"
    return text if re.search("[a-zA-Z0-9]", text) else f"(text) {text}"


def _distinct(labels: Sequence[str]) -> list[str]:
    """Column names, short enough for Excel and different whatever their case."""
    out: list[str] = []
    for label in (markup.short(label, 200) for label in labels):
        name, number = label, 2
        while name.casefold() in (o.casefold() for o in out):
            name, number = f"{label} ({number})", number + 1
        out.append(name)
    return out
