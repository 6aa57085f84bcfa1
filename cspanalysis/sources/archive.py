"""Opening raw files: plain or gzipped text, members of a zip archive, sheets of a workbook.

Nothing is ever unpacked to disk. An archive that would not open, that holds absurdly many members
or that would swell beyond reason is refused; a single member that is a link or has an unsafe path
is set aside with a message, and the rest is read.
"""

from __future__ import annotations

import errno
import functools
import gzip
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from cspanalysis.domain.errors import DataRefused, paragraph

TEXT_SUFFIXES = (".csv", ".txt", ".tsv")
SHEET_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
MAX_MEMBERS = 20_000
#: Why a member is not read that is no table, or another source's.
NOT_ITS = "not a table of this source"
#: CSV deflates by five to twenty times; beyond this ratio a large member is no table.
MAX_RATIO = 150
MAX_UNPACKED = 4 * 1024**3
_RATIO_APPLIES_FROM = 32 * 1024**2


@dataclass(frozen=True)
class Part:
    """One table-like part of a raw file: the file itself, a member of a zip, or a sheet.

    Parameters
    ----------
    path : pathlib.Path
        The raw file.
    file : str
        Name used in messages and in the column `file`, relative to the source's raw folder.
    member : str
        Name inside the archive or of the sheet; '' for a plain file.
    check : str
        What tells one content from another without reading it (checksum and size of a member);
        '' where only the file's own hash does.
    """

    path: Path
    file: str
    member: str = ""
    check: str = ""

    @property
    def label(self) -> str:
        """`archive.zip/2025-01/name.csv`, or the file's name."""
        return f"{self.file}/{self.member}" if self.member else self.file

    @property
    def is_sheet(self) -> bool:
        """True for a part of a spreadsheet workbook."""
        return self.path.suffix.lower() in SHEET_SUFFIXES

    @property
    def name(self) -> str:
        """The last part of the member's or file's name."""
        return (self.member or self.file).rpartition("/")[-1]

    @property
    def size(self) -> int | None:
        """Bytes it unpacks to, as far as that can be known without unpacking it."""
        suffix = self.path.suffix.lower()
        if suffix == ".zip":
            return int(self.check.rpartition("-")[2]) if self.check else None
        return None if suffix == ".gz" or self.is_sheet else self.path.stat().st_size

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The part's bytes, unpacked as they are read; refused if damaged or beyond reason."""
        try:
            if self.path.suffix.lower() == ".zip":
                # The directory of a large archive takes longer to read than a member: keep it open.
                with _opened(self) as stream:
                    yield cast("BinaryIO", stream)
            elif self.path.suffix.lower() == ".gz":
                with gzip.open(self.path, "rb") as stream:
                    yield cast("BinaryIO", _Limited(stream, self))
            else:
                with self.path.open("rb") as stream:
                    yield stream
        except (
            zipfile.BadZipFile,
            gzip.BadGzipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
        ) as error:
            raise _damaged(self.label, error) from error
        except RuntimeError as error:  # how zipfile says that a member is encrypted
            raise DataRefused(
                paragraph(
                    f"cannot be unpacked ({error})",
                    file=self.label,
                    allowed="archives without a password",
                    do="Unpack it and put the files in the folder.",
                )
            ) from error


@functools.lru_cache(maxsize=2)
def _archive(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(path)


def _opened(part: Part) -> IO[bytes]:
    """A member's stream; an archive whose directory is nonsense fails in many ways."""
    try:
        return _archive(part.path).open(part.member)
    except (KeyError, ValueError, OverflowError, struct.error) as error:
        raise zipfile.BadZipFile(str(error)) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file's beginning
            raise
        raise zipfile.BadZipFile(str(error)) from error


def member(part: Part) -> zipfile.ZipInfo:
    """What an archive's directory says of a part."""
    return _archive(part.path).getinfo(part.member)


def close() -> None:
    """Let go of archives kept open."""
    _archive.cache_clear()


class _Limited:
    """A gzip stream that refuses to swell beyond reason."""

    def __init__(self, stream: gzip.GzipFile, part: Part):
        self._stream, self._part, self._given = stream, part, 0
        self._limit = max(_RATIO_APPLIES_FROM, MAX_RATIO * part.path.stat().st_size)

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes."""
        data = self._stream.read(size)
        self._given += len(data)
        if self._given > min(self._limit, MAX_UNPACKED):
            raise _swollen(self._part.label)
        return data


def parts(
    path: Path, file: str, others: tuple[str, ...] = (), endings: tuple[str, ...] = ()
) -> tuple[list[Part], list[tuple[str, str]]]:
    """The parts of a raw file that may hold tables, and the members set aside, with the reason.

    Members whose names end in `others` are tables, but not the source's. A source whose files are
    no tables names their `endings`. Refused is what is no archive or workbook of its kind, and an
    archive that is unsafe as a whole.
    """
    suffix = path.suffix.lower()
    if endings and path.name.lower().removesuffix(".gz").endswith(endings):
        return [Part(path, file)], []
    if suffix == ".zip":
        return _members(path, file, others)
    if suffix in SHEET_SUFFIXES:
        return [Part(path, file)], []
    if suffix in TEXT_SUFFIXES or (
        suffix == ".gz" and Path(path.stem).suffix.lower() in TEXT_SUFFIXES
    ):
        return [Part(path, file)], []
    raise DataRefused(
        paragraph(
            f"files ending in '{suffix or path.name}' cannot be read",
            file=file,
            allowed="csv, txt, tsv, csv.gz, zip of csv, xlsx, xls, ods",
            do="Save it as one of these, or move it out of data/raw.",
        )
    )


def _members(
    path: Path, file: str, others: tuple[str, ...]
) -> tuple[list[Part], list[tuple[str, str]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except (
        zipfile.BadZipFile,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        OverflowError,
        struct.error,
    ) as error:
        raise _damaged(file, error) from error
    if len(infos) > MAX_MEMBERS:
        raise DataRefused(
            paragraph(
                f"the archive holds {len(infos):,} members",
                file=file,
                allowed=f"at most {MAX_MEMBERS:,}",
                do="Unpack what is needed and zip that.",
            )
        )
    found, refused, seen = [], [], set()
    for info in infos:
        name = info.filename
        if info.is_dir():
            continue
        if reason := _unsafe(info):
            refused.append((name, reason))
            continue
        if (
            info.file_size > _RATIO_APPLIES_FROM
            and info.file_size > MAX_RATIO * max(info.compress_size, 1)
        ) or info.file_size > MAX_UNPACKED:
            raise _swollen(f"{file}/{name}")
        if name in seen:
            refused.append((name, "a second member of the same name"))
            continue
        seen.add(name)
        hidden = PurePosixPath(name).name.startswith(".") or name.startswith("__MACOSX/")
        is_other = others and name.lower().endswith(others)
        if hidden or is_other or not name.lower().endswith(TEXT_SUFFIXES):
            if not hidden:
                refused.append((name, NOT_ITS))
            continue
        found.append(Part(path, file, name, f"{info.CRC:08x}-{info.file_size}"))
    return found, refused


def _unsafe(info: zipfile.ZipInfo) -> str:
    """Why a member must not be trusted, or ''."""
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or name[1:2] == ":" or ".." in PurePosixPath(name).parts:
        return "its path leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "it is a link, not a file"
    if info.flag_bits & 0x1:
        return "it is encrypted"
    return ""


def _damaged(file: str, error: Exception) -> DataRefused:
    return DataRefused(
        paragraph(
            f"the archive is damaged or cut short ({error or type(error).__name__})",
            file=file,
            do="Fetch the file again; data cleaned before stay as they were.",
        )
    )


def _swollen(file: str) -> DataRefused:
    return DataRefused(
        paragraph(
            "unpacks to absurdly much for its size and was not read",
            file=file,
            allowed=f"up to {MAX_RATIO} times its packed size and {MAX_UNPACKED // 1024**3} GB",
            do="Check where it comes from; unpack it yourself if it is genuine.",
        )
    )
