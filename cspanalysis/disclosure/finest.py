"""Protecting the finest table once, so that no two findings differ by a hidden cell."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cspanalysis.disclosure import cells as cells_
from cspanalysis.disclosure.apply import apply
from cspanalysis.disclosure.protect import Protect

_RULES = ("hidden_below", "rounded_to")

#: What the total over a dimension is called, where it is not 'total'.
TOTAL_LABELS = {"sex": "persons", "age_band": "all ages"}


def protect_finest(
    table: pd.DataFrame,
    protect: Protect,
    *,
    edition: str,
    dimensions: Sequence[str],
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """The finest table that may appear, with all its margins, protected together.

    `table`: a row per combination of `dimensions`; combinations left out are zero. Rows that are
    totals already (as a publisher gives them) are kept, the other totals are summed here, before
    anything is rounded. `protect`: `counts` names the columns to protect and to add up. `edition`:
    'public' or 'partner'. `dimensions`: columns that tell the rows apart. `keep`: those of them
    over which nothing is totalled: years, usually. Returns: `dimensions`, the counts, status,
    symbol; totals are labelled 'persons', 'all ages', 'total'.
    """
    dims, counts = list(dimensions), [c for c in protect.counts if c in table]
    added = [d for d in dims if d not in keep]
    base = table[[*dims, *counts]].copy()
    for column in ("status", "symbol"):
        default = "ok" if column == "status" else ""
        base[column] = table[column].fillna(default) if column in table else default
    for d in added:
        base[d] = base[d].astype(object).mask(base[d].map(cells_.is_total), _total_label(d))
    groups = base.groupby(list(keep), sort=False) if keep else [((), base)]
    protected = []
    for key, group in groups:
        fixed = dict(zip(keep, key if isinstance(key, tuple) else (key,), strict=True))
        full = _with_margins(group, fixed, added, dims, counts)
        protected.append(apply(full, protect, edition=edition))
    return pd.concat(protected, ignore_index=True)


def aggregate(
    protected: pd.DataFrame,
    by: Sequence[str],
    *,
    where: Mapping[str, Any] | None = None,
    counts: Sequence[str] = ("count",),
) -> pd.DataFrame:
    """Rows of a protected finest table, by some of its dimensions, totalled over the others.

    Takes the protected total where the table holds it. A total it does not hold is summed from its
    parts if all of these are shown and exact; otherwise it is missing, never a part of a sum.

    `protected`: from `protect_finest`. `by`: dimensions to tell apart. `where`: dimension → label,
    or list of labels, to choose; a list is summed. `counts`: count columns. Returns: `by`, counts,
    status, symbol [, hidden_below, rounded_to].
    """
    chosen = dict(where or {})
    rows = protected
    for name, label in chosen.items():
        rows = rows[rows[name].isin(label if isinstance(label, list | tuple) else [label])]
    dims = [d for d in cells_.dimensions(protected) if d in protected]
    single = {n for n, label in chosen.items() if not isinstance(label, list | tuple)}
    open_ = [d for d in dims if d not in by and d not in single and d not in chosen]
    many = [d for d in chosen if d not in single and d not in by]
    for d in by:
        if d not in chosen:
            rows = rows[~rows[d].map(cells_.is_total)]
    totals = rows
    for d in open_:
        stored = totals[totals[d].map(cells_.is_total)]
        totals = stored if len(stored) else totals
    extra = ["status", "symbol", *(c for c in _RULES if c in rows)]
    if not many and not totals.duplicated(list(by)).any():
        return totals[[*by, *counts, *extra]].reset_index(drop=True)
    summed = [
        _sum(part, dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True)), counts)
        for key, part in (totals.groupby(list(by), sort=False) if by else [((), totals)])
    ]
    return pd.DataFrame(summed, columns=[*by, *counts, *extra])


def _sum(part: pd.DataFrame, place: dict[str, Any], counts: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = dict(place)
    is_rounded = "rounded_to" in part and len(part) > 1
    for name in counts:
        row[name] = np.nan if is_rounded else part[name].astype(float).sum(skipna=False)
    hidden = part["status"] == "suppressed"
    missing = any(np.isnan(row[name]) for name in counts)
    row["status"] = "suppressed" if hidden.any() else "not_available" if missing else "ok"
    row["symbol"] = "c" if hidden.any() else ""
    row |= {name: part[name].iloc[0] for name in _RULES if name in part}
    return row


def _with_margins(
    group: pd.DataFrame,
    fixed: dict[str, Any],
    added: list[str],
    dims: list[str],
    counts: list[str],
) -> pd.DataFrame:
    """The rows of one group, every combination of labels, then every total not yet there."""
    known = {
        tuple(row[d] for d in added): row
        for row in group.drop_duplicates(added, keep="first").to_dict("records")
    }
    if len(known) < len(group):
        raise ValueError(f"rows are not told apart by {', '.join(dims)}")
    labels = {
        d: [x for x in dict.fromkeys(group[d]) if not cells_.is_total(x)] or [_total_label(d)]
        for d in added
    }
    grid = []
    for combination in itertools.product(*(labels[d] for d in added)):
        empty = {**fixed, **dict(zip(added, combination, strict=True)), **dict.fromkeys(counts, 0)}
        grid.append(known.get(combination, {**empty, "status": "ok", "symbol": ""}))
    inner = pd.DataFrame(grid, columns=[*dims, *counts, "status", "symbol"])
    rows = list(grid)
    for size in range(1, len(added) + 1):
        for over in itertools.combinations(added, size):
            kept = [d for d in added if d not in over]
            for key, part in inner.groupby(kept, sort=False) if kept else [((), inner)]:
                total = {**fixed, **dict(zip(kept, key if kept else (), strict=True))}
                total |= {d: _total_label(d) for d in over}
                combination = tuple(total[d] for d in added)
                if combination in known:
                    row = known[combination]
                    if any(r is row for r in rows):
                        continue
                    rows.append(row)
                else:
                    rows.append(_sum(part.drop(columns=dims), total, counts))
    full = pd.DataFrame(rows, columns=[*dims, *counts, "status", "symbol"])
    return full.drop_duplicates(dims, ignore_index=True)


def _total_label(dimension: str) -> str:
    return TOTAL_LABELS.get(dimension, "total")
