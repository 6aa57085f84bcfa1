"""Chapter 06, young people: exclusions from school by year, by cluster of schools, by authority."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.disclosure import Protect
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, exclusion_rates, finding, publish, sentences
from cspanalysis.present import charts
from cspanalysis.review.review import Review
from cspanalysis.stats import measures, yearly

SOURCE = "school_exclusions"

#: Kind of exclusion in the data → what a reader counts.
THINGS = {"permanent": "permanent exclusions", "fixed term": "fixed-term exclusions"}


@finding(
    "young_people.exclusions.change",
    title="Are more children excluded from school?",
    needs=(SOURCE, "dfe_exclusions"),
    measure="exclusions from school",
    unit="exclusions",
    polarity="lower_is_better",
    would_show="whether more children are excluded from school",
)
def exclusions_change(
    review: Review,
    kinds: Sequence[str] = ("permanent", "fixed term"),
    school_year: str | None = None,
    *,
    spec: Spec,
) -> Finding:
    """Exclusions and children excluded, by school year up to one (default: the newest up to the
    period's end), per 100 pupils on roll, against the first year known."""
    known = _protected(review)
    own = known[
        known["district"].isin(review.area.districts)
        & (known["cluster"] == "total")
        & known["kind"].isin(list(kinds))
    ]
    # A year that one of several districts lacks would be the sum of the others.
    held = own.groupby(["school_year", "kind"])["district"].transform("nunique")
    own = own[held == len(review.area.districts)]
    last = school_year or newest_school_year(own["school_year"], review.period, SOURCE)
    own = own[own["school_year"] <= last]
    parts = []
    for kind in kinds:
        rows = own[own["kind"] == kind].groupby("school_year", as_index=False).agg(_together)
        if len(rows) < 2:
            raise NotAvailable(SOURCE, f"it holds fewer than two years of {kind} exclusions")
        if not rows["roll"].notna().all():
            parts.append(yearly.first_to_last(rows, year="school_year"))
            continue
        rated = measures.rate(rows, population="roll", per=100)
        rated["status"] = rows["status"].where(rows["status"] != "ok", rated["status"])
        compared = yearly.first_to_last(rated, year="school_year", exposure="roll")
        parts.append(compared.assign(per="pupil"))
    result = pd.concat(parts, ignore_index=True).assign(district=review.area.districts[0])
    result["things"] = result["kind"].map(lambda k: THINGS.get(k, f"{k} exclusions"))
    span = _span(result["school_year"])
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.exclusions, kinds=THINGS),
        chart=_change_chart,
        protect=_protect(review),
        comparison=Comparison(span, review.compare),
        sources=(SOURCE,),
        columns={
            "kind": "Kind",
            "school_year": "School year",
            "count": "Exclusions",
            "children": "Children",
            "roll": "Pupils on roll",
            "rate": "Exclusions per 100 pupils",
            "interval": "95% interval",
        },
        caption=common.where(
            review,
            "Change in exclusions per 100 pupils on roll",
            f"school year {last} against {result['school_year'].min()}; {charts.CHANGES_KEY}",
        ),
        method=f"{common.method_of(result)}; {yearly.METHOD}, related to the pupils on roll",
        definition="A child excluded more than once in a year counts as one child and as several "
        "exclusions.",
    )


@finding(
    "young_people.exclusions.clusters",
    title="Which school clusters exclude the most pupils?",
    needs=(SOURCE, "dfe_exclusions"),
    measure="exclusions per 100 pupils on roll",
    unit="exclusions",
    polarity="lower_is_better",
    would_show="which school clusters exclude the most pupils",
)
def exclusions_by_cluster(
    review: Review, kind: str = "permanent", school_year: str | None = None, *, spec: Spec
) -> Finding:
    """Exclusions and rates by school cluster in one school year."""
    return _clusters(review, spec, kind, school_year)


@finding(
    "young_people.fixed_term.clusters",
    title="Which school clusters exclude the most pupils for a fixed term?",
    needs=(SOURCE, "dfe_exclusions"),
    measure="fixed-term exclusions per 100 pupils on roll",
    unit="exclusions",
    polarity="lower_is_better",
    would_show="which school clusters exclude the most pupils for a fixed term",
)
def fixed_term_by_cluster(
    review: Review, kind: str = "fixed term", school_year: str | None = None, *, spec: Spec
) -> Finding:
    """The same for fixed-term exclusions, since 2020 called suspensions."""
    return _clusters(review, spec, kind, school_year)


@finding(
    "young_people.authority.{name}",
    title="How does the local authority compare with England on {things}?",
    needs="dfe_exclusions",
    unit="per 100 pupils",
    polarity="lower_is_better",
    would_show="how the local authority compares with England on exclusions",
)
def authority_rates(
    review: Review,
    name: str,
    kind: str,
    things: str,
    school_year: str | None = None,
    *,
    spec: Spec,
) -> Finding:
    """Rates of the county or unitary authority, its region and England, as published.

    National figures up to 2016/17 are rounded to 5; the interval of the authority is ours.
    """
    table = review.table("dfe_exclusions")
    table = table[
        (table["kind"] == kind)
        & table["reason"].isna()
        & table["count"].notna()
        & table["headcount"].notna()
    ]
    authority = review.area.county or review.area.name
    is_own = (table["level"] == "local authority") & (table["area"] == authority)
    whole = table["is_whole"]
    own = whole & is_own
    if not own.any():
        only = ", only parts: some pupils, schools or terms" if is_own.any() else ""
        raise NotAvailable("dfe_exclusions", f"it holds no {things} of {authority}{only}")
    year = school_year or newest_school_year(
        table.loc[own, "school_year"], review.period, "dfe_exclusions"
    )
    chosen = whole & (table["school_year"] == year)
    rows = table[chosen & (own | table["level"].isin(["region", "national"]))]
    rows = rows[(rows["level"] != "region") | (rows["area"] == review.area.region)]
    rows = rows.drop_duplicates(["level", "area"])
    result = measures.rate(
        rows[["school_year", "area", "level", "kind", "count", "headcount"]],
        population="headcount",
        per=100,
    ).assign(is_own=(rows["level"] == "local authority").to_numpy())
    england = result.loc[result["level"] == "national", "rate"]
    result = result.assign(others_rate=england.iloc[0] if len(england) else float("nan"))
    result = result.sort_values("rate", ignore_index=True)
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.against_england, things=things),
        chart=partial(charts.ranked_bars, reference=False),
        comparison=Comparison(_span([year]), review.compare),
        sources=("dfe_exclusions",),
        columns={
            "area": "Area",
            "count": common.capital(things),
            "headcount": "Pupils",
            "rate": "Per 100 pupils",
            "interval": "95% interval",
        },
        caption=f"{common.capital(things)} per 100 pupils – {authority}, school year {year}",
        method=common.method_of(result),
        notes=_term_notes(table[is_own], year, review.period),
        measure=f"{things} per 100 pupils",
    )


def _term_notes(table: pd.DataFrame, year: str, period: Period) -> list[str]:
    """Says of which newer years only terms are held: a term is no year."""
    begun = table["school_year"].map(lambda y: Period.academic_year(int(y[:4])).first)
    is_term = ~table["term"].fillna("year").str.contains("year")
    newer = table[(table["school_year"] > year) & (begun <= period.last) & is_term]
    if newer.empty:
        return []
    held = newer.sort_values("school_year").drop_duplicates(["school_year", "term"])
    names = [f"the {t} of {y}" for t, y in zip(held["term"], held["school_year"], strict=True)]
    return [f"The files also hold {present.listed(names, 3)}: a term does not stand for a year."]


def newest_school_year(years: Sequence[str], period: Period, source: str) -> str:
    """The newest school year ('2006/07') that begins before the period ends.

    Raises
    ------
    NotAvailable
        If the source's years all begin later.
    """
    inside = [y for y in years if Period.academic_year(int(y[:4])).first <= period.last]
    if not inside:
        raise NotAvailable(
            source, f"it holds no school year that begins before {period.label} ends"
        )
    return max(inside)


def _clusters(review: Review, spec: Spec, kind: str, school_year: str | None) -> Finding:
    known = _protected(review)
    known = known[(known["cluster"] != "total") & (known["kind"] == kind)]
    chosen = school_year or newest_school_year(known["school_year"], review.period, SOURCE)
    rows = known[known["school_year"] == chosen].drop(columns="children")
    if rows.empty:
        raise NotAvailable(SOURCE, f"no {kind} exclusions for {chosen}")
    result = exclusion_rates.rates(rows, per=100, by=("district", "cluster"))
    result["is_own"] = result["district"].isin(review.area.districts)
    span = _span([chosen])
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.cluster_rates, subject=THINGS.get(kind, f"{kind} exclusions")),
        chart=partial(charts.clusters_bars, value="rate"),
        protect=_protect(review),
        comparison=Comparison(span, review.compare),
        sources=(SOURCE,),
        columns={
            "cluster": "School cluster",
            "district": "District",
            "count": "Exclusions",
            "roll": "Pupils on roll",
            "rate": "Per 100 pupils",
            "interval": "95% interval",
        },
        caption=f"{common.capital(THINGS.get(kind, f'{kind} exclusions'))} per 100 pupils on roll "
        f"by school cluster – {present.listed(sorted(rows['district'].unique()), 3)}, "
        f"school year {chosen}; line = 95% interval",
        method=common.method_of(result),
    )


def _protect(review: Review) -> Protect:
    return Protect(review.policy(SOURCE), counts=("count", "children"), threshold=review.threshold)


def _protected(review: Review) -> pd.DataFrame:
    """All clusters by year and kind, and the total of each own district, protected together."""
    table = review.table(SOURCE, own=False)
    own = table["district"].isin(review.area.districts)
    if not own.any():
        raise NotAvailable(SOURCE, f"it holds no rows for {review.area.name}")
    keys = ("school_year", "kind", "district", "cluster")
    keep = _protect(review)
    parts = [
        disclosure.protect_finest(
            table[own], keep, edition=review.edition, dimensions=keys, keep=keys[:3]
        ),
        disclosure.apply(
            table.loc[~own, [*keys, "count", "children", "status", "symbol"]],
            keep,
            edition=review.edition,
        ),
    ]
    shown = pd.concat(parts, ignore_index=True)
    roll = table[[*keys, "roll"]]
    sums = (
        roll[own]
        .groupby(list(keys[:3]), as_index=False)["roll"]
        .agg(lambda column: column.sum(skipna=False))
    )
    rolls = pd.concat([roll, sums.assign(cluster="total")], ignore_index=True)
    return shown.merge(rolls, on=list(keys), how="left")


def _together(column: pd.Series) -> object:
    """Several districts of one partnership added up; unknown if one of them is."""
    if pd.api.types.is_numeric_dtype(column):
        return column.sum(skipna=False)
    flagged = column[column.ne("ok") & column.ne("")] if column.name == "status" else column
    return flagged.iloc[0] if len(flagged) else column.iloc[0]


def _change_chart(table: pd.DataFrame):
    """Change from the first to the newest year, a row per kind, from the protected table."""
    ends = [
        {
            "kind": kind,
            "compare_count": rows["count"].iloc[0],
            "count": rows["count"].iloc[-1],
            "ratio": rows["change_ratio"].iloc[-1],
            "lower": rows["change_lower"].iloc[-1],
            "upper": rows["change_upper"].iloc[-1],
        }
        for kind, rows in table.groupby("things", sort=False)
    ]
    return charts.change_intervals(pd.DataFrame(ends), label="kind")


def _span(years: Sequence[str]) -> Period:
    known = sorted(years)
    return Period(
        Period.academic_year(int(known[0][:4])).first,
        Period.academic_year(int(known[-1][:4])).last,
    )
