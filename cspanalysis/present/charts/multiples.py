"""Small charts side by side, one a thing, each to a scale of its own."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

#: Height of one small chart with its name and of the gap beneath, in pixels.
HEIGHT, GAP = 64, 44
#: So many stand in a row; a phone shows them too.
ACROSS = 2


def small_lines(table: pd.DataFrame, *, label: str) -> Plot | None:
    """Monthly counts of several things as small lines from 0, marked months as diamonds.

    Beside each name stands the count of the newest month.

    `table`: `label`, month 'YYYY-MM', count, is_signal.
    """
    names = list(dict.fromkeys(table[label]))
    months = sorted(set(table["month"]))
    if not names or not any(style.is_shown(v) for v in table["count"]):
        return None
    down = -(-len(names) // ACROSS)
    whole = down * (HEIGHT + GAP)
    chart = style.figure(whole + 16, margin={"l": 4, "r": 4, "t": 8, "b": 8})
    axes, notes, shapes = {}, [], []
    ends = [f"{present.short_month(int(m[5:]))} {m[:4]}" for m in (months[0], months[-1])]
    for i, name in enumerate(names):
        row, column = divmod(i, ACROSS)
        top = 1 - (row * (HEIGHT + GAP) + GAP / 2) / whole
        left, right = column * 0.52, column * 0.52 + 0.48
        n = str(i + 1) if i else ""
        of = table[table[label] == name].set_index("month").reindex(months)
        values = style.coordinates(of["count"])
        last = next((v for v in reversed(values) if v is not None), None)
        axes[f"xaxis{n}"] = {
            "domain": [left, right], "anchor": f"y{n}", "range": [-0.5, len(months) - 0.5],
            "showticklabels": False, "showgrid": False, "automargin": False,
        }  # fmt: skip
        foot = top - HEIGHT / whole
        axes[f"yaxis{n}"] = {
            "domain": [foot, top], "anchor": f"x{n}", "showticklabels": False, "showgrid": False,
            "range": [0, style.top_of(values) * 1.12 or 1], "automargin": False,
        }  # fmt: skip
        shapes.append(
            {"type": "line", "xref": "paper", "yref": "paper", "x0": left, "x1": right,
             "y0": foot, "y1": foot, "line": {"color": style.OTHER, "width": 1}}
        )  # fmt: skip
        if i + ACROSS >= len(names):
            notes += [
                {"x": x, "y": foot, "xref": "paper", "yref": "paper", "xanchor": side,
                 "yanchor": "top", "text": end, "font": {"size": style.SMALL, "color": style.SOFT}}
                for x, side, end in ((left, "left", ends[0]), (right, "right", ends[1]))
            ]  # fmt: skip
        at = list(range(len(months)))
        chart.points(
            x=at, y=values, xaxis=f"x{n}", yaxis=f"y{n}", mode="lines", connectgaps=False,
            line={"color": style.OWN, "width": 1.8}, hoverinfo="skip",
        )  # fmt: skip
        marked = [j for j in at if bool(of["is_signal"].fillna(False).iloc[j])]
        if marked:
            chart.points(
                x=marked, y=[values[j] for j in marked], xaxis=f"x{n}", yaxis=f"y{n}",
                mode="markers", hoverinfo="skip", cliponaxis=False,
                marker={"symbol": "diamond", "size": 9, "color": style.SIGNAL,
                        "line": {"color": style.INK, "width": 1}},
            )  # fmt: skip
        newest = "" if last is None else f" <b>{present.count(last)}</b>"
        notes.append(
            {"x": left, "y": top, "xref": "paper", "yref": "paper", "xanchor": "left",
             "yanchor": "bottom", "align": "left",
             "text": f"{style.wrap(present.capital(str(name)), 24)}{newest}"}
        )  # fmt: skip
    chart.arrange(annotations=notes, shapes=shapes, **axes)
    return chart
