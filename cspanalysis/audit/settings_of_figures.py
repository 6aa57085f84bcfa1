"""Rules on what a figure is set against: its year, its group, its plan, its periods, chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from cspanalysis.audit import printed
from cspanalysis.audit.hits import CONTRADICTS, NOT_STATED, Hit
from cspanalysis.audit.printed import number, period, text
from cspanalysis.domain.periods import Period
from cspanalysis.stats.change import detectable

#: A part of a year is taken for the same measure if its share is within these times its length.
PART_OF_YEAR = (0.8, 1.2)


def part_against_year(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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


def _counts(row: dict[str, Any]) -> Iterator[_Count]:
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


def group_size(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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


def _known_size(row: dict[str, Any]) -> float | None:
    """Size of the group as the register states it, in its own column or as the unit 'of 12'."""
    unit = text(row["unit"])
    return number(row["group_size"]) or (number(unit[3:]) if unit.startswith("of ") else None)


def _worded_size(row: dict[str, Any]) -> int | None:
    found = printed.size_in_words(row["printed_group"])
    return None if found is None else found[0] + int(found[1])


def due_before_plan(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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


def unlike_periods(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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


def target_not_detectable(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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
