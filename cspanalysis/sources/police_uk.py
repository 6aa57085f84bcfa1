"""Street-level crime and anti-social behaviour as published on data.police.uk.

Every row is an incident, also where two are alike: anti-social behaviour has no Crime ID and exact
duplicates are normal. Rows of one Crime ID that are alike in every column tell one crime again and
count once; those that differ are kept and noted. Rows without a location count for the force and
for no district. Crime IDs themselves are not kept after this check; `file` and `row` lead back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from cspanalysis.sources import csv_fast, overlap, street, street_coverage, table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_fast import PART
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Batching, Overlaps, Source, by_reader
from cspanalysis.sources.table import ROW, Context, Read

NAME = "police_uk"
#: Bytes of text read at a time; some three times as much is held in memory for it.
_BATCH = 24 * 1024**2

#: What is lost with a column that counting can do without: a merged file often keeps but a few.
SERVES = {
    "crime_id": "a crime that stands twice cannot be told",
    "longitude": "no point on the map",
    "latitude": "no point on the map",
    "place": "no place among the places with most crime",
    "lsoa_code": "districts are taken from the LSOA names",
    "lsoa_name": "districts are taken from the LSOA codes",
    "outcome": "no outcome",
}
_LSOA = ("lsoa_code", "lsoa_name")
_NO_LSOA = "the rows name no LSOA: they count for the force and for no district"

_MONTH = Column("month", "Month of the incident", kind="category", essential=True)
_FORCE = Column(
    "force", "Force that reported the incident", ("reported by",), "category", essential=True
)
_WITHIN = Column("falls_within", "Force area the incident falls within", kind="category")
_PLACE = Column("place", "Approximate place, 'On or near …'", ("location",), "verbatim")
_TYPE = Column(
    "offence", "Crime type, standard spelling", ("crime type",), "category", essential=True
)
_CONTEXT = Column("context", "Free text, mostly blank; not kept", kind="verbatim")
_STREET = Schema(
    "street",
    "a street-level file of data.police.uk",
    (
        Column(
            "crime_id", "Identifier, blank for anti-social behaviour; not kept", kind="verbatim"
        ),
        _MONTH,
        _FORCE,
        _WITHIN,
        Column("longitude", "Approximate longitude", kind="number", unit="degrees"),
        Column("latitude", "Approximate latitude", kind="number", unit="degrees"),
        _PLACE,
        Column(
            "lsoa_code",
            "Lower layer Super Output Area, 2011 or 2021",
            kind="category",
            pattern=r"lsoa ?(\d\d|20\d\d) ?(code|cd)",
            example="LSOA21CD",
        ),
        Column(
            "lsoa_name",
            "Its name: the district's and four signs",
            kind="category",
            pattern=r"lsoa ?(\d\d|20\d\d) ?(name|nm)",
            example="LSOA21NM",
        ),
        _TYPE,
        Column("outcome", "Last known outcome", ("last outcome category",), "category"),
        _CONTEXT,
    ),
)
_STREET_2010 = Schema(
    "street_2010",
    "a street-level file of 2010 to 2012",
    (
        Column("easting", "National Grid easting", kind="verbatim", required=True, unit="m"),
        Column("northing", "National Grid northing", kind="verbatim", required=True, unit="m"),
        *_STREET.columns,
    ),
)
_STREET_WITHIN = Schema(
    "street_within",
    "a street-level file that kept 'Falls within' and not 'Reported by'",
    tuple(
        replace(c, aliases=("falls within",)) if c is _FORCE else c
        for c in _STREET.columns
        if c is not _WITHIN
    ),
)
#: The older layout first: the newer one can do without what tells it apart.
_SCHEMAS = (_STREET_2010, _STREET, _STREET_WITHIN)

_NUMBERS = [c.name for c in _STREET.columns if c.kind == "number"]
_KINDS: dict[str, type[pl.DataType]] = {"category": pl.Categorical, "number": pl.Float64}
_TYPES = {c.name: _KINDS.get(c.kind, pl.String) for c in _STREET.columns}


def _read_one(part: Part, context: Context) -> Read:
    """`police_uk`, sorted by district, and `_counts`; rows without a location have no district."""
    found = _carefully(part, context)
    return found.with_tables(
        **_finished([found.tables[NAME].with_columns(_numbered(0))], [part], context)
    )


def _batches(parts: Sequence[Part]) -> list[list[Part]]:
    """Which files are read together: those of one month in one folder, up to some megabytes.

    What is told apart here does not depend on what else there is, so that a further month leaves
    the tables of the others as they are.
    """
    found: list[list[Part]] = []
    last, room = None, 0
    for part in parts:
        folder = part.label.removesuffix(part.name)
        key, size = (folder, part.name[:7]), part.size
        if size is None or key != last or size > room:
            found.append([])
            room = _BATCH
        found[-1].append(part)
        last, room = (key, room - size) if size is not None else (None, 0)
    return found


def _read_batch(
    parts: Sequence[Part], contexts: Sequence[Context]
) -> tuple[dict[str, pl.DataFrame], list[Read]]:
    """Some street files as common tables, and each one's account in their order."""
    frames, accounts = _read(parts, contexts)
    return _finished(frames, parts, contexts[0]), [accounts[number] for number in range(len(parts))]


def _identified(parts: Sequence[Part], contexts: Sequence[Context]) -> pl.DataFrame:
    """The rows of some files with what tells the crime: `overlap.COLUMNS`; read anew."""
    numbers = {part.label: number for number, part in enumerate(parts)}
    found = []
    for batch in _batches(parts):
        inside = [numbers[part.label] for part in batch]
        frames, _ = _read(batch, [contexts[number] for number in inside])
        for frame in frames:
            number = pl.col(PART).replace_strict(range(len(inside)), inside, return_dtype=pl.UInt16)
            names = (street.standard_types(frame), *street.trimmed(frame, "force"))
            found.append(frame.with_columns(number, *names).select(overlap.COLUMNS))
    return pl.concat(found)


def _without(rows: pl.DataFrame, needless: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The tables of some files without the rows that other files tell (file, row)."""
    file = rows["file"].cast(pl.String)
    kept = rows.with_columns(file=file).join(
        needless, on=["file", ROW], how="anti", maintain_order="left"
    )
    kept = kept.with_columns(pl.col("file").cast(pl.Categorical))
    return {NAME: kept, "_counts": street.counted(kept)}


def _read(
    parts: Sequence[Part], contexts: Sequence[Context]
) -> tuple[list[pl.DataFrame], dict[int, Read]]:
    """Typed rows with `part`, and each file's account by its number."""
    quick = _quickly(parts, contexts)
    frames, accounts = ([], {}) if quick is None else ([quick[0]], quick[1])
    for number, (part, context) in enumerate(zip(parts, contexts, strict=True)):
        if number not in accounts:
            found = _carefully(part, context)
            frames.append(found.tables[NAME].with_columns(_numbered(number)))
            accounts[number] = found.with_tables()
    return frames, accounts


def _joined(
    pieces: Mapping[str, Sequence[pl.DataFrame]], labels: Sequence[str]
) -> dict[str, pl.DataFrame]:
    """Common tables of files (`labels`, in order) read at different times, as if in one go."""
    number = pl.col("file").cast(pl.String).replace_strict(labels, range(len(labels)))
    found = {name: pl.concat(frames) for name, frames in pieces.items()}
    order = {NAME: ("district", number, ROW), "_counts": street.COUNTS_BY, "_problems": (number,)}
    return {
        name: frame.sort(*order[name], nulls_last=name == NAME, maintain_order=True)
        for name, frame in found.items()
        if frame.height or name != "_problems"
    }


def _finished(
    frames: Sequence[pl.DataFrame], parts: Sequence[Part], context: Context
) -> dict[str, pl.DataFrame]:
    rows, counts = street.finished(frames, parts, context.lsoas)
    return {NAME: rows, "_counts": counts}


def _numbered(number: int) -> pl.Expr:
    return pl.lit(number, pl.UInt16).alias(PART)


def _carefully(part: Part, context: Context) -> Read:
    """One file against the schemas, whatever is in it; columns it lacks are missing."""
    found = _with_months(table.read(part, _SCHEMAS, context, NAME), part.name)
    frame = found.tables[NAME]
    if "falls_within" not in frame.columns:
        frame = frame.with_columns(falls_within="force")
    _note_lacking(frame, found)
    repeats = street.repeats(frame)
    for repeat in repeats.iter_rows():
        street.note_repeat(found.problems, *repeat)
    same = repeats.filter("is_same")
    if same.height:
        frame = frame.join(same, on=ROW, how="anti", maintain_order="left")
    unknown = street.unknown_types(frame)
    if unknown:
        found.note(
            frame.filter(pl.col("offence").cast(pl.String).is_in(unknown)), "Crime type",
            "the crime types of the register",
            "no crime type of the register; kept under its own name", pl.col("offence"),
        )  # fmt: skip
    return replace(found, tables={NAME: frame}, rows_kept=frame.height)


def _note_lacking(frame: pl.DataFrame, found: Read) -> None:
    """Note the columns that a file lacks, and what that costs."""
    lacking = [name for name in SERVES if name not in found.given]
    if {*_LSOA} <= {*lacking}:
        lacking = [name for name in lacking if name not in _LSOA]
        found.note(frame, "LSOA code", "a column of LSOA codes or names", _NO_LSOA, pl.lit(""))
    for name in lacking:
        reason = f"the file has no such column: {SERVES[name]}"
        found.problems.add(1, name.replace("_", " "), "", "the column", "noted", reason)


def _quickly(
    parts: Sequence[Part], contexts: Sequence[Context]
) -> tuple[pl.DataFrame, dict[int, Read]] | None:
    """The files in which nothing is odd but repeated identifiers, and their accounts by number."""
    if any(context.settings or context.has_corrections for context in contexts):
        return None
    needed = set(_TYPES) - {"falls_within", "context"}

    def fits(header: list[str]) -> bool:
        # A file that lacks a column is read the careful way, which says what that costs.
        return needed <= set(_STREET.find(header))

    def types(header: list[str]) -> dict[str, type[pl.DataType]]:
        return {str(at): _TYPES[name] for name, at in _STREET.find(header).items()}

    # Text where a number belongs sends the files the careful way.
    text = csv_fast.read(parts, fits, types)
    if text is None:
        return None
    found = _STREET.find(text.header)
    given = [pl.col(str(at)).alias(name) for name, at in found.items()]
    lacking = [pl.lit(None, kind).alias(name) for name, kind in _TYPES.items() if name not in found]
    frame = text.frame.select(PART, ROW, *given, *lacking)
    odd = _odd_parts(frame)
    if odd:
        frame = frame.filter(~pl.col(PART).is_in(odd))
    # In two files of the batch an identifier is no repeat: it counts within its own.
    repeats = street.repeats(frame, within=[PART])
    same = repeats.filter("is_same")
    if same.height:
        frame = frame.join(same, on=[PART, ROW], how="anti", maintain_order="left")
    kept = dict(frame.group_by(PART).len().iter_rows())
    accounts = {
        number: Read({}, Problems(parts[number].label), rows, kept[number], _STREET.name)
        for number, rows in text.rows.items()
        if number not in odd
    }
    for number, *repeat in repeats.iter_rows():
        street.note_repeat(accounts[number].problems, *repeat)
    return frame, accounts


def _odd_parts(frame: pl.DataFrame) -> list[int]:
    """Numbers of the files in which a row lacks what it needs or holds what is not known."""
    needed = ("force", "month", "offence")
    months, types = street.no_months(frame), street.unknown_types(frame)
    has_blanks = any(frame[name].null_count() for name in needed)
    has_numbers = all(frame[name].is_finite().all() for name in _NUMBERS)
    if has_numbers and not (months or types or has_blanks):
        return []  # as good as always, and no row need be looked at
    is_odd = pl.any_horizontal(
        pl.col(needed).is_null(),
        pl.col("month").is_in(months),
        pl.col("offence").is_in(types),
        ~pl.col(_NUMBERS).is_finite(),
    )
    return frame.select(pl.col(PART).filter(is_odd).unique()).to_series().to_list()


def _combine(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """All counts in one table, `police_uk_counts`, sorted by district, and their `coverage`."""
    if "_counts" not in tables:
        return {}
    counts = tables["_counts"].sort("district", "month", "force", "offence", nulls_last=True)
    return {"police_uk_counts": counts, "coverage": street_coverage.assess(counts, NAME)}


def _with_months(found: Read, name: str) -> Read:
    """The rows whose month is one, also where a spreadsheet rewrote it; the others set aside."""
    frame = found.tables[NAME]
    bad = street.no_months(frame)
    if not bad:
        return found
    text = pl.col("month").cast(pl.String)
    read = {t: month for t in bad if (month := street.rewritten_month(t, name))}
    for shown, month in read.items():
        found.problems.add_rows(
            frame.filter(text == shown).select(ROW, pl.lit(shown).alias("found")),
            "month", "a month such as 2025-01", "corrected",
            f"read as {month}: written so by a spreadsheet",
        )  # fmt: skip
    months = text.replace(read).cast(pl.Categorical)
    return found.with_tables(**{NAME: frame.with_columns(month=months)}).keep(
        ~pl.col("month").cast(pl.String).is_in([t for t in bad if t not in read]),
        "month", pl.col("month"), "a month such as 2025-01", "not a month",
    )  # fmt: skip


SOURCE = Source(
    name=NAME,
    title="Street-level crime and anti-social behaviour, data.police.uk",
    description="One row per crime or incident of anti-social behaviour, by month and approximate "
    "place. There are no times of day and no sub-types.",
    supplier="the street-level files of data.police.uk",
    called="the open street-level data",
    is_plural=True,
    schemas=_SCHEMAS,
    derived={
        NAME: by_reader(
            district_code="District of today, by LSOA code through the lookup, else by LSOA name",
            district="Its name; missing for rows without a location",
            is_located="The row has an LSOA; rows without count for the force only",
        ),
        "police_uk_counts": by_reader(
            month="Month",
            force="Force that reported the incidents",
            district_code="District of today",
            district="Its name; missing for rows without a location",
            offence="Crime type",
            count="Incidents",
            without_lsoa="Of them, those without an LSOA",
        ),
        "coverage": by_reader(
            source=NAME,
            force="Force",
            month="Month",
            rows="Incidents, behaviour and crime together",
            crime="Crimes",
            asb="Incidents of anti-social behaviour",
            without_lsoa="Of the rows, those without an LSOA",
            without_district="Of the rows, those that belong to no district",
            status="ok, incomplete (crime far under the median, behaviour not), unlocated (hardly "
            "a row names an LSOA), missing",
            reason="Why it is not ok",
        ),
    },
    # There are thousands of them in an archive, and none is opened.
    strangers=("-outcomes.csv", "-stop-and-search.csv"),
    is_monthly=True,
    since="2010-12",
    by_lsoa=True,
    reader=_read_one,
    combine=_combine,
    batching=Batching(_batches, _read_batch, _joined),
    overlaps=Overlaps(_identified, _without),
)
