"""GOV.UK: the files attached to a page, by its content API, or found by search where it moved."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cspanalysis.domain.errors import paragraph
from cspanalysis.workspace.fetch import kept_files
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.web import PublisherError, is_html

BASE = "https://www.gov.uk/api/content"
#: So many pages that a search finds are looked into.
MOST_PAGES = 8
#: So many redirections from page to page are followed.
_MOST_TURNS = 3
_GONE = (404, 410)
_LINK = re.compile(r'<a[^>]+href="([^"]+\.(?:ods|xlsx?|csv|zip))"[^>]*>(.*?)</a>', re.I | re.S)


class Attachment(NamedTuple):
    """A file attached to a page.

    Parameters
    ----------
    title, url : str
    published : str
        Day on which its page was last changed, as ISO text.
    """

    title: str
    url: str
    published: str = ""

    @property
    def name(self) -> str:
        """The name of the file."""
        return PurePosixPath(urlsplit(self.url).path).name


def find(
    job: Job,
    base: str,
    page: str,
    is_wanted: Callable[[Attachment], bool],
    *,
    what: str,
    search: str,
    organisation: str,
    setting: str,
) -> list[Attachment]:
    """The wanted files of a page; where it is gone or has none, of the first page found that has.

    Parameters
    ----------
    base : str
        Address of the content API.
    page : str
        The page's path, without the leading '/'.
    what : str
        The file, for the message: 'table by Community Safety Partnership'.
    search, organisation : str
        Words to search for among the pages of a department, by its short name.
    setting : str
        The key of [fetch] that can name another page.
    """
    seen: dict[str, None] = {}
    for path in _pages(job, base, page, search, organisation):
        found = _attachments(job, base, path)
        if wanted := [a for a in found if is_wanted(a)]:
            return wanted
        seen |= dict.fromkeys(a.title for a in found)
    raise PublisherError(
        paragraph(
            f"the page lists no {what}"
            + (f"; it lists: {'; '.join(list(seen)[:8])}" if seen else ""),
            file=f"{base}/{page}",
            do=f"Look for it on GOV.UK ('{search}') and put it into data/raw, or name the new "
            f"page in partnership.toml, [fetch] {setting}.",
        )
    )


def _pages(job: Job, base: str, page: str, search: str, organisation: str) -> Iterator[str]:
    """The page itself first, then those that a search finds."""
    yield page.strip("/")
    address = f"{base.rpartition('/')[0]}/search.json"
    asked = {
        "q": search,
        "filter_organisations": organisation,
        "fields": "title,link",
        "count": str(MOST_PAGES),
    }
    try:
        results = job.web.json(address, params=asked).get("results", [])
    except PublisherError:
        return  # what the page lists is said instead
    yield from (str(r["link"]).strip("/") for r in results if str(r.get("link", ""))[:1] == "/")


def _attachments(job: Job, base: str, path: str) -> list[Attachment]:
    content: dict[str, Any] = {}
    for _ in range(_MOST_TURNS):
        try:
            content = job.web.json(f"{base}/{path}")
        except PublisherError as error:
            if error.status in _GONE:
                return []
            raise
        turns = [r.get("destination", "") for r in content.get("redirects") or []]
        if not turns:
            break
        path = str(turns[0]).strip("/")
    details = content.get("details") or {}
    changed = content.get("public_updated_at") or content.get("first_published_at")
    published = str(changed or "")[:10]
    listed = [
        Attachment(str(a.get("title", "")), str(a["url"]), published)
        for a in details.get("attachments") or []
        if a.get("url")
    ]
    body = details.get("body")
    known = {a.url for a in listed}
    if isinstance(body, str):
        for url, title in _LINK.findall(body):
            if (url := html.unescape(url)) not in known:
                text = html.unescape(re.sub(r"<[^>]+>", " ", title))
                listed.append(Attachment(" ".join(text.split()), url, published))
    return listed


def download(
    job: Job, source: str, publisher: Publisher, table: Attachment, headings: Sequence[str] = ()
) -> Fetched:
    """Fetch an attached table under its name; `headings`: what one saved as CSV must have."""

    def check(path: Path) -> None:
        if not table.url.lower().endswith(".csv"):
            check_spreadsheet(path, table.url)
        elif headings:
            kept_files.check_table(path, headings, table.url)

    return kept_files.download(
        job, source, table.name, table.url, publisher,
        title=table.title or table.name, published=table.published, check=check,
    )  # fmt: skip


def check_spreadsheet(path: Path, url: str, setting: str = "") -> None:
    """Refuse what is no xlsx or ods; `setting`: the key of [fetch] for another address."""
    if zipfile.is_zipfile(path):  # xlsx and ods are zip archives
        return
    with path.open("rb") as stream:
        what = "a web page" if is_html(stream.read(512)) else "no spreadsheet, or half a file"
    again = f"a new one goes into partnership.toml, [fetch] {setting}"
    raise PublisherError(
        paragraph(
            f"what came is {what}",
            file=url,
            do="Open the address in a browser; "
            f"{again if setting else 'then run the same command again'}.",
        )
    )
