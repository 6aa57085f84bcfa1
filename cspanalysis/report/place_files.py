"""places.csv and places.geojson: counts of small areas and wards, for spreadsheets and for maps.

Made of the rows of the findings, which have passed disclosure control, and of the workspace's
outlines; nothing is counted here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cspanalysis.report import findings_json

CSV, GEOJSON = "places.csv", "places.geojson"
#: Kind of area → the columns with its code and its name in the rows of findings.
KINDS = {"lsoa": ("lsoa_code", "place"), "ward": ("ward_code", "ward")}
_VALUES = (
    "count", "compare_count", "total", "share", "population", "rate", "percent_change", "ratio",
    "lower", "upper", "confidence", "verdict", "status",
)  # fmt: skip
_KEYS = ("id", "title", "measure", "period", "compare", "kind", "code", "name", "ward", "district")

#: Kind and codes → outlines: area_code, polygons.
Outlines = Callable[[str, Iterable[str]], pd.DataFrame]


def write(
    folder: Path, records: Sequence[Mapping[str, Any]], outlines: Outlines | None = None
) -> list[str]:
    """Write the two files into a review's folder; returns the names of those that have content."""
    rows = [row for record in records for row in _rows(record)]
    if not rows:
        return []
    (folder / CSV).write_bytes(_table(rows))
    features = _features(rows, outlines) if outlines else []
    if not features:
        return [CSV]
    content = {"type": "FeatureCollection", "features": features}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    (folder / GEOJSON).write_text(text + "\n", encoding="utf-8", newline="\n")
    return [CSV, GEOJSON]


def _rows(record: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """A finding's rows that are areas, each with what the finding is about."""
    about = {key: record.get(key, "") for key in ("id", "title", "measure", "period", "compare")}
    for row in record.get("rows", ()):
        kind = next((k for k, (code, _) in KINDS.items() if row.get(code)), None)
        if kind and "count" in row:
            code, name = KINDS[kind]
            values = {v: row.get(v) for v in _VALUES}
            yield {**about, "kind": kind, "code": row[code], "name": row.get(name),
                   "ward": row.get("ward"), "district": row.get("district"), **values}  # fmt: skip


def _table(rows: Sequence[Mapping[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_KEYS, *_VALUES])
    for row in rows:
        cells = (row[key] for key in (*_KEYS, *_VALUES))
        writer.writerow(["" if c is None else findings_json.neutral(c) for c in cells])
    return out.getvalue().encode("utf-8-sig")


def _features(rows: Sequence[Mapping[str, Any]], outlines: Outlines) -> list[dict[str, Any]]:
    """An area each, with its counts by the finding that gives them."""
    areas: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        # A count and no change: `places.change` counts what `places.top` does.
        name = {k: row[k] for k in ("kind", "code", "name", "ward", "district")}
        found = areas.setdefault((row["kind"], row["code"]), {**name, "counts": {}})
        found["counts"].setdefault(row["id"], row["count"])
    features = []
    for kind in KINDS:
        codes = [code for of, code in areas if of == kind]
        shapes = outlines(kind, codes) if codes else pd.DataFrame()
        if shapes.empty:
            continue
        for code, polygons in zip(shapes["area_code"], shapes["polygons"], strict=True):
            area = areas[kind, code]
            properties = {k: v for k, v in area.items() if k != "counts"} | area["counts"]
            geometry = {"type": "MultiPolygon", "coordinates": polygons}
            features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return features
