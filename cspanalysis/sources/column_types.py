"""Kinds of cell: how text becomes a value, and how what is allowed is put in words.

Every kind is one polars expression on trimmed text in which blank cells are missing. A cell with
text that yields no value is a problem; the caller decides whether its row can stay.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import polars as pl

from cspanalysis.domain import period_labels
from cspanalysis.sources import dates
from cspanalysis.sources.word_rules import meaning

#: Official statistics' shorthand for figures that are not given; none of them means 0.
SYMBOLS: Mapping[str, str] = {
    "*": "suppressed",
    "c": "suppressed",
    "s": "suppressed",
    **dict.fromkeys(("few", "suppressed", "redacted", "withheld", "confidential"), "suppressed"),
    "x": "not_available",
    "..": "not_available",
    ":": "not_available",
    "n/a": "not_available",
    "na": "not_available",
    "u": "not_available",
    **dict.fromkeys(("no data", "not available", "not known", "unknown"), "not_available"),
    ".": "not_applicable",
    "z": "not_applicable",
    "-": "rounds_to_zero",
    "~": "rounds_to_zero",
    "low": "rounds_to_zero",
    "k": "rounds_to_zero",
}

#: A hidden small number: <5, fewer than 5, 5 or fewer, 1 to 4.
_SMALL = (
    r"^(?:(?:<|≤|<=|under|fewer than|less than)\s*\d{1,2}|\d{1,2} or (?:fewer|less|under)"
    r"|[01]\s*(?:-|–|to)\s*\d)$"
)

ALLOWED = {
    "text": "text",
    "verbatim": "text",
    "category": "text",
    "lower": "text",
    "identifier": "text",
    "integer": "a whole number",
    "number": "a number",
    "count": "a whole number or a symbol such as *, c, x, z, .",
    "figure": "a number or a symbol such as *, c, x, z, .",
    "date": "a date such as 31/12/2007, 2007-12-31 or 31-Dec-07",
    "datetime": "a date with or without time, such as 31/12/2007 23:30",
    "time": "a time such as 23:30 or 11:30 PM",
    "month": "a month such as 2007-12",
    "period": "a month (2025-04), months (2025-04/2025-09), a quarter of a financial year "
    "(2025/26-Q1), a financial year (2025/26) or a calendar year (2025)",
    "financial_year": "a year such as 2007/08, or year ending March 2008",
    "school_year": "a year such as 2007/08",
    "boolean": "yes or no",
}

#: Kinds whose cells may hold a symbol in a number's place: they get a status and the symbol.
WITH_STATUS = ("count", "figure")

#: What a second row of headings says of figures beneath it that are no counts.
RATES = (
    r"(?i)^(?:(?:crude|directly|age[- ]?)?\s*(?:standardi[sz]ed )?rates?\b.*|%.*|per ?cent.*"
    r"|percentage.*|proportion.*|per [\d,]+.*)$"
)

#: Kinds whose every text is a value.
ANY_TEXT = ("text", "verbatim", "category", "lower", "identifier")
#: Kinds whose every value is a number.
NUMERIC = ("integer", "number", *WITH_STATUS)

_BOOLEANS = {
    **dict.fromkeys(("y", "yes", "true", "t", "1"), True),
    **dict.fromkeys(("n", "no", "false", "f", "0"), False),
}
#: A spreadsheet writes 531204 as 5.3E+05 where its column is narrow; a program's 1e+05 is exact.
SHORTENED = r"^[-+]?\d+(\.\d*)?E\+?\d{1,3}$"
#: Unless as many decimals as the exponent says are there.
_WHOLE = "|".join(rf"\.\d{{{n},}}E\+?0?{n}" for n in range(1, 16))
#: Of a decimal comma it would make ten times the number: a comma separates three digits.
_DIGITS = r"(?:\d{1,3}(?:[,\s]\d{3})+|\d+)"
_EXPONENT = r"(?:e[-+]?\d{1,3}|E-\d{1,3}|E\+?0+)?"
_NUMBER = rf"^[-+]?\s*£?\s*[-+]?(?:(?:{_DIGITS}(?:\.\d*)?|\.\d+){_EXPONENT}|\d+(?:{_WHOLE}))\s*%?$"

#: Behind a number: that it was revised, is provisional, estimated or after a break, or its note.
_MARK = r"([\d%])\s*(?:\[(?i:[bepr]\d?|notes?\s*[\d, ]+)\]|\([rR]\)|[rR])$"


def trimmed(column: str) -> pl.Expr:
    """The column's text without outer spaces, unbreakable ones as any; blank is missing."""
    text = pl.col(column).str.replace_all("\u00a0", " ", literal=True).str.strip_chars()
    return pl.when(text != "").then(text)


def convert(text: pl.Expr, kind: str) -> pl.Expr:
    """The values of trimmed text of a kind; missing where the text is none."""
    return _CONVERTERS[kind](text)


def status(text: pl.Expr, kind: str = "count", symbols: Mapping[str, str] = SYMBOLS) -> pl.Expr:
    """What a count's or figure's cell says: 'ok' for a number, else the meaning of its symbol.

    A blank cell is 'not_available'; text that is neither number nor known symbol is missing.
    """
    return (
        pl.when(text.is_null())
        .then(pl.lit("not_available"))
        .when(convert(text, kind).is_not_null())
        .then(pl.lit("ok"))
        .when(_plain_symbol(text).str.contains(_SMALL))
        .then(pl.lit("suppressed"))
        .otherwise(
            _plain_symbol(text).replace_strict(symbols, default=None, return_dtype=pl.String)
        )
    )


def symbol(text: pl.Expr, kind: str = "count") -> pl.Expr:
    """The symbol that stands in a number's place; missing where the number does."""
    return pl.when(convert(text, kind).is_null()).then(text)


def _plain_symbol(text: pl.Expr) -> pl.Expr:
    # '[u1]' is a symbol with the number of its note.
    plain = text.str.to_lowercase().str.replace(r"^\[([a-z])\d\]$", "${1}")
    return plain.str.strip_chars("[]() ")


def _identifier(text: pl.Expr) -> pl.Expr:
    # Systems write one reference as 46/00012/25, 46-00012-25 or 46 / 00012 / 25; a spreadsheet
    # takes the zeros before a number away and writes some behind it.
    plain = (
        text.str.to_uppercase()
        .str.replace(r"^0*(\d+)(?:\.0+)?$", "${1}")
        .str.replace_all(r"\s*[-\u2010-\u2015/\\_.]\s*", "/")
        .str.replace_all(r"\s+", "")
    )
    return pl.when(text.str.contains(f"(?i){SHORTENED}")).then(text).otherwise(plain)


def _number(text: pl.Expr) -> pl.Expr:
    text = text.str.replace(_MARK, "${1}")
    plain = text.str.replace_all(r"[,\s£%]", "")
    return pl.when(text.str.contains(_NUMBER)).then(plain).cast(pl.Float64, strict=False)


def _integer(text: pl.Expr) -> pl.Expr:
    number = _number(text)
    # '31%' and '£200' among counts are a share and an amount: nobody counted 31 or 200.
    is_count = ~text.str.contains("[%£]")
    is_whole = is_count & (number == number.round(0)) & (number.abs() < 2**53)
    return pl.when(is_whole).then(number).cast(pl.Int64, strict=False)


def _month(text: pl.Expr) -> pl.Expr:
    # 'Jan-25' is how a spreadsheet shows a month; years of the last century are never meant.
    text = text.str.replace(r"^([A-Za-z]{3,9})[-/ ]'?([0-6]\d)$", "${1} 20${2}")
    day = pl.coalesce(
        dates.moment(
            text.str.replace(r"^(\d{4})[-/]?(\d{2})$", "${1}-${2}-01"), dates.OF_FOUR_DIGITS
        ),
        dates.moment(pl.format("1 {}", text.str.replace("-", " ")), dates.OF_FOUR_DIGITS),
        dates.moment(text, dates.CLEAR),
    )
    return day.dt.strftime("%Y-%m")


def _period(text: pl.Expr) -> pl.Expr:
    pattern = r"^\d{4}-(0[1-9]|1[0-2])(/\d{4}-(0[1-9]|1[0-2]))?$"
    whole = pl.when(text.str.len_chars() == 7).then(pl.format("{}/{}", text, text)).otherwise(text)
    is_forward = whole.str.slice(0, 7) <= whole.str.slice(8, 7)
    plain = pl.when(text.str.contains(pattern) & is_forward).then(whole)
    return pl.coalesce(plain, meaning(_span, text))


def _span(label: str) -> str:
    found = period_labels.match(label)
    return found.iso if found else ""


_CONVERTERS: Mapping[str, Callable[[pl.Expr], pl.Expr]] = {
    "text": lambda text: text,
    "verbatim": lambda text: text,
    "identifier": _identifier,
    # Few values in many rows: kept once each, which makes everything after cheaper.
    "category": lambda text: text.cast(pl.Categorical),
    "lower": lambda text: text.str.to_lowercase().str.replace_all(r"\s+", " "),
    "integer": _integer,
    "number": _number,
    "count": _integer,
    "figure": _number,
    "date": lambda text: dates.moment(text).dt.date(),
    "datetime": dates.moment,
    "has_time": dates.has_time,
    "time": dates.time,
    "month": _month,
    "period": _period,
    "financial_year": functools.partial(meaning, period_labels.financial_year),
    "school_year": functools.partial(meaning, period_labels.school_year),
    "boolean": lambda text: text.str.to_lowercase().replace_strict(
        _BOOLEANS, default=None, return_dtype=pl.Boolean
    ),
}
