"""Street-level files of data.police.uk with outcomes: a month a file, in one archive."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tools.sample.draw import Draw
from tools.town import files, geography, levels

HEADER = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
    "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context",
)  # fmt: skip
FORCE = f"{geography.FORCE} Police"
#: Share of records without a place.
UNLOCATED = 0.015
#: So many of the last months have most of their outcomes to come.
RECENT = 6

_OPEN = "Under investigation"
_NO_SUSPECT = "Investigation complete; no suspect identified"
_UNABLE = "Unable to prosecute suspect"
_OTHERS = (
    ("Local resolution", 0.20),
    ("Offender given a caution", 0.12),
    ("Awaiting court outcome", 0.24),
    ("Court result unavailable", 0.18),
    ("Action to be taken by another organisation", 0.12),
    ("Further investigation is not in the public interest", 0.08),
    ("Formal action is not in the public interest", 0.06),
)
#: Share of a kind that ends without a suspect, and with one who cannot be prosecuted.
_ENDS = {
    "Bicycle theft": (0.90, 0.05), "Burglary": (0.76, 0.11),
    "Criminal damage and arson": (0.60, 0.24),
    "Drugs": (0.10, 0.16), "Other crime": (0.18, 0.46), "Other theft": (0.74, 0.18),
    "Possession of weapons": (0.10, 0.24), "Public order": (0.30, 0.46), "Robbery": (0.54, 0.26),
    "Shoplifting": (0.52, 0.14), "Theft from the person": (0.86, 0.08),
    "Vehicle crime": (0.86, 0.08), "Violence and sexual offences": (0.16, 0.66),
}  # fmt: skip
_ASB = "Anti-social behaviour"


def write(directory: Path) -> list[Path]:
    """Write the archive."""
    months = {
        f"{month}/{month}-{geography.FORCE.lower()}-street.csv": files.csv_text(HEADER, rows(at))
        for at, month in enumerate(levels.MONTHS)
    }
    return [
        files.write(
            directory / "police_uk" / f"{geography.FORCE.lower()}_2023-04_2026-03.zip",
            files.archive(months),
            title="Street-level crime and outcomes, Harrowmere's part of the force's files",
            layout="the street-level files of data.police.uk",
        )
    ]


def rows(at: int) -> list[tuple[object, ...]]:
    """The records of a month, in the order of their numbers."""
    found: list[tuple[object, ...]] = []
    for kind in levels.KINDS:
        found += _of_kind(kind, at)
    # As published: by number, records without one first.
    return sorted(found, key=lambda row: (row[0], row[7], row[6], row[9]))


def _of_kind(kind: str, at: int) -> list[tuple[object, ...]]:
    month, draw = levels.MONTHS[at], Draw(f"town street {kind} {levels.MONTHS[at]}")
    counts = levels.counts(kind)[:, at]
    where = np.repeat(np.arange(geography.SIZE), counts)
    chance = draw.uniform(4 * len(where)).reshape(4, -1)
    found, codes, names = [], geography.codes(), geography.names()
    for area, street, place, ends, number in zip(where, *chance, strict=True):
        spots = geography.streets()[area]
        # A few streets bear most of it; in the centre its places do.
        name, longitude, latitude = spots[int(len(spots) * street**2.2)]
        is_placed = place >= UNLOCATED
        found.append(
            (
                "" if kind == _ASB else f"{int(number * 16**14):064x}",
                month,
                FORCE,
                FORCE,
                longitude if is_placed else "",
                latitude if is_placed else "",
                f"On or near {name}" if is_placed else "No Location",
                codes[area] if is_placed else "",
                names[area] if is_placed else "",
                kind,
                "" if kind == _ASB else _outcome(kind, ends, at),
                "",
            )
        )
    return found


def _outcome(kind: str, chance: float, at: int) -> str:
    """How a case ended, or that it goes on: of recent months most do."""
    age = len(levels.MONTHS) - 1 - at
    going_on = 0.02 if age >= RECENT else 0.62 - 0.1 * age
    if chance < going_on:
        return _OPEN
    chance = (chance - going_on) / (1 - going_on)
    nobody, unable = _ENDS[kind]
    if chance < nobody:
        return _NO_SUSPECT
    if chance < nobody + unable:
        return _UNABLE
    chance = (chance - nobody - unable) / (1 - nobody - unable)
    for name, share in _OTHERS:
        if chance < share:
            return name
        chance -= share
    return _OTHERS[0][0]
