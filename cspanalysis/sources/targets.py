"""Targets of a plan: baseline, target, printed change and which way is better."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context, Read

NAME = "targets"
TITLE = "Targets of the plan, and of the plan before"
DESCRIPTION = "One row per target of a plan; a figure that was not printed is missing, never 0."

SCHEMAS = (
    Schema(
        "targets",
        "a plan's targets",
        (
            Column("plan", "Years of the plan: 2008-2011; blank if there is only one"),
            Column("id", "Short name of the target", ("target id",), essential=True),
            Column("priority", "Priority the target belongs to", kind="lower", essential=True),
            Column("measure", "What is measured", ("indicator",), essential=True),
            Column(
                "baseline_period",
                "Financial year of the baseline",
                ("baseline year",),
                "financial_year",
            ),
            Column("baseline", "Value at the start", ("baseline value",), "number", required=True),
            Column(
                "target_period", "Financial year of the target", ("target year",), "financial_year"
            ),
            Column("target", "Value aimed at", ("target value",), "number", required=True),
            Column("unit", "Unit of baseline and target", kind="lower"),
            Column(
                "printed_change",
                "Change as printed",
                ("printed change (%)", "printed change percent", "printed change", "change %"),
                "number",
                unit="per cent",
            ),
            Column(
                "better",
                "Which direction is good",
                kind="lower",
                allowed=("lower", "higher"),
                required=True,
            ),
            Column("series", "What recomputes it"),
            Column("source", "Source of the series"),
            Column("latest_period", "Period of the latest figure that the partner gave"),
            Column("latest_value", "That figure", kind="number"),
            Column("latest_base", "How many it is a percentage of", kind="number"),
        ),
    ),
)

#: What makes rows of two files the same.
RECORDS = {NAME: ("id", "plan", "measure")}


def read(part: Part, context: Context) -> Read:
    """Read one list of targets: the schema's columns with file and row."""
    found = table.read(part, SCHEMAS, context, NAME)
    frame = found.tables[NAME].with_columns(file=pl.lit(part.label))
    columns = [c.name for c in SCHEMAS[0].columns]
    return found.with_tables(targets=frame.select(*columns, "file", "row"))
