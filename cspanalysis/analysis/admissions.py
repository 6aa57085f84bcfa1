"""Hospital admissions by age and sex, and over years, with rates where residents are known."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from cspanalysis.analysis.measures import directly_standardised, rate

ALL_AGES = "all ages"


def by_age_sex(
    admissions: pd.DataFrame,
    population: pd.DataFrame | None = None,
    *,
    year: str | Iterable[str],
    cause: str,
    per: float = 100_000,
) -> pd.DataFrame:
    """Admissions of one cause by age band and sex, over one or several financial years together.

    Parameters
    ----------
    admissions : pandas.DataFrame
        year ('2006/07'), cause, sex, age_band, count (missing where hidden), status; optional
        symbol.
    population : pandas.DataFrame, optional
        Residents: age_band, sex, population (of the whole of the years: person-years).
    year : str or iterable of str
    cause : str
        ICD-10 code or range as in the data.

    Returns
    -------
    pandas.DataFrame
        sex, age_band, count, status, and with residents population, rate, lower, upper, rate_per,
        confidence, method. A hidden part leaves the sum missing with its status. The rows of all
        ages and of both sexes are kept as they are in the data.
    """
    years = [year] if isinstance(year, str) else list(year)
    rows = admissions[(admissions["cause"] == cause) & admissions["year"].isin(years)]
    result = _summed(rows, ["sex", "age_band"])
    result["_order"] = result["age_band"].map(_age_order)
    result = result.sort_values(["sex", "_order"], ignore_index=True).drop(columns="_order")
    if population is None:
        return result
    result = result.merge(population, on=["sex", "age_band"], how="left")
    return _keep_status(result, rate(result, per=per))


def trend(
    admissions: pd.DataFrame,
    population: pd.DataFrame | None,
    cause: str,
    *,
    sex: str = "persons",
    age_band: str = ALL_AGES,
    per: float = 100_000,
) -> pd.DataFrame:
    """Admissions of one cause by financial year, with crude rates where residents are given.

    Parameters
    ----------
    population : pandas.DataFrame or None
        year, population.

    Returns
    -------
    pandas.DataFrame
        year, count, status, and with residents population, rate, lower, upper, rate_per,
        confidence, method; in order of years.
    """
    chosen = (
        (admissions["cause"] == cause)
        & (admissions["sex"] == sex)
        & (admissions["age_band"] == age_band)
    )
    result = _summed(admissions[chosen], ["year"])
    if population is None:
        return result
    result = result.merge(population[["year", "population"]], on="year", how="left")
    return _keep_status(result, rate(result, per=per))


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


def _keep_status(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Rates must not turn a 'suppressed' into a 'not_available'."""
    kept = before["status"].where(before["status"] != "ok", after["status"])
    return after.assign(status=kept)


def _age_order(band: str) -> int:
    first = str(band).replace("–", "-").split("-")[0].split("+")[0].split(" ")[0]
    return int(first) if first.isdigit() else 1000
