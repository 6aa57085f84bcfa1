"""Hospital admissions by year, cause, sex and age band, counts or the symbols in their place."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cspanalysis.domain import diagnoses, period_labels
from cspanalysis.domain.periods import Period
from cspanalysis.sources import side_by_side
from cspanalysis.sources.schema import Across, Column, Schema
from cspanalysis.sources.source import Derived, Source, status_of
from cspanalysis.sources.table import Read
from cspanalysis.sources.word_rules import told

#: What sex a cell means; whatever it holds beside these is not known.
SEXES: Mapping[str, str] = {
    "male": r"^(m|males?|men|1)$",
    "female": r"^(f|females?|women|2)$",
    "persons": r"^(p|persons?|all|all persons|both|both sexes|total)$",
}
NOT_KNOWN = "not known"

#: '10-19' becomes Oct-19 in a spreadsheet, '5-9' 05-Sep, or the day itself.
_DATED = r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d+[-/]\d+[-/]\d{2}"


def _check(found: Read) -> Read:
    """Codes in one spelling ('F10.2'); a sex or age that is blank or not known is 'not known'.

    A cause without a code is kept and noted.
    """
    found = found.keep(
        ~pl.col("age_band").fill_null("").str.contains(_DATED),
        "age_band", pl.col("age_band"), "an age band such as 10-19",
        "taken for a date by a spreadsheet",
    )  # fmt: skip
    frame = found.frame
    sexes = told("sex", SEXES)
    for column, unknown, allowed in (
        ("sex", sexes.is_null(), "male, female, persons"),
        ("age_band", pl.col("age_band").is_null(), "an age band such as 10-19"),
    ):
        found.note(frame.filter(unknown), column, allowed, "not known: counted in totals only")
    no_code = pl.col("cause").map_elements(diagnoses.label, pl.String) == pl.col("cause")
    no_code &= ~pl.col("cause").str.contains(r"\d")
    found.note(
        frame.filter(no_code), "cause", "an ICD-10 code such as F10.2",
        "no code: kept, but counted for none of the causes that are reported. If it is one of "
        "them, say so in partnership.toml, [sources.hospital_extract.values.cause]",
    )  # fmt: skip
    frame = frame.with_columns(
        *(pl.col(c).map_elements(diagnoses.label, pl.String) for c in ("cause", "secondary")),
        sexes.fill_null(NOT_KNOWN).alias("sex"),
        age_band("age_band").fill_null(NOT_KNOWN),
    )
    return found.with_frame(frame)


def age_band(column: str) -> pl.Expr:
    """Age bands in one spelling: '10-19', '90+', 'all ages'."""
    text = pl.col(column).str.replace_all(r"\s*(years|yrs|year|aged?)\s*", "")
    text = text.str.replace(r"^(\d+)\s*(?:to|-|–)\s*(\d+)$", "${1}-${2}")
    text = text.str.replace(r"^(\d+)\s*(?:\+|and over|plus|or over)$", "${1}+")
    is_all = text.is_in(["all", "allages", "all ages", "alls", "total"]) | (
        pl.col(column) == "all ages"
    )
    return pl.when(is_all).then(pl.lit("all ages")).otherwise(text).alias(column)


SOURCE = Source(
    name="hospital_extract",
    title="Hospital admissions by cause, age and sex",
    description="One row per financial year, cause (ICD-10 code or group), sex and age band. A "
    "suppressed or missing figure has a status and no count.",
    supplier="an extract of hospital admissions by cause, age and sex",
    called="the hospital extract",
    schemas=(
        Schema("admissions", "hospital admissions by cause, age and sex", (
            Column(
                "year", "Financial year", ("financial year",), "financial_year", essential=True,
                seen_as=("fin year", "fyear", "year of admission", "admission year"),
            ),
            Column(
                "cause", "ICD-10 code or group: the main diagnosis",
                ("icd10", "icd 10", "icd10 code", "icd 10 code", "icd code", "diagnosis",
                 "primary diagnosis", "main diagnosis", "primary diagnosis code"),
                essential=True,
                seen_as=("diag", "cause code", "icd 10 chapter", "icd10 chapter", "icd chapter",
                         "chapter", "diagnosis chapter", "cause", "condition",
                         "primary diagnosis chapter", "diagnosis group"),
            ),
            Column(
                "secondary", "ICD-10 code of a further diagnosis or of the external cause",
                ("secondary diagnosis", "secondary diagnoses", "external cause", "cause code"),
            ),
            Column(
                "sex", "Sex", ("gender",), "lower", required=True, seen_as=("sex of patient",)
            ),
            Column(
                "age_band", "Age band", ("age", "age group", "age band"), "lower", required=True,
                unit="years", seen_as=("age range", "ageband", "age at admission"),
            ),
            Column(
                "count", "Admissions, or a symbol", ("admissions", "value", "number"), "count",
                required=True,
                seen_as=("faes", "fces", "number of admissions", "admission episodes", "spells",
                         "total"),
            ),
            Column(
                "persons", "Persons admitted, each once, or a symbol",
                ("patients", "individuals", "people admitted"), "count",
                seen_as=("number of patients", "unique patients", "distinct patients"),
                unlocks="limits that allow for persons admitted again",
            ),
            Column(
                "district", "Local authority district of residence", ("local authority", "area"),
                seen_as=("la", "lad", "local authority of residence", "district of residence",
                         "borough"),
                unlocks="the area's own admissions, where it covers several",
            ),
        ), across=(
            Across("year", "count", period_labels.financial_year),
            Across("sex", "count", side_by_side.sex),
            Across("age_band", "count", side_by_side.age_band),
            side_by_side.districts("district", "count"),
        )),
    ),
    derived={
        "hospital_extract": {
            **status_of("count", after="count"),
            "persons_status": Derived(
                "The same for `persons`", pl.col("persons_status").fill_null("not_available")
            ),
        }
    },
    figures={"hospital_extract": ("year", "cause", "secondary", "sex", "age_band", "district")},
    added={"hospital_extract": ("count",)},
    is_mapped=True,
    foreign=r"\b(casualt\w*|collision|accident|vehicle|stats ?19|speed limit|road (class|type))\b",
    policy="hes",
    years={"hospital_extract": ("year", Period.financial_year)},
    check=_check,
)  # fmt: skip
