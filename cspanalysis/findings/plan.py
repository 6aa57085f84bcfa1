"""The action plan and the outputs it promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import priority_measures
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.present import charts
from cspanalysis.present.phrases import first, named, shown
from cspanalysis.review.review import Review

IN_FULL = {
    "no": "No",
    "priority": "Priority",
    "category": "Category",
    "action": "Action",
    "lead_agency": "Lead",
    "due_text": "Due",
    "resources": "Resources",
    "state_text": "State",
}
#: A few actions in the text column of a page.
IN_SHORT = {key: IN_FULL[key] for key in ("action", "lead_agency", "due_text", "state_text")}

CATEGORIES = ("prevention", "intelligence", "enforcement", "reassurance")

#: So many actions a sentence names.
MOST_ACTIONS = 4

action_question = partial(question, needs="action_plan", unit="actions", once=True)


@action_question(
    "plan.actions",
    "How far along are the actions?",
    measure="actions of the plan by state",
    would_show="how far the actions of the plan are",
    role="action",
)
def actions(ask: Question) -> Finding:
    """Actions by state; overdue is a dated action not complete after its date."""
    rows = states(ask.review)
    order = ["complete", "in_progress", "not_started", "overdue", "no_report"]
    counts = rows["state"].value_counts().reindex(order, fill_value=0)
    result = counts.rename_axis("state").reset_index(name="count")
    result = result.assign(label=result["state"].map(_words))
    return ask.publish(
        result,
        wording=actions_told,
        chart=partial(charts.sorted_bars, label="label", share=False),
        sources=("action_plan",),
        columns={"label": "State", "count": "Actions"},
        what="Actions of the plan by state",
        when=_as_at(rows),
        definition="Overdue: not complete, and its date has passed. Ongoing actions have no date.",
    )


def actions_told(table: pd.DataFrame) -> Said:
    """How many actions of the plan are in which state."""
    rows = shown(table, "count")
    total = int(rows["count"].sum())
    if not total:
        return cannot("the action plan", first(table), "progress")
    parts = [
        f"{present.count(count)} {'without a report' if state == 'no_report' else _words(state)}"
        for state, count in zip(rows["state"], rows["count"], strict=True)
        if count > 0
    ]
    noun = "action" if total == 1 else "actions"
    return Said(f"Of {total} {noun}: {present.listed(parts)}.", values={"count": total})


@action_question(
    "plan.actions.priorities",
    "What do the actions aim at?",
    measure="actions by priority and category",
    would_show="what the actions of the plan aim at",
    role="action",
)
def actions_by_priority(ask: Question) -> Finding:
    """Actions by priority and by prevention, intelligence, enforcement and reassurance."""
    rows = states(ask.review)
    table = pd.crosstab(rows["priority"], rows["category"]).reindex(
        columns=list(CATEGORIES), fill_value=0
    )
    complete = rows[rows["state"] == "complete"]["priority"].value_counts()
    late = rows[rows["state"] == "overdue"]["priority"].value_counts()
    result = table.assign(
        count=rows["priority"].value_counts(), complete=complete, overdue=late
    ).fillna(0)
    result = result.astype(int).rename_axis("priority").reset_index()
    result["priority"] = result["priority"].map(partial(priority_measures.label, review=ask.review))
    labels = {key: present.capital(key) for key in (*CATEGORIES, "complete", "overdue")}
    return ask.publish(
        result,
        wording=priorities_told,
        chart=partial(charts.sorted_bars, label="priority", share=False),
        sources=("action_plan",),
        columns={"priority": "Priority", "count": "Actions", **labels},
        what="Actions by priority",
        when=_as_at(rows),
    )


def priorities_told(table: pd.DataFrame) -> Said:
    """How the actions spread over priorities and categories."""
    if table.empty:
        return cannot("the action plan", {}, "spread")
    total, most = int(table["count"].sum()), int(table["count"].max())
    names = [named(name) for name in table.loc[table["count"] == most, "priority"]]
    each = f"{most} each" if len(names) > 1 else f"{most}"
    kinds = table[list(CATEGORIES)].sum()
    largest = kinds.idxmax()
    text = (
        f"The plan has {total} actions, the most of them on {present.listed(names)} ({each}). "
        f"{present.count(kinds[largest])} are {largest}"
    )
    others = [f"{present.count(n)} {k}" for k, n in kinds.items() if k != largest]
    return Said(f"{text}, {present.listed(others)}.", values={"count": total})


@action_question(
    "plan.actions.overdue",
    "Which actions are overdue?",
    measure="overdue actions",
    fewer_is_better=True,
    role="action",
)
def overdue(ask: Question) -> Finding:
    """Dated actions that are not complete after their date."""
    rows = states(ask.review)
    if rows["status_as_at"].isna().all():
        raise NotAvailable("action_plan", "it does not say how far the actions are on which day")
    late = rows[rows["state"] == "overdue"]
    return listed(ask, rows, late, partial(_overdue, as_at=_as_at(rows)), "Overdue actions")


def _overdue(table: pd.DataFrame, as_at: str) -> Said:
    if table.empty:
        return Said(f"No dated action was overdue on {as_at}.", values={"count": 0})
    verb = "action was" if len(table) == 1 else "actions were"
    return named_actions(table, [named(a) for a in table["action"]], f"{verb} overdue on {as_at}")


def named_actions(table: pd.DataFrame, names: list[str], what: str) -> Said:
    """'Two actions were overdue on 31 March 2008: …', the first few named."""
    text = f"{present.capital(present.in_words(len(table)))} {what}: "
    text += present.listed(names[:MOST_ACTIONS])
    text += "." if len(table) <= MOST_ACTIONS else ", and others."
    return Said(text, values={"count": len(table)})


@action_question(
    "plan.actions.list",
    "Which actions does the plan list?",
    measure="actions of the plan",
    would_show="which actions the plan holds",
    role="action",
)
def action_list(ask: Question) -> Finding:
    """Every action with its lead, date, resources and state."""
    rows = states(ask.review)
    return listed(ask, rows, rows, _all, "Action plan", columns=IN_FULL)


def _all(table: pd.DataFrame) -> Said:
    ongoing = int(table["due"].isna().sum())
    return Said(
        f"The list holds {len(table)} actions; {ongoing} are ongoing, without a date by which they "
        "could be late.",
        values={"count": len(table)},
    )


@question(
    "plan.outputs",
    "What was promised, and what has been delivered?",
    needs="outputs",
    measure="promised outputs",
    unit="outputs",
    fewer_is_better=False,
    would_show="what was promised and what has been delivered",
    once=True,
    role="action",
)
def outputs(ask: Question) -> Finding:
    """Promised outputs against those delivered and the time gone."""
    review = ask.review
    rows = review.table("outputs")
    plan = register.plan_period(review, register.table(review, "targets"))
    if not plan:
        raise NotAvailable("targets", "the months of the plan are not known")
    result = rows.assign(
        share_gone=[_gone(month, Period.parse(plan)) for month in rows["delivered_to"]],
        priority=rows["priority"].map(partial(priority_measures.label, review=review)),
    )
    result["expected"] = result["promised"] * result["share_gone"]
    result["expected_text"] = [
        "" if pd.isna(v) else f"{v:,.1f}".removesuffix(".0") for v in result["expected"]
    ]
    result["share_delivered"] = result["delivered"] / result["promised"]
    result["state"] = np.select(
        [
            result["delivered"].isna(),
            result["delivered"] >= result["promised"],
            result["delivered"] >= result["expected"],
        ],
        ["no report", "delivered", "on course"],
        "behind",
    )
    newest = max(result["delivered_to"].dropna(), default="")
    return ask.publish(
        result.drop(columns=["file", "row"]),
        wording=_promised,
        chart=partial(charts.sorted_bars, label="output", value="share_delivered", share=False),
        sources=("outputs",),
        columns={
            "output": "Output",
            "priority": "Priority",
            "promised": "Promised",
            "due": "Due",
            "delivered": "Delivered",
            "share_delivered": "Share",
            "expected_text": "In step with the time gone",
            "state": "State",
        },
        what="Promised and delivered outputs",
        when=present.month(newest) if newest else plan,
        definition="In step: the promise in proportion to the months of the plan that have gone.",
    )


def _promised(table: pd.DataFrame) -> Said:
    """How many promised outputs are delivered, on the way or behind the time gone."""
    if table.empty:
        return cannot("the promised outputs", {}, "progress")
    counts = table["state"].value_counts()
    words = {
        "delivered": "delivered in full",
        "on course": "on course",
        "behind": "behind",
        "no report": "without a report",
    }
    parts = [
        f"{present.in_words(int(counts[k]))} {'is' if counts[k] == 1 else 'are'} {w}"
        for k, w in words.items()
        if k in counts
    ]
    text = f"Of {present.in_words(len(table))} promised outputs, {present.listed(parts)}."
    behind = table[table["state"] == "behind"].assign(part=lambda t: t["delivered"] / t["expected"])
    if len(behind):
        worst = behind.sort_values("part", kind="stable").iloc[0]
        text += (
            f" Furthest behind: {named(worst['output'])}, {present.count(worst['delivered'])} of "
            f"{present.count(worst['promised'])} where about {present.count(worst['expected'])} "
            "would be in step with the time gone."
        )
    return Said(text, values={"count": len(table)})


def states(review: Review) -> pd.DataFrame:
    """The action plan with a column state: overdue where a date passed and it is not complete."""
    rows = review.table("action_plan")
    late = rows["due"].notna() & (rows["due"] < rows["status_as_at"])
    state = rows["status"].str.replace(" ", "_").fillna("no_report")
    return rows.assign(state=state.mask(late & (rows["status"] != "complete"), "overdue"))


def _as_at(rows: pd.DataFrame) -> str:
    newest = rows["status_as_at"].max()
    return "day of report not stated" if pd.isna(newest) else f"{newest.day} {newest:%B %Y}"


def _words(state: str) -> str:
    return state.replace("_", " ")


def listed(
    ask: Question,
    rows: pd.DataFrame,
    chosen: pd.DataFrame,
    wording: Callable[[pd.DataFrame], Said],
    what: str,
    *,
    columns: Mapping[str, str] = IN_SHORT,
) -> Finding:
    """A list of actions with lead, date and state; in full also with what pays for them."""
    result = chosen.assign(
        priority=chosen["priority"].map(partial(priority_measures.label, review=ask.review)),
        due_text=[f"{d.day} {d:%B %Y}" if pd.notna(d) else "ongoing" for d in chosen["due"]],
        state_text=chosen["state"].map(_words),
    ).reset_index(drop=True)
    return ask.publish(
        result.drop(columns=["file", "row"]),
        wording=wording,
        sources=("action_plan",),
        columns=columns,
        what=what,
        when=_as_at(rows),
    )


def _gone(month: object, plan: Period) -> float:
    """Share of the plan's months gone by the end of a month; missing without one."""
    if not isinstance(month, str):
        return np.nan
    gone = Period.parse(month).last - plan.first + 1
    return min(max(gone / plan.months, 0.0), 1.0)
