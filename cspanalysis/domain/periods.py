"""Periods of whole months: parsing, naming, counting days, and finding the period to compare with.

A period is written `YYYY-MM/YYYY-MM`, both months inside. Everything an assessment counts is
counted over such a period; it is compared with the same months of an earlier time.
"""

from __future__ import annotations

import calendar
import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from cspanalysis.domain.errors import UsageError, paragraph

if TYPE_CHECKING:
    import pandas as pd

#: How the names of months begin in English, whatever the language of the machine.
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


_YEARS = re.compile(r"(\d{4})(?:/(\d{2}))?(?:\s*[-–]\s*(\d{2,4})(?:/(\d{2}))?)?")


@dataclass(frozen=True, order=True)
class Period:
    """A run of whole months.

    Parameters
    ----------
    first, last : int
        Months counted from year 0 (`year * 12 + month - 1`), both inside the period.
        Use `Period.parse` to make one from text.

    Examples
    --------
    >>> p = Period.parse("2007-04/2008-03")
    >>> p.label, p.days, p.before.iso
    ('April 2007 to March 2008', 366, '2006-04/2007-03')
    """

    first: int
    last: int

    @classmethod
    def parse(cls, text: str | Period) -> Period:
        """Read `YYYY-MM/YYYY-MM` (or a single `YYYY-MM`)."""
        return text if isinstance(text, Period) else cls._parsed(str(text))

    @classmethod
    @functools.lru_cache(maxsize=4096)
    def _parsed(cls, text: str) -> Period:
        parts = text.strip().split("/")
        months = [_ISO_MONTH.fullmatch(p.strip()) for p in parts]
        if len(parts) not in (1, 2) or not all(months):
            raise UsageError(
                paragraph(
                    f"'{text}' is not a period",
                    allowed="YYYY-MM/YYYY-MM, for example 2007-04/2008-03, or one month, 2007-04",
                )
            )
        ordinals = [int(m[1]) * 12 + int(m[2]) - 1 for m in months]
        period = cls(ordinals[0], ordinals[-1])
        if period.last < period.first:
            raise UsageError(
                paragraph(f"the period '{text}' ends before it starts", do="Swap the two months.")
            )
        return period

    @classmethod
    def month(cls, year: int, month: int) -> Period:
        """The period of one month."""
        return cls(year * 12 + month - 1, year * 12 + month - 1)

    @classmethod
    def financial_year(cls, start_year: int) -> Period:
        """April of `start_year` to March of the next year."""
        return cls(start_year * 12 + 3, start_year * 12 + 14)

    @classmethod
    def calendar_year(cls, year: int) -> Period:
        """January to December."""
        return cls(year * 12, year * 12 + 11)

    @classmethod
    def academic_year(cls, start_year: int) -> Period:
        """September of `start_year` to August of the next year."""
        return cls(start_year * 12 + 8, start_year * 12 + 19)

    @classmethod
    def of_year(cls, text: str) -> Period | None:
        """The months of a year as it is written: '2007', or '2007/08' from April; else None."""
        year, _, second = text.strip().partition("/")
        if not (len(year) == 4 and year.isdigit()):
            return None
        if not second:
            return cls.calendar_year(int(year))
        is_next = second.isdigit() and (int(year) + 1) % 100 == int(second) % 100
        return cls.financial_year(int(year)) if is_next else None

    @classmethod
    def of_years(cls, text: str) -> Period | None:
        """The months of years as a publisher writes them: '2023', '2021/22 - 23/24'; else None."""
        found = _YEARS.fullmatch(str(text).strip())
        if not found:
            return None
        first, is_financial, last, _ = found.groups()
        begin = int(first)
        century = begin // 100 * 100
        end = begin if not last else int(last) if len(last) == 4 else century + int(last)
        if end < begin:
            return None
        make = cls.financial_year if is_financial else cls.calendar_year
        return cls(make(begin).first, make(end).last)

    @classmethod
    def quarter(cls, start_year: int, quarter: int) -> Period:
        """Quarter 1 to 4 of the financial year from April `start_year` (Q1: April to June)."""
        first = start_year * 12 + 3 + (quarter - 1) * 3
        return cls(first, first + 2)

    @classmethod
    def half(cls, start_year: int, half: int) -> Period:
        """Half 1 or 2 of the financial year from April `start_year` (H1: April to September)."""
        first = start_year * 12 + 3 + (half - 1) * 6
        return cls(first, first + 5)

    @classmethod
    def part_of_year(cls, text: str, part: str) -> Period:
        """A 'quarter' or 'half' of a financial year: '2025-Q1', '2025/26-Q1', '2025-H2'.

        Raises
        ------
        UsageError
            If it is written otherwise; the words say which months are meant.
        """
        make, highest = (cls.quarter, 4) if part == "quarter" else (cls.half, 2)
        letter = part[0].upper()
        found = re.fullmatch(rf"(\d{{4}})(?:/(\d\d))?-{letter}([1-{highest}])", text)
        start = int(found[1]) if found else 0
        if not found or (found[2] and int(found[2]) != (start + 1) % 100):
            raise UsageError(
                paragraph(
                    f"'{text}' is not understood",
                    allowed=f"YYYY-{letter}1 to YYYY-{letter}{highest}, of the financial year that "
                    f"starts in YYYY: 2025-{letter}1, or 2025/26-{letter}1, is "
                    f"{make(2025, 1).label}",
                )
            )
        return make(start, int(found[3]))

    def __repr__(self) -> str:
        return f"Period.parse({self.iso!r})"

    @property
    def months(self) -> int:
        """Number of months."""
        return self.last - self.first + 1

    @property
    def start(self) -> date:
        """First day."""
        return date(self.first // 12, self.first % 12 + 1, 1)

    @property
    def end(self) -> date:
        """Last day."""
        year, month = self.last // 12, self.last % 12 + 1
        return date(year, month, calendar.monthrange(year, month)[1])

    @property
    def days(self) -> int:
        """Number of days, leap days counted."""
        return (self.end - self.start).days + 1

    @property
    def midpoint(self) -> date:
        """The day in the middle, which decides whose population estimate is used."""
        return self.start + timedelta(days=self.days // 2)

    @property
    def iso(self) -> str:
        """`YYYY-MM/YYYY-MM`."""
        return f"{_iso(self.first)}/{_iso(self.last)}"

    @property
    def slug(self) -> str:
        """`YYYY-MM_YYYY-MM`, the folder name of a review."""
        return self.iso.replace("/", "_")

    @property
    def label(self) -> str:
        """Words for a reader: 'April to September 2007', 'November 2007 to January 2008'."""
        y0, m0, y1, m1 = self.first // 12, self.first % 12, self.last // 12, self.last % 12
        first, last = calendar.month_name[m0 + 1], calendar.month_name[m1 + 1]
        if self.first == self.last:
            return f"{first} {y0}"
        if y0 == y1:
            return f"{first} to {last} {y0}"
        return f"{first} {y0} to {last} {y1}"

    @property
    def before(self) -> Period:
        """The nearest period of the same length and months that ends before this one begins.

        A year earlier for up to twelve months, two years for up to twenty-four.
        """
        return self.shift(-12 * math.ceil(self.months / 12))

    def is_long_before(self, other: Period) -> bool:
        """Whether it ends three years or more before another begins.

        Annual figures of schools and hospitals come a year or two late; these come later still.
        """
        return other.first - self.last > 36

    def against(
        self,
        compare: str | Period | None = None,
        *,
        same_months: bool = True,
        file: object = None,
    ) -> Period:
        """The period to compare this one with: the one asked for, else `before`.

        A period is compared only with one of the same months that ends before it begins: months
        that both share would hide a change, and a season or a longer time would look like one.

        `compare`: what the command line, the settings or a notebook ask for. `same_months`: false
        for what is compared per day: other months and lengths are alike then. `file`: where it was
        asked for, for the message.
        """
        if not compare:
            return self.before
        wanted = Period.parse(compare)
        if wanted.last < self.first and (wanted.same_months_as(self) or not same_months):
            return wanted
        if wanted.last >= self.first:
            rule = "one that ends before it begins"
        elif wanted.months != self.months:
            rule = (
                f"one of the same length, and these have {self.months} and {wanted.months} months"
            )
        else:
            rule = "the same months of the year, because a season looks like a change"
        raise UsageError(
            paragraph(
                f"{self.iso} cannot be compared with {wanted.iso}: a period is compared only with "
                f"{rule}",
                file=file,
                allowed=f"the same months of an earlier time, for example {self.before.iso}",
                do="Where none is named, that one is taken.",
            )
        )

    def shift(self, months: int) -> Period:
        """The period moved by a number of months."""
        return Period(self.first + months, self.last + months)

    def same_months_as(self, other: Period) -> bool:
        """True if both cover the same calendar months, whatever the years."""
        return self.months == other.months and (self.first - other.first) % 12 == 0

    def month_list(self) -> list[str]:
        """The months as `YYYY-MM` texts, in order."""
        return [_iso(m) for m in range(self.first, self.last + 1)]

    def month_days(self) -> list[int]:
        """Days of each month, in the order of `month_list`."""
        return [
            calendar.monthrange(m // 12, m % 12 + 1)[1] for m in range(self.first, self.last + 1)
        ]

    def contains(self, dates: pd.Series) -> pd.Series:
        """For each timestamp (or `YYYY-MM` text), whether it falls within the period."""
        import pandas as pd

        if not pd.api.types.is_datetime64_any_dtype(dates):
            return dates.isin(self.month_list())
        return (dates >= pd.Timestamp(self.start)) & (
            dates < pd.Timestamp(self.end + timedelta(days=1))
        )

    def covers(self, other: Period) -> bool:
        """True if `other` lies wholly inside this period."""
        return self.first <= other.first and other.last <= self.last

    def made_of(self, spans: Sequence[Period]) -> list[Period] | None:
        """The spans that fill it one after the other, in their order; None where they cannot."""
        if self.first > self.last:
            return []
        for span in spans:
            if span.first == self.first and span.last <= self.last:
                rest = Period(span.last + 1, self.last)
                if (further := rest.made_of(spans)) is not None:
                    return [span, *further]
        return None

    def __str__(self) -> str:
        return self.iso


@dataclass(frozen=True)
class Comparison:
    """A period, the period it is compared with, and whether it is an extra window of the settings.

    Parameters
    ----------
    period, compare : Period
        What is reported and what it is set against.
    is_window : bool
        True for a further period of `[[windows]]`; its findings carry the period in their id.
    """

    period: Period
    compare: Period
    is_window: bool = False

    @property
    def suffix(self) -> str:
        """How the finding's id ends: '' for the review's own period, else '@2007-04_2007-09'."""
        return f"@{self.period.slug}" if self.is_window else ""


def year_label(start: int) -> str:
    """A year that begins within a calendar year: '2007/08'."""
    return f"{start}/{(start + 1) % 100:02d}"


def months_of(dates: pd.Series) -> pd.Series:
    """The month of each timestamp as `YYYY-MM` text; missing where the timestamp is."""
    # Dates are many and months few: each month is written once.
    import numpy as np
    import pandas as pd

    codes, found = pd.factorize(dates.to_numpy().astype("datetime64[M]").astype("int64"))
    epoch, unknown = 1970 * 12, np.iinfo("int64").min
    labels = pd.array([None if m == unknown else _iso(epoch + m) for m in found], dtype="str")
    return pd.Series(labels.take(codes), index=dates.index, name=dates.name)


def _iso(ordinal: int) -> str:
    return f"{ordinal // 12:04d}-{ordinal % 12 + 1:02d}"
