"""A workbook of the Home Office's layout, as large as theirs: a sheet a year, invented counts."""

from __future__ import annotations

import itertools
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from cspanalysis.domain import reference
from cspanalysis.workspace import init

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


def workspace(root: Path, rows: int) -> Path:
    """A workspace with nothing but such a workbook, of so many rows; the workbook."""
    init.init(root, "Tonbridge and Malling")
    path = root / "data" / "raw" / "home_office_csp" / "prc-csp-tables.ods"
    write(path, rows)
    return path


def write(path: Path, rows: int, seed: int = 1) -> None:
    """Write the workbook; the same seed gives the same content."""
    draw = random.Random(seed).random
    each, rest = divmod(rows, len(YEARS))
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("mimetype", _KIND, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        with archive.open("content.xml", "w", force_zip64=True) as stream:
            head = (
                f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}>'
                "<office:body><office:spreadsheet>"
            )
            notes = _begin("Notes", ("Invented counts",))
            stream.write(f"{head}{notes}</table:table>".encode())
            for at, year in enumerate(YEARS):
                stream.write(_begin(year.replace("/", "_"), HEADER).encode())
                records = itertools.islice(_records(), each + (rest if at == 0 else 0))
                while some := list(itertools.islice(records, 5000)):
                    stream.write(
                        "".join(_row((year, *cells, int(300 * draw() ** 6))) for cells in some)
                        .encode()
                    )  # fmt: skip
                stream.write(b"</table:table>")
            stream.write(b"</office:spreadsheet></office:body></office:document-content>")


def _records() -> Iterator[tuple[object, ...]]:
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


def _begin(name: str, *rows: tuple[object, ...]) -> str:
    return f'<table:table table:name="{name}">' + "".join(map(_row, rows))


def _row(cells: tuple[object, ...]) -> str:
    return f"<table:table-row>{''.join(map(_cell, cells))}</table:table-row>"


def _cell(value: object) -> str:
    kind = (
        f'office:value-type="float" office:value="{value}"'
        if isinstance(value, int)
        else 'office:value-type="string"'
    )
    return f"<table:table-cell {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"
