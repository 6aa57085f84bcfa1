"""Serious violence, as a partnership defines it for the Serious Violence Duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cspanalysis.domain import offences as taxonomy


@dataclass(frozen=True)
class SeriousViolence:
    """What counts as serious violence; the Duty leaves it to the partnership.

    Parameters
    ----------
    offences : sequence of str
        Offences or groups of the taxonomy.
    under : int
        Under this age a victim or suspect counts as young.
    premises : sequence of str
        Kinds of places that are public.
    """

    offences: Sequence[str] = (
        "homicide",
        "violence with injury",
        "robbery",
        "possession of weapons",
    )
    under: int = 25
    premises: Sequence[str] = ("public place", "licensed premises")

    def __post_init__(self) -> None:
        if not self.offences:
            raise ValueError("offences names none")
        for name in self.offences:
            taxonomy.members(name, taxonomy.NOTIFIABLE)
        if isinstance(self.under, bool) or not isinstance(self.under, int) or self.under < 1:
            raise ValueError(f"under = {self.under!r} is no age in years")

    @property
    def definition(self) -> str:
        """The definition as it is printed beside figures."""
        *first, last = self.offences
        named = f"{', '.join(first)} and {last}" if first else last
        return f"Serious violence is here {named}; the partnership's own definition."
