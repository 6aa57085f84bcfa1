"""Nomis (ONS): mid-year population estimates by local authority, sex and single year of age."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from cspanalysis.domain import areas
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.workspace.fetch import kept_files, web
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.web import PublisherError

SOURCE = "population"
BASE = "https://www.nomisweb.co.uk/api/v01"
PUBLISHER = Publisher(
    "Office for National Statistics, through Nomis",
    "Source: Office for National Statistics licensed under the Open Government Licence v3.0",
)
#: Population estimates, local authority based, by single year of age.
DATASET = "NM_2002_1"
#: Rows that Nomis gives at once without registration.
PAGE = 25_000
COLUMNS = (
    "DATE_NAME", "GEOGRAPHY_NAME", "GEOGRAPHY_CODE", "GENDER_NAME", "C_AGE_NAME", "OBS_VALUE",
    "RECORD_COUNT",
)  # fmt: skip
_ALL_AGES, _SINGLE_YEARS = "200", "101...191"


def fetch(job: Job) -> list[Fetched]:
    """Fetch all districts' totals, and single years of age for the area and its neighbours."""
    every = [code for code in areas.register()["district_code"] if code]
    near = list(dict.fromkeys([*job.area["district_codes"], *job.area["neighbour_codes"]]))
    found = []
    for name, codes, ages, title in (
        ("nomis_mid_year_totals.csv", every, _ALL_AGES, "totals by sex, all districts"),
        ("nomis_mid_year_ages.csv", near, _SINGLE_YEARS, "by sex and single year of age"),
    ):
        before = job.web.bytes
        content, url = _table(job, codes, ages)
        found.append(
            kept_files.keep(
                job, SOURCE, name, content, PUBLISHER,
                title=f"Mid-year population estimates, {title}", url=url,
                sent=job.web.bytes - before,
            )
        )  # fmt: skip
    return found


def _table(job: Job, codes: list[str], ages: str) -> tuple[bytes, str]:
    request = {
        "geography": ",".join(codes),
        "date": f"latestMINUS{job.years - 1}-latest",
        "gender": "0,1,2",
        "c_age": ages,
        "measures": "20100",
    }
    content, own, url = table(job, DATASET, request, COLUMNS)
    if unknown := set(job.area["district_codes"]) - own:
        raise PublisherError(
            paragraph(
                f"there are no estimates for {', '.join(sorted(unknown))}",
                file=url,
                do="The district may have been reorganised: check its code in data/raw/lookups, or "
                "put a population file into data/raw/population by hand.",
            )
        )
    return content, url


def table(
    job: Job, dataset: str, request: Mapping[str, str], columns: Sequence[str]
) -> tuple[bytes, set[str], str]:
    """All rows of a request, page by page and never in part: as CSV, their areas, the address."""
    url = f"{job.base(SOURCE, BASE)}/dataset/{dataset}.data.csv"
    request = {**request, "select": ",".join(columns).lower(), "recordlimit": str(PAGE)}
    rows: list[list[str]] = []
    total = None
    for offset in web.pages(PAGE):
        reply = job.web.get(url, form={**request, "recordoffset": str(offset)})
        header, page = _parse(reply.content, url, columns)
        rows += page
        if page:
            total = int(page[0][header.index("RECORD_COUNT")])
        if total is None or len(rows) >= total or not page:
            break
    if total is not None and len(rows) != total:
        raise PublisherError(
            paragraph(
                f"{len(rows):,} of {total:,} rows came",
                file=url,
                do="Nothing was kept; run the same command again later.",
            )
        )
    at = header.index("GEOGRAPHY_CODE")
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode(), {row[at] for row in rows}, url


def _parse(content: bytes, url: str, columns: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    if web.is_html(content):
        raise PublisherError(
            paragraph(
                "an HTML page came instead of a CSV file",
                file=url,
                do="Nomis may be down for maintenance: open www.nomisweb.co.uk in a browser, then "
                "run the same command again.",
            )
        )
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    header = [h.strip().upper() for h in lines[0]] if lines else []
    for column in columns:
        if column not in header:
            raise DataRefused(
                paragraph(
                    f"the publisher changed the layout; the reply begins "
                    f"{content[:120].decode('utf-8', 'replace')!r}",
                    file=url,
                    column=column,
                    do="Nothing was kept; data fetched before stay in use.",
                )
            )
    return header, [line for line in lines[1:] if line]
