"""The folder of cleaned tables: its manifest says what is in it and what it was made from.

Nothing heavy is imported here: whether there is anything to do is asked at every start.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cspanalysis.domain import whole_files

MANIFEST, PROBLEMS = "manifest.json", "problems.csv"
FORMAT = "cspanalysis.processed/4"
_SUM = ',"sum":"'


def manifest(processed: Path) -> dict[str, Any]:
    """The manifest of cleaned tables; an empty one where there is none, or a damaged one.

    What that named is then made anew from the raw files, as on the first day.
    """
    path = processed / MANIFEST
    blank: dict[str, Any] = {"files": {}, "parts": {}, "tables": {}, "notices": []}
    if not path.is_file():
        return blank
    try:
        text = path.read_text(encoding="utf-8")
        body, _, told = text.rpartition(_SUM)
        found = json.loads(text) if told == _sum(body) + '"}\n' else {}
    except (json.JSONDecodeError, UnicodeDecodeError):
        return blank
    return found if found.get("schema") == FORMAT else blank


def known(processed: Path) -> Mapping[str, Any]:
    """The manifest for whoever only reads it: parsed once for as long as the file is the same."""
    return _known(processed, *whole_files.stamp(processed / MANIFEST))


@functools.lru_cache(maxsize=4)
def _known(processed: Path, *stamp: int) -> Mapping[str, Any]:
    return manifest(processed)


def write(processed: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest of a folder, and last in it the hash of all that is before."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))[:-1]
    whole_files.text(processed / MANIFEST, f'{text}{_SUM}{_sum(text)}"}}\n')


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


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
