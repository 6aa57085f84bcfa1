"""The sums that a result table's rows stand in, and the rows hidden because of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from cspanalysis.disclosure import cells as cells_
from cspanalysis.disclosure import policies
from cspanalysis.disclosure.cells import Cell
from cspanalysis.disclosure.policies import SYMBOLS
from cspanalysis.disclosure.protect import Protect
from cspanalysis.disclosure.secondary import further


def places_of(table: pd.DataFrame) -> list[dict]:
    """Where each row of a table lies, for `Cell`."""
    names = cells_.dimensions(table)
    return [cells_.located(row) for row in table[list(names)].to_dict("records")]


def hidden_cell(where: dict, symbol: str) -> Cell:
    """A cell of which the reader sees the symbol only."""
    low, high = policies.hidden_range(symbol)
    return Cell(where, low, high, True)


def shown_cell(where: dict, value: float, policy: str) -> Cell:
    """A cell whose protected count is published."""
    seen = float(policies.rounded(np.array([value], dtype=float), policy)[0])
    base = policies.HES_ROUNDING if policy == "hes" else 0
    low, high = policies.shown_range(seen, base)
    return Cell(where, low, high)


def further_rows(
    shown: pd.DataFrame, name: str, counts: np.ndarray, small: np.ndarray, protect: Protect
) -> np.ndarray:
    """Rows to hide in addition, so that sums within the table give nothing away."""
    places = places_of(shown)
    unknown = np.isnan(counts)
    if not (small | (unknown & (shown["status"] == "suppressed").to_numpy())).any():
        return np.zeros(len(shown), dtype=bool)
    symbol = SYMBOLS[protect.policy]
    cells, values, fixed = [], [], []
    for i, place in enumerate(places):
        if unknown[i] or small[i]:
            shown_as = shown["symbol"].iloc[i] if unknown[i] else symbol
            cell = hidden_cell(place, shown_as)
            # Not available is not hidden: it may be zero, and nobody has to protect it.
            cell = cell if small[i] or shown_as else replace(cell, low=0)
        else:
            cell = shown_cell(place, counts[i], protect.policy)
        cells.append(cell)
        values.append(counts[i])
        fixed.append(unknown[i] or small[i])
    for place, total in _outside_totals(shown, places, counts, name, protect):
        cells.append(shown_cell(place, total, protect.policy))
        values.append(total)
        fixed.append(True)
    for place in cells_.unlisted(places):
        cells.append(Cell(place, 0, 0))
        values.append(0.0)
        fixed.append(True)
    more = further(cells, np.array(values), np.array(fixed), width=protect.width)
    return more[: len(shown)]


def _outside_totals(
    shown: pd.DataFrame, places: list[dict], counts: np.ndarray, name: str, protect: Protect
) -> Iterator[tuple[dict, float]]:
    """Totals that the reader knows from elsewhere: those of `by` groups and a share's base."""
    inner = _inner(places)
    if protect.by and name in protect.counts:
        groups = shown[inner].groupby(list(protect.by), sort=False, dropna=False).indices
        index = np.flatnonzero(inner)
        for key, rows in groups.items():
            total = counts[index[rows]].sum()
            key = key if isinstance(key, tuple) else (key,)
            if (
                len(rows) > 1
                and not np.isnan(total)
                and not policies.is_small(
                    np.array([total]), protect.policy, protect.threshold
                ).any()
            ):
                yield cells_.located(dict(zip(protect.by, key, strict=True))), total
    if protect.base in shown and name == "count" and inner.sum() > 1:
        base = shown.loc[inner, protect.base].astype(float)
        if (base == base.iloc[0]).all() and base.iloc[0] == np.nansum(counts[inner]):
            times = {p.get("time") for p, i in zip(places, inner, strict=True) if i}
            place = {"time": times.pop()} if len(times) == 1 and times != {None} else {}
            yield place, float(base.iloc[0])


def _inner(places: list[dict]) -> np.ndarray:
    """Rows that are no totals of other rows: those placed in the most dimensions."""
    most = max(len(p) for p in places)
    return np.array([len(p) == most for p in places])
