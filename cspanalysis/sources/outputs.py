"""Outputs that a plan promises in numbers, and what was delivered."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context, Read

NAME = "outputs"
TITLE = "Outputs promised by the action plan, and delivered"
DESCRIPTION = "One row per promised output; what nobody has reported as delivered is missing."

SCHEMAS = (
    Schema(
        "outputs",
        "promised and delivered outputs",
        (
            Column("id", "Short name of the output", essential=True),
            Column("priority", "Priority the output belongs to", kind="lower", essential=True),
            Column("output", "What was promised", essential=True),
            Column("promised", "How many", kind="number", essential=True),
            Column("due", "Month by which, or ongoing", kind="lower"),
            Column("delivered", "How many so far", kind="number"),
            Column("delivered_to", "Month up to which delivery was counted", kind="month"),
            Column("note", "Remark"),
        ),
    ),
)

#: What makes rows of two files the same.
RECORDS = {NAME: ("id", "output")}


def read(part: Part, context: Context) -> Read:
    """Read one list: the schema's columns with due_month ('YYYY-MM' or missing), file and row."""
    found = table.read(part, SCHEMAS, context, NAME)
    frame = found.tables[NAME].with_columns(
        due_month=pl.col("due").str.extract(r"^(\d{4}-\d{2})$"), file=pl.lit(part.label)
    )
    columns = [c.name for c in SCHEMAS[0].columns]
    return found.with_tables(outputs=frame.select(*columns, "due_month", "file", "row"))
