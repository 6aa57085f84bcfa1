"""Which published cells add up to which: every cell as a set of indivisible parts.

A cell says where it lies in each dimension: a label, a span (of months, of ages) or all of it.
Spans are cut at every end that occurs, so that April to September and the whole year, or ages
15 to 24 and 10 to 19, stand in the relation they really have. Two cells add up to a third if
their parts do.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis.domain.errors import UsageError
from cspanalysis.domain.periods import Period

TOTALS = frozenset({"total", "all", "persons", "both", "both sexes", "overall", "everyone"})
TIMES = ("month", "period", "year", "school_year")
#: Dimensions whose rows have an order of their own.
ORDERED = (*TIMES, "age_band", "age", "weekday", "hour", "month_of_year")

_NOT_DIMENSIONS = frozenset(
    {
        "status",
        "symbol",
        "verdict",
        "verdict_998",
        "verdict_by_chance",
        "verdict_widened",
        "method",
        "signal",
        "signal_text",
        "reason",
        "definition",
    }
    | {"note", "notes", "season_status", "compare", "file", "counted", "unit", "source"}
    | {"action_status", "rounded_to", "hidden_below", "not_estimated", "members"}
)
_NUMERIC_DIMENSIONS = frozenset({"year", "school_year", "weekday", "hour", "month_of_year", "age"})
_YEARS = re.compile(r"(\d{4})\s*[/-]\s*(\d{2}|\d{4})")
_AGES = (
    (re.compile(r"(\d+)\s*(?:-|–|to)\s*(\d+)"), lambda m: (int(m[1]), int(m[2]) + 1)),
    (re.compile(r"(\d+)\s*(?:\+|and over|or over|and older)"), lambda m: (int(m[1]), np.inf)),
    (re.compile(r"over (\d+)"), lambda m: (int(m[1]) + 1, np.inf)),
    (re.compile(r"under (\d+)"), lambda m: (0, int(m[1]))),
    (re.compile(r"(\d+)"), lambda m: (int(m[1]), int(m[1]) + 1)),
)
#: Most cells × parts of one problem: some seconds and 30 MB.
_MOST = 30_000_000


class TooMany(ValueError):
    """More cells and parts than can be looked at in bounded time."""


@dataclass(frozen=True)
class Cell:
    """A count as published, or hidden.

    Parameters
    ----------
    where : mapping of str to object
        Dimension → label; a dimension that is left out (or a total's label) means all of it, a
        frozenset several labels together.
    low, high : float
        Lowest and highest value the reader can know before any arithmetic; equal if shown exact.
    is_hidden : bool
    origin : object
        Where it was published, for messages.
    """

    where: Mapping[str, Any]
    low: float
    high: float
    is_hidden: bool = False
    origin: Any = field(default=None, compare=False)


def is_total(label: Any) -> bool:
    """True if a label stands for the whole of its dimension."""
    if label is None or (not isinstance(label, tuple) and pd.isna(label)):
        return True
    text = str(label).strip().lower()
    return text == "" or text in TOTALS or text.startswith("all ")


def dimensions(table: pd.DataFrame) -> tuple[str, ...]:
    """Columns of a result table that say what a row counts, by their names and types."""
    return tuple(
        str(name)
        for name, kind in table.dtypes.items()
        if _may_be(str(name))
        and not pd.api.types.is_bool_dtype(kind)
        and (name in _NUMERIC_DIMENSIONS or not pd.api.types.is_numeric_dtype(kind))
    )


def dimensions_of(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The same for published rows, without a frame for each finding, which takes long."""
    found = []
    for name in filter(_may_be, dict.fromkeys(name for row in rows for name in row)):
        values = [row.get(name) for row in rows]
        flags = sum(isinstance(value, bool) for value in values)
        known = [value for value in values if value is not None]
        is_numeric = bool(known) and not flags and all(isinstance(v, Number) for v in known)
        if flags < len(rows) and (name in _NUMERIC_DIMENSIONS or not is_numeric):
            found.append(name)
    return tuple(found)


@functools.cache
def _may_be(name: str) -> bool:
    is_said = name.endswith(("_method", "_verdict", "_note", "_status"))
    is_known = name in _NOT_DIMENSIONS or name.startswith(("is_", "has_", "compare_"))
    return not is_known and not is_said


def is_dimension(name: str, value: Any) -> bool:
    """The same for a cell alone: published rows are many, and a frame for each takes long."""
    if not _may_be(name):
        return False
    # Text first: to ask a number's kind takes long.
    if isinstance(value, str):
        return True
    return not isinstance(value, bool | np.bool_) and (
        name in _NUMERIC_DIMENSIONS or not isinstance(value, Number)
    )


def span(dimension: str, label: Any) -> tuple[float, float] | None:
    """A label as a span of months or ages; None if it is none."""
    text = str(label).strip().lower()
    if dimension == "age_band":
        for pattern, ends in _AGES:
            if found := pattern.fullmatch(text):
                return ends(found)
        return None
    if dimension not in TIMES:
        return None
    if dimension in ("month", "period"):
        try:
            period = Period.parse(text)
        except UsageError:
            return None
        return period.first, period.last + 1
    if found := _YEARS.fullmatch(text):
        start = int(found[1])
        period = (Period.academic_year if dimension == "school_year" else Period.financial_year)(
            start
        )
    elif re.fullmatch(r"\d{4}(\.0)?", text):
        period = Period.calendar_year(int(float(text)))
    else:
        return None
    return period.first, period.last + 1


def located(where: Mapping[str, Any], default_time: str = "") -> dict[str, Any]:
    """A row's place with its time columns made one span `time`; totals are left out.

    `where`: dimension → label as in the row. `default_time`: period (`YYYY-MM/YYYY-MM`) that rows
    without a time column belong to.
    """
    place = {k: v for k, v in where.items() if k not in TIMES and not is_total(v)}
    for name in TIMES:
        if name in where and not is_total(where[name]):
            place["time"] = span(name, where[name]) or str(where[name])
            return place
    if default_time:
        place["time"] = span("period", default_time) or default_time
    return place


def membership(cells: Sequence[Cell], *, is_complete: bool = True) -> np.ndarray:
    """Which part belongs to which cell.

    `cells`: with places as `located` makes them. `is_complete`: whether the labels of a dimension
    make up the whole; else an unnamed rest is added. Returns: 0/1, a row per cell, a column per
    part; parts that no cell tells apart are one.
    """
    names = sorted({name for cell in cells for name in cell.where})
    by_name = [_parts(name, cells, is_complete) for name in names]
    size = int(np.prod([m.shape[1] for m in by_name], initial=1))
    if size * len(cells) > _MOST:
        raise TooMany(f"{len(cells)} cells of {size} parts: protect year by year, or area by area")
    columns = np.ones((len(cells), 1), dtype=bool)
    for part in by_name:
        columns = (columns[:, :, None] & part[:, None, :]).reshape(len(cells), -1)
        columns = np.unique(columns[:, columns.any(axis=0)], axis=1)
    return columns


def _parts(name: str, cells: Sequence[Cell], is_complete: bool) -> np.ndarray:
    """Cell × part of one dimension."""
    labels = [cell.where.get(name) for cell in cells]
    spans = [
        label
        if isinstance(label, tuple)
        else (None if label is None or isinstance(label, frozenset) else span(name, label))
        for label in labels
    ]
    ends = sorted({end for s in spans if s for end in s})
    named = [
        _named(x) if x is not None and not s else () for x, s in zip(labels, spans, strict=True)
    ]
    texts = list(dict.fromkeys(text for one in named for text in one))
    segments = list(itertools.pairwise(ends))
    rest = 0 if is_complete else 1
    parts = np.zeros((len(cells), len(segments) + len(texts) + rest), dtype=bool)
    for row, (label, covered) in enumerate(zip(labels, spans, strict=True)):
        if label is None:
            parts[row] = True
        elif covered:
            for i, (start, stop) in enumerate(segments):
                parts[row, i] = covered[0] <= start and stop <= covered[1]
        else:
            for text in named[row]:
                parts[row, len(segments) + texts.index(text)] = True
    return np.unique(parts, axis=1)


def _named(label: Any) -> Sequence[str]:
    """A label, or those of several that are taken together."""
    if label is None:
        return ()
    return sorted(map(str, label)) if isinstance(label, frozenset) else [str(label)]


def unlisted(places: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Combinations that a table of some level leaves out though it lists most: they are zero."""
    levels: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for place in places:
        levels.setdefault(tuple(sorted(place)), []).append(place)
    missing = []
    for names, rows in levels.items():
        grid = [sorted({row[n] for row in rows}, key=str) for n in names]
        size = int(np.prod([len(g) for g in grid], initial=1))
        listed = {tuple(row[n] for n in names) for row in rows}
        if len(names) > 1 and len(listed) < size <= 2 * len(listed):
            missing += [
                dict(zip(names, combination, strict=True))
                for combination in itertools.product(*grid)
                if combination not in listed
            ]
    return missing
