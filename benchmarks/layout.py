"""A street-level archive of the true layout and of national size, invented and seeded.

Every district of England and Wales has offences in it, under the names and codes of the register,
so that every partnership can be reviewed. Nothing in it describes a real place: shares of crime
types and outcomes are those of the published files of 2025 in round figures, the rest is drawn.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from cspanalysis.domain import areas
from cspanalysis.domain.periods import Period
from cspanalysis.workspace import init

#: Rows a month of the national files of 2025, four forces without data counted in by size.
NATIONAL_ROWS = 380_000
OWN = "Tonbridge and Malling"
LSOAS, POINTS = 100, 6

_TYPES = {
    "Violence and sexual offences": 0.37, "Anti-social behaviour": 0.165, "Shoplifting": 0.085,
    "Criminal damage and arson": 0.08, "Public order": 0.07, "Other theft": 0.06,
    "Vehicle crime": 0.04, "Burglary": 0.035, "Drugs": 0.035, "Other crime": 0.025,
    "Possession of weapons": 0.01, "Robbery": 0.01, "Bicycle theft": 0.01,
    "Theft from the person": 0.005,
}  # fmt: skip
_OUTCOMES = {
    "Unable to prosecute suspect": 0.44, "Investigation complete; no suspect identified": 0.33,
    "Court result unavailable": 0.1, "Local resolution": 0.04,
    "Action to be taken by another organisation": 0.04, "Status update unavailable": 0.03,
    "Offender given a caution": 0.01, "Awaiting court outcome": 0.01,
}  # fmt: skip
_PLACES = (
    "Parking Area", "Supermarket", "Shopping Area", "Petrol Station", "High Street",
    *(f"{a} {b}" for a in ("Church", "Station", "Mill", "Park", "Queen's", "Orchard", "Abbey")
      for b in ("Road", "Lane", "Close", "Street", "Avenue", "Way", "Gardens")),
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """What to make.

    Parameters
    ----------
    months : Period
    forces : int
        Police forces, that of Kent first; 0 for all.
    rows : int
        Rows a month if all forces were there.
    seed : int
    """

    months: Period
    forces: int = 0
    rows: int = NATIONAL_ROWS
    seed: int = 2025

    def districts(self) -> list[dict[str, str]]:
        """Register entries of the districts, by force, Kent's first."""
        table = areas.register()
        order = ["Kent", *(f for f in dict.fromkeys(table["force"]) if f and f != "Kent")]
        chosen = order[: self.forces] if self.forces else order
        found = table[table["force"].isin(chosen)].to_dict("records")
        return sorted(found, key=lambda row: chosen.index(row["force"]))


class _Country:
    """Districts with their LSOAs and anonymised points, the same for every month of a seed."""

    def __init__(self, layout: Layout):
        rng = np.random.default_rng([layout.seed, 0])
        self.districts = layout.districts()
        number = len(areas.register())
        # The same share for a district whichever forces are asked for.
        sizes = dict(zip(areas.register()["district"], rng.lognormal(0, 0.5, number), strict=True))
        self.weights = np.array([sizes[d["district"]] for d in self.districts])
        self.weights /= sum(sizes.values())
        count = len(self.districts) * LSOAS * POINTS
        lsoa = np.arange(count) // POINTS
        names = [
            # 'Bristol 001A', not 'Bristol, City of 001A'; other commas stand.
            f"{re.sub(', .*of$', '', d['district'])} {i // 5 + 1:03d}{'ABCDE'[i % 5]}"
            for d in self.districts
            for i in range(LSOAS)
        ]
        index = {d: i for i, d in enumerate(areas.register()["district"])}
        codes = [
            f"{d['district_code'][0]}01{index[d['district']] * LSOAS + i + 1000:06d}"
            for d in self.districts
            for i in range(LSOAS)
        ]
        self.lsoas = pl.DataFrame({"code": codes, "name": names})
        self.points = pl.DataFrame(
            {
                "Longitude": [f"{x:.6f}" for x in rng.uniform(-4.5, 1.5, count)],
                "Latitude": [f"{y:.6f}" for y in rng.uniform(50.2, 55.4, count)],
                "Location": [f"On or near {p}" for p in rng.choice(_PLACES, count)],
                "LSOA code": self.lsoas["code"].gather(lsoa),
                "LSOA name": self.lsoas["name"].gather(lsoa),
            }
        )


def write_archive(folder: Path, layout: Layout, name: str = "archive.zip") -> int:
    """Write the archive of a layout; returns its number of rows."""
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member, frame, ends in members(layout):
            content = io.BytesIO()
            frame.write_csv(content, line_terminator=ends)
            archive.writestr(_entry(member), content.getvalue())
            total += frame.height
    return total


def _entry(member: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(member, (2026, 1, 31, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = 1
    return entry


def members(layout: Layout) -> Iterator[tuple[str, pl.DataFrame, str]]:
    """Name, rows and line ends of each file: a force in a month."""
    country = _Country(layout)
    forces = list(dict.fromkeys(d["force"] for d in country.districts))
    for month in layout.months.month_list():
        for number, force in enumerate(forces):
            own = np.array([d["force"] == force for d in country.districts])
            rng = np.random.default_rng([layout.seed, int(month.replace("-", "")), number])
            frame = _street(country, np.flatnonzero(own), month, force, layout.rows, rng)
            # Some forces end their lines with CRLF, others with LF.
            ends = "\r\n" if number % 2 else "\n"
            yield f"{month}/{month}-{areas.slug(force)}-street.csv", frame, ends


def _street(country, own, month, force, rows, rng) -> pl.DataFrame:
    counts = rng.poisson(country.weights[own] * rows)
    n = int(counts.sum())
    district = np.repeat(own, counts)
    # Crime gathers in few places: the square of a uniform number.
    within = (rng.random(n) ** 2 * LSOAS * POINTS).astype(np.int64)
    point = country.points[district * LSOAS * POINTS + within]
    types = rng.choice(list(_TYPES), n, p=np.array([*_TYPES.values()]) / sum(_TYPES.values()))
    outcomes = rng.choice(list(_OUTCOMES), n, p=[*_OUTCOMES.values()])
    is_behaviour, is_lost = (
        pl.Series(types == "Anti-social behaviour"),
        pl.Series(rng.random(n) < 0.012),
    )
    reported = force if force.endswith("Police") else f"{force} Police"
    nothing = pl.lit(None, pl.String)
    frame = pl.DataFrame({"Crime ID": _identifiers(n, rng)}).with_columns(
        pl.lit(month).alias("Month"),
        pl.lit(reported).alias("Reported by"),
        pl.lit(reported).alias("Falls within"),
        *point.get_columns(),
        pl.Series("Crime type", types),
        pl.Series("Last outcome category", outcomes),
        nothing.alias("Context"),
    )
    crime_only = ["Crime ID", "Last outcome category"]
    located_only = ["Longitude", "Latitude", "LSOA code", "LSOA name"]
    no_place = pl.when(is_lost).then(pl.lit("No Location")).otherwise(pl.col("Location"))
    return frame.with_columns(
        pl.when(is_behaviour).then(nothing).otherwise(pl.col(crime_only)).name.keep(),
        pl.when(is_lost).then(nothing).otherwise(pl.col(located_only)).name.keep(),
        no_place.alias("Location"),
    )


def _identifiers(n: int, rng: np.random.Generator) -> pl.Series:
    """Identifiers of 64 hexadecimal digits, one of them there twice, as happens."""
    text = bytearray(rng.bytes(32 * n).hex(), "ascii")
    text[64:128] = text[:64] if n > 1 else text[64:128]
    offsets = np.arange(n + 1, dtype=np.int64) * 64
    array = pa.LargeStringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(bytes(text)))
    return pl.Series(pl.from_arrow(array))


def write_beside(raw: Path, layout: Layout) -> None:
    """The lookups and the population that belong to an archive, into a workspace's data/raw."""
    country = _Country(layout)
    lookups, population = raw / "lookups", raw / "population"
    for folder in (lookups, population):
        folder.mkdir(parents=True, exist_ok=True)
    repeated = [d for d in country.districts for _ in range(LSOAS)]
    pl.DataFrame(
        {
            "lsoa11_name": country.lsoas["name"],
            "lsoa11_code": country.lsoas["code"],
            "change_code": "U",
            "lsoa21_name": country.lsoas["name"],
            "lsoa21_code": country.lsoas["code"],
            "ltla22_name": [d["district"] for d in repeated],
            "ltla22_code": [d["district_code"] for d in repeated],
        }
    ).write_csv(lookups / "lsoa_lookup.csv")
    residents = (country.weights * 60_000_000).round().astype(np.int64)
    pl.DataFrame(
        {
            "area_code": [d["district_code"] for d in country.districts],
            "area": [d["district"] for d in country.districts],
            "year": Period.parse(layout.months.month_list()[-1]).last // 12,
            "sex": "persons",
            "age": "all ages",
            "population": residents,
        }
    ).write_csv(population / "estimates.csv")


def write_outlines(raw: Path, layout: Layout) -> None:
    """Outlines of the districts and their LSOAs, into a workspace's data/raw: ragged squares."""
    country = _Country(layout)
    side = int(len(country.districts) ** 0.5) + 1
    small, whole = [], []
    for number, district in enumerate(country.districts):
        west, south = -5 + 7 * (number % side) / side, 50 + 5 * (number // side) / side
        names = (district["district_code"], district["district"])
        whole.append(_square("LAD24", *names, west, south, 0.2, 240))
        for i, row in enumerate(country.lsoas[number * LSOAS : (number + 1) * LSOAS].iter_rows()):
            at = west + 0.02 * (i % 10), south + 0.02 * (i // 10)
            small.append(_square("LSOA21", *row, *at, 0.02, 40))
    folder = raw / "boundaries"
    folder.mkdir(parents=True, exist_ok=True)
    for name, features in (("lsoa", small), ("district", whole)):
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8")


def _square(
    kind: str, code: str, name: str, west: float, south: float, size: float, points: int
) -> dict[str, Any]:
    """A feature with so many points along its edges, which are jagged as real ones are."""
    along = np.arange(points) * 4 / points
    x = np.interp(along, [0, 1, 2, 3, 4], [0, 1, 1, 0, 0])
    y = np.interp(along, [0, 1, 2, 3, 4], [0, 0, 1, 1, 0])
    jag = 0.001 * np.where(along % 1, np.sin(along * 97), 0)
    ring = np.column_stack([west + size * x + jag, south + size * y + jag]).round(6).tolist()
    return {
        "type": "Feature",
        "properties": {f"{kind}CD": code, f"{kind}NM": name},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }


def workspace(root: Path, layout: Layout) -> int:
    """A workspace with the archive of a layout; returns its rows."""
    init.init(root, OWN)
    raw = root / "data" / "raw"
    write_beside(raw, layout)
    return write_archive(raw / "police_uk", layout)


def main() -> None:
    """Write an archive: `python -m benchmarks.layout DIR --months 12`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--period", default="2025-01/2025-12", metavar="YYYY-MM/YYYY-MM")
    parser.add_argument("--forces", type=int, default=0, help="0 for all")
    parser.add_argument("--rows", type=int, default=NATIONAL_ROWS, help="a month, all forces")
    parser.add_argument("--seed", type=int, default=2025)
    given = parser.parse_args()
    layout = Layout(Period.parse(given.period), given.forces, given.rows, given.seed)
    print(f"{write_archive(given.folder, layout):,} rows")


if __name__ == "__main__":
    main()
