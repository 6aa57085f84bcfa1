"""Tables as files of the processed folder: written, joined, and where districts lie in them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from cspanalysis.domain import whole_files

#: District → the first of its rows in a table's file and the one after its last.
Spans = dict[str, list[int]]


def write(path: Path, frame: pl.DataFrame) -> None:
    """Write a table; it is on disk for certain only after `whole_files.settle`."""
    # Names are numbers already: packing them further takes longer than it saves in space.
    whole_files.atomically(
        path,
        lambda stream: frame.write_parquet(stream, compression="uncompressed", row_group_size=8192),
        sync=False,
    )


def spans(frame: pl.DataFrame) -> Spans:
    """Where each district's rows lie in a table."""
    found = (
        frame.lazy()
        .select(district=pl.col("district").cast(pl.String))
        .with_row_index("row")
        .drop_nulls()
        .group_by("district")
        .agg(first=pl.col("row").min(), stop=pl.col("row").max() + 1)
        .sort("district")
        .collect()
    )
    return {name: [first, stop] for name, first, stop in found.iter_rows()}


def joined(
    processed: Path, paths: Sequence[str], partial: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Small tables end to end; those not in memory are read some at a time, not one by one."""
    found = []
    for is_here, run in itertools.groupby(paths, key=partial.__contains__):
        if is_here:
            found += [partial[path] for path in run]
        else:
            found.append(pl.read_parquet([processed / path for path in run]))
    return pl.concat(found)
