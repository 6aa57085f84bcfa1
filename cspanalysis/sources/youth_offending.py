"""Young people known to the Youth Offending Service, by year and kind of offence."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read
from cspanalysis.sources.word_rules import told

NAME = "youth_offending"
TITLE = "Young people known to the Youth Offending Service"
DESCRIPTION = (
    "One row per financial year, district and measure. A suppressed or missing figure has a status "
    "and no count."
)

SCHEMAS = (
    Schema(
        "figures",
        "yearly figures of the Youth Offending Service",
        (
            Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
            Column("district", "Local authority district", ("local authority",), required=True),
            Column(
                "measure", "Referrals, entrants, or a kind of offence", ("category", "offence"),
                essential=True,
            ),
            Column(
                "count", "Young people, or a symbol",
                ("young people", "number", "clients", "offenders"), "count", required=True,
            ),
        ),
    ),
)  # fmt: skip

#: What a measure counts, by its words, in order: 'referral orders' are sentences, no referrals.
TOPICS: Mapping[str, str] = {
    "rates": r"\brates?\b|per (1,?000|10,?000|100,?000|cent|head)|%|percentage|proportion|average",
    "first-time entrants": r"first[- ]?time[- ]?entr|\bftes?\b",
    "reoffending": r"re-? ?offend|reconvict",
    "outcomes": r"custod|remand|caution|disposal|out[- ]of[- ]court"
    r"|(rehabilitation|referral) orders?|detention|reprimand|final warning|resolution"
    r"|discharge|sentence|triage|diversion|prevention|intervention|caseload|programme",
    "referrals": r"referr(ed|als?)",
    "all offences": r"^(all|total|number of)( proven| recorded)? offen[cd]|^(proven )?offences?$"
    r"|^offenders$|^offences committed$",
    "offences": r"offen[cd]|violen|assault|wound|murder|homicide|theft|thief|steal|robb|burgl|drug"
    r"|substance|damage|arson|motor|vehicle|driv|traffic|public order|affray|sexual|rape|fraud"
    r"|forge|breach|racial|hate|weapon|knife|knives|blade|firearm|handling|harass|stalk|kidnap"
    r"|shoplift|trespass|anti-?social|crime",
}

DERIVED = {
    "youth_offending": {
        "topic": "What the measure counts: first-time entrants, reoffending, outcomes, referrals, "
        "all offences, one kind of offences; missing where nobody can tell",
        "status": "ok, or why there is no count",
        "symbol": "What stood in the count's place",
    }
}

#: What makes two rows the same figure.
FIGURES = {NAME: ("year", "district", "measure")}


def read(part: Part, context: Context) -> Read:
    """Read one table: year, district, measure, topic, count, status, symbol, file, row.

    A measure whose words are not known is kept and noted.
    """
    found = table.read(part, SCHEMAS, context, NAME).without_totals("measure")
    topic = told("measure", TOPICS).alias("topic")
    unknown = found.tables[NAME].filter(topic.is_null())
    found.problems.add_rows(
        unknown.select(ROW, pl.col("measure").alias("found")),
        "measure", ", ".join(TOPICS), "noted",
        "no measure that is known: kept, and shown by its name only",
    )  # fmt: skip
    frame = found.tables[NAME].select(
        "year", "district", pl.col("measure").str.replace_all(r"\s+", " "), topic, "count",
        pl.col("count_status").fill_null("not_available").alias("status"),
        pl.col("count_symbol").alias("symbol"),
        pl.lit(part.label).alias("file"), ROW,
    )  # fmt: skip
    return found.with_tables(youth_offending=frame)
