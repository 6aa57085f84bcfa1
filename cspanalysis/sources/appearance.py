"""What the columns of a file that was refused seem to be, from their headings and their cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from cspanalysis import sources
from cspanalysis.domain.errors import CspError
from cspanalysis.sources import column_types, dates, grid, headings
from cspanalysis.sources.schema import Column

#: So many cells show what a column holds, and so many columns are told.
_LOOKED_AT, _TOLD = 200, 12
#: What a column holds if most of its cells are of a kind, in the order of asking.
_HOLDS = {
    "boolean": "yes and no",
    "time": "times of day",
    **dict.fromkeys(("financial_year", "school_year"), "years such as 2007/08"),
    "integer": "whole numbers",
    "number": "numbers",
    "date": "dates",
    "month": "months",
}
_MOST = 0.8


def told(path: Path, source: str) -> str:
    """One sentence on the columns of a source's file, '' where it cannot be looked into."""
    try:
        found = max(grid.read(path), key=lambda one: len(one.rows))
    except (CspError, OSError):
        return ""
    header = headings.header_row(found)
    if header is None:
        return ""
    body = [row for _, row in found.rows[header + 1 : header + 1 + _LOOKED_AT]]
    names = found.rows[header][1]
    readings = [(one, headings.match(one, names)) for one in sources.get(source).schemas]
    layout, matches = max(readings, key=lambda one: sum(m.score for m in one[1]))
    known = {m.at: m.column for m in matches}
    lacking = [c for c in layout.columns if c.is_required and c.name not in known.values()]
    seen = []
    for at, name in enumerate(names):
        if name:
            holds = _holds([row[at] for row in body if at < len(row) and row[at]])
            near = [c.name for c in lacking if at not in known and _suits(c, holds)]
            guess = known.get(at) or (f"perhaps {' or '.join(near)}" if near else "")
            seen.append(f"'{name[:40]}' {guess + ', ' if guess else ''}{holds}")
    rest = f" and {len(seen) - _TOLD} more" if len(seen) > _TOLD else ""
    return f"Its columns seem to be: {'; '.join(seen[:_TOLD])}{rest}." if seen else ""


def _holds(cells: Sequence[str]) -> str:
    if not cells:
        return "blank"
    frame = pl.DataFrame({"cell": cells}, schema={"cell": pl.String})
    text = column_types.trimmed("cell")
    for kind, words in _HOLDS.items():
        if frame.select(column_types.convert(text, kind).is_not_null().mean()).item() >= _MOST:
            is_serial = frame.select(text.str.contains(dates.SERIAL).mean()).item() >= _MOST
            return "a spreadsheet's numbers of days or whole numbers" if is_serial else words
    return "text, different in each row" if len(set(cells)) == len(cells) > 1 else "text"


def _suits(column: Column, holds: str) -> bool:
    """Whether a column that is missing could be one that holds this."""
    if column.kind in ("date", "datetime"):
        return holds == "dates" or "numbers of days" in holds
    return column.kind not in column_types.ANY_TEXT and holds == _HOLDS.get(column.kind)
