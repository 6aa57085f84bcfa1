"""What several public reports give away together: other periods, neighbours, bulletins.

Whoever writes a report asks beforehand what of it would (`telling`), whoever holds a folder of
reports afterwards (`recovered`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cspanalysis.disclosure.audit import published_cells
from cspanalysis.disclosure.audit.published_cells import UNSHOWN, Kind, Report
from cspanalysis.disclosure.audit.row_checks import Recovered
from cspanalysis.disclosure.cells import Cell, TooMany
from cspanalysis.disclosure.ranges import Inconsistent
from cspanalysis.disclosure.ranges import ranges as possible
from cspanalysis.disclosure.secondary import consistent
from cspanalysis.disclosure.spans import Step, giving_away


@dataclass(frozen=True)
class Telling:
    """Why a finding would give a small count away.

    Parameters
    ----------
    finding : str
    cell : str
        What is counted of whom.
    beside : str
        Where the report lies beside which it does; '' for the finding's own.
    reason : str
        What of the report itself it stands beside; '' for its other periods.
    """

    finding: str
    cell: str
    beside: str = ""
    reason: str = ""


def telling(report: Report, published: Sequence[Report]) -> dict[str, Telling]:
    """The findings of a report that would give a small count away, with what is published already.

    `report`: its findings in the order of what matters most: of two the later goes. `published`:
    other reports, which nobody can call back.
    """
    found = {
        owner: Telling(owner, _what(step), _beside(step, published))
        for owner, step in giving_away(_steps([report]), _steps(published, named=True)).items()
    }
    if not published:
        return found
    kept = [r for r in report.records if r["id"] not in found]
    kinds = {kind for kind, _ in _cells(kept)} & {
        kind for other in published for kind, _ in _cells(other.records)
    }
    if not kinds:
        return found
    anyway = {_key(c) for c, _ in _pinned(published, kinds)}

    def pinned(records: Sequence[Mapping[str, Any]]) -> list[Cell]:
        together = [*published, replace(report, records=records)]
        return [c for c, _ in _pinned(together, kinds) if _key(c) not in anyway]

    if not pinned(kept):
        return found
    safe: list[Mapping[str, Any]] = []
    # A finding that shows nothing but hidden counts protects nothing by going: a figure goes.
    for record in sorted(kept, key=_shows_a_figure):
        if not kinds & {kind for kind, _ in _cells([record])}:
            continue
        if bad := pinned([*safe, record]):
            beside = next((c.origin.report for c in bad if c.origin.report != report.name), "")
            found[str(record["id"])] = Telling(str(record["id"]), str(bad[0].origin), beside)
        else:
            safe.append(record)
    return found


def recovered(reports: Sequence[Report]) -> list[Recovered]:
    """What a reader of all the reports can work out, beyond what each of them gives away alone."""
    found = [
        Recovered(
            cell.origin.finding,
            str(cell.origin),
            cell.origin.report,
            "follows from what several reports show together",
            value,
        )
        for cell, value in _pinned(reports)
    ]
    found += by_periods(reports)
    return list(dict.fromkeys(found))


def by_periods(reports: Sequence[Report]) -> Iterator[Recovered]:
    """Small counts that periods shown side by side differ by."""
    for owner, step in giving_away(_steps(reports, named=True)).items():
        report, finding = owner.split("\n", 1)
        beside = _beside(step, reports) or "another period that it shows"
        how = f"less what {beside} shows is a count so small that it is hidden"
        yield Recovered(finding, _what(step), report, how)


def by_sums(cells: Sequence[Cell]) -> Iterator[tuple[Cell, float | None, str]]:
    """Hidden cells that the published sums of their kind leave one value; None: cannot be told."""
    try:
        parts = consistent(cells)
    except TooMany as error:
        yield next(c for c in cells if c.is_hidden), None, f"cannot be checked: {error}"
        return
    if parts is None:
        return
    pinned = possible(cells, width=1, parts=parts)
    # What symbols alone give away (seven '*' with a total of '*') no report can help.
    bare = [c if c.is_hidden or c.high == 0 else Cell(c.where, 0, float("inf")) for c in cells]
    try:
        anyway = possible(bare, width=1, parts=parts).narrow(1)
    except Inconsistent:
        anyway = [False] * len(cells)
    for cell, low, high, known in zip(cells, pinned.low, pinned.high, anyway, strict=True):
        is_small = cell.origin.row != UNSHOWN or 0 < low < cell.origin.below
        if cell.is_hidden and high - low < 1 and not known and is_small:
            yield cell, float(low), "follows from the published totals, parts and differences"


def _pinned(
    reports: Sequence[Report], kinds: Iterable[Kind] | None = None
) -> list[tuple[Cell, float | None]]:
    groups = published_cells.kinds_of(reports, within=kinds)
    return [(cell, value) for cells in groups for cell, value, _ in by_sums(cells)]


def _key(cell: Cell) -> tuple[Any, ...]:
    return (frozenset(cell.where.items()), cell.origin.report, cell.origin.finding)


def _cells(records: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Kind, Cell]]:
    return (found for record in records for found in published_cells.cells_of(record))


def _shows_a_figure(record: Mapping[str, Any]) -> bool:
    return any(not cell.is_hidden for _, cell in _cells([record]))


def _steps(reports: Sequence[Report], *, named: bool = False) -> Iterator[Step]:
    """The counts of spans of months that protected findings show."""
    for report in reports:
        for record in report.records:
            rows = record.get("rows") or []
            below = published_cells.limit_of(rows)
            if not below or any(row.get("rounded_to") for row in rows):
                continue
            owner = f"{report.name}\n{record['id']}" if named else str(record["id"])
            for kind, cell in published_cells.cells_of(record):
                time = cell.where.get("time")
                if cell.is_hidden or not isinstance(time, tuple) or cell.low != cell.high:
                    continue
                if cell.origin.row < 0:
                    continue
                where = published_cells.placed(cell, report.area).where
                place = frozenset((k, v) for k, v in where.items() if k != "time")
                yield Step((kind, place), *time, cell.low, below, owner)


def _what(step: Step) -> str:
    (_, measure), place = step.what  # type: ignore[misc]
    named = [", ".join(sorted(v)) if isinstance(v, frozenset) else str(v) for _, v in sorted(place)]
    return ", ".join([measure, *named])


def _beside(step: Step, reports: Sequence[Report]) -> str:
    """The first report that shows another count of the same, of another time."""
    own = step.owner.split("\n", 1)[0] if "\n" in step.owner else None
    for other in _steps(reports, named=True):
        name = other.owner.split("\n", 1)[0]
        is_same_time = (other.start, other.stop) == (step.start, step.stop)
        if other.what == step.what and not is_same_time and name != own:
            return name
    return ""
