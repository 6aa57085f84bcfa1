"""What a reader can work out: the range of values that each hidden cell can still have.

The attacker's problem of statistical disclosure control, one linear programme for the lowest and
one for the highest value of a hidden cell, given every published number. Sources: Hundepool et
al. (2012), Statistical Disclosure Control, chapter 4; Fischetti and Salazar (2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cspanalysis.disclosure.cells import Cell, membership

_SLACK = 1e-6


class Inconsistent(ValueError):
    """The published numbers contradict each other: they do not count the same things."""


@dataclass(frozen=True)
class Ranges:
    """What can be said of each cell.

    Parameters
    ----------
    low, high : numpy.ndarray
        Whole-number limits of every cell; known ones for shown cells. Where a cell's range is
        wider than asked for, the limits may lie inside the true ones.
    """

    low: np.ndarray
    high: np.ndarray

    def narrow(self, width: float) -> np.ndarray:
        """Cells whose range is narrower than `width` (a cell that is pinned down has width 0)."""
        return self.high - self.low < width


def ranges(
    cells: Sequence[Cell],
    *,
    width: float = 1,
    parts: np.ndarray | None = None,
    wanted: np.ndarray | None = None,
) -> Ranges:
    """The range of every hidden cell, given all that is published.

    `cells`: published and hidden cells of one kind of count. `width`: a hidden cell that can vary
    by this much is looked at no further. `parts`: `membership(cells)`, if already made. `wanted`:
    the hidden cells to look at; default: all. The others keep their known limits.
    """
    if not cells:
        return Ranges(np.empty(0), np.empty(0))
    members = membership(cells) if parts is None else parts
    low = np.array([c.low for c in cells], dtype=float)
    high = np.array([c.high for c in cells], dtype=float)
    finite = high[np.isfinite(high)]
    # Far above any published number, so that reaching it means 'without limit'.
    far = 10 * float(finite.max(initial=0)) + 1000
    out = Ranges(low.copy(), high.copy())
    sought = np.array([c.is_hidden for c in cells], dtype=bool)
    sought = sought if wanted is None else sought & wanted
    for rows, columns in _components(cells, members):
        targets = np.flatnonzero(sought[rows])
        if len(targets):
            matrix = members[np.ix_(rows, columns)]
            _solve(matrix, rows, targets, out, min(width, far / 2), far)
    return out


def _components(cells: Sequence[Cell], members: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Groups of cells that share parts and hold a hidden one; each is a problem of its own."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    n = len(cells)
    # A part that is shown exactly as a cell of its own ties nothing together.
    single = members.sum(axis=1) == 1
    exact = np.array([c.low == c.high and not c.is_hidden for c in cells])
    known = members[single & exact].any(axis=0)
    links = members[:, ~known]
    graph = csr_array(links.astype(np.int8))
    _, cell_group = connected_components(_bipartite(graph), directed=False)
    found = []
    for group in np.unique(cell_group[:n]):
        rows = np.flatnonzero(cell_group[:n] == group)
        if any(cells[i].is_hidden for i in rows):
            columns = np.flatnonzero(members[rows].any(axis=0))
            extra = np.flatnonzero(single & exact & members[:, columns].any(axis=1))
            found.append((np.union1d(rows, extra), columns))
    return found


def _bipartite(graph):
    from scipy.sparse import block_array

    return block_array([[None, graph], [graph.T, None]])


def _solve(
    members: np.ndarray,
    rows: np.ndarray,
    targets: np.ndarray,
    out: Ranges,
    width: float,
    far: float,
) -> None:
    from scipy.optimize import Bounds, LinearConstraint, milp

    matrix = np.unique(members, axis=1).astype(float)
    low, high = out.low[rows], out.high[rows]
    constraints = LinearConstraint(matrix, low, np.minimum(high, far))
    bounds = Bounds(0, far)
    seen_low = np.full(len(rows), np.inf)
    seen_high = np.full(len(rows), -np.inf)

    def extreme(i: int, sign: int) -> float:
        # Minimise sign × the cell; every solution also widens what is known of the others.
        answer = milp(sign * matrix[i], constraints=constraints, bounds=bounds)
        if answer.x is None:
            raise Inconsistent("no counts fit what is published")
        totals = matrix @ answer.x
        np.minimum(seen_low, np.ceil(totals - _SLACK), out=seen_low)
        np.maximum(seen_high, np.floor(totals + _SLACK), out=seen_high)
        return float(totals[i])

    for i in targets:
        if seen_high[i] - seen_low[i] >= width and seen_low[i] < np.inf:
            continue
        seen_low[i] = np.ceil(extreme(i, 1) - _SLACK)
        if seen_high[i] - seen_low[i] < width:
            seen_high[i] = np.floor(extreme(i, -1) + _SLACK)
    for i in targets:
        out.low[rows[i]] = seen_low[i]
        out.high[rows[i]] = np.inf if seen_high[i] >= far - 1 else seen_high[i]
