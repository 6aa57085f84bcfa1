"""Acquisitive crime: vehicle crime, burglary, theft, and seasonal purse dipping."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.agendas import STRATEGY_2008
from cspanalysis.findings.overview import crime_question, rate_question
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.review import defined_offences
from cspanalysis.stats import aoristic
from cspanalysis.stats.thefts import PurseDipping

season_question = partial(crime_question, unit="index, average month = 100", once=True)


@crime_question(
    "acquisitive.changes",
    "Which kinds of acquisitive crime rose or fell?",
    measure="acquisitive crime by kind",
)
def changes(ask: Question, offences: Sequence[str]) -> Finding:
    """Each kind against the same months of the year before, with intervals."""
    return ask.changes(
        {name: ask.series(name) for name in offences},
        label="offence",
        heading="Offence",
        subject="acquisitive crime",
    )


@crime_question("acquisitive.{name}.change", "Did {subject} rise or fall?")
def change(ask: Question, name: str, offences: str | Sequence[str], *, subject: str) -> Finding:
    """One kind of acquisitive crime against the same months of the year before."""
    return ask.change(ask.series(offences, subject=subject))


@rate_question(
    "acquisitive.{name}.peers.{group}",
    "How does {subject} compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
)
def peers(ask: Question, name: str, offences: str, group: str, *, subject: str) -> Finding:
    """One kind of acquisitive crime per 1,000 residents among a peer group."""
    return ask.peers(offences, group, things=taxonomy.things(subject))


@season_question(
    "acquisitive.purse_dipping.season",
    "When in the year does purse dipping peak?",
    needs="police_extract",
    measure="seasonal index of purse dipping",
    would_show="in which months purse dipping peaks",
    agenda=STRATEGY_2008,
)
def purse_dipping_season(
    ask: Question, definition: PurseDipping | None = None, *, until: str | None = None
) -> Finding:
    """Seasonal index of purse dipping over all months of the extract, or up to `until`."""
    definition = definition or ask.review.purse_dipping
    dipping, second = defined_offences.purse_dipping(ask.review, definition)
    counted = [
        int((s.rows["month"] <= until).sum()) if until else len(s.rows) for s in (dipping, second)
    ]
    return ask.season(dipping, notes=[definition.compared(*counted)], until=until)


@season_question(
    "acquisitive.{name}.season",
    "When in the year does {subject} peak?",
    would_show="in which months {subject} peaks",
)
def offence_season(
    ask: Question, name: str, offences: str, *, subject: str, until: str | None = None
) -> Finding:
    """Seasonal index of an offence, the nearest that open data come to purse dipping."""
    # All months are wanted, whichever source has the first of them.
    return ask.season(ask.review.series(offences, subject=subject), until=until)


@crime_question(
    "acquisitive.purse_dipping.places",
    "Where does purse dipping happen again and again?",
    needs="police_extract",
    measure="purse dipping by place",
    would_show="where purse dipping happens again and again",
    agenda=STRATEGY_2008,
)
def purse_dipping_places(
    ask: Question, definition: PurseDipping | None = None, *, top: int = 10
) -> Finding:
    """Repeat locations of purse dipping, with their share of all."""
    definition = definition or ask.review.purse_dipping
    dipping, second = defined_offences.purse_dipping(ask.review, definition, ask.period)
    compared = definition.compared(len(dipping.rows), len(second.rows))
    return ask.places(dipping, top=top, notes=[compared])


@question(
    "acquisitive.{name}.hours",
    "When does {subject} most likely happen?",
    needs="police_extract",
    unit="offences, shared out over the hours in which they can have happened",
    would_show="when {subject} most likely happens",
    role="when",
)
def likely_hours(
    ask: Question,
    name: str,
    offences: str | Sequence[str],
    *,
    subject: str,
    max_hours: float = aoristic.MAX_HOURS,
) -> Finding:
    """Hours and weekdays by aoristic weights: each offence is spread over its from/to window."""
    crimes = ask.series(
        offences, ask.period, subject=subject, each=True, lacks="hold no time of day"
    )
    return ask.hours(crimes, max_hours=max_hours)
