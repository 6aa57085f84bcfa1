"""Residents by sex and single year of age, and the lookup of the sample's districts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.sample.constants import OWN, areas, residents
from tools.sample.draw import spread
from tools.sample.files import write_csv

HEADER = ("area_code", "area", "year", "sex", "age", "population")
CODE, CSP_CODE, FORCE_CODE = "E07000115", "E22000148", "E23000032"

#: Residents of the own area by mid-year; the other areas grow alike.
OWN_RESIDENTS = {2004: 112600, 2005: 113100, 2006: 113600, 2007: 114000}

#: Chances of an age by its decade (0–9, 10–19, …, 80 and over), females a little older.
_BY_DECADE = {
    "male": (13.2, 13.6, 10.4, 14.3, 15.4, 13.4, 10.4, 6.4, 2.9),
    "female": (12.2, 12.6, 10.3, 14.4, 15.3, 13.3, 10.6, 7.1, 4.2),
}


def code_of(area: str) -> str:
    """District code: the real one for the own area, one that begins with X for invented areas."""
    return CODE if area == OWN else f"X07{list(areas()).index(area):06d}"


def rows() -> list[tuple[object, ...]]:
    """Every row of the tidy layout; other areas have their totals only."""
    found: list[tuple[object, ...]] = []
    for year, total in OWN_RESIDENTS.items():
        found.append((CODE, OWN, year, "persons", -1, total))
        both = [0] * 91
        for sex, count in zip(("male", "female"), spread(total, (49.1, 50.9)), strict=True):
            found.append((CODE, OWN, year, sex, -1, count))
            for age, people in enumerate(spread(count, _ages(sex))):
                found.append((CODE, OWN, year, sex, age, people))
                both[age] += people
        found += [(CODE, OWN, year, "persons", age, people) for age, people in enumerate(both)]
        for area in areas():
            if area != OWN:
                people = round(residents()[area] * total / OWN_RESIDENTS[2007])
                found.append((code_of(area), area, year, "persons", -1, people))
    return found


def _ages(sex: str) -> list[float]:
    """Chances of single years 0 to 90 (90 = 90 and over), sloping within the last decades."""
    chances = []
    for decade, share in enumerate(_BY_DECADE[sex]):
        width = 11 if decade == 8 else 10
        slope = 0.08 if decade >= 6 else 0.0
        weights = [(1 - slope) ** step for step in range(width)]
        chances += [share * weight / sum(weights) for weight in weights]
    return chances


def write(directory: Path) -> Iterator[Path]:
    """Write `population` and `lookups`; gives the paths."""
    yield write_csv(
        directory / "population" / "mid_year_estimates.csv.gz",
        HEADER,
        rows(),
        title="Residents by area, mid-year, sex and age, 2004 to 2007",
        note="Invented; not an official estimate of any place.",
    )
    yield write_csv(
        directory / "lookups" / "lad_csp_pfa_sample.csv",
        ("LAD08CD", "LAD08NM", "CSP08CD", "CSP08NM", "PFA08CD", "PFA08NM"),
        [_lookup_row(area) for area, groups in areas().items() if "county" in groups],
        title="Districts of Kent with partnership and force, as the sample names them",
        note="Only Tonbridge and Malling is a real place.",
    )


def _lookup_row(area: str) -> tuple[str, ...]:
    code = code_of(area)
    csp = CSP_CODE if area == OWN else code.replace("X07", "X22")
    return (code, area, csp, area, FORCE_CODE, "Kent")
