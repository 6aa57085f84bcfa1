"""In which form a column's dates and times are written, shown by its cells or asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cspanalysis.mapping.answers import Question, Reading

_SLASHED = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?=\D|$)")
_UNMISTAKABLE = re.compile(
    r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}|^(?:[A-Za-z]{3,9},? )?\d{1,2}(?:st|nd|rd|th)?[-/ ][A-Za-z]{3}"
)
_SERIAL = re.compile(r"^[2-5]\d{4}(\.\d+)?$")
_CLOCK = re.compile(r"^([01]?\d|2[0-3])[:.]?[0-5]\d(:[0-5]\d)?(\.\d+)?$")
_PART_OF_DAY = re.compile(r"^0?\.\d{3,}$|^[01](\.0)?$|^0\.\d{1,2}$")
#: Share of the cells that must be dates for the column to be one.
ENOUGH = 0.8


def read(column: str, heading: str, cells: Sequence[tuple[int, str]]) -> Reading:
    """How a date column's cells are to be read.

    Parameters
    ----------
    column, heading : str
        Ours and the partner's name.
    cells : sequence of (row, text)
        Those that are not blank.
    """
    slashed = [(row, text, m) for row, text in cells if (m := _SLASHED.match(text))]
    plain = [text for _, text in cells if _UNMISTAKABLE.match(text)]
    serial = [text for _, text in cells if _SERIAL.match(text)]
    if len(slashed) + len(plain) + len(serial) < ENOUGH * len(cells):
        return _no_dates(column, heading, cells)
    if serial and (slashed or len(serial) > len(plain)):
        note = f"'{heading}': Excel's serial numbers ({serial[0]}), read as dates"
        if slashed:
            return Reading(
                questions=(
                    Question(
                        f"'{heading}' holds both dates ({slashed[0][1]}) and Excel's serial "
                        f"numbers ({serial[0]}): was a part of it turned round on opening? Ask "
                        "for an export with dates as text.",
                        blocks=column,
                    ),
                )
            )
        return Reading(format="excel", notes=(note,))
    if not slashed:
        return Reading()
    return _order(column, heading, slashed)


def _order(column: str, heading: str, slashed) -> Reading:
    day_first = next(((row, t) for row, t, m in slashed if int(m[1]) > 12), None)
    month_first = next(((row, t) for row, t, m in slashed if int(m[2]) > 12), None)
    is_short = any(len(m[3]) == 2 for _, _, m in slashed)
    if day_first and month_first:
        return Reading(
            questions=(
                Question(
                    f"'{heading}' holds dates in both orders: {day_first[1]} (row {day_first[0]}) "
                    f"can only be day/month, {month_first[1]} (row {month_first[0]}) only "
                    "month/day. Ask for an export with dates as 2007-12-31.",
                    blocks=column,
                ),
            )
        )
    if not day_first and not month_first:
        example = slashed[0][1]
        return Reading(
            questions=(
                Question(
                    f"Every date of '{heading}' can be read in two ways: is {example} day/month "
                    "(UK) or month/day (US)?",
                    blocks=column,
                    answers=(
                        f'UK: {column} = "{heading}" under columns'
                        + (f' and {column} = "dd/mm/yy" under formats' if is_short else ""),
                        f'US: {column} = "{heading}" under columns and '
                        f'{column} = "mm/dd/yyyy" under formats',
                    ),
                ),
            )
        )
    if month_first and is_short:
        return Reading(
            questions=(
                Question(
                    f"'{heading}' is written month/day with years of two digits "
                    f"({month_first[1]}): ask for an export with years of four digits.",
                    blocks=column,
                ),
            )
        )
    if month_first:
        return Reading(
            format="mm/dd/yyyy",
            notes=(
                f"'{heading}': month/day order, shown by {month_first[1]} in row {month_first[0]}",
            ),
        )
    note = f"'{heading}': day/month order, shown by {day_first[1]} in row {day_first[0]}"
    if is_short:
        return Reading(format="dd/mm/yy", notes=(f"{note}; years of two digits are 20…",))
    return Reading(notes=(note,))


def read_times(column: str, heading: str, cells: Sequence[tuple[int, str]]) -> Reading:
    """How a time column's cells are to be read."""
    texts = [text for _, text in cells]
    parts = [t for t in texts if _PART_OF_DAY.match(t)]
    if parts and len(parts) >= ENOUGH * len(texts):
        return Reading(
            format="excel",
            notes=(f"'{heading}': times as parts of a day ({parts[0]}), read as Excel has them",),
        )
    clocks = [t for t in texts if _CLOCK.match(t)]
    if len(clocks) < ENOUGH * len(texts):
        return _no_dates(column, heading, cells, "times of day")
    return Reading()


def _no_dates(column: str, heading: str, cells, what: str = "dates") -> Reading:
    shown = ", ".join(repr(text[:30]) for _, text in list(cells)[:3])
    return Reading(
        questions=(
            Question(
                f"'{heading}' goes by a name for {column}, but its cells are no {what} ({shown}): "
                "which column is it?",
                blocks=column,
            ),
        )
    )
