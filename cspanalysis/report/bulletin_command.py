"""What `csp bulletin` is asked for."""

from __future__ import annotations

import argparse

from cspanalysis.domain import inert
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Period


def period(options: argparse.Namespace) -> Period:
    """The month, quarter or half year that is asked for; which months these are is said.

    Raises
    ------
    UsageError
        If it is none.
    """
    if options.month:
        month = Period.parse(options.month)
        if month.months != 1:
            raise UsageError(paragraph(f"--month {options.month}", allowed="one month, YYYY-MM"))
        return month
    part, text = ("quarter", options.quarter) if options.quarter else ("half", options.half)
    found = Period.part_of_year(text, part)
    # Elsewhere quarters are of the calendar year: which months these are is said, not guessed.
    start = int(text[:4])
    year = f"{start}/{(start + 1) % 100:02}"
    inert.say(f"{text}: {found.label}, {part} {text[-1]} of the financial year {year}.")
    return found
