"""Chapter 09, last part: the action plan and the outputs it promises."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import Finding, Spec, common, finding, priority_measures, publish
from cspanalysis.findings.sentences import plan_outputs
from cspanalysis.findings.sentences import plan_wording as plan_narrative
from cspanalysis.present import charts
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


@finding(
    "plan.actions",
    title="How far along are the actions?",
    needs="action_plan",
    measure="actions of the plan by state",
    unit="actions",
    would_show="how far the actions of the plan are",
)
def actions(review: Review, *, spec: Spec) -> Finding:
    """Actions by state; overdue is a dated action not complete after its date."""
    rows = states(review)
    order = ["complete", "in_progress", "not_started", "overdue", "no_report"]
    counts = rows["state"].value_counts().reindex(order, fill_value=0)
    result = counts.rename_axis("state").reset_index(name="count")
    result = result.assign(label=result["state"].str.replace("_", " "))
    return publish(
        review,
        spec,
        result,
        say=plan_narrative.actions,
        chart=partial(charts.sorted_bars, label="label", share=False),
        comparison=review.comparisons[0],
        sources=("action_plan",),
        columns={"label": "State", "count": "Actions"},
        caption=common.where(review, "Actions of the plan by state", _as_at(rows)),
        definition="Overdue: not complete, and its date has passed. Ongoing actions have no date.",
    )


@finding(
    "plan.actions.priorities",
    title="What do the actions aim at?",
    needs="action_plan",
    measure="actions by priority and category",
    unit="actions",
    would_show="what the actions of the plan aim at",
)
def actions_by_priority(review: Review, *, spec: Spec) -> Finding:
    """Actions by priority and by prevention, intelligence, enforcement and reassurance."""
    rows = states(review)
    table = pd.crosstab(rows["priority"], rows["category"]).reindex(
        columns=list(CATEGORIES), fill_value=0
    )
    complete = rows[rows["state"] == "complete"]["priority"].value_counts()
    late = rows[rows["state"] == "overdue"]["priority"].value_counts()
    result = table.assign(
        count=rows["priority"].value_counts(), complete=complete, overdue=late
    ).fillna(0)
    result = result.astype(int).rename_axis("priority").reset_index()
    result["priority"] = result["priority"].map(priority_measures.label)
    labels = {key: present.capital(key) for key in (*CATEGORIES, "complete", "overdue")}
    return publish(
        review,
        spec,
        result,
        say=plan_outputs.by_priority,
        chart=partial(charts.sorted_bars, label="priority", share=False),
        comparison=review.comparisons[0],
        sources=("action_plan",),
        columns={"priority": "Priority", "count": "Actions", **labels},
        caption=common.where(review, "Actions by priority", _as_at(rows)),
    )


@finding(
    "plan.actions.overdue",
    title="Which actions are overdue?",
    needs="action_plan",
    measure="overdue actions",
    unit="actions",
    polarity="lower_is_better",
    would_show="which actions are overdue",
)
def overdue(review: Review, *, spec: Spec) -> Finding:
    """Dated actions that are not complete after their date."""
    rows = states(review)
    if rows["status_as_at"].isna().all():
        raise NotAvailable("action_plan", "it does not say how far the actions are on which day")
    return action_finding(
        review,
        spec,
        rows,
        rows[rows["state"] == "overdue"],
        partial(plan_outputs.overdue, as_at=_as_at(rows)),
        "Overdue actions",
    )


@finding(
    "plan.actions.list",
    title="Which actions does the plan list?",
    needs="action_plan",
    measure="actions of the plan",
    unit="actions",
    would_show="which actions the plan holds",
)
def action_list(review: Review, *, spec: Spec) -> Finding:
    """Every action with its lead, date, resources and state."""
    rows = states(review)
    return action_finding(
        review, spec, rows, rows, plan_outputs.listed, "Action plan", columns=IN_FULL
    )


@finding(
    "plan.outputs",
    title="What was promised, and what has been delivered?",
    needs="outputs",
    measure="promised outputs",
    unit="outputs",
    polarity="higher_is_better",
    would_show="what was promised and what has been delivered",
)
def outputs(review: Review, *, spec: Spec) -> Finding:
    """Promised outputs against those delivered and the time gone."""
    rows = review.table("outputs")
    plan = register.plan_period(review, register.table(review, "targets"))
    if not plan:
        raise NotAvailable("targets", "the months of the plan are not known")
    result = rows.assign(
        share_gone=[_gone(month, Period.parse(plan)) for month in rows["delivered_to"]],
        priority=rows["priority"].map(priority_measures.label),
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
    return publish(
        review,
        spec,
        result.drop(columns=["file", "row"]),
        say=plan_outputs.outputs,
        chart=partial(charts.sorted_bars, label="output", value="share_delivered", share=False),
        comparison=review.comparisons[0],
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
        caption=common.where(
            review, "Promised and delivered outputs", present.month(newest) if newest else plan
        ),
        definition="In step: the promise in proportion to the months of the plan that have gone.",
    )


def states(review: Review) -> pd.DataFrame:
    """The action plan with a column state: overdue where a date passed and it is not complete."""
    rows = review.table("action_plan")
    late = rows["due"].notna() & (rows["due"] < rows["status_as_at"])
    state = rows["status"].str.replace(" ", "_").fillna("no_report")
    return rows.assign(state=state.mask(late & (rows["status"] != "complete"), "overdue"))


def _as_at(rows: pd.DataFrame) -> str:
    newest = rows["status_as_at"].max()
    return "day of report not stated" if pd.isna(newest) else f"{newest.day} {newest:%B %Y}"


def action_finding(
    review: Review,
    spec: Spec,
    rows: pd.DataFrame,
    chosen: pd.DataFrame,
    say,
    caption: str,
    *,
    columns: Mapping[str, str] = IN_SHORT,
) -> Finding:
    """A list of actions with lead, date and state; in full also with what pays for them."""
    result = chosen.assign(
        priority=chosen["priority"].map(priority_measures.label),
        due_text=[f"{d.day} {d:%B %Y}" if pd.notna(d) else "ongoing" for d in chosen["due"]],
        state_text=chosen["state"].str.replace("_", " "),
    ).reset_index(drop=True)
    return publish(
        review,
        spec,
        result.drop(columns=["file", "row"]),
        say=say,
        comparison=review.comparisons[0],
        sources=("action_plan",),
        columns=columns,
        caption=common.where(review, caption, _as_at(rows)),
    )


def _gone(month: object, plan: Period) -> float:
    """Share of the plan's months gone by the end of a month; missing without one."""
    if not isinstance(month, str):
        return np.nan
    gone = Period.parse(month).last - plan.first + 1
    return min(max(gone / plan.months, 0.0), 1.0)
