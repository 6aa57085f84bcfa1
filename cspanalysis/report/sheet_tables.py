"""gptables' sheets, laid out without a frame of formats for each.

gptables makes a frame with a dictionary in each cell and updates it column by column, which took
most of a workbook's time. Here a column's formats are made once; what is written is the same, byte
for byte (tests/test_report_workbook.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gptables
import pandas as pd
from gptables.core import wrappers
from xlsxwriter.utility import cell_autofit_width
from xlsxwriter.workbook import Workbook

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # Else each sheet's parts go through files of their own in the temporary folder.
    "in_memory": True,
}
#: What gptables takes for a symbol or a note's mark: such cells say nothing of a column's kind.
_MARK = re.compile(r"\[[\w\s]+\]")
_SIGNS = re.compile(r"^[^a-zA-Z0-9]*$")


def book(path: Path, sheets: Mapping[str, gptables.GPTable], cover: gptables.Cover) -> Any:
    """A workbook of these tables with a cover, not yet closed."""
    made = _Book(str(path), options=dict(_OPTIONS))
    made.add_worksheet(cover.cover_label).write_cover(cover)
    made._update_annotations(sheets)
    for name, table in sheets.items():
        made.add_worksheet(name).write_gptable(table, True, made._annotations)
    return made


class _Sheet(wrappers.GPWorksheet):  # type: ignore[misc]
    """A sheet whose table is plain: headings, one index column, texts and numbers."""

    def _write_table_elements(self, pos: list, gptable: Any, auto_width: bool) -> list:
        table = gptable.table
        heads, rows = list(table.columns), table.to_numpy(dtype=object).tolist()
        if not _is_plain(gptable, rows):
            return list(super()._write_table_elements(pos, gptable, auto_width))
        formats = self._formats(gptable, heads, rows)
        top = gptable.data_range[0]
        lines = [heads, *rows]
        made: dict[tuple[int, bool], Any] = {}
        for number, line in enumerate(lines):
            for place, value in enumerate(line):
                key = place, number > 0
                if isinstance(value, dict):  # a link
                    self._smart_write(top + number, place, value, formats[place][key[1]])
                    continue
                if key not in made:
                    made[key] = self._workbook.add_format(formats[place][key[1]])
                self.write(top + number, place, value, made[key])
        widths = [
            max(
                self._width(line[place], formats[place][number > 0])
                for number, line in enumerate(lines)
            )
            for place in range(len(heads))
        ]
        self._set_column_widths(widths)
        self._mark_data_as_worksheet_table(gptable, pd.DataFrame([[f[0] for f in formats]]))
        return [top + len(lines), 0]

    def _parse_table_urls(self, gptable: Any) -> None:
        """Links are `[words](address)`: a table without any stays as it is."""
        if any("](" in str(cell) for cell in gptable.table.to_numpy(dtype=object).ravel()):
            super()._parse_table_urls(gptable)

    def _reference_table_annotations(self, gptable: Any, reference_order: list) -> None:
        """Notes are `$$name$$`, in headings and index columns: the same of them."""
        index = gptable.table.iloc[:, list(gptable.index_columns.values())]
        if gptable.table_notes or any("$$" in str(c) for c in index.to_numpy(dtype=object).ravel()):
            super()._reference_table_annotations(gptable, reference_order)

    def _formats(
        self, gptable: Any, heads: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Of each column the format of its heading and of its cells."""
        theme, index = self.theme, {col: level for level, col in gptable.index_columns.items()}
        levels = (theme.index_1_format, theme.index_2_format, theme.index_3_format)
        found = []
        for place in range(len(heads)):
            align = {"align": "left" if place in index else _side([row[place] for row in rows])}
            cells = dict(theme.data_format) if place >= gptable.index_levels else {}
            if place in index:
                cells |= levels[index[place] - 1]
            found.append((theme.column_heading_format | align, cells | align))
        for item in gptable.additional_formatting:
            for name in item["column"]["columns"]:
                for form in found[heads.index(name)]:  # of the heading, too
                    form.update(item["column"]["format"])
        return found

    def _width(self, value: Any, form: dict[str, Any]) -> int:
        line = self._get_longest_line(value)
        return math.ceil(cell_autofit_width(line) * self._get_scaling_factor(form, line))


class _Book(wrappers.GPWorkbook):  # type: ignore[misc]
    def add_worksheet(self, name: str | None = None, gridlines: str = "hide_all") -> _Sheet:
        sheet: _Sheet = Workbook.add_worksheet(self, name, _Sheet)
        sheet.theme, sheet._workbook = self.theme, self
        sheet.hide_gridlines({"show_all": 0, "hide_printed": 1, "hide_all": 2}[gridlines])
        return sheet


def _is_plain(gptable: Any, rows: Sequence[Sequence[Any]]) -> bool:
    """Whether gptables would neither refuse nor warn of a cell, and formats columns alone."""
    formats = gptable.additional_formatting
    return (
        bool(rows)
        and len(gptable.index_columns) == 1
        and all(list(item) == ["column"] for item in formats)
        and all(set(item["column"]) == {"columns", "format"} for item in formats)
        and all(_is_told(cell) for row in rows for cell in row)
    )


def _is_told(cell: Any) -> bool:
    if isinstance(cell, str):
        return not _SIGNS.match(cell)
    return isinstance(cell, dict) or (
        isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell)
    )


def _side(cells: Sequence[Any]) -> str:
    """Numbers to the right, marks in place of them disregarded."""
    known = [c for c in cells if not (isinstance(c, str) and _MARK.search(c))]
    is_text = any(isinstance(c, str | dict) for c in known)
    return "right" if known and not is_text else "left"


__all__ = ["book"]
