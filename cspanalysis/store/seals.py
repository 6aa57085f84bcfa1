"""Whether cleaned tables are still as they were written: a seal for each file in the manifest.

A seal is the file's stamp and the hash of its content. The stamp answers at every start; the
content is looked at only where the stamp differs, as it does after a copy and after any damage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cspanalysis.domain.whole_files import stamp
from cspanalysis.store import provenance
from cspanalysis.store.manifest import named


def made(processed: Path, paths: Iterable[str]) -> dict[str, list[Any]]:
    """The seals of files that were just written."""
    listed = list(paths)
    # Side by side: hashing leaves the other cores free.
    with ThreadPoolExecutor(4) as pool:
        sums = pool.map(lambda path: provenance.sha256(processed / path), listed)
        return {
            path: [*stamp(processed / path), found]
            for path, found in zip(listed, sums, strict=True)
        }


def broken(processed: Path, content: Mapping[str, Any], *, by_content: bool) -> set[str]:
    """Files that a manifest names and that are gone or not as they were written.

    `by_content`: a file with another stamp is hashed before it is called so.
    """
    seals = content.get("seals", {})
    return {
        path for path in named(content) if not _holds(processed / path, seals.get(path), by_content)
    }


def renewed(processed: Path, content: Mapping[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """Seals of files whose content was found unchanged, with their stamps of now."""
    return {path: [*stamp(processed / path), content["seals"][path][-1]] for path in paths}


def _holds(path: Path, seal: list[Any] | None, by_content: bool) -> bool:
    now = stamp(path)
    if not now or not seal:
        return False
    if now == seal[:-1]:
        return True
    return by_content and now[0] == seal[0] and provenance.sha256(path) == seal[-1]
