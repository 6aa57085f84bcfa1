"""The desk of somebody who types what the documentation says: a folder and a shell."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

#: A line of an example that stands for any number of lines left out.
LEFT_OUT = "…"


@dataclass(frozen=True)
class Desk:
    """A folder in which commands are typed.

    Parameters
    ----------
    root : pathlib.Path
        The folder; `csp` is found, and `.venv` is there as after `make review`.
    """

    root: Path

    def __post_init__(self):
        (self.root / ".venv").symlink_to(sys.prefix, target_is_directory=True)

    def type(self, line: str) -> tuple[int, list[str]]:
        """Exit code and what was printed, with addresses as seen from the folder."""
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
        }
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.root, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        said = done.stdout.replace(f"{self.root.resolve()}/", "")
        return done.returncode, said.splitlines()


def as_anybody() -> list[str]:
    """What goes before a command that must not write where permissions forbid it."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("needs setpriv, where the tests run as root")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def typed(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with what the page prints after it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def agrees(printed: list[str], said: list[str]) -> bool:
    """Whether a page prints what a command said, in order, left-out lines allowed for."""
    parts = [r".*\n" if line == LEFT_OUT else re.escape(line) + r"\n" for line in printed]
    pattern = "".join(f"(?:{part})*?" if part == r".*\n" else part for part in parts)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in said)) is not None
