"""Exports of the public health profiles (Fingertips): indicators with count and denominator."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "fingertips"
TITLE = "Public health profiles (Fingertips)"
DESCRIPTION = (
    "One row per indicator, area, sex, age and period, with the published value, its limits and "
    "what it was made from. Published limits are kept."
)


def _limit(side: str, level: str) -> Column:
    name = f"{side}_{level.replace('.', '')}"
    aliases = [f"{side} CI {level} limit"]
    if level == "95.0":
        name = f"{side}_95"
        # Exports of before 2018 had one pair of limits.
        aliases += [f"{side} CI limit", f"{side} CI 95 limit"]
    return Column(name, f"Published {side} limit, {level}%", tuple(aliases), "number")


SCHEMAS = (
    Schema(
        "indicators",
        "an export of Fingertips (26 or 27 columns)",
        (
            Column("indicator_id", "Number of the indicator", ("indicator id",), essential=True),
            Column("indicator", "Its name", ("indicator name",), required=True),
            Column("parent_code", "Area above, code", ("parent code",)),
            Column("parent", "Area above", ("parent name",)),
            Column("area_code", "Area, ONS code", ("area code",), essential=True),
            Column("area", "Area", ("area name", "areaname"), required=True),
            Column("area_type", "Kind of area", ("area type",)),
            Column("sex", "Sex", (), "lower", required=True),
            Column("age", "Age", (), required=True),
            Column("category_type", "What areas are grouped by", ("category type",)),
            Column("category", "Group", ("category",)),
            Column("time_period", "Period", ("time period",), essential=True),
            Column("value", "Published value", (), "figure", required=True),
            _limit("lower", "95.0"), _limit("upper", "95.0"),
            _limit("lower", "99.8"), _limit("upper", "99.8"),
            Column("count", "Numerator", (), "number", required=True),
            Column("denominator", "Denominator", (), "number", required=True),
            Column("value_note", "Publisher's note on the value", ("value note",)),
            Column(
                "time_period_sortable", "Period as a number", ("time period sortable",), "integer"
            ),
        ),
        # Records of some exports lack the blank last cell, 'Compared to goal'.
        tail=1,
    ),
)  # fmt: skip

DERIVED = {
    "fingertips": {
        "status": "ok, or why there is no value",
        "symbol": "What stood in the value's place",
        "is_merged_area": "The figure is of several areas together",
        "is_whole": "The row is of all residents of its sex and age, no group of them or of areas",
    }
}

#: What makes rows of two files the same.
RECORDS = {
    NAME: (
        "indicator_id", "area_code", "area_type", "sex", "age",
        "category_type", "category", "time_period",
    )
}  # fmt: skip

#: How rows are labelled that are of no group.
_ALL = r"^\s*(all\b|total\b|not applicable|n/a|none)"


def read(part: Part, context: Context) -> Read:
    """Read one export.

    Returns
    -------
    Read
        The schema's columns with status and symbol of the value, is_merged_area (the note says
        that the figure is of several areas together), is_whole (the row is no group: neither by
        its category nor by a column nobody knows), file and row. Line breaks within names are
        spaces.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    names = [c.name for c in SCHEMAS[0].columns]
    note = pl.col("value_note").str.to_lowercase().fill_null("")
    frame = found.tables[NAME].with_columns(
        pl.col("indicator").str.replace_all(r"\s+", " ").str.strip_chars(),
        is_merged_area=note.str.contains(r"combined|merged|including"),
    )
    is_all = [
        pl.col(c).str.to_lowercase().str.contains(_ALL).fill_null(True)
        for c in ("category_type", "category")
    ]
    # Of a value that rows give otherwise, none is known to be that of all.
    is_one = pl.struct("value", "count").n_unique().over(RECORDS[NAME]) == 1
    frame = frame.with_columns(is_whole=pl.all_horizontal(*is_all, is_one))
    found.problems.add_rows(
        frame.filter("is_merged_area").select(ROW, found=pl.col("value_note")),
        "Value note", "one area", "noted", "the figure is of several areas together",
    )  # fmt: skip
    frame = frame.select(
        *names,
        pl.col("value_status").fill_null("not_available").alias("status"),
        pl.col("value_symbol").alias("symbol"),
        "is_merged_area", "is_whole", pl.lit(part.label).alias("file"), ROW,
    )  # fmt: skip
    return found.with_tables(fingertips=frame)
