"""The look of every chart: Analysis Function colours, type, margins, and inert labels."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts.plot import Plot, in_order

#: Government Analysis Function palette ('focus' pair, then two of the categorical colours). Taken
#: over as constants, so that a chart does not change when the palette's package does; a test
#: compares them with afcharts.
OWN, OTHER = "#12436D", "#BFBFBF"
SECOND, SIGNAL = "#28A197", "#F46A25"
INK, SOFT, GRID = "#0B0C0C", "#505A5F", "#E3E3E3"
#: Tint of the own colour, for bands.
BAND = "rgba(18,67,109,0.15)"

FONT = '"Source Sans 3", "Segoe UI", Arial, "Liberation Sans", sans-serif'
SIZE, SMALL = 14, 12

#: Names by which the pages find what needs another place on a phone (charts.js): labels at a
#: line's end, those of limits, names beside points, values on or beside bars and at the foot of
#: columns, and the key above a chart.
END, LIMIT, POINT, VALUE, FOOT, KEY = "end", "limit", "point", "value", "foot", "key"

#: Height of one row of a bar chart, and of what lies above and below the rows, in pixels.
ROW, FRAME = 30, 48

#: Room for one line of a label left of the bars, in letters; fits a phone with its bars.
LABEL_WIDTH = 22

#: So many letters more a line may take before a label is cut.
STRETCH = 6

_AXIS = {
    "automargin": True,
    "fixedrange": True,
    "gridcolor": GRID,
    "linecolor": GRID,
    "ticks": "",
    "zeroline": False,
    "tickfont": {"size": SMALL, "color": SOFT},
    "title": {"font": {"size": SMALL, "color": SOFT}, "standoff": 6},
}

#: Everything a chart needs and nothing else: Plotly's own template would add 6 KB to each.
TEMPLATE = in_order(
    {"layout": {
        "font": {"family": FONT, "size": SIZE, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "separators": ".,",
        "autosize": True,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": "#FFFFFF", "font": {"size": SMALL, "color": INK}},
        "modebar": {
            "remove": [
                "zoom", "pan", "select", "lasso", "zoomIn", "zoomOut", "autoScale", "resetScale",
                "toImage", "sendDataToCloud", "hoverClosest", "hoverCompare",
            ]
        },
        "bargap": 0.3,
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "annotationdefaults": {"showarrow": False, "font": {"size": SMALL, "color": INK}},
    }}
)  # fmt: skip


def inert(text: Any, width: int = 80) -> str:
    """Text from data as a label that Plotly shows letter by letter.

    Plotly reads `<b>`, `<a href>`, entities, `$…$` and `%{…}` in labels; here they are written so
    that they only appear. Long text is cut.
    """
    text = present.shorten(present.as_said(present.clean(text)), width)
    for found, shown in (
        ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;"), ("%{", "%\u200b{"),
    ):  # fmt: skip
        text = text.replace(found, shown)
    return text


def wrap(text: Any, width: int = LABEL_WIDTH, lines: int = 2) -> str:
    """An inert label of at most `lines` lines of `width` letters.

    One that does not fit takes a little more width, and is cut with '…' beyond that.
    """
    text = present.as_said(present.clean(text))
    fits = (_lines(text, wider) for wider in range(width, width + STRETCH + 1))
    parts = next((p for p in fits if len(p) <= lines), None)
    if parts is None:
        parts = _lines(text, width)
        last = present.shorten(" ".join(parts[lines - 1 :]), width)
        parts = [*parts[: lines - 1], last if last.endswith("…") else f"{last[: width - 1]}…"]
    return "<br>".join(inert(p, width + STRETCH + 1) for p in parts)


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=True, break_on_hyphens=False) or [""]


def bold(label: str) -> str:
    """An inert label set in bold."""
    return f"<b>{label}</b>"


def coordinate(value: Any) -> float | int | None:
    """A coordinate short enough for a small page: whole numbers as they are, else 5 digits."""
    if present.is_missing(value) or isinstance(value, str):
        return None
    value = float(value)
    return int(value) if value.is_integer() else float(f"{value:.5g}")


def coordinates(values: Iterable[Any]) -> list[float | int | None]:
    """`coordinate` for a column; missing ones stay empty."""
    return [coordinate(v) for v in values]


def is_shown(value: Any) -> bool:
    """True if the value may be drawn."""
    return coordinate(value) is not None


def figure(height: int, **layout: Any) -> Plot:
    """An empty chart in the house style, without a fixed width."""
    chart = Plot({"template": TEMPLATE})
    chart.arrange(height=height, **layout)
    return chart


def row_height(labels: Iterable[str], row: int = ROW) -> int:
    """Height of a chart with a row per label; rows with two-line labels are a little higher."""
    labels = list(labels)
    taller = any("<br>" in label for label in labels)
    return FRAME + len(labels) * (row + 6 if taller else row)


def row_axis(labels: list[str]) -> dict[str, Any]:
    """A vertical axis with a row per label, the first on top.

    Positions are numbers and labels are texts, so that equal labels stay apart and no label is
    taken for a number or a date.
    """
    n = len(labels)
    return {
        "tickmode": "array",
        "tickvals": list(range(n)),
        "ticktext": labels,
        "range": [n - 0.45, -0.55],
        "showgrid": False,
        "tickfont": {"size": SIZE, "color": INK},
        "ticklabelstandoff": 4,
    }


def is_own(table: pd.DataFrame) -> list[bool]:
    """Which rows are the area reported on."""
    if "is_own" not in table:
        return [False] * len(table)
    return table["is_own"].eq(True).fillna(False).tolist()


def add_intervals(
    chart: Plot,
    table: pd.DataFrame,
    at: Iterable[float],
    *,
    vertical: bool = False,
    xaxis: str | None = None,
) -> None:
    """Lines from `lower` to `upper` at each position, edged in white to show on dark bars too.

    All lines are one trace: pairs of points with a gap after each.
    """
    along, across = [], []
    for position, lower, upper in zip(at, table["lower"], table["upper"], strict=True):
        if is_shown(lower) and is_shown(upper):
            along += [coordinate(lower), coordinate(upper), None]
            across += [position, position, None]
    if not along:
        return
    x, y = (across, along) if vertical else (along, across)
    for colour, width in (("#FFFFFF", 4), (INK, 1.5)):
        chart.points(
            x=x, y=y, xaxis=xaxis, mode="lines", line={"color": colour, "width": width},
            hoverinfo="skip",
        )  # fmt: skip


def has_limits(table: pd.DataFrame) -> bool:
    """True if some row has both limits of an interval."""
    return {"lower", "upper"} <= set(table) and bool(table["upper"].notna().any())


def ticks(
    low: float, high: float, *, suffix: str = "", signed: bool = False, n: int = 6
) -> dict[str, Any]:
    """Round tick positions between two values, with their texts."""
    step = nice_step(high - low, n)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    dp = max(0, -math.floor(math.log10(step) + 1e-9))
    values = [coordinate(i * step) for i in range(first, last + 1)]
    write = present.signed if signed else present.number
    return {
        "tickmode": "array",
        "tickvals": values,
        "ticktext": [f"{write(v, dp) if v else '0'}{suffix}" for v in values],
    }


def top_of(*columns: Iterable[Any]) -> float:
    """The largest value that may be drawn, 0 if there is none."""
    return max((float(v) for column in columns for v in column if is_shown(v)), default=0.0)


def nice_step(top: float, ticks: int = 5) -> float:
    """A round distance of grid lines: 1, 2 or 5 times a power of ten."""
    if top <= 0:
        return 1.0
    raw = top / ticks
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * m for m in (1, 2, 5, 10) if raw <= power * m * (1 + 1e-9))
