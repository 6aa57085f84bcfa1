"""The store of cleaned tables: what analysts and chapters load, as pandas frames.

`data/processed/manifest.json` says which files make up each table; nothing else in the folder
counts, so a run that is cut short leaves the last good state. Reading one area's rows from the
tables of a whole country touches only the files and row groups that hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import CspError, NotAvailable, UsageError, paragraph
from cspanalysis.store import citations, partner_files, run_tables, table_rows
from cspanalysis.store.manifest import MANIFEST, PROBLEMS, known

if TYPE_CHECKING:  # what lays tables down imports an engine that reading does without
    from cspanalysis.store.shelf import Holds

_COVERAGE = (
    "source", "force", "month", "rows", "crime", "asb", "without_lsoa", "without_district",
    "status", "reason",
)  # fmt: skip
_PROBLEMS = ("source", "file", "row", "column", "found", "allowed", "action", "reason")
_NULLABLE = {
    pa.int64(): pd.Int64Dtype(),
    pa.int32(): pd.Int32Dtype(),
    pa.uint32(): pd.Int64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
}


#: Results kept for the next reader, each of so many rows at the most: a chapter asks for the
#: same tables many times.
_KEPT_TABLES, _KEPT_ROWS = 24, 60_000


_Read = TypeVar("_Read")

#: Tables whose rows are sorted by district, those that have none last.
_SORTED = frozenset(("police_uk",))
#: More rows than a file holds.
_TO_THE_END = 2**62

#: Small tables of a whole country that each area and each of its peers is looked up in.
_HELD = frozenset(("police_uk_counts",))
#: Further ones of which each area reads its own rows: laid down for a run as they are.
_LAID = frozenset(("boundaries", "lsoas"))

#: Stores by their folder, each with the stamp of its manifest when it was opened.
_OPENED: dict[Path, tuple[list[int], Store]] = {}


def opened(processed: Path) -> Store:
    """The store of a folder, the same one for as long as its manifest is.

    What was read and counted of it serves every later review, and the children of the process.
    """
    path = Path(processed).resolve()
    stamp = whole_files.stamp(path / MANIFEST)
    if path not in _OPENED or _OPENED[path][0] != stamp:
        _OPENED[path] = (stamp, Store(path))
    return _OPENED[path][1]


class Store:
    """Cleaned tables of one workspace.

    Parameters
    ----------
    processed : pathlib.Path
        The workspace's data/processed.
    """

    def __init__(self, processed: Path):
        self.processed = Path(processed)
        self._loaded: dict[Any, pd.DataFrame] = {}
        self._whole: dict[str, table_rows.Held] = {}

    def __repr__(self) -> str:
        return f"<Store of {self.processed}: {', '.join(self.sources()) or 'nothing cleaned'}>"

    def _open(self) -> None:
        """Forget what was read of the manifest."""
        self._loaded.clear()
        self._whole.clear()
        self.__dict__.pop("_manifest", None)

    @cached_property
    def _manifest(self) -> Mapping[str, Any]:
        return known(self.processed)

    @property
    def _holds(self) -> Mapping[str, Holds]:
        """File of a table → what lies where in it, for files that cover many districts."""
        found: dict[str, Holds] = self._manifest.get("holds", {})
        return found

    def tables(self) -> tuple[str, ...]:
        """Names of the tables that hold rows."""
        return tuple(sorted(t for t, entry in self._manifest["tables"].items() if entry["rows"]))

    def sources(self) -> tuple[str, ...]:
        """Names of the sources that have raw files."""
        return tuple(dict.fromkeys(f["source"] for f in self._manifest["files"].values()))

    def has(self, table: str) -> bool:
        """Whether a table is there and holds rows."""
        entry = self._manifest["tables"].get(table)
        return bool(entry and entry["rows"])

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns; none where the workspace has no such table."""
        if table not in self._manifest["tables"]:
            return []
        return list(pq.read_schema(self.processed / self._files(table)[0]).names)

    def load(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Rows of a table.

        Parameters
        ----------
        table : str
            Its name; see docs/data_dictionary.md.
        columns : sequence of str, optional
            Columns wanted, in this order; all by default.
        where : mapping, optional
            Column to a value or a list of values (one of these; None is that there is none), or to
            a pair as a tuple (from the first to the last, both inside).

        Returns
        -------
        pandas.DataFrame
            Text as pandas text, whole numbers and yes/no as nullable types, dates as datetimes.

        Raises
        ------
        NotAvailable
            If the workspace has no such table.
        UsageError
            If a column is unknown.
        """
        key = (table, tuple(columns) if columns is not None else None, repr(where or {}))
        if key not in self._loaded:
            found = self._sound(table, lambda: self._read(table, columns, where))
            if len(found) > _KEPT_ROWS:
                return found
            if len(self._loaded) >= _KEPT_TABLES:
                self._loaded.pop(next(iter(self._loaded)))
            self._loaded[key] = found
        # Shallow: pandas copies on write, so that nobody changes what another reads.
        return self._loaded[key].copy(deep=False)

    def sizes(self, table: str, keys: Sequence[str], where: Mapping[str, Any]) -> pd.DataFrame:
        """How many rows of a table have the same values: counted where they are read.

        Parameters
        ----------
        table, where
            As for `load`.
        keys : sequence of str
            Columns whose values are told apart, a missing value as one of them.

        Returns
        -------
        pandas.DataFrame
            The keys and `count`, sorted by the keys, missing values last.

        Raises
        ------
        NotAvailable, UsageError
            As `load`.
        """
        names, columns = list(keys), list(dict.fromkeys([*keys, *where]))
        condition = table_rows.condition(where)

        def alike(piece: pa.Table) -> pa.Table:
            # Counted file by file: what is not looked at again need not be held for all of them.
            found = table_rows.sizes(piece)
            return found if condition is None else found.filter(condition)

        def read() -> pd.DataFrame:
            parts = self._pieces(table, columns, where, alike)
            found = pa.concat_tables(parts, promote_options="permissive")
            counts = found.group_by(names).aggregate([("count", "sum")])
            counts = counts.select([*names, "count_sum"]).rename_columns([*names, "count"])
            counts = counts.sort_by([(name, "ascending") for name in names])
            rows = counts.to_pandas(types_mapper=_NULLABLE.get, date_as_object=False)
            return rows.astype({"count": "int64"})

        return self._sound(table, read)

    def sums(self, table: str, keys: Sequence[str]) -> list[tuple[Any, ...]]:
        """The `count` of a whole table added up by some columns: a tuple of these and the sum.

        Rows that lack one of the columns are left out. The table is kept in memory.
        """
        names = list(keys)

        def read() -> list[tuple[Any, ...]]:
            self._schema(table, names)
            found = self._held(table).table.group_by(names).aggregate([("count", "sum")])
            columns = table_rows.plain(found.select([*names, "count_sum"])).columns
            every = zip(*(column.to_pylist() for column in columns), strict=True)
            return [row for row in every if None not in row]

        return self._sound(table, read)

    def _sound(self, table: str, read: Callable[[], _Read]) -> _Read:
        """What is read of a table; told in a sentence where its files are gone or damaged."""
        try:
            try:
                return read()
            except FileNotFoundError:
                # Another run cleaned the workspace meanwhile: its manifest names the new files.
                self._open()
                return read()
        except _UNREADABLE as error:
            raise _spoilt(table, error) from error

    def _read(
        self,
        table: str,
        columns: Sequence[str] | None,
        where: Mapping[str, Any] | None,
    ) -> pd.DataFrame:
        schema = self._schema(table, [*(columns or ()), *(where or {})])
        condition, wanted = table_rows.condition(where or {}), (where or {}).get("district")
        names = list(columns) if columns is not None else schema.names
        needed = list(dict.fromkeys([*names, *(where or {})]))
        if table in _HELD:
            districts = [wanted] if isinstance(wanted, str) else wanted
            found = self._held(table).rows(districts, needed)
        elif laid := run_tables.get(self.processed, table) if table in _LAID else None:
            found = laid.select(needed)
        else:
            parts = [table_rows.plain(part) for part in self._pieces(table, needed, where or {})]
            found = pa.concat_tables(parts, promote_options="permissive")
        found = (found if condition is None else found.filter(condition)).select(names)
        return found.to_pandas(types_mapper=_NULLABLE.get, date_as_object=False)

    def _schema(self, table: str, columns: Iterable[str]) -> pa.Schema:
        """Columns and types of a table, once these columns are known to be there."""
        if table not in self._manifest["tables"]:
            raise NotAvailable(table)
        schema = pq.read_schema(self.processed / self._files(table)[0])
        for name in columns:
            if name not in schema.names:
                raise UsageError(
                    paragraph(
                        f"the table '{table}' has no column '{name}'",
                        allowed=", ".join(schema.names),
                    )
                )
        return schema

    def _pieces(
        self,
        table: str,
        columns: list[str],
        where: Mapping[str, Any],
        made: Callable[[pa.Table], pa.Table] = lambda rows: rows,
    ) -> list[pa.Table]:
        """What is made of rows among which are all those wanted: of files of many areas theirs."""
        schema, wanted = self._schema(table, [*columns, *where]), where.get("district")
        paths = self._files(table, where.get("month"))
        districts = [wanted] if isinstance(wanted, str) else wanted
        is_findable = table in _SORTED or (isinstance(districts, list) and None not in districts)
        if isinstance(districts, list) and is_findable and all(p in self._holds for p in paths):
            return self._of_districts(paths, districts, columns, made)
        files = [str(self.processed / p) for p in paths]
        data = ds.dataset(files, schema=schema, format="parquet")
        return [made(data.to_table(columns=columns, filter=table_rows.condition(where)))]

    def _files(self, table: str, months: Any = None) -> list[str]:
        """Files of a table that may hold rows of some months, as `load` is asked for them."""
        paths: list[str] = self._manifest["tables"][table]["files"]
        spans = {path: self._holds[path]["months"] for path in paths if path in self._holds}
        return table_rows.of_months(paths, spans, months)

    def sizes_by_file(self, table: str, keys: Sequence[str], where: Mapping[str, Any]) -> pa.Table:
        """`sizes` of a table too large to be read at once, each file by itself: not added up.

        `where`: of the keys.
        """
        condition = table_rows.condition(where)

        def counted(path: str) -> pa.Table:
            rows = pq.ParquetFile(self.processed / path).read(list(keys), use_threads=False)
            found = table_rows.sizes(rows)
            # The few that differ are looked through sooner than all rows.
            return found if condition is None else found.filter(condition)

        with ThreadPoolExecutor(2) as pool:
            parts = list(pool.map(counted, self._files(table, where.get("month"))))
        return pa.concat_tables(parts, promote_options="permissive")

    def _held(self, table: str) -> table_rows.Held:
        """A whole table in memory: what every area asks for again and again."""
        if table not in self._whole:
            whole = run_tables.get(self.processed, table) or self._coded(table)
            self._whole[table] = table_rows.Held.of(whole)
        return self._whole[table]

    def _coded(self, table: str) -> pa.Table:
        return table_rows.coded([self.processed / path for path in self._files(table)])

    def prepare(self) -> None:
        """Lay the tables that every area is looked up in down for the run (`run_tables`)."""
        for table in filter(self.has, _HELD):
            run_tables.put(self.processed, table, self._coded(table))
        for table in filter(self.has, _LAID):
            rows = pa.concat_tables(self._pieces(table, self.columns(table), {}))
            run_tables.put(self.processed, table, rows)

    def _of_districts(
        self,
        paths: Sequence[str],
        districts: Sequence[str],
        columns: list[str],
        made: Callable[[pa.Table], pa.Table],
    ) -> list[pa.Table]:
        """What is made of the files' stretches in which rows of the districts lie, in their order.

        None among the districts: rows that have none, which lie behind all others.
        """
        spans = {}
        for path in paths:
            holds = self._holds[path]["districts"]
            found = [holds[d] for d in {*districts} & {*holds}]
            if None in districts:
                found.append([max((stop for _, stop in holds.values()), default=0), _TO_THE_END])
            spans[path] = table_rows.merged(found)

        def read(path: str) -> pa.Table:
            return made(table_rows.stretches(self.processed / path, spans[path], columns))

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(read, [p for p in paths if spans[p]] or paths[:1]))

    def account(self) -> pd.DataFrame:
        """Row account by raw part.

        Returns
        -------
        pandas.DataFrame
            source, file, member, layout, rows_read, rows_kept, rows_set_aside, rows_noted, sha256.
        """
        columns = (
            "source", "file", "member", "layout", "rows_read", "rows_kept", "rows_set_aside",
            "rows_noted",
        )  # fmt: skip
        parts = self._manifest["parts"].values()
        table = pd.DataFrame([[p[c] for c in columns] for p in parts], columns=list(columns))
        hashes = {file: entry["sha256"] for file, entry in self._manifest["files"].items()}
        return table.assign(sha256=[hashes.get(p["file"], "") for p in parts])

    def problems(self) -> pd.DataFrame:
        """Problems row by row; of a file, column and reason beyond the first 1,000 each value once.

        Returns
        -------
        pandas.DataFrame
            source, file, row, column, found, allowed, action ('set aside', 'noted', 'corrected'),
            reason.
        """
        path = self.processed / PROBLEMS
        if not path.is_file():
            return pd.DataFrame(columns=list(_PROBLEMS))
        return pd.read_csv(path, dtype={"row": "Int64"}, keep_default_na=False)

    def problem_counts(self) -> pd.DataFrame:
        """Exact numbers of problems: source, file, column, action, reason, count."""
        rows = [
            [part["source"], label, *counted]
            for label, part in self._manifest["parts"].items()
            for counted in part["problems"]
        ]
        columns = ["source", "file", "column", "action", "reason", "count"]
        return pd.DataFrame(rows, columns=columns)

    def coverage(self) -> pd.DataFrame:
        """Coverage of street-level data by force and month.

        Returns
        -------
        pandas.DataFrame
            source, force, month, rows, crime, asb, without_lsoa, without_district (of the rows),
            status ('ok', 'incomplete', 'unlocated', 'missing'), reason; no rows where the
            workspace has no such data.
        """
        if not self.has("coverage"):
            return pd.DataFrame(columns=list(_COVERAGE))
        return self.load("coverage")

    def citation(self, source: str) -> dict[str, Any]:
        """What to print about a source.

        Returns
        -------
        dict
            source, title, publisher, licence, attribution, as_of (ISO date of the newest file, ''
            if not stated), synthetic, files (names).
        """
        return citations.citation(self._manifest, source)

    def inputs(self) -> dict[str, str]:
        """Raw file, relative to the workspace, to its sha256."""
        return {f"data/raw/{f}": e["sha256"] for f, e in self._manifest["files"].items()}

    def open_files(self, protected: Collection[str] = ()) -> frozenset[str]:
        """Raw files that a public report may name: openly licensed, of no protected source."""
        return partner_files.open_files(self._manifest, protected)

    def notices(self, protected: Collection[str] | None = None) -> tuple[str, ...]:
        """What the last cleaning remarked; given protected sources, what the public may read."""
        if protected is not None:
            return partner_files.notices(self._manifest, protected)
        return tuple(self._manifest["notices"])


#: What reading a file brings that is gone, cut short or not what it was; OSError covers the first.
_UNREADABLE = (OSError, pa.ArrowException)


def _spoilt(table: str, error: Exception) -> CspError:
    what = "gone" if isinstance(error, FileNotFoundError) else "damaged"
    return CspError(
        paragraph(
            f"a file of the table '{table}' is {what}", file="data/processed", do="Run: csp clean"
        )
    )
