"""The layouts that resident population is published in, and the tidy form of each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import side_by_side
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema, UnknownLayout
from cspanalysis.sources.table import Context

_SEXES = {
    **dict.fromkeys(("persons", "all", "p", "t", "total", "all persons", "both", "0"), "persons"),
    **dict.fromkeys(("male", "males", "m", "1"), "male"),
    **dict.fromkeys(("female", "females", "f", "2"), "female"),
}
_WORDS = {
    **dict.fromkeys(("persons", "person", "people", "all", "total", "both"), "persons"),
    **dict.fromkeys(("male", "males", "men", "boys"), "male"),
    **dict.fromkeys(("female", "females", "women", "girls"), "female"),
}
_CODE = Column(
    "area_code",
    "ONS code of the area",
    ("code", "ladcode", "area code", "geography code", "mnemonic"),
    pattern=r"(ltla|utla|lad|lsoa|msoa|la|mye\d\d)\d* ?(code|cd) ?\d*",
    example="LAD23CD",
)
_AREA = Column(
    "area",
    "Area",
    ("name", "area name", "laname"),
    pattern=r"(ltla|utla|lad|lsoa|msoa|la)\d* ?(name|nm) ?\d*",
    example="LAD23NM",
)
ALL_AGES = "all ages"
AGES = tuple(
    Column(
        str(age),
        f"Residents aged {age}",
        (f"age {age}",),
        "integer",
        required=True,
        unit="residents",
    )
    for age in range(90)
)
_OLDEST = Column(
    "90", "Residents aged 90 and over", ("90+", "age 90+", "90 and over", "90 plus"), "integer",
    required=True,
)  # fmt: skip
_YEAR = Column("year", "Year of the estimate (30 June)", (), "integer")
_SEX = Column(
    "sex",
    "Sex; where the column is missing, the one that the file, sheet or title names, else persons",
    ("gender", "gender name"),
    allowed=_SEXES,
)
_AGE = Column(
    "age", "Single year of age; all ages where the column is missing",
    ("c age name", "age group", "age band", "ages", "age range"), "lower",
)  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 2001, 2050
YEARS = tuple(
    Column(
        str(year),
        f"Residents in the middle of {year}",
        (f"mid {year}",),
        "number",
        pattern=rf"(population|estimated population mid|population mid|persons|residents|mid) "
        rf"{year}(| note.*)",
        example=f"Population {year}",
    )
    for year in range(_FIRST_YEAR, _LAST_YEAR + 1)
)


class _ByYear(Schema):
    """A layout with a column per year, of which none but one must be there."""

    def missing(self, found: Mapping[str, int], given: Mapping[str, Any]) -> list[Column]:
        lacking = super().missing(found, given)
        return lacking if any(c.name in found for c in YEARS) else [*lacking, YEARS[20]]


SCHEMAS: tuple[Schema, ...] = (
    Schema(
        "tidy",
        "population, one row per area, year, sex and age",
        (
            _CODE,
            Column(
                "area",
                "Area",
                ("name", "area name", "district", "geography name"),
                pattern=_AREA.pattern,
                example=_AREA.example,
                essential=True,
            ),
            Column(
                "year", "Year of the estimate (30 June)", ("date name",), "integer", essential=True
            ),
            _SEX,
            _AGE,
            Column(
                "population",
                "Residents",
                ("residents", "count", "value", "obs value"),
                "integer",
                essential=True,
            ),
            Column("note", "Remarks of the publisher", ("remarks",)),
        ),
        across=(side_by_side.districts("area", "population"),),
    ),
    Schema(
        "wide",
        "population by single year of age, a column per age",
        (
            replace(_CODE, essential=True),
            _AREA,
            _YEAR,
            _SEX,
            Column(
                ALL_AGES,
                "Residents of all ages",
                ("total population", "total", "persons all ages"),
                "integer",
            ),
            *AGES,
            _OLDEST,
        ),
    ),
    Schema(
        "census_by_sex",
        "Census population by sex",
        (
            replace(_CODE, essential=True),
            _AREA,
            _YEAR,
            Column("persons", "Residents", ("total population",), "integer", required=True),
            Column("female", "Female residents", ("total females",), "integer", required=True),
            Column("male", "Male residents", ("total males",), "integer", required=True),
        ),
    ),
    _ByYear(
        "by_year",
        "population with a column per year (MYE4, MYEB1, MYEB2)",
        (
            replace(_CODE, essential=True),
            _AREA,
            _SEX,
            _AGE,
            *YEARS,
        ),
    ),
)

#: Age groups of a Census table of small areas, which are no single years and serve their sum only.
AGE_GROUPS = tuple(
    Column(
        f"group_from_{first}",
        f"Residents {words}",
        (words,),
        "integer",
        required=True,
        unit="residents",
    )
    for first, words in (
        ("0", "aged 15 years and under"),
        ("16", "aged 16 to 24 years"),
        ("25", "aged 25 to 34 years"),
        ("35", "aged 35 to 49 years"),
        ("50", "aged 50 to 64 years"),
        ("65", "aged 65 years and over"),
    )
)
SCHEMAS += (
    Schema(
        "age_groups",
        "Census population of small areas by six age groups",
        (replace(_CODE, essential=True), _AREA, _YEAR, *AGE_GROUPS),
    ),
    Schema(
        "totals",
        "population of small areas without sex and age",
        (
            replace(
                _CODE, essential=True, pattern=r"lsoa ?(20)?\d* ?(code|cd) ?\d*", example="LSOA21CD"
            ),
            _AREA,
            _YEAR,
            Column(
                ALL_AGES,
                "Residents of all ages",
                ("total population", "total", "all persons", "usual residents", "population"),
                "integer",
                required=True,
            ),
        ),
    ),
)

SEXES_APART = ("persons", "female", "male")
_KEYS = ["area_code", "area", "year", "row"]


def _tidy(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    return frame.with_columns(age=age())


def age() -> pl.Expr:
    """Single year of age as a number; -1 for all ages, missing where the text is none."""
    text = pl.col("age").str.replace("^age[ds]? ", "").str.replace(r"\s*(\+|and over|plus)$", "")
    text = text.str.replace(r" (years?|yrs?)( old| of age)?( and over)?$", "")
    text = text.str.replace("^(under|less than) (1|one)$", "0")
    is_all = text.is_null() | text.is_in(["all", "all ages", "all persons", "total"])
    return pl.when(is_all).then(pl.lit(-1)).otherwise(text.cast(pl.Int64, strict=False))


def _wide(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    ages = [c for c in frame.columns if c == ALL_AGES or c.isdigit()]
    long = frame.unpivot(
        ages, index=[*_KEYS, "sex"], variable_name="age", value_name="population"
    ).drop_nulls("population")
    return long.with_columns(
        pl.col("age").replace(ALL_AGES, "-1").cast(pl.Int64), note=pl.lit("mid-year estimate")
    )


def _by_year(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    # Tables of medians and of densities have the same headings.
    years = [c.name for c in YEARS]
    long = (
        frame.with_columns(age=age())
        .unpivot(
            years, index=["area_code", "area", "sex", "age", "row"],
            variable_name="year", value_name="population",
        )
        .drop_nulls("population")
    )  # fmt: skip
    broken = long.filter(pl.col("population") != pl.col("population").round())
    if broken.height:
        message = paragraph(
            "these are no counts of residents but another measure, or thousands",
            file=part.label, row=broken["row"][0], column=f"mid-{broken['year'][0]}",
            allowed="whole numbers", do="Use the table of counts (MYE2 or MYE4).",
        )  # fmt: skip
        raise UnknownLayout(message, part)
    return long.with_columns(
        pl.col("year").cast(pl.Int64), pl.col("population").cast(pl.Int64),
        note=pl.lit("mid-year estimate"),
    )  # fmt: skip


def _by_sex(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    long = frame.unpivot(
        SEXES_APART, index=_KEYS, variable_name="sex", value_name="population"
    ).drop_nulls("population")
    return long.with_columns(age=pl.lit(-1, pl.Int64), note=pl.lit("Census, usual residents"))


def _groups(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    total = pl.sum_horizontal(c.name for c in AGE_GROUPS)
    is_whole = pl.all_horizontal(pl.col(c.name).is_not_null() for c in AGE_GROUPS)
    return _all_ages(frame.with_columns(pl.when(is_whole).then(total).alias(ALL_AGES)), part)


def _all_ages(frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    is_census = any("census" in name for name in _names(part)) or AGE_GROUPS[0].name in frame
    return frame.drop_nulls(ALL_AGES).select(
        *_KEYS,
        pl.lit("persons").alias("sex"),
        pl.lit(-1, pl.Int64).alias("age"),
        pl.col(ALL_AGES).alias("population"),
        pl.lit("Census, usual residents" if is_census else "mid-year estimate").alias("note"),
    )


_TIDY = {"tidy": _tidy, "wide": _wide, "census_by_sex": _by_sex, "by_year": _by_year,
         "age_groups": _groups, "totals": _all_ages}  # fmt: skip
#: Columns of a layout that hold residents.
FIGURES = {
    "tidy": ("population",),
    "wide": (ALL_AGES, *map(str, range(91))),
    "census_by_sex": SEXES_APART,
    "by_year": tuple(c.name for c in YEARS),
    "age_groups": tuple(c.name for c in AGE_GROUPS),
    "totals": (ALL_AGES,),
}


def tidy(layout: str, frame: pl.DataFrame, part: Part) -> pl.DataFrame:
    """A layout's table in the tidy form: a row per area, year, sex and age."""
    return _TIDY[layout](frame, part)


def sex_of(part: Part, titles: Sequence[str]) -> str:
    """The sex that a table without a column of it is of: by its sheet, its file, its title."""
    for text in (*_names(part), *titles):
        named = {_WORDS[word] for word in re.findall("[a-z]+", text.lower()) if word in _WORDS}
        if named:
            # 'All males' are males, 'males and females' are persons.
            sexes = named - {"persons"}
            return sexes.pop() if len(sexes) == 1 else "persons"
    return "persons"


def year_of(part: Part, context: Context, titles: Sequence[str]) -> int:
    """The estimate's year: by the sidecar, the table's title or name, the file's name.

    Names hold the year of the boundaries, too: 'mye22tablesew2023geogs' is of 2022.
    """
    if year := context.sidecar.get("year"):
        return int(year)
    names = _names(part)
    for text in (*names, *titles):
        if match := re.search(
            r"(?:mid|june)[- _]?(?:year)?[- _]?((?:19|20)\d{2})(?!\d)", text.lower()
        ):
            return int(match[1])
    for name in names:
        if match := re.search(r"\b(?:population|pop|age_gender|mye|mid)[-_ ]?(\d{2})(?!\d)", name):
            return 2000 + int(match[1])
        if match := re.search(r"(?<!\d)((?:19|20)\d{2})(?!\d)", name):
            return int(match[1])
    raise DataRefused(
        paragraph(
            "nothing says which year's population this is",
            file=part.label,
            allowed="a column 'year', a title or file name such as mid-2020 or population20_…, or "
            "year = 2020 in the sidecar",
            do="Add one of them.",
        )
    )


def _names(part: Part) -> list[str]:
    """Names of the sheet or member and of the file, the nearest to the table first."""
    folders = part.file.split("/", 1)[-1].lower()
    return [part.member.lower(), folders] if part.member else [folders]
