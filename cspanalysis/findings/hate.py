"""Chapter 05, hate crime: change, its share of all crime, and how much of it is detected."""

from __future__ import annotations

import pandas as pd

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, finding
from cspanalysis.findings.common import areas_together, other_counts
from cspanalysis.findings.domestic import protect
from cspanalysis.review.review import Review

SOURCES = ("police_extract",)

#: What street-level files lack for it.
UNFLAGGED = "do not say which offences were hate crimes"


@finding(
    "violence.hate.change",
    title="Did recorded hate crime rise or fall?",
    needs=SOURCES,
    measure="hate crime",
    unit="offences",
    would_show="whether recorded hate crime rose or fell",
)
def hate_change(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Offences flagged as hate crime against the same months of the year before."""
    rows = _hate(review.records(lacks=UNFLAGGED).table)
    return other_counts.change_of(
        review,
        spec,
        comparison,
        other_counts.monthly(rows, review.covered("police_extract")),
        subject="recorded hate crime",
        sources=SOURCES,
        protect=protect(review),
        definition="Hate crime here is every recorded offence that the force flagged as such.",
        notes=("More recorded offences can mean that more victims come forward.",),
    )


@finding(
    "violence.hate.detection",
    title="How much hate crime is detected?",
    needs=SOURCES,
    measure="hate crimes detected",
    unit="share",
    polarity="higher_is_better",
    would_show="how much hate crime is detected",
)
def hate_detection(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Detected hate crimes as a share of all, beside the same months of the year before."""
    now = _detected(review, comparison.period)
    try:
        before = _detected(review, comparison.compare)
    except NotAvailable:
        before = (None, None)
    if not now[1]:
        raise NotAvailable((), f"no hate crime in {comparison.period.label}")
    return areas_together.detection(
        review,
        spec,
        comparison,
        {
            "count": now[0],
            "total": now[1],
            "compare_count": before[0],
            "compare_total": before[1],
        },
        protect=protect(review),
        subject="hate crimes",
        area=review.area.name,
        sources=SOURCES,
        place=review.area.name,
    )


@finding(
    "violence.hate.detection.{group}",
    title="How much hate crime is detected in the {members}?",
    needs="peer_counts",
    measure="hate crimes detected",
    unit="share",
    polarity="higher_is_better",
    would_show="how much hate crime is detected in the group of districts",
)
def hate_detection_together(
    review: Review, group: str, *, comparison: Comparison, spec: Spec
) -> Finding:
    """The same over a group of areas together."""
    return areas_together.detection_finding(
        review, spec, comparison, group, protect=protect(review)
    )


@finding(
    "violence.hate.share.{group}",
    title="How much of all crime is hate crime in the {members}?",
    needs="peer_counts",
    measure="hate crime as a share of recorded crime",
    unit="share",
    would_show="how much of all crime is hate crime",
)
def hate_share(review: Review, group: str, *, comparison: Comparison, spec: Spec) -> Finding:
    """Hate crime as a share of recorded crime over a group of areas together."""
    return areas_together.share_finding(
        review,
        spec,
        comparison,
        group,
        "hate crime",
        "recorded crime",
        subject="recorded crimes",
        of="were hate crimes",
        protect=protect(review),
    )


def _hate(table: pd.DataFrame) -> pd.DataFrame:
    if table["is_hate"].isna().all():
        raise NotAvailable(SOURCES, "the records do not say which offences were hate crimes")
    return table[table["is_hate"].fillna(False).astype(bool)]


def _detected(review: Review, period: Period) -> tuple[int, int]:
    rows = _hate(review.records(None, period, lacks=UNFLAGGED).table)
    if len(rows) and rows["is_detected"].isna().all():
        raise NotAvailable(SOURCES, "the records do not say which offences were detected")
    if "is_no_crime" in rows:
        rows = rows[~rows["is_no_crime"].fillna(False).astype(bool)]
    return int(rows["is_detected"].fillna(False).astype(bool).sum()), len(rows)
