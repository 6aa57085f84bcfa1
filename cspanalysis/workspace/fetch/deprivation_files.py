"""Indices of deprivation: England's from GOV.UK, the Welsh one from the Welsh Government."""

from __future__ import annotations

import re
from functools import partial

from cspanalysis.workspace.fetch import gov_uk, kept_files
from cspanalysis.workspace.fetch.gov_uk import Attachment
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher

SOURCE = "deprivation"
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
    table = gov_uk.find(
        job,
        job.base(SOURCE, gov_uk.BASE),
        str(job.options.get("deprivation_page", PAGE)),
        _is_file_7,
        what="File 7 as CSV",
        search="English indices of deprivation",
        organisation="ministry-of-housing-communities-local-government",
        setting="deprivation_page",
    )[0]
    return kept_files.download(
        job, SOURCE, table.name, table.url, ENGLAND,
        title=table.title or "English indices of deprivation, File 7",
        published=table.published,
        check=partial(kept_files.check_table, columns=_COLUMNS, url=table.url),
    )  # fmt: skip


def _is_file_7(attachment: Attachment) -> bool:
    is_csv = attachment.url.lower().endswith(".csv")
    return is_csv and bool(
        re.search(r"file[ _-]*7(?!\d)", f"{attachment.title} {attachment.url}".lower())
    )


def _wales(job: Job) -> Fetched:
    address = str(job.options.get("deprivation_wales", WALES_FILE))
    file = Attachment("Welsh Index of Multiple Deprivation, ranks by small area", address)
    return kept_files.download(
        job, SOURCE, file.name, file.url, WALES,
        title=file.title,
        check=partial(gov_uk.check_spreadsheet, url=address, setting="deprivation_wales"),
    )  # fmt: skip
