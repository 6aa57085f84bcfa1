"""The bulletin: one short page on a month, quarter or half year for the public."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import printed
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import plan, plan_targets, priority_measures
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.findings.shapes import change_wording, changes
from cspanalysis.present import charts
from cspanalysis.present.phrases import named, shown
from cspanalysis.review.review import OFFENCE_SOURCES
from cspanalysis.stats import control

#: Actions due so many months after the period are announced.
AHEAD = 3

#: The same months of so many years stand side by side, and a line goes back so many months.
YEARS, LINE = 5, 24

bulletin_question = partial(question, needs=OFFENCE_SOURCES, once=True)


@bulletin_question(
    "bulletin.count",
    "How much crime was recorded?",
    measure="recorded crime",
    unit="offences",
    fewer_is_better=True,
    role="change",
)
def count(ask: Question, offences: str = "recorded crime") -> Finding:
    """The period's crimes beside those of the same months of the years before."""
    series = ask.series(offences)
    now = changes.compared(ask, series).iloc[0].to_dict()
    by_month = series.by_month.set_index("month")["count"]
    rows = [{**now, "time": ask.period.label, "is_own": True}]
    for years in range(1, YEARS):
        then = ask.period.shift(-12 * years)
        counts = by_month.reindex(then.month_list())
        if counts.isna().any():
            break
        rows.append({"time": then.label, "count": int(counts.sum()), "is_own": False})
    return ask.publish(
        pd.DataFrame(rows),
        series=series,
        wording=partial(_counted, subject=series.named, period=ask.period),
        chart=partial(charts.sorted_bars, label="time", share=False, order="time"),
        columns={"time": "Months", "count": "Offences"},
        compared=True,
        what=f"{series.subject}, the same months of each year",
        notes=changes.break_notes(series, ask.comparison),
    )


@bulletin_question(
    "bulletin.twelve_months",
    "Which way do the last twelve months go?",
    measure="recorded crime in twelve months",
    unit="offences",
    fewer_is_better=True,
    role="trend",
    any_months=True,
)
def twelve_months(ask: Question, offences: str = "recorded crime") -> Finding:
    """The twelve months to the period's end against the twelve before, with their line."""
    end = ask.period.last
    year = Comparison(Period(end - 11, end), Period(end - 23, end - 12))
    series = ask.series(offences, year.period, year.compare)
    told = replace(ask, comparison=year)
    compared = changes.compared(told, series)
    months = series.by_month[series.by_month["month"].isin(
        pd.period_range(end=year.period.month_list()[-1], periods=LINE, freq="M").astype(str)
    )].reset_index(drop=True)  # fmt: skip
    result = months.join(compared.drop(columns=[c for c in months if c in compared]), how="left")
    result["year_count"] = compared["count"].iloc[0]
    return told.publish(
        result,
        series=series,
        wording=partial(_twelve, compared=compared, subject=series.named, year=year),
        chart=partial(charts.monthly_line, value="count", unit="in the newest"),
        columns={"month": "Month", "count": "Offences"},
        compared=True,
        what=f"{series.subject} by month",
        when=f"{Period(end - LINE + 1, end).label}",
        notes=changes.break_notes(series, year),
    )


@question(
    "bulletin.peers.{group}",
    "How does recorded crime compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
    measure="crimes per 1,000 residents",
    once=True,
    fewer_is_better=True,
)
def peers(ask: Question, group: str, offences: str = "recorded crime") -> Finding:
    """The period's crimes per 1,000 residents of every area of a peer group."""
    return ask.peers(offences, group, things="crimes")


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


def _counted(table: pd.DataFrame, *, subject: str, period: Period) -> Said:
    """The period's count first, then whether it changed, then the years before."""
    said = change_wording.change(table.iloc[[0]], subject=subject)
    known = shown(table, "count")
    if said.status not in ("ok", "too_few") or known.empty:
        return said
    text = f"came to {present.count(known['count'].iloc[0])} in {period.label}. {said.text}"
    if earlier := list(known["count"].iloc[2:]):
        low, high = (present.count(f(earlier)) for f in (min, max))
        years = f"the {present.in_words(len(earlier))} years before"
        text += f" In the same months of {years} there were "
        text += f"{low} to {high}." if len(earlier) > 1 else f"{low}."
        text = text.replace("the one years before", "the year before that")
    return Said(f"{present.capital(subject)} {text}", said.verdict, said.values, said.status)


def _twelve(table: pd.DataFrame, *, compared: pd.DataFrame, subject: str, year: Comparison) -> Said:
    """What changed from twelve months to twelve months."""
    said = change_wording.change(compared, subject=subject)
    if shown(table, "count").empty:
        return Said("The counts of these months are hidden.", status="suppressed")
    text = f"In twelve months ({year.period.label}) {said.text[:1].lower()}{said.text[1:]}"
    return Said(text, said.verdict, said.values, said.status)


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
