"""The log of calls: which of them are about anti-social behaviour, wherever they are counted."""

from __future__ import annotations

from collections.abc import Sequence

from cspanalysis.findings.question import Question
from cspanalysis.review import conditions
from cspanalysis.review.series import Series

#: Types of call in the log that are no anti-social behaviour and are counted by themselves.
NOT_ASB = ("bogus caller",)
#: The same as a condition on the log.
IS_ASB = "; ".join(f"type!={name}" for name in NOT_ASB)


def calls(ask: Question, leave_out: Sequence[str] = NOT_ASB) -> Series:
    """The log without some types of call, which a note names."""
    log = ask.series("asb_calls")
    names = " and ".join(f"'{name}'" for name in leave_out)
    note = f"Calls logged as {names} are left out: they are not anti-social behaviour."
    rows = log.rows[~conditions.are(log.rows["type"], leave_out)]
    return log.of(rows, definition="", notes=(note,) if names else ())
