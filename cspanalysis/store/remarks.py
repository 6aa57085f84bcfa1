"""What cleaning says of the labels of files that are not ours, and of what else a reader remarked.

Each label is named with its rows and with what became of them; where something of ours is near, so
is the line of the settings that would take it. The rows themselves are in problems.csv.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from cspanalysis.sources.problems import GROUPED, TAKEN

#: So many labels a notice names, the commonest first.
NAMED = 12


def notices(parts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What should be looked at, from the manifest's entries of parts.

    One per source, column and fate of rows, over all files; then what readers remarked.
    """
    sums: dict[tuple[str, str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    remarks = []
    for part in parts.values():
        for column, label, fate, ours, count in part["labels"]:
            sums[part["source"], column, fate][label, ours] += count
        remarks += part["notices"]
    return [_notice(*key, found) for key, found in sums.items()] + remarks


def _notice(source: str, column: str, fate: str, found: Counter[tuple[str, str]]) -> str:
    # Imported late: it brings pandas, which cleaning can mostly do without.
    from cspanalysis import present

    total = sum(found.values())
    rows = present.plural(total, "row")
    shown = found.most_common(NAMED)
    if fate == TAKEN:
        meant = [f"'{label}' for {ours} ({n:,})" for (label, ours), n in shown]
        return f"{source}: in {rows} the {column} is taken: {_listed(meant, len(found), '')}"
    if fate == GROUPED:
        meant = [f"'{label}' in {ours} ({n:,})" for (label, ours), n in shown]
        where = " (docs/offence_labels.md)"
        return f"{source}: {rows} count in groups of today: {_listed(meant, len(found), where)}"
    named = [f"'{present.shorten(label, 60)}' ({n:,})" for (label, _), n in shown]
    text = f"{source}: {rows} {fate}: {_listed(named, len(found), ', all in problems.csv')}"
    lines = [_line(label, ours) for (label, ours), _ in shown if ours]
    if lines:
        text += (
            ". If that is what they mean, write into partnership.toml under "
            f"[sources.{source}.values.{column}]: {'; '.join(lines)}"
        )
    return text


def _line(label: str, ours: str) -> str:
    """The line of the settings that takes a label, with the choice where there is one."""
    choice = " or ".join(map(_quoted, ours.split(" or ")))
    return f"{_quoted(label)} = {choice}"


def _quoted(text: str) -> str:
    """As TOML writes it."""
    return json.dumps(text, ensure_ascii=False)


def _listed(names: list[str], of: int, where: str) -> str:
    further = f" and {of - len(names):,} more{where}" if of > len(names) else ""
    return ", ".join(names) + further
