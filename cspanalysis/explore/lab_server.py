"""`csp lab`: JupyterLab on a workspace's notebooks, with whatever options are meant for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cspanalysis.explore import documentation


def run(notebooks: Path, options: Sequence[str] = ()) -> int:
    """Become JupyterLab, or wait for it where a process cannot become another (Windows).

    `notebooks`: the folder to begin in; its parent is as far as the file browser goes. `options`:
    JupyterLab's own, after ours and so before them. Returns: its exit code.
    """
    command = arguments(notebooks, options)
    if sys.platform != "win32":
        sys.stdout.flush()
        # The same process: what ends the command ends its server, whatever signal it is sent.
        os.execv(command[0], command)
    server = subprocess.Popen(command)
    try:
        return server.wait()
    except KeyboardInterrupt:
        # The server was interrupted too and ends by itself.
        return server.wait()
    finally:
        if server.poll() is None:
            server.terminate()


def arguments(notebooks: Path, options: Sequence[str] = ()) -> list[str]:
    """The command that starts JupyterLab."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={notebooks.parent}",
        f"--LabApp.default_url=/lab/tree/{notebooks.name}",
        *(_handed_out(pages) if (pages := documentation.folder()) else []),
        # In a container there is often no other user; JupyterLab refuses root unless it is told.
        *(["--allow-root"] if as_root else []),
        *options,
    ]


def _handed_out(pages: Path) -> list[str]:
    """Options by which the server hands out the documentation, and its page says so."""
    said = {"page_config_data": {"cspDocumentation": "true"}}
    return [f"--ServerApp.extra_static_paths={pages}", f"--ServerApp.tornado_settings={said}"]
