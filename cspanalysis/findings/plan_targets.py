"""What the targets ask for, how far they are, and the plan before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.audit import printed, register, register_series
from cspanalysis.audit.register_series import Named
from cspanalysis.disclosure import may_show_share
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.findings import priority_measures, target_outlook
from cspanalysis.findings import target_progress as progress
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.present import charts
from cspanalysis.present.phrases import hidden, named, shown
from cspanalysis.review import offence_counts
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import dispersion, victims

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
    **target_outlook.COLUMNS,
}
_PROGRESS = {
    "met": "met",
    "on_course": "on course",
    "off_course": "off course",
    "missed": "missed",
    "unclear": "too close to call",
}


target_question = partial(question, needs="targets", unit="targets", once=True)


@target_question(
    "plan.targets",
    "What do the targets ask for, and how far have they come?",
    measure="targets of the plan",
    would_show="what the targets ask for and how far they have come",
    role="action",
)
def targets(ask: Question) -> Finding:
    """Printed against computed percentage, detectable or not, progress against the path."""
    rows = register.current_targets(ask.review.table("targets"))
    return progress_of(ask, rows, targets_told)


@target_question(
    "plan.previous",
    "What became of the targets of the plan before?",
    measure="targets of the plan before",
    would_show="what became of the plan before",
    role="action",
)
def previous(ask: Question) -> Finding:
    """Targets whose time is up, met or missed, with the interval of the figure reached."""
    rows = ask.review.table("targets")
    older = sorted(rows["plan"].dropna().unique())[:-1]
    if not older:
        raise NotAvailable("targets", "the list holds only one plan")
    rows = rows[rows["plan"] == older[-1]].reset_index(drop=True)
    return progress_of(ask, rows, previous_told)


def progress_of(
    ask: Question,
    rows: pd.DataFrame,
    wording: Callable[[pd.DataFrame], Said],
    *,
    until: int | None = None,
) -> Finding:
    """Targets with their arithmetic and progress; `until`: the last month (ordinal) to count."""
    measured = rows.assign(
        priority=rows["priority"].map(partial(priority_measures.label, review=ask.review))
    ).join(
        pd.DataFrame(
            [
                _measured(ask, row, until) | target_outlook.outlook(ask, row, until)
                for row in rows.to_dict("records")
            ]
        )
    )
    result = _in_words(target_outlook.in_words(progress.progress(measured)))
    used = [s for s in result["source"].dropna().unique() if ask.review.store.has(s)]
    return ask.publish(
        result.drop(columns=["file", "row"]),
        wording=wording,
        chart=charts.targets,
        sources=("targets", *used),
        columns={
            k: v
            for k, v in _TARGET_COLUMNS.items()
            if k not in target_outlook.COLUMNS or result["outlook"].notna().any()
        },
        what="Baselines, targets and figures so far",
        when=str(result["target_period"].dropna().unique()[-1]),
        method="; ".join(dict.fromkeys(m for m in result["method"] if m)),
        definition=progress.RAG_RULE,
        notes=_target_notes(result),
    )


def targets_told(table: pd.DataFrame) -> Said:
    """Progress of the targets, those too small to see, and those that miss their own percentage."""
    if table.empty:
        return cannot("the targets", {}, "progress")
    text = f"{_progress_told(table)}{target_outlook.told(table)}{_unseen_told(table)}"
    for row in table[table["is_printed_right"].eq(False)].to_dict("records"):
        change = row["printed_change"]
        text += (
            f" The target of {present.number(row['target'])} for {named(row['measure'])} is not "
            f"what its own percentage gives: {present.number(row['baseline'])} "
            f"{'less' if change < 0 else 'plus'} {abs(change):g} per cent is "
            f"{present.number(row['baseline'] * (1 + change / 100))}."
        )
    silent = int(table["target"].isna().sum())
    if silent:
        verb = "has" if silent == 1 else "have"
        text += f" {present.capital(present.in_words(silent))} {verb} no number to be measured "
        text += "against."
    return Said(text, values={"count": len(table)})


def _progress_told(table: pd.DataFrame) -> str:
    """How many targets have a figure, and how many of those are met or on course."""
    known, number = shown(table, "actual"), present.in_words(len(table))
    if known.empty:
        years = present.listed(sorted(table["target_period"].dropna().unique()))
        text = (
            f"None of the {number} targets can be judged yet: they are for {years}, for which "
            "there are no figures."
        )
    else:
        counts = known["progress"].value_counts()
        is_over = ("met", "missed")
        parts = [
            f"{present.in_words(int(counts[k]))} "
            f"{_verb(int(counts[k]), 'was' if k in is_over else 'is')} {words}"
            for k, words in _PROGRESS.items()
            if k in counts
        ]
        text = f"Of {number} {'target' if len(table) == 1 else 'targets'} "
        text += f"{present.in_words(len(known))} {'has a figure' if len(known) == 1 else ''}"
        text += f"{'have figures' if len(known) > 1 else ''} so far"
        text += f": {present.listed(parts)}." if parts else "."
    if hidden(table, "actual"):
        text += f" {hidden(table, 'actual')} cannot be shown without identifying people."
    return text


def _verb(n: int, singular: str) -> str:
    return singular if n == 1 else {"was": "were", "is": "are"}[singular]


def _unseen_told(table: pd.DataFrame) -> str:
    """How many targets ask for less than chance can hide."""
    small = int(table["is_detectable"].eq(False).sum())
    if not small:
        return ""
    return (
        f" {present.capital(present.in_words(small))} of the {present.in_words(len(table))} "
        f"{'asks' if small == 1 else 'ask'} for a change so small that it could not be told from "
        "chance."
    )


def previous_told(table: pd.DataFrame) -> Said:
    """Which targets of the plan before were met, and which of those by more than chance."""
    known = table.dropna(subset=["progress"])
    if known.empty:
        return Said(
            "None of the targets of the plan before can be checked.", status="not_available"
        )
    met = known[known["progress"] == "met"]
    text = (
        f"{present.capital(present.in_words(len(met)))} of {present.in_words(len(known))} targets "
        f"of the plan before {_verb(len(met), 'was')} met"
    )
    text += f": {present.listed(named(m) for m in met['measure'])}." if len(met) else "."
    missed = [
        f"{named(r['measure'])} ({present.number(r['actual'])} against "
        f"{present.number(r['target'])})"
        for r in known[known["progress"] == "missed"].to_dict("records")
    ]
    text += f" Missed: {present.listed(missed)}." if missed else ""
    close = int(known["rag"].eq("amber").sum())
    if close:
        text += (
            f" In {present.in_words(close)} of the {present.in_words(len(known))} the "
            "interval holds the target, so that chance alone could have decided."
        )
    return Said(text, values={"count": len(known)})


def _target_notes(result: pd.DataFrame) -> list[str]:
    notes = [
        "Large enough to see: whether a year at the target would be called a change from the "
        "baseline, counts allowed to vary as their months do (shares: by the error of two samples)."
    ]
    if result["outlook"].notna().any():
        notes.append(target_outlook.NOTE)
    unknown = result.loc[result["not_estimated"] != "", "measure"].tolist()
    if unknown:
        notes.append(
            f"For {present.listed([named(m) for m in unknown], 3)} by how much more than chance "
            "the counts vary could not be estimated: these allow for chance alone."
        )
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


def _measured(ask: Question, row: Mapping[str, Any], until: int | None) -> dict[str, float]:
    """Figure so far of a target: actual, actual_base, baseline_base, days, of_days, variance."""
    out = dict.fromkeys(
        ("actual", "actual_base", "baseline_base", "days", "of_days", "variance",
         "variance_degrees"), np.nan,
    )  # fmt: skip
    over, before = (printed.period(row.get(k)) for k in ("target_period", "baseline_period"))
    if over is None:
        return out
    of = Named(printed.text(row["source"]), printed.text(row["series"]))
    out["of_days"] = over.days
    out["baseline_base"] = np.nan if before is None else _share(ask, of, before)[1]
    is_over = until is None or until >= over.last
    factor, degrees = _variance(ask, of, before or over, until)
    out |= {"variance": factor, "variance_degrees": degrees if np.isfinite(degrees) else np.nan}
    try:
        share, base = _share(ask, of, over) if is_over else (np.nan, np.nan)
        if not np.isnan(share):
            return {**out, "actual": share, "actual_base": base, "days": over.days}
        part = _covered(ask.review, of.source, over, until)
        if part is not None:
            value = register_series.count(ask.review, of, part)
            value = ask.review.shown(of.source, value)
            return {**out, "actual": value, "days": part.days}
    except (NotAvailable, UsageError):
        pass  # a series that the list of targets misspells leaves that target without a figure
    if is_over and printed.text(row.get("latest_period")) == printed.text(row.get("target_period")):
        out |= {"actual": row["latest_value"], "actual_base": row["latest_base"], "days": over.days}
    return out


def _variance(ask: Question, of: Named, over: Period, until: int | None) -> dispersion.Variance:
    """By how much a year's count varies more than chance, from the months or years known."""
    try:
        counted = register_series.series(ask.review, of, over)
        last = ask.review.period.last if until is None else min(until, ask.review.period.last)
        return counted.variance(Period(last - 11, last))
    except (NotAvailable, UsageError):
        return dispersion.UNKNOWN


def _covered(review: Review, source: str, over: Period, until: int | None) -> Period | None:
    """The first months of a target's time that the data cover; None if they cover none."""
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


def _share(ask: Question, of: Named, over: Period) -> tuple[float, float]:
    """Share and base of a target that is one: a survey, a cleanliness survey, repeat victims."""
    try:
        if of.series == REPEATS:
            return _repeats(ask, over)
        if of.source in ("surveys", "environmental"):
            # A share without the number of people asked is shown, and has no interval.
            found = register_series.share(ask.review, of, over)
            return found.percent, found.base if np.isnan(found.tells) else found.tells
    except NotAvailable:
        pass
    return np.nan, np.nan


def _repeats(ask: Question, over: Period) -> tuple[float, float]:
    records = ask.review.records(None, over, lacks="do not tell victims apart", people=True).table
    domestic = records[records["is_domestic"].fillna(False).astype(bool)]
    result = victims.domestic_repeat(offence_counts.once_each(domestic, "victim_id"), over).iloc[0]
    is_public = ask.review.edition == "public"
    if is_public and not may_show_share(result["count"], result["total"], ask.protection()):
        return np.nan, np.nan
    return 100 * result["share"], result["total"]
