"""The plan in sentences: outputs, what is overdue, evidence, how firm an order is."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said
from cspanalysis.findings.sentences.plan_wording import targets as target_progress
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import named

_NAMED = 4


def targets(table: pd.DataFrame) -> Said:
    """Progress of the targets, those too small to see, and those that miss their own percentage.

    Parameters
    ----------
    table : pandas.DataFrame
        See `target_progress.progress`, with measure.
    """
    said = target_progress(table)
    text = said.text
    if table["actual"].isna().all() and "target_period" in table:
        years = present.listed(sorted(table["target_period"].dropna().unique()))
        none = (
            f"None of the {present.in_words(len(table))} targets can be judged yet: "
            f"they are for {years}, for which "
        )
        text = text.replace(text.split(". ")[0], none + "there are no figures", 1)
    wrong = table[table["is_printed_right"].eq(False)]
    for row in wrong.to_dict("records"):
        change = row["printed_change"]
        exact = row["baseline"] * (1 + change / 100)
        text += (
            f" The target of {present.number(row['target'])} for {named(row['measure'])} is not "
            f"what its own percentage gives: {present.number(row['baseline'])} "
            f"{'less' if change < 0 else 'plus'} {abs(change):g} per cent is "
            f"{present.number(exact)}."
        )
    silent = int(table["target"].isna().sum())
    if silent:
        text += f" {present.capital(present.in_words(silent))} "
        text += (
            "has no number to be measured against."
            if silent == 1
            else ("have no number to be measured against.")
        )
    return Said(text, values=said.values)


def previous(table: pd.DataFrame) -> Said:
    """Which targets of the plan before were met, and which of those by more than chance.

    Parameters
    ----------
    table : pandas.DataFrame
        See `target_progress.progress`, with measure.
    """
    known = table.dropna(subset=["progress"])
    if known.empty:
        return Said(
            "None of the targets of the plan before can be checked.", status="not_available"
        )
    met = known[known["progress"] == "met"]
    text = (
        f"{present.capital(present.in_words(len(met)))} of {present.in_words(len(known))} targets "
        f"of the plan before {'was' if len(met) == 1 else 'were'} met"
    )
    names = [named(m) for m in met["measure"]]
    text += f": {present.listed(names)}." if names else "."
    missed = known[known["progress"] == "missed"]
    if len(missed):
        names = [
            f"{named(r['measure'])} ({present.number(r['actual'])} against "
            f"{present.number(r['target'])})"
            for r in missed.to_dict("records")
        ]
        text += f" Missed: {present.listed(names)}."
    close = known[known["rag"] == "amber"]
    if len(close):
        text += (
            f" In {present.in_words(len(close))} of the {present.in_words(len(known))} the "
            "interval holds the target, so that chance alone could have decided."
        )
    return Said(text, values={"count": len(known)})


def outputs(table: pd.DataFrame) -> Said:
    """How many promised outputs are delivered, on the way or behind the time gone.

    Parameters
    ----------
    table : pandas.DataFrame
        output, promised, delivered, expected (promised in proportion to the time gone), state
        ('delivered', 'on course', 'behind', 'no report').
    """
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


def overdue(table: pd.DataFrame, *, as_at: str) -> Said:
    """Which actions are past their date.

    Parameters
    ----------
    table : pandas.DataFrame
        action; a row per overdue action.
    as_at : str
        The day of the report, in words.
    """
    if table.empty:
        return Said(f"No dated action was overdue on {as_at}.", values={"count": 0})
    names = [named(a) for a in table["action"].head(_NAMED)]
    n = present.capital(present.in_words(len(table)))
    text = f"{n} {'action was' if len(table) == 1 else 'actions were'} overdue on {as_at}: "
    text += f"{present.listed(names)}" + ("." if len(table) <= _NAMED else ", and others.")
    return Said(text, values={"count": len(table)})


def due(table: pd.DataFrame, *, when: str) -> Said:
    """Which actions are due in some months, and how far they are.

    Parameters
    ----------
    table : pandas.DataFrame
        action, state; a row per action due.
    when : str
        The months, in words.
    """
    if table.empty:
        return Said(f"No dated action is due in {when}.", values={"count": 0})
    names = [
        f"{named(row['action'])} ({str(row['state']).replace('_', ' ')})"
        for row in table.head(_NAMED).to_dict("records")
    ]
    n = present.capital(present.in_words(len(table)))
    text = f"{n} {'action is' if len(table) == 1 else 'actions are'} due in {when}: "
    text += f"{present.listed(names)}" + ("." if len(table) <= _NAMED else ", and others.")
    return Said(text, values={"count": len(table)})


def by_priority(table: pd.DataFrame) -> Said:
    """How the actions spread over priorities and categories.

    Parameters
    ----------
    table : pandas.DataFrame
        priority, count, prevention, intelligence, enforcement, reassurance.
    """
    if table.empty:
        return cannot("the action plan", {}, "spread")
    total = int(table["count"].sum())
    most = int(table["count"].max())
    names = [named(name) for name in table.loc[table["count"] == most, "priority"]]
    each = f"{most} each" if len(names) > 1 else f"{most}"
    kinds = table[["prevention", "intelligence", "enforcement", "reassurance"]].sum()
    first = kinds.idxmax()
    text = (
        f"The plan has {total} actions, the most of them on {present.listed(names)} ({each}). "
        f"{present.count(kinds[first])} are {first}"
    )
    others = [f"{present.count(n)} {k}" for k, n in kinds.items() if k != first]
    return Said(f"{text}, {present.listed(others)}.", values={"count": total})


def listed(table: pd.DataFrame) -> Said:
    """What the list of actions holds."""
    ongoing = int(table["due"].isna().sum())
    return Said(
        f"The list holds {len(table)} actions; {ongoing} are ongoing, without a date by which they "
        "could be late.",
        values={"count": len(table)},
    )


def evidence(table: pd.DataFrame) -> Said:
    """Whether every priority is traced to questions of the review, targets and actions.

    Parameters
    ----------
    table : pandas.DataFrame
        priority, findings, actions, targets, outputs (numbers of each).
    """
    bare = [named(r["priority"]) for r in table.to_dict("records") if not r["findings"]]
    text = (
        f"Each of the {present.in_words(len(table))} priorities is traced to questions of this "
        "review."
        if not bare
        else f"No question of this review speaks for {present.listed(bare)}."
    )
    without = [named(r["priority"]) for r in table.to_dict("records") if not r["targets"]]
    if without:
        text += f" No target is set for {present.listed(without)}."
    return Said(text, values={"count": len(table)})


def sensitivity(table: pd.DataFrame) -> Said:
    """Whether the order of the priorities survives other weights.

    Parameters
    ----------
    table : pandas.DataFrame
        See `priority_scores.sensitivity`.
    """
    tried = table[table["criterion"] != "as set"]
    moved = tried[~tried["is_same"]]
    if moved.empty:
        return Said(
            "Raising or lowering any one weight by a quarter leaves the order as it is.",
            values={"count": len(tried)},
        )
    first = table["first"].iloc[0]
    n, of = present.in_words(int((tried["first"] == first).sum())), present.in_words(len(tried))
    text = (
        f"{present.capital(first)} comes first in {'all' if n == of else f'{n} of'} {of} trials "
        f"with one weight a quarter larger or smaller. Further down some priority changes place in "
        f"{present.in_words(len(moved))} of them, so that order should not be relied on."
    )
    return Said(text, values={"count": len(tried)})
