"""Findings that stay out of a public report because with others they give a small count away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cspanalysis.disclosure.audit import joint
from cspanalysis.disclosure.audit.joint import Telling
from cspanalysis.disclosure.audit.published_cells import Report
from cspanalysis.domain.periods import Period
from cspanalysis.report import findings_json
from cspanalysis.report.collect import Rendered, Section

REASON = (
    "It is not shown for {period}: beside {what} it would tell a count so small that it is hidden "
    "so that nobody can be identified."
)
_OWN = "the other periods that this report shows"


def withheld(
    chapters: Sequence[Rendered],
    *,
    area: str = "",
    name: str = "",
    published: Sequence[Report] = (),
) -> tuple[list[Rendered], list[str]]:
    """The chapters without what gives small counts away, and what is said of it.

    The review's own period stays where it can; of further periods those go that differ from it, or
    from an earlier one, by a small count. What is published already stays: `published`, the other
    reports, `area` and `name` those of this one.
    """
    records = findings_json.flat(r for chapter in chapters for r in chapter.records)
    ordered = sorted(records, key=lambda r: "@" in r["id"])
    gone = joint.telling(Report(area, ordered, name), published)
    told = []
    for owner, why in gone.items():
        if why.beside:
            told.append(
                f"{owner} was withheld: beside {why.beside}, which was published before, it would "
                f"give a small count away ({why.cell}); take another period, or, if that report "
                f"was never given to anybody, csp published --forget {why.beside}"
            )
        else:
            told.append(
                f"{owner} was withheld: beside the other periods of this report it would give a "
                "small count away; take that period out of [[windows]], or choose one that differs "
                "by more"
            )
    return without(chapters, gone), told


def without(chapters: Sequence[Rendered], gone: Mapping[str, Telling]) -> list[Rendered]:
    """The chapters without some findings."""
    return [_without(chapter, gone) for chapter in chapters] if gone else list(chapters)


def _without(chapter: Rendered, gone: Mapping[str, Telling]) -> Rendered:
    blocks: list[Section | str] = []
    for block in chapter.blocks:
        if not isinstance(block, Section):
            blocks.append(block)
            continue
        record = _told(block.record, gone)
        is_shown = record.get("has_figure", False)
        blocks.append(Section(record, block.figure if is_shown else None))
    return replace(chapter, blocks=tuple(blocks))


def _told(record: Mapping[str, Any], gone: Mapping[str, Telling]) -> dict[str, Any]:
    """A record with its windows and parts, each as it may be told."""
    found = dict(record)
    for key in ("windows", "parts"):
        if key in record:
            found[key] = [_told(one, gone) for one in record[key]]
    # What draws its parts together would draw the withheld one, too.
    parts = [one["id"] for one in record.get("parts", ()) if one["id"] in gone]
    why = gone.get(record["id"]) or next((gone[part] for part in parts), None)
    return _hidden(found, why) if why else found


def _hidden(record: Mapping[str, Any], why: Telling) -> dict[str, Any]:
    """A record of which nothing but its question is left."""
    when = Period.parse(record["period"]).label if record.get("period") else "this period"
    what = "what was published before" if why.beside else why.reason or _OWN
    sentence = REASON.format(period=when, what=what)
    return {
        **record, "sentence": sentence, "verdict": "none", "values": {}, "status": "suppressed",
        "rows": [], "table": {}, "tile": None, "has_figure": False, "alt": "", "notes": [],
    }  # fmt: skip
