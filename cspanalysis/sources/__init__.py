"""The kinds of file that are read: a module each, with its `SOURCE`, and their registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cspanalysis.domain.periods import Period
from cspanalysis.sources import (
    action_plan,
    asb_calls,
    asb_powers,
    boundaries,
    deprivation,
    dfe_exclusions,
    environmental,
    ethnic_groups,
    fingertips,
    fire_statistics,
    fires,
    home_office_csp,
    hospital_extract,
    lait,
    lookups,
    marac,
    ons_csp,
    outputs,
    peer_counts,
    police_extract,
    police_uk,
    population,
    published,
    school_exclusions,
    severity,
    stats19,
    stop_and_search,
    surveys,
    targets,
    youth_offending,
)
from cspanalysis.sources.archive import Part
from cspanalysis.sources.source import Source

#: In the order of cleaning: lookups first, for others to use.
SOURCES: tuple[Source, ...] = (
    lookups.SOURCE,
    population.SOURCE,
    ethnic_groups.SOURCE,
    boundaries.SOURCE,
    deprivation.SOURCE,
    police_uk.SOURCE,
    police_extract.SOURCE,
    stop_and_search.SOURCE,
    peer_counts.SOURCE,
    severity.SOURCE,
    asb_calls.SOURCE,
    asb_powers.SOURCE,
    hospital_extract.SOURCE,
    school_exclusions.SOURCE,
    home_office_csp.SOURCE,
    ons_csp.SOURCE,
    fingertips.SOURCE,
    dfe_exclusions.SOURCE,
    lait.SOURCE,
    stats19.SOURCE,
    fires.SOURCE,
    fire_statistics.SOURCE,
    surveys.SOURCE,
    youth_offending.SOURCE,
    marac.SOURCE,
    environmental.SOURCE,
    targets.SOURCE,
    outputs.SOURCE,
    action_plan.SOURCE,
    published.SOURCE,
)


def names() -> tuple[str, ...]:
    """The names of all sources, in the order of cleaning."""
    return tuple(one.name for one in SOURCES)


def find(name: str) -> Source | None:
    """A source by its name or the name of one of its folders; None if there is none."""
    return next((one for one in SOURCES if name in (one.name, *one.folders)), None)


def of_file(part: Part) -> Source | None:
    """The source of a raw file: of its folder, or one whose files may lie there, too."""
    folder = part.file.split("/")[0]
    lodgers = (one for one in SOURCES if folder in one.lodges and one.lodges[folder](part))
    return next(lodgers, None) or find(folder)


def get(name: str) -> Source:
    """A source by its name; KeyError if there is none."""
    found = find(name)
    if found is None or found.name != name:
        raise KeyError(name)
    return found


def years_of(table: str) -> tuple[str, Callable[[int], Period]] | None:
    """Of a table of yearly figures the column of the years, and the period of one."""
    return next((one.years[table] for one in SOURCES if table in one.years), None)


def spans_of(table: str) -> tuple[str, Callable[[str], Period | None]] | None:
    """Of a table of figures of whole periods the column of the periods, and the period of one."""
    return next((one.spans[table] for one in SOURCES if table in one.spans), None)


def further() -> dict[str, tuple[str, str]]:
    """Tables with years of their own: the source that gives each, and what a sentence calls it."""
    return {table: (one.name, called) for one in SOURCES for table, called in one.further.items()}


def policies() -> dict[str, str]:
    """Disclosure policies by source, unless the settings say otherwise; other sources have none."""
    return {one.name: one.policy for one in SOURCES if one.policy != "none"}


def protected(chosen: Mapping[str, str]) -> frozenset[str]:
    """Sources whose small counts are hidden in public, given the policies of the settings."""
    found = policies() | dict(chosen)
    return frozenset(name for name, policy in found.items() if policy in ("hes", "threshold"))
