"""Stop and search per resident of each ethnic group, with what such rates can and cannot say."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import stop_search
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.findings.stop_search import DEFINITION, NOT_STATED, VEHICLE
from cspanalysis.present import charts
from cspanalysis.present.phrases import first, shown
from cspanalysis.review import searches as of_force
from cspanalysis.review.searches import CENSUS, SOURCE
from cspanalysis.stats import measures
from cspanalysis.stats.ratio import exact_ratio

#: With which group the others are compared, as the Home Office does it.
BASE = "White"
#: From this share without a stated ethnicity on, rates could be very different from the truth.
MOST_SILENT = 0.5

LIMITS = (
    "Rates are of searches, not of people: whoever is searched twice counts twice, and the "
    "interval takes each search by itself, so that it is too narrow.",
    "Whoever is searched here need not live here, and searches follow where officers are sent.",
    "Residents are those of the Census of March 2021; groups differ in age, and young people are "
    "searched most.",
)


@question(
    "serious_violence.stop_search.rates",
    "How often are people of each ethnic group searched in the force area?",
    needs=(SOURCE, CENSUS),
    measure="people searched per 1,000 residents by ethnic group",
    unit="searches per 1,000 residents of the group",
    would_show="how often people of each ethnic group are searched",
    level="force",
    once=True,
    role="action",
)
def rates(ask: Question) -> Finding:
    """People searched by stated ethnicity per 1,000 residents of the group, beside White people."""
    store = ask.review.store
    found = of_force.searches(store, ask.review.area, ask.period)
    residents = of_force.groups_of_force(store, found.force)
    people = found.rows[found.rows["type"] != VEHICLE]
    stated = people["self_defined_ethnicity"].map(stop_search.group_of, na_action=None)
    silent = int((stated == NOT_STATED).sum())
    if people.empty or silent > MOST_SILENT * len(people):
        raise NotAvailable(
            (),
            f"{present.count(silent)} of {present.count(len(people))} people searched stated no "
            "ethnic group",
        )
    groups = list(residents.index[residents > 0])
    table = pd.DataFrame(
        {
            "area": groups,
            "group": groups,
            "count": [int((stated == g).sum()) for g in groups],
            "population": [int(residents[g]) for g in groups],
            "silent": silent,
            "total": len(people),
        }
    )
    result = _beside_base(measures.rate(table))
    return ask.publish(
        result.sort_values("rate", ascending=False, ignore_index=True),
        sources=(SOURCE, CENSUS),
        wording=partial(rates_told, force=present.as_said(found.force), when=found.over.label),
        chart=partial(charts.ranked_bars, reference=False),
        over=found.over,
        columns={
            "group": "Ethnic group, as stated",
            "count": "People searched",
            "population": "Residents, Census 2021",
            "rate": "Per 1,000 residents",
            "interval": "95% interval",
            "ratio": f"Times the rate of {BASE} people",
            "ratio_lower": "95% interval from",
            "ratio_upper": "to",
        },
        caption=stop_search.caption(found, "People searched per 1,000 residents by ethnic group"),
        definition=DEFINITION,
        notes=[
            f"{present.count(silent)} of {present.count(len(people))} people searched stated no "
            "group; they count in no rate, which are too low by that.",
            *LIMITS,
            *stop_search.period_notes(ask, found),
        ],
    )


def _beside_base(table: pd.DataFrame) -> pd.DataFrame:
    """Each group's rate as times that of the base, with exact limits, and the verdict."""
    base = table[table["group"] == BASE]
    if base.empty or not base["count"].iloc[0]:
        return table.assign(
            ratio=np.nan, ratio_lower=np.nan, ratio_upper=np.nan, verdict="none", is_own=False
        )
    count, people = float(base["count"].iloc[0]), float(base["population"].iloc[0])
    lower, upper, _ = exact_ratio(table["count"], count, table["population"], people)
    is_base = (table["group"] == BASE).to_numpy()
    verdict = np.select([is_base, lower > 1, upper < 1], ["none", "higher", "lower"], "similar")
    return table.assign(
        ratio=np.where(is_base, np.nan, (table["count"] / table["population"]) / (count / people)),
        ratio_lower=np.where(is_base, np.nan, lower),
        ratio_upper=np.where(is_base, np.nan, upper),
        verdict=verdict,
        is_own=False,
    )


def rates_told(table: pd.DataFrame, *, force: str, when: str) -> Said:
    """The group searched most per resident beside White people, and how many stated no group.

    `table`: a row a group: group, count, population, rate, lower, upper, ratio, ratio_lower,
    ratio_upper, verdict, silent, total.
    """
    rows = shown(table, "rate")
    others = rows[rows["group"].ne(BASE) & rows["ratio"].notna()]
    if others.empty:
        return cannot("stop and search by ethnic group", first(table), "comparison")
    base = rows[rows["group"] == BASE].iloc[0]
    lead = others.sort_values("rate", ascending=False).iloc[0]
    limits = present.interval(lead["ratio_lower"], lead["ratio_upper"])
    told = {
        "higher": f"{present.rate(lead['ratio'])} times the rate of {BASE} people",
        "lower": f"{present.rate(lead['ratio'])} times the rate of {BASE} people",
        "similar": f"not clearly different from the rate of {BASE} people",
    }[lead["verdict"]]
    text = (
        f"In the whole area of the {force} force {present.rate(lead['rate'])} searches of "
        f"{lead['group']} people were made per 1,000 {lead['group']} residents in {when}, {told} "
        f"({present.rate(base['rate'])}; 95% interval of the ratio {limits})."
    )
    rest = others.drop(index=lead.name)
    if len(rest):
        each = [f"{r['group']} {present.rate(r['rate'])}" for r in rest.to_dict("records")]
        text += f" Of the other groups: {present.listed(each)}."
    text += (
        f" {present.capital(present.share(table['silent'].iloc[0] / table['total'].iloc[0]))} of "
        "those searched stated no group and count in none. The figures do not say why."
    )
    keys = ("count", "population", "rate", "rate_per", "lower", "upper", "confidence")
    return Said(text, verdict=lead["verdict"], values=values_of(lead, *keys))
