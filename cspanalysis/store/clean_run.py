"""Cleaning: raw files → typed tables, with the account of every row.

File by file, in bounded memory; a part that has not changed since it was last read is not read
again. Tables get new names, the manifest that names them is written last: until then, and after
any failure, the last good state is what counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import CspError, UsageError, of_disk, paragraph
from cspanalysis.domain.problem_limits import CUT, LISTED
from cspanalysis.store import provenance, raw_folder
from cspanalysis.store.manifest import manifest, sweep

if TYPE_CHECKING:
    import pandas as pd

    from cspanalysis.store.tables import Store

LOCK = ".lock"
_ROWS = ("rows_read", "rows_kept", "rows_set_aside", "rows_noted")
_WAIT_S = 900.0


@dataclass(frozen=True)
class CleanReport:
    """What a cleaning did.

    Parameters
    ----------
    parts : mapping
        What the manifest says of each raw part.
    notices : tuple of str
        What should be looked at.
    labels_read : tuple of str
        Parts read in this run; the others had not changed.
    is_check : bool
        Nothing was written.
    """

    parts: Mapping[str, Any]
    notices: tuple[str, ...]
    labels_read: tuple[str, ...] = ()
    is_check: bool = False

    @property
    def parts_read(self) -> int:
        """How many parts were read in this run."""
        return len(self.labels_read)

    @property
    def account(self) -> pd.DataFrame:
        """source, files, parts, rows_read, rows_kept, rows_set_aside, rows_noted; by source."""
        import pandas as pd

        columns = ["source", "files", "parts", *_ROWS]
        return pd.DataFrame(self._sums(), columns=columns)

    def _sums(self) -> list[dict[str, Any]]:
        files: dict[str, set[str]] = {}
        sums: dict[str, dict[str, Any]] = {}
        for part in self.parts.values():
            source = part["source"]
            files.setdefault(source, set()).add(part["file"])
            one = sums.setdefault(source, {"source": source, **dict.fromkeys(("parts", *_ROWS), 0)})
            one["parts"] += 1
            for column in _ROWS:
                one[column] += part[column]
        return [{**one, "files": len(files[source])} for source, one in sums.items()]

    @property
    def _is_cut(self) -> bool:
        """Whether the list of problems lacks a line of its own for some row."""
        return any(count > LISTED for part in self.parts.values() for *_, count in part["problems"])

    def text(self) -> str:
        """The account in plain lines."""
        sums = self._sums()
        if not sums:
            lines = ["No raw files. Put them into data/raw/<source>/ and run csp clean again."]
        else:
            lines = [
                f"{s['source']}: {s['rows_read']:,} rows read = {s['rows_kept']:,} kept + "
                f"{s['rows_set_aside']:,} set aside ({s['files']} files; {s['rows_noted']:,} "
                "remarks)"
                for s in sums
            ]
        lines += [f"Notice: {notice}" for notice in self.notices]
        if self.is_check:
            lines.append("Checked only; nothing was written.")
        elif any(s["rows_set_aside"] + s["rows_noted"] for s in sums):
            lines.append(
                "Each set-aside row and remark is listed in data/processed/problems.csv"
                + (f"; {CUT}." if self._is_cut else ".")
            )
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


def ready(root: Path, settings: Mapping[str, Any]) -> Store:
    """The store of a workspace, cleaned first if anything changed.

    Where nothing did, the check costs a listing of data/raw and writes nothing, so any number of
    notebooks may call it at once; where something did, the first cleans and the others wait.
    """
    from cspanalysis.store import tables

    if root in _OneRun.stores:
        return _OneRun.stores[root]
    is_current = raw_folder.is_current
    if not is_current(root, settings) and not is_current(root, settings, by_content=True):
        _run(
            root,
            settings,
            check=False,
            report=lambda line: None,
            wait=_WAIT_S,
        )
    store = tables.opened(root / "data" / "processed")
    if _OneRun.is_it:
        _OneRun.stores[root] = store
    return store


class _OneRun:
    """Whether this process serves one run of reviews alone, and the stores it has looked at."""

    is_it: ClassVar[bool] = False
    stores: ClassVar[dict[Path, Store]] = {}


def one_run() -> None:
    """From here on this process serves one run, whose data are what they were at its first look."""
    _OneRun.is_it = True


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
            if raw_folder.is_current(root, settings):
                known = manifest(processed)
                # A run that was cut short after its manifest left what the manifest replaces.
                sweep(processed, known)
                return CleanReport(known["parts"], tuple(known["notices"]))
            return _clean(root, settings, check, report)
    except OSError as error:
        kept = "Data cleaned before stay as they were."
        raise CspError(of_disk(error, file=processed, kept=kept)) from error


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
    with ThreadPoolExecutor(1) as pool:
        # An archive of hundreds of megabytes is hashed while the engine is imported.
        hashes = {
            (path, *stamp): pool.submit(provenance.sha256, path)
            for path, stamp in raw_folder.changed(root)
        }

        def hashed(path: Path) -> str:
            ahead = hashes.get((path, *whole_files.stamp(path)))
            return ahead.result() if ahead else provenance.sha256(path)

        try:
            # Imported late: polars starts threads, which a process that only loads tables must not
            # have.
            from cspanalysis.store.build import Build

            build = Build(root, settings, not check, report, hashed)
            build.run()
        finally:
            pool.shutdown(cancel_futures=True)
    return CleanReport(build.parts, tuple(build.notices), tuple(build.labels_read), check)
