"""The forked papermill engine keeps what kernels give: outputs, errors, time-outs, isolation."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import papermill_engines
from papermill.exceptions import PapermillExecutionError

from cspanalysis.report import chapter_run, engine
from cspanalysis.report.notebooks import Chapter

pytestmark = pytest.mark.skipif(not engine.can_fork(), reason="forks are POSIX only")


@pytest.fixture(scope="module", autouse=True)
def registered():
    papermill_engines.register(engine.NAME, chapter_run.forked_engine())


def run(tmp_path, *cells, name=engine.NAME, **more):
    """Execute the cells and return the notebook."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    notebook.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "P"}
    path = tmp_path / "in.ipynb"
    nbformat.write(notebook, path)
    return papermill.execute_notebook(
        str(path), None, engine_name=name, kernel_name="python3", language="python",
        progress_bar=False, **more,
    )  # fmt: skip


CELLS = (
    "x = 40\nprint('one')\nprint('two')",
    "import sys\nprint('out')\nprint('err', file=sys.stderr)\nx + 2",
    "display({'text/plain': 'shown', 'application/x+json': {'a': [1]}}, raw=True)\nprint('after')",
    "%timeit -n1 -r1 pass\nimport asyncio\nawait asyncio.sleep(0)\n_ = 3;",
)


def test_outputs_equal_those_of_a_real_kernel(tmp_path):
    def plain(notebook):
        outputs = [[dict(o) for o in c.outputs] for c in notebook.cells]
        outputs[3] = [o["output_type"] for o in outputs[3]]  # a timing
        return outputs

    forked = run(tmp_path, *CELLS)
    kernel = run(tmp_path, *CELLS, name=None)
    assert plain(forked) == plain(kernel)
    assert [c.execution_count for c in forked.cells] == [1, 2, 3, 4]


def test_text_written_by_compiled_code_is_kept(tmp_path):
    notebook = run(tmp_path, "import os; os.write(1, b'below Python\\n'); None", "print('next')")
    assert notebook.cells[0].outputs[0]["text"] == "below Python\n"
    assert notebook.cells[1].outputs[0]["text"] == "next\n"


def test_an_error_carries_its_whole_traceback_and_stops_the_notebook(tmp_path):
    with pytest.raises(PapermillExecutionError) as caught:
        run(tmp_path, "def inner():\n    return {}['missing']", "inner()", "print('never')")
    assert caught.value.ename == "KeyError"
    text = "\n".join(caught.value.traceback)
    assert "inner()" in text and "return {}['missing']" in text


def test_a_syntax_error_is_an_error(tmp_path):
    with pytest.raises(PapermillExecutionError) as caught:
        run(tmp_path, "x = (")
    assert caught.value.ename == "SyntaxError"


def _ended(pid: int) -> bool:
    """True once the process is gone, or killed and only not yet noticed by its parent."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        state = Path(f"/proc/{pid}/stat")
        if state.is_file() and ") Z " in state.read_text():
            return True
        time.sleep(0.02)
    return False


def test_a_time_out_ends_the_child_and_all_it_started(tmp_path):
    note = tmp_path / "pids"
    code = (
        "import os, pathlib, subprocess\n"
        "other = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(note)!r}).write_text(f'{{os.getpid()}} {{other.pid}}')\n"
        "while True: pass"
    )
    for limit in (0.7, 7, 70):  # on a busy machine the first may pass before the cell has begun
        with pytest.raises(CellTimeoutError):
            run(tmp_path, code, execution_timeout=limit)
        if note.exists() and len(note.read_text().split()) == 2:
            break
    assert all(_ended(int(pid)) for pid in note.read_text().split())


def test_a_child_that_dies_is_told_from_one_that_fails(tmp_path):
    with pytest.raises(DeadKernelError):
        run(tmp_path, "import os; os.kill(os.getpid(), 9)")


def test_one_notebook_does_not_see_anothers_names_or_changes(tmp_path):
    run(tmp_path, "import math; math.pi = 3; secret = 1")
    notebook = run(tmp_path, "import math; print(math.pi > 3.1, 'secret' in globals())")
    assert notebook.cells[0].outputs[0]["text"] == "True False\n"


def test_a_chapter_leaves_the_environment_of_its_process_as_it_was(tmp_path, monkeypatch):
    """A notebook from which a review is written goes on plotting and telling errors shortly."""
    monkeypatch.delenv("CSP_TRACEBACK", raising=False)
    monkeypatch.setenv("PLOTLY_RENDERER", "svg")
    before = dict(os.environ)
    cell = "import os\nprint(os.environ['CSP_TRACEBACK'], os.environ['PLOTLY_RENDERER'])\n1 / 0"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    notebook.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "P"}
    nbformat.write(notebook, tmp_path / "05_one.ipynb")
    task = chapter_run.ChapterTask(Chapter(tmp_path / "05_one.ipynb"), {}, engine.NAME, 60)
    assert chapter_run.execute(task).failure
    assert {k: v for k, v in os.environ.items() if before.get(k) != v} == {}
    assert before.keys() <= os.environ.keys()


def test_an_interrupt_reaches_the_caller_and_ends_the_child(tmp_path):
    note = tmp_path / "pid"
    code = (
        "import os, pathlib, signal, time\n"
        f"pathlib.Path({str(note)!r}).write_text(str(os.getpid()))\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "time.sleep(600)"
    )
    # A process begun in the background of a shell ignores interrupts unless told otherwise.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, code)
    finally:
        signal.signal(signal.SIGINT, before)
    assert _ended(int(note.read_text()))


def test_notebooks_in_one_child_share_what_is_imported_and_no_names(tmp_path):
    first = ("import os, tokenize\ntokenize.kept = 1\nx = 1\nos.environ['LEFT'] = '1'\n"
             "os.chdir('/')\nprint(os.getpid())")  # fmt: skip
    then = ("import os, tokenize\nprint(os.getpid())\n"
            "print(tokenize.kept, 'x' in dir(), 'LEFT' in os.environ, os.getcwd())")  # fmt: skip
    with chapter_run.one_process():
        one, two = run(tmp_path, first), run(tmp_path, then, "1 + 1")
        with pytest.raises(PapermillExecutionError):
            run(tmp_path, "y = 1", "1 / 0")
        three = run(tmp_path, "import os, tokenize\nprint(os.getpid(), hasattr(tokenize, 'kept'))")
    pid = one.cells[0].outputs[0]["text"].strip()
    assert two.cells[0].outputs[0]["text"].split() == [pid, "1", "False", "False", str(Path.cwd())]
    assert two.cells[1].outputs[0]["data"]["text/plain"] == "2"
    assert [c.execution_count for c in two.cells] == [1, 2]
    # After a notebook that fails the next has a new one, and the last of them ends with the block.
    other, is_kept = three.cells[0].outputs[0]["text"].split()
    assert other != pid and is_kept == "False"
    for number in (pid, other):
        with pytest.raises(ProcessLookupError):
            os.kill(int(number), 0)


def test_what_a_magic_runs_is_compiled_each_time(tmp_path):
    """It calls all texts alike: '<timed exec>', '<magic-timeit>'."""
    cells = (
        "%%time\nfound = 1",
        "%%time\nfound = 2",
        "found",
        "%time found + 1",
        "%time found + 2",
    )
    notebook = run(tmp_path, *cells)
    results = [
        o["data"]["text/plain"]
        for cell in notebook.cells
        for o in cell.get("outputs", ())
        if o["output_type"] == "execute_result"
    ]
    assert results == ["2", "3", "4"]


def test_a_chapter_is_read_without_what_it_is_stored_with_and_not_changed(tmp_path):
    cell = nbformat.v4.new_code_cell("seen = 'here'\nprint(seen)")
    cell.outputs = [nbformat.v4.new_output("stream", text="of long ago")]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "05_one.ipynb")
    chapter = Chapter(tmp_path / "05_one.ipynb")
    assert [c.outputs for c in chapter.notebook.cells] == [[]]
    before = nbformat.writes(chapter.notebook)
    task = chapter_run.ChapterTask(chapter, {}, engine.NAME, 60)
    for _ in range(2):  # a batch runs it once for each area
        done = chapter_run._papermill(task)
        assert "of long ago" not in str(done) and "here" in str(done.cells[-1].outputs)
    assert nbformat.writes(chapter.notebook) == before
