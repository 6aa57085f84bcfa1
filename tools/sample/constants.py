"""The sample's constants: the table of months, the anchors over periods, and the areas.

They lie beside this module as CSV. Everything drawn agrees with them exactly; tests/test_sample.py
counts it again from the files.
"""

from __future__ import annotations

import csv
import functools
from pathlib import Path

from cspanalysis.domain.periods import Period

OWN = "Tonbridge and Malling"
WEST_KENT = (OWN, "West Kent district B", "West Kent district C")

#: April 2004 to March 2008.
MONTHS = tuple(Period.parse("2004-04/2008-03").month_list())
#: The months that the table fixes; the two years before are drawn around them.
TABLED = tuple(Period.parse("2006-04/2008-03").month_list())

#: Periods of the review and of the printed figures for which peers' counts exist.
PERIODS = (
    "2007-04/2008-03",
    "2006-04/2007-03",
    "2007-04/2007-09",
    "2006-04/2006-09",
    "2007-04/2008-02",
    "2006-04/2007-02",
    "2007-11/2008-01",
    "2006-11/2007-01",
    "2006-10/2007-09",
    "2005-10/2006-09",
    "2007-10/2007-12",
    "2006-10/2006-12",
    "2007-04/2007-12",
    "2006-04/2006-12",
    "2007-04/2007-07",
    "2006-04/2006-07",
    "2006-04/2007-09",
    "2005-10/2007-09",
)


def rows_of(name: str) -> list[dict[str, str]]:
    """Rows of one of the CSV files beside this module, lines of comment left out."""
    path = Path(__file__).with_name(name)
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))


@functools.cache
def table() -> dict[str, dict[str, int]]:
    """Offence → month → offences recorded in Tonbridge and Malling, April 2006 to March 2008."""
    return {
        row["offence"]: {month: int(row[month]) for month in TABLED} for row in rows_of("table.csv")
    }


@functools.cache
def anchors() -> dict[tuple[str, str, str], int]:
    """(area, measure, period) → the count that the drawn files add up to."""
    return {
        (row["area"], row["measure"], row["period"]): int(row["count"])
        for row in rows_of("anchors.csv")
    }


@functools.cache
def areas() -> dict[str, tuple[str, ...]]:
    """Area → the peer groups it belongs to."""
    return {row["area"]: tuple(row["groups"].split(";")) for row in rows_of("areas.csv")}


@functools.cache
def residents() -> dict[str, int]:
    """Area → residents, the denominator of the sample's peer rates."""
    return {row["area"]: int(row["population"]) for row in rows_of("areas.csv")}


def months_of(period: str) -> list[str]:
    """The months of a period `YYYY-MM/YYYY-MM`."""
    return Period.parse(period).month_list()


def financial_year(month: str) -> str:
    """'2007-02' → '2006/07'."""
    year, number = int(month[:4]), int(month[5:])
    start = year if number >= 4 else year - 1
    return f"{start}/{(start + 1) % 100:02d}"
