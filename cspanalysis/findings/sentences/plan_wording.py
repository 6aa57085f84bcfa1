"""Targets, actions and priorities."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import MOST_NAMED, first, hidden, shown

_TARGET_WORDS = {
    "met": "met",
    "on_course": "on course",
    "off_course": "off course",
    "missed": "missed",
    "unclear": "too close to call",
}

_ACTION_WORDS = {
    "complete": "complete",
    "on_track": "on track",
    "in_progress": "in progress",
    "delayed": "delayed",
    "due": "due",
    "overdue": "overdue",
    "not_started": "not started",
    "no_report": "without a report",
}


def targets(table: pd.DataFrame) -> Said:
    """How many targets are met or on course, and how many ask for less than chance can hide.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per target: measure, baseline, target, actual (missing where there is no figure),
        progress ('met', 'on_course', 'off_course', 'missed', 'unclear'; missing without a
        figure), optional is_detectable (whether the change asked for could be told from chance).
    """
    if table.empty:
        return cannot("the targets", {}, "progress")
    known = shown(table, "actual") if "actual" in table else table.iloc[0:0]
    n = len(table)
    noun, number = "target" if n == 1 else "targets", present.in_words(n)
    if known.empty:
        text = f"None of the {number} {noun} has a figure yet."
    else:
        counts = known["progress"].value_counts()
        parts = [
            f"{present.in_words(int(counts[k]))} {'is' if counts[k] == 1 else 'are'} {words}"
            if k not in ("met", "missed")
            else f"{present.in_words(int(counts[k]))} {'was' if counts[k] == 1 else 'were'} {words}"
            for k, words in _TARGET_WORDS.items()
            if k in counts
        ]
        have = "has a figure" if len(known) == 1 else "have figures"
        text = f"Of {number} {noun} {present.in_words(len(known))} {have} so far"
        text += f": {present.listed(parts)}." if parts else "."
    if hidden(table, "actual"):
        text += f" {hidden(table, 'actual')} cannot be shown without identifying people."
    if "is_detectable" in table:
        small = int(table["is_detectable"].eq(False).sum())
        if small:
            verb = "asks" if small == 1 else "ask"
            text += (
                f" {present.capital(present.in_words(small))} of the {number} {verb} for a change "
                "so small that it could not be told from chance."
            )
    return Said(text, values={"count": n})


def actions(table: pd.DataFrame) -> Said:
    """How many actions of the plan are in which state.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per state: state, count.
    """
    rows = shown(table, "count")
    total = int(rows["count"].sum())
    if not total:
        return cannot("the action plan", first(table), "progress")
    parts = [
        f"{present.count(r.count_)} {_ACTION_WORDS.get(r.state, str(r.state).replace('_', ' '))}"
        for r in rows.rename(columns={"count": "count_"}).itertuples()
        if r.count_ > 0
    ]
    noun = "action" if total == 1 else "actions"
    return Said(f"Of {total} {noun}: {present.listed(parts)}.", values={"count": total})


def priorities(table: pd.DataFrame, *, top: int = 3) -> Said:
    """The priorities that score highest, and whether their order survives other weights.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per priority: priority, score (0 to 1), known and of (on how many criteria of how
        many the score rests), rank (1 = highest; missing where those are too few for a place),
        is_stable (its place survives a change of a quarter in each weight).
    """
    if shown(table, "score").empty:
        return cannot("the priorities", first(table), "order")
    of = int(table["of"].iloc[0])
    least = of // 2 + 1
    placed = shown(table, "rank").sort_values("rank", kind="stable")
    if len(placed) < 2:
        only = "Only one" if len(placed) else "None"
        text = (
            f"No order of the priorities is given. {only} of the {present.in_words(len(table))} "
            f"can be judged on {present.in_words(least)} or more of the {present.in_words(of)} "
            "criteria, and a mean of fewer would put first what happens to be known."
        )
        return Said(text, status="too_few", values={"count": len(placed)})
    names = []
    for row in placed.head(top).to_dict("records"):
        name, value = present.shorten(row["priority"], 60), present.number(row["score"], 2)
        on = present.in_words(int(row["known"]))
        on += "" if names else f" of {present.in_words(of)} criteria"
        names.append(f"{name} ({value} on {on})")
    text = f"{present.capital(names[0])} scores highest, followed by {present.listed(names[1:])}."
    moved = [present.shorten(r.priority, 60) for r in placed.itertuples() if not r.is_stable]
    text += (
        " The order stays the same when each weight is a quarter larger or smaller."
        if not moved
        else f" With weights a quarter larger or smaller, "
        f"{present.listed(moved, MOST_NAMED, 'others')} would change place."
    )
    without = [present.shorten(p, 60) for p in table.loc[table["rank"].isna(), "priority"]]
    if without:
        text += (
            f" {present.capital(present.listed(without))} {'has' if len(without) == 1 else 'have'} "
            f"no place, with data for fewer than {present.in_words(least)} criteria."
        )
    return Said(text, values={"count": len(placed)})
