"""The bulletin: one short page on a month, quarter or half year for the public."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import printed
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import plan, plan_targets, priority_measures
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.findings.shapes import change_wording, changes
from cspanalysis.present import charts
from cspanalysis.present.phrases import named
from cspanalysis.review.review import OFFENCE_SOURCES
from cspanalysis.stats import control

#: Actions due so many months after the period are announced.
AHEAD = 3

bulletin_question = partial(question, needs=OFFENCE_SOURCES, once=True)


@bulletin_question(
    "bulletin.priorities",
    "What changed since the same months of last year?",
    measure="incidents by priority",
    unit="incidents",
    fewer_is_better=True,
)
def priorities(ask: Question) -> Finding:
    """Every priority that is counted by month, beside the same months a year before."""
    rows = []
    for measure in priority_measures.measures(ask.review):
        try:
            result, series = priority_measures.changed(ask, measure)
        except NotAvailable:
            continue
        words = _unusual(series.by_month, ask.period)
        rows.append(result.assign(priority=measure.label, things=measure.things, control=words))
    if not rows or all(row["count"].isna().all() for row in rows):
        raise NotAvailable(OFFENCE_SOURCES, f"nothing is counted in {ask.period.label}")
    return ask.publish(
        pd.concat(rows, ignore_index=True),
        wording=partial(
            change_wording.changes, label="priority", subject="the priorities", items="priorities"
        ),
        chart=partial(charts.change_intervals, label="priority"),
        compared=True,
        sources=[s for s in (*OFFENCE_SOURCES, "asb_calls") if ask.review.store.has(s)],
        columns={
            "priority": "Priority",
            "things": "Counted",
            **changes.columns(ask.comparison),
            "control": "Control chart, newest six months",
        },
        what="Incidents by priority",
        when=f"{ask.period.label} against {ask.compare.label}; {charts.CHANGES_KEY}",
        notes=["Priorities that are counted by year only are not in this bulletin."],
    )


@bulletin_question(
    "bulletin.control",
    "Is recorded crime doing anything unusual?",
    measure="recorded crime by month",
    unit="offences a day",
    fewer_is_better=True,
    would_show="whether recorded crime does anything unusual",
)
def recorded_crime(ask: Question) -> Finding:
    """Recorded crime by month within its control limits."""
    return ask.control(ask.series("recorded crime", ask.period))


@bulletin_question(
    "bulletin.targets",
    "How far are the targets?",
    needs="targets",
    measure="targets to date",
    unit="targets",
    would_show="how far the targets are",
)
def targets(ask: Question) -> Finding:
    """Targets whose time holds the period's end: progress up to then against the path."""
    rows = ask.review.table("targets")
    last = ask.period.last
    spans = [printed.period(year) for year in rows["target_period"]]
    is_running = [span is not None and span.first <= last <= span.last for span in spans]
    if not any(is_running):
        raise NotAvailable("targets", f"no target is for the year of {ask.period.label}")
    running = rows[is_running].reset_index(drop=True)
    return plan_targets.progress_of(ask, running, plan_targets.targets_told, until=last)


@bulletin_question(
    "bulletin.actions",
    "Which actions are due?",
    needs="action_plan",
    measure="actions due",
    unit="actions",
)
def actions(ask: Question) -> Finding:
    """Actions due in the period or the three months after it, as last reported."""
    over = Period(ask.period.first, ask.period.last + AHEAD)
    rows = plan.states(ask.review)
    due = rows[rows["due"].notna() & over.contains(pd.to_datetime(rows["due"]))]
    due = due.sort_values("due", kind="stable")
    return plan.listed(ask, rows, due, partial(_due, when=over.label), "Actions due")


def _due(table: pd.DataFrame, when: str) -> Said:
    """Which actions are due in some months, and how far they are."""
    if table.empty:
        return Said(f"No dated action is due in {when}.", values={"count": 0})
    names = [
        f"{named(action)} ({state})"
        for action, state in zip(table["action"], table["state_text"], strict=True)
    ]
    verb = "action is" if len(table) == 1 else "actions are"
    return plan.named_actions(table, names, f"{verb} due in {when}")


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
