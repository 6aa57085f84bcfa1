"""Areas: districts, the Community Safety Partnerships made of them, and groups of peers.

The unit of comparison is the local authority district; a partnership over two districts is their
sum. The register in `reference/areas.csv` covers England and Wales; a workspace can name areas of
its own (the embedded sample does), and those win.
"""

from __future__ import annotations

import bisect
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz, process

from cspanalysis.domain import district_labels, reference
from cspanalysis.domain.errors import UsageError, paragraph

if TYPE_CHECKING:
    import pandas as pd

#: Points of likeness (of 100) by which a suggestion may fall short of the best.
FAR_BEHIND = 15


@dataclass(frozen=True)
class Area:
    """A Community Safety Partnership or a district, ready to be counted.

    Parameters
    ----------
    name : str
        Name as printed.
    code : str
        CSP code (E22…) or district code (E07…); '' where none exists.
    districts : tuple of str
        Names of its districts, as the processed tables hold them.
    district_codes : tuple of str
        Their codes, in the same order ('' where unknown).
    force, county, region : str
        Police force area, county or unitary authority, and region.
    """

    name: str
    code: str = ""
    districts: tuple[str, ...] = ()
    district_codes: tuple[str, ...] = ()
    force: str = ""
    county: str = ""
    region: str = ""

    @property
    def slug(self) -> str:
        """Folder name: lower case with hyphens."""
        return slug(self.name)

    @property
    def two_tier_county(self) -> str:
        """The county whose council stands above district councils here; '' elsewhere."""
        return self.county if any(code.startswith("E07") for code in self.district_codes) else ""


@dataclass(frozen=True)
class PeerGroup:
    """The areas that an area is ranked among, itself included.

    Parameters
    ----------
    key : str
        'msg', 'force', 'county' or a key of the settings; part of the finding's id.
    label : str
        For sentences: 'the 15 areas of the most similar group' is made from
        'areas of the most similar group'.
    areas : tuple of str
        District names, the own area's among them.
    as_of : str
        Date or year of the membership; '' if not stated.
    note : str
        How the members were chosen, where the reader has to know; '' if not.
    """

    key: str
    label: str
    areas: tuple[str, ...]
    as_of: str = ""
    note: str = ""

    def __repr__(self) -> str:
        return f"<PeerGroup '{self.key}', {self.label}: {', '.join(self.areas)}>"


def are_welsh(codes: Iterable[str]) -> bool:
    """Whether districts of these codes lie in Wales, all of them; of none nothing is known."""
    told = [code.startswith("W") for code in codes]
    return bool(told) and all(told)


def slug(name: str) -> str:
    """Lower case, ASCII letters and digits, hyphens between."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")


#: Words that tell no police force from another.
_PLAIN = {"police", "service", "constabulary", "and", "of", "the"}


def is_force(name: str, label: str) -> bool:
    """Whether a file's label of a police force ('City of London Police') means the register's name.

    `name`: as in the register: 'London, City of', 'Metropolitan Police', 'Kent'. `label`: as
    data.police.uk writes it under 'Reported by'.
    """
    return force_key(name) == force_key(label)


def force_key(label: str) -> str:
    """What tells a police force from others, however its label is written: 'city london'."""
    return " ".join(sorted(set(_key(label).split()) - _PLAIN))


@functools.cache
def force_name(label: str) -> str | None:
    """The register's name of a police force however a table writes it; None for no territorial one.

    'Avon & Somerset', 'Kent Police' and 'City of London' are the forces meant.
    """
    names = sorted({row["force"] for row in reference.rows("areas")})
    return next((name for name in names if is_force(name, label)), None)


@functools.cache
def register() -> pd.DataFrame:
    """Districts of England and Wales.

    Returns: columns district_code, district, aliases (| between), csp_code, csp (; between),
    force_code, force, county, region. Source: ONS lookups of 2024, reshaped.
    """
    import pandas as pd

    return pd.DataFrame(reference.rows("areas"))


@functools.cache
def district_names() -> dict[str, tuple[str, str]]:
    """Every known district name, old and new, to (code, name) of today's district."""
    known: dict[str, tuple[str, str]] = {}
    for row in reference.rows("areas"):
        for alias in filter(None, row["aliases"].split("|")):
            known[alias] = (row["district_code"], row["district"])
    return known | {
        row["district"]: (row["district_code"], row["district"]) for row in reference.rows("areas")
    }


def district_of(lsoa: str) -> tuple[str | None, str | None]:
    """Code and name of today's district of an LSOA of 2011 or 2021, by its code; (None, None)."""
    firsts, runs = _lsoas()
    at = bisect.bisect_right(firsts, lsoa) - 1
    if at < 0 or lsoa > runs[at]["last"] or len(lsoa) != len(runs[at]["last"]):
        return None, None
    code = runs[at]["district_code"]
    return code, _name_of(code)


@functools.cache
def _name_of(code: str) -> str:
    return _districts()[_key(code)].name


@functools.cache
def _lsoas() -> tuple[list[str], tuple[dict[str, str], ...]]:
    runs = reference.rows("lsoas")
    return [run["first"] for run in runs], runs


def find(name: str, own: Mapping[str, Area] | None = None) -> Area:
    """The area of a name: one of the workspace's own, else a partnership, else a district.

    `name`: as the user wrote it; case and '&' do not matter. `own`: areas the workspace's settings
    define.
    """
    wanted = _key(name)
    for area in (own or {}).values():
        if name == area.name or (wanted and wanted in (_key(area.name), _key(area.code))):
            return area
    if not wanted:
        # Nothing is near a name without a letter in it.
        called = f"'{name}' is no name of an area" if name.strip() else "the area's name is empty"
        raise UsageError(
            paragraph(called, do="Name a Community Safety Partnership or district, such as Dover.")
        )
    for candidates in (_partnerships(), _districts()):
        if wanted in candidates:
            return candidates[wanted]
    shown = {_key(a.name): a.name for a in (own or {}).values()} | {
        key: area.name for key, area in (_districts() | _partnerships()).items()
    }
    found = process.extract(wanted, list(shown), scorer=fuzz.WRatio, limit=4)
    # A guess far behind the best one only distracts from it.
    near = [shown[key] for key, score, _ in found if score > found[0][1] - FAR_BEHIND]
    raise UsageError(
        paragraph(
            f"no Community Safety Partnership or district is called '{name}'",
            do=_members(wanted) or f"Did you mean {' or '.join(dict.fromkeys(near))}?",
        )
    )


def of_districts(section: Mapping[str, Any]) -> Area:
    """The area that a workspace's settings describe: what they leave out is the register's.

    `section`: name, and any of code, districts (in any spelling), district_codes (in the same
    order), force, county, region.
    """
    try:
        known = find(section["name"])
    except UsageError:
        known = Area(section["name"])
    written = section.get("districts", known.districts or (section["name"],))
    found = [_districts().get(_key(district_labels.match(d).name)) for d in written]
    codes = [*section.get("district_codes", ()), *[""] * len(written)]
    members = dict.fromkeys(
        (area.name, *area.district_codes) if area else (name, code)
        for area, name, code in zip(found, written, codes, strict=False)
    )

    def shared(column: str) -> str:
        # Only what all its districts have in common can be said of the whole.
        values = {getattr(area, column) if area else "" for area in found}
        return values.pop() if len(values) == 1 else ""

    return Area(
        section["name"],
        section.get("code", known.code),
        tuple(name for name, _ in members),
        tuple(code for _, code in members),
        *(
            section.get(column) or getattr(known, column) or shared(column)
            for column in ("force", "county", "region")
        ),
    )


def _members(wanted: str) -> str:
    """Whose name a county's or police force's is: its districts, else ''."""
    for column, what in (("county", "county"), ("force", "police force area")):
        members = register()[register()[column].map(_key) == wanted]["district"]
        if len(members) > 1:
            return f"It is a {what}; choose one of its districts: {', '.join(sorted(members))}."
    return ""


def all_partnerships() -> list[Area]:
    """Every area of England and Wales that districts can be summed to, by name.

    A district that holds several partnerships (after a merger of councils) stands for them.
    """
    shared = [row["district"] for row in reference.rows("areas") if ";" in row["csp"]]
    found = [*_partnerships().values(), *(_districts()[_key(name)] for name in shared)]
    return sorted({a.name: a for a in found}.values(), key=lambda a: a.name)


def peers(area: Area, group: str) -> PeerGroup:
    """The districts of the area's force or county, itself included.

    Raises
    ------
    UsageError
        If the group is neither 'force' nor 'county'.
    """
    if group not in ("force", "county"):
        raise UsageError(
            paragraph(
                f"the peer group '{group}' is not defined",
                allowed="force, county, or a group [peers.<name>] of partnership.toml",
            )
        )
    others = [d for d in _within(group, getattr(area, group)) if d not in area.districts]
    # A partnership of several districts is none of them, and the reader must not take it for one.
    members = "districts" if len(area.districts) < 2 else "areas"
    place = getattr(area, group)
    label = f"{members} of {place}" if group == "county" else f"{members} of the {place} force area"
    note = ""
    if len(area.districts) > 1 and others:
        note = (
            f"{area.name} stands as one area, the sum of {' and '.join(area.districts)}"
            if len(area.districts) == 2
            else f"{area.name} stands as one area, the sum of its {len(area.districts)} districts"
        ) + f", beside the other districts of {place}."
    return PeerGroup(group, label, (area.name, *others), as_of="2024", note=note)


@functools.cache
def _within(group: str, name: str) -> tuple[str, ...]:
    table = register()
    return tuple(table.loc[(table[group] == name) & (table[group] != ""), "district"])


def _key(name: str) -> str:
    # King's Lynn is Kings Lynn in many tables.
    text = re.sub(r"['’‘`´]", "", str(name).lower()).replace("&", " and ")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


@functools.cache
def _partnerships() -> dict[str, Area]:
    members: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in reference.rows("areas"):
        if ";" not in row["csp"]:
            members.setdefault((row["csp_code"], row["csp"]), []).append(row)
    found = {}
    for (code, name), rows in members.items():
        area = _area(name, code, rows)
        found[_key(name)] = found[_key(code)] = area
    # A partnership that bears another name than its only district answers to both.
    for area in list(found.values()):
        if len(area.districts) == 1:
            found.setdefault(_key(area.districts[0]), area)
    return found


@functools.cache
def _districts() -> dict[str, Area]:
    found: dict[str, Area] = {}
    for row in reference.rows("areas"):
        area = _area(row["district"], row["district_code"], [row])
        for name in (
            row["district_code"],
            *filter(None, row["aliases"].split("|")),
            row["district"],
        ):
            found[_key(name)] = area
    return found


def _area(name: str, code: str, rows: Sequence[Mapping[str, str]]) -> Area:
    def one(column: str) -> str:
        values = {row[column] for row in rows}
        return values.pop() if len(values) == 1 else ""

    return Area(
        name,
        code,
        tuple(row["district"] for row in rows),
        tuple(row["district_code"] for row in rows),
        one("force"),
        one("county"),
        one("region"),
    )
