"""Chapter 06, young people who offend or are harmed: youth offending and youth violence."""

from __future__ import annotations

import re
from functools import partial

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.disclosure import Protect
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, finding, publish, sentences
from cspanalysis.findings.common import areas_together, other_counts
from cspanalysis.present import charts
from cspanalysis.present.phrases import MOST_NAMED
from cspanalysis.review import offence_counts
from cspanalysis.review.review import Review
from cspanalysis.stats import change, measures, yearly

SOURCE = "youth_offending"

REFERRED = "referred to the Youth Offending Service"

#: Under this age a person is young here.
ADULT = 18


@finding(
    "young_people.offending.change",
    title="Were more young people referred to the Youth Offending Service?",
    needs=SOURCE,
    measure="young people referred to the Youth Offending Service",
    unit="young people",
    polarity="lower_is_better",
    would_show="whether more young people were referred to the Youth Offending Service",
)
def offending_change(
    review: Review, measure: str = REFERRED, *, comparison: Comparison, spec: Spec
) -> Finding:
    """Young people referred, against the year before; for whole financial years only."""
    return _change(review, spec, comparison, measure, "referrals")


@finding(
    "young_people.offending.years",
    title="How did referrals develop over the years?",
    needs=SOURCE,
    measure="young people referred to the Youth Offending Service",
    unit="young people",
    polarity="lower_is_better",
    would_show="how referrals to the Youth Offending Service developed over the years",
)
def offending_years(review: Review, measure: str = REFERRED, *, spec: Spec) -> Finding:
    """Young people referred by financial year, the newest against the first."""
    return _by_year(review, spec, measure, "referrals")


@finding(
    "young_people.entrants.change",
    title="Did more young people enter the youth justice system for the first time?",
    needs=SOURCE,
    measure="first-time entrants to the youth justice system",
    unit="young people",
    polarity="lower_is_better",
    would_show="whether more young people entered the youth justice system for the first time",
)
def entrants_change(
    review: Review, measure: str = "", *, comparison: Comparison, spec: Spec
) -> Finding:
    """First-time entrants, against the year before; for whole financial years only."""
    return _change(review, spec, comparison, measure, "first-time entrants")


@finding(
    "young_people.entrants.years",
    title="How did first-time entrants develop over the years?",
    needs=SOURCE,
    measure="first-time entrants to the youth justice system",
    unit="young people",
    polarity="lower_is_better",
    would_show="how first-time entrants to the youth justice system developed over the years",
)
def entrants_years(review: Review, measure: str = "", *, spec: Spec) -> Finding:
    """First-time entrants by financial year, the newest against the first."""
    return _by_year(review, spec, measure, "first-time entrants")


@finding(
    "young_people.offending.kinds",
    title="For which offences were more or fewer young people dealt with?",
    needs=SOURCE,
    measure="young people by kind of offence",
    unit="young people",
    polarity="lower_is_better",
    would_show="for which offences more or fewer young people were dealt with",
)
def offending_by_kind(review: Review, *, comparison: Comparison, spec: Spec) -> Finding:
    """Young people by kind of offence, each with its change."""
    figures = _figures(review)
    rows = figures[figures["topic"] == "offences"]
    if rows.empty:
        raise NotAvailable(SOURCE, f"it counts no kinds of offence; it counts {_counts(figures)}")
    result = change.change(_pairs(rows, comparison)).rename(columns={"measure": "kind"})
    result = result.sort_values("count", ascending=False, ignore_index=True)
    untold = figures[figures["topic"].isna()]
    return publish(
        review,
        spec,
        # A young person can be dealt with for several kinds: the rows are no parts of a whole.
        result.assign(counted=result["kind"]),
        say=partial(
            sentences.changes,
            label="kind",
            subject="youth offending",
            items="kinds of offence",
        ),
        chart=partial(charts.change_intervals, label="kind"),
        protect=_protect(review),
        comparison=comparison,
        compared=True,
        sources=(SOURCE,),
        columns={"kind": "Kind of offence", **common.change_columns(comparison)},
        caption=common.where(
            review,
            "Change in young people by kind of offence",
            f"{comparison.period.label} against {comparison.compare.label}; {charts.CHANGES_KEY}",
        ),
        method=common.method_of(result),
        measure="young people by kind of offence",
        notes=(f"No kind of offence that is known, and left out: {_counts(untold)}.",)
        if len(untold)
        else (),
    )


@finding(
    "young_people.youth_violence.change",
    title="Did violence that involves young people rise or fall?",
    needs="police_extract",
    measure="youth violence",
    unit="offences",
    polarity="lower_is_better",
    would_show="whether violence that involves young people rose or fell",
)
def youth_violence_change(
    review: Review,
    offences: str = "violent crime",
    under: int = ADULT,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Violent crime with a victim or a known suspect under an age."""
    return other_counts.change_of(
        review,
        spec,
        comparison,
        _youth_violence(review, offences, under),
        subject="violence involving young people",
        sources=("police_extract",),
        protect=Protect("threshold", threshold=review.threshold),
        definition=_definition(offences, under),
        notes=("Schools deal with most incidents on their grounds without the police.",),
    )


@finding(
    "young_people.youth_violence.years",
    title="How did violence that involves young people develop over the years?",
    needs="police_extract",
    measure="youth violence",
    unit="offences",
    polarity="lower_is_better",
    would_show="how violence that involves young people developed over the years",
)
def youth_violence_years(
    review: Review, offences: str = "violent crime", under: int = ADULT, *, spec: Spec
) -> Finding:
    """The same by financial year."""
    return other_counts.years_of(
        review,
        spec,
        _youth_violence(review, offences, under),
        subject="violence involving young people",
        things="Offences",
        sources=("police_extract",),
        protect=Protect("threshold", threshold=review.threshold),
        definition=_definition(offences, under),
    )


@finding(
    "young_people.youth_violence.change.{group}",
    title="Did violence that involves young people rise or fall in the {members}?",
    needs="peer_counts",
    measure="youth violence",
    unit="offences",
    polarity="lower_is_better",
    would_show="whether violence that involves young people rose or fell in the group of districts",
)
def youth_violence_together(
    review: Review, group: str, *, comparison: Comparison, spec: Spec
) -> Finding:
    """The same over a group of areas together, as the partner counted it."""
    return areas_together.change_finding(
        review,
        spec,
        comparison,
        group,
        "youth violence",
        subject="violence involving young people",
    )


def _change(
    review: Review, spec: Spec, comparison: Comparison, measure: str, topic: str
) -> Finding:
    rows, subject = _series(review, measure, topic)
    result = change.change(_pairs(rows.assign(measure=measure or subject), comparison))
    return publish(
        review,
        spec,
        result.rename(columns={"measure": "counted"}),
        say=partial(sentences.change, subject=f"the number of {subject}"),
        protect=_protect(review),
        comparison=comparison,
        compared=True,
        sources=(SOURCE,),
        columns=common.change_columns(comparison),
        caption=common.where(review, common.capital(subject), comparison.period.label),
        method=common.method_of(result),
        measure=subject,
    )


def _by_year(review: Review, spec: Spec, measure: str, topic: str) -> Finding:
    table, subject = _series(review, measure, topic)
    table = table[table["year"].map(lambda y: int(y[:4]) * 12 + 3 <= review.period.last)]
    if len(table) < 2:
        raise NotAvailable(
            SOURCE,
            f"of {subject} it holds {present.listed(table['year']) or 'no year'} by the end of "
            "the period, and two financial years would be needed",
        )
    shown = disclosure.apply(
        measures.count_interval(table[["year", "count", "status", "symbol"]]),
        _protect(review),
        edition=review.edition,
    )
    result = yearly.first_to_last(shown).assign(counted=measure or subject)
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.years, subject=f"the number of {subject}"),
        chart=partial(charts.trend_line, value="count", decimals=0),
        protect=_protect(review),
        comparison=Comparison(other_counts.whole_years(result["year"]), review.compare),
        sources=(SOURCE,),
        columns={
            "year": "Year",
            "count": "Young people",
            "lower": "Lower limit",
            "upper": "Upper limit",
        },
        caption=common.where(
            review,
            common.capital(subject),
            f"{result['year'].iloc[0]} to {result['year'].iloc[-1]}; line = 95% interval",
        ),
        method=f"{common.method_of(result)}; {yearly.METHOD}",
    )


def _figures(review: Review) -> pd.DataFrame:
    """year, measure, topic, count, status, symbol of the whole area.

    Several districts are added up, and what one of them lacks is missing. Of a measure that is
    spelt in two ways the last spelling is used.
    """
    table = review.table(SOURCE)
    table = table.assign(key=table["measure"].str.lower())
    table["measure"] = table.groupby("key")["measure"].transform("last")
    rows = []
    for (year, _), part in table.groupby(["year", "key"], sort=False):
        lacking = len(set(review.area.districts) - set(part["district"]))
        flagged = part[part["status"] != "ok"]
        first = (flagged if len(flagged) else part).iloc[0]
        is_whole = not lacking and flagged.empty
        status = "not_available" if lacking and flagged.empty else first["status"]
        rows.append(
            {
                "year": year, "measure": first["measure"], "topic": first["topic"],
                "count": float(part["count"].sum()) if is_whole else float("nan"),
                "status": status, "symbol": first["symbol"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows).astype({"symbol": object})


def _series(review: Review, measure: str, topic: str) -> tuple[pd.DataFrame, str]:
    """The figures of a measure, or of whatever measure is about a topic, and what they count.

    Raises
    ------
    NotAvailable
        If there is none, or several in one year.
    """
    figures = _figures(review)
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


def _pairs(table: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Both financial years of a comparison side by side, one row per measure."""
    labels = {}
    for key, period in (("count", comparison.period), ("compare_count", comparison.compare)):
        start = period.first // 12
        if period != Period.financial_year(start):
            raise NotAvailable(SOURCE, f"it has whole financial years, and {period.label} is none")
        labels[key] = other_counts.year_label(start)
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


def _protect(review: Review) -> Protect:
    return Protect(review.policy(SOURCE), threshold=review.threshold)


def _youth_violence(review: Review, offences: str, under: int) -> pd.DataFrame:
    table = review.records(offences, lacks="hold no ages", people=True).table
    known = [c for c in ("victim_age", "offender_age") if c in table and table[c].notna().any()]
    if not known:
        raise NotAvailable("police_extract", "the records hold no ages")
    is_young = pd.Series(False, index=table.index)
    for column in known:
        is_young |= table[column].lt(under).fillna(False).astype(bool)
    young = offence_counts.once_each(table[is_young])
    return other_counts.monthly(young, review.covered("police_extract"))


def _definition(offences: str, under: int) -> str:
    return (
        f"Here: {offences} with a victim or a known suspect under {under}. The age of a suspect is "
        "known for detected offences only."
    )
