"""Protecting one result table, where a Finding is made."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from cspanalysis.disclosure import cells as cells_
from cspanalysis.disclosure import policies
from cspanalysis.disclosure.policies import FURTHER, SYMBOLS
from cspanalysis.disclosure.protect import Protect
from cspanalysis.disclosure.sums import further_rows


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
        what is shown instead; `hidden_below` and, under `hes`, `rounded_to` say by which rule.
        Protecting again changes nothing.

    Raises
    ------
    ValueError
        If derived columns would give the unrounded counts away (see `Protect.derive`).
    DisclosureFailed
        If published totals (`by`) give cells away whatever else is hidden.
    """
    shown = table.copy(deep=False)  # pandas copies on write
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
        more = further_rows(shown, name, counts, small, protect)
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
    shown = declare(shown, protect, edition=edition)
    if protect.policy == "hes":
        shown = _rederive(shown, protect, was_rounded)
    _hide_derived(shown, names, protect)
    _rank_the_shown(shown, table)
    return _order_tells_nothing(shown, table, names)


def declare(table: pd.DataFrame, protect: Protect | None, *, edition: str) -> pd.DataFrame:
    """The table with the rule that its counts must keep to, in every row.

    Columns `hidden_below` and, under `hes`, `rounded_to`. The rule travels with the rows whether or
    not they were protected, so that the check of a finished review can tell one from the other.
    """
    if protect is None or edition == "partner" or protect.policy not in ("hes", "threshold"):
        return table
    rule = {"hidden_below": policies.hidden_below(protect.policy, protect.threshold)}
    if protect.policy == "hes":
        rule["rounded_to"] = policies.HES_ROUNDING
    return table.assign(**rule)


def may_show_share(count: float, total: float, protect: Protect) -> bool:
    """Whether 'count of total' may be published as a share.

    A share and its base give the count away, and with it the rest: both must pass, and so must
    the base itself. Zero and the whole are allowed, as zeros are.
    """
    values = np.array([count, total - count, total], dtype=float)
    if np.isnan(values).any():
        return False
    return not policies.is_small(values, protect.policy, protect.threshold).any()


def may_show_sum(counts: Iterable[float], protect: Protect) -> bool:
    """Whether the sum of counts that others publish each for themselves may be published.

    Less those that are shown it leaves the hidden ones: these must keep several possible values.
    """
    values = np.array(list(counts), dtype=float)
    small = policies.is_small(values, protect.policy, protect.threshold)
    number, rest = int(small.sum()), float(values[small].sum())
    most = policies.hidden_below(protect.policy, protect.threshold) - 1
    lowest, highest = max(1.0, rest - (number - 1) * most), min(most, rest - (number - 1))
    return not number or highest - lowest >= protect.width


def hidden(table: pd.DataFrame) -> pd.DataFrame:
    """A result of which no number may be shown."""
    dims = cells_.dimensions(table)
    told = [c for c in table if c not in dims and pd.api.types.is_float_dtype(table[c])]
    whole = [c for c in ("count", "compare_count", "total", "compare_total") if c in table]
    blank = dict.fromkeys([*told, *whole], np.nan)
    verdicts = {c: "none" for c in table if str(c).startswith("verdict")}
    return table.assign(**blank, **verdicts, status="suppressed", symbol=FURTHER)


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
        elif pd.api.types.is_bool_dtype(shown[column]):
            shown.loc[hidden, column] = False
        elif pd.api.types.is_numeric_dtype(shown[column]):
            shown[column] = shown[column].astype(float).mask(hidden)
        else:
            shown[column] = shown[column].astype(object).mask(hidden, None)


def _rank_the_shown(shown: pd.DataFrame, table: pd.DataFrame) -> None:
    """Ranks count the shown rows only: the rank left free would bound the hidden count."""
    dims = list(cells_.dimensions(table))
    if "rank" not in shown or not dims or not (shown["status"] == "suppressed").any():
        return
    ranked = max(dims, key=lambda d: table[d].nunique())
    others = [d for d in dims if d != ranked]
    groups = shown.groupby(others, dropna=False).groups.values() if others else [shown.index]
    for rows in groups:
        if not (shown.loc[rows, "status"] == "suppressed").any():
            continue
        again = shown.loc[rows, "rank"].astype(float).rank(method="min")
        shown["rank"] = shown["rank"].astype(float)
        shown.loc[rows, "rank"] = again
        for column in ("rank_lower", "rank_upper"):
            if column in shown:
                shown[column] = shown[column].astype(float)
                shown.loc[rows, column] = np.nan
        if "of" in shown:
            shown.loc[rows, "of"] = int(again.notna().sum())


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
