"""Published figures: what the strategy printed against what its records say."""

from __future__ import annotations

import functools
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import outcome as outcomes
from cspanalysis.audit import register as registers
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.present import charts
from cspanalysis.present.phrases import named, number_of
from cspanalysis.review.review import Review

DEFINITION = (
    "Every quantified statement of the published text is checked twice: against itself, by rules "
    "that need no data, and against the records of its own printed period and area. A statement "
    "that contradicts itself counts as that, even where the records agree with its number."
)

#: Outcome → what one statement does, and several do.
_WORDS = {
    "agrees": ("agrees with the records", "agree with the records"),
    "disagrees": ("disagrees with the records", "disagree with the records"),
    "contradicts itself": ("contradicts itself", "contradict themselves"),
    "base not stated": ("does not state its base", "do not state their base"),
    "cannot be checked": ("cannot be checked", "cannot be checked"),
}

#: So many subjects are named in a sentence.
_NAMED = 5

audit_question = partial(
    question,
    needs=registers.REGISTERS,
    measure="published statements",
    unit="statements",
    once=True,
)


@audit_question(
    "published.audit",
    "Do the published figures hold?",
    measure="published statements by outcome of the audit",
    would_show="whether the published figures hold",
)
def audit(ask: Question) -> Finding:
    """Statements by outcome."""
    return ask.publish(
        outcomes.totals(_outcomes(ask)),
        wording=outcomes_told,
        chart=partial(charts.sorted_bars, label="outcome", share=False),
        sources=_sources(ask),
        columns={"outcome": "Outcome", "count": "Statements"},
        caption=_caption(ask, "Published statements by outcome of the audit"),
        definition=DEFINITION,
        notes=_notes(ask),
    )


@audit_question(
    "published.contradictions",
    "Which statements contradict themselves?",
    would_show="which published statements contradict themselves",
)
def contradictions(ask: Question) -> Finding:
    """Statements that their own numbers or words do not bear out."""
    return _with_outcome(ask, "contradicts itself")


@audit_question(
    "published.unstated",
    "Which statements do not say what they rest on?",
    would_show="which published statements do not say what they rest on",
)
def unstated(ask: Question) -> Finding:
    """Statements whose area, whole or period the text leaves open."""
    return _with_outcome(ask, "base not stated")


@audit_question(
    "published.disagreements",
    "Which statements do the records not bear out?",
    would_show="which published statements the records do not bear out",
)
def disagreements(ask: Question) -> Finding:
    """Statements that the records of their own period and area do not bear out."""
    return _with_outcome(ask, "disagrees")


@audit_question(
    "published.register",
    "What was printed, and what do the records give?",
    measure="published figures, targets and outputs",
    would_show="what was printed and what the records give",
)
def register(ask: Question) -> Finding:
    """Every figure, target and output with its outcome; due dates are in the action plan."""
    found = _outcomes(ask)
    return ask.publish(
        found[found["register"] != "actions"].reset_index(drop=True),
        wording=register_told,
        sources=_sources(ask),
        columns={
            "about": "About",
            "printed": "Printed",
            "found": "The records give",
            "outcome": "Outcome",
        },
        caption=_caption(ask, "Register of published figures"),
    )


def _with_outcome(ask: Question, outcome: str) -> Finding:
    """The statements of one outcome, each with the rule and the two figures that led to it."""
    found = _outcomes(ask)
    return ask.publish(
        found[found["outcome"] == outcome].reset_index(drop=True),
        wording=partial(statements_told, outcome=outcome),
        sources=_sources(ask),
        columns={
            "about": "About",
            "printed": "Printed",
            "found": "The records give",
            "why_by_rule": "Why, and by which rule",
        },
        caption=_caption(ask, f"Statements with the outcome '{outcome}'"),
    )


@functools.lru_cache(maxsize=1)
def _audited(review: Review) -> pd.DataFrame:
    return outcomes.audit(review)


def _outcomes(ask: Question) -> pd.DataFrame:
    found = _audited(ask.review)
    return found.assign(
        about=[f"{m} ({id})" for m, id in zip(found["measure"], found["id"], strict=True)],
        why_by_rule=[
            f"{why} [{rule.replace('_', ' ')}]".strip()
            for why, rule in zip(found["why"], found["rule"], strict=True)
        ],
    )


def _sources(ask: Question) -> list[str]:
    return [name for name in registers.REGISTERS if ask.review.store.has(name)]


def _notes(ask: Question) -> list[str]:
    counts = _outcomes(ask)["register"].value_counts(sort=False)
    notes = [
        "The statements are "
        + present.listed([f"{present.count(n)} {name}" for name, n in counts.items()])
        + "; of the actions only the due date is audited."
    ]
    if ask.review.is_synthetic:
        notes.append(
            "The records are synthetic and were drawn to agree with the printed figures wherever "
            "these agree with each other. That they agree shows how the audit works; it is no "
            "evidence that the printed figures were right."
        )
    return notes


def _caption(ask: Question, what: str) -> str:
    return f"{what} – {ask.review.area.name}"


def outcomes_told(table: pd.DataFrame) -> Said:
    """How many statements came out which way."""
    total = int(table["count"].sum())
    if not total:
        return cannot("the published figures", {}, "audit")
    parts = [
        f"{present.count(row['count'])} {_WORDS[row['outcome']][row['count'] != 1]}"
        for row in table.to_dict("records")
        if row["count"]
    ]
    text = f"Of {present.count(total)} printed statements, {present.listed(parts)}."
    if not table.loc[table["outcome"] == "disagrees", "count"].sum():
        text += " None that can be recomputed as it is printed disagrees with the records."
    return Said(text, values={"count": total})


def statements_told(table: pd.DataFrame, *, outcome: str) -> Said:
    """Which statements have one outcome."""
    if table.empty:
        return Said(f"No statement {_WORDS[outcome][0]}.", values={"count": 0})
    names = list(dict.fromkeys(named(m) for m in table["measure"]))
    text = f"{present.capital(present.in_words(len(table)))} "
    text += f"{'statement' if len(table) == 1 else 'statements'} {_WORDS[outcome][len(table) != 1]}"
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], number_of(len(names) - _NAMED, "further subject")]
    text += f", about {present.listed(names)}."
    return Said(text, values={"count": len(table)})


def register_told(table: pd.DataFrame) -> Said:
    """How much of a register could be recomputed at all."""
    known = (table["found"].ne("") & table["outcome"].ne("cannot be checked")).sum()
    many = present.capital(present.in_words(int(known))) if known else "None"
    return Said(
        f"{many} of {present.count(len(table))} printed figures, targets and outputs could be set "
        "against data.",
        values={"count": len(table)},
    )
