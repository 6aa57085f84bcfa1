"""The review that already lies where a new one would be written, and what may take its place."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cspanalysis import formats
from cspanalysis.errors import UsageError, paragraph
from cspanalysis.report.notebooks import Chapter
from cspanalysis.report.request import Request

#: How many chapters a message names.
MOST = 4


def manifest(folder: Path) -> Mapping[str, Any]:
    """What the review in a folder says of itself; empty where none lies there."""
    try:
        content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, Mapping) else {}


def check(request: Request, chosen: Sequence[Chapter]) -> None:
    """Refuses a review that would take the place of one that it cannot stand for.

    A public folder may be on its way to readers who must not see the partner edition, and a
    review of some chapters would leave none of the others.

    Raises
    ------
    UsageError
        If the folder of an area holds the other edition, or chapters that were not asked for.
    """
    for area in request.areas:
        folder = request.folder(area)
        here = manifest(folder)
        edition = here.get("edition", request.edition)
        if edition != request.edition:
            raise UsageError(
                paragraph(
                    f"the {edition} edition lies here, and the {request.edition} edition would "
                    "take its place",
                    file=folder,
                    do="Give each edition a folder of its own, for example with "
                    f"--out {request.reports / request.edition}.",
                )
            )
        names = {chapter.key for chapter in chosen}
        lost = [c["title"] for c in here.get("chapters", ()) if c["name"] not in names]
        if request.chapters and lost:
            raise UsageError(
                paragraph(
                    "the review that lies here would lose "
                    f"{formats.listed(lost, MOST, 'other chapters')}",
                    file=folder,
                    do="Leave --chapter out to renew all of it, or give the chapters asked for a "
                    "folder of their own with --out DIR.",
                )
            )
