"""Writing the sample's files: the same bytes every time, each with its sidecar."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

PUBLISHER = "cspanalysis (synthetic reconstruction)"
ATTRIBUTION = (
    "Synthetic records, drawn to agree with published totals; they describe no real person"
)


def write_csv(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str,
    note: str,
    published: str = "2008-04-01",
) -> Path:
    """Write a CSV file (gzipped if the name ends in .gz) and its sidecar.

    Parameters
    ----------
    path : pathlib.Path
        Where; the folder is made.
    header : sequence of str
        Column headings as the partner would send them.
    rows : iterable of sequences
        Cells; None is an empty cell.
    title, note : str
        What the file holds and what it is drawn from, for the sidecar.
    published : str
        The day the file would have been sent.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    content = text.getvalue().encode("utf-8")
    if path.suffix == ".gz":
        packed = io.BytesIO()
        # No name and no time in the header, so that equal rows are equal bytes.
        with gzip.GzipFile("", "wb", 9, packed, mtime=0) as stream:
            stream.write(content)
        content = packed.getvalue()
    path.write_bytes(content)
    sidecar(path, content, title, note, published)
    return path


def sidecar(path: Path, content: bytes, title: str, note: str, published: str) -> None:
    """The sidecar of a file: who made it, that it is synthetic, and its hash."""
    lines = [
        f'publisher = "{PUBLISHER}"',
        f'title = "{title}"',
        'licence = "MIT"',
        f'attribution = "{ATTRIBUTION}"',
        f"published = {published}",
        f"retrieved = {published}",
        "synthetic = true",
        f'note = "{note}"',
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"',
    ]
    beside = path.with_name(path.name + ".source.toml")
    beside.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
