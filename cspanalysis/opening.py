"""`csp.open(...)`: the review of an area over a period, from the workspace one stands in."""

from __future__ import annotations

from pathlib import Path

from cspanalysis import cleaning, counting, editions
from cspanalysis import workspace as workspaces
from cspanalysis.areas import Area
from cspanalysis.errors import UsageError, paragraph
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import Review
from cspanalysis.store import Store


def open(
    csp: str | None = None,
    period: str | Period | None = None,
    *,
    compare: str | Period | None = None,
    edition: str = "public",
    workspace: str | Path | None = None,
) -> Review:
    """Open a review of an area.

    Parameters
    ----------
    csp : str, optional
        Name of a partnership or district; default: the workspace's own.
    period : str or Period, optional
        'YYYY-MM/YYYY-MM'; default: the settings' period, else the newest twelve months covered.
    compare : str or Period, optional
        Default: the settings' if the period is theirs too, else the same months a year before.
    edition : {'public', 'partner'}
        Whether values under a disclosure policy are protected.
    workspace : path, optional
        Default: the folder with partnership.toml at or above the current one.

    Returns
    -------
    Review

    Raises
    ------
    UsageError
        If the area, the period, the edition or the workspace is unknown, or the workspace's
        offences of the area lie wholly outside the period.
    """
    editions.check(edition)
    space = workspaces.load(workspace)
    area = space.area(csp)
    store = cleaning.ready(space)
    chosen = Period.parse(period) if period else space.period or _newest_year(store, area)
    own_period = space.period is None or chosen == space.period
    if compare:
        against = Period.parse(compare)
    else:
        against = space.compare if own_period and space.compare else chosen.year_before
    _check_covers(store, area, chosen)
    windows = space.windows if own_period and area.name == space.area_name else ()
    return Review(space, area, [Comparison(chosen, against), *windows], edition, store)


def _newest_year(store: Store, area: Area) -> Period:
    for source in counting.OFFENCE_SOURCES:
        months = counting.covered(store, source, area)
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
    months = counting.held(store, area)
    if months and not set(period.month_list()) & set(months):
        raise UsageError(
            paragraph(
                f"the workspace holds no offences of {area.name} in {period.label}",
                allowed=f"a period that touches {counting.months_label(months)}",
                do="Choose another period, or put its data into data/raw.",
            )
        )
