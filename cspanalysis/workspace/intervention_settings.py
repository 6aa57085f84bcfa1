"""What the settings may say of actions whose effect is asked for: `[[interventions]]`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cspanalysis.domain import offences
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Period

KEYS = ("key", "name", "places", "start", "end", "measure", "comparison", "displacement")
_NEEDED = ("name", "places", "start", "measure")
_LISTS = ("places", "comparison", "displacement")
_EXAMPLE = (
    'name = "…", places = ["an LSOA or ward, by code or name, or a district"], start = "YYYY-MM", '
    'measure = "an offence or group", and if wanted end, comparison, displacement'
)


@dataclass(frozen=True)
class Intervention:
    """One action: where, from when until when, and what it was to change.

    Parameters
    ----------
    key : str
        For the finding's id.
    name : str
        How a reader names it.
    places : tuple of str
        LSOAs or wards by code or name, or a district.
    first : int
        Its first month, as `Period.first`.
    last : int or None
        Its last month; None: it goes on.
    measure : tuple of str
        Offences and groups that it was to change.
    comparison : tuple of str
        Places, or districts, to compare with; empty: the nearest by level and trend are chosen.
    ring : tuple of str or None
        Places to which crime might move; None: those that touch, where outlines are known.
    """

    key: str
    name: str
    places: tuple[str, ...]
    first: int
    last: int | None
    measure: tuple[str, ...]
    comparison: tuple[str, ...] = ()
    ring: tuple[str, ...] | None = None


def read(rows: Sequence[Mapping[str, Any]]) -> tuple[Intervention, ...]:
    """The actions of checked settings."""
    found = []
    for row in rows:
        measure = row["measure"]
        found.append(
            Intervention(
                key_of(row),
                row["name"].strip(),
                tuple(row["places"]),
                Period.parse(row["start"]).first,
                Period.parse(row["end"]).last if "end" in row else None,
                (measure,) if isinstance(measure, str) else tuple(measure),
                tuple(row.get("comparison", ())),
                tuple(row["displacement"]) if "displacement" in row else None,
            )
        )
    return tuple(found)


def key_of(row: Mapping[str, Any]) -> str:
    """The key of an action: its own, else its name in small letters."""
    return str(row.get("key") or re.sub(r"\W+", "_", row["name"].casefold()).strip("_"))


def check(rows: Sequence[Mapping[str, Any]], file: object) -> None:
    """Refuses actions that could not be evaluated as they stand."""
    keys = set()
    for number, row in enumerate(rows, 1):
        where = f"[[interventions]] number {number}"
        for name in _NEEDED:
            if not row.get(name):
                _refuse(f"{where} has no {name}", file, _EXAMPLE)
        for name in ("name", "start", "end", "key"):
            if name in row and not isinstance(row[name], str):
                _refuse(f"{name} = {row[name]!r} in {where}", file, f'text in quotes: {name} = "…"')
        for name in _LISTS:
            value = row.get(name, [])
            if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
                _refuse(f"{name} = {value!r} in {where}", file, f'a list: {name} = ["…", "…"]')
        for name in ("start", "end"):
            if name in row and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", row[name]):
                _refuse(f"{name} = {row[name]!r} in {where}", file, "a month: YYYY-MM")
        if "end" in row and row["end"] < row["start"]:
            _refuse(f"{where} ends in {row['end']}, before it starts", file, "an end after start")
        if both := set(row["places"]) & {*row.get("comparison", ()), *row.get("displacement", ())}:
            _refuse(
                f"'{min(both)}' is both a place of {where} and one it is compared with",
                file,
                "places left alone for comparison, places nearby for displacement",
            )
        measure = row["measure"]
        names = [measure] if isinstance(measure, str) else measure
        if not isinstance(names, list) or not all(isinstance(n, str) for n in names):
            _refuse(f"measure = {measure!r} in {where}", file, 'measure = "anti-social behaviour"')
        try:
            offences.members(measure if isinstance(measure, str) else tuple(measure),
                             offences.POLICE_UK)  # fmt: skip
        except UsageError as error:
            raise UsageError(paragraph(f"measure in {where}: {error}", file=file)) from None
        if not re.fullmatch(r"[a-z0-9_]+", key := key_of(row)):
            _refuse(f"key '{key}' of {where}", file, "small letters, digits and _")
        if key in keys:
            _refuse(
                f"two [[interventions]] have the key '{key}'", file, "a key of its own for each"
            )
        keys.add(key)


def _refuse(found: str, file: object, allowed: str) -> None:
    raise UsageError(paragraph(found, file=file, allowed=allowed))
