"""Recorded crime by Community Safety Partnership and quarter: the Home Office's open data tables.

A workbook has a sheet per year; other sheets (notes, contents) are passed over with a remark, but
for the day of release and the partnerships without figures that they name. From 2024 much of some
forces' crime is recorded under 'Unassigned <force>', and what is left for the partnerships
collapses: that is a coverage problem, never a fall. The tables by police force have the same
columns but for the partnership; they are read into a table of their own.
"""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.sources import (
    crime_rows,
    official_names,
    releases,
    table,
    unassigned_notes,
    workbooks,
)
from cspanalysis.sources.archive import Part
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.releases import Editions
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import ROW, Context, Read

NAME = "home_office_csp"
FORCES = "home_office_pfa"

_FORCE = Column(
    "force",
    "Police force area",
    ("police force", "force name", "police force area"),
    essential=True,
)
_BEFORE = (
    Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
    Column("quarter", "Quarter of the financial year", ("financial quarter", "quarters")),
)
_AFTER = (
    Column("offence", "Offence", ("offence description",), "lower"),
    Column("offence_group", "Group of offences", ("offence group",), "lower", required=True),
    Column("offence_subgroup", "Subgroup", ("offence subgroup", "offence sub group"), "lower"),
    Column("offence_code", "Home Office code", ("offence code",)),
    Column(
        "count", "Offences recorded",
        ("offence count", "number of offences", "offences"), "count", required=True,
    ),
)  # fmt: skip
_CSP = Column(
    "csp", "Community Safety Partnership",
    ("csp name", "community safety partnership", "community safety partnership name"),
    essential=True,
)  # fmt: skip
_SCHEMAS = (
    Schema(
        "csp",
        "a recorded crime table by Community Safety Partnership",
        (*_BEFORE, _FORCE, _CSP, *_AFTER),
    ),
    Schema("force", "a recorded crime table by police force", (*_BEFORE, _FORCE, *_AFTER)),
)

#: Columns of a table of coverage, with their meanings.
COVERAGE = {
    "year": "Financial year",
    "force": "Police force area",
    "count": "Offences of the force, as far as figures are given",
    "unassigned": "Those under no partnership",
    "share": "Their share, 0 to 1",
    "status": "ok or not_comparable",
    "reason": "Why not comparable",
    "listed": "Partnerships that the table's notes list as recorded under none, with ; between",
}

#: Above this share of a force's offences without a partnership none of its partnerships can be
#: compared with other years.
MOST_UNASSIGNED = 0.05
#: So many lines of a sheet of notes are looked at for the day of release.
_MOST_LINES = 200
_YEAR_SHEET = re.compile(r"^\s*(19|20)\d{2}[-_/ ]?\d{2}\s*$")
#: In a table by police force hardly a figure comes twice.
MOST_ALIKE = 0.8
#: What tells rows of one offence and quarter apart.
_AREAS = {NAME: ("csp", "force"), FORCES: ("force",)}


def _read(part: Part, context: Context) -> Read:
    """One table: a CSV file, or every yearly sheet of a workbook.

    Beside its rows `_totals` (file, year, force, csp, is_unassigned, count, and known, the sum of
    what is given where the count is missing) and, where notes list partnerships, `_listed` (file,
    csp, year), of which the coverage is made; of a table by police force those of
    `home_office_pfa`, without the partnership.
    """
    found = _workbook(part, context) if part.is_sheet and not part.member else _one(part, context)
    found = replace(found, released=found.released or releases.in_name(part.name))
    said = found.tables.pop("_said", pl.DataFrame({"line": []}))["line"].to_list()
    of = _AREAS[NAME if NAME in found.tables else FORCES]
    sheets = workbooks.sheets(part) if part.is_sheet and not part.member else [part]
    found = crime_rows.once(crime_rows.without_years(found, of), of, sheets, SOURCE, context)
    if NAME not in found.tables:
        return found
    tables = _small(found.tables)
    for row in coverage(tables["_totals"]).filter(pl.col("status") != "ok").iter_rows(named=True):
        numbers = [
            f"{n:,}" if n is not None else "an unknown number"
            for n in (row["unassigned"], row["count"])
        ]
        found.problems.add(
            1, "CSP Name", f"{row['year']}, {row['force']}: {numbers[0]} of "
            f"{numbers[1]} offences without a partnership",
            f"at most {MOST_UNASSIGNED:.0%} of the force", "noted",
            "its partnerships' figures cannot be compared with other years",
        )  # fmt: skip
    listed = _listed(said, found.tables[NAME], tables["_totals"])
    for (year,), rows in listed.group_by("year", maintain_order=True):
        found.problems.add(
            1, "CSP Name", f"{year}: {', '.join(rows['csp'])}", "offences of their own", "noted",
            "the notes of the table list them as recorded under no partnership",
        )  # fmt: skip
    if listed.height:
        tables["_listed"] = listed
    # Of these columns alone: a copy of the whole table takes as much memory as the table.
    names = found.tables[NAME].select("csp", "csp_published", ROW, "is_unassigned")
    partnerships = names.filter(~pl.col("is_unassigned"))
    official_names.name_unknown(found, partnerships, context.names.get("district", ()))
    return found.with_tables(**found.tables, **tables)


def _listed(said: list[str], rows: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Partnerships that a file's own notes list as recorded under none: file, csp, year."""
    held = totals.filter(~pl.col("is_unassigned")).select("file", "csp", "year").unique()
    spelt = dict(rows.select("csp_published", "csp").unique().iter_rows()) if said else {}
    found = unassigned_notes.listed(said, spelt, held["year"].unique())
    found = found.with_columns(pl.col("csp").replace(spelt)) if spelt else found
    return held.join(found, on=("csp", "year"), how="semi").sort("year", "csp")


def _small(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What `combine` needs of a file's rows."""
    if NAME not in tables:
        return {}
    by = ("file", "year", "force", "csp", "is_unassigned")
    # Slice by slice: grouping by text takes as much memory as the rows themselves.
    known = pl.col("count").sum().alias("known")
    slices = [one.group_by(by).agg(crime_rows.whole(), known) for one in tables[NAME].iter_slices()]
    totals = pl.concat(slices or [tables[NAME].select(*by, "count", known="count")])
    totals = totals.group_by(by).agg(crime_rows.whole(), pl.col("known").sum())
    return {"_totals": totals.sort("year", "force", "csp")}


def _combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Coverage by year and force, and totals by year and partnership, over all files."""
    if "_totals" not in tables:
        return {}
    totals, by = tables["_totals"], ["year", "force", "csp", "is_unassigned"]
    return {
        f"{NAME}_coverage": coverage(totals, tables.get("_listed")),
        f"{NAME}_totals": totals.group_by(by).agg(crime_rows.whole()).sort(by),
    }


def coverage(totals: pl.DataFrame, listed: pl.DataFrame | None = None) -> pl.DataFrame:
    """Whether a force's partnerships can be compared with other years: the columns of COVERAGE.

    `listed`: partnerships that the notes of a file name (file, csp, year); they count for the years
    of which the file's figures do.
    """
    names = pl.DataFrame(schema=dict.fromkeys(("year", "force", "listed"), pl.String))
    if listed is not None:
        own = totals.join(listed, on=("file", "csp", "year"), how="semi")
        told = pl.col("csp").unique().sort().str.join("; ")
        names = own.group_by("year", "force").agg(listed=told)
    unassigned = pl.col("count").filter("is_unassigned")
    found = totals.group_by("year", "force").agg(
        # One figure that is missing leaves its partnership no sum, yet is no reason to leave the
        # whole partnership out of its force.
        count=pl.col("known").sum(),
        unassigned=pl.when(unassigned.null_count() == 0).then(unassigned.sum()),
    )
    share = pl.when(pl.col("count") > 0).then(pl.col("unassigned") / pl.col("count")).otherwise(0.0)
    is_off = share.is_null() | (share > MOST_UNASSIGNED)
    reason = pl.format(
        "{}% of the offences in {} are recorded under no partnership",
        (100 * share).round(1), pl.col("force"),
    ).fill_null("how many offences are recorded under no partnership is not known")  # fmt: skip
    found = found.with_columns(
        share=share,
        status=pl.when(is_off).then(pl.lit("not_comparable")).otherwise(pl.lit("ok")),
        reason=pl.when(is_off).then(reason).otherwise(pl.lit("")),
    ).join(names, on=("year", "force"), how="left")  # fmt: skip
    return found.with_columns(pl.col("listed").fill_null("")).sort("year", "force")


def _workbook(part: Part, context: Context) -> Read:
    problems, rows_read = Problems(part.label), 0
    frames: dict[str, list[pl.DataFrame]] = {}
    refusal: DataRefused | None = None
    said: list[str] = []
    sheets: dict[str, str] = {}
    for sheet in workbooks.sheets(part):
        try:
            found = _one(sheet, context)
        except DataRefused as error:
            if _YEAR_SHEET.match(sheet.member):
                raise
            refusal = error
            told = f"the sheet '{sheet.member}'"
            problems.add(1, "", told, "a table", "noted", "no table; not read")
            said += _said(sheet)
            continue
        problems.include(found.problems)
        for name, frame in found.tables.items():
            frames.setdefault(name, []).append(frame)
            sheets.setdefault(name, sheet.member)
        rows_read += found.rows_read
    if not frames:
        raise refusal or DataRefused(paragraph("holds no sheet", file=part.label))
    if len(frames) > 1:
        of_forces = replace(part, member=sheets[FORCES])
        raise _without_partnerships(of_forces, "other sheets have partnerships")
    tables = {name: pl.concat(some) for name, some in frames.items()}
    kept = sum(frame.height for frame in tables.values())
    layout = _SCHEMAS[0 if NAME in tables else 1].name
    if about := [line for line in said if unassigned_notes.is_told(line)]:
        tables["_said"] = pl.DataFrame({"line": about})
    return Read(tables, problems, rows_read, kept, layout, released=releases.stated(said))


def _without_partnerships(part: Part, why: str) -> DataRefused:
    """Of a table by partnership whose partnerships nobody finds, which is none by force."""
    return DataRefused(
        paragraph(
            f"the column of the partnerships is missing ({why})",
            file=part.label, column="csp", allowed=", ".join(f"'{n}'" for n in _CSP.aliases),
            do="Rename the heading, or name it in partnership.toml: "
            '[sources.home_office_csp.columns] csp = "its heading".',
        )
    )  # fmt: skip


def _said(sheet: workbooks.Sheet) -> list[str]:
    """The lines of a sheet of notes."""
    block = next(sheet.blocks(), pl.DataFrame()).head(_MOST_LINES)
    return [" ".join(c for c in line[1:] if c) for line in block.iter_rows()]


def _one(part: Part, context: Context) -> Read:
    found = table.read(part, _SCHEMAS, context, NAME)
    is_csp = found.schema == "csp"
    for column in ("csp", "force", "offence_group") if is_csp else ("force", "offence_group"):
        found = found.without_totals(column)
    found = found.with_frame(crime_rows.with_quarters(found.frame))
    if is_csp:
        found = crime_rows.without_areas(found)
    found = crime_rows.without_sums(found, _AREAS[NAME if is_csp else FORCES])
    frame = found.frame
    found.note(
        frame.filter(pl.col("count").is_null()), "count", "a whole number",
        "no figure: what it is a part of is not known either",
        pl.col("count_symbol").fill_null(""),
    )  # fmt: skip
    taken_back = frame.filter(pl.col("count") < 0)
    found.note(
        taken_back, "count", "0 or more",
        "below 0: crimes of an earlier quarter that were taken back; kept, as official totals do",
    )  # fmt: skip
    frame = official_names.with_names(frame, "force", official_names.force)
    columns = [
        "year", "quarter", "force", "offence", "offence_group",
        "offence_subgroup", "offence_code", pl.col("count").cast(pl.Int64),
        pl.lit(part.label).alias("file"), ROW,
    ]  # fmt: skip
    if not is_csp:
        frame = frame.select(columns)
        figure = ["year", "quarter", "force", *crime_rows.DETAILS]
        if frame.height and frame.n_unique(figure) < MOST_ALIKE * frame.height:
            raise _without_partnerships(part, "each force has many rows of one offence and quarter")
        return found.with_tables(**{FORCES: frame})
    frame = frame.with_columns(
        pl.col("csp").alias("csp_published"),
        pl.col("csp").str.to_lowercase().str.starts_with("unassigned").alias("is_unassigned"),
    )
    frame = official_names.with_names(frame, "csp", official_names.csp)
    columns[3:3] = ["csp", "csp_published", "is_unassigned"]
    return found.with_tables(**{NAME: frame.select(columns)})


_FIGURE = ("offence", "offence_group", "offence_subgroup", "offence_code")
SOURCE = Source(
    name=NAME,
    title="Police recorded crime by Community Safety Partnership",
    description="`home_office_csp`: one row per year, quarter, partnership and offence. "
    "`home_office_csp_coverage`: one row per year and force, with the share that no partnership "
    "was given and whether its partnerships can be compared with other years. "
    "`home_office_csp_totals`: one row per year and partnership. `home_office_pfa`: one row per "
    "year, quarter, police force and offence, from the tables by police force.",
    supplier="the Home Office's recorded crime tables by Community Safety Partnership",
    called="the Home Office's table",
    schemas=_SCHEMAS,
    folders=(FORCES,),
    derived={
        NAME: by_reader(
            quarter="Quarters of the financial year that the row counts, '1' to '4' or '1,2,3,4'",
            force="Police force area as the register of areas spells it",
            csp="Name as the ONS spells it",
            csp_published="Name as published",
            is_unassigned="Recorded under 'Unassigned <force>'",
        ),
        f"{NAME}_coverage": by_reader(**COVERAGE),
        f"{NAME}_totals": by_reader(
            year="Financial year",
            force="Police force area",
            csp="Partnership",
            is_unassigned="Recorded under 'Unassigned <force>'",
            count="Offences of the year",
        ),
    },
    records={
        NAME: ("year", "quarter", "force", "csp", *_FIGURE),
        FORCES: ("year", "quarter", "force", *_FIGURE),
    },
    # Of two editions the newer one's years count; of a file of one partnership, those of it.
    editions={
        NAME: Editions(
            (("year", "quarter", "force"), ("year", "quarter", "force", "csp")),
            ("force", "csp"), crime_rows.DETAILS, ("quarter",),
        ),
        FORCES: Editions(
            (("year", "quarter", "force"),), ("force",), crime_rows.DETAILS, ("quarter",)
        ),
    },
    years={"home_office_csp": ("year", Period.financial_year)},
    reader=_read,
    combine=_combine,
    small=_small,
)  # fmt: skip
