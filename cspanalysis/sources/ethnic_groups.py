"""Residents by ethnic group and district: the Census, as ONS or Nomis gives it.

Tables of twenty groups name each with its broad group ('White: Irish'); Nomis adds the sums of the
broad groups ('White') and of all residents, which are set aside where their parts are there.
"""

from __future__ import annotations

import polars as pl

from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import Read
from cspanalysis.sources.word_rules import told

NAME = "ethnic_groups"

#: How the Census's names begin, and the broad group.
BROAD = {
    "White": r"^white\b",
    "Mixed": r"^mixed\b",
    "Asian": r"^asian\b",
    "Black": r"^black\b",
    "Other": r"^(any )?other\b",
}


def _check(found: Read) -> Read:
    """Every row with its broad group; sums of rows that are there count nowhere."""
    frame = found.frame.with_columns(broad=told("group", BROAD))
    has_parts = pl.col("group").str.contains(": ").any().over("area_code", "broad")
    frame = frame.with_columns(
        is_sum=pl.col("broad").is_not_null() & ~pl.col("group").str.contains(": ") & has_parts
    )
    found = found.with_frame(frame)
    found = found.keep(
        pl.col("broad").is_not_null(), "group", pl.col("group"),
        "an ethnic group of the Census", "no group: all residents, or whom the question is not for",
    ).keep(
        ~pl.col("is_sum"), "group", pl.col("group"), "one of the rows a sum is made of",
        "a sum of other rows",
    )  # fmt: skip
    return found.with_frame(found.frame.drop("is_sum"))


SOURCE = Source(
    name=NAME,
    title="Residents by ethnic group (Census)",
    description="One row per district and ethnic group, as stated at the Census of 2021 (table "
    "TS021, of ONS or Nomis).",
    supplier="the Census of 2021 by ethnic group",
    schemas=(
        Schema("long", "residents by district and ethnic group", (
            Column(
                "area_code", "District, ONS code",
                ("geography code", "lower tier local authorities code", "lad code", "la code"),
                essential=True,
            ),
            Column(
                "area", "District",
                ("geography name", "lower tier local authorities", "geography", "lad name"),
                required=True,
            ),
            Column(
                "group", "Ethnic group as the Census names it",
                ("ethnic group", "ethnic group 20 categories", "ethnic group 6 categories",
                 "ethnic group 8 categories", "c2021 eth 20 name", "c2021 eth 8 name"),
                essential=True,
            ),
            Column(
                "population", "Residents", ("observation", "obs value", "count"), "count",
                required=True,
            ),
        )),
    ),
    derived={NAME: by_reader(broad="White, Mixed, Asian, Black or Other")},
    figures={NAME: ("area_code", "group")},
    check=_check,
)  # fmt: skip
