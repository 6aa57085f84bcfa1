"""What an audit of published figures found, in sentences."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import named, number_of

_WORDS = {
    "agrees": ("agrees with the records", "agree with the records"),
    "disagrees": ("disagrees with the records", "disagree with the records"),
    "contradicts itself": ("contradicts itself", "contradict themselves"),
    "base not stated": ("does not state its base", "do not state their base"),
    "cannot be checked": ("cannot be checked", "cannot be checked"),
}

#: So many subjects are named in a sentence.
_NAMED = 5


def outcomes(table: pd.DataFrame) -> Said:
    """How many statements came out which way.

    Parameters
    ----------
    table : pandas.DataFrame
        outcome, count.
    """
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


def contradictions(table: pd.DataFrame, *, outcome: str) -> Said:
    """Which statements have one outcome.

    Parameters
    ----------
    table : pandas.DataFrame
        measure, theme; a row per statement with that outcome.
    outcome : str
    """
    if table.empty:
        return Said(f"No statement {_WORDS[outcome][0]}.", values={"count": 0})
    names = list(dict.fromkeys(named(m) for m in table["measure"]))
    text = f"{present.capital(present.in_words(len(table)))} "
    text += f"{'statement' if len(table) == 1 else 'statements'} {_WORDS[outcome][len(table) != 1]}"
    if len(names) > _NAMED + 1:
        names = [*names[:_NAMED], number_of(len(names) - _NAMED, "further subject")]
    text += f", about {present.listed(names)}."
    return Said(text, values={"count": len(table)})


def register(table: pd.DataFrame) -> Said:
    """How much of a register could be recomputed at all."""
    known = (table["found"].ne("") & table["outcome"].ne("cannot be checked")).sum()
    many = present.capital(present.in_words(int(known))) if known else "None"
    return Said(
        f"{many} of {present.count(len(table))} printed figures, targets and outputs could be set "
        "against data.",
        values={"count": len(table)},
    )
