"""Hospital admissions standardised for age and sex, before anything of them is protected."""

from __future__ import annotations

import pandas as pd

from cspanalysis.analysis.measures import directly_standardised

ALL_AGES = "all ages"


def standardised(
    admissions: pd.DataFrame, population: pd.DataFrame, cause: str, *, per: float = 100_000
) -> pd.DataFrame:
    """Directly standardised rates of one cause by year, over age bands and both sexes.

    Parameters
    ----------
    population : pandas.DataFrame
        year, sex ('male', 'female'), age_band, population.

    Returns
    -------
    pandas.DataFrame
        See `measures.directly_standardised`; one row per year, and of the parts by sex and age
        band that have an admission: parts (how many), smallest (the smallest count). A year with a
        hidden part has status 'suppressed', one with a part missing 'not_available'. Must be
        computed before protection and is released only if its own numerator passes.
    """
    keys = ["year", "sex", "age_band"]
    rows = strata_of(admissions, cause)
    parts = population.merge(_summed(rows, keys), on=keys, how="left")
    result = directly_standardised(parts, by=["year"], sexes=2, per=per)
    counts = parts["count"].astype("Float64")
    parts = parts.assign(
        some=counts.where(counts > 0), hidden=parts["status"].notna() & parts["status"].ne("ok")
    )
    about = parts.groupby("year", as_index=False).agg(
        parts=("some", "count"), smallest=("some", "min"), hidden=("hidden", "any")
    )
    result = result.merge(about, on="year")
    is_hidden = (result["status"] == "not_available") & result.pop("hidden")
    return result.assign(status=result["status"].mask(is_hidden, "suppressed"))


def strata_of(admissions: pd.DataFrame, cause: str) -> pd.DataFrame:
    """The rows of one cause that are of one sex and one age band, totals left out."""
    return admissions[
        (admissions["cause"] == cause)
        & (admissions["age_band"] != ALL_AGES)
        & admissions["sex"].isin(["male", "female"])
    ]


def _summed(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    counts = rows.assign(count=pd.to_numeric(rows["count"]).astype("Float64"))
    sums = counts.groupby(keys, sort=True)["count"].sum(skipna=False)
    result = sums.astype("Int64").reset_index()
    flagged = rows[rows["status"] != "ok"]
    for column in ("status", "symbol"):
        if column in rows:
            first = flagged.groupby(keys)[column].first().rename(column).reset_index()
            result = result.merge(first, on=keys, how="left")
    return result.assign(status=result["status"].fillna("ok"))
