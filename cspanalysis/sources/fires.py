"""Incidents attended by the fire and rescue service: fires, and what else the list holds."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.column_types import SHORTENED
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read
from cspanalysis.sources.word_rules import told

NAME = "fires"
TITLE = "Fires attended by the fire and rescue service"
DESCRIPTION = (
    "One row per incident, with its type, motive and what burned. `is_fire` says which count as "
    "fires: false alarms and special services do not, an incident of a type that nobody knows does."
)

SCHEMAS = (
    Schema(
        "incidents",
        "an incident list of the fire service",
        (
            Column(
                "incident_id",
                "Incident number",
                ("incident number", "incident no", "incident ref"),
                required=True,
                kind="identifier",
            ),
            Column(
                "date", "Day of the call", ("date of call", "call date"), "date", essential=True
            ),
            Column("time", "Time of the call", ("time of call", "call time"), "time"),
            Column(
                "district",
                "Local authority district",
                ("local authority", "borough", "borough name", "council"),
                required=True,
            ),
            Column(
                "incident_type",
                "Primary, secondary or chimney fire; or false alarm, special service",
                (
                    "type",
                    "type of incident",
                    "incident group",
                    "incident category",
                    "incident class",
                    "stop code description",
                    "stop code",
                ),
                "lower",
                essential=True,
            ),
            Column(
                "motive",
                "Whether it was set",
                ("cause", "accidental or deliberate"),
                "lower",
                required=True,
            ),
            Column(
                "property_type",
                "What burned",
                ("property", "property category"),
                "lower",
                required=True,
            ),
            Column("casualties", "People hurt or killed", ("casualty",), "integer"),
        ),
    ),
)

#: Words that tell what an incident was, in order: a false alarm of a fire names the fire too.
INCIDENTS: Mapping[str, str] = {
    "false alarm": r"false|unwanted|\b(afa|fam?|uwfs)\b|good intent|hoax|(automatic|fire) alarm"
    r"|alarm (call|activat|sound)|malicious call",
    "special service": r"special service|\bsscs?\b|\bss\b|non[- ]?fire|\bno(t a)? fire|fire safety",
    "fire": r"fires?\b|\bfdr ?[123]?\b|chimney|primary|secondary|late call|arson|\b[ad][dps]f\b",
    "special service by name": r"road traffic|\brtcs?\b|collision|flood|water|rescue|medical"
    r"|co-?respon|animal|assist|spill|leak|hazard|hazmat|stand-?by|extricat|entry|access|\blift"
    r"|mak(e|ing) safe|removal|suicide|bariatric",
}

#: Words that tell why a fire began. Who owned what was set on fire does not matter here.
MOTIVES: Mapping[str, str] = {
    "accidental": r"accident|no[nt][- ]?deliberate",
    "deliberate": r"deliberate|malicious|arson|wilful",
    "not known": r"not (known|stated|applicable|recorded)|unknown|undetermined|doubtful|^n/?a$"
    r"|^none$|investigation",
}

#: Words that tell what burned; anything else stays as it is written.
BURNED: Mapping[str, str] = {
    "other building": r"non[- ]?(residential|domestic|dwelling)|other residential|building|hotel"
    r"|hostel|care home|school|shop|factory|warehouse|public house|industrial|office|hospital"
    r"|\bgarages?\b|\bsheds?\b|car park",
    "dwelling": r"dwelling|\bhouses?\b|\bflats?\b|bungalow|maisonette|\bhmos?\b|domestic"
    r"|residential",
    "refuse": r"refuse|rubbish|\bbins?\b|wheelie|\bskips?\b|\bwaste\b|fly-?tip|litter",
    "road vehicle": r"vehicle|\bcars?\b|\bvans?\b|lorry|lorries|motor ?(cycle|bike)|\bbus(es)?\b"
    r"|\b[hl]gvs?\b|moped",
    "grass or trees": r"grass|\btrees?\b|scrub|woodland|\bwoods?\b|heath|crops?\b|hedge|vegetation"
    r"|forest|moorland|stubble",
}

DERIVED = {
    "fires": {
        "incident_class": "fire, false alarm or special service; missing where nobody can tell",
        "is_fire": "Whether it counts as a fire",
        "is_repeat": "Whether an earlier row has its number and day: a further appliance, say",
        "burned": "What burned, in few words: dwelling, other building, road vehicle, refuse, "
        "grass or trees, or as the list has it",
        "month": "YYYY-MM",
        "hour": "Hour of the call, 0 to 23",
    }
}

#: What makes two rows the same record.
RECORDS = {NAME: ("incident_id", "date")}


def read(part: Part, context: Context) -> Read:
    """Read one list: the schema's columns with those of DERIVED, file and row.

    A motive that is blank or unknown is missing, never 'accidental'. A number that comes again on
    the same day is one incident; on another day its rows count, and are noted. False alarms and
    special services are kept and noted; so is a type that nobody knows, which counts as a fire.
    """
    found = table.read(part, SCHEMAS, context, NAME)
    is_number = pl.col("incident_id").is_not_null() & ~pl.col("incident_id").str.contains(SHORTENED)
    frame = found.tables[NAME].with_columns(
        is_repeat=is_number & ~pl.struct(RECORDS[NAME]).is_first_distinct()
    )
    again = is_number & ~pl.col("incident_id").is_first_distinct()
    for rows, reason in (
        (frame.filter("is_repeat"), "a repeated incident number of one day: counted once"),
        (frame.filter(again & ~pl.col("is_repeat")), "a repeated incident number; rows are kept"),
    ):
        found.problems.add_rows(
            rows.select(ROW, pl.col("incident_id").alias("found")),
            "incident_id", "one row per incident", "noted", reason,
        )  # fmt: skip
    minutes = pl.col("time").cast(pl.Int64)
    frame = frame.with_columns(
        incident_class=told("incident_type", INCIDENTS).str.replace(" by name", ""),
        burned=pl.coalesce(told("property_type", BURNED), "property_type"),
        known=pl.when(~pl.col("motive").str.contains("?", literal=True)).then(
            told("motive", MOTIVES)
        ),
        month=pl.col("date").dt.strftime("%Y-%m"),
        hour=minutes // 60,
        file=pl.lit(part.label),
    ).with_columns(
        is_fire=(pl.col("incident_class").fill_null("fire") == "fire") & ~pl.col("is_repeat")
    )
    _note(frame, found)
    frame = frame.with_columns(motive="known")
    columns = [c.name for c in SCHEMAS[0].columns if c.name != "time"]
    return found.with_tables(fires=frame.select(*columns, *DERIVED["fires"], "file", ROW))


def _note(frame: pl.DataFrame, found: Read) -> None:
    """Notes what is no fire, and the labels that nobody knows."""
    for kind in ("false alarm", "special service"):
        rows = frame.filter(pl.col("incident_class") == kind)
        found.problems.add_rows(
            rows.select(ROW, pl.col("incident_type").alias("found")),
            "incident_type", "a fire", "noted", f"a {kind}: kept, and not counted as a fire",
        )  # fmt: skip
    unknown = frame.filter(pl.col("incident_class").is_null())
    found.problems.add_rows(
        unknown.select(ROW, pl.col("incident_type").alias("found")),
        "incident_type", "a kind of fire, a false alarm or a special service", "noted",
        "no known type of incident: counted as a fire. If it is none, say so in partnership.toml, "
        '[sources.fires.values.incident_type], as "the label" = "special service"',
    )  # fmt: skip
    unread = frame.filter(pl.col("known").is_null() & pl.col("motive").is_not_null())
    found.problems.add_rows(
        unread.select(ROW, pl.col("motive").alias("found")),
        "motive", ", ".join(MOTIVES), "noted", "not among the allowed values; left out",
    )  # fmt: skip
