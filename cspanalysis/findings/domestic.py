"""Chapter 05, domestic abuse: change, its share of violence, town centres, repeat victims."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis.disclosure import Protect
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, finding, publish, sentences
from cspanalysis.findings.common import areas_together, other_counts
from cspanalysis.review import offence_counts
from cspanalysis.review.review import Review
from cspanalysis.stats import measures, victims

DOMESTIC = "domestic abuse"
SOURCES = ("police_extract",)
DEFINITION = "Domestic abuse here is every recorded offence that the force flagged as domestic."
MORE_REPORTED = "More recorded offences can mean that more victims come forward."


@finding(
    "violence.domestic.change",
    title="Did recorded domestic abuse rise or fall?",
    needs=SOURCES,
    measure=DOMESTIC,
    unit="offences",
    would_show="whether recorded domestic abuse rose or fell",
)
def domestic_change(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Offences flagged as domestic against the same months of the year before."""
    return other_counts.change_of(
        review,
        spec,
        comparison,
        _by_month(review),
        subject="recorded domestic abuse",
        sources=SOURCES,
        protect=protect(review),
        definition=DEFINITION,
        notes=(MORE_REPORTED,),
    )


@finding(
    "violence.domestic.years",
    title="How did recorded domestic abuse develop over the years?",
    needs=SOURCES,
    measure=DOMESTIC,
    unit="offences",
    would_show="how recorded domestic abuse developed over the years",
)
def domestic_years(review: Review, *, spec: Spec) -> Finding:
    """Offences flagged as domestic by financial year."""
    return other_counts.years_of(
        review,
        spec,
        _by_month(review),
        subject="recorded domestic abuse",
        things="Offences",
        sources=SOURCES,
        protect=protect(review),
        definition=DEFINITION,
    )


@finding(
    "violence.domestic.share",
    title="How much violent crime is domestic?",
    needs=SOURCES,
    measure="domestic share of violent crime",
    unit="share",
    would_show="how much violent crime is domestic",
)
def domestic_share(
    review: Review, offences: str = "violent crime", *, comparison: Comparison, spec: Spec
) -> Finding:
    """Share of violent crime that is flagged as domestic."""
    rows = _flagged(review, offences, comparison.period)
    return _share(
        review,
        spec,
        comparison,
        int(rows["is_domestic"].fillna(False).astype(bool).sum()),
        len(rows),
        subject="violent offences",
        of="were domestic abuse",
        part="Domestic",
        caption="Domestic abuse as a share of violent offences",
    )


@finding(
    "violence.domestic.share.{group}",
    title="How much violent crime is domestic in the {members}?",
    needs="peer_counts",
    measure="domestic share of violent crime",
    unit="share",
    would_show="how much violent crime is domestic in the group of districts",
)
def domestic_share_together(
    review: Review, group: str, *, comparison: Comparison, spec: Spec
) -> Finding:
    """Domestic abuse as a share of violent crime over a group of areas together."""
    return areas_together.share_finding(
        review,
        spec,
        comparison,
        group,
        DOMESTIC,
        "violent crime",
        subject="violent offences",
        of="were domestic abuse",
        protect=protect(review),
    )


@finding(
    "violence.domestic.town_centre_share",
    title="How much domestic abuse is recorded in a town centre?",
    needs=SOURCES,
    measure="domestic abuse in a town centre",
    unit="share",
    would_show="how much domestic abuse is recorded in a town centre",
)
def town_centre_share(
    review: Review, town: str | None = None, *, comparison: Comparison, spec: Spec
) -> Finding:
    """Share of domestic abuse in one town centre (default: the one with most of it)."""
    rows = _flagged(review, None, comparison.period)
    rows = rows[rows["is_domestic"].fillna(False).astype(bool)]
    if rows["is_town_centre"].isna().all():
        raise NotAvailable(SOURCES, "the records do not say what lies in a town centre")
    inside = rows[rows["is_town_centre"].fillna(False).astype(bool)]
    if inside.empty:
        raise NotAvailable((), f"no domestic abuse in a town centre in {comparison.period.label}")
    chosen = town or inside["town"].value_counts().index[0]
    return _share(
        review,
        spec,
        comparison,
        int((inside["town"] == chosen).sum()),
        len(rows),
        subject="domestic abuse offences",
        of=f"were recorded in {chosen} town centre",
        part=f"{chosen} town centre",
        caption=f"Domestic abuse in {chosen} town centre",
    )


@finding(
    "violence.domestic.repeat",
    title="How many victims of domestic abuse are victims again?",
    needs=SOURCES,
    measure="repeat victims of domestic abuse",
    unit="share",
    polarity="lower_is_better",
    would_show="how many victims of domestic abuse are victims again",
)
def repeat_victims(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Victims with two or more domestic incidents in twelve months, as a share of all victims."""
    over = Period(comparison.period.last - 11, comparison.period.last)
    rows = _flagged(review, None, over, people=True)
    rows = offence_counts.once_each(
        rows[rows["is_domestic"].fillna(False).astype(bool)], "victim_id"
    )
    if rows["victim_id"].isna().all():
        raise NotAvailable(SOURCES, "the records do not tell victims apart")
    result = victims.domestic_repeat(rows, over).assign(period=over.iso)
    unknown = int(result["unidentified"].iloc[0])
    notes = [f"{unknown:,} incidents without a victim's reference cannot be judged."]
    return publish(
        review,
        spec,
        result.drop(columns=["definition", "unidentified"]),
        say=partial(
            sentences.share,
            subject="victims of domestic abuse",
            of=f"were victims twice or more in {over.label}",
        ),
        protect=protect(review),
        comparison=Comparison(over, over.before),
        sources=SOURCES,
        columns={
            "count": "Repeat victims",
            "total": "Victims",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=common.where(review, "Repeat victims of domestic abuse", over.label),
        method=common.method_of(result),
        definition=str(result["definition"].iloc[0]),
        notes=notes if unknown >= review.threshold else (),
    )


@finding(
    "violence.marac.repeat",
    title="How many referrals to the MARAC repeat one of the last twelve months?",
    needs="marac",
    measure="repeat referrals to the MARAC",
    unit="share",
    would_show="how many referrals to the MARAC repeat one of the last twelve months",
)
def marac_repeat(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Referrals of the same victim and perpetrator within twelve months of their last referral."""
    over = Period(comparison.period.last - 11, comparison.period.last)
    table = review.table("marac")
    review.coverage("marac").check(Period(over.first - 12, over.last))
    result = victims.marac_repeat(table, over).assign(period=over.iso)
    if not result["total"].iloc[0]:
        raise NotAvailable((), f"no referrals in {over.label}")
    unknown = int(result["unidentified"].iloc[0])
    notes = [f"{unknown:,} referrals without both pseudonyms cannot be judged."]
    return publish(
        review,
        spec,
        result.drop(columns=["definition", "unidentified"]),
        say=partial(
            sentences.share,
            subject="referrals to the MARAC",
            of=f"in {over.label} repeated one of the same pair within twelve months",
        ),
        protect=Protect(review.policy("marac"), threshold=review.threshold),
        comparison=Comparison(over, over.before),
        sources=("marac",),
        columns={
            "count": "Repeat referrals",
            "total": "Referrals",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=common.where(review, "Repeat referrals to the MARAC", over.label),
        method=common.method_of(result),
        definition=str(result["definition"].iloc[0]),
        notes=notes if unknown >= review.threshold else (),
    )


def protect(review: Review) -> Protect:
    """Counts of victims are hidden below the threshold, whatever the source's own policy."""
    return Protect("threshold", threshold=review.threshold)


def _share(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    count: int,
    total: int,
    *,
    subject: str,
    of: str,
    part: str,
    caption: str,
) -> Finding:
    if not total:
        raise NotAvailable((), f"no {subject} in {comparison.period.label}")
    result = measures.proportion(pd.DataFrame({"count": [count], "total": [total]}))
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.share, subject=subject, of=of),
        protect=protect(review),
        comparison=comparison,
        sources=SOURCES,
        columns={"count": part, "total": "All", "share": "Share", "interval": "95% interval"},
        caption=common.where(review, caption, comparison.period.label),
        method=common.method_of(result),
        definition=DEFINITION,
    )


def _flagged(
    review: Review, offences: str | None, *periods: Period, people: bool = False
) -> pd.DataFrame:
    table = review.records(
        offences, *periods, lacks="do not say which offences were domestic", people=people
    ).table
    if table["is_domestic"].isna().all():
        raise NotAvailable(SOURCES, "the records do not say which offences were domestic")
    return table


def _by_month(review: Review) -> pd.DataFrame:
    rows = _flagged(review, None)
    rows = rows[rows["is_domestic"].fillna(False).astype(bool)]
    return other_counts.monthly(rows, review.covered("police_extract"))
