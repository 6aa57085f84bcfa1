"""A review of every partnership, killed twice and resumed: `python -m benchmarks.national`.

Makes an archive of every force, starts `csp review --all --jobs 2`, kills it
with SIGKILL at two moments, resumes it, and compares what it wrote with an undisturbed run, or with
reviews of some areas made one by one, byte for byte but for run.log and times in manifests.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import measuring


def command(root: Path, out: Path, *more: str, chapter: str = "") -> list[str]:
    """The command of a national run, of one chapter or of all."""
    words = [sys.executable, "-m", "cspanalysis", "review", "--workspace", str(root)]
    chosen = ["--chapter", chapter] if chapter else []
    return [*words, "--jobs", "2", *chosen, "--out", str(out), *more]


def finished(out: Path) -> dict[str, bool]:
    """Folder of each review there is, and whether its manifest says complete."""
    found = {}
    for path in sorted(out.glob("*/[0-9]*/manifest.json")):
        name = path.parent.relative_to(out).as_posix()
        try:
            found[name] = bool(json.loads(path.read_text(encoding="utf-8"))["complete"])
        except (ValueError, KeyError):
            found[name] = False
    return found


def killed(words: Sequence[str], out: Path, until: int) -> int:
    """Start a run, kill it once so many reviews are there; returns how many it left."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    while process.poll() is None and len(finished(out)) < until:
        time.sleep(0.05)
    if process.poll() is not None:
        raise RuntimeError(f"the run ended with {process.returncode} before it could be killed")
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(1)  # its children end with it
    return len(finished(out))


def differences(one: Path, other: Path, areas: Sequence[str]) -> list[str]:
    """Files of the areas' reviews that differ, times aside."""

    def content(path: Path) -> bytes:
        data = path.read_bytes()
        if path.name == "manifest.json":
            told = json.loads(data)
            data = json.dumps({k: v for k, v in told.items() if k not in _TIMES}).encode()
        return data

    found = []
    for area in areas:
        names = {
            p.relative_to(folder).as_posix()
            for folder in (one / area, other / area)
            for p in folder.rglob("*")
            if p.is_file() and p.name != "run.log"
        }
        for name in sorted(names):
            pair = [folder / area / name for folder in (one, other)]
            if not all(p.is_file() for p in pair) or content(pair[0]) != content(pair[1]):
                found.append(f"{area}/{name}")
    return found


_TIMES = ("created", "seconds")


def main(arguments: list[str] | None = None) -> int:
    """Run it and print what was seen; 1 if an area is missing or differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--forces", type=int, default=0, help="0 for all")
    parser.add_argument("--rows", type=int, default=380_000, help="a month, all forces")
    parser.add_argument("--compare", type=int, default=0, metavar="N",
                        help="compare with N areas drawn at random, one by one")  # fmt: skip
    parser.add_argument("--seed", type=int, default=2026, help="of the draw")
    parser.add_argument("--chapter", default="", metavar="NAME", help="one only; all by default")
    parser.add_argument("--scratch", type=Path, metavar="DIR")
    given = parser.parse_args(arguments)
    from benchmarks.measures import Settings

    size = Settings(months=given.months, forces=given.forces, rows=given.rows)
    with tempfile.TemporaryDirectory(dir=given.scratch, prefix="national_") as folder:
        root, out, calm = (Path(folder, name) for name in ("workspace", "reports", "undisturbed"))
        of = (size.period, str(size.forces), str(size.rows))
        made = measuring.task("make", root, *of).told
        measuring.task("outline", root, *of)
        print(f"{made['files']:,} files of {made['months']} months")
        clean = measuring.csp("clean", "--workspace", root)
        print(f"cleaned in {clean.seconds:.1f} s, {clean.peak_mb:.0f} MB", flush=True)
        every = command(root, out, "--all", chapter=given.chapter)
        wanted = _number(root)
        start = time.perf_counter()
        left = [killed(every, out, wanted // 4)]
        left.append(killed([*every, "--resume"], out, wanted * 6 // 10))
        incomplete = [n for n, is_complete in finished(out).items() if not is_complete]
        print(f"killed with {left[0]} and {left[1]} of {wanted} reviews written; of these "
              f"{len(incomplete)} not complete", flush=True)  # fmt: skip
        before = {name: (out / name / "index.html").stat().st_mtime_ns for name in finished(out)}
        last = measuring.child([*every, "--resume"])
        done = finished(out)
        kept = sum((out / n / "index.html").stat().st_mtime_ns == t for n, t in before.items())
        print(f"resumed: {sum(done.values())} of {wanted} complete after "
              f"{time.perf_counter() - start:.0f} s in all; {kept} of {len(before)} left as they "
              f"were; peak {last.peak_mb:.0f} MB in a process")  # fmt: skip
        litter = [p for p in out.rglob("*") if p.name.startswith(".") and p.suffix != ".lock"]
        print(f"temporary names left behind: {len(litter)}", flush=True)
        some = random.Random(given.seed).sample(area_names(root), given.compare)
        asked = [("--csp", name) for name in some] or [("--all",)]
        alone = [measuring.child(command(root, calm, *w, chapter=given.chapter)) for w in asked]
        areas = sorted(finished(calm))
        found = differences(out, calm, areas)
        print(f"{len(areas)} areas {'one by one' if some else 'undisturbed'}: "
              f"{sum(a.seconds for a in alone):.0f} s; files that differ: "
              f"{len(found)} {found[:5]}")  # fmt: skip
    return int(bool(found) or sum(done.values()) != wanted)


def area_names(root: Path) -> list[str]:
    """The areas that a workspace's cleaned data hold, as `csp review --all` takes them."""
    from cspanalysis.report import review_command
    from cspanalysis.store.tables import Store

    return [a.name for a in review_command.every_area(Store(root / "data" / "processed"))]


def _number(root: Path) -> int:
    return len(area_names(root))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
