"""Labels of districts: which district of England and Wales a file's own words mean.

Councils, forces and partnerships write a district in many ways ('Dover DC', 'London Borough of
Bexley', 'Kent - Dover', 'E07000108'). What only adds such words to a name is certain; a name that
is merely like another is proposed and never taken.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import fuzz

from cspanalysis.domain import reference

#: From this likeness on (of 100) a district is proposed, and so many of them at the most.
NEAR, MOST = 80, 3
#: Points by which a proposal may fall short of the best.
APART = 5

#: Words around a name that tell no district from another.
_AFTER = (
    "metropolitan borough council", "metropolitan district council", "metropolitan borough",
    "metropolitan district", "london borough council", "london borough", "borough council",
    "district council", "city council", "county council", "unitary authority", "unitary council",
    "city and district council", "council", "borough", "boro", "district", "mbc", "mdc", "lbc",
    "dc", "bc", "cc", "ua", "lb",
    "community safety partnership", "community partnership", "csp", "cdrp", "b", "d",
)  # fmt: skip
_BEFORE = (
    "metropolitan borough of", "london borough of", "royal borough of", "borough of",
    "district of", "city and county of", "city and borough of", "city of", "county borough of",
    "county of", "council of", "lb of", "lb", "rb", "safer", "the",
    "county",
)  # fmt: skip
_CITIES = ("city", "county", "county borough", "county borough council", "cbc")
_SHORT = {
    "n": "north", "s": "south", "e": "east", "w": "west", "nth": "north", "sth": "south",
    "ne": "north east", "nw": "north west", "st": "saint", "gt": "great",
}  # fmt: skip
_CODE = re.compile(r"\b[EW]0[6-9]\d{6}\b", re.IGNORECASE)
#: What parts a force or county from its district; a hyphen within a name has no blanks around it.
_PARTS = re.compile(r"\s[-–—]\s|[:/>|,;()\[\]–—]")


class Match(NamedTuple):
    """What a label means.

    Parameters
    ----------
    name : str
        Today's name of the district; '' where it is not certain.
    is_plain : bool
        It is the name itself, a former one or the code, whatever its letters and signs.
    near : tuple of str
        Districts it may mean, where it is not certain; the likeliest first.
    """

    name: str = ""
    is_plain: bool = False
    near: tuple[str, ...] = ()


def match(label: str, own: Iterable[str] = ()) -> Match:
    """The district that a label means.

    `label`: as a file has it. `own`: districts that the workspace's settings name beside the
    register's; they win.
    """
    return _match(label, tuple(sorted(set(own))))


def certain(label: str) -> str:
    """The district that a label certainly means, '' for none; cheaper than `match` for these."""
    return _certain(label, ()).name


def misspelt(label: str) -> str:
    """The one district whose name a label may misspell, word for word; '' for none.

    'Outside Dover' and 'Ashford (Surrey)' have a word more, which turns what they mean.
    """
    near = match(label).near
    words = [len(_key(text).split()) for text in (label, *near)]
    return near[0] if len(near) == 1 and words[0] == words[1] else ""


def is_like_a_place(label: str) -> bool:
    """Whether a label may mean a district, or is the force, county or region of several."""
    return bool(match(label).near) or _key(label) in _places()


@functools.lru_cache(maxsize=4096)
def _match(label: str, own: tuple[str, ...]) -> Match:
    found = _certain(label, own)
    return found if found.name or found.near else Match(near=_near(label, own))


@functools.lru_cache(maxsize=4096)
def _certain(label: str, own: tuple[str, ...]) -> Match:
    known = _known() | {_key(name): name for name in own}
    if (name := known.get(_key(label))) is not None:
        return Match(name, is_plain=True)
    found = {name for name in (_bare(label, own), _of_parts(label, own)) if name}
    return Match(found.pop()) if len(found) == 1 else Match(near=tuple(sorted(found)))


def _bare(label: str, own: tuple[str, ...] = ()) -> str:
    """The district left when words that only say what it is are taken away."""
    known = _without_words() | {_key(name): {name} for name in own}
    for key in _stripped(_key(label)):
        # 'London' is no district, and a county or force of several is none either.
        if len(known.get(key, ())) == 1 and (key in _known() or len(_places().get(key, ())) < 2):
            return next(iter(known[key]))
    return ""


def _of_parts(label: str, own: tuple[str, ...]) -> str:
    """The district of a label in parts: beside its force, county, region or code."""
    codes = {_known().get(code.lower()) for code in _CODE.findall(label)}
    if None in codes or len(codes) > 1:
        return ""
    rest = _CODE.sub(" / ", label)
    names, places = {c for c in codes if c}, []
    for part in filter(None, (_key(part) for part in _PARTS.split(rest))):
        own_names = {_key(name): name for name in own}
        if name := own_names.get(part) or _known().get(part) or _bare(part):
            names.add(name)
        elif part in _places():
            places.append(part)
        else:
            return ""
    # 'Durham - Darlington': a name that is also the force's stands for the force.
    for name in sorted(names):
        around = _places().get(_key(name))
        if len(names) == 2 and around and names - {name} <= around:
            names = names - {name}
            break
    if len(names) != 1:
        return ""
    name = names.pop()
    return name if all(name in _places()[place] or name in own for place in places) else ""


def _near(label: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Districts whose names are like the label, or stand in it."""
    known = _without_words() | {_key(name): {name} for name in own}
    stripped = _stripped(_key(_CODE.sub(" ", label)))
    shortest = min(stripped, key=len)
    best: dict[str, float] = {}
    if len(_places().get(shortest, ())) > 1:
        # A county or force: no district but one of the same name is near.
        known = {shortest: known.get(shortest, set())}
    for key, names in known.items():
        inside = len(key) > 3 and f" {key} " in f" {shortest} "
        # 'Newcastle' begins the names of two.
        begins = len(shortest) > 3 and key.startswith(f"{shortest} ")
        score = 95.0 if inside or begins else fuzz.ratio(shortest, key)
        if score >= NEAR:
            best |= {name: max(score, best.get(name, 0)) for name in names}
    ranked = sorted(best, key=lambda name: (-best[name], name))
    return tuple(n for n in ranked if best[n] >= best[ranked[0]] - APART)[:MOST]


def _key(text: str) -> str:
    """A label without case, signs and abbreviations, for comparing."""
    plain = re.sub(r"['’`´]", "", str(text).lower().replace("&", " and "))
    words = re.sub(r"[^a-z0-9ŵŷâêîôû]+", " ", plain).split()
    return " ".join(_SHORT.get(word, word) for word in words)


def _stripped(key: str) -> list[str]:
    """The key without the words around a name, least taken away first."""
    found = [key]
    for at in found:
        for word in (*_AFTER, *_CITIES):
            if at.endswith(f" {word}"):
                found.append(at[: -len(word) - 1])
        for word in _BEFORE:
            if at.startswith(f"{word} "):
                found.append(at[len(word) + 1 :])
    return list(dict.fromkeys(found))


@functools.cache
def _known() -> dict[str, str]:
    """Keys of names, former names and codes → today's district."""
    found = {}
    for row in reference.rows("areas"):
        for name in (*filter(None, row["aliases"].split("|")), row["district"]):
            found[_key(name)] = row["district"]
        found[row["district_code"].lower()] = row["district"]
    return found


@functools.cache
def _without_words() -> dict[str, set[str]]:
    """Keys of names, also without 'City of' and the like → the districts that they may mean."""
    found: dict[str, set[str]] = {}
    for row in reference.rows("areas"):
        for name in (*filter(None, row["aliases"].split("|")), row["district"]):
            # 'Bristol, City of' is the City of Bristol.
            turned = re.sub(r"^(.*), (.*) of$", r"\2 of \1", name)
            for key in {*_stripped(_key(name)), *_stripped(_key(turned))}:
                found.setdefault(key, set()).add(row["district"])
    return found | {key: {name} for key, name in _known().items() if not _CODE.fullmatch(key)}


@functools.cache
def _places() -> dict[str, set[str]]:
    """Keys of forces, counties and regions → their districts."""
    found: dict[str, set[str]] = {}
    for row in reference.rows("areas"):
        for column in ("force", "county", "region"):
            key = _key(row[column])
            for name in filter(None, (key, f"{key} police", f"{key} constabulary")):
                found.setdefault(name, set()).add(row["district"])
    return found
