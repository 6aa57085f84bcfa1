"""Chapter 03, criminal damage: change, place among peers, its share, and what was damaged."""

from __future__ import annotations

import pandas as pd

from cspanalysis.chapters import common, grouped, series
from cspanalysis.findings import Finding, Spec, finding
from cspanalysis.periods import Comparison
from cspanalysis.review import OFFENCE_SOURCES, Review

DAMAGE = "criminal damage"

#: Counts of a partner's table, and how a reader sees them; together they are all damage.
PROPERTY = {
    "criminal damage to vehicles": "damage to vehicles",
    "criminal damage to dwellings": "damage to dwellings",
    "criminal damage to other property": "damage to other property",
    "criminal damage to other buildings": "damage to buildings other than dwellings",
    "other criminal damage": "arson, racially aggravated damage and threats",
}


#: Values of the records → the same words.
RECORDED = {
    "vehicle": "damage to vehicles",
    "dwelling": "damage to dwellings",
    "other property": "damage to other property",
    "building other than dwelling": "damage to buildings other than dwellings",
    "arson, racially aggravated or threat": "arson, racially aggravated damage and threats",
}


@finding(
    "antisocial.criminal_damage.change",
    title="Did criminal damage rise or fall?",
    needs=OFFENCE_SOURCES,
    measure=DAMAGE,
    unit="offences",
    polarity="lower_is_better",
    would_show="whether criminal damage rose or fell",
)
def damage_change(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Criminal damage against the same months of the year before."""
    return common.change_finding(review, spec, comparison, DAMAGE, subject=DAMAGE)


@finding(
    "antisocial.criminal_damage.peers.{group}",
    title="How does criminal damage compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
    measure="criminal damage per 1,000 residents",
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="how criminal damage compares with the peers",
)
def damage_peers(review: Review, group: str, *, comparison: Comparison, spec: Spec) -> Finding:
    """Criminal damage per 1,000 residents among a peer group."""
    return common.peers_finding(
        review, spec, comparison, DAMAGE, group, things="criminal damage offences"
    )


@finding(
    "antisocial.criminal_damage.share.{group}",
    title="How much of all crime is criminal damage in the {members}?",
    needs="peer_counts",
    measure="criminal damage as a share of recorded crime",
    unit="share",
    would_show="how much of all crime is criminal damage",
)
def damage_share(review: Review, group: str, *, comparison: Comparison, spec: Spec) -> Finding:
    """Share of criminal damage in recorded crime over a group of areas together."""
    return grouped.share_finding(
        review,
        spec,
        comparison,
        group,
        DAMAGE,
        "recorded crime",
        subject="recorded crimes",
        of="were criminal damage",
    )


@finding(
    "antisocial.criminal_damage.property",
    title="What is damaged?",
    needs="police_extract",
    measure="criminal damage by property",
    unit="offences",
    would_show="what is damaged",
)
def damage_by_property(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Criminal damage by the kind of property, from the records."""
    counted = review.records(DAMAGE, comparison.period, lacks="do not say what was damaged")
    rows = counted.table.assign(property=counted.table["property_damaged"].map(_named))
    return series.mix_of(
        review,
        spec,
        comparison,
        rows,
        label="property",
        heading="Property",
        things="Offences",
        subject=DAMAGE,
        sources=counted.sources,
    )


@finding(
    "antisocial.criminal_damage.property.{group}",
    title="What is damaged in the {members}?",
    needs="peer_counts",
    measure="criminal damage by property",
    unit="offences",
    would_show="what is damaged in the group of districts",
)
def damage_by_property_together(
    review: Review, group: str, *, comparison: Comparison, spec: Spec
) -> Finding:
    """Criminal damage by the kind of property over a group of areas together."""
    return grouped.mix_finding(
        review,
        spec,
        comparison,
        group,
        PROPERTY,
        DAMAGE,
        label="property",
        heading="Property",
        subject=DAMAGE,
    )


def _named(value: object) -> str:
    text = "" if pd.isna(value) else " ".join(str(value).lower().split())
    return RECORDED.get(text, text) or "not stated"
