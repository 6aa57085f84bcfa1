"""Department for Environment, Food and Rural Affairs: fly-tipping by authority, on GOV.UK."""

from __future__ import annotations

import re

from cspanalysis.workspace.fetch import gov_uk
from cspanalysis.workspace.fetch.gov_uk import Attachment
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher

SOURCE = "fly_tipping"
PAGE = "government/statistical-data-sets/env24-fly-tipping-incidents-and-actions-taken-in-england"
PUBLISHER = Publisher(
    "Department for Environment, Food and Rural Affairs",
    "Source: Department for Environment, Food and Rural Affairs, fly-tipping statistics for "
    "England, licensed under the Open Government Licence v3.0",
)


def fetch(job: Job) -> list[Fetched]:
    """Fetch the newest table by local authority: incidents and actions of every year."""
    tables = gov_uk.find(
        job,
        job.base(SOURCE, gov_uk.BASE),
        str(job.options.get("fly_tipping_page", PAGE)),
        _is_by_authority,
        what="fly-tipping table by local authority",
        search="fly-tipping statistics for England",
        organisation="department-for-environment-food-rural-affairs",
        setting="fly_tipping_page",
    )
    return [gov_uk.download(job, SOURCE, PUBLISHER, max(tables, key=_last_year))]


def _is_by_authority(attachment: Attachment) -> bool:
    """Of the national, regional and local tables the last: 'reported by LAs in England'."""
    words = re.sub(r"[^a-z0-9]+", " ", f"{attachment.title} {attachment.name}".lower())
    is_local = re.search(r"\b(by las?|local authorit\w+|la level|by la)\b", words)
    is_table = attachment.url.lower().endswith((".ods", ".xlsx", ".csv"))
    return bool(is_table and is_local and re.search(r"fly ?tipping", words))


def _last_year(attachment: Attachment) -> int:
    """The last financial year in a table's title or name: '2012-13 to 2023-24'."""
    words = f"{attachment.title} {attachment.name}"
    return max((int(year) for year in re.findall(r"(20\d\d)[-/_ ]\d\d", words)), default=0)
