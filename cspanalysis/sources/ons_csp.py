"""Recorded crime by Community Safety Partnership and year: tables of the national statisticians.

A workbook has a sheet for the counts of each of two years, one for the change between them and one
for rates; which is which, and which year, stands above the headings. Police forces, partnerships
and offences without a partnership share one column, notes are glued to names, and a partnership of
several districts has words where the code of its district would stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.domain.periods import MONTHS, Period
from cspanalysis.sources import home_office_csp, official_names, table, workbooks
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.releases import Editions
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import Context, Read

NAME = "ons_csp"

TOTAL = "total recorded crime (excluding fraud)"
#: The offence lines, in the order of the tables.
LINES = (
    TOTAL, "violence against the person", "homicide",
    "death or serious injury caused by illegal driving", "violence with injury",
    "violence without injury", "stalking and harassment", "sexual offences", "robbery",
    "theft offences", "burglary", "residential burglary", "non-residential burglary",
    "residential burglary (per 1,000 population)", "residential burglary (per 1,000 household)",
    "domestic burglary", "non-domestic burglary",
    "vehicle offences", "theft from the person", "bicycle theft", "shoplifting",
    "all other theft offences", "criminal damage and arson", "drug offences",
    "possession of weapons offences", "public order offences",
    "miscellaneous crimes against society",
)  # fmt: skip
_NOTES = r"( note \d+)*"


def _key(line: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", line).strip()


_SCHEMAS = (
    Schema(
        "wide",
        "recorded crime by partnership, a column per offence line",
        (
            Column("force_code", "Code of the police force area", ("police force area code",)),
            Column(
                "force", "Police force area", ("police force area name",), essential=True,
                pattern=rf"police force( area)?( name)?{_NOTES}",
                example="Police Force Area name [note 2]",
            ),
            Column("csp_code", "Code of the partnership", ("community safety partnership code",)),
            Column(
                "csp", "Partnership, 'Unassigned <force>', or blank for the force as a whole",
                ("community safety partnership name",), required=True,
                pattern=rf"community safety partnership( name)?{_NOTES}",
                example="Community Safety Partnership name [note 3]",
            ),
            Column("district_code", "Code of its district", ("local authority code",)),
            Column(
                "population", "Residents", kind="figure", unit="residents",
                pattern=r"population figures.*",
                example="Population figures (mid-2023)",
            ),
            Column(
                "households", "Households", kind="figure", unit="households",
                pattern=r"household figures.*",
                example="Household figures (mid-2023)",
            ),
            *(
                Column(
                    line, f"{line.capitalize()}", kind="figure", required=line == TOTAL,
                    pattern=rf"{_key(line)}s?{_NOTES}",
                    example=f"{line.capitalize()} [note 5]",
                )
                for line in LINES
            ),
        ),
    ),
)  # fmt: skip

_YEAR_ENDING = re.compile(
    r"year ending (january|february|march|april|may|june|july|august|september|october|november|"
    r"december) (\d{4})"
)
#: What the title of a table calls its figures, where they are no counts; the first found holds.
_MEASURES = {
    r"(?:%|\bper ?cent(?:age)?) (?:changes?|differences?)\b"
    r"|\b(?:changes?|differences?)\b.{0,60}(?:%|\bper ?cent)": "percent_change",
    r"\b(?:changes?|differences?) (?:in|between|from)\b"
    r"|\b(?:numerical|absolute|number) (?:changes?|differences?)\b": "change",
    r"\brates?\b|\b(?:per|by) 10?0?,?000\b|\bper (?:head|capita)\b": "rate",
}


#: A workbook of these tables by the names of its sheets: 'Table C2', 'Table_C3', 'C4'.
_SHEET = re.compile(r"(?:table[ _]?)?c ?\d{1,2}[a-z]?", re.IGNORECASE)


def _is_own(part: Part) -> bool:
    """Whether a workbook among the Home Office's tables is one of these."""
    if part.path.suffix.lower() not in (".xlsx", ".xls"):
        return False
    try:
        return any(_SHEET.fullmatch(sheet.member.strip()) for sheet in workbooks.sheets(part))
    except DataRefused:
        return False  # reading it says why it cannot be opened


def _read(part: Part, context: Context) -> Read:
    """Every table of a workbook, or one saved apart, and the `_totals` for the coverage."""
    found = table.of_sheets(part, lambda sheet: _one(sheet, context))
    return found.with_tables(**found.tables, **_small(found.tables))


def _small(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What `combine` needs of a file's rows."""
    is_count = (pl.col("measure") == "count") & (pl.col("offence") == TOTAL)
    rows = tables[NAME].filter(is_count & (pl.col("level") != "force"))
    totals = rows.select(
        pl.col("period").alias("year"), "force", "csp",
        (pl.col("level") == "unassigned").alias("is_unassigned"),
        pl.col("value").cast(pl.Int64, strict=False).alias("count"),
    )  # fmt: skip
    return {"_totals": totals.with_columns(known="count")}


def _combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Coverage by year and force over all files."""
    return {f"{NAME}_coverage": home_office_csp.coverage(tables["_totals"])}


def _one(part: Part, context: Context) -> Read:
    found = table.read(part, _SCHEMAS, context, NAME)
    frame = found.tables[NAME]
    titles = " ".join([*found.titles, re.sub(r"[_-]+", " ", part.name)]).lower()
    measure = _measure(found.titles, part)
    if measure == "count":
        _refuse_no_counts(frame, part)
    frame = official_names.with_names(frame, "force", official_names.force)
    plain = official_names.without_note(pl.col("csp"))
    level = (
        pl.when(plain.is_null())
        .then(pl.lit("force"))
        .when(plain.str.to_lowercase().str.starts_with("unassigned"))
        .then(pl.lit("unassigned"))
        .otherwise(pl.lit("partnership"))
    )
    frame = frame.with_columns(level=level, csp_published=pl.col("csp"))
    partnerships = frame.filter(pl.col("level") == "partnership")
    official_names.name_unknown(found, partnerships, context.names.get("district", ()))
    frame = official_names.with_names(frame, "csp", official_names.csp)
    there = [line for line in LINES if line in found.given]
    index = ["force", "level", "csp", "csp_published", "population", "households", ROW]
    values = frame.unpivot(there, index=index, variable_name="offence", value_name="value")
    status = frame.unpivot([f"{line}_status" for line in there], value_name="status")
    tidy = values.with_columns(status["status"]).select(
        pl.lit(measure).alias("measure"), pl.lit(_period(titles, part)).alias("period"),
        "force", "level", "csp", "csp_published", "offence", "value",
        pl.col("status").fill_null("not_available"), "population", "households",
        pl.lit(part.label).alias("file"), ROW,
    )  # fmt: skip
    hidden = tidy.filter(
        (pl.col("measure") == "count") & (pl.col("level") != "force") & pl.col("value").is_null()
    )
    of_row = hidden.group_by(ROW, "csp_published").agg(pl.col("offence").str.join("; "))
    found.note(
        of_row.sort(ROW), "value", "a number", "no figure: not known, and neither is a sum with it",
        pl.format("{}: {}", "csp_published", "offence"),
    )  # fmt: skip
    return found.with_tables(**{NAME: tidy})


def _measure(titles: Sequence[str], part: Part) -> str:
    """What the figures are by the title of the table, which ends where it has said its year.

    The remarks behind it speak of other tables, too.
    """
    ends = (at for at, line in enumerate(titles, 1) if _YEAR_ENDING.search(line.lower()))
    title = " ".join([*titles[: next(ends, len(titles))], re.sub(r"[_-]+", " ", part.name)])
    said = " ".join(title.lower().split())
    return next((m for words, m in _MEASURES.items() if re.search(words, said)), "count")


def _refuse_no_counts(frame: pl.DataFrame, part: Part) -> None:
    """Refuse figures that would pass for counts and cannot be any."""
    for line in (line for line in LINES if "per 1,000" not in line and line in frame.columns):
        is_none = (pl.col(line) % 1 != 0) | ((pl.col(line) < 0) & (line == TOTAL))
        for row, value in frame.filter(is_none).select(ROW, line).head(1).iter_rows():
            raise DataRefused(
                paragraph(
                    f"the figure {value:g} is no count of offences, and the title does not say "
                    "what it is",
                    file=part.label, row=row, column=line, allowed="whole numbers, or a title with "
                    "'rate per 1,000' or 'percentage change'",
                    do="Keep the title of the table, or put the words into the file's name.",
                )
            )  # fmt: skip


def _period(titles: str, part: Part) -> str:
    ends = [
        Period.month(int(year), 1 + MONTHS.index(month[:3])).first
        for month, year in _YEAR_ENDING.findall(titles)
    ]
    if not ends:
        raise DataRefused(
            paragraph(
                "nothing above the headings says of which year these figures are",
                file=part.label, allowed="a title with 'year ending December 2022'",
                do="Keep the title of the table, or put the words into the file's name.",
            )
        )  # fmt: skip
    return Period(max(ends) - 11, max(ends)).iso


SOURCE = Source(
    name=NAME,
    title="Police recorded crime by Community Safety Partnership, year by year",
    description="One row per measure, year, police force or partnership and offence line: counts, "
    "published changes, in number or per cent, and published rates per 1,000 residents or "
    "households. "
    "`ons_csp_coverage`: one row per year and force, with the share under no partnership. A "
    "workbook among the Home Office's tables (`home_office_csp`) is known by its sheets, and read.",
    supplier="the Office for National Statistics' recorded crime tables by partnership",
    called="the table of the Office for National Statistics",
    schemas=_SCHEMAS,
    lodges={home_office_csp.NAME: _is_own},
    derived={
        NAME: by_reader(
            measure="count, change, percent_change or rate",
            period="First and last month of the year",
            level="force, partnership or unassigned (under no partnership)",
            csp="Partnership as the register spells it; blank for a force",
            csp_published="Name as published",
            offence="Offence line",
            value="The figure; missing where the publisher gives none",
            status="ok or not_available",
            population="Residents, in the table of rates",
            households="Households, in the table of rates",
        ),
        f"{NAME}_coverage": by_reader(
            **{**home_office_csp.COVERAGE, "year": "First and last month of the year"}
        ),
    },
    records={NAME: ("measure", "period", "force", "level", "csp", "offence")},
    # A table is published anew as a whole.
    editions={NAME: Editions((("measure", "period"),), ("force", "level", "csp", "offence"))},
    spans={NAME: ("period", Period.parse)},
    reader=_read,
    combine=_combine,
    small=_small,
)
