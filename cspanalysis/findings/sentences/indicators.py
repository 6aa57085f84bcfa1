"""Published health indicators beside England's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said, values_of
from cspanalysis.present.phrases import get

#: So many indicators are told in words; the table holds them all.
TOLD = 4
_AGAINST = {
    "lower": "lower than in England ({})",
    "higher": "higher than in England ({})",
    "similar": "not clearly different from England ({})",
}


def indicators(table: pd.DataFrame, *, area: str) -> Said:
    """Each indicator's newest value, its interval, and England's value.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per indicator and age: indicator, age, time_period, rate, lower, upper, england,
        verdict (lower, similar, higher; none without limits). A value not published is missing.
    area : str
        Its name.

    Returns
    -------
    Said
        The verdict where there is but one indicator, else 'none'.
    """
    known = table[table["rate"].notna()]
    absent = len(table) - len(known)
    if known.empty:
        return Said(
            f"No value of {area} is published for {_number(absent)}.",
            status="suppressed" if table["status"].eq("suppressed").any() else "not_available",
        )
    texts = [_sentence(row, area) for row in known.head(TOLD).to_dict("records")]
    if len(known) > TOLD:
        more = len(known) - TOLD
        verb = "is" if more == 1 else "are"
        texts.append(f"{present.capital(_number(more, 'further '))} {verb} in the table.")
    if absent:
        texts.append(f"For {_number(absent)} no value of {area} is published.")
    if len(known) > 1:
        return Said(" ".join(texts))
    row = known.iloc[0].to_dict()
    keep = {k: v for k, v in values_of(row).items() if k in ("rate", "lower", "upper")}
    return Said(" ".join(texts), verdict=row["verdict"], values=keep)


def _number(n: int, kind: str = "") -> str:
    return f"{present.in_words(n)} {kind}indicator{'' if n == 1 else 's'}"


def _sentence(row: Mapping[str, Any], area: str) -> str:
    name = present.shorten(row["indicator"], 120)
    text = f"{name} ({row['age'].lower()}, {row['time_period']}): "
    text += f"{present.rate(row['rate'])} in {area}"
    england = get(row, "england")
    if row["verdict"] in _AGAINST:
        limits = present.interval(row["lower"], row["upper"])
        against = _AGAINST[row["verdict"]].format(present.rate(england))
        return f"{text} (95% interval {limits}), {against}."
    if england is None:
        return f"{text}, published without an interval."
    return f"{text}, published without an interval; {present.rate(england)} in England."
