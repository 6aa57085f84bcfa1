"""The map that leads into the reviews of many areas: each outline is a link, nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cspanalysis import present
from cspanalysis.domain import areas
from cspanalysis.domain.errors import CspError
from cspanalysis.present.charts.area_maps import NONE, TINTS, Ground
from cspanalysis.review import small_areas
from cspanalysis.store.tables import Store


@dataclass(frozen=True)
class Shape:
    """One area's outline as an SVG path with its tint."""

    area: str
    link: str
    path: str
    tint: str
    said: str


@dataclass(frozen=True)
class DistrictMap:
    """The outlines on a grid of `width` by `height`, and what each tint means."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    key: tuple[tuple[str, str], ...]


def of(store: Store, rows: Sequence[Mapping[str, Any]]) -> DistrictMap | None:
    """The map of the areas of an index; None where the workspace holds fewer than two outlines.

    `rows`: area, link, rate (None where it is not known) of each.
    """
    outlines = {row["area"]: _outlines(store, row["area"]) for row in rows}
    drawn = [row for row in rows if outlines[row["area"]]]
    if len(drawn) < 2:
        return None
    ground = Ground([outlines[row["area"]] for row in drawn])
    tints, key = _tints([row["rate"] for row in drawn])
    shapes = tuple(
        Shape(row["area"], row["link"], _path(ground, outlines[row["area"]]), tint, _said(row))
        for row, tint in zip(drawn, tints, strict=True)
    )
    return DistrictMap(ground.width, ground.height, shapes, key)


def _outlines(store: Store, name: str) -> list[Any]:
    """The polygons of an area's districts; none if one of them is missing."""
    try:
        codes = areas.find(name).district_codes
    except CspError:
        return []
    found = small_areas.outlines(store, "district", codes)
    if len(found) < len(codes):
        return []
    return [polygon for polygons in found["polygons"] for polygon in polygons]


def _tints(rates: Sequence[float | None]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """A tint for each rate, as many areas under each as can be, and the key."""
    known = sorted(r for r in rates if r is not None)
    if not known:
        return [NONE] * len(rates), ()
    parts = min(len(TINTS), len(set(known)))
    # Lowest rate of each class.
    edges = sorted({known[len(known) * i // parts] for i in range(parts)})
    tints = TINTS[-len(edges) :]
    chosen = [
        NONE if rate is None else tints[sum(rate >= edge for edge in edges) - 1] for rate in rates
    ]
    spans = [[r for r, t in zip(rates, chosen, strict=True) if t == tint] for tint in tints]
    key = tuple(
        (tint, f"{min(span):.1f} to {max(span):.1f}" if len(span) > 1 else f"{span[0]:.1f}")
        for tint, span in zip(tints, spans, strict=True)
    )
    return chosen, key


def _path(ground: Ground, polygons: Sequence[Any]) -> str:
    """An outline in the commands of SVG, north at the top."""
    xs, ys = ground.path([polygons])
    parts: list[str] = []
    is_open = False
    for x, y in zip(xs, ys, strict=True):
        if x is None or y is None:
            parts.append("Z")
        else:
            parts.append(f"{'L' if is_open else 'M'}{x} {ground.height - y}")
        is_open = x is not None
    return "".join(parts)


def _said(row: Mapping[str, Any]) -> str:
    rate = f": {row['rate']:.1f} crimes per 1,000 residents" if row["rate"] is not None else ""
    return f"{present.as_said(row['area'])}{rate}"
