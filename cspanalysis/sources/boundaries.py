"""Outlines of small areas, wards and districts as GeoJSON, for maps that need no network.

A row is an area with its shape, the parts of its outline in longitude and latitude. Of an area that
several files hold the most detailed outline is kept.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources.archive import Part
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import ROW, Context, Read

NAME = "boundaries"

#: Kinds of area, the smallest first: how the properties of their shapes begin, how codes look.
KINDS: Mapping[str, tuple[str, str]] = {
    "lsoa": ("lsoa", r"[EW]01\d{6}"),
    "ward": ("wd|ward", r"(E05|E09|W05)\d{6}"),
    "district": ("lad|ltla", r"(E0[6-9]|W06)\d{6}"),
}
#: Longitude and latitude of England and Wales, with the sea around.
_WEST, _EAST, _SOUTH, _NORTH = -8.0, 3.0, 49.0, 56.5
#: Five decimals are about a metre.
DECIMALS = 5

_SCHEMA = {
    "kind": pl.String,
    "edition": pl.Int64,
    "area_code": pl.String,
    "area": pl.String,
    "longitude": pl.Float64,
    "latitude": pl.Float64,
    "shape": pl.String,
    "file": pl.String,
    ROW: pl.UInt32,
}

Ring = list[list[float]]


def _read(part: Part, context: Context) -> Read:
    """The areas of a collection, each with its shape; what has none is set aside."""
    features = _features(part)
    kind, code, name, edition = _properties(part, features)
    pattern, problems, rows = KINDS[kind][1], Problems(part.label), []
    for row, feature in enumerate(features, 1):
        given = feature.get("properties") if isinstance(feature, dict) else None
        told = str((given or {}).get(code) or "").strip() if isinstance(given, dict) else ""
        if not re.fullmatch(pattern, told):
            allowed = f"the code of a {_CALLED[kind]} of England or Wales"
            problems.add(row, code, told, allowed, "set aside", "no area that is known by its code")
            continue
        polygons = list(_polygons(feature.get("geometry")))
        if not polygons:
            problems.add(
                row, "geometry", told, "a Polygon or MultiPolygon", "set aside", "no outline"
            )
            continue
        if (odd := _outside(polygons)) is not None:
            raise DataRefused(
                paragraph(
                    "the coordinates are no longitudes and latitudes of England or Wales: "
                    f"{odd[0]:g}, {odd[1]:g} for {told}",
                    file=part.label, row=row, column="geometry",
                    allowed=f"longitude {_WEST:g} to {_EAST:g}, latitude {_SOUTH:g} to {_NORTH:g}",
                    do="They may be of the National Grid: download the layer again as GeoJSON, "
                    "which is in longitude and latitude (WGS 84, EPSG:4326).",
                )
            )  # fmt: skip
        at = label_point(polygons)
        text = json.dumps(polygons, separators=(",", ":"))
        called = str((given or {}).get(name) or told).strip()
        rows.append((kind, edition, told, called, *at, text, part.label, row))
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    if features and not rows:
        problems.add(1, "", "", "an area with an outline", "noted", "the file holds no outlines")
    return Read({"_boundaries": frame}, problems, len(features), frame.height, kind)


_CALLED = {"lsoa": "small area (LSOA)", "ward": "ward", "district": "district"}


def _features(part: Part) -> list[Any]:
    with part.open() as stream:
        content = stream.read()
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataRefused(
            paragraph(
                f"this is no GeoJSON ({str(error)[:80]})",
                file=part.label,
                allowed="a collection of areas as GeoJSON",
                do="Download the layer again as GeoJSON; shapefiles and KML are not read.",
            )
        ) from error
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list):
        is_topology = isinstance(found, dict) and found.get("type") == "Topology"
        raise DataRefused(
            paragraph(
                "this is " + ("TopoJSON" if is_topology else "JSON, but no collection of areas"),
                file=part.label,
                allowed="GeoJSON of the type FeatureCollection",
                do="Download the layer again as GeoJSON.",
            )
        )
    return features


def _properties(part: Part, features: Sequence[Any]) -> tuple[str, str, str, int | None]:
    """Kind of the areas, the properties with their code and name, and the year of the edition."""
    given = [f["properties"] for f in features if isinstance(f, dict)
             and isinstance(f.get("properties"), dict)]  # fmt: skip
    keys = [str(key) for key in dict.fromkeys(k for one in given[:50] for k in one)]
    for kind, (begins, pattern) in KINDS.items():
        for key in keys:
            found = re.fullmatch(rf"(?i)({begins})[ _]?((?:20)?\d\d)?[ _]?(cd|code)", key)
            if not found or not any(
                re.fullmatch(pattern, str(one.get(key)).strip()) for one in given
            ):
                continue
            year = int(found[2]) % 100 + 2000 if found[2] else None
            named = rf"(?i)({begins})[ _]?({found[2] or ''})[ _]?(nm|name)"
            name = next((k for k in keys if re.fullmatch(named, k)), key)
            return kind, key, name, year
    raise DataRefused(
        paragraph(
            "no property of the areas is the code of a small area, ward or district; found are "
            + (", ".join(f"'{k[:30]}'" for k in keys[:12]) or "none"),
            file=part.label,
            column="properties",
            allowed="LSOA21CD, WD24CD, LAD24CD and the like, of whatever year, with codes of "
            "England or Wales",
            do="Download the layer from the Open Geography portal with its properties.",
        )
    )


def _polygons(geometry: Any) -> Iterator[list[Ring]]:
    """The polygons of a geometry, each its outer ring and its holes, rounded and closed."""
    shape = geometry if isinstance(geometry, dict) else {}
    kind, parts = shape.get("type"), shape.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(parts, list):
        return
    for polygon in [parts] if kind == "Polygon" else parts:
        rings = [_ring(ring) for ring in polygon] if isinstance(polygon, list) else []
        if rings and rings[0]:
            # The outer ring runs one way and holes the other, however the file has them.
            yield [
                ring[::-1] if (_area(ring) > 0) != (number == 0) else ring
                for number, ring in enumerate(rings)
                if ring
            ]


def _ring(ring: Any) -> Ring:
    if not isinstance(ring, list):
        return []
    points: Ring = []
    for point in ring:
        is_pair = isinstance(point, list) and len(point) > 1
        if not is_pair or not all(
            isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v)
            for v in point[:2]
        ):
            return []
        pair = [round(float(point[0]), DECIMALS), round(float(point[1]), DECIMALS)]
        if not points or pair != points[-1]:
            points.append(pair)
    if points and points[0] != points[-1]:
        points.append(points[0])
    return points if len(points) > 3 else []


def _outside(polygons: Sequence[Sequence[Ring]]) -> list[float] | None:
    for x, y in (point for polygon in polygons for ring in polygon for point in ring):
        if not (_WEST <= x <= _EAST and _SOUTH <= y <= _NORTH):
            return [x, y]
    return None


def _area(ring: Ring) -> float:
    """Signed area of a ring, positive anticlockwise, in square degrees."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) / 2


def label_point(polygons: Sequence[Sequence[Ring]]) -> tuple[float, float]:
    """A point well inside an area: the middle of its widest stretch, across or along its middle."""
    largest = max(polygons, key=lambda rings: abs(_area(rings[0])))
    best = (0.0, (largest[0][0][0], largest[0][0][1]))
    for share in (0.5, 0.35, 0.65, 0.2, 0.8):
        ys = [point[1] for point in largest[0]]
        level = min(ys) + share * (max(ys) - min(ys))
        crossed = sorted(
            a[0] + (level - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            for ring in largest
            for a, b in itertools.pairwise(ring)
            if (a[1] <= level) != (b[1] <= level)
        )
        for left, right in zip(crossed[::2], crossed[1::2], strict=False):
            # The middle first: another level has to be wider by a good deal.
            width = (right - left) * (1.0 if share == 0.5 else 0.8)
            if width > best[0]:
                best = (width, ((left + right) / 2, level))
    return round(best[1][0], DECIMALS), round(best[1][1], DECIMALS)


def _combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Each area once: of several outlines the one with the most detail."""
    if "_boundaries" not in tables:
        return {}
    every = tables["_boundaries"].with_columns(detail=pl.col("shape").str.len_bytes())
    kept = every.sort("detail", descending=True, maintain_order=True).unique(
        "area_code", keep="first", maintain_order=True
    )
    return {NAME: kept.drop("detail").sort("kind", "area_code")}


def shape_of(text: str) -> list[list[Ring]]:
    """The polygons of a `shape`: each its outer ring and its holes, of (longitude, latitude)."""
    found: list[list[Ring]] = json.loads(text)
    return found


SOURCE = Source(
    name=NAME,
    title="Outlines of small areas (LSOA), wards and districts",
    description="One row per area with its outline, generalised by the publisher. Files are "
    "GeoJSON in longitude and latitude.",
    supplier="the outlines of the Open Geography portal (Office for National Statistics)",
    is_plural=True,
    schemas=(
        Schema(
            "outlines",
            "a GeoJSON of LSOAs, wards or districts",
            (
                Column(
                    "area_code",
                    "Code of the LSOA, ward or district",
                    essential=True,
                    pattern=r"(lsoa|wd|ward|lad|ltla) ?(\d\d|20\d\d)? ?(cd|code)",
                    example="LSOA21CD",
                ),
                Column(
                    "area",
                    "Its name",
                    pattern=r"(lsoa|wd|ward|lad|ltla) ?(\d\d|20\d\d)? ?(nm|name)",
                    example="LSOA21NM",
                ),
            ),
        ),
    ),
    derived={
        NAME: by_reader(
            kind="lsoa, ward or district",
            edition="Year of the areas, by the property's name: LSOA21CD is of 2021",
            longitude="Longitude of a point well inside, for a label",
            latitude="Its latitude",
            shape="Polygons, each its outer ring and its holes, as JSON of longitude and latitude",
        )
    },
    endings=(".geojson", ".json"),
    reader=_read,
    combine=_combine,
)
