"""What is said of outcomes: of all crimes, of each kind, of a change, and of the newest."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import case_outcomes
from cspanalysis.domain.case_outcomes import NO_SUSPECT, NOT_PROSECUTED, UNSTATED
from cspanalysis.domain.periods import Period
from cspanalysis.findings.record import Said, cannot, values_of
from cspanalysis.present.phrases import MOST_NAMED, by_chance, confidence, first, shown
from cspanalysis.stats import outcome_shares

CRIMES = "recorded crimes"
#: Of fewer crimes of a kind the sentence names no share: they are described, not ranked.
FEWEST = 50
_KEYS = ("count", "compare_count", "share", "lower", "upper", "confidence")


def all_told(table: pd.DataFrame, *, over: Period, force: str) -> Said:
    """How many crimes led to a charge, to no prosecution, to no suspect; and the rest of the force.

    `table`: a row per class: outcome, count, total, share, lower, upper, compare_share, verdict.
    """
    rows = {r["outcome"]: r for r in shown(table, "share").to_dict("records")}
    if not rows:
        return cannot(CRIMES, first(table), "share")
    charged = _charged(table)
    total = int(charged["total"])
    text = (
        f"Of {present.count(total)} crimes recorded in {over.label}, "
        f"{present.share(charged['share'])} led to a charge or summons ({confidence(charged)} "
        f"interval {present.percent_interval(charged['lower'], charged['upper'])})."
    )
    parts = [
        f"{present.share(rows[name]['share'])} {words}"
        for name, words in (
            (NOT_PROSECUTED, "ended without the suspect being prosecuted"),
            (NO_SUSPECT, "without a suspect being identified"),
            ("out-of-court resolution", "with a resolution out of court"),
        )
        if name in rows
    ]
    text += f" {present.capital(present.listed(parts))}." if parts else ""
    if (unstated := rows.get(UNSTATED)) and unstated["count"]:
        text += f" For {present.share(unstated['share'])} no outcome is stated."
    verdict = str(charged["verdict"])
    if verdict != "none":
        text += (
            f" In the rest of the area of {force} {present.share(charged['compare_share'])} were "
            f"charged or summonsed, {_difference_told(verdict)}."
        )
    return Said(text, verdict=verdict, values=values_of(charged, *_KEYS[:1], *_KEYS[2:]))


def kinds_told(table: pd.DataFrame, *, over: Period, force: str) -> Said:
    """The kinds of crime that most and least often led to a charge, and all against the force.

    `table`: what `outcome_shares.kinds` gives.
    """
    rows = shown(table, "share")
    if rows.empty:
        return cannot(CRIMES, first(table), "share")
    whole, single = rows.iloc[0], rows.iloc[1:]
    many = single[single["total"] >= FEWEST].sort_values("share", ascending=False, kind="stable")
    text = ""
    if len(many) > 1:
        most, least = (
            f"{present.inside(str(r['offence']))} ({present.count(r['count'])} of "
            f"{present.count(r['total'])}, {present.share(r['share'])})"
            for r in (many.iloc[0], many.iloc[-1])
        )
        few = f", of kinds with {FEWEST} or more," if len(many) < len(single) else ","
        text = (
            f"Of crimes recorded in {over.label}{few} {most} most often led to a charge or "
            f"summons, {least} least often."
        )
    clear = {
        word: single[(single["verdict"] == word) & (single["total"] >= FEWEST)]["offence"].tolist()
        for word in ("higher", "lower")
    }
    told = [
        f"{'more' if word == 'higher' else 'less'} often for "
        f"{present.listed((present.inside(n) for n in names), MOST_NAMED)}"
        for word, names in clear.items()
        if names
    ]
    if told:
        text += (
            f" Against the rest of the area of {force} a charge or summons followed "
            f"{present.listed(told)}."
        )
    if not present.is_missing(whole["standardised"]):
        text += (
            f" With the rest of the force's share for each kind of crime, "
            f"{present.count(round(whole['expected']))} of {present.count(whole['total'])} would "
            f"have been charged or summonsed; {present.count(whole['count'])} were, "
            f"{_ratio_told(whole)}."
        )
    text = text or (
        f"{present.count(whole['count'])} of {present.count(whole['total'])} crimes recorded in "
        f"{over.label} led to a charge or summons."
    )
    return Said(
        text.strip() + (by_chance(len(many)) if told else ""),
        verdict=str(whole["verdict"]),
        values=values_of(whole, "count", "share", "lower", "upper", "confidence"),
    )


def change_told(table: pd.DataFrame) -> Said:
    """Which outcomes became more or less frequent, and how often a charge followed.

    `table`: a row per class as `beside` gives it, with period, compare and the verdict that time
    alone cannot explain.
    """
    rows = shown(table, "points")
    if rows.empty:
        return cannot("outcomes", first(table), "change")
    when = present.earlier(rows.iloc[0]["period"], rows.iloc[0]["compare"])
    named = {
        verdict: [
            f"'{r['outcome']}' ({present.share(r['compare_share'])} to "
            f"{present.share(r['share'])}, a difference of {r['points_interval']} points)"
            for r in rows[rows["verdict"] == verdict].to_dict("records")
        ]
        for verdict in ("up", "down")
    }
    told = [
        f"{present.listed(names)} became {word} frequent"
        for names, word in ((named["up"], "more"), (named["down"], "less"))
        if names
    ]
    text = (
        f"Against the same months {when}, {'; '.join(told)}."
        if told
        else f"No outcome became clearly more or less frequent than {when}."
    )
    if late := rows.loc[rows["status"] == "not_comparable", "outcome"].tolist():
        names = present.listed(f"'{n}'" for n in late)
        text += (
            f" Of {names} no change is claimed: the crimes "
            f"of {when.removeprefix('in ')} have had more time."
        )
    charged = _charged(table)
    if f"'{case_outcomes.CHARGED}'" not in "".join(told):
        text += (
            f" {present.capital(present.share(charged['share']))} were charged or summonsed, after "
            f"{present.share(charged['compare_share'])}."
        )
    return Said(text, values=values_of(charged, *_KEYS))


def newest_told(table: pd.DataFrame, *, over: Period) -> Said:
    """How many crimes are too young, and what is known of them so far."""
    rows = shown(table, "share")
    if rows.empty:
        return cannot("the newest crimes", first(table), "share")
    top = rows.sort_values("count", ascending=False, kind="stable").head(2).to_dict("records")
    parts = [f"'{r['outcome']}' for {present.count(r['count'])}" for r in top]
    total = present.count(rows.iloc[0]["total"])
    return Said(
        f"{total} crimes recorded in {over.label} come too early to be judged. So far the files "
        f"state {present.listed(parts)}.",
        values={"count": int(rows.iloc[0]["total"])},
    )


def _charged(table: pd.DataFrame) -> dict[str, Any]:
    """The row of those charged or summonsed, of none where there is no such row."""
    rows = table[table["outcome"] == case_outcomes.CHARGED]
    one: dict[str, list[Any]] = {"total": [table["total"].iloc[0]],
                                 "compare_total": [table["compare_total"].iloc[0]]}  # fmt: skip
    for column in ("count", "compare_count"):
        one[column] = [rows[column].sum()]
    return outcome_shares.against(pd.DataFrame(one)).iloc[0].to_dict()


def _difference_told(verdict: str) -> str:
    if verdict == "similar":
        return "which is not clearly different"
    return f"which is clearly {'less' if verdict == 'higher' else 'more'}"


def _ratio_told(row: pd.Series) -> str:
    limits = present.interval(100 * row["standardised_lower"], 100 * row["standardised_upper"], 0)
    size = f"{present.per_cent(100 * row['standardised'], 0)} of that, 95% interval {limits}"
    ends = {"higher": "clearly more", "lower": "clearly fewer"}
    return f"{ends.get(row['verdict'], 'which is within chance')} ({size})"
