"""Problems met while reading: every row set aside, every cell noted or corrected.

Counts are exact. Of the rows behind them the first thousand per column and reason are listed one
by one, and after them every further value once with its number of rows, so that a file which is
wrong throughout costs neither memory nor patience and yet nothing goes unnamed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import polars as pl

from cspanalysis.domain.problem_limits import LISTED

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


#: The fate of rows whose label only adds words to one of ours.
TAKEN = "taken"
#: The fate of rows whose label is one offence of a group of today.
GROUPED = "grouped"


class Label(NamedTuple):
    """A label of a file that is not one of ours, and what became of its rows.

    Parameters
    ----------
    column : str
        Column of the layout.
    label : str
        As the file has it.
    fate : str
        What becomes of its rows, as words after their number: 'with a district that is not known,
        counted for no area'; or TAKEN or GROUPED.
    ours : str
        What it is taken for or may be; '' if nothing is near.
    count : int
        Rows.
    """

    column: str
    label: str
    fate: str
    ours: str
    count: int  # type: ignore[assignment] # a tuple has a method of this name


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
        self.labels: list[Label] = []
        self.notices: list[str] = []
        #: Entries of the settings that matched something in the part.
        self.used: set[tuple[str, ...]] = set()
        self._listed: list[tuple[int, str, str, str, str, str]] = []
        # Column, action, reason → value → its first row beyond the listed ones, rows, allowed.
        self._further: dict[tuple[str, str, str], dict[str, tuple[int, int, str]]] = {}

    def add(
        self, row: int, column: str, found: str, allowed: str, action: str, reason: str
    ) -> None:
        """Record one problem; `action` is 'set aside', 'noted' or 'corrected'."""
        key = (column, action, reason)
        self.counts[key] += 1
        if self.counts[key] <= LISTED:
            self._listed.append((row, column, found[:_SHOWN], allowed, action, reason))
        else:
            self._add_further(key, [(found, row, 1)], allowed)

    def add_rows(
        self, found: pl.DataFrame, column: str, allowed: str, action: str, reason: str
    ) -> None:
        """Record a problem of many rows; `found` has the columns row and found."""
        key = (column, action, reason)
        room = max(LISTED - self.counts[key], 0)
        texts = found.select(ROW, pl.col("found").cast(pl.String).fill_null(""))
        for row, text in texts.head(room).iter_rows():
            self.add(row, column, text, allowed, action, reason)
        if found.height > room:
            self.counts[key] += found.height - room
            values = texts.slice(room).group_by("found", maintain_order=True)
            self._add_further(
                key, values.agg(pl.col(ROW).first(), pl.len().alias("n")).iter_rows(), allowed
            )

    def name(self, column: str, labels: Iterable[tuple[str, str, int]], fate: str) -> None:
        """Name labels of a column that are not ours: (label, what of ours it may be, rows)."""
        self.labels += [Label(column, text, fate, ours, count) for text, ours, count in labels]

    def include(self, other: Problems) -> None:
        """Take over the problems of one of the part's own parts (a sheet of a workbook)."""
        self.counts.update(other.counts)
        self.labels += other.labels
        self.notices += other.notices
        self.used |= other.used
        self._listed += other._listed
        for key, values in other._further.items():
            for text, (row, count, allowed) in values.items():
                self._add_further(key, [(text, row, count)], allowed)

    def count(self, action: str) -> int:
        """How many problems have an action."""
        return sum(n for (_, found, _), n in self.counts.items() if found == action)

    def listed(self) -> list[tuple[Any, ...]]:
        """The listed problems: file, row, column, found, allowed, action, reason; by row."""
        found = [*self._listed, *self._lines_of_further()]
        return [(self.file, *one) for one in sorted(found, key=itemgetter(0))]

    def table(self) -> pl.DataFrame:
        """The same as a table."""
        return pl.DataFrame(self.listed(), schema=SCHEMA, orient="row")

    def _add_further(
        self,
        key: tuple[str, str, str],
        values: Iterable[tuple[str, int, int]],
        allowed: str,
    ) -> None:
        further = self._further.setdefault(key, {})
        for text, row, count in values:
            if text in further:
                first, n, _ = further[text]
                further[text] = (first, n + count, allowed)
            elif len(further) < LISTED:
                further[text] = (row, count, allowed)

    def _lines_of_further(self) -> list[tuple[int, str, str, str, str, str]]:
        """What is beyond the listed rows: a line a value, and one for what even these leave out."""
        singly = Counter((column, action, why) for _, column, _, _, action, why in self._listed)
        lines = []
        for key, total in self.counts.items():
            column, action, reason = key
            left = total - singly[key]
            row = 1
            for text, (row, count, allowed) in self._further.get(key, {}).items():
                left -= count
                rows = f"in {count:,} further rows, of which this is the first"
                told = reason if count == 1 else f"{reason} ({rows})"
                lines.append((row, column, text[:_SHOWN], allowed, action, told))
            if left > 0:
                told = f"{reason} ({left:,} further rows, not listed one by one)"
                lines.append((row, column, "", "", action, told))
        return lines


ROW = "row"


def listed_of(source: str, listed: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    """Listed problems of a source's parts as they stand in problems.csv."""
    told = pl.DataFrame(listed, schema=SCHEMA, orient="row")
    return told.insert_column(0, pl.lit(source).alias("source"))
