"""Did it rise or fall? The wording follows the interval of the ratio per day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.findings.record import Said, cannot, values_of
from cspanalysis.present.phrases import (
    HIDDEN,
    MOST_NAMED,
    by_chance,
    confidence,
    first,
    get,
    hidden,
    size,
)

#: Below this count a year earlier, a percentage says little and comes only in brackets.
SMALL_BASE = 50

#: So many reasons why some of several things could not be compared are given.
MOST_REASONS = 2

#: Said of several things at once, where each has shares of its own.
PLACES_CHANGED = (
    "Of {} the share without a place, which counts for no district, is not the same in both "
    "periods."
)

#: From so many things on, changes are also tested together, at this level of false ones among them.
FAMILY, ALPHA = 5, 0.05

_KEYS = "count compare_count percent_change ratio lower upper p confidence".split()  # noqa: SIM905


def change(table: pd.DataFrame, *, subject: str) -> Said:
    """Whether something rose or fell between two periods.

    Parameters
    ----------
    table : pandas.DataFrame
        One row: count, compare_count, days, compare_days, percent_change, ratio, lower, upper, p,
        verdict, period, compare, status. Optional verdict_by_chance: where only the variation of
        the months takes it back, the sentence says so.
    subject : str
        What is counted, as in mid-sentence: 'recorded crime', 'thefts from the person'.

    Returns
    -------
    Said
        Verdict up, down or no_clear_change.
    """
    row = first(table)
    status = get(row, "status", "ok")
    now, before = get(row, "count"), get(row, "compare_count")
    if not row or now is None or before is None or status not in ("ok", "too_few"):
        return cannot(subject, row, "change")
    values = {k: v for k, v in values_of(row).items() if k in _KEYS}
    if before == 0:
        values.pop("percent_change", None)
        values.pop("ratio", None)
    verdict = row["verdict"]
    if verdict in ("up", "down"):
        text = _clear(subject, row, verdict)
    else:
        text = _unclear(subject, row)
        if word := {"up": "rise", "down": "fall"}.get(str(row.get("verdict_by_chance"))):
            text += (
                f" If each case were independent of the others this would count as a {word}, but "
                "the counts vary more than that."
            )
    return Said(text + _caution(row), verdict=verdict, values=values, status=status)


def changes(table: pd.DataFrame, *, label: str, subject: str, items: str = "offence types") -> Said:
    """Which of several things rose or fell clearly, and how many did not.

    Parameters
    ----------
    table : pandas.DataFrame
        A row per thing with the columns of `change`.
    label : str
        The column that names the things.
    subject : str
        The whole they belong to.
    items : str
        What the things are, in the plural.
    """
    rows = table.to_dict("records")
    usable = [r for r in rows if not present.is_missing(r.get("count"))
              and not present.is_missing(r.get("compare_count"))
              and r.get("status") != "not_comparable"]  # fmt: skip
    if not usable:
        return cannot(subject, first(table), "change")
    groups: dict[str, list[str]] = {"up": [], "down": [], "no_clear_change": []}
    for row in usable:
        groups[row["verdict"]].append(_named(row, label))
    clear = [
        f"{present.listed(groups[v])} {word}"
        for v, word in (("down", "fell"), ("up", "rose"))
        if groups[v]
    ]
    unclear, n = len(groups["no_clear_change"]), len(usable)
    if not clear:
        # 'The five kinds of fire in fires' would say it twice.
        is_said = items.rpartition(" of ")[2].rstrip("s") in subject
        where = "" if is_said else f" in {subject}"
        text = f"None of the {present.in_words(n)} {items}{where} changed clearly."
        if n == 1:
            text = f"There was no clear change in {_named(usable[0], label)}, the only one known."
    else:
        text = present.capital(", while ".join(clear)) + "."
        if unclear:
            text += (
                f" For {present.in_words(unclear)} of {present.in_words(n)} {items} there is no "
                "clear change."
            )
    concealed, whole = hidden(table), present.in_words(len(rows))
    if concealed:
        number, verb = present.in_words(concealed), "is" if concealed == 1 else "are"
        text += f" {present.capital(number)} of {whole} {items} {verb} {HIDDEN}."
    absent = len(rows) - len(usable) - concealed
    if absent > 0:
        number = present.capital(present.in_words(absent))
        text += f" {number} of {whole} {items} could not be compared."
        reasons = [str(get(r, "reason", "")).strip() for r in rows if r not in usable]
        for reason in list(dict.fromkeys(filter(None, reasons)))[:MOST_REASONS]:
            text += f" {present.capital(reason.rstrip('.'))}."
    text += _together(usable, label) if clear else ""
    cautions = list(dict.fromkeys(filter(None, map(_caution, usable))))
    if len(cautions) > 1:
        lost = [present.shorten(r[label], 60) for r in usable if _caution(r)]
        cautions = [f" {PLACES_CHANGED.format(present.listed(lost))}"]
    return Said(text + "".join(cautions))


def _together(usable: list[dict[str, Any]], label: str) -> str:
    """How many of the clear changes stay clear when all are tested together."""
    clear = [r for r in usable if r["verdict"] in ("up", "down")]
    if get(clear[0], "q") is None or len(usable) < FAMILY:
        return by_chance(len(usable))
    firm = [present.shorten(r[label], 60) for r in clear if float(r["q"]) < ALPHA]
    stay = len(firm)
    if len(clear) == 1:
        is_firm = "stays clear" if stay else "does not stay clear and may look so by chance"
        return f" Tested together with the others, the change {is_firm}."
    of = f"these {present.in_words(len(clear))} changes"
    if stay == len(clear):
        return f" Tested all together, {of} stay clear."
    if not stay:
        return f" Tested all together, none of {of} stays clear: they may look so by chance."
    verb = "stays" if stay == 1 else "stay"
    named = f" ({present.listed(firm)})" if stay <= MOST_NAMED else ""
    return (
        f" Tested all together, {present.in_words(stay)} of {of} {verb} clear{named}; the others "
        "may look so by chance."
    )


def detectable(found: Any) -> str:
    """What it would take to be called a change, from the result of `stats.detectable`."""
    base, rise = present.count(found.baseline), present.count(found.rise_to)
    if found.fall_to is None:
        text = f"From {base}, no fall could be told from chance, and a rise only from {rise} on."
    else:
        fall = present.count(found.fall_to)
        text = f"From {base}, only {fall} or fewer, or {rise} or more, could be told from chance."
    ends = [
        f"{way} to about {present.count(round(level))}"
        for way, level in (("a fall", found.true_fall_to), ("a rise", found.true_rise_to))
        if level is not None
    ]
    true = present.capital(" or ".join(ends))
    power = present.per_cent(100 * found.power, 0)
    return f"{text} {true} in truth would be found with a chance of {power}."


def ratio_interval(lower: Any, upper: Any, *, dp: int = 1) -> str:
    """The limits of a ratio as words: '7.5 to 13.2 per cent lower'."""

    def percent(ratio: float) -> str:
        return size((ratio - 1) * 100, dp)

    if present.is_missing(upper) or math.isinf(upper):
        side = "higher" if lower >= 1 else "lower"
        return f"from {percent(lower)} per cent {side}, without an upper limit"
    if upper < 1:
        return f"{percent(upper)} to {percent(lower)} per cent lower"
    if lower > 1:
        return f"{percent(lower)} to {percent(upper)} per cent higher"
    return f"{percent(lower)} per cent lower to {percent(upper)} per cent higher"


def _clear(subject: str, row: Mapping[str, Any], verdict: str) -> str:
    now, before = row["count"], row["compare_count"]
    when, verb = _when(row), "rose" if verdict == "up" else "fell"
    start = f"{present.capital(subject)} {verb} from "
    if before == 0:
        return (
            f"{start}none {when} to {present.count(now)}; a change from nothing has no percentage."
        )
    counts = f"{present.count(before)} {when} to {present.count(now)}"
    limits = f"{confidence(row)} interval {interval_of(row)}"
    if (now > before) != (verdict == "up"):
        # The leap day: counts one way, counts a day the other.
        return (
            f"{present.capital(subject)} {verb} per day ({limits}), "
            f"from {present.count(before)} in {row['compare_days']} days {when} "
            f"to {present.count(now)} in {row['days']}."
        )
    if before < SMALL_BASE:
        limits = f"{confidence(row)} interval {interval_of(row, 0)}"
        return f"{start}{counts} ({_percent(row, 0)}; {limits})."
    return f"{start}{counts}, {_percent(row)} ({limits})."


def _unclear(subject: str, row: Mapping[str, Any]) -> str:
    now, before, when = row["count"], row["compare_count"], _when(row)
    start = f"There was no clear change in {subject}: "
    if now == 0 and before == 0:
        return f"{start}none was recorded, and none {when}."
    if before == 0:
        return (
            f"{start}{present.count(now)} against none {when}; "
            "a change from nothing has no percentage."
        )
    counts = (
        f"{present.count(now)} in both periods"
        if now == before
        else f"{present.count(now) if now else 'none'} against {present.count(before)} {when}"
    )
    if present.is_missing(row.get("lower")):
        return f"{start}{counts}."
    limits = f"{confidence(row)} interval {interval_of(row)}"
    if before < SMALL_BASE or now == before:
        return f"{start}{counts} ({limits})."
    what = "count" if _is_as_long(row) else "count a day"
    side = "higher" if row["percent_change"] > 0 else "lower"
    return (
        f"{start}{counts}. The {what} is {size(row['percent_change'])} per cent {side}, "
        f"which can be within chance ({limits})."
    )


def _percent(row: Mapping[str, Any], dp: int = 1) -> str:
    """The change in per cent: 'down 9.9 per cent', or '10.1 per cent fewer a day'."""
    percent = row["percent_change"]
    if _is_as_long(row):
        return f"{'up' if percent > 0 else 'down'} {size(percent, dp)} per cent"
    return f"{size(percent, dp)} per cent {'more' if percent > 0 else 'fewer'} a day"


def _is_as_long(row: Mapping[str, Any]) -> bool:
    return get(row, "days") == get(row, "compare_days")


def _caution(row: Mapping[str, Any]) -> str:
    """What the reader must know beside the change, where the row says so."""
    caution = str(get(row, "caution", ""))
    return f" {present.capital(caution)}" if caution else ""


def _named(row: Mapping[str, Any], label: str) -> str:
    counts = f"{present.count(row['compare_count'])} to {present.count(row['count'])}"
    return f"{present.shorten(row[label], 60)} ({counts})"


def _when(row: Mapping[str, Any]) -> str:
    return present.earlier(row.get("period"), row.get("compare"))


def interval_of(row: Mapping[str, Any], dp: int = 1) -> str:
    """The interval of a change's ratio, said to be of counts a day where the periods differ."""
    return ratio_interval(row.get("lower"), row.get("upper"), dp=dp)


def few_changes(table: pd.DataFrame, *, label: str, subject: str) -> Said:
    """Each of a few things with its counts: which rose, which fell, which did not clearly change.

    `table`: a row per thing, `label` as in mid-sentence, with the columns of `change`.
    `subject`: the whole they belong to, for the case that nothing can be said.
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
