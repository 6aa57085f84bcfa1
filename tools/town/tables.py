"""Workbooks of the Home Office's layout as OpenDocument: a sheet a year, small or at true size."""

from __future__ import annotations

import itertools
import random
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

from cspanalysis.domain import reference

YEARS = tuple(f"{year}/{year % 100 + 1:02d}" for year in range(2020, 2026))
HEADER = (
    "Financial Year", "Financial Quarter", "Force Name", "CSP Name", "Offence Description",
    "Offence Group", "Offence Subgroup", "Offence Code", "Offence Count",
)  # fmt: skip
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)
_OFFENCES = 135

Cells = tuple[object, ...]


def write(path: Path, rows: int, seed: int = 1) -> None:
    """Write a workbook of so many rows over all real partnerships, its counts invented."""
    draw = random.Random(seed).random
    each, rest = divmod(rows, len(YEARS))

    def of_year(at: int, year: str) -> Iterator[Cells]:
        for cells in itertools.islice(_records(), each + (rest if at == 0 else 0)):
            yield (year, *cells, int(300 * draw() ** 6))

    sheets = {year.replace("/", "_"): of_year(at, year) for at, year in enumerate(YEARS)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        _begin_archive(archive)
        with archive.open("content.xml", "w", force_zip64=True) as out:
            for text in _texts([("Invented counts",)], sheets):
                out.write(text.encode())


def content(notes: Iterable[Cells], sheets: Mapping[str, Iterable[Cells]]) -> bytes:
    """A small workbook's bytes, the same for the same cells."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _begin_archive(archive)
        text = "".join(_texts(notes, sheets))
        archive.writestr(_member("content.xml"), text, zipfile.ZIP_DEFLATED, 9)
    return stream.getvalue()


def _begin_archive(archive: zipfile.ZipFile) -> None:
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
        "</manifest:manifest>"
    )
    archive.writestr(_member("mimetype"), _KIND, zipfile.ZIP_STORED)
    archive.writestr(_member("META-INF/manifest.xml"), manifest)


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (2026, 5, 1, 0, 0, 0))


def _texts(notes: Iterable[Cells], sheets: Mapping[str, Iterable[Cells]]) -> Iterator[str]:
    """A sheet of notes, then a sheet a year beneath the layout's headings."""
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}>'
        f"<office:body><office:spreadsheet>{_begin('Notes', *notes)}</table:table>"
    )
    for name, rows in sheets.items():
        yield _begin(name, HEADER)
        cells = iter(rows)
        while some := list(itertools.islice(cells, 5000)):
            yield "".join(map(_row, some))
        yield "</table:table>"
    yield "</office:spreadsheet></office:body></office:document-content>"


def _records() -> Iterator[Cells]:
    """Quarter, force, partnership and offence: every quarter of every partnership, then again."""
    places = sorted(
        {(row["force"], name) for row in reference.rows("areas") for name in row["csp"].split(";")}
    )
    offences = [
        (f"Offence number {n} in some words of its own", f"Group {n % 12} of offences",
         f"Subgroup {n % 30} of these offences", f"{n}{'ABC'[n % 3]}")
        for n in range(1, _OFFENCES + 1)
    ]  # fmt: skip
    for again in itertools.count():
        for quarter, (force, name), (offence, *rest) in itertools.product(
            (1, 2, 3, 4), [place for place in places if all(place)], offences
        ):
            yield quarter, force, name, f"{offence}{'.' * again}", *rest


def _begin(name: str, *rows: Cells) -> str:
    return f'<table:table table:name="{name}">' + "".join(map(_row, rows))


def _row(cells: Cells) -> str:
    return f"<table:table-row>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(value: object) -> str:
    kind = (
        f'office:value-type="float" office:value="{value}"'
        if isinstance(value, int)
        else 'office:value-type="string"'
    )
    return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"
