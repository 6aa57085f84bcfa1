"""Which months of a force are there and complete, judged from the counts themselves.

A force's month is incomplete where its crime falls under three quarters of the force's own median
while its anti-social behaviour stays near its median: people did not stop committing crime alone,
the publication lacks part of it. Where both fall together the fall is taken as real.
"""

from __future__ import annotations

import polars as pl

CRIME_UNDER = 0.75
ASB_ABOVE = 0.90
#: Share of a month's rows without an LSOA from which it says nothing of any district.
UNLOCATED_FROM = 0.9
#: A median of fewer months says little about what is usual.
MIN_MONTHS = 6
#: Crime really fell while calls about behaviour rose: not judged.
PANDEMIC = ("2020-03", "2021-07")

SCHEMA = {
    "source": pl.String,
    "force": pl.String,
    "month": pl.String,
    "rows": pl.Int64,
    "crime": pl.Int64,
    "asb": pl.Int64,
    "without_lsoa": pl.Int64,
    "without_district": pl.Int64,
    "status": pl.String,
    "reason": pl.String,
}


def assess(counts: pl.DataFrame, source: str) -> pl.DataFrame:
    """Coverage by force and month, of counts by month, force, district, offence and file.

    A month is missing where the same archive, or the same set of loose files, has it for others or
    has months of the force on both sides.
    """
    if counts.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    is_asb = pl.col("offence") == "anti-social behaviour"
    found = counts.group_by("force", "month").agg(
        rows=pl.col("count").sum(),
        crime=pl.col("count").filter(~is_asb).sum(),
        asb=pl.col("count").filter(is_asb).sum(),
        without_lsoa=pl.col("without_lsoa").sum(),
        without_district=pl.col("count").filter(pl.col("district").is_null()).sum(),
    )
    crime, asb = pl.col("crime"), pl.col("asb")
    usual = crime.median().over("force")
    usual_asb = asb.median().over("force")
    is_incomplete = (
        (crime < CRIME_UNDER * usual)
        & (usual_asb > 0)
        & (asb > ASB_ABOVE * usual_asb)
        & (pl.len().over("force") >= MIN_MONTHS)
        & ~pl.col("month").is_between(pl.lit(PANDEMIC[0]), pl.lit(PANDEMIC[1]))
    )
    reason = pl.format(
        "crime at {}% of the force's median month, anti-social behaviour at {}%",
        _percent(crime, usual),
        _percent(asb, usual_asb),
    )
    is_unlocated = pl.col("without_lsoa") >= UNLOCATED_FROM * pl.col("rows")
    judged = found.with_columns(
        status=pl.when(is_unlocated)
        .then(pl.lit("unlocated"))
        .when(is_incomplete)
        .then(pl.lit("incomplete"))
        .otherwise(pl.lit("ok")),
        reason=pl.when(is_unlocated)
        .then(pl.lit("the rows name no LSOA and belong to no district"))
        .when(is_incomplete)
        .then(reason)
        .otherwise(pl.lit("")),
    )
    missing = _expected(counts).join(found, on=["force", "month"], how="anti")
    missing = missing.with_columns(
        *(pl.lit(0, pl.Int64).alias(name) for name, kind in SCHEMA.items() if kind == pl.Int64),
        status=pl.lit("missing"),
        reason=pl.lit("no rows of this force for the month"),
    )
    columns = list(SCHEMA)[1:]
    together = pl.concat([judged.select(columns), missing.select(columns)])
    return together.select(pl.lit(source).alias("source"), *columns).sort("force", "month")


def _expected(counts: pl.DataFrame) -> pl.DataFrame:
    """The months each force should have."""
    archive = pl.col("file").str.extract(r"^(.*?\.zip)/").fill_null("").alias("archive")
    seen = counts.select(archive, "force", "month").unique()
    within = (
        seen.select("archive", "force")
        .unique()
        .join(seen.select("archive", "month").unique(), on="archive")
    )
    spans = counts.group_by("force").agg(
        first=pl.col("month").min().str.to_date("%Y-%m"),
        last=pl.col("month").max().str.to_date("%Y-%m"),
    )
    between = (
        spans.select("force", pl.date_ranges("first", "last", "1mo").alias("month"))
        .explode("month")
        .with_columns(pl.col("month").dt.strftime("%Y-%m"))
    )
    # A gap of years between two archives is no hole in either; a shorter one is.
    near = between.join(seen.select("force", "month").unique(), on=["force", "month"], how="anti")
    gap = near.group_by("force").len()
    near = near.join(gap.filter(pl.col("len") <= 12), on="force", how="semi")
    return pl.concat([within.select("force", "month"), near]).unique()


def _percent(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    # A force without any of a kind has no percentage of it (0 / 0).
    return (100 * part / whole).round(0).cast(pl.Int64, strict=False)
