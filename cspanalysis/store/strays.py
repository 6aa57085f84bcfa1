"""Files that lie in a source's folder and are none of its: what they are, where they belong.

Publishers lay several kinds of file side by side, and desktops add their own. A file that fits no
layout of its folder's source is told by its columns, one that is no table by its name; it is
passed over with a word and the rest is read. A file that nobody knows is refused as ever: it may
be data.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from cspanalysis import sources
from cspanalysis.domain.errors import CspError
from cspanalysis.sources import csv_rows
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Schema, key

#: Share of its headings by which a file is taken for another source's, and how many at the least.
MOST, FEWEST = 0.6, 3


class Stray(NamedTuple):
    """What a file is that its folder's source does not read.

    Parameters
    ----------
    what : str
        In words: 'a file of outcomes from data.police.uk'.
    source : str
        The source that reads it; '' for none.
    """

    what: str
    source: str = ""


_OUTCOMES = "a file of outcomes from data.police.uk"
_SEARCHES = "a file of stop and search from data.police.uk"
#: Files of publishers that no source reads: what they are, and patterns of headings they have.
_PUBLISHED: Mapping[str, tuple[str, ...]] = {
    _OUTCOMES: ("crime id", "outcome type"),
    _SEARCHES: ("legislation", "object of search"),
    "a table of police outcomes of the Home Office": ("offence code", "outcome (type|group)"),
    "a table of counts, not the records of data.police.uk": ("crime type", "count", "(month|year)"),
}
#: The same of files about small areas, which hold no day or time, as records would.
_OF_AREAS: Mapping[str, tuple[str, ...]] = {
    "a directory of postcodes": ("pcds?|pcd[78]|postcode.*", "(os|oa|lsoa|lad|msoa).*"),
    "a lookup of police neighbourhoods": ("(lsoa|force).*", "(neighbourhood|npt|snt).*"),
    "a table on deprivation without deciles of LSOAs": (
        "(lsoa|lad|ltla|local).*",
        "((imd|index of multiple) .*|.*(deprivation dimensions|domain numerator))",
    ),
    "a list of the points of small areas": ("(oa|lsoa|msoa).*", "lat(itude)?", "long?(itude)?"),
}
_KINDS = (
    "oa|lsoa|msoa|wd|ward|lad|ltla|utla|ctyua|cty|rgn|region|ctry|pfa|csp|par|pcon|ccg|icb|sicbl"
    "|fra|cauth|ttwa|bua|lpa|ced|nhser|ruc|ew|gb|uk"
)
_AREA = re.compile(rf"({_KINDS})\d\d ?(?:cd|code|nmw?|name)|({_KINDS})(?:cd|nmw?)")
_OF_RECORDS = re.compile(r".*\b(date|time|day|recorded|received|month)\b.*")

_BY_END = {
    "a document": ".pdf .doc .docx .odt .rtf .ppt .pptx .htm .html .msg .eml",
    "a picture": ".png .jpg .jpeg .gif .svg .bmp .tif .tiff",
    "a shape for maps": ".geojson .shp .shx .dbf .prj .cpg .kml .kmz .gpkg .qgz .qmd",
    "a shortcut": ".url .lnk .webloc",
    "a file of the computer's own": ".db .ini .bak .log",
}
_NOTE = re.compile(r"(licen[cs]e|copying|disclaimer|changelog)[^.]*(\.txt)?")


def by_name(name: str) -> str:
    """What a file is that its name tells to be no table, in words; '' where it may be one."""
    name = PurePosixPath(name.lower()).name
    if _NOTE.fullmatch(name):
        return "a note"
    return next((w for w, ends in _BY_END.items() if name.endswith(tuple(ends.split()))), "")


def by_member(name: str) -> str:
    """The same of a member of an archive, where publishers name their kinds of table alike."""
    ends = {"-outcomes.csv": _OUTCOMES, "-stop-and-search.csv": _SEARCHES}
    return by_name(name) or next((w for e, w in ends.items() if name.endswith(e)), "no table")


def by_columns(part: Part, source: str) -> Stray | None:
    """What a part is that has no layout of its folder's source; None where nobody knows."""
    if what := by_name(part.name):
        return Stray(what)
    found: list[Stray] = []

    def look(record: list[str]) -> bool:
        stray = of_header(record, source)
        if stray:
            found.append(stray)
        return bool(stray)

    try:
        with part.open() as stream:
            header = csv_rows.read(part, look, stream).header
    except CspError:
        return None
    if found:
        return found[0]
    if part.name.lower().endswith(".txt") and sum(map(bool, header)) < 2:
        return Stray("a text without columns")
    # An archive of a publisher holds whatever it lays beside its tables.
    is_beside = part.member and part.path.suffix.lower() == ".zip" and source == "police_uk"
    return Stray("a table of other columns than street-level crime's") if is_beside else None


def of_header(header: Sequence[str], source: str) -> Stray | None:
    """The same of a header's headings."""
    headings = [key(h) for h in header if key(h)]
    indices = next(schema for schema in sources.get("deprivation").schemas)
    if source != "deprivation" and not indices.missing(indices.find(headings), {}):
        # Its tables hold dozens of columns beside those that are read.
        return Stray(indices.meaning, "deprivation")
    known = dict(_PUBLISHED)
    if not any(_OF_RECORDS.fullmatch(h) for h in headings):
        known |= _OF_AREAS
        areas = [found[1] or found[2] for h in headings if (found := _AREA.fullmatch(h))]
        is_lookup = len(set(areas)) > 1 and 2 * len(areas) >= len(headings)
    else:
        is_lookup = False
    for what, patterns in known.items():
        if all(any(re.fullmatch(p, h) for h in headings) for p in patterns):
            return Stray(what)
    fits = [(n, *one) for one in _layouts(source) if (n := _fit(headings, one[1]))]
    if fits:
        _, name, schema = max(fits, key=lambda fit: fit[0])
        return Stray(schema.meaning, name)
    return Stray("a lookup between areas") if is_lookup else None


def notices(parts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What should be looked at: the files passed over, those of one kind together."""
    alike: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for label, entry in parts.items():
        if entry.get("passed"):
            alike[entry["source"], *entry["passed"]].append(label)
    return [told(labels, what, source) for (_, what, source), labels in alike.items()]


def told(labels: Sequence[str], what: str, source: str = "") -> str:
    """The sentence on files passed over: what they are and, if a source reads them, where to."""
    more = f" and {len(labels) - 1:,} more like it" if len(labels) > 1 else ""
    if source:
        return (
            f"{labels[0]}{more} {'look' if more else 'looks'} like {what}: passed over here, and "
            f"read once put into data/raw/{source}/"
        )
    return f"{labels[0]}{more}: {what}, which is not read and was passed over"


def _layouts(source: str) -> list[tuple[str, Schema]]:
    """The layouts of the other sources."""
    return [
        (one.name, schema)
        for one in sources.SOURCES
        if one.name != source
        for schema in one.schemas
    ]


def _fit(headings: Sequence[str], schema: Schema) -> int:
    """How many of the headings a layout knows; 0 where it lacks one or knows too few."""
    found = schema.find(headings)
    count = len(set(found.values()))
    is_fit = count >= max(FEWEST, MOST * len(headings)) and not schema.missing(found, {})
    return count if is_fit else 0
