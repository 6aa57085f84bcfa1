"""Official counts of partnerships by Home Office code or line, for what is asked of single ones."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import pandas as pd

from cspanalysis.domain import offences
from cspanalysis.domain.areas import Area
from cspanalysis.domain.periods import Period
from cspanalysis.review import official_tables
from cspanalysis.review.official_counts import LINES, Official, series
from cspanalysis.review.official_tables import HOME_OFFICE, ONS
from cspanalysis.store.tables import Store


def by_code(store: Store, area: Area, found: Official) -> pd.DataFrame:
    """What a series of the Home Office's table counts, by code: span, code, kind, count.

    The kind is the group of the scheme, '' of a code that is in none.
    """
    rows = _own(store, area)
    return rows[rows["kind"].isin(found.offences or ())].reset_index(drop=True)


@functools.lru_cache(maxsize=8)
def _own(store: Store, area: Area) -> pd.DataFrame:
    made = [
        (row["year"], name)
        for row in official_tables.judged(store, area, HOME_OFFICE).to_dict("records")
        if row["status"] != "not_available"
        for name in row["names"].split("; ")
    ]
    names = pd.DataFrame(made, columns=["year", "csp"])
    rows = _coded(store, {"csp": sorted(set(names["csp"])), "is_unassigned": False})
    rows = rows.merge(names, on=["year", "csp"])
    return rows.groupby(["span", "code", "kind"], as_index=False)["count"].sum()


def by_line(store: Store, area: Area, found: Official, *periods: Period) -> pd.DataFrame:
    """The same by the statisticians' lines, which tell no codes: each line stands as one."""
    whole = series(store, area, LINES, *periods, subject=found.subject, source=ONS)
    rows = whole.rows.assign(code=whole.rows["offence"], kind=whole.rows["offence"])
    return rows[["span", "code", "kind", "count"]]


def by_partnership(
    store: Store, found: Official, names: Iterable[str], period: Period
) -> pd.DataFrame:
    """The same of other partnerships of the table within a period: csp, code, kind, count."""
    if found.sources == (ONS,):
        lines = offences.members(LINES, offences.ONS_CSP)
        where = {"period": period.iso, "offence": list(lines)}
        rows = official_tables.rows_of(store, ONS, where, blanks=True)
        # What is hidden of one partnership is not 0; a line without figures is none of the table.
        rows = rows[rows["offence"].isin(rows.dropna(subset="count")["offence"])]
        rows = rows.assign(code=rows["offence"].astype(str), kind=rows["offence"].astype(str))
        return rows.loc[rows["csp"].isin(list(names)), ["csp", "code", "kind", "count"]]
    rows = _of_period(store, period)
    rows = rows[rows["csp"].isin(list(names)) & rows["kind"].isin(found.offences or ())]
    return rows.groupby(["csp", "code", "kind"], as_index=False, observed=True)["count"].sum(
        skipna=False
    )


@functools.lru_cache(maxsize=4)
def _of_period(store: Store, period: Period) -> pd.DataFrame:
    years = store.load(HOME_OFFICE, columns=["year"])["year"].unique()
    spans = {year: official_tables.span_of(year, None) for year in years}
    inside = [y for y, s in spans.items() if s.first <= period.last and period.first <= s.last]
    rows = _coded(store, {"year": inside, "is_unassigned": False})
    return rows[[period.covers(Period.parse(span)) for span in rows["span"]]]


def _coded(store: Store, where: dict[str, Any]) -> pd.DataFrame:
    """Rows of the table with the months they are of, their code and its group."""
    details = ["offence_code", "offence", "offence_subgroup"]
    rows = store.load(
        HOME_OFFICE, columns=["year", "quarter", "csp", *details, "count"], where=where
    )
    spans = rows[["year", "quarter"]].drop_duplicates()
    spans = spans.assign(
        span=[official_tables.span_of(y, q).iso for y, q in spans.itertuples(index=False)]
    )
    labels = rows[details].drop_duplicates()
    labels = labels.assign(
        kind=[official_tables.group_of(*one) for one in labels.itertuples(index=False)]
    )
    rows = rows.merge(spans, on=["year", "quarter"]).merge(labels, on=details)
    return rows.assign(code=rows["offence_code"].fillna(""))
