"""Typing: the text of a table's cells becomes values, and what yields none is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import column_types, dates
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.schema import Column, Schema, as_text


def typed(
    text: pl.DataFrame,
    schema: Schema,
    settings: Mapping[str, Any],
    problems: Problems,
    see: Callable[[pl.DataFrame], object] = lambda plain: None,
) -> pl.DataFrame:
    """Typed table of a text table whose columns bear the schema's names.

    Rows without a value in an essential column are left out and recorded in `problems`. `see` is
    shown the text that becomes values.
    """
    changed = [c for c in schema.columns if not _stays(c, text, settings)]
    names = {c.name for c in changed}
    plain = text.select(_plain_cells(changed, text, settings)) if changed else text
    see(plain)
    problems.used |= _used(text, settings)
    converted = plain.select(_values(changed)) if changed else text
    # Columns that stay as they are, nearly all of the open data, are handed on untouched.
    cells = [text.get_column(ROW)]
    for column in schema.columns:
        if column.name in names:
            cells += [
                converted.get_column(name)
                for name in (column.name, *(f"{column.name}_{part}" for part in _PARTS))
                if name in converted.columns
            ]
        else:
            cells.append(text.get_column(column.name))
    frame = pl.DataFrame(cells)
    bad = _bad_rows(schema, changed, text, plain, converted)
    for column in schema.columns:
        if column.name in bad:
            found = plain if column.name in names else text
            listed = found.select(ROW, found=pl.col(column.name)).filter(bad[column.name])
            _record(problems, listed, column)
    for column in schema.columns:
        if column.kind == "identifier" and column.name in text.columns:
            short = plain.select(ROW, found=pl.col(column.name)).filter(
                pl.col("found").str.contains(column_types.SHORTENED)
            )
            problems.add_rows(
                short, column.name, "the whole identifier", "noted",
                "shortened by a spreadsheet: several records may bear it",
            )  # fmt: skip
    needed = [bad[c.name] for c in schema.columns if c.essential and c.name in bad]
    if needed:
        frame = frame.filter(~pl.DataFrame(needed).select(pl.any_horizontal("*")).to_series())
    return frame


#: What is added to the name of a column for what it holds beside its value.
_PARTS = ("status", "symbol", "has_time")


def _stays(column: Column, text: pl.DataFrame, settings: Mapping[str, Any]) -> bool:
    """Whether the text table's column is the typed one already."""
    dtype = {"verbatim": pl.String, "category": pl.Categorical}.get(column.kind)
    return (
        dtype is not None
        and text.schema.get(column.name) == dtype
        and not column.allowed
        and column.name not in settings.get("values", {})
        and column.name not in settings.get("formats", {})
    )


def _plain_cells(
    columns: Sequence[Column], text: pl.DataFrame, settings: Mapping[str, Any]
) -> list[pl.Expr]:
    """Trimmed text of the columns under the workspace's own formats and values."""
    values, formats = settings.get("values", {}), settings.get("formats", {})
    exprs = [pl.col(ROW)]
    for column in columns:
        if column.name not in text.columns:
            exprs.append(pl.lit(None, pl.String).alias(column.name))
            continue
        own = {str(k).strip().lower(): v for k, v in values.get(column.name, {}).items()}
        is_as_it_is = column.kind in ("verbatim", "category")
        source = pl.col(column.name) if is_as_it_is else column_types.trimmed(column.name)
        if column.name in formats:
            source = dates.reformatted(source, formats[column.name])
        if own:
            # '' in a value map speaks of blank cells.
            key = source.fill_null("").str.to_lowercase()
            target = [as_text(v) for v in own.values()]
            source = key.replace_strict(list(own), target, default=source, return_dtype=pl.String)
        exprs.append(source.alias(column.name))
    return exprs


def _used(text: pl.DataFrame, settings: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """The values and formats of the settings that match a cell: ('values', column, value)."""
    found: set[tuple[str, ...]] = set()
    formats = settings.get("formats", {})
    for name, values in settings.get("values", {}).items():
        if name in text.columns:
            cell = column_types.trimmed(name)
            cell = dates.reformatted(cell, formats[name]) if name in formats else cell
            held = text.select(cell.cast(pl.String).fill_null("").str.to_lowercase().unique())
            own = {str(value).strip().lower() for value in values}
            found |= {("values", name, value) for value in own & set(held.to_series())}
    for name, layout in formats.items():
        if name in text.columns:
            is_written = dates.is_written(column_types.trimmed(name), layout)
            found |= {("formats", name)} if text.select(is_written.any()).item() else set()
    return found


def _values(columns: Sequence[Column]) -> list[pl.Expr]:
    """The values of plain cells, with their status, symbol or precision where the kind has one."""
    exprs = []
    for column in columns:
        cell = pl.col(column.name)
        exprs.append(_value(cell, column).alias(column.name))
        if column.kind in column_types.WITH_STATUS:
            exprs += [
                column_types.status(cell, column.kind).alias(f"{column.name}_status"),
                column_types.symbol(cell, column.kind).alias(f"{column.name}_symbol"),
            ]
        if column.kind == "datetime":
            exprs.append(column_types.convert(cell, "has_time").alias(f"{column.name}_has_time"))
    return exprs


def _bad_rows(
    schema: Schema,
    changed: Sequence[Column],
    text: pl.DataFrame,
    plain: pl.DataFrame,
    converted: pl.DataFrame,
) -> dict[str, pl.Series]:
    """Rows whose cell yields no value, by column; nearly always there are none."""
    found = {
        c.name: text.get_column(c.name).is_null()
        for c in schema.columns
        if c.essential and c not in changed and text.get_column(c.name).null_count()
    }
    judged = [
        (c, _is_bad(c))
        for c in changed
        if c.essential
        or (c.name in text.columns and (c.allowed or c.kind not in column_types.ANY_TEXT))
    ]
    if not judged:
        return found
    both = converted.rename({c.name: f"{c.name} typed" for c, _ in judged}).hstack(
        plain.select(c.name for c, _ in judged)
    )
    # One pass counts what is wrong.
    wrong = both.select(mask.sum().alias(c.name) for c, mask in judged).row(0, named=True)
    asked = [mask.alias(c.name) for c, mask in judged if wrong[c.name]]
    return found | {series.name: series for series in both.select(asked).get_columns()}


def _is_bad(column: Column) -> pl.Expr:
    """Rows of a typed and a plain table side by side in which the cell yields no value."""
    has_status = column.kind in column_types.WITH_STATUS
    value = f"{column.name}_status" if has_status else f"{column.name} typed"
    is_bad = pl.col(value).is_null()
    return is_bad if column.essential else is_bad & pl.col(column.name).is_not_null()


def _record(problems: Problems, found: pl.DataFrame, column: Column) -> None:
    action = "set aside" if column.essential else "noted"
    blank = found.filter(pl.col("found").is_null())
    other = found.filter(pl.col("found").is_not_null())
    problems.add_rows(blank, column.name, column.allowed_text, action, "blank")
    if column.kind in ("count", "integer"):
        _refuse_rates(other, column, problems)
    end = "" if column.essential else "; left out"
    if column.kind in column_types.NUMERIC:
        is_short = pl.col("found").str.contains(column_types.SHORTENED)
        short, other = other.filter(is_short), other.filter(~is_short)
        reason = f"shortened by a spreadsheet, digits are lost{end}"
        problems.add_rows(short, column.name, column.allowed_text, action, reason)
    reason = "not " + ("among the allowed values" if column.allowed else column.allowed_text) + end
    problems.add_rows(other, column.name, column.allowed_text, action, reason)


def _refuse_rates(found: pl.DataFrame, column: Column, problems: Problems) -> None:
    """Refuse figures under a second heading by which they are rates: whole ones pass for counts."""
    is_heading = pl.col("found").str.contains(column_types.RATES)
    for row, said in found.filter(is_heading).select(ROW, "found").head(1).iter_rows():
        raise DataRefused(
            paragraph(
                f"what stands beneath is '{said}' by a second row of headings, and would be read "
                "as counts",
                file=problems.file, row=row, column=column.name, allowed=column.allowed_text,
                do="Keep one row of headings, and the columns of numbers alone.",
            )
        )  # fmt: skip


def _value(cell: pl.Expr, column: Column) -> pl.Expr:
    if not column.allowed:
        return column_types.convert(cell, column.kind)
    allowed = (
        column.allowed if isinstance(column.allowed, Mapping) else {a: a for a in column.allowed}
    )
    known = {**{as_text(v).lower(): v for v in allowed.values()}, **allowed}
    key = cell.str.to_lowercase().str.replace_all(r"\s+", " ")
    return key.replace_strict({k.lower(): v for k, v in known.items()}, default=None)
