"""Which heading is which column: the header row, and one column at most per heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process

from cspanalysis import sources
from cspanalysis.sources.grid import Grid
from cspanalysis.sources.schema import Schema, key, numbered

HEADER_WITHIN = 25
_NONE: Mapping[str, Any] = {}
#: A heading as like as this to a known one is taken, and shown as likely.
LIKELY = 86
_DATA = re.compile(r"^[\d\W]+$|^\d{1,2}[-/ ][A-Za-z]{3}[-/ ]\d{2,4}|^\d{4}/\d{2}$")


@dataclass(frozen=True)
class Match:
    """A heading taken for a column.

    Parameters
    ----------
    column : str
        Name of the column.
    at : int
        Position in the header.
    score : float
        100 for a known heading, less for a similar one.
    """

    column: str
    at: int
    score: float


@dataclass(frozen=True)
class Header:
    """The header row of a grid, read as a source's.

    Parameters
    ----------
    source : str
        Which.
    layout : Schema
        The one of its layouts that fits best.
    index : int
        Position among the grid's rows.
    headings : list of str
        As they stand in the file.
    matches : tuple of Match
        What was recognised.
    worth : float
        How well it fits; the best of all is taken.
    is_double : bool
        The headings lie in two rows (merged cells).
    is_answered : bool
        The settings name most of its headings as the source's.
    """

    source: str
    layout: Schema
    index: int
    headings: list[str]
    matches: tuple[Match, ...]
    worth: float
    is_double: bool = False
    is_answered: bool = False


def find(grid: Grid, given: Mapping[str, Mapping[str, Any]]) -> list[Header]:
    """The best reading of a grid as each source, best first; [] if none recognises a thing.

    Of a source with several layouts the one that fits best is taken. Headings named in the section
    `sources` of the settings (`given`) count as known.
    """
    found = []
    rows = [(index, cells, False) for index, (_, cells) in enumerate(grid.rows[:HEADER_WITHIN])]
    rows += [(index, joined, True) for index, joined in _joined(grid)]
    for source in (one for one in sources.SOURCES if one.is_mapped):
        own = given.get(source.name, {}).get("columns", {})
        readings = [
            _reading(source.name, layout, index, cells, is_double, own)
            for layout in source.schemas
            for index, cells, is_double in rows
        ]
        # Of equal readings the plain one is taken: joined headings must be worth it.
        best = max(readings, key=lambda h: (h.worth, not h.is_double, -h.index))
        if best.matches:
            found.append(best)
    return sorted(found, key=lambda h: (not h.is_answered, -h.worth))


def header_row(grid: Grid) -> int | None:
    """Position of the row that is most likely the header, whatever the file is."""
    rows = [cells for _, cells in grid.rows[:HEADER_WITHIN]]
    widest = max((sum(map(bool, cells)) for cells in rows), default=0)
    for at, cells in enumerate(rows):
        filled = [cell for cell in cells if cell]
        if len(filled) >= max(1, widest - 1) and not any(map(_DATA.match, filled)):
            return at
    return None


def names_of(layout: Schema, own: Mapping[str, Any] = _NONE) -> dict[str, list[str]]:
    """Column → every heading it is known by; one that the settings name goes by that alone."""
    found = {}
    for column in layout.columns:
        more = () if column.name in own else column.seen_as
        found[column.name] = list(
            dict.fromkeys(map(key, (*column.names(own.get(column.name)), *more)))
        )
    return found


def _joined(grid: Grid) -> Iterator[tuple[int, list[str]]]:
    """Two rows of headings as one: a merged cell above stands over the blank ones to its right."""
    for index in range(min(len(grid.rows) - 1, HEADER_WITHIN)):
        above, below = grid.rows[index][1], grid.rows[index + 1][1]
        if sum(map(bool, above)) < 2 or any(_DATA.match(c) for c in (*above, *below) if c):
            continue
        width = max(len(above), len(below))
        above, below = ([*c, *[""] * (width - len(c))] for c in (above, below))
        filled, last = [], ""
        for top, bottom in zip(above, below, strict=True):
            last = top or (last if bottom else "")
            filled.append(last)
        yield index, [f"{t} {b}".strip() for t, b in zip(filled, below, strict=True)]


def _reading(
    source: str,
    layout: Schema,
    index: int,
    cells: Sequence[str],
    is_double: bool,
    own: Mapping[str, Any],
) -> Header:
    matches = match(layout, cells, own)
    required = {c.name for c in layout.columns if c.is_required}
    # Required columns weigh double; the share of headings understood settles the rest.
    worth = sum(m.score / 100 * (2 if m.column in required else 1) for m in matches)
    share = len(matches) / max(1, sum(map(bool, cells)))
    answered = sum(m.column in own for m in matches)
    is_answered = answered > 1 and 2 * answered >= len(own)
    worth += share
    return Header(source, layout, index, list(cells), matches, worth, is_double, is_answered)


def match(
    layout: Schema, cells: Sequence[str], own: Mapping[str, Any] = _NONE
) -> tuple[Match, ...]:
    """The headings recognised as columns of a layout, best first, one column per heading."""
    if sum(map(bool, cells)) < 2:
        return ()
    keys = numbered(cells)
    candidates = []
    for column, names in names_of(layout, own).items():
        letters = [name.replace(" ", "") for name in names]
        for at, heading in enumerate(keys):
            if not heading or _DATA.match(cells[at]):
                continue
            if heading.replace(" ", "") in letters:
                rank = letters.index(heading.replace(" ", "")) / 100
                candidates.append(Match(column, at, (101.0 if column in own else 100.0) - rank))
                continue
            if column in own:
                continue
            best = process.extractOne(heading, names, scorer=fuzz.token_sort_ratio)
            if best and best[1] >= LIKELY:
                candidates.append(Match(column, at, best[1] - 2))
    candidates.sort(key=lambda m: (-m.score, m.at))
    columns, places, found = set(), set(), []
    for candidate in candidates:
        if candidate.column not in columns and candidate.at not in places:
            columns.add(candidate.column)
            places.add(candidate.at)
            found.append(candidate)
    return tuple(found)


def rivals(header: Header, taken: Match) -> list[int]:
    """Other headings left over that could as well be the column of a match."""
    used = {m.at for m in header.matches}
    names = [name.replace(" ", "") for name in names_of(header.layout)[taken.column]]
    keys = [heading.replace(" ", "") for heading in numbered(header.headings)]
    return [
        at
        for at, heading in enumerate(keys)
        if at not in used and heading and (heading in names) and taken.column != "place"
    ]
