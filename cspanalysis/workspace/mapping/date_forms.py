"""In which form a column's dates and times are written, shown by its cells or asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from cspanalysis.sources import column_types, dates
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.date_orders import Seen
from cspanalysis.workspace.mapping.questions import Question, Reading

#: Share of the cells that must be dates for the column to be one.
ENOUGH = 0.8


def read(
    column: str, heading: str, cells: Sequence[tuple[int, str]], given: str = "", kind: str = "date"
) -> Reading:
    """How a date column's cells are to be read.

    `column`, `heading`: ours and the partner's name. `cells`: those that are not blank. `given`:
    the format that the settings give; it is not asked for again. `kind`: kind of the column.
    """
    texts = [text for _, text in cells]
    seen = Seen(heading)
    seen.add(
        pl.Series(ROW, [row for row, _ in cells], dtype=pl.UInt32),
        pl.Series("text", texts, dtype=pl.String),
    )
    days = sum(day is not None for day in converted(texts, kind, given))
    if given:
        return Reading(format=given) if days >= ENOUGH * len(cells) else _no_dates(
            column, heading, cells, f"dates as {given}"
        )  # fmt: skip
    serials = sum(re.match(dates.SERIAL, text) is not None for text in texts)
    either_way = zip(converted(texts, kind), converted(texts, kind, "mm/dd/yyyy"), strict=True)
    either = sum(uk is not None or us is not None for uk, us in either_way)
    if either + serials < ENOUGH * len(cells):
        return _no_dates(column, heading, cells)
    if seen.serial and (seen.first or serials > days):
        if seen.first:
            example = next(text for text in texts if not re.match(dates.SERIAL, text))
            return _asked(
                f"'{heading}' holds both dates ({example}) and Excel's serial numbers "
                f"({seen.serial[1]}): was a part of it turned round on opening? Ask for an export "
                "with dates as text.",
                column,
            )
        note = f"'{heading}': Excel's serial numbers ({seen.serial[1]}), read as dates"
        return Reading(format="excel", notes=(note,))
    return _order(column, heading, seen)


def _order(column: str, heading: str, seen: Seen) -> Reading:
    day_first, month_first = seen.day_first, seen.month_first
    if day_first and month_first:
        return _asked(
            f"'{heading}' holds dates in both orders: {day_first[1]} (row {day_first[0]}) "
            f"can only be day/month, {month_first[1]} (row {month_first[0]}) only "
            "month/day. Ask for an export with dates as 2007-12-31.",
            column,
        )
    if seen.last and seen.is_year_first:
        return _asked(
            f"'{heading}' holds dates of three numbers of two digits: which of them is the year?",
            column,
            *(f'{column} = "{heading}" under columns and {column} = "{layout}" under formats'
              for layout in ("yy/mm/dd", "dd/mm/yy")),
        )  # fmt: skip
    short = bool(seen.last)
    if month_first:
        return Reading(
            format="mm/dd/yy" if short else "mm/dd/yyyy",
            notes=(
                f"'{heading}': month/day order, shown by {month_first[1]} in row {month_first[0]}",
            ),
        )
    if day_first:
        note = f"'{heading}': day/month order, shown by {day_first[1]} in row {day_first[0]}"
        if short:
            return Reading(format="dd/mm/yy", notes=(f"{note}; years of two digits",))
        return Reading(notes=(note,))
    if seen.either:
        return _asked(
            f"Every date of '{heading}' can be read in two ways: is {seen.either[1]} day/month "
            "(UK) or month/day (US)?",
            column,
            *(f'{where}: {column} = "{heading}" under columns and {column} = "{order}/'
              f'{"yy" if short else "yyyy"}" under formats'
              for where, order in (("UK", "dd/mm"), ("US", "mm/dd"))),
        )  # fmt: skip
    return Reading()


def _asked(text: str, column: str, *answers: str) -> Reading:
    return Reading(questions=(Question(text, blocks=column, answers=answers),))


def read_times(
    column: str, heading: str, cells: Sequence[tuple[int, str]], given: str = ""
) -> Reading:
    """How a time column's cells are to be read."""
    texts = [text for _, text in cells]
    if given:
        return Reading(format=given)
    parts = [t for t in texts if re.match(dates.PART_OF_DAY, t)]
    if parts and len(parts) >= ENOUGH * len(texts):
        return Reading(
            format="excel",
            notes=(f"'{heading}': times as parts of a day ({parts[0]}), read as Excel has them",),
        )
    clocks = [minutes for minutes in converted(texts, "time") if minutes is not None]
    if len(clocks) < ENOUGH * len(texts):
        return _no_dates(column, heading, cells, "times of day")
    return Reading()


def converted(texts: Sequence[str], kind: str, layout: str = "") -> list[object]:
    """What texts become as cells of a kind, under a format of the settings."""
    frame = pl.DataFrame({"cell": texts}, schema={"cell": pl.String})
    text = column_types.trimmed("cell")
    text = dates.reformatted(text, layout) if layout else text
    return frame.select(column_types.convert(text, kind)).to_series().to_list()


def _no_dates(column: str, heading: str, cells, what: str = "dates") -> Reading:
    shown = ", ".join(repr(text[:30]) for _, text in list(cells)[:3])
    return _asked(
        f"'{heading}' goes by a name for {column}, but its cells are no {what} ({shown}): "
        "which column is it?",
        column,
    )
