"""Files that did not change, in a batch in which another one did: their rows are not read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from cspanalysis import repeats
from cspanalysis.batches import Batch

Entry = dict[str, Any]


def unchanged(batch: Batch, before: Mapping[str, Entry], processed: Path) -> dict[str, Entry]:
    """The parts of a batch that were read before, just as they are now.

    Parameters
    ----------
    batch : Batch
        The batch.
    before : mapping
        What the manifest before said of each part, by label.
    processed : pathlib.Path
        The folder in which their tables have to be.

    Returns
    -------
    dict
        What it said of them as they were read.
    """
    found = {}
    for label, fingerprint in batch.fingerprints.items():
        entry = repeats.as_read(before.get(label, {}))
        if entry.get("fingerprint") == fingerprint and all(
            (processed / path).is_file() for path in entry["tables"].values()
        ):
            found[label] = entry
    return found


def tables(entries: Mapping[str, Entry], processed: Path) -> dict[str, list[pl.DataFrame]]:
    """The rows of parts in the tables that were made of them before, by the table's name."""
    labels: dict[tuple[str, str], list[str]] = defaultdict(list)
    for label, entry in entries.items():
        for name, path in entry["tables"].items():
            labels[name, path].append(label)
    found: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for (name, path), wanted in labels.items():
        frame = pl.read_parquet(processed / path)
        found[name].append(frame.filter(pl.col("file").cast(pl.String).is_in(wanted)))
    return found
