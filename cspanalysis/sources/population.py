"""Resident population by area, sex and age: tidy, or as the ONS prints it, workbooks included."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cspanalysis.domain import areas, district_labels
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import population_layouts as layouts
from cspanalysis.sources import population_tables, table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import ROW, Context, Read

NAME = "population"
#: Table of the residents of small areas, and what their codes are like.
SMALL, _SMALL = "lsoa_residents", r"^[EW]01\d{6}$"

_WARD = r"^[EW]05\d{6}$"

_COLUMNS = ("area_code", "area", "year", "sex", "age", "population", "note", "file", "row")


_SCHEMAS = (*layouts.SCHEMAS, population_tables.SCHEMA)
_IS_CENSUS = pl.col("note").str.starts_with("Census").fill_null(False)
_FIGURE = ("area_code", "area", "year", "sex", "age", _IS_CENSUS.alias("is_census"))

#: Nobody is older; Census tables give single years up to 100.
_OLDEST = 125
#: So many times another file's residents are no later edition: one of the two gives a part.
_CONTRADICTION = 1.6


def _read(part: Part, context: Context) -> Read:
    """A table, or every sheet of a workbook that is one, in the tidy form.

    Small areas stand in a table of their own, because their names are no area's that is reviewed.
    Beside them `_residents` (area, year, is_census, population, file): persons of all ages, which
    `_combine` compares. Refused is what does not say its year, and what contradicts itself.
    """
    found = table.of_sheets(part, lambda sheet: _one(sheet, context))
    frame = _once(part, found.tables[NAME])
    alone = _alone(frame)
    if alone:
        found.problems.add(
            1, "sex", f"{alone} only", "persons, or both sexes", "noted",
            "residents of one sex do not stand for all: rates need a table of persons",
        )  # fmt: skip
    is_small = pl.col("area_code").str.contains(_SMALL).fill_null(False)
    whole = frame.filter(~is_small)
    tables = {
        NAME: whole.sort("area", "year", "sex", "age"),
        SMALL: _small(frame.filter(is_small)),
        "_residents": _residents(whole, "area"),
    }
    if frame.height and not found.released:
        # Later estimates revise the years before: a table that reaches further is a later edition.
        found = replace(found, released=f"{int(frame['year'].cast(pl.Int64).to_numpy().max()) + 1}")
    return found.with_tables(**tables)


def _combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Nothing new; refused is a file that gives as all residents what is a part of another's."""
    given = tables["_residents"]
    both = given.join(given, on=["area", "year", "is_census"], suffix="_less")
    times = pl.col("population") / pl.col("population_less")
    apart = (
        both.filter(pl.col("file") != pl.col("file_less"), pl.col("population_less") > 0)
        .with_columns(is_apart=times >= _CONTRADICTION)
        .group_by("file", "file_less", maintain_order=True)
        .agg(pl.col("is_apart").mean().alias("share"), pl.all().filter("is_apart").first())
        .filter(pl.col("share") > 0.5)
    )
    for row in apart.sort("file_less", "file").iter_rows(named=True):
        raise DataRefused(
            paragraph(
                f"as the population of {row['area']} in {row['year']} it gives "
                f"{row['population_less']:,} residents, and {row['file']} gives "
                f"{row['population']:,}: the two contradict each other, and one of them is of one "
                "sex or another part of the residents",
                file=row["file_less"],
                allowed="tables of persons, or tables that say their sex",
                do="Say the sex in a column 'sex' or in the file's name (persons, females, males), "
                "or move the table that is not of all residents out of data/raw.",
            )
        )
    return {}


def _one(part: Part, context: Context) -> Read:
    found = table.read(part, _SCHEMAS, context, NAME)
    found = found.without_totals("area_code").without_totals("area")
    is_council = found.schema == population_tables.LAYOUT or population_tables.has_bands(
        found.tables[NAME]
    )
    if found.schema in ("tidy", "by_year") and not is_council:
        found = found.keep(
            layouts.age().is_between(-1, _OLDEST),
            "age", pl.col("age"), "0 to 90 (and over) or all ages", "no single year of age",
        )  # fmt: skip
    figures = ("population",) if is_council else layouts.FIGURES[found.schema]
    found = found.keep(
        pl.any_horizontal(pl.col(figures).is_not_null()),
        "area_code", pl.col("area_code"), "an area with its residents", "no figure in the row",
    )  # fmt: skip
    frame = found.tables[NAME]
    if found.schema == population_tables.LAYOUT and not frame["of"].count():
        # A heading that the settings name may say the year.
        frame = frame.with_columns(of=pl.lit(found.given.get("population", "")))
    tidy = (
        population_tables.tidy(frame, part)
        if is_council
        else layouts.tidy(found.schema, frame, part)
    )
    return found.with_tables(population=_with_oldest(_named(tidy, part, context, found)))


def _named(tidy: pl.DataFrame, part: Part, context: Context, found: Read) -> pl.DataFrame:
    """Figures with year, sex and area where title, sheet or file say what no column does."""
    if tidy["sex"].null_count():
        tidy = tidy.with_columns(pl.col("sex").fill_null(layouts.sex_of(part, found.titles)))
    if tidy["year"].null_count():
        year = layouts.year_of(part, context, found.titles)
        tidy = tidy.with_columns(pl.col("year").fill_null(year))
    names = dict(areas.district_names().values())
    known = pl.col("area_code").replace_strict(names, default=None, return_dtype=pl.String)
    is_ward = pl.col("area_code").str.contains(_WARD).fill_null(False)
    if "ward" in found.given.get("area", "").lower() and not tidy["area_code"].is_not_null().any():
        is_ward = pl.lit(True)
    tidy = tidy.with_columns(area=pl.coalesce(known, "area", "area_code"), is_ward=is_ward)
    # A ward called as a district is not to be taken for it, nor for one of the same name.
    several = pl.col("area_code").n_unique().over("area") > 1
    code = pl.when(several).then(pl.format(" ({})", "area_code")).otherwise(pl.lit(""))
    bare = pl.col("area").str.replace(r"(?i)\s+ward$", "")
    labels = [a for a in tidy.filter(pl.col("area_code").is_null())["area"].unique() if a]
    districts = {a: d for a in labels if (d := district_labels.match(a).name)}
    plain = pl.when(pl.col("area_code").is_null()).then(
        pl.col("area").replace(districts)).otherwise("area")  # fmt: skip
    return tidy.with_columns(
        area=pl.when("is_ward").then(pl.concat_str(bare, pl.lit(" ward"), code)).otherwise(plain),
        file=pl.lit(part.label),
    ).select(_COLUMNS)


def _with_oldest(tidy: pl.DataFrame) -> pl.DataFrame:
    """Residents of single years beyond 90 count among those of 90 and over, if none is missing."""
    is_older = pl.col("age") > 90
    if not tidy.select(is_older.any()).item():
        return tidy
    keys = ["area_code", "area", "year", "sex", "note", "file"]
    oldest = tidy.filter(pl.col("age") >= 90).group_by(keys, maintain_order=True)
    summed = oldest.agg(
        pl.col("population").sum(), pl.col("row").first(), age=pl.lit(90, pl.Int64),
        is_whole=pl.col("age").n_unique() == pl.col("age").max() - 89,
    ).filter("is_whole")  # fmt: skip
    return pl.concat([tidy.filter(pl.col("age") < 90), summed.select(tidy.columns)])


def _once(part: Part, tidy: pl.DataFrame) -> pl.DataFrame:
    """Each figure once: sheets of a workbook repeat each other; refused if they contradict."""
    found = tidy.unique([*_COLUMNS[:6], _IS_CENSUS], keep="first", maintain_order=True)
    several = found.filter(pl.len().over(_FIGURE) > 1)
    if several.height:
        first = several.row(0, named=True)
        alike = several.join(several.head(1), on=_COLUMNS[:5], how="semi", nulls_equal=True)
        age = "of all ages" if first["age"] < 0 else f"aged {first['age']}"
        rows = ", ".join(
            f"{row['population']} in {row['file']}, row {row['row']}"
            for row in alike.head(3).iter_rows(named=True)
        )
        raise DataRefused(
            paragraph(
                f"the population of {first['area']} in {first['year']}, {first['sex']} {age}, is "
                f"given several times and the rows contradict each other: {rows}",
                file=part.label,
                allowed="one figure for each area, year, sex and age",
                do="Where rows are broken down further (by ethnic group, say), keep those of all; "
                "where sheets or tables are each of one sex, say it in a column 'sex' or in the "
                "sheet's name.",
            )
        )
    return found


def _alone(tidy: pl.DataFrame) -> str:
    """The one sex that the table is of; '' where persons or both sexes are there."""
    sexes = set(tidy["sex"].drop_nulls())
    return f"{sexes.pop()}s" if len(sexes) == 1 and sexes != {"persons"} else ""


def _small(tidy: pl.DataFrame) -> pl.DataFrame:
    """Persons of all ages by small area and year."""
    rows = tidy.group_by("area_code", "year").agg(pl.col(ROW).first())
    found = _residents(tidy, "area_code").join(rows, on=["area_code", "year"], how="left")
    return found.select(
        pl.col("area_code").alias("lsoa_code"), "year", "is_census", "population", "file", ROW
    ).sort("lsoa_code", "year", "is_census")


def _residents(tidy: pl.DataFrame, area: str) -> pl.DataFrame:
    """Persons of all ages by area and year, as far as the table gives them as such."""
    persons = tidy.filter(pl.col("sex") == "persons").with_columns(is_census=_IS_CENSUS)
    is_total = pl.col("age") == -1
    return (
        persons.group_by(area, "year", "is_census", "file", maintain_order=True)
        .agg(
            total=pl.col("population").filter(is_total).sum(),
            has_total=is_total.any(),
            ages=pl.col("age").filter(~is_total).n_unique(),
            oldest=pl.col("age").max(),
            parts=pl.col("population").filter(~is_total).sum(),
        )
        .filter(
            pl.col("has_total")
            | (pl.col("oldest").is_in([85, 90]) & (pl.col("ages") == pl.col("oldest") + 1))
        )
        .select(
            area, "year", "is_census",
            population=pl.when("has_total").then("total").otherwise("parts"), file="file",
        )
    )  # fmt: skip


SOURCE = Source(
    name=NAME,
    title="Resident population by area, sex and age",
    description="One row per area, year, sex and single year of age (90 is 90 and over, -1 all "
    "ages).",
    supplier="the mid-year population estimates of the Office for National Statistics",
    schemas=_SCHEMAS,
    is_mapped=True,
    mapped=(population_tables.LAYOUT,),
    told=population_tables.is_told,
    foreign=r"cause|diagnos|\bicd|admission|offen[cs]e|crime|incident|measure|indicator|casualt"
    r"|exclu|\brate\b|question|referr|\bpower",
    is_of_sheets=True,
    derived={
        NAME: by_reader(
            area_code="ONS code, missing for areas without one",
            area="Area",
            year="Year of the estimate",
            sex="persons, male, female",
            age="Single year of age; 90 is 90 and over, -1 all ages",
            population="Residents",
            note="Mid-year estimate, Census, or the publisher's remark",
        ),
        SMALL: by_reader(
            lsoa_code="Small area (LSOA), of 2011 or 2021",
            year="Year of the estimate",
            is_census="Counted by the Census, not estimated",
            population="Residents, persons of all ages",
        ),
    },
    # The Census has figures of its own.
    records={
        NAME: ("area", "year", "sex", "age", _IS_CENSUS),
        SMALL: ("lsoa_code", "year", "is_census"),
    },
    rounds="year",
    reader=_read,
    combine=_combine,
)
