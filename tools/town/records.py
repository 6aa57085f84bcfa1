"""Records and yearly figures of others: fly-tipping, collisions, fires, searches, ASB powers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cspanalysis.domain.periods import Period
from tools.sample.draw import Draw
from tools.town import files, geography, levels, neighbours


def write(directory: Path) -> list[Path]:
    """Write them all."""
    return [_fly_tipping(directory), *_collisions(directory), _fires(directory),
            _searches(directory), *_asb_powers(directory)]  # fmt: skip


def _fly_tipping(directory: Path) -> Path:
    header = (
        "Year", "ONS Code", "LA Name", "Region", "Total Incidents", "Highway Incidents",
        "Council Land Incidents", "Mid population estimates", "Incidents per 1,000 people",
        "Reporting basis",
    )  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for start in range(2018, 2025):
        year, total = f"{start}-{(start + 1) % 100:02d}", 0
        for area in neighbours.AREAS:
            draw = Draw(f"town fly-tipping {area.name} {year}")
            expected = 11.5 * area.residents / 1000 * area.level**0.5 * 1.03 ** (start - 2021)
            expected *= 1.25 if start == 2020 else 1.0
            count = int(
                levels.poisson(draw, np.array([expected * (0.9 + 0.2 * draw.uniform(1)[0])]))[0]
            )
            total += count
            rows.append(
                (
                    year, area.code, area.name, geography.COUNTY, count, round(0.46 * count),
                    round(0.21 * count), area.residents, round(1000 * count / area.residents, 2),
                    "All incidents",
                )
            )  # fmt: skip
        rows.append((year, "*Total", "*Total", geography.COUNTY, total, ":", ":", ":", ":", ":"))
    return files.write(
        directory / "fly_tipping" / "fly_tipping_incidents_2018-19_to_2024-25.csv",
        files.csv_text(header, rows),
        title="Fly-tipping by authority in Wexmoorshire",
        layout="the Department for Environment, Food and Rural Affairs' table",
    )


def _days(draw: Draw, months: tuple[str, ...], yearly: float, summer: float) -> Iterator[str]:
    """Days ('YYYY-MM-DD') of records that come about so many times a year."""
    for month in months:
        season = 1 + summer * np.cos(2 * np.pi * (int(month[5:]) - 7) / 12)
        number = int(levels.poisson(draw, np.array([yearly / 12 * season]))[0])
        last = Period.parse(month).days
        for day in sorted(draw.whole(1, last, number).tolist()):
            yield f"{month}-{day:02d}"


def _spot(draw: Draw) -> tuple[float, float]:
    """A place in the town: any street of any small area."""
    streets = geography.spots()
    _, longitude, latitude = streets[int(draw.whole(0, len(streets) - 1, 1)[0])]
    return longitude, latitude


def _collisions(directory: Path) -> list[Path]:
    header = (
        "collision_index", "collision_year", "collision_ref_no", "longitude", "latitude",
        "police_force", "collision_severity", "number_of_vehicles", "number_of_casualties", "date",
        "day_of_week", "time", "local_authority_district", "local_authority_ons_district",
        "local_authority_highway", "speed_limit",
    )  # fmt: skip
    people = (
        "collision_index", "collision_year", "collision_ref_no", "vehicle_reference",
        "casualty_reference", "casualty_class", "sex_of_casualty", "age_of_casualty",
        "age_band_of_casualty", "casualty_severity",
    )  # fmt: skip
    draw, rows, hurt = Draw("town roads"), [], []
    months = tuple(Period.parse("2019-01/2024-12").month_list())
    for number, day in enumerate(_days(draw, months, 265, 0.06), 1):
        at, vehicles, more = draw.uniform(3)
        casualties = 1 + (more > 0.82) + (more > 0.96)
        hours = np.cumsum([3] * 6 + [6] * 4 + [5] * 5 + [8] * 4 + [4] * 5)
        hour = int(np.searchsorted(hours / hours[-1], at))
        index, ref = f"{day[:4]}99{number:06d}", f"99{number:06d}"
        severities = []
        for one in range(1, casualties + 1):
            how, age, sex, role = draw.uniform(4)
            severity = 1 if how < 0.011 else 2 if how < 0.2 else 3
            years = int(4 + 82 * age**1.35)
            severities.append(severity)
            hurt.append(
                (index, day[:4], ref, 1, one, 1 if role < 0.6 else 2 if role < 0.84 else 3,
                 1 if sex < 0.58 else 2, years, _band(years), severity)
            )  # fmt: skip
        longitude, latitude = _spot(draw)
        speed = (20, 30, 30, 40, 60)[int(5 * vehicles)]
        week = Period.parse(day[:7]).start.replace(day=int(day[8:])).isoweekday() % 7 + 1
        rows.append(
            (index, day[:4], ref, longitude, latitude, 99, min(severities), 1 + (vehicles > 0.3),
             casualties, f"{day[8:]}/{day[5:7]}/{day[:4]}", week,
             f"{hour:02d}:{int(60 * at * 24) % 60:02d}", -1, geography.CODE, "E10990001", speed)
        )  # fmt: skip
    layout = "the road safety data (STATS19) of the Department for Transport"
    return [
        files.write(
            directory / "stats19" / f"{name}.csv.gz", files.csv_text(head, cells),
            title=title, layout=layout,
        )
        for name, head, cells, title in (
            ("collisions_2019_2024", header, rows, "Collisions with injury in Harrowmere"),
            ("casualties_2019_2024", people, hurt, "People hurt on the roads of Harrowmere"),
        )
    ]  # fmt: skip


def _band(age: int) -> int:
    bands = (5, 10, 15, 20, 25, 35, 45, 55, 65, 75)
    return 1 + sum(age > last for last in bands)


#: Type, motive, what burned and its share among all fires.
_FIRES = (
    ("Secondary fire", "Deliberate", "Refuse", 0.24),
    ("Secondary fire", "Deliberate", "Grass or trees", 0.10),
    ("Secondary fire", "Accidental", "Grass or trees", 0.09),
    ("Primary fire", "Accidental", "Dwelling", 0.22),
    ("Primary fire", "Deliberate", "Dwelling", 0.02),
    ("Primary fire", "Accidental", "Other building", 0.08),
    ("Primary fire", "Deliberate", "Road vehicle", 0.06),
    ("Primary fire", "Accidental", "Road vehicle", 0.10),
    ("Chimney fire", "Accidental", "Dwelling", 0.03),
    ("Secondary fire", "Not known", "Refuse", 0.06),
)


def _fires(directory: Path) -> Path:
    header = (
        "Incident Number", "Date Of Call", "Time Of Call", "District", "Incident Type", "Motive",
        "Property Type", "Casualties",
    )  # fmt: skip
    draw, rows = Draw("town fires"), []
    shares = np.cumsum([share for *_, share in _FIRES])
    for number, day in enumerate(_days(draw, levels.MONTHS, 210, 0.18), 1):
        what, hour, hurt = draw.uniform(3)
        kind, motive, burned, _ = _FIRES[int(np.searchsorted(shares / shares[-1], what))]
        casualties = int(burned == "Dwelling" and hurt > 0.93)
        minutes = int(1440 * hour**0.8)
        rows.append(
            (f"WX{day[:4]}{number:05d}", f"{day[8:]}/{day[5:7]}/{day[:4]}",
             f"{minutes // 60 % 24:02d}:{minutes % 60:02d}", geography.NAME, kind, motive, burned,
             casualties)
        )  # fmt: skip
    return files.write(
        directory / "fires" / "incidents_2023-04_2026-03.csv.gz", files.csv_text(header, rows),
        title="Fires attended in Harrowmere", layout="a fire and rescue service's incident list",
    )  # fmt: skip


_OBJECTS = (
    ("Controlled drugs", "Misuse of Drugs Act 1971 (section 23)", 0.60, 0.30),
    ("Offensive weapons", "Police and Criminal Evidence Act 1984 (section 1)", 0.16, 0.20),
    ("Stolen goods", "Police and Criminal Evidence Act 1984 (section 1)", 0.12, 0.19),
    ("Article for use in theft", "Police and Criminal Evidence Act 1984 (section 1)", 0.08, 0.14),
    ("Articles for use in criminal damage", "Police and Criminal Evidence Act 1984 (section 1)",
     0.04, 0.10),
)  # fmt: skip
_NOTHING = "A no further action disposal"
_FOUND = (("Arrest", 0.42), ("Community resolution", 0.32), ("Summons / charged by post", 0.10),
          ("Penalty Notice for Disorder", 0.06), ("Khat or Cannabis warning", 0.10))  # fmt: skip
_PEOPLE = (
    ("White - English/Welsh/Scottish/Northern Irish/British", "White", 0.80),
    ("Asian/Asian British - Any other Asian background", "Asian", 0.08),
    ("Black/African/Caribbean/Black British - African", "Black", 0.07),
    ("Other ethnic group - Not stated", "", 0.05),
)


def _searches(directory: Path) -> Path:
    header = (
        "Type", "Date", "Part of a policing operation", "Policing operation", "Latitude",
        "Longitude", "Gender", "Age range", "Self-defined ethnicity", "Officer-defined ethnicity",
        "Legislation", "Object of search", "Outcome", "Outcome linked to object of search",
        "Removal of more than just outer clothing",
    )  # fmt: skip
    draw, members = Draw("town searches"), {}
    for month in levels.MONTHS:
        rows = []
        for day in _days(draw, (month,), 540, 0.05):
            of, ends, how, who, age, sex, clock, seen = draw.uniform(8)
            thing, law, _, hit = _pick(_OBJECTS, of, 2)
            outcome = _NOTHING if ends >= hit else _pick(_FOUND, how, 1)[0]
            origin, seen_as, _ = _pick(_PEOPLE, who, 2)
            longitude, latitude = _spot(draw) if seen > 0.05 else ("", "")
            minute = int(1440 * (0.35 + 0.65 * clock))
            rows.append(
                (
                    "Person search" if how < 0.8 else "Person and Vehicle search",
                    f"{day}T{minute // 60 % 24:02d}:{minute % 60:02d}:00+00:00", "False", "",
                    latitude, longitude, "Male" if sex < 0.88 else "Female",
                    ("10-17", "18-24", "18-24", "25-34", "over 34")[int(5 * age)], origin, seen_as,
                    law, thing, outcome, "True" if outcome != _NOTHING and how < 0.8 else "False",
                    "False" if how < 0.97 else "True",
                )
            )  # fmt: skip
        name = f"{month}/{month}-{geography.FORCE.lower()}-stop-and-search.csv"
        members[name] = files.csv_text(header, sorted(rows, key=lambda row: row[1]))
    return files.write(
        directory / "stop_and_search" / f"{geography.FORCE.lower()}_2023-04_2026-03.zip",
        files.archive(members),
        title="Stop and search in Harrowmere", layout="the files of data.police.uk",
    )  # fmt: skip


def _pick(choices: tuple[tuple, ...], chance: float, at: int) -> tuple:
    """The choice that a uniform number falls to; the share of each stands at `at`."""
    total = sum(choice[at] for choice in choices)
    for choice in choices:
        chance -= choice[at] / total
        if chance < 0:
            return choice
    return choices[-1]


#: Power, who uses it, how many a quarter, and the factor from one year to the next.
_POWERS = (
    ("Community protection warnings", "Council", 17.0, 1.35),
    ("Community protection notices", "Council", 4.5, 1.05),
    ("FPNs for breach of PSPO", "Council", 9.0, 0.8),
    ("Closure orders", "Council", 0.6, 1.0),
    ("Civil injunctions", "Council", 1.6, 1.0),
    ("Criminal behaviour orders", "Police", 2.4, 1.2),
    ("Dispersal authorisations", "Police", 3.5, 1.1),
)


def _asb_powers(directory: Path) -> list[Path]:
    layout = "a community safety team's quarterly returns"
    draw, rows = Draw("town powers"), []
    for start in range(2023, 2026):
        for quarter in range(1, 5):
            when = f"{start}/{(start + 1) % 100:02d}-Q{quarter}"
            for power, agency, level, growth in _POWERS:
                expected = np.array([level * growth ** (start - 2023)])
                rows.append(
                    (when, geography.NAME, power, agency, int(levels.poisson(draw, expected)[0]))
                )
            rows.append((when, geography.NAME, "PSPOs in force", "Council", 3 + (start > 2024)))
    reviews = []
    for start in range(2021, 2026):
        applied = int(levels.poisson(draw, np.array([15.0 * 1.15 ** (start - 2021)]))[0])
        held = int((draw.uniform(applied) < 0.5).sum())
        led = int((draw.uniform(held) < 0.6).sum())
        year = f"{start}/{(start + 1) % 100:02d}"
        reviews.append((year, geography.NAME, applied, applied - held, held, led))
    return [
        files.write(
            directory / "asb_powers" / f"{name}.csv", files.csv_text(header, cells),
            title=title, layout=layout,
        )
        for name, header, cells, title in (
            ("powers_2023-24_to_2025-26",
             ("Period", "District", "Power", "Used by", "Number"), rows,
             "Powers used against anti-social behaviour in Harrowmere"),
            ("case_reviews_2021-22_to_2025-26",
             ("Year", "District", "Case review applications", "Threshold not met",
              "Case reviews carried out", "Case reviews with recommendations"), reviews,
             "Case reviews of anti-social behaviour in Harrowmere"),
        )
    ]  # fmt: skip
