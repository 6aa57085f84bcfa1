"""Whether a published weighted sum of small counts, with its limits, leaves a count one value.

Whoever knows the weights (residents by age are public) can try every value of each hidden count.
So does this: a count is free if other counts exist that give the same published numbers and
another value of it. Looking at a few cells at a time can only miss ways out, never invent one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from cspanalysis.disclosure import policies

#: So many cells are tried together, beside each that is not free yet; others are drawn each time.
_DRAWS = (4, 4, 4, 5, 5, 6)

#: Given counts (a table a row), what is published of each table: rate and limits as rounded.
Told = Callable[[np.ndarray], np.ndarray]


def gives_away(
    counts: np.ndarray, told: Told, margins: Sequence[np.ndarray], *, seed: int = 1
) -> bool:
    """Whether some hidden count (1 to 7) can only have the value that it has.

    `counts`: true counts of the cells. `told`: what is published of tables. `margins`: cells of
    which the total is published, rounded or hidden like a count itself.
    """
    hidden = policies.is_small(counts, "hes", 0)
    is_pinned = hidden.copy()
    truth = _seen(counts[None, :], told, margins)
    draw = np.random.default_rng(seed)
    for cell in np.flatnonzero(hidden):
        others = np.flatnonzero(hidden & (np.arange(len(counts)) != cell))
        for size in _DRAWS:
            if is_pinned[cell]:
                chosen = draw.permutation(others)[: size - 1]
                _set_free(np.append(chosen, cell), counts, told, margins, truth, is_pinned)
        if is_pinned[cell]:
            return True
    return False


def _set_free(
    varied: np.ndarray,
    counts: np.ndarray,
    told: Told,
    margins: Sequence[np.ndarray],
    truth: np.ndarray,
    is_pinned: np.ndarray,
) -> None:
    values = range(1, policies.HES_HIDDEN + 1)
    tried = np.array(list(itertools.product(values, repeat=len(varied))), dtype=float)
    tables = np.repeat(counts[None, :].astype(float), len(tried), axis=0)
    tables[:, varied] = tried
    fits = (_seen(tables, told, margins) == truth).all(axis=1)
    others = tried[fits]
    is_pinned[varied[(others != counts[varied]).any(axis=0)]] = False


def _seen(tables: np.ndarray, told: Told, margins: Sequence[np.ndarray]) -> np.ndarray:
    """All that is published of tables; a hidden margin shows that it is hidden."""
    shown = [told(tables)]
    for inside in margins:
        total = tables[:, inside].sum(axis=1)
        small = policies.is_small(total, "hes", 0)
        shown.append(np.where(small, -1, policies.rounded(total, "hes"))[:, None])
    return np.concatenate(shown, axis=1)
