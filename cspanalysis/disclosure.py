"""Disclosure control: what must not be published is hidden here, once, before anything is drawn.

Policies are those of docs/methods.md: `hes`, `threshold`, `dfe`, `none`.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Protect:
    """How one result table is protected.

    Parameters
    ----------
    policy : {'none', 'hes', 'threshold', 'dfe'}
        The policy of the table's source.
    counts : tuple of str
        Columns that hold counts of people.
    derived : tuple of str
        Columns computed from those counts, hidden with them (rates, shares, limits).
    by : tuple of str
        Columns within whose groups the counts add up (for secondary suppression).
    threshold : int
        Counts from 1 to threshold - 1 are hidden under policy 'threshold'.
    """

    policy: str = "none"
    counts: tuple[str, ...] = ("count",)
    derived: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    threshold: int = 5


def apply(table: pd.DataFrame, protect: Protect | None, *, edition: str) -> pd.DataFrame:
    """The table as the edition may show it; the input stays as it is."""
    raise NotImplementedError
