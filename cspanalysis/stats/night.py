"""Night-time economy violence: no national definition exists, so ours is a set of parameters.

Times are the clock's local times as recorded and are never shifted: on the night the clocks go
back the hour from 01:00 happens twice and holds both, when they go forward it is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis.domain import offences, premises

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Core:
    """A narrower window of nights and hours, such as Friday and Saturday 20:00 to 04:00.

    Parameters
    ----------
    days : tuple of str
        Names of the weekdays on whose evening the night begins.
    start, end : str
        'HH:MM'; the start is inside, the end outside.
    """

    days: tuple[str, ...] = ("Friday", "Saturday")
    start: str = "20:00"
    end: str = "04:00"

    @property
    def definition(self) -> str:
        """The window in words."""
        nights = " and ".join(self.days)
        return f"{nights} nights, {self.start} to {_minute_before(self.end)}"


@dataclass(frozen=True)
class NightTime:
    """What counts as night-time economy violence.

    Parameters
    ----------
    start, end : str
        'HH:MM' by the clock: the start is inside, the end outside.
    offences : tuple of str
        Offences of the taxonomy among which it is sought.
    premises : tuple of str
        Kinds of premises that count, or a force's own labels; empty means any.
    exclude_domestic : bool
        Leave out records flagged as domestic. A missing flag counts as not domestic.
    town_centres : tuple of str
        Names of towns whose centres count as town centre; empty means every flagged one.
    core_days : tuple of str
        Weekdays of a narrower second window; empty means there is none.
    core_start, core_end : str
        Hours of that window.
    second : mapping or None
        Parameters in which a second definition differs from this one.
    """

    start: str = "18:00"
    end: str = "06:00"
    offences: tuple[str, ...] = ("violence against the person",)
    premises: tuple[str, ...] = ("public place", "licensed premises")
    exclude_domestic: bool = True
    town_centres: tuple[str, ...] = ()
    core_days: tuple[str, ...] = ("Friday", "Saturday")
    core_start: str = "20:00"
    core_end: str = "04:00"
    second: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        for time in (self.start, self.end, self.core_start, self.core_end):
            _minutes(time)
        unknown = set(self.core_days) - set(DAYS)
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))} is no day; allowed: {', '.join(DAYS)}")

    @property
    def core(self) -> Core | None:
        """The narrower window, if there is one."""
        if not self.core_days:
            return None
        return Core(self.core_days, self.core_start, self.core_end)

    @property
    def second_definition(self) -> NightTime | None:
        """The second definition in full, if the settings name one."""
        if not self.second:
            return None
        changes = {k: tuple(v) if isinstance(v, list) else v for k, v in self.second.items()}
        return replace(self, **{"second": None, **changes})

    @property
    def definition(self) -> str:
        """The definition in words, to be printed beside the figure."""
        where = f", place recorded as {' or '.join(self.premises)}" if self.premises else ""
        domestic = ", domestic incidents left out" if self.exclude_domestic else ""
        return (
            f"Night-time economy violence here is {' or '.join(self.offences)} that began between "
            f"{self.start} and {_minute_before(self.end)}{where}{domestic}. A night belongs to the "
            f"date on which it began. There is no national definition."
        )


def classify(incidents: pd.DataFrame, definition: NightTime) -> pd.DataFrame:
    """Mark which incidents the definition counts.

    Parameters
    ----------
    incidents : pandas.DataFrame
        start (datetime; missing allowed), and as far as the definition uses them offence,
        premises, is_domestic, is_town_centre (nullable), town; optional has_time (whether the
        time of `start` is usable).

    Returns
    -------
    pandas.DataFrame
        The table with has_time, hour (0-23, missing without a usable time), night (the date of
        the evening the night began), night_weekday (0 = Monday), is_night_time,
        has_strange_premises (it would count but for a label of premises that is not known),
        is_core, is_town_centre_night.
    """
    start = pd.to_datetime(incidents["start"])
    has_time = start.notna()
    if "has_time" in incidents:
        has_time &= incidents["has_time"].fillna(False).astype(bool)
    minute = (start.dt.hour * 60 + start.dt.minute).where(has_time)
    # Up to the end of the night an hour belongs to the evening before: 02:00 on Sunday is Saturday.
    is_small_hours = minute < _night_ends(definition)
    night = start.dt.normalize() - pd.to_timedelta(is_small_hours.astype(int), unit="D")
    night = night.where(has_time)
    counts = has_time & _within(minute, definition.start, definition.end)
    if "offence" in incidents:
        counts &= incidents["offence"].isin(offences.named(definition.offences))
    if definition.exclude_domestic and "is_domestic" in incidents:
        counts &= ~incidents["is_domestic"].fillna(False).astype(bool)
    is_strange = pd.Series(False, index=incidents.index)
    if definition.premises:
        labels = incidents["premises"].dropna().unique()
        wanted = [text for text in labels if premises.is_one_of(text, definition.premises)]
        strange = premises.unknown(labels, definition.premises)
        is_strange = counts & incidents["premises"].isin(strange)
        counts &= incidents["premises"].isin(wanted)
    weekday = night.dt.day_of_week
    in_core = pd.Series(False, index=incidents.index)
    if definition.core is not None:
        wanted = [DAYS.index(day) for day in definition.core.days]
        in_core = weekday.isin(wanted) & _within(minute, definition.core_start, definition.core_end)
    return incidents.assign(
        has_time=has_time,
        hour=start.dt.hour.where(has_time).astype("Int64"),
        night=night,
        night_weekday=weekday.astype("Int64"),
        is_night_time=counts,
        has_strange_premises=is_strange,
        is_core=counts & in_core,
        is_town_centre_night=counts & _in_town_centre(incidents, definition),
    )


def summary(classified: pd.DataFrame, definition: NightTime) -> pd.DataFrame:
    """One row: the count, what could not be judged, and the count under a second definition.

    Returns
    -------
    pandas.DataFrame
        count, total (records of the definition's offences), untimed and share_untimed (without a
        usable time), midnight_exact (start at 00:00 exactly, often a default), second_count,
        second_definition, in_town_centre, share_town_centre, definition. Without a second
        definition the core window serves as one.
    """
    second = definition.second_definition
    relevant = classified
    if "offence" in classified:
        relevant = classified[classified["offence"].isin(offences.named(definition.offences))]
    total, count = len(relevant), int(classified["is_night_time"].sum())
    untimed = int((~relevant["has_time"]).sum())
    start = pd.to_datetime(relevant["start"])
    at_midnight = start.eq(start.dt.normalize()) & relevant["has_time"]
    in_centre = int(classified["is_town_centre_night"].sum())
    if second is not None:
        second_count = int(classify(classified, second)["is_night_time"].sum())
        second_words = second.definition
    elif definition.core is not None:
        second_count = int(classified["is_core"].sum())
        second_words = definition.core.definition
    else:
        second_count, second_words = None, ""
    row = {
        "count": count,
        "total": total,
        "untimed": untimed,
        "share_untimed": untimed / total if total else np.nan,
        "midnight_exact": int(at_midnight.sum()),
        "second_count": second_count,
        "in_town_centre": in_centre,
        "share_town_centre": in_centre / count if count else np.nan,
        "definition": definition.definition,
        "second_definition": second_words,
        "status": "ok" if total else "not_available",
    }
    return pd.DataFrame([row])


def week(classified: pd.DataFrame, *, mask: pd.Series | None = None) -> pd.DataFrame:
    """Incidents by weekday and hour of the clock.

    Parameters
    ----------
    mask : pandas.Series of bool, optional
        Which rows count; default: all with a usable time.

    Returns
    -------
    pandas.DataFrame
        168 rows: weekday (0 = Monday, the calendar day), hour, night_weekday (0 = Monday, the day
        whose evening it belongs to when nights end at 06:00), count, total, share.
    """
    rows = classified[classified["has_time"]]
    if mask is not None:
        rows = rows[mask.reindex(rows.index, fill_value=False)]
    start = pd.to_datetime(rows["start"])
    slot = (start.dt.day_of_week * 24 + start.dt.hour).to_numpy(dtype=int)
    count = np.bincount(slot, minlength=168)
    weekday, hour = np.divmod(np.arange(168), 24)
    total = int(count.sum())
    return pd.DataFrame(
        {
            "weekday": weekday,
            "hour": hour,
            "night_weekday": (weekday - (hour < 6)) % 7,
            "count": count,
            "total": total,
            "share": count / total if total else np.nan,
        }
    )


def _night_ends(definition: NightTime) -> int:
    """Minute of the day up to which a time belongs to the evening before."""
    start, end = _minutes(definition.start), _minutes(definition.end)
    return end if end <= start else 0


def _within(minute: pd.Series, start: str, end: str) -> pd.Series:
    first, last = _minutes(start), _minutes(end)
    if first < last:
        return (minute >= first) & (minute < last)
    return (minute >= first) | (minute < last)


def _minutes(time: str) -> int:
    hours, _, minutes = str(time).partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise ValueError(f"'{time}' is no time of day; write it like '18:00'")
    return int(hours) * 60 + int(minutes)


def _minute_before(time: str) -> str:
    hours, minutes = divmod((_minutes(time) - 1) % 1440, 60)
    return f"{hours:02d}:{minutes:02d}"


def _in_town_centre(incidents: pd.DataFrame, definition: NightTime) -> pd.Series:
    if "is_town_centre" not in incidents:
        return pd.Series(False, index=incidents.index)
    inside = incidents["is_town_centre"].fillna(False).astype(bool)
    if definition.town_centres:
        inside &= incidents["town"].isin(definition.town_centres)
    return inside
