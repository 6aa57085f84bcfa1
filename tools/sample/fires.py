"""Fires attended, one row each, as the fire and rescue service's extract has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.sample.constants import MONTHS, OWN
from tools.sample.draw import Draw, spread
from tools.sample.files import write_csv
from tools.sample.places import Pick

HEADER = (
    "Incident Number",
    "Date Of Call",
    "Time Of Call",
    "District",
    "Incident Type",
    "Motive",
    "Property Type",
    "Casualties",
)

#: (motive, property) → fires by financial year from 2004/05. Printed for 2006/07 against 2005/06:
#: all, deliberate rubbish and accidental dwelling fires fell, deliberate vehicle fires rose a
#: little.
FIRES = {
    ("Accidental", "Dwelling"): (62, 60, 52, 50),
    ("Deliberate", "Dwelling"): (6, 5, 5, 4),
    ("Accidental", "Other building"): (28, 27, 25, 26),
    ("Deliberate", "Other building"): (14, 12, 11, 10),
    ("Accidental", "Road vehicle"): (42, 40, 38, 36),
    ("Deliberate", "Road vehicle"): (58, 57, 61, 58),
    ("Accidental", "Refuse"): (30, 29, 27, 26),
    ("Deliberate", "Refuse"): (168, 160, 131, 122),
    ("Accidental", "Grass or trees"): (25, 24, 26, 14),
    ("Deliberate", "Grass or trees"): (55, 52, 48, 31),
    ("Not known", "Other outdoors"): (24, 22, 21, 20),
}
_PRIMARY = ("Dwelling", "Other building", "Road vehicle")

#: Chances by month, April first, outdoors and indoors.
_OUTDOORS = (11, 10, 11, 12, 12, 9, 8, 8, 4, 4, 5, 8)
_INDOORS = (8, 8, 7, 7, 7, 8, 9, 9, 10, 10, 9, 8)
_HOURS = Pick(
    dict(enumerate((4, 3, 3, 2, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5, 6, 7, 8, 8, 8, 7, 6, 5)))
)


def rows() -> list[tuple[object, ...]]:
    """Every fire, by date and time."""
    found = []
    for (motive, kind), by_year in FIRES.items():
        draw = Draw(f"fires {motive} {kind}")
        chances = _INDOORS if kind in _PRIMARY else _OUTDOORS
        for i, count in enumerate(by_year):
            for month, part in zip(
                MONTHS[i * 12 : i * 12 + 12], spread(count, chances), strict=True
            ):
                for a, b, c, d in draw.uniform(part * 4).reshape(-1, 4).tolist():
                    moment = f"{month}-{int(a * 28) + 1:02d} {_HOURS(b):02d}:{int(c * 60):02d}"
                    hurt = int(motive == "Accidental" and kind == "Dwelling" and d < 0.12)
                    found.append((moment, motive, kind, hurt))
    found.sort()
    return [
        (
            f"F{moment[2:4]}{number:05d}",
            f"{moment[8:10]}/{moment[5:7]}/{moment[:4]}",
            moment[11:],
            OWN,
            "Primary fire" if kind in _PRIMARY else "Secondary fire",
            motive,
            kind,
            hurt,
        )
        for number, (moment, motive, kind, hurt) in enumerate(found, start=1)
    ]


def write(directory: Path) -> Iterator[Path]:
    """Write `fires`; gives the paths."""
    yield write_csv(
        directory / "fires" / "fire_incidents.csv.gz",
        HEADER,
        rows(),
        title=f"Fires attended in {OWN}, April 2004 to March 2008",
        note="Drawn so that the directions printed in the strategy of 2008 hold.",
    )
