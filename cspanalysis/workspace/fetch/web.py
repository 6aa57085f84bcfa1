"""Polite HTTP: time-outs, retries with back-off, conditional requests, downloads that resume.

Proxies and certificate settings come from the environment (HTTPS_PROXY, SSL_CERT_FILE …). What a
publisher does wrong ends as a `PublisherError`, one paragraph that says what to do.
"""

from __future__ import annotations

import contextlib
import email.utils
import json
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from cspanalysis.domain.errors import CspError, paragraph

ATTEMPTS = 4
#: Longer waits asked for by a publisher are passed on to the user.
LONGEST_WAIT = 120.0
#: Most bytes of a reply that is held in memory, and of a file: ten times what publishers send.
MOST_HELD, MOST_KEPT = 256 * 1024**2, 20 * 1024**3
#: A packed reply beyond the first limit may unpack to so many times its size.
_MOST_PACKED = 50
_PACKINGS = ("", "identity", "gzip", "deflate")
_RETRIED = {408, 425, 429, 500, 502, 503, 504}
_AGAIN = "Run the same command again later; what has arrived is kept."


class PublisherError(CspError):
    """A publisher is down, refuses, or sends something else than expected (exit code 1).

    Parameters
    ----------
    message : str
        One paragraph.
    status : int
        The HTTP status, 0 where there was none.
    """

    def __init__(self, message: str, status: int = 0):
        self.status = status
        super().__init__(message)


class Web:
    """Requests to publishers, counting the bytes that came over the wire.

    Parameters
    ----------
    contact : str
        Added to the User-Agent, so that a publisher can ask (an address or a web page).
    sleep : callable
        Waits; tests pass one that does not.
    timeout : float
        Seconds without any byte before a request is given up and tried again.
    """

    def __init__(
        self,
        contact: str = "",
        sleep: Callable[[float], object] = time.sleep,
        timeout: float = 60.0,
    ):
        agent = "cspanalysis/0.1 (community safety partnership review" + (
            f"; {contact})" if contact else ")"
        )
        self.bytes = 0
        self._sleep = sleep
        self._client = httpx.Client(
            headers={"User-Agent": agent, "Accept-Encoding": "gzip, deflate"},
            timeout=httpx.Timeout(timeout, connect=min(timeout, 20.0)),
            follow_redirects=True,
            event_hooks={"response": [_check_way, _check_packing]},
        )

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(
        self,
        url: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, Any] | None = None,
        allowed: tuple[int, ...] = (200,),
    ) -> httpx.Response:
        """A whole reply of moderate size, tried again where that can help.

        `url`, `params`, `headers`: the request; with `form` it is a POST. `allowed`: statuses that
        count as an answer.
        """
        method = "POST" if form else "GET"

        def once() -> httpx.Response:
            with self._client.stream(
                method, url, params=params, headers=headers, data=form
            ) as reply:
                # The body of a refused range is the whole archive: look at the status first.
                if reply.status_code not in allowed:
                    return reply
                body = bytearray()
                try:
                    for chunk in reply.iter_bytes():
                        body += chunk
                        if len(body) > MOST_HELD:
                            raise _too_large(reply, MOST_HELD)
                finally:
                    self.bytes += reply.num_bytes_downloaded
                plain = [(k, v) for k, v in reply.headers.items() if k.lower() not in _OF_PACKING]
                return httpx.Response(
                    reply.status_code, headers=plain, content=bytes(body), request=reply.request
                )

        return self._tried(once, url, allowed)

    def json(self, url: str, **request: Any) -> Any:
        """The JSON of a reply."""
        reply = self.get(url, **request)
        try:
            return json.loads(reply.content)
        except RecursionError as error:
            raise PublisherError(
                paragraph("its JSON is nested too deep to be an answer", file=url, do=_AGAIN)
            ) from error
        except ValueError as error:
            raise PublisherError(
                paragraph(
                    f"{_kind(reply.content)} came instead of JSON",
                    file=url,
                    do="The publisher may be down for maintenance, or a proxy or log-in page "
                    "answered in its place: open the address in a browser. " + _AGAIN,
                )
            ) from error

    def download(
        self, url: str, part: Path, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Bring a file into `part`, going on where an earlier attempt was cut off.

        `url`: address. `part`: where the bytes gather; `<part>.etag` beside it says which edition
        they are of. `headers`: conditional headers; a 304 is returned as it is and leaves `part`
        alone.
        """
        part.parent.mkdir(parents=True, exist_ok=True)
        return self._tried(
            lambda: self._piece(url, part, dict(headers or {})), url, (200, 206, 304)
        )

    def _piece(self, url: str, part: Path, headers: dict[str, str]) -> httpx.Response:
        edition = part.with_name(part.name + ".etag")
        have = part.stat().st_size if part.exists() else 0
        # Packed transfer and byte ranges do not go together.
        headers["Accept-Encoding"] = "identity"
        if have and edition.exists():
            headers |= {"Range": f"bytes={have}-", "If-Range": edition.read_text("utf-8")}
            headers.pop("If-None-Match", None)
            headers.pop("If-Modified-Since", None)
        with self._client.stream("GET", url, headers=headers) as reply:
            if reply.status_code == 416:
                part.unlink(missing_ok=True)
                edition.unlink(missing_ok=True)
                raise httpx.RemoteProtocolError("the part kept is longer than the file")
            if reply.status_code not in (200, 206):
                return reply
            validator = reply.headers.get("ETag", "")
            is_packed = "Content-Encoding" in reply.headers
            if validator and not is_packed and not validator.startswith("W/"):
                edition.write_text(validator, encoding="utf-8")
            elif reply.status_code == 200:
                edition.unlink(missing_ok=True)
            try:
                with part.open("ab" if reply.status_code == 206 else "wb") as stream:
                    part.chmod(stat.S_IRUSR | stat.S_IWUSR)
                    for chunk in reply.iter_bytes():
                        stream.write(chunk)
                        if _is_beyond(stream.tell(), reply.num_bytes_downloaded, is_packed):
                            raise _too_large(reply, MOST_KEPT)
            except PublisherError:
                part.unlink(missing_ok=True)
                edition.unlink(missing_ok=True)
                raise
            finally:
                self.bytes += reply.num_bytes_downloaded
        edition.unlink(missing_ok=True)
        return reply

    def _tried(
        self, once: Callable[[], httpx.Response], url: str, allowed: tuple[int, ...]
    ) -> httpx.Response:
        trouble = ""
        status = 0
        for attempt in range(ATTEMPTS):
            wait = float(2**attempt)
            try:
                reply = once()
            except httpx.RequestError as error:
                trouble, status = _trouble(error), 0
            except httpx.InvalidURL as error:
                raise PublisherError(paragraph(f"no address ({error})", file=url)) from error
            else:
                if reply.status_code in allowed:
                    return reply
                status = reply.status_code
                trouble = f"it answers {status} {reply.reason_phrase}".strip()
                if status not in _RETRIED:
                    break
                asked = _retry_after(reply)
                if asked is not None and asked > LONGEST_WAIT:
                    raise PublisherError(
                        paragraph(
                            f"the publisher asks to wait {asked / 60:.0f} minutes ({status})",
                            file=url,
                            do=_AGAIN,
                        ),
                        status,
                    )
                wait = asked if asked is not None else wait
            if attempt < ATTEMPTS - 1:
                self._sleep(wait)
        raise PublisherError(paragraph(trouble, file=url, do=_advice(status)), status)


_OF_PACKING = ("content-encoding", "content-length", "transfer-encoding")


def _is_beyond(size: int, came: int, is_packed: bool) -> bool:
    return size > MOST_KEPT or (is_packed and size > max(MOST_HELD, _MOST_PACKED * came))


def _too_large(reply: httpx.Response, most: int) -> PublisherError:
    return PublisherError(
        paragraph(
            f"more comes than a publisher's file of this kind can hold (over {most // 1024**2:,} "
            "megabytes, or packed beyond reason)",
            file=reply.request.url,
            do="Nothing of it was kept. Open the address in a browser to see what it gives, or put "
            "the file into data/raw by hand.",
        )
    )


def _check_way(reply: httpx.Response) -> None:
    """Where a publisher sends on to: to its own host, or over https to another public name."""
    where = reply.headers.get("Location", "")
    if not reply.is_redirect or not where:
        return
    asked = reply.request.url
    try:
        meant = asked.join(where)
    except httpx.InvalidURL:
        return
    is_own = (meant.scheme, meant.host) == (asked.scheme, asked.host)
    is_own |= meant.scheme == "https" and meant.host == asked.host
    if is_own or (meant.scheme == "https" and _is_public(meant.host)):
        return
    raise PublisherError(
        paragraph(
            f"it sends on to {meant.scheme}://{meant.host}, "
            + ("which is not encrypted" if meant.scheme != "https" else "which is no public name"),
            file=asked,
            allowed="the same host, or another one over https",
            do="It was not followed. If the publisher has moved, put the new address under [fetch] "
            "in partnership.toml, or put the file into data/raw by hand.",
        )
    )


def _is_public(host: str) -> bool:
    """Whether a host bears a name, and none of the own network."""
    name = host.rstrip(".").lower()
    is_local = name.endswith((".local", ".localhost", ".internal", ".home", ".lan"))
    return "." in name and ":" not in name and not name.split(".")[-1].isdigit() and not is_local


def _check_packing(reply: httpx.Response) -> None:
    """Of packings those that unpack piece by piece, within bounds, and only one."""
    packing = reply.headers.get("Content-Encoding", "").strip().lower()
    if packing not in _PACKINGS and not reply.is_redirect:
        raise PublisherError(
            paragraph(
                f"the reply is packed as '{packing[:40]}', which was not asked for",
                file=reply.request.url,
                allowed="gzip, deflate, or not packed",
                do=_AGAIN,
            )
        )


def _advice(status: int) -> str:
    if status in (404, 410):
        return (
            "The publisher has moved or withdrawn it: find the new address and put it under "
            "[fetch] in partnership.toml, or put the file into data/raw by hand."
        )
    if status in (401, 403, 407):
        return (
            "It is refused here: ask whether the network's proxy allows the address (HTTPS_PROXY), "
            "or put the file into data/raw by hand."
        )
    if status == 429:
        return f"Too many requests: wait a while. {_AGAIN}"
    return f"Tried {ATTEMPTS} times. {_AGAIN}"


def _trouble(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer within the time allowed"
    if isinstance(error, httpx.TooManyRedirects):
        return "it sends in circles, from one address to the next"
    if isinstance(error, httpx.DecodingError | httpx.RemoteProtocolError | httpx.ReadError):
        return f"the connection was cut off in the middle ({error})"
    if isinstance(error, httpx.ProxyError):
        return f"the proxy does not let it through ({error})"
    return f"it cannot be reached ({error or type(error).__name__})"


def _retry_after(reply: httpx.Response) -> float | None:
    text = reply.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    with contextlib.suppress(TypeError, ValueError):
        when = email.utils.parsedate_to_datetime(text)
        return max(0.0, (when - datetime.now(UTC)).total_seconds())
    return None


def _kind(content: bytes) -> str:
    return "an HTML page" if is_html(content) else "something else"


def is_html(content: bytes) -> bool:
    """Whether bytes begin like a web page (an error page, a log-in of the network)."""
    start = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head"))


def pages(size: int) -> Iterator[int]:
    """Offsets of pages: 0, size, 2·size … (bounded, so that a faulty reply ends)."""
    yield from range(0, 2000 * size, size)
