"""Records as text: what cutting a text file and opening a workbook both end in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import polars as pl

from cspanalysis.domain.errors import paragraph
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import UnknownLayout

ROW = "row"
HEADER_WITHIN = 25

Record = tuple[int, list[str]]


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
    categories: set[str] = field(default_factory=set)


def titles_of(first: list[Record]) -> list[str]:
    """What the records above a header say, a text for each."""
    return [" ".join(filter(None, map(str.strip, cells))) for _, cells in first]


def header_of(part: Part, first: list[Record], is_header: Callable[[list[str]], bool]) -> list[str]:
    """The header among a part's first records: the last if it is one, else the first."""
    if not first:
        raise UnknownLayout(
            paragraph("the file is empty", file=part.label, do="Fetch or export it again."), part
        )
    return first[-1][1] if is_header(first[-1][1]) else first[0][1]


def frame_of(records: list[Record], width: int) -> pl.DataFrame:
    """The text table of records: columns '0', '1', … (missing where blank) and their rows."""
    columns = {
        str(i): pl.Series([cells[i] or None for _, cells in records], dtype=pl.String)
        for i in range(width)
    }
    rows = pl.Series([at for at, _ in records], dtype=pl.UInt32)
    return pl.DataFrame({ROW: rows, **columns})
