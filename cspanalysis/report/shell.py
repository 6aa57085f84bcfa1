"""The child's side of the forked engine: an IPython shell whose outputs go down a pipe."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import io
import os
import signal
import sys
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from cspanalysis.report import engine


def serve(pipe: Connection) -> NoReturn:
    """Run the cells of the notebooks that arrive, answer each with its outputs, leave when the pipe
    closes."""
    code = 0
    try:
        os.setpgid(0, 0)
        die_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        _loop(pipe)
    except (EOFError, ConnectionError, KeyboardInterrupt):
        pass
    except BaseException:
        code = 1
    finally:
        # Not sys.exit: the parent's exit handlers and buffers are not this child's to run.
        os._exit(code)


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies; elsewhere the closed pipe does it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _loop(pipe: Connection) -> None:
    engine.settle()
    shell = _shell(pipe)
    folder, environment = Path.cwd(), dict(os.environ)
    with _Descriptors() as descriptors:
        sys.stdout, sys.stderr = _Stream(pipe, "stdout"), _Stream(pipe, "stderr")
        while True:
            asked = pipe.recv()
            if asked is None:  # a further notebook
                shell.reset(new_session=True)
                os.chdir(folder)
                os.environ.clear()
                os.environ.update(environment)
                continue
            for number, source in enumerate(asked, 1):
                shell.execution_count = number
                shell.failed = False
                result = shell.run_cell(source, store_history=False)
                sys.stdout.flush()
                sys.stderr.flush()
                for name, text in descriptors.new():
                    pipe.send(("stream", {"output_type": "stream", "name": name, "text": text}))
                has_failed = shell.failed or not result.success
                pipe.send(("done", has_failed))
                if has_failed:
                    break


class _Descriptors:
    """Catches what compiled code writes past Python, straight to descriptors 1 and 2."""

    def __enter__(self) -> _Descriptors:
        self.files = {}
        for number, name in ((1, "stdout"), (2, "stderr")):
            self.files[name] = tempfile.TemporaryFile()
            os.dup2(self.files[name].fileno(), number)
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files.values():
            file.close()

    def new(self) -> list[tuple[str, str]]:
        found = []
        for name, file in self.files.items():
            size = os.fstat(file.fileno()).st_size
            if size:
                text = os.pread(file.fileno(), size, 0).decode(errors="replace")
                os.ftruncate(file.fileno(), 0)
                os.lseek(file.fileno(), 0, os.SEEK_SET)
                found.append((name, text))
        return found


class _Stream(io.TextIOBase):
    """Standard output or error of a cell, sent line by line."""

    encoding = "utf-8"

    def __init__(self, pipe: Connection, name: str):
        self.pipe, self.name, self.held = pipe, name, ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.held += text
        if "\n" in text or len(self.held) > 8192:
            self.flush()
        return len(text)

    def flush(self) -> None:
        if self.held:
            text, self.held = self.held, ""
            self.pipe.send(("stream", {"output_type": "stream", "name": self.name, "text": text}))


def _shell(pipe: Connection) -> Any:
    from IPython.core.compilerop import CachingCompiler
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    def send(output: dict[str, Any]) -> None:
        sys.stdout.flush()  # what was printed before comes before
        sys.stderr.flush()
        pipe.send(("output", output))

    class Compiler(CachingCompiler):
        """Compiles each statement of a cell once: a cell's name is of its number and text."""

        def __init__(self):
            super().__init__()
            self.known = {}

        def __call__(self, source, filename, symbol, **how):
            if filename not in self._filename_map:  # a magic's, which calls all texts alike
                return super().__call__(source, filename, symbol, **how)
            key = (filename, symbol, source.body[0].lineno, source.body[0].col_offset)
            if key not in self.known:
                self.known[key] = super().__call__(source, filename, symbol, **how)
            return self.known[key]

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, *, transient=None, update=False, **_):
            send({"output_type": "display_data", "data": data, "metadata": metadata or {}})

        def clear_output(self, wait=False):
            """Outputs already sent stay."""

    class Hook(DisplayHook):
        def start_displayhook(self):
            """No prompt is printed."""

        def flush(self):
            """Let go of the last results, without collecting rubbish before every notebook."""
            self._, self.__, self.___ = "", "", ""

        def write_output_prompt(self):
            """No prompt is printed."""

        def write_format_data(self, format_dict, md_dict=None):
            send(
                {
                    "output_type": "execute_result",
                    "execution_count": self.shell.execution_count,
                    "data": format_dict,
                    "metadata": md_dict or {},
                }
            )

        def finish_displayhook(self):
            """No line end is printed."""

    class Shell(InteractiveShell):
        failed = False

        compiler_class = Compiler

        def _showtraceback(self, etype, evalue, stb):
            self.failed = True
            send(
                {
                    "output_type": "error",
                    "ename": etype.__name__,
                    "evalue": str(evalue),
                    "traceback": list(stb),
                }
            )

        def enable_gui(self, gui=None):
            """Notebooks here open no windows."""

    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Context"
    InteractiveShell.clear_instance()
    shell = Shell.instance(config=config, display_pub_class=Publisher, displayhook_class=Hook)
    # The cells of a chapter are run for one area after the other.
    magics = shell.input_transformer_manager
    magics.transform_cell = functools.cache(magics.transform_cell)
    _charts_as_json()
    return shell


def _charts_as_json() -> None:
    """Have Plotly put charts into the outputs, without its upload control."""
    os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"
    if "plotly.io" in sys.modules:
        sys.modules["plotly.io"].renderers.default = "plotly_mimetype"
