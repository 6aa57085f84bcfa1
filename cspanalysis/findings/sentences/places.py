"""Where and at what hours?"""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import first, shown

#: A night belongs to the day on which it begins; hours before this one to the evening before.
FIRST_HOUR = 6


def places(table: pd.DataFrame, *, subject: str, label: str = "place") -> Said:
    """The place with the most cases, and the share of the top five.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per place, most first: `label`, count, share (0 to 1) and total of all cases;
        optional is_generic (a label that stands for many places) and, the same on every row,
        share_top_5.
    subject : str
        What happened there: 'purse dipping'.
    """
    rows = shown(table, "count").sort_values("count", ascending=False, kind="stable")
    rows = rows[rows["count"] > 0]
    if rows.empty:
        return cannot(subject, first(table), "place")
    generic = rows["is_generic"].eq(True) if "is_generic" in rows else rows["count"].lt(0)
    single = rows[~generic]
    total = rows["total"].iloc[0] if "total" in rows else None
    parts = []
    values = {}
    if not single.empty:
        lead = single.iloc[0]
        tied = single[single["count"] == lead["count"]]
        values = {"count": lead["count"]}
        of = f" of {present.count(total)}" if total is not None else ""
        cases = f"{present.count(lead['count'])}{of}"
        if len(tied) > 3:
            parts.append(
                f"No single place stands out for {subject}: {len(tied)} places share the first "
                f"place with {cases} each."
            )
        elif len(tied) > 1:
            names = present.listed(present.shorten(n, 60) for n in tied[label])
            parts.append(f"{names} had the most {subject}, {cases} each.")
        else:
            values |= {"share": lead["share"]} if "share" in lead else {}
            share = f" ({present.share(lead['share'])})" if "share" in lead else ""
            name = present.shorten(lead[label], 60)
            parts.append(f"{name} had the most {subject}: {cases}{share}.")
    if "share_top_5" in rows and len(rows) >= 5:
        top_five = present.share(rows["share_top_5"].iloc[0])
        parts.append(f"The five places with the most hold {top_five} of all cases.")
    if generic.any():
        names = [f"'{present.shorten(n, 60)}'" for n in rows.loc[generic, label].head(3)]
        verb = "is a label" if generic.sum() == 1 else "are labels"
        parts.append(f"{present.listed(names)} {verb} that can stand for many places.")
    return Said(" ".join(parts), values=values)


def hours(table: pd.DataFrame, *, subject: str) -> Said:
    """The busiest hour of the week and the share of Friday and Saturday nights.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per hour of the week: weekday (0 is Monday, of the clock), hour, count.
    subject : str
        What is counted.
    """
    rows = shown(table, "count")
    total = rows["count"].sum()
    if rows.empty or total == 0:
        return cannot(subject, {**first(table), "status": "too_few"}, "hour")
    best = rows[rows["count"] == rows["count"].max()]
    parts = []
    if len(best) <= 2:
        names = [_hour_of_week(int(r.weekday), int(r.hour)) for r in best.itertuples()]
        noun = "hour of the week was" if len(names) == 1 else "hours of the week were"
        each = " each" if len(names) > 1 else ""
        top = present.count(best["count"].iloc[0])
        parts.append(
            f"The busiest {noun} {present.listed(names)}, with {top} of "
            f"{present.count(total)}{each}."
        )
    else:
        parts.append(f"No single hour of the week stands out for {subject}.")
    weekday = (rows["weekday"] - (rows["hour"] < FIRST_HOUR)) % 7
    is_night = (rows["hour"] >= 18) | (rows["hour"] < FIRST_HOUR)
    part = rows.loc[weekday.isin([4, 5]) & is_night, "count"].sum() / total
    parts.append(
        f"Friday and Saturday nights (18:00 to 05:59) hold {present.share(part)} of {subject}."
    )
    return Said(" ".join(parts), values={"count": total, "share": part})


def _hour_of_week(weekday: int, hour: int) -> str:
    """An hour by the clock, and the night it belongs to where that began the day before."""
    name = f"{present.WEEKDAYS[weekday]} {present.hours(hour, hour)}"
    return name if hour >= FIRST_HOUR else f"{name} ({present.WEEKDAYS[weekday - 1]} night)"
