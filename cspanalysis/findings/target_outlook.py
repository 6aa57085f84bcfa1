"""Whether a target would be met if nothing changed, and what would have to happen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.audit import printed, register_series
from cspanalysis.audit.register_series import Named
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.findings.question import Question
from cspanalysis.findings.shapes.forecasts import stands_for
from cspanalysis.findings.target_progress import SHARE
from cspanalysis.review.series import Yearly, year_labels
from cspanalysis.stats import forecast
from cspanalysis.stats.forecast import Forecast

COLUMNS = {
    "forecast_text": "If nothing changes",
    "outlook_text": "Then the target",
    "needed_text": "To meet it, the rest must change by",
}
#: Outlook → what a cell says of the target, and what a sentence counts.
_CELLS = {"met": "would be met", "missed": "would be missed", "open": "could go either way"}
_BY_LUCK = ": chance and the usual change from year to year would decide."
NOTE = (
    "If nothing changes: what is left of a target's time holds as many a day as the same months of "
    "the newest year, with an interval for chance and for how much districts usually change in a "
    "year. A target inside the interval could go either way. To meet it: the change of what is "
    "left, against the same months of the newest year, that would just meet the target."
)
_NOTHING = {
    "forecast": np.nan, "forecast_lower": np.nan, "forecast_upper": np.nan, "chance_met": np.nan,
    "outlook": None, "needed_change": np.nan,
}  # fmt: skip


def outlook(ask: Question, row: Mapping[str, Any], until: int | None) -> dict[str, Any]:
    """forecast with its limits, chance_met, outlook and needed_change of a target still running.

    Missing where it is a share, its time is over, its counts are under a disclosure policy, or
    too little is known of what is counted.
    """
    over = printed.period(row.get("target_period"))
    target: Any = row.get("target")
    of = Named(printed.text(row["source"]), printed.text(row["series"]))
    if over is None or pd.isna(target) or str(row.get("unit") or "").lower() == SHARE:
        return dict(_NOTHING)
    try:
        found = _forecast(ask, of, over, until)
    except (NotAvailable, UsageError):
        return dict(_NOTHING)
    if found is None or found.status != "ok":
        return dict(_NOTHING)
    return judged(found, float(target), str(row["better"]))


def judged(found: Forecast, target: float, better: str) -> dict[str, Any]:
    """What a forecast says of a target (better: 'lower' or 'higher')."""
    is_lower = better == "lower"
    within = found.chance_of(target if is_lower else target - 1)
    worst, best = (found.upper, found.lower) if is_lower else (found.lower, found.upper)
    sign = 1 if is_lower else -1
    if (target - worst) * sign >= 0:
        verdict = "met"
    else:
        verdict = "missed" if (best - target) * sign > 0 else "open"
    needed = ((target - found.counted) / found.rest - 1) * 100 if found.rest > 0 else np.nan
    return {
        "forecast": found.count,
        "forecast_lower": found.lower,
        "forecast_upper": found.upper,
        "chance_met": within if is_lower else 1 - within,
        "outlook": verdict,
        "needed_change": max(needed, -100.0),
    }


def _forecast(ask: Question, of: Named, over: Period, until: int | None) -> Forecast | None:
    review = ask.review
    last = review.period.last if until is None else min(until, review.period.last)
    if over.last <= last:
        return None
    newest = Period(last - 11, last)
    series = register_series.series(review, of, newest)
    if review.edition == "public" and (review.policy(of.source) != "none" or series.protect):
        return None
    stands_for(series, over, newest)
    usual = forecast.usual_change(series.known_as)
    if isinstance(series, Yearly):
        return _of_years(series, over, last, usual)
    return forecast.of_months(series.by_month, over, last, series.variance(newest), usual)


def _of_years(series: Yearly, over: Period, last: int, usual: float) -> Forecast | None:
    """From the newest year that has ended, where the target is for a year of the same kind."""
    if over.months != 12 or over.first % 12 + 1 != series.begins:
        return None
    ended = [
        Period(12 * int(y[:4]) + series.begins - 1, 12 * int(y[:4]) + series.begins + 10)
        for y in series.rows["year"].unique()
    ]
    ended = [one for one in ended if one.last <= last]
    if not ended:
        return None
    newest = max(ended, key=lambda one: one.last)
    count = series.count(newest)
    years = len(year_labels(Period(newest.first, over.last))) - 1
    return forecast.of_count(count, count, years, series.variance(newest), usual)


def in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Display columns of the outlook."""
    records = rows.to_dict("records")

    def interval(row: Mapping[str, Any]) -> str:
        if pd.isna(row["forecast"]):
            return ""
        return f"{present.count(row['forecast_lower'])} to {present.count(row['forecast_upper'])}"

    def needed(row: Mapping[str, Any]) -> str:
        return (
            "" if pd.isna(row["needed_change"]) else f"{present.signed(row['needed_change'], 0)}%"
        )

    return rows.assign(
        forecast_text=[interval(r) for r in records],
        outlook_text=[_CELLS.get(r["outlook"], "") for r in records],
        needed_text=[needed(r) for r in records],
    )


def told(table: pd.DataFrame) -> str:
    """How many targets would be met, missed or left to chance if nothing changed; '' of none."""
    if "outlook" not in table or table["outlook"].isna().all():
        return ""
    counts = table["outlook"].value_counts()
    words = {"met": "would be met", "missed": "would be missed", "open": _CELLS["open"]}
    n = int(counts.sum())
    if len(counts) == 1:
        which = {1: "the one", 2: "both"}.get(n, f"all {present.in_words(n)}")
        text = f" If nothing changes, {which} that can be forecast {words[counts.index[0]]}"
        return text + (_BY_LUCK if counts.index[0] == "open" else ".")
    parts = [
        f"{present.in_words(int(counts[k]))} {said}" for k, said in words.items() if k in counts
    ]
    of = f" If nothing changes, of the {present.in_words(n)} that can be forecast "
    return of + present.listed(parts) + (_BY_LUCK if "open" in counts else ".")
