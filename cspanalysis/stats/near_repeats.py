"""Near repeats: whether crimes at one place follow one another sooner than chance would have it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy

#: Days between two crimes: bands that share no day, first to last.
BANDS = ((0, 14), (15, 28), (29, 56))
#: Shuffles of the dates; the smallest p is one in a thousand.
SHUFFLES = 999
SEED = 20080401
#: From so many pairs expected on a band is judged.
FEWEST_EXPECTED = 1.0

#: Metres between two crimes: beyond the first, up to the second; the first band is one place.
METRES = ((-1, 1), (1, 200), (200, 400))
#: Days of the test by metres.
NEAR_BANDS = BANDS[:2]
#: Points of which so many lie on a grid of so many metres, or which so many crimes share, are no
#: places of crimes.
GRIDS, ON_GRID, SHARED_BY, MOST_SHARED, FEWEST_POINTS = (1000, 500, 100, 50), 0.9, 5, 0.5, 20

NEAR_METHOD = (
    "Knox test: pairs of crimes by the metres and days between them, against {shuffles} shuffles "
    "of the dates among the crimes; one-sided p, all bands tested together (Benjamini, Hochberg)"
)
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
    one, other = _pairs(known[place].to_numpy())
    table = _against_shuffles(
        _days(known[day]), one, other, np.zeros(len(one), dtype=int), 1, bands, shuffles, seed
    )
    p = table["p"]
    return _judged(table, p, METHOD.format(shuffles=shuffles)).assign(used=len(known))


def knox_by_metres(
    records: pd.DataFrame,
    *,
    day: str = "day",
    metres: tuple[tuple[int, int], ...] = METRES,
    bands: tuple[tuple[int, int], ...] = NEAR_BANDS,
    shuffles: int = SHUFFLES,
    seed: int = SEED,
) -> pd.DataFrame:
    """Pairs of crimes by the metres and days between them, against shuffled dates.

    Parameters
    ----------
    records : pandas.DataFrame
        A row a crime: easting, northing (metres) and `day`; rows without one are left out.

    Returns
    -------
    pandas.DataFrame
        A row a band of metres and of days: first_metre, last_metre and the columns of `knox`, with
        p_adjusted (of all bands that are judged), by which the verdict is.
    """
    known = records[["easting", "northing", day]].dropna()
    points = known[["easting", "northing"]].to_numpy(float)
    reach = max(last for _, last in metres)
    none = np.empty((0, 2), dtype=int)
    pairs = none
    if len(points):
        pairs = scipy.spatial.cKDTree(points).query_pairs(reach, output_type="ndarray")
    apart = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    group = np.full(len(pairs), -1)
    for at, (beyond, last) in enumerate(metres):
        group[(apart > beyond) & (apart <= last)] = at
    pairs, group = pairs[group >= 0], group[group >= 0]
    table = _against_shuffles(
        _days(known[day]), pairs[:, 0], pairs[:, 1], group, len(metres), bands, shuffles, seed
    )
    is_judged = (table["expected"] >= FEWEST_EXPECTED).to_numpy()
    adjusted = np.full(len(table), np.nan)
    if is_judged.any():
        adjusted[is_judged] = scipy.stats.false_discovery_control(table.loc[is_judged, "p"])
    found = _judged(table, adjusted, NEAR_METHOD.format(shuffles=shuffles))
    return found.assign(
        first_metre=[max(beyond, 0) for beyond, _ in metres for _ in bands],
        last_metre=[last for _, last in metres for _ in bands],
        p_adjusted=adjusted,
        used=len(known),
    )


def why_no_places(points: pd.DataFrame) -> str:
    """Why points cannot be where crimes happened, as a clause; '' where they can.

    `points`: easting, northing. Points rounded to a grid, or snapped to those of a map, would put
    crimes together that were apart.
    """
    known = points[["easting", "northing"]].dropna()
    if len(known) < FEWEST_POINTS:
        return ""
    for size in GRIDS:
        if (known % size == 0).all(axis=1).mean() >= ON_GRID:
            return f"its points are rounded to {size} metres"
    shared = known.groupby(["easting", "northing"])["easting"].transform("size") >= SHARED_BY
    if shared.mean() > MOST_SHARED:
        return (
            "most of its crimes lie on points that many share, as where they are moved to the "
            "nearest point of a map"
        )
    return ""


def _against_shuffles(
    days: np.ndarray,
    one: np.ndarray,
    other: np.ndarray,
    group: np.ndarray,
    groups: int,
    bands: tuple[tuple[int, int], ...],
    shuffles: int,
    seed: int,
) -> pd.DataFrame:
    """Pairs by group and band of days as they are, and over the shuffles of the dates."""
    rng = np.random.default_rng(seed)
    seen = _counts(days, one, other, group, groups, bands)
    drawn = np.array(
        [_counts(rng.permutation(days), one, other, group, groups, bands) for _ in range(shuffles)]
    ).reshape(shuffles, len(seen))
    expected = drawn.mean(axis=0)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(expected > 0, seen / expected, np.nan)
    return pd.DataFrame(
        {
            "first_day": [a for a, _ in bands] * groups,
            "last_day": [b for _, b in bands] * groups,
            "count": seen,
            "expected": expected,
            "expected_lower": low,
            "expected_upper": high,
            "ratio": ratio,
            "p": (1 + (drawn >= seen).sum(axis=0)) / (shuffles + 1),
        }
    )


def _judged(table: pd.DataFrame, p: np.ndarray | pd.Series, method: str) -> pd.DataFrame:
    is_judged = table["expected"].to_numpy() >= FEWEST_EXPECTED
    return table.assign(
        verdict=np.where(is_judged, np.where(p < 0.05, "higher", "similar"), "none"),
        status=np.where(is_judged, "ok", "too_few"),
        method=method,
    )


def _days(dates: pd.Series) -> np.ndarray:
    return (pd.to_datetime(dates) - pd.Timestamp(0)).dt.days.to_numpy()


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
    days: np.ndarray,
    one: np.ndarray,
    other: np.ndarray,
    group: np.ndarray,
    groups: int,
    bands: tuple[tuple[int, int], ...],
) -> np.ndarray:
    between = np.abs(days[one] - days[other])
    by_band = [
        np.bincount(group[(between >= a) & (between <= b)], minlength=groups) for a, b in bands
    ]
    return np.array(by_band).T.ravel()
