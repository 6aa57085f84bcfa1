"""Street-level crime and anti-social behaviour as published on data.police.uk.

Every row is an incident: anti-social behaviour has no Crime ID and exact duplicates are normal, so
nothing is de-duplicated; repeated Crime IDs are noted. Rows without a location count for the force
and for no district. Crime IDs themselves are not kept after this check; `file` and `row` lead back.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    "force", "Force that reported the incident", ("reported by",), "category", essential=True
)
_MONTH = Column("month", "Month of the incident", kind="category", essential=True)
_TYPE = Column(
    "offence", "Crime type, standard spelling", ("crime type",), "category", essential=True
)
_WITHIN = Column("falls_within", "Force area the incident falls within", kind="category")
_PLACE = Column("place", "Approximate place, 'On or near …'", ("location",), "verbatim")
_CONTEXT = Column("context", "Free text, mostly blank; not kept", kind="verbatim")
SCHEMAS = (
    Schema(
        "street",
        "a street-level file of data.police.uk",
        (
            Column(
                "crime_id", "Identifier, blank for anti-social behaviour; not kept", kind="verbatim"
            ),
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
                kind="category",
                required=True,
            ),
            Column(
                "lsoa_name",
                "Its name: the district's and four signs",
                kind="category",
                required=True,
            ),
            _TYPE,
            Column("outcome", "Last known outcome", ("last outcome category",), "category"),
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
    found = _with_months(table.read(part, SCHEMAS, context, NAME))
    frame = found.tables[NAME]
    _note_repeats(frame, found)
    if "longitude" not in frame.columns:
        text = pl.lit(None, pl.String)
        category = pl.lit(None, pl.Categorical)
        frame = frame.with_columns(
            longitude=text, latitude=text, lsoa_code=category, lsoa_name=category, outcome=category
        )
    frame = (
        frame.lazy()
        .with_columns(_standard_types(frame, found))
        .join(_districts(frame, context.lsoas).lazy(), on="lsoa_code", how="left")
        .sort("district_order", ROW, nulls_last=True)
        .with_columns(
            pl.col("longitude", "latitude").cast(pl.Float64, strict=False),
            is_located=pl.col("lsoa_code").is_not_null(),
            file=pl.lit(part.label).cast(pl.Categorical),
        )
        .select(COLUMNS)
        .collect()
    )
    counts = frame.group_by(_COUNTED).agg(count=pl.len().cast(pl.Int64))
    counts = counts.select(
        pl.col(_COUNTED).cast(pl.String), "count", pl.lit(part.label).alias("file")
    ).sort(_COUNTED)
    return found.with_tables(police_uk=frame, _counts=counts)


def combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """All counts in one table, `police_uk_counts`, sorted by district, and their `coverage`."""
    if "_counts" not in tables:
        return {}
    counts = tables["_counts"].sort("district", "month", "force", "offence", nulls_last=True)
    return {"police_uk_counts": counts, "coverage": coverage.assess(counts, NAME)}


def _with_months(found: Read) -> Read:
    """The rows whose month is one; the others are set aside."""
    months = found.tables[NAME]["month"].unique().cast(pl.String)
    bad = months.filter(~months.str.contains(r"^(19|20)\d{2}-(0[1-9]|1[0-2])$"))
    if bad.is_empty():
        return found
    return found.keep(
        ~pl.col("month").cast(pl.String).is_in(bad.to_list()),
        "month", pl.col("month"), "a month such as 2025-01", "not a month",
    )  # fmt: skip


def _standard_types(frame: pl.DataFrame, found: Read) -> pl.Expr:
    """Crime types under the register's names; others under their own, in lower case, and noted."""
    types = frame["offence"].unique().cast(pl.String).to_list()
    names = {t: offences.standard(t, offences.POLICE_UK) for t in types}
    unknown = [t for t, name in names.items() if name is None]
    if unknown:
        rows = frame.filter(pl.col("offence").cast(pl.String).is_in(unknown))
        found.problems.add_rows(
            rows.select(ROW, pl.col("offence").alias("found")),
            "Crime type", "the crime types of the register", "noted",
            "no crime type of the register; kept under its own name",
        )  # fmt: skip
    standard = [name or " ".join(t.lower().split()) for t, name in names.items()]
    return pl.col("offence").replace_strict(types, standard, return_dtype=pl.Categorical)


def _note_repeats(frame: pl.DataFrame, found: Read) -> None:
    identifiers = frame.select(ROW, "crime_id").drop_nulls("crime_id")
    if identifiers["crime_id"].n_unique() == identifiers.height:
        return
    repeats = identifiers.filter(~pl.col("crime_id").is_first_distinct())
    found.problems.add_rows(
        repeats.select(ROW, pl.col("crime_id").alias("found")),
        "Crime ID", "one row per crime", "noted", "a repeated Crime ID; all its rows are kept",
    )  # fmt: skip


def _districts(frame: pl.DataFrame, lsoas: Mapping[str, tuple[str, str]] | None) -> pl.DataFrame:
    """The districts of a file's LSOAs: by code through the lookup, by name where it has none.

    Returns
    -------
    polars.DataFrame
        lsoa_code, district_code, district, district_order (rank of the district's name).
    """
    # Few LSOAs, many rows: each is looked up once.
    pairs = frame.select("lsoa_code", "lsoa_name").unique("lsoa_code").drop_nulls("lsoa_code")
    by_name = areas.district_names()
    found = []
    for code, name in pairs.cast(pl.String).rows():
        # The name is the district's and four signs: 'Tonbridge and Malling 005A'.
        district = (name or "").strip().rpartition(" ")[0]
        named = by_name.get(district, (None, district or None))
        found.append((code, *(lsoas or {}).get(code, named)))
    table = pl.DataFrame(
        found,
        schema={c: pl.String for c in ("lsoa_code", "district_code", "district")},
        orient="row",
    )
    return table.select(
        pl.all().cast(pl.Categorical), district_order=pl.col("district").rank("dense")
    )
