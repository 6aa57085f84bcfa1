"""How one result table is to be protected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from cspanalysis.disclosure.policies import DERIVED
from cspanalysis.domain.protections import LEAST_THRESHOLD, POLICIES


@dataclass(frozen=True)
class Protect:
    """How one result table is protected.

    Parameters
    ----------
    policy : {'none', 'hes', 'threshold', 'dfe'}
        The policy of the table's source.
    counts : tuple of str
        Columns that hold counts of people or events.
    derived : tuple of str
        Columns computed from those counts, hidden with them; default: those of `DERIVED`.
    by : tuple of str
        Columns within whose groups the counts add up to a total that is published elsewhere.
    threshold : int
        Counts from 1 to threshold - 1 are hidden under policy 'threshold'; at least 3.
    base : str
        Column with the whole of which a count is a share ('' = none): the count is hidden too
        where the rest, base - count, is small.
    derive : callable, optional
        Makes the derived columns anew from the protected table. Needed under `hes` where they
        were computed from unrounded counts.
    released : tuple of str
        Derived columns computed before protection that may stay as they are where their own
        count is shown: standardised rates, which no reader can turn back into a count.

    Raises
    ------
    ValueError
        If the policy is unknown or the threshold hides nothing.
    """

    policy: str = "none"
    counts: tuple[str, ...] = ("count",)
    derived: tuple[str, ...] = DERIVED
    by: tuple[str, ...] = ()
    threshold: int = 5
    base: str = "total"
    derive: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    released: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise ValueError(f"policy '{self.policy}' is none of {', '.join(POLICIES)}")
        if self.policy == "threshold" and self.threshold < LEAST_THRESHOLD:
            raise ValueError(
                f"a threshold under {LEAST_THRESHOLD} hides nothing: the symbol itself is the value"
            )

    @property
    def width(self) -> int:
        """How far apart the values that a hidden cell may have must at least lie."""
        # National practice for hospital counts relies on rounding: no cell may be pinned down.
        # Where totals are exact, at least three values must remain possible.
        return 1 if self.policy == "hes" else min(2, self.threshold - 2)
