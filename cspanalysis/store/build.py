"""The run behind `csp clean`: survey, read what changed, combine, write the manifest last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from cspanalysis import sources
from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import archive
from cspanalysis.sources.source import Source
from cspanalysis.sources.table import Context
from cspanalysis.store import (
    batch_tables,
    corrections,
    duplicates,
    manifest_entries,
    provenance,
    raw_folder,
    remarks,
    strays,
    street_overlaps,
    table_files,
    unmatched,
)
from cspanalysis.store.batches import Batch, Wanted, batched
from cspanalysis.store.manifest import FORMAT, MANIFEST, PROBLEMS, manifest, named, sweep

#: Three batches at a time: one unpacks while others are typed and written, and no core waits.
_AT_ONCE = 3


@dataclass
class Done:
    """A finished run: the new manifest and how many parts were read."""

    manifest: dict[str, Any]
    parts_read: int


@dataclass
class _Run:
    root: Path
    settings: Mapping[str, Any]
    write: bool
    report: Callable[[str], object]
    hashed: Callable[[Path], str]
    before: dict[str, Any]
    register: tuple[corrections.Correction, ...]
    files: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    holds: dict[str, table_files.Spans] = field(default_factory=dict)
    compared: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    parts_read: int = 0
    lsoas: pl.DataFrame | None = None

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed"


def run(
    root: Path,
    settings: Mapping[str, Any],
    *,
    write: bool,
    report: Callable[[str], object],
    hashed: Callable[[Path], str] = provenance.sha256,
) -> Done:
    """Clean a workspace; see `clean_run.clean`. `hashed` gives a raw file's hash."""
    raw = root / "data" / "raw"
    manifest_entries.check_settings(settings.get("sources", {}))
    before = manifest(root / "data" / "processed")
    now = _Run(root, settings, write, report, hashed, before, corrections.load(raw))
    by_source = manifest_entries.by_source(raw_folder.raw_files(raw), now.notices)
    try:
        for source in sources.SOURCES:
            if source.name in by_source:
                _source(now, source, by_source[source.name])
    finally:
        archive.close()
    if now.faults:
        raise DataRefused("\n\n".join(now.faults))
    counted: Counter[str] = Counter()
    for part in now.parts.values():
        for key, count in part["corrections"].items():
            counted[key] += count
    corrections.check(now.register, counted)
    now.notices += strays.notices(now.parts)
    now.notices += duplicates.notices(now.parts)
    now.notices += street_overlaps.notices(now.parts)
    now.notices += remarks.notices(now.parts)
    now.notices += unmatched.notices(settings, now.parts, now.tables, now.processed)
    now.notices += manifest_entries.drafted(now.files)
    found = {
        "schema": FORMAT,
        "complete": True,
        "code": raw_folder.code(),
        "settings": raw_folder.decisive(settings),
        "titles": {s: sources.get(s).title for s in by_source},
        "files": now.files,
        "parts": now.parts,
        "tables": now.tables,
        "holds": now.holds,
        "compared": now.compared,
        "notices": now.notices,
        "state": raw_folder.state(raw),
    }
    if write:
        _finish(now, found)
    return Done(found, now.parts_read)


def _source(now: _Run, source: Source, files: Mapping[str, Path]) -> None:
    settings = now.settings.get("sources", {}).get(source.name, {})
    lsoas = _lsoas(now) if source.overlaps else None
    lsoas_are = now.tables.get("lsoas", {}).get("fingerprint", "") if lsoas is not None else ""
    # Street files get their districts from LSOA codes, and need not be read again for a name.
    names = raw_folder.named(now.settings) if not source.overlaps else {}
    wanted: list[Wanted] = []
    for label, path in files.items():
        try:
            entry, parts = manifest_entries.survey_file(
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
                raw_folder.code(), part.check or entry["sha256"], raw_folder.fingerprint(settings),
                lsoas_are, sorted(line.key for line in lines), entry["sidecar"].get("year"),
                names,
            ]  # fmt: skip
            context = Context(settings, entry["sidecar"], lsoas, corrections.Applied(lines), names)
            wanted.append((part, context, raw_folder.fingerprint(told)))
    wanted = manifest_entries.without_twins(wanted, now.files, now.notices)
    read_together = [Batch(batch) for batch in batched(source, wanted)]
    fresh = [batch for batch in read_together if not _is_known(now, batch)]
    partial: dict[str, pl.DataFrame] = {}
    holds: dict[str, table_files.Spans] = {}
    with ThreadPoolExecutor(_AT_ONCE if len(fresh) > 1 else 1) as pool:
        place = batch_tables.Place(now.processed, now.before["parts"], now.write)
        jobs = [pool.submit(batch_tables.read, source, batch, place) for batch in fresh]
        try:
            for batch, job in zip(fresh, jobs, strict=True):
                try:
                    done = job.result()
                except DataRefused as error:
                    # One fault does not hide the next: all are told at once.
                    now.faults += batch_tables.faults(source, batch, error)
                    continue
                now.parts |= done.entries
                now.parts_read += len(done.read)
                holds |= done.holds
                partial |= done.small
                for label in done.read:
                    entry = done.entries[label]
                    now.report(
                        strays.told([label], *entry["passed"])
                        if "passed" in entry
                        else f"{label}: {entry['rows_read']:,} rows read, "
                        f"{entry['rows_kept']:,} kept"
                    )
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    if now.faults:
        return
    labels = [part.label for part, _, _ in wanted]
    # In the order of the files, whatever was read in this run.
    before = now.before["parts"]
    now.parts |= {
        label: now.parts.pop(label, None) or duplicates.as_read(before[label]) for label in labels
    }
    held = {**now.before.get("holds", {}), **holds}
    for batch in read_together:
        for label in batch.labels:
            paths = now.parts[label]["tables"].values()
            now.holds |= {path: held[path] for path in paths if path in held}
    gone = {label for label, p in now.before["parts"].items() if p["source"] == source.name}
    has_changed = bool(fresh) or gone != set(labels)
    has_changed |= _once(now, source, wanted, partial)
    _tables(now, source, labels, partial, has_changed)


def _is_known(now: _Run, batch: Batch) -> bool:
    """Whether a batch was read before, just as it is now, and its tables are there."""
    entries = batch_tables.unchanged(batch, now.before["parts"], now.processed)
    return len(entries) == len(batch.labels) and all(
        entry["batch"] == batch.fingerprint for entry in entries.values()
    )


def _once(
    now: _Run,
    source: Source,
    wanted: Sequence[Wanted],
    partial: dict[str, pl.DataFrame],
) -> bool:
    """Compare the source's files with each other, newest last; whether anything is new in that."""
    if not source.keys and not source.overlaps:
        return False
    ages = {
        part.label: manifest_entries.age(part, now.files, now.parts[part.label].get("released", ""))
        for part, _, _ in wanted
    }
    entries = {label: now.parts[label] for label in sorted(ages, key=lambda label: ages[label])}
    days = {label: age[0] for label, age in ages.items() if source.overlaps}
    told = raw_folder.fingerprint(
        [raw_folder.code(), [[k, e["batch"]] for k, e in entries.items()], days]
    )
    now.compared[source.name] = told
    if now.before.get("compared", {}).get(source.name) == told:
        again = {label: now.before["parts"][label] for label in entries}
        paths = [path for entry in again.values() for path in entry["tables"].values()]
        if all((now.processed / path).is_file() for path in paths):
            now.parts |= again
            held = now.before.get("holds", {})
            now.holds |= {path: held[path] for path in paths if path in held}
            return False

    def load(path: str) -> pl.DataFrame:
        return partial[path] if path in partial else pl.read_parquet(now.processed / path)

    def write(path: str, frame: pl.DataFrame) -> None:
        partial[path] = frame
        if "district" in frame.columns:
            now.holds[path] = table_files.spans(frame)
        if now.write:
            table_files.write(now.processed / path, frame)

    shelf = duplicates.Shelf(load, write)
    if source.overlaps:
        found = street_overlaps.settle(
            source.name, source.overlaps, wanted, entries, days, shelf, write=now.write
        )
    else:
        found = duplicates.settle(source, entries, shelf)
    now.parts |= found
    return bool(found) or any("as_read" in e for e in now.before["parts"].values())


def _tables(
    now: _Run,
    source: Source,
    labels: list[str],
    partial: Mapping[str, pl.DataFrame],
    has_changed: bool,
) -> None:
    """Enter the source's tables in the manifest; combined ones are made anew if parts changed."""
    for label in labels:
        for name, path in now.parts[label]["tables"].items():
            if not name.startswith("_"):
                entry = now.tables.setdefault(name, {"source": source.name, "files": [], "rows": 0})
                if path not in entry["files"][-1:]:
                    entry["files"].append(path)
                entry["rows"] += now.parts[label]["table_rows"][name]
    if not source.combine:
        return
    kept = {
        name: entry
        for name, entry in now.before["tables"].items()
        if entry["source"] == source.name and "fingerprint" in entry
    }
    is_there = all((now.processed / p).is_file() for e in kept.values() for p in e["files"])
    if kept and not has_changed and is_there:
        now.tables.update(kept)
        return
    paths: dict[str, dict[str, None]] = {}
    for label in labels:
        for name, path in now.parts[label]["tables"].items():
            if name.startswith("_") and name != "_problems":
                paths.setdefault(name, {})[path] = None
    joined = {
        name: table_files.joined(now.processed, list(found), partial)
        for name, found in paths.items()
    }
    told = raw_folder.fingerprint([now.parts[label]["fingerprint"] for label in labels])
    for name, frame in source.combine(joined).items():
        path = f"{source.name}/{name}.{told}.parquet"
        if now.write:
            table_files.write(now.processed / path, frame)
        now.tables[name] = {
            "source": source.name, "files": [path], "rows": frame.height, "fingerprint": told,
        }  # fmt: skip
        if name == "lsoas":
            now.lsoas = frame


def _lsoas(now: _Run) -> pl.DataFrame | None:
    """LSOAs and their districts, from the workspace's lookups; None without any."""
    if "lsoas" not in now.tables:
        return None
    frame = now.lsoas
    if frame is None:
        frame = pl.read_parquet(now.processed / now.tables["lsoas"]["files"][0])
    # Of a code that both editions have, the newer one's district counts.
    return (
        frame.sort("lsoa_edition")
        .unique("lsoa_code", keep="last", maintain_order=True)
        .select(pl.col("lsoa_code", "district_code", "district").cast(pl.Categorical))
    )


def _finish(now: _Run, found: dict[str, Any]) -> None:
    """Problems, then the manifest, then away with what it does not name.

    The list of problems takes its place after the manifest it belongs to; where a run ends between
    the two, its size tells the next one (`raw_folder.is_current`).
    """
    listed = dict.fromkeys(
        part["tables"]["_problems"] for part in now.parts.values() if "_problems" in part["tables"]
    )
    content = "source,file,row,column,found,allowed,action,reason\n"
    if listed:
        content = pl.read_parquet([now.processed / path for path in listed]).write_csv()
    new = named(found) - named(now.before)
    whole_files.settle(now.processed / path for path in sorted(new))
    with whole_files.held_back(now.processed / PROBLEMS, content) as size:
        manifest_entries.write(now.processed / MANIFEST, found | {"problems_bytes": size})
    sweep(now.processed, found)
