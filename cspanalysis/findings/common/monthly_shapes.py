"""What the months of a series show: what is unusual in it, and its season."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, publish, sentences
from cspanalysis.findings.common.captions import span, where
from cspanalysis.findings.common.change_shapes import series_of
from cspanalysis.present import charts
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import control


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
