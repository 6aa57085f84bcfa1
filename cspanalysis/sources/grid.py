"""An unknown file as rows of text: sheets of a workbook, or lines of a text file."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cspanalysis.domain.errors import DataRefused, UsageError, paragraph
from cspanalysis.sources.archive import SHEET_SUFFIXES, TEXT_SUFFIXES, Part
from cspanalysis.sources.workbooks import Sheet, records, sheets

#: Value maps need every label once; beyond this many rows new ones are improbable.
MAX_ROWS = 300_000


@dataclass(frozen=True)
class Grid:
    """Rows of text with their numbers in the file.

    Parameters
    ----------
    file : str
        Name for messages.
    sheet : str
        '' for a text file.
    rows : list of (int, list of str)
        Row numbers and cells; rows without any text are left out.
    notes : tuple of str
        How it was read: encoding, delimiter.
    """

    file: str
    sheet: str
    rows: list[tuple[int, list[str]]]
    notes: tuple[str, ...] = ()


def read(path: Path) -> list[Grid]:
    """The sheets of a workbook that hold anything, or the one grid of a text file."""
    if not path.is_file():
        raise UsageError(paragraph("there is no such file", file=path, do="Check the name."))
    suffix = path.suffix.lower()
    if suffix in SHEET_SUFFIXES:
        grids = _sheets(path)
    elif suffix in TEXT_SUFFIXES:
        grids = [_text(path, path.read_bytes())]
    elif suffix == ".gz":
        grids = [_text(path, _unpacked(path))]
    else:
        raise DataRefused(
            paragraph(
                f"files ending in '{suffix}' cannot be mapped",
                file=path.name,
                allowed="csv, txt, tsv, csv.gz, xlsx, xls, ods",
                do="Save or unpack it as one of these.",
            )
        )
    grids = [grid for grid in grids if grid.rows]
    if not grids:
        raise DataRefused(paragraph("the file is empty", file=path.name, do="Export it again."))
    return grids


def _sheets(path: Path) -> list[Grid]:
    # As the reader of raw workbooks has it, so that what is proposed fits what is read.
    return [
        Grid(path.name, sheet.member, _records(sheet)) for sheet in sheets(Part(path, path.name))
    ]


def _records(sheet: Sheet) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    for block in sheet.blocks():
        found += records(block)
        if len(found) >= MAX_ROWS:
            break
    width = max((len(cells) for _, cells in found), default=0)
    return [(row, cells + [""] * (width - len(cells))) for row, cells in found[:MAX_ROWS]]


def _text(path: Path, content: bytes) -> Grid:
    notes = []
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataRefused(
            paragraph(
                "the file is saved as UTF-16 ('Unicode text')",
                file=path.name,
                allowed="UTF-8 or Windows-1252",
                do="Save it as 'CSV UTF-8'.",
            )
        )
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
        notes.append("begins with a byte order mark, which is passed over")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        notes.append("saved as Windows-1252 (not UTF-8), read as such")
    head = text[:20_000]
    delimiter = max(",\t;|", key=lambda d: (head.count(d), d == ","))
    if delimiter != ",":
        notes.append(f"columns are separated by {'tabs' if delimiter == chr(9) else delimiter!r}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return Grid(path.name, "", _numbered(reader), tuple(notes))
    except csv.Error as error:
        raise DataRefused(
            paragraph(
                f"the text cannot be cut into records ({error})",
                file=path.name,
                row=reader.line_num,
                do="Is it a CSV file, and are its quotation marks in pairs? Export it again.",
            )
        ) from error


def _unpacked(path: Path) -> bytes:
    try:
        return gzip.decompress(path.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise DataRefused(
            paragraph(f"it does not unpack ({error})", file=path.name, do="Fetch it again.")
        ) from error


def _numbered(rows: Iterable[Sequence[str]]) -> list[tuple[int, list[str]]]:
    found = []
    for number, row in enumerate(rows, 1):
        cells = [c.strip() for c in row]
        if any(cells):
            found.append((number, cells))
        if len(found) >= MAX_ROWS:
            break
    return found
