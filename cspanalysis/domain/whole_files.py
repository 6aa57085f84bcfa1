"""Writing so that nothing half-written is ever taken for good: temporary name, flush, rename."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

SUFFIX = ".part"
_TEMPORARY = re.compile(rf"\.(\d+)(?:\.held)?\{SUFFIX}$")
_OS_ERROR = re.compile(r"\(os error (\d+)\)")


def atomically(path: Path, write: Callable[[BinaryIO], object], *, sync: bool = True) -> None:
    """Write a file under a temporary name and rename it once it is safely on disk.

    `path`: its final name; the folder is made. `write`: given the open binary file. `sync`: wait
    until it is on disk before renaming; without, `settle` has to follow.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}{SUFFIX}")
    try:
        with temporary.open("wb") as stream:
            final = own(temporary)
            write(stream)
            stream.flush()
            if sync:
                os.fsync(stream.fileno())
        temporary.chmod(final)
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        # A full disk does not say which file; engines wrap what it said in errors of theirs.
        number = error.errno if isinstance(error, OSError) and not error.filename else None
        if not isinstance(error, OSError) and (told := _OS_ERROR.search(str(error))):
            number = int(told[1])
        if number is not None:
            raise OSError(number, os.strerror(number), str(path)) from error
        raise


def sweep(folder: Path) -> None:
    """Remove what killed runs left half-written below a folder; that of runs at work stays."""
    for path in folder.rglob(f"*{SUFFIX}"):
        found = _TEMPORARY.search(path.name)
        if found and not _is_running(int(found[1])):
            path.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if os.name != "posix":
        return True  # asking would end it
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def own(temporary: Path) -> int:
    """Leave a file or folder that is being written to its owner alone; gives the rights it had."""
    given = stat.S_IMODE(temporary.stat().st_mode)
    temporary.chmod(given & stat.S_IRWXU)
    return given


def stamp(path: Path) -> list[int]:
    """Size of a file and the times of its content and of its last change; [] where there is none.

    A program may set the first time back; the second one (on POSIX) only the system sets.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return []
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns]


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
def held_back(path: Path, content: str) -> Iterator[str]:
    """Write text as UTF-8 to the disk, but let it take its place only when the block has ended.

    Gives the SHA-256 of what is written.
    """
    encoded = content.encode("utf-8")
    temporary = path.with_name(f"{path.name}.{os.getpid()}.held{SUFFIX}")
    atomically(temporary, lambda stream: stream.write(encoded))
    try:
        yield hashlib.sha256(encoded).hexdigest()
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def text(path: Path, content: str) -> None:
    """Write text as UTF-8, atomically, with LF line ends on every system."""
    atomically(path, lambda stream: stream.write(content.encode("utf-8")))
