"""Calls about anti-social behaviour to the police and the council."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
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


#: Words around 'police' that name no other receiver.
_OFFICER = ("asb officer", "asb officers", "anti social behaviour officer")
_AROUND = "control room|call centre|contact centre|force|the|via|to|by|101|999|service"


def read(part: Part, context: Context) -> Read:
    """Read one log: the schema's columns with month ('YYYY-MM'), file and row.

    Who received a call is 'police' and 'ASB officer' however these are written; other words stay,
    each in its first spelling.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    written = found.tables[NAME]["received_by"].drop_nulls().unique(maintain_order=True)
    frame = found.tables[NAME].with_columns(
        pl.col("received_by").replace(_receivers(written)),
        month=pl.col("date").dt.strftime("%Y-%m"),
        file=pl.lit(part.label),
    )
    columns = [c.name for c in SCHEMAS[0].columns]
    return found.with_tables(asb_calls=frame.select(*columns, "month", "file", "row"))


def _receivers(written: Iterable[str]) -> dict[str, str]:
    """How each receiver is called: those that we know by our names, the others as first written."""
    first: dict[str, str] = {}
    found = {}
    for text in written:
        key = " ".join(text.lower().replace("-", " ").split())
        words = re.sub(rf"\b({_AROUND})\b", " ", key).split()
        if words in (["police"], ["constabulary"]):
            found[text] = "police"
        elif " ".join(words) in _OFFICER:
            found[text] = "ASB officer"
        else:
            found[text] = first.setdefault(key, text)
    return found
