"""Yearly counts, each year against the one before."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said, values_of
from cspanalysis.findings.sentences.change_wording import interval_of, verdict_of
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import confidence, first

_KEYS = ("count", "compare_count", "percent_change", "ratio", "lower", "upper", "p", "confidence")


def year_pairs(table: pd.DataFrame, *, subject: str) -> Said:
    """Each year's count, and which years differ clearly from the one before.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per year in order: year, count, compare_year, compare_count and the limits of a
        change (lower, upper).
    subject : str
        What is counted, in the plural.
    """
    rows = table[table["count"].notna() & table["compare_count"].notna()].to_dict("records")
    if not rows:
        return cannot(subject, first(table), "comparison of years")
    counts = {}
    clear, unclear = [], []
    for row in rows:
        counts[row["compare_year"]], counts[row["year"]] = row["compare_count"], row["count"]
        verdict = verdict_of(row)
        limits = f"{confidence(row)} interval {interval_of(row)}"
        years = f"{row['compare_year']} to {row['year']}"
        if verdict in ("up", "down"):
            clear.append(f"{'rose' if verdict == 'up' else 'fell'} from {years} ({limits})")
        else:
            unclear.append(f"from {years} ({limits})")
    said = present.listed(f"{present.count(n)} in {year}" for year, n in sorted(counts.items()))
    text = f"{present.capital(subject)}: {said}."
    if clear:
        text += f" They {present.listed(clear)}."
    if unclear:
        text += f" There is no clear change {present.listed(unclear)}."
    newest = rows[-1]
    values = {k: v for k, v in values_of(newest).items() if k in _KEYS}
    return Said(text, verdict=verdict_of(newest), values=values)
