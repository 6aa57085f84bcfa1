"""Admissions standardised for age and sex, from extracts whose finest counts are all there.

The rates are worked out before the counts are protected: a count that is hidden or rounded cannot
be standardised. They are released in whole numbers where their own numerator passes the policy,
and only if they cannot be solved for the counts behind them.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import disclosure
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison
from cspanalysis.findings import Finding, Spec, common, publish, sentences
from cspanalysis.findings.common import admissions, other_counts
from cspanalysis.present import charts
from cspanalysis.review.review import Review
from cspanalysis.stats import admission_rates as counting
from cspanalysis.stats import measures, trend

#: Under a policy that rounds, so many age and sex groups must have an admission before their
#: weighted sum, itself rounded, is released: of fewer the counts behind it could be solved for.
FEWEST_PARTS = 6

#: What would supply a rate where the extract cannot.
SUPPLY = (
    "An extract that gives every count by age band and sex, which the holder of the hospital data "
    "can release to the partnership under an agreement, or the standardised rates of the public "
    "health profiles (Fingertips) would supply it."
)


def standardised_finding(review: Review, spec: Spec, cause: str) -> Finding:
    """Admissions of a cause per 100,000 residents by year, standardised for age and sex.

    Raises
    ------
    NotAvailable
        If the extract has no such counts, its age bands cannot be weighted, or residents by age
        and sex are not known.
    """
    table, what, notes = admissions.of_cause(review, cause)
    rows = counting.strata_of(table, cause)
    rows = rows[rows["year"].map(lambda y: int(y[:4]) * 12 + 3 <= review.period.last)]
    if rows.empty:
        raise NotAvailable(admissions.SOURCE, f"it holds no admissions for {what} by age and sex")
    bands = _bands(rows["age_band"])
    years = sorted(rows["year"].unique())
    people, estimates = _residents(review, years, bands)
    result = counting.standardised(rows, people, cause, per=admissions.PER)
    found = trend.recent_trend(result)
    keep = admissions.protect(review)
    result = _released(result.assign(cause=cause, trend=found.verdict), keep, review.edition)
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.standardised, subject=f"admissions for {what}", supply=SUPPLY),
        chart=partial(charts.trend_line, value="rate", decimals=0),
        protect=disclosure.Protect(
            keep.policy, threshold=keep.threshold, released=("rate", "lower", "upper")
        ),
        comparison=Comparison(other_counts.whole_years(result["year"]), review.compare),
        sources=(admissions.SOURCE, "population"),
        columns={
            "year": "Year",
            "count": "Admissions",
            "rate": "Per 100,000 residents, standardised",
            "interval": "95% interval",
        },
        caption=common.where(
            review,
            f"Hospital admissions for {what} per 100,000 residents, standardised for age and sex",
            f"{years[0]} to {years[-1]}; line = 95% interval",
        ),
        method=f"{common.method_of(result)}; {found.method}",
        notes=[*_notes(review, estimates, years), *notes],
    )


def _bands(found: pd.Series) -> dict[str, tuple[int, int | None]]:
    """The extract's age bands with their ages.

    Raises
    ------
    NotAvailable
        If they do not cover all ages once, in whole five-year bands.
    """
    try:
        weights = {band: measures.standard_weight(band) for band in found.unique()}
    except ValueError as error:
        raise NotAvailable(admissions.SOURCE, str(error)) from None
    if sum(weights.values()) != sum(measures.ESP2013.values()):
        raise NotAvailable(
            admissions.SOURCE,
            f"its age bands ({', '.join(sorted(weights))}) do not cover every age once",
        )
    return {band: measures.band_ages(band) for band in weights}


def _residents(
    review: Review, years: list[str], bands: dict[str, tuple[int, int | None]]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Residents by year, sex and age band, and the year of the estimate used for each year."""
    parts, estimates = [], {}
    for year in years:
        ages = review.population_by_age(other_counts.whole_years([year]))
        if not {"male", "female"} <= set(ages["sex"]):
            raise NotAvailable("population", "no estimate by age and sex")
        estimates[year] = int(ages["year"].max())
        for band, (first, last) in bands.items():
            until = np.inf if last is None else last
            inside = ages[(ages["age"] >= first) & (ages["age"] <= until)]
            sums = inside.groupby("sex")["population"].sum()
            parts += [(year, sex, band, sums.get(sex, 0)) for sex in ("male", "female")]
    columns = ["year", "sex", "age_band", "population"]
    return pd.DataFrame(parts, columns=columns), estimates


def _released(result: pd.DataFrame, keep: disclosure.Protect, edition: str) -> pd.DataFrame:
    """The rates that may be shown, in whole numbers where their counts are protected."""
    shown = result.drop(columns=["population", "parts", "smallest"])
    if edition == "partner" or keep.policy == "none":
        return shown
    if keep.policy == "hes":
        is_solvable = result["parts"] < FEWEST_PARTS
    else:  # beside exact counts a single hidden one could be solved for
        is_solvable = result["smallest"] < keep.threshold
    withheld = (result["status"] == "ok") & is_solvable
    values = {c: result[c].round().mask(withheld) for c in ("rate", "lower", "upper")}
    return shown.assign(**values, status=result["status"].mask(withheld, "suppressed"), decimals=0)


def _notes(review: Review, estimates: dict[str, int], years: list[str]) -> list[str]:
    """Says for which years residents of another year, or of another edition, had to serve."""
    older = [y for y in years if estimates[y] != other_counts.whole_years([y]).midpoint.year]
    if not older:
        return list(filter(None, [review.residents_beside(other_counts.whole_years(years[-1:]))]))
    used = ", ".join(str(e) for e in sorted({estimates[y] for y in older}))
    return [f"Residents by age of mid-{used} serve for {', '.join(older)} too: no others are held."]
