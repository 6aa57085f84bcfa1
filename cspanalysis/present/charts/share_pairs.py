"""Two shares of each answer beside each other, both with intervals."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.present.charts import style
from cspanalysis.present.charts.plot import Plot

#: How far the two marks of an answer lie above and below the middle of its row.
_OFFSET = 0.17


def share_pairs(table: pd.DataFrame, *, label: str, names: tuple[str, str]) -> Plot | None:
    """Shares of two rounds or areas: a hollow mark above a filled one, each with its interval.

    `table`: `label`, compare_share, compare_lower, compare_upper, share, lower, upper (all 0 to 1),
    optional decimals. `names`: what the hollow and the filled mark stand for.
    """
    pairs = {
        prefix: {c: _percents(table[f"{prefix}{c}"]) for c in ("share", "lower", "upper")}
        for prefix in ("compare_", "")
    }
    values = [v for pair in pairs.values() for v in (*pair["share"], *pair["upper"])]
    if all(v is None for v in pairs[""]["share"]):
        return None
    labels = [style.wrap(present.capital(str(t)), 26, 3) for t in table[label]]
    top = min(style.top_of(values) * 1.05, 100)
    chart = style.figure(
        style.row_height(labels, 56) + 20,
        xaxis={"range": [0, top * 1.2], **style.ticks(0, top, suffix="%")},
        yaxis=style.row_axis(labels),
        margin={"t": 28},
    )
    for prefix, shift, fill in (("compare_", -_OFFSET, "#FFFFFF"), ("", _OFFSET, style.OWN)):
        pair = pairs[prefix]
        at = [i + shift for i in range(len(table))]
        x, y = [], []
        for low, high, row in zip(pair["lower"], pair["upper"], at, strict=True):
            if low is not None and high is not None:
                x += [low, high, None]
                y += [row, row, None]
        chart.points(
            x=x, y=y, mode="lines", hoverinfo="skip",
            line={"color": style.OWN if not prefix else style.SOFT, "width": 2.5},
        )  # fmt: skip
        chart.points(
            x=pair["share"], y=at, mode="markers", hoverinfo="skip", cliponaxis=False,
            marker={"size": 10, "color": fill, "line": {"color": style.OWN, "width": 2}},
        )  # fmt: skip
        ends = [
            u if u is not None else v for u, v in zip(pair["upper"], pair["share"], strict=True)
        ]
        key = f"{prefix}share"
        texts = [
            present.cell(r[key], key, r) if style.is_shown(r[key]) else ""
            for r in table.to_dict("records")
        ]
        chart.points(
            x=ends, y=at, mode="text", textposition="middle right", cliponaxis=False,
            text=[f"  {t if prefix or not t else style.bold(t)}" for t in texts],
            textfont={"size": style.SMALL}, hoverinfo="skip", name=style.VALUE,
        )  # fmt: skip
    hollow, filled = (style.inert(n, 32) for n in names)
    chart.annotate(
        x=1, xref="paper", y=1, yref="paper", xanchor="right", yanchor="bottom",
        text=f"○ {hollow}   ● {filled}",
    )  # fmt: skip
    return chart


def _percents(shares: pd.Series) -> list[float | int | None]:
    return [style.coordinate(100 * v) if style.is_shown(v) else None for v in shares]
