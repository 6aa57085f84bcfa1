"""Offence taxonomy: standard names, older spellings, and the groups an assessment speaks of.

Two schemes are known: `notifiable`, the recorded-crime categories of partners' extracts, and
`police_uk`, the crime types of data.police.uk. A group such as 'burglary' or 'violent crime' has
members in each; the list lies in `reference/offences.csv`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rapidfuzz import process

from cspanalysis import reference
from cspanalysis.errors import UsageError, paragraph

if TYPE_CHECKING:
    import pandas as pd

NOTIFIABLE, POLICE_UK = "notifiable", "police_uk"


@functools.cache
def taxonomy() -> pd.DataFrame:
    """The taxonomy, one row per offence of a scheme.

    Returns
    -------
    pandas.DataFrame
        Columns scheme, offence, aliases (tuple of text), groups (tuple of text).
    """
    import pandas as pd

    table = pd.DataFrame(reference.rows("offences"))
    table["aliases"] = [tuple(filter(None, a.split("|"))) for a in table["aliases"]]
    table["groups"] = [tuple(g.split(";")) for g in table["groups"]]
    return table


@functools.cache
def names(scheme: str) -> dict[str, str]:
    """Every known spelling of a scheme, lower case, to its standard name."""
    rows = [row for row in reference.rows("offences") if row["scheme"] == scheme]
    known = {
        alias.lower(): row["offence"]
        for row in rows
        for alias in filter(None, row["aliases"].split("|"))
    }
    return known | {row["offence"]: row["offence"] for row in rows}


def standard(label: str, scheme: str = NOTIFIABLE) -> str | None:
    """The standard name of an offence label, or None if the scheme does not know it."""
    return names(scheme).get(" ".join(str(label).lower().split()))


@functools.cache
def groups(scheme: str) -> dict[str, tuple[str, ...]]:
    """Group → its member offences in a scheme; each offence is also a group of its own."""
    rows = taxonomy()[taxonomy()["scheme"] == scheme]
    found: dict[str, list[str]] = {}
    for row in rows.itertuples():
        for group in row.groups:
            found.setdefault(group, []).append(row.offence)
    for offence in rows["offence"]:
        found.setdefault(offence, [offence])
    return {group: tuple(dict.fromkeys(members)) for group, members in found.items()}


def members(selection: str | Iterable[str], scheme: str = NOTIFIABLE) -> tuple[str, ...]:
    """Offences that a group name, an offence name or a list of either stands for.

    Raises
    ------
    UsageError
        If the scheme knows no such offence or group; the nearest names are suggested.
    """
    known = groups(scheme)
    found: list[str] = []
    for name in [selection] if isinstance(selection, str) else selection:
        key = " ".join(name.lower().split())
        if key not in known:
            key = standard(key, scheme) or key
        if key not in known:
            near = [match for match, *_ in process.extract(key, list(known), limit=3)]
            raise UsageError(
                paragraph(
                    f"'{name}' is no offence or group of the scheme '{scheme}'",
                    do=f"Did you mean {' or '.join(repr(n) for n in near)}?",
                )
            )
        found.extend(known[key])
    return tuple(dict.fromkeys(found))
