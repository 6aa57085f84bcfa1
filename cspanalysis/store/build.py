"""The run behind `csp clean`: survey, read what changed, combine, write the manifest last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from cspanalysis import sources
from cspanalysis.domain import inert, whole_files
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import archive
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Context
from cspanalysis.store import (
    corrections,
    duplicates,
    manifest,
    provenance,
    raw_folder,
    raw_survey,
    remarks,
    seals,
    strays,
    street_overlaps,
    unmatched,
)
from cspanalysis.store.batches import Batch, Wanted, batched
from cspanalysis.store.shelf import Holds, Shelf

#: Three batches at a time: one unpacks while others are typed and written, and no core waits.
_AT_ONCE = 3


@dataclass
class Build:
    """A run of cleaning, and what it found so far.

    Parameters
    ----------
    root : pathlib.Path
        The workspace's folder.
    settings : mapping
        partnership.toml.
    write : bool
        Whether anything is written.
    report : callable
        Given one plain line per raw file read.
    hashed : callable
        Gives a raw file's hash.
    files, parts, tables, holds, compared
        See the manifest: what it says of raw files, their parts and tables; where districts lie in
        these; of each source what its files were compared by.
    notices, faults : list of str
        What should be looked at, and what refuses the run.
    labels_read : list of str
        Parts read in this run; the others had not changed.
    """

    root: Path
    settings: Mapping[str, Any]
    write: bool
    report: Callable[[str], object]
    hashed: Callable[[Path], str] = provenance.sha256
    files: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    holds: dict[str, Holds] = field(default_factory=dict)
    compared: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    labels_read: list[str] = field(default_factory=list)
    _lsoas: pl.DataFrame | None = None

    @property
    def processed(self) -> Path:
        """The folder of cleaned tables."""
        return self.root / "data" / "processed"

    @cached_property
    def before(self) -> dict[str, Any]:
        """The manifest of the last run."""
        return manifest.manifest(self.processed)

    @cached_property
    def damaged(self) -> set[str]:
        """Tables of the last run that are not as it wrote them; they are made anew."""
        return seals.broken(self.processed, self.before, by_content=True)

    @cached_property
    def register(self) -> tuple[corrections.Correction, ...]:
        """The workspace's corrections."""
        return corrections.load(self.root / "data" / "raw")

    def run(self) -> None:
        """Clean the workspace; see `clean_run.clean`."""
        raw = self.root / "data" / "raw"
        raw_survey.check_settings(self.settings.get("sources", {}))
        by_source = raw_survey.by_source(raw_folder.raw_files(raw), self.notices)
        try:
            for source in sources.SOURCES:
                if source.name in by_source:
                    _SourceBuild(self, source).run(by_source[source.name])
        finally:
            archive.close()
        if self.faults:
            raise DataRefused("\n\n".join(self.faults))
        if not self.before["files"] and (self.processed / manifest.MANIFEST).is_file():
            self.report("data/processed is damaged or of another version; all is made anew")
        if self.damaged:
            self.report(
                f"{len(self.damaged)} file(s) in data/processed were damaged or gone and are made "
                "anew from data/raw"
            )
        counted: Counter[str] = Counter()
        for part in self.parts.values():
            counted.update(part["corrections"])
        corrections.check(self.register, counted)
        for told in (strays, duplicates, street_overlaps, remarks):
            self.notices += told.notices(self.parts)
        self.notices += unmatched.notices(self.settings, self.parts, self.tables, self.processed)
        self.notices += raw_survey.drafted(self.files)
        if self.write:
            self._finish(
                {
                    "schema": manifest.FORMAT,
                    "complete": True,
                    "code": raw_folder.code(),
                    "settings": raw_folder.decisive(self.settings),
                    "titles": {name: sources.get(name).title for name in by_source},
                    "files": self.files,
                    "parts": self.parts,
                    "tables": self.tables,
                    "holds": self.holds,
                    "compared": self.compared,
                    "notices": self.notices,
                    "state": raw_folder.state(raw),
                }
            )

    def lsoas(self) -> pl.DataFrame | None:
        """LSOAs and their districts, from the workspace's lookups; None without any."""
        if "lsoas" not in self.tables:
            return None
        frame = self._lsoas
        if frame is None:
            frame = pl.read_parquet(self.processed / self.tables["lsoas"]["files"][0])
        # Of a code that both editions have, the newer one's district counts.
        return (
            frame.sort("lsoa_edition")
            .unique("lsoa_code", keep="last", maintain_order=True)
            .select(pl.col("lsoa_code", "district_code", "district").cast(pl.Categorical))
        )

    def _finish(self, found: dict[str, Any]) -> None:
        """Problems, then the manifest, then away with what it does not name.

        The list of problems takes its place after the manifest it belongs to; where a run ends
        between the two, its hash tells the next one (`raw_folder.is_current`).
        """
        listed = dict.fromkeys(
            part["tables"]["_problems"]
            for part in self.parts.values()
            if "_problems" in part["tables"]
        )
        content = "source,file,row,column,found,allowed,action,reason\n"
        if listed:
            rows = pl.read_parquet([self.processed / path for path in listed])
            content = rows.with_columns(_inert(pl.col(pl.String))).write_csv()
        kept = manifest.named(found) & (manifest.named(self.before) - self.damaged)
        new = sorted(manifest.named(found) - kept)
        whole_files.settle(self.processed / path for path in new)
        sealed = seals.made(self.processed, new)
        sealed |= seals.renewed(self.processed, self.before, sorted(kept))
        with whole_files.held_back(self.processed / manifest.PROBLEMS, content) as written:
            manifest.write(self.processed, found | {"seals": sealed, "problems_sha256": written})
        manifest.sweep(self.processed, found)


class _SourceBuild:
    """A source's share of a run."""

    def __init__(self, now: Build, source: Source):
        self.now = now
        self.source = source
        self.shelf = Shelf(now.processed, now.write, damaged=now.damaged)
        self.wanted: list[Wanted] = []

    @property
    def labels(self) -> list[str]:
        """Its parts, in the order of the files."""
        return [part.label for part, _, _ in self.wanted]

    def run(self, files: Mapping[str, Path]) -> None:
        """Read what changed of the source's files, and enter all of them in the manifest."""
        self._survey(files)
        batches = batched(self.source, self.wanted)
        before = self.now.before["parts"]
        fresh = [batch for batch in batches if not batch.is_known(before, self.shelf)]
        self._read(fresh)
        if self.now.faults:
            return
        parts = self.now.parts
        # In the order of the files, whatever was read in this run.
        for label in self.labels:
            parts[label] = parts.pop(label, None) or duplicates.as_read(before[label])
        self._hold(self.labels)
        gone = {label for label, p in before.items() if p["source"] == self.source.name}
        has_changed = bool(fresh) or gone != set(self.labels)
        has_changed |= self._compare()
        self._enter()
        if self.source.combine:
            self._combine(has_changed)

    def _survey(self, files: Mapping[str, Path]) -> None:
        """What its files hold, with all that reading may know of each part."""
        now, source = self.now, self.source
        settings = now.settings.get("sources", {}).get(source.name, {})
        lsoas = now.lsoas() if source.by_lsoa else None
        lsoas_are = now.tables.get("lsoas", {}).get("fingerprint", "") if lsoas is not None else ""
        # Street files get their districts from LSOA codes, and need not be read again for a name.
        names = raw_folder.named(now.settings) if not source.by_lsoa else {}
        for label, path in files.items():
            try:
                entry, parts = raw_survey.survey_file(
                    label, path, source, now.before["files"].get(label), now.notices, now.write,
                    now.hashed,
                )  # fmt: skip
            except DataRefused as error:
                now.faults.append(str(error))
                continue
            now.files[label] = entry
            for part in parts:
                lines = corrections.for_part(now.register, source.name, part.label)
                told = [
                    raw_folder.code(), part.check or entry["sha256"],
                    raw_folder.fingerprint(settings), lsoas_are, sorted(line.key for line in lines),
                    entry["sidecar"].get("year"), names,
                ]  # fmt: skip
                correct = corrections.Applied(lines)
                context = Context(settings, entry["sidecar"], lsoas, correct, names)
                self.wanted.append((part, context, raw_folder.fingerprint(told)))
        self.wanted = raw_survey.without_twins(self.wanted, now.files, now.notices)

    def _read(self, fresh: Sequence[Batch]) -> None:
        now = self.now
        with ThreadPoolExecutor(_AT_ONCE if len(fresh) > 1 else 1) as pool:
            jobs = [pool.submit(one.read, now.before["parts"], self.shelf) for one in fresh]
            try:
                for batch, job in zip(fresh, jobs, strict=True):
                    try:
                        entries, read = job.result()
                    except DataRefused as error:
                        # One fault does not hide the next: all are told at once.
                        now.faults += batch.faults(error)
                        continue
                    now.parts |= entries
                    now.labels_read += read
                    for label in read:
                        now.report(_told(label, entries[label]))
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _hold(self, labels: Sequence[str]) -> None:
        """Enter what lies where in the tables of some parts."""
        held = {**self.now.before.get("holds", {}), **self.shelf.holds}
        for label in labels:
            paths = self.now.parts[label]["tables"].values()
            self.now.holds |= {path: held[path] for path in paths if path in held}

    def _compare(self) -> bool:
        """Compare the source's files with each other; whether anything is new in that."""
        now, source = self.now, self.source
        if not source.keys and not source.overlaps:
            return False
        ages = {
            part.label: raw_survey.age(part, now.files, now.parts[part.label].get("released", ""))
            for part, _, _ in self.wanted
        }
        # The newest last.
        entries = {label: now.parts[label] for label in sorted(ages, key=lambda label: ages[label])}
        days = {label: age[0] for label, age in ages.items() if source.overlaps}
        told = raw_folder.fingerprint(
            [raw_folder.code(), [[k, e["batch"]] for k, e in entries.items()], days]
        )
        now.compared[source.name] = told
        if now.before.get("compared", {}).get(source.name) == told:
            again = {label: now.before["parts"][label] for label in entries}
            paths = [path for entry in again.values() for path in entry["tables"].values()]
            if self.shelf.has(paths):
                now.parts |= again
                self._hold([*again])
                return False
        if source.overlaps:
            found = street_overlaps.settle(
                source.name, source.overlaps, self.wanted, entries, days, self.shelf
            )
        else:
            found = duplicates.settle(source, entries, self.shelf)
        now.parts |= found
        now.holds |= self.shelf.holds
        return bool(found) or any("as_read" in e for e in now.before["parts"].values())

    def _enter(self) -> None:
        """Enter the source's tables in the manifest."""
        for label in self.labels:
            part = self.now.parts[label]
            for name, path in part["tables"].items():
                if not name.startswith("_"):
                    blank = {"source": self.source.name, "files": [], "rows": 0}
                    entry = self.now.tables.setdefault(name, blank)
                    if path not in entry["files"][-1:]:
                        entry["files"].append(path)
                    entry["rows"] += part["table_rows"][name]

    def _combine(self, has_changed: bool) -> None:
        """Tables of all parts together; made anew if parts changed."""
        now, source = self.now, self.source
        kept = {
            name: entry
            for name, entry in now.before["tables"].items()
            if entry["source"] == source.name and "fingerprint" in entry
        }
        is_there = self.shelf.has(p for e in kept.values() for p in e["files"])
        if kept and not has_changed and is_there:
            now.tables.update(kept)
            return
        paths: dict[str, dict[str, None]] = {}
        for label in self.labels:
            for name, path in now.parts[label]["tables"].items():
                if name.startswith("_") and name != "_problems":
                    paths.setdefault(name, {})[path] = None
        joined = {name: self.shelf.joined(list(found)) for name, found in paths.items()}
        told = raw_folder.fingerprint([now.parts[label]["fingerprint"] for label in self.labels])
        for name, frame in source.combine(joined).items() if source.combine else ():
            path = f"{source.name}/{name}.{told}.parquet"
            self.shelf.put(path, frame, hold=False, with_spans=False)
            now.tables[name] = {
                "source": source.name, "files": [path], "rows": frame.height, "fingerprint": told,
            }  # fmt: skip
            if name == "lsoas":
                now._lsoas = frame


def _inert(text: pl.Expr) -> pl.Expr:
    """What a spreadsheet or a terminal shows of a partner's cell and never obeys."""
    seen = text.str.replace_all(inert.UNSEEN, "")
    return pl.when(seen.str.contains(inert.FORMULA)).then("'" + seen).otherwise(seen).name.keep()


def _told(label: str, entry: Mapping[str, Any]) -> str:
    """What is reported of a part that was read."""
    if "passed" in entry:
        return strays.told([label], *entry["passed"])
    return f"{label}: {entry['rows_read']:,} rows read, {entry['rows_kept']:,} kept"
