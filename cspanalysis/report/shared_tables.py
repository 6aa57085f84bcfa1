"""What the areas of a run share, worked out once before the first of them is reviewed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pyarrow as pa

from cspanalysis.domain import areas
from cspanalysis.domain.errors import CspError
from cspanalysis.domain.periods import Period
from cspanalysis.report import workers
from cspanalysis.report.request import Request
from cspanalysis.review import case_counts, coverage, peer_standings, residents, small_areas
from cspanalysis.store import run_tables, tables
from cspanalysis.store.tables import Store
from cspanalysis.workspace import similar_groups
from cspanalysis.workspace import workspace as workspaces

#: From so many areas on it pays: for a few it would take longer than what it saves.
_MANY = 8


@contextlib.contextmanager
def kept(request: Request) -> Iterator[None]:
    """Within it the run's tables are there for all its processes."""
    if len(request.areas) < _MANY:
        yield
        return
    with run_tables.kept(_processed(request)):
        yield


def count(request: Request) -> None:
    """Read and count what every area looks up."""
    if len(request.areas) < _MANY:
        return
    store = tables.opened(_processed(request))
    with contextlib.suppress(CspError, OSError):  # the areas themselves will tell
        store.prepare()
        periods = [Period.parse(p) for p in (request.period, request.compare) if p]
        case_counts.prepare(store, *periods)
        small_areas.prepare(store)
        residents.prepare(store)
        coverage.prepare(store, areas.all_partnerships())  # peers are asked for, too
    pa.default_memory_pool().release_unused()  # what was read to be counted


def compare(request: Request) -> None:
    """Choose similar areas, and set the districts of counties and forces beside each other."""
    if len(request.areas) < _MANY:
        return
    store = tables.opened(_processed(request))
    space = workspaces.load(request.workspace)
    with contextlib.suppress(CspError, OSError):
        chosen = [space.area(area.name) for area in request.areas]
        similar_groups.put(store.processed, chosen, space.similar_weights)
        places = peer_standings.shared(space, chosen)
        task = partial(_standings, store, space, Period.parse(request.period))
        found = workers.in_order(task, places, request.jobs)
        peer_standings.put(store, (table for part in found for table in part))


def _standings(
    store: Store, space: workspaces.Workspace, period: Period, place: tuple[areas.Area, str]
) -> list[pa.Table]:
    return peer_standings.worked_out(store, space, *place, period)


def _processed(request: Request) -> Path:
    return Path(request.workspace) / "data/processed"
