"""data.police.uk: the wanted force-months out of the bulk archive, by byte ranges.

Street-level crime and stop and search lie in the same archive.

An archive holds all forces for 36 months, more than a gigabyte; the directory at its end says
where each member lies, so that only that and the members wanted are transferred. Members already
kept with the same checksum are not fetched again; revised ones are.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from cspanalysis.domain import areas, whole_files
from cspanalysis.domain.errors import DataRefused, UsageError, paragraph
from cspanalysis.domain.periods import Period
from cspanalysis.store import provenance
from cspanalysis.workspace import publishers
from cspanalysis.workspace.fetch import kept_files
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.remote_file import RangeFile, RangesRefused, prefetch_member
from cspanalysis.workspace.fetch.web import MOST_HELD, PublisherError, is_html

SOURCE = "police_uk"
BASE = "https://data.police.uk/data/archive"
PUBLISHER = Publisher(
    "data.police.uk (Home Office)",
    "Contains public sector information from data.police.uk, licensed under the Open Government "
    "Licence v3.0",
)


class Kind(NamedTuple):
    """A kind of file that the archive has of every force and month.

    Parameters
    ----------
    source : str
        Raw folder.
    suffix : str
        End of its files' names, without '.csv'.
    title : str
    columns : tuple of str
        Columns it must have.
    """

    source: str
    suffix: str
    title: str
    columns: tuple[str, ...]

    def member(self, name: str) -> re.Match[str] | None:
        """Month and force of a member's name of this kind."""
        return re.fullmatch(rf"(?:.*/)?(\d{{4}}-\d{{2}})-([a-z-]+)-{self.suffix}\.csv", name)


STREET = Kind(
    SOURCE,
    "street",
    "Street-level crime and anti-social behaviour",
    ("Month", "Reported by", "LSOA code", "LSOA name", "Crime type"),
)
STOPS = Kind(
    "stop_and_search",
    "stop-and-search",
    "Stop and search",
    ("Type", "Date", "Self-defined ethnicity", "Object of search", "Outcome"),
)


def fetch(job: Job) -> list[Fetched]:
    """Fetch the newest months of the area's force and of the British Transport Police.

    Returns: one per force-month.
    """
    return _fetch(job, STREET)


def stops(job: Job) -> list[Fetched]:
    """Fetch stop and search of the same forces and months; not every force publishes it."""
    return _fetch(job, STOPS)


def _fetch(job: Job, kind: Kind) -> list[Fetched]:
    named = job.options.get("forces", [job.area["force"], "btp"])
    forces = list(dict.fromkeys(publishers.short_name(f) or areas.slug(f) for f in named))
    found: list[Fetched] = []
    name, missing, before = "latest", job.months, "9999-12"
    while missing > 0:
        url = f"{job.base(SOURCE, BASE)}/{name}.zip"
        try:
            archive, remote = _open(job, url, kind)
        except PublisherError as error:
            if found and error.status == 404:
                job.report(f"{kind.source}: no archive goes further back ({url})")
                break
            raise
        with archive:
            members = _members(archive, kind)
            months = sorted({month for month, _ in members if month < before})[-missing:]
            if not months:
                break
            if kind == STREET:
                _known(forces, members, url)
            found += _take(job, kind, archive, remote, members, months, forces, url)
        missing -= len(months)
        before = months[0]
        name = Period.parse(before).shift(-1).iso[:7]
    return found


def _open(job: Job, url: str, kind: Kind) -> tuple[zipfile.ZipFile, Any]:
    try:
        remote = RangeFile(job.web, url)
        # The directory alone is read here, a few hundred kilobytes.
        archive = zipfile.ZipFile(remote)
    except RangesRefused as error:
        return _whole(job, url, kind, error), None
    except zipfile.BadZipFile as error:
        raise _no_archive(url) from error
    job.report(
        f"{kind.source}: archive of {remote.size / 1e6:,.0f} MB; only the wanted parts are fetched"
    )
    return archive, remote


def _whole(job: Job, url: str, kind: Kind, error: RangesRefused) -> zipfile.ZipFile:
    if not job.options.get("whole_archive"):
        raise PublisherError(
            paragraph(
                "the server sends whole archives only, not the parts asked for",
                file=url,
                do="To download all of it (more than a gigabyte) into a temporary file, put "
                "whole_archive = true under [fetch] in partnership.toml and run the same command "
                "again. Or download the force's months at data.police.uk/data and put the zip "
                f"into data/raw/{kind.source}.",
            ),
            error.status,
        ) from error
    part = job.raw / kind.source / f".archive{whole_files.SUFFIX}"
    job.report(f"{kind.source}: byte ranges are refused; downloading the whole archive")
    job.web.download(url, part)
    try:
        archive = _Temporary(part)
    except zipfile.BadZipFile as bad:
        part.unlink(missing_ok=True)
        raise _no_archive(url) from bad
    return archive


class _Temporary(zipfile.ZipFile):
    """An archive whose file goes when it is closed."""

    def __init__(self, path: Path):
        self._path = path
        super().__init__(path)

    def close(self) -> None:
        super().close()
        self._path.unlink(missing_ok=True)


def _members(archive: zipfile.ZipFile, kind: Kind) -> dict[tuple[str, str], zipfile.ZipInfo]:
    found = {}
    for info in archive.infolist():
        if match := kind.member(info.filename):
            found[match[1], match[2]] = info
    return found


def _known(forces: list[str], members: dict[tuple[str, str], zipfile.ZipInfo], url: str) -> None:
    there = sorted({force for _, force in members})
    for force in forces:
        if force not in there and force != "btp":
            raise UsageError(
                paragraph(
                    f"the archive holds no force '{force}'",
                    file=url,
                    allowed=", ".join(there),
                    do='Name the forces in partnership.toml: [fetch] forces = ["…"].',
                )
            )


def _take(job, kind: Kind, archive, remote, members, months, forces, url) -> list[Fetched]:
    held = _held(job.raw / kind.source, kind)
    found = []
    for month in months:
        for force in forces:
            info = members.get((month, force))
            if info is None:
                job.report(f"{kind.source}: {force} published nothing for {month}")
                continue
            name = f"{month}-{force}-{kind.suffix}.csv"
            target = job.raw / kind.source / month / name
            if name in held:
                found.append(Fetched(kind.source, held[name], "held"))
            elif _same(target, info):
                found.append(Fetched(kind.source, target, "unchanged"))
            else:
                found.append(_member(job, kind, archive, remote, info, target, url))
                job.report(f"{kind.source}: {name}, {found[-1].bytes / 1e3:,.0f} kB transferred")
    return found


def _member(job, kind: Kind, archive, remote, info, target: Path, url: str) -> Fetched:
    before = job.web.bytes
    if max(info.file_size, info.compress_size) > MOST_HELD:
        raise PublisherError(
            paragraph(
                f"the member {info.filename} says that it holds {info.file_size:,} bytes",
                file=url,
                allowed=f"{MOST_HELD:,}",
                do="It was not unpacked; finished months are kept.",
            )
        )
    if remote is not None:
        prefetch_member(remote, info)
    try:
        content = archive.read(info)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise PublisherError(
            paragraph(
                f"the member {info.filename} does not unpack ({error})",
                file=url,
                do="Run the same command again; finished months are kept.",
            )
        ) from error
    where = f"{url}#{info.filename}"
    header = content.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
    if is_html(content) or not all(c in header for c in kind.columns):
        raise DataRefused(
            paragraph(
                f"the publisher changed the layout; the header is {header[:200]!r}",
                file=where,
                allowed=", ".join(kind.columns),
                do="Nothing of this file was kept; data fetched before stay in use.",
            )
        )
    published = kept_files.day(remote.last_modified) if remote is not None else ""
    return kept_files.keep(
        job, kind.source, f"{target.parent.name}/{target.name}", content, PUBLISHER,
        title=kind.title, url=where, published=published, sent=job.web.bytes - before,
    )  # fmt: skip


def _held(folder: Path, kind: Kind) -> dict[str, Path]:
    """Force-months that lie in the folder otherwise: in archives, or put there by hand."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() == ".zip":
            try:
                with zipfile.ZipFile(path) as archive:
                    names = archive.namelist()
            except (zipfile.BadZipFile, OSError):
                continue
            found |= {Path(n).name: path for n in names if kind.member(n)}
        elif kind.member(path.name.removesuffix(".gz")):
            sidecar = provenance.read(path, path.name)
            # Ours bear the member's address; one without sidecar at our place was interrupted.
            ours = "#" in str((sidecar or {}).get("url", ""))
            if not ours and (sidecar or path.parent.name != path.name[:7]):
                found[path.name.removesuffix(".gz")] = path
    return found


def _same(path: Path, info: zipfile.ZipInfo) -> bool:
    if not path.is_file() or path.stat().st_size != info.file_size:
        return False
    return zlib.crc32(path.read_bytes()) == info.CRC and provenance.path_of(path).is_file()


def _no_archive(url: str) -> PublisherError:
    return PublisherError(
        paragraph(
            "what came is no zip archive",
            file=url,
            do="The publisher may be down, or a proxy answered in its place: open the address in "
            "a browser, then run the same command again.",
        )
    )
