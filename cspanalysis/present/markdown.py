"""A finding as Markdown: what JupyterLab shows and nbval compares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cspanalysis.present import numbers, words

# Characters by which text could become markup, a formula ($), a link or a table border.
_MARKUP = re.compile(r"([\\`*_{}\[\]|~$#])")
#: A table's cells are mostly plain words or a number, which need nothing.
_PLAIN = re.compile(r"\d[\d,]*(?:\.\d+)?%?|[A-Za-z][A-Za-z0-9 ,()%-]*")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: Any) -> str:
    """Text from data as Markdown that only shows it: no markup, no link, no formula."""
    text = words.clean(text)
    if _PLAIN.fullmatch(text):
        return text
    text = "".join(_ENTITIES.get(c, c) for c in text)
    text = _MARKUP.sub(r"\\\1", text)
    text = re.sub(r"(?i)\bwww\.", lambda m: m[0][:-1] + "&#46;", text).replace("://", "&#58;//")
    text = text.replace("@", "&#64;")
    # At the start of a line these would open a list.
    return re.sub(r"^(?:([+-])(?=\s)|(\d+)([.)])(?=\s))", _at_start, text)


# What a notebook folds away; within it stands Markdown.
_FOLD = "<details>\n<summary>{}</summary>\n\n"
_FOLD_END = "\n</details>\n"


def markdown(record: Mapping[str, Any]) -> str:
    """A finding's record in Markdown: heading, sentence, windows, table, definition, method, …"""
    return _joined([*_lead(record), *_tabulated(record), *_notes(record)])


def in_turn(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The same as a notebook shows it: what stands before a picture, and what is folded after it.

    Without a picture the table stays in sight, and there is one text.
    """
    lead, table, notes = _lead(record), _tabulated(record), _notes(record)
    if not record["has_figure"]:
        return (_joined([*lead, *table]) + (f"\n{_fold(notes, False)}" if notes else ""),)
    folded = [*table, *notes]
    return (_joined(lead), *([_fold(folded, bool(table))] if folded else []))


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(p for p in parts if p) + "\n"


def _fold(parts: Iterable[str], has_table: bool) -> str:
    name = "Table, notes and source" if has_table else "Notes and source"
    return _FOLD.format(name) + _joined(parts) + _FOLD_END


def _lead(record: Mapping[str, Any]) -> list[str]:
    parts = [f"### {escape(record['title'])}", escape(record["sentence"])]
    for window in record["windows"]:
        name = words.period(window["period"]) if window["period"] else window["id"]
        parts.append(f"**{escape(name)}:** {escape(window['sentence'])}")
    return parts


def _tabulated(record: Mapping[str, Any]) -> list[str]:
    table = record["table"]
    return [_table(table), *_symbols(table)] if table.get("rows") else []


def _notes(record: Mapping[str, Any]) -> list[str]:
    parts = [f"*Note:* {escape(n)}" for n in record["notes"]]
    if record["definition"]:
        parts.append(f"*Definition:* {escape(record['definition'])}")
    if record["method"]:
        parts.append(f"*Method:* {escape(record['method'])}")
    if record["sources"]:
        parts.append("*Source:* " + "; ".join(_source(s) for s in record["sources"]))
    return parts


def _table(table: Mapping[str, Any]) -> str:
    columns, own = table["columns"], set(table.get("own", ()))
    lines = [
        _line(escape(c["label"]) for c in columns),
        _line("---:" if c["numeric"] else ":---" for c in columns),
    ]
    for i, row in enumerate(table["rows"]):
        texts = [escape(t) for t in row]
        lines.append(_line(f"**{t}**" if i in own and t else t for t in texts))
    return "\n".join(lines)


def _line(cells) -> str:
    return "| " + " | ".join(cells) + " |"


def _symbols(table: Mapping[str, Any]) -> list[str]:
    used = numbers.symbols_of(table)
    return ["*Symbols:* " + "; ".join(f"{escape(s)} {m}" for s, m in used.items())] if used else []


def _source(source: Mapping[str, Any]) -> str:
    parts = [source.get("title") or source.get("source", ""), source.get("publisher", "")]
    if source.get("as_of"):
        parts.append(f"as of {source['as_of']}")
    if source.get("synthetic") and not any("synthetic" in str(p) for p in parts):
        parts.append("synthetic reconstruction")
    return ", ".join(escape(p) for p in parts if p)


def _at_start(match: re.Match) -> str:
    return f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}"
