"""Substance misuse: admissions due to alcohol, and drugs with the custody suite."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.agendas import STRATEGY_2008
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import admissions
from cspanalysis.findings.admissions import SOURCE, Admissions, admission_question
from cspanalysis.findings.published_health import beside_england, published_question
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.findings.standardised_admissions import standardised
from cspanalysis.present.phrases import chance_alone, get
from cspanalysis.review.review import OFFENCE_SOURCES
from cspanalysis.review.series import Series, newest_year, whole_years
from cspanalysis.stats import measures, yearly

ALCOHOL, DISORDERS = "T51", "F10"
DRUGS = "drug offences"
OUTSIDE_CUSTODY = "drug offences outside custody"

#: More of them can mean more searches: neither a rise nor a fall is good.
drug_question = partial(question, needs="police_extract", measure=DRUGS, unit="offences")
rate_question = partial(question, unit="per 1,000 residents in the period")


@admission_question(
    "substance.alcohol_admissions.trend",
    "Are there more hospital admissions because of alcohol?",
    role="trend",
)
def alcohol_admissions_trend(ask: Question, cause: str = ALCOHOL) -> Finding:
    """Admissions by financial year with rates per 100,000 residents, newest against first."""
    return admissions.by_year(ask, cause)


@admission_question(
    "substance.alcohol_disorders.trend",
    "Are there more admissions because of disorders due to alcohol?",
    role="trend",
)
def alcohol_disorders_trend(ask: Question, cause: str = DISORDERS) -> Finding:
    """The same for mental and behavioural disorders due to alcohol."""
    return admissions.by_year(ask, cause)


@admission_question(
    "substance.alcohol_admissions.sex",
    "Are females or males admitted more often?",
    fewer_is_better=None,
    would_show="whether females or males are admitted more often because of alcohol",
    role="who",
)
def alcohol_admissions_by_sex(
    ask: Question, cause: str = ALCOHOL, year: str | None = None
) -> Finding:
    """Admissions by sex in one financial year (default: the newest up to the period's end), per
    resident of that sex where residents are known."""
    found = admissions.of_cause(ask, cause)
    year = year or newest_year(found.shown["year"], ask.review.period, SOURCE)
    over = whole_years([year])
    result, is_rated = _by_sex(found, year)
    beside = ask.review.residents_beside(over) if is_rated else ""
    return ask.publish(
        result,
        sources=(SOURCE, "population") if is_rated else (SOURCE,),
        wording=partial(_sexes_told, subject=found.subject),
        protect=found.protect,
        over=over,
        columns={
            "sex": "Sex",
            "count": "Admissions",
            "population": "Residents",
            "rate": "Per 100,000 residents of that sex",
            "interval": "95% interval",
        },
        what=f"Hospital {found.subject} by sex",
        when=f"financial year {year}",
        method=f"conditional exact test of two Poisson counts{found.policy_words}",
        notes=[*filter(None, [beside]), *chance_alone(result), *found.notes],
    )


@admission_question(
    "substance.alcohol_admissions.age_sex",
    "Who is admitted to hospital because of alcohol?",
    role="who",
)
def alcohol_admissions_age_sex(
    ask: Question, cause: str = ALCOHOL, year: str | None = None
) -> Finding:
    """Admissions by age band and sex in one financial year (default: the newest up to the period's
    end), protected as the hospital statistics demand."""
    return admissions.by_age_and_sex(ask, cause, year)


@admission_question(
    "substance.alcohol_admissions.standardised",
    "How did alcohol admissions develop, allowing for residents' age and sex?",
    measure="hospital admissions, standardised for age and sex",
    unit="per 100,000 residents, standardised",
    would_show="how many are admitted because of alcohol, allowing for residents' ages and sexes",
    role="trend",
)
def alcohol_admissions_standardised(ask: Question, cause: str = ALCOHOL) -> Finding:
    """Admissions by year, directly standardised on the European Standard Population 2013."""
    return standardised(ask, cause)


@published_question(
    "substance.alcohol_admissions.published",
    "How do alcohol admissions compare with England's?",
    measure="alcohol admissions, as published",
    role="peers",
)
def alcohol_admissions_published(ask: Question, words: str = "alcohol") -> Finding:
    """Published indicators whose name holds `words`, newest by the period's end."""
    return beside_england(ask, words)


@drug_question(
    "substance.drug_offences.change",
    "Did recorded drug offences rise or fall?",
    needs=OFFENCE_SOURCES,
)
def drug_offences_change(ask: Question) -> Finding:
    """Drug offences against the same months of the year before."""
    return ask.change(
        ask.series(DRUGS),
        notes=[
            "Most drug offences come to light by police activity: more can mean more searches.",
        ],
    )


@drug_question(
    "substance.drug_offences.custody_share",
    "How many drug offences come to light in the custody suite?",
    measure="share of drug offences found in custody",
    unit="share",
    agenda=STRATEGY_2008,
)
def custody_share(ask: Question) -> Finding:
    """Share of drug offences found when people were searched in custody."""
    drugs = _drugs(ask)
    return ask.share(
        drugs.flagged("in_custody", ask.spec.measure),
        drugs,
        of="were found in custody",
        columns=("Found in custody", "All"),
        what="Drug offences found in custody",
        notes=[
            "People arrested anywhere in the division are searched at the custody suite; what is "
            "found counts for the district in which the suite lies.",
        ],
    )


@drug_question(
    "substance.drug_offences.custody",
    "Did drug offences change, with and without those found in custody?",
    measure="drug offences by where they were found",
    would_show="whether drug offences changed, with and without those found in custody",
    agenda=STRATEGY_2008,
)
def custody_changes(ask: Question) -> Finding:
    """All drug offences, those found in custody and the others, each with its change."""
    drugs = _drugs(ask)
    found = drugs.rows["in_custody"].fillna(False).astype(bool)
    return ask.changes(
        {
            "all drug offences": drugs,
            "those found in custody": drugs.of(drugs.rows[found]),
            "those found elsewhere": drugs.of(drugs.rows[~found]),
        },
        label="where_found",
        heading="Offences",
        subject=DRUGS,
        items="groups",
    )


@rate_question(
    "substance.drug_offences.peers.{group}",
    "How do drug offences compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
)
def drug_offences_peers(ask: Question, group: str) -> Finding:
    """Drug offences per 1,000 residents among a peer group, those found in custody counted."""
    return ask.peers(DRUGS, group, things=DRUGS)


@rate_question(
    "substance.drug_offences_outside_custody.peers.{group}",
    "How do drug offences found outside custody compare with the other {members}?",
    needs="peer_counts",
    measure="drug offences found outside custody per 1,000 residents",
    would_show="how drug offences found outside custody compare with the peers",
    agenda=STRATEGY_2008,
)
def outside_custody_peers(ask: Question, group: str) -> Finding:
    """The same without offences found in custody."""
    return ask.peers(OUTSIDE_CUSTODY, group, things="drug offences found outside custody")


def _drugs(ask: Question) -> Series:
    """Records of drug offences; of no offence of the taxonomy are the parts that are counted."""
    lacks = "do not say which offences were found in custody"
    found = ask.review.series(DRUGS, knows="in_custody", lacks=lacks)
    return found.of(found.rows, selection="")


def _by_sex(found: Admissions, year: str) -> tuple[pd.DataFrame, bool]:
    """Females and males in a year, males over females; and whether per resident of their sex."""
    rows = found.by("year", "sex")
    rows = rows[(rows["year"] == year) & rows["sex"].isin(["male", "female"])]
    if len(rows) < 2:
        raise NotAvailable(SOURCE, f"it does not tell the sexes apart in {year}")
    try:
        people = found.ask.review.population_by_age(whole_years([year]))
        people = people.groupby("sex")["population"].sum()
        rows = rows.assign(population=rows["sex"].map(people))
    except NotAvailable:
        pass
    is_rated = "population" in rows and bool(rows["population"].notna().all())
    result = yearly.first_to_last(
        measures.rate(rows, per=admissions.PER) if is_rated else rows,
        year="sex",
        exposure="population" if is_rated else None,
        rounded_to=admissions.rounded_to(rows),
    ).assign(not_estimated="counts of one year are compared")
    return result, is_rated


def _sexes_told(table: pd.DataFrame, *, subject: str) -> Said:
    """Whether females or males had more, per resident of their sex where residents are known."""
    female, male = (table.iloc[i].to_dict() for i in range(2))
    if get(female, "count") is None or get(male, "count") is None:
        return cannot(subject, female if get(female, "count") is None else male, "comparison")
    when = f" in {female['year']}"
    lower, upper = get(male, "change_lower"), get(male, "change_upper")
    counts = f"{present.count(female['count'])} against {present.count(male['count'])}"
    if get(female, "rate") is not None and get(male, "rate") is not None:
        counts += (
            f", or {present.rate(female['rate'])} against {present.rate(male['rate'])} per "
            f"{present.count(female['rate_per'])} residents"
        )
    if upper is not None and upper < 1:
        text = f"Females had more {subject} than males{when}: {counts}."
    elif lower is not None and lower > 1:
        text = f"Females had fewer {subject} than males{when}: {counts}."
    else:
        text = (
            f"Females and males did not clearly differ in {subject}{when}: {counts}, females first."
        )
    if get(female, "rounded_to"):
        text += f" Counts are rounded to the nearest {int(female['rounded_to'])}."
    return Said(text, values={"count": female["count"], "compare_count": male["count"]})
