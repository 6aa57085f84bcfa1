"""Can the data be relied on: rows, months, places, and what is missing."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import first, was


def row_account(table: pd.DataFrame) -> Said:
    """Whether every row received was kept or set aside for a stated reason.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per file (or source): rows, kept, set_aside.
    """
    if table.empty:
        return cannot("the files received", {}, "row account")
    rows, kept, aside = (int(table[c].sum()) for c in ("rows", "kept", "set_aside"))
    files = present.plural(len(table), "file")
    if kept == rows:
        return Said(
            f"All {present.plural(rows, 'row')} in {files} were kept.", values={"count": rows}
        )
    text = f"Of {present.plural(rows, 'row')} in {files}, {present.count(kept)} {was(kept)} kept"
    if aside:
        text += (
            f" and {present.count(aside)} set aside with a reason ({present.share(aside / rows)})"
        )
    else:
        text += " and none set aside"
    lost = rows - kept - aside
    text += f"; {present.plural(lost, 'row')} {was(lost)} not accounted for." if lost else "."
    return Said(text, values={"count": rows})


def coverage(table: pd.DataFrame, *, subject: str = "the records") -> Said:
    """Which months are incomplete or missing.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per month: month 'YYYY-MM', status 'ok', 'incomplete' or 'missing'.
    """
    if table.empty:
        return cannot(subject, {}, "coverage")
    n = len(table)
    found = {
        word: table.loc[table["status"] == word, "month"].tolist()
        for word in ("incomplete", "missing")
    }
    if not any(found.values()):
        months = f"All {present.in_words(n)} months" if n > 1 else "The month"
        return Said(f"{months} of {subject} {'are' if n > 1 else 'is'} complete.")
    parts = []
    for word, months in found.items():
        if not months:
            continue
        named = present.runs(months)
        verb = "is" if len(months) == 1 else "are"
        parts.append(
            f"{named} {verb} {'incomplete as published' if word == 'incomplete' else word}"
        )
    text = f"In {subject} {'; '.join(parts)}."
    return Said(text + " No change over such months is given.")


def source_months(table: pd.DataFrame) -> Said:
    """Which sources have gaps between their first month and their last.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per source: whose, count (months covered), gaps ('none' without any).
    """
    empty = table[table["count"] == 0]["whose"].tolist()
    broken = table[(table["gaps"] != "none") & (table["count"] > 0)]
    parts = [f"{row['whose']} has {row['gaps']}" for row in broken.to_dict("records")]
    number = present.plural(len(table), "source")
    if parts:
        verb = "has" if len(parts) == 1 else "have"
        text = f"Of {number} with months or years, {present.in_words(len(parts))} {verb} gaps: "
        text += f"{'; '.join(parts)}."
    else:
        text = f"None of {number} with months or years has a gap."
    if empty:
        text += f" There is nothing of this area in {present.listed(empty)}."
    return Said(text, values={"count": len(parts)})


def unlocated(table: pd.DataFrame, *, subject: str = "records") -> Said:
    """How many records carry no location and so belong to no district.

    Parameters
    ----------
    table : pandas.DataFrame
        One row: count (without location), total.
    """
    row = first(table)
    if present.is_missing(row.get("count")) or not row.get("total"):
        return cannot(subject, row, "share without location")
    count, total = int(row["count"]), int(row["total"])
    if not count:
        return Said(f"All {present.count(total)} {subject} carry a location.", values={"count": 0})
    one_in = f"1 in {present.count(total / count)}"
    carries = "carries" if count == 1 else "carry"
    text = (
        f"{present.count(count)} of {present.count(total)} {subject} ({one_in}) {carries} no "
        f"location and {'belongs' if count == 1 else 'belong'} to no district here."
    )
    return Said(text, values={"count": count, "share": count / total})


def problems(table: pd.DataFrame) -> Said:
    """What was set aside, corrected or only noted while cleaning.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns source, action ('set aside', 'corrected', 'noted'), reason, count (rows).

    Returns
    -------
    Said
        The number of rows by action; the commonest reason for setting rows aside.
    """
    if table.empty:
        return Said("Nothing had to be set aside, corrected or remarked on.", values={"count": 0})
    by_action = table.groupby("action")["count"].sum()
    parts = [
        f"{present.plural(int(by_action[action]), 'row')} {words}"
        for action, words in (
            ("set aside", "set aside"),
            ("corrected", "corrected"),
            ("noted", "kept with a remark"),
        )
        if action in by_action
    ]
    text = f"Cleaning left {present.listed(parts)}."
    aside = table[table["action"] == "set aside"]
    if len(aside):
        top = aside.sort_values("count", ascending=False, kind="stable").iloc[0]
        text += (
            f" The commonest reason for setting rows aside: {present.shorten(top['reason'], 100)}."
        )
    return Said(text, values={"count": int(by_action.get("set aside", 0))})
