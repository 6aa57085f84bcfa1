"""Spreadsheet workbooks (xlsx, xls, ods): the sheet that has the header, as rows of text."""

from __future__ import annotations

from collections.abc import Callable

import python_calamine

from cspanalysis.errors import DataRefused, paragraph
from cspanalysis.sources.opening import Part
from cspanalysis.sources.records import HEADER_WITHIN, Record, Rows, frame_of, header_of


def read(part: Part, is_header: Callable[[list[str]], bool]) -> Rows:
    """The sheet a part names; for a whole workbook the one that has the header, or the first.

    Raises
    ------
    DataRefused
        If the workbook cannot be opened, or several of its sheets have the header.
    """
    try:
        book = python_calamine.CalamineWorkbook.from_path(str(part.path))
        sheets = [
            (name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
            if not part.member or name == part.member
        ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _unreadable(part, error) from error
    filled = {
        name: [
            (at, cells)
            for at, cells in enumerate(([_cell(c) for c in line] for line in sheet), 1)
            if any(cells)
        ]
        for name, sheet in sheets
    }
    filled = {name: records for name, records in filled.items() if records}
    tables = {
        name: at
        for name, records in filled.items()
        if (at := _header_at(records, is_header)) is not None
    }
    if len(tables) > 1:
        raise DataRefused(
            paragraph(
                f"{len(tables)} of its sheets hold such a table ({', '.join(tables)})",
                file=part.label,
                allowed="one sheet with the table; others may hold notes",
                do="Save each of these sheets as a file of its own, or remove those not meant.",
            )
        )
    for name, at in tables.items():
        records = filled.pop(name)
        cells = records[at][1]
        return Rows(cells, iter([frame_of(records[at + 1 :], len(cells))]), passed=[*filled])
    first = next(iter(filled.values()), [])
    return Rows(header_of(part, first[:1], is_header), iter(()))


def _header_at(records: list[Record], is_header: Callable[[list[str]], bool]) -> int | None:
    found = (at for at, (_, cells) in enumerate(records[:HEADER_WITHIN]) if is_header(cells))
    return next(found, None)


def names(part: Part) -> list[str]:
    """The names of a workbook's sheets, in its order: at least one.

    Raises
    ------
    DataRefused
        If the workbook cannot be opened or holds no sheet.
    """
    try:
        found = list(python_calamine.CalamineWorkbook.from_path(str(part.path)).sheet_names)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _unreadable(part, error) from error
    if not found:
        raise _unreadable(part, "it holds no sheet")
    return found


def _unreadable(part: Part, error: Exception | str) -> DataRefused:
    return DataRefused(
        paragraph(
            f"the workbook cannot be opened ({error})",
            file=part.label,
            do="Open it in a spreadsheet program and save it anew, or export it as CSV.",
        )
    )


def _cell(value: object) -> str:
    """A spreadsheet's cell as text: whole numbers without '.0', dates as ISO."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip() if value is not None else ""
