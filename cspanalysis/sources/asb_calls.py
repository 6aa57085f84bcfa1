"""Calls about anti-social behaviour to the police and the council."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.opening import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context, Read

NAME = "asb_calls"
TITLE = "Calls about anti-social behaviour to police and council"
DESCRIPTION = "One row per call."

SCHEMAS = (
    Schema(
        "calls",
        "a log of calls",
        (
            Column(
                "date",
                "Day of the call",
                ("call date", "date of call", "date received"),
                "date",
                essential=True,
            ),
            Column(
                "received_by",
                "Who took it: police, ASB officer",
                ("received", "source", "agency"),
                required=True,
            ),
            Column(
                "type",
                "Kind of behaviour",
                ("call type", "category", "incident type"),
                "lower",
                essential=True,
            ),
            Column("place", "Street or named place", ("location", "street")),
            Column("district", "Local authority district", ("local authority",)),
        ),
    ),
)


DERIVED = {"asb_calls": {"month": "Month of the call, 'YYYY-MM'"}}

#: Calls have no identifier: they are compared as a whole.
RECORDS = {NAME: ()}


def read(part: Part, context: Context) -> Read:
    """Read one log: the schema's columns with month ('YYYY-MM'), file and row."""
    found = table.read(part, SCHEMAS, context, NAME)
    frame = found.tables[NAME].with_columns(
        month=pl.col("date").dt.strftime("%Y-%m"), file=pl.lit(part.label)
    )
    columns = [c.name for c in SCHEMAS[0].columns]
    return found.with_tables(asb_calls=frame.select(*columns, "month", "file", "row"))
