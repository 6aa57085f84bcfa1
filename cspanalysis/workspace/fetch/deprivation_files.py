"""Indices of deprivation: England's from GOV.UK, the Welsh one from the Welsh Government."""

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
from cspanalysis.workspace.fetch.web import PublisherError, is_html

SOURCE = "deprivation"
BASE = "https://www.gov.uk/api/content"
PAGE = "government/statistics/english-indices-of-deprivation-2025"
ENGLAND = Publisher(
    "Ministry of Housing, Communities and Local Government",
    "Source: Ministry of Housing, Communities and Local Government, English indices of "
    "deprivation, licensed under the Open Government Licence v3.0",
)
#: Of the LSOAs of 2011; an index of 2025 by those of 2021 can be named in the settings.
WALES_FILE = (
    "https://www.gov.wales/sites/default/files/statistics-and-research/2022-02/"
    "welsh-index-multiple-deprivation-2019-index-and-domain-ranks-by-small-area.ods"
)
WALES = Publisher(
    "Welsh Government",
    "Source: Welsh Government, Welsh Index of Multiple Deprivation, licensed under the Open "
    "Government Licence v3.0",
)
_COLUMNS = (
    "LSOA code (2021)",
    "Index of Multiple Deprivation (IMD) Decile (where 1 is most deprived 10% of LSOAs)",
)


def fetch(job: Job) -> list[Fetched]:
    """Fetch the index of each country that the area's districts lie in."""
    countries = {code[0] for code in job.area["district_codes"]}
    return [
        *([_england(job)] if "E" in countries else []),
        *([_wales(job)] if "W" in countries else []),
    ]


def _england(job: Job) -> Fetched:
    """File 7, which has all ranks, deciles and the residents in one table."""
    url = f"{job.base(SOURCE, BASE)}/{job.options.get('deprivation_page', PAGE)}"
    page = job.web.json(url)
    attachments = (page.get("details") or {}).get("attachments") or []
    tables = [a for a in attachments if _is_file_7(a)]
    if not tables:
        titles = "; ".join(str(a.get("title", "")) for a in attachments[:8])
        raise PublisherError(
            paragraph(
                "the page lists no File 7 as CSV" + (f"; it lists: {titles}" if titles else ""),
                file=url,
                do="Look for 'File 7: all ranks, scores, deciles and population denominators' on "
                "GOV.UK and put it into data/raw/deprivation, or name the new page in partnership."
                "toml, [fetch] deprivation_page.",
            )
        )
    address = str(tables[0]["url"])
    return kept_files.download(
        job, SOURCE, PurePosixPath(urlsplit(address).path).name, address, ENGLAND,
        title=str(tables[0].get("title", "")) or "English indices of deprivation, File 7",
        published=str(page.get("first_published_at") or page.get("public_updated_at") or "")[:10],
        check=partial(kept_files.check_table, columns=_COLUMNS, url=address),
    )  # fmt: skip


def _is_file_7(attachment: dict[str, Any]) -> bool:
    told = f"{attachment.get('title', '')} {attachment.get('url', '')}".lower()
    is_csv = str(attachment.get("url", "")).lower().endswith(".csv")
    return is_csv and bool(re.search(r"file[ _-]*7(?!\d)", told))


def _wales(job: Job) -> Fetched:
    address = str(job.options.get("deprivation_wales", WALES_FILE))
    name = PurePosixPath(urlsplit(address).path).name
    return kept_files.download(
        job, SOURCE, name, address, WALES,
        title="Welsh Index of Multiple Deprivation, ranks by small area",
        check=partial(_check, url=address),
    )  # fmt: skip


def _check(path: Path, url: str) -> None:
    if zipfile.is_zipfile(path):  # ods and xlsx are zip archives
        return
    with path.open("rb") as stream:
        what = "a web page" if is_html(stream.read(512)) else "no spreadsheet"
    raise PublisherError(
        paragraph(
            f"what came is {what}",
            file=url,
            do="Open the address in a browser; a new one goes into partnership.toml, [fetch] "
            "deprivation_wales.",
        )
    )
