"""Road collisions with injury and their casualties, in the layout of the STATS19 open files."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tools.sample.constants import MONTHS, OWN, areas, months_of, residents
from tools.sample.draw import Draw, spread
from tools.sample.files import write_csv
from tools.sample.places import Pick

COLLISIONS = (
    "Accident_Index",
    "Location_Easting_OSGR",
    "Location_Northing_OSGR",
    "Longitude",
    "Latitude",
    "Police_Force",
    "Accident_Severity",
    "Number_of_Vehicles",
    "Number_of_Casualties",
    "Date",
    "Day_of_Week",
    "Time",
    "Local_Authority_(District)",
    "Local_Authority_(Highway)",
    "1st_Road_Class",
    "1st_Road_Number",
    "Road_Type",
    "Speed_limit",
    "Junction_Detail",
    "Junction_Control",
    "2nd_Road_Class",
    "2nd_Road_Number",
    "Pedestrian_Crossing-Human_Control",
    "Pedestrian_Crossing-Physical_Facilities",
    "Light_Conditions",
    "Weather_Conditions",
    "Road_Surface_Conditions",
    "Special_Conditions_at_Site",
    "Carriageway_Hazards",
    "Urban_or_Rural_Area",
    "Did_Police_Officer_Attend_Scene_of_Accident",
    "LSOA_of_Accident_Location",
)
CASUALTIES = (
    "Accident_Index",
    "Vehicle_Reference",
    "Casualty_Reference",
    "Casualty_Class",
    "Sex_of_Casualty",
    "Age_of_Casualty",
    "Age_Band_of_Casualty",
    "Casualty_Severity",
    "Pedestrian_Location",
    "Pedestrian_Movement",
    "Car_Passenger",
    "Bus_or_Coach_Passenger",
    "Pedestrian_Road_Maintenance_Worker",
    "Casualty_Type",
    "Casualty_Home_Area_Type",
)
#: Codes of the layout: Kent Police, Tonbridge and Malling, Kent as highway authority.
FORCE, DISTRICT, HIGHWAY = 46, 542, "E10000016"

#: Collisions by financial year from 2004/05; 2006/07 above the year before, as printed.
BY_YEAR = (508, 489, 521, 497)

#: Crashes with a casualty under 18: 74 in 2005 and 95 in 2006, as printed.
UNDER_18 = {
    "2004-04/2004-12": 56,
    "2005-01/2005-12": 74,
    "2006-01/2006-12": 95,
    "2007-01/2007-12": 88,
    "2008-01/2008-03": 19,
}

#: Collisions per 1,000 residents in the other districts of Kent, lowest first, in the order of the
#: areas: one is above the own area's 4.6, so that it has the second highest density.
_OTHERS = (3.4, 3.7, 3.1, 3.9, 3.3, 4.0, 5.1, 3.6, 2.9, 4.2, 3.5)

_SEVERITY = Pick({1: 1.5, 2: 12.5, 3: 86})
_HOURS = Pick(
    dict(enumerate((1, 1, 1, 1, 1, 1, 3, 7, 9, 5, 4, 5, 5, 5, 5, 7, 8, 9, 7, 5, 4, 3, 3, 2)))
)
_LIMIT = Pick({30: 52, 40: 13, 50: 6, 60: 19, 70: 10})
_CASUALTIES = Pick({1: 74, 2: 18, 3: 6, 4: 2})
_TYPE = Pick({9: 62, 0: 14, 1: 10, 3: 8, 11: 3, 19: 3})
_BANDS = (5, 10, 15, 20, 25, 35, 45, 55, 65, 75)


@functools.cache
def collisions() -> tuple[tuple[date, float, bool], ...]:
    """Date, a drawn number and whether a casualty was under 18, of every collision by date."""
    draw = Draw("collisions")
    months = []
    for i, total in enumerate(BY_YEAR):
        over = MONTHS[i * 12 : i * 12 + 12]
        for month, part in zip(over, spread(total, 8 + draw.uniform(12)), strict=True):
            months += [month] * part
    young = set()
    for period, count in UNDER_18.items():
        inside = [i for i, month in enumerate(months) if month in months_of(period)]
        young |= set(draw.some(inside, count).tolist())
    u = draw.uniform(len(months) * 2).reshape(-1, 2).tolist()
    found = [
        (date(int(m[:4]), int(m[5:]), int(a * 28) + 1), b, i in young)
        for i, (m, (a, b)) in enumerate(zip(months, u, strict=True))
    ]
    return tuple(sorted(found))


def rows() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The rows of both files: collisions and casualties."""
    draw = Draw("collision details")
    crashes, people = [], []
    for number, (day, _, is_young) in enumerate(collisions(), start=1):
        u = draw.uniform(16).tolist()
        index = f"{day.year}46{number:07d}"
        hurt = _CASUALTIES(u[0])
        severity = _SEVERITY(u[1])
        hour = _HOURS(u[2])
        is_dark, is_wet = not 7 <= hour < 18, u[3] < 0.28
        limit = _LIMIT(u[4])
        easting, northing = 558000 + int(u[5] * 14000), 146000 + int(u[6] * 15000)
        crashes.append(
            (
                *(index, easting, northing),
                f"{0.274 + (easting - 559000) / 69900:.6f}",
                f"{51.195 + (northing - 146500) / 111250:.6f}",
                *(FORCE, severity, 1 if u[7] < 0.32 else 2, hurt),
                *(f"{day:%d/%m/%Y}", day.isoweekday() % 7 + 1, f"{hour:02d}:{int(u[8] * 60):02d}"),
                *(DISTRICT, HIGHWAY),
                *(3 if limit < 70 else 1, int(u[9] * 300) + 20, 6 if limit < 70 else 3, limit),
                *(3 if u[10] < 0.4 else 0, 4 if u[10] < 0.4 else -1, 6 if u[10] < 0.4 else -1, 0),
                *(0, 0, 4 if is_dark else 1, 2 if is_wet else 1, 2 if is_wet else 1, 0, 0),
                *(1 if limit <= 40 else 2, 1, ""),
            )
        )
        for k in range(hurt):
            a, b, c, d = draw.uniform(4).tolist()
            age = int(a * 18) if is_young and k == 0 else 18 + int(a**1.4 * 68)
            if a > 0.985 and not is_young:
                age = -1
            band = -1 if age < 0 else 1 + sum(age > edge for edge in _BANDS)
            kind = 0 if is_young and k == 0 and b < 0.35 else _TYPE(c)
            walks = kind == 0
            people.append(
                (
                    *(index, 1, k + 1, 3 if walks else (1 if k == 0 and age >= 17 else 2)),
                    *(1 if d < 0.57 else 2, age, band, severity if k == 0 else 3),
                    *(5 if walks else 0, 1 if walks else 0),
                    *(0 if walks or k == 0 else 1, 0, 0, kind, 1),
                )
            )
    return crashes, people


def count(area: str, period: str) -> int | None:
    """Collisions of a district of Kent over a period; None for areas outside Kent."""
    over = set(months_of(period))
    own = sum(day.isoformat()[:7] in over for day, _, _ in collisions())
    if area == OWN:
        return own
    others = [a for a, groups in areas().items() if "county" in groups and a != OWN]
    if area not in others:
        return None
    per_year = _OTHERS[others.index(area)] * residents()[area] / 1000
    return round(per_year * own / (sum(BY_YEAR) / len(BY_YEAR)))


def write(directory: Path) -> Iterator[Path]:
    """Write `stats19`: collisions and casualties; gives the paths."""
    crashes, people = rows()
    note = "Drawn; only the counts of crashes with a casualty under 18 are printed figures."
    for name, header, table in (
        ("accidents", COLLISIONS, crashes),
        ("casualties", CASUALTIES, people),
    ):
        yield write_csv(
            directory / "stats19" / f"{name}_2004-2008.csv.gz",
            header,
            table,
            title=f"Road collisions with injury, {OWN}, April 2004 to March 2008: {name}",
            note=note,
        )
