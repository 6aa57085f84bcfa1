"""Maps without a network: dots at places and filled outlines, no tiles, no topology downloads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cspanalysis.present.charts import style

#: So many of the busiest places are named on the map.
NAMED = 5


#: Fills from none to most, light enough for dots to stand out.
TINTS = ("#F3F2F1", "#DCE6F0", "#B8CDE2", "#8FB0D1")

#: One closed line of (longitude, latitude).
Ring = Sequence[tuple[float, float]]


def place_map(points: pd.DataFrame, outlines: pd.DataFrame | None = None) -> go.Figure | None:
    """Places as dots whose area grows with the count; the busiest are named.

    `points`: longitude, latitude, place, count; optional is_generic (a label that many places
    share, never named). `outlines`: areas drawn beneath, such as LSOAs: name, rings (lists of
    `Ring`), count. An area is tinted by its count; where every count is missing, all are plain.
    Returns: none without points.
    """
    if points.empty:
        return None
    ordered = points.sort_values(["count", "place"], ascending=[False, True], ignore_index=True)
    chart = style.figure(
        560,
        xaxis={"visible": False},
        # A degree of longitude is shorter than one of latitude by the cosine of the latitude.
        yaxis={
            "visible": False,
            "scaleanchor": "x",
            "scaleratio": round(1 / math.cos(math.radians(ordered["latitude"].mean())), 4),
        },
        margin={"t": 8, "l": 8, "r": 8, "b": 8},
    )
    if outlines is not None and not outlines.empty:
        _add_outlines(chart, outlines)
    most = float(ordered["count"].max())
    generic = ordered.get("is_generic", pd.Series(False, index=ordered.index))
    named = set(ordered.index[~generic.astype(bool)][:NAMED])
    labels = [style.inert(p, 28) if i in named else "" for i, p in ordered["place"].items()]
    chart.add_scatter(
        # Five decimals are about a metre; the publisher's map points are no finer.
        x=[round(float(v), 5) for v in ordered["longitude"]],
        y=[round(float(v), 5) for v in ordered["latitude"]],
        mode="markers+text",
        marker=_dots(ordered["count"], most),
        text=labels,
        textposition="top center",
        hovertext=[
            f"{style.inert(p)}: {int(n):,}"
            for p, n in zip(ordered["place"], ordered["count"], strict=True)
        ],
        hoverinfo="text",
        showlegend=False,
    )
    return chart


def _add_outlines(chart: go.Figure, outlines: pd.DataFrame) -> None:
    """Areas as filled lines, one trace per tint; a legend says what the tints stand for."""
    steps = _steps(outlines["count"])
    for (low, high), tint in zip(steps, TINTS, strict=False):
        inside = outlines[outlines["count"].between(low, high)]
        name = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        _add_rings(chart, inside["rings"], fillcolor=tint, name=name, showlegend=True)
    if steps:
        chart.update_layout(
            showlegend=True,
            legend={"title": {"text": "In the area"}, "orientation": "h", "y": -0.02},
        )
    else:
        _add_rings(chart, outlines["rings"], fillcolor=TINTS[0], showlegend=False)


def _add_rings(chart: go.Figure, areas: Iterable[Sequence[Ring]], **trace: Any) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    for ring in (ring for rings in areas for ring in rings):
        # Outlines are generalised to far more than ten metres, the fourth decimal.
        x += [*(round(float(a), 4) for a, _ in ring), None]
        y += [*(round(float(b), 4) for _, b in ring), None]
    chart.add_scatter(
        x=x, y=y, mode="lines", fill="toself", hoverinfo="skip",
        line={"color": "#FFFFFF", "width": 1}, **trace,
    )  # fmt: skip


def _steps(counts: pd.Series) -> list[tuple[int, int]]:
    """Classes of counts from lowest to highest: none, then up to three with about as many areas."""
    known = sorted(int(n) for n in counts.dropna())
    above = [n for n in known if n > 0]
    steps = [(0, 0)] if known and known[0] == 0 else []
    edges = [above[len(above) * part // 3 - 1] for part in (1, 2, 3) if len(above) * part // 3]
    low = above[0] if above else 0
    for edge in dict.fromkeys(edges):
        steps.append((low, edge))
        low = next((n for n in above if n > edge), edge)
    return steps


def _dots(counts: pd.Series, most: float) -> Mapping[str, Any]:
    return {
        "size": [round(5 + 22 * math.sqrt(float(n) / most), 1) for n in counts],
        "color": style.OWN,
        "opacity": 0.55,
        "line": {"width": 0},
    }
