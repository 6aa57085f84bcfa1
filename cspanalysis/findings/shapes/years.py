"""How a series developed over the years."""

from __future__ import annotations

from functools import partial

from cspanalysis import disclosure
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import sentences
from cspanalysis.findings.publication import Publication, method_of
from cspanalysis.findings.record import Finding
from cspanalysis.present import charts
from cspanalysis.review.series import Series, whole_years
from cspanalysis.stats import measures, yearly


def years(ask: Publication, series: Series, things: str) -> Finding:
    """A series by financial year, the newest year against the first.

    Parameters
    ----------
    things : str
        Heading of the counts: 'Offences'.

    Raises
    ------
    NotAvailable
        If fewer than two whole financial years end by the end of the review's period.
    """
    table = series.by_financial_year(ask.review.period)
    if len(table) < 2:
        raise NotAvailable(series.sources, "it covers fewer than two whole financial years")
    shown = disclosure.apply(
        measures.count_interval(table), series.protect, edition=ask.review.edition
    )
    result = yearly.first_to_last(shown, exposure="days")
    return ask.publish(
        result,
        series=series,
        wording=partial(sentences.years, subject=series.subject),
        chart=partial(charts.trend_line, value="count", decimals=0),
        over=whole_years(result["year"]),
        columns={"year": "Year", "count": things, "lower": "Lower limit", "upper": "Upper limit"},
        what=f"{series.subject} by financial year",
        when=f"{result['year'].iloc[0]} to {result['year'].iloc[-1]}; line = 95% interval",
        method=f"{method_of(result)}; {yearly.METHOD}",
    )
