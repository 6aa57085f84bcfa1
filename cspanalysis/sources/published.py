"""The register of figures that a strategy or report printed, with what recomputes each."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Read

KINDS = {
    **{name: name for name in (
        "count", "percent_change", "direction", "share", "repeat_share", "rank_lowest",
        "rank_highest", "ordering", "peak", "survey",
    )},
    "survey_percent": "survey",
    "seasonal_peak": "peak",
    "detection_rate": "share",
}  # fmt: skip

DIRECTIONS = {
    **dict.fromkeys(("up", "increase", "increased", "rise", "rose", "risen"), "up"),
    **dict.fromkeys(("down", "decrease", "decreased", "reduction", "fall", "fell"), "down"),
    "up every year": "up every year",
    "down every year": "down every year",
}


def _once(found: Read) -> Read:
    """A second statement under an id is set aside: nobody could tell which one was checked."""
    return found.keep(
        pl.col("id").is_first_distinct(), "id", pl.col("id"), "each id once", "the id occurs twice"
    )


SOURCE = Source(
    name="published",
    title="Register of published figures",
    description="One row per quantified statement of a published text: its kind, measure, area and "
    "period, the printed figure, and which series of which source recomputes it.",
    supplier="a register of published figures",
    schemas=(
        # Printed figures stay text: the number of their decimals says how exact they are.
        Schema("figures", "a register of published figures", (
            Column("id", "Short name of the statement", essential=True),
            Column("theme", "Section of the text"),
            Column("kind", "Kind of statement", ("type",), "lower", essential=True, allowed=KINDS),
            Column("measure", "What is measured", essential=True),
            Column("family", "Measure that a reader takes it for, if not itself", kind="lower"),
            Column("area", "Area the statement is about"),
            Column("period", "Period the statement is about: months, 2007 or 2007/08"),
            Column("value", "Printed figure", kind="verbatim"),
            Column(
                "bound", "Printed as a bound", kind="lower",
                allowed=("more than", "less than", "at least", "at most"),
            ),
            Column("unit", "Unit of the figure"),
            Column("compare_period", "Period it is compared with", ("comparator_period",)),
            Column(
                "compare_value", "Printed figure of that period", ("comparator_value",), "verbatim"
            ),
            Column(
                "printed_change", "Printed change", ("printed change (%)", "printed change"),
                "verbatim", unit="per cent",
            ),
            Column(
                "direction", "Printed direction", ("printed_direction",), "lower",
                allowed=DIRECTIONS,
            ),
            Column("group", "Peer group of a rank", ("comparator",), "lower"),
            Column("group_size", "Areas in that group, the own one included", kind="integer"),
            Column(
                "printed_group", "Size of the group as the text words it",
                ("printed_group_size",), "lower",
            ),
            Column("listed", "Items named, separated by semicolons"),
            Column(
                "ordered", "How they are ordered: first, set or named", kind="lower",
                allowed=("first", "set", "named"),
            ),
            Column("share_of", "Statement whose count is the whole of a share"),
            Column("share_set", "Name of the shares that together are the whole", kind="lower"),
            Column(
                "assumed",
                "What the text does not state: area, period, share_of, compare_period, order",
                kind="lower",
            ),
            Column("source", "Source that recomputes it"),
            Column("series", "Series or offences of that source"),
            Column(
                "where",
                "Conditions: column=value, column!=value, column^=beginning; several by semicolons",
            ),
            Column("by", "Column whose values an ordering ranks"),
            Column("whole", "Series that is the whole of a share"),
            Column("note", "Remark", ("source_note",)),
        )),
    ),
    figures={"published": ("id",)},
    check=_once,
)  # fmt: skip
