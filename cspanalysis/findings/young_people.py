"""Young people: exclusions from school by year, by cluster of schools, by authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from cspanalysis import present
from cspanalysis.disclosure import Protect
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import exclusion_rates
from cspanalysis.findings.publication import method_of
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.findings.shapes import years
from cspanalysis.present import charts
from cspanalysis.present.phrases import (
    by_chance,
    chance_alone,
    confidence,
    first,
    get,
    hidden_note,
    number_of,
    own,
    shown,
)
from cspanalysis.review.series import newest_year, whole_years
from cspanalysis.stats import dispersion, measures, yearly

if TYPE_CHECKING:
    from cspanalysis.present.charts.plot import Plot

SOURCE = "school_exclusions"
AUTHORITIES = "dfe_exclusions"

#: Kind of exclusion in the data → what a reader counts.
THINGS = {"permanent": "permanent exclusions", "fixed term": "fixed-term exclusions"}
#: What the counts of all these findings are of, whatever a finding makes of them.
_COUNTED = "exclusions from school"
_HOW = {"permanent": "were excluded permanently", "fixed term": "for a fixed term"}

exclusion_question = partial(question, fewer_is_better=True, once=True)
school_question = partial(exclusion_question, needs=(SOURCE, AUTHORITIES), unit="exclusions")


@school_question(
    "young_people.exclusions.change",
    "Are more children excluded from school?",
    measure="exclusions from school",
    would_show="whether more children are excluded from school",
    role="parts",
)
def exclusions_change(
    ask: Question,
    kinds: Sequence[str] = ("permanent", "fixed term"),
    school_year: str | None = None,
) -> Finding:
    """Exclusions and children excluded, by school year up to one (default: the newest up to the
    period's end), per 100 pupils on roll, against the first year known."""
    districts = ask.review.area.districts
    known = _protected(ask)
    known = known[
        known["district"].isin(districts)
        & (known["cluster"] == "total")
        & known["kind"].isin(list(kinds))
    ]
    # A year that one of several districts lacks would be the sum of the others.
    held = known.groupby(["school_year", "kind"])["district"].transform("nunique")
    known = known[held == len(districts)]
    last = school_year or _newest(ask, known, SOURCE)
    known = known[known["school_year"] <= last]
    result = pd.concat([_by_year(known, kind) for kind in kinds], ignore_index=True)
    result = result.assign(
        district=districts[0], things=result["kind"].map(_things), counted=_COUNTED
    )
    return ask.publish(
        result,
        sources=(SOURCE,),
        wording=_years_told,
        chart=_change_chart,
        protect=_protect(ask),
        over=whole_years(result["school_year"], Period.academic_year),
        columns={
            "kind": "Kind",
            "school_year": "School year",
            "count": "Exclusions",
            "children": "Children",
            "roll": "Pupils on roll",
            "rate": "Exclusions per 100 pupils",
            "interval": "95% interval",
        },
        what="Change in exclusions per 100 pupils on roll",
        when=f"school year {last} against {result['school_year'].min()}; {charts.CHANGES_KEY}",
        method=f"{method_of(result)}; {yearly.method_of_change(result)}, related to the pupils on "
        "roll",
        notes=[*_repeat_notes(result), *chance_alone(result)],
        definition="A child excluded more than once in a year counts as one child and as several "
        "exclusions.",
    )


@school_question(
    "young_people.exclusions.clusters",
    "Which school clusters exclude the most pupils?",
    measure="exclusions per 100 pupils on roll",
    role="where",
)
def exclusions_by_cluster(
    ask: Question, kind: str = "permanent", school_year: str | None = None
) -> Finding:
    """Exclusions and rates by school cluster in one school year."""
    return _clusters(ask, kind, school_year)


@school_question(
    "young_people.fixed_term.clusters",
    "Which school clusters exclude the most pupils for a fixed term?",
    measure="fixed-term exclusions per 100 pupils on roll",
    role="where",
)
def fixed_term_by_cluster(
    ask: Question, kind: str = "fixed term", school_year: str | None = None
) -> Finding:
    """The same for fixed-term exclusions, since 2020 called suspensions."""
    return _clusters(ask, kind, school_year)


@exclusion_question(
    "young_people.authority.{name}",
    "How does the local authority compare with England on {things}?",
    needs=AUTHORITIES,
    measure="{things} per 100 pupils",
    unit="per 100 pupils",
    would_show="how the local authority compares with England on exclusions",
    role="peers",
)
def authority_rates(
    ask: Question, name: str, kind: str, things: str, school_year: str | None = None
) -> Finding:
    """Rates of the county or unitary authority, its region and England, as published.

    National figures up to 2016/17 are rounded to 5; the interval of the authority is ours.
    """
    review = ask.review
    every = review.table(AUTHORITIES)
    every = every[every["kind"] == kind]
    authority = review.area.county or review.area.name
    table = every[every["reason"].isna() & every["count"].notna() & every["headcount"].notna()]
    is_own = (table["level"] == "local authority") & (table["area"] == authority)
    whole = table["is_whole"]
    if not (whole & is_own).any():
        parts = "some pupils, schools or terms" if is_own.any() else "by reason, without rates"
        is_there = (every["level"] == "local authority") & (every["area"] == authority)
        only = f", only parts: {parts}" if is_there.any() else ""
        raise NotAvailable(AUTHORITIES, f"it holds no {things} of {authority}{only}")
    year = school_year or _newest(ask, table[whole & is_own], AUTHORITIES)
    around = (table["level"] == "national") | (
        (table["level"] == "region") & (table["area"] == review.area.region)
    )
    rows = table[whole & (table["school_year"] == year) & (is_own | around)]
    rows = rows.drop_duplicates(["level", "area"])
    result = measures.rate(
        rows[["school_year", "area", "level", "kind", "count", "headcount"]],
        population="headcount",
        per=100,
    ).assign(is_own=(rows["level"] == "local authority").to_numpy())
    england = result.loc[result["level"] == "national", "rate"]
    result = result.assign(others_rate=england.iloc[0] if len(england) else float("nan"))
    if kind != "permanent":
        result["not_estimated"] = exclusion_rates.NO_CHILDREN
    return ask.publish(
        result.sort_values("rate", ignore_index=True),
        sources=(AUTHORITIES,),
        level="district" if authority in review.area.districts else "county",
        wording=partial(_england_told, things=things),
        chart=partial(charts.ranked_bars, reference=False),
        over=Period.academic_year(int(year[:4])),
        columns={
            "area": "Area",
            "count": present.capital(things),
            "headcount": "Pupils",
            "rate": "Per 100 pupils",
            "interval": "95% interval",
        },
        caption=f"{present.capital(things)} per 100 pupils – {authority}, school year {year}",
        notes=[*_term_notes(table[is_own], year, review.period), *chance_alone(result)],
    )


def _term_notes(table: pd.DataFrame, year: str, period: Period) -> list[str]:
    """Says of which newer years only terms are held: a term is no year."""
    begun = table["school_year"].map(lambda y: Period.academic_year(int(y[:4])).first)
    is_term = ~table["term"].fillna("year").str.contains("year")
    newer = table[(table["school_year"] > year) & (begun <= period.last) & is_term]
    if newer.empty:
        return []
    held = newer.sort_values("school_year").drop_duplicates(["school_year", "term"])
    names = [f"the {t} of {y}" for t, y in zip(held["term"], held["school_year"], strict=True)]
    return [f"The files also hold {present.listed(names, 3)}: a term does not stand for a year."]


def _newest(ask: Question, rows: pd.DataFrame, source: str) -> str:
    return newest_year(rows["school_year"], ask.review.period, source, Period.academic_year)


def _things(kind: str) -> str:
    return THINGS.get(kind, f"{kind} exclusions")


def _by_year(known: pd.DataFrame, kind: str) -> pd.DataFrame:
    """One kind by school year, the districts added up, the newest year against the first."""
    rows = measures.added_up(
        known[known["kind"] == kind], ["school_year", "kind"], ("count", "children", "roll")
    ).assign(cluster="total")
    if len(rows) < 2:
        raise NotAvailable(SOURCE, f"it holds fewer than two years of {kind} exclusions")
    variance = exclusion_rates.repeats(rows)
    if not rows["roll"].notna().all():
        return yearly.first_to_last(rows, year="school_year", variance=variance)
    rated = dispersion.with_variance(measures.rate(rows, population="roll", per=100), variance)
    compared = yearly.first_to_last(rated, year="school_year", exposure="roll", variance=variance)
    return compared.assign(per="pupil")


def _clusters(ask: Question, kind: str, school_year: str | None) -> Finding:
    known = _protected(ask)
    known = known[(known["cluster"] != "total") & (known["kind"] == kind)]
    chosen = school_year or _newest(ask, known, SOURCE)
    rows = known[known["school_year"] == chosen]
    if rows.empty:
        raise NotAvailable(SOURCE, f"no {kind} exclusions for {chosen}")
    variance = exclusion_rates.repeats(rows)
    rows = rows.drop(columns="children")
    result = exclusion_rates.rates(rows, per=100, by=("district", "cluster"), variance=variance)
    if not dispersion.is_known(variance):
        result["not_estimated"] = exclusion_rates.NO_CHILDREN
    result["is_own"] = result["district"].isin(ask.review.area.districts)
    result["counted"] = _COUNTED
    return ask.publish(
        result,
        sources=(SOURCE,),
        wording=partial(clusters_told, subject=_things(kind)),
        chart=partial(charts.clusters_bars, value="rate"),
        protect=_protect(ask),
        over=Period.academic_year(int(chosen[:4])),
        columns={
            "cluster": "School cluster",
            "district": "District",
            "count": "Exclusions",
            "roll": "Pupils on roll",
            "rate": "Per 100 pupils",
            "interval": "95% interval",
        },
        caption=f"{present.capital(_things(kind))} per 100 pupils on roll "
        f"by school cluster – {present.listed(sorted(rows['district'].unique()), 3)}, "
        f"school year {chosen}; line = 95% interval",
        notes=[*_repeat_notes(result), *chance_alone(result)],
    )


def _repeat_notes(result: pd.DataFrame) -> list[str]:
    """That intervals are wider where children are excluded more than once."""
    if "dispersion" not in result or not result["dispersion"].gt(1).any():
        return []
    return [
        "Children are excluded more than once, which makes counts vary more than chance: the "
        "intervals allow for it."
    ]


def _protect(ask: Question) -> Protect:
    return ask.protection(SOURCE, counts=("count", "children"))


def _protected(ask: Question) -> pd.DataFrame:
    """All clusters by year and kind with the total of every district, protected together.

    Whoever asks: a neighbour's review of the same table hides the same cells, or what one hides
    the other would show.
    """
    review = ask.review
    table = review.table(SOURCE, own=False)
    if not table["district"].isin(review.area.districts).any():
        raise NotAvailable(SOURCE, f"it holds no rows for {review.area.name}")
    keys = ("school_year", "kind", "district", "cluster")
    shown = review.protected(SOURCE, _protect(ask), dimensions=keys, keep=keys[:3], rows=table)
    roll = table[[*keys, "roll"]]
    sums = roll.groupby(list(keys[:3]), as_index=False)["roll"].agg(
        lambda column: column.sum(skipna=False)
    )
    rolls = pd.concat([roll, sums.assign(cluster="total")], ignore_index=True)
    return shown.merge(rolls, on=list(keys), how="left")


def _change_chart(table: pd.DataFrame) -> Plot | None:
    """Change from the first to the newest year, a row per kind, from the protected table."""
    ends = [
        {
            "kind": kind,
            "compare_count": rows["count"].iloc[0],
            "count": rows["count"].iloc[-1],
            "ratio": rows["change_ratio"].iloc[-1],
            "lower": rows["change_lower"].iloc[-1],
            "upper": rows["change_upper"].iloc[-1],
            "verdict": rows["change_verdict"].iloc[-1],
        }
        for kind, rows in table.groupby("things", sort=False)
    ]
    return charts.change_intervals(pd.DataFrame(ends), label="kind")


def _years_told(table: pd.DataFrame) -> Said:
    """How each kind of exclusion changed since the first year, and how many children it met."""
    said, heads = [], []
    for kind, rows in table.groupby("kind", sort=False):
        things = _things(kind)
        said.append(
            years.years_told(rows.reset_index(drop=True), subject=things, label="school_year")
        )
        newest = rows.iloc[-1].to_dict()
        if get(newest, "children") is not None:
            number = present.plural(int(newest["children"]), "child", "children")
            heads.append((f"{number} {_HOW.get(kind, f'({kind})')}", newest["school_year"]))
    text = " ".join(one.text for one in said)
    if heads:
        text = f"In {heads[0][1]}, {present.listed(h for h, _ in heads)}. {text}"
    return replace(said[0], text=text)


def clusters_told(table: pd.DataFrame, *, subject: str) -> Said:
    """Which cluster has most, and which the highest rate against the others shown."""
    said = _most(table, subject)
    rows = shown(table, "rate")
    if len(rows) < 2 or not (rows["rate"] > 0).any():
        return said
    lead = rows.loc[rows["rate"].astype(float).idxmax()]
    rest = rows.drop(index=lead.name)
    others = float(rest["count"].sum()) / float(rest["roll"].sum()) * float(lead["rate_per"])
    limits = present.interval(lead["lower"], lead["upper"], present.rate_decimals(lead["rate"]))
    is_clear = lead["lower"] > others
    text = (
        f" The rate was highest in {present.shorten(lead['cluster'], 60)}, "
        f"{present.rate(lead['rate'])} per {present.count(lead['rate_per'])} pupils on roll "
        f"({confidence(lead)} interval {limits}), "
        f"{'above' if is_clear else 'not clearly different from'} the other clusters shown "
        f"together ({present.rate(others)})."
    )
    text += by_chance(len(rows)) if is_clear else ""
    rates = values_of(lead, "rate", "rate_per", "lower", "upper")
    verdict = "higher" if is_clear else "similar"
    return replace(said, text=said.text + text, verdict=verdict, values={**said.values, **rates})


def _most(table: pd.DataFrame, subject: str) -> Said:
    """Which cluster has the most, as a share of all where nothing is hidden."""
    when = f"in {table['school_year'].iloc[0]} "
    rows = shown(table, "count").sort_values("count", ascending=False, kind="stable")
    if rows.empty:
        return cannot(subject, first(table), "breakdown")
    lead, note = rows["count"].iloc[0], hidden_note(table, "group")
    if lead == 0:
        text = f"{when}no {subject} were recorded in any of the {len(rows)} groups shown."
        return Said(present.capital(text) + note, values={"count": 0})
    names = [present.shorten(n, 60) for n in rows.loc[rows["count"] == lead, "cluster"]]
    values: dict[str, Any] = {"count": lead}
    text = f"{present.listed(names)} had the most {subject}"
    if len(names) > 1:
        text += f", {present.count(lead)} each"
    elif len(rows) < len(table):
        # The sum of the rows shown is no total while others are hidden.
        text += f" of those shown, {present.count(lead)}"
    else:
        total = rows["count"].sum()
        values["share"] = lead / total
        text += (
            f": {present.count(lead)} of {present.count(total)} in the "
            f"{number_of(len(rows), 'cluster')} ({present.share(lead / total)})"
        )
    return Said(present.capital(when + text) + "." + note, values=values)


def _england_told(table: pd.DataFrame, *, things: str) -> Said:
    """The authority's rate against that of England."""
    row = own(table)
    if get(row, "rate") is None:
        return cannot(things, row, "rate")
    limits = present.interval(row["lower"], row["upper"], present.rate_decimals(row["rate"]))
    text = (
        f"{present.shorten(row['area'], 60)} had {present.count(row['count'])} {things} in "
        f"{row['school_year']}, {present.rate(row['rate'])} per {present.count(row['rate_per'])} "
        f"pupils ({confidence(row)} interval {limits})"
    )
    england, verdict = get(row, "others_rate"), "none"
    if england is not None:
        verdict = (
            "lower" if row["upper"] < england else "higher" if row["lower"] > england
            else "similar"
        )  # fmt: skip
        words = {"lower": "below", "higher": "above", "similar": "not clearly different from"}
        text += f", {words[verdict]} the {present.rate(england)} of England"
    values = values_of(row, "count", "rate", "rate_per", "lower", "upper", "confidence")
    return Said(text + ".", verdict=verdict, values=values)
