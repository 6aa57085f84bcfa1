"""Official tables by partnership: the Home Office's, quarter by offence code, and the ONS's lines.

What the street-level files count in a quarter is shared out over the codes of its kind; official
counts differ from street-level ones by some per cent, as the real ones do.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tools.sample.draw import Draw, spread
from tools.town import files, geography, levels, neighbours, tables

#: Kind of the street-level files → code, offence, group, subgroup, share of the kind.
_THEFT, _PERSON, _SOCIETY = (
    "Theft offences", "Violence against the person", "Miscellaneous crimes against society",
)  # fmt: skip
_DAMAGE, _SEXUAL, _WEAPONS = (
    "Criminal damage and arson", "Sexual offences", "Possession of weapons offences",
)  # fmt: skip
_WITH, _WITHOUT, _STALKING = (
    "Violence with injury", "Violence without injury", "Stalking and harassment",
)  # fmt: skip
CODES: dict[str, tuple[tuple[str, str, str, str, float], ...]] = {
    "Bicycle theft": (
        ("44", "Theft or unauthorised taking of a pedal cycle", _THEFT, "Bicycle theft", 1),
    ),
    "Burglary": (
        ("28E", "Residential burglary of a home", _THEFT, "Residential burglary", 0.52),
        ("28F", "Attempted residential burglary of a home", _THEFT, "Residential burglary", 0.14),
        ("30C", "Burglary - business and community", _THEFT, "Non-residential burglary", 0.28),
        ("30D", "Attempted burglary - business and community", _THEFT, "Non-residential burglary",
         0.06),
    ),
    "Criminal damage and arson": (
        ("58A", "Criminal damage to a dwelling", _DAMAGE, "Criminal damage", 0.24),
        ("58B", "Criminal damage to a building other than a dwelling", _DAMAGE, "Criminal damage",
         0.12),
        ("58C", "Criminal damage to a vehicle", _DAMAGE, "Criminal damage", 0.42),
        ("58D", "Other Criminal damage", _DAMAGE, "Criminal damage", 0.17),
        ("56A", "Arson endangering life", _DAMAGE, "Arson", 0.015),
        ("56B", "Arson not endangering life", _DAMAGE, "Arson", 0.035),
    ),
    "Drugs": (
        ("92A", "Trafficking in controlled drugs", "Drug offences", "Trafficking of drugs", 0.24),
        ("92D", "Possession of controlled drugs (excl. Cannabis)", "Drug offences",
         "Possession of drugs", 0.24),
        ("92E", "Possession of controlled drugs (Cannabis)", "Drug offences",
         "Possession of drugs", 0.52),
    ),
    "Other crime": (
        ("33", "Going equipped for stealing, etc", _SOCIETY, _SOCIETY, 0.08),
        ("54", "Handling stolen goods", _SOCIETY, _SOCIETY, 0.12),
        ("79", "Perverting the course of justice", _SOCIETY, _SOCIETY, 0.14),
        ("86", "Obscene publications etc", _SOCIETY, _SOCIETY, 0.36),
        ("99", "Other notifiable offences", _SOCIETY, _SOCIETY, 0.30),
    ),
    "Other theft": (
        ("40", "Theft in a dwelling other than from an automatic machine or meter", _THEFT,
         "All other theft offences", 0.22),
        ("41", "Theft by an employee", _THEFT, "All other theft offences", 0.04),
        ("49", "Other theft", _THEFT, "All other theft offences", 0.74),
    ),
    "Possession of weapons": (
        ("10C", "Possession of other weapons", _WEAPONS, _WEAPONS, 0.30),
        ("10D", "Possession of article with blade or point", _WEAPONS, _WEAPONS, 0.64),
        ("10B", "Possession of firearms offences", _WEAPONS, _WEAPONS, 0.06),
    ),
    "Public order": (
        ("9A", "Public fear, alarm or distress", "Public order offences", "Public order offences",
         0.84),
        ("9B", "Racially or religiously aggravated public fear, alarm or distress",
         "Public order offences", "Public order offences", 0.10),
        ("66", "Other offences against the State or public order", "Public order offences",
         "Public order offences", 0.06),
    ),
    "Robbery": (
        ("34A", "Robbery of business property", "Robbery", "Robbery of business property", 0.14),
        ("34B", "Robbery of personal property", "Robbery", "Robbery of personal property", 0.86),
    ),
    "Shoplifting": (("46", "Shoplifting", _THEFT, "Shoplifting", 1),),
    "Theft from the person": (
        ("39", "Theft from the person", _THEFT, "Theft from the person", 1),
    ),
    "Vehicle crime": (
        ("45", "Theft from vehicle", _THEFT, "Vehicle offences", 0.56),
        ("48", "Theft or unauthorised taking of motor vehicle", _THEFT, "Vehicle offences", 0.30),
        ("126", "Interfering with a motor vehicle", _THEFT, "Vehicle offences", 0.14),
    ),
    "Violence and sexual offences": (
        ("1", "Murder", _PERSON, "Homicide", 0.0003),
        ("2", "Attempted murder", _PERSON, _WITH, 0.0006),
        ("5D", "Assault with intent to cause serious harm", _PERSON, _WITH, 0.012),
        ("8N", "Assault with injury", _PERSON, _WITH, 0.215),
        ("104", "Assault without injury on a constable", _PERSON, _WITHOUT, 0.018),
        ("105A", "Assault without injury", _PERSON, _WITHOUT, 0.300),
        ("3B", "Threats to kill", _PERSON, _WITHOUT, 0.016),
        ("11A", "Cruelty to children/young persons", _PERSON, _WITHOUT, 0.012),
        ("8L", "Harassment", _PERSON, _STALKING, 0.070),
        ("8Q", "Stalking", _PERSON, _STALKING, 0.062),
        ("8R", "Malicious communications", _PERSON, _STALKING, 0.110),
        ("8U", "Controlling or coercive behaviour", _PERSON, _STALKING, 0.026),
        ("4.4", "Causing death or serious injury by dangerous driving", _PERSON,
         "Death or serious injury - unlawful driving", 0.0011),
        ("19C", "Rape of a female aged 16 and over", _SEXUAL, "Rape", 0.030),
        ("19D", "Rape of a female child under 16", _SEXUAL, "Rape", 0.010),
        ("19F", "Rape of a male aged 16 and over", _SEXUAL, "Rape", 0.003),
        ("17A", "Sexual assault on a male aged 13 and over", _SEXUAL, "Other sexual offences",
         0.007),
        ("20A", "Sexual assault on a female aged 13 and over", _SEXUAL, "Other sexual offences",
         0.040),
        ("22B", "Sexual activity involving child under 16", _SEXUAL, "Other sexual offences",
         0.020),
        ("88E", "Exposure and voyeurism", _SEXUAL, "Other sexual offences", 0.018),
    ),
}  # fmt: skip
#: What offence lines of the ONS add up: groups, subgroups, and the residential part of burglary.
LINES = {
    "Violence against the person": ("group", _PERSON), "Homicide": ("subgroup", "Homicide"),
    "Violence with injury": ("subgroup", _WITH), "Violence without injury": ("subgroup", _WITHOUT),
    "Stalking and harassment": ("subgroup", _STALKING), "Sexual offences": ("group", _SEXUAL),
    "Robbery": ("group", "Robbery"), "Theft offences": ("group", _THEFT),
    "Residential burglary": ("subgroup", "Residential burglary"),
    "Non-residential burglary": ("subgroup", "Non-residential burglary"),
    "Vehicle offences": ("subgroup", "Vehicle offences"),
    "Theft from the person": ("subgroup", "Theft from the person"),
    "Bicycle theft": ("subgroup", "Bicycle theft"), "Shoplifting": ("subgroup", "Shoplifting"),
    "All other theft offences": ("subgroup", "All other theft offences"),
    "Criminal damage and arson": ("group", _DAMAGE), "Drug offences": ("group", "Drug offences"),
    "Possession of weapons offences": ("group", _WEAPONS),
    "Public order offences": ("group", "Public order offences"),
    "Miscellaneous crimes against society": ("group", _SOCIETY),
}  # fmt: skip
YEARS = tables.YEARS
UNASSIGNED = f"Unassigned {geography.FORCE}"
#: Share of the force's offences without a partnership.
_LOST = 0.008


def write(directory: Path) -> list[Path]:
    """Write the Home Office's workbook and the ONS's tables of the two newest years."""
    notes = (
        ("Synthetic data: no such police force or partnership exists",),
        ("Updated: 23 April 2026",),
    )
    sheets = {year.replace("/", "_"): _rows(year) for year in YEARS}
    place = directory / "home_office_csp"
    return [
        files.write(
            place / "prc-csp-mar2021-mar2026-tables-230426.ods", tables.content(notes, sheets),
            title="Recorded crime by partnership and quarter in Wexmoor",
            layout="the Home Office's open data tables by Community Safety Partnership",
        ),
        *(_lines(directory, year) for year in YEARS[-2:]),
    ]  # fmt: skip


@functools.cache
def quarters(kind: str, area: str) -> dict[tuple[str, int], int]:
    """Official counts of a kind in a partnership: (year, quarter) → count."""
    at = next(a for a in neighbours.AREAS if a.name == area)
    own = levels.KINDS[kind]
    months = dict(zip(levels.MONTHS, levels.counts(kind).sum(axis=0).tolist(), strict=True))
    draw = Draw(f"town official {kind} {area}")
    level = at.level * at.residents / neighbours.AREAS[0].residents
    level *= {"Burglary": at.burglary, "Shoplifting": at.shoplifting}.get(kind, 1.0)
    level *= float(np.exp(0.12 * levels.normal(draw, 1)[0])) if at.level != 1 else 1.0
    step = 0.02 * float(levels.normal(draw, 1)[0])
    times = [(year, quarter) for year in YEARS for quarter in (1, 2, 3, 4)]
    wobble = 1 + 0.01 * levels.normal(draw, len(times))
    expected, known = [], {}
    for year, quarter in times:
        start = int(year[:4])
        names = [f"{start + (m > 12)}-{(m - 1) % 12 + 1:02d}"
                 for m in range(3 * quarter + 1, 3 * quarter + 4)]  # fmt: skip
        if area == geography.NAME and all(name in months for name in names):
            known[year, quarter] = sum(months[n] for n in names)
        # Before the street-level files, and elsewhere: level, trend and season of the kind.
        years = start - 2023 + (quarter - 2.5) / 4
        season = 1 + own.summer * np.cos(np.pi / 2 * (quarter - 2))
        past = 0.86 if start == 2020 else 1.0
        trend = own.trend**years if years > 0 else own.trend ** (years / 2)
        expected.append(own.yearly / 4 * level * season * past * trend * np.exp(step * years))
    drawn = levels.poisson(draw, np.array(expected) * wobble).tolist()
    found = dict(zip(times, drawn, strict=True))
    share = dict(zip(times, wobble.tolist(), strict=True))
    return found | {time: round(count * share[time]) for time, count in known.items()}


@functools.cache
def by_code(area: str) -> dict[tuple[str, int, str], int]:
    """Counts of a partnership: (year, quarter, code) → count."""
    found = {}
    for kind, codes in CODES.items():
        draw, counted = Draw(f"town codes {kind} {area}"), quarters(kind, area)
        weights = np.array([share for *_, share in codes])
        # What happens once in years is drawn; the commonest code takes the rest.
        table = levels.poisson(draw, np.outer([*counted.values()], weights / weights.sum()))
        most = int(weights.argmax())
        for ((year, quarter), count), drawn in zip(counted.items(), table, strict=True):
            drawn[most] += count - drawn.sum()
            if drawn[most] < 0:
                drawn = np.array(spread(count, weights.tolist()))
            for (code, *_), number in zip(codes, drawn.tolist(), strict=True):
                found[year, quarter, code] = number
    return found


def _places() -> list[str]:
    return [area.name for area in neighbours.AREAS]


@functools.cache
def _counted() -> dict[tuple[str, str, int, str], int]:
    """Counts by area, year, quarter and code, those under no partnership among them."""
    found: dict[tuple[str, str, int, str], int] = {}
    for area in _places():
        for (year, quarter, code), count in by_code(area).items():
            found[area, year, quarter, code] = count
            key = UNASSIGNED, year, quarter, code
            found[key] = found.get(key, 0) + count
    lost = sorted(key for key in found if key[0] == UNASSIGNED)
    expected = np.array([found[key] * _LOST for key in lost])
    drawn = levels.poisson(Draw("town unassigned"), expected).tolist()
    return found | dict(zip(lost, drawn, strict=True))


def _rows(year: str) -> Iterator[tables.Cells]:
    counts = _counted()
    for quarter in (1, 2, 3, 4):
        for area in [*_places(), UNASSIGNED]:
            for codes in CODES.values():
                for code, offence, group, subgroup, _ in codes:
                    count = counts[area, year, quarter, code]
                    # A row is published where there is something to count.
                    if count:
                        yield (year, quarter, geography.FORCE, area, offence, group, subgroup,
                               code, count)  # fmt: skip


def _lines(directory: Path, year: str) -> Path:
    """The ONS's table of counts of a year, partnerships beneath their force."""
    known = {code: {"group": group, "subgroup": subgroup}
             for codes in CODES.values() for code, _, group, subgroup, _ in codes}  # fmt: skip
    counts = {
        area: {code: sum(_counted()[area, year, q, code] for q in (1, 2, 3, 4)) for code in known}
        for area in [*_places(), UNASSIGNED]
    }
    counts[""] = {code: sum(one[code] for one in counts.values()) for code in known}
    of = {area.name: area for area in neighbours.AREAS}
    rows = []
    for area in ["", *_places(), UNASSIGNED]:
        found = counts[area]
        cells = [sum(found.values())]
        for column, label in LINES.values():
            cells.append(sum(n for code, n in found.items() if known[code][column] == label))
        code, csp = (of[area].code, of[area].csp_code) if area in of else ("", "")
        rows.append((geography.FORCE_CODE, geography.FORCE, csp, area, code,
                     area if area in of else "", *cells))  # fmt: skip
    ends = int(year[:4]) + 1
    header = (
        "Police Force Area code", "Police Force Area name", "Community Safety Partnership code",
        "Community Safety Partnership name", "Local Authority code", "Local Authority name",
        "Total recorded crime (excluding fraud)", *LINES,
    )  # fmt: skip
    return files.write(
        directory / "ons_csp" / f"csp_crimes_year_ending_march_{ends}.csv",
        files.csv_text(header, rows),
        title=f"Recorded crime by partnership, year ending March {ends}",
        layout="the tables of the Office for National Statistics by Community Safety Partnership",
    )
