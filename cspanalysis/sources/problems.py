"""Problems met while reading: every row set aside, every cell noted or corrected.

Counts are exact; of the rows behind them the first thousand per column and reason are listed, so
that a file which is wrong throughout costs neither memory nor patience.
"""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from typing import Any

import polars as pl

LISTED = 1000
_SHOWN = 200
SCHEMA = {
    "file": pl.String,
    "row": pl.Int64,
    "column": pl.String,
    "found": pl.String,
    "allowed": pl.String,
    "action": pl.String,
    "reason": pl.String,
}


class Problems:
    """The problems of one raw part.

    Parameters
    ----------
    file : str
        The part's label, for the column `file`.
    """

    def __init__(self, file: str):
        self.file = file
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self._listed: list[tuple[int, str, str, str, str, str]] = []

    def add(
        self, row: int, column: str, found: str, allowed: str, action: str, reason: str
    ) -> None:
        """Record one problem; `action` is 'set aside', 'noted' or 'corrected'."""
        key = (column, action, reason)
        self.counts[key] += 1
        if self.counts[key] <= LISTED:
            self._listed.append((row, column, found[:_SHOWN], allowed, action, reason))

    def add_rows(
        self, found: pl.DataFrame, column: str, allowed: str, action: str, reason: str
    ) -> None:
        """Record a problem of many rows; `found` has the columns row and found."""
        key = (column, action, reason)
        room = max(LISTED - self.counts[key], 0)
        listed = found.head(room).select(ROW, pl.col("found").cast(pl.String).fill_null(""))
        for row, text in listed.iter_rows():
            self.add(row, column, text, allowed, action, reason)
        if found.height > room:
            self.counts[key] += found.height - room

    def include(self, other: Problems) -> None:
        """Take over the problems of one of the part's own parts (a sheet of a workbook)."""
        self.counts.update(other.counts)
        self._listed += other._listed

    def count(self, action: str) -> int:
        """How many problems have an action."""
        return sum(n for (_, found, _), n in self.counts.items() if found == action)

    def listed(self) -> list[tuple[Any, ...]]:
        """The listed problems: file, row, column, found, allowed, action, reason; by row."""
        return [(self.file, *one) for one in sorted(self._listed, key=itemgetter(0))]

    def table(self) -> pl.DataFrame:
        """The same as a table."""
        return pl.DataFrame(self.listed(), schema=SCHEMA, orient="row")


ROW = "row"
