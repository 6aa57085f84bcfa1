"""Conditions that settings, targets and registers put on records: `type!=bogus caller`."""

from __future__ import annotations

import re

import pandas as pd

from cspanalysis.domain.errors import UsageError


def matching(rows: pd.DataFrame, where: str) -> pd.DataFrame:
    """The rows that meet every condition: column=value, column!=value or column^=beginning."""
    for condition in filter(None, (part.strip() for part in where.split(";"))):
        found = re.fullmatch(r"(\w+)\s*(!=|\^=|=)\s*(.+)", condition)
        if not found or found[1] not in rows:
            raise UsageError(f"'{condition}' is no condition on {', '.join(map(str, rows))}.")
        column, sign, wanted = rows[found[1]], found[2], found[3].strip().lower()
        if pd.api.types.is_bool_dtype(column):
            keep = column.fillna(False) == (wanted in ("yes", "true"))
        else:
            written = column.astype("string").str.lower().fillna("")
            keep = written.str.startswith(wanted) if sign == "^=" else written == wanted
        rows = rows[~keep if sign == "!=" else keep]
    return rows
