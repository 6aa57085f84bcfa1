"""What a register says wrongly by its own numbers: rules that need no data and know no row.

Each rule takes the rows of the table of statements (`register.statements`) and yields hits. A rule
with an outcome settles the row; one without only remarks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from cspanalysis.audit import printed
from cspanalysis.audit.printed import decimals, signed
from cspanalysis.domain.periods import Period
from cspanalysis.stats.change import detectable

CONTRADICTS = "contradicts itself"
NOT_STATED = "base not stated"

#: A part of a year is taken for the same measure if its share is within these times its length.
PART_OF_YEAR = (0.8, 1.2)


class Hit(NamedTuple):
    """What a rule found: the row, the two figures or texts that led to it, and a sentence."""

    id: str
    outcome: str
    first: str
    second: str
    text: str


@dataclass(frozen=True)
class Row:
    """A statement as it is printed: its cells as text, number or period."""

    cells: dict[str, Any]

    def __getitem__(self, column: str) -> str:
        return printed.text(self.cells[column])

    def number(self, column: str) -> float | None:
        return printed.number(self.cells[column])

    def period(self, column: str) -> Period | None:
        return printed.period(self.cells[column])

    def month(self, column: str) -> str:
        """The month 'YYYY-MM' of a date; '' for anything else."""
        value = self.cells[column]
        if isinstance(value, str):
            return value[:7] if len(value) >= 7 and value[4] == "-" else ""
        return "" if printed.is_blank(value) else pd.Timestamp(value).strftime("%Y-%m")

    @property
    def is_share(self) -> bool:
        return "cent" in self["unit"]

    def hit(self, outcome: str, first: str, second: str, text: str) -> Hit:
        return Hit(self["id"], outcome, first, second, text)


def direction_against_numbers(rows: Sequence[Row]) -> Iterator[Hit]:
    """The word says up and the numbers go down, or the other way round."""
    for row in rows:
        word = row["direction"].split(" ")[0]
        if word not in ("up", "down") or row["kind"].startswith("rank"):
            continue
        sign = 1 if word == "up" else -1
        now, before = row.number("value"), row.number("compare_value")
        change = row.number("printed_change")
        if row["kind"] == "percent_change":
            change, now = (now if change is None else change), None
        is_target = row["kind"] == "target"
        gap = None if now is None or before is None else now - before
        if gap is not None and (gap * sign < 0 or (gap == 0 and not is_target)):
            numbers = f"{row['value']} against {row['compare_value']}"
            way = "no change" if gap == 0 else "an increase" if gap > 0 else "a decrease"
            told = f"{numbers} is {way}, which is not what the words say."
            yield row.hit(CONTRADICTS, numbers, word, told)
        elif change is not None and change * sign < 0 and not (is_target and change == 0):
            told = f"A change of {signed(change)} per cent is printed as {word}."
            yield row.hit(CONTRADICTS, f"{signed(change)} per cent", word, told)


def change_against_numbers(rows: Sequence[Row]) -> Iterator[Hit]:
    """The printed percentage is not what the two printed numbers give.

    A target is made from its percentage, so it may be off by one whole unit; the percentage of two
    counts may be off by its own rounding.
    """
    for row in rows:
        now, before = row.number("value"), row.number("compare_value")
        change = row.number("printed_change")
        if row["kind"] == "percent_change" or now is None or not before or change is None:
            continue
        implied = (now / before - 1) * 100
        expected = before * (1 + change / 100)
        if row["kind"] == "target":
            is_off = abs(now - expected) > 10.0 ** -decimals(row["value"]) + 1e-9
        else:
            is_off = not printed.rounds_to(implied, row["printed_change"])
        if is_off:
            yield row.hit(
                CONTRADICTS,
                row["value"],
                f"{expected:,.1f}",
                f"{row['compare_value']} changed by {signed(change)} per cent is "
                f"{expected:,.1f}, not {row['value']}, which is "
                f"{signed(round(implied, 1))} per cent.",
            )


def change_without_base(rows: Sequence[Row]) -> Iterator[Hit]:
    """A target is a percentage of a number that is not printed."""
    for row in rows:
        change, base = row.number("printed_change"), row.number("compare_value")
        if row["kind"] == "target" and change is not None and base is None:
            told = "The target is a change from a baseline that is not printed."
            yield row.hit(NOT_STATED, f"{signed(change)} per cent", "no baseline", told)


def shares_do_not_sum(rows: Sequence[Row]) -> Iterator[Hit]:
    """Shares that together are the whole do not make 100, rounding allowed."""
    sets: dict[str, list[Row]] = {}
    for row in rows:
        if row["share_set"] and row.number("value") is not None:
            sets.setdefault(row["share_set"], []).append(row)
    for name, members in sets.items():
        total = sum(row.number("value") or 0.0 for row in members)
        slack = sum(0.5 * 10.0 ** -decimals(row["value"]) for row in members)
        if abs(total - 100) > slack + 1e-9:
            parts = " + ".join(row["value"] for row in members)
            told = f"The printed shares ({name}) come to {total:g} per cent."
            for row in members:
                yield row.hit(CONTRADICTS, f"{parts} = {total:g}", "100", told)


def share_no_count_gives(rows: Sequence[Row]) -> Iterator[Hit]:
    """No whole number of the printed whole gives the printed share."""
    values = {row["id"]: row.number("value") for row in rows if row["kind"] == "count"}
    for row in rows:
        share = row.number("value")
        whole = values.get(row["share_of"], row.number("share_of"))
        if row["kind"] not in ("share", "repeat_share", "survey") or share is None:
            continue
        if not 0 <= share <= 100:
            told = f"A share of {share:g} per cent is outside 0 to 100."
            yield row.hit(CONTRADICTS, f"{share:g} per cent", "0 to 100", told)
        if not whole or row["bound"] or whole != int(whole):
            continue
        near = int(share * whole / 100)
        tried = range(max(near - 1, 0), near + 3)
        if any(printed.rounds_to(100 * k / whole, row["value"]) for k in tried):
            continue
        is_assumed = any(word in row["assumed"] for word in ("share_of", "base"))
        below, above = 100 * near / whole, 100 * (near + 1) / whole
        yield row.hit(
            NOT_STATED if is_assumed else CONTRADICTS,
            f"{row['value']} per cent",
            f"of {whole:g}",
            f"No whole number out of {whole:g} gives {row['value']} per cent: {near} gives "
            f"{below:.1f} and {near + 1} gives {above:.1f}."
            + (" The text does not say what it is a share of." if is_assumed else ""),
        )


def part_against_year(rows: Sequence[Row]) -> Iterator[Hit]:
    """A part of a year is far from its share of the year's count: the definitions differ."""
    points = [point for row in rows for point in _points(row)]
    for part in points:
        for year in points:
            if part.key != year.key or year.period.months != 12 or year.number <= 0:
                continue
            if part.period.months >= 12 or not year.period.covers(part.period):
                continue
            share, expected = part.number / year.number, part.period.months / 12
            low, high = (expected * times for times in PART_OF_YEAR)
            if not low - 1e-9 <= share <= min(high, 1) + 1e-9:
                sentence = (
                    f"{part.number:,.0f} in {part.period.months} months is {share:.0%} of "
                    f"{year.number:,.0f} in the year ({low:.0%} to {min(high, 1):.0%} expected): "
                    "the definitions probably differ."
                )
                for row in {point.row["id"]: point.row for point in (part, year)}.values():
                    yield row.hit(CONTRADICTS, part.told, year.told, sentence)


class _Point(NamedTuple):
    """A printed count of one measure, area and period."""

    row: Row
    key: tuple[str, str]
    period: Period
    number: float

    @property
    def told(self) -> str:
        return f"{self.number:,.0f} ({self.row['id']}, {self.period.label})"


def _points(row: Row) -> Iterator[_Point]:
    is_target = row["kind"] == "target"
    if row["kind"] not in ("count", "target") or (is_target and row.is_share):
        return
    key = ((row["family"] or row["measure"]).lower(), row["area"].lower())
    pairs = [("compare_period", "compare_value"), *([] if is_target else [("period", "value")])]
    for when, what in pairs:
        over, count = row.period(when), row.number(what)
        if over is not None and count is not None:
            yield _Point(row, key, over, count)


def group_size(rows: Sequence[Row]) -> Iterator[Hit]:
    """The group is worded larger or smaller than it is, or the place lies beyond it."""
    worded: dict[str, Counter] = {}
    for row in rows:
        if row["group"] and (size := _worded_size(row)):
            worded.setdefault(row["group"], Counter())[size] += 1
    for row in rows:
        if not row["kind"].startswith("rank"):
            continue
        size, usual = _worded_size(row), worded.get(row["group"])
        known = _known_size(row) or (usual.most_common(1)[0][0] if usual else None)
        rank = row.number("value")
        if size and known and size != known:
            told = f"'{row['printed_group']}'"
            yield row.hit(
                CONTRADICTS,
                told,
                f"{known:g} with itself",
                f"Worded as {told}, the group would have {size} areas with this one; it has "
                f"{known:g}.",
            )
        elif rank and known and rank > known:
            text = f"There is no place {rank:g} among {known:g} areas."
            yield row.hit(CONTRADICTS, f"place {rank:g}", f"{known:g} areas", text)


def _known_size(row: Row) -> float | None:
    """Size of the group as the register states it, in its own column or as the unit 'of 12'."""
    unit = row["unit"]
    of_unit = printed.number(unit[3:]) if unit.startswith("of ") else None
    return row.number("group_size") or of_unit


def _worded_size(row: Row) -> int | None:
    found = printed.size_in_words(row["printed_group"])
    return None if found is None else found[0] + int(found[1])


def due_before_plan(rows: Sequence[Row]) -> Iterator[Hit]:
    """Something is due before the plan that asks for it begins."""
    for row in rows:
        start, due = row["plan_start"][:7], row.month("due")
        if start and due and due < start:
            when, begins = (Period.parse(month).label for month in (due, start))
            told = f"Due in {when}, before the plan begins in {begins}."
            yield row.hit(CONTRADICTS, f"due {due}", f"plan from {start}", told)


def unlike_periods(rows: Sequence[Row]) -> Iterator[Hit]:
    """Two periods are compared that do not cover the same months of the year."""
    for row in rows:
        now, before = row.period("period"), row.period("compare_period")
        if row["kind"] == "target" or now is None or before is None or now.same_months_as(before):
            continue
        first, second = printed.period_name(now), printed.period_name(before)
        told = f"It compares {first} with {second}: not the same months."
        yield row.hit(NOT_STATED, first, second, told)


def target_not_detectable(rows: Sequence[Row]) -> Iterator[Hit]:
    """A target asks for less than chance alone can bring (a remark)."""
    for row in rows:
        target, baseline = row.number("value"), row.number("compare_value")
        if row["kind"] != "target" or row.is_share or target is None or baseline is None:
            continue
        if baseline < 1 or target == baseline:
            continue
        limits, is_fall = detectable(round(baseline)), target < baseline
        edge = limits.fall_to if is_fall else limits.rise_to
        if edge is None:
            known = "no fall"
            told = f"From {baseline:,g}, no fall at all could be told from chance."
        elif target <= edge if is_fall else target >= edge:
            continue
        else:
            known = f"{edge:,g}"
            told = f"From {baseline:,g}, only {known} or {'fewer' if is_fall else 'more'} could be "
            # The plan asks for more where months vary more than that.
            told += "told from chance even if they came independently of each other."
        yield row.hit("", f"{target:,g}", known, told)


#: Rule id → rule, in the order they are applied.
RULES: dict[str, Callable[[Sequence[Row]], Iterator[Hit]]] = {
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
    """Every rule over every statement: a row a hit, the fields of `Hit` and the rule's id."""
    rows = [Row(cells) for cells in statements.to_dict("records")]
    hits = [{**hit._asdict(), "rule": name} for name, rule in RULES.items() for hit in rule(rows)]
    return pd.DataFrame(hits, columns=["rule", *Hit._fields])
