"""Figures side by side: years in a row, a few series, shares, sums of money."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said, values_of
from cspanalysis.findings.sentences.change_wording import (
    SMALL_BASE,
    ratio_interval,
)
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import HIDDEN, MOST_NAMED, confidence, first, get, hidden


def years(table: pd.DataFrame, *, subject: str, label: str = "year") -> Said:
    """How the newest year compares with the first, and whether each year had more than the last.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per year in order: `label`, count, and on every row change_ratio, change_lower,
        change_upper, change_verdict, is_each_higher, is_each_lower; optional rate with rate_per
        and per ('resident', 'pupil'), rounded_to.
    subject : str
        What is counted, as in mid-sentence.
    """
    if len(table) < 2:
        row = {**first(table), "status": "too_few", "reason": "there is one year only"}
        return cannot(subject, row, "change over the years")
    start, end = table.iloc[0].to_dict(), table.iloc[-1].to_dict()
    if get(start, "count") is None or get(end, "count") is None:
        row = start if get(start, "count") is None else end
        return cannot(subject, row, "change over the years")
    verdict = get(end, "change_verdict", "none")
    rates = _rates(start, end)
    limits = (
        f"{confidence(end)} interval {ratio_interval(end['change_lower'], end['change_upper'])}"
    )
    if rates:
        limits = f"{limits} per {get(end, 'per', 'resident')}"
    before, now = present.count(start["count"]), present.count(end["count"])
    if verdict in ("up", "down"):
        verb = "rose" if verdict == "up" else "fell"
        text = (
            f"{present.capital(subject)} {verb} from {before} in {start[label]} to {now} in "
            f"{end[label]}"
        )
        percent = (end["count"] / start["count"] - 1) * 100 if start["count"] else 0
        if rates:
            text += f", from {rates[0]} to {rates[1]}"
        elif start["count"] >= SMALL_BASE and (percent > 0) == (verdict == "up"):
            text += f", {verdict} {present.number(abs(percent), 1)} per cent"
        text += f" ({limits})."
    else:
        text = (
            f"There is no clear change in {subject}: {now} in {end[label]} against {before} in "
            f"{start[label]}"
        )
        text += f", or {rates[1]} against {rates[0]}" if rates else ""
        text += f" ({limits})."
    if get(end, "is_each_higher", False):
        text += " Each year had more than the one before."
    elif get(end, "is_each_lower", False):
        text += " Each year had fewer than the one before."
    if get(end, "rounded_to"):
        text += (
            f" Counts are rounded to the nearest {int(end['rounded_to'])}, "
            "and the interval allows for that."
        )
    values = {"count": end["count"], "compare_count": start["count"]}
    values |= {"ratio": end["change_ratio"], "lower": end["change_lower"]}
    values |= {"upper": end["change_upper"], "confidence": end["confidence"]}
    values |= values_of(end, "rate", "rate_per", "population")
    values = {k: v for k, v in values.items() if not present.is_missing(v)}
    return Said(text, verdict=verdict, values=values)


def few_changes(table: pd.DataFrame, *, label: str, subject: str) -> Said:
    """Each of a few things with its counts: which rose, which fell, which did not clearly change.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per thing, `label` as in mid-sentence, with the columns of `narrative.change`.
    subject : str
        The whole they belong to, for the case that nothing can be said.
    """
    rows = [
        r
        for r in table.to_dict("records")
        if get(r, "count") is not None and get(r, "compare_count") is not None
    ]
    if not rows:
        return cannot(subject, first(table), "change")
    named: dict[str, list[str]] = {"up": [], "down": [], "no_clear_change": [], "none": []}
    for row in rows:
        counts = f"{present.count(row['compare_count'])} to {present.count(row['count'])}"
        named[row["verdict"]].append(f"{present.shorten(row[label], 60)} ({counts})")
    parts = [
        f"{present.listed(named[v], MOST_NAMED)} {word}"
        for v, word in (("up", "rose"), ("down", "fell"))
        if named[v]
    ]
    unclear = named["no_clear_change"] + named["none"]
    if unclear:
        parts.append(f"there was no clear change in {present.listed(unclear, MOST_NAMED)}")
    text = present.capital("; ".join(parts)) + "."
    if n := hidden(table):
        text += (
            f" {present.capital(present.in_words(n))} of them {'is' if n == 1 else 'are'} {HIDDEN}."
        )
    return Said(text)


def _rates(start: dict, end: dict) -> tuple[str, str] | None:
    """Both rates as words, the unit at the second."""
    if get(start, "rate") is None or get(end, "rate") is None:
        return None
    per = get(end, "per", "resident")
    return (
        present.rate(start["rate"]),
        f"{present.rate(end['rate'])} per {present.count(end['rate_per'])} {per}s",
    )
