"""Rules on a row's own arithmetic: direction, percentage, shares."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from cspanalysis.audit import printed
from cspanalysis.audit.hits import CONTRADICTS, NOT_STATED, Hit
from cspanalysis.audit.printed import decimals, number, signed, text


def direction_against_numbers(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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


def change_against_numbers(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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


def change_without_base(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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


def shares_do_not_sum(rows: list[dict[str, Any]]) -> Iterator[Hit]:
    """Shares that together are the whole do not make 100, rounding allowed."""
    sets: dict[str, list[dict[str, Any]]] = {}
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


def share_no_count_gives(rows: list[dict[str, Any]]) -> Iterator[Hit]:
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
