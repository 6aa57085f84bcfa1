"""Street-level crime and anti-social behaviour as published on data.police.uk.

Every row is an incident: anti-social behaviour has no Crime ID and exact duplicates are normal, so
nothing is de-duplicated; repeated Crime IDs are noted. Rows without a location count for the force
and for no district. Crime IDs themselves are not kept after this check; `file` and `row` lead back.
"""

from __future__ import annotations

import functools

import polars as pl

from cspanalysis import areas, offences
from cspanalysis.sources import coverage, table
from cspanalysis.sources.opening import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "police_uk"
TITLE = "Street-level crime and anti-social behaviour, data.police.uk"
DESCRIPTION = (
    "One row per crime or incident of anti-social behaviour, by month and approximate place. "
    "There are no times of day and no sub-types."
)
#: The bulk archive also holds outcomes and stop-and-search files.
MEMBERS = "-street.csv"

_FORCE = Column(
    "force", "Force that reported the incident", ("reported by",), "verbatim", essential=True
)
_MONTH = Column("month", "Month of the incident", kind="verbatim", essential=True)
_TYPE = Column(
    "offence", "Crime type, standard spelling", ("crime type",), "verbatim", essential=True
)
_WITHIN = Column("falls_within", "Force area the incident falls within", kind="verbatim")
_PLACE = Column("place", "Approximate place, 'On or near …'", ("location",), "verbatim")
_CONTEXT = Column("context", "Free text, mostly blank", kind="verbatim")
SCHEMAS = (
    Schema(
        "street",
        "a street-level file of data.police.uk",
        (
            Column("crime_id", "Identifier; blank for anti-social behaviour", kind="verbatim"),
            _MONTH,
            _FORCE,
            _WITHIN,
            Column(
                "longitude", "Approximate longitude", kind="verbatim", required=True, unit="degrees"
            ),
            Column(
                "latitude", "Approximate latitude", kind="verbatim", required=True, unit="degrees"
            ),
            _PLACE,
            Column(
                "lsoa_code",
                "Lower layer Super Output Area, 2011 or 2021",
                kind="verbatim",
                required=True,
            ),
            Column(
                "lsoa_name",
                "Its name: the district's and four signs",
                kind="verbatim",
                required=True,
            ),
            _TYPE,
            Column("outcome", "Last known outcome", ("last outcome category",), "verbatim"),
            _CONTEXT,
        ),
    ),
    Schema(
        "street_2010",
        "a street-level file of 2010 to 2012",
        (
            Column("crime_id", "Identifier", kind="verbatim"),
            _MONTH,
            _FORCE,
            _WITHIN,
            Column("easting", "National Grid easting", kind="verbatim", required=True, unit="m"),
            Column("northing", "National Grid northing", kind="verbatim", required=True, unit="m"),
            _PLACE,
            _TYPE,
            _CONTEXT,
        ),
    ),
)

COLUMNS = (
    "month", "force", "falls_within", "longitude", "latitude", "place", "lsoa_code", "lsoa_name",
    "district_code", "district", "offence", "outcome", "is_located", "file", ROW,
)  # fmt: skip
_COUNTED = ("month", "force", "district_code", "district", "offence")


DERIVED = {
    "police_uk": {
        "district_code": "District of today, by LSOA code through the lookup, else by LSOA name",
        "district": "Its name; missing for rows without a location",
        "is_located": "The row has an LSOA; rows without count for the force only",
    },
    "police_uk_counts": {
        "month": "Month",
        "force": "Force that reported the incidents",
        "district_code": "District of today",
        "district": "Its name; missing for rows without a location",
        "offence": "Crime type",
        "count": "Incidents",
    },
    "coverage": {
        "source": "police_uk",
        "force": "Force",
        "month": "Month",
        "rows": "Incidents, behaviour and crime together",
        "crime": "Crimes",
        "asb": "Incidents of anti-social behaviour",
        "status": "ok, incomplete (crime far under the median, behaviour not), missing",
        "reason": "Why it is not ok",
    },
}


def read(part: Part, context: Context) -> Read:
    """Read one street file.

    Returns
    -------
    Read
        `police_uk` (the columns of COLUMNS, sorted by district) and `_counts` (month, force,
        district_code, district, offence, count, file), where rows without a location have no
        district.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    month = pl.col("month").str.strip_chars()
    found = found.keep(
        month.str.contains(r"^(19|20)\d{2}-(0[1-9]|1[0-2])$"),
        "month", pl.col("month"), "a month such as 2025-01", "not a month",
    )  # fmt: skip
    frame = found.tables[NAME]
    _note_repeats(frame, found)
    if "longitude" not in frame.columns:
        frame = frame.with_columns(
            *(pl.lit(None, pl.String).alias(c) for c in ("longitude", "latitude", "lsoa_code")),
            *(pl.lit(None, pl.String).alias(c) for c in ("lsoa_name", "outcome")),
        )
    frame = (
        _standard_types(frame, found)
        .with_columns(
            month,
            pl.col("longitude", "latitude").cast(pl.Float64, strict=False),
            is_located=pl.col("lsoa_code").is_not_null(),
            file=pl.lit(part.label),
        )
        .pipe(_with_district, context.lsoas)
        .select(COLUMNS)
        .sort("district", ROW, nulls_last=True)
    )
    counts = frame.group_by(_COUNTED).agg(count=pl.len().cast(pl.Int64))
    counts = counts.with_columns(file=pl.lit(part.label)).sort(_COUNTED)
    return found.with_tables(police_uk=frame, _counts=counts)


def combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """All counts in one table, `police_uk_counts`, sorted by district, and their `coverage`."""
    if "_counts" not in tables:
        return {}
    counts = tables["_counts"].sort("district", "month", "force", "offence", nulls_last=True)
    return {"police_uk_counts": counts, "coverage": coverage.assess(counts, NAME)}


def _standard_types(frame: pl.DataFrame, found: Read) -> pl.DataFrame:
    """Crime types under the register's names; others under their own, in lower case, and noted."""
    types = frame["offence"].unique().to_list()
    names = {t: offences.standard(t, offences.POLICE_UK) for t in types}
    unknown = [t for t, name in names.items() if name is None]
    if unknown:
        rows = frame.filter(pl.col("offence").is_in(unknown))
        found.problems.add_rows(
            rows.select(ROW, pl.col("offence").alias("found")),
            "Crime type", "the crime types of the register", "noted",
            "no crime type of the register; kept under its own name",
        )  # fmt: skip
    spelt = pl.DataFrame(
        {"offence": types, "standard": [names[t] or " ".join(t.lower().split()) for t in types]},
        schema={"offence": pl.String, "standard": pl.String},
    )
    return frame.join(spelt, on="offence", how="left").with_columns(offence="standard")


def _note_repeats(frame: pl.DataFrame, found: Read) -> None:
    identifiers = frame.select(ROW, "crime_id").drop_nulls("crime_id")
    if identifiers["crime_id"].n_unique() == identifiers.height:
        return
    repeats = identifiers.filter(~pl.col("crime_id").is_first_distinct())
    found.problems.add_rows(
        repeats.select(ROW, pl.col("crime_id").alias("found")),
        "Crime ID", "one row per crime", "noted", "a repeated Crime ID; all its rows are kept",
    )  # fmt: skip


def _with_district(frame: pl.DataFrame, lsoas: pl.DataFrame | None) -> pl.DataFrame:
    """District by code through the lookup; by the LSOA's name where that knows nothing."""
    # Few LSOAs, many rows: each area is looked up once.
    found = frame.select("lsoa_code", "lsoa_name").unique("lsoa_code").drop_nulls("lsoa_code")
    found = found.with_columns(named=pl.col("lsoa_name").str.replace(r"\s+\S+$", "")).join(
        _district_names(), on="named", how="left"
    )
    by_name = found.select(
        "lsoa_code",
        pl.col("todays_code").alias("district_code"),
        pl.coalesce("todays_name", "named").alias("district"),
    )
    if lsoas is not None and not lsoas.is_empty():
        by_name = by_name.join(lsoas, on="lsoa_code", how="left", suffix="_looked_up").select(
            "lsoa_code",
            *(pl.coalesce(f"{c}_looked_up", c).alias(c) for c in ("district_code", "district")),
        )
    return frame.join(by_name, on="lsoa_code", how="left")


@functools.cache
def _district_names() -> pl.DataFrame:
    """District names, old and new, with code and name of today's district."""
    known = areas.district_names()
    return pl.DataFrame(
        {
            "named": list(known),
            "todays_code": [code for code, _ in known.values()],
            "todays_name": [name for _, name in known.values()],
        }
    )
