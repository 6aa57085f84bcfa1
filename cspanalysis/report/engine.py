"""The warm parent of the forked engine: when forking is possible, and what to import before.

A kernel spends most of a chapter's time importing. Here the parent has imported everything, so
a fork starts in milliseconds. POSIX only; elsewhere papermill's own engine does the same work
more slowly. Nothing may have started polars or duckdb threads before the fork, because a child
inherits their locks but not the threads that would open them (`threads_started`).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import re
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

#: Name under which papermill finds the engine (entry point in pyproject.toml).
NAME = "forked"

#: What the chapters import, loaded once before forking.
WARM = (
    "numpy",
    "pandas",
    "IPython.core.interactiveshell",
    # What a shell imports when it is made, and frames and charts when first used.
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.core.magics",
    "IPython.core.oinspect",
    "bdb",
    "sqlite3",
    "psutil",
    "pandas.core.arrays.arrow._arrow_utils",
    "pandas.core.methods.to_dict",
    "pandas.core.reshape.reshape",
    "pyarrow.parquet",
    "scipy.stats",
    "cspanalysis",
)


def can_fork() -> bool:
    """True where children can be forked from a warm parent."""
    return hasattr(os, "fork") and sys.platform != "win32"


def warm(*further: str, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Import what the chapters need and move it out of the garbage collector's reach.

    `*further`: modules beyond `WARM`; one that cannot be imported is left to the chapter that wants
    it. `meanwhile`: reads what the chapters will look up, on the core that imports leave idle.
    """
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(meanwhile)
        for name in (*WARM, *further):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        # Registers that every chapter looks something up in.
        areas = importlib.import_module("cspanalysis.domain.areas")
        areas.all_partnerships()
    reading.result()
    # Frozen objects are not visited by collections, so children do not copy their pages. Imports
    # leave next to no rubbish: to look for it first would take a tenth of a second.
    gc.freeze()


def settle() -> None:
    """Settings of a process that lives for chapters of one run: many small frames, little rubbish.

    Text of a handful of rows is quicker as Python's own than in Arrow's columns (a fifth of all
    computing); what is computed is the same.
    """
    import pandas as pd

    from cspanalysis.domain import rubbish
    from cspanalysis.store import clean_run

    pd.set_option("mode.string_storage", "python")
    rubbish.collect_seldom()
    clean_run.one_run()


def threads_started() -> bool:
    """True if a library whose threads do not survive a fork has started them (Linux only)."""
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        return "polars" in sys.modules or "duckdb" in sys.modules
    names = []
    for task in tasks.iterdir():
        with contextlib.suppress(OSError):
            names.append((task / "comm").read_text().strip())
    # polars-0, polars-1 …: its workers; the one thread that its import starts does no harm.
    workers = re.compile(r"polars-\d+|tokio-.*|async-exec.*")
    return "duckdb" in sys.modules or any(workers.fullmatch(name) for name in names)
