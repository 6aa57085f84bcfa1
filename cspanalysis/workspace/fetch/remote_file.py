"""A remote file as a seekable one, by HTTP range requests.

The standard library's `zipfile` reads any seekable file, zip64 included, so that nothing more is
needed to take single members out of an archive of gigabytes.
"""

from __future__ import annotations

import io
import re
import zipfile

import httpx

from cspanalysis.domain.errors import paragraph
from cspanalysis.workspace.fetch.web import PublisherError, Web

#: The end of the archive: its directory's position, often the whole directory.
TAIL = 128 * 1024
PIECE = 64 * 1024


class RangesRefused(PublisherError):
    """The server sends whole files only."""


class RangeFile(io.RawIOBase):
    """A remote file read by ranges.

    Parameters
    ----------
    web : Web
        Makes the requests.
    url : str
        Address; redirections are followed once and then kept, so that one edition is read.

    Raises
    ------
    RangesRefused
        If the server answers with the whole file.
    PublisherError
        If it is down, or the file changes while it is read.
    """

    def __init__(self, web: Web, url: str):
        self._web, self.url = web, url
        self.size, self._etag = -1, ""
        self._at = 0
        self._kept: tuple[int, bytes] = (0, b"")
        self._tail: tuple[int, bytes] = (0, b"")
        reply, start = self._request(f"bytes=-{TAIL}")
        self.url = str(reply.url)
        self.last_modified = reply.headers.get("Last-Modified", "")
        self._tail = (start, reply.content)

    def prefetch(self, start: int, length: int) -> None:
        """Bring a stretch in one request; the stretch before it is forgotten."""
        length = min(length, self.size - start)
        for at, data in (self._kept, self._tail):
            if at <= start and start + length <= at + len(data):
                return
        reply, _ = self._request(f"bytes={start}-{start + length - 1}")
        self._kept = (start, reply.content)

    def read(self, size: int = -1) -> bytes:
        """Bytes from the current position."""
        size = self.size - self._at if size is None or size < 0 else size
        size = max(0, min(size, self.size - self._at))
        if not size:
            return b""
        if (found := self._slice(size)) is None:
            self.prefetch(self._at, max(size, PIECE))
            found = self._slice(size) or b""
        self._at += len(found)
        return found

    def _slice(self, size: int) -> bytes | None:
        for at, data in (self._kept, self._tail):
            if at <= self._at and self._at + size <= at + len(data):
                return data[self._at - at : self._at - at + size]
        return None

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move the position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """The position."""
        return self._at

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """True."""
        return True

    def _request(self, stretch: str) -> tuple[httpx.Response, int]:
        asked = {"Range": stretch, "Accept-Encoding": "identity"}
        try:
            reply = self._web.get(self.url, headers=asked, allowed=(206,))
        except PublisherError as error:
            # 200: the whole file would come; it is not read.
            if error.status in (200, 416, 501):
                raise RangesRefused(str(error), error.status) from error
            raise
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", reply.headers.get("Content-Range", ""))
        if not found or int(found[2]) - int(found[1]) + 1 != len(reply.content):
            raise PublisherError(
                paragraph(
                    "a byte range came back with the wrong length",
                    file=self.url,
                    do="Run the same command again.",
                )
            )
        total, etag = int(found[3]), reply.headers.get("ETag", "")
        if self.size >= 0 and (total, etag) != (self.size, self._etag):
            raise PublisherError(
                paragraph(
                    "the archive was replaced by a newer one while it was read",
                    file=self.url,
                    do="Run the same command again; finished months are kept.",
                )
            )
        self.size, self._etag = total, etag
        return reply, int(found[1])


def prefetch_member(remote: RangeFile, member: zipfile.ZipInfo) -> None:
    """Bring a member of an archive in one request, its local header included."""
    header = 30 + len(member.filename.encode()) + 512
    remote.prefetch(member.header_offset, header + member.compress_size)
