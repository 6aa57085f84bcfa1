"""Maps without a network: dots at places and filled outlines, no tiles, no topology downloads."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

#: So many of the busiest places are named on the map.
NAMED = 5


#: Fills from none to most, light enough for dots to stand out.
TINTS = ("#F3F2F1", "#DCE6F0", "#B8CDE2", "#8FB0D1")

#: One closed line of (longitude, latitude).
Ring = Sequence[tuple[float, float]]

#: Height of the map, and the least width that its labels have to find room in, in pixels.
HEIGHT, NARROW = 560, 620
#: Kilometres from one degree of latitude to the next.
_DEGREE = 111.2
_BORDER = "#8A949B"
#: A letter's width and a line's height, in pixels.
_LETTER, _LINE = 6.4, 15
#: Where a label may stand beside its dot, the best first: Plotly's name, steps right and up.
_SIDES = (
    ("top center", 0, 1), ("bottom center", 0, -1), ("middle right", 1, 0), ("middle left", -1, 0),
    ("top right", 1, 1), ("bottom right", 1, -1), ("top left", -1, 1), ("bottom left", -1, -1),
)  # fmt: skip


def place_map(points: pd.DataFrame, outlines: pd.DataFrame | None = None) -> Plot | None:
    """Places as dots whose area grows with the count; the busiest are named.

    `points`: longitude, latitude, place, count; optional is_generic (a label that many places
    share, never named). `outlines`: areas drawn beneath, such as LSOAs: name, rings (lists of
    `Ring`), count. An area is tinted by its count; where every count is missing, all are plain.
    Returns: none without points.
    """
    if points.empty:
        return None
    ordered = points.sort_values(["count", "place"], ascending=[False, True], ignore_index=True)
    ground = _Ground.of(ordered, outlines)
    chart = style.figure(
        HEIGHT,
        xaxis={"visible": False, "range": list(ground.across), "constrain": "domain"},
        # A degree of longitude is shorter than one of latitude by the cosine of the latitude.
        yaxis={
            "visible": False,
            "range": list(ground.up),
            "constrain": "domain",
            "scaleanchor": "x",
            "scaleratio": round(ground.ratio, 4),
        },
        margin={"t": 8, "l": 8, "r": 8, "b": 8},
    )
    if outlines is not None and not outlines.empty:
        _add_outlines(chart, outlines)
    _add_scale(chart, ground)
    most = float(ordered["count"].max())
    generic = ordered.get("is_generic", pd.Series(False, index=ordered.index))
    dots = _dots(ordered["count"], most)
    named = ordered.index[~generic.astype(bool)][:NAMED]
    labels, sides = _labels(ordered, named, dots["size"], ground)
    chart.points(
        # Five decimals are about a metre; the publisher's map points are no finer.
        x=[round(float(v), 5) for v in ordered["longitude"]],
        y=[round(float(v), 5) for v in ordered["latitude"]],
        mode="markers+text",
        marker=dots,
        text=labels,
        textposition=sides,
        textfont={"size": style.SMALL},
        hovertext=[
            f"{style.inert(p)}: {int(n):,}"
            for p, n in zip(ordered["place"], ordered["count"], strict=True)
        ],
        hoverinfo="text",
        showlegend=False,
    )
    return chart


@dataclass(frozen=True)
class _Ground:
    """What the map covers, in degrees, and how many pixels a degree of longitude has."""

    across: tuple[float, float]
    up: tuple[float, float]
    ratio: float

    @classmethod
    def of(cls, points: pd.DataFrame, outlines: pd.DataFrame | None) -> _Ground:
        """Around all points and outlines, with a margin for dots and labels."""
        x, y = [*points["longitude"]], [*points["latitude"]]
        for rings in outlines["rings"] if outlines is not None else ():
            for ring in rings:
                x += [a for a, _ in ring]
                y += [b for _, b in ring]
        ratio = 1 / math.cos(math.radians(float(points["latitude"].mean())))
        # A single point lies in the middle of two kilometres.
        wide = max(max(x) - min(x), 2 / _DEGREE * ratio) * 0.06
        high = max(max(y) - min(y), 2 / _DEGREE) * 0.08
        return cls(
            (round(min(x) - wide, 5), round(max(x) + wide, 5)),
            (round(min(y) - high, 5), round(max(y) + high, 5)),
            ratio,
        )

    @property
    def scale(self) -> float:
        """Pixels of a degree of longitude where the map is narrowest."""
        width, height = self.across[1] - self.across[0], self.up[1] - self.up[0]
        return min(NARROW / width, HEIGHT / (height * self.ratio))

    def pixels(self, x: float, y: float) -> tuple[float, float]:
        """Where a point lies, from the lower left."""
        return (x - self.across[0]) * self.scale, (y - self.up[0]) * self.scale * self.ratio


#: Left, right, lower and upper edge, in pixels.
_Box = tuple[float, float, float, float]


def _labels(
    points: pd.DataFrame, named: Iterable[int], sizes: Sequence[float], ground: _Ground
) -> tuple[list[str], list[str]]:
    """Texts and their sides; a name for which no side is free stands in the hover text alone."""
    texts, sides = [""] * len(points), ["top center"] * len(points)
    edge = ground.pixels(ground.across[1], ground.up[1])
    taken: list[_Box] = []
    centres = {i: ground.pixels(*points.loc[i, ["longitude", "latitude"]]) for i in named}
    dots = {i: _box(*centre, sizes[i], sizes[i]) for i, centre in centres.items()}
    for i, (x, y) in centres.items():
        text = style.inert(points.loc[i, "place"], 28)
        width = _LETTER * len(str(points.loc[i, "place"])[:28])
        for side, right, up in _SIDES:
            away = sizes[i] / 2 + 3
            box = _box(x + right * (away + width / 2), y + up * (away + _LINE / 2), width, _LINE)
            is_inside = box[0] >= 0 and box[2] >= 0 and box[1] <= edge[0] and box[3] <= edge[1]
            others = [*taken, *(dot for j, dot in dots.items() if j != i)]
            if is_inside and not any(_overlap(box, other) for other in others):
                texts[i], sides[i] = text, side
                taken.append(box)
                break
    return texts, sides


def _box(x: float, y: float, width: float, height: float) -> _Box:
    return x - width / 2, x + width / 2, y - height / 2, y + height / 2


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _add_scale(chart: Plot, ground: _Ground) -> None:
    """A line of a round number of kilometres at the lower left, about a fifth of the width."""
    kilometres = (ground.across[1] - ground.across[0]) / ground.ratio * _DEGREE
    length = style.nice_step(kilometres, 8)
    left, low = ground.across[0], ground.up[0]
    start = left + 0.02 * (ground.across[1] - left)
    end = start + length / _DEGREE * ground.ratio
    y = low + 0.03 * (ground.up[1] - low)
    chart.shape(type="line", x0=start, x1=end, y0=y, y1=y, line={"color": style.INK, "width": 2})
    said = f"{length:g} km" if length >= 1 else f"{1000 * length:g} m"
    chart.annotate(
        x=end, y=y, text=said, xanchor="left", yanchor="middle", xshift=6, showarrow=False,
        font={"size": style.SMALL, "color": style.SOFT},
    )  # fmt: skip


def _add_outlines(chart: Plot, outlines: pd.DataFrame) -> None:
    """Areas as filled lines, one trace per tint; a legend says what the tints stand for."""
    steps = _steps(outlines["count"])
    for (low, high), tint in zip(steps, TINTS, strict=False):
        inside = outlines[outlines["count"].between(low, high)]
        name = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        _add_rings(chart, inside["rings"], fillcolor=tint, name=name, showlegend=True)
    if steps:
        chart.arrange(
            showlegend=True,
            legend={
                "title": {"text": "Records in the area ", "font": {"size": style.SMALL}},
                "orientation": "h",
                "y": -0.02,
            },
        )
    else:
        _add_rings(chart, outlines["rings"], fillcolor=TINTS[0], showlegend=False)


def _add_rings(chart: Plot, areas: Iterable[Sequence[Ring]], **trace: Any) -> None:
    x: list[float | None] = []
    y: list[float | None] = []
    for ring in (ring for rings in areas for ring in rings):
        # Outlines are generalised to far more than ten metres, the fourth decimal.
        x += [*(round(float(a), 4) for a, _ in ring), None]
        y += [*(round(float(b), 4) for _, b in ring), None]
    chart.points(
        x=x, y=y, mode="lines", fill="toself", hoverinfo="skip",
        line={"color": _BORDER, "width": 0.7}, **trace,
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
