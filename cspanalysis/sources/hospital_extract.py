"""Hospital admissions by year, cause, sex and age band, counts or the symbols in their place."""

from __future__ import annotations

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.opening import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import Context, Read

NAME = "hospital_extract"
TITLE = "Hospital admissions by cause, age and sex"
DESCRIPTION = (
    "One row per financial year, cause (ICD-10 code or group), sex and age band. A suppressed or "
    "missing figure has a status and no count."
)

SCHEMAS = (
    Schema(
        "admissions",
        "hospital admissions by cause, age and sex",
        (
            Column("year", "Financial year", ("financial year",), "financial_year", essential=True),
            Column(
                "cause", "ICD-10 code or group", ("icd10", "icd 10", "diagnosis"), essential=True
            ),
            Column(
                "sex",
                "Sex",
                ("gender",),
                essential=True,
                allowed={
                    "male": "male",
                    "female": "female",
                    "persons": "persons",
                    "m": "male",
                    "f": "female",
                    "p": "persons",
                    "1": "male",
                    "2": "female",
                    "males": "male",
                    "females": "female",
                    "all": "persons",
                    "all persons": "persons",
                    "person": "persons",
                },
            ),
            Column(
                "age_band",
                "Age band",
                ("age", "age group", "age band"),
                "lower",
                essential=True,
                unit="years",
            ),
            Column(
                "count",
                "Admissions, or a symbol",
                ("admissions", "value", "number"),
                "count",
                required=True,
            ),
            Column(
                "district", "Local authority district of residence", ("local authority", "area")
            ),
        ),
    ),
)


#: '10-19' becomes Oct-19 in a spreadsheet, '5-9' 05-Sep, or the day itself.
_DATED = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d+[-/]\d+[-/]\d{2}"

DERIVED = {
    "hospital_extract": {
        "status": "ok, or why there is no count",
        "symbol": "What stood in the count's place",
    }
}

#: What makes two rows the same figure.
FIGURES = {NAME: ("year", "cause", "sex", "age_band", "district")}


def read(part: Part, context: Context) -> Read:
    """Read one table: year, cause, sex, age_band, count, status, symbol, district, file, row."""
    found = table.read(part, SCHEMAS, context, NAME)
    found = found.keep(
        ~pl.col("age_band").str.contains(_DATED),
        "age_band", pl.col("age_band"), "an age band such as 10-19",
        "taken for a date by a spreadsheet",
    )  # fmt: skip
    frame = found.tables[NAME].select(
        "year", "cause", "sex", age_band("age_band"), "count",
        pl.col("count_status").fill_null("not_available").alias("status"),
        pl.col("count_symbol").alias("symbol"),
        "district", pl.lit(part.label).alias("file"), "row",
    )  # fmt: skip
    return found.with_tables(hospital_extract=frame)


def age_band(column: str) -> pl.Expr:
    """Age bands in one spelling: '10-19', '90+', 'all ages'."""
    text = pl.col(column).str.replace_all(r"\s*(years|yrs|year|aged?)\s*", "")
    text = text.str.replace(r"^(\d+)\s*(?:to|-|–)\s*(\d+)$", "${1}-${2}")
    text = text.str.replace(r"^(\d+)\s*(?:\+|and over|plus|or over)$", "${1}+")
    is_all = text.is_in(["all", "allages", "all ages", "alls", "total"]) | (
        pl.col(column) == "all ages"
    )
    return pl.when(is_all).then(pl.lit("all ages")).otherwise(text).alias(column)
