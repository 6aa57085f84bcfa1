"""What findings about places share: how they count, name, number and draw small areas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain.periods import Period
from cspanalysis.findings.publication import method_of
from cspanalysis.findings.question import Question, question
from cspanalysis.present import charts
from cspanalysis.review import small_areas
from cspanalysis.review.review import Review
from cspanalysis.review.small_areas import SmallAreas
from cspanalysis.stats import measures, shrinkage

if TYPE_CHECKING:
    from cspanalysis.present.charts.plot import Plot

#: Fewer crimes in a place are described, not ranked or named as most.
FEWEST = 10
#: So many places are named as those with most, and numbered on the map.
TOP, NUMBERED = 10, 5
#: Crimes of which residents are what is at risk; of others a rate per resident misleads.
AT_RISK = frozenset(
    ("anti-social behaviour", "burglary", "criminal damage and arson", "vehicle crime",
     "violence and sexual offences", "criminal damage", "violent crime", "violence")
)  # fmt: skip

SMALL = (
    "A small area is a Lower layer Super Output Area (LSOA) of the Census, of some 1,500 "
    "residents. Street-level files place a crime at the nearest of fixed points on the map, so "
    "that one on a border may count next door."
)
place_question = partial(
    question, needs=("police_uk",), unit="crimes", fewer_is_better=True, once=True
)


def draw(table: pd.DataFrame, kind: str, code: str, review: Review) -> Plot | None:
    """The map of a result, with ward borders above small areas; None without outlines."""
    codes = {c: [str(c)] for c in table[code]}
    if kind == "lsoa":
        # A place that stands for several small areas is drawn as all of them.
        known = _codes_of(review)
        codes = {c: known.get(c, [c]) for c in table[code]}
    shapes = small_areas.outlines(review.store, kind, [c for cs in codes.values() for c in cs])
    if shapes.empty:
        return None
    polygons = dict(zip(shapes["area_code"], shapes["polygons"], strict=True))
    points = shapes.set_index("area_code")[["longitude", "latitude"]]
    areas = table.assign(
        label=table["label"] if kind == "lsoa" else table["ward"],
        polygons=[[p for c in codes[one] for p in polygons.get(c, [])] for one in table[code]],
        longitude=table[code].map(points["longitude"]),
        latitude=table[code].map(points["latitude"]),
    )
    lines = None
    if kind == "lsoa" and "ward_code" in table:
        wards = small_areas.outlines(review.store, "ward", table["ward_code"].dropna().unique())
        lines = None if wards.empty else wards
    return charts.area_map(areas, lines)


def on_map(review: Review, kind: str, codes: Iterable[str]) -> dict[str, str]:
    """The column of the numbers that a map bears; {} where there is none to draw."""
    return {"number": "On the map"} if small_areas.has_outlines(review.store, kind, codes) else {}


def _codes_of(review: Review) -> dict[str, list[str]]:
    """Place → its LSOAs, of those that stand for several over the review's period."""
    found = counted(review, "recorded crime", review.period)
    return dict(zip(found.places["lsoa_code"], map(list, found.places["codes"]), strict=True))


def counted(review: Review, selection: str | Iterable[str], *periods: Period) -> SmallAreas:
    name = selection if isinstance(selection, str) else tuple(selection)
    return small_areas.counted(review.store, review.area, name, *periods)


def sources_of(found: SmallAreas) -> list[str]:
    return [small_areas.SOURCE, "lookups"]


def rated(
    found: SmallAreas, table: pd.DataFrame, people: pd.DataFrame, when: str
) -> tuple[pd.DataFrame, dict[str, str], list[str]]:
    """Places with their rates per resident, those columns and notes; the table where not fit.

    A rate is given only of what befalls people where they live. Beside it stands the rate drawn to
    that of all places, since of few crimes a place's own rate is mostly luck.
    """
    if not set(found.offences) <= AT_RISK or not people["population"].notna().any():
        return table, {}, []
    table = shrinkage.shrunk(measures.rate(people, per=1000))
    columns = {"population": "Residents", "rate": "Per 1,000 residents",
               "interval": "95% interval of the rate"}  # fmt: skip
    notes = [
        f"Residents are those of {when}. Where many come to work, shop or go out, a rate per "
        "resident overstates the risk of those who live there."
    ]
    if table["shrunk_rate"].notna().any():
        columns["shrunk_text"] = "Drawn to the others"
        notes.append(
            "Drawn to the others: of few crimes a place's own rate is mostly luck. This one lies "
            "between the place's own and that of all, nearer its own the more residents it has."
        )
        table = table.assign(
            shrunk_text=["" if pd.isna(r) else present.rate(r) for r in table["shrunk_rate"]],
        )
        # Where places hardly differ such limits are too narrow (docs/calibration.md).
        table = table.drop(columns=["shrunk_lower", "shrunk_upper"])
    return table, columns, notes


def method_of_rates(table: pd.DataFrame) -> str:
    """How the rows were made, rates drawn to the others among it where there are any."""
    drawn = [shrinkage.METHOD] if "shrunk_text" in table else []
    return "; ".join(filter(None, [method_of(table), *drawn]))


def notes_of(ask: Question, found: SmallAreas) -> list[str]:
    notes = [small_areas.unlocated(ask.review.store, ask.review.area, found, ask.period)]
    if found.together:
        number, verb = present.in_words(found.together), "s" if found.together == 1 else ""
        notes.append(
            f"Files of before mid-2023 use the small areas of 2011: {number} "
            f"place{'' if verb else 's'} stand{verb} for several of today's, which were one then."
        )
    return [note for note in notes if note]


def named(offences: str | Sequence[str]) -> str:
    return offences if isinstance(offences, str) else present.listed(offences)


def tenth(places: int) -> int:
    return -(-places // 10)


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """With `label`: 'Judd (012A)' of a place in an area of one district, else its whole name."""
    several = bool(district_column(table))
    labels = []
    for place, ward, district in table[["place", "ward", "district"]].itertuples(index=False):
        short = place if several else place.removeprefix(f"{district} ")
        labels.append(f"{ward} ({short})" if isinstance(ward, str) and ward else place)
    return table.assign(label=labels)


def district_column(table: pd.DataFrame) -> dict[str, str]:
    """The column of the district, where there are several."""
    return {"district": "District"} if len(set(table["district"])) > 1 else {}


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    """With `number` 1, 2, … of those with most, as far as they have `FEWEST` crimes or more."""
    is_named = (table["count"] >= FEWEST) & (np.arange(len(table)) < NUMBERED)
    number = pd.Series(np.where(is_named, np.arange(1, len(table) + 1), np.nan), table.index)
    return table.assign(number=number.astype("Int64"))
