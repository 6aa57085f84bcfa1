"""The cells that a findings.json publishes, sorted into the kinds of count they belong to."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cspanalysis.disclosure import cells as cells_
from cspanalysis.disclosure import policies
from cspanalysis.disclosure.cells import Cell, TooMany
from cspanalysis.disclosure.ranges import Inconsistent, ranges
from cspanalysis.domain import areas
from cspanalysis.domain.errors import UsageError

#: Count columns of a row and the record key of the period they belong to.
COUNTS = {"count": "period", "compare_count": "compare"}

_AREAS = ("area", "district")

#: A partner's counts of a group of areas count what the records of each of them do.
_SAME = {"peer_counts": "police_extract"}

#: What is counted: source and measure.
Kind = tuple[str, str]

#: Row number of a cell that no row shows, of which others may tell.
UNSHOWN = -2


@dataclass(frozen=True)
class Origin:
    """Where a cell stands: finding, row number, column."""

    finding: str
    row: int
    column: str
    label: str = ""
    report: str = ""
    #: Counts below it are hidden beside the cell.
    below: int = 0
    #: Nothing else is in its table: what is hidden is small itself.
    is_alone: bool = False

    def __str__(self) -> str:
        return f"{self.label or f'row {self.row + 1}'} ({self.column})"


@dataclass(frozen=True)
class Report:
    """A public report as everybody can read it.

    Parameters
    ----------
    area : str
        To which rows without an area belong.
    records : sequence of mappings
        Its findings, as findings.json holds them.
    name : str
        Where it lies, for messages.
    """

    area: str
    records: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    name: str = ""


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
    """The cells of every kind of count of one report that has a hidden one (`kinds_of`)."""
    return kinds_of([Report(area, findings)])


def kinds_of(
    reports: Sequence[Report], *, within: Iterable[Kind] | None = None
) -> list[list[Cell]]:
    """The cells of every kind of count that has a hidden one, of all reports together.

    What counts the same things makes a kind: the same source, and the same measure or the same
    `counted` in the row. Where the numbers of a kind contradict each other (counted anew since),
    the reports are told apart, then the findings. `within`: the kinds to look at; default: all.
    """
    groups: dict[Kind, dict[int, list[Cell]]] = {}
    wanted = None if within is None else set(within)
    for number, report in enumerate(reports):
        for record in report.records:
            for kind, cell in cells_of(record, report.name):
                if wanted is None or kind in wanted:
                    if len(reports) > 1 and cell.is_hidden and cell.origin.is_alone:
                        cell = replace(cell, high=min(cell.high, max(1, cell.origin.below - 1)))
                    groups.setdefault(kind, {}).setdefault(number, []).append(cell)
    out = []
    for members in groups.values():
        if not any(c.is_hidden or c.origin.below for cells in members.values() for c in cells):
            continue
        by_report = [(reports[i].area, cells) for i, cells in members.items()]
        for together in _apart(_in_areas(by_report)):
            whole = [*together, *_unshown(together)] if len(reports) > 1 else together
            if not any(c.is_hidden for c in whole):
                continue
            if _agree(whole):
                out.append(whole)
                continue
            by_finding: dict[str, list[Cell]] = {}
            for cell in together:
                by_finding.setdefault(cell.origin.finding, []).append(cell)
            out += [part for part in by_finding.values() if any(c.is_hidden for c in part)]
    return out


def _in_areas(by_report: Sequence[tuple[str, list[Cell]]]) -> list[list[Cell]]:
    """The cells of each report, each with its area once any of them names one."""
    is_named = any(a in c.where for _, cells in by_report for c in cells for a in _AREAS)
    if not is_named and len({area for area, _ in by_report}) == 1:
        return [cells for _, cells in by_report]
    return [[placed(cell, area) for cell in cells] for area, cells in by_report]


def placed(cell: Cell, area: str) -> Cell:
    """A cell with its area, that of its report where it names none."""
    where = {k: v for k, v in cell.where.items() if k not in _AREAS}
    label = next((cell.where[a] for a in _AREAS if a in cell.where), area)
    return replace(cell, where={**where, "area": _districts(label)})


@functools.lru_cache(maxsize=1000)
def _districts(label: Any) -> Any:
    """A partnership of several districts as these; any other label as it is."""
    if isinstance(label, frozenset):
        return label
    try:
        found = areas.find(str(label))
    except UsageError:
        return label
    is_same = found.name == label and len(found.districts) > 1
    return frozenset(found.districts) if is_same else label


def _apart(by_report: Sequence[list[Cell]]) -> list[list[Cell]]:
    """Cells that have to do with each other: those of areas in common whose numbers agree."""
    if len(by_report) < 2:
        return [list(cells) for cells in by_report]
    clusters: list[tuple[set[Any], list[list[Cell]]]] = []
    for cells in by_report:
        for names, own in _by_area(cells):
            touched = [c for c in clusters if not names or not c[0] or c[0] & names]
            for one in touched:
                clusters.remove(one)
            merged = {*names}.union(*(c[0] for c in touched))
            clusters.append((merged, [part for c in touched for part in c[1]] + [own]))
    out = []
    for _, parts in clusters:
        agreed: list[list[Cell]] = []
        for part in parts:
            for i, held in enumerate(agreed):
                both = _once([*held, *part])
                if len(both) == len(held) or _agree(both):
                    agreed[i] = both
                    break
            else:
                agreed.append(_once(part))
        out += agreed
    return out


def _by_area(cells: list[Cell]) -> Iterator[tuple[set[Any], list[Cell]]]:
    """The cells of one report by the areas that they have to do with."""
    clusters: list[tuple[set[Any], list[Cell]]] = []
    by_label: dict[Any, list[Cell]] = {}
    for cell in cells:
        by_label.setdefault(cell.where.get("area"), []).append(cell)
    for label, own in by_label.items():
        names = _names(label)
        touched = [c for c in clusters if not names or not c[0] or c[0] & names]
        for one in touched:
            clusters.remove(one)
        merged = {*names}.union(*(c[0] for c in touched))
        clusters.append((merged, [cell for c in touched for cell in c[1]] + own))
    yield from clusters


def _names(label: Any) -> set[Any]:
    if label is None:
        return set()
    return set(label) if isinstance(label, frozenset) else {label}


def _once(cells: Iterable[Cell]) -> list[Cell]:
    """Every cell once, however many reports show it."""
    found: dict[Any, Cell] = {}
    for cell in cells:
        place = frozenset(cell.where.items())
        found.setdefault((place, cell.low, cell.high, cell.is_hidden), cell)
    return list(found.values())


def _unshown(cells: Sequence[Cell]) -> list[Cell]:
    """Members of shown groups of which no report shows a count: what is left may be theirs."""
    below = max((c.origin.below for c in cells), default=0)
    shown = {(c.where.get("area"), _beside(c)) for c in cells}
    found = {}
    for cell in cells:
        label = cell.where.get("area")
        for name in label if below and isinstance(label, frozenset) else ():
            if (name, _beside(cell)) not in shown:
                where = {**cell.where, "area": name}
                origin = replace(cell.origin, row=UNSHOWN, label=str(name))
                found[name, _beside(cell)] = Cell(where, 0, np.inf, True, origin)
    return list(found.values())


def _beside(cell: Cell) -> frozenset[Any]:
    return frozenset((k, v) for k, v in cell.where.items() if k != "area")


def _agree(cells: list[Cell]) -> bool:
    """Whether the cells can all be counts of the same things, their labels making the whole."""
    try:
        ranges(cells, width=0)
    except (Inconsistent, TooMany):
        return False
    return True


def kind_of(record: Mapping[str, Any], row: Mapping[str, Any] | None = None) -> Kind:
    """What a record counts, or one of its rows."""
    source = next((str(s.get("source", "")) for s in record.get("sources", ())), "")
    counted = (row or {}).get("counted") or record.get("measure") or ""
    return _SAME.get(source, source), str(counted)


def cells_of(record: Mapping[str, Any], report: str = "") -> Iterator[tuple[Kind, Cell]]:
    """The counts of a record, each with what it counts."""
    rows = record.get("rows") or []
    if not rows:
        return
    below = limit_of(rows)
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
            if row.get("members"):
                place = {k: v for k, v in place.items() if k not in _AREAS}
                place["area"] = frozenset(str(row["members"]).split("; "))
            is_alone = len(rows) == 1 and "total" not in row
            origin = Origin(record["id"], number, column, label, report, below, is_alone)
            cell = _cell(row, column, place, origin)
            if cell is None:
                continue
            if column == "count":
                places.append(place)
            yield kind_of(record, row), cell
    if any(is_hidden(row) for row in rows):
        kind, origin = kind_of(record), Origin(record["id"], -1, "count", "", report, below)
        for place in cells_.unlisted(places):
            yield kind, Cell(place, 0, 0, origin=replace(origin, label="not listed"))
        yield from _whole(rows, places, kind, replace(origin, column="total", label="total"))


def _whole(rows, places, kind: Kind, origin: Origin) -> Iterator[tuple[Kind, Cell]]:
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
        yield kind, Cell(place, low, high, origin=origin)


def _cell(row: Mapping[str, Any], column: str, place: dict, origin: Origin) -> Cell | None:
    value = row.get(column)
    if value is None:
        if not is_hidden(row):
            return None
        low, high = policies.hidden_range(str(row.get("symbol") or ""))
        return Cell(place, low, high, True, origin)
    low, high = policies.shown_range(float(value), int(row.get("rounded_to") or 0))
    return Cell(place, low, high, False, origin)


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
