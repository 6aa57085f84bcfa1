"""What an answer is, and how a statement is read for it."""

from __future__ import annotations

from typing import Any, NamedTuple

from cspanalysis import present
from cspanalysis.audit.printed import decimals, number, period, rounds_to
from cspanalysis.audit.register_series import Series
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review.review import Review

Row = dict[str, Any]


class Answer(NamedTuple):
    """What the data say to a statement; `is_same` None: they cannot say."""

    is_same: bool | None
    printed: str
    found: str
    reason: str = ""
    sentence: str = ""


def series_of(row: Row) -> Series:
    return Series(row["source"], row["series"], row["where"], row["area"])


def period_of(row: Row) -> Period:
    found = period(row["period"])
    if found is None:
        raise NotAvailable((), "no period is printed")
    return found


def shown(review: Review, row: Row, value: float) -> str:
    return "a number not shown" if is_hidden(review, row, value) else present.count(value)


def is_hidden(review: Review, row: Row, value: float) -> bool:
    """A small count under a policy is not shown, not even where the text printed it."""
    policy = review.policy(row["source"])
    if policy == "none" or review.edition != "public":
        return False
    return policy == "hes" or value < review.threshold


def is_within(value: float, row: Row, key: str = "value") -> bool:
    limit = number(row[key])
    bound = row["bound"] if key == "value" else ""
    if bound:
        return {
            "more than": value > limit,
            "less than": value < limit,
            "at least": value >= limit,
            "at most": value <= limit,
        }[bound]
    return rounds_to(value, row[key])


def as_printed(row: Row, unit: str = "") -> str:
    return " ".join(part for part in (row["bound"], figure(row["value"]), unit) if part)


def figure(written: str) -> str:
    """A printed number with its own decimals, set as the records' are; other texts as they are."""
    value = number(written)
    return written if value is None or "%" in written else present.number(value, decimals(written))
