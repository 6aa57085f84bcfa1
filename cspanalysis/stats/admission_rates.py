"""Hospital admissions of a cause, and their rates standardised for age and sex; unprotected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from cspanalysis.domain import diagnoses
from cspanalysis.stats.measures import added_up, as_float, band_ages, directly_standardised

ALL_AGES = "all ages"
PERSONS = "persons"
#: What a sex or an age is called that the extract does not give.
NOT_KNOWN = "not known"

_KEYS = ["year", "sex", "age_band"]


@dataclass(frozen=True)
class OfCause:
    """The admissions of one cause, and which labels of the extract they are."""

    #: year, cause, sex, age_band, count, status, symbol: one row each, districts added up.
    rows: pd.DataFrame
    counted: tuple[str, ...] = ()
    #: Labels beneath one that was counted as their total.
    parts: tuple[str, ...] = ()
    #: Labels that take in more than the cause, or hold it beside others; not counted.
    wider: tuple[str, ...] = ()
    #: Years in which the labels, districts or age bands cannot be added up.
    left_out: tuple[str, ...] = ()
    #: Age bands that hold others of the extract, or lie within one; not counted beside them.
    bands: tuple[str, ...] = ()
    #: Year → by how much repeat admissions of a person raise the variance, where persons are told.
    repeats: Mapping[str, float] = field(default_factory=dict)


def of_cause(table: pd.DataFrame, cause: str, districts: Sequence[str] = ()) -> OfCause:
    """The admissions of a cause ('F10', 'X85-Y09', a label), whatever codes the extract has.

    A code beside others beneath it is their total, unless it counts fewer than they do. Totals
    over sexes or ages are used where every code and district has them; a year in which one gives
    totals only and another parts only, or that lacks one of the districts, is left out.
    """
    table = table.assign(label=table["cause"])
    if "secondary" in table and diagnoses.is_external(cause):
        # External causes never are the main diagnosis.
        second = table["secondary"].fillna("").map(lambda text: diagnoses.touches(text, cause))
        table["label"] = table["cause"].mask(second.astype(bool), cause)
    if "district" not in table:
        table["district"] = ""
    labels = table["label"].dropna().unique()
    inside = {text for text in labels if diagnoses.is_within(text, cause)}
    wider = {text for text in labels if diagnoses.touches(text, cause)} - inside
    rows, counted, parts, left_out, bands = [], set(), set(), [], set[str]()
    repeats: dict[str, float] = {}
    for year, of_year in table.groupby("year", sort=True):
        lacking = set(districts) - set(of_year["district"])
        of_year = of_year[of_year["label"].isin(inside)]
        if of_year.empty:
            continue
        beneath = _beneath(of_year)
        chosen = _alike(of_year[~of_year["label"].isin(beneath)])
        chosen, double = _disjoint(chosen)
        bands |= double
        if lacking or chosen.empty:
            left_out.append(str(year))
            continue
        counted |= set(chosen["label"])
        parts |= beneath
        rows.append(added_up(chosen, _KEYS))
        if (factor := _repeats(chosen)) is not None:
            repeats[str(year)] = factor
    columns = [*_KEYS, "count", "status", "symbol"]
    found = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
    return OfCause(
        found.assign(cause=cause, count=found["count"].astype("Int64")),
        *(tuple(sorted(s)) for s in (counted, parts, wider)),
        tuple(left_out),
        tuple(sorted(bands)),
        repeats,
    )


def _repeats(rows: pd.DataFrame) -> float | None:
    """Variance of a count over that of chance, from how many persons were admitted; None: untold.

    Admitted m times each on average, a geometric number, persons give the sum of squares
    (2m - 1) times their admissions. Persons under several labels would count twice.
    """
    if "persons" not in rows or len(set(rows["label"])) > 1:
        return None
    count, persons = as_float(rows["count"]), as_float(rows["persons"])
    known = ~np.isnan(count) & (persons > 0) & (persons <= count)
    return float(2 * count[known].sum() / persons[known].sum() - 1) if known.any() else None


def _beneath(rows: pd.DataFrame) -> set[str]:
    """Labels that are parts of another label of the same year."""
    found: set[str] = set()
    for text in rows["label"].unique():
        others = [other for other in rows["label"].unique() if other != text]
        under = {other for other in others if diagnoses.is_within(other, text)}
        if not under:
            continue
        whole = rows[rows["label"] == text].groupby(["sex", "age_band"])["count"].sum(min_count=1)
        parts = rows[rows["label"].isin(under)]
        parts = parts.groupby(["sex", "age_band"])["count"].sum(min_count=1)
        both = pd.concat([whole, parts], axis=1, keys=["whole", "parts"]).dropna()
        if (both["whole"] >= both["parts"]).all():
            found |= under
    return found


def _alike(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of those totals and parts that every label of every district has."""
    shape = list(zip(rows["sex"].eq(PERSONS), rows["age_band"].eq(ALL_AGES), strict=True))
    rows = rows.assign(shape=shape)
    shapes = rows.groupby(["label", "district"], dropna=False)["shape"].agg(set)
    return rows[rows["shape"].isin(set.intersection(*shapes))].drop(columns="shape")


def _disjoint(rows: pd.DataFrame) -> tuple[pd.DataFrame, set[str]]:
    """Rows whose age bands leave nobody twice, and the bands left out for it.

    Where bands cross each other only rows of all ages stay.
    """
    double: set[str] = set()
    for _, group in rows.groupby(["label", "district", "sex"], dropna=False):
        found = _double(group["age_band"].unique())
        if found is None:
            return rows[rows["age_band"] == ALL_AGES], set()
        double |= found
    return rows[~rows["age_band"].isin(double)], double


def _double(labels: Iterable[str]) -> set[str] | None:
    """Bands that hold all of others ('18+' beside 18-24 and 25+), or lie within one that others
    do not make up; None where bands cross each other."""
    ages: dict[str, tuple[float, float]] = {}
    for label in labels:
        try:
            first, last = band_ages(label)
        except ValueError:  # all ages, not known, words of the holder's own
            continue
        ages[label] = first, np.inf if last is None else last
    left = sorted(ages, key=lambda label: ages[label][0] - ages[label][1])
    double: set[str] = set()
    for label in left:
        if label in double:
            continue
        low, high = ages[label]
        inside = [
            one for one in left if one != label and one not in double
            and low <= ages[one][0] and ages[one][1] <= high
        ]  # fmt: skip
        double |= {label} if _make_up((low, high), [ages[one] for one in inside]) else set(inside)
    kept = sorted(ages[label] for label in ages if label not in double)
    return None if any(one[1] >= other[0] for one, other in pairwise(kept)) else double


def _make_up(whole: tuple[float, float], parts: Iterable[tuple[float, float]]) -> bool:
    """Whether some of the parts, one after the other, are the whole."""
    ends = {whole[0] - 1}
    for low, high in sorted(parts):
        if low - 1 in ends:
            ends.add(high)
    return whole[1] in ends


def standardised(
    admissions: pd.DataFrame,
    population: pd.DataFrame,
    cause: str,
    *,
    repeats: Mapping[str, float] | None = None,
    per: float = 100_000,
) -> pd.DataFrame:
    """Directly standardised rates of one cause by year, over age bands and both sexes.

    `population` has year, sex ('male', 'female'), age_band, population. To the columns of
    `measures.directly_standardised` come those of the parts by sex and age band that have an
    admission: parts (how many), smallest (the smallest count). A year with a hidden part is
    'suppressed', one with a part missing 'not_available'. Must be computed before protection and
    is released only if its own numerator passes. `repeats`: see `OfCause`; a year without one has
    limits for admissions that each come by themselves.
    """
    parts = weighted(admissions, population, cause)
    factors = parts["year"].map(repeats or {}).astype(float)
    result = directly_standardised(
        parts.assign(squares=as_float(parts["count"]) * factors),
        by=["year"], sexes=2, squares="squares", per=per,
    )  # fmt: skip
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


def weighted(admissions: pd.DataFrame, population: pd.DataFrame, cause: str) -> pd.DataFrame:
    """The parts by year, sex and age band that a standardised rate is made of, with residents."""
    rows = strata_of(admissions, cause)
    return population.merge(added_up(rows, _KEYS), on=_KEYS, how="left")


def strata_of(admissions: pd.DataFrame, cause: str) -> pd.DataFrame:
    """The rows of one cause that are of one sex and one age band, totals left out."""
    return admissions[
        (admissions["cause"] == cause)
        & ~admissions["age_band"].isin([ALL_AGES, NOT_KNOWN])
        & admissions["sex"].isin(["male", "female"])
    ]
