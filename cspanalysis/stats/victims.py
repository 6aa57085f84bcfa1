"""Repeat victimisation: domestic repeats over rolling twelve months and MARAC repeats."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cspanalysis.domain.periods import Period
from cspanalysis.stats.measures import proportion

DOMESTIC_DEFINITION = (
    "A repeat victim has two or more recorded domestic incidents within the twelve months that end "
    "with the period; the share is of all victims with one or more."
)
MARAC_DEFINITION = (
    "A repeat referral concerns the same victim and perpetrator within twelve months of their last "
    "referral; the share is of all referrals in the period."
)


def domestic_repeat(
    incidents: pd.DataFrame,
    period: Period | str,
    *,
    victim: str = "victim_id",
    date: str = "recorded",
) -> pd.DataFrame:
    """Share of repeat victims among victims, rolling twelve months to the end of the period.

    Parameters
    ----------
    incidents : pandas.DataFrame
        One row per domestic incident: victim identifier (missing allowed) and date. Must reach
        back twelve months.

    Returns
    -------
    pandas.DataFrame
        One row: count (repeat victims), total (victims), share, lower, upper, confidence, method,
        unidentified (incidents without a victim identifier, which cannot be judged), first, last
        (days of the window), status, definition.
    """
    period = Period.parse(period)
    end = pd.Timestamp(period.end)
    start = pd.Timestamp(Period(period.last - 11, period.last).start)
    day = pd.to_datetime(incidents[date]).dt.normalize()
    inside = incidents[(day >= start) & (day <= end)]
    per_victim = inside[victim].dropna().value_counts()
    row = pd.DataFrame(
        {
            "count": [int((per_victim >= 2).sum())],
            "total": [len(per_victim)],
            "unidentified": [int(inside[victim].isna().sum())],
            "first": [start],
            "last": [end],
        }
    )
    return proportion(row).assign(definition=DOMESTIC_DEFINITION)


def marac_repeat(
    referrals: pd.DataFrame,
    period: Period | str,
    *,
    victim: str = "victim_id",
    perpetrator: str = "perpetrator_id",
    date: str = "referred",
) -> pd.DataFrame:
    """Share of referrals in a period that repeat the same pair's last within twelve months.

    Parameters
    ----------
    referrals : pandas.DataFrame
        One row per referral: victim, perpetrator, date; must reach back twelve months before the
        period. Referrals of the same pair on one day count once.

    Returns
    -------
    pandas.DataFrame
        One row as of `domestic_repeat`.
    """
    period = Period.parse(period)
    pairs = referrals.assign(day=pd.to_datetime(referrals[date]).dt.normalize())
    is_known = pairs[[victim, perpetrator]].notna().all(axis=1)
    known = pairs[is_known].drop_duplicates([victim, perpetrator, "day"]).sort_values("day")
    previous = known.groupby([victim, perpetrator])["day"].shift()
    # Twelve months by the calendar: 29 February counts to 28 February of the next year.
    is_repeat = known["day"] <= previous + pd.DateOffset(months=12)
    now = period.contains(known["day"])
    row = pd.DataFrame(
        {
            "count": [int((is_repeat & now).sum())],
            "total": [int(now.sum())],
            "unidentified": [int(np.sum(~is_known & period.contains(pairs["day"])))],
            "first": [pd.Timestamp(period.start)],
            "last": [pd.Timestamp(period.end)],
        }
    )
    return proportion(row).assign(definition=MARAC_DEFINITION)
