"""Which further cells are hidden so that no reader can work the small ones out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cspanalysis.disclosure.cells import Cell, membership
from cspanalysis.disclosure.ranges import Inconsistent, ranges
from cspanalysis.domain.errors import DisclosureFailed


def further(
    cells: Sequence[Cell], counts: np.ndarray, fixed: np.ndarray, *, width: float
) -> np.ndarray:
    """Cells to hide beyond those already hidden.

    Hides one cell at a time, the smallest that stands in a sum with a cell that can be worked out,
    until every hidden cell can have values at least `width` apart. Zeros stay shown unless nothing
    else is left: readers expect them where they are.

    `cells`: the table's cells, small ones hidden. `counts`: true counts (NaN where unknown).
    `fixed`: cells that are published elsewhere and cannot be hidden. `width`: how far apart the
    possible values of a hidden cell must at least lie. Returns: true for cells hidden in addition.
    """
    working = list(cells)
    added = np.zeros(len(cells), dtype=bool)
    if not any(c.is_hidden for c in cells):
        return added
    parts = consistent(cells)
    if parts is None:
        return added
    # A cell that can vary once can do so however much more is hidden, and is not asked again.
    asked = np.array([c.is_hidden for c in cells])
    hopeless = None
    while True:
        hidden = np.array([c.is_hidden for c in working])
        open_ = ranges(working, width=width, parts=parts, wanted=asked).narrow(width) & asked
        if hopeless is None:
            hopeless = _hopeless(cells, counts, width, parts, open_)
        open_ &= ~hopeless
        if not open_.any():
            return added
        may = ~hidden & ~fixed
        choice = None
        for cell in np.flatnonzero(open_):
            choice = _choose(cell, parts, counts, hidden, may & (counts > 0))
            if choice is not None:
                break
        if choice is None:
            raise DisclosureFailed(
                "small counts cannot be hidden because the totals they belong to are published; "
                "publish the total with a wider grouping"
            )
        added[choice] = True
        asked = open_.copy()
        asked[choice] = True
        working[choice] = replace(working[choice], low=1, high=np.inf, is_hidden=True)


def consistent(cells: Sequence[Cell]) -> np.ndarray | None:
    """How the cells add up: labels make the whole, or leave a rest; None if neither can be.

    Totals that are less than their parts (rounded by a publisher, or counted otherwise) add up
    to nothing that a reader could rely on.
    """
    for is_complete in (True, False):
        parts = membership(cells, is_complete=is_complete)
        try:
            ranges(cells, width=0, parts=parts)
        except Inconsistent:
            continue
        return parts
    return None


def _hopeless(cells, counts, width, parts, narrow) -> np.ndarray:
    """Hidden cells that stay narrow even if every other count is hidden too.

    Seven cells of '*' with a total of '*' are all 1 to whoever takes each '*' for 1 to 7; hiding
    other counts would not help, so they are not a reason to hide any.
    """
    barest = [
        c if c.is_hidden or not n > 0 else replace(c, low=1, high=np.inf, is_hidden=True)
        for c, n in zip(cells, counts, strict=True)
    ]
    if not narrow.any():
        return narrow
    return ranges(barest, width=width, parts=parts, wanted=narrow).narrow(width) & narrow


def _choose(cell, parts, counts, hidden, may) -> int | None:
    """The cell to hide so that `cell` can no longer be worked out, None if there is none."""
    mine = parts[cell]
    size = parts.sum(axis=1)
    above = np.flatnonzero((parts & mine).sum(axis=1) == size[cell])
    above = above[size[above] > size[cell]]
    best = None
    for line in sorted(above, key=lambda i: (size[i], i)):
        inside = ~(parts & ~parts[line]).any(axis=1)
        beside = np.flatnonzero(inside & may & ~(parts & mine).any(axis=1))
        beside = beside[size[beside] <= size[cell]]
        for other in beside:
            key = (_lone_lines(other, parts, hidden), counts[other], int(other))
            best = min(best, key) if best else key
        if best:
            return best[2]
    # A total that its own parts give away, or a cell whose neighbours are all hidden or zero.
    within = may & ~(parts & ~mine).any(axis=1)
    reach = within if within.any() else may & (parts & mine).any(axis=1)
    reach = reach if reach.any() else may
    candidates = np.flatnonzero(reach)
    if not len(candidates):
        return None
    return int(min(candidates, key=lambda i: (counts[i], size[i], i)))


def _lone_lines(cell, parts, hidden) -> int:
    """Sums around a cell in which nothing else is hidden: hiding it there would need more."""
    mine = parts[cell]
    size = parts.sum(axis=1)
    lines = np.flatnonzero(~(mine & ~parts).any(axis=1) & (size > size[cell]) & ~hidden)
    lone = 0
    for line in lines:
        inside = ~(parts & ~parts[line]).any(axis=1)
        lone += not (inside & hidden & ~(parts & mine).any(axis=1)).any()
    return lone
