"""Conditions that settings, targets and registers put on records: `type!=bogus caller`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from cspanalysis.domain.errors import UsageError


def are(column: pd.Series, names: Iterable[str]) -> pd.Series:
    """Which cells are one of some labels, whatever their case, hyphens and blanks."""

    def key(text: str) -> str:
        return " ".join(text.lower().replace("-", " ").split())

    wanted = {key(name) for name in names}
    return column.isin([t for t in column.dropna().unique() if key(str(t)) in wanted])


def matching(rows: pd.DataFrame, where: str) -> pd.DataFrame:
    """The rows that meet every condition: column=value, column!=value or column^=beginning.

    Values are compared as `are` does; a missing one is none.
    """
    for condition in filter(None, (part.strip() for part in where.split(";"))):
        found = re.fullmatch(r"(\w+)\s*(!=|\^=|=)\s*(.+)", condition)
        if not found or found[1] not in rows:
            raise UsageError(f"'{condition}' is no condition on {', '.join(map(str, rows))}.")
        column, sign, wanted = rows[found[1]], found[2], found[3].strip().lower()
        if pd.api.types.is_bool_dtype(column):
            keep = column.fillna(False) == (wanted in ("yes", "true"))
        elif sign == "^=":
            keep = column.astype("string").str.lower().str.startswith(wanted).fillna(False)
        else:
            keep = are(column, [wanted])
        rows = rows[~keep if sign == "!=" else keep]
    return rows
