"""Kinds of places: what a force's own labels of premises mean."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from cspanalysis.domain import reference

_PARTS = re.compile(r"[/,;|()\[\]&+]|\s[-–—]\s|\bor\b|\band\b")
#: Words that say nothing of the kind.
_PLAIN = re.compile(r"\b(the|a|an|in|on|at|other|type|premises type)\b")


def kind(label: str) -> str:
    """The kind of place that a label means, '' where it is not known or means several.

    `label`: 'Street', 'Pub / Club', 'Public place - street'; case and signs do not matter.
    """
    known = _known()
    if (found := known.get(_key(label))) is not None:
        return found
    parts = [part for part in _PARTS.split(str(label).lower()) if _key(part)]
    kinds = {known.get(_key(part)) or known.get(_key(_PLAIN.sub(" ", part)), "") for part in parts}
    return kinds.pop() if len(kinds) == 1 else ""


def unknown(labels: Iterable[str], own: Iterable[str] = ()) -> list[str]:
    """The labels of no known kind, but for those that the settings speak of."""
    asked = {_key(label) for label in own}
    return [label for label in labels if not kind(label) and _key(label) not in asked]


def is_one_of(label: str, wanted: Iterable[str]) -> bool:
    """Whether a place is one of the kinds or labels that a definition names."""
    names = {_key(name) for name in wanted}
    return _key(label) in names or (bool(kind(label)) and _key(kind(label)) in names)


def _key(label: str) -> str:
    plain = re.sub(r"['’]", "", str(label).lower())
    words = re.sub(r"[^a-z0-9]+", " ", plain).split()
    return " ".join(words)


@functools.cache
def _known() -> dict[str, str]:
    found = {}
    for row in reference.rows("premises"):
        for label in row["labels"].split("|"):
            for name in (label, f"{label}s", f"{label} premises"):
                found.setdefault(_key(name), row["kind"])
    return found | {row["kind"]: row["kind"] for row in reference.rows("premises")}
