"""The run behind `csp clean`: survey, read what changed, combine, write the manifest last."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from cspanalysis import corrections, manifests, sources, survey, writing
from cspanalysis.sources import opening
from cspanalysis.sources.opening import Part
from cspanalysis.sources.table import Context
from cspanalysis.store import FORMAT, MANIFEST, PROBLEMS, manifest

#: Two parts at a time: one unpacks while the other is typed and written.
_AT_ONCE = 2


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
    before: dict[str, Any]
    register: tuple[corrections.Correction, ...]
    files: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    parts_read: int = 0
    lsoas: pl.DataFrame | None = None

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed"


def run(
    root: Path, settings: Mapping[str, Any], *, write: bool, report: Callable[[str], object]
) -> Done:
    """Clean a workspace; see `cspanalysis.cleaning.clean`."""
    raw = root / "data" / "raw"
    manifests.check_settings(settings.get("sources", {}))
    before = manifest(root / "data" / "processed")
    now = _Run(root, settings, write, report, before, corrections.load(raw))
    by_source = manifests.by_source(survey.raw_files(raw), now.notices)
    try:
        for source in sources.NAMES:
            if source in by_source:
                _source(now, source, by_source[source])
    finally:
        opening.close()
    counted: Counter[str] = Counter()
    for part in now.parts.values():
        for key, count in part["corrections"].items():
            counted[key] += count
    corrections.check(now.register, counted)
    now.notices += manifests.drafted(now.files)
    found = {
        "schema": FORMAT,
        "complete": True,
        "code": survey.code(),
        "settings": survey.fingerprint(settings.get("sources", {})),
        "titles": {s: sources.get(s).TITLE for s in by_source},
        "files": now.files,
        "parts": now.parts,
        "tables": now.tables,
        "notices": now.notices,
        "state": survey.state(raw),
    }
    if write:
        _finish(now, found)
    return Done(found, now.parts_read)


def _source(now: _Run, source: str, files: Mapping[str, Path]) -> None:
    reader = sources.get(source)
    settings = now.settings.get("sources", {}).get(source, {})
    lsoas = _lsoas(now) if source == "police_uk" else None
    lsoas_are = now.tables.get("lsoas", {}).get("fingerprint", "") if lsoas is not None else ""
    wanted: list[tuple[Part, Context, str]] = []
    for label, path in files.items():
        entry, parts = manifests.survey_file(
            label, path, source, now.before["files"].get(label), reader, now.notices, now.write
        )
        now.files[label] = entry
        for part in parts:
            lines = corrections.for_part(now.register, source, part.label)
            told = [
                survey.code(), part.check or entry["sha256"], survey.fingerprint(settings),
                lsoas_are, sorted(line.key for line in lines), entry["sidecar"].get("year"),
            ]  # fmt: skip
            context = Context(settings, entry["sidecar"], lsoas, corrections.Applied(lines))
            wanted.append((part, context, survey.fingerprint(told)))
    wanted = manifests.without_twins(wanted, now.files, now.notices)
    fresh = [w for w in wanted if not _is_known(now, w[0].label, w[2])]
    partial: dict[str, dict[str, pl.DataFrame]] = {}

    def one(job: tuple[Part, Context, str]) -> tuple[str, dict[str, Any], dict[str, pl.DataFrame]]:
        return _part(now, source, *job)

    done: dict[str, Any] = {}
    with ThreadPoolExecutor(_AT_ONCE if len(fresh) > 1 else 1) as pool:
        jobs = pool.map(one, fresh)
        try:
            for label, entry, small in jobs:
                done[label] = entry
                partial[label] = small
                now.report(
                    f"{label}: {entry['rows_read']:,} rows read, {entry['rows_kept']:,} kept"
                )
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    for part, _, _ in wanted:
        now.parts[part.label] = done.get(part.label) or now.before["parts"][part.label]
    now.parts_read += len(fresh)
    gone = {label for label, p in now.before["parts"].items() if p["source"] == source}
    has_changed = bool(fresh) or gone != {part.label for part, _, _ in wanted}
    _tables(now, source, reader, [p.label for p, _, _ in wanted], partial, has_changed)


def _is_known(now: _Run, label: str, fingerprint: str) -> bool:
    """Whether a part was read before, just as it is now, and its tables are there."""
    entry = now.before["parts"].get(label)
    return (
        entry is not None
        and entry["fingerprint"] == fingerprint
        and all((now.processed / path).is_file() for path in entry["tables"].values())
    )


def _part(
    now: _Run, source: str, part: Part, context: Context, fingerprint: str
) -> tuple[str, dict[str, Any], dict[str, pl.DataFrame]]:
    found = sources.get(source).read(part, context)
    slug = re.sub(r"[^A-Za-z0-9]+", "-", part.label.split("/", 1)[-1])[-60:].strip("-")
    tables, small = {}, {}
    listed = found.problems.table()
    if not listed.is_empty():
        found.tables["_problems"] = listed.insert_column(0, pl.lit(source).alias("source"))
    for name, frame in found.tables.items():
        path = f"{source}/{slug}.{name.strip('_')}.{fingerprint}.parquet"
        tables[name] = path
        if name.startswith("_"):
            small[name] = frame
        if now.write:
            _write(now.processed / path, frame)
    entry = {
        "source": source,
        "file": part.file,
        "member": part.member,
        "layout": found.schema,
        "fingerprint": fingerprint,
        "rows_read": found.rows_read,
        "rows_kept": found.rows_kept,
        "rows_set_aside": found.rows_set_aside,
        "rows_noted": found.problems.count("noted") + found.problems.count("corrected"),
        "tables": tables,
        "problems": [[*key, count] for key, count in found.problems.counts.items()],
        "corrections": dict(context.correct.counts) if context.correct else {},
    }
    main = found.tables.get(source)
    if main is not None and "district" in main.columns and not main.is_empty():
        entry["districts"] = main["district"].unique().cast(pl.String).drop_nulls().sort().to_list()
    entry["table_rows"] = {name: frame.height for name, frame in found.tables.items()}
    return part.label, entry, small


def _tables(
    now: _Run,
    source: str,
    reader: Any,
    labels: list[str],
    partial: Mapping[str, Mapping[str, pl.DataFrame]],
    has_changed: bool,
) -> None:
    """Enter the source's tables in the manifest; combined ones are made anew if parts changed."""
    for label in labels:
        for name, path in now.parts[label]["tables"].items():
            if not name.startswith("_"):
                entry = now.tables.setdefault(name, {"source": source, "files": [], "rows": 0})
                entry["files"].append(path)
                entry["rows"] += now.parts[label]["table_rows"][name]
    if not hasattr(reader, "combine"):
        return
    kept = {
        name: entry
        for name, entry in now.before["tables"].items()
        if entry["source"] == source and "fingerprint" in entry
    }
    is_there = all((now.processed / p).is_file() for e in kept.values() for p in e["files"])
    if kept and not has_changed and is_there:
        now.tables.update(kept)
        return
    frames: dict[str, list[pl.DataFrame]] = {}
    stored: dict[str, list[Path]] = {}
    for label in labels:
        for name, path in now.parts[label]["tables"].items():
            if name in partial.get(label, {}):
                frames.setdefault(name, []).append(partial[label][name])
            elif name.startswith("_"):
                stored.setdefault(name, []).append(now.processed / path)
    for name, paths in stored.items():
        frames.setdefault(name, []).append(pl.read_parquet(paths))
    told = survey.fingerprint([now.parts[label]["fingerprint"] for label in labels])
    joined = {name: pl.concat(pieces) for name, pieces in frames.items() if name != "_problems"}
    for name, frame in reader.combine(joined).items():
        path = f"{source}/{name}.{told}.parquet"
        if now.write:
            _write(now.processed / path, frame)
        now.tables[name] = {
            "source": source, "files": [path], "rows": frame.height, "fingerprint": told,
        }  # fmt: skip
        if name == "lsoas":
            now.lsoas = frame


def _lsoas(now: _Run) -> dict[str, tuple[str, str]] | None:
    """LSOA → code and name of its district, from the workspace's lookups; None without any."""
    if "lsoas" not in now.tables:
        return None
    frame = now.lsoas
    if frame is None:
        frame = pl.read_parquet(now.processed / now.tables["lsoas"]["files"][0])
    # Of a code that both editions have, the newer one's district counts.
    rows = frame.sort("lsoa_edition").select("lsoa_code", "district_code", "district").rows()
    return {code: (district_code, district) for code, district_code, district in rows}


def _write(path: Path, frame: pl.DataFrame) -> None:
    writing.atomically(
        path,
        lambda stream: frame.write_parquet(stream, compression="lz4", row_group_size=8192),
        sync=False,
    )


def _finish(now: _Run, found: dict[str, Any]) -> None:
    """Problems, then the manifest, then away with what it does not name."""
    listed = [
        now.processed / part["tables"]["_problems"]
        for part in now.parts.values()
        if "_problems" in part["tables"]
    ]
    problems = [pl.read_parquet(path) for path in listed]
    if problems:
        content = pl.concat(problems).write_csv()
        writing.text(now.processed / PROBLEMS, content)
    else:
        writing.text(
            now.processed / PROBLEMS, "source,file,row,column,found,allowed,action,reason\n"
        )
    new = manifests.named(found) - manifests.named(now.before)
    writing.settle(now.processed / path for path in sorted(new))
    manifests.write(now.processed / MANIFEST, found)
    manifests.sweep(now.processed, found)
