"""Outputs that a plan promises in numbers, and what was delivered."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Derived, Source

SOURCE = Source(
    name="outputs",
    title="Outputs promised by the action plan, and delivered",
    description="One row per promised output; what nobody has reported as delivered is missing.",
    supplier="the partnership's list of promised outputs",
    schemas=(
        Schema("outputs", "promised and delivered outputs", (
            Column("id", "Short name of the output", essential=True),
            Column("priority", "Priority the output belongs to", kind="lower", essential=True),
            Column("output", "What was promised", essential=True),
            Column("promised", "How many", kind="number", essential=True),
            Column(
                "due", "Month by which, or ongoing", kind="lower", unlocks="what is overdue"
            ),
            Column(
                "delivered", "How many so far", kind="number",
                unlocks="what was delivered of what was promised",
            ),
            Column("delivered_to", "Month up to which delivery was counted", kind="month"),
            Column("note", "Remark"),
        )),
    ),
    derived={
        "outputs": {
            "due_month": Derived(
                "The month by which, 'YYYY-MM'; missing where it is ongoing",
                pl.col("due").str.extract(r"^(\d{4}-\d{2})$"),
            )
        }
    },
    records={"outputs": ("id", "output")},
)  # fmt: skip
