"""Chapter 04, substance misuse: hospital admissions that alcohol caused, by age and sex."""

from __future__ import annotations

from functools import partial

from cspanalysis import charts, disclosure, narrative
from cspanalysis.chapters import common
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.review import Review

CAUSES = {
    "T51": "the toxic effect of alcohol (ICD-10 T51)",
    "F10": "mental and behavioural disorders due to alcohol (ICD-10 F10)",
    "X85-Y09": "assault (ICD-10 X85 to Y09)",
}


@finding(
    "substance.alcohol_admissions.age_sex",
    title="Who is admitted to hospital because of alcohol?",
    needs="hospital_extract",
    measure="hospital admissions",
    unit="admissions",
    polarity="lower_is_better",
    would_show="who is admitted to hospital because of alcohol",
)
def alcohol_admissions_age_sex(
    review: Review, cause: str = "T51", year: str | None = None, *, spec: Spec
) -> Finding:
    """Admissions by age band and sex in one financial year (default: the newest up to the period's
    end), protected as the hospital statistics demand."""
    return age_sex_finding(review, spec, cause, year)


def age_sex_finding(review: Review, spec: Spec, cause: str, year: str | None) -> Finding:
    """Admissions of a cause by age band and sex in one financial year."""
    protect = disclosure.Protect(review.policy("hospital_extract"), threshold=review.threshold)
    # One table, protected once, so that no two findings differ by a hidden cell.
    shown = review.protected(
        "hospital_extract", protect, ("year", "cause", "sex", "age_band"), keep=("year", "cause")
    )
    chosen = year or common.newest_year(shown["year"], review.period)
    what = CAUSES.get(cause, cause)
    rows = shown[(shown["cause"] == cause) & (shown["year"] == chosen)]
    if rows.empty:
        raise NotAvailable("hospital_extract", f"it holds no admissions for {what} in {chosen}")
    parts = rows[(rows["sex"] != "persons") & (rows["age_band"] != "all ages")]
    return publish(
        review,
        spec,
        parts.reset_index(drop=True),
        say=partial(narrative.age_sex, subject=f"admissions for {what}"),
        chart=charts.age_by_sex,
        protect=protect,
        comparison=review.comparisons[0],
        sources=("hospital_extract",),
        columns={"age_band": "Age", "sex": "Sex", "count": "Admissions"},
        caption=common.where(
            review, f"Hospital admissions for {what} by age and sex", f"financial year {chosen}"
        ),
        method="counts of admissions, protected by the policy "
        f"'{review.policy('hospital_extract')}' (docs/methods.md)",
    )
