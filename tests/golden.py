"""Golden outputs: what the package makes of whole workspaces, held as hashes in golden.txt.

    python -m tests.golden --write    new hashes, after a change that is meant
    python -m tests.golden --diff     what the outputs are now and were, line by line

Contents are kept in build/golden, so that a difference can be shown: `was` as of the last hashes
that agreed or were written here, `now` as of the last run that differed. Numbers are held to nine
digits, because another machine may compute the last ones otherwise. Kent's files need ../shared.
"""

from __future__ import annotations

import argparse
import base64
import dataclasses
import difflib
import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from cspanalysis import present
from cspanalysis.audit import outcome
from cspanalysis.report import chapter_run, engine, findings_json, review_folder, summary, workers
from cspanalysis.report.collect import Rendered
from cspanalysis.report.notebooks import Chapter, chapters
from cspanalysis.sources import dictionary
from cspanalysis.store import clean_run
from cspanalysis.store.tables import Store
from cspanalysis.workspace import init, notebook_files, workspace

PROJECT = Path(__file__).resolve().parents[1]
SHARED = PROJECT.parent / "shared" / "data"
HASHES = Path(__file__).with_suffix(".txt")
KEPT = PROJECT / "build" / "golden"

AREA = "Tonbridge and Malling"
#: Workspace → period, what it is compared with, editions.
REVIEWS = {
    "sample": ("2007-04/2008-03", "2006-04/2007-03", ("public", "partner")),
    "kent": ("2025-04/2026-03", "2024-04/2025-03", ("public",)),
}
BULLETIN = ("sample", "2008-01/2008-03", "2007-01/2007-03")
#: Files of ../shared/data in Kent's workspace: street-level files of 36 months, no partner's.
REAL = (
    "police_uk/kent_2025.zip",
    "police_uk/kent_rebuilt_from_counts_2023-05_2024-12_2026-01_2026-04.zip",
    "population/population20_ltla21.csv",
    "population/population_mid2022_ltla23_by_sex_age.csv.gz",
    "lookups/lookup_lsoa11_lsoa21_ltla22.csv.gz",
    "lookups/lookup_lsoa21_ward24_ltla24.csv.gz",
    "lookups/lookup_ltla23_utla23.csv",
    "lookups/lookup_ltla24_csp24_pfa24.csv",
    "lookups/lookup_ltla24_region24.csv",
)
_HEADER = (
    "# What the package makes of whole workspaces, as hashes: python -m tests.golden --write\n"
    "# A finding has three: of its record, display table and chart.\n"
)


def available() -> tuple[str, ...]:
    """The workspaces that can be made here."""
    return tuple(REVIEWS) if SHARED.is_dir() else ("sample",)


def held() -> dict[str, str]:
    """Key → hashes, as they stand in the tree."""
    lines = HASHES.read_text(encoding="utf-8").splitlines() if HASHES.is_file() else []
    pairs = (line.rpartition("  ")[::2] for line in lines if line and not line.startswith("#"))
    return {key.strip(): value for key, value in pairs}


def collect(name: str, folder: Path) -> dict[str, str]:
    """Make everything that a workspace gives, a file a part, and return the hashes by key.

    Only in a process that has no threads yet: chapters are forked.
    """
    found: dict[str, str] = {}

    def put(key: str, **parts: Any) -> None:
        assert key not in found, f"{key} is there twice"
        where = folder / key.replace("/", "_")
        where.mkdir(parents=True)
        found[key] = " ".join(_put(where / part, content) for part, content in parts.items())

    with tempfile.TemporaryDirectory(prefix="golden-") as made:
        root = Path(made) / name
        {"sample": _sample, "kent": _kent}[name](root)
        engine.warm(*{module for chapter in chapters() for module in chapter.imports})
        _in_child(_clean, root)
        store = Store(root / "data" / "processed")
        for label, rendered in _executed(name, root).items():
            _reviewed(put, label, rendered, store.inputs())
        if name == "sample":
            put("sample audit", text=_in_child(_audited, root))
            put("sample data dictionary", text=dictionary.text())
        _cleaned(put, name, store)
    return found


# ---------------------------------------------------------------------- workspaces


def _sample(root: Path) -> None:
    shutil.copytree(PROJECT / "data" / "raw", root / "data" / "raw")
    shutil.copy(PROJECT / "partnership.toml", root)


def _kent(root: Path) -> None:
    init.init(root, AREA)
    for name in REAL:
        shutil.copy(SHARED / name, root / "data" / "raw" / name)


def _in_child(function: Callable[[Path], Any], root: Path) -> Any:
    """Reading starts threads, which a later fork of this process would lose."""
    (done,) = workers.each(function, [root], 1)
    if done.error:
        raise done.raised or RuntimeError(done.error)
    return done.result


def _clean(root: Path) -> None:
    space = workspace.load(root)
    clean_run.clean(space.root, dict(space.settings), report=lambda line: None)


def _audited(root: Path) -> str:
    return outcome.run(root)[0]


def _tasks(name: str, root: Path) -> Iterator[tuple[str, chapter_run.ChapterTask]]:
    run = engine.NAME if engine.can_fork() else "plain"

    def task(chapter: Chapter, period: str, compare: str, edition: str) -> chapter_run.ChapterTask:
        told = {"csp": AREA, "period": period, "compare": compare, "edition": edition}
        return chapter_run.ChapterTask(chapter, told | {"workspace": str(root)}, run, 600.0)

    period, compare, editions = REVIEWS[name]
    for edition in editions:
        for chapter in chapters():
            yield f"{name} {edition}", task(chapter, period, compare, edition)
    if name == BULLETIN[0]:
        notebook = Chapter(notebook_files.folder() / "bulletin.ipynb")
        yield f"{name} bulletin", task(notebook, *BULLETIN[1:], "public")


def _when(label: str) -> tuple[str, str, str]:
    """Period, comparator and edition of what was made."""
    name, what = label.split()
    return (*BULLETIN[1:], "public") if what == "bulletin" else (*REVIEWS[name][:2], what)


# ---------------------------------------------------------------------- contents


def _executed(name: str, root: Path) -> dict[str, list[Rendered]]:
    tasks = list(_tasks(name, root))
    done: dict[int, Rendered] = {}
    for result in workers.each(chapter_run.execute, [t for _, t in tasks], os.cpu_count() or 1):
        if result.error or result.result.failure:
            told = result.error or f"{result.result.failure} {result.result.trace}"
            raise RuntimeError(f"{tasks[result.index]}: {told}")
        done[result.index] = result.result
    by_label: dict[str, list[Rendered]] = {}
    for number, (label, _) in enumerate(tasks):
        by_label.setdefault(label, []).append(done[number])
    return by_label


def _reviewed(
    put: Callable[..., None], label: str, done: list[Rendered], inputs: Mapping[str, str]
) -> None:
    """A review's findings one by one, its summary page, and what else findings.json says."""
    for section in (s for chapter in done for s in chapter.sections):
        record = dict(section.record)
        table = record.pop("table")
        put(f"{label} finding {record['id']}", record=record, table=table, chart=section.figure)
    period, compare, edition = _when(label)
    when = {"period": period, "compare": compare, "edition": edition}
    area = {"name": AREA, "code": ""}
    records = [r for chapter in done for r in chapter.records]
    whole = findings_json.document(records, area=area, created_from=inputs, **when)
    put(f"{label} findings.json", rest=whole | {"findings": [r["id"] for r in records]})
    for chapter in done:
        texts = [b if isinstance(b, str) else b.record["id"] for b in chapter.blocks]
        put(f"{label} page {chapter.key}", text=[chapter.title, chapter.lead, *texts])
        said = "\n".join(present.markdown(r) for r in chapter.records)
        put(f"{label} notebook {chapter.key}", text=said, notices=chapter.notices)
    if not label.endswith("bulletin"):
        context = review_folder.context_of(done, area=area, **when)
        context = dataclasses.replace(context, version="")
        put(f"{label} page index", text=summary.page(context, summary.summary(done, None, period)))


def _cleaned(put: Callable[..., None], name: str, store: Store) -> None:
    for table in store.tables():
        put(f"{name} table {table}", rows=store.load(table))
    put(f"{name} account", rows=store.account())
    put(f"{name} problems", rows=store.problems(), numbers=store.problem_counts())
    put(f"{name} remarks", text=store.notices())


def _put(path: Path, content: Any) -> str:
    """Write a part of a key and return its hash, which is of what it says and not of the file."""
    if isinstance(content, pd.DataFrame):
        table = pl.from_pandas(content)
        table.write_parquet(path.with_suffix(".parquet"))
        read = "\n".join(_rows(table)).encode()
    else:
        text = content if isinstance(content, str) else _json(content)
        read = text.encode()
        path.with_suffix(".txt").write_bytes(read)
    return hashlib.sha256(read).hexdigest()[:10]


def _rows(table: pl.DataFrame) -> list[str]:
    """A table as text: its types, then a line a row."""
    types = ", ".join(f"{name} {kind}" for name, kind in table.schema.items())
    return [types, *table.write_csv().splitlines()]


def _json(value: Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, indent=1)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) and abs(value) > 1e-12 else 0.0
    if isinstance(value, Mapping):
        if "bdata" in value:  # Plotly's packed arrays
            numbers = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
            return _plain({**value, "bdata": numbers.tolist()})
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


# ---------------------------------------------------------------------- comparing


def run(name: str) -> tuple[dict[str, str], Path]:
    """`collect` in a Python of its own, for a caller that may have threads."""
    folder = KEPT / f"{name} made"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "tests.golden", "--collect", name, str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True)
    return json.loads((folder / "hashes.json").read_bytes()), folder


def compare(name: str) -> list[str]:
    """Keys of a workspace that are not as the tree holds them; what they are is kept as `now`."""
    found, folder = run(name)
    was = {key: value for key, value in held().items() if _workspace(key) == name}
    differing = sorted(key for key in found | was if found.get(key) != was.get(key))
    for key in found:
        _keep(folder, key, "now" if key in differing else "was")
    return differing


def write(names: Sequence[str]) -> list[str]:
    """New hashes of these workspaces, those of others stay; returns the keys that changed."""
    before = held()
    after = {key: value for key, value in before.items() if _workspace(key) not in names}
    for name in names:
        found, folder = run(name)
        after |= found
        for key in found:
            _keep(folder, key, "was")
    text = "".join(f"{key}  {value}\n" for key, value in sorted(after.items()))
    HASHES.write_text(_HEADER + text, encoding="utf-8", newline="\n")
    return sorted(key for key in before | after if before.get(key) != after.get(key))


def differences(key: str, most: int = 40) -> Iterator[str]:
    """What a key's parts are `now` beside what they `was`, at most so many lines of each."""
    name = key.replace("/", "_")
    for now in sorted((KEPT / "now" / name).glob("*")):
        was = KEPT / "was" / name / now.name
        if not was.is_file():
            yield f"  {now.stem}: build/golden does not hold what it was"
            continue
        old, new = (_lines(path) for path in (was, now))
        if now.suffix == ".parquet":  # which rows went, which came
            gone, come = sorted(set(old) - set(new)), sorted(set(new) - set(old))
            lines = [*(f"-{row}" for row in gone[:most]), *(f"+{row}" for row in come[:most])]
            left = len(gone) + len(come) - len(lines)
        else:
            whole = list(difflib.unified_diff(old, new, lineterm="", n=1))[2:]
            lines = whole[:most]
            left = len(whole) - len(lines)
        yield from (f"  {now.stem} {line[:300]}" for line in lines)
        if left:
            yield f"  {now.stem} … {left} further lines"


def content(key: str, part: str) -> str:
    """What a part of a key was found to be by the last run."""
    places = (KEPT / where / key.replace("/", "_") / part for where in ("now", "was"))
    return next(path for path in places if path.is_file()).read_text(encoding="utf-8")


def _lines(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return _rows(pl.read_parquet(path))
    return path.read_text(encoding="utf-8").splitlines()


def _keep(folder: Path, key: str, where: str) -> None:
    name = key.replace("/", "_")
    for old in (KEPT / "now" / name, KEPT / where / name):
        shutil.rmtree(old, ignore_errors=True)
    (KEPT / where).mkdir(exist_ok=True)
    (folder / name).rename(KEPT / where / name)


def _workspace(key: str) -> str:
    return key.partition(" ")[0]


def main() -> int:
    """Write, compare, or collect for another process."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden")
    parser.add_argument("--write", action="store_true", help="write the hashes anew")
    parser.add_argument("--diff", action="store_true", help="show what differs")
    parser.add_argument("--collect", nargs=2, metavar=("WORKSPACE", "FOLDER"), help="for tests")
    options = parser.parse_args()
    if options.collect:
        name, folder = options.collect
        found = collect(name, Path(folder))
        (Path(folder) / "hashes.json").write_text(json.dumps(found), encoding="utf-8")
        return 0
    names = available()
    if len(names) < len(REVIEWS):
        print("../shared is not here: Kent's hashes stay as they are.")
    changed = write(names) if options.write else [key for n in names for key in compare(n)]
    for key in changed:
        print(key)
        if options.diff and not options.write:
            print(*differences(key), sep="\n")
    print(f"{len(changed)} of {len(held())} keys {'are new' if options.write else 'differ'}")
    return 1 if changed and not options.write else 0


if __name__ == "__main__":
    sys.exit(main())
