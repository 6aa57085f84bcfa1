"""What is it made up of: shares, groups, ages, definitions."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said, values_of
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import (
    confidence,
    first,
    hidden_note,
    shown,
)

_SHARE = ("count", "share", "lower", "upper", "confidence")


def mix(table: pd.DataFrame, *, subject: str, label: str = "offence", top: int = 3) -> Said:
    """The largest parts of a whole with their shares.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per part: `label`, count, share (0 to 1), optional total.
    subject : str
        The whole: 'recorded crime'.
    top : int
        How many parts are named.
    """
    parts = shown(table, "share").sort_values("count", ascending=False, kind="stable")
    parts = parts[parts["count"] > 0]
    if parts.empty:
        return cannot(subject, first(table), "breakdown")
    rows = parts.head(top).to_dict("records")
    lead = rows[0]
    total = f" of {present.count(lead['total'])}" if "total" in lead else ""
    text = (
        f"{present.capital(present.shorten(lead[label], 60))} made up "
        f"{present.share(lead['share'])} of {subject} ({present.count(lead['count'])}{total})"
    )
    rest = [f"{present.shorten(r[label], 60)} {present.share(r['share'])}" for r in rows[1:]]
    text += f", {present.listed(rest)}." if rest else "."
    values = {"count": lead["count"], "share": lead["share"]}
    values |= values_of(lead, "lower", "upper", "confidence")
    return Said(text + hidden_note(table, "part"), values=values)


def share(table: pd.DataFrame, *, subject: str, of: str) -> Said:
    """What share of the cases has some feature, with its Wilson interval.

    Parameters
    ----------
    table : pandas.DataFrame
        One row: count, total, share, lower, upper.
    subject : str
        The cases, in the plural: 'night-time violent offences'.
    of : str
        What the counted ones did, as a verb phrase: 'took place in town centres'.
    """
    row = first(table)
    if present.is_missing(row.get("share")):
        if row and row.get("total") == 0:
            row = {**row, "status": "too_few", "reason": "none was recorded"}
        return cannot(subject, row, "share")
    fraction = present.fraction(row["share"]) if row["total"] >= 30 else ""
    counts = f"{present.count(row['count'])} of {present.count(row['total'])}"
    limits = (
        f"{present.share(row['share'])}, {confidence(row)} interval "
        f"{present.percent_interval(row.get('lower'), row.get('upper'))}"
    )
    if fraction:
        text = f"About {fraction} of {subject} {of} ({counts}: {limits})."
    else:
        text = f"{counts} {subject} {of} ({limits})."
    return Said(present.capital(text), values=values_of(row, *_SHARE))
