"""All that is known of one kind of file: its layouts, what it gives, who supplies it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from cspanalysis.domain import total_labels
from cspanalysis.domain.periods import Period
from cspanalysis.sources import table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.column_types import SHORTENED
from cspanalysis.sources.releases import Editions
from cspanalysis.sources.same_rows import Key
from cspanalysis.sources.schema import Column, Schema
from cspanalysis.sources.table import ROW, Context, Read

Tables = dict[str, pl.DataFrame]

#: Share of a list's rows up to which rows alike are taken for chance: on one day in one place.
BY_CHANCE = 0.1


@dataclass(frozen=True)
class Derived:
    """A column that cleaning makes beside those of the layout.

    Parameters
    ----------
    meaning : str
        For the data dictionary.
    value : polars.Expr, optional
        How it is made of the layout's columns; None where check or reader make it.
    after : str
        Column of the layout that it stands behind; behind the last by default.
    """

    meaning: str
    value: pl.Expr | None = None
    after: str = ""


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

    batches: Callable[[Sequence[Part]], list[list[Part]]]
    read: Callable[[Sequence[Part], Sequence[Context]], tuple[Tables, list[Read]]]
    joined: Callable[[Mapping[str, Sequence[pl.DataFrame]], Sequence[str]], Tables]


@dataclass(frozen=True)
class Overlaps:
    """How the rows of files that tell the same months are told apart.

    Parameters
    ----------
    identified : callable
        Parts and contexts → their rows with `overlap.COLUMNS`.
    without : callable
        A table and the (file, row) that another file tells → the tables without them.
    """

    identified: Callable[[Sequence[Part], Sequence[Context]], pl.DataFrame]
    without: Callable[[pl.DataFrame, pl.DataFrame], Tables]


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
        Layouts known, the first that fits is taken; the first gives the table its columns.
    called : str
        What a sentence calls it once it is there; by default as its supplier.
    is_plural : bool
        It 'cover', not 'covers', its months.
    folders : sequence of str
        Further raw folders of its files.
    lodges : mapping
        Raw folder of another source in which its files may lie, too → whether a part is one.
    derived : mapping
        Table → column → what cleaning adds to the layout's columns.
    hidden : sequence of str
        Columns of the layout that serve the derived ones only.
    records, figures : mapping
        Table → columns that make two rows the same record; the same figure, of which the newest
        counts (`same_rows`).
    added : mapping
        Table → columns that may be added up where the settings make rows of one file alike.
    telling : mapping
        Table → what would tell rows apart that a file gives without it.
    editions : mapping
        Table → what an edition of a table that is revised as a whole replaces.
    tally : mapping
        Table → column that says of how many of a file's rows each of its own is the sum.
    totals : str or sequence of str
        Columns in which rows that are the total of others name themselves; they are set aside.
    strangers : tuple of str
        How the names of an archive's members end that are another kind of table.
    endings : tuple of str
        How the names of its files end where they are no tables.
    is_mapped : bool
        `csp map` recognises a partner's own export of it.
    mapped : sequence of str
        Names of the layouts that it recognises so; all by default.
    foreign : str
        A pattern of headings that its files never have; one with them is another thing.
    told : callable, optional
        Whether titles and headings say that a table is one, where columns such as an area and years
        side by side are those of other tables, too; asked by `csp map`.
    is_of_sheets : bool
        Every sheet of a workbook that has a layout of it is read.
    policy : str
        Disclosure policy by default.
    dated : str
        Column of the day or month that tells which months it covers.
    quiet_months : int, optional
        Of a log of dated records, so many months in a row without any are quiet; of more, a file is
        missing.
    since : str
        The first month that its publisher has, 'YYYY-MM'; '' where that is not known.
    years : mapping
        Table of yearly figures → column of the years, and the period of one that begins in a year.
    spans : mapping
        Table of figures of whole periods → column of the periods, and the period of one as it is
        written; None of one that nobody can tell.
    rounds : str
        Column of the years or rounds of figures that are of a day or of a round of asking, and
        cover no months.
    further : mapping
        Table with years of its own beside the first → what a sentence calls it.
    is_monthly : bool
        It is published or kept month by month.
    by_lsoa : bool
        Its rows are in a district by their LSOA through the workspace's lookups.
    check : callable, optional
        Judges the typed table and adds to its account.
    reader : callable, optional
        Reads a part in place of `table.read`.
    combine : callable, optional
        Makes final tables of those (`_…`) that the parts gave.
    small : callable, optional
        What is kept of a table for `combine` once its repeats are known.
    batching : Batching, optional
    overlaps : Overlaps, optional
    """

    name: str
    title: str
    description: str
    supplier: str
    schemas: Sequence[Schema]
    called: str = ""
    is_plural: bool = False
    folders: Sequence[str] = ()
    lodges: Mapping[str, Callable[[Part], bool]] = field(default_factory=dict)
    derived: Mapping[str, Mapping[str, Derived]] = field(default_factory=dict)
    hidden: Sequence[str] = ()
    records: Mapping[str, Key] = field(default_factory=dict)
    figures: Mapping[str, Sequence[str]] = field(default_factory=dict)
    added: Mapping[str, Sequence[str]] = field(default_factory=dict)
    telling: Mapping[str, str] = field(default_factory=dict)
    editions: Mapping[str, Editions] = field(default_factory=dict)
    tally: Mapping[str, str] = field(default_factory=dict)
    totals: str | Sequence[str] = ()
    strangers: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    is_mapped: bool = False
    mapped: Sequence[str] = ()
    foreign: str = ""
    told: Callable[[Sequence[str], Sequence[str]], bool] | None = None
    is_of_sheets: bool = False
    policy: str = "none"
    dated: str = "month"
    quiet_months: int | None = None
    since: str = ""
    years: Mapping[str, tuple[str, Callable[[int], Period]]] = field(default_factory=dict)
    spans: Mapping[str, tuple[str, Callable[[str], Period | None]]] = field(default_factory=dict)
    rounds: str = ""
    further: Mapping[str, str] = field(default_factory=dict)
    is_monthly: bool = False
    by_lsoa: bool = False
    check: Callable[[Read], Read] | None = None
    reader: Callable[[Part, Context], Read] | None = None
    combine: Callable[[Tables], Tables] | None = None
    small: Callable[[Tables], Tables] | None = None
    batching: Batching | None = None
    overlaps: Overlaps | None = None

    @property
    def held(self) -> tuple[str, str]:
        """How a sentence names it once it is there, with its verb: 'the log of calls', 'covers'."""
        return self.called or self.supplier, "cover" if self.is_plural else "covers"

    @property
    def columns(self) -> dict[str, Column]:
        """The columns of all layouts, by name."""
        return {c.name: c for schema in self.schemas for c in schema.columns}

    @property
    def keys(self) -> dict[str, tuple[Key, bool]]:
        """Of each table the key, and whether it is that of a figure."""
        found: dict[str, tuple[Key, bool]] = {n: (key, True) for n, key in self.figures.items()}
        return found | {name: (key, False) for name, key in self.records.items()}

    def read(self, part: Part, context: Context) -> Read:
        """Read a part: the layout's columns, the derived ones, file and row."""
        if self.reader:
            return self.reader(part, context)
        found = table.read(part, self.schemas, context, self.name)
        for column in (self.totals,) if isinstance(self.totals, str) else self.totals:
            label = total_labels.AMONG_RECORDS if self.name in self.records else total_labels.TOTAL
            if self.columns[column].kind == "identifier":
                label = total_labels.AMONG_REFERENCES
            found = found.without_totals(column, label)
        if self.check:
            found = self.check(found)
        derived = self.derived.get(self.name, {})
        made = {name: one.value for name, one in derived.items() if one.value is not None}
        frame = found.frame.with_columns(**made, file=pl.lit(part.label))
        return found.with_frame(frame.select(*self._order(derived), "file", ROW))

    def _order(self, derived: Mapping[str, Derived]) -> list[str]:
        own = [c.name for c in self.schemas[0].columns if c.name not in self.hidden]
        new = {name: one.after or own[-1] for name, one in derived.items() if name not in own}
        return [n for at in own for n in (at, *(name for name, one in new.items() if one == at))]


def month_of(column: str, meaning: str) -> Derived:
    """The month of a day, 'YYYY-MM'."""
    return Derived(meaning, pl.col(column).dt.strftime("%Y-%m"))


def status_of(column: str, noun: str = "", after: str = "") -> dict[str, Derived]:
    """Why a figure (called by `noun`) is missing, and what stood in its place."""
    noun = noun or column
    status = pl.col(f"{column}_status").fill_null("not_available")
    return {
        "status": Derived(f"ok, or why there is no {noun}", status, after),
        "symbol": Derived(f"What stood in the {noun}'s place", pl.col(f"{column}_symbol"), after),
    }


def by_reader(**meanings: str) -> dict[str, Derived]:
    """Columns that check or reader make themselves, with their meanings."""
    return {name: Derived(meaning) for name, meaning in meanings.items()}


def once(found: Read, column: str, day: str, thing: str) -> Read:
    """One row of each record: further rows of a reference and day are set aside.

    A reference that comes again on another day may be a further one or the same still open: both
    count, and are noted. Without a reference two records can be alike by chance: both count. Where
    more are alike than chance would make, each second one is noted.
    """
    key = pl.struct(column, day)
    is_named = pl.col(column).is_not_null() & ~pl.col(column).str.contains(SHORTENED)
    found = found.keep(
        ~is_named | key.is_first_distinct(), column, pl.col(column), f"one row per {thing}",
        f"a further row of a {thing}; it counts once",
    )  # fmt: skip
    later = found.frame.filter(is_named & ~pl.col(column).is_first_distinct())
    # Numbers that begin anew each day are none of a record that comes again: one remark is enough.
    many = later.height > BY_CHANCE * found.frame.height
    found.note(
        later.head(1) if many else later, column, f"one row per {thing}",
        f"the reference has another day, too: each day counts as a {thing} of its own"
        + (f"; so do {later.height - 1:,} further rows" if many and later.height > 1 else ""),
    )  # fmt: skip
    content = [c for c in found.frame.columns if c != ROW]
    alike = found.frame.filter(~is_named & ~pl.struct(content).is_first_distinct())
    if alike.height > BY_CHANCE * found.frame.height:
        found.note(
            alike, "", f"one row per {thing}", "the same as an earlier row; both count", pl.lit("")
        )
        found.problems.notices.append(
            f"{found.problems.file}: {alike.height:,} rows are the same as an earlier row in all "
            f"that is read of them, and there is no reference that tells each {thing}; all count. "
            f"If the list gives one {thing} twice, take the second row out, or add a reference"
        )
    return found


def noted_repeats(column: str, thing: str, written: str) -> Callable[[Read], Read]:
    """A check that notes rows whose identifier another row has, and keeps them."""

    def check(found: Read) -> Read:
        frame = found.frame
        repeats = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_first_distinct())
        found.note(repeats, column, f"one row per {thing}", f"a repeated {written}; rows are kept")
        return found

    return check
