"""Published figures on children: the county or unitary authority beside its region and England.

The interactive tool of the Department for Education gives rates without counts or intervals, so
that nothing is said of whether a difference is more than chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import reference
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period, year_label
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.present import charts
from cspanalysis.review.own_figures import figures_of

SOURCE = "lait"

NO_INTERVAL = (
    "The figures are published without counts and without intervals: whether a difference between "
    "areas or years is more than chance cannot be said."
)

children_question = partial(
    question, needs=SOURCE, unit="as published", fewer_is_better=True, once=True, level="county",
    role="peers",
)  # fmt: skip


@children_question(
    "young_people.entrants.authority",
    "How many children enter the youth justice system here, and in England?",
    measure="children who entered the youth justice system for the first time",
    would_show="how many children enter the youth justice system here, and in England",
)
def entrants(ask: Question, names: Sequence[str] = ("entrants", "sentenced")) -> Finding:
    """First-time entrants, and children cautioned or sentenced, of the authority."""
    return _beside(
        ask, names,
        "First-time entrants are estimates: children are counted where the police hold their "
        "address.",
    )  # fmt: skip


@children_question(
    "young_people.reoffending.authority",
    "How many children who offended do so again, here and in England?",
    measure="children who offended again within a year",
    would_show="how many children who offended do so again, here and in England",
)
def reoffending(
    ask: Question,
    names: Sequence[str] = ("reoffending_15_to_17", "reoffending_under_15", "looked_after"),
) -> Finding:
    """Proven reoffending by age, and offending of children looked after, of the authority."""
    return _beside(
        ask, names,
        "Followed are children cautioned or sentenced, for twelve months; where there are few of "
        "them the figure moves much from year to year.",
    )  # fmt: skip


@children_question(
    "young_people.neet.authority",
    "How many 16 and 17 year olds are in no education or work?",
    measure="16 and 17 year olds in no education or work",
)
def neet(ask: Question, names: Sequence[str] = ("neet", "neet_or_unknown")) -> Finding:
    """16 and 17 year olds not in education, employment or training, of the authority."""
    return _beside(
        ask, names,
        "Authorities differ in how many young people they lose sight of: a low figure beside a "
        "high one that includes those not known is no good news.",
    )  # fmt: skip


@children_question(
    "young_people.school.authority",
    "How much school is missed, and how often are children excluded, here and in England?",
    measure="suspensions, exclusions and absence from school",
    would_show="how much school is missed and how often children are excluded, here and in England",
)
def school(
    ask: Question,
    names: Sequence[str] = ("suspensions", "permanent", "absent", "severely_absent"),
) -> Finding:
    """Suspensions, permanent exclusions and persistent absence, of the authority."""
    return _beside(ask, names, "Figures are of state-funded schools.")


@children_question(
    "young_people.harmed.authority",
    "How many children are harmed by alcohol or on the roads, here and in England?",
    measure="children harmed by alcohol or on the roads",
    would_show="how many children are harmed by alcohol or on the roads, here and in England",
)
def harmed(ask: Question, names: Sequence[str] = ("alcohol", "roads")) -> Finding:
    """Admissions for alcohol under 18, and children killed or seriously injured on the roads."""
    return _beside(ask, names, "Figures are of three years together.")


def _beside(ask: Question, names: Sequence[str], *notes: str) -> Finding:
    """Measures of the authority by year, the newest first told; region and England beside."""
    area = ask.review.area
    authority = area.county or area.name
    table = figures_of(ask.review.store, SOURCE, authority, area.region, "England")
    asked = {row["name"]: row for row in reference.rows("lait_measures")}
    every = table[table["key"].isin([asked[name]["measure"] for name in names])]
    ends = every["period"].map(lambda p: Period.parse(p).last, na_action="ignore")
    every = every.assign(ends=pd.to_numeric(ends))
    every = every[every["ends"] <= ask.review.period.last]
    is_doubtful = every["is_doubtful"].astype(bool)
    doubtful = every[is_doubtful & every["area"].isin(["England", area.region])]
    every = every[~is_doubtful]
    parts = [_by_year(every, asked[name], authority, area.region) for name in names]
    result = pd.concat(parts, ignore_index=True)
    if result.empty:
        raise NotAvailable(SOURCE, f"it holds no figure of {authority} by the end of the period")
    spans = [Period.parse(p) for p in result.loc[result["is_newest"], "period"]]
    first = result["subject"].iloc[0]
    found = ask.publish(
        result,
        sources=(SOURCE,),
        subject=ask.spec.measure,
        level="district" if authority in area.districts else "county",
        wording=partial(beside_told, authority=authority, region=area.region),
        chart=_lines,
        over=max(spans, key=lambda p: p.last),
        caption=f"{present.capital(first)}, {result['unit'].iloc[0]} – {authority} by year",
        method="rates and percentages as published",
        notes=[
            *_of_whom(authority, area.districts, area.name),
            *notes,
            *_unlike(doubtful),
            NO_INTERVAL,
        ],
    )
    columns = {
        "subject": "Measure",
        "unit": "Unit",
        "year": "Newest year",
        "rate": authority,
        "region_rate": area.region,
        "england": "England",
        "first_year": "First year",
        "first_rate": f"{authority} then",
    }
    return replace(found, table=present.table(found.rows[found.rows["is_newest"]], columns))


def _by_year(
    every: pd.DataFrame, measure: Mapping[str, str], authority: str, region: str
) -> pd.DataFrame:
    """One measure by year, the oldest first, up to the newest year that the authority has."""
    rows = every[every["key"] == measure["measure"]].drop_duplicates(
        ["period", "area", "level"], keep="last"
    )
    own = rows[(rows["level"] == "local authority") & (rows["area"] == authority)]
    own = own[own["value"].notna()].sort_values("ends", ignore_index=True)

    def of(level: str, name: str) -> pd.Series:
        is_it = rows["area"].str.casefold() == name.casefold()
        known = rows[(rows["level"] == level) & is_it].set_index("period")["value"]
        return own["period"].map(known)

    periods = [Period.parse(p) for p in own["period"]]
    return pd.DataFrame(
        {
            "area": authority,
            "subject": measure["subject"],
            "unit": measure["unit"],
            "year": [_year(p, measure["year"]) for p in periods],
            "period": own["period"],
            "rate": own["value"],
            "region_rate": of("region", region),
            "england": of("national", "England"),
            "first_year": _year(periods[0], measure["year"]) if periods else "",
            "first_rate": own["value"].iloc[0] if periods else float("nan"),
            "is_newest": own.index == len(own) - 1,
            "status": "ok",
        }
    )


def _year(period: Period, kind: str) -> str:
    """A year, or several, in words: '2024', 'the school year 2023/24', '2020 to 2022'."""
    first, last = period.first // 12, (period.last - 11) // 12
    label = str if kind == "calendar" else year_label
    words = label(first) if first == last else f"{label(first)} to {label(last)}"
    return f"the school year {words}" if kind == "academic" else words


def _lines(table: pd.DataFrame) -> Any:
    """The first measure by year: the authority's line, that of England in grey."""
    rows = table[table["subject"] == table["subject"].iloc[0]]
    if len(rows) < 2:
        return None
    years = (
        rows["year"].str.replace("the school year ", "").str.replace(r".* to ", "to ", regex=True)
    )
    return charts.trend_line(rows.assign(year=years), beside=("england", "England"))


def _of_whom(authority: str, districts: Sequence[str], name: str) -> list[str]:
    if authority in districts:
        return []
    return [f"The figures are of {authority} as a whole; nothing is said of {name}."]


def _unlike(doubtful: pd.DataFrame) -> list[str]:
    """Figures of several areas beyond those of all authorities, which are of something else."""
    last = doubtful.sort_values("ends").drop_duplicates(["key", "area"], keep="last")
    return [
        f"The table gives {row['area']} {present.rate(row['value'])} in {row['years']}, beyond the "
        "figures of all authorities: that is no such rate, and it is not shown."
        for row in last.to_dict("records")
    ]


def beside_told(table: pd.DataFrame, *, authority: str, region: str) -> Said:
    """The newest figure of each measure beside region and England; of the first how it began.

    `table`: a row per measure and year: subject, unit, year, rate, region_rate, england,
    first_year, first_rate, is_newest.
    """
    newest = table[table["is_newest"]]
    texts = [
        _sentence(row, authority, region, is_lead=number == 0)
        for number, row in enumerate(newest.to_dict("records"))
    ]
    return Said(" ".join(texts), values={"rate": float(newest["rate"].iloc[0])})


def _sentence(row: Mapping[str, Any], authority: str, region: str, *, is_lead: bool) -> str:
    beside = [
        f"{present.rate(row[key])} in {name}"
        for key, name in (("region_rate", _the(region)), ("england", "England"))
        if name and not present.is_missing(row[key])
    ]
    text = (
        f"{present.capital(row['subject'])}: {present.rate(row['rate'])} {row['unit']} in "
        f"{authority} in {row['year']}"
    )
    text += f", against {present.listed(beside)}" if beside else ""
    if is_lead and row["first_year"] != row["year"]:
        text += f"; in {row['first_year']} it was {present.rate(row['first_rate'])}"
    return f"{text}."


def _the(region: str) -> str:
    """A region in a sentence: 'the South East', but 'London'."""
    return region if region.startswith(("London", "Yorkshire")) or not region else f"the {region}"
