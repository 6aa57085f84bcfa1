"""A folder that is written aside and takes the old one's place in one step.

Whatever happens meanwhile (an error, a full disk, kill -9), readers see the old folder or the
new one, whole. Left-overs of a killed run are cleared, or put back, by the next one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import CspError, UsageError, paragraph

_NEW, _OLD = ".new-", ".old-"
#: Locks of the folder of reports, and of the runs of parts of all areas; how long one of these
#: waits for another that begins at the same moment.
_LOCK, _PART, _AT_ONCE_S = ".csp-review.lock", ".csp-review-part-", 30


def check_writable(out: Path) -> None:
    """Refuses a folder for reports that could not be written; makes nothing."""
    nearest = next(p for p in (out, *out.absolute().parents) if p.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return
    raise CspError(
        paragraph(
            "reports cannot be written here ("
            + ("not permitted" if nearest.is_dir() else "this is no folder")
            + ")",
            file=nearest,
            do="Check its permissions, or give another folder with --out. The last good output is "
            "untouched.",
        )
    )


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A temporary folder beside `target` that replaces it if the block ends without an error."""
    fresh = _beside(target)
    try:
        given = whole_files.own(fresh)
        yield fresh
        fresh.chmod(given)
        swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def try_out(target: Path) -> None:
    """Raises the OSError that `replacing` would, before there is anything to write."""
    _beside(target).rmdir()


def _beside(target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    recover(target)
    fresh = target.parent / f"{_NEW}{target.name}"
    fresh.mkdir()
    return fresh


def swap(fresh: Path, target: Path) -> None:
    """Put `fresh` in the place of `target`; what stood there lies in `fresh` or is gone."""
    if not target.exists():
        fresh.rename(target)
        return
    if _exchange(fresh, target):
        return
    # Two renames: between them the old folder stands aside, where `recover` finds it.
    old = target.parent / f"{_OLD}{target.name}"
    target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def recover(target: Path) -> None:
    """Clear what a killed run left beside `target`, putting the last good folder back."""
    old = target.parent / f"{_OLD}{target.name}"
    if old.exists():
        if not target.exists():
            old.rename(target)
        else:
            shutil.rmtree(old)
    fresh = target.parent / f"{_NEW}{target.name}"
    if fresh.exists():
        shutil.rmtree(fresh)


def write_file(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file, given whole or in parts, aside and rename it into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{_NEW}{path.name}")
    try:
        fresh.touch()
        given = whole_files.own(fresh)
        if isinstance(content, bytes):
            fresh.write_bytes(content)
        else:
            with fresh.open("wb") as stream:
                stream.writelines(content)
        fresh.chmod(given)
        fresh.replace(path)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


@contextmanager
def locked(out: Path, shard: str = "") -> Iterator[None]:
    """Hold the output folder for this run; parts of all areas may write at the same time.

    A run holds the folder's own lock. One of a part ('3/8') holds that only to begin with, and then
    the lock of its part; a run of everything waits for no part, but is refused beside one.
    """
    out.mkdir(parents=True, exist_ok=True)
    whole = _held(out, _LOCK, _AT_ONCE_S if shard else 0)
    try:
        if shard:
            part = _held(out, f"{_PART}{shard.replace('/', '-of-')}.lock", 0)
            whole.release()
            whole = part
        else:
            for path in out.glob(f"{_PART}*.lock"):
                _held(out, path.name, 0).release()
        yield
    finally:
        whole.release()


def _held(out: Path, name: str, wait: float) -> FileLock:
    lock = FileLock(out / name)
    try:
        lock.acquire(timeout=wait)
    except Timeout:
        raise UsageError(
            paragraph(
                "another review is writing here",
                file=out,
                do="Wait for it to end, or give this one its own folder with --out.",
            )
        ) from None
    return lock


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step where the system can (Linux); False if it cannot."""
    if sys.platform != "linux":
        return False
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    at_cwd, exchange = -100, 2
    return renameat2(at_cwd, os.fsencode(one), at_cwd, os.fsencode(other), exchange) == 0
