"""Hospital admissions by year, cause, sex and age band, counts or the symbols in their place."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cspanalysis.domain import diagnoses
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read
from cspanalysis.sources.word_rules import told

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
                "cause",
                "ICD-10 code or group: the main diagnosis",
                (
                    "icd10",
                    "icd 10",
                    "icd10 code",
                    "icd 10 code",
                    "icd code",
                    "diagnosis",
                    "primary diagnosis",
                    "main diagnosis",
                    "primary diagnosis code",
                ),
                essential=True,
            ),
            Column(
                "secondary",
                "ICD-10 code of a further diagnosis or of the external cause",
                ("secondary diagnosis", "secondary diagnoses", "external cause", "cause code"),
            ),
            Column("sex", "Sex", ("gender",), "lower", required=True),
            Column(
                "age_band",
                "Age band",
                ("age", "age group", "age band"),
                "lower",
                required=True,
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


#: What sex a cell means; whatever it holds beside these is not known.
SEXES: Mapping[str, str] = {
    "male": r"^(m|males?|men|1)$",
    "female": r"^(f|females?|women|2)$",
    "persons": r"^(p|persons?|all|all persons|both|both sexes|total)$",
}
NOT_KNOWN = "not known"

#: '10-19' becomes Oct-19 in a spreadsheet, '5-9' 05-Sep, or the day itself.
_DATED = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d+[-/]\d+[-/]\d{2}"

DERIVED = {
    "hospital_extract": {
        "status": "ok, or why there is no count",
        "symbol": "What stood in the count's place",
    }
}

#: What makes two rows the same figure.
FIGURES = {NAME: ("year", "cause", "secondary", "sex", "age_band", "district")}
#: What of rows that reading makes alike is added up (see `figures`).
ADDED = {NAME: ("count",)}


def read(part: Part, context: Context) -> Read:
    """Read one table.

    Returns
    -------
    Read
        year, cause, secondary, sex, age_band, count, status, symbol, district, file, row. Codes
        are in one spelling ('F10.2'); a sex or age that is blank or not known is 'not known'. A
        cause without a code is kept and noted.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    found = found.keep(
        ~pl.col("age_band").fill_null("").str.contains(_DATED),
        "age_band", pl.col("age_band"), "an age band such as 10-19",
        "taken for a date by a spreadsheet",
    )  # fmt: skip
    frame = found.tables[NAME]
    sexes = told("sex", SEXES)
    for column, unknown, allowed in (
        ("sex", sexes.is_null(), "male, female, persons"),
        ("age_band", pl.col("age_band").is_null(), "an age band such as 10-19"),
    ):
        found.problems.add_rows(
            frame.filter(unknown).select(ROW, pl.col(column).alias("found")),
            column, allowed, "noted", "not known: counted in totals only",
        )  # fmt: skip
    no_code = pl.col("cause").map_elements(diagnoses.label, pl.String) == pl.col("cause")
    no_code &= ~pl.col("cause").str.contains(r"\d")
    found.problems.add_rows(
        frame.filter(no_code).select(ROW, pl.col("cause").alias("found")),
        "cause", "an ICD-10 code such as F10.2", "noted",
        "no code: kept, but counted for none of the causes that are reported. If it is one of "
        "them, say so in partnership.toml, [sources.hospital_extract.values.cause]",
    )  # fmt: skip
    frame = frame.select(
        "year",
        *(pl.col(c).map_elements(diagnoses.label, pl.String) for c in ("cause", "secondary")),
        sexes.fill_null(NOT_KNOWN).alias("sex"),
        age_band("age_band").fill_null(NOT_KNOWN), "count",
        pl.col("count_status").fill_null("not_available").alias("status"),
        pl.col("count_symbol").alias("symbol"),
        "district", pl.lit(part.label).alias("file"), ROW,
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
