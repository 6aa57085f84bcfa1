"""The action plan: who does what by when, with what money, and how far it is."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import ROW, Read

_MONTH = pl.col("timescale").str.extract(r"(?i)^by\s+([a-z]+\s+\d{4})$")
#: 'By March 2009' means by its last day.
_BY_MONTH = pl.format("1 {}", _MONTH).str.to_date("%d %B %Y", strict=False).dt.month_end()


def _with_dates(found: Read) -> Read:
    """A date may be in the timescale, and an action has the number of its row, if no other."""
    frame = found.frame
    frame = frame.with_columns(
        no=pl.coalesce("no", pl.col(ROW).cast(pl.String)), due=pl.coalesce("due", _BY_MONTH)
    )
    return found.with_frame(frame)


SOURCE = Source(
    name="action_plan",
    title="Action plan",
    description="One row per action. An ongoing action has no due date.",
    supplier="the partnership's action plan",
    schemas=(
        Schema("actions", "an action plan", (
            Column(
                "no", "Number of the action; the row of the file without one",
                ("number", "ref", "id"),
            ),
            Column("priority", "Priority the action belongs to", kind="lower", essential=True),
            Column(
                "category", "Prevention, intelligence, enforcement or reassurance",
                ("nim category",), "lower",
                allowed=("prevention", "intelligence", "enforcement", "reassurance"),
            ),
            Column("action", "What is to be done", essential=True),
            Column("lead_agency", "Who leads", ("lead", "lead agency")),
            Column("timescale", "When, as printed", ("timescales",)),
            Column(
                "due", "Day by which it is due", ("due date",), "date", unlocks="what is overdue"
            ),
            Column("resources", "What pays for it", ("funding",)),
            Column(
                "status", "State of the action", kind="lower",
                allowed=("not started", "in progress", "complete"),
                unlocks="how far the plan has come",
            ),
            Column("status_as_at", "Day of that state", ("as at",), "date"),
        )),
    ),
    records={"action_plan": ("priority", "action")},
    check=_with_dates,
)  # fmt: skip
