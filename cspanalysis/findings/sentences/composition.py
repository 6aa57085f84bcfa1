"""What is it made up of: shares, groups, ages, definitions."""

from __future__ import annotations

import re

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said, values_of
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import (
    MOST_NAMED,
    confidence,
    first,
    hidden_note,
    shown,
)

_SHARE = ("count", "share", "lower", "upper", "confidence")
#: Not men and women: age bands begin with children.
_SEX = {"male": "Males", "female": "Females"}


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


def age_sex(table: pd.DataFrame, *, subject: str) -> Said:
    """The age and sex group with the most, among those that may be shown.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per group: age_band, sex ('male', 'female'), count or rate, status.
    subject : str
        What is counted, in the plural: 'alcohol admissions'.
    """
    value = "rate" if "rate" in table and table["rate"].notna().any() else "count"
    groups = table[table["sex"].isin(_SEX) & (table["age_band"] != "all ages")]
    rows = shown(groups, value)
    if rows.empty or not (rows[value] > 0).any():
        return cannot(subject, first(table), "breakdown")
    best = rows[rows[value] == rows[value].max()]
    names = [f"{_SEX[r.sex]} aged {_age(r.age_band)}" for r in best.itertuples()]
    names[1:] = [present.inside(n) for n in names[1:]]
    if len(names) > MOST_NAMED:
        names = [f"{present.in_words(len(names))} groups of age and sex".capitalize()]
    row = best.iloc[0]
    verb = "highest rate of" if value == "rate" else "most"
    figure = present.rate(row[value]) if value == "rate" else present.count(row[value])
    if value == "rate" and not present.is_missing(row.get("rate_per")):
        figure += f" per {present.count(row['rate_per'])}"
    scope = " of the groups shown" if len(rows) < len(groups) else ""
    text = f"{present.listed(names)} had the {verb} {subject}{scope}, {figure}"
    text += " each." if len(best) > 1 else "."
    return Said(text + hidden_note(groups, "group", value), values={value: row[value]})


def _age(band: str) -> str:
    return re.sub(r"(?<=\d)-(?=\d)", " to ", present.shorten(band, 60))
