"""Reading printed figures: their value, how exact they are, and what would round to them."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from cspanalysis.domain.errors import UsageError
from cspanalysis.domain.periods import Period, year_label

_WORDS = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
]  # fmt: skip


def is_blank(value: Any) -> bool:
    """Whether a cell of a register holds nothing."""
    return (
        value is None
        or value is pd.NaT
        or (not isinstance(value, str) and pd.isna(value))
        or (isinstance(value, str) and not value.strip())
    )


def text(value: Any) -> str:
    """A cell as text; '' for nothing, whole numbers without a decimal point."""
    if is_blank(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def number(value: Any) -> float | None:
    """The number that a cell prints ('1,027', '22.5 %', '-10.2'); None if it prints none."""
    cleaned = text(value).replace(",", "").replace("\u2212", "-").rstrip("%").strip()
    try:
        found = float(cleaned)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def signed(change: float) -> str:
    """A change with its sign: '+5', '−10.2'."""
    return f"{change:+g}".replace("-", "\u2212")


def decimals(value: Any) -> int:
    """How many decimals a figure is printed with."""
    _, _, after = text(value).rstrip("% ").partition(".")
    return len(after)


def rounds_to(exact: float, printed: Any) -> bool:
    """Whether an exact figure, rounded as the printed one is, gives the printed one.

    A figure half-way between may go either way.
    """
    target = number(printed)
    return target is not None and abs(exact - target) <= 0.5 * 10.0 ** -decimals(printed) + 1e-9


def size_in_words(words: Any) -> tuple[int, bool] | None:
    """A group's size as worded: ('twelve other' → 12, True), ('of 15' → 15, False).

    The flag says that the area itself comes on top ('other', 'peers').
    """
    lower = text(words).lower()
    found = re.search(r"\d+", lower)
    if found:
        size = int(found[0])
    else:
        named = [w for w in re.findall(r"[a-z]+", lower) if w in _WORDS]
        if not named:
            return None
        size = _WORDS.index(named[0]) + 1
    return size, bool(re.search(r"\b(other|others|peers?)\b", lower))


def period(value: Any) -> Period | None:
    """A period from 'YYYY-MM/YYYY-MM', a financial year '2007/08' or a calendar year '2007'.

    None where the text states no such period.
    """
    written = text(value)
    year = Period.of_year(re.sub(r"^(\d{4})-(\d{2}|\d{4})$", r"\1/\2", written))
    if year or not written:
        return year
    try:
        return Period.parse(written)
    except UsageError:
        # 'several years', 'not stated': a text may leave its period open.
        return None


def period_name(of: Period) -> str:
    """'the calendar year 2007', 'the financial year 2004/05', else the months."""
    year = of.first // 12
    if of.months == 12 and of.first % 12 == 0:
        return f"the calendar year {year}"
    if of.months == 12 and of.first % 12 == 3:
        return f"the financial year {year_label(year)}"
    return of.label
