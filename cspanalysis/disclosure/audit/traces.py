"""Numbers that stand in a text, a table or a chart though the finding's rows hide them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cspanalysis.disclosure.audit.published_cells import is_hidden, labels
from cspanalysis.disclosure.cells import is_total

#: Symbols that stand in place of a hidden number.
SYMBOLS = frozenset({"*", "c", "[c]", "(text) *"})

#: Columns that say how rows were made; their numbers explain no other.
_RULES = frozenset({"hidden_below", "rounded_to", "rate_per", "confidence"})

_NUMBER = re.compile(r"(?<![\w.,/–-])(\d[\d,]*)(?![\w/]|[.,]\d|[–-]\d)")
_PLAIN = re.compile(r"[−+-]?\d[\d,]*(?:\.\d+)?%?")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_WORDS = dict(
    zip(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        range(2, 11),
        strict=True,
    )
)
# Numbers that count no people: dates, limits that rules name, percentages, parts of the text.
_STRUCTURE = (
    r"years?|months?|quarters?|periods?|weeks?|days?|hours?|clusters?|bands?|age bands?|groups?"
    r"|areas?|districts?|rows?|cells?|figures?|values?|counts?|numbers?|places?|categories|causes|kinds"
    r"|peers?|forces?|partnerships?|questions?|measures?|definitions?|sources?|sexes|shown|hidden"
    r"|suppressed|decimal"
)
# '4 other clusters' are no people, '3 in cluster A' are.
_WHICH = r"(?:(?!(?:in|of|at|by|for|from|on|to|with|and|per|a|the|or)\b)[\w-]+ ){0,2}"
_NOT_COUNTS = (
    re.compile(rf"\b\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?|(?:{_MONTHS}) \d{{4}}"),
    re.compile(r"\b(?:19|20)\d\d(?:[/–-]\d\d(?:\d\d)?)?\b"),
    re.compile(r"\d[\d,.]*\s*(?:%|per cent|percent)"),
    re.compile(r"(?i)\b1 (?:to|and) \d+\b|\b(?:under|below|nearest|than|threshold(?: of)?) \d+\b"),
    # 'a 5-year trend', 'the 12-month sums'.
    re.compile(r"\b\d+-(?=[a-z])"),
    re.compile(r"(?i)\bper [\d,]+|\baged? [\d\w –-]*\d|\bp [=<] [\d.]+"),
    re.compile(rf"(?i)\b\d+ of (?:the )?\d+ {_WHICH}(?:{_STRUCTURE})\b"),
    re.compile(rf"(?i)\b\d+ {_WHICH}(?:{_STRUCTURE})\b"),
)
#: So many characters at its beginning tell a shortened label from other words.
_RECOGNISED = 20
_WORD = "|".join(_WORDS)
# 'the three of them', 'one in four': words that refer or compare.
_REFERRING = re.compile(rf"(?i)\b(?:the|all|other|one in) (?:{_WORD})\b")


def numbers(text: str, strip: Iterable[str] = ()) -> list[int]:
    """Whole numbers of a text that may count people."""
    for label in sorted(set(strip), key=len, reverse=True):
        if len(label) > 1:
            text = _without(text.replace(label, " "), label)
    text = _REFERRING.sub(" ", text)
    text = re.sub(rf"(?i)\b(?:{_WORD})\b", lambda m: str(_WORDS[m[0].lower()]), text)
    for pattern in _NOT_COUNTS:
        text = pattern.sub(" ", text)
    return [int(m[1].replace(",", "")) for m in _NUMBER.finditer(text)]


def _without(text: str, label: str) -> str:
    """A text without the label where a sentence or a chart cut it short."""
    if len(label) < 2 * _RECOGNISED:
        return text
    at = text.find(label[:_RECOGNISED])
    while at >= 0:
        same = itertools.takewhile(
            lambda pair: pair[0] == pair[1], zip(text[at:], label, strict=False)
        )
        text = text[:at] + " " + text[at + sum(1 for _ in same) :]
        at = text.find(label[:_RECOGNISED])
    return text


def without_numbers(text: str) -> str:
    """A text with every number replaced by one sign, to recognise a sentence by its words."""
    return re.sub(rf"(?i)\d[\d,.]*|\b(?:{_WORD})\b", "#", " ".join(text.split())).rstrip(".")


def known(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """The numbers that the rows show, and what a sentence may make of them."""
    values = [
        float(v)
        for row in rows
        for k, v in row.items()
        if isinstance(v, int | float) and not isinstance(v, bool) and k not in _RULES
    ]
    for row in rows:
        if row.get("count") is not None and row.get("compare_count") is not None:
            values.append(abs(row["count"] - row["compare_count"]))
    for column in ("count", "compare_count"):
        shown = [row[column] for row in rows if row.get(column) is not None]
        if shown and len(shown) == len(rows):
            values.append(float(sum(shown)))
    return values


def explains(values: Iterable[float], number: float, decimals: int = 0) -> bool:
    """Whether a number as written is one of the values, as itself or as a percentage."""
    slack = 0.5 * 10**-decimals + 1e-9
    for value in values:
        for seen in (value, 100 * value, 100 * (value - 1)):
            if abs(abs(number) - abs(seen)) <= slack:
                return True
    return False


def in_text(
    text: str,
    rows: Sequence[Mapping[str, Any]],
    limit: int,
    tops: Sequence[float],
    values: Sequence[float],
    strip: Sequence[str],
) -> Iterator[int]:
    """Numbers of a text that could be a hidden count and are none of the shown ones.

    `rows`: the finding's rows. `limit`: counts below it are hidden. `tops`: highest value that each
    hidden cell can have, where a shown total limits it. `values`: numbers that are shown anyway.
    `strip`: texts (labels, title, definition) whose numbers are no counts.
    """
    words = [label for row in rows for label in labels(row)]
    for number in numbers(text, (*strip, *words)):
        could_be = 0 < number < limit or any(0 < number <= top for top in tops)
        if could_be and not any(abs(number - abs(v)) < 0.5 for v in values):
            yield number


def labelled(rows: Sequence[Mapping[str, Any]]) -> list[frozenset[str]]:
    """The labels of each row of a finding: many tables are held against the same rows."""
    return [frozenset(labels(row)) for row in rows]


def in_table(
    table: Sequence[Sequence[str]],
    rows: Sequence[Mapping[str, Any]],
    named_by: Sequence[frozenset[str]],
) -> Iterator[tuple[int, str, str]]:
    """Row number, cell and reason for each number of a table that the rows hide, or the reverse.

    `named_by`: what `labelled` gives of the rows.
    """
    body = table[1:] if len(table) == len(rows) + 1 else list(table)
    if len(body) == len(rows):
        pairs = list(enumerate(zip(body, rows, strict=True)))
    else:
        pairs = _by_labels(body, rows, named_by)
    for number, (cells, row) in pairs:
        if is_hidden(row):
            shown, named = known([row]), named_by[number]
            for cell in cells:
                if cell in named or not _PLAIN.fullmatch(cell.strip()):
                    continue
                value, decimals = _parsed(cell)
                if not explains(shown, value, decimals):
                    yield number, cell, "shown in a table though the row hides it"
        elif row.get("count") is not None and any(c.strip() in SYMBOLS for c in cells):
            yield number, str(row["count"]), "in the rows though the table hides it"


def _by_labels(
    body: Sequence[Sequence[str]],
    rows: Sequence[Mapping[str, Any]],
    named_by: Sequence[frozenset[str]],
) -> list[tuple[int, tuple[Sequence[str], Mapping[str, Any]]]]:
    """The rows that one line of a table alone bears all labels of, with that line."""
    lines = [set(cells) for cells in body]
    bearing: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        for cell in line:
            bearing.setdefault(cell, []).append(place)
    pairs = []
    for number, (row, named) in enumerate(zip(rows, named_by, strict=True)):
        if not bearing.keys() >= named:
            continue
        # Only lines with its rarest label can bear all of them.
        places = min((bearing.get(name, []) for name in named), key=len, default=[])
        fits = [place for place in places if named <= lines[place]]
        if len(fits) == 1:
            pairs.append((number, (body[fits[0]], row)))
    return pairs


def _parsed(cell: str) -> tuple[float, int]:
    text = cell.strip().rstrip("%").replace(",", "").replace("−", "-")
    return float(text), len(text.partition(".")[2])


def in_chart(
    array: Sequence[Any], rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[float, str]]:
    """Numbers of a chart's list that the rows hide, or show only rounded.

    A list is recognised by holding, for the rows or for those of one label, all that a column
    shows; what it holds beyond that must be explained by the rows.
    """
    found = [_number(x) for x in array]
    drawn = [
        (abs(x), _slack(written, x))
        for x, written in zip(found, array, strict=True)
        if x is not None
    ]
    if not drawn or _is_position(found):
        return
    explained = known(rows)
    for group in _groups(rows):
        hidden = [row for row in group if is_hidden(row)]
        for column in _columns(group):
            shown = [abs(row[column]) for row in group if row.get(column) is not None]
            lacking = sum(row.get(column) is None for row in hidden)
            if not lacking:
                continue
            extra = _beyond(drawn, shown)
            if extra is None or not 0 < len(extra) <= lacking:
                continue
            if not shown and (len(drawn) != lacking or column != "count"):
                continue
            for value, slack in extra:
                if value and not any(_is_alike(value, slack, known) for known in explained):
                    yield value, "in the chart though the row hides it"
        yield from _unrounded(found, group)


def _unrounded(found: Sequence[float | None], group: Sequence[Mapping[str, Any]]):
    base = next((int(r["rounded_to"]) for r in group if r.get("rounded_to")), 0)
    if base < 2 or len(found) != len(group):
        return
    pairs = [
        (abs(x), row["count"])
        for x, row in zip(found, group, strict=True)
        if row.get("count") is not None and x is not None
    ]
    if len(pairs) < 2 or any(abs(x - count) > base / 2 for x, count in pairs):
        return
    for x, count in pairs:
        if abs(x - count) > 1e-9:
            yield x, "unrounded in the chart"


def _columns(group: Sequence[Mapping[str, Any]]) -> list[str]:
    names = dict.fromkeys(name for row in group for name in row)
    return [
        n
        for n in names
        if n in ("count", "compare_count", "rate", "share", "percent_change", "ratio", "index")
    ]


def _groups(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """All rows, those that are no totals, and those of each label, where something is hidden."""
    groups = [list(rows)]
    # A chart of parts leaves their total out.
    groups.append([row for row in rows if not any(is_total(label) for label in labels(row))])
    texts = dict.fromkeys(label for row in rows for label in labels(row))
    groups += [[row for row in rows if label in labels(row)] for label in texts]
    return [g for g in groups if any(is_hidden(row) for row in g)]


def _slack(written: Any, value: float) -> float:
    """How far a drawn number may lie from its own: charts round to five digits, labels to few."""
    if isinstance(written, str):
        return 0.5 * 10 ** -_parsed(re.sub(r"<[^>]*>", "", written).strip())[1] + 1e-9
    return 0.5 if value == int(value) else 5e-5 * abs(value) + 1e-9


def _is_alike(value: float, slack: float, known: float) -> bool:
    """Whether a drawn number is a known one, as itself or as a percentage."""
    return any(abs(value - abs(seen)) <= slack for seen in (known, 100 * known, 100 * (known - 1)))


def _beyond(
    drawn: Sequence[tuple[float, float]], shown: Sequence[float]
) -> list[tuple[float, float]] | None:
    """What is drawn besides the shown values; None if not all of these are drawn."""
    for scale in (1, 100):
        left = list(drawn)
        for value in shown:
            fits = [one for one in left if abs(one[0] - scale * value) <= min(one[1], 0.4)]
            if not fits:
                break
            left.remove(min(fits, key=lambda one: abs(one[0] - scale * value)))
        else:
            return left
    return None


def _is_position(values: Sequence[float | None]) -> bool:
    """Whether a list just numbers its places: 0, 1, 2 … or 1, 2, 3 …"""
    return len(values) > 1 and any(
        all(v == start + i for i, v in enumerate(values)) for start in (0, 1)
    )


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value) if value == value else None
    if isinstance(value, str):
        text = re.sub(r"<[^>]*>", "", value).strip()
        if _PLAIN.fullmatch(text):
            return _parsed(text)[0]
    return None
