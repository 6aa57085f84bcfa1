"""Runs a function over tasks in processes of their own, so that no task can harm the others.

A process per task (not a pool): memory is given back when a task ends, a task that dies takes
nothing with it, and on POSIX a fork of the warm parent costs milliseconds.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import psutil

from cspanalysis.report import engine, shell


@dataclass(frozen=True)
class Done:
    """What came of one task: its result, or why there is none."""

    index: int
    result: Any = None
    error: str = ""
    raised: Exception | None = None


#: Memory that one area's review takes beside what it shares with the others, and what is left
#: to everything else.
_MEGABYTES_A_JOB, _MEGABYTES_LEFT = 400, 500
#: The most memory that a container may take, where there is one (Linux).
_CONTAINER = Path("/sys/fs/cgroup/memory.max")


def most() -> int:
    """How many areas can be reviewed at the same time: the processors, memory allowing."""
    if hasattr(os, "sched_getaffinity"):
        processors = len(os.sched_getaffinity(0))
    else:
        processors = os.cpu_count() or 1
    free = psutil.virtual_memory().available
    with contextlib.suppress(OSError, ValueError):  # 'max' is no number: no limit
        free = min(free, int(_CONTAINER.read_text(encoding="ascii")))
    return max(1, min(processors, (free // 1_000_000 - _MEGABYTES_LEFT) // _MEGABYTES_A_JOB))


def each(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    jobs: int,
    begun: Callable[[int], None] = lambda _: None,
) -> Iterator[Done]:
    """Results of `function(task)` as they come, at most `jobs` at a time.

    `function`: importable by name where processes cannot be forked; its result must be picklable.
    `jobs`: processes at the same time. `begun`: told the number of each task that is started.
    Returns: one for each task; `error` says that the task raised or its process died.
    """
    context = multiprocessing.get_context("fork" if engine.can_fork() else "spawn")
    running: dict[Any, tuple[int, Any, Any]] = {}
    waiting = list(enumerate(tasks))[::-1]
    try:
        while waiting or running:
            while waiting and len(running) < max(1, jobs):
                index, task = waiting.pop()
                begun(index)
                here, there = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(function, task, there))
                process.start()
                there.close()
                running[here] = (index, process, here)
            for ready in wait(list(running)):
                index, process, here = running.pop(ready)
                try:
                    done = Done(index, *here.recv())
                except (EOFError, OSError):
                    process.join()
                    done = Done(index, None, f"its process ended (exit code {process.exitcode})")
                here.close()
                process.join()
                yield done
    finally:
        for _, process, _ in running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        for _, process, _ in running.values():
            process.join(5)
            if process.is_alive():
                process.kill()
                process.join()


def _work(function: Callable[[Any], Any], task: Any, there: Any) -> None:
    if hasattr(os, "fork"):
        shell.die_with_parent()
        # Ended by the parent: unwind, so that a chapter's own child is ended too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if engine.can_fork() and "pandas" in sys.modules:
            engine.settle()
    try:
        answer: tuple[Any, ...] = (function(task), "")
    except KeyboardInterrupt:
        os._exit(130)
    except Exception as error:
        answer = (None, f"{type(error).__name__}: {error}", error)
    try:
        there.send(answer)
    except (TypeError, AttributeError, pickle.PicklingError):  # an exception that cannot travel
        there.send(answer[:2])
    there.close()


def side_by_side(functions: Sequence[Callable[[], None]]) -> None:
    """Call functions that write files, each in a process of its own where forking is possible."""
    if not engine.can_fork():
        for function in functions:
            function()
        return
    for done in each(_call, functions, len(functions)):
        if done.error:
            raise done.raised or RuntimeError(done.error)


def _call(function: Callable[[], None]) -> None:
    engine.settle()
    function()


def in_fresh_process(function: Callable[[Any], Any], task: Any) -> Any:
    """`function(task)` in a newly started Python, for a parent that can no longer be forked."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(function, task, there))
    process.start()
    there.close()
    try:
        kind, value = here.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"the runner's process ended (exit code {process.exitcode})") from None
    except KeyboardInterrupt:
        process.join(10)  # it received the interrupt too and is clearing up
        raise
    finally:
        here.close()
        if process.is_alive():
            process.join(10)
        if process.is_alive():
            process.kill()
    if kind == "raise":
        raise value
    return value


def _answer(function: Callable[[Any], Any], task: Any, there: Any) -> None:
    shell.die_with_parent()
    try:
        there.send(("return", function(task)))
    except KeyboardInterrupt:
        os._exit(130)
    except Exception as error:
        there.send(("raise", error))
