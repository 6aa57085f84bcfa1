"""Workbooks (xlsx, xls, ods), opened once: sheet after sheet, in blocks of rows of text.

A sheet of an ods is one long stream of XML. Its rows are cut from that stream some megabytes at a
time and each piece is read as a small workbook of its own: a million rows never lie in memory
together, and rows that are only blank cost nothing. A sheet of an xlsx is read as a whole, and
refused where one stray cell would make it as large as a spreadsheet can be.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import unescape

import polars as pl
import python_calamine
from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import ROW, Record

_ROWS_AT_ONCE = 20_000
#: XML read at a time, and as much as one row may take.
_PIECE = 4 * 1024**2
_LONGEST_ROW = 64 * 1024**2
#: From here on a run of blank rows is passed over, and blank columns are taken for fewer.
_MANY = 1000
_WIDEST = 256
#: Cells that a piece, or a sheet with few cells in it, may spread over.
_MOST_CELLS = 20_000_000

_TABLE, _TABLE_END = b"<table:table ", b"</table:table>"
_ROW, _ROW_END = b"<table:table-row", b"</table:table-row>"
_NAME = re.compile(rb'\stable:name="([^"]*)"')
_GROUPS = (b"table:table-row-group", b"table:table-header-rows", b"table:table-rows")
_GROUP = re.compile(rb"</?(?:%b)\b[^>]*>" % b"|".join(_GROUPS))
_ROW_REPEATED = re.compile(
    rb'<table:table-row(?=\s)[^>]*?\stable:number-rows-repeated="(\d+)"[^>]*?(/?)>'
)
_CELLS_REPEATED = re.compile(rb'table:number-columns-repeated="(\d+)"')
_CELL, _LAST_CELL = b"<table:table-cell", b"/></table:table-row>"
_FILLED = re.compile(rb"value-type=|<text:p")
_MANIFEST = "META-INF/manifest.xml"
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    "</manifest:manifest>"
)
_OPENING = (
    b'<office:document-content><office:body><office:spreadsheet><table:table table:name="rows">'
)
_CLOSING = b"</table:table></office:spreadsheet></office:body></office:document-content>"
_XLSX_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_XLSX_CELL = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r=["']([A-Za-z]{1,20})(\d{1,20})["']""")
_XLSX_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*?\s)?r=["'](\d{1,20})["']""")

#: In how many ways a workbook can be none.
_FAULTS = (
    python_calamine.CalamineError, OSError, ValueError, KeyError, EOFError, RuntimeError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Sheet(Part):
    """A sheet of an opened workbook.

    Parameters
    ----------
    book : object
        The workbook.
    number : int
        Which of its sheets, from 0.
    """

    book: _Whole | _Stream = field(kw_only=True, repr=False, compare=False)
    number: int = field(kw_only=True)

    def blocks(self) -> Iterator[pl.DataFrame]:
        """Rows of text that are not blank: columns '0', '1', … and `row`, their number."""
        with _refusing(self):
            yield from self.book.blocks(self.number)


def sheets(part: Part) -> Iterator[Sheet]:
    """The sheets of a workbook, in its order: at least one.

    The workbook stays open while they are drawn, so that sheets that are read at once, in this
    order, cost one reading of the file.
    """
    with _refusing(part):
        kind = _Stream if part.path.suffix.lower() == ".ods" else _Whole
        book, number = kind(part.path), -1
        for number, name in enumerate(book.names()):
            yield Sheet(part.path, part.file, name, book=book, number=number)
        if number < 0:
            raise ValueError("it holds no sheet")


def records(block: pl.DataFrame) -> Iterator[Record]:
    """A block's rows with their numbers, cells from the sheet's first column on."""
    left = [""] * (int(block.columns[1]) if block.width > 1 else 0)
    for row, *cells in block.iter_rows():
        yield row, left + [cell or "" for cell in cells]


@contextmanager
def _refusing(part: Part) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise DataRefused(
            paragraph(
                f"the workbook cannot be opened ({error})",
                file=part.label,
                do="Open it in a spreadsheet program and save it anew, or export it as CSV.",
            )
        ) from error


class _Whole:
    """A workbook whose sheets are read as a whole."""

    def __init__(self, path: Path):
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            _check_spread(path)
        self._book = CalamineWorkbook.from_path(str(path))
        self._last: tuple[int, CalamineSheet] | None = None

    def names(self) -> Iterator[str]:
        kinds = self._book.sheets_metadata
        self._names = [one.name for one in kinds if one.typ == SheetTypeEnum.WorkSheet]
        return iter(self._names)

    def blocks(self, number: int) -> Iterator[pl.DataFrame]:
        if self._last is None or self._last[0] != number:
            self._last = (number, self._book.get_sheet_by_name(self._names[number]))
        sheet = self._last[1]
        left = sheet.start[1] if sheet.start else 0
        rows, first = sheet.iter_rows(), 1
        while taken := list(itertools.islice(rows, _ROWS_AT_ONCE)):
            yield _text(taken, first, left)
            first += len(taken)


class _Stream:
    """An ods: its sheets follow each other in one stream, which is read forward."""

    def __init__(self, path: Path):
        self._path = path
        with zipfile.ZipFile(path) as archive:
            if b"encryption-data" in archive.read(_MANIFEST):
                raise ValueError("it is protected by a password")

    def _begin(self) -> None:
        self._pieces = self._inflated()
        self._rest, self._number, self._is_untouched = b"", -1, False

    def _inflated(self) -> Iterator[bytes]:
        with zipfile.ZipFile(self._path) as archive, archive.open("content.xml") as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def names(self) -> Iterator[str]:
        self._begin()
        while (name := self._next()) is not None:
            yield name

    def _next(self) -> str | None:
        """To the next sheet's first row; its name, or None at the end."""
        while (at := self._rest.find(_TABLE)) < 0 or self._rest.find(b">", at) < 0:
            piece = next(self._pieces, None)
            if piece is None:
                return None
            self._rest = (self._rest[at:] if at >= 0 else self._rest[-len(_TABLE) :]) + piece
        end = self._rest.index(b">", at) + 1
        name = _NAME.search(self._rest, at, end)
        is_blank = self._rest[end - 2 : end] == b"/>"
        self._rest = (_TABLE_END if is_blank else b"") + self._rest[end:]
        self._number, self._is_untouched = self._number + 1, True
        text = name[1].decode("utf-8", errors="replace") if name else str(self._number + 1)
        return unescape(text, {"&apos;": "'", "&quot;": '"'})

    def blocks(self, number: int) -> Iterator[pl.DataFrame]:
        if self._number > number or (self._number == number and not self._is_untouched):
            self._begin()
        while self._number < number:
            self._next()
        self._is_untouched = False
        # The engine lets go of the interpreter while it reads: two pieces at a time.
        with ThreadPoolExecutor(2) as pool:
            jobs: deque = deque()
            for first, xml in self._cuts():
                jobs.append(pool.submit(_rows, xml, first))
                if len(jobs) > 2:
                    yield jobs.popleft().result()
            while jobs:
                yield jobs.popleft().result()

    def _cuts(self) -> Iterator[tuple[int, bytes]]:
        """Whole rows of the sheet as XML, each piece with the number of its first row."""
        first = 1
        while True:
            end = self._rest.find(_TABLE_END)
            cut = end if end >= 0 else self._rest.rfind(_ROW_END) + len(_ROW_END)
            if end < 0 and cut < len(_ROW_END):
                piece = next(self._pieces, None)
                if piece is None:
                    raise ValueError("it is cut short")
                if len(self._rest) > _LONGEST_ROW:
                    raise ValueError(f"row {first} is longer than any row of a table")
                self._rest += piece
                continue
            xml, self._rest = self._rest[:cut], self._rest[cut:]
            if _TABLE in xml:
                raise ValueError("there is a table within a cell")
            if any(group in xml for group in _GROUPS):
                xml = _GROUP.sub(b"", xml)
            for part, count in _without_gaps(xml):
                if part:
                    yield first, part
                first += count
            if end >= 0:
                self._rest = self._rest.removeprefix(_TABLE_END)
                return


def _without_gaps(xml: bytes) -> Iterator[tuple[bytes, int]]:
    """Rows as XML without long runs of blank ones, and how many rows each stands for."""
    begun, extra = 0, 0
    for match in _ROW_REPEATED.finditer(xml) if b":number-rows-repeated=" in xml else ():
        times = int(match[1])
        end = match.end() if match[2] else xml.find(_ROW_END, match.end()) + len(_ROW_END)
        if times < _MANY or _FILLED.search(xml, match.end(), end):
            extra += times - 1
            continue
        yield _narrow(xml[begun : match.start()], extra)
        yield b"", times
        begun, extra = end, 0
    yield _narrow(xml[begun:], extra)


def _narrow(xml: bytes, extra: int) -> tuple[bytes, int]:
    """Rows as XML, blank columns not too many of them, and the number of rows with `extra` ones."""
    rows = xml.count(_ROW) + extra
    widest = 1
    # A row that comes thousands of times must not bring its blank columns with it.
    xml = _without_padding(xml) if extra else xml
    if b":number-columns-repeated=" in xml:
        widest = min(_WIDEST, max(map(int, _CELLS_REPEATED.findall(xml))))
        xml = _CELLS_REPEATED.sub(
            lambda found: (
                found[0]
                if int(found[1]) < _MANY
                else b'table:number-columns-repeated="%d"' % _WIDEST
            ),
            xml,
        )
    if rows * widest > _MOST_CELLS:
        raise ValueError(f"a few of its cells are repeated over {rows:,} rows")
    return xml, rows


def _without_padding(xml: bytes) -> bytes:
    """Rows as XML whose last cell, if it is blank, is one cell and no run of them."""
    *rows, rest = xml.split(_LAST_CELL)
    for number, row in enumerate(rows):
        at = row.rfind(b"<")
        if row.startswith(_CELL, at) and b"value" not in row[at:]:
            rows[number] = row[:at] + _CELL
    return _LAST_CELL.join([*rows, rest])


def _rows(xml: bytes, first: int) -> pl.DataFrame:
    """Rows of a piece, read as a workbook of one sheet."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", _ODS)
        archive.writestr(_MANIFEST, _ODS_MANIFEST)
        archive.writestr("content.xml", _OPENING + xml + _CLOSING)
    packed.seek(0)
    sheet = CalamineWorkbook.from_filelike(packed).get_sheet_by_index(0)
    return _text(sheet.to_python(skip_empty_area=False), first)


def _check_spread(path: Path) -> None:
    """Refuse a sheet whose last cells would make it absurdly large: it is read as a whole."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not _XLSX_SHEET.match(name):
                continue
            columns: set[bytes] = set()
            rows: set[bytes] = set()
            cells, rest = 0, b""
            with archive.open(name) as stream:
                while piece := stream.read(_PIECE):
                    rest += piece
                    whole = rest.rfind(b"<")
                    # In a damaged file the largest may stand anywhere.
                    if found := _XLSX_CELL.findall(rest, 0, whole):
                        for seen, part in zip(
                            (columns, rows), zip(*found, strict=True), strict=True
                        ):
                            seen.update(part)
                        cells += len(found)
                    rows.update(_XLSX_ROW.findall(rest, 0, whole))
                    rest = rest[whole:]
            width, row = max(map(_column, columns), default=1), max(map(int, rows), default=0)
            if row * width > max(_MOST_CELLS, 20 * cells):
                last = max(columns, key=_column).decode()
                raise ValueError(
                    f"a stray cell makes one of its sheets reach to column {last} and row {row:,}, "
                    f"though only {cells:,} cells are in use: delete the columns and rows beyond "
                    "the table"
                )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _text(rows: Sequence[Sequence[object]], first: int, left: int = 0) -> pl.DataFrame:
    """Rows of cells as a text table, without blank rows; `left` columns before them are blank."""
    columns = {
        str(at): pl.Series(
            [(c.strip() or None) if type(c) is str else _cell(c) for c in cells], dtype=pl.String
        )
        for at, cells in enumerate(zip(*rows, strict=True), left)
    }
    if not columns:
        return pl.DataFrame(schema={ROW: pl.UInt32})
    numbers = pl.Series(ROW, range(first, first + len(rows)), dtype=pl.UInt32)
    is_filled = pl.any_horizontal(pl.col(list(columns)).is_not_null())
    return pl.DataFrame(columns).insert_column(0, numbers).filter(is_filled)


def _cell(value: object) -> str | None:
    """A cell as text: whole numbers without '.0', dates as ISO; missing where blank."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return (str(value).strip() or None) if value is not None else None
