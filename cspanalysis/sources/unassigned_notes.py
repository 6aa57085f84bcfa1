"""Partnerships that the notes of the Home Office's tables list as recorded under none.

'Kent: … crime data for Maidstone, Medway … are recorded under an unassigned CSP group from 2024
onwards.' A line counts for the years that it names; one without a year is left to the figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from cspanalysis.domain.periods import MONTHS, Period

#: Partnership and financial year of a line of notes.
LISTED = {"csp": pl.String, "year": pl.String}

_UNASSIGNED = re.compile(r"\bunassigned\b|\bunallocated\b|\bno CSP\b", re.IGNORECASE)
_ONWARDS = re.compile(
    r"\b(?:from|since)\s+(?:([a-z]{3,9})\s+)?(\d{4})(?:[/-](\d{2}))?\b", re.IGNORECASE
)
_ENDING = re.compile(r"\byears?\s+(?:ending|to)\s+(?:march\s+)?(\d{4})", re.IGNORECASE)
_FINANCIAL = re.compile(r"\b(\d{4})[/-](\d{2})\b")


def is_told(line: str) -> bool:
    """Whether a line of notes is about offences under no partnership."""
    return _UNASSIGNED.search(line) is not None


def listed(lines: Iterable[str], names: Iterable[str], years: Iterable[str]) -> pl.DataFrame:
    """The partnerships and years that lines of notes are about, with the columns of `LISTED`.

    `names`: partnerships as the table spells them. `years`: the financial years that it holds.
    """
    # The longer name takes its words: 'Dartford and Gravesham' is not 'Dartford'.
    spelt = sorted({n for n in names if n}, key=lambda n: (-len(n), n))
    held = sorted(years)
    rows = [
        {"csp": name, "year": year}
        for line in lines
        if is_told(line)
        for name in _named(line, spelt)
        for year in held
        if _is_about(line, year)
    ]
    return pl.DataFrame(rows, LISTED).unique(maintain_order=True)


def _named(line: str, spelt: Iterable[str]) -> list[str]:
    found = []
    # The force before the colon is no partnership, though some bear its name.
    rest = re.sub(r"^[^:,]{2,40}:", "", line)
    for name in spelt:
        is_there = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
        if is_there.search(rest):
            found.append(name)
            rest = is_there.sub(" ", rest)
    return found


def _is_about(line: str, year: str) -> bool:
    whole = Period.financial_year(int(year[:4]))
    if found := _ONWARDS.search(line):
        month, begins, second = found.groups()
        if second:
            return whole.last >= Period.financial_year(int(begins)).first
        at = MONTHS.index(month[:3].lower()) if (month or "")[:3].lower() in MONTHS else 0
        return whole.last >= 12 * int(begins) + at
    ends = {int(y) for y in _ENDING.findall(line)}
    starts = {int(y) for y, _ in _FINANCIAL.findall(line)}
    return whole.end.year in ends or whole.start.year in starts
