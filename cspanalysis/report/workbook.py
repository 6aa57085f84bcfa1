"""tables.xlsx: an accessible workbook by gptables, a table for each finding.

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

from cspanalysis.domain.periods import Period
from cspanalysis.findings import VALUE_KEYS
from cspanalysis.report import findings_json, markup
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


def write(path: Path, chapters: Sequence[Rendered], context: Context) -> None:
    """Write the workbook; the same findings give the same bytes."""
    sheets: dict[str, gptables.GPTable] = {}
    further: list[Mapping[str, Any]] = []
    for chapter in chapters:
        for record in chapter.records:
            if (record.get("table") or {}).get("rows"):
                number = len(sheets) + 1
                sheets[f"Table {number}"] = _sheet(record, chapter.title, number)
            further += record.get("windows", ())
    if further:
        sheets["Further periods"] = _windows(further)
    notes = pd.DataFrame(
        [(symbol, meaning) for symbol, meaning in SYMBOLS]
        + [(f"Source {i}", _cell(_cited(s))) for i, s in enumerate(context.sources, 1)],
        columns=["Symbol or source", "Meaning"],
    )
    sheets = {"Notes": _notes(notes), **sheets}
    with warnings.catch_warnings():
        # gptables warns that it makes no note sheet of its own: ours holds symbols and sources.
        warnings.simplefilter("ignore")
        book = gptables.core.api.produce_workbook(
            str(path),
            sheets,
            cover=_cover(context),
            contentsheet_options={"column_names": ["Sheet", "What it shows"]},
            workbook_options={
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                # Else each sheet's parts go through files of their own in the temporary folder.
                "in_memory": True,
            },
        )
    book.set_properties(
        {
            "title": f"{context.product}: {context.area}, {context.period_label}",
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
        title=_text(f"{context.product}: {context.area}, {context.period_label}"),
        intro=[_text(t) for t in intro],
        about=[_text(t) for t in about] or ["No sources are cited."],
        contact=[_text(context.owner)],
    )


def _sheet(record: Mapping[str, Any], chapter: str, number: int) -> gptables.GPTable:
    table = record["table"]
    labels = _distinct(
        [_text(c["label"]) or f"Column {i}" for i, c in enumerate(table["columns"], 1)]
    )
    columns, decimals = [], {}
    for i, column in enumerate(table["columns"]):
        texts = [row[i] for row in table["rows"]]
        numeric = bool(column.get("numeric"))
        values = _raw(record, column["key"], len(texts)) if numeric else None
        cells, places = _numbers(texts, values, numeric)
        columns.append(cells)
        if places is not None:
            decimals[labels[i]] = places
    frame = pd.DataFrame(dict(zip(labels, columns, strict=True)), dtype=object)
    period = markup.label(record.get("period", ""))
    if record.get("compare"):
        period += f", compared with {markup.label(record['compare'])}"
    legend = [f"{s}: {m}" for s, m in SYMBOLS if any(s in map(str, c) for c in columns)]
    return gptables.GPTable(
        table=frame,
        table_name=f"table_{number}",
        title=_text(f"{chapter}: {record['title']}"),
        subtitles=[
            _text(t)
            for t in (
                record["sentence"],
                period,
                record.get("definition"),
                *record.get("notes", ()),
            )
            if t
        ],
        scope=_text(record.get("measure")) or None,
        source=_text(markup.source_line(record)) or "Not stated",
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
                markup.label(r.get("period", "")) or "[z]",
                markup.label(r.get("compare", "")) or "[z]",
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


def _notes(frame: pd.DataFrame) -> gptables.GPTable:
    return gptables.GPTable(
        table=frame,
        table_name="notes",
        title="Symbols and sources",
        instructions="This worksheet contains one table.",
        index_columns={1: 0},
    )


def _cited(source: Mapping[str, Any]) -> str:
    parts = [source.get("title") or source.get("source"), source.get("publisher")]
    parts += [source.get("licence"), markup.day(source["as_of"]) if source.get("as_of") else None]
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
