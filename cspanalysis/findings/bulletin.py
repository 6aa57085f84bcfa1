"""The bulletin: one short page on a month, quarter or half year for the public."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import printed
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import (
    Finding,
    Spec,
    common,
    finding,
    plan,
    plan_targets,
    priority_measures,
    publish,
    sentences,
)
from cspanalysis.findings.sentences import plan_outputs
from cspanalysis.present import charts
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import change, control

#: Actions due so many months after the period are announced.
AHEAD = 3


@finding(
    "bulletin.priorities",
    title="What changed since the same months of last year?",
    needs=OFFENCE_SOURCES,
    measure="incidents by priority",
    unit="incidents",
    polarity="lower_is_better",
    would_show="what changed since the same months of last year",
)
def priorities(review: Review, *, spec: Spec) -> Finding:
    """Every priority that is counted by month, beside the same months a year before."""
    comparison = review.comparisons[0]
    rows = []
    for measure in priority_measures.measures(review):
        try:
            by_month = priority_measures.by_month(review, measure)
            result = change.compared(by_month, comparison.period, comparison.compare)
            result = priority_measures.comparable(review, measure, comparison, result)
        except NotAvailable:
            continue
        words = _unusual(by_month, comparison.period)
        rows.append(result.assign(priority=measure.label, things=measure.things, control=words))
    if not rows or all(row["count"].isna().all() for row in rows):
        raise NotAvailable(OFFENCE_SOURCES, f"nothing is counted in {comparison.period.label}")
    result = pd.concat(rows, ignore_index=True)
    return publish(
        review,
        spec,
        result,
        say=partial(
            sentences.changes, label="priority", subject="the priorities", items="priorities"
        ),
        chart=partial(charts.change_intervals, label="priority"),
        comparison=comparison,
        compared=True,
        sources=[s for s in (*OFFENCE_SOURCES, "asb_calls") if review.store.has(s)],
        columns={
            "priority": "Priority",
            "things": "Counted",
            **common.change_columns(comparison),
            "control": "Control chart, newest six months",
        },
        caption=common.where(
            review,
            "Incidents by priority",
            f"{comparison.period.label} against {comparison.compare.label}; {charts.CHANGES_KEY}",
        ),
        method=common.method_of(result),
        notes=["Priorities that are counted by year only are not in this bulletin."],
    )


@finding(
    "bulletin.control",
    title="Is recorded crime doing anything unusual?",
    needs=OFFENCE_SOURCES,
    measure="recorded crime by month",
    unit="offences a day",
    polarity="lower_is_better",
    would_show="whether recorded crime does anything unusual",
)
def recorded_crime(review: Review, *, spec: Spec) -> Finding:
    """Recorded crime by month within its control limits."""
    return common.control_finding(
        review, spec, review.comparisons[0], "recorded crime", subject="recorded crime"
    )


@finding(
    "bulletin.targets",
    title="How far are the targets?",
    needs="targets",
    measure="targets to date",
    unit="targets",
    would_show="how far the targets are",
)
def targets(review: Review, *, spec: Spec) -> Finding:
    """Targets whose time holds the period's end: progress up to then against the path."""
    rows = review.table("targets")
    last = review.period.last
    spans = [printed.period(year) for year in rows["target_period"]]
    is_running = [span is not None and span.first <= last <= span.last for span in spans]
    if not any(is_running):
        raise NotAvailable("targets", f"no target is for the year of {review.period.label}")
    running = rows[is_running].reset_index(drop=True)
    return plan_targets.progress_finding(review, spec, running, plan_outputs.targets, until=last)


@finding(
    "bulletin.actions",
    title="Which actions are due?",
    needs="action_plan",
    measure="actions due",
    unit="actions",
    would_show="which actions are due",
)
def actions(review: Review, *, spec: Spec) -> Finding:
    """Actions due in the period or the three months after it, as last reported."""
    over = Period(review.period.first, review.period.last + AHEAD)
    rows = plan.states(review)
    due = rows[rows["due"].notna() & over.contains(pd.to_datetime(rows["due"]))]
    return plan.action_finding(
        review,
        spec,
        rows,
        due.sort_values("due", kind="stable"),
        partial(plan_outputs.due, when=over.label),
        "Actions due",
    )


def _unusual(by_month: pd.DataFrame, period: Period) -> str:
    """What the control chart says of the newest months up to the period's end."""
    known = by_month[by_month["month"] <= period.month_list()[-1]]
    chart = control.control_chart(known)
    if chart.stage == "none" or chart.table.empty:
        return "too short a series"
    newest = chart.table[chart.table["is_recent"]]
    signals = newest[newest["is_signal"]]
    if signals.empty:
        return "nothing unusual"
    words = present.listed(
        [
            f"{way} the mean in {present.in_words(int(n))}"
            for way, n in signals["direction"].value_counts().items()
        ]
    )
    return words if chart.stage == "adjusted" else f"{words} (provisional)"
