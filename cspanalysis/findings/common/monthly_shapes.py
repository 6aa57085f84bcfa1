"""What the months of a series show: what is unusual in it, and its season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, publish, sentences
from cspanalysis.findings.common.captions import span, where
from cspanalysis.findings.common.change_shapes import series_of
from cspanalysis.present import charts
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import control, season


def control_finding(
    review: Review, spec: Spec, comparison: Comparison, selection: str, *, subject: str
) -> Finding:
    """Whether recent months lie outside what the series usually does (XmR control chart)."""
    counted = review.offences_by_month(selection)
    months = counted.table[counted.table["month"] <= comparison.period.month_list()[-1]]
    chart = control.control_chart(months, series=series_of(selection), scheme=counted.scheme)
    if chart.stage == "none":
        raise NotAvailable(OFFENCE_SOURCES, chart.reason)
    result = chart.table.assign(
        lower=chart.table["lower_limit"],
        upper=chart.table["upper_limit"],
        is_provisional=chart.stage != "adjusted",
        false_signal_rate=chart.false_signal_rate,
        signal_text=chart.table["signal"].replace("", "none"),
    )
    first, last = result["month"].min(), result["month"].max()
    ended = chart.reason if last < months["month"].max() else ""
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.control, subject=subject, ended=ended),
        chart=charts.control_chart,
        comparison=replace(comparison, period=Period.parse(f"{first}/{last}")),
        sources=counted.sources,
        columns={
            "month": "Month",
            "count": "Offences",
            "value": "Per day, adjusted",
            "signal_text": "Signal",
        },
        caption=where(review, f"{present.capital(subject)} per day, by month", span(first, last)),
        method=chart.method,
        definition="Rules: " + "; ".join(chart.rules) if chart.rules else "",
        measure=subject,
    )


def _no_month_left(by_month: pd.DataFrame, reason: str) -> str:
    """Why no month can be used, with the months there are."""
    return (
        f"none of the months held ({present.runs(by_month['month'])}) shows what is usual; {reason}"
        if len(by_month)
        else "no month is held"
    )


def season_finding(
    review: Review,
    spec: Spec,
    by_month: pd.DataFrame,
    *,
    sources: Sequence[str],
    subject: str,
    series: str,
    scheme: str = "",
    definition: str = "",
    notes: Sequence[str] = (),
    until: str | None = None,
) -> Finding:
    """Seasonal index of a series, or its counts while there are too few months for an index.

    Parameters
    ----------
    by_month : pandas.DataFrame
        month, count: every month that the source covers.
    series : str
        Name under which breaks of the series are known.
    scheme : str
        Offence scheme of the counts, for breaks of one publisher's categories.
    until : str, optional
        The last month used, 'YYYY-MM'; default: all months held, which say most about the usual
        year. The caption names them.

    Raises
    ------
    NotAvailable
        If no month is left.
    """
    if until:
        last = Period.parse(until).month_list()[-1]
        by_month = by_month[by_month["month"] <= last]
        if by_month.empty:
            raise NotAvailable(sources, f"it holds no month up to {last}")
    found = season.seasonal_index(by_month, series=series, scheme=scheme)
    if not found.first:
        raise NotAvailable(sources, _no_month_left(by_month, found.reason))
    result = found.table.assign(
        season_status={"index": "ok", "provisional": "provisional"}.get(found.stage, "withheld"),
        reason=found.reason,
        p=found.p,
        series_months=found.months,
        first=found.first,
        last=found.last,
    )
    drawn = (
        charts.seasonal_index
        if found.stage != "counts"
        else partial(charts.monthly_line, value="count")
    )
    columns = (
        {
            "month_of_year": "Month",
            "index": "Index",
            "interval": "95% interval",
            "count": "Average a month",
        }
        if found.stage != "counts"
        else {"month": "Month", "count": "Offences", "interval": "95% interval"}
    )
    run = span(found.first, found.last)
    shown, key = (
        ("by month of the year", "line = 95% interval")
        if found.stage != "counts"
        else ("by month", "band = 95% interval")
    )
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.season, subject=subject),
        chart=drawn,
        comparison=Comparison(Period.parse(f"{found.first}/{found.last}"), review.compare),
        sources=sources,
        columns=columns,
        caption=where(review, f"{present.capital(subject)} {shown}", f"{run}; {key}"),
        method=found.method,
        definition=definition,
        notes=notes,
        measure=subject,
    )
