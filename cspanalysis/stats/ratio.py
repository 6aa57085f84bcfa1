"""The ratio of two daily rates: exact limits and p.

Given the two counts together, the later one is binomial with the share of days the later period
has (Przyborowski and Wilenski 1940); Clopper and Pearson's limits of that share become limits of
the ratio.
"""

from __future__ import annotations

import numpy as np
import scipy
from scipy import special


def exact_ratio(
    count, compare_count, days, compare_days, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Limits of the ratio of two daily rates and the two-sided p of 'no change'.

    Parameters
    ----------
    count, compare_count, days, compare_days : array_like
        Broadcast against each other; missing counts give missing results.

    Returns
    -------
    lower, upper, p : numpy.ndarray
        `upper` is infinite where the base is zero. Two zero counts: limits 0 and infinity, p = 1.
    """
    x1, x0, d1, d0 = np.broadcast_arrays(
        *(np.asarray(v, dtype=float) for v in (count, compare_count, days, compare_days))
    )
    tail = (1 - confidence) / 2
    share, total = d1 / (d1 + d0), x1 + x0
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(x1 == 0, 0.0, special.betaincinv(x1, x0 + 1, tail))
        high = np.where(x0 == 0, 1.0, special.betainccinv(x1 + 1, x0, tail))
        lower = low / (1 - low) * d0 / d1
        upper = np.where(high == 1, np.inf, high / (1 - high) * d0 / d1)
    binomial = scipy.stats.binom
    p = np.minimum(
        1, 2 * np.minimum(binomial.cdf(x1, total, share), binomial.sf(x1 - 1, total, share))
    )
    missing = np.isnan(total)
    return tuple(np.where(missing, np.nan, v) for v in (lower, upper, p))
