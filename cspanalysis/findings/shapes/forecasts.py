"""What the year after the period would look like if nothing changed."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import breaks
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding, Said, values_of
from cspanalysis.findings.shapes.changes import break_notes
from cspanalysis.present import charts
from cspanalysis.present.phrases import confidence
from cspanalysis.review.series import Series
from cspanalysis.stats import forecast

#: Months whose twelve months to date are drawn before the forecast.
DRAWN = 48

#: What a forecast is, printed beside one.
DEFINITION = (
    "If nothing changes: as many as in the same months of the newest year, per day. The interval "
    "allows for chance, for what months have in common, and for how much districts usually change "
    "from one year to the next, whatever the cause. It knows nothing of what is planned or coming."
)


def next_year(ask: Publication, series: Series, *, things: str) -> Finding:
    """The twelve months after the review's period, with the twelve months to each month before.

    Parameters
    ----------
    things : str
        What is counted, in the plural: 'crimes'.

    Raises
    ------
    NotAvailable
        If 24 months are not known, the newest year is not whole, or it cannot stand for the next.
    """
    last = ask.review.period.last
    coming, newest = Period(last + 1, last + 12), Period(last - 11, last)
    stands_for(series, coming, newest)
    variance = series.variance(newest)
    usual = forecast.usual_change(series.known_as)
    ahead = [
        forecast.of_months(series.by_month, Period(last + n - 11, last + n), last, variance, usual)
        for n in range(1, 13)
    ]
    if ahead[-1].status != "ok":
        raise NotAvailable(series.sources, ahead[-1].reason)
    result = pd.concat([_known(series, last), _ahead(last, ahead)], ignore_index=True).assign(
        confidence=ahead[-1].confidence,
        compare_count=series.count(newest),
        usual_change=usual,
        dispersion=variance[0],
        method=forecast.METHOD,
        status="ok",
    )
    return ask.publish(
        result,
        role="trend",
        series=series,
        wording=partial(next_year_told, coming=coming.label, newest=newest.label, things=things),
        chart=charts.forecast,
        over=Comparison(coming, newest),
        compared=True,
        columns={
            "until": "Twelve months to",
            "count": present.capital(things),
            "forecast": "If nothing changes",
            "interval": "95% interval",
        },
        what=f"{series.subject}, twelve months to each month",
        when=f"to {coming.label}; band = 95% interval if nothing changes",
        definition=f"{series.definition} {DEFINITION}".strip(),
        notes=break_notes(series, Comparison(coming, newest)),
    )


def stands_for(series: Series, coming: Period, newest: Period) -> None:
    """Raises NotAvailable where the newest year cannot stand for what comes."""
    name = series.known_as
    crossed = [b for b in breaks.crossing(name, coming, newest, series.scheme) if b.action ==
               "refuse"]  # fmt: skip
    if crossed:
        raise NotAvailable(series.sources, f"what counts changes ({crossed[0].reason.rstrip('.')})")
    if breaks.disruptions(newest):
        raise NotAvailable(
            series.sources, "the newest year holds months of the pandemic, which are unlike others"
        )


def _known(series: Series, last: int) -> pd.DataFrame:
    """Twelve months to each month of which all are known."""
    months = series.by_month.set_index("month")["count"]
    run = Period(last - DRAWN - 10, last).month_list()
    sums = pd.to_numeric(months.reindex(run)).astype(float).rolling(12).sum().dropna()
    return pd.DataFrame(
        {"month": sums.index, "until": _written(sums.index), "count": sums.to_numpy()}
    )


def _ahead(last: int, ahead: list[forecast.Forecast]) -> pd.DataFrame:
    months = Period(last + 1, last + 12).month_list()
    return pd.DataFrame(
        {
            "month": months,
            "until": _written(months),
            "count": np.nan,
            "forecast": [one.count for one in ahead],
            "lower": [one.lower for one in ahead],
            "upper": [one.upper for one in ahead],
        }
    )


def _written(months: object) -> list[str]:
    return [present.month(m) for m in months]  # type: ignore[attr-defined]


def next_year_told(table: pd.DataFrame, *, coming: str, newest: str, things: str) -> Said:
    """How many there would be in the year to come, and what would be more than a usual change.

    `table`: the last row has forecast, lower, upper, confidence, compare_count (the newest year).
    """
    row = table.iloc[-1].to_dict()
    limits = f"{present.count(row['lower'])} and {present.count(row['upper'])}"
    text = (
        f"If nothing changes, between {limits} {things} would be recorded in {coming} "
        f"({confidence(row)} interval), after {present.count(row['compare_count'])} in {newest}. "
        "A count outside that would be more than chance and the usual change from year to year "
        "can explain."
    )
    row["count"] = round(row["forecast"])
    keep = ("count", "compare_count", "lower", "upper", "confidence")
    return Said(text, values=values_of(row, *keep))
