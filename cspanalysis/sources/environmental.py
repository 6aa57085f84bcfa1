"""The council's environmental records: monthly figures, and surveys of how clean streets are."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from cspanalysis.domain import areas, total_labels, units
from cspanalysis.domain.periods import Period
from cspanalysis.sources import column_types, side_by_side, table, workbooks
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader, status_of
from cspanalysis.sources.table import ROW, Context, Read

_AUTHORITY = (
    Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
    Column("area_code", "ONS code of the authority", ("ons code", "code"), required=True),
    Column("area", "Local authority", ("la name", "local authority"), essential=True),
    Column("basis", "What is counted: all incidents, or some", ("reporting basis",)),
)
#: What notes say of a year that is not whole; the year itself heads the notes on it.
_PART = re.compile(
    r"(\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven) (months|quarters?) of data"
    r"|not provide (any |complete )?data|incomplete data|not be read as complete|part[- ]year",
    re.IGNORECASE,
)
_YEAR = re.compile(r"^\s*(\d{4}/\d{2})")
_DISTRICT = Column("district", "Local authority district", ("local authority",), required=True)

_SCHEMAS = (
    Schema(
        "monthly",
        "monthly figures of the council",
        (
            _DISTRICT,
            Column("month", "Month", kind="month", essential=True),
            Column("indicator", "What is counted", ("measure",), "lower", essential=True),
            Column("unit", "Unit of the value", (), "lower", required=True),
            Column("value", "Figure, or a symbol", ("count", "number"), "figure", required=True),
        ),
        across=(side_by_side.districts("district", "value"),),
    ),
    Schema(
        "cleanliness",
        "a survey of street cleanliness",
        (
            _DISTRICT,
            Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
            Column("measure", "Kind of dirt", ("indicator",), essential=True),
            Column(
                "below_standard", "Sites below the acceptable standard",
                ("sites below standard", "failed"), "count", required=True,
            ),
            Column("sites", "Sites surveyed", ("sites surveyed",), "integer", required=True),
            Column(
                "percent", "Share as published", ("per cent", "score"), "number", unit="per cent"
            ),
        ),
    ),
    Schema(
        "fly_tipping",
        "fly-tipping by authority and year (Defra), incidents",
        (*_AUTHORITY, Column("count", "Incidents", ("total incidents",), "figure", required=True)),
    ),
    Schema(
        "fly_tipping_actions",
        "fly-tipping by authority and year (Defra), actions",
        (*_AUTHORITY, Column("actions", "Actions", ("total actions",), "figure", required=True)),
    ),
)  # fmt: skip


def _read(part: Part, context: Context) -> Read:
    """One file of any of the layouts; of Defra's workbook the sheets by authority."""
    found = table.of_sheets(part, lambda sheet: _one(sheet, context))
    if "fly_tipping" in found.tables and part.is_sheet:
        years = found.tables["fly_tipping"]
        return found.with_tables(fly_tipping=_with_notes(years, _lines(part)))
    return found


def _one(part: Part, context: Context) -> Read:
    found = table.read(part, _SCHEMAS, context, "environmental")
    file = pl.lit(part.label).alias("file")
    if found.schema.startswith("fly_tipping"):
        return _by_authority(found, file)
    if found.schema == "monthly":
        frame = _by_unit(found).select(
            "district", "month", "indicator", "unit", "value", *_beside("value"), file, ROW
        )
        return found.with_tables(environmental=frame)
    found = found.keep(
        pl.col("below_standard").is_null()
        | pl.col("sites").is_null()
        | (pl.col("below_standard") <= pl.col("sites")),
        "below_standard", pl.col("below_standard"), "at most the sites surveyed",
        "more sites below the standard than were surveyed",
    )  # fmt: skip
    frame = found.tables["environmental"].select(
        "district", "year", "measure", "below_standard", "sites", "percent",
        *_beside("below_standard"), file, ROW,
    )  # fmt: skip
    return found.with_tables(cleanliness=frame)


def _by_unit(found: Read) -> pl.DataFrame:
    """The figures; of what is measured, too, the unit tells the measures from the counts.

    Tonnes are no correction of incidents, nor kilograms of tonnes, and none are added to the other.
    """
    frame = found.frame
    unit = pl.col("unit").fill_null("")
    kind = pl.when(unit.str.contains(units.COUNTED)).then(pl.lit("")).otherwise(unit)
    is_apart = (kind != "") & (kind.n_unique().over("indicator") > 1)
    own = pl.format("{} ({})", "indicator", unit)
    found.note(
        frame.filter(is_apart), "unit", "one unit of a measure",
        "figures of this measure have other units, too: those of this unit go by their own name",
        own,
    )  # fmt: skip
    return frame.with_columns(indicator=pl.when(is_apart).then(own).otherwise("indicator"))


def _beside(column: str) -> list[pl.Expr]:
    """Why a figure is missing, and what stood in its place."""
    return [
        one.value.alias(name) for name, one in status_of(column).items() if one.value is not None
    ]


def _by_authority(found: Read, file: pl.Expr) -> Read:
    is_total = pl.any_horizontal(
        pl.col(c).str.contains(total_labels.BEGINS) for c in ("area_code", "area")
    )
    found = found.keep(
        ~is_total.fill_null(False),
        "area", pl.col("area"), "an authority", "a total of a region or of England",
    )  # fmt: skip
    measure = "actions" if found.schema == "fly_tipping_actions" else "incidents"
    column = "actions" if measure == "actions" else "count"
    names = dict(areas.district_names().values())
    code = pl.col("area_code").str.strip_chars()
    frame = found.tables["environmental"].select(
        pl.coalesce(code.replace_strict(names, default=None, return_dtype=pl.String), "area")
        .alias("district"),
        code, "year", pl.lit(measure).alias("measure"),
        pl.col(column).alias("count"),
        *_beside(column),
        pl.when(~pl.col("basis").is_in(list(column_types.SYMBOLS))).then("basis").alias("basis"),
        pl.lit(None, pl.String).alias("note"), file, ROW,
    )  # fmt: skip
    return found.with_tables(fly_tipping=frame)


def _lines(part: Part) -> Iterable[str]:
    """What the sheets of notes say, line by line: those whose rows are of one cell."""
    for sheet in workbooks.sheets(part):
        block = next(sheet.blocks(), pl.DataFrame())
        if len(block.columns) == 2:
            yield from block.to_series(1)


def _with_notes(years: pl.DataFrame, lines: Iterable[str]) -> pl.DataFrame:
    """The years that the notes call part of a year are marked: they are not compared."""
    year, told = "", []
    for line in lines:
        if heading := _YEAR.match(line):
            year = heading[1]
        if year and _PART.search(line):
            told += [
                (year, name, line)
                for name in years["district"].unique()
                if re.search(rf"\b{re.escape(name.strip())}\b", line)
            ]
    notes = pl.DataFrame(
        told, {"year": pl.String, "district": pl.String, "said": pl.String}, orient="row"
    ).unique(["year", "district"], keep="first")
    is_part = pl.col("said").is_not_null() & (pl.col("measure") == "incidents")
    return (
        years.join(notes, on=["year", "district"], how="left", maintain_order="left")
        .with_columns(
            note=pl.when(is_part).then("said"),
            status=pl.when(is_part & (pl.col("status") == "ok"))
            .then(pl.lit("incomplete"))
            .otherwise("status"),
        )
        .drop("said")
    )


SOURCE = Source(
    name="environmental",
    title="Environmental records of the council",
    description="`environmental`: one row per month and indicator (graffiti, litter, fly-tipping, "
    "penalty notices). `cleanliness`: one row per year and kind of dirt, with the sites surveyed. "
    "`fly_tipping`: one row per financial year and authority of the table of the Department for "
    "Environment, Food and Rural Affairs (folder fly_tipping).",
    supplier="the council's environmental records (graffiti, litter, fly-tipping)",
    called="the council's environmental records",
    is_plural=True,
    schemas=_SCHEMAS,
    folders=("fly_tipping",),
    derived={
        "environmental": status_of("value"),
        "cleanliness": status_of("below_standard", "count"),
        "fly_tipping": by_reader(
            district="Authority, by today's name where its code is a district of today",
            measure="incidents or actions",
            count="Number in the year",
            status="ok, or why there is no count: 'incomplete' where the notes say part of a year",
            symbol="What stood in the count's place",
            note="What the notes say of the authority's year",
        ),
    },
    figures={
        "environmental": ("month", "indicator", "district"),
        "cleanliness": ("year", "measure", "district"),
        "fly_tipping": ("year", "measure", "area_code", "district"),
    },
    added={"environmental": ("value",)},
    further={"fly_tipping": "the yearly table of fly-tipping"},
    is_mapped=True,
    is_of_sheets=True,
    is_monthly=True,
    years={"fly_tipping": ("year", Period.financial_year)},
    reader=_read,
)
