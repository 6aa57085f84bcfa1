"""Fire statistics of the government: incidents by small area (low-level geography), on GOV.UK."""

from __future__ import annotations

import re

from cspanalysis.workspace.fetch import gov_uk
from cspanalysis.workspace.fetch.gov_uk import Attachment
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher

SOURCE = "fire_statistics"
PAGE = "government/statistics/fire-statistics-incident-level-datasets"
PUBLISHER = Publisher(
    "Ministry of Housing, Communities and Local Government",
    "Source: Ministry of Housing, Communities and Local Government (before April 2025 Home "
    "Office), fire statistics incident level datasets, licensed under the Open Government "
    "Licence v3.0",
)
#: The last year of a table that goes on 'to present'.
_OPEN = 9999


def fetch(job: Job) -> list[Fetched]:
    """Fetch the newest table by small area, and closed ones whose years are wanted too."""
    tables = gov_uk.find(
        job,
        job.base(SOURCE, gov_uk.BASE),
        str(job.options.get("fire_statistics_page", PAGE)),
        _is_by_small_area,
        what="low level geography dataset",
        search="fire statistics incident level datasets",
        organisation="ministry-of-housing-communities-local-government",
        setting="fire_statistics_page",
    )
    newest, *others = sorted(tables, key=lambda table: window(table)[::-1], reverse=True)
    first = window(newest)[0]
    closed = [
        table
        for table in others
        if window(table)[1] > job.today.year - job.years and window(table)[0] < first
    ]
    return [
        gov_uk.download(job, SOURCE, PUBLISHER, table, ("FINANCIAL_YEAR", "INCIDENT_TYPE"))
        for table in (newest, *closed)
    ]


def window(table: Attachment) -> tuple[int, int]:
    """The calendar years in which a table's first and last financial year begin.

    By its name or title: 'Low_level_geography_dataset_201718_to_202223', '… 2023/24 to present'.
    """
    for text in (table.name, table.title):
        found = re.findall(r"(?<!\d)(20\d\d)[-_/ ]?(\d\d)(?!\d)", text)
        years = [int(y) for y, then in found if int(then) == (int(y) + 1) % 100]
        if years:
            is_open = re.search(r"to[-_ ]present|onwards", f"{table.name} {table.title}", re.I)
            return min(years), _OPEN if is_open else max(years)
    return 0, 0


def _is_by_small_area(attachment: Attachment) -> bool:
    words = re.sub(r"[^a-z0-9]+", " ", f"{attachment.title} {attachment.name}".lower())
    is_table = attachment.url.lower().endswith((".ods", ".xlsx", ".csv"))
    return is_table and "low level geography" in words
