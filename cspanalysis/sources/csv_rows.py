"""Rows of text: cutting a raw part into records without losing one.

Each record ends up in the text table or among the problems, with its line number. Blocks without
quotation marks and with the right number of separators, nearly everything in the open data, go
through polars at full speed; anything odd is cut record by record under strict rules.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import polars as pl

from cspanalysis.sources import csv_blocks, sheets
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_blocks import MAX_RECORD
from cspanalysis.sources.csv_lines import Blocks
from cspanalysis.sources.csv_records import (  # fmt: skip
    HEADER_WITHIN,
    ROW,
    IsHeader,
    Record,
    Rows,
    frame_of,
    header_at,
    header_of,
    may_go_on,
    titles_of,
)

MAX_RECORD_LINES = 200
_SHOWN = 160


def read(
    part: Part,
    is_header: IsHeader,
    stream: BinaryIO,
    tail: int = 0,
    meant: Sequence[str] = (),
) -> Rows:
    """Find the header and hand out the records beneath it.

    Titles above the header are passed over; where none of the first records is one, the first
    counts as it. The publisher leaves out `tail` cells at the end of records: they count as blank.
    `meant` are the sheets that the settings name.
    """
    if part.is_sheet:
        return sheets.read(part, is_header, meant)
    cutter = _Cutter(part, stream)
    first: list[Record] = []
    found = None
    for record in cutter.records():
        first.append(record)
        following = cutter.peeked() if is_header(record[1]) and may_go_on(record[1]) else []
        found = header_at(first, following, is_header)
        if found or len(first) >= HEADER_WITHIN:
            break
    header, depth = found or (header_of(part, first), 1)
    # Where no record is the header the caller refuses the part, so nothing is handed out twice.
    cutter.begin(len(header), tail)
    return Rows(
        header, cutter.blocks(), cutter.set_aside, cutter.recoded, categories=cutter.categories,
        titles=titles_of(first[:-depth]),
    )  # fmt: skip


class _Cutter:
    """Cuts a byte stream into lines and records, block by block."""

    def __init__(self, part: Part, stream: BinaryIO):
        self._blocks = Blocks(part, stream)
        self._line = 0
        self._delimiter = ""
        self._lines: list[str | None] = []
        self._width = self._tail = 0
        self._peeked: list[Record] = []
        self.set_aside: list[tuple[int, str, str]] = []
        self.recoded: list[int] = []
        self.categories: set[str] = set()

    def begin(self, width: int, tail: int) -> None:
        """From here on records have this many cells; what was noted above the header is dropped."""
        self._width, self._tail = width, tail
        self.set_aside.clear()

    def _text(self, block: bytes) -> list[str | None]:
        """The block's lines; None for a line with NUL bytes."""
        lines: list[str | None] = []
        pieces = block.split(b"\n")
        if pieces and pieces[-1] == b"":
            pieces.pop()
        for at, piece in enumerate(pieces):
            if b"\0" in piece:
                lines.append(None)
                continue
            try:
                lines.append(piece.decode("utf-8"))
            except UnicodeDecodeError:
                lines.append(piece.decode("cp1252", errors="replace"))
                self.recoded.append(self._line + at + 1)
        return lines

    # ---- lines to records

    def records(self) -> Iterator[Record]:
        """Records one by one under strict quoting rules; blank lines are passed over."""
        while True:
            if self._peeked:
                yield self._peeked.pop()
                continue
            if not self._lines:
                block = self._blocks.next()
                if block is None:
                    return
                self._lines = self._text(block)
                self._lines.reverse()
            line = self._lines.pop()
            self._line += 1
            at = self._line
            if line is None:
                self.set_aside.append((at, "", "the line holds NUL bytes"))
                continue
            if not line.strip():
                continue
            if line.count('"') % 2:
                line = self._joined(line)
            if not self._delimiter:
                self._delimiter = max(",\t;|", key=lambda d: (line.count(d), d == ","))
            cells = self._cells(line, at)
            if cells is not None:
                yield at, cells

    def peeked(self) -> list[Record]:
        """The next record, which is handed out after all; [] at the end."""
        self._peeked = [record] if (record := next(self.records(), None)) else []
        return self._peeked

    def _joined(self, line: str) -> str:
        """The line with those that its open quotation mark swallows, or the line alone."""
        taken, length = [line], len(line)
        is_open = True
        while is_open and len(taken) < MAX_RECORD_LINES and length < MAX_RECORD:
            if not self._lines:
                block = self._blocks.next()
                if block is None:
                    break
                # Line numbers of what was not read in this block count from where it begins.
                self._line += len(taken) - 1
                self._lines = self._text(block)
                self._line -= len(taken) - 1
                self._lines.reverse()
            following = self._lines.pop()
            if following is None:
                self._lines.append(following)
                is_open = True
                break
            taken.append(following)
            length += len(following)
            is_open = following.count('"') % 2 == 0
        if is_open:
            self._lines.extend(reversed(taken[1:]))
            return line
        self._line += len(taken) - 1
        return "\n".join(taken)

    def _cells(self, line: str, at: int) -> list[str] | None:
        if len(line) > MAX_RECORD:
            self.set_aside.append((at, line[:_SHOWN], "the line is longer than a million letters"))
            return None
        if '"' not in line:
            return line.split(self._delimiter)
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True))
        except csv.Error:
            self.set_aside.append((at, line[:_SHOWN], "a quotation mark is open or misplaced"))
            return None

    # ---- records to text tables

    def blocks(self) -> Iterator[pl.DataFrame]:
        """Text tables of all records beneath the header."""
        while self._peeked:
            if (fitted := self._fitted(*self._peeked.pop())) is not None:
                yield frame_of([fitted], self._width)
        if self._lines:
            # What was cut line by line to find the header goes back, so that it can go fast.
            whole = [line for line in reversed(self._lines) if line is not None]
            if len(whole) < len(self._lines):
                yield from self._slowly()
                return
            rest = "\n".join(whole) + "\n"
            self._lines = []
            self._held = rest.encode("utf-8")
        else:
            self._held = b""
        while True:
            block = self._blocks.next()
            if self._held:
                block, self._held = self._held + (block or b""), b""
            if block is None:
                return
            frame = self._plain(block)
            if frame is None:
                self._lines = self._text(block)
                self._lines.reverse()
                yield from self._slowly()
                return
            self._line += frame.height
            yield frame

    def _plain(self, block: bytes) -> pl.DataFrame | None:
        """The block as a table if nothing in it is odd, else None."""
        lines = csv_blocks.lines_of(block, self._width, self._delimiter)
        if lines is None:
            return None
        types = dict.fromkeys(self.categories, pl.Categorical)
        frame = csv_blocks.frame_of(
            block, lines, self._width, self._delimiter, types, has_quotes=b'"' in block
        )
        return None if frame is None else frame.with_row_index(ROW, offset=self._line + 1)

    def _slowly(self) -> Iterator[pl.DataFrame]:
        taken: list[Record] = []
        for at, cells in self.records():
            if (fitted := self._fitted(at, cells)) is not None:
                taken.append(fitted)
            if len(taken) >= 50_000:
                yield frame_of(taken, self._width)
                taken = []
        if taken:
            yield frame_of(taken, self._width)

    def _fitted(self, at: int, cells: list[str]) -> Record | None:
        """The record with as many cells as the header has; set aside if it has others."""
        # Spreadsheets pad with empty cells at the end: no content, no loss.
        if len(cells) > self._width and not any(cells[self._width :]):
            cells = cells[: self._width]
        elif self._width - self._tail <= len(cells) < self._width:
            cells = cells + [""] * (self._width - len(cells))
        if len(cells) == self._width:
            return at, cells
        found = self._delimiter.join(cells)[:_SHOWN]
        self.set_aside.append((at, found, f"{len(cells)} cells where the header has {self._width}"))
        return None
