"""Which source tells which offences apart, and why one that does not cannot count a selection."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from cspanalysis import present
from cspanalysis.domain import offences
from cspanalysis.domain.errors import UsageError
from cspanalysis.store.tables import Store

#: So many labels in no group a note names.
MOST_LABELS = 6


def unable(store: Store, selection: str | Iterable[str]) -> dict[str, str]:
    """Which sources cannot count a selection, whatever months they cover, each with why.

    Of a category that no record of an extract bears, nobody knows whether it was in the file; it is
    not said that none was recorded.
    """
    found = indistinct(selection)
    if not store.has("police_extract") or offences.is_all(selection):
        return found
    name = present.listed(offences.names_of(selection))
    try:
        _, chosen = members(selection, "police_extract")
    except UsageError:
        return found | {"police_extract": f"the police extract does not tell {name}"}
    held = _labels(store)
    if not held & set(chosen):
        text = f"no record of the police extract bears a label of {name}"
        strange = held - set(offences.kinds(offences.NOTIFIABLE))
        if strange:
            text += ", and some bear labels that are in no group: " + present.listed(
                [f"'{present.shorten(label, 60)}'" for label in sorted(strange)],
                MOST_LABELS, "further labels",
            )  # fmt: skip
        return found | {"police_extract": text}
    return found


@functools.lru_cache(maxsize=8)
def _labels(store: Store) -> frozenset[str]:
    """Every offence of the extract, of whatever area and month."""
    return frozenset(store.load("police_extract", columns=["offence"])["offence"].dropna())


def members(selection: str | Iterable[str], source: str) -> tuple[str, tuple[str, ...]]:
    """Scheme of a source, and the offences of a selection in it."""
    scheme = offences.POLICE_UK if source == "police_uk" else offences.NOTIFIABLE
    return scheme, offences.members(selection, scheme)


def indistinct(selection: str | Iterable[str]) -> dict[str, str]:
    """Why the street-level files cannot count a selection, as `source_of` takes it; else empty."""
    try:
        offences.members(selection, offences.POLICE_UK)
    except UsageError:
        offences.members(selection, offences.NOTIFIABLE)  # a wrong name stays a usage error
        return in_open_data("do not tell this offence apart")
    return {}


def in_open_data(lacks: str) -> dict[str, str]:
    """What the street-level files lack ('hold no time of day'), as `source_of` takes it."""
    return {"police_uk": f"the street-level files {lacks}"} if lacks else {}
