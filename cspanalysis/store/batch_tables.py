"""A batch of raw files becomes tables: what changed is read, what did not is taken over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import alike_figures, problems
from cspanalysis.sources.archive import Part
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.schema import UnknownLayout
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Context, Read
from cspanalysis.store import duplicates, manifest_entries, strays, table_files
from cspanalysis.store.batches import Batch

Entry = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where the tables of a run lie.

    Parameters
    ----------
    processed : pathlib.Path
        The folder of cleaned tables.
    before : mapping
        What its manifest said of each part, by label.
    write : bool
        Whether tables are written.
    """

    processed: Path
    before: Mapping[str, Entry]
    write: bool


@dataclass(frozen=True)
class Done:
    """A batch that was read.

    Parameters
    ----------
    entries : dict
        What the manifest says of each part, by label.
    read : list of str
        Labels of the parts that were read; the others' rows were taken over.
    small : dict
        Tables that are needed once more in this run, by path.
    holds : dict
        Where districts lie in tables, by path.
    """

    entries: dict[str, Entry]
    read: list[str]
    small: dict[str, pl.DataFrame]
    holds: dict[str, table_files.Spans]


def read(source: Source, batch: Batch, place: Place) -> Done:
    """Read a batch and write its tables.

    Raises
    ------
    DataRefused
        If a part cannot be used.
    """
    known = {}
    if source.batching:
        known = unchanged(batch, place.before, place.processed)
    given = zip(batch.parts, batch.contexts, strict=True)
    fresh = [(part, context) for part, context in given if part.label not in known]
    frames, by_label = _read(source, fresh)
    found = [*by_label.values()]
    for part, _ in fresh:
        manifest_entries.check_kept(part, by_label[part.label])
    listed = [row for one in found for row in one.problems.listed()]
    if listed:
        told = pl.DataFrame(listed, schema=problems.SCHEMA, orient="row")
        frames["_problems"] = told.insert_column(0, pl.lit(source.name).alias("source"))
    if source.batching and known and (frames or any(e["tables"] for e in known.values())):
        pieces = _tables(known, place.processed)
        for name, frame in frames.items():
            pieces[name].append(frame)
        frames = source.batching.joined(pieces, batch.labels)
    paths = {name: batch.path(source.name, name) for name in frames}
    if place.write:
        for name, frame in frames.items():
            table_files.write(place.processed / paths[name], frame)
    # Where nothing is written, what has to be compared with other files is held, too.
    held = () if place.write else source.keys
    small = {
        paths[name]: frame for name, frame in frames.items() if name.startswith("_") or name in held
    }
    holds = {}
    if "district" in frames.get(source.name, pl.DataFrame()).columns:
        holds[paths[source.name]] = table_files.spans(frames[source.name])
    return Done(batch.entries(source.name, by_label, known, paths), [*by_label], small, holds)


def faults(source: Source, batch: Batch, error: DataRefused) -> list[str]:
    """All that is wrong with the parts of a batch, each with what its columns seem to be.

    Parameters
    ----------
    source : Source
        Their source.
    batch : Batch
        Parts of which one was refused.
    error : DataRefused
        Why.
    """
    # Imported late: what it needs is of use in this case alone.
    from cspanalysis.sources import appearance

    found = []
    for part, context in zip(batch.parts, batch.contexts, strict=True):
        refusal: DataRefused | None = error
        if len(batch.parts) > 1:
            refusal = _refusal(source, part, context)
        if refusal:
            found.append(f"{refusal} {appearance.told(part.path, source.name)}".strip())
    return found or [str(error)]


def _refusal(source: Source, part: Part, context: Context) -> DataRefused | None:
    """Why a part would be refused if it were the only one."""
    try:
        manifest_entries.check_kept(part, source.read(part, context))
    except UnknownLayout as error:
        return None if strays.by_columns(error.part, part.file.split("/")[0]) else error
    except DataRefused as error:
        return error
    return None


def _read(
    source: Source, fresh: Sequence[tuple[Part, Context]]
) -> tuple[dict[str, pl.DataFrame], dict[str, Read]]:
    """Tables of parts and what was read of each, by label; what is another kind is passed over."""
    passed: dict[str, Read] = {}
    while wanted := [(part, context) for part, context in fresh if part.label not in passed]:
        try:
            if source.batching and len(wanted) > 1:
                frames, found = source.batching.read(*map(list, zip(*wanted, strict=True)))
            else:
                part, context = wanted[0]
                found = [
                    alike_figures.told_apart(part, source, context, source.read(part, context))
                ]
                frames = found[0].tables
        except UnknownLayout as error:
            label = error.part.label
            if label in passed or not (stray := strays.by_columns(error.part, source.name)):
                raise
            passed[label] = Read({}, Problems(label), 0, 0, "", passed=tuple(stray))
            continue
        passed |= {part.label: one for (part, _), one in zip(wanted, found, strict=True)}
        return frames, {part.label: passed[part.label] for part, _ in fresh}
    return {}, passed


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
        entry = duplicates.as_read(before.get(label, {}))
        if entry.get("fingerprint") == fingerprint and all(
            (processed / path).is_file() for path in entry["tables"].values()
        ):
            found[label] = entry
    return found


def _tables(entries: Mapping[str, Entry], processed: Path) -> dict[str, list[pl.DataFrame]]:
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
