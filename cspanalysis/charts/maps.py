"""Maps without a network: dots at places and filled outlines, no tiles, no topology downloads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cspanalysis.charts import style

#: So many of the busiest places are named on the map.
NAMED = 5


def place_map(
    points: pd.DataFrame, outlines: Sequence[Sequence[tuple[float, float]]] = ()
) -> go.Figure | None:
    """Places as dots whose area grows with the count; the busiest are named.

    Parameters
    ----------
    points : pandas.DataFrame
        longitude, latitude, place, count; optional is_generic (a label that many places share,
        never named).
    outlines : sequence of rings, optional
        Rings of (longitude, latitude) drawn beneath, such as LSOA boundaries.

    Returns
    -------
    plotly.graph_objects.Figure or None
        None without points.
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
    for ring in outlines:
        chart.add_scatter(
            x=style.coordinates(x for x, _ in ring),
            y=style.coordinates(y for _, y in ring),
            mode="lines", fill="toself", fillcolor="#F3F2F1", hoverinfo="skip",
            line={"color": style.OTHER, "width": 1},
        )  # fmt: skip
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
    )
    return chart


def _dots(counts: pd.Series, most: float) -> Mapping[str, Any]:
    return {
        "size": [round(5 + 22 * math.sqrt(float(n) / most), 1) for n in counts],
        "color": style.OWN,
        "opacity": 0.55,
        "line": {"width": 0},
    }
