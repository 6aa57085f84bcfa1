"""Severity weights of offences: the national statisticians' or an index of the user's own.

They take the place of the weights that come with the product. The statisticians' workbook names a
category once for all offences beneath it, gives one code to several offences, and has rows without
a code; another index may have names of offences alone.
"""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Context, Read

NAME = "severity"

_SCHEMA = Schema(
    "weights",
    "severity weights of offences",
    (
        Column(
            "category", "Group of offences, where the file has groups",
            ("offence category", "offence group", "crime category", "category severity",
             "offence type"), "lower",
        ),
        Column(
            "code", "Home Office code, or several as published ('1, 4.1/2/10')",
            ("offence code", "home office code", "home office offence code", "ho code",
             "crime code", "offence codes", "code original"),
        ),
        Column(
            "offence", "Offence",
            ("offence description", "description", "offence name", "crime"), "lower",
        ),
        Column(
            "weight", "How much one such offence counts", kind="number", essential=True,
            pattern=r"(the |ons |crime )*(severity |harm )?weight(s|ing)?( \w+){0,3}"
            r"|(crime )?harm (index )?(value|score|days)|severity score",
            example="Weight",
        ),
    ),
)  # fmt: skip


def _read(part: Part, context: Context) -> Read:
    return table.of_sheets(part, lambda sheet: _one(sheet, context))


def _one(part: Part, context: Context) -> Read:
    found = table.read(part, (_SCHEMA,), context, NAME)
    is_named = pl.col("code").is_not_null() | pl.col("offence").is_not_null()
    found = found.keep(
        is_named, "offence", pl.col("offence"), "a code or an offence", "it names no offence"
    ).keep(
        pl.col("weight") > 0, "weight", pl.col("weight"), "a number above 0",
        "no offence counts for nothing",
    )  # fmt: skip
    frame = found.frame.with_columns(pl.col("category").forward_fill())
    found = found.with_frame(frame)
    is_first = pl.col("code").is_null() | pl.col("code").is_first_distinct()
    found = found.keep(
        is_first, "code", pl.col("code"), "one weight of each code",
        "another weight of a code above; the first counts",
    )  # fmt: skip
    return found.with_frame(found.frame.with_columns(file=pl.lit(part.label)))


SOURCE = Source(
    name=NAME,
    title="Severity weights of offences",
    description="One row per offence code, or offence. Where a file is here it takes the place of "
    "the weights that come with the product, as a whole. For weights of the Office for National "
    "Statistics: the data tool of its Crime Severity Score, as published; for another index: a "
    "table with a code or an offence, and its weight.",
    supplier="a table of severity weights of offences",
    called="the table of severity weights",
    schemas=(_SCHEMA,),
    records={NAME: ("code", "offence")},
    reader=_read,
)
