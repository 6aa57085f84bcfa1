"""Blocks of whole lines from a stream of bytes, whatever its line ends, in bounded memory."""

from __future__ import annotations

from typing import BinaryIO

import numpy as np

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources.archive import Part

BLOCK = 16 * 1024**2
#: The first block only has to hold the header; it is cut line by line to find it.
_FIRST = 16 * 1024


class Blocks:
    """Cuts a stream into blocks that end where a line ends.

    Parameters
    ----------
    part : Part
        What is read, for messages.
    stream : binary file
        The part, opened.
    """

    def __init__(self, part: Part, stream: BinaryIO):
        self._part, self._stream = part, stream
        self._pending = b""
        self._is_first = True
        self._ended = False

    def next(self) -> bytes | None:
        """The next block of whole lines, line ends LF; None at the end."""
        if self._ended and not self._pending:
            return None
        data = self._pending
        while not self._ended and b"\n" not in data[-BLOCK:]:
            more = self._stream.read(_FIRST if self._is_first and not data else BLOCK)
            if not more:
                self._ended = True
            # A line without end would fill the memory: its middle goes, it is too long anyway.
            data = data + more if len(data) < 4 * BLOCK else data[: 2 * BLOCK] + more[-BLOCK:]
            if b"\r" in more and b"\n" not in more:
                break
        if self._is_first:
            self._is_first = False
            if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise DataRefused(
                    paragraph(
                        "the file is saved as UTF-16 ('Unicode text')",
                        file=self._part.label,
                        allowed="UTF-8 or Windows-1252",
                        do="Save it as 'CSV UTF-8'.",
                    )
                )
            data = data.removeprefix(b"\xef\xbb\xbf")
        end = len(data) if self._ended else data.rfind(b"\n") + 1
        if end == 0:  # line ends are CR alone
            end = data.rfind(b"\r") + 1 if not data.endswith(b"\r") else data[:-1].rfind(b"\r") + 1
            end = end or len(data)
        block, self._pending = data[:end], data[end:]
        return with_lf(block) or self.next()


def with_lf(block: bytes) -> bytes:
    """A block of whole lines with LF for CRLF and for CR alone."""
    if b"\r" not in block:
        return block
    signs = np.frombuffer(block, dtype=np.uint8)
    is_cr = signs == ord("\r")
    # Each CR stands before an LF.
    if not is_cr[-1] and not (is_cr[:-1] > (signs[1:] == ord("\n"))).any():
        return block.replace(b"\r", b"")  # a sign that goes costs a third of one exchanged
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
