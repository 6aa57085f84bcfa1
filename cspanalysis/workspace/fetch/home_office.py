"""Home Office: recorded crime by Community Safety Partnership, every window of years on GOV.UK."""

from __future__ import annotations

import re

from cspanalysis.workspace.fetch import gov_uk
from cspanalysis.workspace.fetch.gov_uk import Attachment
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher

SOURCE = "home_office_csp"
PAGE = "government/statistical-data-sets/police-recorded-crime-and-outcomes-open-data-tables"
PUBLISHER = Publisher(
    "Home Office",
    "Source: Home Office, police recorded crime open data tables, licensed under the Open "
    "Government Licence v3.0",
)


def fetch(job: Job) -> list[Fetched]:
    """Fetch the tables by partnership: the newest window of years, and the closed ones before.

    A closed window does not change: the publisher is only asked whether it is still the same.
    """
    tables = gov_uk.find(
        job,
        job.base(SOURCE, gov_uk.BASE),
        str(job.options.get("home_office_page", PAGE)),
        _is_csp,
        what="table by Community Safety Partnership",
        search="police recorded crime open data tables",
        organisation="home-office",
        setting="home_office_page",
    )
    since = int(job.options.get("home_office_since", 0))
    return [
        gov_uk.download(job, SOURCE, PUBLISHER, table, ("CSP Name", "Offence Count"))
        for number, table in enumerate(windows(tables))
        if number == 0 or window(table)[1] >= since
    ]


def windows(tables: list[Attachment]) -> list[Attachment]:
    """The tables to take, the newest first: of overlapping ones the newer."""
    found: list[Attachment] = []
    for table in sorted(tables, key=_last_year, reverse=True):
        first, last = window(table)
        held = [window(other) for other in found]
        if not any(begins <= first and last <= ends for begins, ends in held):
            found.append(table)
    return found


def window(table: Attachment) -> tuple[int, int]:
    """The calendar years in which a table's first and last year end."""
    years = _in_title(table) if len(set(_in_title(table))) > 1 else _in_name(table)
    years = years or _in_title(table)
    return min(years, default=0), max(years, default=0)


def _is_csp(attachment: Attachment) -> bool:
    url, title = attachment.url.lower(), attachment.title.lower()
    return url.endswith((".ods", ".xlsx", ".csv")) and (
        "-csp" in url or "community safety partnership" in title
    )


def _last_year(table: Attachment) -> tuple[int, int]:
    """The last year in a table's title ('year ending March 2025') and in its name."""
    return max(_in_title(table), default=0), max(_in_name(table), default=0)


def _in_title(table: Attachment) -> list[int]:
    return [int(y) for y in re.findall(r"(?<!\d)(20\d\d)(?!\d)", table.title)]


def _in_name(table: Attachment) -> list[int]:
    """Years in a name.

    Names have been written prc-csp-1516-2425-…, prc-csp-mar16-mar20-… and
    prc-csp-mar2021-mar2026-…, each with the day of publication at its end.
    """
    name = table.name.lower()
    years = [2000 + int(y[2:]) for y in re.findall(r"(?<!\d)(\d{4})(?!\d)", name)
             if int(y[2:]) == (int(y[:2]) + 1) % 100]  # fmt: skip
    months = re.findall(r"(?:mar|jun|sep|dec)(?:20)?(\d\d)(?!\d)", name)
    return years + [2000 + int(y) for y in months]
