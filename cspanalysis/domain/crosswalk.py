"""Partnerships by whatever name an official table has, and the former districts behind an area.

Official tables keep partnerships of councils that have merged since, spell names otherwise, and
join districts. Every name is taken apart into the smallest districts it can stand for, former ones
included; an area is made of the names whose districts lie within it and fill it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from cspanalysis.domain import areas, reference
from cspanalysis.domain.areas import Area

#: Points of likeness (of 100) from which on a name is proposed for one that is not known.
NEAR = 85

#: Words that official tables put to a name or leave out.
_WORDS = {
    *("the", "of", "upon", "on", "le", "in", "city", "county", "district", "borough", "council"),
    *("csp", "community", "safety", "partnership", "unitary", "authority", "metropolitan", "royal"),
}

Parts = frozenset[str]


@dataclass(frozen=True)
class Made:
    """Of which rows of a table an area is made.

    Parameters
    ----------
    names : tuple of str
        The table's names whose rows are summed.
    missing : tuple of str
        Districts of the area that none of them holds; '' where there are none.
    beyond : tuple of str
        Names that hold a district of the area together with others.
    """

    names: tuple[str, ...]
    missing: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether they give the whole area and nothing else."""
        return bool(self.names) and not self.missing


def parts(area: Area) -> Parts:
    """The smallest districts of an area; of a district that nobody knows its name."""
    return frozenset().union(*(_leaves(d) or {key(d)} for d in area.districts or (area.name,)))


def meanings(name: str) -> tuple[Parts, ...]:
    """What a table's name can stand for, the widest first; nothing of a name that is not known.

    Dorset was a partnership with Christchurch before it was a council without.
    """
    return _meanings(" ".join(name.split()))


def known_as(name: str) -> str | None:
    """The name that the register has for a table's name; None for one that is not known."""
    for means in meanings(name):
        if found := _names().get(means):
            return found
    return " ".join(name.split()) if meanings(name) else None


def near(name: str) -> str | None:
    """The known name that is most like one that is not; None if none is near."""
    choices = {key(n): n for n in _names().values()}
    found = process.extractOne(key(name), list(choices), scorer=fuzz.ratio, score_cutoff=NEAR)
    return choices[found[0]] if found else None


def made_of(area: Area, names: Iterable[str]) -> Made:
    """Which of a table's names make up an area, in one year of it.

    `names`: all the names of partnerships that the table has for the area's police force.
    """
    wanted, held = parts(area), _held(names, area)
    inside = sorted((n for n, p in held.items() if p <= wanted), key=lambda n: (-len(held[n]), n))
    taken: dict[str, Parts] = {}
    for name in inside:
        # The merged council beside its predecessors: the same offences once more.
        if not any(held[name] & other for other in taken.values()):
            taken[name] = held[name]
    lacking = wanted - frozenset().union(*taken.values())
    beyond = sorted(n for n, p in held.items() if p & wanted and not p <= wanted)
    spelt = _spelt() | {key(d): d for d in area.districts}
    return Made(
        tuple(sorted(taken)), tuple(sorted(spelt.get(p, p) for p in lacking)), tuple(beyond)
    )


def predecessors(district: str) -> tuple[str, ...]:
    """The districts that became part of a district when councils were last joined in it."""
    return tuple(n for n, row in _former().items() if row["successor"] == district)


def key(name: str) -> str:
    """A name for comparing: letters and digits, in lower case."""
    text = re.sub(r"['’‘`´]", "", name.lower()).replace("&", " and ")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


def _held(names: Iterable[str], area: Area) -> dict[str, Parts]:
    """What each name stands for beside the others: the widest that no other one has a part of."""
    own = {key(d): key(d) for d in (area.name, *area.districts)}
    found = {n: meanings(n) for n in names}
    sure = {n: m[0] for n, m in found.items() if len(m) == 1}
    for name, means in found.items():
        if len(means) > 1:
            rest = frozenset().union(*(p for n, p in sure.items() if n != name))
            sure[name] = next((p for p in means if not p & rest), means[-1])
        elif not means and key(name) in own:
            # An area of the settings that no register knows.
            sure[name] = parts(area) if key(name) == key(area.name) else frozenset({key(name)})
    return sure


@functools.cache
def _meanings(name: str) -> tuple[Parts, ...]:
    exact, loose = _by_name(), _by_words()
    name = re.sub(r"(?i)\s*\b(csp|community safety partnership)\b\s*", " ", name).strip()
    found = exact.get(key(name)) or loose.get(_words(name))
    if not found and "_" in name:
        # 'Wiltshire_Kennet': a district of a partnership, in the tables of before a merger.
        found = exact.get(key(name.rpartition("_")[2]))
    if not found:
        # 'Bromsgrove and Redditch': districts joined by name.
        pieces = [exact.get(key(p)) for p in re.split(r"\s*(?:,|/|&|\band\b)\s*", name) if p]
        if len(pieces) > 1 and all(pieces):
            found = frozenset({frozenset().union(*(min(p, key=len) for p in pieces if p))})
    return tuple(sorted(found or (), key=lambda p: (-len(p), sorted(p))))


@functools.cache
def _by_name() -> dict[str, frozenset[Parts]]:
    found: dict[str, set[Parts]] = {}
    for name, (_, district) in areas.district_names().items():
        # A former name of a district stands for what it was; Shepway is the same by another name.
        means = _leaves(name) if name in _former() else _leaves(district)
        found.setdefault(key(name), set()).add(means)
    for name in _former():
        found.setdefault(key(name), set()).add(_leaves(name))
    for name, area in _partnerships().items():
        found.setdefault(key(name), set()).add(parts(area))
    for row in reference.rows("partnership_names"):
        joined = frozenset().union(*(_leaves(d) for d in row["districts"].split("|")))
        found.setdefault(key(row["name"]), set()).add(joined)
    return {name: frozenset(means) for name, means in found.items()}


@functools.cache
def _by_words() -> dict[str, frozenset[Parts]]:
    """By the words that tell names apart, where they tell them apart."""
    found: dict[str, set[frozenset[Parts]]] = {}
    for name, means in _by_name().items():
        found.setdefault(_words(name), set()).add(means)
    return {words: next(iter(m)) for words, m in found.items() if words and len(m) == 1}


def _words(name: str) -> str:
    return " ".join(sorted(w for w in key(name).split() if w not in _WORDS and w != "and"))


@functools.cache
def _leaves(district: str) -> Parts:
    """The smallest districts that a district is made of."""
    within = predecessors(district)
    if within:
        return frozenset().union(*map(_leaves, within))
    is_known = district in _districts() or district in _former()
    return frozenset({key(district)} if is_known else ())


@functools.cache
def _districts() -> frozenset[str]:
    return frozenset(row["district"] for row in reference.rows("areas"))


@functools.cache
def _former() -> dict[str, dict[str, str]]:
    return {row["district"]: row for row in reference.rows("former_districts")}


@functools.cache
def _spelt() -> dict[str, str]:
    return {key(d): d for d in (*_former(), *areas.district_names())}


@functools.cache
def _partnerships() -> dict[str, Area]:
    names = {row["csp"] for row in reference.rows("areas") if ";" not in row["csp"]}
    return {name: areas.find(name) for name in names}


@functools.cache
def _names() -> dict[Parts, str]:
    """The register's name of what a name stands for: of a partnership's before a district's."""
    districts = {_leaves(d): d for d in (*_former(), *_districts())}
    return districts | {parts(area): name for name, area in _partnerships().items()}
