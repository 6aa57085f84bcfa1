"""Hospital admissions, for the chapters that use them: by year, by sex, by age and sex, shares.

All findings come from one table, protected once (`review.protected`), so that no two of them
differ by a hidden cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, publish, sentences
from cspanalysis.findings.common import other_counts
from cspanalysis.present import charts
from cspanalysis.present.phrases import MOST_NAMED
from cspanalysis.review.review import Review
from cspanalysis.stats import admission_rates as counting
from cspanalysis.stats import measures, trend, yearly

SOURCE = "hospital_extract"

CAUSES = {
    "T51": "the toxic effect of alcohol (ICD-10 T51)",
    "F10": "mental and behavioural disorders due to alcohol (ICD-10 F10)",
    "X85-Y09": "assault (ICD-10 X85 to Y09)",
}

#: Residents that admission rates are related to.
PER = 100_000


def age_sex_finding(review: Review, spec: Spec, cause: str, year: str | None) -> Finding:
    """Admissions of a cause by age band and sex in one financial year."""
    shown, what, notes = _of_cause(review, cause)
    chosen = year or common.newest_year(shown["year"], review.period, SOURCE)
    rows = shown[shown["year"] == chosen]
    if rows.empty:
        raise NotAvailable(SOURCE, f"it holds no admissions for {what} in {chosen}")
    parts = counting.strata_of(rows, cause)
    if parts.empty:
        raise NotAvailable(SOURCE, f"it does not tell age and sex apart in {chosen}")
    return publish(
        review,
        spec,
        parts.reset_index(drop=True),
        say=partial(sentences.age_sex, subject=f"admissions for {what}"),
        chart=charts.age_by_sex,
        protect=protect(review),
        comparison=review.comparisons[0],
        sources=(SOURCE,),
        columns={"age_band": "Age", "sex": "Sex", "count": "Admissions"},
        caption=common.where(
            review, f"Hospital admissions for {what} by age and sex", f"financial year {chosen}"
        ),
        method=f"counts of admissions{_policy_words(review)}",
        notes=notes,
    )


def years_finding(review: Review, spec: Spec, cause: str) -> Finding:
    """Admissions of a cause by financial year, per 100,000 residents where these are known."""
    shown, what, notes = _of_cause(review, cause)
    by_year = disclosure.aggregate(shown, by=("year",), where={"cause": cause})
    by_year = by_year[by_year["year"].map(lambda y: int(y[:4]) * 12 + 3 <= review.period.last)]
    table = by_year.sort_values("year", ignore_index=True).assign(cause=cause)
    rated = _rates(review, table)
    has_rates = "rate" in rated
    result = yearly.first_to_last(
        rated,
        exposure="population" if has_rates else None,
        rounded_to=_rounded_to(rated),
    )
    found = trend.recent_trend(result) if has_rates else None
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.years, subject=f"admissions for {what}"),
        chart=partial(
            charts.trend_line,
            value="rate" if has_rates else "count",
            decimals=1 if has_rates else 0,
        ),
        protect=protect(review),
        comparison=Comparison(other_counts.whole_years(result["year"]), review.compare),
        sources=(SOURCE, "population") if has_rates else (SOURCE,),
        columns={
            "year": "Year",
            "count": "Admissions",
            "population": "Residents",
            "rate": "Per 100,000 residents",
            "interval": "95% interval",
        },
        caption=common.where(
            review,
            f"Hospital admissions for {what}{' per 100,000 residents' if has_rates else ''}",
            f"{result['year'].iloc[0]} to {result['year'].iloc[-1]}"
            + ("; line = 95% interval" if has_rates else ""),
        ),
        method="; ".join(
            filter(None, (common.method_of(result), yearly.METHOD + _policy_words(review)))
        ),
        notes=[*_trend_notes(found, what), *notes],
    )


def sexes_finding(review: Review, spec: Spec, cause: str, year: str | None) -> Finding:
    """Whether males or females are admitted more often, per resident of their sex."""
    shown, what, notes = _of_cause(review, cause)
    chosen = year or common.newest_year(shown["year"], review.period, SOURCE)
    rows = disclosure.aggregate(shown, by=("year", "sex"), where={"cause": cause})
    rows = rows[(rows["year"] == chosen) & rows["sex"].isin(["male", "female"])]
    if len(rows) < 2:
        raise NotAvailable(SOURCE, f"it does not tell the sexes apart in {chosen}")
    rows = rows.assign(cause=cause)
    try:
        people = review.population_by_age(_year(chosen)).groupby("sex")["population"].sum()
        rows = rows.assign(population=rows["sex"].map(people))
    except NotAvailable:
        pass
    exposure = "population" if "population" in rows and rows["population"].notna().all() else None
    rated = _with_rate(rows) if exposure else rows
    result = yearly.first_to_last(
        rated, year="sex", exposure=exposure, rounded_to=_rounded_to(rows)
    )
    beside = filter(None, [review.residents_beside(_year(chosen)) if exposure else ""])
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.sexes, subject=f"admissions for {what}"),
        protect=protect(review),
        comparison=Comparison(_year(chosen), review.compare),
        sources=(SOURCE, "population") if exposure else (SOURCE,),
        columns={
            "sex": "Sex",
            "count": "Admissions",
            "population": "Residents",
            "rate": "Per 100,000 residents of that sex",
            "interval": "95% interval",
        },
        caption=common.where(
            review, f"Hospital admissions for {what} by sex", f"financial year {chosen}"
        ),
        method=f"conditional exact test of two Poisson counts{_policy_words(review)}",
        notes=[*beside, *notes],
    )


def share_finding(
    review: Review,
    spec: Spec,
    cause: str,
    sex: str,
    age_band: str,
    years: Sequence[str] | None,
    *,
    of: str,
) -> Finding:
    """Which share of the admissions of a cause one group makes up, over some years together.

    The share is computed before protection and given in whole per cent: it is released if the
    group and the rest both pass the policy.
    """
    every, what, notes = of_cause(review, cause)
    table = every[every["age_band"] != "all ages"]
    known = sorted(y for y in table["year"].unique() if int(y[:4]) * 12 + 3 <= review.period.last)
    chosen = sorted(years) if years else known[-2:]
    rows = table[table["year"].isin(chosen) & table["sex"].isin(["male", "female"])]
    group = table[
        table["year"].isin(chosen) & (table["sex"] == sex) & (table["age_band"] == age_band)
    ]
    total = _all_ages(every, chosen)
    count = group["count"].sum(skipna=False) if len(group) == len(chosen) else pd.NA
    if rows.empty or pd.isna(count) or pd.isna(total):
        raise NotAvailable(SOURCE, f"a count of {what} in {', '.join(chosen)} is hidden or missing")
    span = other_counts.whole_years(chosen)
    keep = protect(review)
    if review.edition == "public" and not disclosure.may_show_share(count, total, keep):
        raise NotAvailable(SOURCE, "the group is too small to be shown")
    result = measures.proportion(
        pd.DataFrame({"period": [span.iso], "cause": cause, "sex": sex, "age_band": age_band,
                      "count": int(count), "total": int(total)})
    ).round({"share": 2, "lower": 2, "upper": 2})  # fmt: skip
    result = result.assign(decimals=0, limit_decimals=0)
    return publish(
        review,
        spec,
        result,
        say=partial(
            sentences.whole_share,
            subject=f"admissions for {what} in {present.listed(chosen)}",
            of=of,
        ),
        protect=disclosure.Protect(
            keep.policy, threshold=keep.threshold, released=("share", "lower", "upper")
        ),
        comparison=Comparison(span, review.compare),
        sources=(SOURCE,),
        columns={"sex": "Sex", "age_band": "Age", "count": "Admissions", "total": "All",
                 "share": "Share", "interval": "95% interval"},
        caption=common.where(
            review, f"Hospital admissions for {what}", f"{chosen[0]} to {chosen[-1]}"
        ),
        method=f"{common.method_of(result)}, computed before the counts were rounded"
        if keep.policy == "hes" and review.edition == "public"
        else common.method_of(result),
        notes=notes,
    )  # fmt: skip


def protect(review: Review) -> disclosure.Protect:
    """How hospital counts are protected in this workspace."""
    return disclosure.Protect(review.policy(SOURCE), threshold=review.threshold)


def of_cause(review: Review, cause: str) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    """The admissions of a cause before protection, what it is, and which codes were counted.

    Raises
    ------
    NotAvailable
        If the extract has none; names the codes that it has.
    """
    table = review.table(SOURCE)
    what = CAUSES.get(cause, cause)
    found = counting.of_cause(table, cause, review.area.districts)
    if found.rows.empty:
        raise NotAvailable(SOURCE, _why_none(found, table, what))
    notes = []
    if found.counted != (cause,):
        notes.append(f"Codes of the extract that are counted: {_named(found.counted)}.")
    if found.parts:
        notes.append(
            f"Taken for parts of {_named(found.counted)} and not added: {_named(found.parts)}."
        )
    if found.wider:
        notes.append(f"Not counted, as they are more than this cause: {_named(found.wider)}.")
    if found.left_out:
        notes.append(
            f"{present.listed(found.left_out)} {'is' if len(found.left_out) == 1 else 'are'} left "
            "out: a district is missing, or some codes have totals only."
        )
    if found.rows[["sex", "age_band"]].eq(counting.NOT_KNOWN).any(axis=None):
        notes.append("Admissions of people whose sex or age is not known count in totals only.")
    return found.rows, what, tuple(notes)


def _why_none(found: counting.OfCause, table: pd.DataFrame, what: str) -> str:
    if found.left_out:
        return (
            f"for {what} its codes or districts cannot be added up in "
            f"{present.listed(found.left_out)}"
        )
    told = f"its codes are {_named(table['cause'].unique())}"
    if found.wider:
        return f"for {what} it has {_named(found.wider)}, which takes in more"
    return f"it holds no admissions for {what}; {told}"


def _named(labels: Iterable[str]) -> str:
    shown = [present.shorten(label, 40) for label in labels]
    return present.listed(shown, MOST_NAMED, "further codes")


def _of_cause(review: Review, cause: str) -> tuple[pd.DataFrame, str, tuple[str, ...]]:
    rows, what, notes = of_cause(review, cause)
    shown = review.protected(
        SOURCE,
        protect(review),
        ("year", "cause", "sex", "age_band"),
        keep=("year", "cause"),
        rows=rows,
        of=cause,
    )
    return shown, what, notes


def _all_ages(rows: pd.DataFrame, years: Sequence[str]) -> object:
    """All admissions of some years: the extract's own totals, else the sum of its parts."""
    is_all = (rows["sex"] == "persons") & (rows["age_band"] == "all ages")
    total: object = 0
    for year in years:
        of_year = rows[rows["year"] == year]
        used = (
            of_year[is_all[of_year.index]]
            if is_all[of_year.index].any()
            else of_year[(of_year["sex"] != "persons") & (of_year["age_band"] != "all ages")]
        )
        total += used["count"].sum(skipna=False) if len(used) else pd.NA
    return total


def _rates(review: Review, table: pd.DataFrame) -> pd.DataFrame:
    try:
        people = [review.residents(_year(y))[0] for y in table["year"]]
    except NotAvailable:
        return table
    return _with_rate(table.assign(population=people))


def _with_rate(table: pd.DataFrame) -> pd.DataFrame:
    """Rates of protected counts; a hidden count keeps its status."""
    rated = measures.rate(table, per=PER)
    return rated.assign(status=table["status"].where(table["status"] != "ok", rated["status"]))


def _rounded_to(table: pd.DataFrame) -> int:
    return int(table["rounded_to"].max()) if "rounded_to" in table else 0


def _year(label: str) -> Period:
    return Period.financial_year(int(label[:4]))


def _policy_words(review: Review) -> str:
    hidden = {
        "hes": "counts of 1 to 7 hidden, the others rounded to the nearest 5",
        "threshold": f"counts of 1 to {review.threshold - 1} hidden",
    }.get(review.policy(SOURCE))
    return f"; {hidden}" if hidden and review.edition != "partner" else ""


def _trend_notes(found: trend.Trend | None, what: str) -> tuple[str, ...]:
    if found is None:
        return ()
    if found.status != "ok":
        return (f"No five-year trend is calculated: {present.inside(found.reason)}",)
    return (sentences.trend(found.table, subject=f"admissions for {what}").text,)
