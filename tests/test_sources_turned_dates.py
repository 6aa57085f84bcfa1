"""Dates whose day and month a spreadsheet of American settings turned where it could."""

import datetime
import random

import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import asb_calls
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

YEARS = (datetime.date(2023, 1, 1), datetime.date(2025, 1, 1))
WITHIN = (datetime.date(2023, 4, 1), datetime.date(2025, 4, 1))


def read(path, span, write, is_mixed=False):
    first, last = span
    days = [first + datetime.timedelta(days=n) for n in range(0, (last - first).days, 2)]
    if is_mixed:
        random.Random(3).shuffle(days)
    rows = [f"{n},{write(day)},Noise,Dover" for n, day in enumerate(days, 1)]
    path.write_text("\n".join(["Call ref,Date received,Type,District", *rows]) + "\n")
    return asb_calls.SOURCE.read(Part(path, "asb_calls/log.csv"), Context())


def turned(day):
    return f"{day:%d/%m/%Y}" if day.day > 12 else f"{day:%m/%d/%Y}"


def turned_iso(day):
    """As a workbook holds them: days that were understood, and text."""
    return f"{day:%d/%m/%Y}" if day.day > 12 else f"{day:%Y-%d-%m}"


@pytest.mark.parametrize(
    ("span", "write", "is_mixed"),
    [
        # The order of the file tells, or the months of the dates that are sure.
        (YEARS, turned, False), (WITHIN, turned, True), (WITHIN, turned_iso, True),
        (WITHIN, lambda day: f"{day:%d/%m/%y}" if day.day > 12 else f"{day:%m/%d/%y}", True),
    ],
)  # fmt: skip
def test_turned_dates_are_refused(tmp_path, span, write, is_mixed):
    with pytest.raises(DataRefused, match=r"dates in both orders: .* American settings"):
        read(tmp_path / "log.csv", span, write, is_mixed)


@pytest.mark.parametrize("is_mixed", [False, True])
@pytest.mark.parametrize("span", [YEARS, WITHIN])
@pytest.mark.parametrize(
    "write",
    [
        lambda day: f"{day:%d/%m/%Y}",
        lambda day: f"{day:%d/%m/%y}",
        lambda day: f"{day:%d/%m/%Y}" if day.day % 3 else day.isoformat(),
    ],
)
def test_other_dates_are_read(tmp_path, span, write, is_mixed):
    found = read(tmp_path / "log.csv", span, write, is_mixed)
    assert found.rows_kept == found.rows_read == 366
    assert found.frame["date"].min() == span[0]
