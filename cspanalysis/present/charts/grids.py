"""Two-way pictures: hours by weekday, ages by sex, priorities by criterion."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

#: The sexes in the two halves of the chart; place, not colour, tells them apart.
SEXES = (("male", "Males"), ("female", "Females"))


#: What a row of `heatmap` holds, for its caption.
ROWS_KEY = "a row runs from 06:00 to 05:59 of the next day"


def heatmap(table: pd.DataFrame, *, first_hour: int = 6, value: str = "count") -> Plot | None:
    """Cases by hour and weekday; each row runs from `first_hour` to the same hour next day.

    So a night stays in one row: 02:00 on Sunday stands at the end of Saturday's.

    `table`: weekday (0 is Monday, of the clock), hour, `value`; hours without a row are 0 only if
    the table has no hidden cell.
    """
    known = {
        ((int(r["weekday"]) - (int(r["hour"]) < first_hour)) % 7, int(r["hour"])): r[value]
        for r in table.to_dict("records")
    }
    if not any(style.is_shown(v) and v > 0 for v in known.values()):
        return None
    has_hidden = any(not style.is_shown(v) for v in known.values())
    hours = [(first_hour + i) % 24 for i in range(24)]
    cells = [
        [style.coordinate(known.get((day, hour), None if has_hidden else 0)) for hour in hours]
        for day in range(7)
    ]
    top = style.top_of(v for row in cells for v in row)
    chart = style.figure(
        7 * 32 + 86,
        xaxis={"tickvals": list(range(0, 24, 3)), "showgrid": False, "range": [-0.5, 23.5],
               "ticktext": [f"{h:02d}:00" for h in hours[::3]], "tickangle": 0},
        yaxis={"tickvals": list(range(7)), "ticktext": [d[:3] for d in present.WEEKDAYS],
               "range": [6.5, -0.5], "showgrid": False,
               "tickfont": {"size": style.SIZE, "color": style.INK}},
        margin={"t": 26},
    )  # fmt: skip
    chart.heatmap(
        z=cells,
        colorscale=[[0, "#F3F6F9"], [0.5, "#6F90AF"], [1, style.OWN]],
        zmin=0,
        zmax=top,
        xgap=1,
        ygap=1,
        showscale=False,
        hoverinfo="skip",
    )
    marked = [(v, d, h) for d, row in enumerate(cells) for h, v in enumerate(row)
              if v is not None and v == top][:3]  # fmt: skip
    hidden = [(d, h) for d, row in enumerate(cells) for h, v in enumerate(row) if v is None]
    chart.points(
        x=[h for _, _, h in marked], y=[d for _, d, _ in marked], mode="text", hoverinfo="skip",
        text=[present.number(v) for v, _, _ in marked],
        textfont={"color": "#FFFFFF", "size": style.SMALL},
    )  # fmt: skip
    if hidden:
        chart.points(
            x=[h for _, h in hidden], y=[d for d, _ in hidden], mode="text", hoverinfo="skip",
            text=["*"] * len(hidden), textfont={"size": style.SMALL},
        )  # fmt: skip
    chart.annotate(
        x=0, xref="paper", y=1, yref="paper", xanchor="left", yanchor="bottom",
        text="darker = more; number: most in an hour", name=style.KEY,
    )  # fmt: skip
    return chart


def age_by_sex(table: pd.DataFrame, *, value: str = "count") -> Plot | None:
    """Ages down the side, males on the left half and females on the right, on the same scale.

    `table`: age_band, sex ('male', 'female'; others are left out), `value`, status, optional
    symbol, lower and upper.
    """
    table = table[table["sex"].isin([s for s, _ in SEXES]) & (table["age_band"] != "all ages")]
    bands = list(dict.fromkeys(table["age_band"]))
    values = style.coordinates(table[value]) if len(table) else []
    if not any(v is not None for v in values):
        return None
    has_limits = value != "count" and style.has_limits(table)
    top = style.top_of(values, table["upper"] if has_limits else ()) * 1.3
    axis = {"range": [0, top], **style.ticks(0, top, n=4)}
    chart = style.figure(
        style.FRAME + 24 + len(bands) * 32,
        xaxis={**axis, "domain": [0, 0.47]},
        xaxis2={**axis, "domain": [0.53, 1], "anchor": "y", "automargin": True,
                "fixedrange": True, "gridcolor": style.GRID, "ticks": "", "zeroline": False,
                "tickfont": {"size": style.SMALL, "color": style.SOFT}},
        yaxis=style.row_axis([style.wrap(str(b).replace("-", "–"), 14, lines=1) for b in bands]),
        margin={"t": 28},
    )  # fmt: skip
    for (sex, name), axis_name, colour in zip(
        SEXES, ("x", "x2"), (style.OWN, style.SECOND), strict=True
    ):
        rows = table[table["sex"] == sex].set_index("age_band").reindex(bands)
        drawn = style.coordinates(rows[value])
        texts = [present.cell(r[value], value, r) for r in rows.to_dict("records")]
        chart.bars(
            x=drawn, y=list(range(len(bands))), orientation="h", xaxis=axis_name,
            marker={"color": colour}, hoverinfo="skip",
        )  # fmt: skip
        if has_limits:
            style.add_intervals(chart, rows, range(len(bands)), xaxis=axis_name)
        ends = rows["upper"] if has_limits else rows[value]
        chart.points(
            x=[e if e is not None else v or 0
               for e, v in zip(style.coordinates(ends), drawn, strict=True)],
            y=list(range(len(bands))), xaxis=axis_name, mode="text", hoverinfo="skip",
            text=[f" {t}" for t in texts], textposition="middle right", cliponaxis=False,
            textfont={"size": style.SMALL},
        )  # fmt: skip
        chart.annotate(
            x=0, xref=f"{axis_name} domain", y=1, yref="paper", xanchor="left",
            yanchor="bottom", text=style.bold(name), font={"size": style.SIZE},
        )  # fmt: skip
    return chart


def priorities(
    table: pd.DataFrame,
    *,
    criteria: Sequence[str] = ("volume", "harm", "trend", "peers", "concentration", "concern"),
    label: str = "priority",
) -> Plot | None:
    """Priorities in the table's order; the area of a dot is how much a criterion speaks for it.

    `table`: `label`, score and one column per criterion, all from 0 to 1; a status other than 'ok'
    where there is no place: '–' stands for the score.
    """
    criteria = [c for c in criteria if c in table]
    columns = [*criteria, "score"]
    if not criteria or not any(style.is_shown(v) for v in table["score"]):
        return None
    labels = [style.wrap(present.capital(str(t)), 20) for t in table[label]]
    rows = table.to_dict("records")
    points = [(c, i, r[name]) for i, r in enumerate(rows) for c, name in enumerate(criteria)]
    points = [(c, i, v) for c, i, v in points if style.is_shown(v)]
    chart = style.figure(
        style.row_height(labels, 40) + 16,
        xaxis={"side": "top", "tickvals": list(range(len(columns))),
               "ticktext": [style.inert(present.capital(c.replace("_", " ")), 20) for c in columns],
               "range": [-0.6, len(columns) - 0.4], "showgrid": False,
               "tickfont": {"size": style.SMALL, "color": style.INK}},
        yaxis={**style.row_axis(labels), "showgrid": True},
    )  # fmt: skip
    chart.points(
        x=[c for c, _, _ in points],
        y=[i for _, i, _ in points],
        mode="markers",
        marker={
            "size": [round(4 + 24 * max(float(v), 0) ** 0.5, 1) for _, _, v in points],
            "color": style.OWN,
            "opacity": 1,
        },
        hoverinfo="skip",
    )
    chart.points(
        x=[len(criteria)] * len(rows), y=list(range(len(rows))), mode="text", hoverinfo="skip",
        text=[
            style.bold(present.number(r["score"], 2)) if r.get("status", "ok") == "ok" else "–"
            for r in rows
        ],
    )  # fmt: skip
    return chart
