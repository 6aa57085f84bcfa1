"""The register of figures that a strategy or report printed, with what recomputes each."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.opening import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context, Read

NAME = "published"
TITLE = "Register of published figures"
DESCRIPTION = (
    "One row per quantified statement of a published text: its kind, measure, area and period, the "
    "printed figure, and which series of which source recomputes it."
)

KINDS = (
    "count",
    "percent_change",
    "direction",
    "share",
    "repeat_share",
    "rank_lowest",
    "rank_highest",
    "ordering",
    "peak",
    "survey",
)

SCHEMAS = (
    Schema(
        "figures",
        "a register of published figures",
        (
            Column("id", "Short name of the statement", essential=True),
            Column("theme", "Section of the text"),
            Column("kind", "Kind of statement", kind="lower", essential=True, allowed=KINDS),
            Column("measure", "What is measured", essential=True),
            Column("family", "Measure that a reader takes it for, if not itself", kind="lower"),
            Column("area", "Area the statement is about"),
            Column("period", "Period the statement is about", kind="period"),
            Column("value", "Printed figure", kind="verbatim"),
            Column(
                "bound",
                "Printed as a bound",
                kind="lower",
                allowed=("more than", "less than", "at least", "at most"),
            ),
            Column("unit", "Unit of the figure"),
            Column("compare_period", "Period it is compared with", kind="period"),
            Column("compare_value", "Printed figure of that period", kind="verbatim"),
            Column(
                "printed_change",
                "Printed change",
                ("printed change (%)", "printed change"),
                "verbatim",
                unit="per cent",
            ),
            Column(
                "direction",
                "Printed direction",
                kind="lower",
                allowed=("up", "down", "up every year", "down every year"),
            ),
            Column("group", "Peer group of a rank", kind="lower"),
            Column("group_size", "Areas in that group, the own one included", kind="integer"),
            Column("printed_group", "Size of the group as the text words it", kind="lower"),
            Column("listed", "Items named, separated by semicolons"),
            Column(
                "ordered",
                "How they are ordered: first, set or named",
                kind="lower",
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
            Column("note", "Remark"),
        ),
    ),
)


def read(part: Part, context: Context) -> Read:
    """Read one register: the schema's columns with file and row.

    Printed figures stay text, as the number of their decimals says how exact they are.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    frame = found.tables[NAME].with_columns(file=pl.lit(part.label))
    columns = [c.name for c in SCHEMAS[0].columns]
    return found.with_tables(published=frame.select(*columns, "file", "row"))
