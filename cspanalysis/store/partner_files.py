"""What of raw files a public report may name: those under an open licence, and no others.

Whoever knows a file's layout can try the few values that a hidden count may have until its hash
fits; its name can name a person; the rows of a list of persons are their number.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

_OPEN = re.compile(
    r"(?i)\bopen (?:government|parliament|data|database)\b|\bOGL\b|creative commons"
    r"|\bCC[ -]?(?:BY|0)\b|\bMIT\b|\bODbL\b|public domain"
)
_SECRET = ".secret"


def open_files(manifest: Mapping[str, Any], protected: Collection[str]) -> frozenset[str]:
    """Labels of the files that may be named, hashed and counted in public."""
    return frozenset(
        label
        for label, entry in manifest["files"].items()
        if entry["source"] not in protected
        and _OPEN.search(str(entry["sidecar"].get("licence", "")))
    )


def notices(manifest: Mapping[str, Any], protected: Collection[str]) -> tuple[str, ...]:
    """What cleaning remarked, as the public may read it; last, how many remarks are left out."""
    named = open_files(manifest, protected)
    others = sorted(set(manifest["files"]) - named, key=len, reverse=True)
    kept, withheld = [], 0
    for notice in manifest["notices"]:
        source = notice.split(":")[0].split("/")[0]
        is_protected = source in protected
        for label in others:
            if label in notice:
                owner = manifest["files"][label]["source"]
                is_protected |= owner in protected
                notice = notice.replace(f"data/raw/{label}", label)
                notice = notice.replace(label, f"a file of {owner}")
        if is_protected or "data/raw/" in notice or "came without provenance" in notice:
            withheld += 1
        else:
            kept.append(notice)
    if withheld:
        one = withheld == 1
        kept.append(
            f"{withheld} further {'remark stays' if one else 'remarks stay'} with the partnership."
        )
    return tuple(kept)


def sealed(processed: Path, digest: str) -> str:
    """A digest that nobody without the workspace can try guesses against."""
    if not processed.is_dir():
        return digest
    path = processed / _SECRET
    if not path.is_file() or path.stat().st_size != 32:
        temporary = path.with_name(f"{_SECRET}.{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_bytes(secrets.token_bytes(32))
        temporary.replace(path)
    return hmac.new(path.read_bytes(), digest.encode(), "sha256").hexdigest()
