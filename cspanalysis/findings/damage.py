"""Criminal damage: change, place among peers, its share, and what was damaged."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis.findings.overview import crime_question, rate_question
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding

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


property_question = partial(question, measure="criminal damage by property", unit="offences")


@crime_question("antisocial.criminal_damage.change", "Did criminal damage rise or fall?")
def damage_change(ask: Question) -> Finding:
    """Criminal damage against the same months of the year before."""
    series = ask.series(DAMAGE)
    return ask.about(series.subject, DAMAGE).change(series)


@rate_question(
    "antisocial.criminal_damage.peers.{group}",
    "How does criminal damage compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
)
def damage_peers(ask: Question, group: str) -> Finding:
    """Criminal damage per 1,000 residents among a peer group."""
    counted = ask.review.peer_counts(DAMAGE, group, ask.period)
    told = ask.about(counted.subject or DAMAGE, DAMAGE)
    return told.peers(DAMAGE, group, things="criminal damage offences")


@question(
    "antisocial.criminal_damage.share.{group}",
    "How much of all crime is criminal damage in the {members}?",
    needs="peer_counts",
    measure="criminal damage as a share of recorded crime",
    unit="share",
    would_show="how much of all crime is criminal damage",
    role="peers",
)
def damage_share(ask: Question, group: str) -> Finding:
    """Share of criminal damage in recorded crime over a group of areas together."""
    return ask.share(
        ask.series(DAMAGE, ask.period, among=group),
        ask.series("recorded crime", ask.period, among=group, subject="recorded crimes"),
        of="were criminal damage",
        columns=("Criminal damage", "Recorded crime"),
        what="Criminal damage as a share of recorded crime",
    )


@property_question(
    "antisocial.criminal_damage.property", "What is damaged?", needs="police_extract",
    would_show="what is damaged",
)  # fmt: skip
def damage_by_property(ask: Question) -> Finding:
    """Criminal damage by the kind of property, from the records."""
    damage = ask.series(DAMAGE, ask.period, each=True, lacks="do not say what was damaged")
    rows = damage.rows.assign(property=damage.rows["property_damaged"].map(_named))
    return ask.breakdown(damage.of(rows), "property", "Property", "Offences")


@property_question(
    "antisocial.criminal_damage.property.{group}",
    "What is damaged in the {members}?",
    needs="peer_counts",
    would_show="what is damaged in the group of districts",
    role="peers",
)
def damage_by_property_together(ask: Question, group: str) -> Finding:
    """Criminal damage by the kind of property over a group of areas together."""
    parts = ask.series(PROPERTY, ask.period, among=group, subject=DAMAGE)
    rows = parts.rows.assign(property=parts.rows["offence"].map(PROPERTY))
    return ask.breakdown(
        parts.of(rows), "property", "Property", "Offences",
        top=len(PROPERTY), whole=ask.series(DAMAGE, ask.period, among=group),
    )  # fmt: skip


def _named(value: object) -> str:
    text = "" if pd.isna(value) else " ".join(str(value).lower().split())
    return RECORDED.get(text, text) or "not stated"
