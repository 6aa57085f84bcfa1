"""Many small files of one layout, parsed in one go.

The fixed cost of a file - a dozen calls, a table of its own - outweighs the reading of a few
megabytes. Files that begin with the same header and hold nothing odd (`plain`) are laid end to end
and parsed as one; which rows came from which file is known from their numbers. Any other file is
left to be read alone, by the careful way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cspanalysis.sources import plain, unpacking
from cspanalysis.sources.opening import Part
from cspanalysis.sources.records import ROW

PART = "part"


@dataclass(frozen=True)
class Together:
    """Plain files as one text table.

    Parameters
    ----------
    header : list of str
        Their headings.
    frame : polars.DataFrame
        Text columns '0', '1', …; `part`, the file's number among those given; and `row`, the line
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
    categories: Callable[[list[str]], set[str]],
) -> Together | None:
    """The files among `parts` that can be parsed together; None if there are none.

    Parameters
    ----------
    parts : sequence of Part
        Files small enough to be held in memory at once.
    is_header : callable
        Whether a record is the header.
    categories : callable
        Header to the numbers of the columns to read as categories.
    """
    first: bytes = b""
    header: list[str] = []
    pieces: list[bytes] = []
    spans: dict[int, tuple[int, int]] = {}
    at = 0
    for number, part in enumerate(parts):
        found = unpacking.text(part) if part.size else None
        heading, _, rest = found[0].partition(b"\n") if found else (b"", b"", b"")
        if first and heading != first:
            continue
        if not first:
            header = _headings(heading)
            if not is_header(header):
                continue
            first = heading
        found[0] = rest
        if found[-1:] and not next((p for p in reversed(found) if p), b"\n").endswith(b"\n"):
            found.append(b"\n")
        pieces += found
        spans[number] = (at, at + sum(map(len, found)))
        at = spans[number][1]
    text = b"".join(pieces)
    pieces.clear()
    counted = {n: plain.lines_of(text, len(header), ",", *span) for n, span in spans.items()}
    rows = {n: count for n, count in counted.items() if count}
    if not rows:
        return None
    if len(rows) < len(spans):
        text = b"".join(text[slice(*spans[n])] for n in rows)
    frame = plain.frame_of(text, sum(rows.values()), len(header), ",", categories(header))
    if frame is None:
        return None
    counts = list(rows.values())
    # Beneath the header, so the first record stands in line 2.
    lines = np.concatenate([np.arange(2, n + 2, dtype=np.uint32) for n in counts])
    frame = frame.with_columns(
        pl.Series(PART, np.repeat(np.array([*rows], dtype=np.uint16), counts)),
        pl.Series(ROW, lines),
    )
    return Together(header, frame, rows)


def _headings(line: bytes) -> list[str]:
    """The headings of a plain first line; none where it is not plain."""
    if b'"' in line or b"\0" in line or not line.isascii():
        return []
    found = line.decode("ascii").split(",")
    return [] if any(line.count(sign) >= len(found) for sign in (b"\t", b";", b"|")) else found
