"""Horizontal bars: areas in order of their rate, parts of a whole, places, groups.

The value stands at the foot of its bar, where neither an interval nor a reference line can run
through it, or just outside where the bar is too short for it.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot


def horizontal(
    table: pd.DataFrame,
    values: list[Any],
    labels: list[str],
    texts: list[str],
    *,
    own: list[bool] | None = None,
    limits: bool = False,
    colours: list[str] | None = None,
    suffix: str = "",
) -> Plot | None:
    """Bars from 0 with a text each; rows whose value is hidden show their text only."""
    drawn = style.coordinates(values)
    if not any(v is not None for v in drawn):
        return None
    n = len(drawn)
    own = own or [False] * n
    ends = [(None, None)] * n
    if limits:
        lower, upper = (style.coordinates(table[c]) for c in ("lower", "upper"))
        ends = list(zip(lower, upper, strict=True))
    top = max(style.top_of(drawn, (high for _, high in ends)), 1e-9)
    colours = colours or [style.OWN if o else style.OTHER for o in own]
    written = _value_texts(drawn, texts, colours, own, top, ends)
    # Room beyond the longest bar for the texts that stand outside.
    top = max(
        [top * 1.06, *(x + top * _room(t) for x, t in zip(written["x"], texts, strict=True) if x)]
    )
    labels = [style.bold(t) if o else t for t, o in zip(labels, own, strict=True)]
    chart = style.figure(
        style.row_height(labels),
        xaxis={"range": [0, top], **style.ticks(0, top, suffix=suffix)},
        yaxis=style.row_axis(labels),
    )
    chart.bars(
        x=drawn,
        y=list(range(n)),
        orientation="h",
        marker={"color": colours[0] if len(set(colours)) == 1 else colours},
        hoverinfo="skip",
    )
    if limits:
        style.add_intervals(chart, table, range(n))
    chart.points(**written)
    return chart


def _value_texts(
    values: list[Any],
    texts: list[str],
    colours: list[str],
    own: list[bool],
    top: float,
    ends: list[tuple[Any, Any]],
) -> dict[str, Any]:
    fits = [
        value is not None and (value if low is None else min(value, low))
        >= top * _room(text)
        for value, text, (low, _) in zip(values, texts, ends, strict=True)
    ]  # fmt: skip
    # Where intervals push most texts outside, all go there, so that they stand in one place.
    has_limits = any(high is not None for _, high in ends)
    if has_limits and sum(fits) * 3 < 2 * sum(v is not None for v in values):
        fits = [False] * len(values)
    x, ink = [], []
    for value, inside, colour, (_, high) in zip(values, fits, colours, ends, strict=True):
        end = value if high is None or value is None else max(value, high)
        x.append(0 if inside or end is None else end)
        ink.append("#FFFFFF" if inside and colour == style.OWN else style.INK)
    return {
        "x": x,
        "y": list(range(len(values))),
        "mode": "text",
        "name": style.VALUE,
        "text": [f" {style.bold(t) if o else t}" for t, o in zip(texts, own, strict=True)],
        "textposition": "middle right",
        "textfont": {"color": ink[0] if len(set(ink)) == 1 else ink},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }


def _room(text: str) -> float:
    # As a part of the plot: n letters need about 8 n pixels; on a phone the bars have some 200.
    return (len(text) * 8 + 12) / 200


def ranked_bars(
    table: pd.DataFrame,
    *,
    label: str = "area",
    value: str = "rate",
    reference: float | bool | None = None,
    reference_label: str | None = None,
    order: str = "value",
) -> Plot | None:
    """Areas in order of a rate, with intervals, the own area dark, and a reference line.

    `table`: `label`, `value`, lower, upper, is_own; rows without data are listed last. `reference`:
    where the dashed line stands; default the pooled rate of the others; False for no line.
    `reference_label`: what stands above it; default 'the other 12 together: 80.2'. `order`: lowest
    first, or as the table has it.
    """
    if order == "value":
        table = table.sort_values(value, kind="stable", na_position="last")
    values = list(table[value])
    texts = _texts(table, value)
    chart = horizontal(
        table,
        values,
        [style.wrap(t) for t in table[label]],
        texts,
        own=style.is_own(table),
        limits=style.has_limits(table),
    )
    if chart is None or reference is False:
        return chart
    if reference is None or reference is True:
        own = table.loc[style.is_own(table)]
        reference = own["others_rate"].iloc[0] if len(own) and "others_rate" in table else None
        n = sum(style.is_shown(v) for v in values) - 1
        reference_label = reference_label or f"the other {n} together"
    if not style.is_shown(reference):
        return chart
    return reference_line(chart, float(reference), reference_label or "")


def ranked_line(table: pd.DataFrame, *, label: str = "area", value: str = "rate") -> Plot | None:
    """Very many areas in order of a rate, as one line of thin bars with the own area marked.

    `table`: `label`, `value`, is_own, others_rate; rows without data are left out.
    """
    known = table[table[value].notna()].sort_values(value, kind="stable").reset_index(drop=True)
    own = style.is_own(known)
    if known.empty or not any(own):
        return None
    at, n = own.index(True), len(known)
    rates = style.coordinates(known[value])
    # The few far above all others run out of the picture; they are named.
    top = max(float(known[value].quantile(0.97)), rates[at]) * 1.5
    beyond = known[known[value] > top]
    chart = style.figure(
        300,
        xaxis={"range": [-1, n], "showgrid": False, "showticklabels": False,
               "title": {"text": f"{n} areas, lowest to highest"}},
        yaxis={"range": [0, style.coordinate(top)], "tickformat": ",~g", "nticks": 6},
        margin={"t": 26},
        bargap=0,
        barmode="overlay",
    )  # fmt: skip
    chart.bars(x=list(range(n)), y=rates, marker={"color": style.OTHER}, hoverinfo="skip")
    # Wider than the others, so that it is seen on a phone.
    chart.bars(x=[at], y=[rates[at]], width=[max(1, n / 90)], marker={"color": style.OWN},
                  hoverinfo="skip")  # fmt: skip
    middle, height = style.coordinate(float(known[value].median())), style.coordinate(top * 0.85)
    line = {"type": "line", "line": {"color": style.INK, "width": 1.5, "dash": "dash"}}
    lead = {"type": "line", "line": {"color": style.OWN, "width": 1.5}}
    chart.arrange(
        shapes=[
            {**line, "x0": 0, "x1": 1, "xref": "paper", "y0": middle, "y1": middle},
            {**lead, "x0": at, "x1": at, "y0": rates[at], "y1": height},
        ]
    )
    name = style.wrap(known.loc[at, label], 24, lines=1)
    chart.annotate(
        x=at, y=height, text=f"{style.bold(name)} {present.rate(known.loc[at, value])}",
        xanchor="left" if at < n / 2 else "right", yanchor="bottom", name=style.POINT,
    )  # fmt: skip
    told = f"dashed: the middle area, {present.rate(middle)}"
    if len(beyond):
        far = [f"{style.inert(r[label], 24)} {present.rate(r[value])}"
               for r in beyond.tail(2).to_dict("records")]  # fmt: skip
        told += f"; beyond the picture: {', '.join(far)}"
        told += " and others" if len(beyond) > len(far) else ""
    chart.annotate(
        x=0, xref="paper", y=1, yref="paper", xanchor="left", yanchor="bottom",
        text=told, name=style.KEY,
    )  # fmt: skip
    return chart


def reference_line(chart: Plot, at: float, label: str) -> Plot:
    """A dashed line with its label above the bars, leaning to the side that has room."""
    low, high = chart.settings["xaxis"]["range"]
    high = max(high, at * 1.06)
    # To the left there is also the room above the labels, so the text may run that way.
    side = "right" if at > low + (high - low) / 5 else "left"
    text = f"{style.inert(label)}: {present.rate(at)}" if label else present.rate(at)
    chart.arrange(
        xaxis={"range": [low, high]}, margin={"t": 28}, height=chart.settings["height"] + 20,
        shapes=[{
            "type": "line", "x0": style.coordinate(at), "x1": style.coordinate(at),
            "y0": 0, "y1": 1, "yref": "paper",
            "line": {"color": style.INK, "width": 1.5, "dash": "dash"},
        }],
        annotations=[{
            "x": style.coordinate(at), "y": 1, "yref": "paper", "yanchor": "bottom",
            "xanchor": side, "text": text,
        }],
    )  # fmt: skip
    return chart


def sorted_bars(
    table: pd.DataFrame,
    *,
    label: str = "offence",
    value: str = "count",
    share: bool = True,
    top: int | None = None,
    order: str = "value",
) -> Plot | None:
    """Parts of a whole, the largest first, each with its count and share.

    `table`: `label`, `value`, optional share (0 to 1). `share`: whether the share stands beside the
    count. `top`: how many are drawn; the rest is in the table beneath.
    """
    if order == "value":
        table = table.sort_values(value, ascending=False, kind="stable", na_position="last")
    table = table.head(top) if top else table
    has_share = share and "share" in table

    def text(row: dict[str, Any]) -> str:
        shown = present.cell(row[value], value, row)
        if not has_share or not style.is_shown(row["share"]):
            return shown
        return f"{shown} ({present.percent(row['share'] * 100, 1)})"

    is_share = value.startswith("share")
    return horizontal(
        table,
        list(100 * table[value] if is_share else table[value]),
        [style.wrap(present.capital(str(t))) for t in table[label]],
        [text(r) for r in table.to_dict("records")],
        own=style.is_own(table),
        colours=None if "is_own" in table else [style.OWN] * len(table),
        suffix="%" if is_share else "",
    )


def places_bars(
    table: pd.DataFrame, *, label: str = "place", value: str = "count", top: int = 10
) -> Plot | None:
    """The places with the most cases; labels that stand for many places are grey.

    `table`: `label`, `value`, optional share and is_generic.
    """
    table = table.sort_values(value, ascending=False, kind="stable", na_position="last").head(top)
    generic = table["is_generic"].eq(True).tolist() if "is_generic" in table else []
    labels = [style.wrap(t, 26) for t in table[label]]
    for i, many in enumerate(generic):
        if many:
            labels[i] += "<br>(many places)" if "<br>" not in labels[i] else " (many)"
    texts = _texts(table, value)
    colours = [style.OTHER if g else style.OWN for g in generic] or [style.OWN] * len(table)
    return horizontal(table, list(table[value]), labels, texts, colours=colours)


def clusters_bars(
    table: pd.DataFrame, *, label: str = "cluster", value: str = "count"
) -> Plot | None:
    """Groups with their counts or rates, hidden ones by their symbol, intervals where given.

    `table`: `label`, `value`, status, optional symbol, is_own; lower and upper if `value` is a
    rate.
    """
    table = table.sort_values(value, ascending=False, kind="stable", na_position="last")
    values = list(table[value])
    return horizontal(
        table,
        values,
        [style.wrap(t) for t in table[label]],
        _texts(table, value),
        own=style.is_own(table),
        limits=value == "rate" and style.has_limits(table),
        colours=None if "is_own" in table else [style.OWN] * len(table),
    )


def _texts(table: pd.DataFrame, value: str) -> list[str]:
    # All that says how a value is written.
    told = [c for c in (value, "status", "symbol", "decimals", "compare_count") if c in table]
    return [present.cell(r[value], value, r) for r in table[told].to_dict("records")]
