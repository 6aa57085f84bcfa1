"""Violence: how much, compared with whom, and the night-time economy."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings.overview import crime_question, offence_breakdown, rate_question
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.findings.shapes import change_wording, changes
from cspanalysis.present import charts
from cspanalysis.present.phrases import first, shown
from cspanalysis.review.defined_offences import NO_TIME, NTE, at_night, night_violence, strange
from cspanalysis.review.review import OFFENCE_SOURCES
from cspanalysis.stats import change as statistics
from cspanalysis.stats import night
from cspanalysis.stats.night import NightTime

VIOLENT, THINGS = "violent crime", "violent offences"
#: What street-level files lack for it.
NO_CENTRES = "do not say what lies in a town centre"

#: A night belongs to the day on which it begins; hours before this one to the evening before.
FIRST_HOUR = 6

night_question = partial(crime_question, needs="police_extract", measure=NTE)


@crime_question("violence.change", "Did violent crime rise or fall?")
def violent_crime_change(ask: Question, offences: str = "violent crime") -> Finding:
    """Violent crime against the same months of the year before."""
    series = ask.series(offences)
    kinds = present.listed(sorted(set(series.rows["kind"])))
    told = "" if series.subject != VIOLENT else f"Violent crime, as it is counted here: {kinds}."
    return ask.about(series.subject, VIOLENT).change(series.of(series.rows, definition=told))


@question(
    "violence.mix",
    "What does violent crime consist of?",
    needs=OFFENCE_SOURCES,
    measure="share of violent crime",
    unit="offences",
    would_show="what violent crime consists of",
    role="parts",
)
def violent_crime_mix(ask: Question, offences: str = "violent crime") -> Finding:
    """Shares of the offences in violent crime."""
    return offence_breakdown(ask, offences)


@rate_question(
    "violence.peers.{group}",
    "How does violent crime compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
)
def violent_crime_peers(ask: Question, group: str, offences: str = "violent crime") -> Finding:
    """Violent crime per 1,000 residents among a peer group."""
    counted = ask.review.peer_counts(offences, group, ask.period)
    return ask.about(counted.subject or VIOLENT, VIOLENT).peers(offences, group, things=THINGS)


@night_question(
    "violence.nte.change", "Did night-time economy violence rise or fall?", role="change"
)
def nte_change(ask: Question, definition: NightTime | None = None) -> Finding:
    """Night-time economy violence against the same months of the year before, both definitions."""
    definition = definition or ask.review.night_time
    ask.review.source_of(ask.period, ask.compare, lacks=NO_TIME)
    violence = night_violence(ask.review, definition)
    classified = violence.rows
    result = _settled(ask, changes.compared(ask, at_night(violence, definition)), classified)
    notes = _premises_notes(classified, ask.period)
    if definition.core is not None:
        core = changes.compared(ask, violence.of(classified[classified["is_core"]])).iloc[0]
        notes.append(
            f"Under the narrower second definition ({definition.core.definition}) there are "
            f"{int(core['count']):,} against {int(core['compare_count']):,} {ask.earlier}."
        )
    now = classified[ask.period.contains(classified["month"])]
    account = night.summary(now, definition).iloc[0]
    notes.append(
        f"{int(account['untimed']):,} of {int(account['total']):,} offences "
        f"({present.listed(definition.offences)}) in {ask.period.label} without a usable "
        f"start time cannot be counted; {int(account['midnight_exact']):,} with a start exactly "
        "at midnight may have it by default."
    )
    return ask.publish(
        result,
        series=at_night(violence, definition),
        wording=partial(change_wording.change, subject=NTE),
        compared=True,
        columns=changes.columns(ask.comparison),
        notes=notes,
    )


@night_question(
    "violence.nte.years",
    "How did night-time economy violence develop over the years?",
    once=True,
)
def nte_years(ask: Question, definition: NightTime | None = None) -> Finding:
    """Night-time economy violence by financial year."""
    definition = definition or ask.review.night_time
    return ask.years(
        at_night(night_violence(ask.review, definition), definition),
        "Offences",
    )


@night_question(
    "violence.town_centres.years",
    "How did violence in town centres develop over the years?",
    measure="violence in town centres",
    once=True,
)
def town_centre_years(ask: Question, offences: str = "violent crime") -> Finding:
    """Violent crime flagged as in a town centre, at any hour, by financial year."""
    violence = ask.review.series(offences, knows="is_town_centre", lacks=NO_CENTRES)
    inside = violence.flagged("is_town_centre", f"{offences} in town centres")
    return ask.years(inside, "Offences")


@question(
    "violence.nte.town_centre_share",
    "How much night-time violence happens in town centres?",
    needs="police_extract",
    measure=f"share of {NTE} in town centres",
    unit="share",
    would_show="how much night-time economy violence happens in town centres",
    role="where",
)
def nte_town_centre_share(ask: Question, definition: NightTime | None = None) -> Finding:
    """Share of night-time economy violence in town centres, with a Wilson interval."""
    definition = definition or ask.review.night_time
    violence = night_violence(ask.review, definition, ask.period)
    classified = violence.knowing("is_town_centre", f"the records {NO_CENTRES}").rows
    nightly = at_night(violence, definition)
    inside = classified[classified["is_town_centre_night"]]
    return ask.share(
        nightly.of(inside, ask.spec.measure),
        nightly.of(nightly.rows, f"{NTE} offences"),
        of="took place in town centres",
        columns=("In town centres", "All"),
        what=f"{NTE} in town centres",
    )


@question(
    "violence.nte.week",
    "On which nights and at what hours?",
    needs="police_extract",
    measure="violence by hour and weekday",
    unit="offences",
    would_show="on which nights and at what hours violence happens",
    role="when",
)
def nte_week(ask: Question, definition: NightTime | None = None) -> Finding:
    """Violence outside the home by hour and weekday; shows whether the night hours fit."""
    definition = definition or ask.review.night_time
    violence = night_violence(ask.review, definition, ask.period)
    week = night.week(violence.rows, mask=violence.rows["is_night_time"])
    if not week["count"].any():
        raise NotAvailable((), f"no {NTE} in {ask.period.label}")
    # Only hours of the night can hold any; the others would double the table.
    hours = week.groupby("hour")["count"].transform("sum") > 0
    return ask.publish(
        week.loc[hours, ["weekday", "hour", "count"]].reset_index(drop=True),
        series=at_night(violence, definition),
        subject=ask.spec.measure,
        wording=partial(hours_told, subject=f"{NTE} offences"),
        chart=charts.heatmap,
        columns={"weekday": "Day", "hour": "Hour", "count": "Offences"},
        what=f"{NTE} by weekday and hour",
        when=f"{ask.period.label}; {charts.ROWS_KEY}",
        method="counts by weekday and hour of the clock",
        notes=("A night belongs to the date of its 18:00; hours are clock hours.",),
    )


@rate_question(
    "violence.nte.peers.{group}",
    "How does night-time economy violence compare with the other {members}?",
    needs="peer_counts",
)
def nte_peers(ask: Question, group: str) -> Finding:
    """Night-time economy violence among a peer group, as the partner counted it."""
    return ask.peers(NTE, group, things=f"{NTE} offences")


def _premises_notes(classified: pd.DataFrame, period: Period) -> list[str]:
    now = classified[period.contains(classified["month"])]
    count = int(now["has_strange_premises"].sum())
    if not count:
        return []
    return [
        f"Not counted are {present.plural(count, 'record')} of {period.label} whose kind of place "
        f"is not known: {strange(now)}."
    ]


def _settled(ask: Question, result: pd.DataFrame, classified: pd.DataFrame) -> pd.DataFrame:
    """The change, withheld where records of places of an unknown kind could be what makes it."""
    now, before = (
        int(classified.loc[p.contains(classified["month"]), "has_strange_premises"].sum())
        for p in (ask.period, ask.compare)
    )
    if not statistics.is_unsettled(result, now, before):
        return result
    return statistics.withheld(
        result,
        f"the kind of place is not known of records with {strange(classified)}",
    )


def hours_told(table: pd.DataFrame, *, subject: str) -> Said:
    """The busiest hour of the week and the share of Friday and Saturday nights.

    `table`: a row per hour of the week: weekday (0 is Monday, of the clock), hour, count.
    `subject`: what is counted.
    """
    rows = shown(table, "count")
    total = rows["count"].sum()
    if rows.empty or total == 0:
        return cannot(subject, {**first(table), "status": "too_few"}, "hour")
    best = rows[rows["count"] == rows["count"].max()]
    parts = []
    if len(best) <= 2:
        names = [_hour_of_week(int(r.weekday), int(r.hour)) for r in best.itertuples()]
        noun = "hour of the week was" if len(names) == 1 else "hours of the week were"
        each = " each" if len(names) > 1 else ""
        top = present.count(best["count"].iloc[0])
        parts.append(
            f"The busiest {noun} {present.listed(names)}, with {top} of "
            f"{present.count(total)}{each}."
        )
    else:
        parts.append(f"No single hour of the week stands out for {subject}.")
    weekday = (rows["weekday"] - (rows["hour"] < FIRST_HOUR)) % 7
    is_night = (rows["hour"] >= 18) | (rows["hour"] < FIRST_HOUR)
    part = rows.loc[weekday.isin([4, 5]) & is_night, "count"].sum() / total
    parts.append(
        f"Friday and Saturday nights (18:00 to 05:59) hold {present.share(part)} of {subject}."
    )
    return Said(" ".join(parts), values={"count": total, "share": part})


def _hour_of_week(weekday: int, hour: int) -> str:
    """An hour by the clock, and the night it belongs to where that began the day before."""
    name = f"{present.WEEKDAYS[weekday]} {present.hours(hour, hour)}"
    return name if hour >= FIRST_HOUR else f"{name} ({present.WEEKDAYS[weekday - 1]} night)"
