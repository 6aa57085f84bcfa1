"""What a register says wrongly by its own numbers: rules that need no data and know no row.

Each rule takes the rows of the table of statements (`register.statements`) and yields hits. A rule
with an outcome settles the row; one without only remarks.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pandas as pd

from cspanalysis.audit import printed
from cspanalysis.audit.printed import decimals, number, period, signed, text
from cspanalysis.domain.periods import Period
from cspanalysis.stats.change import detectable

CONTRADICTS = "contradicts itself"
NOT_STATED = "base not stated"

#: A part of a year is taken for the same measure if its share is within these times its length.
PART_OF_YEAR = (0.8, 1.2)

Row = dict[str, Any]


class Hit(NamedTuple):
    """What a rule found: the row, the two figures or texts that led to it, and a sentence."""

    id: str
    rule: str
    outcome: str
    first: str
    second: str
    text: str


def direction_against_numbers(rows: list[Row]) -> Iterator[Hit]:
    """The word says up and the numbers go down, or the other way round."""
    hit = functools.partial(Hit, rule="direction_against_numbers", outcome=CONTRADICTS)
    for row in rows:
        word = text(row["direction"]).split(" ")[0]
        if word not in ("up", "down") or row["kind"].startswith("rank"):
            continue
        sign = 1 if word == "up" else -1
        now, before = number(row["value"]), number(row["compare_value"])
        change = number(row["printed_change"])
        if row["kind"] == "percent_change":
            change, now = (now if change is None else change), None
        is_target = row["kind"] == "target"
        is_known = now is not None and before is not None
        if is_known and ((now - before) * sign < 0 or (now == before and not is_target)):
            numbers = f"{text(row['value'])} against {text(row['compare_value'])}"
            yield hit(row["id"], first=numbers, second=word, text=_way(numbers, now, before))
        elif change is not None and change * sign < 0 and not (is_target and change == 0):
            yield hit(
                row["id"],
                first=f"{signed(change)} per cent",
                second=word,
                text=f"A change of {signed(change)} per cent is printed as {word}.",
            )


def _way(numbers: str, now: float, before: float) -> str:
    what = "no change" if now == before else "an increase" if now > before else "a decrease"
    return f"{numbers} is {what}, which is not what the words say."


def change_against_numbers(rows: list[Row]) -> Iterator[Hit]:
    """The printed percentage is not what the two printed numbers give.

    A target is made from its percentage, so it may be off by one whole unit; the percentage of two
    counts may be off by its own rounding.
    """
    for row in rows:
        now, before = number(row["value"]), number(row["compare_value"])
        change = number(row["printed_change"])
        if row["kind"] == "percent_change" or None in (now, before, change) or before == 0:
            continue
        implied = (now / before - 1) * 100
        expected = before * (1 + change / 100)
        if row["kind"] == "target":
            is_off = abs(now - expected) > 10.0 ** -decimals(row["value"]) + 1e-9
        else:
            is_off = not printed.rounds_to(implied, row["printed_change"])
        if is_off:
            yield Hit(
                row["id"],
                "change_against_numbers",
                CONTRADICTS,
                text(row["value"]),
                f"{expected:,.1f}",
                f"{text(row['compare_value'])} changed by {signed(change)} per cent is "
                f"{expected:,.1f}, not {text(row['value'])}, which is "
                f"{signed(round(implied, 1))} per cent.",
            )


def change_without_base(rows: list[Row]) -> Iterator[Hit]:
    """A target is a percentage of a number that is not printed."""
    for row in rows:
        change = number(row["printed_change"])
        if row["kind"] != "target" or change is None or number(row["compare_value"]) is not None:
            continue
        yield Hit(
            row["id"],
            "change_without_base",
            NOT_STATED,
            f"{signed(change)} per cent",
            "no baseline",
            "The target is a change from a baseline that is not printed.",
        )


def shares_do_not_sum(rows: list[Row]) -> Iterator[Hit]:
    """Shares that together are the whole do not make 100, rounding allowed."""
    sets: dict[str, list[Row]] = {}
    for row in rows:
        if text(row["share_set"]) and number(row["value"]) is not None:
            sets.setdefault(text(row["share_set"]), []).append(row)
    for name, members in sets.items():
        total = sum(number(r["value"]) for r in members)
        slack = sum(0.5 * 10.0 ** -decimals(r["value"]) for r in members)
        if abs(total - 100) > slack + 1e-9:
            parts = " + ".join(text(r["value"]) for r in members)
            for row in members:
                yield Hit(
                    row["id"],
                    "shares_do_not_sum",
                    CONTRADICTS,
                    f"{parts} = {total:g}",
                    "100",
                    f"The printed shares ({name}) come to {total:g} per cent.",
                )


def share_no_count_gives(rows: list[Row]) -> Iterator[Hit]:
    """No whole number of the printed whole gives the printed share."""
    values = {text(r["id"]): number(r["value"]) for r in rows if r["kind"] == "count"}
    for row in rows:
        share = number(row["value"])
        whole = values.get(text(row["share_of"]), number(row["share_of"]))
        if row["kind"] not in ("share", "repeat_share", "survey") or share is None:
            continue
        if not 0 <= share <= 100:
            yield Hit(
                row["id"], "share_no_count_gives", CONTRADICTS, f"{share:g} per cent", "0 to 100",
                f"A share of {share:g} per cent is outside 0 to 100.",
            )  # fmt: skip
        if not whole or text(row["bound"]) or whole != int(whole):
            continue
        near = int(share * whole / 100)
        if any(
            printed.rounds_to(100 * k / whole, row["value"])
            for k in range(max(near - 1, 0), near + 3)
        ):
            continue
        is_assumed = any(word in text(row["assumed"]) for word in ("share_of", "base"))
        below, above = 100 * near / whole, 100 * (near + 1) / whole
        yield Hit(
            row["id"],
            "share_no_count_gives",
            NOT_STATED if is_assumed else CONTRADICTS,
            f"{text(row['value'])} per cent",
            f"of {whole:g}",
            f"No whole number out of {whole:g} gives {text(row['value'])} per cent: {near} gives "
            f"{below:.1f} and {near + 1} gives {above:.1f}."
            + (" The text does not say what it is a share of." if is_assumed else ""),
        )


def part_against_year(rows: list[Row]) -> Iterator[Hit]:
    """A part of a year is far from its share of the year's count: the definitions differ."""
    points = [point for row in rows for point in _counts(row)]
    for part in points:
        for year in points:
            if part.key != year.key or year.period.months != 12 or year.count <= 0:
                continue
            if part.period.months >= 12 or not year.period.covers(part.period):
                continue
            share, expected = part.count / year.count, part.period.months / 12
            low, high = (expected * times for times in PART_OF_YEAR)
            if not low - 1e-9 <= share <= min(high, 1) + 1e-9:
                sentence = (
                    f"{part.count:,.0f} in {part.period.months} months is {share:.0%} of "
                    f"{year.count:,.0f} in the year ({low:.0%} to {min(high, 1):.0%} expected): "
                    "the definitions probably differ."
                )
                for id in dict.fromkeys((part.id, year.id)):
                    yield Hit(
                        id,
                        "part_against_year",
                        CONTRADICTS,
                        f"{part.count:,.0f} ({part.id}, {part.period.label})",
                        f"{year.count:,.0f} ({year.id}, {year.period.label})",
                        sentence,
                    )


class _Count(NamedTuple):
    id: str
    key: tuple[str, str]
    period: Any
    count: float


def _counts(row: Row) -> Iterator[_Count]:
    if row["kind"] not in ("count", "target"):
        return
    if row["kind"] == "target" and "cent" in text(row["unit"]):
        return
    family = (text(row["family"]) or text(row["measure"])).lower()
    key = (family, text(row["area"]).lower())
    pairs = [("compare_period", "compare_value")]
    if row["kind"] == "count":
        pairs.append(("period", "value"))
    for when, what in pairs:
        over, count = period(row[when]), number(row[what])
        if over is not None and count is not None:
            yield _Count(text(row["id"]), key, over, count)


def group_size(rows: list[Row]) -> Iterator[Hit]:
    """The group is worded larger or smaller than it is, or the place lies beyond it."""
    worded: dict[str, Counter] = {}
    for row in rows:
        if text(row["group"]) and (size := _worded_size(row)):
            worded.setdefault(text(row["group"]), Counter())[size] += 1
    for row in rows:
        if not row["kind"].startswith("rank"):
            continue
        size, given = _worded_size(row), _known_size(row)
        usual = worded.get(text(row["group"]))
        known = given or (usual.most_common(1)[0][0] if usual else None)
        rank = number(row["value"])
        if size and known and size != known:
            yield Hit(
                row["id"],
                "group_size",
                CONTRADICTS,
                f"'{text(row['printed_group'])}'",
                f"{known:g} with itself",
                f"Worded as '{text(row['printed_group'])}', the group would have {size} areas "
                f"with this one; it has {known:g}.",
            )
        elif rank and known and rank > known:
            yield Hit(
                row["id"], "group_size", CONTRADICTS, f"place {rank:g}", f"{known:g} areas",
                f"There is no place {rank:g} among {known:g} areas.",
            )  # fmt: skip


def _known_size(row: Row) -> float | None:
    """Size of the group as the register states it, in its own column or as the unit 'of 12'."""
    unit = text(row["unit"])
    return number(row["group_size"]) or (number(unit[3:]) if unit.startswith("of ") else None)


def _worded_size(row: Row) -> int | None:
    found = printed.size_in_words(row["printed_group"])
    return None if found is None else found[0] + int(found[1])


def due_before_plan(rows: list[Row]) -> Iterator[Hit]:
    """Something is due before the plan that asks for it begins."""
    for row in rows:
        start, due = text(row["plan_start"])[:7], _month(row["due"])
        if start and due and due < start:
            yield Hit(
                row["id"], "due_before_plan", CONTRADICTS, f"due {due}", f"plan from {start}",
                f"Due in {_label(due)}, before the plan begins in {_label(start)}.",
            )  # fmt: skip


def _month(value: Any) -> str:
    if isinstance(value, str):
        return value[:7] if len(value) >= 7 and value[4] == "-" else ""
    return "" if printed.is_blank(value) else pd.Timestamp(value).strftime("%Y-%m")


def _label(month: str) -> str:
    return Period.parse(month).label


def unlike_periods(rows: list[Row]) -> Iterator[Hit]:
    """Two periods are compared that do not cover the same months of the year."""
    for row in rows:
        if row["kind"] == "target":
            continue
        now, before = period(row["period"]), period(row["compare_period"])
        if now is None or before is None or now.same_months_as(before):
            continue
        first, second = printed.period_name(now), printed.period_name(before)
        yield Hit(
            row["id"], "unlike_periods", NOT_STATED, first, second,
            f"It compares {first} with {second}: not the same months.",
        )  # fmt: skip


def target_not_detectable(rows: list[Row]) -> Iterator[Hit]:
    """A target asks for less than chance alone can bring (a remark)."""
    for row in rows:
        if row["kind"] != "target" or "cent" in text(row["unit"]):
            continue
        target, baseline = number(row["value"]), number(row["compare_value"])
        if None in (target, baseline) or baseline < 1 or target == baseline:
            continue
        limits = detectable(round(baseline))
        is_fall = target < baseline
        edge = limits.fall_to if is_fall else limits.rise_to
        if edge is None:
            known, told = (
                "no fall",
                f"From {baseline:,g}, no fall at all could be told from chance.",
            )
        elif target <= edge if is_fall else target >= edge:
            continue
        else:
            known = f"{edge:,g}"
            told = f"From {baseline:,g}, only {known} or {'fewer' if is_fall else 'more'} could be "
            told += "told from chance."
        yield Hit(row["id"], "target_not_detectable", "", f"{target:,g}", known, told)


#: Rule id → rule, in the order they are applied.
RULES: dict[str, Callable[[list[Row]], Iterator[Hit]]] = {
    rule.__name__: rule
    for rule in (
        direction_against_numbers,
        change_against_numbers,
        change_without_base,
        shares_do_not_sum,
        share_no_count_gives,
        part_against_year,
        group_size,
        due_before_plan,
        unlike_periods,
        target_not_detectable,
    )
}


def check(statements: pd.DataFrame) -> pd.DataFrame:
    """Every rule over every statement: a row a hit with the fields of `Hit`."""
    rows = statements.to_dict("records")
    hits = [hit for rule in RULES.values() for hit in rule(rows)]
    return pd.DataFrame(hits, columns=list(Hit._fields))
