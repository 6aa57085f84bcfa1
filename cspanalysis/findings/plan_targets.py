"""Chapter 09, second part: what the targets ask for, how far they are, and the plan before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.audit import printed, register, register_series
from cspanalysis.audit.register_series import Series
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.findings import Finding, Spec, common, finding, priority_measures, publish
from cspanalysis.findings import target_progress as analysis
from cspanalysis.findings.sentences import plan_outputs
from cspanalysis.present import charts
from cspanalysis.review import offence_counts
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import victims

REPEATS = "repeat victims of domestic abuse"

_TARGET_COLUMNS = {
    "measure": "Target",
    "baseline_text": "Baseline",
    "target_text": "Target value",
    "printed_text": "Printed change",
    "asked_text": "Change asked for",
    "detectable_text": "Could be told from chance at",
    "detectable_words": "Large enough to see",
    "actual_text": "So far",
    "interval_text": "95% interval",
    "expected_text": "Path",
    "progress_text": "Progress",
    "rag": "Colour",
}
_PROGRESS = {
    "met": "met",
    "missed": "missed",
    "on_course": "on course",
    "off_course": "off course",
    "unclear": "too close to call",
}


@finding(
    "plan.targets",
    title="What do the targets ask for, and how far have they come?",
    needs="targets",
    measure="targets of the plan",
    unit="targets",
    would_show="what the targets ask for and how far they have come",
)
def targets(review: Review, *, spec: Spec) -> Finding:
    """Printed against computed percentage, detectable or not, progress against the path."""
    rows = register.current_targets(review.table("targets"))
    return progress_finding(review, spec, rows, plan_outputs.targets)


@finding(
    "plan.previous",
    title="What became of the targets of the plan before?",
    needs="targets",
    measure="targets of the plan before",
    unit="targets",
    would_show="what became of the plan before",
)
def previous(review: Review, *, spec: Spec) -> Finding:
    """Targets whose time is up, met or missed, with the interval of the figure reached."""
    rows = review.table("targets")
    older = sorted(rows["plan"].dropna().unique())[:-1]
    if not older:
        raise NotAvailable("targets", "the list holds only one plan")
    rows = rows[rows["plan"] == older[-1]].reset_index(drop=True)
    return progress_finding(review, spec, rows, plan_outputs.previous)


def progress_finding(
    review: Review, spec: Spec, rows: pd.DataFrame, say, *, until: int | None = None
) -> Finding:
    """Targets with their arithmetic and progress; `until`: the last month (ordinal) to count."""
    measured = rows.assign(priority=rows["priority"].map(priority_measures.label)).join(
        pd.DataFrame([_measured(review, row, until) for row in rows.to_dict("records")])
    )
    result = _in_words(analysis.progress(measured))
    used = [s for s in result["source"].dropna().unique() if review.store.has(s)]
    years = [y for y in result["target_period"].dropna().unique()]
    return publish(
        review,
        spec,
        result.drop(columns=["file", "row"]),
        say=say,
        chart=charts.targets,
        comparison=review.comparisons[0],
        sources=("targets", *used),
        columns=_TARGET_COLUMNS,
        caption=common.where(review, "Baselines, targets and figures so far", f"{years[-1]}"),
        method="; ".join(dict.fromkeys(m for m in result["method"] if m)),
        definition=analysis.RAG_RULE,
        notes=_target_notes(result),
    )


def _target_notes(result: pd.DataFrame) -> list[str]:
    notes = [
        "Large enough to see: whether a year at the target would be called a change from the "
        "baseline by the exact test of two counts (shares: by the error of two samples)."
    ]
    for row in result.to_dict("records"):
        if pd.notna(row["latest_value"]) and pd.isna(row["actual"]):
            of = f" of {present.count(row['latest_base'])}" if pd.notna(row["latest_base"]) else ""
            sign = "%" if row["unit"] == "percent" else ""
            notes.append(
                f"{row['measure']}: the partner's latest figure, for {row['latest_period']}, is "
                f"{row['latest_value']:g}{sign}{of}."
            )
    return notes


def _in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Display columns in each target's own unit."""
    records = rows.to_dict("records")

    def shown(row: dict, key: str) -> str:
        value = row[key]
        if value is None or pd.isna(value):
            return ""
        is_share = row["unit"] == "percent"
        text = f"{float(value):,.2f}".rstrip("0").rstrip(".") if is_share else f"{value:,.0f}"
        return f"{text}%" if is_share else text

    def change(row: dict, key: str) -> str:
        return "" if pd.isna(row[key]) else f"{present.signed(row[key])}%"

    columns = {
        "baseline_text": [shown(r, "baseline") for r in records],
        "target_text": [shown(r, "target") for r in records],
        "printed_text": [change(r, "printed_change") for r in records],
        "asked_text": [change(r, "asked_change") for r in records],
        "detectable_text": [shown(r, "detectable_at") for r in records],
        "actual_text": [shown(r, "actual") for r in records],
        "expected_text": [shown(r, "expected") for r in records],
        "interval_text": [
            "" if pd.isna(r["lower"]) else f"{shown(r, 'lower')} to {shown(r, 'upper')}"
            for r in records
        ],
        "detectable_words": [
            "" if r["is_detectable"] is None else ("yes" if r["is_detectable"] else "no")
            for r in records
        ],
        "progress_text": [_PROGRESS.get(r["progress"], "no figure yet") for r in records],
    }
    return rows.assign(**columns)


def _measured(review: Review, row: Mapping[str, Any], until: int | None = None) -> dict[str, float]:
    """Figure so far of a target: actual, actual_base, baseline_base, days, of_days."""
    out = dict.fromkeys(("actual", "actual_base", "baseline_base", "days", "of_days"), np.nan)
    over = printed.period(row.get("target_period"))
    if over is None:
        return out
    out["of_days"] = over.days
    before = printed.period(row.get("baseline_period"))
    if before is not None:
        out["baseline_base"] = _share(review, row, before)[1]
    is_over = until is None or until >= over.last
    try:
        share, base = _share(review, row, over) if is_over else (np.nan, np.nan)
        if not np.isnan(share):
            return {**out, "actual": share, "actual_base": base, "days": over.days}
        part = _covered(review, row, over, until)
        if part is not None:
            of = Series(printed.text(row["source"]), printed.text(row["series"]))
            value = priority_measures.as_shown(review, of, register_series.count(review, of, part))
            return {**out, "actual": value, "days": part.days}
    except (NotAvailable, UsageError):
        pass  # a series that the list of targets misspells leaves that target without a figure
    if is_over and printed.text(row.get("latest_period")) == printed.text(row.get("target_period")):
        out |= {"actual": row["latest_value"], "actual_base": row["latest_base"], "days": over.days}
    return out


def _covered(
    review: Review, row: Mapping[str, Any], over: Period, until: int | None
) -> Period | None:
    """The first months of a target's time that the data cover; None if they cover none."""
    source = printed.text(row.get("source"))
    last = over.last if until is None else min(until, over.last)
    if source not in OFFENCE_SOURCES:
        return over if source and last == over.last else None
    months = set(review.covered(source))
    run = 0
    for month in Period(over.first, last).month_list():
        if month not in months:
            break
        run += 1
    return Period(over.first, over.first + run - 1) if run else None


def _share(review: Review, row: Mapping[str, Any], over: Period) -> tuple[float, float]:
    """Share and base of a target that is one: a survey, a cleanliness survey, repeat victims."""
    source, name = printed.text(row.get("source")), printed.text(row.get("series"))
    label_of = f"{over.first // 12}/{(over.first // 12 + 1) % 100:02d}"
    rows = pd.DataFrame()
    if source == "surveys" and review.store.has("surveys"):
        table = review.table("surveys")
        rows = table[
            (table["question"] == name)
            & (table["area"] == review.area.name)
            & (table["round"] == label_of)
        ].rename(columns={"percent": "share"})
    elif source == "environmental" and review.store.has("cleanliness"):
        table = review.table("cleanliness")
        rows = table[(table["measure"] == name) & (table["year"] == label_of)]
        rows = rows.assign(share=100 * rows["below_standard"] / rows["sites"], base=rows["sites"])
    elif name == REPEATS:
        rows = _repeats(review, over)
    if rows.empty:
        return np.nan, np.nan
    share, base = (pd.to_numeric(rows[name], errors="coerce").iloc[0] for name in ("share", "base"))
    # A share without the number of people asked is shown, and has no interval.
    return tuple(float("nan") if pd.isna(v) else float(v) for v in (share, base))


def _repeats(review: Review, over: Period) -> pd.DataFrame:
    try:
        records = review.records(None, over, lacks="do not tell victims apart", people=True).table
    except NotAvailable:
        return pd.DataFrame()
    domestic = records[records["is_domestic"].fillna(False).astype(bool)]
    result = victims.domestic_repeat(offence_counts.once_each(domestic, "victim_id"), over)
    return pd.DataFrame({"share": 100 * result["share"], "base": result["total"]})
