"""Keeping what was fetched: checked first, renamed into place last, a sidecar beside it."""

from __future__ import annotations

import contextlib
import email.utils
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.store import provenance
from cspanalysis.workspace.fetch.web import PublisherError, Web, is_html

OGL = "Open Government Licence v3.0"


@dataclass(frozen=True)
class Publisher:
    """Who publishes a source, for the sidecars and the foot of every page.

    Parameters
    ----------
    name, attribution, licence : str
        As the publisher wants to be named.
    """

    name: str
    attribution: str
    licence: str = OGL


@dataclass(frozen=True)
class Fetched:
    """What became of one file.

    Parameters
    ----------
    source : str
        Raw folder.
    path : pathlib.Path or None
        The file; None where fetching failed.
    status : str
        'fetched', 'unchanged', 'held' (a file put there by hand has it already) or 'failed'.
    bytes : int
        Bytes that came over the wire for it.
    message : str
        Why it failed.
    """

    source: str
    path: Path | None
    status: str
    bytes: int = 0
    message: str = ""


@dataclass(frozen=True)
class Job:
    """What a publisher's module needs to know.

    Parameters
    ----------
    raw : pathlib.Path
        data/raw of the workspace.
    web : Web
        Makes the requests.
    area : mapping
        districts, district_codes, force, and neighbour_codes (districts of the force and county).
    months : int
        Newest months wanted.
    today : datetime.date
        Date of retrieval.
    options : mapping
        The section [fetch] of partnership.toml.
    report : callable
        Takes one line of progress.
    """

    raw: Path
    web: Web
    area: Mapping[str, Any]
    months: int
    today: date
    options: Mapping[str, Any] = field(default_factory=dict)
    report: Callable[[str], object] = print

    @property
    def years(self) -> int:
        """Calendar years that the months reach into, two earlier ones for comparison included."""
        return -(-self.months // 12) + 2

    def base(self, key: str, default: str) -> str:
        """A publisher's base address: the setting, else the default."""
        return str(self.options.get(key, default)).rstrip("/")


def check_table(path: Path, columns: Sequence[str], url: str) -> None:
    """Refuse what is no table with these columns."""
    with path.open("rb") as stream:
        head = stream.read(65536)
    if is_html(head):
        raise PublisherError(
            paragraph(
                "an HTML page came instead of a CSV file",
                file=url,
                do="The publisher may be down for maintenance, or a proxy or log-in page answered "
                "in its place: open the address in a browser, then run the same command again.",
            )
        )
    if not head.strip():
        raise PublisherError(
            paragraph("the file is empty", file=url, do="Run the same command again later.")
        )
    header = head.decode("utf-8-sig", errors="replace").splitlines()[0]
    found = [h.strip().strip('"') for h in header.split(",")]
    keys = {_key(h) for h in found}
    for column in columns:
        if _key(column) not in keys:
            raise DataRefused(
                paragraph(
                    f"the publisher changed the layout; the columns found are "
                    f"{', '.join(repr(h[:40]) for h in found[:20])}",
                    file=url,
                    column=column,
                    do="Nothing was kept. A newer version of this program may know the new "
                    "layout; until then data fetched before stay in use.",
                )
            )


def keep(
    job: Job,
    source: str,
    name: str,
    content: bytes,
    publisher: Publisher,
    *,
    title: str,
    url: str,
    published: str = "",
    sent: int = 0,
) -> Fetched:
    """Keep content made of one or several replies; equal content counts as unchanged."""
    target = job.raw / source / name
    digest = hashlib.sha256(content).hexdigest()
    if target.is_file() and provenance.sha256(target) == digest:
        if not provenance.path_of(target).is_file():
            _sidecar(job, target, digest, publisher, title, url, published)
        return Fetched(source, target, "unchanged", sent)
    whole_files.atomically(target, lambda stream: stream.write(content))
    _sidecar(job, target, digest, publisher, title, url, published)
    return Fetched(source, target, "fetched", sent)


def download(
    job: Job,
    source: str,
    name: str,
    url: str,
    publisher: Publisher,
    *,
    title: str,
    check: Callable[[Path], None],
    published: str = "",
) -> Fetched:
    """Download a file unless the publisher says that the one kept is still the newest."""
    target = job.raw / source / name
    part = target.with_name(f".{name}{whole_files.SUFFIX}")
    before = job.web.bytes
    reply = job.web.download(url, part, headers=_conditional(target))
    sent = job.web.bytes - before
    if reply.status_code == 304:
        return Fetched(source, target, "unchanged", sent)
    try:
        check(part)
    except (PublisherError, DataRefused):
        part.unlink(missing_ok=True)
        raise
    digest = provenance.sha256(part)
    same = target.is_file() and provenance.sha256(target) == digest
    # While it came it was its owner's alone.
    mask = os.umask(0o077)
    os.umask(mask)
    part.chmod(0o666 & ~mask)
    part.replace(target)
    extra = {
        key: reply.headers[header]
        for key, header in (("etag", "ETag"), ("last_modified", "Last-Modified"))
        if header in reply.headers
    }
    published = published or day(reply.headers.get("Last-Modified", ""))
    _sidecar(job, target, digest, publisher, title, url, published, extra)
    return Fetched(source, target, "unchanged" if same else "fetched", sent)


def day(header: str) -> str:
    """An HTTP date as ISO day; '' where it is none."""
    with contextlib.suppress(TypeError, ValueError):
        return email.utils.parsedate_to_datetime(header).date().isoformat()
    return ""


def _sidecar(
    job: Job,
    target: Path,
    digest: str,
    publisher: Publisher,
    title: str,
    url: str,
    published: str,
    extra: Mapping[str, str] | None = None,
) -> None:
    content: dict[str, Any] = {
        "publisher": publisher.name,
        "title": title,
        "licence": publisher.licence,
        "attribution": publisher.attribution,
        "retrieved": job.today,
        "synthetic": False,
        "url": url,
        "sha256": digest,
        **(extra or {}),
    }
    if published:
        content["published"] = date.fromisoformat(published)
    provenance.write(target, content)


def _conditional(target: Path) -> dict[str, str]:
    if not target.is_file():
        return {}
    found = provenance.read(target, target.name) or {}
    # A file changed by hand is fetched anew.
    if found.get("sha256") != provenance.sha256(target):
        return {}
    pairs = (("If-None-Match", "etag"), ("If-Modified-Since", "last_modified"))
    return {header: found[key] for header, key in pairs if found.get(key)}


def _key(heading: str) -> str:
    return "".join(c for c in heading.lower() if c.isalnum())
