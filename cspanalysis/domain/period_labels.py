"""Labels of periods: which months a file's own words mean, and which year.

Publishers and partners write a financial year in many ways ('2023/24', '2023-2024', 'FY 2023-24',
'Year ending March 2024'). What has two meanings ('Q1 2025', '2024' as a financial year) is none.
"""

from __future__ import annotations

import functools
import re

from cspanalysis.domain.periods import MONTHS, Period, year_label

_QUARTER = (
    re.compile(r"(?:q|qtr|quarter) ?([1-4])[ ,/-]*(?:20)?(\d\d)[-/ ](?:20)?(\d\d)"),
    re.compile(r"(?:20)?(\d\d)[-/ ](?:20)?(\d\d)[ ,/-]*(?:q|qtr|quarter) ?([1-4])"),
)
#: A year across two, and what may stand before it.
_ACROSS = re.compile(r"(?:(.+?) ?)?\b(\d{4})(?: ?[-/_] ?(\d{4}|\d\d)|(\d\d))")
_FINANCIAL = re.compile(r"f/?y|fin(ancial)? (year|yr)")
_SCHOOL = re.compile(r"a/?y|(academic|school) (year|yr)")
_ENDING = re.compile(
    r"(?:the )?(?:(?:12|twelve) months|year|yr|y/?e)(?: ending| ended| end| to)?"
    r"(?: the)?(?: end of)? (?:(?:28|29|30|31)(?:st|th)? (?:of )?)?(.+)"
)
_MONTH = re.compile(r"([a-z]{3,9})[ -]'?((?:19|20)?\d\d)|((?:19|20)\d\d)-(\d\d)(?:-01)?")
_TO = re.compile(r"\s+(?:to|-|until)\s+|(?<=[a-z])-(?=[a-z])|(?<=\d\d)\s?/\s?(?=20)")


def match(label: str) -> Period | None:
    """The months that a label means: a month, a quarter of a financial year, or a year; else None.

    A year across two is a financial one. A quarter needs both years of its financial year, since
    'Q1 2025' has two meanings.
    """
    said = _plain(label)
    if re.fullmatch(r"20\d\d", said):
        return Period.calendar_year(int(said))
    for at, pattern in enumerate(_QUARTER):
        if found := pattern.fullmatch(said):
            quarter, first, second = found.groups() if at == 0 else (found[3], found[1], found[2])
            is_next = (int(first) + 1) % 100 == int(second)
            return Period.quarter(2000 + int(first), int(quarter)) if is_next else None
    before, start = _across(said)
    if start and (not before or _FINANCIAL.fullmatch(before)):
        return Period.financial_year(start)
    if ends := _ENDING.fullmatch(said):
        last = _month(ends[1])
        return None if last is None else Period(last - 11, last)
    return _span([part.strip() for part in _TO.split(said)])


def _span(sides: list[str]) -> Period | None:
    """The months from one to another, or the one."""
    last = _month(sides[-1]) if len(sides) < 3 else None
    if last is None:
        return None
    first = _month(sides[0])
    if first is None and sides[0][:3] in MONTHS:
        # 'April to June 2025': the first month is of the last one's year.
        first = last // 12 * 12 + MONTHS.index(sides[0][:3])
    return None if first is None or first > last else Period(first, last)


@functools.lru_cache(maxsize=4096)
def financial_year(label: str) -> str:
    """The financial year that a label means, as '2023/24'; '' for none.

    A calendar year is none, nor is a year that ends in another month than March.
    """
    span = match(label)
    return _label(span, Period.financial_year)


@functools.lru_cache(maxsize=4096)
def school_year(label: str) -> str:
    """The school year (September to August) that a label means, as '2023/24'; '' for none.

    A year that ends in July is one, a financial year that is called so is none.
    """
    said = _plain(label)
    before, start = _across(said)
    if start:
        return year_label(start) if not before or _SCHOOL.fullmatch(before) else ""
    span = match(label)
    if span and span.last % 12 == MONTHS.index("jul"):
        year = span.months == 12 or span.first % 12 == MONTHS.index("sep")
        span = Period(span.last - 10, span.last + 1) if year else None
    return _label(span, Period.academic_year)


def _label(span: Period | None, make) -> str:
    return year_label(span.first // 12) if span and span == make(span.first // 12) else ""


def _plain(label: str) -> str:
    return " ".join(re.sub(r"[–—]", "-", label.lower()).replace(".", " ").split())


def _across(said: str) -> tuple[str, int]:
    """What stands before a year across two, and the year it begins in; 0 where there is none."""
    found = _ACROSS.fullmatch(said)
    if not found or (int(found[2]) + 1) % 100 != int((found[3] or found[4])[-2:]):
        return "", 0
    return (found[1] or "").strip(), int(found[2])


def _month(text: str) -> int | None:
    """A month counted from year 0; None of what is none."""
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    name, year, iso_year, month = found.groups()
    if name is None:
        return int(iso_year) * 12 + int(month) - 1 if 1 <= int(month) <= 12 else None
    # Of two digits those of this century, as of a crime that is reported today.
    century = 0 if len(year) == 4 else 2000 if int(year) < 70 else 1900
    known = name[:3] in MONTHS
    return (century + int(year)) * 12 + MONTHS.index(name[:3]) if known else None
