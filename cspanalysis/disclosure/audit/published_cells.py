"""The cells that a findings.json publishes, sorted into the kinds of count they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cspanalysis.disclosure import cells as cells_
from cspanalysis.disclosure import policies
from cspanalysis.disclosure.cells import Cell, TooMany
from cspanalysis.disclosure.ranges import Inconsistent, ranges

#: Count columns of a row and the record key of the period they belong to.
COUNTS = {"count": "period", "compare_count": "compare"}

_AREAS = ("area", "district")


@dataclass(frozen=True)
class Origin:
    """Where a cell stands: finding, row number, column."""

    finding: str
    row: int
    column: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.label or f'row {self.row + 1}'} ({self.column})"


def is_hidden(row: Mapping[str, Any]) -> bool:
    """True if a row says that something in it is hidden."""
    return row.get("status") == "suppressed"


def limit_of(rows: Iterable[Mapping[str, Any]]) -> int:
    """Counts from 1 to below it are hidden in these rows; 0 where we hid none ourselves."""
    return max((int(row.get("hidden_below") or 0) for row in rows), default=0)


def labels(row: Mapping[str, Any]) -> list[str]:
    """The words of a row that say what it counts."""
    named = ((name, value) for name, value in row.items() if value is not None)
    return [str(value) for name, value in named if cells_.is_dimension(name, value)]


def kinds(findings: Sequence[Mapping[str, Any]], area: str) -> list[list[Cell]]:
    """The cells of every kind of count that has a hidden one.

    `findings`: records of findings.json. `area`: name of the review's area, to which rows without
    an area belong. Returns: what counts the same things makes a kind: the same source, and the
    same measure or the same `counted` in the row. Where the numbers of a kind contradict each
    other, the findings are told apart.
    """
    groups: dict[tuple[str, str], list[tuple[str, Cell]]] = {}
    for record in findings:
        source = next((str(s.get("source", "")) for s in record.get("sources", ())), "")
        for measure, cell in cells_of(record):
            groups.setdefault((source, measure), []).append((measure, cell))
    out = []
    for members in groups.values():
        if not any(cell.is_hidden for _, cell in members):
            continue
        for key in (lambda m, c: "", lambda m, c: c.origin.finding):
            parts: dict[str, list[Cell]] = {}
            for measure, cell in members:
                parts.setdefault(key(measure, cell), []).append(cell)
            kept = [_located(p, area) for p in parts.values() if any(c.is_hidden for c in p)]
            if all(_agree(p) for p in kept):
                break
        out += kept
    return out


def _agree(cells: list[Cell]) -> bool:
    """Whether the cells can all be counts of the same things, their labels making the whole."""
    try:
        ranges(cells, width=0)
    except (Inconsistent, TooMany):
        return False
    return True


def cells_of(record: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    """The counts of a record, each with what it counts."""
    rows = record.get("rows") or []
    if not rows:
        return
    names = cells_.dimensions_of(rows)
    places: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        where = {n: row.get(n) for n in names}
        label = ", ".join(str(v) for v in where.values() if v is not None)
        for column, key in COUNTS.items():
            if column not in row:
                continue
            if column == "compare_count":
                own = {k: v for k, v in where.items() if k not in cells_.TIMES}
                time = str(row.get("compare") or record.get(key) or "")
            else:
                own, time = where, str(record.get(key) or "")
            place = cells_.located(own, time)
            cell = _cell(row, column, place, Origin(record["id"], number, column, label))
            if cell is None:
                continue
            if column == "count":
                places.append(place)
            yield str(row.get("counted") or record.get("measure") or ""), cell
    measure = str(record.get("measure") or "")
    if any(is_hidden(row) for row in rows):
        for place in cells_.unlisted(places):
            yield measure, Cell(place, 0, 0, origin=Origin(record["id"], -1, "count", "not listed"))
        yield from _whole(record, rows, places, measure)


def _whole(record, rows, places, measure) -> Iterator[tuple[str, Cell]]:
    """The whole of which the rows are shares, if it is the same in every row of one time."""
    totals = {row.get("total") for row in rows}
    if len(totals) != 1 or len(rows) < 2 or None in totals:
        return
    times = {str(place.get("time")) for place in places}
    shown = [row.get("count") for row in rows if row.get("count") is not None]
    total = float(next(iter(totals)))
    if len(times) == 1 and sum(shown) <= total:
        place = {k: v for k, v in places[0].items() if k == "time"}
        low, high = policies.shown_range(total, int(rows[0].get("rounded_to") or 0))
        yield measure, Cell(place, low, high, origin=Origin(record["id"], -1, "total", "total"))


def _cell(row: Mapping[str, Any], column: str, place: dict, origin: Origin) -> Cell | None:
    value = row.get(column)
    if value is None:
        if not is_hidden(row):
            return None
        low, high = policies.hidden_range(str(row.get("symbol") or ""))
        return Cell(place, low, high, True, origin)
    low, high = policies.shown_range(float(value), int(row.get("rounded_to") or 0))
    return Cell(place, low, high, False, origin)


def _located(cells: list[Cell], area: str) -> list[Cell]:
    """Cells without an area belong to the review's own, once any cell names one."""
    for name in _AREAS:
        if any(name in c.where for c in cells):
            cells = [
                c
                if any(a in c.where for a in _AREAS)
                else replace(c, where={**c.where, name: area})
                for c in cells
            ]
    return cells


def upper_limits(cells: Sequence[Cell]) -> dict[tuple[str, int], float]:
    """For every hidden cell, the smallest shown total it is part of."""
    try:
        parts = cells_.membership(cells)
    except TooMany:
        return {}
    out: dict[tuple[str, int], float] = {}
    for i, cell in enumerate(cells):
        if cell.is_hidden and isinstance(cell.origin, Origin):
            around = ~(parts[i] & ~parts).any(axis=1)
            tops = [c.high for c, a in zip(cells, around, strict=True) if a and not c.is_hidden]
            key = (cell.origin.finding, cell.origin.row)
            out[key] = max(out.get(key, 0), min([cell.high, *tops]) if tops else cell.high)
    return {k: v for k, v in out.items() if np.isfinite(v)}
