"""Targets of a plan: baseline, target, printed change and which way is better."""

from __future__ import annotations

from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source

SOURCE = Source(
    name="targets",
    title="Targets of the plan, and of the plan before",
    description="One row per target of a plan; a figure that was not printed is missing, never 0.",
    supplier="the partnership's list of targets",
    schemas=(
        Schema("targets", "a plan's targets", (
            Column("plan", "Years of the plan: 2008-2011; blank if there is only one"),
            Column("id", "Short name of the target", ("target id",), essential=True),
            Column("priority", "Priority the target belongs to", kind="lower", essential=True),
            Column("measure", "What is measured", ("indicator",), essential=True),
            Column(
                "baseline_period", "Financial year of the baseline", ("baseline year",),
                "financial_year", unlocks="whether the baseline can be recomputed",
            ),
            Column("baseline", "Value at the start", ("baseline value",), "number", required=True),
            Column(
                "target_period", "Financial year of the target", ("target year",),
                "financial_year", unlocks="whether the target's time has come",
            ),
            Column("target", "Value aimed at", ("target value",), "number", required=True),
            Column("unit", "Unit of baseline and target", kind="lower"),
            Column(
                "printed_change", "Change as printed",
                ("printed change (%)", "printed change percent", "printed change", "change %"),
                "number", unit="per cent",
            ),
            Column(
                "better", "Which direction is good", kind="lower", required=True,
                allowed=("lower", "higher"),
            ),
            Column(
                "series", "What recomputes it",
                unlocks="how far the target is met, from the workspace's own data",
            ),
            Column("source", "Source of the series"),
            Column("latest_period", "Period of the latest figure that the partner gave"),
            Column(
                "latest_value", "That figure", kind="number",
                unlocks="how far it is met, where the workspace has no such data",
            ),
            Column("latest_base", "How many it is a percentage of", kind="number"),
        )),
    ),
    records={"targets": ("id", "plan", "measure")},
)  # fmt: skip
