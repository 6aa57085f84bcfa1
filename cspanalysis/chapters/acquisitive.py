"""Chapter 02, acquisitive crime: vehicle crime, burglary, theft, and seasonal purse dipping."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis import charts
from cspanalysis.analysis import aoristic, thefts
from cspanalysis.analysis.thefts import PurseDipping
from cspanalysis.chapters import common
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.narrative import windows
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import OFFENCE_SOURCES, Review


@finding(
    "acquisitive.changes",
    title="Which kinds of acquisitive crime rose or fell?",
    needs=OFFENCE_SOURCES,
    measure="acquisitive crime by kind",
    unit="offences",
    polarity="lower_is_better",
    would_show="which kinds of acquisitive crime rose or fell",
)
def changes(
    review: Review, offences: Sequence[str], *, comparison: Comparison, spec: Spec
) -> Finding:
    """Each kind against the same months of the year before, with intervals."""
    return common.changes_finding(review, spec, comparison, offences, subject="acquisitive crime")


@finding(
    "acquisitive.{name}.change",
    title="Did {subject} rise or fall?",
    needs=OFFENCE_SOURCES,
    unit="offences",
    polarity="lower_is_better",
    would_show="whether {subject} rose or fell",
)
def change(
    review: Review,
    name: str,
    offences: str | Sequence[str],
    *,
    subject: str,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """One kind of acquisitive crime against the same months of the year before."""
    return common.change_finding(review, spec, comparison, offences, subject=subject)


@finding(
    "acquisitive.{name}.peers.{group}",
    title="How does {subject} compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="how {subject} compares with the other {members}",
)
def peers(
    review: Review,
    name: str,
    offences: str,
    group: str,
    *,
    subject: str,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """One kind of acquisitive crime per 1,000 residents among a peer group."""
    return common.peers_finding(
        review, spec, comparison, offences, group, things=f"{subject} offences"
    )


@finding(
    "acquisitive.purse_dipping.season",
    title="When in the year does purse dipping peak?",
    needs="police_extract",
    measure="seasonal index of purse dipping",
    unit="index, average month = 100",
    polarity="lower_is_better",
    would_show="in which months purse dipping peaks",
)
def purse_dipping_season(
    review: Review,
    definition: PurseDipping | None = None,
    *,
    until: str | None = None,
    spec: Spec,
) -> Finding:
    """Seasonal index of purse dipping over all months of the extract, or up to `until`."""
    definition = definition or review.purse_dipping
    months, incidents, second = _purse_dipping(review, definition)
    by_month = thefts.by_month(incidents, months)
    counted = [
        int((rows["month"] <= until).sum()) if until else len(rows) for rows in (incidents, second)
    ]
    return common.season_finding(
        review,
        spec,
        by_month,
        sources=("police_extract",),
        subject="purse dipping",
        series="theft from the person",
        definition=definition.definition,
        notes=[definition.compared(*counted)],
        until=until,
    )


@finding(
    "acquisitive.{name}.season",
    title="When in the year does {subject} peak?",
    needs=OFFENCE_SOURCES,
    unit="index, average month = 100",
    polarity="lower_is_better",
    would_show="in which months {subject} peaks",
)
def offence_season(
    review: Review,
    name: str,
    offences: str,
    *,
    subject: str,
    until: str | None = None,
    spec: Spec,
) -> Finding:
    """Seasonal index of an offence, the nearest that open data come to purse dipping."""
    counted = review.offences_by_month(offences)
    return common.season_finding(
        review,
        spec,
        counted.table,
        sources=counted.sources,
        subject=subject,
        series=offences,
        scheme=counted.scheme,
        until=until,
    )


@finding(
    "acquisitive.purse_dipping.places",
    title="Where does purse dipping happen again and again?",
    needs="police_extract",
    measure="purse dipping by place",
    unit="offences",
    polarity="lower_is_better",
    would_show="where purse dipping happens again and again",
)
def purse_dipping_places(
    review: Review,
    definition: PurseDipping | None = None,
    *,
    top: int = 10,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Repeat locations of purse dipping, with their share of all."""
    definition = definition or review.purse_dipping
    _, incidents, second = _purse_dipping(review, definition, comparison.period)
    return common.places_finding(
        review,
        spec,
        comparison,
        incidents,
        sources=("police_extract",),
        top=top,
        subject="purse dipping",
        definition=definition.definition,
        notes=[definition.compared(len(incidents), len(second))],
    )


@finding(
    "acquisitive.{name}.hours",
    title="When does {subject} most likely happen?",
    needs="police_extract",
    unit="offences, shared out over the hours in which they can have happened",
    would_show="when {subject} most likely happens",
)
def likely_hours(
    review: Review,
    name: str,
    offences: str | Sequence[str],
    *,
    subject: str,
    max_hours: float = aoristic.MAX_HOURS,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Hours and weekdays by aoristic weights: each offence is spread over its from/to window."""
    records = review.records(offences, comparison.period, lacks="hold no time of day").table
    found = aoristic.profile(records, max_hours=max_hours)
    if not found.usable:
        raise NotAvailable("police_extract", "no record has a usable time")
    left = [
        f"{number:,} {why}"
        for number, why in (
            (found.no_start, "without a usable start"),
            (found.set_aside_reversed, "that end before they start"),
            (found.set_aside_long, f"with a window over {max_hours:g} hours"),
        )
        if number
    ]
    return publish(
        review,
        spec,
        found.table,
        say=partial(windows.likely_hours, subject=subject),
        chart=partial(charts.heatmap, value="weight"),
        comparison=comparison,
        sources=("police_extract",),
        columns={"weekday": "Day", "hour": "Hour", "weight": "Offences", "share": "Share"},
        caption=common.where(
            review,
            f"{common.capital(subject)} by weekday and hour, aoristic weights",
            f"{comparison.period.label}; {charts.ROWS_KEY}",
        ),
        method="aoristic weights: hours of overlap divided by the window's length, one offence "
        f"counts once; {found.usable:,} of {len(records):,} records used",
        notes=[f"Not used: {', '.join(left)}."] if left else (),
        measure=subject,
    )


def _purse_dipping(
    review: Review, definition: PurseDipping, *periods: Period
) -> tuple[list[str], pd.DataFrame, pd.DataFrame]:
    """Months covered, and the incidents of the first and of the second definition."""
    wanted = dict.fromkeys((*definition.offences, *definition.second_offences))
    counted = review.records(list(wanted), *periods, lacks="do not say how a theft was done")
    months = review.covered("police_extract")
    found = counted.table
    # What no record tells is not known to be 0.
    if len(found) and found["method"].isna().all():
        raise NotAvailable("police_extract", "the records do not say how a theft was done")
    return months, thefts.purse_dipping(found, definition), thefts.second(found, definition)
