"""STATS19 (Department for Transport): collisions and casualties on the roads, a file per year."""

from __future__ import annotations

from functools import partial

from cspanalysis.workspace.fetch import kept_files
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.web import PublisherError

SOURCE = "stats19"
BASE = "https://data.dft.gov.uk/road-accidents-safety-data"
PUBLISHER = Publisher(
    "Department for Transport",
    "Source: Department for Transport, road safety data, licensed under the Open Government "
    "Licence v3.0",
)
_COLUMNS = {
    "collision": ("date", "local_authority_ons_district"),
    "casualty": ("casualty_severity",),
}
#: Years' files come in the autumn after the year; older ones must be found by then.
_LATE_YEARS = 2


def fetch(job: Job) -> list[Fetched]:
    """Fetch the newest years; the newest that does not exist yet is passed over with a line."""
    newest = job.today.year - 1
    found: list[Fetched] = []
    years = 0
    for year in range(newest, newest - _LATE_YEARS - job.years, -1):
        if years == job.years:
            break
        try:
            found += [_file(job, kind, year) for kind in _COLUMNS]
            years += 1
        except PublisherError as error:
            too_new = not found and newest - year < _LATE_YEARS
            if error.status != 404 or not too_new:
                raise
            job.report(f"stats19: {year} is not published yet")
    return found


def _file(job: Job, kind: str, year: int) -> Fetched:
    name = f"dft-road-casualty-statistics-{kind}-{year}.csv"
    url = f"{job.base(SOURCE, BASE)}/{name}"
    return kept_files.download(
        job, SOURCE, name, url, PUBLISHER,
        title=f"Road safety data, {kind} records of {year}",
        check=partial(kept_files.check_table, columns=_COLUMNS[kind], url=url),
    )  # fmt: skip
