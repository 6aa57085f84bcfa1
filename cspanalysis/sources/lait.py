"""The local authority interactive tool (LAIT) of the Department for Education: children's figures.

A row is a measure of a county or unitary authority, a region or England in a year. It gives rates
and percentages as their publishers have them, without counts and without intervals; '-' stands for
a figure that is missing. How a year is written, and what it means, differs by measure. England's
figure of first-time entrants is none of the rates beside it (3,071 in 2016, all authorities 98 to
782): what lies beyond all authorities is marked. The tool's own sheets have the years side by side
and the measure in their title or name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from cspanalysis.domain import areas, district_labels, reference
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Across, Column, Schema, folded
from cspanalysis.sources.source import Source, by_reader, status_of
from cspanalysis.sources.table import Context, Read

NAME = "lait"

#: Numbers of the department from which on an area is a region, and that of England.
_FIRST_REGION, _ENGLAND = 980, 970
#: From so many authorities on a figure beyond all of theirs cannot be that of several of them.
MANY = 20
_REGIONS = (
    "north east", "north west", "yorkshire and the humber", "east midlands", "west midlands",
    "east of england", "london", "south east", "south west",
)  # fmt: skip
_MAKERS = {
    "calendar": Period.calendar_year,
    "financial": Period.financial_year,
    "academic": Period.academic_year,
}
#: What the tool calls an authority, where the name could mean another.
_OWN_NAMES = {"Durham": "County Durham"}
#: A year, or several, as a heading has it.
_YEARS = re.compile(r"(?:19|20)\d{2}(?:\s*[-–/]\s*(?:\d{2}|\d{4}))?")
#: Rows beneath the authorities that are none.
_NO_AREA = r"(?i)^\s*(statistical neighbou?rs?|sn average|national rank|quartile|trend)\b"
_SHORT_SPAN = re.compile(r"(\d{4})\s*[-–]\s*(\d{2})")


@functools.cache
def measures() -> dict[str, dict[str, str]]:
    """Measures that a review asks for, by the tool's own abbreviation."""
    return {row["measure"]: row for row in reference.rows("lait_measures")}


def years(heading: str) -> str:
    """The year or years that a heading is; '' for none."""
    return heading.strip() if _YEARS.fullmatch(heading.strip()) else ""


def measure_of(texts: Iterable[str]) -> str:
    """The measure that a title, a sheet or a file is named by, as the tool abbreviates it.

    Of several that a text could mean the longest name counts; '' where none does.
    """
    for text in texts:
        found = folded(text)
        named = [
            (len(name), measure)
            for measure, names in _titles().items()
            for name in names
            if found == name or (len(name) > _SHORTEST and name in found)
        ]
        begun = {
            measure for measure, names in _titles().items()
            if len(found) >= _CUT and any(name.startswith(found) for name in names)
        }  # fmt: skip
        if named:
            return max(named)[1]
        if len(begun) == 1:
            return begun.pop()
    return ""


#: A name this short could be part of another word; a sheet's is cut after 31 characters.
_SHORTEST, _CUT = 14, 20


@functools.cache
def _titles() -> dict[str, tuple[str, ...]]:
    return {
        measure: tuple(map(folded, (measure, *row["titles"].split("|"))))
        for measure, row in measures().items()
    }


def is_told(texts: Sequence[str], headings: Sequence[str]) -> bool:
    """Whether a table is one of the tool: by a measure of it, or its own headings."""
    own = {"lanumber", "landregions", "laandregions", "shortdesc"}
    return bool(measure_of(texts)) or len(own & set(map(folded, headings))) > 1


def period_of(written: str, year: str = "") -> Period | None:
    """The months of a year as the tool writes it; None where nobody can tell.

    `year`: what a year on its own is of the measure: calendar, financial or academic. '2024-25' of
    a financial year is that year; '2014-16' of calendar years are three.
    """
    text = written.strip()
    if re.fullmatch(r"\d{4}", text):
        if year not in _MAKERS or text == "0000":
            return None
        ends = int(text)
        return _MAKERS[year](ends if year == "calendar" else ends - 1)
    short = _SHORT_SPAN.fullmatch(text)
    if short and year != "calendar":
        is_next = (int(short[1]) + 1) % 100 == int(short[2])
        return _MAKERS[year](int(short[1])) if year in _MAKERS and is_next else None
    span = Period.of_years(text)
    if span and year == "academic" and "/" in text:
        return span.shift(5)  # of_years takes a year across two as one from April
    return span


def _read(part: Part, context: Context) -> Read:
    return table.of_sheets(part, lambda one: _sheet(one, context))


def _sheet(part: Part, context: Context) -> Read:
    """A table; where no column says its measure, its title, its sheet or the file does."""

    def check(found: Read) -> Read:
        frame = found.frame
        if not frame["key"].null_count():
            return _check(found)
        by_name = {
            name: measure_of([name]) or name for name in frame["measure"].drop_nulls().unique()
        }
        named = pl.col("measure").replace_strict(by_name, default=None, return_dtype=pl.String)
        frame = frame.with_columns(key=pl.coalesce("key", named))
        if frame["key"].null_count():
            names = (*found.titles, part.member, part.file.rpartition("/")[2])
            key = measure_of(names) or " ".join((part.member or "".join(found.titles[:1])).split())
            if not key:
                raise DataRefused(
                    paragraph(
                        "nothing says which measure of the tool this is", file=part.label,
                        allowed="a column of the measure, or its name as title or sheet",
                        do='If it is one, write under [sources.lait.constants]: key = "FirstYJS", '
                        "as the tool abbreviates it.",
                    )
                )  # fmt: skip
            frame = frame.with_columns(key=pl.col("key").fill_null(key))
        return _check(found.with_frame(frame))

    return replace(_TABLE, check=check).read(part, context)


def _check(found: Read) -> Read:
    """Areas under the register's names with their level; '-' is missing; years as periods."""
    found = found.keep(
        pl.col("years").str.contains(r"^\s*\d{4}\b"), "years", pl.col("years"),
        "a year, or several", "the row names no year",
    )  # fmt: skip
    found = found.keep(
        ~pl.col("area").str.contains(_NO_AREA), "area", pl.col("area"),
        "an authority, a region or England", "no area, but a line of the tool beneath them",
    )  # fmt: skip
    frame = found.frame
    pairs = frame.select("key", "years").unique().rows()
    known = measures()
    spans = [
        (m, y, span.iso if (span := period_of(y, known.get(m, {}).get("year", ""))) else None)
        for m, y in pairs
    ]
    periods = pl.DataFrame(
        spans, schema={"key": pl.String, "years": pl.String, "period": pl.String}, orient="row"
    )
    named = [(n, _named(n)) for n in frame["area"].unique()]
    names = pl.DataFrame(named, schema={"area": pl.String, "register": pl.String}, orient="row")
    number = pl.col("area_number").cast(pl.Int64, strict=False)
    lower = pl.col("area").str.to_lowercase()
    level = (
        pl.when((number == _ENGLAND) | lower.str.starts_with("england"))
        .then(pl.lit("national"))
        .when(
            (number >= _FIRST_REGION)
            | (number.is_null() & lower.is_in(_REGIONS))
            | lower.str.contains(r"^london \(")
        )
        .then(pl.lit("region"))
        .otherwise(pl.lit("local authority"))
    )
    order = frame.columns
    frame = (
        frame.with_columns(level=level)
        .join(periods, on=["key", "years"], how="left", maintain_order="left")
        .join(names, on="area", how="left", maintain_order="left")
        .with_columns(
            area=pl.when(pl.col("level") == "local authority")
            .then(pl.col("register"))
            .otherwise(pl.col("area")),
            value_status=pl.when(pl.col("value_symbol") == "-")
            .then(pl.lit("not_available"))
            .otherwise(pl.col("value_status")),
        )
    )
    own = pl.when(pl.col("level") == "local authority").then(pl.col("value"))
    low, high, number_of = (one.over("key", "years") for one in (own.min(), own.max(), own.count()))
    is_beyond = (pl.col("value") < low) | (pl.col("value") > high)
    frame = frame.with_columns(
        is_doubtful=(
            (pl.col("level") != "local authority") & (number_of >= MANY) & is_beyond
        ).fill_null(False)
    )
    found = found.with_frame(frame.select(*order, "level", "period", "is_doubtful"))
    found.note(
        frame.filter("is_doubtful"), "value", "a figure between those of the authorities",
        "no rate of several areas lies beyond all of theirs: kept, and not compared with",
    )  # fmt: skip
    is_asked = pl.col("key").is_in(list(known)) & pl.col("period").is_null()
    found.note(
        frame.filter(is_asked), "years", "a year such as 2024, 2023/24 or 2021-23",
        "a year that nobody can tell: kept, and no question is answered with it",
    )  # fmt: skip
    return found


def _named(name: str) -> str:
    """An authority as the register has it: a county by its name, a unitary by its district."""
    if name in _counties():
        return name
    return _OWN_NAMES.get(name) or district_labels.match(name).name or name


@functools.cache
def _counties() -> frozenset[str]:
    return frozenset(areas.register()["county"])


_TABLE = Source(
    name=NAME,
    title="Local authority interactive tool: children's figures",
    description="One row per measure, area and year: rates and percentages of counties and unitary "
    "authorities, regions and England, as the tool gives them, without counts and intervals. For a "
    "district beneath a county the figures are the county's.",
    supplier="the Department for Education's local authority interactive tool",
    schemas=(
        Schema("long", "a table of the local authority interactive tool", (
            Column("topic", "Chapter of the tool"),
            Column("measure", "The measure's name"),
            Column(
                "key", "The measure, as the tool abbreviates it; where no column says it, title or "
                "sheet do", ("short desc", "measure short", "short description"),
            ),
            Column(
                "years", "Year or years, as written", ("year", "time period"), essential=True
            ),
            Column(
                "area", "County or unitary authority, region or England, as the register has it",
                ("la and regions", "la name", "area name", "local authority", "authority",
                 "local authority name"), essential=True,
            ),
            Column(
                "area_number", "Number of the department", ("la number", "old la code"),
                "identifier",
            ),
            Column("region", "Its region"),
            Column("value", "The figure as published", ("values",), "figure", required=True),
        ), across=(Across("years", "value", years),)),
    ),
    derived={
        NAME: {
            **by_reader(
                level="national, region or local authority",
                is_doubtful="The figure of a region or of England lies beyond those of all "
                "authorities, so it is of something else",
                period="First and last month, 'YYYY-MM/YYYY-MM'; missing where nobody can tell",
            ),
            **status_of("value", "figure"),
        }
    },
    figures={NAME: ("key", "years", "area", "level")},
    spans={NAME: ("period", Period.parse)},
    check=_check,
)  # fmt: skip

SOURCE = replace(_TABLE, reader=_read, is_mapped=True, is_of_sheets=True, told=is_told)
