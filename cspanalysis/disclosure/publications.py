"""The record of what has been published, so that a later report cannot give it away by subtraction.

A file for each public report in `data/processed/published`, never in a report: the protected tables
of its findings as everybody could read them, each with its hash, and a seal over all. Nothing that
was hidden is in it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock

from cspanalysis.disclosure import cells as cells_
from cspanalysis.disclosure.audit import published_cells
from cspanalysis.disclosure.audit.published_cells import Report
from cspanalysis.domain import whole_files

FOLDER = "published"
SCHEMA = "cspanalysis.published/1"

_LOCK = ".lock"
#: Which reports were looked through and hold nothing protected, so that each is read but once.
_PLAIN = ".plain"
#: Of a row: what it counts, and how.
_KEPT = frozenset(
    (
        *("count", "compare_count", "compare", "total", "counted", "members"),
        *("status", "symbol", "hidden_below", "rounded_to"),
    )
)


@dataclass
class Record:
    """What the record holds, while nobody else changes it.

    Parameters
    ----------
    folder : Path
    reports : dict of str to Report
        By where each lies: 'dover/2024-04_2025-03'.
    damaged : list of str
        Those that could not be read any more.
    plain : dict of str to list of int
        Reports in the folder of reports that hold nothing protected, each as it was when it was
        read (`whole_files.stamp`).
    """

    folder: Path
    reports: dict[str, Report] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)
    plain: dict[str, list[int]] = field(default_factory=dict)

    def beside(self, name: str, owners: Iterable[str]) -> list[Report]:
        """What others read beside a report: all other reports, and what was once in this one."""
        new = set(owners)
        found = [report for key, report in self.reports.items() if key != name]
        if own := self.reports.get(name):
            left = [r for r in own.records if r["id"] not in new]
            found += [Report(own.area, left, name)] if left else []
        return found

    def enter(self, name: str, report: Report) -> None:
        """Take a report in: what it shows of a finding stands for what it showed before."""
        records = protected(report.records)
        new = {str(r["id"]) for r in report.records}
        if own := self.reports.get(name):
            records += [r for r in own.records if r["id"] not in new]
        self.put(name, Report(report.area, records, name))

    def put(self, name: str, report: Report | None) -> None:
        """Write down a report as it stands, or none in its place."""
        path = self.folder / _file(name)
        if report is None or not report.records:
            self.reports.pop(name, None)
            path.unlink(missing_ok=True)
            return
        findings = [{**r, "hash": _hash(r["rows"])} for r in report.records]
        content = {"schema": SCHEMA, "report": name, "area": report.area, "findings": findings}
        text = json.dumps({**content, "seal": _hash(content)}, ensure_ascii=False, sort_keys=True)
        whole_files.text(path, text)
        self.reports[name] = report


@contextmanager
def opened(processed: Path) -> Iterator[Record]:
    """The record of a workspace; another run waits until the block ends."""
    folder = processed / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(folder / _LOCK):
        record = _read(folder)
        before = dict(record.plain)
        try:
            yield record
        finally:
            if record.plain != before:
                text = json.dumps(record.plain, ensure_ascii=False, sort_keys=True)
                whole_files.atomically(
                    folder / _PLAIN, lambda stream: stream.write(text.encode()), sync=False
                )


def prepare(processed: Path) -> None:
    """Read once what is recorded: processes forked from this one have it."""
    for path in sorted((processed / FOLDER).glob("*.json")):
        _report(path, *whole_files.stamp(path))


def _read(folder: Path) -> Record:
    record = Record(folder, plain=_plain(folder / _PLAIN))
    for path in sorted(folder.glob("*.json")):
        found = _report(path, *whole_files.stamp(path))
        if found is None:
            record.damaged.append(path.stem)
            # It must not stand in the way of what is written down anew.
            with contextlib.suppress(OSError):
                path.replace(path.with_suffix(".damaged"))
        else:
            record.reports[found.name] = found
    return record


def _plain(path: Path) -> dict[str, list[int]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@functools.lru_cache(maxsize=2000)
def _report(path: Path, *stamp: int) -> Report | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        seal = content.pop("seal")
        if content["schema"] != SCHEMA or seal != _hash(content):
            return None
        return Report(content["area"], tuple(content["findings"]), content["report"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def protected(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The findings whose counts are protected, with no more than what they count and show."""
    found = []
    for record in records:
        rows = record.get("rows") or []
        if published_cells.limit_of(rows) or any(map(published_cells.is_hidden, rows)):
            kept = {*cells_.dimensions_of(rows), *_KEPT}
            found.append(
                {k: record.get(k, "") for k in ("id", "measure", "period", "compare")}
                | {
                    "sources": [{"source": s.get("source", "")} for s in record["sources"][:1]],
                    "rows": [{k: v for k, v in row.items() if k in kept} for row in rows],
                }
            )
    return found


def _file(name: str) -> str:
    return f"{name.replace('/', '.')}.json"


def _hash(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
