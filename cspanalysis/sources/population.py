"""Resident population by area, sex and age: tidy, or as the ONS prints it in wide tables."""

from __future__ import annotations

import re

import polars as pl

from cspanalysis import areas
from cspanalysis.errors import DataRefused, paragraph
from cspanalysis.sources import table
from cspanalysis.sources.opening import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context, Read

NAME = "population"
TITLE = "Resident population by area, sex and age"
DESCRIPTION = "One row per area, year, sex and single year of age (90 is 90 and over, -1 all ages)."

_SEXES = {
    **dict.fromkeys(("persons", "all", "p", "t", "total", "all persons"), "persons"),
    **dict.fromkeys(("male", "males", "m", "1"), "male"),
    **dict.fromkeys(("female", "females", "f", "2"), "female"),
}
_CODE = Column(
    "area_code",
    "ONS code of the area",
    ("code", "ladcode", "geography code"),
    pattern=r"(ltla|utla|lad|lsoa|msoa|la|mye\d\d)\d* ?(code|cd)",
)
_AREA = Column(
    "area",
    "Area",
    ("name", "area name", "laname", "geography"),
    pattern=r"(ltla|utla|lad|lsoa|msoa|la)\d* ?(name|nm)",
)
_ALL = "all ages"
AGES = tuple(
    Column(
        str(age),
        f"Residents aged {age}",
        (f"age {age}",),
        "integer",
        required=True,
        unit="residents",
    )
    for age in range(90)
)
_OLDEST = Column(
    "90", "Residents aged 90 and over", ("90+", "age 90+", "90 and over"), "integer", required=True
)
_YEAR = Column("year", "Year of the estimate (30 June)", (), "integer")
SCHEMAS = (
    Schema(
        "tidy",
        "population, one row per area, year, sex and age",
        (
            _CODE,
            Column(
                "area",
                "Area",
                ("name", "area name", "district", "geography name"),
                pattern=_AREA.pattern,
                essential=True,
            ),
            Column(
                "year", "Year of the estimate (30 June)", ("date name",), "integer", essential=True
            ),
            Column(
                "sex",
                "Sex; persons where the column is missing",
                ("gender", "gender name"),
                allowed=_SEXES,
            ),
            Column(
                "age",
                "Single year of age; all ages where the column is missing",
                ("c age name",),
                "lower",
            ),
            Column(
                "population",
                "Residents",
                ("residents", "count", "value", "obs value"),
                "integer",
                essential=True,
            ),
            Column("note", "Remarks of the publisher", ("remarks",)),
        ),
    ),
    Schema(
        "wide",
        "population by single year of age, a column per age",
        (
            Column(
                "area_code", _CODE.meaning, _CODE.aliases, pattern=_CODE.pattern, essential=True
            ),
            _AREA,
            _YEAR,
            Column("sex", "Sex; persons where the column is missing", ("gender",), allowed=_SEXES),
            Column(
                _ALL,
                "Residents of all ages",
                ("total population", "total", "persons all ages"),
                "integer",
            ),
            *AGES,
            _OLDEST,
        ),
    ),
    Schema(
        "census_by_sex",
        "Census population by sex",
        (
            Column(
                "area_code", _CODE.meaning, _CODE.aliases, pattern=_CODE.pattern, essential=True
            ),
            _AREA,
            _YEAR,
            Column("persons", "Residents", ("total population",), "integer", required=True),
            Column("female", "Female residents", ("total females",), "integer", required=True),
            Column("male", "Male residents", ("total males",), "integer", required=True),
        ),
    ),
)

_SEXES_APART = ["persons", "female", "male"]
_KEYS = ["area_code", "area", "year", "row"]
_COLUMNS = ("area_code", "area", "year", "sex", "age", "population", "note", "file", "row")


DERIVED = {
    "population": {
        "area_code": "ONS code, missing for areas without one",
        "area": "Area",
        "year": "Year of the estimate",
        "sex": "persons, male, female",
        "age": "Single year of age; 90 is 90 and over, -1 all ages",
        "population": "Residents",
        "note": "Mid-year estimate, Census, or the publisher's remark",
    }
}

_IS_CENSUS = pl.col("note").str.starts_with("Census").fill_null(False)
#: What makes rows of two files the same: the Census has figures of its own.
RECORDS = {NAME: ("area", "year", "sex", "age", _IS_CENSUS)}


def read(part: Part, context: Context) -> Read:
    """Read one table into the tidy form: area_code, area, year, sex, age, population, note.

    Raises
    ------
    DataRefused
        If a wide table says its year neither in a column, nor in its name, nor in its sidecar.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    found = found.without_totals("area_code").without_totals("area")
    if found.schema == "tidy":
        found = found.keep(
            _age().is_between(-1, 90),
            "age", pl.col("age"), "0 to 90 (and over) or all ages", "no single year of age",
        )  # fmt: skip
    else:
        figures = [_ALL, *map(str, range(91))] if found.schema == "wide" else _SEXES_APART
        found = found.keep(
            pl.any_horizontal(pl.col(figures).is_not_null()),
            "area_code", pl.col("area_code"), "an area with its residents", "no figure in the row",
        )  # fmt: skip
    frame = found.tables[NAME]
    tidy = {"tidy": _tidy, "wide": _wide, "census_by_sex": _by_sex}[found.schema](frame)
    if tidy["year"].null_count():
        tidy = tidy.with_columns(pl.col("year").fill_null(_year(part, context)))
    names = dict(areas.district_names().values())
    known = pl.col("area_code").replace_strict(names, default=None, return_dtype=pl.String)
    tidy = tidy.with_columns(
        area=pl.coalesce("area", known, "area_code"), file=pl.lit(part.label)
    ).select(_COLUMNS)
    return found.with_tables(population=tidy.sort("area", "year", "sex", "age"))


def _tidy(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("sex").fill_null("persons"), age=_age())


def _age() -> pl.Expr:
    """Single year of age as a number; -1 for all ages, missing where the text is none."""
    text = pl.col("age").str.replace("^aged? ", "").str.replace(r"\s*(\+|and over|plus)$", "")
    is_all = text.is_null() | text.is_in(["all", "all ages", "total"])
    return pl.when(is_all).then(pl.lit(-1)).otherwise(text.cast(pl.Int64, strict=False))


def _wide(frame: pl.DataFrame) -> pl.DataFrame:
    ages = [c for c in frame.columns if c == _ALL or c.isdigit()]
    long = frame.unpivot(
        ages, index=[*_KEYS, "sex"], variable_name="age", value_name="population"
    ).drop_nulls("population")
    return long.with_columns(
        pl.col("age").replace(_ALL, "-1").cast(pl.Int64),
        pl.col("sex").fill_null("persons"),
        note=pl.lit("mid-year estimate"),
    )


def _by_sex(frame: pl.DataFrame) -> pl.DataFrame:
    long = frame.unpivot(
        _SEXES_APART, index=_KEYS, variable_name="sex", value_name="population"
    ).drop_nulls("population")
    return long.with_columns(age=pl.lit(-1, pl.Int64), note=pl.lit("Census, usual residents"))


def _year(part: Part, context: Context) -> int:
    """The estimate's year from the file's name ('population20_…', 'mid-2020'), else the sidecar."""
    name = part.name.lower()
    if match := re.search(r"(?<!\d)((?:19|20)\d{2})(?!\d)", name):
        return int(match[1])
    if match := re.match(r"(?:population|pop|age_gender|mye|mid)[-_]?(\d{2})(?!\d)", name):
        return 2000 + int(match[1])
    if year := context.sidecar.get("year"):
        return int(year)
    raise DataRefused(
        paragraph(
            "nothing says which year's population this is",
            file=part.label,
            allowed="a column 'year', a file name such as population20_… or mid-2020…, or "
            "year = 2020 in the sidecar",
            do="Add one of them.",
        )
    )
