"""The council's environmental records: monthly figures, and surveys of how clean streets are."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.opening import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "environmental"
TITLE = "Environmental records of the council"
DESCRIPTION = (
    "`environmental`: one row per month and indicator (graffiti, litter, fly-tipping, penalty "
    "notices). `cleanliness`: one row per year and kind of dirt, with the sites surveyed."
)

_DISTRICT = Column("district", "Local authority district", ("local authority",), required=True)

SCHEMAS = (
    Schema(
        "monthly",
        "monthly figures of the council",
        (
            _DISTRICT,
            Column("month", "Month", kind="month", essential=True),
            Column("indicator", "What is counted", ("measure",), "lower", essential=True),
            Column("unit", "Unit of the value", (), "lower", required=True),
            Column("value", "Figure, or a symbol", ("count", "number"), "figure", required=True),
        ),
    ),
    Schema(
        "cleanliness",
        "a survey of street cleanliness",
        (
            _DISTRICT,
            Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
            Column("measure", "Kind of dirt", ("indicator",), essential=True),
            Column(
                "below_standard", "Sites below the acceptable standard",
                ("sites below standard", "failed"), "count", required=True,
            ),
            Column("sites", "Sites surveyed", ("sites surveyed",), "integer", required=True),
            Column(
                "percent", "Share as published", ("per cent", "score"), "number", unit="per cent"
            ),
        ),
    ),
)  # fmt: skip

DERIVED = {
    "environmental": {
        "status": "ok, or why there is no value",
        "symbol": "What stood in the value's place",
    },
    "cleanliness": {
        "status": "ok, or why there is no count",
        "symbol": "What stood in the count's place",
    },
}

#: What makes two rows the same figure.
FIGURES = {
    "environmental": ("month", "indicator", "district"),
    "cleanliness": ("year", "measure", "district"),
}


#: What of rows that reading makes alike is added up (see `figures`).
ADDED = {"environmental": ("value",)}


def read(part: Part, context: Context) -> Read:
    """Read one file of either layout.

    Returns
    -------
    Read
        `environmental`: district, month, indicator, unit, value, status, symbol, file, row; or
        `cleanliness`: district, year, measure, below_standard, sites, percent, status, symbol,
        file, row. More sites below the standard than were surveyed are set aside.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    file = pl.lit(part.label).alias("file")
    if found.schema == "monthly":
        frame = found.tables[NAME].select(
            "district", "month", "indicator", "unit", "value",
            pl.col("value_status").fill_null("not_available").alias("status"),
            pl.col("value_symbol").alias("symbol"),
            file, ROW,
        )  # fmt: skip
        return found.with_tables(environmental=frame)
    found = found.keep(
        pl.col("below_standard").is_null()
        | pl.col("sites").is_null()
        | (pl.col("below_standard") <= pl.col("sites")),
        "below_standard", pl.col("below_standard"), "at most the sites surveyed",
        "more sites below the standard than were surveyed",
    )  # fmt: skip
    frame = found.tables[NAME].select(
        "district", "year", "measure", "below_standard", "sites", "percent",
        pl.col("below_standard_status").fill_null("not_available").alias("status"),
        pl.col("below_standard_symbol").alias("symbol"), file, ROW,
    )  # fmt: skip
    return found.with_tables(cleanliness=frame)
