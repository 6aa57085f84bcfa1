"""Chapter 10, published figures: what the strategy printed against what its records say."""

from __future__ import annotations

import functools
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import registers, rulings
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.findings.sentences import audit_wording
from cspanalysis.present import charts
from cspanalysis.review.review import Review

DEFINITION = (
    "Every quantified statement of the published text is checked twice: against itself, by rules "
    "that need no data, and against the records of its own printed period and area. A statement "
    "that contradicts itself counts as that, even where the records agree with its number."
)

_COLUMNS = {
    "about": "About",
    "printed": "Printed",
    "found": "The records give",
    "why_by_rule": "Why, and by which rule",
}


@finding(
    "published.audit",
    title="Do the published figures hold?",
    needs=registers.REGISTERS,
    measure="published statements by outcome of the audit",
    unit="statements",
    would_show="whether the published figures hold",
)
def audit(review: Review, *, spec: Spec) -> Finding:
    """Statements by outcome."""
    return publish(
        review,
        spec,
        rulings.totals(_outcomes(review)),
        say=audit_wording.outcomes,
        chart=partial(charts.sorted_bars, label="outcome", share=False),
        comparison=review.comparisons[0],
        sources=_sources(review),
        columns={"outcome": "Outcome", "count": "Statements"},
        caption=_caption(review, "Published statements by outcome of the audit"),
        definition=DEFINITION,
        notes=_notes(review),
    )


@finding(
    "published.contradictions",
    title="Which statements contradict themselves?",
    needs=registers.REGISTERS,
    measure="published statements",
    unit="statements",
    would_show="which published statements contradict themselves",
)
def contradictions(review: Review, *, spec: Spec) -> Finding:
    """Statements that their own numbers or words do not bear out."""
    return _with_outcome(review, spec, "contradicts itself")


@finding(
    "published.unstated",
    title="Which statements do not say what they rest on?",
    needs=registers.REGISTERS,
    measure="published statements",
    unit="statements",
    would_show="which published statements do not say what they rest on",
)
def unstated(review: Review, *, spec: Spec) -> Finding:
    """Statements whose area, whole or period the text leaves open."""
    return _with_outcome(review, spec, "base not stated")


@finding(
    "published.disagreements",
    title="Which statements do the records not bear out?",
    needs=registers.REGISTERS,
    measure="published statements",
    unit="statements",
    would_show="which published statements the records do not bear out",
)
def disagreements(review: Review, *, spec: Spec) -> Finding:
    """Statements that the records of their own period and area do not bear out."""
    return _with_outcome(review, spec, "disagrees")


@finding(
    "published.register",
    title="What was printed, and what do the records give?",
    needs=registers.REGISTERS,
    measure="published figures, targets and outputs",
    unit="statements",
    would_show="what was printed and what the records give",
)
def register(review: Review, *, spec: Spec) -> Finding:
    """Every figure, target and output with its outcome; due dates are in the action plan."""
    outcomes = _outcomes(review)
    return publish(
        review,
        spec,
        outcomes[outcomes["register"] != "actions"].reset_index(drop=True),
        say=audit_wording.register,
        comparison=review.comparisons[0],
        sources=_sources(review),
        columns={
            "about": "About",
            "printed": "Printed",
            "found": "The records give",
            "outcome": "Outcome",
        },
        caption=_caption(review, "Register of published figures"),
    )


def _with_outcome(review: Review, spec: Spec, outcome: str) -> Finding:
    """The statements of one outcome, each with the rule and the two figures that led to it."""
    outcomes = _outcomes(review)
    return publish(
        review,
        spec,
        outcomes[outcomes["outcome"] == outcome].reset_index(drop=True),
        say=partial(audit_wording.contradictions, outcome=outcome),
        comparison=review.comparisons[0],
        sources=_sources(review),
        columns=_COLUMNS,
        caption=_caption(review, f"Statements with the outcome '{outcome}'"),
    )


@functools.lru_cache(maxsize=1)
def _audited(review: Review) -> pd.DataFrame:
    return registers.audit(review)


def _outcomes(review: Review) -> pd.DataFrame:
    outcomes = _audited(review)
    return outcomes.assign(
        about=[f"{m} ({id})" for m, id in zip(outcomes["measure"], outcomes["id"], strict=True)],
        why_by_rule=[
            f"{why} [{rule.replace('_', ' ')}]".strip()
            for why, rule in zip(outcomes["why"], outcomes["rule"], strict=True)
        ],
    )


def _sources(review: Review) -> list[str]:
    return [name for name in registers.REGISTERS if review.store.has(name)]


def _notes(review: Review) -> list[str]:
    counts = _outcomes(review)["register"].value_counts(sort=False)
    notes = [
        "The statements are "
        + present.listed([f"{present.count(n)} {name}" for name, n in counts.items()])
        + "; of the actions only the due date is audited."
    ]
    if review.is_synthetic:
        notes.append(
            "The records are synthetic and were drawn to agree with the printed figures wherever "
            "these agree with each other. That they agree shows how the audit works; it is no "
            "evidence that the printed figures were right."
        )
    return notes


def _caption(review: Review, what: str) -> str:
    return f"{what} – {review.area.name}"
