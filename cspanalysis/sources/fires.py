"""Incidents attended by the fire and rescue service."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.opening import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "fires"
TITLE = "Fires attended by the fire and rescue service"
DESCRIPTION = "One row per fire, with its type, motive and what burned."

SCHEMAS = (
    Schema(
        "incidents",
        "an incident list of the fire service",
        (
            Column(
                "incident_id",
                "Incident number",
                ("incident number", "incident no", "incident ref"),
                required=True,
                kind="identifier",
            ),
            Column(
                "date", "Day of the call", ("date of call", "call date"), "date", essential=True
            ),
            Column("time", "Time of the call", ("time of call", "call time"), "time"),
            Column("district", "Local authority district", ("local authority",), required=True),
            Column(
                "incident_type",
                "Primary, secondary or chimney fire",
                ("type", "type of incident"),
                "lower",
                essential=True,
            ),
            Column(
                "motive",
                "Whether it was set",
                ("cause", "accidental or deliberate"),
                required=True,
                allowed={
                    "accidental": "accidental",
                    "deliberate": "deliberate",
                    "malicious": "deliberate",
                    "not known": "not known",
                    "unknown": "not known",
                },
            ),
            Column("property_type", "What burned", ("property",), "lower", required=True),
            Column("casualties", "People hurt or killed", ("casualty",), "integer"),
        ),
    ),
)

DERIVED = {"fires": {"month": "YYYY-MM", "hour": "Hour of the call, 0 to 23"}}

#: What makes two rows the same record.
RECORDS = {NAME: ("incident_id", "date")}


def read(part: Part, context: Context) -> Read:
    """Read one list: the schema's columns with month ('YYYY-MM'), hour (0–23), file and row.

    A motive that is blank or unknown is missing, never 'accidental'. Repeated incident numbers
    are noted and their rows kept.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    frame = found.tables[NAME]
    repeats = frame.filter(
        pl.col("incident_id").is_not_null() & ~pl.col("incident_id").is_first_distinct()
    )
    found.problems.add_rows(
        repeats.select(ROW, pl.col("incident_id").alias("found")),
        "incident_id", "one row per incident", "noted", "a repeated incident number; rows are kept",
    )  # fmt: skip
    minutes = pl.col("time").cast(pl.Int64)
    frame = frame.with_columns(
        month=pl.col("date").dt.strftime("%Y-%m"), hour=minutes // 60, file=pl.lit(part.label)
    )
    columns = [c.name for c in SCHEMAS[0].columns if c.name != "time"]
    return found.with_tables(fires=frame.select(*columns, "month", "hour", "file", ROW))
