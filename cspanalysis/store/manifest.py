"""The folder of cleaned tables: its manifest says what is in it and what it was made from.

Nothing heavy is imported here: whether there is anything to do is asked at every start.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import CspError, paragraph

MANIFEST, PROBLEMS = "manifest.json", "problems.csv"
FORMAT = "cspanalysis.processed/2"


def manifest(processed: Path) -> dict[str, Any]:
    """The manifest of a folder of cleaned tables; an empty one where there is none."""
    path = processed / MANIFEST
    blank: dict[str, Any] = {"files": {}, "parts": {}, "tables": {}, "notices": []}
    if not path.is_file():
        return blank
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise CspError(
            paragraph(
                "is damaged", file=path, do="Delete the folder data/processed and run: csp clean"
            )
        ) from error
    return found if found.get("schema") == FORMAT else blank


def write(processed: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest of a folder."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
    whole_files.text(processed / MANIFEST, text)


def named(content: Mapping[str, Any]) -> set[str]:
    """The files that a manifest names."""
    found = {p for t in content["tables"].values() for p in t["files"]}
    for part in content["parts"].values():
        found |= {*part["tables"].values(), *part.get("as_read", part)["tables"].values()}
    return found


def sweep(processed: Path, content: Mapping[str, Any]) -> None:
    """Remove tables of earlier or interrupted runs that the manifest does not name."""
    kept = named(content)
    for pattern in ("*/*.parquet", f"*/*{whole_files.SUFFIX}", f"*{whole_files.SUFFIX}"):
        for path in processed.glob(pattern):
            if path.relative_to(processed).as_posix() not in kept:
                path.unlink(missing_ok=True)
    for folder in processed.iterdir():
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
