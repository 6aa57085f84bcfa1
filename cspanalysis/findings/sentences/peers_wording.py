"""Where does the area stand among its peers?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import Said, values_of
from cspanalysis.findings.sentences.unanswered import cannot
from cspanalysis.present.phrases import by_chance, get, own, shown

_KEYS = (
    "count", "lower", "upper", "confidence", "rate", "rate_per", "population", "rank", "of",
    "rank_lower", "rank_upper",
)  # fmt: skip


def peers(
    table: pd.DataFrame,
    *,
    things: str = "crimes",
    members: str = "districts",
    per: str = "residents",
) -> Said:
    """Rate, place with its interval, and the difference from the others taken together.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per area: area, is_own, count, population, rate, rate_per, lower, upper, rank (1 is
        lowest), of, is_tied, rank_lower, rank_upper, others_rate (pooled rate of the others),
        verdict (the area's interval against that rate), verdict_998 (at 99.8%), is_widened and
        verdict_widened (where the areas differ by more than chance: whether this one does by more
        than is usual among them).
        Areas without data have a missing rate.
    things, members, per : str
        What is counted, what the areas are, who the rate is per; all in the plural.

    Returns
    -------
    Said
        Verdict lower, similar or higher: the area's interval against the pooled rate of the others.
    """
    row = own(table)
    if get(row, "rate") is None:
        return cannot(things, row, "comparison")
    ranked = shown(table, "rate")
    others = get(row, "others_rate")
    verdict = str(get(row, "verdict", "none"))
    values = values_of(row, *_KEYS)
    text = (
        f"{present.shorten(row['area'], 60)} recorded {present.rate(row['rate'])} {things} per "
        f"{present.count(get(row, 'rate_per', 1000))} {per}"
    )
    of = int(get(row, "of", len(ranked)))
    if get(row, "rank") is not None and of > 1:
        ties = int((ranked["rank"] == row["rank"]).sum())
        text += (
            f", the {present.place(row['rank'], of, ties)} of the {present.in_words(of)} {members}"
        )
        text += f"{_against(row, others, verdict, of - 1)}{_place_range(row, of, ties)}"
    text += "."
    if verdict in ("lower", "higher"):
        text += _how_clear(row, verdict)
    absent = table[~table.index.isin(ranked.index)]
    uncounted = absent["count"].isna() if "count" in absent else absent["area"].notna()
    for what, rows in (
        ("figures for", absent[uncounted]),
        ("residents known of", absent[~uncounted]),
    ):
        if len(rows):
            names = [present.shorten(a, 60) for a in rows["area"]]
            others = f"{present.in_words(len(rows))} other {members}"
            text += f" There are no {what} {present.listed(names) if len(rows) <= 3 else others}."
    return Said(text, verdict=verdict, values=values)


def funnel(table: pd.DataFrame, *, things: str = "crimes", members: str = "districts") -> Said:
    """Whether the area lies outside what chance and the usual differences between areas explain.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per area: area, is_own, rate, rate_per, limit_lower, limit_upper (95%, widened where
        over-dispersed), phi, is_widened, verdict, verdict_by_chance (without widening).
    """
    row = own(table)
    if get(row, "rate") is None or get(row, "limit_lower") is None:
        return cannot(things, row, "comparison")
    verdict = row["verdict"]
    where = {"lower": "below", "higher": "above", "similar": "within"}[verdict]
    limits = present.interval(row["limit_lower"], row["limit_upper"])
    text = (
        f"With {present.rate(row['rate'])} {things} per "
        f"{present.count(get(row, 'rate_per', 1000))} residents, "
        f"{present.shorten(row['area'], 60)} lies {where} the range "
        f"expected for an area of its size ({limits})"
    )
    if get(row, "is_widened", False):
        text += f", which is widened because the {members} differ by more than chance"
    text += "."
    alone = get(row, "verdict_by_chance")
    if verdict == "similar" and alone in ("lower", "higher"):
        text += f"{_usual(alone)}."
    rest = shown(table[table["is_own"].ne(True)], "rate")
    outside = int(rest["verdict"].isin(["lower", "higher"]).sum())
    n = len(rest)
    number = present.in_words(outside) if outside else "none"
    text += f" Of the other {present.in_words(n)} {members}, {number}"
    text += f" {'lies' if outside < 2 else 'lie'} outside it."
    if outside or verdict != "similar":
        text += by_chance(n + 1)
    keep = {"count", "rate", "rate_per", "population"}
    return Said(text, verdict=verdict, values=values_of(row, *keep))


def _how_clear(row: Mapping[str, Any], verdict: str) -> str:
    """At which level a difference is called, and whether it is more than is usual in the group."""
    is_usual = get(row, "is_widened", False) and get(row, "verdict_widened") == "similar"
    if get(row, "verdict_998") == "similar":
        more = ", and not more than is usual among them" if is_usual else ""
        return f" The difference is clear at 95 per cent, not at 99.8 per cent{more}."
    if get(row, "is_widened", False):
        if is_usual:
            return f"{_usual(verdict)}."
        return f" It is {verdict} by more than chance and by more than is usual among them."
    return ""


def _usual(verdict: str) -> str:
    return f" It is {verdict} by more than chance, but not by more than is usual among them"


def _against(row: Mapping[str, Any], others: float | None, verdict: str, n: int) -> str:
    if others is None or verdict == "none":
        return ""
    rest = f"the other {present.in_words(n)} taken together" if n > 1 else "the other one"
    if verdict == "similar" or others == 0:
        return f", not clearly different from {rest} ({present.rate(others)})"
    difference = abs(row["rate"] / others - 1) * 100
    side = "below" if verdict == "lower" else "above"
    dp = 0 if difference >= 1 else 1
    return f" and {present.per_cent(difference, dp)} {side} {rest} ({present.rate(others)})"


def _place_range(row: Mapping[str, Any], of: int, ties: int) -> str:
    if get(row, "rank_lower") is None or get(row, "rank_upper") is None:
        return ""
    low, high = int(row["rank_lower"]), int(row["rank_upper"])
    end = "lowest"
    if present.place(row["rank"], of, ties).endswith("highest"):
        low, high, end = of - high + 1, of - low + 1, "highest"
    if low == high:
        return "; its place is clear of chance"
    return f"; its place could lie between {present.ordinal(low)} and {present.ordinal(high)} {end}"


def rate(table: pd.DataFrame, *, subject: str, things: str) -> Said:
    """How much there was, as a count and as a rate.

    Parameters
    ----------
    table : pandas.DataFrame
        One row: count, population, rate, rate_per, lower, upper.
    subject, things : str
        'recorded crime', and what is counted: 'crimes'.
    """
    row = table.iloc[0]
    if pd.isna(row["count"]) or pd.isna(row["rate"]):
        return cannot(subject, row, "count")
    limits = present.interval(row["lower"], row["upper"])
    text = (
        f"{present.count(row['count'])} {things} were recorded, {present.rate(row['rate'])} per "
        f"{present.count(row['rate_per'])} residents (95% interval {limits})."
    )
    return Said(text, values=values_of(row))
