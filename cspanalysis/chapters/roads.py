"""Chapter 08, roads: collisions with injury, and children hurt."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from cspanalysis import charts, collisions
from cspanalysis.analysis import change, measures
from cspanalysis.chapters import common, series
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.narrative.year_pairs import year_pairs
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import Review

ROADS = "stats19"

INJURY = (
    "Collisions on public roads in which somebody was hurt and of which the police know; "
    "collisions with damage only are not recorded."
)
CHILDREN = f"{INJURY} Counted are collisions with at least one casualty younger than 18."


@finding(
    "roads.collisions.change",
    title="Did road collisions with injury rise or fall?",
    needs=ROADS,
    measure="road collisions with injury",
    unit="collisions",
    polarity="lower_is_better",
    would_show="whether road collisions rose or fell",
)
def collisions_change(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Collisions with injury against the same months of the year before."""
    rows, months = collisions.own(review)
    return series.change_of(
        review,
        spec,
        comparison,
        series.monthly(rows, months),
        subject="road collisions with injury",
        sources=(ROADS,),
        definition=INJURY,
    )


@finding(
    "roads.severity.change",
    title="Were collisions more or less severe?",
    needs=ROADS,
    measure="road collisions by severity",
    unit="collisions",
    polarity="lower_is_better",
    would_show="whether severe road collisions rose or fell",
)
def severity_changes(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Collisions by the worst injury: fatal or serious, and slight."""
    rows, months = collisions.own(review)
    is_severe = rows["severity"].isin(["fatal", "serious"])
    return series.changes_of(
        review,
        spec,
        comparison,
        {
            "collisions with a fatal or serious injury": series.monthly(rows[is_severe], months),
            "collisions with slight injuries only": series.monthly(
                rows[rows["severity"] == "slight"], months
            ),
        },
        label="severity",
        heading="Worst injury",
        subject="road collisions with injury",
        items="degrees of injury",
        sources=(ROADS,),
        definition=INJURY,
    )


@finding(
    "roads.child_casualties.change",
    title="Did collisions in which children were hurt rise or fall?",
    needs=ROADS,
    measure="collisions with a casualty under 18",
    unit="collisions",
    polarity="lower_is_better",
    would_show="whether collisions with a casualty under 18 rose or fell",
)
def child_casualties(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Collisions with a casualty under 18 against the same months of the year before."""
    rows, months = collisions.own(review)
    children = collisions.with_child(review, rows)
    inside = rows[comparison.period.contains(rows["month"])]
    return series.change_of(
        review,
        spec,
        comparison,
        series.monthly(children, months),
        subject="collisions with a casualty under 18",
        sources=(ROADS,),
        definition=CHILDREN,
        notes=_unknown_ages(review, inside, comparison.period.label),
    )


@finding(
    "roads.child_casualties.years",
    title="How many collisions hurt children in each calendar year?",
    needs=ROADS,
    measure="collisions with a casualty under 18",
    unit="collisions",
    polarity="lower_is_better",
    would_show="how many collisions hurt children in each calendar year",
)
def child_casualty_years(review: Review, *, spec: Spec) -> Finding:
    """Whole calendar years, each against the one before (conditional exact test)."""
    rows, months = collisions.own(review)
    children = series.monthly(collisions.with_child(review, rows), months)
    result = _calendar_years(children, review.period)
    if result.empty:
        raise NotAvailable(ROADS, "it covers no two whole calendar years in a row")
    first, last = result["compare_year"].iloc[0], result["year"].iloc[-1]
    inside = rows[rows["month"].between(f"{first}-01", f"{last}-12")]
    subject = "collisions with a casualty under 18"
    return publish(
        review,
        spec,
        result,
        say=partial(year_pairs, subject=subject),
        chart=_year_line,
        comparison=Comparison(Period.calendar_year(int(last)), Period.calendar_year(int(last) - 1)),
        compared=True,
        sources=(ROADS,),
        columns={
            "year": "Year",
            "compare_count": "The year before",
            "count": "Collisions",
            "percent_change": "Change, per cent",
            "ratio": "Ratio per day",
            "interval": "95% interval of the ratio",
        },
        caption=common.where(
            review, f"{common.capital(subject)} by year", f"{first} to {last}; line = 95% interval"
        ),
        method=common.method_of(result),
        definition=CHILDREN,
        notes=_unknown_ages(review, inside, f"{first} to {last}"),
        measure=subject,
    )


@finding(
    "roads.collisions.peers.{group}",
    title="How do road collisions compare with the other {members}?",
    needs=("peer_counts", ROADS),
    measure="road collisions per 1,000 residents",
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="how road collisions compare with the peers",
)
def collisions_peers(review: Review, group: str, *, comparison: Comparison, spec: Spec) -> Finding:
    """Collisions per 1,000 residents of every area of a peer group."""
    counted = collisions.peers(review, group, comparison.period)
    return common.peers_of(
        review,
        spec,
        comparison,
        counted,
        group,
        things="road collisions",
        heading="Collisions",
        notes=(
            "Collisions are counted where they happen, residents where they live: through traffic "
            "raises the rate of a district with main roads.",
        ),
    )


def _calendar_years(by_month: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Whole calendar years that end by the end of the period, each beside the one before."""
    known = set(by_month["month"])

    def count(year: Period) -> int | None:
        if year.last > period.last or not set(year.month_list()) <= known:
            return None
        return int(by_month.loc[year.contains(by_month["month"]), "count"].sum())

    rows = []
    for number in sorted({int(m[:4]) for m in known}):
        year = Period.calendar_year(number)
        now, before = count(year), count(year.before)
        if now is None or before is None:
            continue
        rows.append(
            {
                "year": str(number),
                "compare_year": str(number - 1),
                "period": year.iso,
                "compare": year.before.iso,
                "count": now,
                "compare_count": before,
                "days": year.days,
                "compare_days": year.before.days,
            }
        )
    return change.change(pd.DataFrame(rows)) if rows else pd.DataFrame()


def _year_line(table: pd.DataFrame):
    counts = {
        **dict(zip(table["compare_year"], table["compare_count"], strict=True)),
        **dict(zip(table["year"], table["count"], strict=True)),
    }
    years = pd.DataFrame({"year": list(counts), "count": list(counts.values())})
    years = measures.count_interval(years.sort_values("year", ignore_index=True))
    return charts.trend_line(years, value="count", decimals=0)


def _unknown_ages(review: Review, rows: pd.DataFrame, when: str) -> Iterable[str]:
    unknown = collisions.with_unknown_age(review, rows)
    if not unknown:
        return ()
    return (
        f"In {unknown} more collisions of {when} the only casualties who may have been under 18 "
        "have no recorded age; they are not counted.",
    )
