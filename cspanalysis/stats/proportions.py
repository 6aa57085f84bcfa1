"""Two shares side by side: their difference with its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cspanalysis.stats.measures import proportion

METHOD = "Wilson intervals of the shares, Newcombe's interval of their difference"


def difference(table: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    """A share now and a year earlier, and the difference between them.

    Parameters
    ----------
    table : pandas.DataFrame
        count of total, compare_count of compare_total.

    Returns
    -------
    pandas.DataFrame
        With share, lower, upper (0 to 1), compare_share, difference, difference_lower,
        difference_upper, verdict ('up', 'down', 'no_clear_change'; 'none' where one is missing),
        confidence, method, status.

    Notes
    -----
    Newcombe (1998), method 10: the hybrid of two Wilson score intervals.
    """
    now = proportion(table, confidence=confidence)
    before = proportion(table, count="compare_count", total="compare_total", confidence=confidence)
    gap = now["share"] - before["share"]
    low = gap - np.hypot(now["share"] - now["lower"], before["upper"] - before["share"])
    high = gap + np.hypot(now["upper"] - now["share"], before["share"] - before["lower"])
    return now.assign(
        compare_share=before["share"],
        difference=gap,
        difference_lower=low,
        difference_upper=high,
        verdict=np.select(
            [gap.isna(), low > 0, high < 0], ["none", "up", "down"], "no_clear_change"
        ),
        method=METHOD,
    )
