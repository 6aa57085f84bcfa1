"""What findings on actions say, from their protected tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.findings.record import Said, cannot, values_of
from cspanalysis.present.phrases import first

_VALUES = ("count", "compare_count", "ratio", "lower", "upper", "p", "confidence")


def trend_told(table: pd.DataFrame, *, subject: str, start: str) -> Said:
    """Whether places and comparison ran alike before the start."""
    row = first(table)
    verdict = row.get("before_verdict")
    if not isinstance(verdict, str):
        return Said(
            f"Whether {subject} ran alike in the places of the action and in their comparison "
            f"before {start} cannot be tested: too little is known of the time before."
        )
    if verdict in ("up", "down"):
        return Said(
            f"In the year before {start} {subject} already "
            f"{'rose' if verdict == 'up' else 'fell'} more in the places of the action than in "
            "their comparison, so that the two cannot show an effect."
        )
    return Said(
        f"In the year before {start} {subject} in the places of the action and in their comparison "
        "did not part by more than is usual among places left alone."
    )


def effect_told(table: pd.DataFrame, *, subject: str, months: int, is_district: bool) -> Said:
    """Whether it fell by more than the comparison, what could have been told, and the ring."""
    row = first(table)
    if row["status"] != "ok":
        return cannot(f"{subject} in the places of the action", row, "effect")
    what = present.capital(subject)
    where = "the area" if is_district else "the places of the action"
    expected = (
        f"from {present.count(row['compare_count'])} to {present.count(row['count'])} in "
        f"{present.in_words(months)} months, against {present.count(row['comparison_after'])} had "
        "it changed as its comparison did"
    )
    if row["is_unlike_before"]:
        text = (
            f"It cannot be told whether the action worked: {where} and the comparison ran "
            f"differently before it began. {what} went {expected}."
        )
    elif row["verdict"] in ("up", "down"):
        verb = "fell" if row["verdict"] == "down" else "rose"
        less = f"by {present.count(abs(row['difference']))} more than the comparison"
        if (row["ratio"] < 1) != (row["count"] < row["compare_count"]):
            less = (
                f"{present.count(abs(row['difference']))} "
                f"{'fewer' if row['verdict'] == 'down' else 'more'} than as in the comparison"
            )
            verb = "came to"
        text = f"{what} in {where} {verb} {less} ({_interval(row)}): {expected}."
    else:
        text = (
            f"It cannot be told whether the action worked: {subject} in {where} went {expected}, "
            f"{_difference(row['difference'])} ({_interval(row)})."
        )
    text += _detectable(row)
    return Said(text + _around(table), _verdict(row), values_of(row, *_VALUES))


def _verdict(row: Mapping[str, Any]) -> str:
    return str(row["verdict"]) if not row["is_unlike_before"] else "none"


def _detectable(row: Mapping[str, Any]) -> str:
    if present.is_missing(row["found_fall"]):
        return (
            " Before it began it was clear that hardly any effect could be told from chance here."
        )
    return (
        f" A fall of {present.per_cent(row['found_fall'], 0)} or more against the comparison would "
        "have been found in eight of ten cases."
    )


def _around(table: pd.DataFrame) -> str:
    ring = table[table["where"].eq("places around")]
    if ring.empty or ring["status"].iloc[0] != "ok":
        return ""
    row = ring.iloc[0].to_dict()
    if row["is_unlike_before"]:
        return ""
    if row["verdict"] == "up":
        return (
            f" Around them it rose by {present.count(row['difference'])} more than in places like "
            f"those ({_interval(row)}): some of it may have moved there."
        )
    if row["verdict"] == "down":
        return (
            f" Around them it was lower, too, by {present.count(-row['difference'])} than in "
            f"places like those ({_interval(row)})."
        )
    return " Around them no clear change was seen, so that nothing shows that it moved there."


def _difference(value: float) -> str:
    if round(value) == 0:
        return "no difference"
    return f"{present.count(abs(value))} {'fewer' if value < 0 else 'more'}"


def _interval(row: Mapping[str, Any]) -> str:
    low, high = (_difference(row[f"difference_{end}"]) for end in ("lower", "upper"))
    return f"95% interval {low} to {high}"
