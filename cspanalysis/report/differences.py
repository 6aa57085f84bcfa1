"""Findings that stay out of a public report because with others they give a small count away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cspanalysis.disclosure.audit import published_cells
from cspanalysis.disclosure.spans import Step, giving_away
from cspanalysis.domain.periods import Period
from cspanalysis.report import findings_json
from cspanalysis.report.collect import Rendered, Section

REASON = (
    "It is not shown for {period}: beside the other periods that this report shows it would tell a "
    "count so small that it is hidden so that nobody can be identified."
)


def withheld(chapters: Sequence[Rendered]) -> tuple[list[Rendered], list[str]]:
    """The chapters without what gives small counts away by subtraction, and what is said of it.

    The review's own period stays where it can; of further periods those go that differ from it, or
    from an earlier one, by a small count.
    """
    records = findings_json.flat(r for chapter in chapters for r in chapter.records)
    own = [r for r in records if "@" not in r["id"]]
    windows = [r for r in records if "@" in r["id"]]
    steps = [step for r in (*own, *windows) for step in _steps(r)]
    gone = giving_away(steps)
    if not gone:
        return list(chapters), []
    told = [
        f"{owner} was withheld: beside the other periods of this report it would give a small "
        "count away; take that period out of [[windows]], or choose one that differs by more"
        for owner in gone
    ]
    return [_without(chapter, gone) for chapter in chapters], told


def _steps(record: Mapping[str, Any]) -> Iterator[Step]:
    rows = record.get("rows") or []
    source = next((str(s.get("source", "")) for s in record.get("sources", ())), "")
    below = published_cells.limit_of(rows)
    if not below or any(row.get("rounded_to") for row in rows):
        return
    for measure, cell in published_cells.cells_of(record):
        time = cell.where.get("time")
        if cell.is_hidden or not isinstance(time, tuple) or cell.low != cell.high:
            continue
        if cell.origin.row < 0:
            continue
        place = tuple(sorted((k, str(v)) for k, v in cell.where.items() if k != "time"))
        yield Step((source, measure, place), *time, cell.low, below, str(record["id"]))


def _without(chapter: Rendered, gone: Mapping[str, Any]) -> Rendered:
    blocks: list[Section | str] = []
    for block in chapter.blocks:
        if not isinstance(block, Section):
            blocks.append(block)
            continue
        record = _told(block.record, gone)
        is_shown = record.get("has_figure", False)
        blocks.append(Section(record, block.figure if is_shown else None))
    return replace(chapter, blocks=tuple(blocks))


def _told(record: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its windows and parts, each as it may be told."""
    found = dict(record)
    for key in ("windows", "parts"):
        if key in record:
            found[key] = [_told(one, gone) for one in record[key]]
    # What draws its parts together would draw the withheld one, too.
    is_gone = record["id"] in gone or any(one["id"] in gone for one in record.get("parts", ()))
    return _hidden(found) if is_gone else found


def _hidden(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of which nothing but its question is left."""
    when = Period.parse(record["period"]).label if record.get("period") else "this period"
    sentence = REASON.format(period=when)
    return {
        **record, "sentence": sentence, "verdict": "none", "values": {}, "status": "suppressed",
        "rows": [], "table": {}, "tile": None, "has_figure": False, "alt": "", "notes": [],
    }  # fmt: skip
