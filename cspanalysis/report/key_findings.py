"""Which findings of a chapter a summary repeats: its headline, and what is clearest beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]

#: Verdicts that say something happened or differs; the others say that nothing clear did.
DECISIVE = ("up", "down", "higher", "lower", "peak")


def key_findings(records: Iterable[Record], leave: Iterable[str] = (), most: int = 3) -> list:
    """The findings of a chapter that a summary repeats, in the chapter's order.

    The first that is judged is the chapter's headline. Of the others a clear verdict comes before
    'no clear change' or 'similar', and those before findings without a verdict; among clear ones
    the larger effect comes first. The same comparison with two peer groups, or as a ranking and as
    a funnel, is said once, and so is a finding with its parts.
    """
    leave = set(leave)
    said = [r for r in records if r["status"] == "ok" and r["id"] not in leave]
    topics = [topic(r, said) for r in said]
    headline = next((t for t, r in zip(topics, said, strict=True) if r["verdict"] != "none"), "")
    chosen: dict[str, int] = {}
    for place in sorted(range(len(said)), key=lambda i: (topics[i] != headline, *_weight(said[i]))):
        chosen.setdefault(topics[place], place)
    return [said[i] for i in sorted(list(chosen.values())[:most])]


def topic(record: Record, among: Iterable[Record] = ()) -> str:
    """What a finding is about.

    A comparison with peers is one topic, whatever group and picture, and a finding whose id goes on
    from another's is a part of that one's.
    """
    id = re.split(r"\.(?:peers|funnel)\.", record["id"])[0]
    return min((r["id"] for r in among if id.startswith(f"{r['id']}.")), key=len, default=id)


def effect(values: Mapping[str, Any]) -> float:
    """Size of an effect on a scale common to ratios, changes and indices: |log ratio|."""
    ratio = values.get("ratio")
    if ratio is None and values.get("percent_change") is not None:
        ratio = 1 + values["percent_change"] / 100
    if ratio is None and values.get("index") is not None:
        ratio = values["index"] / 100
    return abs(math.log(ratio)) if ratio and ratio > 0 and math.isfinite(ratio) else 0.0


def _weight(record: Record) -> tuple[int, float]:
    verdict = record.get("verdict", "none")
    if verdict in DECISIVE:
        return 0, -effect(record.get("values", {}))
    # The size of an effect that can be chance says nothing: these keep the chapter's order.
    return 2 if verdict == "none" else 1, 0.0
