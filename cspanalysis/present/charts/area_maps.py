"""Maps of areas tinted by a count: filled outlines on plain axes, so that nothing is fetched.

Outlines are laid on a grid about as fine as a screen shows: neighbours keep their common border,
and a page stays small. Places with most are numbered, and named in a key beneath, where no label
can lie upon another.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

#: Steps of the grid along the longer side of the map.
GRID = 1000
#: Tallest and widest a map is drawn, in pixels.
TALLEST, WIDEST = 600, 660
#: Room for the key of tints above, and for a line of names below.
ABOVE, LINE = 52, 18
#: From none to most; in grey they keep their order, and no two are told apart by hue alone.
NONE, TINTS = "#F3F2F1", ("#D0E1EE", "#8DB4D3", "#3D79AB", "#12436D")
_BORDER, _WARD = "#8A949B", "#0B0C0C"

Ring = Sequence[Sequence[float]]


def area_map(
    areas: pd.DataFrame,
    lines: pd.DataFrame | None = None,
    names: Mapping[int, str] | None = None,
) -> Plot | None:
    """Areas tinted by their count, those with most numbered and named beneath.

    `areas`: label, count, polygons (each its outer ring and its holes, of longitude and latitude;
    an area without any is not drawn), longitude and latitude of a point inside, number (1, 2, … of
    those named, missing for the others). `lines`: polygons of larger areas whose borders lie above,
    such as wards. `names`: where counts are classes, up to five, the name of each, the darkest
    last. Returns: none where nothing can be drawn.
    """
    drawn = areas[areas["polygons"].map(bool) & areas["count"].notna()]
    if drawn.empty:
        return None
    ground = Ground(drawn["polygons"])
    named = drawn.dropna(subset="number").sort_values("number")
    below = LINE * len(named) + 10
    chart = style.figure(
        round(min(TALLEST, WIDEST * ground.aspect)) + ABOVE + below,
        xaxis={"visible": False, "range": [0, ground.width], "constrain": "domain",
               "automargin": False},
        yaxis={"visible": False, "range": [0, ground.height], "scaleanchor": "x",
               "constrain": "domain", "automargin": False},
        margin={"l": 4, "r": 4, "t": ABOVE, "b": below},
        # charts.js gives the map the height that its width on the page asks for.
        meta={"aspect": round(ground.aspect, 4), "beside": ABOVE + below, "tallest": TALLEST},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom",
                "font": {"size": style.SMALL}, "itemclick": False, "itemdoubleclick": False,
                "traceorder": "normal"},
    )  # fmt: skip
    steps = (
        [(n, n, tint) for n, tint in zip(names, (NONE, *TINTS)[-len(names) :], strict=True)]
        if names
        else classes(drawn["count"])
    )
    for low, high, tint in steps:
        inside = drawn[drawn["count"].between(low, high)]
        span = (
            present.count(low) if low == high else f"{present.count(low)} to {present.count(high)}"
        )
        span = names[low] if names else span
        x, y = ground.path(inside["polygons"])
        chart.points(
            x=x, y=y, mode="lines", fill="toself", fillcolor=tint, name=span, hoverinfo="skip",
            line={"color": _BORDER, "width": 0.6}, showlegend=True,
        )  # fmt: skip
    if lines is not None and not lines.empty:
        x, y = ground.path(lines["polygons"])
        chart.points(
            x=x, y=y, mode="lines", name="ward", hoverinfo="skip", showlegend=True,
            line={"color": _WARD, "width": 1.2},
        )  # fmt: skip
    at = [ground.point(*p) for p in zip(drawn["longitude"], drawn["latitude"], strict=True)]
    texts = [f"{style.inert(t)}: {names[n] if names else present.count(n)}"
             for t, n in zip(drawn["label"], drawn["count"], strict=True)]  # fmt: skip
    chart.points(
        x=[p[0] for p in at], y=[p[1] for p in at], mode="markers", hovertext=texts,
        hoverinfo="text", marker={"size": 14, "opacity": 0}, showlegend=False,
    )  # fmt: skip
    if len(named):
        _number(chart, named, ground)
    return chart


def _number(chart: Plot, named: pd.DataFrame, ground: Ground) -> None:
    """Numbers on the map, beside what they would hide and apart, and names beneath."""
    # A number is some 20 pixels wide on a map of 330 to 650.
    room = 20 * max(ground.width / 330, ground.height / TALLEST)
    points = [ground.point(*p) for p in zip(named["longitude"], named["latitude"], strict=True)]
    taken: list[tuple[float, float]] = []
    x: list[int | None] = []
    y: list[int | None] = []
    for point, polygons in zip(points, named["polygons"], strict=True):
        fits = ground.size(polygons) > 1.6 * room
        others = [p for p in points if p != point]
        at = next(
            (
                here
                for here in _around(point, room, fits)
                if all(math.dist(here, other) >= room for other in taken)
                and all(math.dist(here, other) >= 0.6 * room for other in others)
            ),
            point,
        )
        taken.append(at)
        if at != point:
            x += [point[0], round(at[0]), None]
            y += [point[1], round(at[1]), None]
    if x:
        chart.points(
            x=x, y=y, mode="lines", line={"color": style.INK, "width": 1.5}, hoverinfo="skip",
            showlegend=False,
        )  # fmt: skip
    chart.points(
        x=[round(x) for x, _ in taken], y=[round(y) for _, y in taken], mode="markers+text",
        text=[str(int(n)) for n in named["number"]], textposition="middle center",
        textfont={"color": style.INK, "size": style.SMALL}, hoverinfo="skip", showlegend=False,
        marker={"size": 18, "color": "#FFFFFF", "line": {"color": style.INK, "width": 1.5}},
        cliponaxis=False,
    )  # fmt: skip
    lines = [
        f"{int(n)}  {style.inert(label, 40)}: {present.count(count)}"
        for n, label, count in zip(named["number"], named["label"], named["count"], strict=True)
    ]
    chart.annotate(
        text="<br>".join(lines), x=0, xref="paper", xanchor="left", y=0, yref="paper",
        yanchor="top", yshift=-4, align="left", font={"size": style.SMALL},
    )  # fmt: skip


def _around(point: tuple[int, int], room: float, fits: bool) -> Iterator[tuple[float, float]]:
    """Where a number may stand: on its area if it fits there, else ever further round it."""
    if fits:
        yield point
    for reach in (1.3, 1.9, 2.6):
        for turn in range(8):
            angle = math.pi * (turn + 0.5) / 4
            yield (point[0] + reach * room * math.cos(angle),
                   point[1] + reach * room * math.sin(angle))  # fmt: skip


def classes(counts: pd.Series) -> list[tuple[int, int, str]]:
    """Classes of counts, each its lowest and highest and its tint: none, then up to four.

    They begin at round numbers near a tenth, a quarter and half of the most, so that the darkest
    are the places that carry the most, however few.
    """
    known = sorted({int(n) for n in counts.dropna()})
    found = [(0, 0, NONE)] if known and known[0] == 0 else []
    above = [n for n in known if n > 0]
    if not above:
        return found
    edges = sorted({1, *(_round(above[-1] * part) for part in (0.1, 0.25, 0.5))})
    spans: list[tuple[int, int]] = []
    for low, following in zip(edges, [*edges[1:], above[-1] + 1], strict=True):
        if any(low <= n < following for n in above):
            spans.append((max(low, above[0]) if not spans else low, following - 1))
    return found + [
        (low, high, tint) for (low, high), tint in zip(spans, TINTS[-len(spans) :], strict=True)
    ]


def _round(value: float) -> int:
    """The round number nearest to a value: 1, 2, 3, 5 times a power of ten, at least 1."""
    if value <= 1:
        return 1
    power = 10 ** math.floor(math.log10(value))
    return int(min((m * power for m in (1, 2, 3, 4, 5, 6, 8, 10)), key=lambda n: abs(n - value)))


class Ground:
    """The grid that a map's outlines are laid on: the longer side has `GRID` steps."""

    def __init__(self, polygons: Iterable[Sequence[Sequence[Ring]]]):
        points = [p for area in polygons for polygon in area for p in polygon[0]]
        self.west, self.south = min(p[0] for p in points), min(p[1] for p in points)
        east, north = max(p[0] for p in points), max(p[1] for p in points)
        # A degree of longitude is shorter than one of latitude by the cosine of the latitude.
        self.narrow = math.cos(math.radians((self.south + north) / 2))
        wide, high = (east - self.west) * self.narrow, north - self.south
        self.scale = GRID / max(wide, high, 1e-9)
        self.width, self.height = max(1, round(wide * self.scale)), max(1, round(high * self.scale))

    @property
    def aspect(self) -> float:
        """Height by width."""
        return self.height / self.width

    def point(self, longitude: float, latitude: float) -> tuple[int, int]:
        """A point on the grid."""
        x = (longitude - self.west) * self.narrow * self.scale
        return round(x), round((latitude - self.south) * self.scale)

    def size(self, polygons: Sequence[Sequence[Ring]]) -> int:
        """The shorter side of the box around an area, in steps of the grid."""
        points = [self.point(p[0], p[1]) for polygon in polygons for p in polygon[0]]
        sides = (max(c) - min(c) for c in zip(*points, strict=True))
        return min(sides)

    def path(self, areas: Iterable[Sequence[Sequence[Ring]]]) -> tuple[list[Any], list[Any]]:
        """The rings of some areas as one line, a gap after each."""
        xs: list[int | None] = []
        ys: list[int | None] = []
        for ring in (ring for area in areas for polygon in area for ring in polygon):
            kept: list[tuple[int, int]] = []
            for place in ring:
                point = self.point(place[0], place[1])
                if not kept or point != kept[-1]:
                    kept.append(point)
            if len(kept) > 2:
                xs += [*(x for x, _ in kept), None]
                ys += [*(y for _, y in kept), None]
        return xs, ys
