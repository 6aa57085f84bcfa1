"""The environment: graffiti, litter, dogs, fly-tipping, notices, cleanliness."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import units
from cspanalysis.domain.agendas import STRATEGY_2008
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period, year_label
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.findings.shapes import change_wording, changes
from cspanalysis.present import charts
from cspanalysis.present.phrases import MOST_NAMED, confidence, first, get
from cspanalysis.review.series import Series, newest_year
from cspanalysis.stats import change, measures

SOURCE = "environmental"
GRAFFITI = "graffiti reported to the police"
GRAFFITI_COST = "graffiti removal cost"
FLY_TIPPING = "fly-tipping incidents"

#: Indicator of the council's records → how a reader sees it.
REPORTS = {
    "litter reports": "reports of litter",
    "dog fouling reports": "reports of dog fouling",
    "fly-tipping incidents": "fly-tipping",
    "abandoned vehicles reported": "abandoned vehicles",
}
#: How else councils call what they count; words around it say only that it is counted.
_THINGS = {
    "litter reports": "litter(ing)?",
    "dog fouling reports": "dog[- ]?(fouling|mess)",
    "fly-tipping incidents": "fly[- ]?tip(s|ping|pings|ped)?( (waste|rubbish))?",
    "abandoned vehicles reported": "abandoned (vehicles?|cars?)",
}
_COUNTED = (
    "total|number|no|all|of|reports?|reported|records?|recorded|incidents?|cases?|complaints?"
    "|received"
)
NOTICES = ("fixed penalty notices for litter", "fixed penalty notices for dog fouling")


council_question = partial(question, needs=SOURCE, fewer_is_better=True)


@council_question(
    "antisocial.graffiti.change",
    "Did graffiti rise or fall?",
    measure=GRAFFITI,
    unit="incidents",
    any_months=True,
)
def graffiti_change(ask: Question, indicator: str = GRAFFITI, per_day: bool = False) -> Finding:
    """Graffiti reported to the police; `per_day` allows years that begin differently."""
    return ask.change(_figures(ask, indicator), per_day=per_day)


@council_question(
    "antisocial.graffiti.cost",
    "What does it cost to remove graffiti?",
    measure="cost of removing graffiti",
    unit="pounds",
    would_show="what it costs to remove graffiti",
    agenda=STRATEGY_2008,
    role="parts",
)
def graffiti_cost(ask: Question, indicator: str = GRAFFITI_COST) -> Finding:
    """What removing graffiti cost, against the same months of the year before."""
    costs = _figures(ask, indicator)
    now, before = (float(costs.inside(p)["count"].sum()) for p in (ask.period, ask.compare))
    return ask.publish(
        pd.DataFrame(
            {
                "period": [ask.period.iso],
                "compare": [ask.compare.iso],
                "compare_amount": [before],
                "amount": [now],
                "status": "ok",
            }
        ),
        sources=(SOURCE,),
        subject="cost of removing graffiti",
        wording=_amount,
        compared=True,
        columns={
            "compare_amount": f"{present.capital(ask.earlier)}, pounds",
            "amount": "Now, pounds",
        },
        method="sum of the monthly costs, at the prices of the time; an amount has no interval",
    )


@council_question(
    "antisocial.environment.changes",
    "Which other environmental problems rose or fell?",
    measure="environmental problems reported",
    unit="reports",
    would_show="which environmental problems rose or fell",
    role="parts",
)
def environment_changes(ask: Question, indicators: Sequence[str] = tuple(REPORTS)) -> Finding:
    """Litter, dog fouling, fly-tipping and abandoned vehicles, each with its change.

    Kinds that the council does not count, or not in both periods, are left out and named. Without
    any monthly figures the yearly ones of fly-tipping in Defra's table serve, for the newest
    financial year.
    """
    try:
        return _changes(
            ask,
            {REPORTS.get(i, i): i for i in indicators},
            subject="environmental problems reported",
            items="kinds",
        )
    except NotAvailable:
        if FLY_TIPPING not in indicators or not ask.review.store.has("fly_tipping"):
            raise
        return _fly_tipping_years(ask)


@question(
    "antisocial.penalty_notices.changes",
    "Were more fixed penalty notices issued?",
    needs=SOURCE,
    measure="fixed penalty notices",
    unit="notices",
    would_show="whether more fixed penalty notices were issued",
    agenda=STRATEGY_2008,
    role="action",
)
def penalty_notices(ask: Question, indicators: Sequence[str] = NOTICES) -> Finding:
    """Fixed penalty notices by what they were for; more can mean more enforcement."""
    return _changes(
        ask, {i: i for i in indicators}, subject="fixed penalty notices", items="kinds of notice"
    )


@council_question(
    "antisocial.cleanliness",
    "How many sites are below the standard of cleanliness?",
    measure="sites below the standard",
    unit="share",
    once=True,
    agenda=STRATEGY_2008,
    role="parts",
)
def cleanliness(ask: Question) -> Finding:
    """Share of surveyed sites below the standard, by kind of dirt, in the newest survey year."""
    review = ask.review
    if not review.store.has("cleanliness"):
        records = review.store.has(SOURCE)
        raise NotAvailable(SOURCE, "the records hold no surveys of cleanliness" if records else "")
    table = review.table("cleanliness")
    year = newest_year(table["year"], review.period, SOURCE)
    rows = table[(table["year"] == year) & (table["status"] == "ok")]
    if rows.empty:
        raise NotAvailable(SOURCE, f"no survey of cleanliness in {year}")
    rows = rows.assign(
        measure=rows["measure"].str.strip(), count=rows["below_standard"], total=rows["sites"]
    )
    return ask.publish(
        measures.proportion(rows[["year", "measure", "count", "total"]]),
        sources=(SOURCE,),
        subject="sites below the standard",
        wording=_below_standard,
        chart=partial(charts.shares_with_intervals, label="measure"),
        over=Period.financial_year(int(year[:4])),
        columns={
            "measure": "Kind of dirt",
            "count": "Below the standard",
            "total": "Sites surveyed",
            "share": "Share",
            "interval": "95% interval",
        },
        when=f"financial year {year}; line = 95% interval",
    )


def _fly_tipping_years(ask: Question) -> Finding:
    """Fly-tipping in the newest financial year of Defra's table against the year before."""
    rows = _fly_tipping(ask)
    counts = rows.groupby("year")["count"].sum()
    if counts.empty:
        raise NotAvailable(
            SOURCE, f"it holds no whole year of fly-tipping by {ask.review.period.label}"
        )
    newest = counts.index.max()
    span = Period.financial_year(int(newest[:4]))
    both = Comparison(span, span.before)
    before = year_label(int(newest[:4]) - 1)
    if before not in counts.index:
        raise NotAvailable(
            SOURCE,
            f"fly-tipping of {before} is not there for the whole year, which {newest} would be "
            "compared with",
        )
    result = change.change(
        pd.DataFrame(
            {
                "kind": [REPORTS[FLY_TIPPING]], "counted": [REPORTS[FLY_TIPPING]],
                "period": [span.iso], "compare": [span.before.iso],
                "count": [counts[newest]], "compare_count": [counts[before]],
                "days": [span.days], "compare_days": [span.before.days],
            }
        )
    ).assign(reason="")  # fmt: skip
    basis = {y: set(rows.loc[rows["year"] == y, "basis"].dropna()) for y in (before, newest)}
    if basis[before] != basis[newest] and all(basis.values()):
        told = [f"'{present.listed(sorted(basis[y]))}' in {y}" for y in (before, newest)]
        result = change.withheld(result, f"What is counted changed: {present.listed(told)}.")
    return ask.publish(
        result,
        sources=(SOURCE,),
        subject=FLY_TIPPING,
        wording=partial(change_wording.change, subject=f"{REPORTS[FLY_TIPPING]} in {newest}"),
        over=both,
        compared=True,
        columns={"kind": "Kind", **changes.columns(both)},
        when=f"{newest} against {before}",
        notes=_basis_notes(basis[newest]),
    )


def _fly_tipping(ask: Question) -> pd.DataFrame:
    """Rows of Defra's table: whole years of all districts of the area, by the period's end."""
    table, districts = ask.review.table("fly_tipping", own=False), ask.review.area.districts
    table = table[table["district"].isin(districts) & (table["status"] == "ok")]
    table = table[table["measure"] == "incidents"]
    ends = table["year"].map(lambda year: Period.financial_year(int(year[:4])).last)
    table = table[pd.to_numeric(ends) <= ask.review.period.last]
    known = table.groupby("year")["district"].transform("nunique")
    return table[known == len(districts)]


def _basis_notes(basis: set[str]) -> list[str]:
    notes = [
        "Figures are those that the council gave for the financial year to the Department for "
        "Environment, Food and Rural Affairs; its monthly records are not here."
    ]
    if basis - {"All incidents"}:
        notes.append(f"What is counted: {present.listed(sorted(basis))}.")
    return notes


def _changes(ask: Question, indicators: Mapping[str, str], *, subject: str, items: str) -> Finding:
    by_label: dict[str, Series] = {}
    lacking: dict[str, NotAvailable] = {}
    for label, indicator in indicators.items():
        try:
            figures = _figures(ask, indicator)
            figures.coverage.check(ask.period)
            figures.coverage.check(ask.compare)
            by_label[label] = figures
        except NotAvailable as error:
            lacking[label] = error
    if not by_label:
        raise next(iter(lacking.values()))
    notes = []
    if lacking:
        notes = [f"The records have no figures of {present.listed(lacking)} for both periods."]
    if REPORTS[FLY_TIPPING] in lacking and ask.review.store.has("fly_tipping"):
        by_year = _fly_tipping(ask).groupby("year")["count"].sum().tail(2)
        told = [f"{present.count(n)} in {year}" for year, n in by_year.items()]
        notes += [f"Fly-tipping by financial year: {present.listed(told)}."] if told else []
    return ask.changes(
        by_label, label="kind", heading="Kind", subject=subject, items=items, notes=notes
    )


def _figures(ask: Question, indicator: str) -> Series:
    """One indicator by month; a month that is hidden or missing stays missing."""
    table, subject = ask.review.table(SOURCE), indicator
    names = set(table["indicator"])
    if indicator not in names and indicator in _THINGS:
        pattern = rf"(({_COUNTED})\W+)*({_THINGS[indicator]})(\W+({_COUNTED}))*"
        alike = [name for name in names if re.fullmatch(pattern, name)]
        # Of several, which is the whole nobody says.
        indicator = alike[0] if len(alike) == 1 else indicator
    rows = table[table["indicator"] == indicator]
    if rows.empty:
        held = [f"'{present.shorten(name, 40)}'" for name in sorted(names)]
        named = present.listed(held, MOST_NAMED, "further figures")
        raise NotAvailable(SOURCE, f"it holds no '{indicator}'; it holds {named}")
    given = sorted(rows["unit"].dropna().unique())
    if len(given) > 1 and not all(re.search(units.COUNTED, unit) for unit in given):
        # A year's file in kilograms and the next one's in tonnes are no fall.
        raise NotAvailable(SOURCE, f"it gives '{indicator}' in {present.listed(given)}")
    # Several districts of one partnership are added up, but only if all of them are known.
    by_month = rows.groupby("month")
    is_whole = by_month["district"].nunique() == len(ask.review.area.districts)
    values = by_month["value"].sum(skipna=False)[is_whole].dropna()
    known = ask.review.coverage(SOURCE).of(values.index)
    return Series(values.rename("count").reset_index(), known, subject, sources=(SOURCE,))


def _amount(table: pd.DataFrame) -> Said:
    """A sum of money in two periods; no interval, as an amount is no count of cases."""
    subject, row = "the cost of removing graffiti", first(table)
    now, before = get(row, "amount"), get(row, "compare_amount")
    if now is None or before is None:
        return cannot(subject, row, "figure")
    text = (
        f"{present.capital(subject)} was £{present.number(now)}, against £{present.number(before)} "
        f"{present.earlier(row.get('period'), row.get('compare'))}"
    )
    values = {}
    if before:
        values["percent_change"] = percent = (now / before - 1) * 100
        size, side = present.number(abs(percent), 1), "more" if percent > 0 else "less"
        text += f" ({size} per cent {side})" if size != "0.0" else " (the same)"
    return Said(text + ".", values=values)


def _below_standard(table: pd.DataFrame) -> Said:
    """The share of sites below the standard for each kind of dirt, one after the other."""
    subject = "of the sites surveyed"
    rows = [r for r in table.to_dict("records") if get(r, "share") is not None]
    if not rows:
        return cannot(subject, first(table), "share")
    parts = [
        f"{present.share(r['share'])} {'' if i else f'{subject} were below the standard '}for "
        f"{present.shorten(r['measure'], 60)} ({present.count(r['count'])} of "
        f"{present.count(r['total'])}; {confidence(r)} interval "
        f"{present.percent_interval(r['lower'], r['upper'])})"
        for i, r in enumerate(rows)
    ]
    keys = ("count", "share", "lower", "upper", "confidence")
    text = present.listed(parts, MOST_NAMED, "further")
    return Said(f"{text}.", values={k: rows[0][k] for k in keys})
