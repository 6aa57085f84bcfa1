"""`csp fetch`: the open data of the workspace's area, one module per publisher.

Each module has the base address as a default that `[fetch]` in partnership.toml overrides, and a
function that takes a `Job` and returns what it fetched. A publisher that fails does not stop the
others; the failures are listed last.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import filelock

from cspanalysis.domain import areas, whole_files
from cspanalysis.domain.errors import CspError, DataRefused, UsageError, paragraph
from cspanalysis.workspace.fetch import (
    census_groups,
    collision_files,
    deprivation_files,
    explore_education,
    fire_tables,
    fly_tipping_tables,
    geography,
    health_indicators,
    home_office,
    interactive_tool,
    nomis,
    ons_tables,
    street_archive,
)
from cspanalysis.workspace.fetch.kept_files import Fetched, Job
from cspanalysis.workspace.fetch.web import Web

#: Source (raw folder) → who fetches it, in the order of fetching: lookups first.
SOURCES: Mapping[str, Callable[[Job], list[Fetched]]] = {
    geography.LOOKUPS: geography.lookups,
    nomis.SOURCE: nomis.fetch,
    census_groups.SOURCE: census_groups.fetch,
    street_archive.SOURCE: street_archive.fetch,
    street_archive.STOPS.source: street_archive.stops,
    geography.BOUNDARIES: geography.boundaries,
    deprivation_files.SOURCE: deprivation_files.fetch,
    health_indicators.SOURCE: health_indicators.fetch,
    home_office.SOURCE: home_office.fetch,
    ons_tables.SOURCE: ons_tables.fetch,
    explore_education.SOURCE: explore_education.fetch,
    interactive_tool.SOURCE: interactive_tool.fetch,
    collision_files.SOURCE: collision_files.fetch,
    fly_tipping_tables.SOURCE: fly_tipping_tables.fetch,
    fire_tables.SOURCE: fire_tables.fetch,
}

#: Publishers that know nothing of Wales.
ENGLAND_ONLY = (
    health_indicators.SOURCE,
    explore_education.SOURCE,
    interactive_tool.SOURCE,
    fly_tipping_tables.SOURCE,
    fire_tables.SOURCE,
)


class FetchFailed(CspError):
    """Some publisher failed, the rest is fetched (exit code 1, or 3 where a layout changed).

    Parameters
    ----------
    message : str
        One line per failure.
    fetched : list of Fetched
        What became of every file and publisher.
    """

    def __init__(self, message: str, fetched: list[Fetched], exit_code: int = 1):
        self.fetched, self.exit_code = fetched, exit_code
        super().__init__(message)


def run(
    workspace_root: Path,
    settings: Mapping[str, Any],
    area: Mapping[str, Any] | areas.Area,
    sources: Sequence[str] = (),
    months: int = 36,
    report: Callable[[str], object] = print,
    *,
    web: Web | None = None,
    today: date | None = None,
) -> list[Fetched]:
    """Fetch open data into data/raw, each file with its sidecar.

    `workspace_root`: folder with partnership.toml. `settings`: its content, checked
    (`workspace.load`); [fetch] holds base addresses and choices. `area`: districts, district_codes,
    force and county of the area. `sources`: which; all of SOURCES by default. `months`: newest
    months of street-level crime; other sources take the years they reach into. `report`: takes one
    line of progress. `web`, `today`: for tests. Returns: one per file.
    """
    options = dict(settings.get("fetch", {}))
    _check(sources)
    raw = Path(workspace_root) / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(raw / ".fetch.lock", timeout=0)
    try:
        held = lock.acquire()
    except filelock.Timeout as error:
        raise UsageError(
            paragraph("another fetch is at work in this workspace", file=raw, do="Let it finish.")
        ) from error
    with held, web or Web(contact=str(options.get("contact", ""))) as open_web:
        whole_files.sweep(raw)
        job = Job(raw, open_web, _codes(area), months, today or date.today(), options, report)
        return _all(job, list(sources) or list(SOURCES))


def _all(job: Job, sources: list[str]) -> list[Fetched]:
    found: list[Fetched] = []
    failures: list[tuple[str, CspError]] = []
    is_wales = areas.are_welsh(job.area["district_codes"])
    for source in sources:
        if is_wales and source in ENGLAND_ONLY:
            job.report(f"{source}: covers England only, nothing to fetch for {job.area['name']}")
            continue
        before = job.web.bytes
        try:
            files = _fetch(job, source)
        except CspError as error:
            failures.append((source, error))
            found.append(Fetched(source, None, "failed", job.web.bytes - before, str(error)))
            job.report(f"{source}: failed after {_size(job.web.bytes - before)}")
            continue
        found += files
        job.report(_summary(source, files, job.web.bytes - before))
    job.report(f"{_size(job.web.bytes)} transferred in all")
    if failures:
        listed = "\n".join(f"  {source}: {error}" for source, error in failures)
        raise FetchFailed(
            f"{len(failures)} of {len(sources)} sources could not be fetched; the others are "
            f"there, and data fetched before stay in use.\n{listed}",
            found,
            max(error.exit_code for _, error in failures),
        ) from failures[0][1]
    return found


def _fetch(job: Job, source: str) -> list[Fetched]:
    try:
        return SOURCES[source](job)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        # Replies are foreign: another shape than the known one must not end in a traceback.
        raise DataRefused(
            paragraph(
                f"the publisher's reply has another shape than known ({error!r})",
                file=source,
                do="Nothing of it was kept; a newer version of this program may know it.",
            )
        ) from error


def _summary(source: str, files: list[Fetched], sent: int) -> str:
    words = {"fetched": "fetched", "unchanged": "unchanged", "held": "already there"}
    counts = [
        f"{n} {word}" for key, word in words.items() if (n := sum(f.status == key for f in files))
    ]
    return f"{source}: {', '.join(counts) or 'nothing to fetch'}; {_size(sent)} transferred"


def _size(count: int) -> str:
    return f"{count / 1e6:,.1f} MB" if count >= 100_000 else f"{count / 1e3:,.1f} kB"


def _check(sources: Sequence[str]) -> None:
    for name in sources:
        if name not in SOURCES:
            near = difflib.get_close_matches(name, SOURCES, 1)
            raise UsageError(
                paragraph(
                    f"'{name}' is no source that can be fetched",
                    allowed=", ".join(SOURCES),
                    do=f"Did you mean '{near[0]}'?" if near else "",
                )
            )


def _codes(area: Mapping[str, Any] | areas.Area) -> dict[str, Any]:
    """What the publishers need of the area, its neighbours of force and county included."""
    given = vars(area) if isinstance(area, areas.Area) else dict(area)
    table = areas.register()
    near = table[
        ((table["force"] == given.get("force")) & (table["force"] != ""))
        | ((table["county"] == given.get("county")) & (table["county"] != ""))
    ]
    codes = [code for code in given.get("district_codes", ()) if code]
    if not codes or not given.get("force"):
        raise UsageError(
            paragraph(
                f"the area '{given.get('name', '')}' has no district code or police force, so "
                "open data cannot be found for it",
                do="Name an area of the register in [area], or give its districts' names as the "
                "Office for National Statistics has them.",
            )
        )
    return {
        "name": given.get("name", ""),
        "districts": list(given.get("districts", ())),
        "district_codes": codes,
        "force": given["force"],
        "neighbour_codes": list(near["district_code"]),
    }
