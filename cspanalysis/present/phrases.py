"""Phrases that several sentences share, and access to rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cspanalysis import present

#: Things that a sentence names one by one; the rest it counts.
MOST_NAMED = 6

#: Said where counts are hidden.
HIDDEN = "hidden so that nobody can be identified"

#: From so many comparisons on, some are expected to look clear by chance (one in twenty at 95%).
MANY = 10


def first(table: pd.DataFrame) -> dict[str, Any]:
    """The first row as a mapping; empty if there is none."""
    return table.iloc[0].to_dict() if len(table) else {}


def own(table: pd.DataFrame) -> dict[str, Any]:
    """The row of the area reported on; empty if it is not there."""
    if "is_own" not in table:
        return {}
    return first(table[table["is_own"].eq(True).fillna(False)])


def shown(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows whose value in a column may be written."""
    may = [not present.is_missing(v) and not isinstance(v, str) for v in table[column]]
    # As a Series: an empty list would choose no columns, not no rows.
    return table[pd.Series(may, index=table.index, dtype=bool)]


def hidden(table: pd.DataFrame, column: str = "count") -> int:
    """How many rows hide their value (suppressed, not merely absent)."""
    if "status" not in table:
        return 0
    return int((table["status"].eq("suppressed") & table[column].isna()).sum())


def hidden_note(table: pd.DataFrame, noun: str, column: str = "count") -> str:
    """' Two groups are hidden …', where some rows hide their value; else ''."""
    n = hidden(table, column)
    if not n:
        return ""
    return f" {present.capital(present.in_words(n))} {noun}{' is' if n == 1 else 's are'} {HIDDEN}."


def get(row: Mapping[str, Any], key: str, default: Any = None) -> Any:
    """A value of a row, or the default where it is absent or missing."""
    value = row.get(key, default)
    return default if present.is_missing(value) else value


def size(value: float, dp: int = 1) -> str:
    """A percentage or a number of points without its sign; what only rounds to 0 says so."""
    text = present.number(abs(value), dp)
    is_lost = value != 0 and float(text.replace(",", "")) == 0
    return f"less than {present.number(10.0**-dp, dp)}" if is_lost else text


def by_chance(n: int) -> str:
    """How many of so many comparisons at 95% can look clear by chance; '' under `MANY`."""
    if n < MANY:
        return ""
    return (
        f" Of {n} comparisons about {present.in_words(int(n / 20 + 0.5))} can look clear by chance."
    )


def chance_alone(table: pd.DataFrame) -> list[str]:
    """The note beside limits that allow for chance alone, since nothing tells how much more varies.

    `table`: column not_estimated, where there is one: why not, as a clause; '' or missing: it was.
    """
    if "not_estimated" not in table:
        return []
    reasons = dict.fromkeys(r for r in table["not_estimated"] if isinstance(r, str) and r)
    return [
        f"{present.capital(reason)}, so that by how much more than chance the counts vary could "
        "not be estimated: the interval allows for chance alone."
        for reason in reasons
    ]


def confidence(row: Mapping[str, Any]) -> str:
    """'95%', or whatever confidence the row was made with."""
    level = float(get(row, "confidence", 0.95)) * 100
    return f"{level:.10g}%"


def named(text: Any) -> str:
    """A name from the data as written inside a sentence: cut where long, its first letter small."""
    return present.inside(present.shorten(str(text), 80))


def number_of(n: int, singular: str, many: str | None = None) -> str:
    """A count with its noun, in words up to twelve: 'one month', 'three months', '14 months'."""
    return f"{present.in_words(n)} {singular if n == 1 else many or singular + 's'}"


def unplaced(whose: str, before: float, earlier: str, now: float, when: str) -> str:
    """The share of records without a place in two periods, as a sentence without its full stop.

    `whose`: 'the robbery offences that Kent Police recorded'. `before`, `now`: shares, 0 to 1, in
    `earlier` and in `when`.
    """
    if before:
        now_told = present.share(now) if now else "none"
        said = f"{present.share(before)} had no place in {earlier} and {now_told} in {when}"
    else:
        said = f"all had a place in {earlier}, and {present.share(now)} had none in {when}"
    return f"of {whose}, {said}; what has no place counts for no district"


def was(n: int) -> str:
    """'was' or 'were'."""
    return "was" if n == 1 else "were"
