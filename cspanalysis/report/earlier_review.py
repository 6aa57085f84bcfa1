"""The review that already lies where a new one is written: what goes with it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis import present

#: How many chapters a remark names.
MOST = 4


def manifest(folder: Path) -> Mapping[str, Any]:
    """What the review in a folder says of itself; empty where none lies there."""
    try:
        content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, Mapping) else {}


def replaced(folder: Path, edition: str, chosen: Sequence[str]) -> list[str]:
    """What a reader should know of a review whose place another one takes.

    `folder`: where it lies. `edition`: the new review's edition. `chosen`: keys of the new review's
    chapters. Returns: a remark on another edition, or on chapters that the new review has not; []
    where the new one stands for all of it.
    """
    here = manifest(folder)
    found = []
    before = here.get("edition", edition)
    if before != edition:
        found.append(
            f"the {before} edition that lay in {folder} gave way to the {edition} edition; "
            "--out gives each a folder of its own"
        )
    lost = [c["title"] for c in here.get("chapters", ()) if c["name"] not in chosen]
    if lost:
        found.append(
            f"the review that lay in {folder} also held "
            f"{present.listed(lost, MOST, 'other chapters')}; without --chapter all of it is made "
            "again, and --out gives some chapters a folder of their own"
        )
    return found
