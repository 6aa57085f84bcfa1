"""Sexual offences and stalking: what the police recorded, which is not all that happened.

Street-level files do not tell them apart; the official tables of partnerships do.
"""

from __future__ import annotations

from functools import partial

from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import official
from cspanalysis.findings.overview import crime_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding
from cspanalysis.review.official_tables import SCHEMES

SOURCES = ("police_extract", *SCHEMES)
OFFENCES = "sexual offences"

#: Said beside every figure.
RECORDED = (
    "Recorded is not happened: most people who suffer such an offence do not tell the police. More "
    "recorded offences can mean that more people report them, and that more are recorded as "
    "crimes.",
)

recorded_question = partial(crime_question, needs=SOURCES, fewer_is_better=None)


@recorded_question("sexual_offences.change", "Did recorded sexual offences rise or fall?")
def change(ask: Question, offences: str = OFFENCES) -> Finding:
    """Recorded sexual offences against the year before, by the extract or the official table."""
    return _changed(ask, offences)


@recorded_question("sexual_offences.{name}.change", "Did recorded {offences} rise or fall?")
def kind_change(ask: Question, name: str, offences: str) -> Finding:
    """One kind of sexual offences, or stalking and harassment, against the year before."""
    return _changed(ask, offences)


@recorded_question(
    "sexual_offences.months",
    "Is the latest half year of recorded sexual offences out of the ordinary?",
    needs="police_extract",
    measure="recorded sexual offences per day",
    unit="offences per day",
    would_show="whether recent months of recorded sexual offences are out of the ordinary",
    once=True,
)
def months(ask: Question, offences: str = OFFENCES) -> Finding:
    """Control chart of the months; only a partner's extract has them."""
    series = ask.series(offences, subject=f"recorded {offences}")
    return ask.control(series.of(series.rows, notes=(*series.notes, *RECORDED)))


@recorded_question(
    "sexual_offences.peers.{group}",
    "How do recorded sexual offences compare with the other {members}?",
    needs=("peer_counts", *SCHEMES),
    unit="per 1,000 residents in the period",
)
def peers(ask: Question, group: str, offences: str = OFFENCES) -> Finding:
    """Recorded sexual offences per 1,000 residents among a peer group."""
    try:
        counted = ask.review.peer_counts(offences, group, ask.period, open_data=False)
    except NotAvailable:
        return official.ranked(ask, group, offences, notes=RECORDED)
    return ask.peers(counted, group, things=taxonomy.things(offences), notes=RECORDED)


def _changed(ask: Question, offences: str) -> Finding:
    subject = f"recorded {offences}"
    try:
        return ask.change(ask.series(offences, subject=subject), notes=RECORDED)
    except NotAvailable as missing:
        try:
            return official.changed(ask, offences, prefix="recorded ", notes=RECORDED)
        except NotAvailable as official_too:
            if official_too.detail:
                raise
            raise NotAvailable(SOURCES, missing.detail) from None
