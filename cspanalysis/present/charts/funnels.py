"""The funnel: rates against residents, inside what chance and usual differences explain."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

#: From so many areas on points are small, and the own one lies on top.
CROWD = 40
#: So many areas outside the funnel are named; the rest is in the table beneath.
NAMED = 5


def funnel(table: pd.DataFrame, lines: pd.DataFrame | None = None) -> Plot | None:
    """Areas by residents and rate with the limits they are expected to keep to.

    `table`: area, is_own, population, rate, limit_lower, limit_upper, verdict, baseline_rate.
    `lines`: population, limit_lower, limit_upper, limit_lower_998, limit_upper_998 for the curves;
    default: the limits at the areas themselves.
    """
    known = table[table["rate"].notna() & table["population"].notna()]
    if known.empty:
        return None
    is_crowd = len(known) > CROWD
    if is_crowd and "is_own" in known:
        known = known.sort_values("is_own", kind="stable", ignore_index=True)
    is_large = known["population"].max() >= 1_000_000  # 'g' would write 1e+6
    curves = (lines if lines is not None else known).sort_values("population", kind="stable")
    width = known["population"].max() - known["population"].min()
    chart = style.figure(
        360,
        xaxis={"title": {"text": "residents"}, "tickformat": ",d" if is_large else ",~g",
               "nticks": 5, "showgrid": False,
               "range": [style.coordinate(max(known["population"].min() - width * 0.15, 0)),
                         style.coordinate(known["population"].max() + width * 0.15)]},
        yaxis={"tickformat": ",~g", "nticks": 6},
        margin={"t": 26},
    )  # fmt: skip
    for columns, dash in ((("limit_lower", "limit_upper"), "solid"),
                          (("limit_lower_998", "limit_upper_998"), "dash")):  # fmt: skip
        for column in columns:
            if column in curves and curves[column].notna().any():
                chart.points(
                    x=style.coordinates(curves["population"]),
                    y=style.coordinates(curves[column]),
                    mode="lines", hoverinfo="skip",
                    line={"color": style.SOFT, "width": 1.5, "dash": dash},
                )  # fmt: skip
    own = style.is_own(known)
    chart.points(
        x=style.coordinates(known["population"]),
        y=style.coordinates(known["rate"]),
        mode="markers",
        marker={
            "opacity": 1,
            "size": [12 if o else 6 if is_crowd else 9 for o in own],
            "color": [style.OWN if o else style.OTHER for o in own],
            "line": {"color": [style.OWN if o else style.SOFT for o in own], "width": 1},
        },
        hoverinfo="skip",
    )
    distance = (known["rate"] - known["baseline_rate"]).abs() if "baseline_rate" in known else None
    outside = known["verdict"].isin(["lower", "higher"])
    candidates = known[outside & ~pd.Series(own, index=known.index)]
    if distance is not None:
        candidates = candidates.loc[distance[candidates.index].sort_values(ascending=False).index]
    named = pd.concat([known[own], candidates.head(NAMED)])
    for row, side in _sides(named, known):
        name = style.wrap(row["area"], 24, lines=1)
        chart.annotate(
            x=style.coordinate(row["population"]), y=style.coordinate(row["rate"]),
            text=style.bold(name) if row.get("is_own") is True else name,
            xanchor=side, xshift=9 if side == "left" else -9, name=style.POINT,
        )  # fmt: skip
    chart.annotate(
        x=0, xref="paper", y=1, yref="paper", xanchor="left", yanchor="bottom",
        text="expected range: 95% (solid), 99.8% (dashed)", name=style.KEY,
    )  # fmt: skip
    return chart


def _sides(named: pd.DataFrame, known: pd.DataFrame) -> list[tuple[dict[str, Any], str]]:
    # Each name goes to the side where it meets neither a point nor a name placed before it, the
    # own area first; a name without room is left to the table, but for the own area's.
    if named.empty:
        return []
    middle = (known["population"].min() + known["population"].max()) / 2
    wide = max(float(known["population"].max() - known["population"].min()), 1.0)
    tall = max(float(known["rate"].max() - known["rate"].min()), 1e-9)
    points = list(zip(known["population"], known["rate"], strict=True))
    placed: list[tuple[dict[str, Any], str]] = []
    for row in named.to_dict("records"):
        preferred = "right" if row["population"] > middle else "left"
        sides = (preferred, "left" if preferred == "right" else "right")
        free = [side for side in sides if not _meets(row, side, points, placed, wide, tall)]
        if free or row.get("is_own") is True:
            placed.append((row, (free or sides)[0]))
    return placed


def _meets(row: dict[str, Any], side: str, points: list, placed: list, wide: float, tall: float):
    """Whether a name beside its point runs over another point or another name."""
    # A letter takes about a hundredth of the width; text anchored left runs to the right.
    reach = wide * 0.013 * (min(len(str(row["area"])), 24) + 2)
    sign = 1 if side == "left" else -1
    over_point = any(
        0 < sign * (x - row["population"]) < reach and abs(y - row["rate"]) < tall * 0.05
        for x, y in points
    )
    over_name = any(
        other == side
        and abs(row["rate"] - there["rate"]) < tall * 0.07
        and abs(row["population"] - there["population"]) < wide * 0.5
        for there, other in placed
    )
    return over_point or over_name
