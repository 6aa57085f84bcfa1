"""A papermill engine that runs each notebook in a child forked from this warm process.

Kept from kernels: cell time-outs, standard output and error, whole tracebacks, interrupts, and
that a notebook which exits or hangs harms nobody else.

Papermill imports this module itself (entry point in pyproject.toml) while it is being imported;
others ask papermill for the engine by its name instead of importing this.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import Engine

from cspanalysis.report import shell


class ForkedEngine(Engine):
    """Runs a notebook's cells in one forked child."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        execution_timeout: float | None = None,
        **kwargs: Any,
    ) -> None:
        """Execute the cells in order, stopping at the first that fails.

        `nb_man`: holds the notebook; its cells receive the outputs. `kernel_name`: ignored: the
        child runs this Python. `execution_timeout`: seconds one cell may take; None for no limit.
        """
        child, is_whole = _Kept.taken(execution_timeout), False
        try:
            number = 0
            child.begin_cells(c.source for c in nb_man.nb.cells if _runs(c))
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                try:
                    if _runs(cell):
                        number += 1
                        cell.execution_count = number
                        if child.answer(cell, stdout_file, stderr_file):
                            nb_man.cell_exception(cell, index)
                            break
                except BaseException:
                    nb_man.cell_exception(cell, index)
                    raise
                finally:
                    nb_man.cell_complete(cell, index)
            else:
                is_whole = True
        finally:
            if is_whole and _Kept.is_asked:
                _Kept.child = child
            else:
                child.end()


def _runs(cell: Any) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


class _Kept:
    """The child that the next notebook takes over, and whether one is to be kept at all."""

    child: ClassVar[Child | None] = None
    is_asked: ClassVar[bool] = False

    @classmethod
    def taken(cls, limit: float | None) -> Child:
        kept, cls.child = cls.child, None  # until it has come to a good end
        if kept:
            try:
                kept.begin(limit)
            except OSError:
                kept.end()
            else:
                return kept
        return Child(limit)


@contextlib.contextmanager
def one_child() -> Iterator[None]:
    """Within it notebooks run one after the other in one child, which keeps what they read.

    Each has a namespace of its own; after one that fails a new child is made. Within another, the
    child is that one's to end.
    """
    if _Kept.is_asked:
        yield
        return
    _Kept.is_asked = True
    try:
        yield
    finally:
        _Kept.is_asked = False
        if _Kept.child:
            _Kept.child.end()
            _Kept.child = None


class Child:
    """The forked process behind one notebook.

    Parameters
    ----------
    limit : float or None
        Seconds one cell may take.
    """

    def __init__(self, limit: float | None):
        import multiprocessing

        self.limit = limit
        self.here, there = multiprocessing.Pipe()
        # The pipe's own `poll` begins anew with each answer.
        self._waiting = select.poll()
        self._waiting.register(self.here, select.POLLIN)
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self.here.close()
            shell.serve(there)  # never returns
        there.close()
        with contextlib.suppress(OSError):
            os.setpgid(self.pid, self.pid)  # also done by the child: whoever comes first

    def begin(self, limit: float | None) -> None:
        """Begin a further notebook: nothing of the one before is in its namespace."""
        self.limit = limit
        self.here.send(None)

    def begin_cells(self, sources: Iterable[str]) -> None:
        """Have cells run one after the other, up to the first that fails.

        All at once, so that the child does not wait for what is done here with each answer.
        """
        with contextlib.suppress(OSError):  # one that is gone is told by its answer
            self.here.send(list(sources))

    def answer(self, cell: Any, stdout_file: Any = None, stderr_file: Any = None) -> bool:
        """Fill the outputs of the next cell as they come; True if it failed."""
        deadline = None if self.limit is None else time.monotonic() + self.limit
        try:
            while True:
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not self._waiting.poll(None if left is None else left * 1000):
                    raise CellTimeoutError.error_from_timeout_and_cell(
                        "Cell execution timed out", self.limit, cell
                    )
                kind, content = self.here.recv()
                if kind == "done":
                    return content
                _add(cell.outputs, nbformat.from_dict(content))
                if kind == "stream":
                    log = stderr_file if content["name"] == "stderr" else stdout_file
                    if log:
                        log.write(content["text"])
        except (EOFError, ConnectionError, BrokenPipeError) as gone:
            raise DeadKernelError("The chapter's process ended without an answer") from gone
        except KeyboardInterrupt:
            self._signal(signal.SIGINT)
            raise

    def end(self) -> None:
        """End the child and everything it started."""
        self.here.close()
        for _ in range(100):  # an idle child leaves by itself once the pipe is closed
            if self._gone():
                break
            time.sleep(0.001)
        self._signal(signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    def _gone(self) -> bool:
        # WNOWAIT leaves the zombie, so that its process group cannot be reused before the kill.
        with contextlib.suppress(ChildProcessError):
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return True

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def _add(outputs: list[Any], output: Any) -> None:
    """Append an output; text that continues a stream is joined to it, as kernels do."""
    last = outputs[-1] if outputs else None
    if (
        output.output_type == "stream"
        and last is not None
        and last.output_type == "stream"
        and last.name == output.name
    ):
        last.text += output.text
    else:
        outputs.append(output)
