"""Parts of a source that are read in one go, and what the manifest says of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cspanalysis.sources.archive import Part
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Context, Read
from cspanalysis.store import raw_folder

#: A part to be read, what its reader may know, and a hash of all that its rows depend on.
Wanted = tuple[Part, Context, str]


class Batch:
    """Parts that are read in one go into common tables.

    Parameters
    ----------
    wanted : list of (Part, Context, str)
        The parts.
    """

    def __init__(self, wanted: list[Wanted]):
        self.parts = [part for part, _, _ in wanted]
        self.contexts = [context for _, context, _ in wanted]
        self.fingerprints = {part.label: told for part, _, told in wanted}
        self.labels = list(self.fingerprints)

    @property
    def fingerprint(self) -> str:
        """Of all that its tables depend on: that of its part, where there is but one."""
        found = list(self.fingerprints.values())
        return found[0] if len(found) == 1 else raw_folder.fingerprint(found)

    def path(self, source: str, table: str) -> str:
        """Where a table of it belongs in the processed folder."""
        first = self.labels[0].split("/", 1)[-1]
        if len(self.labels) > 1:
            first = f"{first.rpartition('/')[0] or first}-{len(self.labels)}"
        slug = re.sub(r"[^A-Za-z0-9]+", "-", first)[-60:].strip("-")
        return f"{source}/{slug}.{table.strip('_')}.{self.fingerprint}.parquet"

    def entries(
        self,
        source: str,
        found: Mapping[str, Read],
        known: Mapping[str, Mapping[str, Any]],
        tables: Mapping[str, str],
    ) -> dict[str, Any]:
        """What the manifest says of each part, by label.

        Parameters
        ----------
        source : str
            The source.
        found : mapping
            What was read of the parts, by label.
        known : mapping
            What the manifest said before of those that were not read again, by label.
        tables : mapping
            Paths of the common tables, by name.
        """
        entries: dict[str, Any] = {}
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
                "source": source,
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
                "table_rows": heights or {source: one.rows_kept},
            }
            if one.passed:
                entries[part.label]["passed"] = list(one.passed)
        return entries


def batched(source: Source, wanted: list[Wanted]) -> list[list[Wanted]]:
    """The parts as their source wants them: one by one, unless it joins small ones."""
    if not source.batching:
        return [[one] for one in wanted]
    by_label = {one[0].label: one for one in wanted}
    return [
        [by_label[part.label] for part in batch]
        for batch in source.batching.batches([part for part, _, _ in wanted])
    ]
