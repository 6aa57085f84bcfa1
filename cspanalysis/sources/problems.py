"""Problems met while reading: every row set aside, every cell noted or corrected.

Counts are exact; of the rows behind them the first thousand per column and reason are listed, so
that a file which is wrong throughout costs neither memory nor patience.
"""

from __future__ import annotations

from collections import Counter

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
        self._listed: list[pl.DataFrame] = []

    def add(
        self, row: int, column: str, found: str, allowed: str, action: str, reason: str
    ) -> None:
        """Record one problem; `action` is 'set aside', 'noted' or 'corrected'."""
        one = pl.DataFrame(
            {ROW: [row], "found": [found]}, schema={ROW: pl.UInt32, "found": pl.String}
        )
        self.add_rows(one, column, allowed, action, reason)

    def add_rows(
        self, found: pl.DataFrame, column: str, allowed: str, action: str, reason: str
    ) -> None:
        """Record a problem of many rows; `found` has the columns row and found."""
        if found.is_empty():
            return
        key = (column, action, reason)
        room = LISTED - self.counts[key]
        self.counts[key] += found.height
        if room <= 0:
            return
        self._listed.append(
            found.head(room).select(
                pl.lit(self.file).alias("file"),
                pl.col(ROW).cast(pl.Int64),
                pl.lit(column).alias("column"),
                pl.col("found").cast(pl.String).fill_null("").str.slice(0, _SHOWN),
                pl.lit(allowed).alias("allowed"),
                pl.lit(action).alias("action"),
                pl.lit(reason).alias("reason"),
            )
        )

    def include(self, other: Problems) -> None:
        """Take over the problems of one of the part's own parts (a sheet of a workbook)."""
        self.counts.update(other.counts)
        self._listed += other._listed

    def count(self, action: str) -> int:
        """How many problems have an action."""
        return sum(n for (_, found, _), n in self.counts.items() if found == action)

    def table(self) -> pl.DataFrame:
        """The listed problems: file, row, column, found, allowed, action, reason; by row."""
        if not self._listed:
            return pl.DataFrame(schema=SCHEMA)
        if len(self._listed) == 1 and self._listed[0]["row"].is_sorted():
            return self._listed[0]
        return pl.concat(self._listed).sort("row", maintain_order=True)


ROW = "row"
