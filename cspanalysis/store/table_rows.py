"""Rows of parquet files: stretches that hold an area, whole tables in memory, counts of rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq


class Held(NamedTuple):
    """A table with its text as numbers, and where each district's rows are in it, or each force's.

    Parameters
    ----------
    table : pyarrow.Table
    places : mapping
        District (or force) → the numbers of its rows.
    """

    table: pa.Table
    places: Mapping[Any, np.ndarray]

    @classmethod
    def of(cls, rows: pa.Table, by: str = "district") -> Held:
        table = rows
        if any(column.num_chunks != 1 for column in rows.columns):
            table = rows.unify_dictionaries().combine_chunks()
        key = table[by].chunk(0)
        codes = key.indices.fill_null(len(key.dictionary)).to_numpy()
        order = np.argsort(codes, kind="stable")
        ends = np.searchsorted(codes[order], np.arange(len(key.dictionary) + 1))
        names = key.dictionary.to_pylist()
        return cls(table, {n: order[ends[i] : ends[i + 1]] for i, n in enumerate(names)})

    def rows(self, wanted: Sequence[str] | None, columns: Sequence[str]) -> pa.Table:
        """The rows of some districts, or all, in the order of the files."""
        found = self.table.select(list(columns))
        if wanted is not None:
            parts = [self.places[one] for one in dict.fromkeys(wanted) if one in self.places]
            places = np.sort(np.concatenate(parts)) if parts else np.empty(0, dtype=int)
            found = found.take(pa.array(places))
        return plain(found)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def of_months(paths: list[str], spans: Mapping[str, Sequence[str]], wanted: Any) -> list[str]:
    """The files whose first to last month (`spans`) reaches into the wanted ones; one at least.

    `wanted`: a month, some, from one to another, or None for all; so `Store.load` is asked. A file
    of which no months are known may hold any.
    """
    asked = [wanted] if isinstance(wanted, str) else wanted
    if not asked or None in asked:
        return paths
    first, last = min(asked), max(asked)
    known = ((path, spans.get(path)) for path in paths)
    found = [path for path, span in known if not span or (span[0] <= last and first <= span[1])]
    return found or paths[:1]


def coded(paths: Iterable[Path]) -> pa.Table:
    """Files' rows with text as numbers, as which it lies in them: never laid out as text."""
    parts = []
    for path in paths:
        schema = pq.read_schema(path)
        text = [field.name for field in schema if not pa.types.is_primitive(field.type)]
        parts.append(pq.read_table(path, read_dictionary=text))
    return pa.concat_tables(parts, promote_options="permissive")


def merged(spans: Iterable[Sequence[int]]) -> list[list[int]]:
    """The same rows in spans that do not overlap, in order.

    Those of districts do wherever a file is not sorted by them: no row is to be read twice.
    """
    found: list[list[int]] = []
    for first, stop in sorted(map(tuple, spans)):
        if found and first <= found[-1][1]:
            found[-1][1] = max(found[-1][1], stop)
        else:
            found.append([first, stop])
    return found


def stretches(path: Path, spans: Sequence[Sequence[int]], columns: list[str]) -> pa.Table:
    """Rows of a file, from the first to before the last of each span; no other groups are read.

    `spans`: `merged`.
    """
    with pq.ParquetFile(path) as file:
        sizes = (file.metadata.row_group(i).num_rows for i in range(file.num_row_groups))
        ends = list(itertools.accumulate(sizes))
        starts = [0, *ends[:-1]]
        groups = [
            i
            for i, (start, end) in enumerate(zip(starts, ends, strict=True))
            if any(end > first and start < stop for first, stop in spans)
        ]
        read = file.read_row_groups(groups, columns=columns, use_threads=False)
        parts, begin = [read.slice(0, 0)], 0
        for i in groups:
            for first, stop in spans:
                low, high = max(first, starts[i]), min(stop, ends[i])
                if low < high:
                    parts.append(read.slice(begin + low - starts[i], high - low))
            begin += ends[i] - starts[i]
        return pa.concat_tables(parts)


def sizes(table: pa.Table) -> pa.Table:
    """How many rows of a table are alike, as `count`; text is compared as numbers."""
    names = table.column_names
    columns = [c.dictionary_encode() if _is_text(c.type) else c for c in table.columns]
    coded = pa.table(columns, names=names).unify_dictionaries().combine_chunks()
    alike = coded.group_by(names).aggregate([([], "count_all")])
    return plain(alike.select([*names, "count_all"]).rename_columns([*names, "count"]))


def plain(table: pa.Table) -> pa.Table:
    """The table with categories as the text they stand for."""
    columns = [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in table.columns]
    return pa.table(columns, names=table.column_names)


def condition(where: Mapping[str, Any]) -> pc.Expression | None:
    """What rows have to be, as `Store.load` is asked for them; None where anything will do."""
    whole = None
    for column, wanted in where.items():
        field = ds.field(column)
        if isinstance(wanted, tuple):
            one = (field >= wanted[0]) & (field <= wanted[1])
        elif isinstance(wanted, str) or not isinstance(wanted, Iterable):
            one = field == wanted
        else:
            several = [v for v in wanted if v is not None]
            one = field.isin(several) if several else ds.scalar(False)
            one = one | field.is_null() if None in wanted else one
        whole = one if whole is None else whole & one
    return whole
