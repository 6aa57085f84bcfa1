"""Writing so that nothing half-written is ever taken for good: temporary name, flush, rename."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

SUFFIX = ".part"


def atomically(path: Path, write: Callable[[BinaryIO], object], *, sync: bool = True) -> None:
    """Write a file under a temporary name and rename it once it is safely on disk.

    `path`: its final name; the folder is made. `write`: given the open binary file. `sync`: wait
    until it is on disk before renaming; without, `settle` has to follow.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}{SUFFIX}")
    try:
        with temporary.open("wb") as stream:
            write(stream)
            stream.flush()
            if sync:
                os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def settle(paths: Iterable[Path]) -> None:
    """Wait until files are on disk: once for many, before something that names them is written."""

    def one(path: Path) -> None:
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())

    # Side by side, so that the disk takes many in one go: a quarter of the time for 500 files.
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(one, paths):
            pass


@contextmanager
def held_back(path: Path, content: str) -> Iterator[int]:
    """Write text as UTF-8 to the disk, but let it take its place only when the block has ended."""
    encoded = content.encode("utf-8")
    temporary = path.with_name(f"{path.name}.{os.getpid()}.held{SUFFIX}")
    atomically(temporary, lambda stream: stream.write(encoded))
    try:
        yield len(encoded)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def text(path: Path, content: str) -> None:
    """Write text as UTF-8, atomically, with LF line ends on every system."""
    atomically(path, lambda stream: stream.write(content.encode("utf-8")))
