"""The area: who lives here, how densely, how deprived, and what that means for rates."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import area_groups, areas, offences, reference
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import area_wording
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.findings.shapes.rankings import FEW_RESIDENTS, merged_notes
from cspanalysis.present import charts
from cspanalysis.present.charts.plot import Plot
from cspanalysis.present.charts.share_pairs import share_pairs
from cspanalysis.review import coverage, residents

ESTIMATES = (
    "Mid-year estimates of the Office for National Statistics: usual residents on 30 June, "
    "wherever they work, shop or go out. They are estimates, revised after each Census; no "
    "interval is published with them."
)
UNREVISED = (
    "Estimates of {} are held, too, but were made before the last Census: beside them its revision "
    "would look like a change of the population."
)
#: Years that a change of the population is told over, where they are known.
YEARS = 10
#: Age bands by their first year.
BANDS = {
    0: "0 to 15", 16: "16 to 24", 25: "25 to 44", 45: "45 to 64", 65: "65 and over",
}  # fmt: skip
#: So many districts of a year are those of the country.
MOST_DISTRICTS = 300
WORKDAY = (
    "Workday population: Office for National Statistics, Census 2011; no later Census counts it."
)
OF_BUSY = "Busy is a small area (LSOA) with three times the area's crimes per resident or more."
#: Times the area's crimes per resident from which a small area is busy.
BUSY = 3
#: Share of the crimes that must lie in small areas whose residents are known.
MOST_MATCHED = 0.95
#: The rural-urban classes of districts (2021) in words.
CLASSES = {
    "UU": "urban", "UI": "intermediate urban", "RI": "intermediate rural", "RM": "majority rural",
}  # fmt: skip
NEAR = {"N": "nearer to a major town or city", "F": "further from a major town or city"}

area_question = partial(question, unit="residents", once=True)


@area_question("area.population", "How many people live here?", needs="population",
               measure="residents")  # fmt: skip
def population(ask: Question) -> Finding:
    """Residents of the period's mid-year estimate, and the years before it."""
    count, year = ask.review.residents(ask.period)
    years = residents.by_year(ask.review.store, ask.review.area.districts)
    years = years[(years["year"] <= year) & (years["year"] >= year - YEARS)]
    old = residents.unrevised(ask.review.store, ask.review.area.districts, int(year))
    named = present.listed(f"mid-{y}" for y in years["year"] if y in old)
    table = years[~years["year"].isin(old)].assign(
        area=ask.review.area.name,
        status="ok",
        method="mid-year estimates",
    )
    one = Period.calendar_year(int(year))
    return ask.publish(
        table,
        sources=("population",),
        subject="residents",
        wording=partial(area_wording.population_told, when=ask.review.residents_of(year)),
        chart=_population_line,
        over=Comparison(one, Period.calendar_year(int(table["year"].iloc[0]))),
        columns={"year": "Year", "population": "Residents"},
        what="Residents",
        when=f"mid-{table['year'].iloc[0]} to mid-{year}" if len(table) > 1 else f"mid-{year}",
        definition=ESTIMATES,
        notes=[
            *merged_notes(ask.review.area),
            *([UNREVISED.format(named)] if named else []),
            *_year_notes(ask, int(year)),
        ],
        tile=lambda _: {"value": present.count(count), "label": f"residents, mid-{year}"},
    )


@area_question("area.ages", "How old are the people who live here?", needs="population",
               measure="residents by age", would_show="how old the residents are")  # fmt: skip
def ages(ask: Question) -> Finding:
    """Shares of five age bands beside those of England and Wales, where the files hold both."""
    own = ask.review.population_by_age(ask.period)
    year = int(own["year"].max())
    bands = _bands(own)
    table = pd.DataFrame({"age": list(BANDS.values()), "count": bands, "total": bands.sum()})
    country = _country(ask, year)
    if country is not None:
        table = table.assign(
            compare_count=country,
            compare_total=country.sum(),
            compare_share=country / country.sum(),
        )
    table = table.assign(
        share=table["count"] / table["total"], status="ok",
        method="shares of the mid-year estimate",
    )  # fmt: skip
    is_compared = country is not None
    blank = dict.fromkeys(("lower", "upper", "compare_lower", "compare_upper"), np.nan)
    return ask.publish(
        table,
        sources=("population",),
        subject="residents by age",
        wording=partial(area_wording.ages_told, when=ask.review.residents_of(year)),
        chart=(
            lambda shown: share_pairs(
                shown.assign(**blank), label="age", names=("England and Wales", "here")
            )
        )
        if is_compared
        else partial(charts.sorted_bars, label="age", order="as it is"),
        over=Period.calendar_year(year),
        columns={
            "age": "Age",
            "count": "Residents",
            "share": "Share",
            **({"compare_share": "England and Wales"} if is_compared else {}),
        },
        what="Residents by age",
        when=f"mid-{year}",
        definition=ESTIMATES,
        notes=[n for n in (ask.review.residents_beside(ask.period),) if n],
    )


@area_question("area.density", "What kind of place is the area?", needs="population",
               measure="residents per hectare", unit="residents per hectare",
               would_show="how densely people live")  # fmt: skip
def density(ask: Question) -> Finding:
    """Residents per hectare and the rural-urban class, among all districts of the country."""
    count, year = ask.review.residents(ask.period)
    profiles = area_groups.profiles()
    codes = _codes(ask)
    own = profiles.reindex(codes)
    if len(codes) < len(ask.review.area.districts) or own["hectares"].isna().any():
        raise NotAvailable((), f"no area of land is known of {ask.review.area.name}")
    all_densities = profiles["population"] / profiles["hectares"]
    per_hectare = own["population"].sum() / own["hectares"].sum()
    is_one = len(codes) == 1
    table = pd.DataFrame(
        {
            "area": [ask.review.area.name],
            "population": count,
            "year": int(year),
            "hectares": int(own["hectares"].sum()),
            "per_hectare": count / own["hectares"].sum(),
            "denser": int((all_densities > per_hectare).sum()),
            "of": len(profiles),
            "is_one": is_one,
            "rural_urban": "; ".join(
                f"{CLASSES[c[:2]]}, {NEAR[c[2]]}" for c in dict.fromkeys(own["rural_urban"])
            ),
            "status": "ok",
            "method": "mid-year estimate over land area",
        }
    )
    return ask.publish(
        table,
        sources=("population",),
        subject="residents per hectare",
        wording=partial(area_wording.density_told, when=ask.review.residents_of(year)),
        over=Period.calendar_year(int(year)),
        columns={
            "population": "Residents",
            "hectares": "Hectares of land",
            "per_hectare": "Residents per hectare",
            "denser": "Denser districts",
            "rural_urban": "Rural-urban class (2021)",
        },
        what="Residents per hectare",
        when=f"mid-{year}",
        definition="Land to mean high water without inland water (Office for National Statistics, "
        "2023); rural-urban class of districts (2021). The place among districts is by their "
        "residents of mid-2020.",
    )


@area_question("area.denominators", "What do rates per resident mean here?", needs="population",
               measure="residents as a denominator",
               would_show="what rates per resident mean here")  # fmt: skip
def denominators(ask: Question) -> Finding:
    """Where rates per resident mislead: few residents, and many people of a working day."""
    count, year = ask.review.residents(ask.period)
    told = {row["district_code"]: row["told"] for row in reference.rows("workday")}
    many = [told[code] for code in _codes(ask) if code in told]
    busy = _busy(ask)
    table = pd.DataFrame(
        {
            "area": [ask.review.area.name],
            "population": count,
            "year": int(year),
            "is_few": count < FEW_RESIDENTS,
            "workday": "; ".join(dict.fromkeys(many)),
            **busy,
            "status": "ok",
            "method": "mid-year estimate",
        }
    )
    return ask.publish(
        table,
        sources=("population", *(["police_uk"] if busy else [])),
        subject="residents as a denominator",
        wording=partial(area_wording.denominators_told, when=ask.review.residents_of(year)),
        over=Period.calendar_year(int(year)),
        columns={
            "area": "Area",
            "population": "Residents",
            **({"workday": "On a working day (2011)"} if many else {}),
            "small_areas": "Small areas",
            "busy_areas": "Of them busy ones",
            "busy_residents_share": "Share of residents there",
            "busy_crimes_share": "Share of crimes there",
        },
        what="Residents as a denominator",
        when=f"mid-{year}",
        definition=" ".join(
            [
                "Rates of crime are per usual resident. Who is at risk in a place also works, "
                "shops, studies or goes out there: such people are in no estimate.",
                *([WORKDAY] if many else []),
                *([OF_BUSY] if busy else []),
            ]
        ),
        notes=_busy_notes(busy),
    )


def _population_line(table: pd.DataFrame) -> Plot | None:
    if len(table) < 2:
        return None
    shown = table.assign(year=table["year"].astype(int).astype(str))
    return charts.trend_line(shown, value="population", decimals=0)


def _busy(ask: Question) -> dict[str, float]:
    """Small areas with many crimes per resident, and what share of each they hold; {} unknown.

    Of crimes of the period in street files; nothing is said where more than a few of their small
    areas are not those of the estimate of residents.
    """
    store = ask.review.store
    if not (store.has("police_uk") and store.has("lsoa_residents")):
        return {}
    if coverage.of(store, "police_uk", ask.review.area).missing(ask.period):
        return {}
    months = ask.period.month_list()
    where = {"district": list(ask.review.area.districts), "month": (months[0], months[-1])}
    rows = store.sizes("police_uk", ["offence", "lsoa_code"], where)
    rows = rows[rows["offence"].isin(offences.members(offences.ALL, offences.POLICE_UK))]
    people = store.load("lsoa_residents", columns=["lsoa_code", "year", "population"])
    inside = {c for c in people["lsoa_code"].unique() if areas.district_of(c)[1]
              in set(ask.review.area.districts)}  # fmt: skip
    people = people[people["lsoa_code"].isin(inside)]
    crimes = rows.groupby("lsoa_code")["count"].sum()
    for _, known in sorted(people.groupby("year"), key=lambda pair: -pair[0]):
        residents_of = known.drop_duplicates("lsoa_code").set_index("lsoa_code")["population"]
        here = crimes.reindex(residents_of.index, fill_value=0)
        if not crimes.sum() or here.sum() < MOST_MATCHED * crimes.sum():
            continue
        is_busy = here / residents_of >= BUSY * here.sum() / residents_of.sum()
        return {
            "residents_year": int(known["year"].iloc[0]),
            "small_areas": len(here),
            "busy_areas": int(is_busy.sum()),
            "busy_residents_share": float(residents_of[is_busy].sum() / residents_of.sum()),
            "busy_crimes_share": float(here[is_busy].sum() / here.sum()),
        }
    return {}


def _busy_notes(busy: dict[str, float]) -> list[str]:
    if not busy:
        return []
    return [f"Residents of small areas are those of {int(busy['residents_year'])}."]


def _codes(ask: Question) -> list[str]:
    register = areas.register()
    known = dict(zip(register["district"], register["district_code"], strict=True))
    return [known[name] for name in ask.review.area.districts if name in known]


def _bands(rows: pd.DataFrame) -> np.ndarray:
    """Residents of each band; of both sexes where persons are not given."""
    if "persons" in set(rows["sex"]):
        rows = rows[rows["sex"] == "persons"]
    band = np.searchsorted(list(BANDS), rows["age"].to_numpy(dtype=int), side="right") - 1
    return np.bincount(band, rows["population"].to_numpy(dtype=float), len(BANDS)).astype(int)


def _country(ask: Question, year: int) -> np.ndarray | None:
    """Residents of England and Wales by band, where the files hold all districts of the year."""
    register = areas.register()
    where = {"year": year, "area": sorted(register["district"])}
    rows = ask.review.store.load("population", where=where)
    rows = rows[(rows["age"] >= 0) & ~rows["note"].fillna("").str.startswith("Census")]
    if rows.empty:
        return None
    if "persons" in set(rows["sex"]):
        rows = rows[rows["sex"] == "persons"]
    if rows["area"].nunique() < MOST_DISTRICTS:
        return None
    return _bands(rows.assign(sex="persons"))


def _year_notes(ask: Question, year: int) -> list[str]:
    wanted = ask.period.midpoint.year
    if year == wanted:
        return []
    return [
        f"The newest estimate held is that of mid-{year}; rates of {ask.period.label} rest on it."
    ]
