"""The errors a user can meet, each with the exit code that contract and shell scripts rely on.

A message is one plain paragraph: file, row and column where they apply, what was found, what is
allowed, what to do. The command line prints the message alone; `--debug` adds the traceback. So
does a notebook, in the words of its calls; `%env CSP_TRACEBACK=1` there adds the traceback.
"""

from __future__ import annotations

import errno
import os
import re
import traceback
from collections.abc import Iterable

#: Set to 1, a notebook shows the whole traceback of the errors below.
WHOLE = "CSP_TRACEBACK"
# An option by itself; those of a command that is spelt out stay as they are.
_OPTION = re.compile(r"(?<=\bwith )--(\w+) ([^\s,;]*[^\s,;.])")


class CspError(Exception):
    """Base of every error whose message is written for the user."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        if os.environ.get(WHOLE, "0") not in ("", "0"):
            return traceback.format_exception(self)
        return [in_calls(str(self))]


def in_calls(message: str) -> str:
    """A message with what it says of options as arguments of a call: `period="2025-01/2025-12"`."""
    return _OPTION.sub(r'\1="\2"', message)


class ChapterFailed(CspError):
    """An area or a chapter failed; the rest was written (exit code 1)."""

    exit_code = 1


class UsageError(CspError):
    """Wrong usage or settings: unknown parameter, area or period (exit code 2)."""

    exit_code = 2


class DataRefused(CspError):
    """A raw file cannot be accepted: missing column, wrong layout, changed hash (exit code 3)."""

    exit_code = 3


class DisclosureFailed(CspError):
    """A protected value could be recovered from what was published (exit code 4)."""

    exit_code = 4


class NotAvailable(CspError):
    """Data that a finding needs are not in the workspace; the chapter still renders.

    Parameters
    ----------
    needs : str or iterable of str
        Source names (raw folder names) any of which would supply the finding.
    detail : str, optional
        What exactly is missing, as a clause: 'no records before April 2006'.
    """

    def __init__(self, needs: str | Iterable[str], detail: str = ""):
        self.needs = (needs,) if isinstance(needs, str) else tuple(needs)
        self.detail = detail
        super().__init__(detail or f"needs {' or '.join(self.needs)}")


#: What a disk, a folder or a network drive answers, what that means, and what to do.
_DISK: tuple[tuple[tuple[int, ...], str, str], ...] = (
    (
        (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)),
        "could not be written: the disk is full",
        "Free some space and run it again.",
    ),
    (
        (errno.EFBIG,),
        "could not be written: files may not grow so large here",
        "Use another disk, or have the limit raised.",
    ),
    (
        (errno.EACCES, errno.EPERM, errno.EROFS),
        "not permitted ({})",
        "Check the folder's permissions.",
    ),
    (
        tuple(
            getattr(errno, name)
            for name in ("EIO", "ENODEV", "ENXIO", "ESTALE", "ENOTCONN", "EHOSTDOWN", "ETIMEDOUT")
            if hasattr(errno, name)
        ),
        "the disk or network drive does not answer ({})",
        "Connect it again and run the same command.",
    ),
)


def of_disk(error: OSError, *, file: object = None, kept: str) -> str:
    """One plain paragraph on a file or folder that could not be read or written.

    `file`: where, if the error does not say. `kept`: what stays as it was, a whole sentence.
    """
    # Of a copy the second name is where it should have gone.
    where = error.filename2 or error.filename or file
    said = error.strerror or str(error) or type(error).__name__
    for numbers, found, do in _DISK:
        if error.errno in numbers:
            return paragraph(found.format(said), file=where, do=f"{do} {kept}")
    return paragraph(said, file=where, do=kept)


def paragraph(
    found: str,
    *,
    file: object = None,
    row: int | None = None,
    column: str | None = None,
    allowed: str = "",
    do: str = "",
) -> str:
    """One plain paragraph: where, what was found, what is allowed, what to do."""
    where = ", ".join(
        part
        for part in (
            str(file) if file is not None else "",
            f"row {row}" if row is not None else "",
            f"column '{column}'" if column else "",
        )
        if part
    )
    sentences = [f"{where}: {found}" if where else found]
    if allowed:
        sentences.append(f"Allowed: {allowed}")
    if do:
        sentences.append(do)
    return " ".join(s if s.endswith((".", "?", "!")) else s + "." for s in sentences)
