"""At what hours and on which days offences most likely happen."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding, Said
from cspanalysis.present import charts
from cspanalysis.review.series import Series
from cspanalysis.stats import aoristic

#: Parts of the day, by their first hour.
PARTS = {
    0: "at night (00:00 to 05:59)",
    6: "in the morning (06:00 to 11:59)",
    12: "in the afternoon (12:00 to 17:59)",
    18: "in the evening (18:00 to 23:59)",
}


def hours(ask: Publication, crimes: Series, *, max_hours: float = aoristic.MAX_HOURS) -> Finding:
    """Hours and weekdays of records by aoristic weights, each spread over its from/to window.

    Raises
    ------
    NotAvailable
        If no record has a usable time.
    """
    found = aoristic.profile(crimes.rows, max_hours=max_hours)
    if not found.usable:
        raise NotAvailable("police_extract", "no record has a usable time")
    left = [
        f"{number:,} {why}"
        for number, why in (
            (found.no_start, "without a usable start"),
            (found.set_aside_reversed, "that end before they start"),
            (found.set_aside_long, f"with a window over {max_hours:g} hours"),
        )
        if number
    ]
    return ask.publish(
        found.table,
        role="when",
        series=crimes,
        wording=partial(hours_told, subject=crimes.subject),
        chart=partial(charts.heatmap, value="weight"),
        columns={"weekday": "Day", "hour": "Hour", "weight": "Offences", "share": "Share"},
        what=f"{crimes.subject} by weekday and hour, aoristic weights",
        when=f"{ask.period.label}; {charts.ROWS_KEY}",
        method="aoristic weights: hours of overlap divided by the window's length, one offence "
        f"counts once; {found.usable:,} of {len(crimes.rows):,} records used",
        notes=[f"Not used: {', '.join(left)}."] if left else (),
    )


def hours_told(table: pd.DataFrame, *, subject: str) -> Said:
    """In which part of the day, and on which day, offences most likely happened.

    `table`: 168 rows: weekday (0 = Monday), hour, weight; the weights sum to the offences used.
    `subject`: 'burglary of homes'.
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
            f" {present.WEEKDAYS[day]} has the largest share of the days, "
            f"{present.per_cent(100 * by_day[day] / total, 0)} (an even spread would give 14)."
        )
    else:
        text += " No day of the week stands out clearly."
    return Said(text, values={"count": round(total), "share": float(by_part[most] / total)})


def _stands_out(share: float, even: float, total: float) -> bool:
    # The largest of several shares is large by chance too: three standard errors, not two.
    return share - even > 3 * math.sqrt(even * (1 - even) / total)
