"""Referrals to the multi-agency risk assessment conference (MARAC) on domestic abuse."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "marac"
TITLE = "Referrals to the multi-agency risk assessment conference (MARAC)"
DESCRIPTION = (
    "One row per referral of a victim of domestic abuse at high risk, with pseudonyms of victim "
    "and perpetrator; names and addresses are not wanted. Repeats are seen only if the list "
    "reaches back twelve months before the period."
)

SCHEMAS = (
    Schema(
        "referrals",
        "a list of referrals",
        (
            Column(
                "referral_id",
                "Referral number",
                ("referral number", "referral no", "referral ref", "case number", "case ref"),
                kind="identifier",
            ),
            Column(
                "referred",
                "Day of the referral",
                ("referral date", "date of referral", "date referred", "date"),
                "date",
                essential=True,
            ),
            Column(
                "victim_id",
                "Pseudonym of the victim",
                ("victim", "victim reference", "victim ref", "victim number"),
                required=True,
            ),
            Column(
                "perpetrator_id",
                "Pseudonym of the perpetrator",
                ("perpetrator", "perpetrator reference", "perpetrator ref", "perp ref"),
                required=True,
            ),
            Column(
                "district",
                "Local authority district",
                ("local authority", "borough"),
                required=True,
            ),
        ),
    ),
)

DERIVED = {"marac": {"month": "Month of the referral, 'YYYY-MM'"}}

#: What makes two rows the same record.
RECORDS = {NAME: ("referral_id", "referred")}


def read(part: Part, context: Context) -> Read:
    """Read one list: the schema's columns with month ('YYYY-MM'), file and row.

    A referral without a pseudonym of victim or perpetrator is kept and noted: it counts as a
    referral, but nobody can say whether it repeats another. Repeated numbers are noted.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    frame = found.tables[NAME]
    for column in ("victim_id", "perpetrator_id"):
        found.problems.add_rows(
            frame.filter(pl.col(column).is_null()).select(ROW, pl.lit("").alias("found")),
            column, "a pseudonym", "noted",
            "without it nobody can say whether the referral repeats another; it is kept",
        )  # fmt: skip
    repeats = frame.filter(
        pl.col("referral_id").is_not_null() & ~pl.col("referral_id").is_first_distinct()
    )
    found.problems.add_rows(
        repeats.select(ROW, pl.col("referral_id").alias("found")),
        "referral_id", "one row per referral", "noted", "a repeated referral number; rows are kept",
    )  # fmt: skip
    frame = frame.with_columns(
        month=pl.col("referred").dt.strftime("%Y-%m"), file=pl.lit(part.label)
    )
    columns = [c.name for c in SCHEMAS[0].columns]
    return found.with_tables(marac=frame.select(*columns, "month", "file", ROW))
