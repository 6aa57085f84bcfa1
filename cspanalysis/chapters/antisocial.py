"""Chapter 03, anti-social behaviour: which kinds, and whether there is more of it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import charts, counting, narrative
from cspanalysis.analysis import change, measures
from cspanalysis.chapters import common
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.periods import Comparison
from cspanalysis.review import Review

ASB_SOURCES = ("asb_calls", "police_uk")


@finding(
    "antisocial.calls.change",
    title="Did calls about anti-social behaviour rise or fall?",
    needs=ASB_SOURCES,
    measure="calls about anti-social behaviour",
    unit="calls",
    polarity="lower_is_better",
    would_show="whether anti-social behaviour calls rose or fell",
)
def calls_change(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Calls to police and council against the same months of the year before."""
    by_month, sources, subject = _calls_by_month(review, comparison)
    result = change.between(by_month, comparison.period, comparison.compare)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.change, subject=subject),
        comparison=comparison,
        compared=True,
        sources=sources,
        columns=common.CHANGE_COLUMNS,
        caption=common.where(review, common.capital(subject), comparison.period.label),
        method=common.method_of(result),
        measure=subject,
    )


@finding(
    "antisocial.calls.types",
    title="What are the calls about?",
    needs="asb_calls",
    measure="calls by type",
    unit="calls",
    would_show="what the calls are about",
)
def calls_by_type(
    review: Review, received_by: str = "police", *, comparison: Comparison, spec: Spec
) -> Finding:
    """Calls by type, with their share and its interval."""
    calls = _calls(review)
    inside = comparison.period.contains(calls["month"]) & (calls["received_by"] == received_by)
    if not inside.any():
        raise NotAvailable("asb_calls", f"no calls in {comparison.period.label}")
    totals = calls[inside].groupby("type", as_index=False).size()
    totals = totals.rename(columns={"size": "count"}).assign(total=int(inside.sum()))
    result = measures.proportion(totals)
    result = result.sort_values(["count", "type"], ascending=[False, True], ignore_index=True)
    subject = f"calls to the {received_by}"
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.mix, label="type", subject=subject),
        chart=partial(charts.sorted_bars, label="type"),
        comparison=comparison,
        sources=("asb_calls",),
        columns={"type": "Type", "count": "Calls", "share": "Share", "interval": "95% interval"},
        caption=common.where(review, f"{common.capital(subject)} by type", comparison.period.label),
        method=common.method_of(result),
    )


def _calls(review: Review) -> pd.DataFrame:
    return review.table("asb_calls")


def _calls_by_month(
    review: Review, comparison: Comparison
) -> tuple[pd.DataFrame, tuple[str, ...], str]:
    wanted = [*comparison.period.month_list(), *comparison.compare.month_list()]
    try:
        calls = _calls(review)
    except NotAvailable:
        counted = review.offences_by_month(
            "anti-social behaviour", comparison.period, comparison.compare
        )
        return counted.table, counted.sources, "anti-social behaviour incidents"
    months = calls["month"]
    if not (months.min() <= min(wanted) and max(wanted) <= months.max()):
        covered = counting.months_label([months.min(), months.max()])
        raise NotAvailable("asb_calls", f"the log covers {covered}")
    counts = months.value_counts().reindex(sorted(set(wanted)), fill_value=0)
    table = counts.rename_axis("month").reset_index(name="count")
    return table, ("asb_calls",), "calls about anti-social behaviour"
