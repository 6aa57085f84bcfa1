"""The sheet of a workbook that has the header, as rows of text."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import workbooks
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import HEADER_WITHIN, ROW, Record, Rows, header_of, titles_of
from cspanalysis.sources.workbooks import Sheet

_ROWS_AT_ONCE = 40_000


def read(part: Part, is_header: Callable[[list[str]], bool]) -> Rows:
    """The sheet that a part is; of a whole workbook the one that has the header, or the first."""
    if isinstance(part, Sheet):
        return _rows(part, is_header, [])
    tables, others, first = [], [], None
    for sheet in workbooks.sheets(part):
        top, _ = _top(sheet.blocks())
        if _header_at(top, is_header) is not None:
            tables.append(sheet)
        elif top:
            others.append(sheet.member)
            first = first or top[:1]
    if len(tables) > 1:
        names = ", ".join(sheet.member for sheet in tables)
        raise DataRefused(
            paragraph(
                f"{len(tables)} of its sheets hold such a table ({names})",
                file=part.label,
                allowed="one sheet with the table; others may hold notes",
                do="Save each of these sheets as a file of its own, or remove those not meant.",
            )
        )
    if tables:
        return _rows(tables[0], is_header, others)
    return Rows(header_of(part, first or [], is_header), iter(()))


def _rows(sheet: Sheet, is_header: Callable[[list[str]], bool], others: list[str]) -> Rows:
    blocks = sheet.blocks()
    top, read_of = _top(blocks)
    at = _header_at(top, is_header)
    if at is None:
        return Rows(header_of(sheet, top[:1], is_header), iter(()))
    number, header = top[at]
    while not header[-1]:
        header = header[:-1]
    rows = Rows(header, iter(()), passed=others, titles=titles_of(top[:at]))
    rest = (block.filter(pl.col(ROW) > number) for block in itertools.chain(read_of, blocks))
    rows.blocks = (_fitted(block, rows) for block in _gathered(rest))
    return rows


def _gathered(blocks: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The same rows in fewer blocks: typing one costs much the same whatever its size."""
    held: list[pl.DataFrame] = []
    for block in blocks:
        held.append(block)
        if sum(one.height for one in held) >= _ROWS_AT_ONCE:
            yield pl.concat(held, how="diagonal")
            held = []
    if held:
        yield pl.concat(held, how="diagonal")


def _top(blocks: Iterator[pl.DataFrame]) -> tuple[list[Record], list[pl.DataFrame]]:
    """A sheet's first records, and the blocks that were read for them."""
    records: list[Record] = []
    read_of = []
    for block in blocks:
        read_of.append(block)
        records += workbooks.records(block.head(HEADER_WITHIN - len(records)))
        if len(records) >= HEADER_WITHIN:
            break
    return records, read_of


def _header_at(records: list[Record], is_header: Callable[[list[str]], bool]) -> int | None:
    return next((at for at, (_, cells) in enumerate(records) if is_header(cells)), None)


def _fitted(block: pl.DataFrame, rows: Rows) -> pl.DataFrame:
    """The block's cells beneath the headings; what stands beside the table is told."""
    width = len(rows.header)
    beyond = [name for name in block.columns if name != ROW and int(name) >= width]
    within = [str(at) for at in range(width)]
    fitted = block.select(
        ROW,
        *(pl.col(c) if c in block.columns else pl.lit(None, pl.String).alias(c) for c in within),
    )
    if not beyond:
        return fitted
    is_record = fitted.select(pl.any_horizontal(pl.col(within).is_not_null())).to_series()
    beside = block.select(
        ROW,
        text=pl.concat_str(beyond, separator=" ", ignore_nulls=True),
        is_record=is_record,
    ).filter(pl.any_horizontal(block.select(pl.col(beyond).is_not_null()).get_columns()))
    for row, text, has_cells in beside.iter_rows():
        if has_cells:
            rows.beside.append((row, text))
        else:
            rows.set_aside.append((row, text, "text beside the table: a note, not a record"))
    return fitted.filter(is_record)
