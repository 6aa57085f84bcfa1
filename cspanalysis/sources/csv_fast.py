"""Many small files of one layout, parsed in one go.

The fixed cost of a file - a dozen calls, a table of its own - outweighs the reading of a few
megabytes. Files that begin with the same header and hold nothing odd (`plain`) are laid end to end
and parsed as one; which rows came from which file is known from their numbers. Any other file is
left to be read alone, by the careful way.
"""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl

from cspanalysis.sources import csv_blocks, inflation
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import ROW

PART = "part"


@dataclass(frozen=True)
class Together:
    """Plain files as one table.

    Parameters
    ----------
    header : list of str
        Their headings.
    frame : polars.DataFrame
        Columns '0', '1', …; `part`, the file's number among those given; and `row`, the line
        in it.
    rows : dict of int to int
        Rows of each file in the table, by its number; files not named have to be read alone.
    """

    header: list[str]
    frame: pl.DataFrame
    rows: dict[int, int]


def read(
    parts: Sequence[Part],
    is_header: Callable[[list[str]], bool],
    types: Callable[[list[str]], Mapping[str, pl.DataType | type[pl.DataType]]],
) -> Together | None:
    """The files among `parts` that can be parsed together; None if there are none.

    They are held in memory at once. `types` gives, of a header, the polars types of the columns
    that are not read as text, by their number.
    """
    heading: bytes = b""
    header: list[str] = []
    text = io.BytesIO()
    rows: dict[int, int] = {}
    has_quotes = False
    for number, part in enumerate(parts):
        start = text.tell()
        pieces = inflation.pieces(part) if part.size else iter(())
        with contextlib.suppress(inflation.NotPlain):
            found, _, rest = next(pieces, b"").partition(b"\n")
            if not heading and is_header(_headings(found)):
                heading, header = found, _headings(found)
            if heading and found == heading:
                signs = _laid(text, itertools.chain([rest], pieces))
                content = functools.partial(_since, text, start)
                if lines := signs.lines(len(header), content):
                    rows[number] = lines
                    has_quotes |= signs.has_quotes
        if number not in rows:
            text.seek(start)
            text.truncate()
    if not rows:
        return None
    text.seek(0)
    frame = csv_blocks.frame_of(
        text, sum(rows.values()), len(header), ",", types(header), has_quotes=has_quotes
    )
    if frame is None:
        return None
    counts = list(rows.values())
    # Beneath the header, so the first record stands in line 2.
    numbers = np.concatenate([np.arange(2, n + 2, dtype=np.uint32) for n in counts])
    frame = frame.with_columns(
        pl.Series(PART, np.repeat(np.array([*rows], dtype=np.uint16), counts)),
        pl.Series(ROW, numbers),
    )
    return Together(header, frame, rows)


def _laid(text: BinaryIO, pieces: Iterable[bytes]) -> csv_blocks.Signs:
    """Write a file's pieces, so that it ends with its last line, and count what is in them."""
    signs = csv_blocks.Signs(",")
    for piece in pieces:
        signs.add(piece)
        text.write(piece)
    if signs.is_within_line:
        signs.add(b"\n")
        text.write(b"\n")
    return signs


def _since(text: BinaryIO, start: int) -> bytes:
    """What was written since then."""
    text.seek(start)
    return text.read()


def _headings(line: bytes) -> list[str]:
    """The headings of a plain first line; none where it is not plain."""
    if b'"' in line or b"\0" in line or not line.isascii():
        return []
    found = line.decode("ascii").split(",")
    return [] if any(line.count(sign) >= len(found) for sign in (b"\t", b";", b"|")) else found
