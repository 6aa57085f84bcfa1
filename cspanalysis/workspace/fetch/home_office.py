"""Home Office: recorded crime by Community Safety Partnership, the newest table on GOV.UK."""

from __future__ import annotations

import re
import zipfile
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from cspanalysis.domain.errors import paragraph
from cspanalysis.workspace.fetch import kept_files
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.web import PublisherError

SOURCE = "home_office_csp"
BASE = "https://www.gov.uk/api/content"
PAGE = "government/statistics/police-recorded-crime-open-data-tables"
PUBLISHER = Publisher(
    "Home Office",
    "Source: Home Office, police recorded crime open data tables, licensed under the Open "
    "Government Licence v3.0",
)


def fetch(job: Job) -> list[Fetched]:
    """Fetch the newest of the tables by Community Safety Partnership."""
    url = f"{job.base(SOURCE, BASE)}/{job.options.get('home_office_page', PAGE)}"
    page = job.web.json(url)
    attachments = (page.get("details") or {}).get("attachments") or []
    tables = [a for a in attachments if _is_csp(a)]
    if not tables:
        titles = "; ".join(str(a.get("title", "")) for a in attachments[:8])
        raise PublisherError(
            paragraph(
                "the page lists no table by Community Safety Partnership"
                + (f"; it lists: {titles}" if titles else ""),
                file=url,
                do="Look for it on GOV.UK ('police recorded crime open data tables') and put it "
                "into data/raw/home_office_csp, or name the new page in partnership.toml, "
                "[fetch] home_office_page.",
            )
        )
    newest = max(tables, key=_last_year)
    name = PurePosixPath(urlsplit(newest["url"]).path).name
    found = kept_files.download(
        job, SOURCE, name, newest["url"], PUBLISHER,
        title=str(newest.get("title", name)),
        published=str(page.get("public_updated_at") or "")[:10],
        check=partial(_check, url=newest["url"]),
    )  # fmt: skip
    return [found]


def _is_csp(attachment: dict[str, Any]) -> bool:
    url = str(attachment.get("url", "")).lower()
    title = str(attachment.get("title", "")).lower()
    return url.endswith((".ods", ".xlsx", ".csv")) and (
        "-csp" in url or "community safety partnership" in title
    )


def _last_year(attachment: dict[str, Any]) -> tuple[int, int]:
    """The last year in a table's title ('year ending March 2025') and in its name.

    Names have been written prc-csp-1516-2425-…, prc-csp-mar16-mar20-… and
    prc-csp-mar2021-mar2026-…, each with the day of publication at its end.
    """
    title = [int(y) for y in re.findall(r"(?<!\d)(20\d\d)(?!\d)", str(attachment.get("title", "")))]
    name = PurePosixPath(urlsplit(attachment["url"]).path).name.lower()
    years = [2000 + int(y[2:]) for y in re.findall(r"(?<!\d)(\d{4})(?!\d)", name)
             if int(y[2:]) == (int(y[:2]) + 1) % 100]  # fmt: skip
    years += [2000 + int(y) for y in re.findall(r"(?:mar|jun|sep|dec)(?:20)?(\d\d)(?!\d)", name)]
    return max(title, default=0), max(years, default=0)


def _check(path: Path, url: str) -> None:
    if url.lower().endswith(".csv"):
        kept_files.check_table(path, ("CSP Name", "Offence Count"), url)
    elif not zipfile.is_zipfile(path):  # xlsx and ods are zip archives
        raise PublisherError(
            paragraph(
                "what came is no spreadsheet (an HTML page, perhaps, or half a file)",
                file=url,
                do="Open the address in a browser, then run the same command again.",
            )
        )
