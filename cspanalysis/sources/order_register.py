"""A register of single orders: a row for each warning, notice, order or penalty, with its day.

It is counted by month, kind and agency as it is read: nothing of a person, an address or a single
order is kept.
"""

from __future__ import annotations

import polars as pl

from cspanalysis.domain import total_labels
from cspanalysis.domain.orders import IN_FORCE, power_of
from cspanalysis.domain.periods import Period
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Read
from cspanalysis.sources.word_rules import meaning

LAYOUT = "register"

#: What a register writes of an order that never came about. One that was breached, discharged or
#: has run out was made.
_NOT_MADE = (
    r"\bwithdrawn|\bdraft\b|\bnot (served|issued|made|granted|pursued)|\brefused|\breject"
    r"|\bvoid\b|\bcancel|\bin error\b|\bpending\b|\bapplied for\b|\bduplicate"
)

SCHEMA = Schema(LAYOUT, "a register of single orders, counted by month and kind", (
    Column(
        "date", "Day on which it was issued, made or granted",
        ("date issued", "issue date", "date of issue", "date of order", "order date", "date made",
         "date granted", "date served", "date given", "issued", "issued on", "granted", "made"),
        "date", essential=True, seen_as=("start date", "date from", "order made", "order granted"),
    ),
    Column(
        "kind", "Power that was used",
        ("power", "order", "order type", "type of order", "type of power", "type", "notice type"),
        essential=True,
        seen_as=("power used", "tool", "tool or power", "asb power", "type of notice"),
    ),
    Column(
        "district", "Local authority district", ("local authority",), required=True,
        seen_as=("la", "borough", "council", "council area", "csp"),
    ),
    Column(
        "agency", "Who used it", ("organisation", "issuing agency", "lead agency"),
        seen_as=("authority", "issuing authority", "partner"),
    ),
    Column(
        "status", "State of the order, such as 'withdrawn'", ("order status", "state", "outcome"),
        "lower", seen_as=("status of order", "notice status", "current status"),
    ),
    Column(
        "order_id", "Number of the order, which counts once; kept nowhere",
        ("order ref", "order reference", "order number", "reference", "ref", "notice number",
         "notice ref"), "identifier",
    ),
    Column(
        "case_id", "Number of the case, whose orders of a kind count once a day; kept nowhere",
        ("case ref", "case reference", "case number", "case no", "case id"), "identifier",
    ),
))  # fmt: skip


def counted(found: Read) -> Read:
    """Its orders as figures: period, district, kind, agency, count.

    From the first to the last order of a register a month without one of a kind has none; what
    was before and is after is not known.
    """
    found = found.without_totals("order_id", total_labels.AMONG_REFERENCES)
    for column in ("status", "kind"):
        told = pl.col(column).fill_null("").str.to_lowercase().str.contains(_NOT_MADE)
        found = found.keep(
            ~told, column, pl.col(column), "an order that was made",
            "withdrawn, refused or never served by its own label",
        )  # fmt: skip
    # A case may bring several orders, and one of them more rows than one.
    order, case = pl.col("order_id").is_not_null(), pl.col("case_id").is_not_null()
    for number, of, is_told in (
        ("order_id", ["order_id", "kind"], order),
        ("case_id", ["case_id", "kind", "date"], case & ~order),
    ):
        is_again = is_told & ~pl.struct(of).is_first_distinct()
        found = found.keep(
            ~is_again, number, pl.lit(""), "one row per order",
            "a further row of an order; it counts once",
        )  # fmt: skip
    # A register holds what was made, not what is in force.
    is_made = meaning(power_of, pl.col("kind")) == IN_FORCE
    frame = found.frame.with_columns(
        period=pl.col("date").dt.strftime("%Y-%m"),
        kind=pl.when(is_made).then(pl.format("{} made", "kind")).otherwise("kind"),
    )
    by = ["district", "kind", "agency"]
    kinds = frame.group_by(by, maintain_order=True).agg(pl.col(ROW).min().alias("_first"))
    every = kinds.join(_months(found, frame), how="cross")
    counts = frame.group_by([*by, "period"]).agg(pl.len().alias("count"), pl.col(ROW).min())
    figures = every.join(
        counts, on=[*by, "period"], how="left", nulls_equal=True, maintain_order="left"
    )
    return found.with_frame(
        figures.select(
            pl.format("{}/{}", "period", "period").alias("period"), *by,
            pl.lit(None, pl.String).alias("area"),
            pl.col("count").fill_null(0).cast(pl.Int64),
            pl.lit("ok").alias("count_status"), pl.lit(None, pl.String).alias("count_symbol"),
            pl.coalesce(ROW, "_first").alias(ROW),
        )
    )  # fmt: skip


def _months(found: Read, frame: pl.DataFrame) -> pl.DataFrame:
    """The months that a register covers, which is remarked."""
    months: list[str] = sorted(frame["period"].unique())
    if not months:
        return pl.DataFrame(schema={"period": pl.String})
    span = Period.parse(f"{months[0]}/{months[-1]}")
    found.problems.add(
        1, "date", span.label, "the months of all that was issued", "noted",
        "taken for what the register covers, from its first order to its last: a month within them "
        "without an order of a kind has none",
    )  # fmt: skip
    return pl.DataFrame({"period": span.month_list()})
