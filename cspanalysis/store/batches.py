"""Parts that are read in one go: what changed is read, what did not is taken over."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import alike_figures, problems
from cspanalysis.sources.archive import Part
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.schema import UnknownLayout
from cspanalysis.sources.source import Source, Tables
from cspanalysis.sources.table import Context, Read
from cspanalysis.store import duplicates, raw_folder, strays
from cspanalysis.store.duplicates import Entry
from cspanalysis.store.shelf import Shelf

#: A part to be read, what its reader may know, and a hash of all that its rows depend on.
Wanted = tuple[Part, Context, str]


class Batch:
    """Parts of a source that are read in one go into common tables.

    Parameters
    ----------
    source : Source
        Their source.
    wanted : sequence of (Part, Context, str)
        The parts.
    """

    def __init__(self, source: Source, wanted: Sequence[Wanted]):
        self.source = source
        self.parts = [part for part, _, _ in wanted]
        self.contexts = [context for _, context, _ in wanted]
        self.fingerprints = {part.label: told for part, _, told in wanted}
        self.labels = list(self.fingerprints)

    @property
    def fingerprint(self) -> str:
        """Of all that its tables depend on: that of its part, where there is but one."""
        found = list(self.fingerprints.values())
        return found[0] if len(found) == 1 else raw_folder.fingerprint(found)

    def path(self, table: str) -> str:
        """Where a table of it belongs in the processed folder."""
        first = self.labels[0].split("/", 1)[-1]
        if len(self.labels) > 1:
            first = f"{first.rpartition('/')[0] or first}-{len(self.labels)}"
        slug = re.sub(r"[^A-Za-z0-9]+", "-", first)[-60:].strip("-")
        return f"{self.source.name}/{slug}.{table.strip('_')}.{self.fingerprint}.parquet"

    def unchanged(self, before: Mapping[str, Entry], shelf: Shelf) -> dict[str, Entry]:
        """What the manifest before said of the parts that are as they were, with their tables."""
        found = {}
        for label, fingerprint in self.fingerprints.items():
            entry = duplicates.as_read(before.get(label, {}))
            if entry.get("fingerprint") == fingerprint and shelf.has(entry["tables"].values()):
                found[label] = entry
        return found

    def is_known(self, before: Mapping[str, Entry], shelf: Shelf) -> bool:
        """Whether it was read before, just as it is now, and its tables are there."""
        entries = self.unchanged(before, shelf)
        return len(entries) == len(self.labels) and all(
            entry["batch"] == self.fingerprint for entry in entries.values()
        )

    def read(self, before: Mapping[str, Entry], shelf: Shelf) -> tuple[dict[str, Entry], list[str]]:
        """Read it and lay its tables down; refused if a part cannot be used.

        Gives what the manifest says of each part, and the labels of those that were read: the
        others' rows were taken over.
        """
        batching = self.source.batching
        known = self.unchanged(before, shelf) if batching else {}
        given = zip(self.parts, self.contexts, strict=True)
        fresh = [(part, context) for part, context in given if part.label not in known]
        frames, by_label = self._fresh(fresh)
        for part, _ in fresh:
            check_kept(part, by_label[part.label])
        listed = [row for one in by_label.values() for row in one.problems.listed()]
        if listed:
            frames["_problems"] = problems.listed_of(self.source.name, listed)
        if batching and known and (frames or any(entry["tables"] for entry in known.values())):
            pieces = _tables(known, shelf)
            for name, frame in frames.items():
                pieces[name].append(frame)
            frames = batching.joined(pieces, self.labels)
        paths = {name: self.path(name) for name in frames}
        # Where nothing is written, what has to be compared with other files is held, too.
        compared = () if shelf.is_written else self.source.keys
        for name, frame in frames.items():
            is_needed = name.startswith("_") or name in compared
            shelf.put(paths[name], frame, hold=is_needed, with_spans=name == self.source.name)
        return self._entries(by_label, known, paths), [*by_label]

    def faults(self, error: DataRefused) -> list[str]:
        """All that is wrong with its parts once one was refused, with what their columns seem."""
        # Imported late: what it needs is of use in this case alone.
        from cspanalysis.sources import appearance

        found = []
        for part, context in zip(self.parts, self.contexts, strict=True):
            refusal = error if len(self.parts) == 1 else self._refusal(part, context)
            if refusal:
                found.append(f"{refusal} {appearance.told(part.path, self.source.name)}".strip())
        return found or [str(error)]

    def _refusal(self, part: Part, context: Context) -> DataRefused | None:
        """Why a part would be refused if it were the only one."""
        try:
            check_kept(part, self.source.read(part, context))
        except UnknownLayout as error:
            return None if strays.by_columns(error.part, self.source.name) else error
        except DataRefused as error:
            return error
        return None

    def _fresh(self, fresh: Sequence[tuple[Part, Context]]) -> tuple[Tables, dict[str, Read]]:
        """Tables of parts and what was read of each; what is another kind is passed over."""
        source, passed = self.source, dict[str, Read]()
        while wanted := [(part, context) for part, context in fresh if part.label not in passed]:
            try:
                if source.batching:
                    frames, found = source.batching.read(*map(list, zip(*wanted, strict=True)))
                else:
                    part, context = wanted[0]
                    read = source.read(part, context)
                    found = [alike_figures.told_apart(part, source, context, read)]
                    frames = found[0].tables
            except UnknownLayout as error:
                # Of a sheet the workbook is passed over.
                label = error.part.label if source.batching else wanted[0][0].label
                if label in passed or not (stray := strays.by_columns(error.part, source.name)):
                    raise
                passed[label] = Read({}, Problems(label), 0, 0, "", passed=tuple(stray))
                continue
            passed |= {part.label: one for (part, _), one in zip(wanted, found, strict=True)}
            return dict(frames), {part.label: passed[part.label] for part, _ in fresh}
        return {}, passed

    def _entries(
        self, found: Mapping[str, Read], known: Mapping[str, Entry], tables: Mapping[str, str]
    ) -> dict[str, Entry]:
        """What the manifest says of each part, by label."""
        entries: dict[str, Entry] = {}
        for part, context in zip(self.parts, self.contexts, strict=True):
            if part.label in known:
                old = known[part.label]
                moved = {"batch": self.fingerprint, "tables": {} if old.get("passed") else tables}
                entries[part.label] = {**old, **moved}
                continue
            one = found[part.label]
            # Of common tables, a part's share are the rows kept of it.
            heights = {n: frame.height for n, frame in one.tables.items() if n[0] != "_"}
            entries[part.label] = {
                "source": self.source.name,
                "file": part.file,
                "member": part.member,
                "layout": one.schema,
                "released": one.released,
                "fingerprint": self.fingerprints[part.label],
                "batch": self.fingerprint,
                "rows_read": one.rows_read,
                "rows_kept": one.rows_kept,
                "rows_set_aside": one.rows_set_aside,
                "rows_noted": one.problems.count("noted") + one.problems.count("corrected"),
                "tables": {} if one.passed else tables,
                "problems": [[*key, count] for key, count in one.problems.counts.items()],
                "labels": [list(label) for label in one.problems.labels],
                "notices": one.problems.notices,
                "used": sorted(map(list, one.problems.used)),
                "corrections": dict(context.correct.counts) if context.correct else {},
                "brought": one.brought,
                "table_rows": heights or {self.source.name: one.rows_kept},
            }
            if one.passed:
                entries[part.label]["passed"] = list(one.passed)
        return entries


def batched(source: Source, wanted: Sequence[Wanted]) -> list[Batch]:
    """The parts as their source wants them: one by one, unless it joins small ones."""
    if not source.batching:
        return [Batch(source, [one]) for one in wanted]
    by_label = {one[0].label: one for one in wanted}
    return [
        Batch(source, [by_label[part.label] for part in batch])
        for batch in source.batching.batches([part for part, _, _ in wanted])
    ]


def check_kept(part: Part, found: Read) -> None:
    """Refuse a file of which no row can be used: as good as one that cannot be read."""
    if found.rows_kept or not found.rows_read:
        return
    aside = {key: n for key, n in found.problems.counts.items() if key[1] == "set aside"}
    column, action, reason = max(aside, key=lambda key: aside[key])
    _, row, _, cell, allowed, *_ = next(
        one for one in found.problems.listed() if (one[2], *one[5:]) == (column, action, reason)
    )
    rows, count = found.rows_read, aside[column, action, reason]
    which = "its only row" if rows == 1 else f"none of its {rows:,} rows"
    because = reason if count == rows else f"of {count:,} of them, {reason}"
    raise DataRefused(
        paragraph(
            f"{which} can{'not' if rows == 1 else ''} be used: {because}"
            + (f" ('{cell}')" if cell else ""),
            file=part.label, row=row, column=column, allowed=allowed,
            do="Mend the file, or say in partnership.toml how it is to be read; if it does not "
            "belong here, move it out of data/raw. Data cleaned before stay as they were.",
        )
    )  # fmt: skip


def _tables(entries: Mapping[str, Entry], shelf: Shelf) -> dict[str, list[pl.DataFrame]]:
    """The rows of parts in the tables that were made of them before, by the table's name."""
    labels: dict[tuple[str, str], list[str]] = defaultdict(list)
    for label, entry in entries.items():
        for name, path in entry["tables"].items():
            labels[name, path].append(label)
    found: dict[str, list[pl.DataFrame]] = defaultdict(list)
    for (name, path), wanted in labels.items():
        is_wanted = pl.col("file").cast(pl.String).is_in(wanted)
        found[name].append(shelf.load(path).filter(is_wanted))
    return found
