"""What the months of a series show: what is unusual in it, and its season."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import sentences
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding
from cspanalysis.present import charts
from cspanalysis.review.series import Series
from cspanalysis.stats import control as control_charts
from cspanalysis.stats import season as seasons


def control(ask: Publication, series: Series) -> Finding:
    """Whether recent months lie outside what the series usually does (XmR control chart).

    Raises
    ------
    NotAvailable
        If there are too few months for a chart.
    """
    months = series.by_month[series.by_month["month"] <= ask.period.month_list()[-1]]
    chart = control_charts.control_chart(months, series=series.known_as, scheme=series.scheme)
    if chart.stage == "none":
        raise NotAvailable(series.sources, chart.reason)
    result = chart.table.assign(
        lower=chart.table["lower_limit"],
        upper=chart.table["upper_limit"],
        is_provisional=chart.stage != "adjusted",
        false_signal_rate=chart.false_signal_rate,
        signal_text=chart.table["signal"].replace("", "none"),
    )
    run = Period.parse(f"{result['month'].min()}/{result['month'].max()}")
    ended = chart.reason if result["month"].max() < months["month"].max() else ""
    return ask.publish(
        result,
        series=series,
        wording=partial(sentences.control, subject=series.subject, ended=ended),
        chart=charts.control_chart,
        over=run,
        columns={
            "month": "Month",
            "count": "Offences",
            "value": "Per day, adjusted",
            "signal_text": "Signal",
        },
        what=f"{series.subject} per day, by month",
        when=run.label,
        method=chart.method,
        definition="Rules: " + "; ".join(chart.rules) if chart.rules else "",
    )


def season(
    ask: Publication, series: Series, *, notes: Iterable[str] = (), until: str | None = None
) -> Finding:
    """Seasonal index of a series, or its counts while there are too few months for an index.

    Parameters
    ----------
    until : str, optional
        The last month used, 'YYYY-MM'; default: all months held, which say most about the usual
        year. The caption names them.

    Raises
    ------
    NotAvailable
        If no month is left.
    """
    by_month = series.by_month
    if until:
        last = Period.parse(until).month_list()[-1]
        by_month = by_month[by_month["month"] <= last]
        if by_month.empty:
            raise NotAvailable(series.sources, f"it holds no month up to {last}")
    found = seasons.seasonal_index(by_month, series=series.known_as, scheme=series.scheme)
    if not found.first:
        raise NotAvailable(series.sources, _no_month_left(by_month, found.reason))
    result = found.table.assign(
        season_status={"index": "ok", "provisional": "provisional"}.get(found.stage, "withheld"),
        reason=found.reason,
        p=found.p,
        series_months=found.months,
        first=found.first,
        last=found.last,
    )
    run = Period.parse(f"{found.first}/{found.last}")
    drawn: Callable[..., Any]
    if found.stage == "counts":
        drawn, shown, key = partial(charts.monthly_line, value="count"), "by month", "band"
        columns = {"month": "Month", "count": "Offences", "interval": "95% interval"}
    else:
        drawn, shown, key = charts.seasonal_index, "by month of the year", "line"
        columns = {
            "month_of_year": "Month",
            "index": "Index",
            "interval": "95% interval",
            "count": "Average a month",
        }
    return ask.publish(
        result,
        series=series,
        wording=partial(sentences.season, subject=series.subject),
        chart=drawn,
        over=run,
        columns=columns,
        what=f"{series.subject} {shown}",
        when=f"{run.label}; {key} = 95% interval",
        method=found.method,
        notes=notes,
    )


def _no_month_left(by_month: pd.DataFrame, reason: str) -> str:
    """Why no month can be used, with the months there are."""
    if by_month.empty:
        return "no month is held"
    held = present.runs(by_month["month"])
    return f"none of the months held ({held}) shows what is usual; {reason}"
