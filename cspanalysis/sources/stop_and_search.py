"""Stop and search, data.police.uk: one row per search of a person or a vehicle.

The files name no force and no small area: the force stands in the file's name alone, and a point,
where there is one, is that of the nearest place on the publisher's map. Some forces give no points.
"""

from __future__ import annotations

import re

import polars as pl

from cspanalysis.domain import areas
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.source import Source, by_reader
from cspanalysis.sources.table import ROW, Context, Read

NAME = "stop_and_search"

_SCHEMA = Schema(
    "searches",
    "a stop and search file of data.police.uk",
    (
        Column("type", "Search of a person, a vehicle or both", kind="lower", required=True),
        Column("searched", "When it took place", ("date",), "datetime", essential=True),
        Column("force", "Police force; by default that of the file's name",
               ("police force", "force name", "reported by")),
        Column("part_of_operation", "Part of a policing operation",
               ("part of a policing operation",), "verbatim"),
        Column("operation", "Name of the operation", ("policing operation",), "verbatim"),
        Column("latitude", "Approximate latitude", kind="number", unit="degrees"),
        Column("longitude", "Approximate longitude", kind="number", unit="degrees"),
        Column("gender", "Gender of the person", kind="lower"),
        Column("age_range", "Age of the person", ("age range",), "lower"),
        Column("self_defined_ethnicity", "Ethnicity as the person stated it, in the Census's words",
               ("self-defined ethnicity", "self defined ethnicity"), "lower"),
        Column("officer_defined_ethnicity", "Ethnicity as the officer saw it",
               ("officer-defined ethnicity", "officer defined ethnicity"), "lower"),
        Column("legislation", "Power that was used", kind="lower"),
        Column("object_of_search", "What was searched for", ("object of search",), "lower",
               required=True),
        Column("outcome", "What followed", kind="lower"),
        Column("is_linked", "The outcome is linked to what was searched for",
               ("outcome linked to object of search",), "boolean"),
        Column("is_intimate", "More than outer clothing was removed",
               ("removal of more than just outer clothing",), "boolean"),
    ),
)  # fmt: skip
_IN_NAME = re.compile(r"(?:^|/)20\d\d-\d\d-([a-z-]+)-stop-and-search\.csv$", re.IGNORECASE)
#: The wording of an outcome until 2020, where today's differs.
_OUTCOMES = {
    "nothing found - no further action": "a no further action disposal",
    "local resolution": "community resolution",
    "suspect arrested": "arrest",
    "suspect summonsed to court": "summons / charged by post",
    "offender given drugs possession warning": "khat or cannabis warning",
    "offender cautioned": "caution (simple or conditional)",
    "offender given penalty notice": "penalty notice for disorder",
}


def _read(part: Part, context: Context) -> Read:
    found = table.read(part, (_SCHEMA,), context, NAME)
    frame = found.frame
    # 0 and 0 is how some programs write that there is no point.
    is_point = pl.col("latitude").is_between(49, 56.5) & pl.col("longitude").is_between(-8, 3)
    frame = frame.with_columns(
        force=_force(part, frame["force"]),
        month=pl.col("searched").dt.strftime("%Y-%m"),
        outcome=pl.col("outcome").replace(_OUTCOMES),
        latitude=pl.when(is_point).then("latitude"),
        longitude=pl.when(is_point).then("longitude"),
        file=pl.lit(part.label),
    )
    own = [c.name for c in _SCHEMA.columns if c.name not in (*HIDDEN, "force")]
    return found.with_frame(frame.select("force", "month", *own, "file", ROW))


#: Hardly any force fills them.
HIDDEN = ("part_of_operation", "operation")


def _force(part: Part, stated: pl.Series) -> pl.Series:
    """The force of each row: what the file or the settings state, else that of the file's name."""
    named = _IN_NAME.search(part.name)
    if named is None and (stated.null_count() or not stated.len()):
        raise DataRefused(
            paragraph(
                "nothing says of which police force these searches are: the rows do not name it",
                file=part.label, allowed="a name such as 2024-04-kent-stop-and-search.csv",
                do="Give the file the name that it had in the archive, or name the force in "
                'partnership.toml: [sources.stop_and_search.constants] force = "Kent".',
            )
        )  # fmt: skip
    labels = stated.fill_null(named[1].replace("-", " ") if named else "")
    register = {label: areas.force_name(label) or label for label in labels.unique()}
    return labels.replace_strict(register, return_dtype=pl.String)


SOURCE = Source(
    name=NAME,
    title="Stop and search, data.police.uk",
    description="One row per search of a person or a vehicle. The force is that of the file's "
    "name. There is no small area, and for some forces no point. The archive of data.police.uk may "
    "lie here as it is: its other files are passed over.",
    supplier="the stop and search files of data.police.uk",
    is_plural=True,
    schemas=(_SCHEMA,),
    derived={
        NAME: by_reader(
            month="Month of the search",
        )
    },
    hidden=HIDDEN,
    records={NAME: ()},
    strangers=("-street.csv", "-outcomes.csv"),
    dated="searched",
    is_monthly=True,
    since="2014-12",
    reader=_read,
)
