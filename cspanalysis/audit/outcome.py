"""The outcome of every statement: its own contradictions first, then what the data say."""

from __future__ import annotations

import pandas as pd

from cspanalysis.audit.hits import CONTRADICTS, NOT_STATED
from cspanalysis.audit.printed import text

AGREES = "agrees"
DISAGREES = "disagrees"
UNCHECKED = "cannot be checked"

_TOLD = ("outcome", "rule", "first", "second", "text", "why", "printed", "found")

#: In the order of reports.
OUTCOMES = (AGREES, DISAGREES, CONTRADICTS, NOT_STATED, UNCHECKED)


def decide(
    statements: pd.DataFrame, hits: pd.DataFrame, recomputed: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One outcome per statement, with the rule and the two figures or texts that led to it.

    Parameters
    ----------
    statements : pandas.DataFrame
        See `statements.statements`.
    hits : pandas.DataFrame
        See `rules.check`.
    recomputed : pandas.DataFrame, optional
        id, is_same (True, False or missing), printed, found (texts), reason (why it could not be
        recomputed, or how else the figure comes about), optional sentence (in place of the usual
        'Printed …; the records give …').

    Returns
    -------
    pandas.DataFrame
        register, id, theme, measure, outcome, rule (several joined by ', '), first, second, text
        (the whole explanation), why (the rules' part of it), printed, found. A contradiction
        outranks a missing base, and both outrank the data; a
        figure that disagrees where the text leaves its area, period or whole open has no stated
        base. Outcome '' only where nothing at all is known.
    """
    found = {} if recomputed is None else {r["id"]: r for r in recomputed.to_dict("records")}
    by_row: dict[str, list[dict]] = {}
    for hit in hits.to_dict("records"):
        by_row.setdefault(hit["id"], []).append(hit)
    rows = [
        {
            "register": row["register"],
            "id": row["id"],
            "theme": row["theme"],
            "measure": row["measure"],
            **_outcome(row, by_row.get(row["id"], []), found.get(row["id"], {})),
        }
        for row in statements.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["register", "id", "theme", "measure", *_TOLD])


def _outcome(row: dict, hits: list[dict], data: dict) -> dict[str, str]:
    same, reason = data.get("is_same"), text(data.get("reason"))
    printed, found, sentence = (text(data.get(k)) for k in ("printed", "found", "sentence"))
    settled = [h for wanted in (CONTRADICTS, NOT_STATED) for h in hits if h["outcome"] == wanted]
    remarks = [h for h in hits if not h["outcome"]]
    if settled:
        first = settled[0]
        told = [h["text"] for h in settled] + (
            [f"The records give {found}."] if found and not sentence else []
        )
        outcome, rules = first["outcome"], [h["rule"] for h in settled + remarks]
        first, second = first["first"], first["second"]
    elif same is True or same is False:
        open_ = [w.strip().replace("_", " ") for w in text(row["assumed"]).split(",") if w.strip()]
        outcome = AGREES if same else NOT_STATED if open_ else DISAGREES
        rules = ["recomputed", *(h["rule"] for h in remarks)]
        first, second = printed, found
        told = [sentence or f"Printed {printed}; the records give {found}."]
        if not same and open_:
            told.append(f"The text leaves open: {', '.join(open_)}.")
    elif reason:
        outcome, rules = UNCHECKED, ["not_recomputed", *(h["rule"] for h in remarks)]
        first, second, told = printed, found or "nothing to compare with", []
    else:
        return dict.fromkeys(_TOLD, "")
    told += [reason] if reason and not settled else []
    told += [h["text"] for h in remarks]
    return {
        "outcome": outcome,
        "rule": ", ".join(dict.fromkeys(rules)),
        "first": first,
        "second": second,
        "text": " ".join(dict.fromkeys(told)),
        "why": " ".join(
            dict.fromkeys([h["text"] for h in settled + remarks] + ([] if settled else [reason]))
        ).strip(),
        "printed": printed,
        "found": found,
    }


def totals(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Statements per outcome: outcome, count; an outcome that does not occur has count 0."""
    counts = outcomes["outcome"].value_counts()
    return pd.DataFrame(
        {"outcome": OUTCOMES, "count": [int(counts.get(outcome, 0)) for outcome in OUTCOMES]}
    )
