"""Rates of small places drawn to that of all: what few incidents say of a place is mostly luck."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy
from scipy import special

from cspanalysis.stats.dispersion import CHANCE, Variance, is_wide
from cspanalysis.stats.measures import as_float

#: Fewer places do not tell how places differ.
FEWEST_PLACES = 10
METHOD = (
    "rates drawn to that of all places (empirical Bayes: gamma distribution of true rates by "
    "maximum likelihood, Poisson counts)"
)
FEW = f"fewer than {FEWEST_PLACES} places tell too little of how places differ"
#: Places that differ by less than this (coefficient of variation) differ by chance alone.
_ALIKE = 1e-3


def shrunk(
    table: pd.DataFrame,
    *,
    count: str = "count",
    population: str = "population",
    per: float = 1000,
    variance: Variance = CHANCE,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Add each place's rate drawn to that of all, with limits.

    Parameters
    ----------
    table : pandas.DataFrame
        A row a place: count and the population at risk.
    variance : tuple of float
        By how much a place's count varies more than chance in time (`dispersion.Variance`): it
        then says as little of the place as so much smaller a count.

    Returns
    -------
    pandas.DataFrame
        The table with shrunk_rate, shrunk_lower, shrunk_upper, own_weight (how far the rate is the
        place's own, 0 to 1), all_rate and shrunk_reason ('' or why there is none). A place without
        count or residents has none.

    Notes
    -----
    True rates are taken as gamma distributed; its two parameters come by maximum likelihood of the
    counts (negative binomial). A place's rate is then gamma distributed, too: mean and quantiles
    are given. Clayton and Kaldor (1987), Biometrics 43, 671-681.
    """
    x, n = as_float(table[count]), as_float(table[population])
    known = ~np.isnan(x) & (n > 0)
    empty = np.full(len(table), np.nan)
    columns = ("shrunk_rate", "shrunk_lower", "shrunk_upper", "own_weight", "all_rate")
    out = {name: empty.copy() for name in columns}
    if known.sum() < FEWEST_PLACES or not x[known].sum() > 0:
        return table.assign(**out, shrunk_reason=FEW)
    factor = variance[0] if is_wide(variance) else 1.0
    counts, people = x[known] / factor, n[known] / factor
    shape, rate = _prior(counts, people)
    a, b = shape + counts, rate + people
    tail = (1 - confidence) / 2
    out["shrunk_rate"][known] = per * a / b
    out["shrunk_lower"][known] = per * scipy.stats.gamma.ppf(tail, a, scale=1 / b)
    out["shrunk_upper"][known] = per * scipy.stats.gamma.isf(tail, a, scale=1 / b)
    out["own_weight"][known] = people / b
    out["all_rate"][known] = per * shape / rate
    return table.assign(**out, shrunk_reason="")


def _prior(counts: np.ndarray, people: np.ndarray) -> tuple[float, float]:
    """Shape and rate of the gamma distribution of true rates, by maximum likelihood."""
    pooled = counts.sum() / people.sum()
    # By moments: what the spread of the rates leaves over the spread of chance.
    between = np.sum(people * (counts / people - pooled) ** 2) - (len(counts) - 1) * pooled
    between /= people.sum() - np.sum(people**2) / people.sum()
    start = np.log([pooled, np.sqrt(max(between, (0.05 * pooled) ** 2)) / pooled])

    def misfit(logs: np.ndarray) -> float:
        mean, cv = np.exp(logs)
        shape = 1 / cv**2
        rate = shape / mean
        return -float(
            np.sum(
                special.gammaln(counts + shape)
                - special.gammaln(shape)
                + shape * np.log(rate / (rate + people))
                + counts * np.log(people / (rate + people))
            )
        )

    bounds = [(start[0] - 3, start[0] + 3), (np.log(_ALIKE), np.log(10.0))]
    found = scipy.optimize.minimize(misfit, start, method="L-BFGS-B", bounds=bounds)
    mean, cv = np.exp(found.x)
    return 1 / cv**2, 1 / cv**2 / mean
