"""Protecting one result table, where a Finding is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cspanalysis.disclosure import cells as cells_
from cspanalysis.disclosure import policies
from cspanalysis.disclosure.cells import Cell
from cspanalysis.disclosure.policies import DERIVED, FURTHER, POLICIES, SYMBOLS
from cspanalysis.disclosure.secondary import further


@dataclass(frozen=True)
class Protect:
    """How one result table is protected.

    Parameters
    ----------
    policy : {'none', 'hes', 'threshold', 'dfe'}
        The policy of the table's source.
    counts : tuple of str
        Columns that hold counts of people or events.
    derived : tuple of str
        Columns computed from those counts, hidden with them; default: those of `DERIVED`.
    by : tuple of str
        Columns within whose groups the counts add up to a total that is published elsewhere.
    threshold : int
        Counts from 1 to threshold - 1 are hidden under policy 'threshold'; at least 3.
    base : str
        Column with the whole of which a count is a share ('' = none): the count is hidden too
        where the rest, base - count, is small.
    derive : callable, optional
        Makes the derived columns anew from the protected table. Needed under `hes` where they
        were computed from unrounded counts.
    released : tuple of str
        Derived columns computed before protection that may stay as they are where their own
        count is shown: standardised rates, which no reader can turn back into a count.

    Raises
    ------
    ValueError
        If the policy is unknown or the threshold hides nothing.
    """

    policy: str = "none"
    counts: tuple[str, ...] = ("count",)
    derived: tuple[str, ...] = tuple(DERIVED)
    by: tuple[str, ...] = ()
    threshold: int = 5
    base: str = "total"
    derive: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    released: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise ValueError(f"policy '{self.policy}' is none of {', '.join(POLICIES)}")
        if self.policy == "threshold" and self.threshold < 3:
            raise ValueError("a threshold under 3 hides nothing: the symbol itself is the value")

    @property
    def width(self) -> int:
        """How far apart the values that a hidden cell may have must at least lie."""
        # National practice for hospital counts relies on rounding: no cell may be pinned down.
        # Where totals are exact, at least three values must remain possible.
        return 1 if self.policy == "hes" else min(2, self.threshold - 2)


def apply(table: pd.DataFrame, protect: Protect | None, *, edition: str) -> pd.DataFrame:
    """The table as the edition may show it; the input stays as it is.

    Parameters
    ----------
    table : pandas.DataFrame
        Tidy result; see the package's docstring for dimension columns and totals.
    protect : Protect or None
        None (or policy 'none') returns a copy.
    edition : {'public', 'partner'}

    Returns
    -------
    pandas.DataFrame
        Hidden counts and what was derived from them missing, `status` 'suppressed', `symbol`
        what is shown instead; under `hes` a column `rounded_to`. Protecting again changes nothing.

    Raises
    ------
    ValueError
        If derived columns would give the unrounded counts away (see `Protect.derive`).
    DisclosureFailed
        If published totals (`by`) give cells away whatever else is hidden.
    """
    shown = table.copy()
    if protect is None or protect.policy == "none" or shown.empty:
        return shown
    names = [c for c in protect.counts if c in shown] + [
        c for c in ("compare_count",) if c in shown and c not in protect.counts
    ]
    _prepare(shown, names, SYMBOLS[protect.policy])
    if protect.policy == "dfe" or edition == "partner":
        _hide_derived(shown, names, protect)
        return shown
    was_rounded = False
    small_anywhere = np.zeros(len(shown), dtype=bool)
    further_anywhere = np.zeros(len(shown), dtype=bool)
    for name in names:
        counts = shown[name].to_numpy(dtype=float)
        small = policies.is_small(counts, protect.policy, protect.threshold)
        if protect.policy == "threshold" and name == "count" and protect.base in shown:
            base = shown[protect.base].to_numpy(dtype=float)
            small |= policies.is_small(base - counts, protect.policy, protect.threshold)
        more = _further(shown, name, counts, small, protect)
        small_anywhere |= small
        further_anywhere |= more
        final = policies.rounded(counts, protect.policy)
        was_rounded |= bool((final != counts)[~np.isnan(counts)].any())
        shown[name] = _as_counts(np.where(small | more, np.nan, final))
    _hide_base(shown, protect)
    hidden = small_anywhere | further_anywhere
    shown.loc[hidden, "status"] = "suppressed"
    shown.loc[further_anywhere, "symbol"] = FURTHER
    shown.loc[small_anywhere, "symbol"] = SYMBOLS[protect.policy]
    if protect.policy == "hes":
        shown["rounded_to"] = policies.HES_ROUNDING
        shown = _rederive(shown, protect, was_rounded)
    _hide_derived(shown, names, protect)
    return _order_tells_nothing(shown, table, names)


def may_show_share(count: float, total: float, protect: Protect) -> bool:
    """Whether 'count of total' may be published as a share.

    A share and its base give the count away, and with it the rest: both must pass, and so must
    the base itself. Zero and the whole are allowed, as zeros are.
    """
    values = np.array([count, total - count, total], dtype=float)
    if np.isnan(values).any():
        return False
    return not policies.is_small(values, protect.policy, protect.threshold).any()


def cells_of(table: pd.DataFrame, count: str) -> list[dict]:
    """Where each row of a table lies, for `Cell`."""
    names = cells_.dimensions(table)
    return [cells_.located(row) for row in table[list(names)].to_dict("records")]


def hidden_cell(where: dict, symbol: str) -> Cell:
    """A cell of which the reader sees the symbol only."""
    low, high = policies.hidden_range(symbol)
    return Cell(where, low, high, True)


def shown_cell(where: dict, value: float, policy: str) -> Cell:
    """A cell whose protected count is published."""
    seen = float(policies.rounded(np.array([value], dtype=float), policy)[0])
    base = policies.HES_ROUNDING if policy == "hes" else 0
    low, high = policies.shown_range(seen, base)
    return Cell(where, low, high)


def _prepare(shown: pd.DataFrame, names: list[str], symbol: str) -> None:
    """Status and symbol columns; missing counts that came hidden keep their symbol."""
    if "status" not in shown:
        shown["status"] = "ok"
    shown["status"] = shown["status"].fillna("ok").astype(object)
    if "symbol" not in shown:
        shown["symbol"] = ""
    shown["symbol"] = shown["symbol"].fillna("").astype(object)
    for name in names:
        shown[name] = _as_counts(pd.to_numeric(shown[name]).to_numpy(dtype=float, na_value=np.nan))
    came_hidden = (shown["status"] == "suppressed") & (shown["symbol"] == "")
    shown.loc[came_hidden, "symbol"] = symbol


def _as_counts(values: np.ndarray) -> np.ndarray:
    return values if np.isnan(values).any() or (values % 1).any() else values.astype("int64")


def _further(
    shown: pd.DataFrame, name: str, counts: np.ndarray, small: np.ndarray, protect: Protect
) -> np.ndarray:
    """Rows to hide in addition, so that sums within the table give nothing away."""
    places = cells_of(shown, name)
    unknown = np.isnan(counts)
    if not (small | (unknown & (shown["status"] == "suppressed").to_numpy())).any():
        return np.zeros(len(shown), dtype=bool)
    symbol = SYMBOLS[protect.policy]
    cells, values, fixed = [], [], []
    for i, place in enumerate(places):
        if unknown[i] or small[i]:
            shown_as = shown["symbol"].iloc[i] if unknown[i] else symbol
            cell = hidden_cell(place, shown_as)
            # Not available is not hidden: it may be zero, and nobody has to protect it.
            cell = cell if small[i] or shown_as else replace(cell, low=0)
        else:
            cell = shown_cell(place, counts[i], protect.policy)
        cells.append(cell)
        values.append(counts[i])
        fixed.append(unknown[i] or small[i])
    for place, total in _outside_totals(shown, places, counts, name, protect):
        cells.append(shown_cell(place, total, protect.policy))
        values.append(total)
        fixed.append(True)
    for place in cells_.unlisted(places):
        cells.append(Cell(place, 0, 0))
        values.append(0.0)
        fixed.append(True)
    more = further(cells, np.array(values), np.array(fixed), width=protect.width)
    return more[: len(shown)]


def _outside_totals(shown, places, counts, name, protect):
    """Totals that the reader knows from elsewhere: those of `by` groups and a share's base."""
    inner = _inner(places)
    if protect.by and name in protect.counts:
        groups = shown[inner].groupby(list(protect.by), sort=False, dropna=False).indices
        index = np.flatnonzero(inner)
        for key, rows in groups.items():
            total = counts[index[rows]].sum()
            key = key if isinstance(key, tuple) else (key,)
            if (
                len(rows) > 1
                and not np.isnan(total)
                and not policies.is_small(
                    np.array([total]), protect.policy, protect.threshold
                ).any()
            ):
                yield cells_.located(dict(zip(protect.by, key, strict=True))), total
    if protect.base in shown and name == "count" and inner.sum() > 1:
        base = shown.loc[inner, protect.base].astype(float)
        if base.nunique() == 1 and base.iloc[0] == np.nansum(counts[inner]):
            times = {p.get("time") for p, i in zip(places, inner, strict=True) if i}
            place = {"time": times.pop()} if len(times) == 1 and times != {None} else {}
            yield place, float(base.iloc[0])


def _inner(places: list[dict]) -> np.ndarray:
    """Rows that are no totals of other rows: those placed in the most dimensions."""
    most = max(len(p) for p in places)
    return np.array([len(p) == most for p in places])


def _hide_base(shown: pd.DataFrame, protect: Protect) -> None:
    if protect.base not in shown:
        return
    base = shown[protect.base].to_numpy(dtype=float, na_value=np.nan)
    small = policies.is_small(base, protect.policy, protect.threshold)
    shown[protect.base] = _as_counts(
        np.where(small, np.nan, policies.rounded(base, protect.policy))
    )


def _rederive(shown: pd.DataFrame, protect: Protect, was_rounded: bool) -> pd.DataFrame:
    if protect.derive is not None:
        return protect.derive(shown)
    # What only sorts or words the rows gives no count away.
    telling = [
        c
        for c in protect.derived
        if c in shown
        and c not in protect.released
        and pd.api.types.is_float_dtype(shown[c])
        and shown[c].notna().any()
    ]
    if was_rounded and telling:
        raise ValueError(
            f"{', '.join(telling)} were computed from unrounded counts and would give them away: "
            "compute them from the protected counts (Protect.derive)"
        )
    return shown


def _hide_derived(shown: pd.DataFrame, names: list[str], protect: Protect) -> None:
    """Derived columns are missing in every row that lacks one of its counts to hiding."""
    hidden = (shown["status"] == "suppressed") & shown[names].isna().any(axis=1)
    if not names or not hidden.any():
        return
    for column in dict.fromkeys((*protect.derived, *protect.released)):
        if column not in shown or column in names:
            continue
        if column.startswith("verdict"):
            shown.loc[hidden, column] = "none"
        elif pd.api.types.is_numeric_dtype(shown[column]) and not pd.api.types.is_bool_dtype(
            shown[column]
        ):
            shown[column] = shown[column].astype(float).mask(hidden)
        else:
            shown[column] = shown[column].astype(object).mask(hidden, None)


def _order_tells_nothing(
    shown: pd.DataFrame, table: pd.DataFrame, names: list[str]
) -> pd.DataFrame:
    """Hidden rows go last where the rows stand in the order of their size."""
    hidden = shown[names].isna().any(axis=1)
    dims = cells_.dimensions(table)
    if not hidden.any() or hidden.all() or any(d in cells_.ORDERED for d in dims):
        return shown
    keys = [c for c in (*names, "rate", "share", "rank") if c in table]
    by_size = any(
        table[k].dropna().is_monotonic_increasing or table[k].dropna().is_monotonic_decreasing
        for k in keys
        if pd.api.types.is_numeric_dtype(table[k])
    )
    if not by_size or not dims:
        return shown
    total = shown[list(dims)].map(cells_.is_total).any(axis=1)
    last = shown[hidden & ~total].sort_values(list(dims[:1]), key=lambda s: s.astype(str))
    return pd.concat([shown[~hidden & ~total], last, shown[total]], ignore_index=True)
