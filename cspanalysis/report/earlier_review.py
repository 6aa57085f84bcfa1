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


def replaced(
    folder: Path, chosen: Sequence[str], records: Sequence[Mapping[str, Any]] = ()
) -> list[str]:
    """What a reader should know of a review whose place another one takes.

    `folder`: where it lies. `chosen`: keys of the new review's chapters. `records`: its findings.
    Returns: a remark on chapters that the new review has not, or on questions that it cannot answer
    any more; [] where the new one stands for all of it.
    """
    here = manifest(folder)
    found = []
    gone = [title for key, title in _answered(folder).items() if key in _unanswered(records)]
    if gone:
        found.append(
            f"the review that lay in {folder} answered what this one has no data for: "
            f"{present.listed(gone, MOST, 'other questions')}; see whether a file of data/raw is "
            "gone"
        )
    lost = [c["title"] for c in here.get("chapters", ()) if c["name"] not in chosen]
    if lost:
        found.append(
            f"the review that lay in {folder} also held "
            f"{present.listed(lost, MOST, 'other chapters')}; without --chapter all of it is made "
            "again, and --out gives some chapters a folder of their own"
        )
    return found


def _answered(folder: Path) -> dict[str, str]:
    try:
        content = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        findings = content["findings"]
        return {f["id"]: f["title"] for f in findings if f["status"] not in ("not_available",)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _unanswered(records: Sequence[Mapping[str, Any]]) -> set[str]:
    return {r["id"] for r in records if r["status"] == "not_available"}
