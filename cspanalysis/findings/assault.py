"""Chapter 05, hospital admissions because of assault."""

from __future__ import annotations

from collections.abc import Sequence

from cspanalysis.findings import Finding, Spec, finding, published_health
from cspanalysis.findings.common import admissions
from cspanalysis.review.review import Review

ASSAULT = "X85-Y09"


@finding(
    "violence.assault_admissions.trend",
    title="Are there more hospital admissions because of assault?",
    needs="hospital_extract",
    measure="hospital admissions",
    unit="admissions",
    polarity="lower_is_better",
    would_show="whether there are more hospital admissions because of assault",
)
def assault_admissions_trend(review: Review, cause: str = ASSAULT, *, spec: Spec) -> Finding:
    """Admissions by financial year with rates per 100,000 residents, newest against first."""
    return admissions.years_finding(review, spec, cause)


@finding(
    "violence.assault_admissions.age_sex",
    title="Who is admitted to hospital because of assault?",
    needs="hospital_extract",
    measure="hospital admissions",
    unit="admissions",
    polarity="lower_is_better",
    would_show="who is admitted to hospital because of assault",
)
def assault_admissions_age_sex(
    review: Review, cause: str = ASSAULT, year: str | None = None, *, spec: Spec
) -> Finding:
    """Admissions by age band and sex in one financial year."""
    return admissions.age_sex_finding(review, spec, cause, year)


@finding(
    "violence.assault_admissions.published",
    title="How do admissions for violence compare with England's?",
    needs="fingertips",
    measure="admissions for violence, as published",
    unit="per 100,000 residents, as published",
    polarity="lower_is_better",
    would_show="how admissions for violence compare with England's",
)
def assault_admissions_published(review: Review, words: str = "violen", *, spec: Spec) -> Finding:
    """Published indicators whose name holds `words`, newest by the period's end."""
    return published_health.beside_england(review, spec, words, "violence")


@finding(
    "violence.assault_admissions.{name}",
    title="How many of those admitted because of assault are {people}?",
    needs="hospital_extract",
    measure="share of hospital admissions",
    unit="share",
    would_show="how many of those admitted because of assault are of one group",
)
def assault_admissions_share(
    review: Review,
    name: str,
    sex: str,
    age_band: str,
    people: str,
    *,
    years: Sequence[str] | None = None,
    spec: Spec,
) -> Finding:
    """Share of one group, over some financial years together (default: the newest two)."""
    return admissions.share_finding(
        review, spec, ASSAULT, sex, age_band, years, of=f"were of {people}"
    )
