"""Lookups of the Office for National Statistics between areas of different kinds.

The files differ in what they join; each gives what it has, and `combine` lays them together into
one row per district and one per Lower layer Super Output Area.
"""

from __future__ import annotations

import re

import polars as pl

from cspanalysis.domain import areas
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema, key
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import Context, Read

#: Years of an edition in a heading: 'LAD23CD', 'lsoa2021_code', 'LSOA code (2011)'.
_YEAR = r"(?:20)?(\d\d)"
#: From these codes on an LSOA is one of 2021.
_FIRST_OF_2021 = {"E": "E01033769", "W": "W01001910"}


def _heading(prefix: str, *ends: str) -> str:
    end = "|".join(ends)
    return rf"{prefix} ?(?:{_YEAR} ?(?:{end})|(?:{end}) {_YEAR})"


def _example(prefix: str, end: str) -> str:
    place = prefix.strip("()").split("|")[-1]
    return f"{place}{21 if place == 'lsoa' else 24}{end}".upper()


def _pair(name: str, prefix: str, meaning: str, essential: str = "") -> tuple[Column, Column]:
    """The columns of an area's code and name; `essential` says which a row cannot do without."""
    return (
        Column(
            f"{name}_code",
            f"Code of the {meaning}",
            required=True,
            essential=essential == "code",
            pattern=_heading(prefix, "code", "cd"),
            example=_example(prefix, "cd"),
        ),
        Column(
            name,
            f"Name of the {meaning}",
            required=True,
            essential=essential == "name",
            pattern=_heading(prefix, "name", "nm"),
            example=_example(prefix, "nm"),
        ),
    )


# Areas without an official code (a workspace's own) are known by name.
_DISTRICT = _pair("district", "(ltla|lad)", "local authority district", "name")
_SCHEMAS = (
    Schema(
        "lsoa_ward_district",
        "a lookup of LSOAs to wards and districts",
        (
            *_pair("lsoa", "lsoa", "LSOA of 2021", "code"),
            *_pair("ward", "(ward|wd)", "ward"),
            *_DISTRICT,
        ),
    ),
    Schema(
        "lsoa11_lsoa21_district",
        "a lookup of LSOAs of 2011 and 2021 to districts",
        (
            Column("lsoa11_code", "Code of the LSOA of 2011", ("lsoa11cd",), essential=True),
            Column("lsoa21_code", "Code of the LSOA of 2021", ("lsoa21cd",), essential=True),
            Column("lsoa11_name", "Name of the LSOA of 2011", ("lsoa11nm",)),
            Column("lsoa21_name", "Name of the LSOA of 2021", ("lsoa21nm",)),
            Column("change_code", "U unchanged, S split, M merged, X reshaped", ("chgind",)),
            *_DISTRICT,
        ),
    ),
    Schema(
        "lsoa_district",
        "a lookup of LSOAs to districts",
        (
            Column(
                "lsoa_code",
                "Code of the LSOA",
                pattern=_heading("lsoa", "code", "cd"),
                example="LSOA21CD",
                essential=True,
            ),
            Column(
                "lsoa",
                "Name of the LSOA",
                pattern=_heading("lsoa", "name", "nm"),
                example="LSOA21NM",
            ),
            *_DISTRICT,
        ),
    ),
    Schema(
        "district_csp_force",
        "a lookup of districts to Community Safety Partnerships and police forces",
        (
            *_DISTRICT,
            *_pair("csp", "csp", "Community Safety Partnership"),
            *_pair("force", "pfa", "police force area"),
        ),
    ),
    Schema(
        "district_county",
        "a lookup of districts to counties and unitary authorities",
        (*_DISTRICT, *_pair("county", "(utla|cty|ctyua)", "county or unitary authority")),
    ),
    Schema(
        "district_region",
        "a lookup of districts to regions",
        (*_DISTRICT, *_pair("region", "(region|rgn)", "region")),
    ),
    Schema(
        "district_rural_urban",
        "the rural-urban classification of districts",
        (
            Column(
                "district_code",
                _DISTRICT[0].meaning,
                required=True,
                essential=True,
                pattern=_DISTRICT[0].pattern,
                example=_DISTRICT[0].example,
            ),
            Column(
                "rural_urban",
                "Rural-urban classification of the district",
                ("classification",),
                required=True,
            ),
        ),
    ),
)
_DISTRICTS = (
    "district_code", "district", "csp_code", "csp", "force_code", "force", "county", "region",
    "rural_urban",
)  # fmt: skip


def _read(part: Part, context: Context) -> Read:
    """Read one lookup into `_districts` or `_lsoas`, with the year of its districts in `as_of`."""
    found = table.read(part, _SCHEMAS, context, "lookups")
    about = [c for c in _DISTRICTS[2:] if c in found.tables["lookups"].columns]
    if about:
        found = found.keep(
            pl.any_horizontal(pl.col(about).is_not_null()),
            about[0], pl.col("district_code"), "what the district belongs to",
            "nothing said of a district: a note, not a record",
        )  # fmt: skip
    frame = found.tables["lookups"].with_columns(
        as_of=pl.lit(_year(found, "district_code"), pl.Int64)
    )
    if found.schema == "lsoa11_lsoa21_district":
        editions = [
            frame.select(
                pl.col(f"lsoa{edition}_code").alias("lsoa_code"),
                pl.col(f"lsoa{edition}_name").alias("lsoa"),
                pl.lit(f"20{edition}").alias("lsoa_edition"),
                "district_code", "district",
                pl.lit(None, pl.String).alias("ward_code"), pl.lit(None, pl.String).alias("ward"),
                "as_of",
            )
            for edition in ("11", "21")
        ]  # fmt: skip
        pairs = frame.select("lsoa11_code", "lsoa21_code").unique(maintain_order=True)
        return found.with_tables(
            _lsoas=pl.concat(editions).unique(maintain_order=True), _lsoa_editions=pairs
        )
    if found.schema.startswith("lsoa"):
        if "ward" not in frame.columns:
            frame = frame.with_columns(
                ward_code=pl.lit(None, pl.String), ward=pl.lit(None, pl.String)
            )
        frame = frame.select(
            "lsoa_code", "lsoa", _lsoa_edition(found, frame).alias("lsoa_edition"), "district_code",
            "district", "ward_code", "ward", "as_of",
        )  # fmt: skip
        return found.with_tables(_lsoas=frame)
    missing = [c for c in _DISTRICTS if c not in frame.columns]
    frame = frame.with_columns(pl.lit(None, pl.String).alias(c) for c in missing)
    return found.with_tables(_districts=frame.select(*_DISTRICTS, "as_of"))


def _combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """One row per district and per LSOA; where files differ, the newest edition wins."""
    combined = {}
    if "_districts" in tables:
        newest = tables["_districts"].sort("as_of", descending=True, nulls_last=True)
        combined["districts"] = (
            newest.group_by(
                pl.coalesce("district_code", "district").alias("key"), maintain_order=True
            )
            .agg(pl.exclude("as_of").drop_nulls().first(), pl.col("as_of").first())
            .drop("key")
            .sort("district_code", "district", nulls_last=True)
        )
    if "_lsoas" in tables:
        newest = tables["_lsoas"].sort("as_of", descending=True, nulls_last=True)
        combined["lsoas"] = (
            newest.group_by("lsoa_code", "lsoa_edition", maintain_order=True)
            .agg(pl.exclude("as_of").drop_nulls().first())
            .pipe(_todays_district)
            .sort("lsoa_code", "lsoa_edition")
        )
    if "_lsoa_editions" in tables:
        combined["lsoa_editions"] = tables["_lsoa_editions"].unique().sort(pl.all())
    return combined


def _todays_district(lsoas: pl.DataFrame) -> pl.DataFrame:
    """Districts since merged become the district of today, so that series run on."""
    known = areas.district_names()
    today = pl.DataFrame(
        {
            "district": list(known),
            "todays_code": [code for code, _ in known.values()],
            "todays_name": [name for _, name in known.values()],
        }
    )
    return (
        lsoas.join(today, on="district", how="left", maintain_order="left")
        .with_columns(
            district_code=pl.coalesce("todays_code", "district_code"),
            district=pl.coalesce("todays_name", "district"),
        )
        .drop("todays_code", "todays_name")
    )


def _year(found: Read, column: str) -> int | None:
    """Year of a column's codes, from its heading ('ltla24_code', 'LAD17CD'); None without any."""
    heading = key(found.given.get(column, ""))
    year = re.search(rf"(?<!\d){_YEAR}(?!\d)", heading)
    return 2000 + int(year[1]) if year else None


def _lsoa_edition(found: Read, frame: pl.DataFrame) -> pl.Expr:
    """2011 or 2021, as the heading says; else as the codes do: some are of 2021 alone."""
    year = _year(found, "lsoa_code")
    if year is None:
        code, first = pl.col("lsoa_code"), pl.col("lsoa_code").str.slice(0, 1)
        is_new = code >= first.replace_strict(_FIRST_OF_2021, default="Z")
        year = 2021 if frame.select(is_new.any()).item() else 2011
    return pl.lit(str(year))


SOURCE = Source(
    name="lookups",
    title="Lookups between small areas, wards, districts and partnerships",
    description="Gives the tables `districts` (one row per district), `lsoas` (one per LSOA) and "
    "`lsoa_editions` (which LSOAs of 2021 those of 2011 became).",
    supplier="the area lookups of the Office for National Statistics",
    schemas=_SCHEMAS,
    derived={
        "districts": by_reader(
            **{c: c.replace("_", " ").capitalize() for c in _DISTRICTS},
            as_of="Year of the newest lookup that names the district",
        ),
        "lsoas": by_reader(
            lsoa_code="LSOA",
            lsoa="Its name, where a lookup gives it",
            lsoa_edition="2011 or 2021",
            district_code="District of today",
            district="Its name",
            ward_code="Ward, where a lookup gives it",
            ward="Its name",
        ),
        "lsoa_editions": by_reader(
            lsoa11_code="LSOA of 2011",
            lsoa21_code="LSOA of 2021 that it became, whole or in part",
        ),
    },
    reader=_read,
    combine=_combine,
)
