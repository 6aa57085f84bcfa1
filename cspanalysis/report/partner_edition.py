"""The partner edition stands under names that say so, never where the public one lies."""

from __future__ import annotations

from pathlib import Path

from cspanalysis.domain.inert import seen
from cspanalysis.report import earlier_review

#: What the names of its folders and files end with.
SUFFIX = "_partner"
_MARK = b"RESTRICTED"


def ending(edition: str) -> str:
    """What a folder's or file's name ends with in an edition."""
    return SUFFIX if edition == "partner" else ""


def set_apart(reports: Path, area: Path) -> list[str]:
    """Give what is marked RESTRICTED among public reports a name that says so; tells of each.

    `reports`: folder of all reports. `area`: the area's folder in it. What an earlier version laid
    there, or a hand: files, folders of whole reviews, and what was printed from these.
    """
    found = []
    restricted = {
        folder.name
        for folder in area.glob("*/")
        if earlier_review.manifest(folder).get("edition") == "partner"
    }
    for path in [*area.glob("*.html"), *area.glob("*.pdf"), *area.glob("*.docx"), *area.glob("*/")]:
        if path.stem.endswith(SUFFIX) or path.name.startswith("."):
            continue
        is_of = path.name in restricted if path.is_dir() else _is_restricted(path, restricted)
        if is_of:
            found.append(_renamed(path))
    index = reports / "index.html"
    if index.is_file() and _MARK in index.read_bytes():
        found.append(_renamed(index))
    return found


def _is_restricted(path: Path, restricted: set[str]) -> bool:
    if path.suffix == ".html":
        return _MARK in path.read_bytes()
    # What is printed cannot be searched: it is of the review beside it.
    return any(path.stem.endswith(f"_{name}") for name in restricted)


def _renamed(path: Path) -> str:
    stem, suffix = (path.name, "") if path.is_dir() else (path.stem, path.suffix)
    target, number = path.with_name(f"{stem}{SUFFIX}{suffix}"), 2
    while target.exists():
        target = path.with_name(f"{stem}{SUFFIX}_{number}{suffix}")
        number += 1
    path.rename(target)
    return seen(
        f"{path.name} in {path.parent} is of the partner edition and is called {target.name} now, "
        "so that it is not published by mistake"
    )
