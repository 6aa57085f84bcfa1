"""Young people known to the Youth Offending Service, by year and kind of offence."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cspanalysis.domain import period_labels
from cspanalysis.domain.periods import Period
from cspanalysis.sources import side_by_side
from cspanalysis.sources.schema import Across, Column, Schema
from cspanalysis.sources.source import Derived, Source, status_of
from cspanalysis.sources.table import Read
from cspanalysis.sources.word_rules import told

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
_TOPIC = Derived(
    "What the measure counts: first-time entrants, reoffending, outcomes, referrals, all offences, "
    "one kind of offences; missing where nobody can tell",
    after="measure",
)


def _with_topics(found: Read) -> Read:
    """A measure whose words are not known is kept and noted."""
    frame = found.frame
    spaced = pl.col("measure").str.replace_all(r"\s+", " ")
    frame = frame.with_columns(told("measure", TOPICS).alias("topic"))
    found.note(
        frame.filter(pl.col("topic").is_null()), "measure", ", ".join(TOPICS),
        "no measure that is known: kept, and shown by its name only",
    )  # fmt: skip
    return found.with_frame(frame.with_columns(measure=spaced))


SOURCE = Source(
    name="youth_offending",
    title="Young people known to the Youth Offending Service",
    description="One row per financial year, district and measure. A suppressed or missing figure "
    "has a status and no count.",
    supplier="the Youth Offending Service's figures",
    is_plural=True,
    schemas=(
        Schema("figures", "yearly figures of the Youth Offending Service", (
            Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
            Column(
                "district", "Local authority district", ("local authority",), required=True,
                seen_as=("yjs", "yot", "youth justice service", "youth offending team", "yjs name",
                         "yot name", "la", "borough", "area"),
            ),
            Column(
                "measure", "Referrals, entrants, or a kind of offence", ("category", "offence"),
                essential=True,
                seen_as=("offence group", "offence type", "measure name", "indicator", "outcome",
                         "disposal"),
            ),
            Column(
                "count", "Young people, or a symbol",
                ("young people", "number", "clients", "offenders"), "count", required=True,
                seen_as=("value", "number of children", "children", "number of young people"),
            ),
        ), across=(
            Across("year", "count", period_labels.financial_year),
            side_by_side.districts("district", "count"),
        )),
    ),
    derived={"youth_offending": {"topic": _TOPIC, **status_of("count")}},
    figures={"youth_offending": ("year", "district", "measure")},
    totals="measure",
    is_mapped=True,
    policy="threshold",
    years={"youth_offending": ("year", Period.financial_year)},
    check=_with_topics,
)  # fmt: skip
