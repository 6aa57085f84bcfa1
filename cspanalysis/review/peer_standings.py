"""Districts of counties and police forces beside each other, worked out once for all of them.

Each district's report sets the same districts beside each other: over-dispersion, verdicts and the
intervals of places are theirs together, and a run over many areas looks them up. So it does the
rates of districts with their limits, which stand in the groups of similar areas, too.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cspanalysis.domain import offences
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.review import peer_tallies
from cspanalysis.review.peer_tallies import WITHIN_FORCE
from cspanalysis.stats import measures, peers
from cspanalysis.stats.measures import as_float
from cspanalysis.store import run_tables
from cspanalysis.store.tables import Store
from cspanalysis.workspace.workspace import Workspace

_TABLE, _RATES = "peer_standings", "peer_rates"
#: Columns beside what was worked out: what was asked, and a number of each question.
_ASKED, _KEY = ("count", "population"), "key"
#: Rates with their limits, as `stats.measures.rates` gives them.
_LIMITS = ("rate", "lower", "upper")
#: What is the same for all areas of a question.
_OF_ALL = ("phi", "is_widened", "of", "mean_rate")


def compare(store: Store, table: pd.DataFrame) -> pd.DataFrame:
    """`stats.peers.compare`, looked up where the run has worked it out."""
    return peers.compare(table, known=_lookup(store))


@functools.lru_cache(maxsize=4)
def _lookup(store: Store) -> peers.Known:
    """One and the same for a store, so that what was asked before is found again."""

    def rates(count: Any, population: Any, *how: float) -> measures.Rates | None:
        held = run_tables.get(store.processed, _RATES)
        return _rates(held, count, population) if held and how == peers.USUAL[:2] else None

    def among(count: Any, population: Any, *how: float) -> Mapping[str, Any] | None:
        held = run_tables.get(store.processed, _TABLE)
        return _among(held, count, population) if held and how == peers.USUAL else None

    return peers.Known(rates, among)


def _rates(held: pa.Table, *asked: np.ndarray) -> measures.Rates | None:
    is_told = ~np.isnan(asked[0] + asked[1])
    keys = held[_KEY].to_numpy()
    places = np.searchsorted(keys, _pair(*(of[is_told] for of in asked))).clip(max=len(keys) - 1)
    for column, of in zip(_ASKED, asked, strict=True):
        if not np.array_equal(held[column].to_numpy()[places], of[is_told]):
            return None
    found = np.full((len(_LIMITS), len(is_told)), np.nan)
    found[:, is_told] = [held[column].to_numpy()[places] for column in _LIMITS]
    return found[0], found[1], found[2]


def _pair(count: np.ndarray, population: np.ndarray) -> np.ndarray:
    """A number for a count and its residents, another for all others of whole numbers."""
    return population * 2.0**24 + count


def _among(held: pa.Table, *asked: Any) -> Mapping[str, Any] | None:
    keys, key = held[_KEY].to_numpy(), _key(*asked)
    first, stop = np.searchsorted(keys, key, "left"), np.searchsorted(keys, key, "right")
    rows = held.slice(first, stop - first)
    if not all(np.array_equal(rows[c], a) for c, a in zip(_ASKED, asked, strict=True)):
        return None
    found = {c: rows[c].to_numpy() for c in rows.column_names if c not in (*_ASKED, _KEY)}
    found = {c: v.astype(str) if v.dtype == object else v for c, v in found.items()}
    return {c: v[0] if c in _OF_ALL else v for c, v in found.items()}


def _key(*asked: Any) -> int:
    """A number for what was asked, as good as always another for other figures."""
    told = np.concatenate(asked).tobytes()
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest(), signed=True)


def shared(workspace: Workspace, of_areas: Iterable[Area]) -> list[tuple[Area, str]]:
    """The counties and police forces that several of the areas are districts of.

    Returns: one of these areas for each, and 'county' or 'force'. A partnership of several
    districts stands among its neighbours as one area: nobody else asks for that.
    """
    found: dict[frozenset[str], list[tuple[Area, str]]] = {}
    for area in of_areas:
        for group in WITHIN_FORCE if len(area.districts) == 1 else ():
            with contextlib.suppress(UsageError):
                members = frozenset(workspace.peers(area, group).areas)
                found.setdefault(members, []).append((area, group))
    return [asked[0] for asked in found.values() if len({area for area, _ in asked}) > 1]


def worked_out(
    store: Store, workspace: Workspace, area: Area, group: str, period: Period
) -> list[pa.Table]:
    """What `stats.peers.among` says of all offences and of each kind in the street-level files."""
    members = workspace.peers(area, group)
    found = []
    for selection in (offences.ALL, *offences.kinds(offences.POLICE_UK)):
        with contextlib.suppress(NotAvailable):
            table = peer_tallies.counted(store, area, members, selection, period).table
            count, population = (as_float(table[c]) for c in _ASKED)
            known = np.flatnonzero(~np.isnan(count) & (population > 0))
            order = known[np.lexsort((count[known], population[known]))]
            asked = count[order], population[order]
            among = peers.among(*map(tuple, asked))
            columns = {_KEY: _key(*asked), **dict(zip(_ASKED, asked, strict=True)), **among}
            rows = {name: np.broadcast_to(v, len(order)).copy() for name, v in columns.items()}
            found.append(pa.table(rows))
    return found


def put(store: Store, tables: Iterable[pa.Table]) -> None:
    """Lay down for the run what was worked out, and the rates of all the districts in it."""
    by_question = {table[_KEY][0].as_py(): table for table in tables if table.num_rows}
    if not by_question:
        return
    rows = pa.concat_tables(by_question[key] for key in sorted(by_question))
    run_tables.put(store.processed, _TABLE, rows)
    keys, first = np.unique(_pair(*(rows[c].to_numpy() for c in _ASKED)), return_index=True)
    asked = [rows[column].to_numpy()[first] for column in _ASKED]
    columns = dict(zip((*_ASKED, *_LIMITS), (*asked, *measures.rates(*asked)), strict=True))
    run_tables.put(store.processed, _RATES, pa.table({_KEY: keys, **columns}))
