"""Two series side by side before something began and since."""

from __future__ import annotations

import pandas as pd

from cspanalysis.present.charts import lines, style
from cspanalysis.present.charts.plot import Plot


def parallel_lines(table: pd.DataFrame) -> Plot | None:
    """Places of an action (dark) and their comparison at the same level (grey), start marked.

    `table`: month 'YYYY-MM', count, comparison, is_after.
    """
    table = table.sort_values("month", kind="stable")
    own, other = style.coordinates(table["count"]), style.coordinates(table["comparison"])
    if not any(v is not None for v in own):
        return None
    months = [f"{m}-01" for m in table["month"]]
    chart = lines.dated(months, right=100)
    top = style.top_of([v for v in (*own, *other) if v is not None])
    chart.arrange(yaxis={"range": [0, top * 1.12], "nticks": 5, "tickformat": ",~g"})
    for values, colour, width in ((other, style.OTHER, 2), (own, style.OWN, 2.5)):
        chart.points(
            x=months, y=values, mode="lines", line={"color": colour, "width": width},
            hovertemplate="%{x|%B %Y}: %{y:,.0f}<extra></extra>",
        )  # fmt: skip
    begun = [m for m, after in zip(months, table["is_after"], strict=True) if after]
    if begun:
        chart.shape(
            type="line", x0=begun[0], x1=begun[0], y0=0, y1=1, yref="paper",
            line={"color": style.INK, "width": 1.5, "dash": "dash"},
        )  # fmt: skip
    lines.corner(chart, "dark: places of the action   grey: comparison   dashed: start")
    return chart
