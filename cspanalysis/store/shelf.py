"""The tables of a source in the processed folder, and what lies where in them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import polars as pl

from cspanalysis.domain import whole_files

#: District → the first of its rows in a table's file and the one after its last.
Spans = dict[str, list[int]]


class Holds(TypedDict):
    """What a table's file holds: where districts lie, and its first and last month, if any."""

    districts: Spans
    months: list[str]


@dataclass
class Shelf:
    """Where the tables of a run lie.

    Parameters
    ----------
    processed : pathlib.Path
        The folder of cleaned tables.
    is_written : bool
        Whether tables are written; a check holds those that it needs again.
    held : dict
        Tables that are needed once more in this run, by path.
    holds : dict
        What lies where in tables of districts, by path.
    damaged : collection of str
        Tables that are not as they were written.
    """

    processed: Path
    is_written: bool
    held: dict[str, pl.DataFrame] = field(default_factory=dict)
    holds: dict[str, Holds] = field(default_factory=dict)
    damaged: Collection[str] = ()

    def has(self, paths: Iterable[str]) -> bool:
        """Whether all of the tables are there, and as they were written."""
        return all((self.processed / path).is_file() and path not in self.damaged for path in paths)

    def load(self, path: str) -> pl.DataFrame:
        """A table, by its path in the folder."""
        return self.held[path] if path in self.held else pl.read_parquet(self.processed / path)

    def put(
        self, path: str, frame: pl.DataFrame, *, hold: bool = True, with_spans: bool = True
    ) -> None:
        """Lay a table down; on disk it is for certain only after `whole_files.settle`."""
        if self.is_written:
            # Names are numbers already: packing them further takes longer than it saves in space.
            whole_files.atomically(
                self.processed / path,
                lambda stream: frame.write_parquet(
                    stream, compression="uncompressed", row_group_size=8192
                ),
                sync=False,
            )
        if hold:
            self.held[path] = frame
        if with_spans and "district" in frame.columns:
            self.holds[path] = {"districts": spans(frame), "months": months(frame)}

    def joined(self, paths: Sequence[str]) -> pl.DataFrame:
        """Small tables end to end; those not held are read some at a time, not one by one."""
        found = []
        for is_held, run in itertools.groupby(paths, key=self.held.__contains__):
            if is_held:
                found += [self.held[path] for path in run]
            else:
                found.append(pl.read_parquet([self.processed / path for path in run]))
        return pl.concat(found)


def spans(frame: pl.DataFrame) -> Spans:
    """Where each district's rows lie in a table."""
    # Most tables are sorted by district: few runs, many rows.
    runs = frame.select(pl.col("district").rle()).unnest("district")
    stop = pl.col("len").cum_sum()
    found = (
        runs.select(district=pl.col("value").cast(pl.String), first=stop - pl.col("len"), stop=stop)
        .drop_nulls()
        .group_by("district")
        .agg(pl.col("first").min(), pl.col("stop").max())
        .sort("district")
    )
    return {name: [first, stop] for name, first, stop in found.iter_rows()}


def months(frame: pl.DataFrame) -> list[str]:
    """The first and the last month of a table; [] where it has none."""
    if "month" not in frame.columns:
        return []
    found = frame["month"].drop_nulls().unique().cast(pl.String).sort().to_list()
    return [found[0], found[-1]] if found else []
