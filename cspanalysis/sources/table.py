"""Reading a raw part against a schema: headings found, cells typed, nothing dropped in silence.

A schema is a list of columns, each with the headings it goes by, the kind of its cells and its
meaning; the data dictionary is made from the same lines. A row stays unless an essential cell has
no value; every other cell that cannot be read is left missing and noted.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from cspanalysis.errors import DataRefused, paragraph
from cspanalysis.sources import kinds, rows
from cspanalysis.sources.opening import Part
from cspanalysis.sources.problems import Problems

ROW = rows.ROW


@dataclass(frozen=True)
class Column:
    """A column of a raw layout.

    Parameters
    ----------
    name : str
        Name in the typed table.
    meaning : str
        For the data dictionary.
    aliases : tuple of str
        Other headings it goes by; case, spaces, hyphens and underscores do not matter.
    kind : str
        A key of `kinds.ALLOWED`.
    required : bool
        Its heading must be there.
    essential : bool
        A row without a value in it is set aside.
    unit : str
        Unit of its values, '' for none.
    allowed : tuple of str or mapping of str to str
        The only values (compared in lower case), or those and what they become.
    pattern : str
        A regular expression that headings may match instead (years in column names).
    """

    name: str
    meaning: str
    aliases: tuple[str, ...] = ()
    kind: str = "text"
    required: bool = False
    essential: bool = False
    unit: str = ""
    allowed: tuple[str, ...] | Mapping[str, Any] = ()
    pattern: str = ""

    @property
    def is_required(self) -> bool:
        """Whether its heading must be there."""
        return self.required or self.essential

    @property
    def allowed_text(self) -> str:
        """What its cells may hold, in words."""
        return ", ".join(map(str, self.allowed)) if self.allowed else kinds.ALLOWED[self.kind]


@dataclass(frozen=True)
class Schema:
    """A raw layout.

    Parameters
    ----------
    name : str
        Short name of the layout.
    meaning : str
        Which files have it, for the data dictionary.
    columns : tuple of Column
        Its columns.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]

    def find(
        self, header: Sequence[str], mapped: Mapping[str, Any] | None = None
    ) -> dict[str, int]:
        """Position in the header of each column that is there, by the column's name.

        `mapped` gives the workspace's own headings; a column named there goes by these alone.
        """
        keys = [_key(h) for h in header]
        found: dict[str, int] = {}
        for column in self.columns:
            own = (mapped or {}).get(column.name)
            names = (
                ([own] if isinstance(own, str) else list(own))
                if own
                else [column.name, *column.aliases]
            )
            for name in names:
                if _key(name) in keys:
                    found[column.name] = keys.index(_key(name))
                    break
            else:
                if column.pattern and not own:
                    for at, key in enumerate(keys):
                        if re.fullmatch(column.pattern, key):
                            found[column.name] = at
                            break
        return found

    def missing(self, found: Mapping[str, int], given: Mapping[str, Any]) -> list[Column]:
        """Required columns that are neither in the header nor constants of the settings."""
        return [c for c in self.columns if c.is_required and c.name not in {*found, *given}]


@dataclass(frozen=True)
class Context:
    """What a reader may know beyond the file.

    Parameters
    ----------
    settings : mapping
        The source's section of partnership.toml: columns, values, constants.
    sidecar : mapping
        The file's provenance.
    lsoas : polars.DataFrame or None
        lsoa_code, district_code, district, from the workspace's lookups.
    correct : callable or None
        Corrections of the register for this part: text table in, (table, problems) out.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    sidecar: Mapping[str, Any] = field(default_factory=dict)
    lsoas: pl.DataFrame | None = None
    correct: Callable[[pl.DataFrame, Problems], pl.DataFrame] | None = None


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
        bad = frame.filter(~mask.fill_null(False))
        self.problems.add_rows(
            bad.select(pl.col(ROW), found.cast(pl.String).alias("found")),
            column, allowed, "set aside", reason,
        )  # fmt: skip
        kept = frame.filter(mask.fill_null(False))
        return replace(self, tables={name: kept}, rows_kept=kept.height)


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
        raw = rows.read(part, fits, stream)
        schema, found = _choose(part, raw.header, schemas, mapped, constants)
        frames, rows_read = [], 0
        for block in raw.blocks:
            rows_read += block.height
            text = _named(block, schema, found, constants)
            if context.correct:
                text = context.correct(text, problems)
            frames.append(typed(text, schema, context.settings.get("values", {}), problems))
    for row, cells, reason in raw.set_aside:
        problems.add(row, "", cells, "one complete record", "set aside", reason)
    if raw.recoded:
        problems.add(
            raw.recoded[0], "", f"{len(raw.recoded):,} lines that are not UTF-8", "UTF-8", "noted",
            "read as Windows-1252",
        )  # fmt: skip
    if not rows_read and not raw.set_aside:
        problems.add(1, "", "a header and no records", "records", "noted", "the file holds no rows")
    frame = pl.concat(frames) if frames else typed(empty(schema), schema, {}, problems)
    return Read(
        {name or schemas[0].name: frame},
        problems,
        rows_read + len(raw.set_aside),
        frame.height,
        schema.name,
    )


def typed(
    text: pl.DataFrame, schema: Schema, values: Mapping[str, Any], problems: Problems
) -> pl.DataFrame:
    """Typed table of a text table whose columns bear the schema's names.

    Rows without a value in an essential column are left out and recorded in `problems`.
    """
    exprs, texts = [pl.col(ROW)], {}
    for column in schema.columns:
        if column.name not in text.columns:
            exprs.append(pl.lit(None, pl.String).alias(column.name))
            continue
        own = {str(k).strip().lower(): v for k, v in values.get(column.name, {}).items()}
        source = kinds.trimmed(column.name) if column.kind != "verbatim" else pl.col(column.name)
        texts[column.name] = source
        if own:
            # '' in a value map speaks of blank cells.
            key = source.fill_null("").str.to_lowercase()
            target = [_as_text(v) for v in own.values()]
            source = key.replace_strict(list(own), target, default=source, return_dtype=pl.String)
        exprs.append(source.alias(column.name))
    plain = text.select(exprs)
    value_exprs = [pl.col(ROW)]
    for column in schema.columns:
        cell = pl.col(column.name)
        value_exprs.append(_value(cell, column).alias(column.name))
        if column.kind == "count":
            value_exprs += [
                kinds.status(cell).alias(f"{column.name}_status"),
                kinds.symbol(cell).alias(f"{column.name}_symbol"),
            ]
        if column.kind == "datetime":
            value_exprs.append(kinds.convert(cell, "has_time").alias(f"{column.name}_has_time"))
    frame = plain.select(value_exprs)
    keep = pl.lit(True)
    for column in schema.columns:
        value = pl.col(column.name)
        if column.kind == "count":
            value = pl.col(f"{column.name}_status")
        is_bad = frame.select(value.is_null()).to_series()
        if column.essential:
            keep = keep & value.is_not_null()
        elif column.name in texts:
            is_bad = is_bad & plain[column.name].is_not_null()
        else:
            continue
        if is_bad.any():
            found = plain.filter(is_bad).select(ROW, pl.col(column.name).alias("found"))
            _record(problems, found, column)
    return frame.filter(keep)


def _record(problems: Problems, found: pl.DataFrame, column: Column) -> None:
    action = "set aside" if column.essential else "noted"
    blank = found.filter(pl.col("found").is_null())
    other = found.filter(pl.col("found").is_not_null())
    problems.add_rows(blank, column.name, column.allowed_text, action, "blank")
    reason = "not " + ("among the allowed values" if column.allowed else column.allowed_text)
    if not column.essential:
        reason += "; left out"
    problems.add_rows(other, column.name, column.allowed_text, action, reason)


def _value(cell: pl.Expr, column: Column) -> pl.Expr:
    if not column.allowed:
        return kinds.convert(cell, column.kind)
    allowed = (
        column.allowed if isinstance(column.allowed, Mapping) else {a: a for a in column.allowed}
    )
    known = {**{_as_text(v).lower(): v for v in allowed.values()}, **allowed}
    key = cell.str.to_lowercase().str.replace_all(r"\s+", " ")
    return key.replace_strict({k.lower(): v for k, v in known.items()}, default=None)


def _named(
    block: pl.DataFrame, schema: Schema, found: Mapping[str, int], constants: Mapping[str, Any]
) -> pl.DataFrame:
    columns = [pl.col(str(at)).alias(name) for name, at in found.items()]
    columns += [
        pl.lit(_as_text(constants[c.name])).alias(c.name)
        for c in schema.columns
        if c.name in constants and c.name not in found
    ]
    return block.select(pl.col(ROW).cast(pl.UInt32), *columns)


def empty(schema: Schema) -> pl.DataFrame:
    """A text table of the schema without rows."""
    return pl.DataFrame(schema={ROW: pl.UInt32, **{c.name: pl.String for c in schema.columns}})


def _choose(
    part: Part,
    header: list[str],
    schemas: Sequence[Schema],
    mapped: Mapping[str, Any],
    constants: Mapping[str, Any],
) -> tuple[Schema, dict[str, int]]:
    best: tuple[int, Schema, list[Column]] | None = None
    for schema in schemas:
        found = schema.find(header, mapped)
        missing = schema.missing(found, constants)
        if not missing:
            return schema, found
        if best is None or len(missing) < best[0]:
            best = (len(missing), schema, missing)
    _, schema, missing = best
    column = missing[0]
    headings = [h.strip() for h in header if h.strip()]
    own = mapped.get(column.name)
    names = (
        ([own] if isinstance(own, str) else list(own)) if own else [column.name, *column.aliases]
    )
    near = difflib.get_close_matches(
        _key(names[0]), {_key(h): h for h in headings if len(h) < 80}, 1, 0.6
    )
    near_heading = next((h for h in headings if near and _key(h) == near[0]), "")
    shown = ", ".join(f"'{h[:40]}'" for h in headings[:20]) + (" …" if len(headings) > 20 else "")
    source = part.file.split("/")[0] if "/" in part.file else schemas[0].name
    raise DataRefused(
        paragraph(
            f"the column is missing (this is read as {schema.meaning}); the columns found are {shown}",
            file=part.label,
            column=names[0],
            allowed=", ".join(f"'{n}'" for n in names),
            do=(f"Is it the column '{near_heading}'? " if near_heading else "")
            + f"Rename the heading, or name it in partnership.toml: [sources.{source}.columns] "
            f'{column.name} = "its heading".',
        )
    )


def _check_settings(part: Part, schemas: Sequence[Schema], settings: Mapping[str, Any]) -> None:
    known = sorted({c.name for s in schemas for c in s.columns})
    for section in ("columns", "values", "constants"):
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


def _as_text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _key(heading: str) -> str:
    return re.sub(r"[^a-z0-9+]+", " ", heading.lower().replace("\ufeff", "")).strip()
