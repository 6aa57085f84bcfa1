"""Permanent exclusions and suspensions from school, as the Department for Education publishes them.

Two layouts, each with the headings of the statistical releases to 2017 and those of Explore
Education Statistics: figures with rates, and reasons. `fixed_*` became `suspension` in 2020; both
are 'suspension' here. A symbol (x, ., z, c, …) or a blank is a status, never 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from cspanalysis.domain.periods import Period
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import ROW, Context, Read

_LEVELS = {
    "national": "national",
    "regional": "region",
    "region": "region",
    "local authority": "local authority",
    "local authority district": "district",
    "school": "school",
}
#: What releases break pupils down by in columns of their own; they become topic and breakdown.
_FURTHER = (
    Column("ethnicity", "Ethnic group", ("ethnic group", "ethnicity major", "ethnicity minor")),
    Column("sen", "Special educational needs", ("sen status", "sen provision", "sen primary need")),
    Column("fsm", "Free school meals", ("fsm status", "fsm eligibility", "free school meals")),
    Column("age", "Age", ("age group", "age band", "age start of year")),
    Column("year_group", "Year group", ("nc year", "nc year group", "national curriculum year")),
)
#: How rows of all pupils, schools or sexes are labelled.
_ALL = r"^\s*(grand )?(total|all|any|both|persons)\b"
#: A whole school year; 'Academic year Q1-Q2' and 'Academic year (autumn term)' are parts of one.
_WHOLE_YEAR = (
    r"^(?:(?:full|whole|academic|school)[- ]?)*year"
    r"(?: ?\(?(?:full|whole|full year|whole year|all(?: three)? terms|[\d/ -]+)\)?)?$"
)
_TERM = re.compile(r"autumn|spring|summer")
_AREA = (
    Column("school_year", "School year", ("time period", "year"), "school_year", essential=True),
    Column("term", "Whole year or a term", ("time identifier",), "lower"),
    Column(
        "level", "Kind of area", ("geographic level",), essential=True, allowed=_LEVELS
    ),
    Column("country_code", "Country, code", ("country code",)),
    Column("country", "Country", ("country name",)),
    Column("region_code", "Region, code", ("region code",)),
    Column("region", "Region", ("region name",)),
    Column("la_code", "Local authority, ONS code", ("new la code",)),
    Column("old_la_code", "Local authority, number of the department", ("old la code",)),
    Column("la", "Local authority", ("la name",)),
    Column(
        "school_type", "Kind of school",
        ("school type", "education phase", "phase type grouping"), "lower",
    ),
    Column(
        "topic", "What the row breaks down by",
        ("characteristic desc", "breakdown topic", "characteristic group", "characteristic type"),
    ),
    Column(
        "breakdown", "Which part",
        ("characteristic 1", "breakdown", "characteristic", "characteristic value"),
    ),
    Column("sex", "Sex, where crossed with it", ("characteristic 2", "sex", "gender"), "lower"),
    *_FURTHER,
    Column("schools", "Schools", ("num schools",), "integer"),
)  # fmt: skip

#: Our kinds of exclusion, with the headings of count and rate, the oldest first.
_KINDS = {
    "permanent": (("perm excl",), ("perm excl rate",)),
    "suspension": (("fixed excl", "suspension"), ("fixed excl rate", "susp rate")),
    "pupils suspended": (
        ("one plus fixed", "one plus susp", "one or more fixed excl"),
        ("one plus fixed rate", "one or more fixed excl rate", "one plus susp rate"),
    ),
}
_REASONS = {
    "physical_pupils": "physical assault against a pupil",
    "physical_adult": "physical assault against an adult",
    "verbal_pupil": "verbal abuse or threats against a pupil",
    "verbal_adult": "verbal abuse or threats against an adult",
    "bullying": "bullying",
    "racist_abuse": "racist abuse",
    "sexual_misconduct": "sexual misconduct",
    "drug_alcohol": "drugs and alcohol",
    "damage": "damage",
    "theft": "theft",
    "persistent_disruptive": "persistent disruptive behaviour",
    "other": "other",
}
_PREFIXES = {"permanent": ("perm",), "suspension": ("fixed", "susp")}


def _figure(kind: str) -> tuple[Column, Column]:
    counts, rates = _KINDS[kind]
    name = kind.replace(" ", "_")
    return (
        Column(name, f"Number: {kind}", counts, "figure", required=kind != "pupils suspended"),
        Column(f"{name}_rate", f"Rate: {kind}", rates, "figure", unit="per 100 pupils"),
    )


def _reason(kind: str, key: str) -> Column:
    aliases = tuple(f"{prefix} {key}" for prefix in _PREFIXES[kind])
    meaning = f"{kind}: {_REASONS[key]}"
    return Column(f"{kind}_{key}", meaning, aliases, "figure", required=key == "other")


_SCHEMAS = (
    Schema(
        "figures",
        "exclusions with rates",
        (
            *_AREA,
            Column("headcount", "Pupils on roll", kind="count", required=True),
            *(column for kind in _KINDS for column in _figure(kind)),
        ),
    ),
    Schema(
        "reasons",
        "exclusions by reason",
        (*_AREA, *(_reason(kind, key) for kind in _PREFIXES for key in _REASONS)),
    ),
)

_KEYS = (
    "school_year", "term", "level", "area_code", "area", "old_la_code", "school_type", "topic",
    "breakdown", "sex",
)  # fmt: skip


def _read(part: Part, context: Context) -> Read:
    """One file of either layout: several rows come of each raw row."""
    found = table.read(part, _SCHEMAS, context, "dfe_exclusions")
    frame = _with_area(found.tables["dfe_exclusions"]).with_columns(file=pl.lit(part.label))
    if frame["term"].is_null().all():
        frame = _older_symbols(frame)
    frame = _with_parts(frame, part)
    pieces = _by_kind(frame) if found.schema == "figures" else _by_reason(frame)
    whole = _marked(pl.concat(pieces).sort(ROW, maintain_order=True))
    _tell_parts(whole, found)
    found.note(
        whole.filter(pl.col("count") != pl.col("count").round()), "count", "a whole number",
        "no whole number (an estimate); kept as published",
    )  # fmt: skip
    return found.with_tables(dfe_exclusions=whole)


def _older_symbols(frame: pl.DataFrame) -> pl.DataFrame:
    """In releases before Explore Education Statistics x meant suppressed, not unavailable."""
    names = [c.removesuffix("_status") for c in frame.columns if c.endswith("_status")]
    return frame.with_columns(
        pl.when(pl.col(f"{n}_symbol").str.to_lowercase() == "x")
        .then(pl.lit("suppressed"))
        .otherwise(pl.col(f"{n}_status"))
        .alias(f"{n}_status")
        for n in names
    )


def _with_parts(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Terms by the file's name where no column says them; every breakdown as topic and part."""
    named = _TERM.findall(part.label.lower())
    if named and frame["term"].is_null().all():
        frame = frame.with_columns(term=pl.lit(f"{' and '.join(dict.fromkeys(named))} term"))
    parts = {c.name: pl.when(~_is_all(c.name)).then(pl.col(c.name)) for c in _FURTHER}
    topics = [pl.when(value.is_not_null()).then(pl.lit(name)) for name, value in parts.items()]

    def joined(own: str, others: Sequence[pl.Expr]) -> pl.Expr:
        text = pl.concat_str([pl.when(~_is_all(own)).then(pl.col(own)), *others],
                             separator=", ", ignore_nulls=True)  # fmt: skip
        return pl.when(text != "").then(text).otherwise(pl.col(own))

    return frame.with_columns(
        topic=joined("topic", topics), breakdown=joined("breakdown", list(parts.values()))
    )


def _is_all(column: str) -> pl.Expr:
    """Whether a row is of all pupils, schools or sexes, as far as a column says it."""
    return pl.col(column).str.to_lowercase().str.contains(_ALL).fill_null(True)


def _marked(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with `is_whole`: of a figure that rows give otherwise, none is known to be whole."""
    is_year = pl.col("term").str.contains(_WHOLE_YEAR).fill_null(True)
    figures = pl.struct("count", "headcount", "status").n_unique().over(*_KEYS, "reason", "kind")
    is_all = pl.all_horizontal(_is_all(c) for c in ("school_type", "topic", "breakdown", "sex"))
    return frame.with_columns(is_whole=is_year & is_all & (figures == 1))


def _tell_parts(frame: pl.DataFrame, found: Read) -> None:
    """Remark where a file has no row of all pupils in a whole year."""
    if frame.is_empty() or frame["is_whole"].any():
        return
    shown = [c for c in ("term", "school_type", "topic", "breakdown", "sex") if frame[c].count()]
    first = frame.row(0, named=True)
    found.problems.add(
        first[ROW], "", "; ".join(f"{c}: {first[c]}" for c in shown) or "several rows of one area",
        "a row of all pupils in the whole school year", "noted",
        "the file holds parts only: they are not added up and never stand for the whole",
    )  # fmt: skip


def _with_area(frame: pl.DataFrame) -> pl.DataFrame:
    def first(local: str, regional: str, national: str) -> pl.Expr:
        return (
            pl.when(pl.col("level") == "national")
            .then(pl.col(national))
            .when(pl.col("level") == "region")
            .then(pl.col(regional))
            .otherwise(pl.col(local))
        )

    # Early local files carry the country's name in the authority's column.
    name = pl.coalesce(first("la", "region", "country"), "la")
    return frame.with_columns(area_code=first("la_code", "region_code", "country_code"), area=name)


def _by_kind(frame: pl.DataFrame) -> list[pl.DataFrame]:
    pieces = []
    for kind in _KINDS:
        name = kind.replace(" ", "_")
        rate = frame.select(
            pl.col(f"{name}_rate").cast(pl.Float64).alias("rate"),
            pl.col(f"{name}_rate_status").alias("rate_status"),
            pl.col(f"{name}_rate_symbol").alias("rate_symbol"),
            pl.col("headcount").cast(pl.Int64), "headcount_status",
        )  # fmt: skip
        pieces.append(_rows(frame, name, kind, None, rate))
    return pieces


def _by_reason(frame: pl.DataFrame) -> list[pl.DataFrame]:
    blank = pl.DataFrame(
        schema={
            "rate": pl.Float64, "rate_status": pl.String, "rate_symbol": pl.String,
            "headcount": pl.Int64, "headcount_status": pl.String,
        }
    ).clear(frame.height)  # fmt: skip
    return [
        _rows(frame, f"{kind}_{key}", kind, reason, blank)
        for kind in _PREFIXES
        for key, reason in _REASONS.items()
    ]


def _rows(
    frame: pl.DataFrame, name: str, kind: str, reason: str | None, further: pl.DataFrame
) -> pl.DataFrame:
    """A row for each raw row: the figure of one kind, and one reason, with rate and headcount."""
    figure = frame.select(
        *_KEYS,
        pl.lit(reason, pl.String).alias("reason"), pl.lit(kind).alias("kind"),
        pl.col(name).cast(pl.Float64).alias("count"),
        pl.col(f"{name}_status").fill_null("not_available").alias("status"),
        pl.col(f"{name}_symbol").alias("symbol"),
    )  # fmt: skip
    return figure.hstack(further).hstack(
        frame.select(pl.col("schools").cast(pl.Int64), "file", ROW)
    )


SOURCE = Source(
    name="dfe_exclusions",
    title="Suspensions and permanent exclusions in England",
    description="One row per school year, area, kind of school, breakdown and kind of exclusion "
    "(permanent, suspension, pupils suspended), with count and rate as published; in files of "
    "reasons one row per reason. National figures up to 2016/17 are rounded to 5.",
    supplier="the Department for Education's suspensions and permanent exclusions",
    schemas=_SCHEMAS,
    derived={
        "dfe_exclusions": by_reader(
            area_code="ONS code of the country, region or authority",
            area="Its name",
            reason="Reason; missing in files of rates",
            kind="permanent, suspension or pupils suspended",
            count="Number as published",
            status="ok, or why there is no count",
            symbol="What stood in the count's place",
            rate="Per 100 pupils, as published",
            rate_status="ok, or why there is no rate",
            rate_symbol="What stood in the rate's place",
            headcount_status="ok, or why there is no headcount",
            is_whole="The row is of all pupils and schools of its area and of the whole school "
            "year",
        )
    },
    records={"dfe_exclusions": (*_KEYS, "reason", "kind")},
    policy="dfe",
    years={"dfe_exclusions": ("school_year", Period.academic_year)},
    reader=_read,
)
