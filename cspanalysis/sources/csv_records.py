"""Records as text: what cutting a text file and opening a workbook both end in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from cspanalysis.domain.errors import paragraph
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import UnknownLayout

ROW = "row"
HEADER_WITHIN = 25

Record = tuple[int, list[str]]
#: Of a row how many columns it names, 0 where it is no header.
IsHeader = Callable[[list[str]], int]


@dataclass
class Rows:
    """A part's records as text.

    Parameters
    ----------
    header : list of str
        Headings as found.
    blocks : iterator of polars.DataFrame
        Text columns '0', '1', … in the header's order (missing where blank) and `row`, the line
        at which the record begins (a spreadsheet's row number).
    set_aside : list of (row, found, reason)
        Records that could not be cut; complete once `blocks` is exhausted.
    recoded : list of int
        Lines that were not UTF-8 and were read as Windows-1252.
    passed : list of str
        Sheets of the workbook that hold something else.
    beside : list of (row, text)
        What stands beside the table in a sheet; complete once `blocks` is exhausted.
    titles : list of str
        Text above the header.
    sheet : str
        The workbook's sheet that they are of.
    categories : set of str
        Columns to read as categories where nothing is odd; set before `blocks` is drawn from.
    """

    header: list[str]
    blocks: Iterator[pl.DataFrame]
    set_aside: list[tuple[int, str, str]] = field(default_factory=list)
    recoded: list[int] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    beside: list[tuple[int, str]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    sheet: str = ""
    categories: set[str] = field(default_factory=set)


def titles_of(first: list[Record]) -> list[str]:
    """What the records above a header say, a text for each."""
    return [" ".join(filter(None, map(str.strip, cells))) for _, cells in first]


#: What stands in a record and in no heading: numbers, days, years.
DATA = re.compile(r"^[\d\W]+$|^\d{1,2}[-/ ][A-Za-z]{3}[-/ ]\d{2,4}|^\d{4}/\d{2}$")


def joined(above: Sequence[str], below: Sequence[str]) -> list[list[str]]:
    """Two rows of headings as one, in the two ways that publishers mean them; none if they are no
    such rows.

    A merged cell above stands over the blank ones to its right; it belongs to what stands beneath
    ('Committed from' over 'Date'), or only groups it ('By size' over 'Total incidents').
    """
    filled = [[cell.strip() for cell in cells] for cells in (above, below)]
    if min(sum(map(bool, cells)) for cells in filled) < 2:
        return []
    if any(DATA.match(cell) for cells in filled for cell in cells if cell):
        return []
    width = max(map(len, filled))
    tops, bottoms = ([*cells, *[""] * (width - len(cells))] for cells in filled)
    if all(bool(top) == bool(bottom) for top, bottom in zip(tops, bottoms, strict=True)):
        return []
    over, last = [], ""
    for top, bottom in zip(tops, bottoms, strict=True):
        last = top or (last if bottom else "")
        over.append(last)
    both = [f"{top} {bottom}".strip() for top, bottom in zip(over, bottoms, strict=True)]
    return [both, [bottom or top for top, bottom in zip(over, bottoms, strict=True)]]


def header_at(
    records: Sequence[Record], following: Sequence[Record], is_header: IsHeader
) -> tuple[list[str], int] | None:
    """The header that ends with the last of some records, and of how many rows it is.

    A row that is one as it stands may be the upper of two: told by what follows.
    """
    if not records:
        return None
    last = records[-1][1]
    if known := is_header(last):
        if following and may_go_on(last):
            for header in joined(last, following[0][1]):
                if is_header(header) > known:
                    return None  # it ends with the next one
        return last, 1
    if len(records) > 1:
        for header in joined(records[-2][1], last):
            if is_header(header):
                return header, 2
    return None


def may_go_on(header: Sequence[str]) -> bool:
    """Whether a row of headings has gaps, as merged cells leave them."""
    return any(not cell.strip() for cell in header)


def header_of(part: Part, first: list[Record]) -> list[str]:
    """What counts as a header where none of the first records is one: the first."""
    if not first:
        raise UnknownLayout(
            paragraph("the file is empty", file=part.label, do="Fetch or export it again."), part
        )
    return first[0][1]


def frame_of(records: list[Record], width: int) -> pl.DataFrame:
    """The text table of records: columns '0', '1', … (missing where blank) and their rows."""
    columns = {
        str(i): pl.Series([cells[i] or None for _, cells in records], dtype=pl.String)
        for i in range(width)
    }
    rows = pl.Series([at for at, _ in records], dtype=pl.UInt32)
    return pl.DataFrame({ROW: rows, **columns})
