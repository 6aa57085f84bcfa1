"""What lies in data/raw, and whether the cleaned tables still belong to it.

Only names, sizes and times are looked at where these are as they were, and no engine is imported:
this runs at the start of every review and of every notebook.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cspanalysis.domain import district_labels
from cspanalysis.domain.whole_files import stamp
from cspanalysis.store import provenance, seals
from cspanalysis.store.manifest import PROBLEMS, known
from cspanalysis.store.provenance import SUFFIX

_IGNORED_SUFFIXES = (".md", ".part", ".tmp", ".crdownload")

#: What Windows puts into folders by itself.
_IGNORED_NAMES = ("thumbs.db", "desktop.ini")


def raw_files(raw: Path) -> dict[str, Path]:
    """Files that should be data, by their name relative to data/raw, in order.

    Sidecars, notes (README…, *.md), hidden files, those that desktops and office programs leave
    behind, and unfinished downloads are left out.
    """
    found: dict[str, Path] = {}
    for folder, folders, names in os.walk(raw):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "_")))
        for name in names:
            path = Path(folder, name)
            is_note = name.lower().startswith(("readme", ".", "~$", *_IGNORED_NAMES))
            if is_note or name.endswith(SUFFIX) or path.suffix.lower() in _IGNORED_SUFFIXES:
                continue
            found[path.relative_to(raw).as_posix()] = path
    return dict(sorted(found.items()))


def state(raw: Path) -> dict[str, list[int]]:
    """Stamps of every file in data/raw that cleaning looks at, sidecars among them."""
    found = {}
    for name, path in raw_files(raw).items():
        found[name] = stamp(path)
        found[name + SUFFIX] = stamp(path.with_name(path.name + SUFFIX))
    return found


def changed(root: Path) -> list[tuple[Path, list[int]]]:
    """The raw files of a workspace that are not as they were when last read, with their stamps."""
    before = known(root / "data" / "processed")["files"]
    stamps = {
        label: (path, stamp(path)) for label, path in raw_files(root / "data" / "raw").items()
    }
    return [
        (path, now)
        for label, (path, now) in stamps.items()
        if label not in before or before[label]["stamp"] != now
    ]


@functools.cache
def code() -> str:
    """Fingerprint of everything in the package that decides what cleaning gives."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    rooms = (package / room for room in ("domain", "sources", "store"))
    files = [p for room in rooms for p in room.rglob("*") if p.suffix in (".py", ".csv")]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def fingerprint(value: object) -> str:
    """Short hash of anything that can be written as JSON."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def decisive(settings: Mapping[str, Any]) -> str:
    """Fingerprint of what in the settings decides what cleaning gives."""
    return fingerprint([settings.get("sources", {}), named(settings)])


def named(settings: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Labels that the settings speak of and that a source's column may therefore hold."""
    area = settings.get("area", {})
    groups = settings.get("peers", {}).values()
    districts = {
        *area.get("districts", [area.get("name", "")]),
        *(name for group in groups for name in group.get("areas", ())),
    }
    official = district_labels.certain
    night = settings.get("night_time_economy", {})
    premises = {*night.get("premises", ()), *night.get("second", {}).get("premises", ())}
    codes = zip(area.get("district_codes", ()), area.get("districts", ()), strict=False)
    return {
        # As the register writes them, however the settings do: so the area has them, too.
        "district": tuple(sorted({official(name) or name for name in map(str, districts) if name})),
        # Of districts that no register has: 'E07990001 Harrowmere'.
        "district_code": tuple(f"{code} {official(name) or name}" for code, name in codes),
        "premises": tuple(sorted(str(one).lower() for one in premises)),
    }


def is_current(root: Path, settings: Mapping[str, Any], *, by_content: bool = False) -> bool:
    """Whether the cleaned tables belong to the raw files, settings and code as they are now.

    `by_content`: what has another stamp than before, as after a copy, is hashed before it is taken
    for another file.
    """
    processed = root / "data" / "processed"
    found = known(processed)
    if not found.get("complete"):
        return False
    if found["code"] != code() or found["settings"] != decisive(settings):
        return False
    if not _is_same(found, root / "data" / "raw", by_content):
        return False
    problems = processed / PROBLEMS
    if not problems.is_file() or provenance.sha256(problems) != found.get("problems_sha256"):
        return False
    return not seals.broken(processed, found, by_content=by_content)


def _is_same(found: Mapping[str, Any], raw: Path, by_content: bool) -> bool:
    """Whether the raw files are those that a manifest was made from."""
    before, now = found["state"], state(raw)
    if before == now or not by_content or before.keys() != now.keys():
        return before == now
    return all(
        _holds(found["files"], raw, name, before[name][:2] == now[name][:2])
        for name in now
        if before[name] != now[name]
    )


def _holds(files: Mapping[str, Any], raw: Path, name: str, is_alike: bool) -> bool:
    """Whether a file of another stamp holds what it held; `is_alike`: in size and time."""
    path, owner = raw / name, name.removesuffix(SUFFIX)
    if owner not in files:
        # Cleaning does not read it.
        return is_alike
    if not path.is_file():
        return False
    if owner == name:
        return provenance.sha256(path) == str(files[name]["sha256"])
    return provenance.read(raw / owner, name) == files[owner]["sidecar"]
