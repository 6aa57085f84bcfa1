"""Explore Education Statistics (Department for Education): suspensions and exclusions."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

from cspanalysis.domain import areas, whole_files
from cspanalysis.domain.errors import paragraph
from cspanalysis.workspace.fetch import kept_files
from cspanalysis.workspace.fetch.kept_files import Fetched, Job, Publisher
from cspanalysis.workspace.fetch.web import PublisherError

SOURCE = "dfe_exclusions"
BASE = "https://content.explore-education-statistics.service.gov.uk/api"
PUBLISHER = Publisher(
    "Department for Education, Explore Education Statistics",
    "Source: Department for Education, Explore Education Statistics, licensed under the Open "
    "Government Licence v3.0",
)
PUBLICATION = "suspensions and permanent exclusions"
_MOST = 4 * 1024**3
_COLUMNS = ("time_period", "geographic_level", "la_name")


def fetch(job: Job) -> list[Fetched]:
    """Fetch the newest data sets on exclusions that go down to local authorities."""
    # The data catalogue holds every publication; the statistics API only some of them.
    url = f"{job.base(SOURCE, BASE)}/data-set-files"
    wanted = str(job.options.get("dfe_publication", PUBLICATION))
    phrase = str(job.options.get("dfe_data_set", ""))
    catalogue = _results(job, url, {"searchTerm": wanted, "latestOnly": "true"})
    catalogue = _pick(catalogue, lambda d: _has(d["publication"]["title"], wanted), url, wanted)
    sets = _pick(catalogue, lambda d: _is_wanted(d, phrase), url, phrase or "exclusions")
    found = []
    for data_set in sets:
        address = f"{url}/{data_set['id']}/download"
        found.append(
            kept_files.download(
                job, SOURCE, f"{areas.slug(data_set['title'])[:80]}.csv", address, PUBLISHER,
                title=f"{data_set['publication']['title']}, {data_set['release']['title']}: "
                f"{data_set['title']}",
                published=str(data_set.get("published") or "")[:10],
                check=lambda path, address=address: _check(path, address),
            )
        )  # fmt: skip
    return found


def _is_wanted(data_set: dict[str, Any], phrase: str) -> bool:
    title = data_set["title"]
    if phrase:
        return _has(title, phrase)
    levels = {str(v).lower() for v in (data_set.get("meta") or {}).get("geographicLevels", [])}
    return (
        (_has(title, "exclusion") or _has(title, "suspension"))
        # Reasons and single schools are large and of no use for a district.
        and not _has(title, "reason")
        and not _has(title, "school level")
        and "local authority" in levels
    )


def _results(job: Job, url: str, params: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for page in range(1, 100):
        reply = job.web.json(url, params={**params, "page": str(page), "pageSize": "40"})
        found += reply.get("results", [])
        if page >= reply.get("paging", {}).get("totalPages", 1):
            break
    return found


def _pick(items, is_wanted, url: str, wanted: str) -> list[dict[str, Any]]:
    chosen = [item for item in items if is_wanted(item)]
    if chosen:
        return chosen
    titles = ", ".join(f"'{item['title']}'" for item in items[:12])
    raise PublisherError(
        paragraph(
            f"nothing there is called '{wanted}'; there are {titles or 'no entries'}",
            file=url,
            do="Put the right title into partnership.toml ([fetch] dfe_publication or "
            "dfe_data_set), or put the CSV from explore-education-statistics.service.gov.uk into "
            "data/raw/dfe_exclusions.",
        )
    )


def _check(path: Path, url: str) -> None:
    with path.open("rb") as stream:
        is_packed = stream.read(2) == b"\x1f\x8b"
    if is_packed:
        plain = path.with_name(f"{path.name}.plain{whole_files.SUFFIX}")
        try:
            with gzip.open(path) as packed, plain.open("wb") as stream:
                while piece := packed.read(1024**2):
                    stream.write(piece)
                    if stream.tell() > _MOST:
                        raise EOFError(f"it unpacks to more than {_MOST:,} bytes")
        except (OSError, EOFError) as error:
            plain.unlink(missing_ok=True)
            raise PublisherError(
                paragraph(f"the packed file does not unpack ({error})", file=url,
                          do="Run the same command again.")
            ) from error  # fmt: skip
        plain.replace(path)
    kept_files.check_table(path, _COLUMNS, url)


def _has(title: str, phrase: str) -> bool:
    return phrase.lower() in title.lower()
