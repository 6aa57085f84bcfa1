"""Control chart of a monthly series (XmR), seasonally adjusted before anything is signalled.

An unadjusted monthly chart signals the season itself. The limits, the screening of moving ranges
and the rules follow NHS practice ('Making data count'); the lengths are printed with the chart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis.domain import breaks
from cspanalysis.stats.measures import as_float
from cspanalysis.stats.season import FEWEST_A_MONTH, calendar, month_model

FEWEST_ADJUSTED, FEWEST_FIRM, FEWEST = 36, 13, 6
RECENT = 6
RUN = 7

RULES = (
    "outside the limits",
    "2 of 3 beyond two thirds of a limit, all three on one side",
    f"{RUN} on one side of the mean",
    f"{RUN} points rising or falling",
)

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
        lower_limit, upper_limit, signal (rule, '' if none), direction, is_signal, is_recent.
    centre, lower_limit, upper_limit : float
    adjustment : {'seasonal', 'none'}
    stage : {'adjusted', 'provisional', 'trial', 'none'}
        36 months or more with a mean of 5; 13 months or more; 6 to 12; fewer. Only 'adjusted' may
        be worded as change.
    status, reason : str
    rules : tuple of str
        The rules with their lengths.
    false_signal_rate : float
        Share of unchanged series that signal in the newest six months; missing unless 'adjusted'.
    recent : tuple of dict
        Signals of the newest six months: month, rule, direction.
    statement : str
    method : str
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
    value = adjusted(x, of_year, days) if is_adjusted else x / days
    centre, lower, upper = (float(v) for v in limits(value))
    found, up = signals(value, centre, lower, upper)
    stage = "adjusted" if is_adjusted else "provisional" if len(run) >= FEWEST_FIRM else "trial"
    table = _table(run, counts.reindex(run)).assign(
        value=value, centre=centre, lower_limit=lower, upper_limit=upper,
        signal=_first_rule(found), direction=np.where(up, "above", "below"),
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
        rules=RULES,
        false_signal_rate=FALSE_SIGNAL_RATE if is_adjusted else float("nan"),
        recent=recent,
        statement=_statement(stage, recent, len(run)),
        method=(
            f"XmR chart of offences per day, {'' if is_adjusted else 'not '}seasonally adjusted, "
            f"{len(run)} months; limits at 2.66 mean moving ranges, screened once"
        ),
    )


def adjusted(counts: np.ndarray, of_year: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Offences per day with the usual season taken out.

    The mean rate plus each month's deviation from what its season leads to expect, scaled to the
    variation of an average month. Two choices of ours, both from the calibration study: the season
    comes from the month model, because the ratio to a moving average leaves out the newest six
    months and tripled their false signals; and deviations are scaled by the root of the effect,
    because dividing by it makes quiet months noisier than busy ones.
    """
    effect = np.maximum(month_model(counts, of_year, days).effect, 1e-6)[of_year - 1]
    mean = counts.sum() / (effect * days).sum()
    return mean + (counts / days - mean * effect) / np.sqrt(effect)


def limits(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and limits of XmR charts along the last axis; moving ranges screened once.

    Moving ranges of 3.267 × their mean or more are left out before the mean is taken again.
    """
    moving = np.abs(np.diff(values, axis=-1))
    first = moving.mean(axis=-1, keepdims=True)
    kept = np.where((moving >= 3.267 * first) & (first > 0), np.nan, moving)
    width = 2.66 * np.nanmean(kept, axis=-1)
    centre = values.mean(axis=-1)
    return centre, np.maximum(centre - width, 0), centre + width


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
        (above, values > centre + 2 / 3 * (upper - centre)),
        (below, values < centre - 2 / 3 * (centre - lower)),
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


def _first_rule(found: np.ndarray) -> np.ndarray:
    names = np.array([*RULES, ""], dtype=object)
    return names[np.where(found.any(axis=0), found.argmax(axis=0), len(RULES))]


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
