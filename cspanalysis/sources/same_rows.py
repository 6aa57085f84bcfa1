"""What several rows give counts once: which row is used, and which others repeat it.

A file is exported again, saved under another name, corrected and sent anew; extracts overlap. What
makes two rows the same thing is stated by the source: `figures` names the key of each figure,
`records` the identifier of a record with its day, or the key of a publisher's table whose rows may
be finer than what is read of them. Of the files that give a key the newest is used, of figures its
last row. Records without an identifier are compared as a whole, and repeat another file only where
most of what both files hold of the same days is the same: two calls can be alike by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from cspanalysis.sources.csv_records import ROW

#: A key: names of columns, or expressions that bear a name.
Key = Sequence["str | pl.Expr"]
#: Above this share of the smaller file's rows of the days that both hold, records repeat another
#: file.
MOST = 0.5
_WHERE = ("file", ROW)
SCHEMA = {
    **{name: pl.UInt32 for name in ("part", "at")}, "file": pl.String, ROW: pl.UInt32,
    **{name: pl.UInt32 for name in ("used_part", "used_at")}, "used_file": pl.String,
    "used_row": pl.UInt32, "is_same": pl.Boolean,
}  # fmt: skip


def repeats(frames: Iterable[pl.DataFrame], key: Key, *, is_figure: bool) -> pl.DataFrame:
    """Rows that repeat another one, of tables by file, the newest last.

    Rows without a value in the first column of the key, or all if there is none, are compared as a
    whole and by day. Of a figure a second row in one file repeats, too. Given are part (number of
    the frame), at (the row in it), file, row, the row used instead (used_part, used_at, used_file,
    used_row), and is_same: it holds the same in every column.
    """
    marked = pl.concat([_marked(frame, key, part) for part, frame in enumerate(frames)])
    found = pl.DataFrame(schema=SCHEMA)
    named = marked.filter("is_named")
    if named.height:
        found = pl.concat([found, _by_key(named, is_figure)])
    alike = marked.filter(~pl.col("is_named"))
    if alike.height:
        found = pl.concat([found, _as_a_whole(alike)])
    return found.sort("part", *_WHERE)


def hashed(frame: pl.DataFrame, key: Key) -> pl.Expr:
    """The key of a table's rows as one number: equal for rows that are the same thing."""
    return pl.struct(
        _plain(frame, pl.col(k) if isinstance(k, str) else k).alias(f"k{at}")
        for at, k in enumerate(key)
    ).hash()


def _marked(frame: pl.DataFrame, key: Key, part: int) -> pl.DataFrame:
    """part, file, row, day, key and whole (hashes), is_named (it has a key)."""
    values = [_plain(frame, pl.col(name)) for name in frame.columns if name not in _WHERE]
    whole = pl.struct(values).hash() if values else pl.lit(0, pl.UInt64)
    is_named = pl.lit(False)
    own = pl.lit(0, pl.UInt64)
    if key:
        first = pl.col(key[0]) if isinstance(key[0], str) else key[0]
        is_named = first.is_not_null()
        own = hashed(frame, key)
    day = next((pl.col(n) for n, dtype in frame.schema.items() if dtype == pl.Date), None)
    return frame.select(
        pl.lit(part, pl.UInt32).alias("part"),
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("at"),
        pl.col("file").cast(pl.String),
        pl.col(ROW).cast(pl.UInt32),
        (pl.lit(None, pl.Date) if day is None else day).alias("day"),
        whole.alias("whole"),
        own.alias("key"),
        is_named.alias("is_named"),
    )


def _plain(frame: pl.DataFrame, column: pl.Expr) -> pl.Expr:
    """A column for comparing: letters' case and the width of spaces do not tell things apart."""
    dtype = frame.lazy().select(column).collect_schema().dtypes()[0]
    if dtype not in (pl.String, pl.Categorical):
        return column
    return column.cast(pl.String).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _by_key(marked: pl.DataFrame, is_figure: bool) -> pl.DataFrame:
    several = marked.filter(pl.len().over("key") > 1).sort("part", *_WHERE).with_row_index("order")
    # Of an identifier's rows in the newest file all are used, of a figure's the last.
    last = "order" if is_figure else "part"
    is_used = pl.col(last) == pl.col(last).max().over("key")
    return _beside(several.filter(~is_used), several.filter(is_used))


def _as_a_whole(marked: pl.DataFrame) -> pl.DataFrame:
    """Rows that stand in a newer file just so, of the files that mostly repeat each other."""
    # What stands twice in a file may be two things: its second repeats only another's second.
    which = pl.int_range(pl.len()).over("part", "whole")
    marked = marked.with_columns(key=pl.struct("whole", which.alias("which")).hash())
    parts = marked.partition_by("part", as_dict=True)
    found = [pl.DataFrame(schema=SCHEMA)]
    for (number,), older in parts.items():
        newer = [
            frame
            for (other,), frame in parts.items()
            if other > number and _repeat_each_other(older, frame)
        ]
        if newer:
            used = pl.concat(newer).sort("part").unique("key", keep="last")
            found.append(_beside(older.join(used, on="key", how="semi"), used))
    return pl.concat(found)


def _repeat_each_other(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    first = pl.max_horizontal(pl.lit(one["day"].min()), pl.lit(other["day"].min()))
    last = pl.min_horizontal(pl.lit(one["day"].max()), pl.lit(other["day"].max()))
    within = (pl.col("day").is_between(first, last)).fill_null(True)
    one, other = one.filter(within), other.filter(within)
    smaller = min(one.height, other.height)
    return one.join(other, on="key", how="semi").height > MOST * smaller


def _beside(repeated: pl.DataFrame, used: pl.DataFrame) -> pl.DataFrame:
    """Repeated rows with the row used instead: one that holds the same if there is one."""
    first = used.unique("key", keep="first", maintain_order=True)
    same = used.unique(["key", "whole"], keep="first", maintain_order=True)
    names = {name: f"used_{name}" for name in ("part", "at", "file", ROW)}
    return (
        repeated.join(same.select("key", "whole", **_as(names, "same")), on=["key", "whole"],
                      how="left")
        .join(first.select("key", **_as(names, "first")), on="key", how="left")
        .with_columns(
            is_same=pl.col("used_row_same").is_not_null(),
            **{
                name: pl.coalesce(f"{name}_same", f"{name}_first") for name in names.values()
            },
        )
        .select(*SCHEMA)
    )  # fmt: skip


def _as(names: Mapping[str, str], suffix: str) -> dict[str, pl.Expr]:
    return {f"{new}_{suffix}": pl.col(old) for old, new in names.items()}
