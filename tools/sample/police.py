"""The police extract of the sample: one row per recorded crime, in a force's own layout."""

from __future__ import annotations

import calendar
import functools
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from tools.sample import details, places, roles
from tools.sample.constants import OWN, financial_year
from tools.sample.draw import Draw
from tools.sample.files import write_csv
from tools.sample.roles import VIOLENT, Crime

HEADER = (
    "Crime Ref",
    "Date Recorded",
    "From Date",
    "From Time",
    "To Date",
    "To Time",
    "Offence",
    "District",
    "Town",
    "Location",
    "Premises Type",
    "Town Centre",
    "DV",
    "Hate",
    "MO",
    "Property Stolen",
    "Property Damaged",
    "Custody",
    "Detected",
    "No Crime",
    "Victim Ref",
    "Victim Age",
    "Victim Sex",
    "Suspect Age",
)

#: What the force calls an offence, where it differs from the taxonomy.
LABELS = {
    "theft from vehicle": "Theft from motor vehicle",
    "theft of vehicle": "Theft of motor vehicle",
    "vehicle interference": "Vehicle interference and tampering",
    "harassment and public fear": "Harassment and public fear, alarm or distress",
    "other offences": "Other notifiable offences",
}

#: Rows that cannot be dated, as every real extract has some; they are beyond the table's counts.
UNDATED = ("31/09/2004", "30/02/2006", "00/00/0000", "31/11/2007")

_VICTIMLESS = ("drug offences", "shoplifting", "other offences", "fraud and forgery")
_WANTS_VICTIM = (*VIOLENT, "theft from the person", "burglary dwelling")


@functools.cache
def records() -> tuple[tuple[object, ...], ...]:
    """Every row of the extract as `HEADER` names its cells, by date recorded.

    The cells are dates, times and flags still; `write` turns them into the force's texts.
    """
    crimes = roles.crimes()
    width = 22
    drawn = Draw("records").uniform(len(crimes) * width).reshape(-1, width).tolist()
    days = {month: _days(month) for month in dict.fromkeys(c.month for c in crimes)}
    rows = [_row(c, u, days[c.month]) for c, u in zip(crimes, drawn, strict=True)]
    order = sorted(range(len(rows)), key=lambda i: (rows[i][1], rows[i][2], drawn[i][21]))
    rows = [rows[i] for i in order]
    _victims(rows, [crimes[i] for i in order])
    counter: dict[int, int] = defaultdict(int)
    for row in rows:
        counter[row[1].year] += 1
        row[0] = f"TM/{row[1].year}/{counter[row[1].year]:05d}"
    return tuple(tuple(row) for row in rows)


def _days(month: str) -> list[date]:
    year, number = int(month[:4]), int(month[5:])
    return [date(year, number, d + 1) for d in range(calendar.monthrange(year, number)[1])]


def _row(crime: Crime, u: list[float], days: list[date]) -> list[object]:
    premises, place = details.premises_and_place(crime, u[0:4])
    recorded, start, end = details.times(crime, premises, u[4:10], days)
    has_time = True
    if crime.role not in ("night", "day") and u[10] < 0.03:
        # Not noted, or keyed as midnight exactly because the form wants a time. Violence in public
        # is never keyed so: it would join the night-time count, which the table fixes.
        in_public = crime.offence in VIOLENT and premises not in ("DWELLING", "OTHER BLDG")
        has_time = u[10] < 0.02 and not in_public
        start = start.replace(hour=0, minute=0)
        end = None if not has_time else end
    in_town = crime.in_town_centre
    if crime.offence not in VIOLENT:
        in_town = place in places.TOWN_CENTRE or place in places.LICENSED
    age, sex = details.victim(crime, u[11:14])
    has_victim = crime.offence in _WANTS_VICTIM or crime.role == "purse" or u[14] < 0.3
    if crime.offence in _VICTIMLESS:
        has_victim = False
    detected = crime.is_detected or (not crime.is_hate and u[15] < details.detection_chance(crime))
    suspect = None
    if crime.is_youth and (u[13] >= 0.7 or u[17] < 0.4):
        suspect = 12 + int(u[16] * 6)
    elif detected and u[17] < 0.8:
        # Suspects under 18 of violence are the youth violence that is counted; no others.
        youngest = 18 if crime.offence in VIOLENT else 13
        suspect = youngest + int(u[16] ** 2 * 40)
    return [
        "",
        recorded,
        start,
        has_time,
        end,
        None,
        crime.offence,
        OWN,
        places.town_of(place),
        place,
        premises,
        in_town,
        crime.is_domestic,
        crime.is_hate,
        details.method(crime, u[18]),
        crime.stolen,
        crime.damaged,
        crime.in_custody,
        detected,
        False,
        None if has_victim else "",
        age if has_victim else None,
        sex if has_victim else "",
        suspect,
    ]


def _victims(rows: list[list[object]], crimes: list[Crime]) -> None:
    """Give victims a reference; nearly half the domestic incidents befall a recent victim."""
    u = Draw("victims").uniform(len(rows) * 2).reshape(-1, 2)
    recent: dict[str, tuple[date, object, object]] = {}
    for i, (row, crime) in enumerate(zip(rows, crimes, strict=True)):
        if row[20] is not None:
            continue
        row[20] = f"V{i:05d}"
        if not crime.is_domestic:
            continue
        recent = {who: k for who, k in recent.items() if row[1] - k[0] < timedelta(days=365)}
        # In the first months few victims are known, and not all of them come back.
        if u[i, 0] < 0.42 * min(1, len(recent) / 120):
            row[20] = list(recent)[int(u[i, 1] * len(recent))]
            _, row[21], row[22] = recent[row[20]]
        recent[row[20]] = (row[1], row[21], row[22])


def write(directory: Path) -> Iterator[Path]:
    """Write the four years of `police_extract`, one file per financial year; gives the paths."""
    years: dict[str, list[list[object]]] = defaultdict(list)
    for row in records():
        years[financial_year(row[1].isoformat()[:7])].append(_cells(row))
    for i, (year, rows) in enumerate(years.items()):
        undated = [f"TM/U/{i + 1:05d}", UNDATED[i], *[""] * 4, "Other theft", OWN, "", "", "STREET"]
        flags = [*"NNN", "", "", "", *"NNN", *[""] * 4]
        rows.insert(len(rows) // 2, [*undated, *flags])
        yield write_csv(
            directory / "police_extract" / f"crime_{year.replace('/', '-')}.csv.gz",
            HEADER,
            rows,
            title=f"Recorded crime extract, {OWN}, {year}",
            note="Drawn month by month from the constants in tools/sample; April 2006 to "
            "March 2008 add up to the figures printed in the strategy of 2008.",
        )


def _cells(row: tuple[object, ...]) -> list[object]:
    cells = list(row)
    start, has_time, end = cells[2], cells[3], cells[4]
    cells[1] = f"{cells[1]:%d/%m/%Y}"
    cells[2], cells[3] = _stamp(start, has_time)
    cells[4], cells[5] = _stamp(end, True) if end else ("", "")
    cells[6] = LABELS.get(cells[6], cells[6].capitalize())
    for i in (11, 12, 13, 17, 18, 19):
        cells[i] = "Y" if cells[i] else "N"
    return cells


def _stamp(moment: datetime, has_time: bool) -> tuple[str, str]:
    return f"{moment:%d/%m/%Y}", f"{moment:%H:%M}" if has_time else ""
