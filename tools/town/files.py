"""Writing the town's files: the same bytes every time, each with a sidecar that says synthetic."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tools.sample import files

NOTE = "Invented: no such place, force or crime exists. In the layout of {}."
PUBLISHED = "2026-05-01"


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as a publisher's CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def write(path: Path, content: bytes | str, *, title: str, layout: str) -> Path:
    """Write a file (packed where its name ends in .gz) and its sidecar.

    `title`: what it holds. `layout`: whose layout it is in.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.suffix == ".gz":
        packed = io.BytesIO()
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:
            stream.write(data)
        data = packed.getvalue()
    path.write_bytes(data)
    files.sidecar(path, data, title, NOTE.format(layout), PUBLISHED)
    return path


def archive(members: Mapping[str, str]) -> bytes:
    """A zip archive whose bytes depend on its members alone."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as found:
        for name, text in members.items():
            found.writestr(zipfile.ZipInfo(name, (2026, 5, 1, 0, 0, 0)), text,
                           zipfile.ZIP_DEFLATED, 9)  # fmt: skip
    return packed.getvalue()
