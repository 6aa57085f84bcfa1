"""Acquisitive crime: vehicle crime, burglary, theft, and seasonal purse dipping."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.agendas import STRATEGY_2008
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.overview import crime_question, rate_question
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.present import charts
from cspanalysis.review import defined_offences
from cspanalysis.stats import aoristic
from cspanalysis.stats.thefts import PurseDipping

#: Parts of the day, by their first hour.
PARTS = {
    0: "at night (00:00 to 05:59)",
    6: "in the morning (06:00 to 11:59)",
    12: "in the afternoon (12:00 to 17:59)",
    18: "in the evening (18:00 to 23:59)",
}

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
    return ask.peers(offences, group, things=f"{subject} offences")


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
    found = aoristic.profile(crimes.rows, max_hours=max_hours)
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
    return ask.publish(
        found.table,
        series=crimes,
        wording=partial(hours_told, subject=subject),
        chart=partial(charts.heatmap, value="weight"),
        columns={"weekday": "Day", "hour": "Hour", "weight": "Offences", "share": "Share"},
        what=f"{subject} by weekday and hour, aoristic weights",
        when=f"{ask.period.label}; {charts.ROWS_KEY}",
        method="aoristic weights: hours of overlap divided by the window's length, one offence "
        f"counts once; {found.usable:,} of {len(crimes.rows):,} records used",
        notes=[f"Not used: {', '.join(left)}."] if left else (),
    )


def hours_told(table: pd.DataFrame, *, subject: str) -> Said:
    """In which part of the day, and on which day, offences most likely happened.

    `table`: 168 rows: weekday (0 = Monday), hour, weight; the weights sum to the offences used.
    `subject`: 'burglary of dwellings'.
    """
    total = float(table["weight"].sum())
    part = (table["hour"] // 6 * 6).rename("part")
    by_part = table.groupby(part)["weight"].sum()
    by_day = table.groupby("weekday")["weight"].sum()
    most, day = int(by_part.idxmax()), int(by_day.idxmax())
    text = f"No part of the day stands out clearly for {subject}."
    if _stands_out(by_part[most] / total, 1 / 4, total):
        text = (
            f"About {present.per_cent(100 * by_part[most] / total, 0)} of {subject} most likely "
            f"happened {PARTS[most]}; an even spread would give 25 per cent."
        )
    if _stands_out(by_day[day] / total, 1 / 7, total):
        text += (
            f" {present.WEEKDAYS[day]} has the largest share of the days, "
            f"{present.per_cent(100 * by_day[day] / total, 0)} (an even spread would give 14)."
        )
    else:
        text += " No day of the week stands out clearly."
    return Said(text, values={"count": round(total), "share": float(by_part[most] / total)})


def _stands_out(share: float, even: float, total: float) -> bool:
    # The largest of several shares is large by chance too: three standard errors, not two.
    return share - even > 3 * math.sqrt(even * (1 - even) / total)
