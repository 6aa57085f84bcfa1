"""A row a subject: its place on the spread of the peers, and the line of its months."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

#: What the marks mean, for the caption.
GLANCE_KEY = (
    "1× = rate of the others together, grey = their lowest to highest and middle half, dot = this "
    "area, filled where higher or lower than is usual; line = counts of 24 months"
)

#: Of the width, what the spines and the lines take.
_SPINES, _LINES = (0, 0.56), (0.64, 1)
#: Of a row's height, what its line takes.
_TALL = 0.7


def glance(table: pd.DataFrame) -> Plot | None:
    """Rates as multiples of the peers' together, and 24 months of each subject.

    `table`: subject, count, rate, others_rate, peer_low, peer_high, quarter_low, quarter_high
    (rates; missing without peers), verdict_peers, line (monthly counts as text, '12 9 – 14'; each
    row is drawn on a scale of its own).
    """
    rows = [r for r in table.to_dict("records") if style.is_shown(r.get("count"))]
    if not rows:
        return None
    labels = [
        f"{style.wrap(present.capital(str(r['subject'])), 15)} <b>{present.count(r['count'])}</b>"
        for r in rows
    ]
    has_peers = any(style.is_shown(r["others_rate"]) and r["others_rate"] for r in rows)
    lines = _LINES if has_peers else (0, 1)
    chart = style.figure(
        style.row_height(labels, 32),
        yaxis=style.row_axis(labels),
        xaxis2={"domain": lines, "anchor": "y", "showgrid": False, "showticklabels": False},
        margin={"t": 28},
    )
    if has_peers:
        _spines(chart, rows)
    else:
        chart.arrange(xaxis={"visible": False})
    _lines(chart, rows)
    chart.annotate(x=sum(lines) / 2, xref="paper", y=1, yref="paper", yanchor="bottom",
                         text="24 months")  # fmt: skip
    return chart


def _spines(chart: Plot, rows: list[dict[str, Any]]) -> None:
    names = ("rate", "peer_low", "peer_high", "quarter_low", "quarter_high")
    places = [{name: _log(r[name], r["others_rate"]) for name in names} for r in rows]
    drawn = [v for p in places for v in p.values() if v is not None]
    low, high = min(-1.0, *drawn) - 0.15, max(1.0, *drawn) + 0.15
    for lower, upper, width in (("peer_low", "peer_high", 3), ("quarter_low", "quarter_high", 10)):
        x: list[Any] = []
        y: list[Any] = []
        for at, place in enumerate(places):
            if place[lower] is not None and place[upper] is not None:
                x += [style.coordinate(place[lower]), style.coordinate(place[upper]), None]
                y += [at, at, None]
        chart.points(x=x, y=y, mode="lines", line={"color": style.OTHER, "width": width},
                          hoverinfo="skip")  # fmt: skip
    at = [i for i, p in enumerate(places) if p["rate"] is not None]
    clear = [rows[i]["verdict_peers"] in ("higher", "lower") for i in at]
    chart.points(
        x=[style.coordinate(places[i]["rate"]) for i in at],
        y=at,
        mode="markers",
        marker={
            "size": 12,
            "color": [style.OWN if c else "#FFFFFF" for c in clear],
            "line": {"color": style.OWN, "width": 2},
        },
        hoverinfo="skip",
    )
    powers = range(math.ceil(low), math.floor(high) + 1)
    chart.arrange(
        xaxis={
            "domain": _SPINES,
            "range": [low, high],
            "tickmode": "array",
            "tickangle": 0,
            "tickvals": list(powers),
            "ticktext": [_times(2.0**p) for p in powers],
        },
        shapes=[{"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper",
                 "layer": "below", "line": {"color": style.INK, "width": 1}}],
    )  # fmt: skip


def _lines(chart: Plot, rows: list[dict[str, Any]]) -> None:
    x: list[Any] = []
    y: list[Any] = []
    ends: list[tuple[int, float]] = []
    for at, row in enumerate(rows):
        counts = [float(v) if v.isdecimal() else None for v in str(row["line"]).split()]
        known = [v for v in counts if v is not None]
        if not known:
            continue
        low, high = min(known), max(known)
        heights = [
            None if v is None else at + _TALL / 2 - _TALL * ((v - low) / (high - low or 1))
            for v in counts
        ]
        x += [*range(len(counts)), None]
        y += [*style.coordinates(heights), None]
        if heights[-1] is not None:
            ends.append((len(counts) - 1, heights[-1]))
    chart.points(x=x, y=y, xaxis="x2", mode="lines", hoverinfo="skip",
                      line={"color": style.OWN, "width": 1.5})  # fmt: skip
    chart.points(
        x=[e[0] for e in ends], y=style.coordinates(e[1] for e in ends), xaxis="x2",
        mode="markers", marker={"size": 5, "color": style.OWN}, hoverinfo="skip",
    )  # fmt: skip


def _log(rate: Any, others: Any) -> float | None:
    """A rate as a power of two of the others'; None where there is none."""
    if not (style.is_shown(rate) and style.is_shown(others)) or others <= 0:
        return None
    # No incident at all lies at the edge: a sixteenth.
    return math.log2(max(rate / others, 1 / 16))


def _times(value: float) -> str:
    return f"{value:g}×" if value >= 1 else f"1/{1 / value:g}"
