"""What becomes of street-level rows: their months, crime types, identifiers and districts."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import polars as pl

from cspanalysis.domain import areas, offences
from cspanalysis.domain.periods import MONTHS
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_fast import PART
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.problems import Problems

COLUMNS = (
    "month", "force", "falls_within", "longitude", "latitude", "place", "lsoa_code", "lsoa_name",
    "district_code", "district", "offence", "outcome", "is_located", "file", ROW,
)  # fmt: skip
COUNTED = ("month", "force", "district_code", "district", "offence")
#: The order of a table of counts.
COUNTS_BY = (*COUNTED, "file")
_LSOA = ["lsoa_code", "lsoa_name"]
_LSOA_NAME = pl.col("lsoa_name").is_not_null()
IS_LOCATED = pl.col("lsoa_code").is_not_null() | _LSOA_NAME
_YEAR, _CLOCK = r"(?P<year>20\d\d)", r"(?: 00:00(?::00)?)?"
#: What programs write where there is no Crime ID.
_NO_IDENTIFIER = ("nan", "none", "null", "na", "n/a", "-", "0", "unknown", "missing")
HAS_IDENTIFIER = pl.col("crime_id").str.strip_chars().str.to_lowercase().is_in(
    _NO_IDENTIFIER
).not_() & (pl.col("offence").cast(pl.String).str.to_lowercase() != "anti-social behaviour")
SAME_AGAIN = "repeats a row above in every column, Crime ID included: one crime, counted once"
#: Ways of writing a month that leave no doubt.
_MONTH_ALONE = (
    rf"(?P<word>{'|'.join(MONTHS)})[a-z]*[-/ ](?P<year>(?:20)?\d\d)",
    rf"{_YEAR}[-/ .]?(?P<month>1[0-2]|0?[1-9])",
    rf"(?P<month>1[0-2]|0?[1-9])[-/ .]{_YEAR}",
    rf"{_YEAR}-(?P<month>1[0-2]|0[1-9])-01{_CLOCK}",
)
_DAY = rf"(\d\d?)[-/.](\d\d?)[-/.](20\d\d){_CLOCK}"


def finished(
    frames: Sequence[pl.DataFrame], parts: Sequence[Part], lsoas: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The final rows, sorted by district, and their counts.

    Of typed rows with `part`, the number of their file, in the order of files and rows.
    """
    columns = [c for c in frames[0].columns if c in {PART, *COLUMNS}]
    frame = pl.concat([f.select(columns) for f in frames])
    if len(frames) > 1:
        frame = frame.sort(PART, ROW)
    labels = pl.Series("file", [part.label for part in parts], pl.Categorical)
    found = districts(frame, lsoas)
    keys = [c for c in _LSOA if c in found.columns]
    at = frame.select(keys).join(
        found.select(keys).with_row_index("at"),
        on=keys, how="left", nulls_equal=True, maintain_order="left",
    )["at"]  # fmt: skip
    # One stable sort of small numbers, and each column is laid anew but once.
    ranks = found["district_order"].gather(at).fill_null(found.height + 1).shrink_dtype()
    order = np.argsort(ranks.to_numpy(), kind="stable")
    frame = frame.with_columns(
        labels.gather(frame[PART]), standard_types(frame), *trimmed(frame, "force", "falls_within")
    )[order]
    frame = frame.with_columns(
        *(found[name].gather(at[order]) for name in ("district_code", "district")),
        is_located=IS_LOCATED,
    ).select(COLUMNS)
    return frame, counted(frame)


def counted(frame: pl.DataFrame) -> pl.DataFrame:
    """The counts of finished rows: COUNTED, count, without_lsoa, file."""
    counts = frame.group_by(*COUNTS_BY).agg(
        count=pl.len().cast(pl.Int64), without_lsoa=(~pl.col("is_located")).sum().cast(pl.Int64)
    )
    counts = counts.with_columns(pl.col(COUNTS_BY).cast(pl.String))
    return counts.select(*COUNTED, "count", "without_lsoa", "file").sort(*COUNTS_BY)


def no_months(frame: pl.DataFrame) -> list[str]:
    """What stands in a table's column of months and is none."""
    months = frame["month"].unique().cast(pl.String).drop_nulls()
    return months.filter(~months.str.contains(r"^(19|20)\d{2}-(0[1-9]|1[0-2])$")).to_list()


def rewritten_month(text: str, name: str) -> str | None:
    """The month that a spreadsheet made something else of; None where it is not certain.

    A spreadsheet takes 2025-01 for a day, the first of the month, and shows Jan-25 or 01/01/2025.
    Day and month are told apart by the name of the file, without one the day comes first.
    """
    for pattern in _MONTH_ALONE:
        if found := re.fullmatch(pattern, text.strip(), re.IGNORECASE):
            parts = found.groupdict()
            month = MONTHS.index(parts["word"].lower()) + 1 if "word" in parts else parts["month"]
            return f"{int(parts['year']) % 100 + 2000}-{int(month):02d}"
    if not (found := re.fullmatch(_DAY, text.strip())):
        return None
    first, second, year = map(int, found.groups())
    days = [(first, second), (second, first)]
    months = [f"{year}-{month:02d}" for day, month in days if day == 1 and month <= 12]
    stated = name[:7] if re.match(r"\d{4}-\d\d-", name) else None
    if stated:
        return stated if stated in months else None
    return months[0] if first == 1 else None


def types(frame: pl.DataFrame) -> dict[str, str | None]:
    """Crime types of a table and their names in the register; None for what is not in it."""
    types = frame["offence"].unique().cast(pl.String).drop_nulls().to_list()
    return {t: offences.standard(t, offences.POLICE_UK) for t in types}


def unknown_types(frame: pl.DataFrame) -> list[str]:
    """Crime types of a table that the register does not know."""
    return [t for t, name in types(frame).items() if name is None]


def standard_types(frame: pl.DataFrame) -> pl.Expr:
    """Crime types under the register's names; others under their own, in lower case."""
    names = types(frame)
    standard = [name or " ".join(t.lower().split()) for t, name in names.items()]
    return pl.col("offence").replace_strict([*names], standard, return_dtype=pl.Categorical)


def trimmed(frame: pl.DataFrame, *columns: str) -> list[pl.Expr]:
    """The columns whose names have blanks to spare, without them: 'Kent Police ' is no other."""
    found = []
    for column in columns:
        names = frame[column].unique().cast(pl.String).drop_nulls().to_list()
        plain = [" ".join(name.split()) for name in names]
        if plain != names:
            new = pl.col(column).replace_strict(names, plain, return_dtype=pl.Categorical)
            found.append(new)
    return found


def repeats(frame: pl.DataFrame, within: Sequence[str] = ()) -> pl.DataFrame:
    """Rows whose identifier an earlier one has, of those that are alike in `within`.

    Anti-social behaviour has no identifier, and what a program wrote in its place is none: two
    such rows that are alike may be two incidents. `is_same` where a row is alike to an earlier one
    in every column, so that it tells the same crime again.
    """
    # Sorted numbers show what stands twice sooner than a table of texts does; few do.
    is_there, hashes = frame["crime_id"].is_not_null(), frame["crime_id"].hash()
    ordered = hashes.filter(is_there).sort()
    again = ordered.filter(ordered == ordered.shift())
    several = frame.filter(is_there & hashes.is_in(again.implode()))
    where = [*within, ROW]
    several = several.filter(HAS_IDENTIFIER).with_columns(pl.col(pl.Categorical).cast(pl.String))
    content = [c for c in several.columns if c not in {PART, ROW}]
    marked = several.with_columns(
        is_first=pl.struct(*within, "crime_id").is_first_distinct(),
        is_same=~pl.struct(*within, *content).is_first_distinct(),
    )
    return marked.filter(~pl.col("is_first")).select(*where, "crime_id", "is_same")


def note_repeat(problems: Problems, row: int, identifier: str, is_same: bool) -> None:
    """Note a repeated identifier of a file, or that its row is set aside."""
    action, reason = (
        ("set aside", SAME_AGAIN)
        if is_same
        else ("noted", "a repeated Crime ID; rows of it that differ are all kept")
    )
    problems.add(row, "Crime ID", identifier, "one row per crime", action, reason)


def districts(frame: pl.DataFrame, lsoas: pl.DataFrame | None) -> pl.DataFrame:
    """The districts of the LSOAs of some rows: by code through the lookup, else by name.

    If neither, by code through the register. The district is text (of a category's limits the
    store cannot tell which row groups it needs), district_order the rank of its name; lsoa_name is
    there where the code alone does not tell the district.
    """
    # Few LSOAs, many rows: each is looked up once. A row's district depends on that row alone, so
    # names count only where the lookup has no such code.
    if lsoas is None:
        columns = ("lsoa_code", "district_code", "district")
        lsoas = pl.DataFrame(schema=dict.fromkeys(columns, pl.Categorical))
    codes = frame["lsoa_code"].drop_nulls().unique()
    found = lsoas.join(codes.to_frame(), on="lsoa_code", how="semi")
    has_names_alone = frame.select((_LSOA_NAME & pl.col("lsoa_code").is_null()).any()).item()
    if found.height < len(codes) or has_names_alone:
        pairs = frame.select(_LSOA).filter(IS_LOCATED).unique(maintain_order=True)
        others = _without_lookup(pairs.join(found, on="lsoa_code", how="anti"))
        found = pl.concat([pairs.join(found, on="lsoa_code").select(others.columns), others])
        # One name per code, as good as always, and the names need not be compared.
        if not has_names_alone and found["lsoa_code"].is_unique().all():
            found = found.drop("lsoa_name")
    return found.with_columns(
        pl.col("district").cast(pl.String),
        district_order=pl.col("district").cast(pl.String).rank("dense"),
    )


def _without_lookup(pairs: pl.DataFrame) -> pl.DataFrame:
    """By name, which is the district's and four signs: 'Tonbridge and Malling 005A'; else by code.

    The register of LSOAs has today's districts, so that codes alone do as well.
    """
    by_name = areas.district_names()
    found = []
    for code, name in pairs.select(pl.col(_LSOA).cast(pl.String)).iter_rows():
        district = (name or "").strip().rpartition(" ")[0]
        known = by_name.get(district, (None, district or None))
        found.append(known if district else areas.district_of(code or ""))
    schema = dict.fromkeys(("district_code", "district"), pl.String)
    named = pl.DataFrame(found, schema=schema, orient="row").cast(pl.Categorical)
    return pairs.hstack(named)
