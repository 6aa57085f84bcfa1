"""Which heading is which column: the header row, and one column at most per heading."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz, process

from cspanalysis import sources
from cspanalysis.domain import period_labels, total_labels
from cspanalysis.sources import side_by_side
from cspanalysis.sources.csv_records import DATA, HEADER_WITHIN, joined
from cspanalysis.sources.grid import Grid
from cspanalysis.sources.schema import Schema, key, numbered
from cspanalysis.sources.side_by_side import Stack

_NONE: Mapping[str, Any] = {}
#: A heading as like as this to a known one is taken, and shown as likely.
LIKELY = 86
#: The score of a known heading; one that the settings name has more.
KNOWN = 100.0


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
    stack : Stack, optional
        Headings that stand side by side: years, answers.
    """

    source: str
    layout: Schema
    index: int
    headings: list[str]
    matches: tuple[Match, ...]
    worth: float
    is_double: bool = False
    is_answered: bool = False
    stack: Stack | None = None


def find(
    grid: Grid, given: Mapping[str, Mapping[str, Any]], judge: Callable[[Header], Header]
) -> list[Header]:
    """The best reading of a grid as each source, best first; [] if none recognises a thing.

    Of a source with several layouts the one that fits best is taken. Headings named in the section
    `sources` of the settings (`given`) count as known. `judge` adds what the cells show.
    """
    found = []
    likely = header_row(grid)
    rows = [(index, cells, False) for index, (_, cells) in enumerate(grid.rows[:HEADER_WITHIN])]
    rows += [(index, joined, True) for index, joined in _joined(grid)]
    for source in (one for one in sources.SOURCES if one.is_mapped):
        own = given.get(source.name, {}).get("columns", {})
        readings = [
            _reading(source.name, layout, index, cells, is_double, own)
            for layout in source.schemas
            if layout.name in (source.mapped or (layout.name,))
            for index, cells, is_double in rows
        ]
        # Where no heading is known the cells of the likeliest row may tell what they are.
        known = [one for one in readings if one.matches or one.index == likely]
        best = _best(known) if known else None
        if best is None:
            continue
        at = [h for h in known if h.index == likely or h.headings == best.headings]
        judged = _best([judge(one) for one in at])
        if judged.matches:
            found.append(judged)
    return sorted(found, key=lambda h: (not h.is_answered, -h.worth))


def _best(readings: Sequence[Header]) -> Header:
    """Of equal readings the plain one is taken: joined headings must be worth it."""
    return max(readings, key=lambda h: (h.worth, not h.is_double, -_lacking(h), -h.index))


def _lacking(header: Header) -> int:
    """How many columns its layout needs that it does not have."""
    matched = {m.column for m in header.matches}
    return sum(c.is_required and c.name not in matched for c in header.layout.columns)


def header_row(grid: Grid) -> int | None:
    """Position of the row that is most likely the header, whatever the file is."""
    rows = [cells for _, cells in grid.rows[:HEADER_WITHIN]]
    widest = max((sum(map(bool, cells)) for cells in rows), default=0)
    for at, cells in enumerate(rows):
        filled = [cell for cell in cells if cell]
        if len(filled) >= max(1, widest - 1) and not any(
            DATA.match(cell) and not period_labels.match(cell) for cell in filled
        ):
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
    """Two rows of headings as one, with the position of the lower one."""
    for index in range(1, min(len(grid.rows), HEADER_WITHIN)):
        for cells in joined(grid.rows[index - 1][1], grid.rows[index][1]):
            yield index, cells


def _reading(
    source: str,
    layout: Schema,
    index: int,
    cells: Sequence[str],
    is_double: bool,
    own: Mapping[str, Any],
) -> Header:
    """A row read as the header of a layout."""
    header = Header(source, layout, index, list(cells), (), 0.0, is_double)
    return weighed(header, match(layout, cells, own), own)


def weighed(header: Header, matches: Sequence[Match], own: Mapping[str, Any] = _NONE) -> Header:
    """A header with its matches, what stands side by side beside them, and its worth."""
    named = dict(own) | {m.column: header.headings[m.at] for m in matches}
    stack = side_by_side.stack(header.layout, header.headings, named) if matches else None
    if matches and not stack:
        # A heading of totals may stand among what is side by side.
        named = {
            column: heading for column, heading in named.items()
            if column in own or not re.search(total_labels.BEGINS, heading)
        }  # fmt: skip
        stack = side_by_side.stack(header.layout, header.headings, named)
    matches = [m for m in matches if not stack or m.at not in stack.places]
    columns = {m.column: m.score / 100 for m in matches}
    if stack:
        columns |= {stack.across.column: 1.0, stack.across.value: 1.0}
    required = {c.name for c in header.layout.columns if c.is_required}
    # Required columns weigh double; the share of headings understood settles the rest.
    worth = sum(score * (2 if name in required else 1) for name, score in columns.items())
    used = len(matches) + (len(stack.places) if stack else 0)
    worth += used / max(1, sum(map(bool, header.headings)))
    answered = sum(m.score > KNOWN for m in matches)
    is_answered = answered > 1 and 2 * answered >= len(own)
    return replace(
        header, matches=tuple(matches), stack=stack, worth=worth, is_answered=is_answered
    )


def match(
    layout: Schema, cells: Sequence[str], own: Mapping[str, Any] = _NONE
) -> tuple[Match, ...]:
    """The headings recognised as columns of a layout, best first, one column per heading."""
    if sum(map(bool, cells)) < 2:
        return ()
    keys = numbered(cells)
    own = named_in(cells, own)
    patterns = {column.name: column.pattern for column in layout.columns}
    candidates = []
    for column, names in names_of(layout, own).items():
        letters = [name.replace(" ", "") for name in names]
        for at, heading in enumerate(keys):
            if not heading or DATA.match(cells[at]):
                continue
            if heading.replace(" ", "") in letters:
                rank = letters.index(heading.replace(" ", "")) / 100
                candidates.append(Match(column, at, KNOWN + (column in own) - rank))
                continue
            if column in own:
                continue
            if patterns[column] and re.fullmatch(patterns[column], heading):
                candidates.append(Match(column, at, 99.5))
                continue
            best = process.extractOne(heading, names, scorer=fuzz.token_sort_ratio)
            if best and best[1] >= LIKELY:
                candidates.append(Match(column, at, best[1] - 2))
    return one_each(candidates)


def named_in(cells: Sequence[str], own: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that the settings name by a heading that is there: not those of other files."""
    there = {heading.replace(" ", "") for heading in numbered(cells)}
    spelled = {column: [said] if isinstance(said, str) else said for column, said in own.items()}
    return {
        column: own[column]
        for column, names in spelled.items()
        if there & {key(name).replace(" ", "") for name in names}
    }


def one_each(candidates: Sequence[Match]) -> tuple[Match, ...]:
    """Of some matches the best, one column at most per heading and one heading per column."""
    columns, places, found = set(), set(), []
    for candidate in sorted(candidates, key=lambda m: (-m.score, m.at)):
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
