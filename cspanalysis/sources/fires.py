"""Incidents attended by the fire and rescue service: fires, and what else the list holds."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cspanalysis.sources.column_types import SHORTENED
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Derived, Source, by_reader, month_of
from cspanalysis.sources.table import Read
from cspanalysis.sources.word_rules import told

#: Words that tell what an incident was, in order: a false alarm of a fire names the fire too.
INCIDENTS: Mapping[str, str] = {
    "false alarm": r"false|unwanted|\b(afa|fam?|uwfs)\b|good intent|hoax|(automatic|fire) alarm"
    r"|alarm (call|activat|sound)|malicious call",
    "special service": r"special service|\bsscs?\b|\bss\b|non[- ]?fire|\bno(t a)? fire|fire safety"
    r"|stand-? ?by|fire (and rescue )?(service|station|authority)|fire engine|hydrant|\bcancel",
    "fire": r"fires?\b|\bfdr ?[123]?\b|chimney|primary|secondary|late call|arson|\b[ad][dps]f\b",
    "special service by name": r"road traffic|\brtcs?\b|collision|flood|water|rescue|medical"
    r"|co-?respon|animal|assist|spill|leak|hazard|hazmat|stand-?by|extricat|entry|access|\blift"
    r"|mak(e|ing) safe|removal|suicide|bariatric",
}

#: Words that tell why a fire began. Who owned what was set on fire does not matter here.
MOTIVES: Mapping[str, str] = {
    "deliberate by name": r"no[nt][- ]?accident",
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

_SAME = ("incident_id", "date")


def _check(found: Read) -> Read:
    """What the words tell, and what is not as it should be.

    A motive that is blank or unknown is missing, never 'accidental'. A number that comes again on
    the same day is one incident; on another day its rows count, and are noted. False alarms and
    special services are kept and noted; so is a type that nobody knows, which counts as a fire.
    """
    frame = found.frame
    is_number = pl.col("incident_id").is_not_null() & ~pl.col("incident_id").str.contains(SHORTENED)
    frame = frame.with_columns(is_repeat=is_number & ~pl.struct(_SAME).is_first_distinct())
    again = is_number & ~pl.col("incident_id").is_first_distinct() & ~pl.col("is_repeat")
    for rows, reason in (
        (frame.filter("is_repeat"), "a repeated incident number of one day: counted once"),
        (frame.filter(again), "a repeated incident number; rows are kept"),
    ):
        found.note(rows, "incident_id", "one row per incident", reason)
    if "motive" not in found.given:
        reason = "the file has no such column: of no fire is it known whether it was set"
        found.problems.add(1, "motive", "", "the column", "noted", reason)
    frame = frame.with_columns(
        incident_class=told("incident_type", INCIDENTS).str.replace(" by name", ""),
        known=pl.when(~pl.col("motive").str.contains("?", literal=True)).then(
            told("motive", MOTIVES).str.replace(" by name", "")
        ),
    )
    for kind in ("false alarm", "special service"):
        found.note(
            frame.filter(pl.col("incident_class") == kind), "incident_type", "a fire",
            f"a {kind}: kept, and not counted as a fire",
        )  # fmt: skip
    found.note(
        frame.filter(pl.col("incident_class").is_null()), "incident_type",
        "a kind of fire, a false alarm or a special service",
        "no known type of incident: counted as a fire. If it is none, say so in partnership.toml, "
        '[sources.fires.values.incident_type], as "the label" = "special service"',
    )  # fmt: skip
    found.note(
        frame.filter(pl.col("known").is_null() & pl.col("motive").is_not_null()), "motive",
        ", ".join(sorted({m.removesuffix(" by name") for m in MOTIVES})),
        "not among the allowed values; left out",
    )  # fmt: skip
    return found.with_frame(frame.with_columns(motive="known"))


SOURCE = Source(
    name="fires",
    title="Fires attended by the fire and rescue service",
    description="One row per incident, with its type, motive and what burned. `is_fire` says which "
    "count as fires: false alarms and special services do not, an incident of a type that nobody "
    "knows does.",
    supplier="the fire service's incident extract",
    schemas=(
        Schema("incidents", "an incident list of the fire service", (
            Column(
                "incident_id", "Incident number",
                ("incident number", "incident no", "incident ref"), "identifier", required=True,
            ),
            Column(
                "date", "Day of the call", ("date of call", "call date"), "date", essential=True
            ),
            Column(
                "time", "Time of the call", ("time of call", "call time"), "time",
                unlocks="hours of the day",
            ),
            Column(
                "district", "Local authority district",
                ("local authority", "borough", "borough name", "council"), required=True,
            ),
            Column(
                "incident_type",
                "Primary, secondary or chimney fire; or false alarm, special service",
                ("type", "type of incident", "incident group", "incident category",
                 "incident class", "stop code description", "stop code"),
                "lower", essential=True,
            ),
            Column(
                "motive", "Whether it was set", ("cause", "accidental or deliberate"), "lower",
                unlocks="deliberate and accidental fires apart",
            ),
            Column(
                "property_type", "What burned", ("property", "property category"), "lower",
                unlocks="what was set on fire: refuse, vehicles, buildings, grass",
            ),
            Column(
                "casualties", "People hurt or killed", ("casualty",), "integer",
                unlocks="people hurt or killed",
            ),
        )),
    ),
    derived={
        "fires": {
            **by_reader(
                incident_class="fire, false alarm or special service; missing where nobody can tell"
            ),
            "is_fire": Derived(
                "Whether it counts as a fire",
                (pl.col("incident_class").fill_null("fire") == "fire") & ~pl.col("is_repeat"),
            ),
            **by_reader(
                is_repeat="Whether an earlier row has its number and day: a further appliance, say"
            ),
            "burned": Derived(
                "What burned, in few words: dwelling, other building, road vehicle, refuse, grass "
                "or trees, or as the list has it",
                pl.coalesce(told("property_type", BURNED), "property_type"),
            ),
            "month": month_of("date", "YYYY-MM"),
            "hour": Derived("Hour of the call, 0 to 23", pl.col("time").cast(pl.Int64) // 60),
        }
    },
    hidden=("time",),
    records={"fires": _SAME},
    totals=("incident_id", "incident_type"),
    is_mapped=True,
    quiet_months=2,
    check=_check,
)  # fmt: skip
