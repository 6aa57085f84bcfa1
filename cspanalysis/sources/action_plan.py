"""The action plan: who does what by when, with what money, and how far it is."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context, Read

NAME = "action_plan"
TITLE = "Action plan"
DESCRIPTION = "One row per action. An ongoing action has no due date."

SCHEMAS = (
    Schema(
        "actions",
        "an action plan",
        (
            Column(
                "no",
                "Number of the action; the row of the file without one",
                ("number", "ref", "id"),
            ),
            Column("priority", "Priority the action belongs to", kind="lower", essential=True),
            Column(
                "category",
                "Prevention, intelligence, enforcement or reassurance",
                ("nim category",),
                kind="lower",
                allowed=("prevention", "intelligence", "enforcement", "reassurance"),
            ),
            Column("action", "What is to be done", essential=True),
            Column("lead_agency", "Who leads", ("lead", "lead agency")),
            Column("timescale", "When, as printed", ("timescales",)),
            Column("due", "Day by which it is due", ("due date",), "date"),
            Column("resources", "What pays for it", ("funding",)),
            Column(
                "status",
                "State of the action",
                kind="lower",
                allowed=("not started", "in progress", "complete"),
            ),
            Column("status_as_at", "Day of that state", ("as at",), "date"),
        ),
    ),
)

#: What makes rows of two files the same.
RECORDS = {NAME: ("priority", "action")}


def read(part: Part, context: Context) -> Read:
    """Read one plan: the schema's columns with file and row; a date may be in the timescale."""
    found = table.read(part, SCHEMAS, context, NAME)
    month = pl.col("timescale").str.extract(r"(?i)^by\s+([a-z]+\s+\d{4})$")
    frame = found.tables[NAME].with_columns(
        no=pl.coalesce("no", pl.col("row").cast(pl.String)),
        # 'By March 2009' means by its last day.
        due=pl.coalesce(
            "due", pl.format("1 {}", month).str.to_date("%d %B %Y", strict=False).dt.month_end()
        ),
        file=pl.lit(part.label),
    )
    columns = [c.name for c in SCHEMAS[0].columns]
    return found.with_tables(action_plan=frame.select(*columns, "file", "row"))
