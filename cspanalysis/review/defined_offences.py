"""Offences that no taxonomy has and the settings define: night-time violence, purse dipping.

Findings, targets and the audit count them here. What no record tells is not known to be 0.
"""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review.review import Review
from cspanalysis.review.series import Series
from cspanalysis.stats import night, thefts
from cspanalysis.stats.night import NightTime
from cspanalysis.stats.thefts import PurseDipping

NTE, PURSES = "night-time economy violence", "purse dipping"

#: What street-level files lack for them.
NO_TIME, NO_METHOD = "hold no time of day", "do not say how a theft was done"

#: So many labels of premises a sentence names.
MOST_LABELS = 6


def night_violence(review: Review, definition: NightTime, *periods: Period) -> Series:
    """The offences among which night-time economy violence is, classified (`night.classify`).

    Raises
    ------
    NotAvailable
        If the records do not say when, or in what kind of place, something happened.
    """
    records = review.series(definition.offences, *periods, each=True, lacks=NO_TIME)
    rows = night.classify(records.rows, definition)
    if len(rows) and not rows["has_time"].any():
        raise NotAvailable("police_extract", "the records hold no time of day")
    if definition.premises:
        records.of(rows).knowing("premises", "the records do not say in what kind of place")
    if rows["has_strange_premises"].any() and not rows["is_night_time"].any():
        raise NotAvailable(
            (),
            "the definition asks for places of the kind "
            f"{' or '.join(definition.premises)}, and the records name places in "
            f"words that are not known: {strange(rows)}. What they mean can be said in "
            "the settings",
        )
    # Parts of offences are no offence of the taxonomy.
    return records.of(rows, selection="")


def at_night(violence: Series, definition: NightTime) -> Series:
    """Night-time economy violence among the classified offences."""
    rows = violence.rows[violence.rows["is_night_time"]]
    return violence.of(rows, NTE, definition=definition.definition)


def strange(classified: pd.DataFrame) -> str:
    """The labels of premises that are not known, with the records that would else count."""
    found = classified.loc[classified["has_strange_premises"], "premises"].value_counts()
    named = [f"'{present.shorten(label, 60)}' ({n:,})" for label, n in found.items()]
    return present.listed(named, MOST_LABELS, "further labels")


def purse_dipping(
    review: Review, definition: PurseDipping, *periods: Period
) -> tuple[Series, Series]:
    """Purse dipping by the first and by the second definition.

    Raises
    ------
    NotAvailable
        If the records do not say how a theft was done.
    """
    wanted = dict.fromkeys((*definition.offences, *definition.second_offences))
    found = review.series(list(wanted), *periods, each=True, lacks=NO_METHOD)
    found.knowing("method", "the records do not say how a theft was done")
    dipping = found.of(
        thefts.purse_dipping(found.rows, definition),
        PURSES,
        definition=definition.definition,
        selection="theft from the person",
        notes=(),
        scheme="",
    )
    return dipping, dipping.of(thefts.second(found.rows, definition))
