"""The names that can be asked for: `a.names.offences`, `.tables`, `.groups`, `.places`, …"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from cspanalysis.domain import areas as register
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.workspace import notebook_files

if TYPE_CHECKING:
    from cspanalysis.review.review import Review

#: Shown of a long list.
_MOST, _FEW = 60, 12
#: A list so short is shown whole, whatever a name may have meant.
_SHORT = 25


class UnknownName(UsageError, AttributeError, KeyError):
    """A name that is not there; the message says which are like it."""

    __str__ = Exception.__str__


def like(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The names of `known` that a misspelt one may have meant, the likest first."""
    found = process.extract(
        name, list(known), scorer=fuzz.WRatio, limit=most, score_cutoff=55,
        processor=lambda text: re.sub(r"[\W_]+", " ", str(text).lower()).strip(),
    )  # fmt: skip
    return [match for match, *_ in found]


def unknown(name: str, what: str, known: Iterable[str]) -> UnknownName:
    """The error for a name that is not there: those like it, else those there are."""
    known = list(known)
    near = like(name, known)
    do = f"Did you mean {' or '.join(map(repr, near))}?" if near else ""
    allowed = ", ".join(known[:_MOST]) if not near or len(known) <= _SHORT else ""
    return UnknownName(paragraph(f"{what} '{name}' is not there", allowed=allowed, do=do))


class Names(list[str]):
    """Names that can be given to a call. <Tab> after a dot or within `["` completes them."""

    def __init__(self, what: str, names: Iterable[str]):
        super().__init__(names)
        self._what = what

    def __getitem__(self, key):
        if not isinstance(key, str):
            return super().__getitem__(key)
        for name in self:
            if key.lower() == name.lower() or key == _word(name):
                return name
        raise unknown(key, self._what, self)

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __dir__(self) -> list[str]:
        return [*filter(None, map(_word, self)), "like"]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def like(self, text: str) -> list[str]:
        """The names that hold a text or are spelt nearly so."""
        inside = [name for name in self if text.lower() in name.lower()]
        return inside or like(text, self, 10)

    def __repr__(self) -> str:
        return self.told()

    def told(self, most: int = _MOST) -> str:
        """How many there are, and the first of them."""
        shown = ", ".join(self[:most]) + (", …" if len(self) > most else "")
        head = f"{len(self):,} {self._what}{'' if len(self) == 1 else 's'}: "
        return textwrap.fill(head + shown, 100, subsequent_indent="  ", break_on_hyphens=False)


class KnownNames:
    """What a review knows by name."""

    def __init__(self, review: Review):
        self._review = review

    def __repr__(self) -> str:
        kinds = ("areas", "chapters", "groups", "offences", "places", "tables")
        return "\n".join(getattr(self, kind).told(_FEW) for kind in kinds)

    @cached_property
    def areas(self) -> Names:
        """Areas that the workspace holds offences of, this one first."""
        from cspanalysis.explore import widgets

        return Names("area", widgets.areas(self._review))

    @cached_property
    def chapters(self) -> Names:
        """Chapters that `findings` makes and a review runs."""
        review = self._review
        found = notebook_files.of_workspace(review.workspace.root, review.settings.get("review"))
        return Names("chapter", [path.stem[3:] for path in found])

    @cached_property
    def groups(self) -> Names:
        """Peer groups of this area."""
        return Names("peer group", self._review.peers.groups())

    @cached_property
    def offences(self) -> Names:
        """Offences and groups of the scheme that the workspace's data are counted in."""
        from cspanalysis.explore import widgets

        return Names("offence", widgets.choices(self._review))

    @cached_property
    def places(self) -> Names:
        """Places of this area's records in the period, those with most records first."""
        records = self._review.incidents
        if "place" not in records:
            return Names("place", [])
        return Names("place", records["place"].dropna().astype(str).value_counts().index)

    @cached_property
    def tables(self) -> Names:
        """Tables that the workspace holds."""
        return Names("table", self._review.store.sources())


def every_area() -> list[str]:
    """Names of all partnerships and districts that can be opened."""
    found = {area.name for area in register.all_partnerships()}
    return sorted(found | {d for area in register.all_partnerships() for d in area.districts})


def _word(name: str) -> str:
    """A name as it can stand after a dot: 'theft_from_the_person'; empty if it cannot."""
    word = re.sub(r"\W+", "_", name).strip("_").lower()
    return word if word.isidentifier() else f"x_{word}" if word else ""
