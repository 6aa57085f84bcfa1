"""Counts of offences by area and period for peer groups (the iQuanta kind of table)."""

from __future__ import annotations

import polars as pl

from cspanalysis.domain import offences
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context, Read

NAME = "peer_counts"
TITLE = "Offences by area and period for peer groups"
DESCRIPTION = "One row per peer group, area, offence (or group of offences) and period."

_BEFORE = (
    Column(
        "group",
        "Peer group: msg (most similar), county, …",
        ("peer group",),
        "lower",
        essential=True,
    ),
    Column("area", "Area of the group", ("area name", "csp", "district"), essential=True),
    Column(
        "offence",
        "Offence or group of offences",
        ("measure", "crime type"),
        "lower",
        essential=True,
    ),
)
_AFTER = (
    Column("count", "Offences recorded", ("offences", "crimes"), "integer", essential=True),
    Column("population", "Residents the rate is made with", ("residents",), "integer"),
    Column("is_own", "The row is the partnership's own area", ("own",), "boolean"),
    Column("as_of", "Date of the extract", ("extracted",), "date"),
)
SCHEMAS = (
    Schema(
        "by_period",
        "counts by area and period",
        (
            *_BEFORE,
            Column("period", "Months, first and last", kind="period", essential=True),
            *_AFTER,
        ),
    ),
    Schema(
        "from_to",
        "counts by area with first and last month",
        (
            *_BEFORE,
            Column("first", "First month", ("from", "from month"), "month", essential=True),
            Column("last", "Last month", ("to", "to month"), "month", essential=True),
            *_AFTER,
        ),
    ),
)


DERIVED = {"peer_counts": {"period": "First and last month, 'YYYY-MM/YYYY-MM', in every layout"}}

#: What makes two rows the same figure.
FIGURES = {NAME: ("group", "area", "offence", "period")}


def read(part: Part, context: Context) -> Read:
    """Read one table; see SCHEMAS for its columns (the period always as first/last month)."""
    found = table.read(part, SCHEMAS, context, NAME).without_totals("area")
    if found.schema == "from_to":
        found = found.keep(
            pl.col("first") <= pl.col("last"),
            "last", pl.col("last"), "a month not before the first", "ends before it starts",
        )  # fmt: skip
    frame = found.tables[NAME]
    if "first" in frame.columns:
        frame = frame.with_columns(period=pl.format("{}/{}", "first", "last"))
    columns = [c.name for c in SCHEMAS[0].columns]
    frame = frame.with_columns(
        pl.col("offence").replace(offences.standards(frame["offence"].drop_nulls().unique())),
        pl.col("is_own").fill_null(False),
        file=pl.lit(part.label),
    )
    return found.with_tables(peer_counts=frame.select(*columns, "file", "row"))
