"""Cleaning: raw files → typed tables, with the account of every row.

File by file, in bounded memory; a part that has not changed since it was last read is not read
again. Tables get new names, the manifest that names them is written last: until then, and after
any failure, the last good state is what counts.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cspanalysis import survey
from cspanalysis.errors import CspError, UsageError, paragraph
from cspanalysis.store import Store, manifest

if TYPE_CHECKING:
    from cspanalysis.workspace import Workspace

LOCK = ".lock"
_WAIT_S = 900.0


@dataclass(frozen=True)
class CleanReport:
    """What a cleaning did.

    Parameters
    ----------
    account : pandas.DataFrame
        source, files, parts, rows_read, rows_kept, rows_set_aside, rows_noted; one row per source.
    notices : tuple of str
        What should be looked at.
    parts_read : int
        Parts read in this run; the others had not changed.
    is_check : bool
        Nothing was written.
    """

    account: pd.DataFrame
    notices: tuple[str, ...]
    parts_read: int
    is_check: bool = False

    def text(self) -> str:
        """The account in plain lines."""
        if self.account.empty:
            lines = ["No raw files. Put them into data/raw/<source>/ and run csp clean again."]
        else:
            lines = [
                f"{row.source}: {row.rows_read:,} rows read = {row.rows_kept:,} kept + "
                f"{row.rows_set_aside:,} set aside ({row.files} files; {row.rows_noted:,} remarks)"
                for row in self.account.itertuples()
            ]
        lines += [f"Notice: {notice}" for notice in self.notices]
        if self.is_check:
            lines.append("Checked only; nothing was written.")
        elif (self.account["rows_set_aside"].sum() + self.account["rows_noted"].sum()) > 0:
            lines.append("Each set-aside row and remark is listed in data/processed/problems.csv.")
        return "\n".join(lines)


def clean(
    root: Path,
    settings: Mapping[str, Any],
    *,
    check: bool = False,
    report: Callable[[str], object] = lambda line: None,
) -> CleanReport:
    """Clean what changed in a workspace.

    Parameters
    ----------
    root : pathlib.Path
        The workspace's folder.
    settings : mapping
        partnership.toml; the section `sources` maps headings and values.
    check : bool
        Read and account for everything that changed, but write nothing.
    report : callable
        Given one plain line per raw file read.

    Raises
    ------
    DataRefused
        If a raw file cannot be accepted; the data cleaned before stay as they were.
    UsageError
        If another run is cleaning this workspace.
    CspError
        If the disk is full or the folder cannot be written.
    """
    return _run(Path(root), settings, check=check, report=report, wait=0)


def ready(
    workspace: Workspace,
    *,
    clean_first: bool = True,
    report: Callable[[str], object] = lambda line: None,
) -> Store:
    """The store of a workspace, cleaned first if anything changed.

    Where nothing did, the check costs a listing of data/raw and writes nothing, so any number of
    notebooks may call it at once; where something did, the first cleans and the others wait.
    """
    processed = workspace.processed
    if clean_first and not survey.is_current(workspace.root, workspace.settings):
        _run(workspace.root, workspace.settings, check=False, report=report, wait=_WAIT_S)
    return Store(processed)


def _run(
    root: Path,
    settings: Mapping[str, Any],
    *,
    check: bool,
    report: Callable[[str], object],
    wait: float,
) -> CleanReport:
    processed = root / "data" / "processed"
    try:
        if check:
            return _clean(root, settings, check, report)
        with _lock(processed, wait):
            if survey.is_current(root, settings):
                known = manifest(processed)
                return CleanReport(_account(known["parts"]), tuple(known["notices"]), 0)
            return _clean(root, settings, check, report)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            said, do = "the disk is full", "Free some space and run it again."
        elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            said, do = f"not permitted ({error.strerror})", "Check the folder's permissions."
        else:
            raise
        raise CspError(
            paragraph(
                said,
                file=error.filename or processed,
                do=f"{do} Data cleaned before stay as they were.",
            )
        ) from error


def _lock(processed: Path, wait: float) -> Any:
    import filelock

    processed.mkdir(parents=True, exist_ok=True)
    try:
        return filelock.FileLock(processed / LOCK).acquire(timeout=wait)
    except filelock.Timeout as error:
        raise UsageError(
            paragraph(
                "another run is cleaning this workspace",
                file=processed,
                do="Wait until it has ended and run this again.",
            )
        ) from error


def _clean(
    root: Path, settings: Mapping[str, Any], check: bool, report: Callable[[str], object]
) -> CleanReport:
    # Imported late: polars starts threads, which a process that only loads tables must not have.
    from cspanalysis import ingest

    done = ingest.run(root, settings, write=not check, report=report)
    return CleanReport(
        _account(done.manifest["parts"]), tuple(done.manifest["notices"]), done.parts_read, check
    )


def _account(parts: Mapping[str, Any]) -> pd.DataFrame:
    sums = ["rows_read", "rows_kept", "rows_set_aside", "rows_noted"]
    table = pd.DataFrame(
        [[p["source"], p["file"], *(p[c] for c in sums)] for p in parts.values()],
        columns=["source", "file", *sums],
    )
    by_source = table.groupby("source", sort=False, as_index=False)
    counted = by_source.agg(
        files=("file", "nunique"), parts=("file", "size"), **{c: (c, "sum") for c in sums}
    )
    return counted
