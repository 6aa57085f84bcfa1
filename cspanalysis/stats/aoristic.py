"""Aoristic profile: offences known only to lie between two times, spread over the hours between.

Burglary and vehicle crime are found hours later. Each event weighs 1 in all, shared among the
hours of the week in proportion to their overlap with its window (Ratcliffe and McCullagh 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

#: A window longer than a week says nothing about the hour of the week.
MAX_HOURS = 168


@dataclass(frozen=True)
class AoristicProfile:
    """Weights by hour of the week and the account of what could not be used.

    Parameters
    ----------
    table : pandas.DataFrame
        168 rows: weekday (0 = Monday), hour, weight, share. Weights sum to `usable`.
    usable : int
        Events in the profile.
    point_events : int
        Of these, events without an end (or ending as they start): whole weight to the start hour.
    no_start, set_aside_reversed, set_aside_long : int
        Events without a usable start, with the end before the start, and with a window over the
        longest allowed.
    """

    table: pd.DataFrame
    usable: int
    point_events: int
    no_start: int
    set_aside_reversed: int
    set_aside_long: int


def profile(
    incidents: pd.DataFrame,
    *,
    start: str = "start",
    end: str = "end",
    max_hours: float = MAX_HOURS,
) -> AoristicProfile:
    """Aoristic weights by weekday and hour.

    Parameters
    ----------
    incidents : pandas.DataFrame
        Start and end as local clock times (end may be missing); optional has_time and has_end_time
        (False: the start, or end, has no usable time of day). An end without time is no end: which
        hours of its day belong to the window is not known.
    max_hours : float
        Longest window used, 168 or fewer.

    Returns
    -------
    AoristicProfile

    Raises
    ------
    ValueError
        If `max_hours` exceeds a week.
    """
    if not 0 < max_hours <= MAX_HOURS:
        raise ValueError("max_hours must lie between 0 and 168")
    first, last = pd.to_datetime(incidents[start]), pd.to_datetime(incidents[end])
    if "has_end_time" in incidents:
        last = last.where(incidents["has_end_time"].fillna(False).astype(bool))
    has_start = first.notna()
    if "has_time" in incidents:
        has_start &= incidents["has_time"].fillna(False).astype(bool)
    is_reversed = has_start & (last < first)
    is_long = has_start & (last - first > pd.Timedelta(hours=max_hours))
    is_used = has_start & ~is_reversed & ~is_long
    first, last = first[is_used], last[is_used]
    # A window without length, or without end, belongs to the hour in which it starts.
    is_point = (last.isna() | (last == first)).to_numpy()
    begin = first.dt.normalize()
    monday = begin - pd.to_timedelta(begin.dt.day_of_week, unit="D")
    low = ((first - monday) / pd.Timedelta(hours=1)).to_numpy(dtype=float)
    length = ((last - first) / pd.Timedelta(hours=1)).to_numpy(dtype=float)
    weight = np.bincount(np.floor(low[is_point]).astype(int), minlength=168)[:168].astype(float)
    low, length = low[~is_point], length[~is_point]
    # Two weeks of hours hold every window that starts in the first and lasts a week at most.
    for hour in range(2 * 168):
        overlap = np.minimum(low + length, hour + 1) - np.maximum(low, hour)
        weight[hour % 168] += (np.maximum(overlap, 0) / length).sum()
    usable = int(is_used.sum())
    weekday, hours = np.divmod(np.arange(168), 24)
    return AoristicProfile(
        table=pd.DataFrame(
            {
                "weekday": weekday,
                "hour": hours,
                "weight": weight,
                "share": weight / usable if usable else np.nan,
            }
        ),
        usable=usable,
        point_events=int(is_point.sum()),
        no_start=int((~has_start).sum()),
        set_aside_reversed=int(is_reversed.sum()),
        set_aside_long=int(is_long.sum()),
    )
