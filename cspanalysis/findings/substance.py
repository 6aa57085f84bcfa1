"""Chapter 04, substance misuse: admissions due to alcohol, and drugs with the custody suite."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import (
    Finding,
    Spec,
    common,
    finding,
    publish,
    published_health,
    sentences,
    standardised_admissions,
)
from cspanalysis.findings.common import admissions, areas_together, other_counts
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import measures

DRUGS = "drug offences"


@finding(
    "substance.alcohol_admissions.trend",
    title="Are there more hospital admissions because of alcohol?",
    needs="hospital_extract",
    measure="hospital admissions",
    unit="admissions",
    polarity="lower_is_better",
    would_show="whether there are more hospital admissions because of alcohol",
)
def alcohol_admissions_trend(review: Review, cause: str = "T51", *, spec: Spec) -> Finding:
    """Admissions by financial year with rates per 100,000 residents, newest against first."""
    return admissions.years_finding(review, spec, cause)


@finding(
    "substance.alcohol_disorders.trend",
    title="Are there more admissions because of disorders due to alcohol?",
    needs="hospital_extract",
    measure="hospital admissions",
    unit="admissions",
    polarity="lower_is_better",
    would_show="whether there are more admissions because of disorders due to alcohol",
)
def alcohol_disorders_trend(review: Review, cause: str = "F10", *, spec: Spec) -> Finding:
    """The same for mental and behavioural disorders due to alcohol."""
    return admissions.years_finding(review, spec, cause)


@finding(
    "substance.alcohol_admissions.sex",
    title="Are females or males admitted more often?",
    needs="hospital_extract",
    measure="hospital admissions",
    unit="admissions",
    would_show="whether females or males are admitted more often because of alcohol",
)
def alcohol_admissions_by_sex(
    review: Review, cause: str = "T51", year: str | None = None, *, spec: Spec
) -> Finding:
    """Admissions by sex in one financial year (default: the newest up to the period's end)."""
    return admissions.sexes_finding(review, spec, cause, year)


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
    return admissions.age_sex_finding(review, spec, cause, year)


@finding(
    "substance.alcohol_admissions.standardised",
    title="And allowing for the age and sex of residents?",
    needs="hospital_extract",
    measure="hospital admissions, standardised for age and sex",
    unit="per 100,000 residents, standardised",
    polarity="lower_is_better",
    would_show="how many are admitted because of alcohol, allowing for residents' ages and sexes",
)
def alcohol_admissions_standardised(review: Review, cause: str = "T51", *, spec: Spec) -> Finding:
    """Admissions by year, directly standardised on the European Standard Population 2013."""
    return standardised_admissions.standardised_finding(review, spec, cause)


@finding(
    "substance.alcohol_admissions.published",
    title="How do alcohol admissions compare with England's?",
    needs="fingertips",
    measure="alcohol admissions, as published",
    unit="per 100,000 residents, as published",
    polarity="lower_is_better",
    would_show="how alcohol admissions compare with England's",
)
def alcohol_admissions_published(review: Review, words: str = "alcohol", *, spec: Spec) -> Finding:
    """Published indicators whose name holds `words`, newest by the period's end."""
    return published_health.beside_england(review, spec, words)


@finding(
    "substance.drug_offences.change",
    title="Did recorded drug offences rise or fall?",
    needs=OFFENCE_SOURCES,
    measure=DRUGS,
    unit="offences",
    would_show="whether recorded drug offences rose or fell",
)
def drug_offences_change(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Drug offences against the same months of the year before."""
    return common.change_finding(
        review,
        spec,
        comparison,
        DRUGS,
        subject=DRUGS,
        notes=(
            "Most drug offences come to light by police activity: more can mean more searches.",
        ),
    )


@finding(
    "substance.drug_offences.custody_share",
    title="How many drug offences come to light in the custody suite?",
    needs="police_extract",
    measure="share of drug offences found in custody",
    unit="share",
    would_show="how many drug offences come to light in the custody suite",
)
def custody_share(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Share of drug offences found when people were searched in custody."""
    rows = _drugs(review, comparison.period)
    result = measures.proportion(
        pd.DataFrame({"count": [int(rows["in_custody"].sum())], "total": [len(rows)]})
    )
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.share, subject=DRUGS, of="were found in custody"),
        comparison=comparison,
        sources=("police_extract",),
        columns={
            "count": "Found in custody",
            "total": "All",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=common.where(review, "Drug offences found in custody", comparison.period.label),
        method=common.method_of(result),
        notes=(
            "People arrested anywhere in the division are searched at the custody suite; what is "
            "found counts for the district in which the suite lies.",
        ),
    )


@finding(
    "substance.drug_offences.custody",
    title="Did drug offences change, with and without those found in custody?",
    needs="police_extract",
    measure="drug offences by where they were found",
    unit="offences",
    would_show="whether drug offences changed, with and without those found in custody",
)
def custody_changes(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """All drug offences, those found in custody and the others, each with its change."""
    rows = _drugs(review)
    months = review.covered("police_extract")
    found = rows["in_custody"].fillna(False).astype(bool)
    return other_counts.changes_of(
        review,
        spec,
        comparison,
        {
            "all drug offences": other_counts.monthly(rows, months),
            "those found in custody": other_counts.monthly(rows[found], months),
            "those found elsewhere": other_counts.monthly(rows[~found], months),
        },
        label="where_found",
        heading="Offences",
        subject=DRUGS,
        items="groups",
        sources=("police_extract",),
    )


@finding(
    "substance.drug_offences.peers.{group}",
    title="How do drug offences compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
    measure="drug offences per 1,000 residents",
    unit="per 1,000 residents in the period",
    would_show="how drug offences compare with the peers",
)
def drug_offences_peers(
    review: Review, group: str, *, comparison: Comparison, spec: Spec
) -> Finding:
    """Drug offences per 1,000 residents among a peer group, those found in custody counted."""
    return common.peers_finding(review, spec, comparison, DRUGS, group, things=DRUGS)


@finding(
    "substance.drug_offences_outside_custody.peers.{group}",
    title="And without the offences found in custody?",
    needs="peer_counts",
    measure="drug offences found outside custody per 1,000 residents",
    unit="per 1,000 residents in the period",
    would_show="how drug offences found outside custody compare with the peers",
)
def outside_custody_peers(
    review: Review, group: str, *, comparison: Comparison, spec: Spec
) -> Finding:
    """The same without offences found in custody."""
    return areas_together.partner_peers(
        review,
        spec,
        comparison,
        "drug offences outside custody",
        group,
        things="drug offences found outside custody",
    )


def _drugs(review: Review, *periods: Period) -> pd.DataFrame:
    table = review.records(
        DRUGS, *periods, lacks="do not say which offences were found in custody"
    ).table
    if table["in_custody"].isna().all():
        raise NotAvailable(
            "police_extract", "the records do not say which offences were found in custody"
        )
    return table
