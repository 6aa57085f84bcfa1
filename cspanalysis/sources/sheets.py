"""The sheet of a workbook that has the header, as rows of text."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import workbooks
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import (  # fmt: skip
    HEADER_WITHIN,
    ROW,
    IsHeader,
    Record,
    Rows,
    header_at,
    header_of,
    titles_of,
)
from cspanalysis.sources.workbooks import Sheet

_ROWS_AT_ONCE = 40_000


def read(part: Part, is_header: IsHeader, meant: Sequence[str] = ()) -> Rows:
    """The sheet that a part is; of a whole workbook the one that has the header, or the first.

    Of several that have it the one that the settings name (`meant`) is taken.
    """
    if isinstance(part, Sheet):
        return _rows(part, is_header, [])
    tables, others, first = [], [], None
    for sheet in workbooks.sheets(part):
        top, _ = _top(sheet.blocks())
        if _header_in(top, is_header):
            tables.append(sheet)
        elif top:
            others.append(sheet.member)
            first = first or top[:1]
    if len(tables) > 1:
        said = [s for s in tables if s.member.strip().lower() in {m.strip().lower() for m in meant}]
        others += [s.member for s in tables if len(said) == 1 and s not in said]
        tables = said if len(said) == 1 else tables
    if len(tables) > 1:
        names = ", ".join(sheet.member for sheet in tables)
        raise DataRefused(
            paragraph(
                f"{len(tables)} of its sheets hold such a table ({names})",
                file=part.label,
                allowed="one sheet with the table; others may hold notes",
                do="Name the one that is meant in partnership.toml, under "
                f'[sources.{part.file.split("/")[0]}]: sheet = "{tables[0].member}"; or save each '
                "as a file of its own.",
            )
        )
    if tables:
        return _rows(tables[0], is_header, others)
    return Rows(header_of(part, first or []), iter(()))


def _rows(sheet: Sheet, is_header: IsHeader, others: list[str]) -> Rows:
    blocks = sheet.blocks()
    top, read_of = _top(blocks)
    found = _header_in(top, is_header)
    if found is None:
        return Rows(header_of(sheet, top[:1]), iter(()))
    at, header, depth = found
    number = top[at][0]
    while not header[-1]:
        header = header[:-1]
    rows = Rows(
        header, iter(()), passed=others, sheet=sheet.member, titles=titles_of(top[: at + 1 - depth])
    )
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


def _header_in(records: list[Record], is_header: IsHeader) -> tuple[int, list[str], int] | None:
    """Position of the record that ends the header, the headings, and of how many rows they are."""
    for at in range(len(records)):
        if found := header_at(
            records[max(at - 1, 0) : at + 1], records[at + 1 : at + 2], is_header
        ):
            return at, *found
    return None


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
