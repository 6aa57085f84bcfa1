"""Nomis (ONS): residents by ethnic group at the Census of 2021 (TS021), of a force's districts.

Rates of stop and search by group are of the police force, so that all its districts are needed.
"""

from __future__ import annotations

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.workspace.fetch import kept_files, nomis
from cspanalysis.workspace.fetch.kept_files import Fetched, Job

SOURCE = "ethnic_groups"
#: Table TS021 of the Census of 2021.
DATASET = "NM_2041_1"
FILE = "nomis_census_2021_ts021.csv"
COLUMNS = (
    "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "C2021_ETH_20_NAME", "OBS_VALUE", "RECORD_COUNT",
)  # fmt: skip


def fetch(job: Job) -> list[Fetched]:
    """Fetch the districts of the area's force and county; refuse a table of something else."""
    codes = list(dict.fromkeys([*job.area["district_codes"], *job.area["neighbour_codes"]]))
    before = job.web.bytes
    request = {"geography": ",".join(codes), "date": "latest", "measures": "20100"}
    content, _, url = nomis.table(job, DATASET, request, COLUMNS)
    if b"White: Irish" not in content:
        raise DataRefused(
            paragraph(
                f"the table {DATASET} is not that of ethnic groups",
                file=url,
                do="Nothing was kept. Download table TS021 of the Census of 2021 from Nomis or ONS "
                "and put it into data/raw/ethnic_groups.",
            )
        )
    return [
        kept_files.keep(
            job, SOURCE, FILE, content, nomis.PUBLISHER,
            title="Census 2021, TS021: ethnic group, by district", url=url, published="2022-11-29",
            sent=job.web.bytes - before,
        )
    ]  # fmt: skip
