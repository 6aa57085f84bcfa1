"""Road collisions in which somebody was hurt, and the casualties (STATS19)."""

from __future__ import annotations

import functools
from importlib import resources

import polars as pl

from cspanalysis.domain import areas
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader, once
from cspanalysis.sources.table import ROW, Context, Read

_SEVERITY = {"1": "fatal", "2": "serious", "3": "slight"}
_ID = Column(
    "collision_id", "Identifier of the collision",
    ("collision index", "accident index"), "identifier", essential=True,
)  # fmt: skip
_DATE = Column("date", "Day", kind="date", essential=True, written="dd/mm/yyyy")
_TIME = Column("time", "Time of day", kind="time")
_COLLISION = (
    Column(
        "severity", "Of the worst injury", ("collision severity", "accident severity"),
        required=True, allowed=_SEVERITY,
    ),
    Column("vehicles", "Vehicles involved", ("number of vehicles",), "integer"),
    Column("casualties", "People hurt", ("number of casualties",), "integer", required=True),
    Column("longitude", "Longitude", kind="number", unit="degrees"),
    Column("latitude", "Latitude", kind="number", unit="degrees"),
    Column("speed_limit", "Speed limit", ("speed limit",), "integer", unit="mph"),
)  # fmt: skip

_SCHEMAS = (
    Schema(
        "stats19",
        "collision records of 2016 and later, with district codes of the ONS",
        (
            _ID, _DATE, _TIME,
            Column(
                "ons_code", "District, ONS code",
                ("local authority ons district",), required=True,
            ),
            Column("old_code", "District, code of STATS19", ("local authority district",)),
            *_COLLISION,
        ),
    ),
    Schema(
        "collisions_2005",
        "collision records of 2005 to 2015 (32 columns)",
        (
            _ID, _DATE, _TIME,
            Column(
                "old_code", "District, code of STATS19",
                ("local authority district",), required=True,
            ),
            *_COLLISION,
        ),
    ),
    Schema(
        "casualties",
        "casualty records",
        (
            _ID,
            Column("casualty", "Number within the collision", ("casualty reference",), "integer"),
            Column(
                "severity", "Of the injury", ("casualty severity",), required=True,
                allowed=_SEVERITY,
            ),
            Column("age", "Age; -1 is not known", ("age of casualty",), "integer", unit="years"),
            Column(
                "age_band", "Age band 1 to 11", ("age band of casualty",), "integer", required=True
            ),
            Column(
                "sex", "Sex", ("sex of casualty",),
                allowed={"1": "male", "2": "female", "3": "not known", "-1": "not known",
                         "9": "not known"},
            ),
            Column(
                "role", "Driver or rider, passenger, pedestrian", ("casualty class",),
                allowed={"1": "driver or rider", "2": "passenger", "3": "pedestrian"},
            ),
        ),
    ),
    Schema(
        "vehicles",
        "vehicle records",
        (
            _ID,
            Column("vehicle", "Number within the collision", ("vehicle reference",), "integer",
                   required=True),
            Column("vehicle_type", "Type, code of STATS19", ("vehicle type",), required=True),
        ),
    ),
    Schema(
        "list",
        "a list of road collisions of the police or the highway authority",
        (
            Column(
                "collision_id", "Reference of the collision",
                ("collision reference", "collision ref", "accident reference", "accident ref",
                 "accident number", "collision number", "crash reference", "reference"),
                "identifier", essential=True, seen_as=("accident no", "collision no", "crash ref"),
            ),
            Column(
                "date", "Day", ("collision date", "accident date", "date of collision",
                                "date of accident"), "date", essential=True,
            ),
            Column("time", "Time of day", ("collision time", "accident time"), "time",
                   unlocks="hours of the day"),
            Column(
                "district", "Local authority district", ("local authority", "borough", "council"),
                required=True, seen_as=("la", "lad", "district name"),
            ),
            Column(
                "severity", "Of the worst injury",
                ("collision severity", "accident severity", "severity of accident"), required=True,
                allowed=_SEVERITY, seen_as=("worst injury", "injury severity"),
            ),
            Column("vehicles", "Vehicles involved", ("number of vehicles", "no of vehicles"),
                   "integer"),
            Column(
                "casualties", "People hurt",
                ("number of casualties", "no of casualties", "total casualties"), "integer",
                required=True,
            ),
            Column("longitude", "Longitude", kind="number", unit="degrees",
                   unlocks="where collisions happened; with `latitude`"),
            Column("latitude", "Latitude", kind="number", unit="degrees",
                   unlocks="where collisions happened; with `longitude`"),
            Column("speed_limit", "Speed limit", ("speed limit",), "integer", unit="mph",
                   unlocks="collisions by speed limit"),
        ),
    ),
)  # fmt: skip

ADULT = 18
#: Bands 1 to 3 end at 15 and band 5 begins at 21; band 4 (16 to 20) does not say.
_CHILD_BANDS, _UNDECIDED_BAND = (1, 2, 3), 4


def _read(part: Part, context: Context) -> Read:
    """Collisions, casualties or vehicles, as the header says."""
    found = table.read(part, _SCHEMAS, context, "stats19").without_totals("collision_id")
    told = {"vehicles": ["vehicle", "vehicle_type"], "casualties": ["severity", "age_band"]}
    if found.schema in told:
        found = found.keep(
            pl.any_horizontal(pl.col(told[found.schema]).is_not_null()),
            told[found.schema][0], pl.col("collision_id"), "a record of a collision",
            "nothing said of a collision: a note, not a record",
        )  # fmt: skip
    frame = found.tables["stats19"].with_columns(file=pl.lit(part.label))
    if found.schema == "vehicles":
        return found.with_tables(stats19_vehicles=frame)
    if found.schema == "casualties":
        return found.with_tables(stats19_casualties=_with_age(frame, found))
    found = _once(found.with_frame(frame))
    frame = found.frame
    if found.schema == "list":
        frame = _with_codes(frame)
    if "ons_code" not in frame.columns:
        frame = frame.with_columns(ons_code=pl.lit(None, pl.String))
    frame = _with_district(frame, found).with_columns(
        month=pl.col("date").dt.strftime("%Y-%m"), hour=pl.col("time").cast(pl.Int64) // 60
    )
    return found.with_tables(
        stats19=frame.select(
            "collision_id", "date", "month", "hour", "severity", "vehicles", "casualties",
            "longitude", "latitude", "speed_limit", "district_code", "district", "file", ROW,
        )
    )  # fmt: skip


def _once(found: Read) -> Read:
    """Each collision once, with its worst injury: a list may have a row per person or vehicle."""
    worst = pl.col("severity").replace_strict(
        {severity: code for code, severity in _SEVERITY.items()}, default=None
    )
    first = found.frame.sort(worst, ROW, nulls_last=True)
    found = once(found.with_frame(first), "collision_id", "date", "collision")
    return found.with_frame(found.frame.sort(ROW))


def _with_codes(frame: pl.DataFrame) -> pl.DataFrame:
    """The code of a district that a partner's list names."""
    codes = {name: code for code, name in areas.district_names().values()}
    named = pl.col("district").replace_strict(codes, default=None, return_dtype=pl.String)
    return frame.with_columns(ons_code=named, old_code=pl.col("district")).drop("district")


def _with_age(frame: pl.DataFrame, found: Read) -> pl.DataFrame:
    age = pl.when(pl.col("age") >= 0).then(pl.col("age").cast(pl.Int64))
    band = pl.col("age_band").cast(pl.Int64)
    by_band = pl.when(band.is_in(_CHILD_BANDS)).then(True).when(band > _UNDECIDED_BAND).then(False)
    frame = frame.with_columns(age=age, age_band=pl.when(band > 0).then(band))
    frame = frame.with_columns(is_under_18=pl.coalesce(age < ADULT, by_band))
    unknown = frame.filter(pl.col("is_under_18").is_null())
    found.note(unknown, "age", "an age in years", "not known whether under 18", pl.col("age_band"))
    return frame.select(
        "collision_id", "casualty", "severity", "age", "age_band", "is_under_18", "sex", "role",
        "file", ROW,
    )  # fmt: skip


def _with_district(frame: pl.DataFrame, found: Read) -> pl.DataFrame:
    """District by the code of the ONS, else by the old code of STATS19."""
    old, todays = _codes()
    own = [one.split(" ", 1) for one in found.names.get("district_code", ())]
    if own:
        more = [{"code": code, "district_code": code, "district": name} for code, name in own]
        todays = pl.concat([todays, pl.DataFrame(more)]).unique("code", maintain_order=True)
    frame = (
        frame.join(todays, left_on="ons_code", right_on="code", how="left")
        .join(old, left_on="old_code", right_on="code", how="left", suffix="_old")
        .with_columns(
            district_code=pl.coalesce("district_code", "district_code_old"),
            district=pl.coalesce("district", "district_old"),
        )
    )
    # Scotland's districts are in the files and no concern of ours.
    is_elsewhere = pl.col("ons_code").fill_null("").str.starts_with("S")
    unknown = frame.filter(pl.col("district").is_null() & ~is_elsewhere)
    found.note(
        unknown, "district", "a district of England or Wales",
        "no known district; the collision counts for none", pl.coalesce("ons_code", "old_code"),
    )  # fmt: skip
    return frame


@functools.cache
def _codes() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Old code and today's ONS code of districts, each with district_code and district."""
    path = resources.files("cspanalysis.domain.reference").joinpath("stats19_districts.csv")
    with path.open(encoding="utf-8") as stream:
        text = "".join(line for line in stream if not line.startswith("#"))
    old = pl.read_csv(text.encode(), infer_schema=False)
    names = dict(areas.district_names().values())
    todays = pl.DataFrame(
        {"code": [*names], "district_code": [*names], "district": [*names.values()]}
    )
    return old, todays


SOURCE = Source(
    name="stats19",
    title="Road safety data: collisions and casualties (STATS19)",
    description="`stats19`: one row per collision with injury that the police know of. "
    "`stats19_casualties`: one row per person hurt. `stats19_vehicles`: one row per vehicle.",
    supplier="the road safety data (STATS19) of the Department for Transport",
    called="the road safety data",
    is_plural=True,
    schemas=_SCHEMAS,
    derived={
        "stats19": by_reader(
            month="YYYY-MM",
            hour="Hour of the day, 0 to 23",
            district_code="District of today, ONS code",
            district="Its name; a merged district keeps its old name",
        ),
        "stats19_casualties": by_reader(
            is_under_18="Younger than 18; missing where the age is not known"
        ),
    },
    records=dict.fromkeys(("stats19", "stats19_casualties", "stats19_vehicles"), ("collision_id",)),
    is_mapped=True,
    mapped=("list",),
    quiet_months=2,
    reader=_read,
)
