"""Plain text tables: blocks in which every line is one whole record, parsed at full speed.

Whether a block is plain is proved from the signs in it before it is parsed; what is not plain is
cut record by record under strict rules (`rows`).
"""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import polars as pl

MAX_RECORD = 1_000_000


def lines_of(
    block: bytes, width: int, delimiter: str, start: int = 0, end: int | None = None
) -> int | None:
    """Number of records in a block of whole lines; None if anything in it is odd.

    With separators = (columns - 1) x lines, no record can be short unless another is long, and
    `frame_of` refuses long ones. Quotation marks must enclose whole cells.

    Parameters
    ----------
    block : bytes
        Whole lines that end in LF.
    width : int
        Cells of each record.
    delimiter : str
        What separates them.
    start, end : int
        The stretch of the block that is meant; all of it by default.
    """
    end = len(block) if end is None else end
    if width < 2 or start >= end or block.find(b"\0", start, end) >= 0:
        return None
    quoted = 0
    if block.find(b'"', start, end) >= 0:
        found = _quoted(block[start:end], delimiter)
        if found is None:
            return None
        quoted = found
    signs = np.frombuffer(block, np.uint8)[start:end]  # counts far faster than bytes.count
    lines = int(np.count_nonzero(signs == ord("\n"))) + (block[end - 1 : end] != b"\n")
    if int(np.count_nonzero(signs == ord(delimiter))) - quoted != (width - 1) * lines:
        return None
    step = MAX_RECORD // 2
    if any(block.find(b"\n", at, at + step) < 0 for at in range(start, end - step, step)):
        return None  # a line may be too long
    if signs.max() > 127:
        try:
            block[start:end].decode("utf-8")
        except UnicodeDecodeError:
            return None
    return lines


def frame_of(
    block: bytes, lines: int, width: int, delimiter: str, categories: Collection[str]
) -> pl.DataFrame | None:
    """Text columns '0', '1', … of blocks that are plain; None if a record was long after all.

    Parameters
    ----------
    block : bytes
        One or more blocks of which `lines_of` gave a number, each ending in LF.
    lines : int
        The sum of these numbers.
    width, delimiter
        As given to `lines_of`.
    categories : collection of str
        Columns to read as categories.
    """
    try:
        frame = pl.read_csv(
            block,
            has_header=False,
            schema={
                name: pl.Categorical if name in categories else pl.String
                for name in map(str, range(width))
            },
            separator=delimiter,
            quote_char='"' if b'"' in block else None,
        )
    except pl.exceptions.PolarsError:
        return None
    return frame if frame.height == lines else None


def _quoted(block: bytes, delimiter: str) -> int | None:
    """Separators within quoted cells; None if a quotation mark does anything but enclose one.

    A name such as "Bournemouth, Christchurch and Poole" need not slow a whole file.
    """
    edge = re.escape(delimiter.encode()) + b"\n"
    cells = re.findall(b'"(?<=[%b]")[^"\n]+"(?=[%b])' % (edge, edge), b"\n%b\n" % block)
    if 2 * len(cells) != block.count(b'"'):
        return None
    return b"".join(cells).count(delimiter.encode())
