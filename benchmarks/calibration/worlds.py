"""The simulated worlds, and one table of the study.

Nothing changes in a world unless a table says so: every verdict of up, down, lower or higher is
then false.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize

from cspanalysis.domain.periods import Period
from cspanalysis.stats import dispersion, season

ALPHA = 0.05
WORLDS = (
    "chance alone", "25% season", "φ = 2", "φ = 4", "25% season, φ = 2", "series of 2",
    "series of 3", "series of 4", "wandering level", "as districts vary",
)  # fmt: skip


@dataclass(frozen=True)
class Section:
    """One table of the study: what was asked, the table, and what follows from it."""

    title: str
    asked: str
    table: pd.DataFrame
    follows: str


def monthly(rng, kind: str, year_mean: float, months: Period, series: int) -> np.ndarray:
    """Counts of unchanged series, shape (series, months), of one kind of world."""
    of_year, days = season.calendar(months.month_list())
    mean = year_mean / 365.25 * days
    if "season" in kind:
        mean = mean * (1 + 0.25 * np.cos(2 * np.pi * (of_year - 8) / 12))
    means = np.broadcast_to(mean, (series, len(days)))
    if "wandering" in kind:
        # A level that wanders: 10% standard deviation, correlation .8 from month to month.
        noise = rng.normal(size=means.shape)
        level = np.empty_like(noise)
        level[:, 0] = noise[:, 0]
        for month in range(1, noise.shape[1]):
            level[:, month] = 0.8 * level[:, month - 1] + 0.6 * noise[:, month]
        means = means * np.exp(0.1 * level - 0.005)
    if "districts" in kind:
        means = means * _of_districts(rng, means)
    if "series of" in kind:
        return _series(rng, means, int(kind[-1]))
    if found := re.search(r"φ = ([\d.]+)", kind):
        phi = float(found[1])
        means = rng.gamma(means / (phi - 1), phi - 1)
    return rng.poisson(means)


def _of_districts(rng, means: np.ndarray) -> np.ndarray:
    """Levels of months as alike as in a usual district (`dispersion.USUAL`), at a φ of 2.5."""
    phi, apart = 2.5, np.array(dispersion.USUAL[12])
    # Chance has nothing in common from month to month: all that there is lies in the levels.
    wanted = apart * phi / (phi - 1)

    def missed(weights: np.ndarray) -> np.ndarray:
        one, two = weights
        return np.array([one + one * two, two]) / (1 + one**2 + two**2) - wanted

    weights = np.array([1.0, *optimize.fsolve(missed, wanted)])
    noise = rng.normal(size=(len(means), means.shape[1] + 2))
    level = sum(w * noise[:, 2 - k : 2 - k + means.shape[1]] for k, w in enumerate(weights))
    wide = np.sqrt(np.log1p((phi - 1) / means))
    return np.exp(wide * level / np.sqrt(np.sum(weights**2)) - wide**2 / 2)


def _series(rng, means: np.ndarray, size: int) -> np.ndarray:
    """Incidents that draw others after them: `size` on average, a month apart on average."""
    lead = 18
    means = np.concatenate([np.repeat(means[:, :1], lead, axis=1), means], axis=1)
    first = rng.poisson(means / size)
    found = first.copy()
    for month in range(means.shape[1]):
        # One more after each with the same chance: a geometric number, of this mean.
        left = rng.negative_binomial(np.maximum(first[:, month], 1), 1 / size)
        left = np.where(first[:, month] > 0, left, 0)
        for later in range(month, means.shape[1]):
            due = rng.binomial(left, np.exp(-1) if later == month else 1 - np.exp(-1))
            found[:, later] += due
            left = left - due
            if not left.any():
                break
    return found[:, lead:]


def per_cent(table: pd.DataFrame, skip: int = 0, columns: list[str] | None = None) -> pd.DataFrame:
    """Shares as per cent to one decimal, a dash where there is none."""
    chosen = columns if columns is not None else list(table.columns[skip:])
    texts = {c: table[c].map(lambda v: "–" if pd.isna(v) else f"{100 * v:.1f}") for c in chosen}
    return table.assign(**texts)
