"""Exclusions from school by cluster of schools, as the local authority keeps them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read
from cspanalysis.sources.word_rules import told

NAME = "school_exclusions"
TITLE = "Exclusions from school by cluster"
DESCRIPTION = (
    "One row per school year, cluster of schools and kind of exclusion. A suppressed or missing "
    "figure has a status and no count."
)

SCHEMAS = (
    Schema(
        "clusters",
        "exclusions by school cluster",
        (
            Column(
                "school_year",
                "School year, September to August",
                ("year", "academic year"),
                "financial_year",
                essential=True,
            ),
            Column("district", "Local authority district", ("local authority",), required=True),
            Column(
                "cluster", "Cluster of schools", ("school cluster", "consortium"), required=True
            ),
            Column(
                "kind",
                "Permanent or fixed term",
                ("type", "exclusion type", "kind of exclusion"),
                "lower",
                essential=True,
            ),
            Column(
                "count", "Exclusions, or a symbol", ("exclusions", "number"), "count", required=True
            ),
            Column(
                "children",
                "Children excluded at least once, or a symbol",
                ("pupils excluded", "children excluded", "pupils"),
                "count",
            ),
            Column(
                "roll",
                "Pupils on roll",
                ("number on roll", "headcount", "pupils on roll"),
                "integer",
            ),
        ),
    ),
)

#: What kind of exclusion a label means, by its words.
KINDS: Mapping[str, str] = {
    "permanent": r"\bperm|\bpex\b",
    "fixed term": r"fixed|suspen|temporary|\bfte\b",
}

DERIVED = {
    "school_exclusions": {
        "status": "ok, or why there is no count",
        "symbol": "What stood in the count's place",
        "children_status": "The same for `children`",
    }
}

#: What makes two rows the same figure.
FIGURES = {NAME: ("school_year", "district", "cluster", "kind")}


def read(part: Part, context: Context) -> Read:
    """Read one table: the schema's columns with status and symbol of both counts, file, row.

    A kind that nobody knows ('managed move') is kept and noted.
    """
    found = table.read(part, SCHEMAS, context, NAME).without_totals("cluster")
    kind = told("kind", KINDS)
    found.problems.add_rows(
        found.tables[NAME].filter(kind.is_null()).select(ROW, pl.col("kind").alias("found")),
        "kind", ", ".join(KINDS), "noted", "neither: kept, and counted for neither of them",
    )  # fmt: skip
    frame = found.tables[NAME].with_columns(pl.coalesce(kind, "kind").alias("kind"))
    if "children_status" not in frame.columns:
        frame = frame.with_columns(children_status=pl.lit("not_available"))
    frame = frame.select(
        "school_year", "district", "cluster", "kind", "count", "children", "roll",
        pl.col("count_status").fill_null("not_available").alias("status"),
        pl.col("count_symbol").alias("symbol"),
        pl.col("children_status").fill_null("not_available"),
        pl.lit(part.label).alias("file"), ROW,
    )  # fmt: skip
    return found.with_tables(school_exclusions=frame)
