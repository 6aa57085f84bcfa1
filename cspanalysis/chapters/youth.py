"""Chapter 06, young people who offend or are harmed: youth offending and youth violence."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import charts, disclosure, narrative
from cspanalysis.analysis import change, measures, yearly
from cspanalysis.chapters import common, grouped, series
from cspanalysis.disclosure import Protect
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import Review

SOURCE = "youth_offending"

REFERRED = "referred to the Youth Offending Service"
ENTRANTS = "first-time entrants aged 10-17"

#: Under this age a person is young here.
ADULT = 18


@finding(
    "young_people.offending.change",
    title="Were more young people referred to the Youth Offending Service?",
    needs=SOURCE,
    measure="young people referred to the Youth Offending Service",
    unit="young people",
    polarity="lower_is_better",
    would_show="whether more young people were referred to the Youth Offending Service",
)
def offending_change(
    review: Review, measure: str = REFERRED, *, comparison: Comparison, spec: Spec
) -> Finding:
    """Young people referred, against the year before; for whole financial years only."""
    rows = _years(review, comparison)
    result = change.change(rows[rows["measure"] == measure].reset_index(drop=True))
    if result.empty:
        raise NotAvailable(SOURCE, f"it does not count young people {measure}")
    subject = f"young people {measure}" if measure == REFERRED else measure
    return publish(
        review,
        spec,
        result.rename(columns={"measure": "counted"}),
        say=partial(narrative.change, subject=f"the number of {subject}"),
        protect=_protect(review),
        comparison=comparison,
        compared=True,
        sources=(SOURCE,),
        columns=common.change_columns(comparison),
        caption=common.where(review, common.capital(subject), comparison.period.label),
        method=common.method_of(result),
        measure=subject,
    )


@finding(
    "young_people.offending.years",
    title="How did referrals develop over the years?",
    needs=SOURCE,
    measure="young people referred to the Youth Offending Service",
    unit="young people",
    polarity="lower_is_better",
    would_show="how referrals to the Youth Offending Service developed over the years",
)
def offending_years(review: Review, measure: str = REFERRED, *, spec: Spec) -> Finding:
    """Young people referred by financial year, the newest against the first."""
    table = review.table(SOURCE)
    table = table[(table["measure"] == measure)].sort_values("year", ignore_index=True)
    table = table[table["year"].map(lambda y: int(y[:4]) * 12 + 3 <= review.period.last)]
    if len(table) < 2:
        raise NotAvailable(SOURCE, "it covers fewer than two years")
    shown = disclosure.apply(
        measures.count_interval(table[["year", "count", "status", "symbol"]]),
        _protect(review),
        edition=review.edition,
    )
    result = yearly.first_to_last(shown).assign(counted=measure)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.years, subject=f"the number of young people {measure}"),
        chart=partial(charts.trend_line, value="count", decimals=0),
        protect=_protect(review),
        comparison=Comparison(series.whole_years(result["year"]), review.compare),
        sources=(SOURCE,),
        columns={
            "year": "Year",
            "count": "Young people",
            "lower": "Lower limit",
            "upper": "Upper limit",
        },
        caption=common.where(
            review,
            f"Young people {measure}",
            f"{result['year'].iloc[0]} to {result['year'].iloc[-1]}; line = 95% interval",
        ),
        method=f"{common.method_of(result)}; {yearly.METHOD}",
    )


@finding(
    "young_people.offending.kinds",
    title="For which offences were more or fewer young people dealt with?",
    needs=SOURCE,
    measure="young people by kind of offence",
    unit="young people",
    polarity="lower_is_better",
    would_show="for which offences more or fewer young people were dealt with",
)
def offending_by_kind(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Young people by kind of offence, each with its change."""
    rows = _years(review, comparison)
    rows = rows[~rows["measure"].isin([REFERRED, ENTRANTS])]
    result = change.change(rows.reset_index(drop=True)).rename(columns={"measure": "kind"})
    result = result.sort_values("count", ascending=False, ignore_index=True)
    return publish(
        review,
        spec,
        # A young person can be dealt with for several kinds: the rows are no parts of a whole.
        result.assign(counted=result["kind"]),
        say=partial(
            narrative.changes,
            label="kind",
            subject="youth offending",
            items="kinds of offence",
        ),
        chart=partial(charts.change_intervals, label="kind"),
        protect=_protect(review),
        comparison=comparison,
        compared=True,
        sources=(SOURCE,),
        columns={"kind": "Kind of offence", **common.change_columns(comparison)},
        caption=common.where(
            review,
            "Change in young people by kind of offence",
            f"{comparison.period.label} against {comparison.compare.label}; {charts.CHANGES_KEY}",
        ),
        method=common.method_of(result),
        measure="young people by kind of offence",
    )


@finding(
    "young_people.youth_violence.change",
    title="Did violence that involves young people rise or fall?",
    needs="police_extract",
    measure="youth violence",
    unit="offences",
    polarity="lower_is_better",
    would_show="whether violence that involves young people rose or fell",
)
def youth_violence_change(
    review: Review,
    offences: str = "violent crime",
    under: int = ADULT,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Violent crime with a victim or a known suspect under an age."""
    return series.change_of(
        review,
        spec,
        comparison,
        _youth_violence(review, offences, under),
        subject="violence involving young people",
        sources=("police_extract",),
        protect=Protect("threshold", threshold=review.threshold),
        definition=_definition(offences, under),
        notes=("Schools deal with most incidents on their grounds without the police.",),
    )


@finding(
    "young_people.youth_violence.years",
    title="How did violence that involves young people develop over the years?",
    needs="police_extract",
    measure="youth violence",
    unit="offences",
    polarity="lower_is_better",
    would_show="how violence that involves young people developed over the years",
)
def youth_violence_years(
    review: Review, offences: str = "violent crime", under: int = ADULT, *, spec: Spec
) -> Finding:
    """The same by financial year."""
    return series.years_of(
        review,
        spec,
        _youth_violence(review, offences, under),
        subject="violence involving young people",
        things="Offences",
        sources=("police_extract",),
        protect=Protect("threshold", threshold=review.threshold),
        definition=_definition(offences, under),
    )


@finding(
    "young_people.youth_violence.change.{group}",
    title="Did violence that involves young people rise or fall in the {members}?",
    needs="peer_counts",
    measure="youth violence",
    unit="offences",
    polarity="lower_is_better",
    would_show="whether violence that involves young people rose or fell in the group of districts",
)
def youth_violence_together(
    review: Review, group: str, *, comparison: Comparison, spec: Spec
) -> Finding:
    """The same over a group of areas together, as the partner counted it."""
    return grouped.change_finding(
        review,
        spec,
        comparison,
        group,
        "youth violence",
        subject="violence involving young people",
    )


def _years(review: Review, comparison: Comparison) -> pd.DataFrame:
    """Both financial years of a comparison side by side, one row per measure."""
    table = review.table(SOURCE)
    labels = {}
    for key, period in (("count", comparison.period), ("compare_count", comparison.compare)):
        start = period.first // 12
        if period != Period.financial_year(start):
            raise NotAvailable(SOURCE, f"it has whole financial years, and {period.label} is none")
        labels[key] = series.year_label(start)
    missing = sorted(set(labels.values()) - set(table["year"]))
    if missing:
        raise NotAvailable(SOURCE, f"it does not cover {' and '.join(missing)}")
    counts = table[table["year"].isin(labels.values())].pivot_table(
        index="measure",
        columns="year",
        values="count",
        aggfunc=lambda values: values.sum(skipna=False),
        dropna=False,
        sort=False,
    )
    return pd.DataFrame(
        {
            "measure": counts.index,
            "count": pd.to_numeric(counts[labels["count"]]).to_numpy(dtype=float),
            "compare_count": pd.to_numeric(counts[labels["compare_count"]]).to_numpy(dtype=float),
            "period": comparison.period.iso,
            "compare": comparison.compare.iso,
            "days": comparison.period.days,
            "compare_days": comparison.compare.days,
        }
    )


def _protect(review: Review) -> Protect:
    return Protect(review.policy(SOURCE), threshold=review.threshold)


def _youth_violence(review: Review, offences: str, under: int) -> pd.DataFrame:
    table = review.records(offences, lacks="hold no ages").table
    known = [c for c in ("victim_age", "offender_age") if c in table and table[c].notna().any()]
    if not known:
        raise NotAvailable("police_extract", "the records hold no ages")
    is_young = pd.Series(False, index=table.index)
    for column in known:
        is_young |= table[column].lt(under).fillna(False).astype(bool)
    return series.monthly(table[is_young], review.covered("police_extract"))


def _definition(offences: str, under: int) -> str:
    return (
        f"Here: {offences} with a victim or a known suspect under {under}. The age of a suspect is "
        "known for detected offences only."
    )
