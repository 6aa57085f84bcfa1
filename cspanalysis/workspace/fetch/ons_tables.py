"""Office for National Statistics: recorded crime by partnership, the newest edition of the tables.

The series ended in October 2024 with the year ending March 2024; the Home Office's tables go on.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from cspanalysis.domain.errors import paragraph
from cspanalysis.workspace.fetch import gov_uk, kept_files
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.web import PublisherError

SOURCE = "ons_csp"
BASE = "https://www.ons.gov.uk"
PAGE = (
    "peoplepopulationandcommunity/crimeandjustice/datasets/"
    "recordedcrimedatabycommunitysafetypartnershiparea"
)
PUBLISHER = Publisher(
    "Office for National Statistics",
    "Source: Office for National Statistics licensed under the Open Government Licence v3.0",
)
_QUARTERS = {"march": 1, "june": 2, "september": 3, "december": 4}


def fetch(job: Job) -> list[Fetched]:
    """Fetch the newest edition: two years of counts, their change, rates and residents."""
    base = job.base(SOURCE, BASE)
    landing = f"{base}/{PAGE}/data"
    editions = [str(d["uri"]) for d in job.web.json(landing).get("datasets") or []]
    editions = [uri for uri in editions if _ends(uri)]
    if not editions:
        raise PublisherError(
            paragraph(
                "the page lists no edition of the tables by partnership",
                file=landing,
                do="Look for 'recorded crime data by Community Safety Partnership area' on "
                "ons.gov.uk and put the workbook into data/raw/ons_csp.",
            )
        )
    uri = max(editions, key=_ends)
    page = job.web.json(f"{base}{uri}/data")
    files = [str(d["file"]) for d in page.get("downloads") or []]
    files = [name for name in files if name.lower().endswith((".xlsx", ".xls"))]
    if not files:
        raise PublisherError(
            paragraph("the edition has no workbook", file=f"{base}{uri}", do="Try again later.")
        )
    told = page.get("description") or {}
    url = f"{base}/file?uri={uri}/{files[0]}"
    return [
        kept_files.download(
            job, SOURCE, files[0], url, PUBLISHER,
            title=f"{told.get('title', 'Recorded crime by partnership')}, "
            f"{told.get('edition', uri.rpartition('/')[2])}",
            published=str(told.get("releaseDate") or "")[:10],
            check=partial(_check, url=url),
        )
    ]  # fmt: skip


def _ends(uri: str) -> tuple[int, ...]:
    """Year and quarter in which an edition's year ends; () of what names none."""
    found = re.search(r"yearending(march|june|september|december)(20\d\d)", uri.lower())
    return (int(found[2]), _QUARTERS[found[1]]) if found else ()


def _check(path: Path, url: str) -> None:
    if not url.lower().endswith(".xls"):
        gov_uk.check_spreadsheet(path, url)
