"""Official counts of a partnership by Home Office code, for what is asked of single codes."""

from __future__ import annotations

import functools

import pandas as pd

from cspanalysis.domain.areas import Area
from cspanalysis.review import official_tables
from cspanalysis.review.official_counts import Official
from cspanalysis.review.official_tables import HOME_OFFICE
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
    details = ["offence_code", "offence", "offence_subgroup"]
    rows = store.load(
        HOME_OFFICE,
        columns=["year", "quarter", "csp", *details, "count"],
        where={"csp": sorted(set(names["csp"])), "is_unassigned": False},
    ).merge(names, on=["year", "csp"])
    spans = rows[["year", "quarter"]].drop_duplicates()
    spans = spans.assign(
        span=[official_tables.span_of(y, q).iso for y, q in spans.itertuples(index=False)]
    )
    labels = rows[details].drop_duplicates()
    labels = labels.assign(
        kind=[official_tables.group_of(*one) for one in labels.itertuples(index=False)]
    )
    rows = rows.merge(spans, on=["year", "quarter"]).merge(labels, on=details)
    rows = rows.assign(code=rows["offence_code"].fillna(""))
    return rows.groupby(["span", "code", "kind"], as_index=False)["count"].sum()
