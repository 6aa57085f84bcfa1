"""Dots with intervals: changes, counts before and after, shares, targets."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

#: What the marks of `change_intervals` mean, for its caption.
CHANGES_KEY = "line = 95% interval, filled dot = clear change"


def change_intervals(table: pd.DataFrame, *, label: str) -> Plot | None:
    """Change per day in per cent with its interval, one row each; 0 is no change.

    Clear changes are filled dots, the others hollow; the counts stand under the name.

    `table`: `label`, count, compare_count, ratio, lower, upper (limits of the ratio), verdict.
    """
    rows = [r for r in table.to_dict("records") if style.is_shown(r.get("count"))]
    beneath = [
        f"{present.cell(r['compare_count'], 'compare_count', r)} → {present.count(r['count'])}"
        for r in rows
    ]
    # From a base of zero there is no percentage and so nothing to draw an interval around.
    from_none = [not r["compare_count"] for r in rows]
    ratios = [
        r | ({"lower": None, "upper": None} if none else {})
        for r, none in zip(rows, from_none, strict=True)
    ]
    chart = _differences(
        ratios, label, beneath, [r["verdict"] in ("up", "down") for r in rows],
        ends=("◂ fewer", "more ▸"),
    )  # fmt: skip
    if chart is None:
        return None
    low, high = chart.settings["xaxis"]["range"]
    for i, row in enumerate(rows):
        if row["compare_count"] == 0:
            chart.annotate(
                x=0, y=i, xanchor="left" if high > -low else "right",
                xshift=8 if high > -low else -8, text="no percentage from 0",
            )  # fmt: skip
    return chart


def against_others(table: pd.DataFrame, *, label: str) -> Plot | None:
    """Rates against the others' in per cent with their intervals, a row each; 0 is the same.

    Clear differences are filled dots, the others hollow; both rates stand under the name.

    `table`: `label`, rate, lower, upper (of the rate), others_rate, verdict.
    """
    rows = [
        r
        for r in table.to_dict("records")
        if style.is_shown(r.get("rate")) and style.is_shown(r.get("others_rate"))
    ]
    beneath = [f"{present.rate(r['rate'])} against {present.rate(r['others_rate'])}" for r in rows]
    ratios = [
        r | {k: (r[c] / r["others_rate"] if r["others_rate"] else None)
             for k, c in (("ratio", "rate"), ("lower", "lower"), ("upper", "upper"))}
        for r in rows
    ]  # fmt: skip
    return _differences(
        ratios, label, beneath, [r["verdict"] in ("lower", "higher") for r in rows],
        ends=("◂ lower", "higher ▸"), least=25.0,
    )  # fmt: skip


def _differences(
    rows: list[dict[str, Any]],
    label: str,
    beneath: list[str],
    clear: list[bool],
    *,
    ends: tuple[str, str],
    least: float = 10.0,
) -> Plot | None:
    """A row a thing: what it is as a percentage of another (`ratio`) with its interval."""
    if not any(style.is_shown(r.get("ratio")) for r in rows):
        return None
    dots, lower, upper = ([_percent(r.get(k)) for r in rows] for k in ("ratio", "lower", "upper"))
    low, high = _change_range(dots, lower, upper, least)
    labels = [
        f"{style.wrap(present.capital(str(r[label])), lines=3)}<br>{under}"
        for r, under in zip(rows, beneath, strict=True)
    ]
    chart = style.figure(
        _two_line_height(labels),
        xaxis={"range": [low, high], **style.ticks(low, high, suffix="%", signed=True)},
        yaxis=style.row_axis(labels),
        margin={"t": 26},
    )
    _row_intervals(chart, [v if v is None else max(v, low) for v in lower],
                   [v if v is None else min(v, high) for v in upper])  # fmt: skip
    chart.points(
        x=dots,
        y=list(range(len(rows))),
        mode="markers",
        marker={
            "size": 11,
            "color": [style.OWN if c else "#FFFFFF" for c in clear],
            "line": {"color": style.OWN, "width": 2},
        },
        hoverinfo="skip",
    )
    _cut_ends(chart, lower, upper, low, high)
    chart.arrange(
        shapes=[_upright(0, style.INK)],
        annotations=[
            {"x": 0, "y": 1, "yref": "paper", "yanchor": "bottom", "xanchor": a, "text": t,
             "xshift": s}
            for a, t, s in (("right", ends[0], -6), ("left", ends[1], 6))
        ],
    )  # fmt: skip
    return chart


def shares_with_intervals(table: pd.DataFrame, *, label: str, order: str = "value") -> Plot | None:
    """Shares in per cent with their intervals, from 0.

    `table`: `label`, share, lower, upper (all 0 to 1), optional is_own and decimals. `order`:
    highest first, or as the table has it (answers that have an order of their own).
    """
    if order == "value":
        table = table.sort_values("share", ascending=False, kind="stable", na_position="last")
    values = [_times(v, 100) for v in table["share"]]
    if not any(v is not None for v in values):
        return None
    lower, upper = ([_times(v, 100) for v in table[c]] for c in ("lower", "upper"))
    own = style.is_own(table)
    labels = [style.wrap(present.capital(str(t))) for t in table[label]]
    labels = [style.bold(t) if o else t for t, o in zip(labels, own, strict=True)]
    top = min(style.top_of(values, upper) * 1.05, 100)
    texts = [present.cell(r["share"], "share", r) for r in table.to_dict("records")]
    chart = style.figure(
        style.row_height(labels, 36),
        xaxis={"range": [0, top * 1.22], **style.ticks(0, top, suffix="%")},
        yaxis=style.row_axis(labels),
    )
    colour = [style.OWN if o or not any(own) else style.SOFT for o in own]
    _row_intervals(chart, lower, upper, colour=style.OTHER, width=8)
    chart.points(
        x=values, y=list(range(len(values))), mode="markers", hoverinfo="skip",
        marker={"size": 11, "color": colour},
    )  # fmt: skip
    # Where a share has no interval its text stands beside the dot, and at 0 where it is hidden.
    ends = [v if u is None else u for u, v in zip(upper, values, strict=True)]
    chart.points(
        x=[e or 0 for e in ends], y=list(range(len(values))), mode="text",
        text=[f"  {style.bold(t) if o else t}" for t, o in zip(texts, own, strict=True)],
        textposition="middle right", cliponaxis=False, hoverinfo="skip", name=style.VALUE,
    )  # fmt: skip
    return chart


def targets(table: pd.DataFrame, *, label: str = "measure") -> Plot | None:
    """Each target against its baseline (100) and the figure so far, in per cent of the baseline.

    `table`: `label`, baseline, target, actual (missing where there is no figure), optional lower
    and upper (limits of the actual figure), baseline_text and target_text (as the table beneath
    writes them, in their own unit).
    """
    rows = [r for r in table.to_dict("records") if style.is_shown(r["baseline"]) and r["baseline"]]
    if not rows:
        return None
    target, actual, lower, upper = (
        [_times(r.get(k), 100 / r["baseline"]) for r in rows]
        for k in ("target", "actual", "lower", "upper")
    )
    drawn = [v for v in (*target, *actual, *lower, *upper, 100) if v is not None]
    pad = max((max(drawn) - min(drawn)) * 0.12, 3)
    labels = [
        f"{style.wrap(present.capital(str(r[label])), lines=3)}<br>"
        f"{_written(r, 'baseline')}, target {_written(r, 'target')}"
        for r in rows
    ]
    low, high = min(drawn) - pad, max(drawn) + pad
    chart = style.figure(
        _two_line_height(labels) + 20,
        xaxis={"range": [low, high], **style.ticks(low, high, suffix="%")},
        yaxis=style.row_axis(labels),
        margin={"t": 28},
    )
    _row_intervals(chart, lower, upper, colour=style.OTHER, width=6)
    y = list(range(len(rows)))
    chart.points(
        x=target, y=y, mode="markers", hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 22, "line": {"color": style.INK, "width": 3}},
    )  # fmt: skip
    chart.points(
        x=actual, y=y, mode="markers", marker={"size": 12, "color": style.OWN}, hoverinfo="skip"
    )
    chart.arrange(shapes=[_upright(100, style.SOFT, "dash")])
    chart.annotate(
        x=1, xref="paper", y=1, yref="paper", xanchor="right", yanchor="bottom",
        text="┆ baseline = 100%   <b>|</b> target   ● figure so far",
    )  # fmt: skip
    return chart


def _row_intervals(
    chart: Plot, lower: list, upper: list, *, colour: str = style.OWN, width: int = 2
) -> None:
    # One trace for all rows: pairs of points with a gap after each.
    x: list[Any] = []
    y: list[Any] = []
    for i, (low, high) in enumerate(zip(lower, upper, strict=True)):
        if low is not None and high is not None:
            x += [style.coordinate(low), style.coordinate(high), None]
            y += [i, i, None]
    if x:
        chart.points(
            x=x, y=y, mode="lines", line={"color": colour, "width": width}, hoverinfo="skip"
        )


def _upright(x: float, colour: str, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
        "line": {"color": colour, "width": 1.5, "dash": dash},
    }  # fmt: skip


def _written(row: dict[str, Any], key: str) -> str:
    text = row.get(f"{key}_text")
    return style.inert(text, 12) if text else present.cell(row[key], key, row)


def _percent(ratio: Any) -> float | None:
    return style.coordinate((ratio - 1) * 100) if style.is_shown(ratio) else None


def _times(value: Any, factor: float) -> float | None:
    return style.coordinate(value * factor) if style.is_shown(value) else None


def _change_range(dots: list, lower: list, upper: list, least: float = 10.0) -> tuple[float, float]:
    # A single tiny count must not squeeze all others: intervals may run out of the picture at
    # twice the distance of the farthest dot, but never before 50 per cent.
    known = [v for v in dots if v is not None]
    reach = max([50.0, *(abs(v) * 2 for v in known)])
    low = max(min([-least, *(v for v in lower if v is not None)]), -reach, -100.0)
    high = min(max([least, *(v for v in upper if v is not None)]), reach)
    pad = (high - low) * 0.05
    # As they are written: an arrow at an end that rounding put outside would not be drawn.
    return style.coordinate(low - pad), style.coordinate(high + pad)


def _cut_ends(chart: Plot, lower: list, upper: list, low: float, high: float) -> None:
    # An arrow says that the interval goes on where the picture ends.
    cut = [(low, i, "triangle-left") for i, v in enumerate(lower) if v is not None and v < low]
    cut += [(high, i, "triangle-right") for i, v in enumerate(upper) if v is not None and v > high]
    if cut:
        x, y, symbols = zip(*cut, strict=True)
        chart.points(
            x=style.coordinates(x), y=list(y), mode="markers", cliponaxis=False, hoverinfo="skip",
            marker={"symbol": list(symbols), "size": 10, "color": style.OWN},
        )  # fmt: skip


def _two_line_height(labels: list[str]) -> int:
    # Name over counts; a name of two lines makes three.
    lines = max(label.count("<br>") for label in labels) + 1
    return style.FRAME + len(labels) * (12 + 17 * lines)
