"""Counts of offences by area and period for peer groups (the iQuanta kind of table)."""

from __future__ import annotations

import polars as pl

from cspanalysis.domain import offences
from cspanalysis.domain.periods import Period
from cspanalysis.sources import side_by_side
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import Read

_BEFORE = (
    Column(
        "group", "Peer group: msg (most similar), county, …", ("peer group",), "lower",
        essential=True,
    ),
    Column("area", "Area of the group", ("area name", "csp", "district"), essential=True),
    Column(
        "offence", "Offence or group of offences", ("measure", "crime type"), "lower",
        essential=True,
    ),
)  # fmt: skip
_AFTER = (
    Column("count", "Offences recorded", ("offences", "crimes"), "integer", essential=True),
    Column(
        "population", "Residents the rate is made with", ("residents",), "integer",
        unlocks="rates, where the estimates do not hold the peers",
    ),
    Column("is_own", "The row is the partnership's own area", ("own",), "boolean"),
    Column("as_of", "Date of the extract", ("extracted",), "date"),
)  # fmt: skip
_PERIOD = Column(
    "period", "Months, first and last", ("month", "quarter", "year", "financial year"), "period",
    essential=True,
)  # fmt: skip
_FROM_TO = (
    Column("first", "First month", ("from", "from month"), "month", essential=True),
    Column("last", "Last month", ("to", "to month"), "month", essential=True),
)


_ACROSS = (side_by_side.districts("area", "count"),)


def _with_period(found: Read) -> Read:
    """The period as first/last month in every layout; offences under the taxonomy's names."""
    if found.schema == "from_to":
        found = found.keep(
            pl.col("first") <= pl.col("last"),
            "last", pl.col("last"), "a month not before the first", "ends before it starts",
        )  # fmt: skip
    frame = found.frame
    if found.schema == "from_to":
        frame = frame.with_columns(period=pl.format("{}/{}", "first", "last"))
    frame = frame.with_columns(
        pl.col("offence").replace(offences.standards(frame["offence"].drop_nulls().unique())),
        pl.col("is_own").fill_null(False),
    )
    return found.with_frame(frame)


SOURCE = Source(
    name="peer_counts",
    title="Offences by area and period for peer groups",
    description="One row per peer group, area, offence (or group of offences) and period.",
    supplier="counts for the peer areas",
    called="the peers' counts",
    is_plural=True,
    schemas=(
        Schema(
            "by_period",
            "counts of offences by area and period",
            (*_BEFORE, _PERIOD, *_AFTER),
            across=_ACROSS,
        ),
        Schema(
            "from_to",
            "counts of offences by area with first and last month",
            (*_BEFORE, *_FROM_TO, *_AFTER),
            across=_ACROSS,
        ),
    ),
    derived={
        "peer_counts": by_reader(period="First and last month, 'YYYY-MM/YYYY-MM', in every layout")
    },
    figures={"peer_counts": ("group", "area", "offence", "period")},
    spans={"peer_counts": ("period", Period.parse)},
    totals="area",
    is_mapped=True,
    check=_with_period,
)
