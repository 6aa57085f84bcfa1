"""Measuring a process of its own: wall clock, processor time and peak memory.

This module and the runner import nothing heavy: on Linux a child's peak counts what its parent
held when it was started.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measured:
    """What a child cost.

    Parameters
    ----------
    seconds, cpu_seconds : float
        From start to end, and of processor, its own children counted in.
    peak_mb : float
        The largest of its processes.
    told : dict
        What it printed as JSON in its last line.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    told: dict[str, Any] = field(default_factory=dict)


def child(command: Sequence[str | Path], *, cwd: Path | None = None) -> Measured:
    """Run a command to its end.

    Raises
    ------
    RuntimeError
        If it fails; with the last it said.
    """
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(c) for c in command], cwd=cwd, env=_as_installed(), stdout=output,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().strip().splitlines()
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}:\n" + "\n".join(said[-15:]))
    told = json.loads(said[-1]) if said and said[-1].startswith("{") else {}
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, told)


def _as_installed() -> dict[str, str]:
    """The environment in which Python keeps what it compiled, as where a package is installed.

    Where it may not, each start compiles this package's three hundred modules anew.
    """
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def task(name: str, *arguments: str | Path) -> Measured:
    """Run a function of `benchmarks.tasks` in a process of its own."""
    project = Path(__file__).resolve().parents[1]
    return child([sys.executable, "-m", "benchmarks.tasks", name, *arguments], cwd=project)


def csp(*arguments: str | Path) -> Measured:
    """Run a command of this project."""
    return child([sys.executable, "-m", "cspanalysis", *arguments])


def best(runs: Sequence[Measured]) -> Measured:
    """The quickest run, with the highest peak of them all."""
    quickest = min(runs, key=lambda run: run.seconds)
    peak = max(run.peak_mb for run in runs)
    return Measured(quickest.seconds, quickest.cpu_seconds, peak, quickest.told)


def spread(runs: Sequence[Measured]) -> float:
    """How much longer the slowest run took than the quickest, as a share."""
    return max(r.seconds for r in runs) / min(r.seconds for r in runs) - 1


def machine() -> str:
    """The machine in one line; no names of hosts or folders."""
    model = platform.processor() or platform.machine()
    memory = ""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
        pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        memory = f", {pages / 1024**3:.0f} GB of memory"
    except (OSError, ValueError):
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{model}, {cores} cores{memory}, {platform.system()}, Python {platform.python_version()}"
    )


def load() -> float:
    """Processes wanting to run, over the last minute; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
