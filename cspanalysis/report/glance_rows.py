"""The table at a glance as the summary shows it: each subject with its spread, line and verdict.

The small pictures are SVG in the page itself, in its colours; what they show is also in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from cspanalysis import present
from cspanalysis.domain import offences

Row = Mapping[str, Any]

#: Width and height of the small pictures, in pixels.
WIDE, HIGH = 96, 22
#: The spread shows rates from a third to three times those of the peers together.
FURTHEST = math.log(3)

ARROWS = {"up": "▲ ", "down": "▼ "}
#: Verdict on fewer-is-better counts → the word beside the arrow.
BETTER = {"up": "worse", "down": "better"}


@dataclass(frozen=True)
class GlanceRow:
    """A subject: its texts, its pictures, and the finding that says more of it ('' if none)."""

    subject: str
    count: str
    rate: str
    peers: str
    change: str
    verdict: str
    spread: Markup
    line: Markup
    id: str
    slug: str


def rows(record: Row, where: Mapping[str, str]) -> list[GlanceRow]:
    """The rows of the finding; `where`: id of a finding → the page it is on."""
    return [
        GlanceRow(
            subject=present.capital(str(row["subject"])),
            count=present.cell(row["count"], "count", row),
            rate=_rate(row.get("rate")),
            peers=_rate(row.get("others_rate")),
            change=_change(row),
            verdict=_verdict(row),
            spread=spread(row),
            line=line(str(row.get("line") or "")),
            **link(row, where),
        )
        for row in record["rows"]
    ]


def tiles(record: Row, pages: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """All crime, the worst against peers, the largest clear rise and the best news."""
    rows = record["rows"]
    parts = [r for r in rows if not r["is_total"] and r["count"] is not None]
    told = [_tile(r, "", pages) for r in rows if r["is_total"] and r["count"] is not None]

    def ratio(row: Row, to: str = "others_rate") -> float:
        return float(row["rate"] or 0) / float(row[to] or 1)

    taken: set[str] = set()
    for among, by, of, word in (
        ([r for r in parts if r["verdict_peers"] == "higher"], ratio, max, "furthest above peers"),
        ([r for r in parts if r["verdict"] == "up"], _risen, max, "largest clear rise"),
        ([r for r in parts if r["verdict"] == "down"], _risen, min, "largest clear fall"),
        ([r for r in parts if r["verdict_peers"] == "lower"], ratio, min, "furthest below peers"),
    ):
        left = [r for r in among if r["subject"] not in taken]
        if left and len(told) < 4:
            chosen = of(left, key=by)
            taken.add(chosen["subject"])
            told.append(_tile(chosen, word, pages))
    return told


def _risen(row: Row) -> float:
    return float(row["ratio"] if row["ratio"] is not None else 1)


def _tile(row: Row, word: str, pages: Mapping[str, str]) -> dict[str, Any]:
    """A subject as a headline figure: its count, its line, better or worse, why it stands here."""
    said = [str(row["subject"])]
    if row["compare_count"] is not None:
        said.append(f"{present.count(row['compare_count'])} before")
    trend = str(row["verdict"])
    why = [
        BETTER.get(trend, ""),
        word or f"change {row['trend']}" * (trend not in BETTER),
    ]
    return {
        "value": ARROWS.get(trend, "") + present.count(row["count"]),
        "label": f"{', '.join(said)}: {', '.join(filter(None, why))}",
        "line": line(str(row.get("line") or "")),
        **link(row, pages),
    }


def line(counts: str) -> Markup:
    """Counts of months as a small line from 0: '12 9 – 14', – of a month not covered."""
    values = [None if v == "–" else float(v) for v in counts.split()]
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return Markup("")
    top = max(known) or 1.0
    step = (WIDE - 6) / (len(values) - 1)
    runs: list[list[str]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{3 + i * step:.1f},{HIGH - 3 - (HIGH - 6) * value / top:.1f}")
    drawn = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    end = runs[-1][-1].split(",") if runs[-1] else None
    dot = f'<circle cx="{end[0]}" cy="{end[1]}" r="2.5"/>' if end else ""
    return _svg("line", drawn + dot)


def spread(row: Row) -> Markup:
    """Where the area's rate lies among its peers: their range, their middle half, all together."""
    names = ("rate", "others_rate", "peer_low", "peer_high", "quarter_low", "quarter_high")
    found = [row.get(name) for name in names]
    if any(v is None or not v > 0 for v in found[:2]) or any(v is None for v in found):
        return Markup("")
    own, others, low, high, first, third = (float(v) for v in found if v is not None)

    def at(rate: float) -> float:
        away = math.log(rate / others) if rate > 0 else -FURTHEST
        return WIDE / 2 + max(-1.0, min(1.0, away / FURTHEST)) * (WIDE / 2 - 5)

    is_clear = row["verdict_peers"] in ("higher", "lower")
    middle = HIGH / 2
    return _svg(
        "spread",
        f'<path class="range" d="M{at(low):.1f} {middle}H{at(high):.1f}"/>'
        f'<path class="half" d="M{at(first):.1f} {middle}H{at(third):.1f}"/>'
        f'<path class="all" d="M{WIDE / 2} 3V{HIGH - 3}"/>'
        f'<circle class="{"clear" if is_clear else "unclear"}" cx="{at(own):.1f}" '
        f'cy="{middle}" r="4.5"/>',
    )


def link(row: Row, where: Mapping[str, str]) -> dict[str, str]:
    """The finding on a subject's change, and its page; the table's own where there is none."""
    name = "recorded_crime" if row["is_total"] else offences.slug(str(row["subject"]))
    ids = (f"overview.{name}.change", "antisocial.incidents.change" if "anti" in name else "")
    id = next((id for id in ids if id in where), "glance.table")
    return {"id": id, "slug": where.get(id, "")}


def _svg(kind: str, inside: str) -> Markup:
    return Markup(
        f'<svg class="small {kind}" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" '
        f'aria-hidden="true" focusable="false">{inside}</svg>'
    )


def _rate(value: float | None) -> str:
    return "–" if present.is_missing(value) else present.rate(value)


def _change(row: Row) -> str:
    change = row.get("percent_change")
    return "–" if present.is_missing(change) else present.signed(change)


def _verdict(row: Row) -> str:
    """'Higher, ▲ worse': against the peers, then which way it went where that is clear."""
    trend = str(row.get("verdict"))
    said = (
        [str(row.get("against_peers", ""))]
        if row.get("verdict_peers") not in (None, "none")
        else []
    )
    if trend in BETTER:
        # No line ends between the arrow and its word.
        said.append(f"{ARROWS[trend].strip()}\u00a0{BETTER[trend]}")
    return present.capital(", ".join(said)) or "Not clear"
