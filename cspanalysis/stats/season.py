"""Seasonal index: how far each month of the year usually lies above or below the average month.

Counts are taken per day, because Februaries are short. The ratio to a centred moving average takes
the trend out; a (quasi-)Poisson model decides whether there is a season at all.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

# Not statsmodels.api, which imports the whole package: 0.4 s in every process.
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM

from cspanalysis.domain import breaks
from cspanalysis.domain.periods import Period
from cspanalysis.stats.measures import as_float, count_limits

FEWEST_MONTHS, FEWEST_PROVISIONAL = 36, 24
FEWEST_A_MONTH = 5
ALPHA = 0.01

#: Seed and number of the bootstrap draws behind the index's limits.
SEED, DRAWS = 20080402, 1000


@dataclass(frozen=True)
class Season:
    """The season of a series, or which condition for giving one failed.

    Parameters
    ----------
    stage : {'index', 'provisional', 'counts'}
        A published index, provisional month-of-year averages, or the plain monthly counts.
    status : str
        'ok' or 'too_few'.
    reason : str
        The condition that failed and what breaks the series; '' if none.
    p : float
        Of the month effect in the model; missing where it could not be fitted.
    months : int
        Months used.
    first, last : str
        The run of months used, 'YYYY-MM'.
    verdict : {'peak', 'none'}
    peak : int or None
        Month of the year with the highest index, if its interval lies above 100.
    method : str
    table : pandas.DataFrame
        For 'index' and 'provisional' twelve rows: month_of_year, index, lower, upper, is_above (its
        interval lies above the average month), count (mean a month); for 'counts' a row per
        month: month, count, lower, upper. All with months,
        confidence, method, status, stage, reason.
    """

    stage: str
    status: str
    reason: str
    p: float
    months: int
    first: str
    last: str
    verdict: str
    peak: int | None
    method: str
    table: pd.DataFrame


def seasonal_index(
    by_month: pd.DataFrame,
    *,
    series: str = "all",
    scheme: str = "",
    confidence: float = 0.95,
    check_breaks: bool = True,
) -> Season:
    """Seasonal index with its conditions of publication.

    Parameters
    ----------
    by_month : pandas.DataFrame
        month ('YYYY-MM'), count; every covered month once, 0 where there was none.
    series : str
        Offence or group, for the register of breaks.
    scheme : str
        Offence scheme of the counts, for the same.
    check_breaks : bool
        Keep to the longest run of months that no break cuts.

    Returns
    -------
    Season
        'index' with 36 months or more, a mean of 5 a month and a month effect at p < .01;
        'provisional' with 24 to 35 months and that mean; else 'counts'.

    Raises
    ------
    ValueError
        If a month occurs twice.
    """
    series_counts = _series(by_month)
    known = list(series_counts.dropna().index)
    if check_breaks:
        run, left_out = breaks.clean_run(series, known, scheme)
    else:
        run, left_out = known, ""
    counts = series_counts.reindex(run).to_numpy(dtype=float)
    months, mean = len(run), counts.mean() if len(run) else 0.0
    of_year, days = calendar(run)
    model = month_model(counts, of_year, days)
    failed = []
    if months < FEWEST_MONTHS:
        failed.append(f"there are {months} complete months and {FEWEST_MONTHS} are needed")
    if mean < FEWEST_A_MONTH:
        failed.append(f"the average month has {mean:.1f} and {FEWEST_A_MONTH} are needed")
    if not failed and not model.p < ALPHA:
        digits = 2 if round(model.p, 2) > ALPHA else 3
        failed.append(
            f"the months do not differ by more than chance (p = {model.p:.{digits}f}, "
            f"under {ALPHA} is needed)"
        )
    reason = "; ".join(failed) + ("." if failed else "")
    reason = " ".join(filter(None, [reason[:1].upper() + reason[1:], left_out]))
    if not failed:
        stage = "index"
        index = ratio_index(counts / days, of_year)
        lower, upper = _bootstrap(index, model, of_year, days, confidence)
        method = (
            f"ratio of offences per day to the centred 12-month average, median by month, "
            f"{months} months; bootstrap limits"
        )
    elif FEWEST_PROVISIONAL <= months < FEWEST_MONTHS and mean >= FEWEST_A_MONTH:
        stage = "provisional"
        index, lower, upper = _averages(counts, of_year, days, max(model.phi, 1.0), confidence)
        method = f"provisional averages by month of the year, offences per day, {months} months"
    else:
        stage, index = "counts", np.array([])
        method = "monthly counts, Poisson limits"
    if stage == "counts":
        shown = series_counts.rename_axis("month").rename("count").reset_index()
        limits = count_limits(shown["count"], confidence)
        is_missing = shown["count"].isna()
        table = shown.assign(lower=limits[0], upper=limits[1])
        row_status = np.where(is_missing, "not_available", "ok")
    else:
        sums = np.bincount(of_year - 1, counts, 12) / np.bincount(of_year - 1, minlength=12)
        table = pd.DataFrame({"month_of_year": np.arange(1, 13), "index": index, "lower": lower,
                              "upper": upper, "is_above": lower > 100, "count": sums})  # fmt: skip
        row_status = "ok"
    top = int(np.argmax(index)) if stage == "index" else 0
    is_peak = stage == "index" and bool(table["is_above"].iloc[top])
    too_few = stage == "counts" and (months < FEWEST_MONTHS or mean < FEWEST_A_MONTH)
    return Season(
        stage=stage,
        status="too_few" if too_few else "ok",
        reason=reason,
        p=model.p,
        months=months,
        first=run[0] if run else "",
        last=run[-1] if run else "",
        verdict="peak" if is_peak else "none",
        peak=top + 1 if is_peak else None,
        method=method,
        table=table.assign(
            months=months,
            confidence=confidence,
            method=method,
            status=row_status,
            stage=stage,
            reason=reason,
        ),
    )


def ratio_index(per_day: np.ndarray, month_of_year: np.ndarray) -> np.ndarray:
    """Median ratio to the centred 2×12 moving average by calendar month, average 100.

    Parameters
    ----------
    per_day : numpy.ndarray
        Daily rates, shape (..., months), 24 months or more.
    month_of_year : numpy.ndarray
        1 to 12 for each month.

    Returns
    -------
    numpy.ndarray
        Shape (..., 12), January first.
    """
    weights = np.r_[0.5, np.ones(11), 0.5] / 12
    windows = np.lib.stride_tricks.sliding_window_view(per_day, 13, axis=-1)
    smooth = windows @ weights
    inner = slice(6, per_day.shape[-1] - 6)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(smooth > 0, per_day[..., inner] / smooth, np.nan)
    of_year = month_of_year[inner]
    index = np.stack([np.median(ratio[..., of_year == m], axis=-1) for m in range(1, 13)], axis=-1)
    return 100 * index / index.mean(axis=-1, keepdims=True)


@dataclass(frozen=True)
class MonthModel:
    """Poisson model of a monthly series with calendar months, linear trend and log-days offset.

    Parameters
    ----------
    p : float
        Of the months' effect, F-test with 11 degrees; missing where nothing could be fitted.
    phi : float
        Pearson dispersion; under 1 it is taken as 1 in the test.
    fitted : numpy.ndarray
        Expected counts.
    effect : numpy.ndarray
        Daily rate of each calendar month without trend, average 1; January first.
    trend, trend_p : float
        Growth of the logarithm in a year, and its p (t-test with the dispersion).
    """

    p: float
    phi: float
    fitted: np.ndarray
    effect: np.ndarray
    trend: float
    trend_p: float


def month_model(counts: np.ndarray, month_of_year: np.ndarray, days: np.ndarray) -> MonthModel:
    """Fit the model (statsmodels); needs 24 months and an incident, else everything is missing."""
    n = len(counts)
    if n < FEWEST_PROVISIONAL or counts.sum() == 0:
        nan = float("nan")
        return MonthModel(nan, nan, np.full(n, nan), np.full(12, nan), nan, nan)
    trend = (np.arange(n) - n / 2) / 12
    plain = np.column_stack([np.ones(n), trend])
    full = np.column_stack([plain, month_of_year[:, None] == np.arange(2, 13)]).astype(float)
    with warnings.catch_warnings():
        # A calendar month that never has an incident makes its effect minus infinity: harmless.
        warnings.simplefilter("ignore")
        fits = [
            GLM(counts, x, family=families.Poisson(), offset=np.log(days)).fit()
            for x in (plain, full)
        ]
    degrees = n - full.shape[1]
    phi = float(fits[1].pearson_chi2 / degrees)
    statistic = (fits[0].deviance - fits[1].deviance) / 11 / max(phi, 1.0)
    effect = np.exp(np.r_[0.0, np.asarray(fits[1].params)[2:]])
    slope = float(np.asarray(fits[1].params)[1])
    error = float(np.asarray(fits[1].bse)[1]) * np.sqrt(max(phi, 1.0))
    return MonthModel(
        p=float(scipy.stats.f.sf(statistic, 11, degrees)),
        phi=phi,
        fitted=np.asarray(fits[1].fittedvalues),
        effect=effect / effect.mean(),
        trend=slope,
        trend_p=float(2 * scipy.stats.t.sf(abs(slope / error), degrees)),
    )


def _bootstrap(index, model, of_year, days, confidence) -> tuple[np.ndarray, np.ndarray]:
    """Basic bootstrap limits: series drawn from the model with its dispersion, index of each."""
    generator = np.random.default_rng(SEED)
    means = np.broadcast_to(np.maximum(model.fitted, 1e-9), (DRAWS, len(days)))
    if model.phi > 1.01:
        means = generator.gamma(means / (model.phi - 1), model.phi - 1)
    drawn = ratio_index(generator.poisson(means) / days, of_year)
    centre = ratio_index(model.fitted / days, of_year)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail], axis=0)
    return np.maximum(index - (high - centre), 0), index + (centre - low)


def _averages(counts, of_year, days, phi, confidence) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean daily rate by month of the year, average 100, with Poisson limits widened by √φ."""
    total, exposure = (np.bincount(of_year - 1, v, 12) for v in (counts, days))
    scale = 100 / (total / exposure).mean() / exposure
    low, high = count_limits(total, confidence)
    root = np.sqrt(phi)
    lower = np.maximum(total - root * (total - low), 0)
    return scale * total, scale * lower, scale * (total + root * (high - total))


def _series(by_month: pd.DataFrame) -> pd.Series:
    if by_month["month"].duplicated().any():
        raise ValueError("a month occurs twice in the series")
    return pd.Series(as_float(by_month["count"]), index=by_month["month"].to_numpy()).sort_index()


def calendar(months: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Month of the year (1 to 12) and days of each month."""
    periods = [Period.parse(m) for m in months]
    return np.array([p.first % 12 + 1 for p in periods], dtype=int), np.array(
        [p.days for p in periods], dtype=float
    )
