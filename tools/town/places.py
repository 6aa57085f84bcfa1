"""Places: lookups, outlines, deprivation and residents."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tools.sample.draw import Draw, spread
from tools.town import files, geography, neighbours

YEARS = tuple(range(2019, 2025))
#: Areas of the index, and how many of them are in more need than one of a given standing.
_RANKED = 33_755


def write(directory: Path) -> list[Path]:
    """Write lookups, outlines, the index of deprivation and the estimates of residents."""
    return [*_lookups(directory), *_outlines(directory), _deprivation(directory),
            *_residents(directory)]  # fmt: skip


def _lookups(directory: Path) -> list[Path]:
    lsoas = [
        (code, name, f"E05990{geography.ward(at) + 1:03d}", geography.WARDS[geography.ward(at)],
         geography.CODE, geography.NAME)
        for at, (code, name) in enumerate(zip(geography.codes(), geography.names(), strict=True))
    ]  # fmt: skip
    districts = [
        (area.code, area.name, area.csp_code, area.name, geography.FORCE_CODE, geography.FORCE)
        for area in neighbours.AREAS
    ]
    place = directory / "lookups"
    layout = "the lookups of the Office for National Statistics"
    return [
        files.write(
            place / "lsoa21_ward24_ltla24.csv",
            files.csv_text(
                ("LSOA21CD", "LSOA21NM", "WD24CD", "WD24NM", "LAD24CD", "LAD24NM"), lsoas
            ),
            title="Small areas of Harrowmere with their wards", layout=layout,
        ),
        files.write(
            place / "ltla24_csp24_pfa24.csv",
            files.csv_text(
                ("LAD24CD", "LAD24NM", "CSP24CD", "CSP24NM", "PFA24CD", "PFA24NM"), districts
            ),
            title="Districts of Wexmoor with their partnerships", layout=layout,
        ),
    ]  # fmt: skip


def _outlines(directory: Path) -> list[Path]:
    lsoas = [
        _feature({"LSOA21CD": code, "LSOA21NM": name}, "Polygon", [geography.outline(at)])
        for at, (code, name) in enumerate(zip(geography.codes(), geography.names(), strict=True))
    ]
    wards = [
        _feature(
            {"WD24CD": f"E05990{number + 1:03d}", "WD24NM": name},
            "MultiPolygon", geography.ward_outline(number),
        )
        for number, name in enumerate(geography.WARDS)
    ]  # fmt: skip
    layout = "the boundaries of the Office for National Statistics"
    return [
        files.write(
            directory / "boundaries" / f"{name}.geojson",
            json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")),
            title=title, layout=layout,
        )
        for name, features, title in (
            ("lsoa21", lsoas, "Outlines of the small areas of Harrowmere"),
            ("wards24", wards, "Outlines of the wards of Harrowmere"),
        )
    ]  # fmt: skip


def _feature(properties: dict[str, str], kind: str, coordinates: list) -> dict:
    return {
        "type": "Feature", "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }  # fmt: skip


def _deprivation(directory: Path) -> Path:
    header = (
        "LSOA code (2021)", "LSOA name (2021)", "Local Authority District code (2024)",
        "Local Authority District name (2024)", "Index of Multiple Deprivation (IMD) Score",
        "Index of Multiple Deprivation (IMD) Rank (where 1 is most deprived)",
        "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
        "Total population: mid 2022",
    )  # fmt: skip
    rows = []
    for at, need in enumerate(geography.need()):
        # Of all areas, the share that is in more need: the estate lies in the first tenths.
        share = 1 / (1 + np.exp(1.5 * (need - 0.15)))
        rank = round(1 + share * (_RANKED - 2))
        rows.append(
            (
                geography.codes()[at], geography.names()[at], geography.CODE, geography.NAME,
                round(70 * (1 - share) ** 1.6 + 2, 3), rank, int(np.ceil(rank * 10 / _RANKED)),
                int(geography.residents()[at]),
            )
        )  # fmt: skip
    return files.write(
        directory / "deprivation" / "file_7_iod2025_all_ranks_scores_deciles.csv",
        files.csv_text(header, rows),
        title="Index of deprivation of Harrowmere's small areas",
        layout="the Indices of Deprivation 2025, file 7",
    )


def _residents(directory: Path) -> list[Path]:
    rows: list[tuple[object, ...]] = []
    for area in neighbours.AREAS:
        for year in YEARS:
            total = round(area.residents * 1.004 ** (year - 2022))
            if area.name != geography.NAME:
                rows.append((area.code, area.name, year, "persons", "all ages", total))
                continue
            for sex, share in (("female", 0.508), ("male", 0.492)):
                of_sex = round(total * share) if sex == "female" else total - round(total * 0.508)
                for age, count in enumerate(spread(of_sex, _ages(sex))):
                    told = "90 and over" if age == 90 else age
                    rows.append((area.code, area.name, year, sex, told, count))
    layout = "the mid-year estimates of the Office for National Statistics"
    small = zip(geography.codes(), geography.names(), geography.residents().tolist(), strict=True)
    return [
        files.write(
            directory / "population" / "mid_year_estimates_2019_2024.csv.gz",
            files.csv_text(("area_code", "area", "year", "sex", "age", "population"), rows),
            title="Residents of the districts of Wexmoor", layout=layout,
        ),
        files.write(
            directory / "population" / "population_mid2022_lsoa21.csv",
            files.csv_text(("lsoa21_code", "lsoa21_name", "total_population"), small),
            title="Residents of Harrowmere's small areas", layout=layout,
        ),
    ]  # fmt: skip


def _ages(sex: str) -> list[float]:
    age = np.arange(91.0)
    shape = 1.0 + 0.18 * np.exp(-((age - 33) ** 2) / 180) + 0.2 * np.exp(-((age - 56) ** 2) / 120)
    shape *= np.exp(-(np.maximum(0, age - (72 if sex == "male" else 75)) ** 1.35) / 34)
    shape[90] *= 4
    return (shape * (0.95 + 0.1 * Draw(f"town ages {sex}").uniform(91))).tolist()
