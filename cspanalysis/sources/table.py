"""Reading a raw part against a schema: headings found, cells typed, nothing dropped in silence.

A row stays unless an essential cell has no value; every other cell that cannot be read is left
missing and noted.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import polars as pl

from cspanalysis.domain import district_labels, total_labels
from cspanalysis.domain.errors import DataRefused, paragraph
from cspanalysis.sources import (
    cell_values,
    csv_rows,
    date_orders,
    dates,
    side_by_side,
    unread_columns,
    workbooks,
)
from cspanalysis.sources.archive import Part
from cspanalysis.sources.csv_records import ROW
from cspanalysis.sources.problems import TAKEN, Problems
from cspanalysis.sources.schema import Schema, UnknownLayout, as_text, choose


class Corrections(Protocol):
    """The corrections of one raw part: text table in, text table out, and how often each did."""

    @property
    def corrections(self) -> Sequence[object]: ...

    @property
    def counts(self) -> Mapping[str, int]: ...

    def __call__(self, text: pl.DataFrame, problems: Problems) -> pl.DataFrame: ...


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
    correct : Corrections or None
        Those of the workspace's register.
    names : mapping of str to tuple of str
        Labels of a column that the workspace's settings speak of, and that are therefore known.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    sidecar: Mapping[str, Any] = field(default_factory=dict)
    lsoas: pl.DataFrame | None = None
    correct: Corrections | None = None
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def has_corrections(self) -> bool:
        """Whether the register speaks of this part."""
        return self.correct is not None and bool(self.correct.corrections)


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
    passed : tuple of str
        Of a part that is passed over, what it is and the source that reads it, if any.
    brought : mapping
        Column of a figure's key → value of the settings → the file's own labels for it.
    given : mapping of str to str
        Columns of the layout that the part gives, with their headings, or a constant of the
        settings, with ''.
    titles : tuple of str
        Text above the header.
    released : str
        Day of its release by its own notes, ISO; '' where they do not say.
    names : mapping
        See `Context`.
    """

    tables: dict[str, pl.DataFrame]
    problems: Problems
    rows_read: int
    rows_kept: int
    schema: str
    passed: tuple[str, ...] = ()
    brought: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    released: str = ""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def rows_set_aside(self) -> int:
        """Records not in the typed table, each with a problem that says why."""
        return self.rows_read - self.rows_kept

    @property
    def frame(self) -> pl.DataFrame:
        """Its single table."""
        ((_, frame),) = self.tables.items()
        return frame

    def with_frame(self, frame: pl.DataFrame) -> Read:
        """The same account with another single table."""
        ((name, _),) = self.tables.items()
        return replace(self, tables={name: frame})

    def with_tables(self, **tables: pl.DataFrame) -> Read:
        """The same account with other tables."""
        return replace(self, tables=tables)

    def keep(self, mask: pl.Expr, column: str, found: pl.Expr, allowed: str, reason: str) -> Read:
        """Keep the rows of the single table where `mask` holds; set the others aside."""
        frame = self.frame
        is_kept = frame.select(mask.fill_null(False)).to_series()
        if is_kept.all():
            return self
        bad = frame.filter(~is_kept)
        self.problems.add_rows(
            bad.select(pl.col(ROW), found.cast(pl.String).alias("found")),
            column, allowed, "set aside", reason,
        )  # fmt: skip
        kept = frame.filter(is_kept)
        return replace(self.with_frame(kept), rows_kept=kept.height)

    def note(
        self,
        rows: pl.DataFrame,
        column: str,
        allowed: str,
        reason: str,
        found: pl.Expr | None = None,
    ) -> None:
        """Note rows that are kept; `found` is what is shown of them, by default the column."""
        shown = pl.col(column) if found is None else found
        self.problems.add_rows(
            rows.select(ROW, shown.alias("found")), column, allowed, "noted", reason
        )

    def without_totals(self, column: str, also: str = total_labels.TOTAL) -> Read:
        """Set aside rows that call themselves a total or mean: counted too, they would double.

        `also`: a further pattern of such a label.
        """
        text = pl.col(column).fill_null("")
        return self.keep(
            ~(text.str.contains(total_labels.TOTAL) | text.str.contains(also)),
            column, pl.col(column), "one of the rows a total is made of", "a total of other rows",
        )  # fmt: skip


def read(part: Part, schemas: Sequence[Schema], context: Context, name: str = "") -> Read:
    """Read a part in whichever of the layouts fits its header.

    The table has every column of the layout (missing where the file lacks it) and `row`. Refused if
    a required column is missing, or the part is empty or damaged.
    """
    problems = Problems(part.label)
    mapped = context.settings.get("columns", {})
    constants = context.settings.get("constants", {})
    _check_settings(part, schemas, context.settings)

    def columns(header: list[str]) -> int:
        """How many columns a header names; 0 where it lacks some that must be there."""
        fits = [s.find(header, mapped) for s in schemas]
        fits = [f for s, f in zip(schemas, fits, strict=True) if not s.missing(f, constants)]
        stack = None if fits else side_by_side.needed(schemas, header, mapped, constants)
        return max(map(len, fits), default=0) or (len(stack.header) if stack else 0)

    with part.open() as stream:
        said = context.settings.get("sheet", ())
        meant = [said] if isinstance(said, str) else list(said)
        raw = csv_rows.read(part, columns, stream, max(s.tail for s in schemas), meant)
        if raw.sheet:
            problems.used |= {("sheet", raw.sheet.strip().lower())}
        stack = side_by_side.needed(schemas, raw.header, mapped, constants)
        header = stack.header if stack else raw.header
        schema, found = choose(
            part, header, side_by_side.layouts(schemas, stack), mapped, constants
        )
        frames, rows_read = [], 0
        if stack:
            problems.add(
                1, stack.across.column, stack.told, "a row for each figure", "noted",
                "the figures stand side by side: each cell is read as a row of its own",
            )  # fmt: skip
            if unread := stack.unread(found):
                problems.add(
                    1, stack.across.column, unread, "one of the figures' headings", "noted",
                    "stands beside the figures and is none of them: not read",
                )  # fmt: skip
        if not (stack or context.settings.get("values") or context.has_corrections):
            raw.categories.update(
                str(found[c.name])
                for c in schema.columns
                if c.kind == "category" and c.name in found
            )
        _tell_rivals(schema.candidates(header, mapped), header, mapped, problems)
        problems.used |= schema.matched(header, mapped)
        problems.used |= {("constants", name) for name in constants if name not in found}
        orders = date_orders.Orders(schema, found, header, context.settings)
        rules = unread_columns.rules(header, found, schema, raw.titles, problems)
        for block in raw.blocks:
            rows_read += block.height
            block = _without_notes(block, raw.header, problems)
            if stack:
                rows_read -= block.height
                block = stack.rows(block)
                rows_read += block.height
            block = unread_columns.judged(block, rules, header, problems)
            text = _named(block, schema, found, constants)
            if context.correct:
                text = context.correct(text, problems)
            frames.append(cell_values.typed(text, schema, context.settings, problems, orders.see))
    orders.settle(part, problems)
    for row, said, reason in raw.set_aside:
        problems.add(row, "", said, "one complete record", "set aside", reason)
    for sheet in raw.passed:
        problems.add(1, "", f"the sheet '{sheet}'", "a table", "noted", "no such table; not read")
    for row, said in raw.beside:
        problems.add(row, "", said, "the table's columns", "noted", "text beside the table")
    if raw.recoded:
        problems.add(
            raw.recoded[0], "", f"{len(raw.recoded):,} lines that are not UTF-8", "UTF-8", "noted",
            "read as Windows-1252",
        )  # fmt: skip
    if not rows_read and not raw.set_aside:
        problems.add(1, "", "a header and no records", "records", "noted", "the file holds no rows")
    frame = pl.concat(frames) if frames else cell_values.typed(empty(schema), schema, {}, problems)
    problems.used |= _areas_of(frame, context.names.get("district", ()))
    if rows_read and "district" in {c.name for c in schema.columns} - {*found, *constants}:
        _tell_no_district(part, problems)
    if "district" in {*found, *constants} and part.file.split("/")[0] != "lookups":
        frame = _with_districts(frame, problems, context.names.get("district", ()))
    return Read(
        {name or schemas[0].name: frame},
        problems,
        rows_read + len(raw.set_aside),
        frame.height,
        schema.name,
        given=dict.fromkeys(constants, "") | {name: header[at] for name, at in found.items()},
        titles=tuple(raw.titles),
        names=context.names,
    )


def of_sheets(part: Part, read_one: Callable[[Part], Read]) -> Read:
    """Every sheet of a workbook that has a layout, as one; of another part the part itself.

    Sheets without one are passed over with a remark, unless none has one.
    """
    if not part.is_sheet or isinstance(part, workbooks.Sheet):
        return read_one(part)
    problems, found = Problems(part.label), []
    refusal: UnknownLayout | None = None
    for sheet in workbooks.sheets(part):
        try:
            one = read_one(sheet)
        except UnknownLayout as error:
            refusal = error
            told = f"the sheet '{sheet.member}'"
            problems.add(1, "", told, "a table", "noted", "no such table; not read")
            continue
        problems.include(one.problems)
        found.append(one)
    if not found:
        raise UnknownLayout(str(refusal), part)
    return replace(
        found[0],
        tables={name: pl.concat([one.tables[name] for one in found]) for name in found[0].tables},
        problems=problems,
        rows_read=sum(one.rows_read for one in found),
        rows_kept=sum(one.rows_kept for one in found),
    )


def _areas_of(frame: pl.DataFrame, names: Sequence[str]) -> set[tuple[str, ...]]:
    """Areas that the settings name and a table holds: ('areas', name)."""
    held = {
        str(value).strip()
        for column in ("district", "area")
        if names and frame.schema.get(column) == pl.String
        for value in frame[column].drop_nulls().unique()
    }
    return {("areas", name) for name in names if name in held}


def _tell_no_district(part: Part, problems: Problems) -> None:
    """Remark that rows count for no area, where the column may be missing."""
    problems.add(
        1, "district", "", "the column", "noted", "no such column: the rows count for no district"
    )
    problems.notices.append(
        f"{part.label} has no column of districts, and its rows count for no area. If all are of "
        "one district, say so in partnership.toml, under "
        f'[sources.{part.file.split("/")[0]}.constants]: district = "its name"'
    )


def _tell_rivals(
    candidates: Mapping[str, Sequence[int]],
    header: Sequence[str],
    mapped: Mapping[str, Any],
    problems: Problems,
) -> None:
    """Remark where several headings could be one column, so that the choice is not a silent one."""
    for name, places in candidates.items():
        if len(places) > 1 and name not in mapped:
            first, *others = (f"'{header[at].strip()}'" for at in places)
            problems.add(
                1, name, f"{first}, {', '.join(others)}", "one heading", "noted",
                "several headings go by a name of this column: the first named here is read; name "
                "the right one under columns in partnership.toml",
            )  # fmt: skip
            problems.notices.append(
                f"{problems.file}: {first} is read as {name}, and {', '.join(others)} could be it, "
                "too; which it is can be said under columns in partnership.toml"
            )


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


#: What becomes of rows whose district is not certain.
NO_DISTRICT = "with a district that is not known, counted for no area"


def _with_districts(frame: pl.DataFrame, problems: Problems, own: Sequence[str]) -> pl.DataFrame:
    """Districts as the register spells them; named is what belongs to none."""
    blank = frame.filter(pl.col("district").is_null())
    problems.add_rows(
        blank.select(ROW, pl.lit("").alias("found")), "district", "a district", "noted",
        "blank; the row counts for no district",
    )  # fmt: skip
    written = dict(frame["district"].drop_nulls().value_counts().iter_rows())
    found = {text: district_labels.match(text, own) for text in written}
    unknown = {text: one.near for text, one in found.items() if not one.name}
    if unknown:
        strange = frame.filter(pl.col("district").is_in(list(unknown)))
        for near, rows in (
            strange.select(
                ROW,
                pl.col("district").alias("found"),
                near=pl.col("district").replace({t: " or ".join(n) for t, n in unknown.items()}),
            )
            .partition_by("near", as_dict=True, include_key=False)
            .items()
        ):
            meant = f": {near[0]}?" if near[0] else ""
            problems.add_rows(
                rows, "district", near[0] or "a district of England or Wales", "noted",
                f"no district of this name is known, and the row counts for none{meant}",
            )  # fmt: skip
        proposed = [(text, " or ".join(unknown[text]), written[text]) for text in unknown]
        problems.name("district", proposed, NO_DISTRICT)
    taken = [(t, m.name, written[t]) for t, m in found.items() if m.name and not m.is_plain]
    problems.name("district", taken, TAKEN)
    changed = {text: m.name for text, m in found.items() if m.name and m.name != text}
    return frame.with_columns(pl.col("district").replace(changed)) if changed else frame


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
    dated = {c.name for s in schemas for c in s.columns if c.kind in dates.WITH_FORMAT}
    if strange := next((n for n in settings.get("formats", {}) if n not in dated), None):
        raise DataRefused(
            paragraph(
                f"partnership.toml gives a format of '{strange}', which holds no dates or times",
                file=part.label,
                allowed=", ".join(sorted(dated)) or "none in this file",
                do="Remove it.",
            )
        )
