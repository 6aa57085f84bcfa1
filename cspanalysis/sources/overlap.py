"""One force's month from two street-level files: which of its rows are the same, told twice.

Somebody merges the monthly files and leaves the result beside them, downloads a month anew, or
saves one district's rows apart. A crime is told by its Crime ID, behaviour by its type and place;
alike by chance are many of the latter, so that two files are taken for the same month only where
most of what the smaller one holds stands in the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import polars as pl

from cspanalysis.domain import areas
from cspanalysis.sources import street
from cspanalysis.sources.csv_fast import PART
from cspanalysis.sources.csv_records import ROW

MONTH_OF = ("force", "month")
#: What a file has to give for `repeats`.
COLUMNS = (PART, ROW, *MONTH_OF, "crime_id", "offence", "lsoa_code", "lsoa_name", "longitude",
           "latitude")  # fmt: skip
#: A file that holds less than this of the largest one's rows is a part of the month.
WHOLE = 0.8
#: Share of the smaller file's rows that stand in the other, above which both are the same month:
#: by Crime IDs, by points, by areas alone.
BY_ID, BY_POINT, BY_AREA = 0.5, 0.75, 0.9
#: Without Crime IDs fewer rows than this may be alike by chance.
FEWEST = 5
SCHEMA = {
    PART: pl.UInt16, ROW: pl.UInt32, "used_part": pl.UInt16, "used_row": pl.UInt32,
    "is_same": pl.Boolean,
}  # fmt: skip


class Age(NamedTuple):
    """What ranks one file before another that tells the same.

    Parameters
    ----------
    day : str
        When it was published or retrieved, as ISO text; '' if nobody says.
    months : int
        How many months of forces it holds: a monthly file goes before a merged one.
    label : str
        Its label.
    """

    day: str
    months: int
    label: str


def repeats(frame: pl.DataFrame, ages: Sequence[Age]) -> pl.DataFrame:
    """Rows that another file's rows of the same force and month make needless.

    Of all files' COLUMNS: part, row, used_part and used_row (the row that tells it; missing where
    none does: another edition of the month has it otherwise), is_same.
    """
    frame = with_force_keys(frame).with_columns(pl.col("month").cast(pl.String))
    several = frame.filter(pl.col(PART).n_unique().over(MONTH_OF) > 1).with_columns(
        pl.col("longitude", "latitude").round(4),
        pl.col("lsoa_code", "lsoa_name", "offence").cast(pl.String),
        crime_id=pl.when(street.HAS_IDENTIFIER).then("crime_id"),
    )
    found = [pl.DataFrame(schema=SCHEMA)]
    for month in several.partition_by(MONTH_OF):
        found += _of_month(month, ages)
    return pl.concat(found).sort(PART, ROW)


def with_force_keys(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with what tells their force from others, however its name is written."""
    forces = frame["force"].cast(pl.String)
    keys = {name: areas.force_key(name) for name in forces.unique().drop_nulls()}
    return frame.with_columns(force=forces.replace_strict(keys, return_dtype=pl.String))


def _of_month(month: pl.DataFrame, ages: Sequence[Age]) -> list[pl.DataFrame]:
    files = {int(key[0]): rows for key, rows in month.partition_by(PART, as_dict=True).items()}
    largest = max(rows.height for rows in files.values())

    def rank(part: int) -> tuple[Any, ...]:
        rows, age = files[part], ages[part]
        columns = _filled(rows)
        has_area = bool(columns & {"lsoa_code", "lsoa_name"})
        return (
            rows.height >= WHOLE * largest, has_area, age.day, len(columns), rows.height,
            -age.months, age.label,
        )  # fmt: skip

    ranked = sorted(files, key=rank, reverse=True)
    found = []
    for at, part in enumerate(ranked):
        rows = files[part]
        for other in ranked[:at]:
            repeated = _beside(rows, files[other])
            if repeated.height:
                rows = rows.join(repeated, on=ROW, how="anti", maintain_order="left")
                used = pl.lit(other, pl.UInt16).alias("used_part")
                found.append(repeated.with_columns(pl.lit(part, pl.UInt16).alias(PART), used))
    return [one.select(*SCHEMA) for one in found]


def _beside(rows: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Rows of a file that a better one tells: row, used_row, is_same."""
    columns = _filled(rows) & _filled(other)
    has_point = "longitude" in columns
    area = [name for name in ("lsoa_code", "lsoa_name") if name in columns][:1]
    content = ["offence", *area, *(["longitude", "latitude"] if has_point else [])]
    least = BY_POINT if has_point else BY_AREA
    smaller = min(rows.height, other.height)
    if "crime_id" in columns:
        by_id = _matched(rows, other, content, "crime_id")
        if by_id.height > BY_ID * smaller:
            return _with_rest(rows, by_id)
        # Two files may share a crime and nothing else: what has no identifier is left.
        return by_id.filter(pl.col("is_same") & pl.col("has_id")).drop("has_id")
    alike = _matched(rows, other, content)
    # Numbers by type alone, and a few rows, tell the same month only if they agree throughout.
    is_whole = alike.height == rows.height == other.height
    is_most = alike.height >= FEWEST and alike.height > least * smaller
    if is_whole or (is_most and (area or has_point)):
        return _with_rest(rows, alike)
    return _with_rest(rows.head(0), alike.head(0))


def _matched(
    rows: pl.DataFrame, other: pl.DataFrame, content: Sequence[str], identifier: str = ""
) -> pl.DataFrame:
    """Rows beside the other file's: row, used_row, is_same, has_id; each row once."""
    told = pl.struct(content).hash()
    key = told
    if identifier:
        named = pl.col(identifier)
        key = pl.when(named.is_not_null()).then(named.hash()).otherwise(told)
    which = pl.int_range(pl.len(), dtype=pl.UInt32).over("key")

    def keyed(frame: pl.DataFrame) -> pl.DataFrame:
        has_id = pl.lit(False) if not identifier else pl.col(identifier).is_not_null()
        found = frame.select(ROW, key=key, told=told, has_id=has_id)
        # Of rows alike in their key those that are alike throughout stand at the same place.
        return found.sort("key", "told", ROW).with_columns(which=which)

    pairs = keyed(rows).join(
        keyed(other).select("key", "which", used_row=ROW, used="told"), on=["key", "which"]
    )
    return pairs.select(ROW, "used_row", "has_id", is_same=pl.col("told") == pl.col("used"))


def _with_rest(rows: pl.DataFrame, matched: pl.DataFrame) -> pl.DataFrame:
    """The rows told, and the few that another edition of the month tells otherwise."""
    rest = rows.join(matched, on=ROW, how="anti")
    if rest.height > (1 - WHOLE) * rows.height:
        rest = rest.head(0)
    otherwise = rest.select(
        ROW, used_row=pl.lit(None, pl.UInt32), is_same=pl.lit(False),
    )  # fmt: skip
    return pl.concat([matched.select(otherwise.columns), otherwise])


def _filled(rows: pl.DataFrame) -> set[str]:
    """Columns, beside the type, in which a file has anything."""
    names = ("crime_id", "lsoa_code", "lsoa_name", "longitude")
    return {name for name in names if rows[name].null_count() < rows.height}
