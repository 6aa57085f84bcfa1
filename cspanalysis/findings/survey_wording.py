"""What residents say: shares of a survey, their changes, and how many would have to be asked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.findings.record import Said, cannot, values_of
from cspanalysis.present.phrases import MOST_NAMED, by_chance, confidence, first, get, shown, size

#: Surveys that one sentence tells of.
MOST_SURVEYS = 3

#: Verbs that do not lose an 's' in the plural.
_PLURALS = {"was": "were", "has": "have", "is": "are", "does": "do", "goes": "go"}


def answers(table: pd.DataFrame, *, subject: str, most: int = 4) -> Said:
    """What share of the people asked gave each answer, with its interval."""
    rows = shown(table, "lower")
    if rows.empty:
        return cannot(subject, first(table), "share")
    texts: list[str] = []
    groups = list(rows.groupby(["survey", "round", "total"], sort=False))
    for (survey, when, asked), group in groups[:MOST_SURVEYS]:
        said = [
            f"{_percent(r)} {_phrase(r)} "
            f"({confidence(r) + ' interval ' if i == 0 and not texts else ''}"
            f"{present.interval(100 * r['lower'], 100 * r['upper'])})"
            for i, r in enumerate(group.head(most).to_dict("records"))
        ]
        texts.append(
            f"Of {present.count(asked)} people asked in {present.clean(when)} "
            f"({present.shorten(survey, 60)}), {present.listed(said)}."
        )
    if len(groups) > MOST_SURVEYS:
        texts.append("Further surveys are in the table.")
    lead = rows.iloc[0]
    keys = ("share", "lower", "upper", "confidence")
    return Said(" ".join(texts), values={k: v for k, v in values_of(lead).items() if k in keys})


def answer_change(table: pd.DataFrame) -> Said:
    """Whether one answer was given more or less often than in the round before."""
    row = first(table)
    question = present.clean(row.get("question", "this answer"))
    if not row or present.is_missing(row.get("points_lower")):
        return cannot(f"the share that {question}", row, "change")
    verdict = row["verdict"]
    shares = (
        f"{_percent(row, 'compare_share')} of {_asked(row, 'compare_')} "
        f"in {present.clean(row['compare_round'])} and {_percent(row)} of {_asked(row)} "
        f"in {present.clean(row['round'])}"
    )
    limits = f"{confidence(row)} interval of the difference {_points(row)}"
    keys = ("share", "lower", "upper", "confidence")
    values = {k: v for k, v in values_of(row).items() if k in keys}
    if verdict == "no_clear_change":
        text = f"There was no clear change in the share of residents who {_phrase(row)}:"
        return Said(f"{text} {shares} ({limits}).", verdict=verdict, values=values)
    word = "rose" if verdict == "up" else "fell"
    text = f"The share of residents who {_phrase(row)} {word}:"
    return Said(f"{text} {shares} ({limits}).", verdict=verdict, values=values)


def answer_changes(table: pd.DataFrame, *, subject: str) -> Said:
    """Which of several answers were given clearly more or less often than before."""
    rows = shown(table, "points_lower")
    if rows.empty:
        return cannot(subject, first(table), "change")
    clear = [_clear_change(r) for r in rows.to_dict("records") if r["verdict"] in ("up", "down")]
    unclear = rows[rows["verdict"] == "no_clear_change"]
    pairs = list(dict.fromkeys(_rounds(r) for r in rows.to_dict("records")))
    when = f"between {pairs[0]}" if len(pairs) == 1 else "from one round to the next"
    if clear:
        named = present.listed(clear, MOST_NAMED, "further answers changed")
        text = f"{present.capital(when)} {named}."
        if len(unclear):
            number = present.in_words(len(unclear))
            total = present.in_words(len(rows))
            text += f" For {number} of {total} answers there is no clear change."
    else:
        text = f"None of the {present.in_words(len(rows))} answers changed clearly {when}."
    if not unclear.empty:
        widest = unclear.loc[unclear["points"].abs().idxmax()].to_dict()
        text += (
            f" The largest unclear difference: {_percent(widest, 'compare_share')} to "
            f"{_percent(widest)} {_phrase(widest)} "
            f"({confidence(widest)} interval {_points(widest)})."
        )
    return Said(text + (by_chance(len(rows)) if clear else ""))


def against_average(table: pd.DataFrame, *, subject: str) -> Said:
    """Which answers are clearly more or less frequent here than in a wider area."""
    rows = shown(table, "points_lower")
    if rows.empty:
        return cannot(subject, first(table), "comparison")
    records = rows.to_dict("records")
    other = present.shorten(records[0]["other_area"], 60)
    parts: list[str] = []
    for verdict, words in (("up", "more"), ("down", "fewer")):
        named = [
            f"{_phrase(r)} ({_percent(r)} against {_percent(r, 'compare_share')}, "
            f"{confidence(r) + ' interval ' if i == 0 and not parts else ''}{_points(r)})"
            for i, r in enumerate(r for r in records if r["verdict"] == verdict)
        ]
        if named:
            parts.append(
                f"{words} residents {present.listed(named, MOST_NAMED, 'further answers')}"
            )
    same = [_phrase(r) for r in records if r["verdict"] == "no_clear_change"]
    if not parts:
        number = present.in_words(len(records))
        text = f"None of the {number} answers differs clearly from the {other}."
        return Said(text, verdict="similar")
    text = f"Compared with the {other}, {', and '.join(parts)}."
    if same:
        text += f" There is no clear difference in how many {_either(same)}."
    return Said(text + by_chance(len(records)))


def sample_needed(table: pd.DataFrame) -> Said:
    """How many people a survey must ask to see the change that a target wants."""
    row = first(table)
    if not row or present.is_missing(row.get("people")):
        return cannot("the target", row, "sample size")
    is_fall = row["target"] < row["share"]
    word = "fall" if is_fall else "rise"
    text = (
        f"To have a chance of {present.share(row['power'], 0)} of seeing a {word} from "
        f"{_percent(row)} to {_percent(row, 'target')}, each of two surveys would have to ask "
        f"about {present.count(_rounded(row['people']))} people"
    )
    population = row.get("population")
    if not present.is_missing(population) and row["people"] > population:
        text += f", more than the {present.count(population)} who live in the area"
    text += "."
    edge = row.get("fall_to" if is_fall else "rise_to")
    if not present.is_missing(row.get("base")):
        asked = present.count(row["base"])
        if present.is_missing(edge):
            text += f" With the {asked} asked no {word} could be told from chance."
        else:
            side = "or less" if is_fall else "or more"
            text += (
                f" With the {asked} asked last time only a {word} to about "
                f"{_percent({**row, 'edge': edge}, 'edge')} {side} would be seen."
            )
    return Said(text, values={"count": row["people"], "share": row["share"]})


def _phrase(row: Mapping[str, Any]) -> str:
    """What those people do who gave an answer: 'feel safe at home', 'answered 'no' to 'Do …''."""
    end = f": {row.get('response')}"
    if not str(row["question"]).endswith(end):
        return _verb_phrase(row["question"])
    question = present.shorten(str(row["question"]).removesuffix(end), 90)
    return f"answered '{present.shorten(row['response'], 60)}' to '{question}'"


def _verb_phrase(question: Any) -> str:
    """'feels safe at home' → 'feel safe at home'; other wordings in quotation marks."""
    text = present.shorten(question, 90)
    verb, _, rest = text.partition(" ")
    if verb in _PLURALS:
        return f"{_PLURALS[verb]} {rest}"
    if not rest or not verb.isalpha() or not verb.islower():
        return f"gave this answer: '{text}'"
    if verb.endswith("s") and not verb.endswith("ss"):
        return f"{verb[:-1]} {rest}"
    return text


def _percent(row: Mapping[str, Any], key: str = "share") -> str:
    """A share with the decimals of its row, as the chart and the table write it."""
    decimals = get(row, "decimals")
    return present.per_cent(100 * row[key], 1 if decimals is None else int(decimals))


def _points(row: Mapping[str, Any]) -> str:
    low, high = row["points_lower"], row["points_upper"]
    if low >= 0:
        return f"{size(low)} to {size(high)} points higher"
    if high <= 0:
        return f"{size(high)} to {size(low)} points lower"
    return f"{size(low)} points lower to {size(high)} higher"


def _asked(row: Mapping[str, Any], prefix: str = "") -> str:
    return f"{present.count(row[f'{prefix}total'])} asked"


def _rounds(row: Mapping[str, Any]) -> str:
    return f"{present.clean(row['compare_round'])} and {present.clean(row['round'])}"


def _clear_change(row: Mapping[str, Any]) -> str:
    word = "rose" if row["verdict"] == "up" else "fell"
    return (
        f"the share who {_phrase(row)} {word} from "
        f"{_percent(row, 'compare_share')} to {_percent(row)} "
        f"({confidence(row)} interval {_points(row)})"
    )


def _either(phrases: list[str]) -> str:
    if len(phrases) > MOST_NAMED + 1:
        phrases = [*phrases[:MOST_NAMED], f"gave {len(phrases) - MOST_NAMED} further answers"]
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} or {phrases[-1]}"


def _rounded(people: float) -> int:
    """Two significant digits: the formula promises no more."""
    size = 10 ** max(0, int(math.log10(people)) - 1)
    return round(people / size) * size
