"""Similar areas of the areas of a run, chosen before the first of them is reviewed."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from cspanalysis.domain import area_groups
from cspanalysis.domain.area_groups import Weights
from cspanalysis.domain.areas import Area, PeerGroup
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.store import run_tables

#: Name of the run's table, a row an area, and its metadata: by which weights they were chosen.
_TABLE, _WEIGHTS = "similar_groups", b"weights"
#: Columns beside those of the group: whose it is.
_NAME, _CODES = "area", "district_codes"


def of(processed: Path, area: Area, weights: Weights) -> PeerGroup:
    """`area_groups.group`, looked up where the run has chosen it."""
    return _looked_up(processed, area, weights) or area_groups.group(area, weights)


def put(processed: Path, of_areas: Iterable[Area], weights: Weights) -> None:
    """Choose them for these areas, and lay them down for the run."""
    rows = []
    for area in of_areas:
        with contextlib.suppress(NotAvailable):  # the area itself will tell
            group = dataclasses.asdict(area_groups.group(area, weights))
            rows.append({_NAME: area.name, _CODES: list(area.district_codes), **group})
    if rows:
        table = pa.Table.from_pylist(rows).replace_schema_metadata({_WEIGHTS: _told(weights)})
        run_tables.put(processed, _TABLE, table)


def _looked_up(processed: Path, area: Area, weights: Weights) -> PeerGroup | None:
    held = run_tables.get(processed, _TABLE)
    if held is None or held.schema.metadata[_WEIGHTS] != _told(weights):
        return None
    place = pc.index(held[_NAME], area.name).as_py()
    if place < 0:
        return None
    row = held.slice(place, 1).to_pylist()[0]
    is_same = row.pop(_NAME) == area.name and row.pop(_CODES) == [*area.district_codes]
    return PeerGroup(**row | {"areas": tuple(row["areas"])}) if is_same else None


def _told(weights: Weights) -> bytes:
    return json.dumps(dataclasses.astuple(weights)).encode()
