"""When things happened that nobody saw: hours from aoristic weights."""

from __future__ import annotations

import math

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said

#: Parts of the day, by their first hour.
PARTS = {
    0: "at night (00:00 to 05:59)",
    6: "in the morning (06:00 to 11:59)",
    12: "in the afternoon (12:00 to 17:59)",
    18: "in the evening (18:00 to 23:59)",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def likely_hours(table: pd.DataFrame, *, subject: str) -> Said:
    """In which part of the day, and on which day, offences most likely happened.

    Parameters
    ----------
    table : pandas.DataFrame
        168 rows: weekday (0 = Monday), hour, weight; the weights sum to the offences used.
    subject : str
        'burglary of dwellings'.
    """
    total = float(table["weight"].sum())
    part = (table["hour"] // 6 * 6).rename("part")
    by_part = table.groupby(part)["weight"].sum()
    by_day = table.groupby("weekday")["weight"].sum()
    most, day = int(by_part.idxmax()), int(by_day.idxmax())
    text = f"No part of the day stands out clearly for {subject}."
    if _stands_out(by_part[most] / total, 1 / 4, total):
        text = (
            f"About {present.per_cent(100 * by_part[most] / total, 0)} of {subject} most likely "
            f"happened {PARTS[most]}; an even spread would give 25 per cent."
        )
    if _stands_out(by_day[day] / total, 1 / 7, total):
        text += (
            f" {DAYS[day]} has the largest share of the days, "
            f"{present.per_cent(100 * by_day[day] / total, 0)} (an even spread would give 14)."
        )
    else:
        text += " No day of the week stands out clearly."
    return Said(text, values={"count": round(total), "share": float(by_part[most] / total)})


def _stands_out(share: float, even: float, total: float) -> bool:
    # The largest of several shares is large by chance too: three standard errors, not two.
    return share - even > 3 * math.sqrt(even * (1 - even) / total)
