"""Chapter 01, recorded crime: change, months, mix, and the area among its peers."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import charts, narrative
from cspanalysis.analysis import measures, peers
from cspanalysis.chapters import common
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.periods import Comparison
from cspanalysis.review import OFFENCE_SOURCES, Review


@finding(
    "overview.recorded_crime.rate",
    title="How much crime was recorded?",
    needs=OFFENCE_SOURCES,
    measure="recorded crime",
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="how much crime was recorded",
)
def recorded_crime_rate(
    review: Review, offences: str = "recorded crime", *, comparison: Comparison, spec: Spec
) -> Finding:
    """Recorded crime and its rate per 1,000 residents in the period (exact or Byar limits)."""
    counted = review.offences_by_month(offences, comparison.period)
    residents, year = review.residents(comparison.period)
    table = pd.DataFrame(
        {
            "area": [review.area.name],
            "count": [int(counted.table["count"].sum())],
            "population": [residents],
        }
    )
    result = measures.rate(table, per=1000)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.rate, subject=offences, things="crimes"),
        comparison=comparison,
        sources=(*counted.sources, "population"),
        columns={
            "area": "Area",
            "count": "Offences",
            "population": "Residents",
            "rate": "Per 1,000 residents",
            "interval": "95% interval",
        },
        caption=common.where(review, "Recorded crime", comparison.period.label),
        method=common.method_of(result),
        notes=[
            *common.resident_notes(review, year, comparison),
            *common.few_residents_notes(result),
        ],
        tile=partial(common.rate_tile, things="crimes recorded", period=comparison.period.label),
    )


@finding(
    "overview.recorded_crime.change",
    title="Did recorded crime rise or fall?",
    needs=OFFENCE_SOURCES,
    measure="recorded crime",
    unit="offences",
    polarity="lower_is_better",
    would_show="whether recorded crime rose or fell",
)
def recorded_crime_change(
    review: Review, offences: str = "recorded crime", *, comparison: Comparison, spec: Spec
) -> Finding:
    """Recorded crime against the same months of the year before (conditional exact test)."""
    return common.change_finding(review, spec, comparison, offences, subject=offences)


@finding(
    "overview.recorded_crime.months",
    title="Is the latest half year out of the ordinary?",
    needs=OFFENCE_SOURCES,
    measure="recorded crime per day",
    unit="offences per day",
    polarity="lower_is_better",
    would_show="whether recent months are out of the ordinary",
)
def recorded_crime_months(
    review: Review, offences: str = "recorded crime", *, spec: Spec
) -> Finding:
    """Control chart of monthly recorded crime, seasonally adjusted from 36 months on."""
    return common.control_finding(review, spec, review.comparisons[0], offences, subject=offences)


@finding(
    "overview.mix",
    title="Which offences make up recorded crime?",
    needs=OFFENCE_SOURCES,
    measure="share of recorded crime",
    unit="offences",
    would_show="which offences make up recorded crime",
)
def offence_mix(
    review: Review, offences: str = "recorded crime", *, comparison: Comparison, spec: Spec
) -> Finding:
    """Shares of the offences in recorded crime, with Wilson intervals."""
    return common.mix_finding(review, spec, comparison, offences, subject=offences)


@finding(
    "overview.recorded_crime.peers.{group}",
    title="How does recorded crime compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
    measure="recorded crime per 1,000 residents",
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="how recorded crime compares with the peers",
)
def recorded_crime_peers(
    review: Review,
    group: str,
    offences: str = "recorded crime",
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Crimes per 1,000 residents of every area of a peer group, with places and their intervals."""
    return common.peers_finding(review, spec, comparison, offences, group, things="crimes")


@finding(
    "overview.recorded_crime.funnel.{group}",
    title="Does recorded crime stand out among the {members}?",
    needs=("peer_counts", "police_uk"),
    measure="recorded crime per 1,000 residents",
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="whether the rate lies outside what size and chance explain",
)
def recorded_crime_funnel(
    review: Review,
    group: str,
    offences: str = "recorded crime",
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Funnel of the peer group, its limits widened for the usual differences between areas."""
    counted = review.peer_counts(offences, group, comparison.period)
    members = review.peer_group(group)
    result = peers.funnel(counted.table)
    year = int(counted.table["population_year"].max())
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.funnel, things="crimes", members=members.label),
        chart=partial(charts.funnel, lines=peers.funnel_lines(result)),
        comparison=comparison,
        sources=counted.sources,
        columns={
            "area": "Area",
            "population": "Residents",
            "rate": "Per 1,000 residents",
            "limit_lower": "Expected from",
            "limit_upper": "to",
            "against_others": "Against that (at which level)",
        },
        caption=(
            "Crimes per 1,000 residents by size of the area – "
            f"{common.capital(members.label)}, {comparison.period.label}; residents of "
            f"{review.residents_of(year)}; lines = 95% and 99.8% limits"
        ),
        method=common.method_of(result),
        notes=[
            *common.resident_notes(review, year, comparison),
            *common.few_residents_notes(result),
        ],
    )
