"""Months and years along a line."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

HEIGHT = 280

#: The newest months of a control chart, of which its sentence speaks.
NEWEST = 6


def monthly_line(
    table: pd.DataFrame, *, value: str = "per_day", unit: str | None = None
) -> Plot | None:
    """A monthly series from 0 with its interval as a band, the newest month labelled.

    `table`: month 'YYYY-MM', `value`, optional lower and upper, status ('incomplete' months are
    hollow). `unit`: what follows the newest value; default 'a day' for `per_day`, else nothing.
    """
    unit = unit if unit is not None else "a day" if value == "per_day" else ""
    table = table.sort_values("month", kind="stable")
    values = style.coordinates(table[value])
    if not any(v is not None for v in values):
        return None
    months = _dates(table["month"])
    has_band = {"lower", "upper"} <= set(table) and table["upper"].notna().any()
    chart = dated(months)
    top = style.top_of(values, table["upper"] if has_band else ())
    chart.arrange(yaxis={"range": [0, top * 1.08], "nticks": 5, "tickformat": ",~g"})
    if has_band:
        _band(chart, months, table)
    incomplete = (
        table["status"].isin(["incomplete", "provisional"]).tolist()
        if "status" in table
        else [False] * len(table)
    )
    chart.points(
        x=months,
        y=values,
        mode="lines+markers",
        line={"color": style.OWN, "width": 2.5},
        marker={
            "size": 7,
            "color": ["#FFFFFF" if i else style.OWN for i in incomplete]
            if any(incomplete)
            else style.OWN,
            "line": {"color": style.OWN, "width": 1.5},
        },
        hovertemplate="%{x|%B %Y}: %{y:,.1f}<extra></extra>",
    )
    last = max(i for i, v in enumerate(values) if v is not None)
    text = f"{present.cell(table[value].iloc[last], value)} {style.inert(unit, 14)}"
    _end_label(chart, months[last], values[last], text.strip())
    if any(incomplete):
        corner(chart, "○ incomplete month")
    return chart


def control_chart(table: pd.DataFrame) -> Plot | None:
    """Months with the mean (or trend) and the limits of unchanged months; signals are diamonds.

    `table`: month, value, centre, lower and upper (or lower_limit, upper_limit), signal text (''
    for none), optional is_provisional (too few months to judge any: signals are to look at again).
    """
    table = table.sort_values("month", kind="stable")
    values = style.coordinates(table["value"])
    if not any(v is not None for v in values):
        return None
    low, high = ("lower_limit", "upper_limit") if "lower_limit" in table else ("lower", "upper")
    months = _dates(table["month"])
    chart = dated(months, right=106)
    for column in (low, high):
        chart.points(
            x=months, y=style.coordinates(table[column]), mode="lines", hoverinfo="skip",
            line={"color": style.SOFT, "width": 1.5, "dash": "dash", "shape": "hvh"},
        )  # fmt: skip
    chart.points(
        x=months, y=style.coordinates(table["centre"]), mode="lines", hoverinfo="skip",
        line={"color": style.SOFT, "width": 1.5},
    )  # fmt: skip
    newest = [i >= len(months) - NEWEST for i in range(len(months))]
    signal = (table["signal"].fillna("").astype(str).str.strip() != "").tolist()
    chart.points(
        x=months,
        y=values,
        mode="lines+markers",
        line={"color": style.OTHER, "width": 1.5},
        marker={
            "size": [_size(s, n) for s, n in zip(signal, newest, strict=True)],
            "opacity": 1,
            "symbol": ["diamond" if s else "circle" for s in signal],
            "color": [_dot(s, n) for s, n in zip(signal, newest, strict=True)],
            "line": {
                "width": [1.5 if s and n else 0 for s, n in zip(signal, newest, strict=True)],
                "color": style.INK,
            },
        },
        hovertemplate="%{x|%B %Y}: %{y:,.1f}<extra></extra>",
    )
    middle = "mean" if table["centre"].eq(table["centre"].iloc[0]).all() else "trend"
    for column, name in ((high, "upper limit"), ("centre", middle), (low, "lower limit")):
        end = table[column].iloc[-1]
        if style.is_shown(end):
            _end_label(chart, months[-1], style.coordinate(end), f"{name} {present.rate(end)}",
                       colour=style.SOFT, name=style.LIMIT)  # fmt: skip
    drawn = [v for v in (*values, *style.coordinates(table[low]), *style.coordinates(table[high]))
             if v is not None]  # fmt: skip
    pad = (max(drawn) - min(drawn)) * 0.12 or 1
    low_end = max(min(drawn) - pad, 0) if min(drawn) >= 0 else min(drawn) - pad
    ends = [low_end, max(drawn) + pad]
    chart.arrange(yaxis={"range": ends, "nticks": 5, "tickformat": ",~g"})
    key = "coloured: newest six months"
    is_early = "is_provisional" in table and bool(table["is_provisional"].iloc[-1])
    # While no month is judged, the picture says no more than the sentence.
    told = "to look at again" if is_early else "signal"
    corner(chart, f"{key}   ◆: {told}" if any(signal) else key)
    return chart


def forecast(table: pd.DataFrame) -> Plot | None:
    """Twelve months to each month, and on from the newest what they would be if nothing changed.

    `table`: month 'YYYY-MM', count (missing after the newest), forecast, lower, upper (missing
    before).
    """
    table = table.sort_values("month", kind="stable")
    counts, ahead = (style.coordinates(table[c]) for c in ("count", "forecast"))
    known = [i for i, v in enumerate(counts) if v is not None]
    if not known or ahead[-1] is None:
        return None
    months = _dates(table["month"])
    chart = dated(months, right=96)
    low, high = (style.coordinates(table[c]) for c in ("lower", "upper"))
    drawn = [v for v in (*counts, *low, *high) if v is not None]
    pad = (max(drawn) - min(drawn)) * 0.15 or 1
    ends = [max(min(drawn) - pad, 0), max(drawn) + pad]
    chart.arrange(yaxis={"range": ends, "nticks": 5, "tickformat": ",~g"})
    newest = known[-1]
    # The band begins at the newest count, where nothing is uncertain.
    fan = table.iloc[newest:].assign(
        lower=table["lower"].fillna(table["count"]), upper=table["upper"].fillna(table["count"])
    )
    _band(chart, months[newest:], fan)
    chart.points(
        x=months[newest:], y=[counts[newest], *ahead[newest + 1 :]], mode="lines",
        line={"color": style.OWN, "width": 2, "dash": "dot"},
        hovertemplate="twelve months to %{x|%B %Y}, if nothing changes: %{y:,.0f}<extra></extra>",
    )  # fmt: skip
    chart.points(
        x=months[: newest + 1], y=counts[: newest + 1], mode="lines",
        line={"color": style.OWN, "width": 2.5},
        hovertemplate="twelve months to %{x|%B %Y}: %{y:,.0f}<extra></extra>",
    )  # fmt: skip
    for end, name in ((high[-1], "up to"), (low[-1], "from")):
        _end_label(chart, months[-1], end, f"{name} {present.count(end)}",
                   colour=style.SOFT, name=style.LIMIT)  # fmt: skip
    corner(chart, "dotted: if nothing changes")
    return chart


def seasonal_index(table: pd.DataFrame) -> Plot | None:
    """Twelve months around the average month (100) with intervals, the peak dark and labelled.

    `table`: month_of_year, index, lower, upper, is_above. A table of monthly counts instead (no
    index may be published) is drawn as monthly_line.
    """
    if "index" not in table or not table["index"].notna().any():
        return monthly_line(table, value="count", unit="") if "month" in table else None
    table = table.sort_values("month_of_year", kind="stable")
    values = style.coordinates(table["index"])
    x = [int(m) for m in table["month_of_year"]]
    peak = max(range(len(values)), key=lambda i: values[i] if values[i] is not None else -1)
    # Only a month that is clearly above the average is a peak.
    if not table["is_above"].iloc[peak]:
        peak = -1
    top = style.top_of(values, table.get("upper", ()))
    chart = style.figure(
        HEIGHT + 10,
        xaxis={"tickvals": x, "ticktext": [present.short_month(m) for m in x], "tickangle": 0,
               "range": [0.4, 12.6], "showgrid": False},
        yaxis={"range": [0, top * 1.12], "nticks": 6},
        bargap=0.25,
    )  # fmt: skip
    chart.bars(
        x=x, y=values, hoverinfo="skip",
        marker={"color": [style.OWN if i == peak else style.OTHER for i in range(len(x))]},
    )  # fmt: skip
    if style.has_limits(table):
        style.add_intervals(chart, table, x, vertical=True)
    # At the foot of the bars no interval and no reference line runs through the numbers.
    chart.points(
        x=x, y=[0] * len(x), mode="text", textposition="top center", hoverinfo="skip",
        name=style.FOOT,
        text=[style.bold(present.number(v)) if i == peak else present.number(v)
              for i, v in enumerate(values)],
        textfont={"size": style.SMALL,
                  "color": ["#FFFFFF" if i == peak else style.INK for i in range(len(x))]},
    )  # fmt: skip
    chart.arrange(
        margin={"t": 26},
        shapes=[{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 100, "y1": 100,
                 "line": {"color": style.INK, "width": 1.5, "dash": "dash"}}],
    )  # fmt: skip
    corner(chart, "dashed line: average month = 100")
    return chart


def trend_line(
    table: pd.DataFrame,
    *,
    x: str = "year",
    value: str = "rate",
    decimals: int = 1,
    beside: tuple[str, str] = ("", ""),
) -> Plot | None:
    """A yearly rate from 0 with intervals, first and last value labelled.

    `table`: `x` (years as text, in order), `value`, optional lower and upper. `beside`: a column
    that is drawn as a grey line, and what it is of.
    """
    values = style.coordinates(table[value])
    known = [i for i, v in enumerate(values) if v is not None]
    if not known:
        return None
    at = list(range(len(values)))
    others = style.coordinates(table[beside[0]]) if beside[0] else []
    top = style.top_of([*values, *others], table.get("upper", ()))
    chart = style.figure(
        HEIGHT,
        xaxis={"tickvals": at, "ticktext": [style.inert(v, 10) for v in table[x]],
               "showgrid": False, "range": [-0.4, len(values) - 0.6]},
        yaxis={"range": [0, top * 1.15], "nticks": 5, "tickformat": ",~g"},
    )  # fmt: skip
    if style.has_limits(table):
        style.add_intervals(chart, table, at, vertical=True)
    if any(v is not None for v in others):
        chart.points(
            x=at, y=others, mode="lines", hoverinfo="skip",
            line={"color": style.OTHER, "width": 2.5},
        )  # fmt: skip
        chart.arrange(margin={"t": 26})
        corner(chart, f"grey line: {style.inert(beside[1])}")
    chart.points(
        x=at, y=values, mode="lines+markers", hoverinfo="skip",
        line={"color": style.OWN, "width": 2.5}, marker={"size": 8, "color": style.OWN},
    )  # fmt: skip
    ends = {known[0], known[-1]}
    tops = table["upper"] if "upper" in table else table[value]
    chart.points(
        x=sorted(ends), y=style.coordinates(tops.iloc[i] for i in sorted(ends)), mode="text",
        text=[present.number(table[value].iloc[i], decimals) for i in sorted(ends)],
        textposition="top center", cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip
    return chart


def _dates(months: pd.Series) -> list[str]:
    return [f"{m}-01" for m in months]


def dated(months: list[str], right: int = 84) -> Plot:
    # Room on the right for the labels at the line's end; half a month free on the left.
    return style.figure(
        HEIGHT,
        xaxis={"type": "date", "tickformat": "%b<br>%Y" if len(months) < 25 else "%b %Y",
               "hoverformat": "%B %Y", "showgrid": False, "nticks": 6,
               "tickmode": "array", "tickvals": _month_ticks(months),
               "ticktext": [_month_text(m) for m in _month_ticks(months)]},
        margin={"r": right, "t": 26},
    )  # fmt: skip


def _month_ticks(months: list[str]) -> list[str]:
    # At most five, ending on the newest month, a quarter, half-year or year apart.
    n = len(months)
    step = next((s for s in (1, 2, 3, 6, 12, 24, 60) if (n - 1) // s < 5), 120)
    return months[::-1][::step][::-1]


def _month_text(date: str) -> str:
    return f"{present.short_month(int(date[5:7]))}<br>{date[:4]}"


def _band(chart: Plot, months: list[str], table: pd.DataFrame) -> None:
    # Runs of months with limits are filled one by one, so that no band crosses a gap.
    limits = list(zip(months, style.coordinates(table["lower"]),
                      style.coordinates(table["upper"]), strict=True))  # fmt: skip
    run: list[tuple[str, Any, Any]] = []
    for point in [*limits, ("", None, None)]:
        if point[1] is not None and point[2] is not None:
            run.append(point)
            continue
        if run:
            chart.points(
                x=[m for m, _, _ in run] + [m for m, _, _ in reversed(run)],
                y=[u for _, _, u in run] + [low for _, low, _ in reversed(run)],
                mode="lines", fill="toself", fillcolor=style.BAND, line={"width": 0},
                hoverinfo="skip",
            )  # fmt: skip
        run = []


def _end_label(
    chart: Plot, x: Any, y: Any, text: str, *, colour: str = style.OWN, name: str = style.END
) -> None:
    # By its name a page finds it: on a phone there is no room beside the line's end.
    chart.annotate(
        x=x, y=y, text=text, xanchor="left", xshift=8, name=name,
        font={"color": colour, "size": style.SMALL},
    )  # fmt: skip


def corner(chart: Plot, text: str) -> None:
    chart.annotate(
        x=0, xref="paper", y=1, yref="paper", xanchor="left", yanchor="bottom", text=text,
        name=style.KEY,
    )  # fmt: skip


def _size(signal: bool, newest: bool) -> int:
    if newest:
        return 11 if signal else 8
    return 8 if signal else 6


def _dot(signal: bool, newest: bool) -> str:
    if newest:
        return style.SIGNAL if signal else style.OWN
    return style.OTHER
