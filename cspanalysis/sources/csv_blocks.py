"""Plain text tables: blocks in which every line is one whole record, parsed at full speed.

Whether a block is plain is proved from the signs in it before it is parsed; what is not plain is
cut record by record under strict rules (`rows`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO

import numpy as np
import polars as pl

MAX_RECORD = 1_000_000
#: Signs looked at together: they stay in the processor's cache while they are counted.
_STRETCH = 256 * 1024


class Signs:
    """What stands in a text, counted piece by piece while the processor has it at hand.

    Parameters
    ----------
    delimiter : str
        What separates its cells.
    """

    def __init__(self, delimiter: str):
        self._delimiter = delimiter
        self._is_same = np.empty(_STRETCH, dtype=np.bool_)
        self._ends = self._delimiters = self._since = 0
        self.has_quotes = self._has_letters_beyond = self._is_odd = False

    def add(self, piece: bytes) -> None:
        """Count a piece; lines may go on from one to the next."""
        if not piece:
            return
        signs = np.frombuffer(piece, np.uint8)
        for at in range(0, len(signs), _STRETCH):
            stretch = signs[at : at + _STRETCH]
            self._ends += self._count(stretch, "\n")
            self._delimiters += self._count(stretch, self._delimiter)
        self.has_quotes |= b'"' in piece
        self._has_letters_beyond |= not piece.isascii()
        first, step = piece.find(b"\n"), MAX_RECORD // 2
        longest = self._since + (first if first >= 0 else len(piece))
        self._since = len(piece) - piece.rfind(b"\n") - 1 if first >= 0 else longest
        self._is_odd |= (
            b"\0" in piece
            or longest > MAX_RECORD
            # A line as long as this may be too long.
            or any(piece.find(b"\n", at, at + step) < 0 for at in range(0, len(piece) - step, step))
        )

    def _count(self, stretch: np.ndarray, sign: str) -> int:
        is_same = self._is_same[: len(stretch)]
        np.equal(stretch, ord(sign), out=is_same)
        return int(np.count_nonzero(is_same))

    @property
    def is_within_line(self) -> bool:
        """The text so far does not end where a line ends."""
        return self._since > 0

    def lines(self, width: int, content: Callable[[], bytes]) -> int | None:
        """Number of records in the text; None if anything in it is odd.

        With separators = (columns - 1) x lines, no record can be short unless another is long, and
        `frame_of` refuses long ones. Quotation marks must enclose whole cells: few texts need to be
        looked at (`content`) once more.
        """
        lines = self._ends + self.is_within_line
        if width < 2 or not lines or self._is_odd:
            return None
        quoted: int | None = 0
        if self.has_quotes:
            quoted = _quoted(content(), self._delimiter)
        if quoted is None or self._delimiters - quoted != (width - 1) * lines:
            return None
        if self._has_letters_beyond:
            try:
                content().decode("utf-8")
            except UnicodeDecodeError:
                return None
        return lines


def lines_of(block: bytes, width: int, delimiter: str) -> int | None:
    """Number of records in a block of whole lines; None if anything in it is odd (see `Signs`)."""
    signs = Signs(delimiter)
    signs.add(block)
    return signs.lines(width, lambda: block)


def frame_of(
    text: bytes | BinaryIO,
    lines: int,
    width: int,
    delimiter: str,
    types: Mapping[str, pl.DataType | type[pl.DataType]],
    *,
    has_quotes: bool = True,
) -> pl.DataFrame | None:
    """Columns '0', '1', … of a text that is plain; None if a cell was not as expected after all.

    The text is one or more of which `lines` gave a number, each ending in LF; `types` are those of
    the columns that are not read as text.
    """
    try:
        frame = pl.read_csv(
            text,
            has_header=False,
            schema={name: types.get(name, pl.String) for name in map(str, range(width))},
            separator=delimiter,
            quote_char='"' if has_quotes else None,
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
