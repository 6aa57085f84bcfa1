"""Yearly figures of Community Safety Partnerships from the Home Office's tables.

A force that records much of its crime under no partnership leaves its partnerships with figures
that collapse; such a year is not comparable, and its fall is no news.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from cspanalysis.analysis import change
from cspanalysis.periods import Period


def by_year(
    table: pd.DataFrame,
    coverage: pd.DataFrame,
    csp: str,
    groups: Iterable[str] = (),
    *,
    force: str = "",
) -> pd.DataFrame:
    """Recorded offences of a partnership by financial year.

    Parameters
    ----------
    table : pandas.DataFrame
        The processed table `home_office_csp`: year, quarter, force, csp, offence_group, count.
    coverage : pandas.DataFrame
        `home_office_csp_coverage`: year, force, status, reason.
    csp : str
        The partnership's name.
    groups : iterable of str, optional
        Offence groups counted; all without any.
    force : str, optional
        Its force, for the years in which the partnership does not appear at all.

    Returns
    -------
    pandas.DataFrame
        year, count, status, reason; every year that the table holds for the partnership's force.
        A year in which the partnership has no rows has no count ('not_available'); one in which
        its force left too much unassigned keeps the count with status 'not_comparable'.
    """
    own = table[table["csp"] == csp]
    forces = {*own["force"], force} - {""}
    years = sorted(table.loc[table["force"].isin(forces), "year"].unique())
    has_rows = set(own["year"])
    chosen = list(groups)
    if chosen:
        own = own[own["offence_group"].isin(chosen)]
    counts = own.groupby("year")["count"].sum()
    flawed = coverage[coverage["force"].isin(forces) & (coverage["status"] != "ok")]
    reasons = dict(zip(flawed["year"], flawed["reason"], strict=True))
    rows = []
    for year in years:
        if year in reasons:
            status, reason = "not_comparable", reasons[year]
        elif year not in has_rows:
            status, reason = "not_available", f"no rows of {csp} for {year}"
        else:
            status, reason = "ok", ""
        count = float(counts.get(year, 0)) if year in has_rows else np.nan
        rows.append({"year": year, "count": count, "status": status, "reason": reason})
    return pd.DataFrame(rows, columns=["year", "count", "status", "reason"])


def year_change(by_year: pd.DataFrame, year: str, compare: str) -> pd.DataFrame:
    """Change of a partnership's offences between two financial years ('2024/25').

    Returns
    -------
    pandas.DataFrame
        One row with the columns of `change.change`, period, compare and reason. Where either year
        is not comparable there is no ratio: status 'not_comparable', verdict 'none'.
    """
    known = by_year.set_index("year")
    now, before = (_row(known, y) for y in (year, compare))
    later, earlier = (Period.financial_year(int(y[:4])) for y in (year, compare))
    row = pd.DataFrame(
        {
            "period": [later.iso], "compare": [earlier.iso],
            "count": [now["count"]], "compare_count": [before["count"]],
            "days": [later.days], "compare_days": [earlier.days],
        }
    )  # fmt: skip
    result = change.change(row).assign(reason="")
    flaws = [r for r in (now, before) if r["status"] != "ok"]
    if not flaws:
        return result
    return result.assign(
        **dict.fromkeys(["percent_change", "ratio", "lower", "upper", "p"], np.nan),
        status=flaws[0]["status"],
        verdict="none",
        reason="; ".join(r["reason"] for r in flaws if r["reason"]),
    )


def _row(known: pd.DataFrame, year: str) -> dict:
    if year in known.index:
        return known.loc[year].to_dict()
    return {"count": np.nan, "status": "not_available", "reason": f"no figures for {year}"}
