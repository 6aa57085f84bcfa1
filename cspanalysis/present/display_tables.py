"""Result rows as a display table: which columns, under which labels, in which format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cspanalysis.present import numbers, words

if TYPE_CHECKING:
    import pandas as pd

#: Characters of a text in a cell, as on a page (report.html); what is longer ends in '…'.
MOST_TEXT = 300

#: Column of a result table → its label and kind of format, in the order of a default table.
LABELS: dict[str, tuple[str, str]] = {
    "area": ("Area", "text"),
    "offence": ("Offence", "text"),
    "label": ("", "text"),
    "place": ("Place", "text"),
    "cluster": ("Cluster", "text"),
    "kind": ("Kind", "text"),
    "age_band": ("Age", "text"),
    "sex": ("Sex", "text"),
    "file": ("File", "text"),
    "year": ("Year", "year"),
    "school_year": ("School year", "year"),
    "month": ("Month", "month"),
    "month_of_year": ("Month", "month_of_year"),
    "weekday": ("Day", "weekday"),
    "hour": ("Hour", "hour"),
    "period": ("Period", "period"),
    "compare": ("Compared with", "period"),
    "measure": ("Measure", "text"),
    "priority": ("Priority", "text"),
    "definition": ("Definition", "text"),
    "compare_count": ("Earlier count", "count"),
    "count": ("Count", "count"),
    "total": ("Total", "count"),
    "roll": ("Pupils on roll", "count"),
    "kept": ("Rows kept", "count"),
    "set_aside": ("Rows set aside", "count"),
    "population": ("Residents", "count"),
    "days": ("Days", "count"),
    "compare_days": ("Days earlier", "count"),
    "baseline": ("Baseline", "count"),
    "target": ("Target", "count"),
    "actual": ("Actual", "count"),
    "expected": ("Expected", "rate"),
    "percent_change": ("Change per day, per cent", "signed"),
    "points": ("Difference, points", "signed"),
    "points_lower": ("Lower limit, points", "signed"),
    "points_upper": ("Upper limit, points", "signed"),
    "ratio": ("Ratio per day", "ratio"),
    "per_day": ("A day", "rate"),
    "rate": ("Rate", "rate"),
    "share": ("Share", "share"),
    "cumulative_share": ("Running share", "share"),
    "index": ("Index (average month = 100)", "rate"),
    "value": ("Value", "rate"),
    "centre": ("Mean", "rate"),
    "lower": ("Lower limit", "limit"),
    "upper": ("Upper limit", "limit"),
    "interval": ("95% interval", "interval"),
    "p": ("p-value", "p"),
    "rank_of": ("Place (1 = lowest)", "rank_of"),
    "rank_interval": ("95% interval of the place", "rank_interval"),
    "against_others": ("Against all others", "against_others"),
    "score": ("Score", "ratio"),
    "signal": ("Signal", "text"),
    "outcome": ("Outcome", "text"),
    "reason": ("Reason", "text"),
    "rows": ("Rows", "count"),
    "rank": ("Rank", "count"),
    "of": ("Of", "count"),
    "weight": ("Weight", "rate"),
    "mean_rate": ("Mean of the group", "rate"),
    "others_rate": ("The others together", "rate"),
}

# Never in a table unless asked for: they are shown through `interval`, `rank_of` or the wording.
_ON_REQUEST = {
    "lower", "upper", "period", "compare", "days", "compare_days", "rank", "of", "mean_rate",
    "others_rate", "label", "against_others",
}  # fmt: skip

_TEXT_KINDS = {
    "text", "month", "month_of_year", "weekday", "hour", "period", "year", "against_others",
}  # fmt: skip

# Decimals of the limits follow the quantity whose limits they are.
_LIMITS_OF = (("ratio", "ratio"), ("rate", "rate"), ("share", "share"), ("index", "rate"),
              ("value", "rate"), ("count", "count"))  # fmt: skip

_WRITE: dict[str, Callable[[Any], str]] = {
    "count": numbers.count,
    "rate": numbers.rate,
    "signed": lambda v: numbers.signed(v, _points_decimals(v)),
    "ratio": lambda v: numbers.number(v, 2),
    "share": lambda v: numbers.percent(float(v) * 100, 1),
    "p": lambda v: "< 0.001" if v < 0.001 else numbers.number(v, 3),
    "month": words.month,
    "month_of_year": words.month_of_year,
    "weekday": lambda v: words.WEEKDAYS[int(v)],
    "hour": lambda v: f"{int(v):02d}:00",
    "period": words.period,
    "year": lambda v: str(int(v)) if isinstance(v, float) else str(v),
}


def cell(value: Any, key: str, row: Mapping[str, Any] | None = None) -> str:
    """The display text of one cell.

    `value`: the value; missing or hidden ones become a symbol of `numbers.SYMBOLS`. `key`: column
    of the result table; virtual keys (see `table`) read the row. `row`: the whole row, for its
    status, symbol and limits; `decimals`, if there, are those of its rate or shares,
    `limit_decimals` those of a share's limits.
    """
    row = row if row is not None else {}
    kind = _kind(key, value)
    if kind == "interval":
        return _interval(row)
    if kind == "limit":
        kind = _limits_kind(row)
    if kind == "rank_of":
        if numbers.is_missing(row.get("rank")):
            return _hidden(row, key)
        tied = "=" if row.get("is_tied") is True or str(row.get("is_tied")) == "True" else ""
        return f"{int(row['rank'])}{tied} of {int(row['of'])}"
    if kind == "rank_interval":
        if numbers.is_missing(row.get("rank_lower")) or numbers.is_missing(row.get("rank_upper")):
            return _hidden(row, key)
        return f"{int(row['rank_lower'])} to {int(row['rank_upper'])}"
    if kind == "against_others":
        return _against_others(row)
    if numbers.is_missing(value):
        # A place that a map does not number lacks nothing.
        return "" if kind == "text" or key == "number" else _hidden(row, key)
    if kind == "text":
        return words.shorten(words.as_said(words.clean(value)), MOST_TEXT)
    if kind == "flag":
        return "yes" if bool(value) else "no"
    if isinstance(value, str) and kind not in _TEXT_KINDS:
        return words.clean(value)
    if kind in ("rate", "share") and not numbers.is_missing(row.get("decimals")):
        decimals = int(row["decimals"])
        if kind == "share":
            return numbers.percent(float(value) * 100, decimals)
        return numbers.rate(value, decimals)
    return _WRITE[kind](value)


def table(
    rows: pd.DataFrame, columns: Mapping[str, str] | Iterable[str] | None = None
) -> dict[str, Any]:
    """A result table for display: text in every cell, symbols where values are hidden or missing.

    Parameters
    ----------
    rows : pandas.DataFrame
        Protected result rows.
    columns : mapping or sequence of str, optional
        Key → label in order, or keys under their usual labels; besides the columns of `rows` the
        virtual keys `interval` (lower to upper), `rank_of` ('3 of 13', ties with '='),
        `rank_interval` and `against_others` (the verdict and how sure it is). Default: every known
        column that holds something. Keys that the rows do not have are left out.

    Returns
    -------
    dict
        `{"columns": [{"key", "label", "numeric"}], "rows": [[text]], "own": [row numbers]}`.
    """
    if columns is None:
        columns = [k for k in LABELS if k not in _ON_REQUEST and _has(rows, k)]
    asked = columns if isinstance(columns, Mapping) else {k: _label(k) for k in columns}
    shown = {key: label for key, label in asked.items() if _has(rows, key, any_value=False)}
    # Column by column: a frame hands out a whole column in a fraction of the time of its rows.
    lines = zip(*(rows[name].tolist() for name in rows), strict=True)
    records = [dict(zip(rows, line, strict=True)) for line in lines]
    is_own = rows["is_own"].eq(True).fillna(False).tolist() if "is_own" in rows else []
    return {
        "columns": [
            {"key": key, "label": label, "numeric": _is_numeric(rows, key)}
            for key, label in shown.items()
        ],
        "rows": [[cell(row.get(key), key, row) for key in shown] for row in records],
        "own": [i for i, own in enumerate(is_own) if own],
    }


def _label(key: str) -> str:
    return LABELS[key][0] if key in LABELS else words.capital(key.replace("_", " "))


def _kind(key: str, value: Any) -> str:
    if key in LABELS:
        return LABELS[key][1]
    if key.startswith(("is_", "has_")):
        return "flag"
    if key.endswith(("_share",)) or key.startswith("share_"):
        return "share"
    if isinstance(value, str) or numbers.is_missing(value):
        return "text" if isinstance(value, str) else "count"
    return "count" if float(value).is_integer() else "rate"


def _is_numeric(rows: pd.DataFrame, key: str) -> bool:
    if key in LABELS:
        return LABELS[key][1] not in _TEXT_KINDS
    return key in rows and rows[key].dtype.kind in "iufc"


def _has(rows: pd.DataFrame, key: str, *, any_value: bool = True) -> bool:
    needs = {
        "interval": ["lower", "upper"],
        "rank_of": ["rank", "of"],
        "rank_interval": ["rank_lower", "rank_upper"],
        "against_others": ["verdict", "verdict_998"],
    }.get(key, [key])
    return all(c in rows and (not any_value or rows[c].notna().any()) for c in needs)


def _limits_kind(row: Mapping[str, Any]) -> str:
    return next((kind for column, kind in _LIMITS_OF if column in row), "rate")


def _interval(row: Mapping[str, Any]) -> str:
    lower, upper, kind = row.get("lower"), row.get("upper"), _limits_kind(row)
    if numbers.is_missing(lower) and numbers.is_missing(upper):
        return _hidden(row, "interval")
    if kind == "share":
        lower, upper = (v if numbers.is_missing(v) else float(v) * 100 for v in (lower, upper))
        decimals = row.get("limit_decimals")
        return f"{numbers.interval(lower, upper, 1 if decimals is None else int(decimals))}%"
    if kind == "ratio":
        return numbers.interval(lower, upper, _ratio_decimals(lower, upper))
    if kind == "count":
        # A limit above 0 must not read as 0.
        is_small = not numbers.is_missing(lower) and 0 < lower < 1
        return numbers.interval(lower, upper, _points_decimals(lower) if is_small else 0)
    decimals = row.get("decimals")
    if numbers.is_missing(decimals):
        decimals = numbers.rate_decimals(row.get("rate", row.get("value")))
    return numbers.interval(lower, upper, int(decimals))


def _points_decimals(value: float) -> int:
    """One, or as many as it takes: a limit of 0.03 points must not read as 0."""
    enough = (dp for dp in (1, 2) if value == 0 or numbers.rounded(value, dp) != 0)
    return next(enough, 3)


def _ratio_decimals(lower: float, upper: float) -> int:
    """Two, or as many as it takes: a limit of 0.998 must not read as 1, where nothing changed."""
    limits = [v for v in (lower, upper) if not numbers.is_missing(v) and v != 1]
    enough = (dp for dp in (2, 3) if all(numbers.rounded(v, dp) != 1 for v in limits))
    return next(enough, 4)


def _against_others(row: Mapping[str, Any]) -> str:
    """How an area's interval lies to the others taken together, and at which level."""
    verdict = row.get("verdict")
    if numbers.is_missing(verdict) or verdict in ("", "none"):
        return _hidden(row, "against_others")
    if verdict == "similar":
        return "not clearly different"
    return f"{verdict} (99.8%)" if row.get("verdict_998") == verdict else f"{verdict} (95%)"


def _hidden(row: Mapping[str, Any], key: str) -> str:
    # A change from nothing has no percentage and no upper limit: not missing, but not applicable.
    if key in ("percent_change", "ratio") and row.get("compare_count") == 0:
        return "[z]"
    own = row.get("symbol")
    if isinstance(own, str) and own.strip():
        return words.clean(own)
    return numbers.symbol(row.get("status", ""))
