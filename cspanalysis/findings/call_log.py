"""The log of calls: which of them are about anti-social behaviour, wherever they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from cspanalysis.findings.question import Question
from cspanalysis.review import conditions
from cspanalysis.review.series import Series

#: Types of call in the log that are no anti-social behaviour and are counted by themselves.
NOT_ASB = ("bogus caller",)


def forms(names: Iterable[str]) -> list[str]:
    """Types of call in the singular and in the plural: logs write them either way."""
    return [
        form for name in names for form in (name.removesuffix("s"), f"{name.removesuffix('s')}s")
    ]


#: The same as a condition on the log.
IS_ASB = "; ".join(f"type!={form}" for form in forms(NOT_ASB))


def of_types(log: Series, names: Iterable[str]) -> pd.Series:
    """Which calls of a log are of some types."""
    return conditions.are(log.rows["type"], forms(names))


def calls(ask: Question, leave_out: Sequence[str] = NOT_ASB) -> Series:
    """The log without some types of call, which a note names."""
    log = ask.series("asb_calls")
    names = " and ".join(f"'{name}'" for name in leave_out)
    note = f"Calls logged as {names} are left out: they are not anti-social behaviour."
    rows = log.rows[~of_types(log, leave_out)]
    return log.of(rows, definition="", notes=(note,) if names else ())
