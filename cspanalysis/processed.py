"""The folder of cleaned tables: its manifest says what is in it and what it was made from.

Nothing heavy is imported here: whether there is anything to do is asked at every start.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cspanalysis.errors import CspError, paragraph

MANIFEST, PROBLEMS = "manifest.json", "problems.csv"
FORMAT = "cspanalysis.processed/1"


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
