"""Chapter 04, substance misuse: hospital admissions that alcohol caused, by age and sex."""

from __future__ import annotations

from functools import partial

from cspanalysis import charts, narrative
from cspanalysis.analysis import admissions
from cspanalysis.chapters import common
from cspanalysis.disclosure import Protect
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.periods import Comparison
from cspanalysis.review import Review

CAUSES = {
    "T51": "toxic effect of alcohol (ICD-10 T51)",
    "F10": "mental and behavioural disorders due to alcohol (ICD-10 F10)",
    "X85-Y09": "assault (ICD-10 X85 to Y09)",
}


@finding(
    "substance.alcohol_admissions.age_sex",
    title="Who is admitted to hospital because of alcohol?",
    needs="hospital_extract",
    measure="hospital admissions for the toxic effect of alcohol",
    unit="admissions",
    polarity="lower_is_better",
    would_show="who is admitted to hospital because of alcohol",
)
def alcohol_admissions_age_sex(
    review: Review, cause: str = "T51", years: tuple[str, ...] | None = None, *, spec: Spec
) -> Finding:
    """Admissions by age band and sex, protected as the hospital statistics demand."""
    return age_sex_finding(review, spec, cause, years)


def age_sex_finding(
    review: Review, spec: Spec, cause: str, years: tuple[str, ...] | None
) -> Finding:
    """Admissions of a cause by age band and sex over financial years taken together."""
    rows = review.table("hospital_extract")
    rows = rows[rows["cause"] == cause]
    if rows.empty:
        raise NotAvailable("hospital_extract", f"no admissions for {CAUSES.get(cause, cause)}")
    chosen = years or tuple(sorted(rows["year"].unique()))
    result = admissions.by_age_sex(rows, None, year=chosen, cause=cause)
    what = CAUSES.get(cause, cause)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.age_sex, subject=f"admissions for {what}"),
        chart=charts.age_by_sex,
        protect=Protect(
            review.policy("hospital_extract"),
            derived=("rate", "lower", "upper", "share"),
            by=("sex", "age_band"),
            threshold=review.threshold,
        ),
        comparison=Comparison(review.period, review.compare),
        sources=("hospital_extract",),
        columns={"age_band": "Age", "sex": "Sex", "count": "Admissions"},
        caption=common.where(
            review,
            f"Hospital admissions for {what} by age and sex, {chosen[0]} to {chosen[-1]}",
        ),
        method=common.method_of(result),
    )
