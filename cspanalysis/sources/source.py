"""All that is known of one kind of file: its layouts, what it gives, who supplies it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Schema
from cspanalysis.sources.table import ROW, Context, Read

Tables = dict[str, pl.DataFrame]
Key = Sequence[str | pl.Expr]


@dataclass(frozen=True)
class Derived:
    """A column that cleaning makes beside those of the layout.

    Parameters
    ----------
    meaning : str
        For the data dictionary.
    value : polars.Expr, optional
        How it is made of the layout's columns; None where the reader makes it itself.
    """

    meaning: str
    value: pl.Expr | None = None


@dataclass(frozen=True)
class Batching:
    """How a source of many small files reads several in one go.

    Parameters
    ----------
    batches : callable
        Parts → lists of parts that are read together.
    read : callable
        Parts and contexts → tables of all, and the account of each.
    joined : callable
        Tables read before and now, and the labels in order → one table each.
    """

    batches: Callable[[list[Part]], list[list[Part]]]
    read: Callable[[list[Part], list[Context]], tuple[Tables, list[Read]]]
    joined: Callable[[Mapping[str, list[pl.DataFrame]], Sequence[str]], Tables]


@dataclass(frozen=True)
class Source:
    """One kind of file: a publisher's or a partner's.

    Parameters
    ----------
    name : str
        Raw folder, table, module and test.
    title, description : str
        For the data dictionary and the note that `csp init` writes.
    supplier : str
        Who has it, as a noun phrase: '… would supply it'.
    schemas : sequence of Schema
        Layouts known, the first that fits is taken.
    derived : mapping
        Table → column → what cleaning adds to the layout's columns.
    hidden : sequence of str
        Columns of the layout that serve the derived ones only.
    records, figures : mapping
        Table → columns that make two rows the same record; the same figure, of which the newest
        counts (`once.repeats`).
    totals : str
        Column in which rows that are the total of others name themselves; they are set aside.
    members : str
        How the names of its members in an archive end.
    policy : str
        Disclosure policy by default.
    quiet_months : int, optional
        So many months in a row without a record are quiet; of more, a file is missing. None: its
        records bear no dates.
    check : callable, optional
        Judges the typed table and adds to its account.
    reader : callable, optional
        Reads a part in place of `table.read`.
    combine : callable, optional
        Makes final tables of those (`_…`) that the parts gave.
    small : callable, optional
        What is kept of a table for `combine` once its repeats are known.
    batching : Batching, optional
    """

    name: str
    title: str
    description: str
    supplier: str
    schemas: Sequence[Schema]
    derived: Mapping[str, Mapping[str, Derived]] = field(default_factory=dict)
    hidden: Sequence[str] = ()
    records: Mapping[str, Key] = field(default_factory=dict)
    figures: Mapping[str, Key] = field(default_factory=dict)
    totals: str = ""
    members: str = ""
    policy: str = "none"
    quiet_months: int | None = None
    check: Callable[[Read], Read] | None = None
    reader: Callable[[Part, Context], Read] | None = None
    combine: Callable[[Tables], Tables] | None = None
    small: Callable[[Tables], Tables] | None = None
    batching: Batching | None = None

    def read(self, part: Part, context: Context) -> Read:
        """Read a part: the layout's columns, the derived ones, file and row.

        Raises
        ------
        DataRefused
            If no row of it can be used as it is.
        """
        if self.reader:
            return self.reader(part, context)
        found = table.read(part, self.schemas, context, self.name)
        if self.totals:
            found = found.without_totals(self.totals)
        if self.check:
            found = self.check(found)
        derived = self.derived.get(self.name, {})
        made = {name: one.value for name, one in derived.items() if one.value is not None}
        frame = found.tables[self.name].with_columns(**made, file=pl.lit(part.label))
        own = [c for c in frame.columns if c not in (*self.hidden, *made, "file", ROW)]
        return found.with_tables(**{self.name: frame.select(*own, *made, "file", ROW)})


def noted_repeats(column: str, thing: str, written: str) -> Callable[[Read], Read]:
    """A check that notes rows whose identifier another row has, and keeps them."""

    def check(found: Read) -> Read:
        ((_, frame),) = found.tables.items()
        repeats = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_first_distinct())
        found.problems.add_rows(
            repeats.select(ROW, pl.col(column).alias("found")),
            column, f"one row per {thing}", "noted", f"a repeated {written}; rows are kept",
        )  # fmt: skip
        return found

    return check
