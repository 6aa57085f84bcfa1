"""What the measured children run: `python -m benchmarks.tasks NAME ARGUMENT …`; prints JSON."""

from __future__ import annotations

import json
import sys
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any


def make(root: str, period: str, forces: str, rows: str, archive: str = "") -> dict[str, Any]:
    """A workspace of invented, or one's own, street files."""
    from benchmarks import archives, layout
    from cspanalysis.domain.periods import Period

    if archive:
        archives.workspace(Path(root), Path(archive))
    else:
        layout.workspace(Path(root), layout.Layout(Period.parse(period), int(forces), int(rows)))
    folder = Path(root, "data", "raw", "police_uk")
    files = list(archives.street_files(folder))
    return {"files": len(files), "months": len(archives.months(folder))}


def outline(root: str, period: str, forces: str, rows: str) -> dict[str, Any]:
    """Outlines of an invented country's districts and LSOAs, into its workspace."""
    from benchmarks import layout
    from cspanalysis.domain.periods import Period

    raw = Path(root, "data", "raw")
    layout.write_outlines(raw, layout.Layout(Period.parse(period), int(forces), int(rows)))
    return {"files": len(list((raw / "boundaries").glob("*.geojson")))}


def longer(root: str, short: str, period: str, forces: str, rows: str) -> dict[str, Any]:
    """A workspace with the archive of another, and an archive of the months before it."""
    import shutil

    from benchmarks import archives, layout
    from cspanalysis.domain.periods import Period

    shutil.copytree(short, root, ignore=shutil.ignore_patterns("processed"))
    plan = layout.Layout(Period.parse(period), int(forces), int(rows))
    folder = Path(root, "data", "raw", "police_uk")
    layout.write_archive(folder, plan, "before.zip")
    return {"months": len(archives.months(folder))}


def workbook(root: str, rows: str) -> dict[str, Any]:
    """A workspace with one large workbook."""
    from benchmarks import workbooks

    path = workbooks.workspace(Path(root), int(rows))
    return {"megabytes": path.stat().st_size / 1e6}


def further(root: str) -> dict[str, Any]:
    """One more month, in an archive of its own, into a workspace."""
    from benchmarks import archives

    return {"files": archives.further(Path(root, "data", "raw", "police_uk"))}


def inflate(root: str, folder: str) -> dict[str, Any]:
    """Unpack every street file in memory: two at a time, and one after the other; then to a folder.

    Gives seconds and cpu of two at a time, `in_turn` of one after the other.
    """
    from benchmarks import archives

    jobs = list(archives.street_files(Path(root, "data", "raw", "police_uk")))
    packed = {path: zipfile.ZipFile(path) for path, member in jobs if member}

    def unpack(job: tuple[Path, str]) -> int:
        path, member = job
        total = 0
        with packed[path].open(member) if member else path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                total += len(piece)
        return total

    start, processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(2) as pool:
        size = sum(pool.map(unpack, jobs))
    told = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - processor}
    start = time.perf_counter()
    for job in jobs:
        unpack(job)
    told["in_turn"] = time.perf_counter() - start
    for number, (path, member) in enumerate(jobs):
        content = packed[path].read(member) if member else path.read_bytes()
        Path(folder, f"{number:05d}.csv").write_bytes(content)
    return told | {"megabytes": size / 1e6}


def parse(folder: str) -> dict[str, Any]:
    """Parse unpacked files with DuckDB on two threads, every column as text, nothing kept."""
    import duckdb

    # The dialect is told: to find it out for each file takes five times as long as to read it.
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(12))
    source = (
        f"read_csv('{folder}/*.csv', auto_detect = false, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', columns = {{{columns}}})"
    )
    with duckdb.connect() as database:
        database.execute("SET threads = 2")
        start, processor = time.perf_counter(), time.process_time()
        counts = database.execute(f"SELECT count(*), count(COLUMNS(*)) FROM {source}").fetchone()
        told = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - processor}
        return told | {"rows": counts[0]}


def pandas(root: str, target: str) -> dict[str, Any]:
    """The plain way: read all, concatenate, derive, write."""
    import pandas as pd

    from benchmarks import archives

    raw = Path(root, "data", "raw")
    files = list(archives.street_files(raw / "police_uk"))
    packed = {path: zipfile.ZipFile(path) for path, member in files if member}
    frames = []
    for path, member in files:
        source: Any = packed[path].open(member) if member else path
        frames.append(pd.read_csv(source, dtype={"Crime ID": str}))
    table = pd.concat(frames, ignore_index=True)
    lookups = sorted((raw / "lookups").glob("lsoa*.csv"))
    if lookups:
        lookup = pd.read_csv(lookups[0]).set_index("lsoa21_code")
        table["district_code"] = table["LSOA code"].map(lookup["ltla22_code"])
        table["district"] = table["LSOA code"].map(lookup["ltla22_name"])
    else:
        table["district_code"] = None
        table["district"] = table["LSOA name"].str[:-5]
    table["offence"] = table["Crime type"].str.lower()
    table["is_located"] = table["LSOA code"].notna()
    keys = ["Month", "Reported by", "district_code", "district", "offence"]
    counts = table.groupby(keys, dropna=False).size().reset_index(name="count")
    table.drop(columns=["Crime ID", "Context"]).to_parquet(Path(target, "all.parquet"))
    counts.to_parquet(Path(target, "counts.parquet"))
    return {"rows": len(table)}


def load(root: str, number: str) -> dict[str, Any]:
    """Tables of one area after the other, from an opened store and by plain pandas."""
    import statistics

    import pandas as pd

    from cspanalysis.store.tables import Store

    processed = Path(root, "data", "processed")
    tables = ("police_uk", "police_uk_counts")
    store = Store(processed)
    names = store.load("police_uk_counts", columns=["district"])["district"].dropna().unique()
    chosen = list(names[:: max(1, len(names) // int(number))])[: int(number)]
    store.load("police_uk", where={"district": chosen[0]})  # pyarrow's own first time
    seconds, rows = [], []
    for name in chosen:
        start = time.perf_counter()
        rows.append(sum(len(store.load(t, where={"district": name})) for t in tables))
        seconds.append(time.perf_counter() - start)
    start = time.perf_counter()
    Store(processed).load("police_uk", where={"district": chosen[0]})
    first = time.perf_counter() - start
    named = json.loads((processed / "manifest.json").read_text(encoding="utf-8"))["tables"]
    files = [processed / f for t in tables for f in named[t]["files"]]
    start = time.perf_counter()
    plain = pd.concat([pd.read_parquet(f) for f in files])
    plain = plain[plain["district"] == chosen[0]]
    naive = time.perf_counter() - start
    own = processed / "own.parquet"
    plain.to_parquet(own)
    start = time.perf_counter()
    pd.read_parquet(own)
    floor = time.perf_counter() - start
    own.unlink()
    return {
        "median": statistics.median(seconds), "slowest": max(seconds), "opened": first,
        "plain": naive, "floor": floor, "rows": statistics.median(rows), "files": len(files),
        "areas": len(chosen),
    }  # fmt: skip


def lab(root: str, area: str) -> dict[str, Any]:
    """`csp.open` and questions on peers as somebody asks them by hand, in this new process."""
    start = time.perf_counter()
    import cspanalysis

    review = cspanalysis.open(area, workspace=root)
    opened = time.perf_counter() - start
    from cspanalysis.findings import acquisitive, harm, overview

    own = review.peers.own
    asked = [
        lambda: overview.recorded_crime_peers(review, review.most_similar),
        *(lambda g=g: overview.recorded_crime_peers(review, own(g)) for g in ("county", "force")),
        *(
            lambda kind=kind, g=g: acquisitive.peers(review, kind, kind, g, subject=kind)
            for kind, g in (("burglary", review.most_similar), ("robbery", own("force")))
        ),
        lambda: harm.peers(review, review.most_similar),
    ]
    seconds = []
    for question in asked:
        start = time.perf_counter()
        question()
        seconds.append(time.perf_counter() - start)
    return {"opened": opened, "first": seconds[0], "further": seconds[1:]}


def chapters(root: str, repeats: str, *names: str) -> dict[str, Any]:
    """Each chapter by the runner's engine, and the same cells in a warm process."""
    from cspanalysis.report import chapter_run, engine, review_run, runner

    chosen = runner.pick(names, runner.chapters())
    engine.warm(*review_run.WARM, *dict.fromkeys(n for c in chosen for n in c.imports))
    parameters = _parameters(root)
    found = {}
    for chapter in chosen:
        task = chapter_run.ChapterTask(chapter, parameters, engine.NAME, 300.0)
        by_runner, first, again = [], [], []
        for _ in range(int(repeats)):
            start = time.perf_counter()
            done = chapter_run.execute(task)
            by_runner.append(time.perf_counter() - start)
            if done.failure:
                raise RuntimeError(f"{chapter.key}: {done.failure} {done.trace}")
            one, two = _forked(chapter, parameters)
            first.append(one)
            again.append(two)
        found[chapter.key] = [min(by_runner), min(first), min(again)]
    return {"chapters": found}


def _parameters(root: str) -> dict[str, Any]:
    from cspanalysis.explore import entry

    # In a fork: the parent of the engine must not have started any threads.
    return _in_fork(lambda: _opened(entry.open(workspace=root), root))


def _opened(review: Any, root: str) -> dict[str, Any]:
    return {
        "csp": review.area.name, "period": review.period.iso, "compare": review.compare.iso,
        "edition": "public", "workspace": root,
    }  # fmt: skip


def _in_fork(function: Any) -> Any:
    import multiprocessing

    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=lambda: there.send(function()), daemon=True
    )
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join()


def _forked(chapter: Any, parameters: dict[str, Any]) -> tuple[float, float]:
    """A chapter's cells twice in a fork of this process: nothing is imported the second time."""
    from cspanalysis.report import engine

    def twice() -> tuple[float, float]:
        engine.settle()  # as the runner's own children are
        return _cells(chapter, parameters), _cells(chapter, parameters)

    return _in_fork(twice)


def _cells(chapter: Any, parameters: dict[str, Any]) -> float:
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    start = time.perf_counter()
    for cell in chapter.cells:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if "parameters" in cell["metadata"].get("tags", []):
            source = "\n".join(f"{k} = {v!r}" for k, v in parameters.items())
        with capture_output():
            result = shell.run_cell(source, store_history=False)
        result.raise_error()
    return time.perf_counter() - start


def review(root: str, out: str, number: str, jobs: str, *names: str) -> dict[str, Any]:
    """Reviews of a workspace's areas in this process; the second time it is warm."""
    import resource

    from cspanalysis.domain.periods import Period
    from cspanalysis.report import review_command, runner
    from cspanalysis.review import offence_counts
    from cspanalysis.store.tables import Store

    given = _parameters(root)
    wanted = runner.Area(given["csp"])
    chosen, period = (wanted,), Period.parse(given["period"])
    if int(number) > 1:
        store, months = Store(Path(root, "data", "processed")), set(period.month_list())
        # Of an archive of one's own, some forces may lack these months.
        every = [
            a
            for a in review_command.every_area(store)
            if months & set(offence_counts.held(store, a))
        ]
        chosen = tuple(runner.Area(a.name, a.code) for a in every[: int(number)])
    request = runner.Request(
        Path(root), chosen, given["period"], given["compare"], chapters=names, jobs=int(jobs),
        out=Path(out), check=review_command.check_disclosure, all_areas=len(chosen) > 1,
    )  # fmt: skip
    seconds = []
    for _ in range(2 if len(chosen) == 1 else 1):
        start = time.perf_counter()
        outcome = runner.run(request)
        seconds.append(time.perf_counter() - start)
        if outcome.exit_code:
            raise RuntimeError(outcome.text())
    parent = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "areas": len(chosen), "parent_mb": parent}


def profile(root: str, parts: str) -> dict[str, Any]:
    """Where cleaning spends its time: cProfile over some street files read one by one."""
    import cProfile
    import pstats

    from cspanalysis.store import build
    from cspanalysis.workspace.workspace import load as settings_of

    # In this thread, so that the profile sees it.
    build.ThreadPoolExecutor = _Serial
    watch = cProfile.Profile()
    space = settings_of(Path(root))
    watch.enable()
    build.Build(space.root, dict(space.settings), write=True, report=lambda line: None).run()
    watch.disable()
    stats = pstats.Stats(watch).stats
    lines = [
        [f"{Path(file).stem}.{name}", calls, own, total]
        for (file, _, name), (_, calls, own, total, _) in stats.items()
    ]
    lines.sort(key=lambda line: -line[2])
    return {"lines": lines[: int(parts)]}


class _Serial:
    """Stands in for a pool of threads: does each job at once, in the thread that asks."""

    def __init__(self, _: int):
        pass

    def __enter__(self) -> _Serial:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    map = staticmethod(map)

    def submit(self, job: Callable[..., Any], *given: Any) -> Future:
        done: Future = Future()
        try:
            done.set_result(job(*given))
        except Exception as error:
            done.set_exception(error)
        return done

    def shutdown(self, **_: bool) -> None:
        pass


TASKS = (
    make, outline, longer, further, workbook, inflate, parse, pandas, load, lab, chapters, review,
    profile,
)  # fmt: skip


def main() -> None:
    """Run one task and print what it tells."""
    name, *arguments = sys.argv[1:]
    function = {f.__name__: f for f in TASKS}[name]
    print(json.dumps(function(*arguments)), flush=True)


if __name__ == "__main__":
    main()
