"""Near repeats: whether crimes at one place follow one another sooner than chance would have it."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Days between two crimes: bands that share no day, first to last.
BANDS = ((0, 14), (15, 28), (29, 56))
#: Shuffles of the dates; the smallest p is one in a thousand.
SHUFFLES = 999
SEED = 20080401
#: From so many pairs expected on a band is judged.
FEWEST_EXPECTED = 1.0

METHOD = (
    "Knox test: pairs of crimes at one place by the days between them, against {shuffles} shuffles "
    "of the dates among the crimes, which keep how many each place and each date has; one-sided p"
)


def knox(
    records: pd.DataFrame,
    *,
    place: str = "place",
    day: str = "day",
    bands: tuple[tuple[int, int], ...] = BANDS,
    shuffles: int = SHUFFLES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Pairs of crimes at one place by the days between them, against shuffled dates.

    Parameters
    ----------
    records : pandas.DataFrame
        A row a crime: `place` and `day` (a date); rows without either are left out.

    Returns
    -------
    pandas.DataFrame
        A row a band: first_day, last_day, count (pairs), expected (their mean over the shuffles),
        expected_lower, expected_upper (the middle 95% of the shuffles), ratio, p, used (crimes),
        verdict ('higher' with p under 0.05, else 'similar'; 'none' where fewer than
        `FEWEST_EXPECTED` pairs are expected), status, method.
    """
    known = records[[place, day]].dropna()
    days = (pd.to_datetime(known[day]) - pd.Timestamp(0)).dt.days.to_numpy()
    one, other = _pairs(known[place].to_numpy())
    rng = np.random.default_rng(seed)
    seen = _counts(days, one, other, bands)
    drawn = np.array(
        [_counts(rng.permutation(days), one, other, bands) for _ in range(shuffles)]
    ).reshape(shuffles, len(bands))
    expected = drawn.mean(axis=0)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    p = (1 + (drawn >= seen).sum(axis=0)) / (shuffles + 1)
    is_judged = expected >= FEWEST_EXPECTED
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, seen / expected, np.nan)
    return pd.DataFrame(
        {
            "first_day": [a for a, _ in bands],
            "last_day": [b for _, b in bands],
            "count": seen,
            "expected": expected,
            "expected_lower": low,
            "expected_upper": high,
            "ratio": ratio,
            "p": p,
            "used": len(known),
            "verdict": np.where(is_judged, np.where(p < 0.05, "higher", "similar"), "none"),
            "status": np.where(is_judged, "ok", "too_few"),
            "method": METHOD.format(shuffles=shuffles),
        }
    )


def _pairs(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The positions of every two crimes at one place."""
    one, other = [], []
    for at in pd.Series(range(len(places))).groupby(places).indices.values():
        first, second = np.triu_indices(len(at), k=1)
        one.append(at[first])
        other.append(at[second])
    none = np.array([], dtype=int)
    return np.concatenate([none, *one]), np.concatenate([none, *other])


def _counts(
    days: np.ndarray, one: np.ndarray, other: np.ndarray, bands: tuple[tuple[int, int], ...]
) -> np.ndarray:
    between = np.abs(days[one] - days[other])
    return np.array([int(((between >= a) & (between <= b)).sum()) for a, b in bands])
