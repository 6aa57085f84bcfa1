"""Reading a raw part against a schema: headings found, cells typed, nothing dropped in silence.

A schema is a list of columns, each with the headings it goes by, the kind of its cells and its
meaning; the data dictionary is made from the same lines. A row stays unless an essential cell has
no value; every other cell that cannot be read is left missing and noted.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from cspanalysis import areas
from cspanalysis.errors import DataRefused, paragraph
from cspanalysis.sources import date_formats, kinds, rows
from cspanalysis.sources.opening import Part
from cspanalysis.sources.problems import Problems
from cspanalysis.sources.records import ROW
from cspanalysis.sources.schema import Column, Schema, as_text, choose

_TOTAL = r"(?i)^\s*((grand|sub)[- ]?)?(totals?|sum|overall|average|mean)\s*$"


@dataclass(frozen=True)
class Context:
    """What a reader may know beyond the file.

    Parameters
    ----------
    settings : mapping
        The source's section of partnership.toml: columns, values, formats, constants.
    sidecar : mapping
        The file's provenance.
    lsoas : polars.DataFrame or None
        lsoa_code, district_code, district (categories) from the workspace's lookups.
    correct : callable or None
        Corrections of the register for this part: text table in, (table, problems) out.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    sidecar: Mapping[str, Any] = field(default_factory=dict)
    lsoas: pl.DataFrame | None = None
    correct: Callable[[pl.DataFrame, Problems], pl.DataFrame] | None = None

    @property
    def has_corrections(self) -> bool:
        """Whether the register speaks of this part."""
        return bool(getattr(self.correct, "corrections", ()))


@dataclass
class Read:
    """What reading a part gave.

    Parameters
    ----------
    tables : dict of str to polars.DataFrame
        Typed tables by name; the reader's own first.
    problems : Problems
        What was set aside, noted or corrected.
    rows_read, rows_kept : int
        Records beneath the header, and those in the typed table. What differs is set aside.
    schema : str
        Layout found.
    """

    tables: dict[str, pl.DataFrame]
    problems: Problems
    rows_read: int
    rows_kept: int
    schema: str

    @property
    def rows_set_aside(self) -> int:
        """Records not in the typed table, each with a problem that says why."""
        return self.rows_read - self.rows_kept

    def with_tables(self, **tables: pl.DataFrame) -> Read:
        """The same account with other tables."""
        return replace(self, tables=tables)

    def keep(self, mask: pl.Expr, column: str, found: pl.Expr, allowed: str, reason: str) -> Read:
        """Keep the rows of the single table where `mask` holds; set the others aside."""
        ((name, frame),) = self.tables.items()
        is_kept = frame.select(mask.fill_null(False)).to_series()
        if is_kept.all():
            return self
        bad = frame.filter(~is_kept)
        self.problems.add_rows(
            bad.select(pl.col(ROW), found.cast(pl.String).alias("found")),
            column, allowed, "set aside", reason,
        )  # fmt: skip
        kept = frame.filter(is_kept)
        return replace(self, tables={name: kept}, rows_kept=kept.height)

    def without_totals(self, column: str) -> Read:
        """Set aside the rows that are the total or mean of others: counted too, they would double.

        Parameters
        ----------
        column : str
            What such a row calls 'Total'.
        """
        return self.keep(
            ~pl.col(column).fill_null("").str.contains(_TOTAL),
            column, pl.col(column), "one of the rows a total is made of", "a total of other rows",
        )  # fmt: skip


def read(part: Part, schemas: Sequence[Schema], context: Context, name: str = "") -> Read:
    """Read a part in whichever of the layouts fits its header.

    Parameters
    ----------
    part : Part
        What to read.
    schemas : sequence of Schema
        Layouts the source knows; the first that fits is taken.
    context : Context
        Settings, provenance, lookups and corrections.
    name : str, optional
        Name of the typed table; by default that of the first layout.

    Returns
    -------
    Read
        One table with every column of the layout (missing where the file lacks it) and `row`.

    Raises
    ------
    DataRefused
        If a required column is missing, or the part is empty or damaged.
    """
    problems = Problems(part.label)
    mapped = context.settings.get("columns", {})
    constants = context.settings.get("constants", {})
    _check_settings(part, schemas, context.settings)

    def fits(header: list[str]) -> bool:
        return any(not s.missing(s.find(header, mapped), constants) for s in schemas)

    with part.open() as stream:
        raw = rows.read(part, fits, stream, max(s.tail for s in schemas))
        schema, found = choose(part, raw.header, schemas, mapped, constants)
        frames, rows_read = [], 0
        if not (context.settings.get("values") or context.has_corrections):
            raw.categories.update(
                str(found[c.name])
                for c in schema.columns
                if c.kind == "category" and c.name in found
            )
        for block in raw.blocks:
            rows_read += block.height
            block = _without_notes(block, raw.header, problems)
            text = _named(block, schema, found, constants)
            if context.correct:
                text = context.correct(text, problems)
            frames.append(typed(text, schema, context.settings, problems))
    for row, cells, reason in raw.set_aside:
        problems.add(row, "", cells, "one complete record", "set aside", reason)
    for sheet in raw.passed:
        problems.add(1, "", f"the sheet '{sheet}'", "a table", "noted", "no such table; not read")
    if raw.recoded:
        problems.add(
            raw.recoded[0], "", f"{len(raw.recoded):,} lines that are not UTF-8", "UTF-8", "noted",
            "read as Windows-1252",
        )  # fmt: skip
    if not rows_read and not raw.set_aside:
        problems.add(1, "", "a header and no records", "records", "noted", "the file holds no rows")
    frame = pl.concat(frames) if frames else typed(empty(schema), schema, {}, problems)
    if "district" in found and part.file.split("/")[0] != "lookups":
        frame = _with_districts(frame, problems)
    return Read(
        {name or schemas[0].name: frame},
        problems,
        rows_read + len(raw.set_aside),
        frame.height,
        schema.name,
    )


def typed(
    text: pl.DataFrame, schema: Schema, settings: Mapping[str, Any], problems: Problems
) -> pl.DataFrame:
    """Typed table of a text table whose columns bear the schema's names.

    Rows without a value in an essential column are left out and recorded in `problems`.
    """
    changed = [c for c in schema.columns if not _stays(c, text, settings)]
    names = {c.name for c in changed}
    plain = text.select(_plain_cells(changed, text, settings)) if changed else text
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
                pl.col("found").str.contains(kinds.SHORTENED)
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
        source = pl.col(column.name) if is_as_it_is else kinds.trimmed(column.name)
        if column.name in formats:
            source = date_formats.reformatted(source, formats[column.name])
        if own:
            # '' in a value map speaks of blank cells.
            key = source.fill_null("").str.to_lowercase()
            target = [as_text(v) for v in own.values()]
            source = key.replace_strict(list(own), target, default=source, return_dtype=pl.String)
        exprs.append(source.alias(column.name))
    return exprs


def _values(columns: Sequence[Column]) -> list[pl.Expr]:
    """The values of plain cells, with their status, symbol or precision where the kind has one."""
    exprs = []
    for column in columns:
        cell = pl.col(column.name)
        exprs.append(_value(cell, column).alias(column.name))
        if column.kind in kinds.WITH_STATUS:
            exprs += [
                kinds.status(cell, column.kind).alias(f"{column.name}_status"),
                kinds.symbol(cell, column.kind).alias(f"{column.name}_symbol"),
            ]
        if column.kind == "datetime":
            exprs.append(kinds.convert(cell, "has_time").alias(f"{column.name}_has_time"))
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
        if c.essential or (c.name in text.columns and (c.allowed or c.kind not in kinds.ANY_TEXT))
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
    has_status = column.kind in kinds.WITH_STATUS
    value = f"{column.name}_status" if has_status else f"{column.name} typed"
    is_bad = pl.col(value).is_null()
    return is_bad if column.essential else is_bad & pl.col(column.name).is_not_null()


def _record(problems: Problems, found: pl.DataFrame, column: Column) -> None:
    action = "set aside" if column.essential else "noted"
    blank = found.filter(pl.col("found").is_null())
    other = found.filter(pl.col("found").is_not_null())
    problems.add_rows(blank, column.name, column.allowed_text, action, "blank")
    end = "" if column.essential else "; left out"
    if column.kind in kinds.NUMERIC:
        is_short = pl.col("found").str.contains(kinds.SHORTENED)
        short, other = other.filter(is_short), other.filter(~is_short)
        reason = f"shortened by a spreadsheet, digits are lost{end}"
        problems.add_rows(short, column.name, column.allowed_text, action, reason)
    reason = "not " + ("among the allowed values" if column.allowed else column.allowed_text) + end
    problems.add_rows(other, column.name, column.allowed_text, action, reason)


def _value(cell: pl.Expr, column: Column) -> pl.Expr:
    if not column.allowed:
        return kinds.convert(cell, column.kind)
    allowed = (
        column.allowed if isinstance(column.allowed, Mapping) else {a: a for a in column.allowed}
    )
    known = {**{as_text(v).lower(): v for v in allowed.values()}, **allowed}
    key = cell.str.to_lowercase().str.replace_all(r"\s+", " ")
    return key.replace_strict({k.lower(): v for k, v in known.items()}, default=None)


def _without_notes(block: pl.DataFrame, header: Sequence[str], problems: Problems) -> pl.DataFrame:
    """The records of a block: neither notes and headings among them, nor the header again."""
    cells = [str(at) for at in range(len(header))]
    if len(cells) < 3:
        return block
    filled = block.select(pl.sum_horizontal(pl.col(cells).is_not_null())).to_series()
    notes = block.filter(filled == 1)
    if notes.height:
        text = pl.coalesce(pl.col(cells).cast(pl.String)).alias("found")
        reason = "text in one cell only: a note, not a record"
        problems.add_rows(notes.select(ROW, text), "", "a record", "set aside", reason)
        block = block.filter(filled != 1)
    again = block.filter(pl.col(cells[0]).cast(pl.String) == header[0])
    again = again.filter(
        pl.all_horizontal(
            pl.col(cell).cast(pl.String).fill_null("").str.strip_chars() == heading.strip()
            for cell, heading in zip(cells, header, strict=True)
        )
    )
    if again.height:
        told = again.select(ROW, pl.col(cells[0]).alias("found"))
        problems.add_rows(told, "", "a record", "set aside", "the headings again")
        block = block.join(again.select(ROW), on=ROW, how="anti", maintain_order="left")
    return block


def _with_districts(frame: pl.DataFrame, problems: Problems) -> pl.DataFrame:
    """Districts as the register spells them; remarked is what would belong to none."""
    blank = frame.filter(pl.col("district").is_null())
    problems.add_rows(
        blank.select(ROW, pl.lit("").alias("found")), "district", "a district", "noted",
        "blank; the row counts for no district",
    )  # fmt: skip
    written = frame["district"].drop_nulls().unique().to_list()
    names = {text: areas.district_name(text) for text in written}
    unknown = {text for text, name in names.items() if name is None}
    for text in unknown:
        near = difflib.get_close_matches(text, areas.district_names(), 1, 0.9)
        if near:
            rows = frame.filter(pl.col("district") == text)
            problems.add_rows(
                rows.select(ROW, pl.col("district").alias("found")), "district", near[0], "noted",
                f"no district of this name is known, and the row counts for none: {near[0]}?",
            )  # fmt: skip
    changed = {text: name for text, name in names.items() if name and name != text}
    if not changed:
        return frame
    return frame.with_columns(pl.col("district").replace(changed))


def _named(
    block: pl.DataFrame, schema: Schema, found: Mapping[str, int], constants: Mapping[str, Any]
) -> pl.DataFrame:
    columns = [block.get_column(str(at)).alias(name) for name, at in found.items()]
    named = pl.DataFrame([block.get_column(ROW).cast(pl.UInt32), *columns])
    given = [
        pl.lit(as_text(constants[c.name])).alias(c.name)
        for c in schema.columns
        if c.name in constants and c.name not in found
    ]
    return named.with_columns(given) if given else named


def empty(schema: Schema) -> pl.DataFrame:
    """A text table of the schema without rows."""
    return pl.DataFrame(schema={ROW: pl.UInt32, **{c.name: pl.String for c in schema.columns}})


def _check_settings(part: Part, schemas: Sequence[Schema], settings: Mapping[str, Any]) -> None:
    known = sorted({c.name for s in schemas for c in s.columns})
    for section in ("columns", "values", "formats", "constants"):
        for name in settings.get(section, {}):
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                raise DataRefused(
                    paragraph(
                        f"partnership.toml maps an unknown column '{name}' in its '{section}'",
                        file=part.label,
                        allowed=", ".join(known),
                        do=f"Did you mean '{near[0]}'?" if near else "Remove it.",
                    )
                )
