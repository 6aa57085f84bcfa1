"""A partner's record-level extract of recorded crime.

The partner's own headings and codes are mapped in partnership.toml; without a map the names below
or their aliases must be there. Offences take the names of the taxonomy.
"""

from __future__ import annotations

import polars as pl

from cspanalysis.domain import offences, premises
from cspanalysis.sources import column_types
from cspanalysis.sources.problems import GROUPED, Problems
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Derived, Source
from cspanalysis.sources.table import ROW, Read

#: What becomes of rows with a label that the taxonomy does not know.
NO_GROUP = (
    "with an offence label that is in no group, counted in recorded crime and in no kind of it "
    "(docs/offence_labels.md lists the labels that are known)"
)

#: What a force writes of a record that is no crime, or none of its own, any more.
NO_CRIME = (
    r"\bno[- ]?crime|\bnot (a )?crime|\bcancel|\btransfer(red)? (to|out)"
    r"|\b(created|recorded) in error|\bduplicate|\bvoid|\breject|\bdeclassif|\bremoved\b"
    r"|\bdeleted\b|\bnon[- ]?recordable|^n/?c$"
)

#: Offence labels of incidents that no count of recorded crime holds.
NON_CRIME = r"\bnon[- ]?(crime|notifiable)\b|\bcrime[- ]related incident"

#: What becomes of rows with a label of premises that means no known kind.
NO_PLACE = (
    "with a label of premises that means no known kind of place (public place, licensed premises, "
    "dwelling, shop, vehicle, other building)"
)


#: Metres of the national grid between which England and Wales lie.
_EAST, _NORTH = (80_000, 660_000), (5_000, 660_000)

#: What only numbers the rows of a list; so many that come again show that it begins anew.
_LIST_NUMBER, _RESTARTS = r"^\d{1,4}$", 5


def _check(found: Read) -> Read:
    """Labels under the taxonomy's names; times put together; one row of each crime marked.

    A crime whose end lies before its start keeps both and is noted.
    """
    found = _without_no_crimes(found)
    frame = found.frame
    names = _offences(frame, found)
    _name_premises(frame, found)
    frame = frame.with_columns(
        pl.col("offence").replace(names),
        _with_time("start"), _with_time("end"),
        has_time=_has_time("start"), has_end_time=_has_time("end"),
    )  # fmt: skip
    # Without its time the end is the whole of its day, which does not end before a start on it.
    last = pl.when("has_end_time").then("end").otherwise(pl.col("end").dt.offset_by("1d"))
    found.note(
        frame.filter((last < pl.col("start")).fill_null(False)), "end",
        "a time not before the start", "ends before it starts; both are kept",
        pl.col("end").cast(pl.String),
    )  # fmt: skip
    frame = _with_points(frame, found)
    return found.with_frame(_with_crimes(frame, found.problems))


def _with_points(frame: pl.DataFrame, found: Read) -> pl.DataFrame:
    """Points of the national grid within England and Wales; others are left out and noted."""
    is_good = pl.col("easting").is_between(*_EAST) & pl.col("northing").is_between(*_NORTH)
    has_any = pl.any_horizontal(pl.col("easting", "northing").is_not_null())
    found.note(
        frame.filter(has_any & ~is_good.fill_null(False)), "easting",
        "metres of the national grid, easting and northing, within England and Wales",
        "no point of the grid within England and Wales: left out, the crime is kept",
        pl.format("{}, {}", pl.col("easting").cast(pl.String).fill_null("none"),
                  pl.col("northing").cast(pl.String).fill_null("none")),
    )  # fmt: skip
    return frame.with_columns(
        pl.when(is_good).then(pl.col(c)).alias(c) for c in ("easting", "northing")
    )


def _without_no_crimes(found: Read) -> Read:
    """Set aside what the force recorded and cancelled, gave away or never held for a crime."""
    allowed = "a recorded crime"
    found = found.keep(
        ~pl.col("is_no_crime").fill_null(False), "is_no_crime", pl.lit("yes"), allowed,
        "later found to be no crime",
    )  # fmt: skip
    for column, pattern, reason in (
        ("status", NO_CRIME, "cancelled, given to another force or found to be no crime"),
        ("offence", NON_CRIME, "an incident that is not recorded as a crime"),
    ):
        told = pl.col(column).fill_null("").str.to_lowercase().str.contains(pattern)
        found = found.keep(~told, column, pl.col(column), allowed, reason)
    return found


def _with_crimes(frame: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """Mark the one row of each crime that counts as it.

    The crime reference is the crime, within a year, since numbers begin anew. Of its rows that of
    the earliest day counts, and of one day one that bears a flag. What is no reference (without a
    digit, or shortened by a spreadsheet) makes no two rows the same crime.
    """
    key = pl.col("incident_id")
    is_reference = key.str.contains("[1-9]") & ~key.str.contains(f"(?i){column_types.SHORTENED}")
    day = pl.col("recorded")
    begins = "%Y-%m" if _begins_monthly(frame) else "%Y"
    keyed = frame.select(
        ROW, "incident_id", "recorded", "offence", "district",
        flags=pl.sum_horizontal(pl.col("is_domestic", "is_hate").cast(pl.Int8).fill_null(0)),
        crime=pl.when(is_reference).then(
            pl.concat_str(key, day.dt.strftime(begins), separator=" ")
        ),
        key=pl.when(is_reference).then(key),
    )  # fmt: skip
    if begins != "%Y":
        problems.notices.append(
            f"{problems.file}: its crime references are short numbers that come again in most "
            "months, as where each month's list is numbered by itself: of each month one reference "
            "is one crime. If that is not so, ask the force for its own crime references"
        )
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


def _begins_monthly(frame: pl.DataFrame) -> bool:
    """Whether references are but the numbers of lists, each month's beginning anew.

    Rows of one crime, one for each victim, are recorded on one day or near it.
    """
    of_number = frame.filter(pl.col("incident_id").str.contains(_LIST_NUMBER))
    if 2 * of_number.height < frame.height:
        return False
    spread = (
        of_number.group_by("incident_id", pl.col("recorded").dt.year())
        .agg(pl.len(), months=pl.col("recorded").dt.month().n_unique())
        .filter(pl.col("len") > 1)
    )
    return spread.height >= _RESTARTS and 2 * spread.filter(pl.col("months") > 1).height > (
        spread.height
    )


def _told(file: str, keyed: pl.DataFrame, several: pl.DataFrame, crimes: int, further: int) -> str:
    """How rows of one crime reference were counted, in a sentence."""
    rows = keyed.height
    text = (
        f"{file}: {rows:,} rows tell of {rows - further:,} crimes. {crimes:,} crime "
        f"{'reference stands' if crimes == 1 else 'references stand'} in several rows, such as one "
        "for each victim or offender, and count once; the further rows are kept for questions on "
        "people"
    )
    alike = several.group_by("crime").agg(pl.col("offence", "recorded", "district").n_unique())
    for column, what in (
        ("offence", "the offence"),
        ("recorded", "the day recorded"),
        ("district", "the district"),
    ):
        if differ := alike.filter(pl.col(column) > 1).height:
            text += (
                f"; in {differ:,} of them {what} differs, and the row of the earliest day counts"
            )
    years = keyed.drop_nulls("key").group_by("key").agg(pl.col("crime").n_unique())
    if again := years.filter(pl.col("crime") > 1).height:
        text += f"; {again:,} came in more than one year and count once in each"
    return text


def _offences(frame: pl.DataFrame, found: Read) -> dict[str, str]:
    """The standard names of the labels; labels of no group are named."""
    written = dict(frame["offence"].drop_nulls().value_counts().iter_rows())
    names = offences.standards(written)
    found.note(
        frame.filter(~pl.col("offence").is_in(list(names))), "offence",
        "the offences of docs/offence_labels.md",
        "no offence of the taxonomy; kept under its own name and in no group",
    )  # fmt: skip
    left = [(label, offences.near(label), n) for label, n in written.items() if label not in names]
    found.problems.name("offence", left, NO_GROUP)
    kinds_of = offences.kinds(offences.NOTIFIABLE)
    grouped = [(t, kinds_of[o], written[t]) for t, o in names.items() if kinds_of[o] != o]
    found.problems.name("offence", grouped, GROUPED)
    return names


def _name_premises(frame: pl.DataFrame, found: Read) -> None:
    """Name the labels of premises that mean no known kind of place."""
    written = dict(frame["premises"].drop_nulls().value_counts().iter_rows())
    strange = premises.unknown(written, found.names.get("premises", ()))
    found.note(
        frame.filter(pl.col("premises").is_in(strange)), "premises",
        "a known kind of place, or one of the settings",
        "no known kind of place; kept under its own name",
    )  # fmt: skip
    found.problems.name("premises", [(label, "", written[label]) for label in strange], NO_PLACE)


def _with_time(column: str) -> pl.Expr:
    minutes = pl.col(f"{column}_time")
    separate = pl.col(column).dt.truncate("1d") + pl.duration(minutes=minutes)
    return pl.when(minutes.is_not_null()).then(separate).otherwise(pl.col(column)).alias(column)


def _has_time(column: str) -> pl.Expr:
    has_any = pl.col(f"{column}_has_time") | pl.col(f"{column}_time").is_not_null()
    return has_any.fill_null(False) & pl.col(column).is_not_null()


SOURCE = Source(
    name="police_extract",
    title="Recorded crime, record-level extract of the police force",
    description="One row per recorded crime, with its times, place and the force's flags; or one "
    "per victim or offender of it, of which one counts as the crime.",
    supplier="a record-level extract from the police force",
    called="the police extract",
    schemas=(
        Schema("extract", "a record-level extract of recorded crime", (
            Column(
                "incident_id", "Crime reference",
                ("crime reference", "crime ref", "crime number", "reference"), "identifier",
                essential=True,
                seen_as=("crime no", "crime ref no", "crime reference number", "cris no", "urn",
                         "occurrence number", "occurrence no", "incident number", "offence ref"),
            ),
            Column(
                "offence", "Offence, name of the taxonomy",
                ("offence type", "crime type", "offence description"), "lower", essential=True,
                seen_as=("ho description", "offence title", "home office class",
                         "classification", "offence class", "crime classification",
                         "offence sub group"),
            ),
            Column(
                "recorded", "Day the crime was recorded; periods are counted by it",
                ("recorded date", "date recorded"), "date", essential=True,
                seen_as=("date crime recorded", "recorded on", "created date", "date created"),
            ),
            Column(
                "start", "Earliest time it can have happened",
                ("from", "from date", "committed from", "date from"), "datetime",
                seen_as=("committed from date", "committed on from", "offence from date",
                         "first committed", "first committed on", "earliest date",
                         "occurred from", "start date", "offence date", "offence start date",
                         "date committed from", "date committed", "committed date",
                         "committed on", "date occurred", "occurred date", "date of offence"),
                unlocks="days of the week, hours and the night-time economy",
            ),
            Column(
                "start_time", "Its time, where that is a column of its own",
                ("from time", "time from"), "time",
                seen_as=("committed from time", "first committed time", "earliest time",
                         "occurred from time", "start time", "offence time", "offence start time",
                         "time committed", "committed time", "time occurred", "time of offence"),
                unlocks="hours, where the time is not in the same column as the day",
            ),
            Column(
                "end", "Latest time it can have happened",
                ("to", "to date", "committed to", "date to"), "datetime",
                seen_as=("committed to date", "committed on to", "offence to date",
                         "last committed", "last committed on", "latest date", "occurred to",
                         "end date", "offence end date", "date committed to"),
                unlocks="hours of crimes found later, spread over the time in which they can have "
                "happened",
            ),
            Column(
                "end_time", "Its time, where that is a column of its own", ("to time", "time to"),
                "time",
                seen_as=("committed to time", "last committed time", "latest time",
                         "occurred to time", "end time", "offence end time"),
                unlocks="hours of crimes found later, where the time is not in the same column as "
                "the day",
            ),
            Column(
                "district", "Local authority district", ("local authority", "lad name"),
                essential=True, seen_as=("borough", "council", "council area", "la", "lad", "csp"),
            ),
            Column(
                "place", "Street or named place", ("street", "location"),
                seen_as=("road", "street name", "address", "road name"),
                unlocks="the streets and places with most crimes",
            ),
            Column(
                "easting", "Metres east on the national grid",
                ("x coordinate", "grid easting", "osgb easting", "easting m"), "number",
                unit="metres", seen_as=("x", "x coord", "coord x", "grid ref easting",
                                        "gr easting"),
                unlocks="whether crimes follow one another within some hundred metres; with "
                "`northing`, to the metre",
            ),
            Column(
                "northing", "Metres north on the national grid",
                ("y coordinate", "grid northing", "osgb northing", "northing m"), "number",
                unit="metres", seen_as=("y", "y coord", "coord y", "grid ref northing",
                                        "gr northing"),
                unlocks="how far crimes lie apart, with `easting`",
            ),
            Column(
                "town", "Town or village", ("town village",),
                seen_as=("settlement", "locality"),
                unlocks="towns and villages side by side",
            ),
            Column(
                "premises", "Kind of place: dwelling, public place, licensed premises, shop, …",
                ("premises type", "location type"), "lower",
                seen_as=("place type", "location category", "venue type", "premises description"),
                unlocks="violence by kind of place, licensed premises, the night-time economy",
            ),
            Column(
                "is_domestic", "Domestic abuse", ("domestic", "domestic abuse", "dv flag"),
                "boolean",
                seen_as=("dv", "da", "domestic violence", "domestic abuse flag", "da marker",
                         "da flag", "domestic flag"),
                unlocks="domestic abuse, and violence in the night-time economy without it",
            ),
            Column(
                "is_hate", "Hate crime", ("hate", "hate crime"), "boolean",
                seen_as=("hate flag", "hate crime flag", "hate marker"), unlocks="hate crime",
            ),
            Column(
                "is_town_centre", "Within a town centre", ("town centre",), "boolean",
                seen_as=("town centre flag",), unlocks="crime in the town centres",
            ),
            Column(
                "method", "Modus operandi, free text", ("mo", "modus operandi", "mo text"),
                seen_as=("mo description", "mo summary", "crime summary"),
                unlocks="purse dipping and other methods told by their words",
            ),
            Column(
                "property_stolen", "Property stolen", ("stolen",),
                seen_as=("stolen property", "items stolen"), unlocks="what is stolen",
            ),
            Column("property_damaged", "Property damaged", ("damaged",), unlocks="what is damaged"),
            Column(
                "in_custody", "A suspect was taken into custody", ("custody", "is custody"),
                "boolean", seen_as=("arrested",),
                unlocks="in how many cases a suspect was taken into custody",
            ),
            Column(
                "is_detected", "Detected (cleared up)", ("detected", "cleared up"), "boolean",
                seen_as=("detected flag", "sanction detection"),
                unlocks="the share of crimes detected",
            ),
            Column(
                "is_no_crime", "Later found to be no crime", ("no crime", "no crimed"), "boolean",
                seen_as=("no crimed flag", "cancelled"),
                unlocks="crimes later found to be none, which are then left out",
            ),
            Column(
                "status", "State of the record, such as 'no crime' or 'cancelled'",
                ("crime status", "record status"), "lower",
                seen_as=("status of crime", "crime record status", "recording status"),
                unlocks="crimes later found to be none, where the record's state is given in words",
            ),
            Column(
                "victim_id", "Pseudonym of the victim", ("victim", "victim reference"),
                seen_as=("victim ref", "victim urn", "ip ref"),
                unlocks="people who were victims more than once",
            ),
            Column(
                "victim_age", "Age of the victim", kind="integer", unit="years",
                seen_as=("age of victim", "ip age"), unlocks="victims by age",
            ),
            Column(
                "victim_sex", "Sex of the victim", ("victim gender",),
                allowed={"f": "female", "m": "male", "female": "female", "male": "male"},
                seen_as=("sex of victim", "ip sex", "ip gender"), unlocks="victims by sex",
            ),
            Column(
                "offender_id", "Pseudonym of the offender or suspect where known",
                ("offender reference", "suspect reference"),
                seen_as=("offender ref", "suspect ref", "offender urn", "suspect urn",
                         "suspect id"),
                unlocks="people who were suspected more than once",
            ),
            Column(
                "offender_age", "Age of the offender where known", ("suspect age",), "integer",
                unit="years", seen_as=("age of offender",),
                unlocks="how young known offenders are",
            ),
        )),
    ),
    derived={
        "police_extract": {
            "has_time": Derived(
                "The time of day of `start` is known; `start` and `end` hold date and time",
                after="end",
            ),
            "has_end_time": Derived("The time of day of `end` is known", after="end"),
            "is_crime": Derived(
                "The row counts as the crime; further rows of the same reference and year (other "
                "victims, other offenders) do not, and are there for questions on people",
                after="end",
            ),
        }
    },
    hidden=("start_time", "end_time", "is_no_crime", "status"),
    totals=("incident_id", "offence"),
    records={"police_extract": ("incident_id", "recorded")},
    is_mapped=True,
    dated="recorded",
    quiet_months=0,
    check=_check,
)  # fmt: skip
