"""What a coming period would look like if nothing changed: as many as in the same months before.

Nothing else forecast districts better: a trend carried on, or the mean of two years, misses by
more (docs/calibration.md). What the interval must hold is not chance alone: from one year to the
next districts change by more, and it allows for how much they usually do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from cspanalysis.domain.periods import Period
from cspanalysis.stats.dispersion import Variance, is_known
from cspanalysis.stats.measures import as_float

#: Fewer in the year before are too few to say what the next would be.
FEWEST = 20
#: Years ahead beyond which nothing is said.
FARTHEST = 3

#: Offence or group → standard deviation of the real change of a year's count from one year to the
#: next, on the log scale, what chance and clusters explain taken off. From 276 districts of England
#: and Wales on data.police.uk whose 36 months are whole, May 2023 to April 2026, both pairs of
#: years (`python -m benchmarks.calibration.back_tests`).
USUAL_CHANGE: Mapping[str, float] = {
    "recorded crime": 0.046,
    "anti-social behaviour": 0.139,
    "acquisitive crime": 0.089,
    "bicycle theft": 0.170,
    "theft of pedal cycle": 0.170,
    "burglary": 0.136,
    "criminal damage": 0.065,
    "criminal damage and arson": 0.065,
    "drugs": 0.191,
    "drug offences": 0.191,
    "other crime": 0.173,
    "other theft": 0.098,
    "possession of weapons": 0.106,
    "public order": 0.096,
    "public order offences": 0.096,
    "robbery": 0.229,
    "shoplifting": 0.193,
    "theft": 0.092,
    "theft from the person": 0.181,
    "theft target": 0.091,
    "vehicle crime": 0.157,
    "violence": 0.055,
    "violence against the person": 0.055,
    "violence and sexual offences": 0.055,
}
#: That of all kinds of crime together, for what is none of these.
ANY_KIND = 0.15
#: Degrees of freedom that a usual change is known to: districts move together, in two pairs of
#: years.
DEGREES = 8.0

METHOD = (
    "as many as in the same months a year before, per day; log-normal limits that allow for the "
    "variation of the months and for how much districts usually change in a year"
)


@dataclass(frozen=True)
class Forecast:
    """What a period would hold if nothing changed.

    Parameters
    ----------
    count, lower, upper : float
        Of the whole period, months already counted among them; missing where none is given.
    counted : float
        How many of it are counted already.
    rest, error, degrees : float
        What the months left would hold; standard error of its logarithm and degrees of freedom.
    years : float
        How far the months left lie from those they are taken from.
    confidence : float
    status, reason : str
        'ok', 'too_few' or 'not_available', with the reason as a clause.
    """

    count: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    counted: float = 0.0
    rest: float = np.nan
    error: float = np.nan
    degrees: float = np.nan
    years: float = np.nan
    confidence: float = 0.95
    status: str = "ok"
    reason: str = ""

    def chance_of(self, most: float) -> float:
        """Chance that the period holds so many or fewer."""
        if self.status != "ok":
            return float("nan")
        left = np.floor(most - self.counted)
        if left < 0:
            return 0.0
        return float(scipy.stats.t.cdf((np.log(left + 1) - np.log(self.rest + 0.5)) / self.error,
                                 self.degrees))  # fmt: skip


def usual_change(series: str) -> float:
    """How much a year's count of an offence or group usually changes, by any real cause (log)."""
    return USUAL_CHANGE.get(series, ANY_KIND)


def of_months(
    by_month: pd.DataFrame,
    over: Period | str,
    last: int,
    variance: Variance,
    change: float = ANY_KIND,
    *,
    confidence: float = 0.95,
) -> Forecast:
    """Forecast of a period, from the months known up to one.

    Parameters
    ----------
    by_month : pandas.DataFrame
        month, count: all months known, zeros filled in; a missing count is not known.
    over : Period or str
        What is forecast: months after `last`, or some of them before, which count as they are.
    last : int
        The last month used, as `Period.last`.
    variance : tuple of float
        Of a year's count (`dispersion.of_months`).
    change : float
        `usual_change` of what is counted.

    Returns
    -------
    Forecast
        Each month to come is taken from the same month of the newest year known, per day.
    """
    over = Period.parse(over)
    known = {
        Period.parse(str(m)).first: c
        for m, c in zip(by_month["month"], as_float(by_month["count"]), strict=True)
        if not np.isnan(c)
    }
    gone = range(over.first, min(over.last, last) + 1)
    left = range(max(over.first, last + 1), over.last + 1)
    back = [12 * -((last - m) // 12) for m in left]
    base = [m - b for m, b in zip(left, back, strict=True)]
    year = range(last - 11, last + 1)
    if not left:
        return _none("the period is over")
    if not set(gone) | set(base) | set(year) <= known.keys():
        return _none("not all months of the year before are known")
    now, then = (np.array([Period(m, m).days for m in months], float) for months in (left, base))
    counts = np.array([known[m] for m in base])
    return of_count(
        float(counts.sum()),
        float(counts @ (now / then)),
        float(np.mean(back)) / 12,
        variance,
        change,
        counted=float(sum(known[m] for m in gone)),
        of_year=float(sum(known[m] for m in year)),
        confidence=confidence,
    )


def of_count(
    base: float,
    rest: float,
    years: float,
    variance: Variance,
    change: float = ANY_KIND,
    *,
    counted: float = 0.0,
    of_year: float | None = None,
    confidence: float = 0.95,
) -> Forecast:
    """The same from one count: `base` so many years before, which per day gives `rest`.

    Parameters
    ----------
    counted : float
        What of the period is counted already.
    of_year : float, optional
        Count of the whole year that tells whether there are enough; default: the base.
    """
    if not is_known(variance):
        return _none("by how much more than chance it varies could not be estimated")
    if np.isnan(base):
        return _none("a part of the year before is hidden or missing")
    if (base if of_year is None else of_year) < FEWEST:
        return Forecast(status="too_few", reason=f"there were fewer than {FEWEST} in a year")
    if years > FARTHEST:
        return _none(f"it lies more than {FARTHEST} years ahead")
    factor, degrees = variance
    by_chance = factor * (1 / (base + 0.5) + 1 / (rest + 0.5))
    by_change = change**2 * years
    both = by_chance + by_change
    # Welch and Satterthwaite: two variances, each known to some degrees of freedom.
    uncertain = by_chance**2 / degrees + by_change**2 / DEGREES
    together = both**2 / uncertain if uncertain else np.inf
    error = float(np.sqrt(both))
    reach = scipy.stats.t.isf((1 - confidence) / 2, together) * error
    low, high = (np.exp(np.log(rest + 0.5) + sign * reach) - 0.5 for sign in (-1, 1))
    return Forecast(
        count=counted + rest,
        lower=counted + max(float(np.floor(low)), 0.0),
        upper=counted + float(np.ceil(high)),
        counted=counted,
        rest=rest,
        error=error,
        degrees=float(together),
        years=years,
        confidence=confidence,
    )


def _none(reason: str) -> Forecast:
    return Forecast(status="not_available", reason=reason)
