"""How a rate differs along a scale of areas: by fifth of deprivation, and decile by decile."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

#: Fifths with fewer places say little of anywhere else, and are not compared.
FEWEST_PLACES = 3
METHOD = "quasi-Poisson, its dispersion that of the places within each fifth"


def by_fifth(places: pd.DataFrame, *, per: float = 1000, confidence: float = 0.95) -> pd.DataFrame:
    """Rates by fifth of deprivation, and how the most deprived fifth differs from the least.

    Parameters
    ----------
    places : pandas.DataFrame
        A row a place: count, population, decile (1 = most deprived); places without one of them
        are left out.

    Returns
    -------
    pandas.DataFrame
        A row a fifth, 1 = most deprived: fifth, places, count, population, rate, lower, upper,
        rate_per, is_compared (enough places, some incident), and on each row of the whole: ratio
        of the most to the least deprived fifth compared, ratio_lower, ratio_upper, per_decile
        (ratio of rates, one decile more deprived), per_decile_lower, per_decile_upper, dispersion,
        confidence, verdict
        ('higher', 'lower', 'similar'; 'none' where nothing can be compared), status, method.
    """
    known = places.dropna(subset=["count", "population", "decile"])
    known = known[known["population"] > 0].assign(fifth=lambda t: (t["decile"] + 1) // 2)
    if known.empty:
        return pd.DataFrame(columns=["fifth", "places", "count", "population"])
    groups = known.groupby(known["fifth"].astype(int))
    table = groups.agg(
        places=("count", "size"), count=("count", "sum"), population=("population", "sum")
    ).reset_index()
    table["count"] = table["count"].astype(int)
    rates = (
        known["fifth"]
        .astype(int)
        .map(table.set_index("fifth")["count"] / table.set_index("fifth")["population"])
    )
    expected = (rates * known["population"]).to_numpy()
    counts = known["count"].to_numpy(dtype=float)
    degrees = len(known) - len(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        pearson = np.where(expected > 0, (counts - expected) ** 2 / expected, 0.0).sum()
    phi = max(1.0, pearson / degrees) if degrees > 0 else np.nan
    t = scipy.stats.t.isf((1 - confidence) / 2, degrees) if degrees > 0 else np.nan
    reach = np.exp(t * np.sqrt(phi / table["count"].where(table["count"] > 0)))
    rate = per * table["count"] / table["population"]
    table = table.assign(
        rate=rate, lower=rate / reach, upper=rate * reach, rate_per=per, confidence=confidence,
        dispersion=phi, status="ok", method=METHOD,
        is_compared=(table["places"] >= FEWEST_PLACES) & (table["count"] > 0),
        ratio=np.nan, ratio_lower=np.nan, ratio_upper=np.nan, verdict="none",
    )  # fmt: skip
    able = table[table["is_compared"]]
    if len(able) > 1 and degrees > 0:
        most, least = able.iloc[0], able.iloc[-1]
        log = np.log(most["rate"] / least["rate"])
        error = t * np.sqrt(phi * (1 / most["count"] + 1 / least["count"]))
        low, high = np.exp(log - error), np.exp(log + error)
        verdict = "higher" if low > 1 else "lower" if high < 1 else "similar"
        table = table.assign(ratio=np.exp(log), ratio_lower=low, ratio_upper=high, verdict=verdict)
    slope = _slope(known, confidence)
    return table.assign(per_decile=slope[0], per_decile_lower=slope[1], per_decile_upper=slope[2])


def _slope(known: pd.DataFrame, confidence: float) -> tuple[float, float, float]:
    """Ratio of rates of places one decile more deprived, with its limits."""
    degrees = len(known) - 2
    if known["decile"].nunique() < 3 or degrees < 3 or not known["count"].sum():
        return np.nan, np.nan, np.nan
    design = np.column_stack([np.ones(len(known)), -known["decile"].to_numpy(dtype=float)])
    model = GLM(
        known["count"].to_numpy(dtype=float), design, family=families.Poisson(),
        offset=np.log(known["population"].to_numpy(dtype=float)),
    ).fit(scale="X2")  # fmt: skip
    error = float(model.bse[1]) / min(1.0, float(np.sqrt(model.scale)))
    beta, t = float(model.params[1]), float(scipy.stats.t.isf((1 - confidence) / 2, degrees))
    return float(np.exp(beta)), float(np.exp(beta - t * error)), float(np.exp(beta + t * error))
