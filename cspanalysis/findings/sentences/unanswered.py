"""What is said where there is no answer: the reason, never a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cspanalysis.findings import Said
from cspanalysis.present.phrases import HIDDEN, get


def cannot(subject: str, row: Mapping[str, Any], what: str) -> Said:
    """What is said where a row has a status other than ok: the reason, never a number.

    Parameters
    ----------
    subject : str
        What would have been reported.
    row : mapping
        Its status and, if known, its `reason`.
    what : str
        What cannot be given: 'change', 'comparison', 'share'.
    """
    status = get(row, "status", "not_available")
    reason = str(get(row, "reason", "")).strip().rstrip(".")
    if status == "suppressed":
        text = f"No {what} is shown for {subject}: the figures are {HIDDEN}."
    elif status == "not_comparable":
        text = f"No {what} is given for {subject}: the two periods cannot be compared"
        text += f" ({reason})." if reason else "."
    elif status == "too_few":
        text = f"No {what} is given for {subject}: {reason or 'there are too few cases'}."
    else:
        status = "not_available"
        text = f"No {what} is given for {subject}: {reason or 'there are no figures'}."
    return Said(text, status=status)
