"""Numbers as text: thousands separators, one decimal for rates, 'per cent' in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

#: Shown where a value is not available.
MISSING = "[x]"

#: Symbols of tables and what they mean, printed beneath a table that holds one.
SYMBOLS = {
    "*": "a small number, hidden so that nobody can be identified",
    "c": "hidden so that nobody can be identified",
    "[c]": "hidden so that nobody can be identified",
    "[x]": "not available",
    "x": "not available (in older files: hidden)",
    "[z]": "not applicable",
    "z": "not applicable",
    "low": "above zero, but rounds to zero",
    "k": "above zero, but rounds to zero",
    "u": "too unreliable to publish",
    ":": "not available",
    ".": "not applicable",
}

#: Status of a row → the symbol shown for a value that it hides.
STATUS_SYMBOLS = {
    "suppressed": "*",
    "not_available": MISSING,
    "not_applicable": "[z]",
    "rounds_to_zero": "low",
    "unreliable": "u",
}


def symbols_of(table: Mapping[str, Any]) -> dict[str, str]:
    """The symbols that stand for values in a display table, with their meanings.

    Labels that begin the rows are no values: a place called ':' is nothing hidden. Nor are words
    further on, a kind called 'x' say, unless they stand in a symbol's brackets.
    """
    used: set[str] = set()
    for number, column in enumerate(table["columns"]):
        if number or column["numeric"]:
            cells = {str(row[number]).strip() for row in table["rows"]}
            used |= cells if column["numeric"] else {c for c in cells if c.startswith("[")}
    return {symbol: meaning for symbol, meaning in SYMBOLS.items() if symbol in used}


def is_missing(value: Any) -> bool:
    """True for None, NaN, NA, NaT and infinities: nothing that may be written as a number."""
    if value is None:
        return True
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, (str, int, list, tuple, dict)):
        return False
    try:
        # NaN, NaT and NA are no equals of themselves; pandas is not loaded to ask it.
        return bool(value != value)
    except TypeError:
        return True


def rounded(value: float, dp: int = 0) -> Decimal:
    """The value rounded half up to `dp` decimals, as it reads (2.675 → 2.68), without −0."""
    exact = Decimal(repr(float(value))) if not isinstance(value, int) else Decimal(value)
    result = exact.quantize(Decimal(1).scaleb(-dp), rounding=ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def number(value: Any, dp: int = 0) -> str:
    """A number with thousands separators: `number(1234.5, 1)` is '1,234.5'; missing is '[x]'."""
    if is_missing(value):
        return MISSING
    if isinstance(value, str):
        return value
    value = value.item() if hasattr(value, "item") else value
    return f"{rounded(value, dp):,}".replace("-", "−")


def count(value: Any) -> str:
    """A whole number: '1,234'."""
    return number(value, 0)


def rate_decimals(value: Any) -> int:
    """Decimals of a rate and its limits: one, two for rates below 1."""
    return 2 if not is_missing(value) and 0 < abs(value) < 1 else 1


def rate(value: Any, dp: int | None = None) -> str:
    """A rate to one decimal ('55.3'), below 1 to two ('0.31')."""
    if is_missing(value) or isinstance(value, str):
        return number(value)
    return number(value, rate_decimals(value) if dp is None else dp)


def signed(value: Any, dp: int = 1) -> str:
    """A difference with its sign: '+21.8', '−10.2', '0.0'."""
    text = number(value, dp)
    if is_missing(value) or isinstance(value, str) or rounded(value, dp) <= 0:
        return text
    return f"+{text}"


def per_cent(value: Any, dp: int = 1) -> str:
    """A percentage in a sentence: `per_cent(10.2)` is '10.2 per cent'."""
    return f"{number(value, dp)} per cent"


def share(value: Any, dp: int = 1) -> str:
    """A proportion from 0 to 1 in a sentence: `share(.336)` is '33.6 per cent'.

    One that is above 0 but rounds to it is 'less than 0.1 per cent'.
    """
    if is_missing(value):
        return MISSING
    if value > 0 and rounded(float(value) * 100, dp) == 0:
        return f"less than {per_cent(10.0**-dp, dp)}"
    return per_cent(float(value) * 100, dp)


def percent(value: Any, dp: int = 0) -> str:
    """A percentage where room is short, as in charts: `percent(33.6)` is '34%'."""
    return MISSING if is_missing(value) else f"{number(value, dp)}%"


def interval(lower: Any, upper: Any, dp: int = 1) -> str:
    """The limits of an interval: '54.0 to 56.6'; without an upper limit 'from 54.0'."""
    if is_missing(lower) and is_missing(upper):
        return MISSING
    if is_missing(upper):
        return f"from {number(lower, dp)}"
    if is_missing(lower):
        return f"up to {number(upper, dp)}"
    return f"{number(lower, dp)} to {number(upper, dp)}"


def percent_interval(lower: Any, upper: Any, dp: int = 1) -> str:
    """The limits of a proportion from 0 to 1 as percentages: '27.3 to 40.0 per cent'."""
    if is_missing(lower) or is_missing(upper):
        return MISSING
    return f"{number(float(lower) * 100, dp)} to {number(float(upper) * 100, dp)} per cent"


def symbol(status: str) -> str:
    """The symbol shown for a value that a row of this status does not give."""
    return STATUS_SYMBOLS.get(str(status), MISSING)
