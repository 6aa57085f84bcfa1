"""Incidents that fire and rescue services attended: the government's low-level geography dataset.

A workbook has a sheet per year (before 2021 per county) and a row per incident: the service, the
LSOA, the financial year and the type. Rows alike follow each other, and in an ods such a run is
written once with how often it comes. What is kept are sums by year, service, district and type.
Some codes stand in the column of the LSOA's name; a place that is 'Not known' is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from cspanalysis.domain import areas
from cspanalysis.domain.periods import Period
from cspanalysis.sources import fire_totals, table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.fires import INCIDENTS
from cspanalysis.sources.releases import Editions
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import ROW, Context, Read
from cspanalysis.sources.word_rules import told

NAME = "fire_statistics"

#: Words that tell what kind an incident was, in order. What is no fire has many types of its own.
KINDS: Mapping[str, str] = {
    "special service by action": r"no action",
    "false alarm": INCIDENTS["false alarm"] + r"|apparatus|^malicious",
    "special service": INCIDENTS["special service"],
    "chimney fire": r"chimney",
    "primary fire": r"primary",
    "secondary fire": r"secondary",
    "other fire": r"\bfires?\b",
    "special service by name": INCIDENTS["special service by name"],
    "special service by type": r"transport|evacuat|advice|stand[- ]?by|agenc",
}
#: Words that tell where a primary fire was.
BURNED: Mapping[str, str] = {
    "dwelling or other building": r"dwelling or other",
    "dwelling": r"dwelling",
    "other building": r"building",
    "road vehicle": r"vehicle",
}
#: Kinds that count as fires.
FIRES = ("primary fire", "secondary fire", "chimney fire", "other fire")

_LSOA = re.compile(r"[EW]01\d{6}")
_CODES = r"lsoa ?(?:20)?{0} ?(?:code|cd)|lsoa ?(?:code|cd) ?(?:20)?{0}"
_YEAR = Column(
    "year", "Financial year", ("financial year", "fin year"), "financial_year", essential=True
)
_FRS = Column(
    "frs", "Fire and rescue service in whose area it was",
    ("frs territory", "frs name", "frs territory name", "fire and rescue service",
     "fire and rescue authority", "fire and rescue service name", "fra", "fra name"),
)  # fmt: skip
_LSOA_NAME = Column(
    "lsoa_name", "Name of the LSOA; of some rows its code",
    ("lsoa description", "lsoa desc"), pattern=r"lsoa ?(?:20)?(?:\d\d)? ?(?:name|nm)",
    example="LSOA21NM",
)  # fmt: skip
_AFTER = (
    Column(
        "incident_type", "Type of the incident", ("type of incident", "incident category", "type"),
        "lower", essential=True,
    ),
    Column(
        "count", "Incidents; without the column each row is one",
        ("number of incidents", "incidents", "total incidents", "number"), "count",
    ),
)  # fmt: skip
_SCHEMAS = (
    Schema(
        "lsoas",
        "incidents by LSOA, with codes of 2011 and of 2021",
        (
            _YEAR, _FRS,
            Column("lsoa_code", "LSOA of 2021", required=True, pattern=_CODES.format("21"),
                   example="LSOA21CD"),
            Column("lsoa11_code", "LSOA of 2011", required=True, pattern=_CODES.format("11"),
                   example="LSOA11CD"),
            _LSOA_NAME, *_AFTER,
        ),
    ),
    Schema(
        "incidents",
        "incidents by LSOA (low-level geography dataset)",
        (
            _YEAR, _FRS,
            Column("lsoa_code", "LSOA of 2011 or 2021, or 'Not known'", ("lsoa",), required=True,
                   pattern=_CODES.format(r"\d\d"), example="LSOA21CD"),
            _LSOA_NAME, *_AFTER,
        ),
    ),
    Schema(
        "authorities",
        "incidents by local authority",
        (
            _YEAR, _FRS,
            Column("district_code", "Code of the authority",
                   ("la code", "lad code", "local authority code", "ons code")),
            Column("district", "Local authority",
                   ("local authority", "la name", "lad name", "local authority name",
                    "local authority district"), required=True),
            *_AFTER,
        ),
    ),
)  # fmt: skip
#: Year and place of a row, as far as a layout says them.
_WHERE = ("year", "frs", "district_code", "district", "lsoa_code", "lsoa11_code", "lsoa_name")
#: What makes two rows the same figure.
_KEY = ("year", "frs", "district_code", "district", "incident_type")


def _read(part: Part, context: Context) -> Read:
    """Every sheet with a layout of it, its rows summed, and the sheets together."""
    found = table.of_sheets(part, lambda sheet: _one(sheet, context))
    return found.with_tables(**{NAME: _summed(found.tables[NAME])})


def _one(part: Part, context: Context) -> Read:
    found = table.read(part, _SCHEMAS, context, NAME)
    place = "district" if found.schema == "authorities" else "lsoa_code"
    found = found.without_totals(place).without_totals("incident_type")
    types = _kinds(found.frame)
    if "count" in found.given:
        kinds = dict(types.select("incident_type", "kind").iter_rows())
        keys = [c for c in _WHERE if c in found.frame.columns]
        found = fire_totals.without_totals(found, kinds, FIRES, keys)
        frame = found.frame
    else:
        frame = found.frame.with_columns(count=pl.lit(1, pl.Int64))
    if place == "lsoa_code":
        frame = _with_districts(frame, context.lsoas)
    else:
        codes = {name: code for code, name in areas.district_names().values()}
        known = pl.col("district").replace_strict(codes, default=None, return_dtype=pl.String)
        is_known = known.is_not_null() | pl.col("district").is_in(context.names.get("district", ()))
        frame = frame.with_columns(
            district_code=known, district=pl.when(is_known).then("district"), is_placed=True
        )
    frame = frame.join(types, on="incident_type", how="left", maintain_order="left")
    frame = frame.with_columns(file=pl.lit(part.label), rows=pl.lit(1, pl.Int64))
    _remark(found, frame, place)
    return found.with_tables(**{NAME: _summed(frame)})


def _kinds(frame: pl.DataFrame) -> pl.DataFrame:
    """Each type with its kind and what burned: few types, many rows."""
    kind = told("incident_type", KINDS).str.replace(" by (action|name|type)", "")
    burned = pl.when(kind == "primary fire").then(told("incident_type", BURNED))
    return frame.select("incident_type").unique().with_columns(kind=kind, burned=burned)


def _with_districts(frame: pl.DataFrame, lsoas: pl.DataFrame | None) -> pl.DataFrame:
    """The district of each LSOA: by its code, wherever it stands, else by its name.

    A code counts as the workspace's lookups have it, else as the register has.
    """
    columns = [c for c in ("lsoa_code", "lsoa11_code", "lsoa_name") if c in frame.columns]
    places = frame.select(columns).unique(maintain_order=True)
    by_name, by_code = areas.district_names(), {}
    if lsoas is not None:
        held = lsoas.select(pl.col("lsoa_code", "district_code", "district").cast(pl.String))
        by_code = {code: tuple(district) for code, *district in held.iter_rows()}
    found = []
    for cells in places.rows():
        texts = [(text or "").strip() for text in cells]
        code = next(filter(_LSOA.fullmatch, texts), "")
        name = texts[-1].rpartition(" ")[0] if columns[-1] == "lsoa_name" else ""
        district = by_code.get(code) or areas.district_of(code)
        if district[1] is None:
            district = by_name.get(name, (None, None))
        found.append((*district, bool(code) or bool(name and district[1])))
    schema = {"district_code": pl.String, "district": pl.String, "is_placed": pl.Boolean}
    known = places.hstack(pl.DataFrame(found, schema=schema, orient="row"))
    return frame.join(known, on=columns, how="left", nulls_equal=True, maintain_order="left")


def _remark(found: Read, frame: pl.DataFrame, place: str) -> None:
    """Name the incidents without a known place, and the types that nobody knows."""
    if place == "lsoa_code":
        nowhere = frame.filter(~pl.col("is_placed"))
        found.note(
            nowhere, place, "the code of an LSOA",
            "no known place: the incident counts for no district", pl.col(place).fill_null("blank"),
        )  # fmt: skip
        strange = frame.filter(pl.col("is_placed") & pl.col("district").is_null())
        found.note(
            strange, place, "an LSOA of England or Wales",
            "no LSOA that the register knows: the incident counts for no district",
        )  # fmt: skip
    unknown = frame.filter(pl.col("kind").is_null())
    found.note(
        unknown, "incident_type", "a kind of fire, a false alarm or what else is attended",
        "no known type of incident: kept, and not counted as a fire",
    )  # fmt: skip


def _summed(frame: pl.DataFrame) -> pl.DataFrame:
    """Sums by year, service, district and type; a part that is hidden leaves its sum missing."""
    has_gap = pl.col("count").null_count() > 0
    return (
        frame.group_by(_KEY, maintain_order=True)
        .agg(
            pl.col("kind", "burned").first(),
            count=pl.when(~has_gap).then(pl.col("count").sum()).cast(pl.Int64),
            rows=pl.col("rows").sum(),
            file=pl.col("file").first(),
            row=pl.col(ROW).first(),
        )
        .select(*_KEY, "kind", "burned", "count", "rows", "file", ROW)
    )


SOURCE = Source(
    name=NAME,
    title="Fire statistics: incidents by small area",
    description="One row per financial year, fire and rescue service, district and type of "
    "incident, from the table of the government with a row per incident (England). Without a "
    "district are incidents whose place is not known; they count for no area.",
    supplier="the government's fire statistics for England (low-level geography dataset)",
    called="the government's fire statistics",
    is_plural=True,
    schemas=_SCHEMAS,
    derived={
        NAME: by_reader(
            district_code="District of today, ONS code; missing where the place is not known",
            district="Its name",
            kind="primary, secondary, chimney or other fire; false alarm; special service; missing "
            "of a type that nobody knows",
            burned="Where a primary fire was: dwelling, other building, road vehicle; missing of "
            "others",
            count="Incidents; missing where the table hides a part of them",
            rows="Rows of the file that are summed here",
        )
    },
    records={NAME: _KEY},
    # Revised as a whole: of a service's year the newest edition counts.
    editions={
        NAME: Editions(
            (("year", "frs"), ("year", "frs", "district_code")), ("district_code",),
            ("incident_type",),
        )
    },
    tally={NAME: "rows"},
    years={NAME: ("year", Period.financial_year)},
    by_lsoa=True,
    reader=_read,
)  # fmt: skip
