"""Findings about anything counted by month or by year that is no offence of the taxonomy.

Flagged records (domestic, hate, custody), calls, council figures: the chapter says which rows
count, and the shapes here compare them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import pandas as pd

from cspanalysis import disclosure
from cspanalysis.disclosure import Protect
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, publish, sentences
from cspanalysis.present import charts
from cspanalysis.review.review import Review
from cspanalysis.stats import change, measures, yearly

#: Up to so many series a sentence names each with its counts.
FEW = 4


def monthly(rows: pd.DataFrame, months: Iterable[str]) -> pd.DataFrame:
    """Rows counted by their month; a month without any is 0."""
    counts, ordered = rows["month"].value_counts().to_dict(), sorted(months)
    return pd.DataFrame({"month": ordered, "count": [counts.get(m, 0) for m in ordered]})


def change_of(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    by_month: pd.DataFrame,
    *,
    subject: str,
    sources: Sequence[str],
    protect: Protect | None = None,
    definition: str = "",
    notes: Iterable[str] = (),
    exposure_adjusted: bool = False,
) -> Finding:
    """Whether a monthly series rose or fell between two periods.

    Raises
    ------
    NotAvailable
        If the series does not cover both periods.
    """
    _check(review, by_month, sources, comparison)
    result = change.compared(
        by_month, comparison.period, comparison.compare, exposure_adjusted=exposure_adjusted
    )
    result = common.with_places(review, result, comparison, sources[0])
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.change, subject=subject),
        protect=protect,
        comparison=comparison,
        compared=True,
        sources=sources,
        columns=common.change_columns(comparison),
        caption=common.where(review, common.capital(subject), comparison.period.label),
        method=common.method_of(result),
        definition=definition,
        notes=[*notes, *(common.detectable_notes(result, comparison) if protect is None else ())],
        measure=subject,
    )


def changes_of(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    by_label: Mapping[str, pd.DataFrame],
    *,
    label: str,
    heading: str,
    subject: str,
    items: str,
    sources: Sequence[str],
    protect: Protect | None = None,
    definition: str = "",
    notes: Iterable[str] = (),
) -> Finding:
    """Several monthly series side by side, each with its change and interval.

    Parameters
    ----------
    by_label : mapping
        Name of a series → month, count.
    label, heading : str
        Column of the names, and its heading in the table.
    subject, items : str
        The whole, and what the series are in the plural, for the sentence.
    """
    if not by_label:
        raise NotAvailable(sources, f"it tells no {items} apart")
    rows = []
    for name, by_month in by_label.items():
        _check(review, by_month, sources, comparison)
        row = common.with_places(
            review,
            change.compared(by_month, comparison.period, comparison.compare),
            comparison,
            sources[0],
        )
        rows.append(row.assign(**{label: name, "counted": name}))
    result = pd.concat(rows, ignore_index=True)
    say = partial(sentences.changes, label=label, subject=subject, items=items)
    if len(result) <= FEW:
        say = partial(sentences.few_changes, label=label, subject=subject)
    return publish(
        review,
        spec,
        result,
        say=say,
        chart=partial(charts.change_intervals, label=label),
        protect=protect,
        comparison=comparison,
        compared=True,
        sources=sources,
        columns={label: heading, **common.change_columns(comparison)},
        caption=common.where(
            review,
            f"Change in {subject}",
            f"{comparison.period.label} against {comparison.compare.label}; {charts.CHANGES_KEY}",
        ),
        method=common.method_of(result),
        definition=definition,
        notes=notes,
        measure=subject,
    )


def years_of(
    review: Review,
    spec: Spec,
    by_month: pd.DataFrame,
    *,
    subject: str,
    things: str,
    sources: Sequence[str],
    protect: Protect | None = None,
    definition: str = "",
) -> Finding:
    """A monthly series by financial year, the newest year against the first.

    Raises
    ------
    NotAvailable
        If fewer than two whole financial years end by the end of the review's period.
    """
    table = financial_years(by_month, review.period)
    if len(table) < 2:
        raise NotAvailable(sources, "it covers fewer than two whole financial years")
    shown = disclosure.apply(measures.count_interval(table), protect, edition=review.edition)
    result = yearly.first_to_last(shown, exposure="days")
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.years, subject=subject),
        chart=partial(charts.trend_line, value="count", decimals=0),
        protect=protect,
        comparison=Comparison(whole_years(result["year"]), review.compare),
        sources=sources,
        columns={"year": "Year", "count": things, "lower": "Lower limit", "upper": "Upper limit"},
        caption=common.where(
            review,
            f"{common.capital(subject)} by financial year",
            f"{result['year'].iloc[0]} to {result['year'].iloc[-1]}; line = 95% interval",
        ),
        method=f"{common.method_of(result)}; {yearly.METHOD}",
        definition=definition,
        measure=subject,
    )


def financial_years(by_month: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Whole financial years of a monthly series that end by the end of the period.

    Returns
    -------
    pandas.DataFrame
        year ('2006/07'), count, days.
    """
    known = set(by_month["month"])
    starts = sorted({int(m[:4]) for m in known})
    rows = []
    for start in starts:
        whole = Period.financial_year(start)
        if whole.last <= period.last and set(whole.month_list()) <= known:
            count = by_month.loc[whole.contains(by_month["month"]), "count"].sum()
            rows.append({"year": year_label(start), "count": int(count), "days": whole.days})
    return pd.DataFrame(rows, columns=["year", "count", "days"])


def year_label(start: int) -> str:
    """'2006/07' for 2006."""
    return f"{start}/{(start + 1) % 100:02d}"


def whole_years(years: Iterable[str]) -> Period:
    """The months from the first financial year to the last."""
    known = sorted(years)
    return Period(
        Period.financial_year(int(known[0][:4])).first,
        Period.financial_year(int(known[-1][:4])).last,
    )


def _check(
    review: Review, by_month: pd.DataFrame, sources: Sequence[str], comparison: Comparison
) -> None:
    known = review.coverage(sources[0]).of(by_month["month"])
    known.check(comparison.period, comparison.compare)
