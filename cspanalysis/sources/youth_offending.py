"""Young people known to the Youth Offending Service, by year and kind of offence."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.opening import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "youth_offending"
TITLE = "Young people known to the Youth Offending Service"
DESCRIPTION = (
    "One row per financial year, district and measure. A suppressed or missing figure has a status "
    "and no count."
)

SCHEMAS = (
    Schema(
        "figures",
        "yearly figures of the Youth Offending Service",
        (
            Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
            Column("district", "Local authority district", ("local authority",), required=True),
            Column(
                "measure", "Referrals, entrants, or a kind of offence", ("category", "offence"),
                essential=True,
            ),
            Column(
                "count", "Young people, or a symbol",
                ("young people", "number", "clients", "offenders"), "count", required=True,
            ),
        ),
    ),
)  # fmt: skip

DERIVED = {
    "youth_offending": {
        "status": "ok, or why there is no count",
        "symbol": "What stood in the count's place",
    }
}

#: What makes two rows the same figure.
FIGURES = {NAME: ("year", "district", "measure")}


def read(part: Part, context: Context) -> Read:
    """Read one table: year, district, measure, count, status, symbol, file, row."""
    found = table.read(part, SCHEMAS, context, NAME).without_totals("measure")
    frame = found.tables[NAME].select(
        "year", "district", pl.col("measure").str.replace_all(r"\s+", " "), "count",
        pl.col("count_status").fill_null("not_available").alias("status"),
        pl.col("count_symbol").alias("symbol"),
        pl.lit(part.label).alias("file"), ROW,
    )  # fmt: skip
    return found.with_tables(youth_offending=frame)
