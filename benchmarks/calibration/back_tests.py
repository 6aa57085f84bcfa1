"""Forecast every district's third year from its first two.

`python -m benchmarks.calibration.back_tests FILE`: counts by month, district and crime type of 36
months (month, ltla24_code, crime_type, count).
Writes back_tests.csv beside this file, and prints the usual changes that `stats.forecast` holds.
"""

from __future__ import annotations

import sys
import warnings
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from benchmarks.calibration.forecasts import FOUND
from cspanalysis.domain.periods import Period
from cspanalysis.stats import dispersion, forecast

ASB, ALL = "anti-social behaviour", "recorded crime"
#: Districts of Kent and Medway, told apart in the table.
KENT = {*(f"E07000{n}" for n in range(105, 117)), "E06000035"}
#: A month under this share of a district's median is not whole.
WHOLE = 0.6
#: Every so many series the slow model is fitted to.
EVERY = 60


def counts(path: Path) -> pd.DataFrame:
    """Districts that are whole over 36 months, a row a district and kind, a column a month."""
    table = pd.read_csv(path).dropna(subset=["ltla24_code"])
    table["kind"] = table["crime_type"].str.lower()
    wide = table.pivot_table(
        index=["ltla24_code", "kind"], columns="month", values="count", aggfunc="sum"
    ).fillna(0.0)
    whole = wide.groupby(level=0).sum()
    is_whole = whole.ge(WHOLE * whole.median(axis=1), axis=0).all(axis=1)
    wide = wide[wide.index.get_level_values(0).map(is_whole)]
    crimes = wide.drop(index=ASB, level=1).groupby(level=0).sum()
    crimes.index = pd.MultiIndex.from_product([crimes.index, [ALL]], names=wide.index.names)
    return pd.concat([wide, crimes]).sort_index()


def usual_changes(wide: pd.DataFrame, pairs: int = 2) -> pd.Series:
    """Kind → root mean square of a year's real change (log), over the first pairs of years."""
    months = wide.columns.tolist()
    last = Period.parse(months[12 * pairs + 11]).first
    rows = []
    for (_, kind), x in wide.iterrows():
        years = x.to_numpy()[: 12 * pairs + 12].reshape(-1, 12).sum(axis=1)
        if years.min() < forecast.FEWEST:
            continue
        by_month = pd.DataFrame({"month": months, "count": x.to_numpy()})
        factor = dispersion.of_months(by_month, last)[0]
        for before, now in pairwise(years):
            rows.append((kind, np.log(now / before) ** 2 - factor * (1 / now + 1 / before)))
    table = pd.DataFrame(rows, columns=["kind", "square"])
    return np.sqrt(table.groupby("kind")["square"].mean().clip(lower=0))


def tested(wide: pd.DataFrame) -> pd.DataFrame:
    """A row a series: how the third year lay in the intervals, and how far the forecasts missed."""
    months = wide.columns.tolist()
    last = Period.parse(months[23]).first
    over, before = Period(last + 1, last + 12), usual_changes(wide, 1)
    rows = []
    for number, ((code, kind), x) in enumerate(wide.iterrows()):
        by_month = pd.DataFrame({"month": months[:24], "count": x.to_numpy()[:24]})
        first, second, came = x.to_numpy().reshape(3, 12).sum(axis=1)
        variance = dispersion.of_months(by_month, last)
        row: dict[str, object] = {"kind": kind, "kent": code in KENT}
        for name, of_sums, change in (
            ("published", variance, forecast.usual_change(kind)),
            ("before", variance, before.get(kind, forecast.ANY_KIND)),
            ("chance", variance, 0.0),
        ):
            found = forecast.of_months(by_month, over, last, of_sums, change)
            if found.status != "ok":
                break
            row[name] = found.lower <= came <= found.upper
        else:
            if came and first:
                row["same"] = np.log(came / second)
                row["mean"] = np.log(came / ((first + second) / 2))
                row["trend"] = np.log(came / (second**2 / first))
                row["smoothed"] = (
                    _smoothed(x.to_numpy()[:24], came) if number % EVERY == 0 else np.nan
                )
            rows.append(row)
    return pd.DataFrame(rows)


def _smoothed(known: np.ndarray, came: float) -> float:
    """Error of exponential smoothing with a damped trend and a season (statsmodels)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = ExponentialSmoothing(
                known, trend="add", damped_trend=True, seasonal="add", seasonal_periods=12
            )
            return float(np.log(came / max(model.fit().forecast(12).sum(), 1)))
    except (ValueError, FloatingPointError):
        return float("nan")


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """The figures that the page prints."""
    parts = [("all kinds", rows), ("all kinds, Kent and Medway", rows[rows["kent"]])]
    parts += [(str(kind), part) for kind, part in rows.groupby("kind")]
    smoothed = rows[rows["smoothed"].notna()]
    out = []
    for name, part in parts:
        out.append(
            {"kind": name, "series": len(part)}
            | {
                label: f"{100 * part[c].mean():.1f}"
                for c, label in (
                    ("chance", "usual_change_left_out"),
                    ("before", "usual_change_of_the_years_before"),
                    ("published", "as_published"),
                )
            }
            | {
                f"error:_{label}": f"{100 * np.sqrt((part[c] ** 2).mean()):.1f}"
                for c, label in (
                    ("same", "same_as_last_year"), ("mean", "mean_of_two"), ("trend", "trend"),
                )
            }
        )  # fmt: skip
    both = {c: 100 * np.sqrt((smoothed[c] ** 2).mean()) for c in ("same", "smoothed")}
    print(f"of {len(smoothed)} series: same as last year {both['same']:.1f}, "
          f"smoothed {both['smoothed']:.1f}")  # fmt: skip
    return pd.DataFrame(out)


if __name__ == "__main__":
    everything = counts(Path(sys.argv[1]))
    print(usual_changes(everything).round(3).to_string())
    summary(tested(everything)).to_csv(FOUND, index=False)
