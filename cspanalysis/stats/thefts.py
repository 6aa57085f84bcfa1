"""Purse dipping: there is no national definition, so ours is a named parameter and is printed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from cspanalysis.domain import offences


@dataclass(frozen=True)
class PurseDipping:
    """What counts as purse dipping (docs/methods.md).

    Parameters
    ----------
    offences : tuple of str
        Offences among which it is sought.
    method_words : tuple of str
        A theft whose method text holds any of these counts; case does not matter.
    second_offences : tuple of str
        The second definition: all offences of these kinds, whatever the method.
    """

    offences: tuple[str, ...] = ("theft from the person", "other theft")
    method_words: tuple[str, ...] = ("purse dip", "bag dip")
    second_offences: tuple[str, ...] = ("theft from the person",)

    @property
    def definition(self) -> str:
        """The definition in words, to be printed beside the figure."""
        words = " or ".join(f"'{w}'" for w in self.method_words)
        return (
            f"Purse dipping here is {' or '.join(self.offences)} whose method text says {words}. "
            "There is no national definition."
        )

    def compared(self, first: int, second: int) -> str:
        """How many the two definitions count, as a sentence to be printed beside the figure."""
        return (
            f"Under the second definition, all {' or '.join(self.second_offences)} whatever the "
            f"method, there are {second:,} instead of {first:,}."
        )


def purse_dipping(incidents: pd.DataFrame, definition: PurseDipping) -> pd.DataFrame:
    """The incidents that the definition counts.

    Parameters
    ----------
    incidents : pandas.DataFrame
        Columns offence and method (text of the modus operandi; missing allowed).
    definition : PurseDipping

    Returns
    -------
    pandas.DataFrame
        The rows that count, unchanged.
    """
    pattern = "|".join(re.escape(w) for w in definition.method_words)
    says_so = incidents["method"].astype("string").str.contains(pattern, case=False, na=False)
    return incidents[incidents["offence"].isin(offences.named(definition.offences)) & says_so]


def second(incidents: pd.DataFrame, definition: PurseDipping) -> pd.DataFrame:
    """The incidents that the second definition counts, whatever their method; rows unchanged."""
    return incidents[incidents["offence"].isin(offences.named(definition.second_offences))]
