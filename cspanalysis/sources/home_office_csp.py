"""Recorded crime by Community Safety Partnership and quarter: the Home Office's open data tables.

A workbook has a sheet per year; other sheets (notes, contents) are passed over with a remark. From
2024 much of some forces' crime is recorded under 'Unassigned <force>', and what is left for the
partnerships collapses: that is a coverage problem, never a fall.
"""

from __future__ import annotations

import functools
import re

import polars as pl

from cspanalysis import reference
from cspanalysis.errors import DataRefused
from cspanalysis.sources import table, workbooks
from cspanalysis.sources.opening import Part
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "home_office_csp"
TITLE = "Police recorded crime by Community Safety Partnership"
DESCRIPTION = (
    "`home_office_csp`: one row per year, quarter, partnership and offence. "
    "`home_office_csp_coverage`: one row per year and force, with the share that no partnership "
    "was given and whether its partnerships can be compared with other years."
)

SCHEMAS = (
    Schema(
        "csp",
        "a recorded crime table by Community Safety Partnership",
        (
            Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
            Column("quarter", "Quarter of the financial year", ("financial quarter", "quarters")),
            Column(
                "force", "Police force area", ("police force", "force name"), essential=True
            ),
            Column("csp", "Community Safety Partnership", ("csp name",), essential=True),
            Column("offence", "Offence", ("offence description",), "lower"),
            Column("offence_group", "Group of offences", ("offence group",), "lower",
                   required=True),
            Column("offence_subgroup", "Subgroup", ("offence subgroup",), "lower"),
            Column("offence_code", "Home Office code", ("offence code",)),
            Column(
                "count", "Offences recorded",
                ("offence count", "number of offences", "offences"), "integer", essential=True,
            ),
        ),
    ),
)  # fmt: skip

DERIVED = {
    "home_office_csp": {
        "csp": "Name as the ONS spells it",
        "csp_published": "Name as published",
        "is_unassigned": "Recorded under 'Unassigned <force>'",
    },
    "home_office_csp_coverage": {
        "year": "Financial year",
        "force": "Police force area",
        "count": "Offences of the force",
        "unassigned": "Those under no partnership",
        "share": "Their share, 0 to 1",
        "status": "ok or not_comparable",
        "reason": "Why not comparable",
    },
}

#: Above this share of a force's offences without a partnership none of its partnerships can be
#: compared with other years.
MOST_UNASSIGNED = 0.05
_YEAR_SHEET = re.compile(r"^\s*(19|20)\d{2}[-_/ ]?\d{2}\s*$")
#: Names of the tables that differ from those of the ONS.
_NAMES = {"london city of": "City of London", "northern devon": "North Devon"}

#: What makes rows of two files the same.
RECORDS = {
    NAME: (
        "year", "quarter", "force", "csp", "offence",
        "offence_group", "offence_subgroup", "offence_code",
    )
}  # fmt: skip


def read(part: Part, context: Context) -> Read:
    """Read one table: a CSV file, or every yearly sheet of a workbook.

    Returns
    -------
    Read
        `home_office_csp`: year, quarter, force, csp (name of the ONS), csp_published,
        is_unassigned, offence, offence_group, offence_subgroup, offence_code, count, file, row;
        `_totals` (year, force, csp, is_unassigned, count), of which `combine` makes the coverage.

    Raises
    ------
    DataRefused
        If no sheet is such a table, or a yearly one lacks a column.
    """
    found = _workbook(part, context) if part.is_sheet and not part.member else _one(part, context)
    frame = found.tables[NAME]
    tables = small({NAME: frame})
    for row in coverage(tables["_totals"]).filter(pl.col("status") != "ok").iter_rows(named=True):
        found.problems.add(
            1, "CSP Name", f"{row['year']}, {row['force']}: {row['unassigned']:,} of "
            f"{row['count']:,} offences without a partnership",
            f"at most {MOST_UNASSIGNED:.0%} of the force", "noted",
            "its partnerships' figures cannot be compared with other years",
        )  # fmt: skip
    return found.with_tables(home_office_csp=frame, **tables)


def small(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What `combine` needs of a file's rows."""
    by = ("year", "force", "csp", "is_unassigned")
    # Slice by slice: grouping by text takes as much memory as the rows themselves.
    slices = [one.group_by(by).agg(pl.col("count").sum()) for one in tables[NAME].iter_slices()]
    totals = pl.concat(slices) if slices else tables[NAME].select(*by, "count")
    totals = totals.group_by(by).agg(pl.col("count").sum())
    return {"_totals": totals.sort("year", "force", "csp")}


def combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Coverage by year and force over all files."""
    return {f"{NAME}_coverage": coverage(tables["_totals"])} if "_totals" in tables else {}


def coverage(totals: pl.DataFrame) -> pl.DataFrame:
    """Whether a force's partnerships can be compared with other years.

    Parameters
    ----------
    totals : polars.DataFrame
        year, force, csp, is_unassigned, count.

    Returns
    -------
    polars.DataFrame
        year, force, count, unassigned, share (0 to 1), status ('ok', 'not_comparable'), reason.
    """
    found = totals.group_by("year", "force").agg(
        pl.col("count").sum(),
        unassigned=pl.col("count").filter("is_unassigned").sum(),
    )
    share = pl.when(pl.col("count") > 0).then(pl.col("unassigned") / pl.col("count")).otherwise(0.0)
    is_off = share > MOST_UNASSIGNED
    reason = pl.format(
        "{}% of the offences in {} are recorded under no partnership",
        (100 * share).round(1), pl.col("force"),
    )  # fmt: skip
    return found.with_columns(
        share=share,
        status=pl.when(is_off).then(pl.lit("not_comparable")).otherwise(pl.lit("ok")),
        reason=pl.when(is_off).then(reason).otherwise(pl.lit("")),
    ).sort("year", "force")


def _workbook(part: Part, context: Context) -> Read:
    problems, frames, rows_read, refusal = Problems(part.label), [], 0, None
    for sheet in workbooks.sheets(part):
        try:
            found = _one(sheet, context)
        except DataRefused as error:
            if _YEAR_SHEET.match(sheet.member):
                raise
            refusal = error
            told = f"the sheet '{sheet.member}'"
            problems.add(1, "", told, "a table", "noted", "no table; not read")
            continue
        problems.include(found.problems)
        frames.append(found.tables[NAME])
        rows_read += found.rows_read
    if not frames:
        raise refusal
    frame = pl.concat(frames)
    return Read({NAME: frame}, problems, rows_read, frame.height, SCHEMAS[0].name)


def _one(part: Part, context: Context) -> Read:
    found = table.read(part, SCHEMAS, context, NAME)
    found = found.without_totals("csp").without_totals("offence_group")
    found = found.keep(
        pl.col("count") >= 0, "count", pl.col("count"), "0 or more", "a negative count"
    )
    frame = found.tables[NAME]
    names = frame["csp"].unique().to_list()
    standard = pl.DataFrame(
        {"csp": names, "name": [_standard(n) for n in names]},
        schema={"csp": pl.String, "name": pl.String},
    )
    frame = frame.join(standard, on="csp", how="left", maintain_order="left").select(
        "year", "quarter", "force", pl.col("name").alias("csp"),
        pl.col("csp").alias("csp_published"),
        pl.col("csp").str.to_lowercase().str.starts_with("unassigned").alias("is_unassigned"),
        "offence", "offence_group", "offence_subgroup", "offence_code",
        pl.col("count").cast(pl.Int64), pl.lit(part.label).alias("file"), ROW,
    )  # fmt: skip
    return found.with_tables(home_office_csp=frame)


def _standard(name: str) -> str:
    """The partnership's name as the ONS spells it; its own where it is no partnership today."""
    key = _key(name)
    return _NAMES.get(key) or _partnerships().get(key, " ".join(name.split()))


def _key(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", name.lower().replace("&", " and ")).split())


@functools.cache
def _partnerships() -> dict[str, str]:
    names = {n for row in reference.rows("areas") for n in row["csp"].split(";") if n}
    return {_key(name): name for name in names}
