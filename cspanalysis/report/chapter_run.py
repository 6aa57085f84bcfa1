"""Executes one chapter notebook with papermill and collects what it found.

Nothing raised by a chapter leaves this module: a chapter that fails, hangs or exits comes back
as a `Rendered` whose `failure` says so in words fit for a page. Details that might hold values
from the data (messages of unforeseen errors, tracebacks) stay in `trace`, which no page shows.
"""

from __future__ import annotations

import copy
import logging
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, chdir, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from cspanalysis.domain import errors
from cspanalysis.findings import record
from cspanalysis.report import collect
from cspanalysis.report.collect import Rendered
from cspanalysis.report.notebooks import Chapter
from cspanalysis.workspace import notebook_files

#: Errors whose message is written for the user and may be printed.
_FOR_USERS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.CspError)
}


@dataclass(frozen=True)
class ChapterTask:
    """One notebook and the parameters to run it with.

    Parameters
    ----------
    chapter : Chapter
    parameters : mapping
        For the notebook's cell tagged `parameters`.
    engine : str
        Name of a papermill engine, or 'plain' for papermill's own.
    timeout : float
        Seconds a cell may take.
    """

    chapter: Chapter
    parameters: Mapping[str, Any]
    engine: str
    timeout: float


def execute(task: ChapterTask) -> Rendered:
    """Run the chapter and collect its findings; failures are told, not raised."""
    started = time.perf_counter()
    chapter = task.chapter
    try:
        notebook = _papermill(task)
        unfinished = _unfinished(notebook)
        if unfinished:
            done = _failed(chapter, unfinished)
        else:
            done = collect.collect(notebook, chapter.key, chapter.slug, chapter.title)
    except collect.ChartMissing as error:
        done = _failed(chapter, f"{error}.")
    except Exception as error:
        done = _failed(chapter, *_reason(error, task))
    is_own = chapter.path.resolve().parent != notebook_files.folder().resolve()
    return replace(done, seconds=time.perf_counter() - started, is_own=is_own)


def failed(chapter: Chapter, reason: str) -> Rendered:
    """A chapter whose process was lost."""
    return _failed(chapter, "Its process ended before it was finished.", reason)


def _papermill(task: ChapterTask) -> Mapping[str, Any]:
    from papermill.engines import papermill_engines
    from papermill.execute import raise_for_execution_errors, remove_error_markers
    from papermill.parameterize import parameterize_notebook

    from cspanalysis.report import engine

    logging.getLogger("papermill").setLevel(logging.ERROR)
    if task.engine == engine.NAME:
        # Also found by its entry point; this serves installations older than that.
        papermill_engines.register(engine.NAME, forked_engine())
    path, name = task.chapter.path, None if task.engine == "plain" else task.engine
    # As `papermill.execute_notebook`, which writes every notebook out, even to nowhere.
    notebook = parameterize_notebook(
        copy.deepcopy(task.chapter.notebook),
        dict(task.parameters),
        kernel_name="python3",
        language="python",
    )
    told = {"PLOTLY_RENDERER": "plotly_mimetype", errors.WHOLE: "1", record.UNSEEN: "1"}
    # A kernel imports what lies beside the notebook.
    with _environment(told), chdir(path.parent):
        done = papermill_engines.execute_notebook_with_engine(
            name,
            remove_error_markers(notebook),
            kernel_name="python3",
            input_path=str(path),
            progress_bar=False,
            log_output=False,
            autosave_cell_every=0,
            execution_timeout=task.timeout,
        )
    raise_for_execution_errors(done, None)
    return done


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """What a chapter's kernel is told; the process that asked for it may go on to other things."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def forked_engine() -> type:
    """The forked engine's class; papermill must be imported before its module."""
    import papermill  # noqa: F401 - see cspanalysis.report.forked

    from cspanalysis.report.forked import ForkedEngine

    return ForkedEngine


def one_process() -> AbstractContextManager[None]:
    """Within it the chapters run one after the other in one process (`forked.one_child`)."""
    import papermill  # noqa: F401 - as above

    from cspanalysis.report import forked

    return forked.one_child()


def _unfinished(notebook: Mapping[str, Any]) -> str:
    """Papermill takes `sys.exit()` in a cell for a good end; the rest would be missing."""
    for number, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] != "code" or not cell["source"].strip():
            continue
        if cell.get("execution_count") is None or any(
            o["output_type"] == "error" for o in cell["outputs"]
        ):
            return f"It ended before its last cell (cell {number})."
    return ""


def _reason(error: Exception, task: ChapterTask) -> tuple[str, str]:
    """Words for the page, and the details for the terminal and the log of a debug run."""
    kind = type(error).__name__
    if kind == "PapermillExecutionError":
        trace = "\n".join(error.traceback) or f"{error.ename}: {error.evalue}"
        if error.ename in _FOR_USERS:
            return error.evalue, trace
        return f"Its code stopped with an error ({error.ename}).", trace
    if kind == "CellTimeoutError":
        return f"A step took longer than {task.timeout:g} seconds and was stopped.", str(error)
    if kind == "DeadKernelError":
        return "Its process ended without an answer.", str(error)
    return f"It could not be run ({kind}).", f"{kind}: {error}"


def _failed(chapter: Chapter, reason: str, trace: str = "") -> Rendered:
    return Rendered(
        chapter.key, chapter.slug, chapter.title, failure=collect.clean(reason), trace=trace
    )
