"""What is to be printed about a source, from the cards of its files in the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def citation(manifest: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Title, publisher, licence, date and files of a source; see `Store.citation`."""
    entries = {f: e for f, e in manifest["files"].items() if e["source"] == source}
    cards = [e["sidecar"] for e in entries.values()]

    def stated(key: str) -> str:
        values = [str(c[key]) for c in cards if c.get(key) and c[key] != "not stated"]
        return "; ".join(dict.fromkeys(values))

    dates = [str(c.get("published") or c.get("retrieved") or "") for c in cards]
    titles = manifest.get("titles", {})
    return {
        "source": source,
        "title": (stated("title") if len(cards) == 1 else "") or titles.get(source, source),
        "publisher": stated("publisher") or "not stated",
        "licence": stated("licence") or "not stated",
        "attribution": stated("attribution"),
        "as_of": max(dates, default=""),
        "synthetic": any(c.get("synthetic") is True for c in cards),
        "files": [f.split("/", 1)[1] for f in entries],
    }
