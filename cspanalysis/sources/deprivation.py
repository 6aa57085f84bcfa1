"""Deprivation by small area: the English Indices and the Welsh Index of Multiple Deprivation.

Decile 1 is the most deprived tenth of the country's areas. Where a table gives ranks alone and all
of a country's areas, the deciles are made of them. England's and Wales' deciles are no one scale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema, key
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import ROW, Context, Read

NAME = "deprivation"

#: Edition of the areas' codes → index, for tables that do not say: England, Wales.
_NEWEST = {("E", 2021): "IMD 2025", ("W", 2011): "WIMD 2019", ("E", 2011): "IMD 2019",
           ("W", 2021): "WIMD 2025"}  # fmt: skip
#: Areas of each index; deciles are made of the ranks of all of them.
_AREAS = {"IMD 2025": 33_755, "IMD 2019": 32_844, "IMD 2015": 32_844, "WIMD 2019": 1_909,
          "WIMD 2025": 1_917}  # fmt: skip

_INDEX = r"(index of multiple deprivation( imd)?|imd|w?imd ?(20\d\d)?)( 20\d\d)?"
_MOST = r"( (where )?1 (is|being) most deprived.*)?"


class _Ranked(Schema):
    """A layout of which the decile or the rank must be there."""

    def missing(self, found: Mapping[str, int], given: Mapping[str, Any]) -> list[Column]:
        lacking = super().missing(found, given)
        if {"decile", "rank"} & {*found, *given}:
            return lacking
        return [*lacking, *(c for c in self.columns if c.name == "decile")]


def _read(part: Part, context: Context) -> Read:
    return table.of_sheets(part, lambda sheet: _one(sheet, context))


def _one(part: Part, context: Context) -> Read:
    found = table.read(part, SOURCE.schemas, context, NAME)
    frame = found.tables[NAME]
    for column in ("decile", "income_decile"):
        if column not in frame.columns:
            frame = frame.with_columns(pl.lit(None, pl.Int64).alias(column))
    for column in ("rank", "score", "residents"):
        if column not in frame.columns:
            frame = frame.with_columns(pl.lit(None, pl.Float64).alias(column))
    found = found.with_frame(frame)
    found = found.keep(
        pl.col("lsoa_code").str.contains(r"^[EW]01\d{6}$"),
        "lsoa_code", pl.col("lsoa_code"), "a code such as E01024717", "no code of an LSOA",
    )  # fmt: skip
    for column in ("decile", "income_decile"):
        odd = found.frame.filter(~pl.col(column).is_between(1, 10))
        found.note(odd, column, "1 (most deprived) to 10", "no decile; left missing")
        found = found.with_frame(
            found.frame.with_columns(pl.when(pl.col(column).is_between(1, 10)).then(column))
        )
    found = found.keep(
        pl.col("decile").is_not_null() | pl.col("rank").is_not_null(),
        "decile", pl.col("lsoa_code"), "a decile or a rank", "no figure in the row",
    )  # fmt: skip
    edition = _edition(found)
    words = " ".join((*found.given.values(), part.name, *found.titles))
    named = re.search(r"(?i)\b(w?imd|iod)[ _]?(20\d\d)", words)
    country = pl.col("lsoa_code").str.head(1)
    year = country.replace_strict(
        {c: _NEWEST[c, edition] for c in "EW"}, default=None, return_dtype=pl.String
    )  # fmt: skip
    if named:
        year = pl.when(country == "W").then(pl.lit(f"WIMD {named[2]}")).otherwise(
            pl.lit(f"IMD {named[2]}")
        )  # fmt: skip
    frame = found.frame.with_columns(index=year, lsoa_edition=pl.lit(str(edition)))
    number = pl.col("index").replace_strict(_AREAS, default=None, return_dtype=pl.Int64)
    made = (pl.col("rank") * 10 / number).ceil().cast(pl.Int64)
    frame = frame.with_columns(
        decile=pl.coalesce("decile", pl.when(made.is_between(1, 10)).then(made)),
        rank=pl.col("rank").cast(pl.Int64),
        residents=pl.col("residents").cast(pl.Int64),
        residents_year=pl.lit(_year_of_residents(found), pl.Int64),
        file=pl.lit(part.label),
    )
    return found.with_frame(frame.select(_COLUMNS))


_COLUMNS = (
    "lsoa_code", "lsoa_edition", "index", "decile", "rank", "score", "income_decile", "residents",
    "residents_year", "file", ROW,
)  # fmt: skip


def _edition(found: Read) -> int:
    """2011 or 2021, as the heading of the codes says, else as the codes do."""
    heading = key(found.given.get("lsoa_code", "")) + " " + found.given.get("lsoa_code", "")
    if year := re.search(r"(?<!\d)(?:20)?(11|21)(?!\d)", heading):
        return 2000 + int(year[1])
    codes = found.frame["lsoa_code"]
    # From these codes on an LSOA is one of 2021.
    is_new = (codes.str.starts_with("E") & (codes >= "E01033769")) | (codes >= "W01001910")
    return 2021 if is_new.any() else 2011


def _year_of_residents(found: Read) -> int | None:
    year = re.search(r"20\d\d", found.given.get("residents", ""))
    return int(year[0]) if year else None


SOURCE = Source(
    name=NAME,
    title="Indices of deprivation by small area (LSOA)",
    description="One row per LSOA with its decile and rank among those of its country; decile 1 is "
    "the most deprived tenth. England and Wales have scales of their own.",
    supplier="the indices of deprivation (for England GOV.UK, for Wales the Welsh Government)",
    is_plural=True,
    schemas=(
        _Ranked(
            "indices",
            "the Indices of Deprivation (File 1 or 7) or the Welsh Index (ranks or deciles)",
            (
                Column(
                    "lsoa_code",
                    "Code of the LSOA",
                    ("lsoa code", "lsoa"),
                    essential=True,
                    pattern=r"lsoa ?(code|cd)? ?(20)?(11|21) ?(code|cd)?",
                    example="LSOA code (2021)",
                ),
                Column(
                    "decile",
                    "Decile of deprivation, 1 = most deprived tenth of the country",
                    ("imd decile", "wimd decile"),
                    "integer",
                    pattern=rf"{_INDEX}( overall)? decile( where.*| 1.*)?",
                    example="Index of Multiple Deprivation (IMD) Decile",
                ),
                Column(
                    "rank",
                    "Rank, 1 = most deprived",
                    ("imd rank", "wimd rank", "wimd 2019", "wimd 2025"),
                    "number",
                    pattern=rf"{_INDEX}( overall)? rank{_MOST}",
                    example="Index of Multiple Deprivation (IMD) Rank",
                ),
                Column(
                    "score",
                    "Score; higher is more deprived",
                    ("imd score", "wimd score"),
                    "number",
                    pattern=rf"{_INDEX}( overall)? score",
                    example="Index of Multiple Deprivation (IMD) Score",
                ),
                Column(
                    "income_decile",
                    "Decile of income deprivation alone, which counts no crime",
                    ("income decile",),
                    "integer",
                    pattern=r"income( deprivation)? decile( where.*| 1.*)?",
                    example="Income Decile",
                ),
                Column(
                    "residents",
                    "Residents, where the table gives them",
                    (),
                    "number",
                    pattern=r"total population( mid)?( 20\d\d)?.*",
                    example="Total population: mid 2022",
                    unit="residents",
                ),
            ),
        ),
    ),
    derived={
        NAME: by_reader(
            lsoa_edition="2011 or 2021",
            index="Index and its year: IMD 2025, WIMD 2019",
            residents_year="Year of the residents",
        )
    },
    records={NAME: ("lsoa_code", "index")},
    reader=_read,
)
