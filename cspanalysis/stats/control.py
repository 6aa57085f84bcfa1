"""Control chart of a monthly series (XmR), seasonally adjusted before anything is signalled.

An unadjusted monthly chart signals the season itself, and one of a series that grows or wanders the
growth and the wandering. The limits, the screening of moving ranges and the rules follow NHS
practice ('Making data count'); the lengths are printed with the chart.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis.domain import breaks
from cspanalysis.stats.contents import Rows
from cspanalysis.stats.measures import as_float
from cspanalysis.stats.season import FEWEST_A_MONTH, calendar, month_model

FEWEST_ADJUSTED, FEWEST_FIRM, FEWEST = 36, 13, 6
RECENT = 6
RUN = 7

RULES = (
    "outside the limits",
    "2 of 3 within the outer third of a limit, all three on one side",
    f"{RUN} on one side of the mean",
    f"{RUN} points rising or falling",
)

#: The same beside lines that slope: values are judged by how far they lie from the trend.
RULES_ON_TREND = (
    *RULES[:2],
    f"{RUN} on one side of the trend",
    f"{RUN} points rising or falling, beside what the trend does",
)

#: Level at which a steady trend is taken out, and autocorrelation of months in a row (times the
#: root of their number) from which limits come from the spread of all months. Both are tested on
#: the months before the newest six, so that a change in these is not taken for either; lenient
#: ones, as the calibration study asks.
TREND_LEVEL, ALIKE = 0.2, 1.0

#: Share of series in which nothing changed that signal in the newest six months, by simulation,
#: with a season and without one (docs/calibration.md).
FALSE_SIGNAL_RATE = 0.1


@dataclass(frozen=True)
class ControlChart:
    """A control chart and what its newest six months say.

    Parameters
    ----------
    table : pandas.DataFrame
        month, count, value (offences per day, adjusted where `adjustment` says so), centre,
        lower_limit, upper_limit (lines that slope where a trend is allowed for), signal (rule, ''
        if none), direction, is_signal, is_recent.
    centre, lower_limit, upper_limit : float
        Mean and limits, without the trend. A lower limit may lie below 0: adjusted values do.
    adjustment : {'seasonal', 'none'}
    stage : {'adjusted', 'provisional', 'trial', 'none'}
        36 months or more with a mean of 5; 13 months or more; 6 to 12; fewer. Only 'adjusted' may
        be worded as change.
    status, reason : str
    rules : tuple of str
        The rules with their lengths, worded for the line that the chart has: mean or trend.
    false_signal_rate : float
        Share of unchanged series that signal in the newest six months; missing unless 'adjusted'.
    recent : tuple of dict
        Signals of the newest six months: month, rule, direction.
    statement : str
    method : str
    trend : float
        Steady growth in a year that is allowed for (0.05: 5 per cent); missing where there is none.
    is_alike : bool
        Whether months in a row resemble each other: then only points outside the limits, which are
        three standard deviations of all months, count.
    """

    table: pd.DataFrame
    centre: float
    lower_limit: float
    upper_limit: float
    adjustment: str
    stage: str
    status: str
    reason: str
    rules: tuple[str, ...]
    false_signal_rate: float
    recent: tuple[dict[str, Any], ...] = field(default=())
    statement: str = ""
    method: str = ""
    trend: float = float("nan")
    is_alike: bool = False


@dataclass(frozen=True)
class Adjusted:
    """Values of a chart without season and trend, and the slope that was taken out.

    Parameters
    ----------
    values : numpy.ndarray
        Offences per day about their mean.
    line : numpy.ndarray
        By how much the trend lies above the mean in each month; zeros without one.
    trend : float
        Growth in a year; missing without a trend.
    """

    values: np.ndarray
    line: np.ndarray
    trend: float


def control_chart(
    by_month: pd.DataFrame, *, series: str = "all", scheme: str = "", check_breaks: bool = True
) -> ControlChart:
    """Control chart of the newest unbroken run of months.

    Parameters
    ----------
    by_month : pandas.DataFrame
        month, count; every covered month once, zeros filled in.
    series : str
        Offence or group, for the register of breaks.
    scheme : str
        Offence scheme of the counts, for breaks of one publisher.

    Returns
    -------
    ControlChart
    """
    # Several pages of a review chart the same months.
    found = _charted(Rows(by_month[["month", "count"]]), series, scheme, check_breaks)
    return replace(found, table=found.table.copy(deep=False))


@functools.lru_cache(maxsize=128)
def _charted(rows: Rows, series: str, scheme: str, check_breaks: bool) -> ControlChart:
    by_month = rows.table
    counts = pd.Series(as_float(by_month["count"]), index=by_month["month"].to_numpy()).sort_index()
    if counts.index.duplicated().any():
        raise ValueError("a month occurs twice in the series")
    known = list(counts.dropna().index)
    run, reason = breaks.newest_run(series, known, scheme) if check_breaks else (known, "")
    if len(run) < FEWEST:
        nan = float("nan")
        short = f"There are {len(run)} unbroken months and {FEWEST} are needed."
        return ControlChart(
            _table(run, counts.reindex(run)), nan, nan, nan, "none", "none", "too_few",
            " ".join(filter(None, [short, reason])), RULES, nan,
        )  # fmt: skip
    of_year, days = calendar(run)
    x = counts.reindex(run).to_numpy()
    is_adjusted = len(run) >= FEWEST_ADJUSTED and x.mean() >= FEWEST_A_MONTH
    made = adjusted(x, of_year, days) if is_adjusted else _plain(x / days)
    is_alike = is_adjusted and alike(made.values)
    centre, lower, upper = (float(v) for v in limits(made.values, is_alike=is_alike))
    found, up = signals(made.values, centre, lower, upper)
    if is_alike:
        found[1:] = False
    rules = RULES if np.isnan(made.trend) else RULES_ON_TREND
    stage = "adjusted" if is_adjusted else "provisional" if len(run) >= FEWEST_FIRM else "trial"
    table = _table(run, counts.reindex(run)).assign(
        value=made.values + made.line, centre=centre + made.line,
        # Counts that are not adjusted never lie below 0, so that the line is drawn there.
        lower_limit=lower + made.line if is_adjusted else max(lower, 0),
        upper_limit=upper + made.line,
        signal=_first_rule(found, rules), direction=np.where(up, "above", "below"),
        is_signal=found.any(axis=0),
    )  # fmt: skip
    table["direction"] = table["direction"].where(table["is_signal"], "")
    spoken = table[table["is_recent"] & table["is_signal"]]
    recent = tuple(
        {"month": r.month, "rule": r.signal, "direction": r.direction} for r in spoken.itertuples()
    )
    adjustment = "seasonal" if is_adjusted else "none"
    return ControlChart(
        table=table,
        centre=centre,
        lower_limit=lower,
        upper_limit=upper,
        adjustment=adjustment,
        stage=stage,
        status="ok",
        reason=reason,
        rules=rules,
        false_signal_rate=FALSE_SIGNAL_RATE if is_adjusted else float("nan"),
        recent=recent,
        statement=_statement(stage, recent, len(run)),
        method=(
            f"XmR chart of offences per day, {'' if is_adjusted else 'not '}seasonally adjusted, "
            + ("steady trend allowed for, " if made.trend == made.trend else "")
            + f"{len(run)} months; limits at "
            + (
                "three standard deviations, since months in a row resemble each other"
                if is_alike
                else "2.66 mean moving ranges, screened once"
            )
        ),
        trend=made.trend,
        is_alike=is_alike,
    )


def adjusted(counts: np.ndarray, of_year: np.ndarray, days: np.ndarray) -> Adjusted:
    """Offences per day with the usual season, and a steady trend, taken out.

    The mean rate plus each month's deviation from what season and trend lead to expect, scaled to
    the variation of an average month. Three choices of ours, all from the calibration study: the
    season comes from the month model, because the ratio to a moving average leaves out the newest
    six months and tripled their false signals; deviations are scaled by the root of the effect,
    because dividing by it makes quiet months noisier than busy ones; and a trend is taken out where
    the months before the newest six show one, because against a mean a steady rise of 5 per cent a
    year signals in most charts.
    """
    model = month_model(counts, of_year, days)
    effect = model.effect[of_year - 1]
    years = (np.arange(len(counts)) - (len(counts) - 1) / 2) / 12
    before = month_model(counts[:-RECENT], of_year[:-RECENT], days[:-RECENT])
    has_trend = bool(before.trend_p < TREND_LEVEL) and bool(np.isfinite(model.trend))
    growth = np.exp(model.trend * years) if has_trend else np.ones(len(counts))
    expected = np.maximum(effect * growth, 1e-6)
    mean = counts.sum() / (expected * days).sum()
    return Adjusted(
        values=mean + (counts / days - mean * expected) / np.sqrt(expected),
        line=mean * (growth - 1),
        trend=float(np.expm1(model.trend)) if has_trend else float("nan"),
    )


def alike(values: np.ndarray) -> bool:
    """Whether months in a row resemble each other, by those before the newest six."""
    about = values[:-RECENT] - values[:-RECENT].mean()
    together, alone = float(about[1:] @ about[:-1]), float(about @ about)
    return alone > 0 and together / alone > ALIKE / np.sqrt(len(about))


def _plain(values: np.ndarray) -> Adjusted:
    return Adjusted(values, np.zeros(len(values)), float("nan"))


def limits(
    values: np.ndarray, *, is_alike: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and limits of XmR charts along the last axis; moving ranges screened once.

    Moving ranges of 3.267 × their mean or more are left out before the mean is taken again. Where
    months in a row are alike, moving ranges are too small, and three standard deviations of the
    months before the newest six take their place if they are wider. The lower limit is not cut at
    0, since adjusted values lie below it: a cut one signalled in four of ten charts of rare
    offences.
    """
    moving = np.abs(np.diff(values, axis=-1))
    first = moving.mean(axis=-1, keepdims=True)
    kept = np.where((moving >= 3.267 * first) & (first > 0), np.nan, moving)
    width = 2.66 * np.nanmean(kept, axis=-1)
    if is_alike:
        width = np.maximum(width, 3 * values[..., :-RECENT].std(axis=-1, ddof=1))
    centre = values.mean(axis=-1)
    return centre, centre - width, centre + width


def signals(values, centre, lower, upper) -> tuple[np.ndarray, np.ndarray]:
    """Which points each rule marks; every point of a run or trend is marked.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (..., months); limits have the leading shape.

    Returns
    -------
    marked : numpy.ndarray of bool
        Shape (rules, ..., months), in the order of `RULES`.
    is_up : numpy.ndarray of bool
        Whether the point lies above the mean.
    """
    centre, lower, upper = (np.asarray(v)[..., None] for v in (centre, lower, upper))
    points = values.shape[-1]
    above, below = values > centre, values < centre
    outside = (values > upper) | (values < lower)
    two_of_three = np.zeros_like(outside)
    for side, far in (
        (above, ~outside & (values > centre + 2 / 3 * (upper - centre))),
        (below, ~outside & (values < centre - 2 / 3 * (centre - lower))),
    ):
        holds = _windows(side, 3).all(-1) & (_windows(far, 3).sum(-1) >= 2)
        two_of_three |= _spread(holds, 3, points) & far
    one_side = np.zeros_like(outside)
    for side in (above, below):
        one_side |= _spread(_windows(side, RUN).all(-1), RUN, points)
    steps = np.diff(values, axis=-1)
    trending = np.zeros_like(outside)
    for step in (steps > 0, steps < 0):
        trending |= _spread(_windows(step, RUN - 1).all(-1), RUN, points)
    return np.stack([outside, two_of_three, one_side, trending]), above


def _windows(mask: np.ndarray, length: int) -> np.ndarray:
    """Every run of `length` points, shape (..., runs, length); none where the series is shorter."""
    if mask.shape[-1] < length:
        return np.zeros((*mask.shape[:-1], 0, length), dtype=bool)
    return np.lib.stride_tricks.sliding_window_view(mask, length, axis=-1)


def _spread(holds: np.ndarray, length: int, points: int) -> np.ndarray:
    """Every point that belongs to a run that holds, shape (..., points)."""
    marked = np.zeros((*holds.shape[:-1], points), dtype=bool)
    for offset in range(length):
        marked[..., offset : offset + holds.shape[-1]] |= holds
    return marked


def _first_rule(found: np.ndarray, rules: tuple[str, ...]) -> np.ndarray:
    names = np.array([*rules, ""], dtype=object)
    return names[np.where(found.any(axis=0), found.argmax(axis=0), len(rules))]


def _table(run: list[str], counts: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"month": run, "count": counts.to_numpy()})
    return table.assign(is_recent=np.arange(len(run)) >= len(run) - RECENT)


def _statement(stage: str, recent: tuple[dict[str, Any], ...], months: int) -> str:
    if stage != "adjusted":
        return (
            f"The chart of {months} months is not adjusted for the season; its signals are "
            f"provisional."
        )
    if not recent:
        return f"Nothing out of the ordinary in the newest {RECENT} months."
    return f"The newest {RECENT} months hold {len(recent)} out-of-the-ordinary month(s)."
