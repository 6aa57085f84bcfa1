"""Chapter 03, the environment: graffiti, litter, dogs, fly-tipping, notices, cleanliness."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, finding, publish, sentences
from cspanalysis.findings.common import other_counts
from cspanalysis.present import charts
from cspanalysis.present.phrases import MOST_NAMED
from cspanalysis.review.review import Review
from cspanalysis.stats import change, measures

GRAFFITI = "graffiti reported to the police"
GRAFFITI_COST = "graffiti removal cost"
FLY_TIPPING = "fly-tipping incidents"

#: Indicator of the council's records → how a reader sees it.
REPORTS = {
    "litter reports": "reports of litter",
    "dog fouling reports": "reports of dog fouling",
    "fly-tipping incidents": "fly-tipping",
    "abandoned vehicles reported": "abandoned vehicles",
}
#: How else councils call what they count; words around it say only that it is counted.
_THINGS = {
    "litter reports": "litter(ing)?",
    "dog fouling reports": "dog[- ]?(fouling|mess)",
    "fly-tipping incidents": "fly[- ]?tip(s|ping|pings|ped)?( (waste|rubbish))?",
    "abandoned vehicles reported": "abandoned (vehicles?|cars?)",
}
_COUNTED = (
    "total|number|no|all|of|reports?|reported|records?|recorded|incidents?|cases?|complaints?"
    "|received"
)
NOTICES = ("fixed penalty notices for litter", "fixed penalty notices for dog fouling")


@finding(
    "antisocial.graffiti.change",
    title="Did graffiti rise or fall?",
    needs="environmental",
    measure=GRAFFITI,
    unit="incidents",
    polarity="lower_is_better",
    would_show="whether graffiti rose or fell",
)
def graffiti_change(
    review: Review,
    indicator: str = GRAFFITI,
    exposure_adjusted: bool = False,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Graffiti reported to the police; `exposure_adjusted` allows years that begin differently."""
    return other_counts.change_of(
        review,
        spec,
        comparison,
        _monthly(review, indicator),
        subject=indicator,
        sources=("environmental",),
        exposure_adjusted=exposure_adjusted,
    )


@finding(
    "antisocial.graffiti.cost",
    title="What does it cost to remove graffiti?",
    needs="environmental",
    measure="cost of removing graffiti",
    unit="pounds",
    polarity="lower_is_better",
    would_show="what it costs to remove graffiti",
)
def graffiti_cost(
    review: Review,
    indicator: str = GRAFFITI_COST,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """What removing graffiti cost, against the same months of the year before."""
    months = _monthly(review, indicator)
    both = [_total(review, months, p) for p in (comparison.period, comparison.compare)]
    result = pd.DataFrame(
        {
            "period": [comparison.period.iso],
            "compare": [comparison.compare.iso],
            "compare_amount": [both[1]],
            "amount": [both[0]],
            "status": "ok",
        }
    )
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.amount, subject="the cost of removing graffiti"),
        comparison=comparison,
        compared=True,
        sources=("environmental",),
        columns={
            "compare_amount": f"{common.capital(common.earlier(comparison))}, pounds",
            "amount": "Now, pounds",
        },
        caption=common.where(review, "Cost of removing graffiti", comparison.period.label),
        method="sum of the monthly costs, at the prices of the time; an amount has no interval",
    )


@finding(
    "antisocial.environment.changes",
    title="Which other environmental problems rose or fell?",
    needs="environmental",
    measure="environmental problems reported",
    unit="reports",
    polarity="lower_is_better",
    would_show="which environmental problems rose or fell",
)
def environment_changes(
    review: Review,
    indicators: Sequence[str] = tuple(REPORTS),
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Litter, dog fouling, fly-tipping and abandoned vehicles, each with its change.

    Kinds that the council does not count, or not in both periods, are left out and named. Without
    any monthly figures the yearly ones of fly-tipping in Defra's table serve, for the newest
    financial year.
    """
    try:
        return _changes(
            review,
            spec,
            comparison,
            {REPORTS.get(i, i): i for i in indicators},
            subject="environmental problems reported",
            items="kinds",
        )
    except NotAvailable:
        if FLY_TIPPING not in indicators or not review.store.has("fly_tipping"):
            raise
        return _fly_tipping_years(review, spec)


@finding(
    "antisocial.penalty_notices.changes",
    title="Were more fixed penalty notices issued?",
    needs="environmental",
    measure="fixed penalty notices",
    unit="notices",
    would_show="whether more fixed penalty notices were issued",
)
def penalty_notices(
    review: Review,
    indicators: Sequence[str] = NOTICES,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Fixed penalty notices by what they were for; more can mean more enforcement."""
    return _changes(
        review,
        spec,
        comparison,
        {i: i for i in indicators},
        subject="fixed penalty notices",
        items="kinds of notice",
    )


@finding(
    "antisocial.cleanliness",
    title="How many sites are below the standard of cleanliness?",
    needs="environmental",
    measure="sites below the standard",
    unit="share",
    polarity="lower_is_better",
    would_show="how many sites are below the standard of cleanliness",
)
def cleanliness(review: Review, *, spec: Spec) -> Finding:
    """Share of surveyed sites below the standard, by kind of dirt, in the newest survey year."""
    if not review.store.has("cleanliness"):
        records = review.store.has("environmental")
        raise NotAvailable(
            "environmental", "the records hold no surveys of cleanliness" if records else ""
        )
    table = review.table("cleanliness")
    year = common.newest_year(table["year"], review.period, "environmental")
    rows = table[(table["year"] == year) & (table["status"] == "ok")]
    rows = rows.assign(measure=rows["measure"].str.strip())
    if rows.empty:
        raise NotAvailable("environmental", f"no survey of cleanliness in {year}")
    result = measures.proportion(
        rows[["year", "measure", "below_standard", "sites"]].rename(
            columns={"below_standard": "count", "sites": "total"}
        )
    )
    start = Period.financial_year(int(year[:4]))
    return publish(
        review,
        spec,
        result,
        say=partial(
            sentences.each_share,
            label="measure",
            subject="of the sites surveyed",
            of="were below the standard for",
        ),
        chart=partial(charts.shares_with_intervals, label="measure"),
        comparison=Comparison(start, start.before),
        sources=("environmental",),
        columns={
            "measure": "Kind of dirt",
            "count": "Below the standard",
            "total": "Sites surveyed",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=common.where(review, "Sites below the standard", f"financial year {year}"),
        method=common.method_of(result),
    )


def _fly_tipping_years(review: Review, spec: Spec) -> Finding:
    """Fly-tipping in the newest financial year of Defra's table against the year before."""
    rows = _fly_tipping(review)
    counts = rows.groupby("year")["count"].sum()
    if counts.empty:
        raise NotAvailable(
            "environmental", f"it holds no whole year of fly-tipping by {review.period.label}"
        )
    newest = counts.index.max()
    span = Period.financial_year(int(newest[:4]))
    comparison = Comparison(span, span.before)
    before = f"{int(newest[:4]) - 1}/{newest[2:4]}"
    if before not in counts.index:
        raise NotAvailable(
            "environmental",
            f"fly-tipping of {before} is not there for the whole year, which {newest} would be "
            "compared with",
        )
    result = change.change(
        pd.DataFrame(
            {
                "kind": [REPORTS[FLY_TIPPING]], "counted": [REPORTS[FLY_TIPPING]],
                "period": [span.iso], "compare": [span.before.iso],
                "count": [counts[newest]], "compare_count": [counts[before]],
                "days": [span.days], "compare_days": [span.before.days],
            }
        )
    ).assign(reason="")  # fmt: skip
    basis = {y: set(rows.loc[rows["year"] == y, "basis"].dropna()) for y in (before, newest)}
    if basis[before] != basis[newest] and all(basis.values()):
        told = [f"'{present.listed(sorted(basis[y]))}' in {y}" for y in (before, newest)]
        result = change.withheld(result, f"What is counted changed: {present.listed(told)}.")
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.change, subject=REPORTS[FLY_TIPPING]),
        comparison=comparison,
        compared=True,
        sources=("environmental",),
        columns={"kind": "Kind", **common.change_columns(comparison)},
        caption=common.where(review, "Fly-tipping incidents", f"{newest} against {before}"),
        method=common.method_of(result),
        notes=_basis_notes(basis[newest]),
        measure="fly-tipping incidents",
    )


def _fly_tipping(review: Review) -> pd.DataFrame:
    """Rows of Defra's table: whole years of all districts of the area, by the period's end."""
    table = review.table("fly_tipping", own=False)
    table = table[table["district"].isin(review.area.districts) & (table["status"] == "ok")]
    table = table[table["measure"] == "incidents"]
    ends = table["year"].map(lambda year: Period.financial_year(int(year[:4])).last)
    table = table[pd.to_numeric(ends) <= review.period.last]
    known = table.groupby("year")["district"].transform("nunique")
    return table[known == len(review.area.districts)]


def _basis_notes(basis: set[str]) -> list[str]:
    notes = [
        "Figures are those that the council gave for the financial year to the Department for "
        "Environment, Food and Rural Affairs; its monthly records are not here."
    ]
    if basis - {"All incidents"}:
        notes.append(f"What is counted: {present.listed(sorted(basis))}.")
    return notes


def _changes(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    indicators: Mapping[str, str],
    *,
    subject: str,
    items: str,
) -> Finding:
    by_label: dict[str, pd.DataFrame] = {}
    lacking: dict[str, NotAvailable] = {}
    for label, indicator in indicators.items():
        try:
            months = _monthly(review, indicator)
            for period in (comparison.period, comparison.compare):
                review.coverage("environmental").of(months["month"]).check(period)
        except NotAvailable as error:
            lacking[label] = error
        else:
            by_label[label] = months
    if not by_label:
        raise next(iter(lacking.values()))
    notes = []
    if lacking:
        named = present.listed(lacking)
        notes = [f"The records have no figures of {named} for both periods."]
    if REPORTS[FLY_TIPPING] in lacking and review.store.has("fly_tipping"):
        by_year = _fly_tipping(review).groupby("year")["count"].sum().tail(2)
        told = [f"{present.count(n)} in {year}" for year, n in by_year.items()]
        notes += [f"Fly-tipping by financial year: {present.listed(told)}."] if told else []
    return other_counts.changes_of(
        review,
        spec,
        comparison,
        by_label,
        notes=notes,
        label="kind",
        heading="Kind",
        subject=subject,
        items=items,
        sources=("environmental",),
    )


def _monthly(review: Review, indicator: str) -> pd.DataFrame:
    """Month and count of one indicator; a month that is hidden or missing stays missing."""
    table = review.table("environmental")
    names = set(table["indicator"])
    if indicator not in names and indicator in _THINGS:
        pattern = rf"(({_COUNTED})\W+)*({_THINGS[indicator]})(\W+({_COUNTED}))*"
        alike = [name for name in names if re.fullmatch(pattern, name)]
        # Of several, which is the whole nobody says.
        indicator = alike[0] if len(alike) == 1 else indicator
    rows = table[table["indicator"] == indicator]
    if rows.empty:
        held = [f"'{present.shorten(name, 40)}'" for name in sorted(table["indicator"].unique())]
        named = present.listed(held, MOST_NAMED, "further figures")
        raise NotAvailable("environmental", f"it holds no '{indicator}'; it holds {named}")
    # Several districts of one partnership are added up, but only if all of them are known.
    by_month = rows.groupby("month")
    is_whole = by_month["district"].nunique() == len(review.area.districts)
    values = by_month["value"].sum(skipna=False)[is_whole].dropna()
    return values.rename("count").reset_index()


def _total(review: Review, months: pd.DataFrame, period: Period) -> float:
    review.coverage("environmental").of(months["month"]).check(period)
    inside = months[period.contains(months["month"])]
    return float(inside["count"].sum())
