"""Hospital admissions by cause, sex and age band, as an extract with small counts hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.sample.constants import OWN
from tools.sample.files import write_csv

HEADER = ("Year", "Cause", "Sex", "Age Band", "Admissions", "District")

YEARS = ("2004/05", "2005/06", "2006/07", "2007/08")
ALL_AGES = "All ages"
SMALL = 7  # counts of 1 to 7 are hidden, as for national hospital statistics below country level

#: Cause (ICD-10) → age bands → (males by year, females by year). Toxic effect of alcohol: females
#: above males, most so at 10–19. Assault: in 2005/06 and 2006/07 together 102 of 300 are males of
#: 15–25 (34%), 16 are over 50 (under 6%).
ADMISSIONS: dict[str, dict[str, tuple[tuple[int, ...], tuple[int, ...]]]] = {
    "T51": {
        "0-9": ((1, 2, 1, 2), (2, 1, 2, 1)),
        "10-19": ((14, 15, 17, 18), (29, 33, 37, 40)),
        "20-29": ((9, 10, 11, 11), (12, 13, 14, 15)),
        "30-39": ((8, 9, 10, 10), (11, 11, 12, 13)),
        "40-49": ((8, 8, 9, 10), (9, 10, 11, 12)),
        "50-59": ((8, 8, 8, 9), (8, 8, 9, 9)),
        "60-69": ((3, 4, 4, 4), (4, 3, 4, 5)),
        "70+": ((2, 1, 2, 2), (2, 3, 2, 2)),
    },
    "F10": {
        "0-9": ((0, 0, 0, 0), (0, 0, 0, 0)),
        "10-19": ((4, 5, 5, 6), (5, 5, 6, 6)),
        "20-29": ((15, 17, 18, 19), (9, 10, 11, 11)),
        "30-39": ((26, 28, 31, 33), (14, 15, 16, 18)),
        "40-49": ((37, 40, 43, 46), (19, 21, 23, 24)),
        "50-59": ((31, 33, 36, 37), (15, 16, 17, 19)),
        "60-69": ((16, 17, 18, 20), (9, 9, 10, 10)),
        "70+": ((6, 7, 7, 7), (4, 4, 5, 5)),
    },
    "X85-Y09": {
        "0-14": ((4, 5, 5, 5), (2, 3, 3, 3)),
        "15-25": ((46, 49, 53, 52), (13, 14, 15, 15)),
        "26-34": ((24, 24, 26, 27), (9, 9, 9, 10)),
        "35-50": ((21, 23, 25, 25), (9, 11, 10, 11)),
        "51+": ((4, 5, 5, 5), (3, 3, 3, 4)),
    },
}


def rows() -> list[tuple[object, ...]]:
    """Every row: year, cause, sex, age band, admissions or '*', district.

    Totals are made before anything is hidden. A hidden cell never stands alone in its row or
    column, so it cannot be worked out from them.
    """
    found = []
    for i, year in enumerate(YEARS):
        for cause, bands in ADMISSIONS.items():
            for sex, pick in (("Male", (0,)), ("Female", (1,)), ("Persons", (0, 1))):
                counts = {band: sum(both[p][i] for p in pick) for band, both in bands.items()}
                for band, count in {**counts, ALL_AGES: sum(counts.values())}.items():
                    shown = "*" if 1 <= count <= SMALL else count
                    found.append((year, cause, sex, band, shown, OWN))
    return found


def write(directory: Path) -> Iterator[Path]:
    """Write `hospital_extract`; gives the paths."""
    yield write_csv(
        directory / "hospital_extract" / "admissions_by_cause.csv",
        HEADER,
        rows(),
        title=f"Hospital admissions by cause, sex and age, {OWN}, 2004/05 to 2007/08",
        note="ICD-10 T51 toxic effect of alcohol, F10 mental disorders due to alcohol, X85-Y09 "
        "assault. Counts of 1 to 7 are hidden (*). Invented so that the strategy's words hold.",
    )
