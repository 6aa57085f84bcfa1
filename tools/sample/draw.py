"""Seeded draws that give the same values on every machine and NumPy version.

Only `Generator.random` is used, whose stream NumPy keeps; every other draw is made from it here.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

SEED = 20080401


class Draw:
    """A stream of draws of its own, so that one part of the sample never moves another.

    Parameters
    ----------
    name : str
        What is drawn; the stream depends on it and on nothing else.
    """

    def __init__(self, name: str):
        self._random = np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))

    def uniform(self, n: int) -> np.ndarray:
        """`n` numbers from 0 up to, not including, 1."""
        return self._random.random(n)

    def whole(self, low: int, high: int, n: int) -> np.ndarray:
        """`n` whole numbers from `low` to `high`, both inside."""
        return low + np.floor(self.uniform(n) * (high - low + 1)).astype(int)

    def order(self, n: int) -> np.ndarray:
        """The numbers 0 to n-1, shuffled."""
        return np.argsort(self.uniform(n), kind="stable")

    def some(self, candidates: Sequence[int] | np.ndarray, k: int) -> np.ndarray:
        """`k` different members of `candidates`, in their order.

        Raises
        ------
        ValueError
            If there are fewer than `k`: the sample's constants contradict each other.
        """
        candidates = np.asarray(candidates, dtype=int)
        if k > len(candidates):
            raise ValueError(f"the sample needs {k} of {len(candidates)} records")
        return np.sort(candidates[self.order(len(candidates))[:k]])


def spread(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `total` (largest remainders).

    Parameters
    ----------
    total : int
        Sum wanted, 0 or more.
    weights : sequence of float
        One per part; not all 0.
    """
    share = np.asarray(weights, dtype=float)
    exact = total * share / share.sum()
    parts = np.floor(exact).astype(int)
    rest = np.argsort(parts - exact, kind="stable")[: total - parts.sum()]
    parts[rest] += 1
    return parts.tolist()
