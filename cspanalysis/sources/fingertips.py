"""Exports of the public health profiles (Fingertips): indicators with count and denominator."""

from __future__ import annotations

import polars as pl

from cspanalysis.domain.periods import Period
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader, status_of
from cspanalysis.sources.table import Read

#: What makes rows of two files the same.
_SAME = (
    "indicator_id", "area_code", "area_type", "sex", "age", "category_type", "category",
    "time_period",
)  # fmt: skip
#: How rows are labelled that are of no group.
_ALL = r"^\s*(all\b|total\b|not applicable|n/a|none)"


def _limit(side: str, level: str) -> Column:
    name = f"{side}_{level.replace('.', '')}"
    aliases = [f"{side} CI {level} limit"]
    if level == "95.0":
        name = f"{side}_95"
        # Exports of before 2018 had one pair of limits.
        aliases += [f"{side} CI limit", f"{side} CI 95 limit"]
    return Column(name, f"Published {side} limit, {level}%", tuple(aliases), "number")


def _check(found: Read) -> Read:
    """Line breaks within names are spaces; a figure of several areas, or of a group, is marked."""
    frame = found.frame
    note = pl.col("value_note").str.to_lowercase().fill_null("")
    is_all = [
        pl.col(c).str.to_lowercase().str.contains(_ALL).fill_null(True)
        for c in ("category_type", "category")
    ]
    # Of a value that rows give otherwise, none is known to be that of all.
    is_one = pl.struct("value", "count").n_unique().over(_SAME) == 1
    frame = frame.with_columns(
        pl.col("indicator").str.replace_all(r"\s+", " ").str.strip_chars(),
        is_merged_area=note.str.contains(r"combined|merged|including"),
        is_whole=pl.all_horizontal(*is_all, is_one),
    )
    found.note(
        frame.filter("is_merged_area"), "Value note", "one area",
        "the figure is of several areas together", pl.col("value_note"),
    )  # fmt: skip
    return found.with_frame(frame)


SOURCE = Source(
    name="fingertips",
    title="Public health profiles (Fingertips)",
    description="One row per indicator, area, sex, age and period, with the published value, its "
    "limits and what it was made from. Published limits are kept.",
    supplier="the public health profiles (Fingertips)",
    schemas=(
        Schema("indicators", "an export of Fingertips (26 or 27 columns)", (
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
            # Records of some exports lack the blank last cell, 'Compared to goal'.
        ), tail=1),
    ),
    derived={
        "fingertips": {
            **status_of("value"),
            **by_reader(
                is_merged_area="The figure is of several areas together",
                is_whole="The row is of all residents of its sex and age, no group of them or of "
                "areas",
            ),
        }
    },
    records={"fingertips": _SAME},
    spans={"fingertips": ("time_period", Period.of_years)},
    check=_check,
)  # fmt: skip
