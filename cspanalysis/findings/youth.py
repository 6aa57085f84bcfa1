"""Young people who offend or are harmed: youth offending and youth violence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period, year_label
from cspanalysis.findings.publication import method_of
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.findings.shapes import change_wording, changes, years
from cspanalysis.present import charts
from cspanalysis.present.phrases import MOST_NAMED, chance_alone
from cspanalysis.review import offence_counts
from cspanalysis.review.series import Series, begun, whole_years
from cspanalysis.stats import change, dispersion, measures, yearly

SOURCE = "youth_offending"

REFERRED = "referred to the Youth Offending Service"
YOUTH_VIOLENCE = "youth violence"
INVOLVED = "violence involving young people"

#: Under this age a person is young here.
ADULT = 18

offending_question = partial(
    question, needs=SOURCE, measure=f"young people {REFERRED}", unit="young people",
    fewer_is_better=True,
)  # fmt: skip
entrant_question = partial(
    offending_question, measure="first-time entrants to the youth justice system"
)
violence_question = partial(
    question, needs="police_extract", measure=YOUTH_VIOLENCE, unit="offences", fewer_is_better=True
)


@offending_question(
    "young_people.offending.change",
    "Were more young people referred to the Youth Offending Service?",
    would_show="whether more young people were referred to the Youth Offending Service",
    role="change",
)
def offending_change(ask: Question, measure: str = REFERRED) -> Finding:
    """Young people referred, against the year before; for whole financial years only."""
    return _change(ask, measure, "referrals")


@offending_question(
    "young_people.offending.years",
    "How did referrals develop over the years?",
    would_show="how referrals to the Youth Offending Service developed over the years",
    once=True,
    role="trend",
)
def offending_years(ask: Question, measure: str = REFERRED) -> Finding:
    """Young people referred by financial year, the newest against the first."""
    return _by_year(ask, measure, "referrals")


@entrant_question(
    "young_people.entrants.change",
    "Did more young people enter the youth justice system for the first time?",
    would_show="whether more young people entered the youth justice system for the first time",
    role="change",
)
def entrants_change(ask: Question, measure: str = "") -> Finding:
    """First-time entrants, against the year before; for whole financial years only."""
    return _change(ask, measure, "first-time entrants")


@entrant_question(
    "young_people.entrants.years",
    "How did first-time entrants develop over the years?",
    would_show="how first-time entrants to the youth justice system developed over the years",
    once=True,
    role="trend",
)
def entrants_years(ask: Question, measure: str = "") -> Finding:
    """First-time entrants by financial year, the newest against the first."""
    return _by_year(ask, measure, "first-time entrants")


@offending_question(
    "young_people.offending.kinds",
    "For which offences were more or fewer young people dealt with?",
    measure="young people by kind of offence",
    would_show="for which offences more or fewer young people were dealt with",
    role="parts",
)
def offending_by_kind(ask: Question) -> Finding:
    """Young people by kind of offence, each with its change."""
    figures = _figures(ask)
    rows = figures[figures["topic"] == "offences"]
    if rows.empty:
        raise NotAvailable(SOURCE, f"it counts no kinds of offence; it counts {_counts(figures)}")
    result = _compared(rows, ask.comparison).rename(columns={"measure": "kind"})
    result = result.sort_values("count", ascending=False, ignore_index=True)
    untold = figures[figures["topic"].isna()]
    return ask.publish(
        # A young person can be dealt with for several kinds: the rows are no parts of a whole.
        result.assign(counted=result["kind"]),
        sources=(SOURCE,),
        wording=partial(
            change_wording.changes,
            label="kind",
            subject="youth offending",
            items="kinds of offence",
        ),
        chart=partial(charts.change_intervals, label="kind"),
        protect=ask.protection(SOURCE),
        compared=True,
        columns={"kind": "Kind of offence", **changes.columns(ask.comparison)},
        what="Change in young people by kind of offence",
        when=f"{ask.period.label} against {ask.compare.label}; {charts.CHANGES_KEY}",
        notes=[
            *(
                [f"No kind of offence that is known, and left out: {_counts(untold)}."]
                if len(untold)
                else []
            ),
            *chance_alone(result),
        ],
    )


@violence_question(
    "young_people.youth_violence.change",
    "Did violence that involves young people rise or fall?",
)
def youth_violence_change(
    ask: Question, offences: str = "violent crime", under: int = ADULT
) -> Finding:
    """Violent crime with a victim or a known suspect under an age."""
    return ask.change(
        involving(ask, offences, under),
        notes=["Schools deal with most incidents on their grounds without the police."],
    )


@violence_question(
    "young_people.youth_violence.years",
    "How did violence that involves young people develop over the years?",
    once=True,
)
def youth_violence_years(
    ask: Question, offences: str = "violent crime", under: int = ADULT
) -> Finding:
    """The same by financial year."""
    return ask.years(involving(ask, offences, under), "Offences")


@violence_question(
    "young_people.youth_violence.change.{group}",
    "Did violence that involves young people rise or fall in the {members}?",
    needs="peer_counts",
    would_show="whether violence that involves young people rose or fell in the group of districts",
    role="peers",
)
def youth_violence_together(ask: Question, group: str) -> Finding:
    """The same over a group of areas together, as the partner counted it."""
    found = ask.series(YOUTH_VIOLENCE, among=group, subject=INVOLVED)
    return ask.change(found.of(found.rows, protect=ask.protection()))


def _change(ask: Question, measure: str, topic: str) -> Finding:
    rows, subject = _measured(ask, measure, topic)
    result = _compared(rows.assign(measure=measure or subject), ask.comparison)
    return ask.publish(
        result.rename(columns={"measure": "counted"}),
        sources=(SOURCE,),
        subject=subject,
        wording=partial(change_wording.change, subject=f"the number of {subject}"),
        protect=ask.protection(SOURCE),
        compared=True,
        columns=changes.columns(ask.comparison),
        notes=chance_alone(result),
    )


def _by_year(ask: Question, measure: str, topic: str) -> Finding:
    table, subject = _measured(ask, measure, topic)
    known = begun(table["year"], ask.review.period)
    if len(known) < 2:
        raise NotAvailable(
            SOURCE,
            f"of {subject} it holds {present.listed(known) or 'no year'} by the end of "
            "the period, and two financial years would be needed",
        )
    table = table.loc[table["year"].isin(known), ["year", "count", "status", "symbol"]]
    protect = ask.protection(SOURCE)
    result = disclosure.apply(measures.count_interval(table), protect, edition=ask.review.edition)
    result = yearly.first_to_last(result).assign(counted=measure or subject)
    return ask.publish(
        result,
        sources=(SOURCE,),
        wording=partial(years.years_told, subject=f"the number of {subject}"),
        chart=partial(charts.trend_line, value="count", decimals=0),
        protect=protect,
        over=whole_years(known),
        columns={
            "year": "Year",
            "count": "Young people",
            "lower": "Lower limit",
            "upper": "Upper limit",
        },
        what=subject,
        when=f"{known[0]} to {known[-1]}; line = 95% interval",
        method=f"{method_of(result)}; {yearly.method_of_change(result)}",
        notes=chance_alone(result),
    )


def _figures(ask: Question) -> pd.DataFrame:
    """year, measure, topic, count, status, symbol of the whole area.

    Several districts are added up, and what one of them lacks is missing. Of a measure that is
    spelt in two ways the last spelling is used.
    """
    table = ask.review.table(SOURCE)
    table["measure"] = table.groupby(table["measure"].str.lower())["measure"].transform("last")
    keys = ["year", "measure", "topic"]
    districts = pd.DataFrame({"district": ask.review.area.districts})
    every = table[keys].drop_duplicates().merge(districts, how="cross")
    lacking = every.merge(table, how="left", indicator="has").query("has == 'left_only'")
    rows = pd.concat([table, lacking.assign(status="not_available")], ignore_index=True)
    return measures.added_up(rows, keys)


def _measured(ask: Question, measure: str, topic: str) -> tuple[pd.DataFrame, str]:
    """The figures of a measure, or of whatever measure is about a topic, and what they count."""
    figures = _figures(ask)
    rows = figures[figures["measure"].str.lower() == measure.lower()]
    if rows.empty:
        rows = figures[figures["topic"] == topic]
    if rows.empty:
        raise NotAvailable(SOURCE, f"it counts no {topic}; it counts {_counts(figures)}")
    if rows["year"].duplicated().any():
        raise NotAvailable(SOURCE, f"it counts {topic} in several ways: {_counts(rows)}")
    label = str(rows.sort_values("year")["measure"].iloc[-1])
    if label.lower() == REFERRED.lower():
        label = f"young people {REFERRED}"
    elif topic == "first-time entrants":
        label = re.sub(r"^First([- ])Time([- ])Entrant", lambda found: found[0].lower(), label)
        label = label[0].lower() + label[1:] if label[1:2].islower() else label
    else:
        label = f"'{label}'"
    return rows.sort_values("year", ignore_index=True), label


def _counts(figures: pd.DataFrame) -> str:
    """What the file counts, in its own words."""
    labels = [f"'{present.shorten(label, 60)}'" for label in figures["measure"].unique()]
    return present.listed(labels, MOST_NAMED, "further things")


def _compared(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Both years of a comparison, one row per measure, judged as its years vary."""
    rows = []
    for _, row in change.change(_pairs(table, comparison)).groupby("measure", sort=False):
        counts = table[table["measure"] == row["measure"].iloc[0]].groupby("year")["count"]
        years_until = counts.sum(min_count=1).sort_index()
        years_until = years_until[years_until.index <= year_label(comparison.period.first // 12)]
        rows.append(change.widened(row, dispersion.of_years(years_until), yearly.FEW_YEARS))
    return pd.concat(rows, ignore_index=True)


def _pairs(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Both financial years of a comparison side by side, one row per measure."""
    labels = {}
    for key, period in (("count", comparison.period), ("compare_count", comparison.compare)):
        start = period.first // 12
        if period != Period.financial_year(start):
            raise NotAvailable(SOURCE, f"it has whole financial years, and {period.label} is none")
        labels[key] = year_label(start)
    missing = sorted(set(labels.values()) - set(table["year"]))
    if missing:
        raise NotAvailable(SOURCE, f"it does not cover {' and '.join(missing)}")
    counts = table[table["year"].isin(labels.values())].pivot_table(
        index="measure",
        columns="year",
        values="count",
        aggfunc=lambda values: values.sum(skipna=False),
        dropna=False,
        sort=False,
    )
    return pd.DataFrame(
        {
            "measure": counts.index,
            "count": pd.to_numeric(counts[labels["count"]]).to_numpy(dtype=float),
            "compare_count": pd.to_numeric(counts[labels["compare_count"]]).to_numpy(dtype=float),
            "period": comparison.period.iso,
            "compare": comparison.compare.iso,
            "days": comparison.period.days,
            "compare_days": comparison.compare.days,
        }
    )


def involving(ask: Question, offences: str | Sequence[str], under: int, *periods: Period) -> Series:
    """Offences with a victim or a known suspect under an age."""
    every = ask.review.series(offences, *periods, each=True, lacks="hold no ages", people=True)
    ages = [c for c in ("victim_age", "offender_age") if c in every.rows]
    if every.rows[ages].isna().all(axis=None):
        raise NotAvailable("police_extract", "the records hold no ages")
    named = present.listed([offences] if isinstance(offences, str) else list(offences))
    is_young = every.rows[ages].lt(under).fillna(False).any(axis=1)
    return every.of(
        offence_counts.once_each(every.rows[is_young]),
        INVOLVED,
        selection="",
        protect=ask.protection(),
        definition=f"Here: {named} with a victim or a known suspect under {under}. The age of a "
        "suspect is known for detected offences only.",
    )
