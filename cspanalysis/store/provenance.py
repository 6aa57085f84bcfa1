"""Sidecars: who published a raw file, under which licence, and the hash it had.

`<file>.source.toml` lies beside the file. A file without one gets a drafted sidecar; a file that
no longer has the hash its sidecar states is refused until someone says that this is meant. A draft
that nobody touched states nothing else, and takes the new hash.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from cspanalysis.domain import inert, whole_files
from cspanalysis.domain.errors import DataRefused, paragraph

SUFFIX = ".source.toml"
_PIECE = 4 * 1024**2
_KEYS = (
    "publisher", "title", "licence", "attribution", "published", "retrieved", "synthetic", "note",
    "url", "year", "sha256",
)  # fmt: skip


def path_of(raw: Path) -> Path:
    """Where the sidecar of a raw file lies."""
    return raw.with_name(raw.name + SUFFIX)


def sha256(path: Path) -> str:
    """Hash of a file, read piece by piece: large ones, so that other threads do not hold it up."""
    digest, piece = hashlib.sha256(), memoryview(bytearray(_PIECE))
    with path.open("rb", buffering=0) as stream:
        while size := stream.readinto(piece):
            digest.update(piece[:size])
    return digest.hexdigest()


def read(raw: Path, label: str) -> dict[str, Any] | None:
    """The sidecar of a raw file, dates as ISO text; None where there is none."""
    path = path_of(raw)
    if not path.is_file():
        return None
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataRefused(
            paragraph(
                f"the sidecar is not valid TOML: {error}",
                file=f"{label}{SUFFIX}",
                do="Mend that line, or delete the sidecar to have one drafted.",
            )
        ) from error
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in found.items()}


def check(sidecar: Mapping[str, Any], found: str, label: str) -> None:
    """Refuse a file whose hash is not the one its sidecar states."""
    stated = str(sidecar.get("sha256", "")).lower()
    if stated and stated != found:
        raise DataRefused(
            paragraph(
                f"the content changed since its sidecar was written (sha256 {found[:12]}…, stated "
                f"{stated[:12]}…)",
                file=label,
                do=f"If the new content is meant, review {Path(label).name}{SUFFIX}, put the new "
                f"hash into it ({found}) or delete its sha256 line; else restore the file. "
                "Data cleaned before stay as they were.",
            )
        )


def draft(found: str) -> dict[str, Any]:
    """The sidecar of a file that came without one."""
    return {
        "publisher": "not stated",
        "title": "",
        "licence": "not stated",
        "attribution": "",
        "synthetic": False,
        "sha256": found,
    }


def is_untouched(raw: Path, sidecar: Mapping[str, Any]) -> bool:
    """Whether a sidecar is, letter by letter, the one that was drafted."""
    drafted = _text(draft(str(sidecar.get("sha256", ""))))
    return path_of(raw).read_text(encoding="utf-8") == drafted


def write(raw: Path, content: Mapping[str, Any]) -> None:
    """Write a sidecar. Known keys come first, in a fixed order; dates may be ISO text."""
    whole_files.text(path_of(raw), _text(content))


def _text(content: Mapping[str, Any]) -> str:
    keys = [k for k in _KEYS if k in content] + sorted(set(content) - set(_KEYS))
    return "".join(f"{k} = {_toml(content[k])}\n" for k in keys)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    escaped = inert.seen(str(value)).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "").replace("\t", "\\t") + '"'
