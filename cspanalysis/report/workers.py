"""Runs a function over tasks in processes of their own, so that no task can harm the others.

A process for one task, or for a few: memory is given back when it ends, a task that dies takes no
other with it, and on POSIX a fork of the warm parent costs milliseconds.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
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
#: From so many small tasks on processes of their own pay.
_MANY = 16
#: Seconds after which a process that waits looks whether its parent is there.
_LOOK_S = 5.0
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
    *,
    turns: int = 1,
    within: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext,
) -> Iterator[Done]:
    """Results of `function(task)` as they come, at most `jobs` at a time.

    `function`: importable by name where processes cannot be forked; its result must be picklable.
    `jobs`: processes at the same time. `begun`: told the number of each task that is started.
    `turns`: tasks that a process does, one after the other, before it gives its memory back; one
    that dies takes only its own task with it. `within`: what a process does all of them in.
    Returns: one for each task; `error` says that the task raised or its process died.
    """
    context = multiprocessing.get_context("fork" if engine.can_fork() else "spawn")
    running: dict[Any, _Worker] = {}
    idle: list[_Worker] = []
    waiting = list(range(len(tasks)))[::-1]

    def fill() -> None:
        while waiting and len(running) < max(1, jobs):
            worker = idle.pop() if idle else _Worker(context, (function, tasks, within))
            index = waiting.pop()
            begun(index)
            worker.begin(index)
            running[worker.pipe] = worker

    try:
        fill()
        while running:
            for ready in wait(list(running)):
                worker = running.pop(ready)
                done = worker.answer()
                if waiting and worker.is_there and worker.turns < turns:
                    idle.append(worker)
                else:
                    worker.end()
                fill()  # no core waits until the caller has looked at the answer
                yield done
    finally:
        left = [*running.values(), *idle]
        for worker in left:
            with contextlib.suppress(ProcessLookupError):
                worker.process.terminate()
        for worker in left:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()


def in_order(function: Callable[[Any], Any], tasks: Sequence[Any], jobs: int) -> Iterator[Any]:
    """`function(task)` of each task in the order of the tasks, side by side where they are many.

    Raises what one of them raises.
    """
    if len(tasks) < _MANY or jobs < 2 or not engine.can_fork() or engine.threads_started():
        yield from map(function, tasks)
        return
    found: dict[int, Any] = {}
    number = 0
    for done in each(function, tasks, jobs, turns=len(tasks)):
        if done.error:
            raise done.raised or RuntimeError(done.error)
        found[done.index] = done.result
        while number in found:
            yield found.pop(number)
            number += 1


class _Worker:
    """A process that does tasks as it is told their numbers."""

    def __init__(self, context: Any, work: tuple[Any, ...]):
        self.pipe, there = context.Pipe()
        self.process = context.Process(target=_work, args=(*work, there))
        self.process.start()
        there.close()
        self.turns, self.index, self.is_there = 0, -1, True

    def begin(self, index: int) -> None:
        self.index, self.turns = index, self.turns + 1
        with contextlib.suppress(OSError):  # one that is gone is told by its answer
            self.pipe.send(index)

    def answer(self) -> Done:
        try:
            return Done(self.index, *self.pipe.recv())
        except (EOFError, OSError):
            self.is_there = False
            self.process.join()
            reason = f"its process ended (exit code {self.process.exitcode})"
            return Done(self.index, None, reason)

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self.pipe.send(None)
        self.pipe.close()
        self.process.join()


def _work(
    function: Callable[[Any], Any],
    tasks: Sequence[Any],
    within: Callable[[], AbstractContextManager[Any]],
    there: Any,
) -> None:
    parent = os.getppid()
    if hasattr(os, "fork"):
        shell.die_with_parent()
        # Ended by the parent: unwind, so that a chapter's own child is ended too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if engine.can_fork() and "pandas" in sys.modules:
            engine.settle()
    try:
        with within():
            # Where the system does not end it with its parent, it looks whether that is there.
            while there.poll(_LOOK_S) or os.getppid() == parent:
                if not there.poll():
                    continue
                index = there.recv()
                if index is None:
                    break
                _answer_with(function, tasks[index], there)
    except EOFError:
        pass
    except KeyboardInterrupt:
        os._exit(130)
    there.close()


def _answer_with(function: Callable[[Any], Any], task: Any, there: Any) -> None:
    try:
        answer: tuple[Any, ...] = (function(task), "")
    except Exception as error:
        answer = (None, f"{type(error).__name__}: {error}", error)
    try:
        there.send(answer)
    except (TypeError, AttributeError, pickle.PicklingError):  # an exception that cannot travel
        there.send(answer[:2])


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
