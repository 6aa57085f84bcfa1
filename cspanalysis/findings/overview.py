"""Recorded crime: change, months, mix, and the area among its peers."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.findings.shapes.rankings import few_residents_notes, resident_notes, usual
from cspanalysis.present import charts
from cspanalysis.present.phrases import by_chance, chance_alone, get, own, shown
from cspanalysis.review.review import OFFENCE_SOURCES
from cspanalysis.stats import dispersion, measures, peers

crime_question = partial(question, needs=OFFENCE_SOURCES, unit="offences", fewer_is_better=True)
rate_question = partial(crime_question, unit="per 1,000 residents in the period")


@rate_question(
    "overview.recorded_crime.rate",
    "How much crime was recorded?",
    measure="recorded crime",
    role="change",
)
def recorded_crime_rate(ask: Question, offences: str = "recorded crime") -> Finding:
    """Recorded crime and its rate per 1,000 residents in the period (exact or Byar limits)."""
    crimes = ask.series(offences, ask.period)
    residents, year = ask.review.residents(ask.period)
    table = pd.DataFrame(
        {
            "area": [ask.review.area.name],
            "count": [crimes.count(ask.period)],
            "population": [residents],
        }
    )
    variance = crimes.variance(ask.period, ask.period.months)
    result = dispersion.with_variance(measures.rate(table, per=1000), variance)
    if not dispersion.is_known(variance):
        result["not_estimated"] = dispersion.FEW_MONTHS
    return ask.publish(
        result,
        series=crimes,
        sources=(*crimes.sources, "population"),
        wording=partial(rate_told, subject=offences, things="crimes"),
        columns={
            "area": "Area",
            "count": "Offences",
            "population": "Residents",
            "rate": "Per 1,000 residents",
            "interval": "95% interval",
        },
        what="Recorded crime",
        notes=[
            *resident_notes(ask, year),
            *few_residents_notes(result),
            *chance_alone(result),
        ],
        tile=partial(_rate_tile, things="crimes recorded", period=ask.period.label),
    )


@crime_question("overview.recorded_crime.change", "Did recorded crime rise or fall?")
def recorded_crime_change(ask: Question, offences: str = "recorded crime") -> Finding:
    """Recorded crime against the same months of the year before (conditional exact test)."""
    return ask.change(ask.series(offences))


@crime_question(
    "overview.recorded_crime.months",
    "Is the latest half year out of the ordinary?",
    measure="recorded crime per day",
    unit="offences per day",
    would_show="whether recent months are out of the ordinary",
    once=True,
)
def recorded_crime_months(ask: Question, offences: str = "recorded crime") -> Finding:
    """Control chart of monthly recorded crime, seasonally adjusted from 36 months on."""
    return ask.control(ask.series(offences, ask.period))


@crime_question(
    "overview.recorded_crime.next_year",
    "What would next year look like if nothing changed?",
    measure="recorded crime",
    would_show="what next year would look like if nothing changed",
    once=True,
)
def recorded_crime_next_year(ask: Question, offences: str = "recorded crime") -> Finding:
    """The year after the period as the newest one was, with the interval of usual changes."""
    return ask.next_year(ask.series(offences, ask.period), things=taxonomy.things(offences))


@question(
    "overview.mix",
    "Which offences make up recorded crime?",
    needs=OFFENCE_SOURCES,
    measure="share of recorded crime",
    unit="offences",
)
def offence_mix(ask: Question, offences: str = "recorded crime") -> Finding:
    """Shares of the offences in recorded crime, with Wilson intervals."""
    return offence_breakdown(ask, offences)


@rate_question(
    "overview.recorded_crime.peers.{group}",
    "How does recorded crime compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
)
def recorded_crime_peers(ask: Question, group: str, offences: str = "recorded crime") -> Finding:
    """Crimes per 1,000 residents of every area of a peer group, with places and their intervals."""
    return ask.peers(offences, group, things="crimes")


@rate_question(
    "overview.recorded_crime.funnel.{group}",
    "Does recorded crime stand out among the {members}?",
    needs=("peer_counts", "police_uk"),
    measure="recorded crime per 1,000 residents",
    would_show="whether the rate lies outside what size and chance explain",
    role="peers",
)
def recorded_crime_funnel(ask: Question, group: str, offences: str = "recorded crime") -> Finding:
    """Funnel of the peer group, its limits widened for the usual differences between areas."""
    counted = ask.review.peer_counts(offences, group, ask.period)
    members = ask.review.peer_group(group)
    result = peers.funnel(counted.table)
    year = int(counted.table["population_year"].max())
    return ask.publish(
        result,
        sources=counted.sources,
        wording=partial(funnel_told, things="crimes", members=members.label),
        chart=partial(charts.funnel, lines=peers.funnel_lines(result)),
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
            f"{present.capital(members.label)}, {ask.period.label}; residents of "
            f"{ask.review.residents_of(year)}; lines = 95% and 99.8% limits"
        ),
        notes=[*resident_notes(ask, year), *few_residents_notes(result)],
    )


def offence_breakdown(ask: Question, offences: str) -> Finding:
    """Which offences make up a group."""
    crimes = ask.series(offences, ask.period)
    kinds = taxonomy.kinds(crimes.scheme)
    if len({kinds.get(name, name) for name in crimes.offences or ()}) < 2:
        raise NotAvailable("police_extract", f"the open data hold {crimes.subject} as one kind")
    by_kind = crimes.rows.assign(offence=crimes.rows["kind"])
    return ask.breakdown(crimes.of(by_kind), "offence", "Offence", "Offences")


def _rate_tile(table: pd.DataFrame, things: str, period: str) -> dict[str, str] | None:
    """A count with its rate as a headline figure."""
    row = table.iloc[0]
    if pd.isna(row["count"]):
        return None
    limits = present.interval(row["lower"], row["upper"])
    return {
        "value": present.count(row["count"]),
        "label": f"{things}, {period}: {present.rate(row['rate'])} per 1,000 residents "
        f"(95% interval {limits})",
    }


def funnel_told(table: pd.DataFrame, *, things: str = "crimes", members: str = "districts") -> Said:
    """Whether the area lies outside what chance and the usual differences between areas explain.

    `table`: a row per area: area, is_own, rate, rate_per, limit_lower, limit_upper (95%, widened
    where over-dispersed), phi, is_widened, verdict, verdict_by_chance (without widening).
    """
    row = own(table)
    if get(row, "rate") is None or get(row, "limit_lower") is None:
        return cannot(things, row, "comparison")
    verdict = row["verdict"]
    where = {"lower": "below", "higher": "above", "similar": "within"}[verdict]
    limits = present.interval(row["limit_lower"], row["limit_upper"])
    text = (
        f"With {present.rate(row['rate'])} {things} per "
        f"{present.count(get(row, 'rate_per', 1000))} residents, "
        f"{present.shorten(row['area'], 60)} lies {where} the range "
        f"expected for an area of its size ({limits})"
    )
    if get(row, "is_widened", False):
        text += f", which is widened because the {members} differ by more than chance"
    text += "."
    alone = get(row, "verdict_by_chance")
    if verdict == "similar" and alone in ("lower", "higher"):
        text += f"{usual(alone)}."
    rest = shown(table[table["is_own"].ne(True)], "rate")
    outside = int(rest["verdict"].isin(["lower", "higher"]).sum())
    n = len(rest)
    number = present.in_words(outside) if outside else "none"
    text += f" Of the other {present.in_words(n)} {members}, {number}"
    text += f" {'lies' if outside < 2 else 'lie'} outside it."
    if outside or verdict != "similar":
        text += by_chance(n + 1)
    keep = {"count", "rate", "rate_per", "population"}
    return Said(text, verdict=verdict, values=values_of(row, *keep))


def rate_told(table: pd.DataFrame, *, subject: str, things: str) -> Said:
    """How much there was, as a count and as a rate.

    `table`: one row: count, population, rate, rate_per, lower, upper. `subject`, `things`:
    'recorded crime', and what is counted: 'crimes'.
    """
    row = table.iloc[0]
    if pd.isna(row["count"]) or pd.isna(row["rate"]):
        return cannot(subject, row, "count")
    limits = present.interval(row["lower"], row["upper"])
    text = (
        f"{present.count(row['count'])} {things} were recorded, {present.rate(row['rate'])} per "
        f"{present.count(row['rate_per'])} residents (95% interval {limits})."
    )
    return Said(text, values=values_of(row))
