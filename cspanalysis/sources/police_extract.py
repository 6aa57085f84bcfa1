"""A partner's record-level extract of recorded crime.

The partner's own headings and codes are mapped in partnership.toml; without a map the names below
or their aliases must be there. Offences take the names of the taxonomy.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cspanalysis.domain import offences, premises
from cspanalysis.sources import column_types, table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.problems import GROUPED, Problems
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

NAME = "police_extract"
TITLE = "Recorded crime, record-level extract of the police force"
DESCRIPTION = (
    "One row per recorded crime, with its times, place and the force's flags; or one per victim or "
    "offender of it, of which one counts as the crime."
)

SCHEMAS = (
    Schema(
        "extract",
        "a record-level extract of recorded crime",
        (
            Column(
                "incident_id",
                "Crime reference",
                ("crime reference", "crime ref", "crime number", "reference"),
                essential=True,
                kind="identifier",
            ),
            Column(
                "offence",
                "Offence, name of the taxonomy",
                ("offence type", "crime type", "offence description"),
                "lower",
                essential=True,
            ),
            Column(
                "recorded",
                "Day the crime was recorded; periods are counted by it",
                ("recorded date", "date recorded"),
                "date",
                essential=True,
            ),
            Column(
                "start",
                "Earliest time it can have happened",
                ("from", "from date", "committed from", "date from"),
                "datetime",
            ),
            Column(
                "start_time",
                "Its time, where that is a column of its own",
                ("from time", "time from"),
                "time",
            ),
            Column(
                "end",
                "Latest time it can have happened",
                ("to", "to date", "committed to", "date to"),
                "datetime",
            ),
            Column(
                "end_time",
                "Its time, where that is a column of its own",
                ("to time", "time to"),
                "time",
            ),
            Column(
                "district",
                "Local authority district",
                ("local authority", "lad name"),
                essential=True,
            ),
            Column("place", "Street or named place", ("street", "location")),
            Column("town", "Town or village", ("town village",)),
            Column(
                "premises",
                "Kind of place: dwelling, public place, licensed premises, shop, …",
                ("premises type", "location type"),
                "lower",
            ),
            Column(
                "is_domestic",
                "Domestic abuse",
                ("domestic", "domestic abuse", "dv flag"),
                "boolean",
            ),
            Column("is_hate", "Hate crime", ("hate", "hate crime"), "boolean"),
            Column("is_town_centre", "Within a town centre", ("town centre",), "boolean"),
            Column("method", "Modus operandi, free text", ("mo", "modus operandi", "mo text")),
            Column("property_stolen", "Property stolen", ("stolen",)),
            Column("property_damaged", "Property damaged", ("damaged",)),
            Column(
                "in_custody",
                "A suspect was taken into custody",
                ("custody", "is custody"),
                "boolean",
            ),
            Column("is_detected", "Detected (cleared up)", ("detected", "cleared up"), "boolean"),
            Column(
                "is_no_crime", "Later found to be no crime", ("no crime", "no crimed"), "boolean"
            ),
            Column("victim_id", "Pseudonym of the victim", ("victim", "victim reference")),
            Column("victim_age", "Age of the victim", (), "integer", unit="years"),
            Column(
                "victim_sex",
                "Sex of the victim",
                ("victim gender",),
                allowed={"f": "female", "m": "male", "female": "female", "male": "male"},
            ),
            Column(
                "offender_age",
                "Age of the offender where known",
                ("suspect age",),
                "integer",
                unit="years",
            ),
        ),
    ),
)


DERIVED = {
    "police_extract": {
        "has_time": "The time of day of `start` is known; `start` and `end` hold date and time",
        "has_end_time": "The time of day of `end` is known",
        "is_crime": "The row counts as the crime; further rows of the same reference and year "
        "(other victims, other offenders) do not, and are there for questions on people",
    }
}

#: What becomes of rows with a label that the taxonomy does not know.
NO_GROUP = (
    "with an offence label that is in no group, counted in recorded crime and in no kind of it "
    "(docs/offence_labels.md lists the labels that are known)"
)

#: What becomes of rows with a label of premises that means no known kind.
NO_PLACE = (
    "with a label of premises that means no known kind of place (public place, licensed premises, "
    "dwelling, shop, vehicle, other building)"
)

#: What makes two rows the same record.
RECORDS = {NAME: ("incident_id", "recorded")}


def read(part: Part, context: Context) -> Read:
    """Read one extract.

    Returns
    -------
    Read
        `police_extract`: the schema's columns with start and end as times, has_time and
        has_end_time (their time of day is known), is_crime (one row of each crime reference),
        file and row. A crime whose end lies before its start keeps both and is noted.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    frame = found.tables[NAME]
    names = _offences(frame, found.problems)
    _name_premises(frame, found.problems, context.names.get("premises", ()))
    frame = frame.with_columns(
        pl.col("offence").replace(names),
        _with_time("start"),
        _with_time("end"),
        has_time=(pl.col("start_has_time") | pl.col("start_time").is_not_null()).fill_null(False)
        & pl.col("start").is_not_null(),
        has_end_time=(pl.col("end_has_time") | pl.col("end_time").is_not_null()).fill_null(False)
        & pl.col("end").is_not_null(),
        file=pl.lit(part.label),
    ).drop("start_time", "end_time", "start_has_time", "end_has_time")
    # Without its time the end is the whole of its day, which does not end before a start on it.
    last = pl.when("has_end_time").then("end").otherwise(pl.col("end").dt.offset_by("1d"))
    backwards = frame.filter((last < pl.col("start")).fill_null(False))
    found.problems.add_rows(
        backwards.select(ROW, pl.col("end").cast(pl.String).alias("found")),
        "end", "a time not before the start", "noted", "ends before it starts; both are kept",
    )  # fmt: skip
    frame = _with_crimes(frame, found.problems)
    derived = [*DERIVED[NAME]]
    columns = [c for c in frame.columns if c not in ("file", ROW, *derived)]
    at = columns.index("end") + 1
    return found.with_tables(
        police_extract=frame.select(*columns[:at], *derived, *columns[at:], "file", ROW)
    )


def _with_crimes(frame: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """Mark the one row of each crime that counts as it.

    The crime reference is the crime, within a year, since numbers begin anew. Of its rows that of
    the earliest day counts, and of one day one that bears a flag. What is no reference (without a
    digit, or shortened by a spreadsheet) makes no two rows the same crime.
    """
    key = pl.col("incident_id").str.to_lowercase().str.replace_all(r"\s+", "")
    is_reference = key.str.contains("[1-9]") & ~key.str.contains(f"(?i){column_types.SHORTENED}")
    keyed = frame.select(
        ROW, "incident_id", "recorded", "offence",
        flags=pl.sum_horizontal(pl.col("is_domestic", "is_hate").cast(pl.Int8).fill_null(0)),
        crime=pl.when(is_reference).then(
            pl.concat_str(key, pl.col("recorded").dt.year().cast(pl.String), separator=" ")
        ),
        key=pl.when(is_reference).then(key),
    )  # fmt: skip
    several = keyed.filter(pl.col("crime").is_not_null() & (pl.len().over("crime") > 1))
    if several.is_empty():
        return frame.with_columns(is_crime=pl.lit(True))
    ordered = several.sort("recorded", -pl.col("flags"), ROW)
    counted = ordered.unique("crime", keep="first", maintain_order=True)
    further = several.join(counted.select(ROW), on=ROW, how="anti").sort(ROW)
    problems.add_rows(
        further.select(ROW, pl.col("incident_id").alias("found")),
        "incident_id", "a row for each crime", "noted",
        "a further row of a crime; it counts once, and the row is kept for questions on people",
    )  # fmt: skip
    problems.notices.append(_told(problems.file, keyed, several, counted.height, further.height))
    return frame.with_columns(is_crime=~pl.col(ROW).is_in(further[ROW].implode()))


def _told(file: str, keyed: pl.DataFrame, several: pl.DataFrame, crimes: int, further: int) -> str:
    """How rows of one crime reference were counted, in a sentence."""
    rows = keyed.height
    text = (
        f"{file}: {rows:,} rows tell of {rows - further:,} crimes. {crimes:,} crime "
        f"{'reference stands' if crimes == 1 else 'references stand'} in several rows, such as one "
        "for each victim or offender, and count once; the further rows are kept for questions on "
        "people"
    )
    alike = several.group_by("crime").agg(pl.col("offence", "recorded").n_unique())
    for column, what in (("offence", "the offence"), ("recorded", "the day recorded")):
        if differ := alike.filter(pl.col(column) > 1).height:
            text += (
                f"; in {differ:,} of them {what} differs, and the row of the earliest day counts"
            )
    years = keyed.drop_nulls("key").group_by("key").agg(pl.col("crime").n_unique())
    if again := years.filter(pl.col("crime") > 1).height:
        text += f"; {again:,} came in more than one year and count once in each"
    return text


def _offences(frame: pl.DataFrame, problems: Problems) -> dict[str, str]:
    """The standard names of the labels; labels of no group are named."""
    written = dict(frame["offence"].drop_nulls().value_counts().iter_rows())
    names = offences.standards(written)
    unknown = frame.filter(~pl.col("offence").is_in(list(names)))
    problems.add_rows(
        unknown.select(ROW, pl.col("offence").alias("found")),
        "offence", "the offences of docs/offence_labels.md", "noted",
        "no offence of the taxonomy; kept under its own name and in no group",
    )  # fmt: skip
    left = [(label, offences.near(label), n) for label, n in written.items() if label not in names]
    problems.name("offence", left, NO_GROUP)
    kinds_of = offences.kinds(offences.NOTIFIABLE)
    grouped = [(t, kinds_of[o], written[t]) for t, o in names.items() if kinds_of[o] != o]
    problems.name("offence", grouped, GROUPED)
    return names


def _name_premises(frame: pl.DataFrame, problems: Problems, own: Sequence[str]) -> None:
    """Name the labels of premises that mean no known kind of place."""
    written = dict(frame["premises"].drop_nulls().value_counts().iter_rows())
    strange = premises.unknown(written, own)
    problems.add_rows(
        frame.filter(pl.col("premises").is_in(strange)).select(
            ROW, pl.col("premises").alias("found")
        ),
        "premises", "a known kind of place, or one of the settings", "noted",
        "no known kind of place; kept under its own name",
    )  # fmt: skip
    problems.name("premises", [(label, "", written[label]) for label in strange], NO_PLACE)


def _with_time(column: str) -> pl.Expr:
    minutes = pl.col(f"{column}_time")
    separate = pl.col(column).dt.truncate("1d") + pl.duration(minutes=minutes)
    return pl.when(minutes.is_not_null()).then(separate).otherwise(pl.col(column)).alias(column)
