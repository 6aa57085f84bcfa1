"""Workbooks for tests: an ods as its XML says it, sheet by sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape, quoteattr

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)
_KIND = "application/vnd.oasis.opendocument.spreadsheet"


def cell(value: object, times: int = 1) -> str:
    """A cell's XML; None is blank."""
    repeated = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    if value is None:
        return f"<table:table-cell{repeated}/>"
    kind = (
        f'office:value-type="float" office:value="{value}"'
        if isinstance(value, int | float)
        else 'office:value-type="string"'
    )
    text = escape(str(value))
    return f"<table:table-cell{repeated} {kind}><text:p>{text}</text:p></table:table-cell>"


def line(cells: Iterable[object], times: int = 1) -> str:
    """A row's XML, of values or of cells' XML."""
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    content = "".join(
        c if isinstance(c, str) and c.startswith("<table:") else cell(c) for c in cells
    )
    return f"<table:table-row{repeated}>{content}</table:table-row>"


def ods(path: Path | IO[bytes], sheets: Mapping[str, Iterable[object]]) -> Path | IO[bytes]:
    """Write an ods; a sheet's rows are lists of values, or XML."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        + "".join(row if isinstance(row, str) else line(row) for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("mimetype", _KIND)
        out.writestr("META-INF/manifest.xml", manifest)
        out.writestr("content.xml", content)
    return path
