"""What a review is opened on: of what was asked and what the settings say."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from cspanalysis import sources
from cspanalysis.disclosure import editions
from cspanalysis.domain import protections
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.domain.violence_duty import SeriousViolence
from cspanalysis.review import coverage, offence_counts
from cspanalysis.stats.night import NightTime
from cspanalysis.stats.thefts import PurseDipping
from cspanalysis.store import clean_run
from cspanalysis.store.tables import Store
from cspanalysis.workspace import settings_file
from cspanalysis.workspace import workspace as workspaces
from cspanalysis.workspace.workspace import Workspace

#: Sections of the settings that define what is counted.
DEFINITIONS: dict[str, type] = {
    "night_time_economy": NightTime,
    "purse_dipping": PurseDipping,
    "serious_violence": SeriousViolence,
}


class Chosen(NamedTuple):
    """An area, its periods and its data, as `Review` takes them."""

    workspace: Workspace
    area: Area
    comparisons: list[Comparison]
    edition: str
    store: Store


def choose(
    csp: str | None,
    period: str | Period | None,
    *,
    compare: str | Period | None = None,
    edition: str = "public",
    workspace: str | Path | None = None,
) -> Chosen:
    """Area, periods and data of a review; see `entry.open`."""
    editions.check(edition)
    space = workspaces.load(workspace)
    area = space.area(csp)
    for section, kind in DEFINITIONS.items():
        space.definition(kind, section)
    _check_disclosure(space)
    store = clean_run.ready(space.root, space.settings)
    chosen = Period.parse(period) if period else space.period or _newest_year(store, area)
    compared = against(space, chosen, compare)
    _check_covers(store, area, chosen)
    is_own = _is_own(space, chosen) and area.name == space.area_name
    windows = space.windows if is_own else ()
    return Chosen(space, area, [Comparison(chosen, compared), *windows], edition, store)


def _check_disclosure(space: Workspace) -> None:
    section = space.settings.get("disclosure", {})
    path = space.root / workspaces.SETTINGS
    settings_file.check_keys(section, {"threshold", *sources.policies()}, "disclosure", path)
    protections.check(section, path)


def against(space: Workspace, period: Period, compare: str | Period | None = None) -> Period:
    """The period to compare with: the one asked for, else the settings', else `Period.before`."""
    if compare or not space.compare or not _is_own(space, period):
        return period.against(compare)
    return period.against(space.compare, file=space.root / workspaces.SETTINGS)


def _is_own(space: Workspace, period: Period) -> bool:
    """Whether what the settings say of their period is said of this one."""
    return space.period is None or period == space.period


def _newest_year(store: Store, area: Area) -> Period:
    for source in offence_counts.OFFENCE_SOURCES:
        months = coverage.of(store, source, area).months
        if months:
            last = Period.parse(months[-1]).last
            return Period(max(last - 11, Period.parse(months[0]).first), last)
    raise UsageError(
        paragraph(
            f"no period is set and no offences of {area.name} are in the workspace",
            do="Name one with --period YYYY-MM/YYYY-MM, or put data into data/raw and clean it.",
        )
    )


def _check_covers(store: Store, area: Area, period: Period) -> None:
    """Refuses a period that the workspace's offences of the area do not touch: a slip of the pen.

    A workspace without any offences may still hold other sources for it.
    """
    months = offence_counts.held(store, area)
    if months and not set(period.month_list()) & set(months):
        raise UsageError(
            paragraph(
                f"the workspace holds no offences of {area.name} in {period.label}",
                allowed=f"a period that touches {offence_counts.months_label(months)}",
                do="Choose another period, or put its data into data/raw.",
            )
        )
