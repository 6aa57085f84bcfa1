"""Admissions standardised for age and sex, from extracts whose finest counts are all there.

The rates are worked out before the counts are protected: a count that is hidden or rounded cannot
be standardised. They are released in whole numbers where their own numerator passes the policy,
and only if they cannot be solved for the counts behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import admissions
from cspanalysis.findings.admissions import SOURCE
from cspanalysis.findings.publication import method_of
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding, Said, values_of
from cspanalysis.present import charts
from cspanalysis.present.phrases import HIDDEN, confidence, get, shown
from cspanalysis.review.review import Review
from cspanalysis.review.series import begun, whole_years
from cspanalysis.stats import admission_rates, measures, trend

_KEYS = ("count", "lower", "upper", "confidence", "rate", "rate_per")

#: Under a policy that rounds, so many age and sex groups must have an admission before their
#: weighted sum, itself rounded, is released: of fewer the counts behind it could be solved for.
FEWEST_PARTS = 6

#: What would supply a rate where the extract cannot.
SUPPLY = (
    "An extract that gives every count by age band and sex, which the holder of the hospital data "
    "can release to the partnership under an agreement, or the standardised rates of the public "
    "health profiles (Fingertips) would supply it."
)


def standardised(ask: Question, cause: str) -> Finding:
    """Admissions of a cause per 100,000 residents by year, standardised for age and sex.

    Raises `NotAvailable` if the extract has no such counts, its age bands cannot be weighted, or
    residents by age and sex are not known.
    """
    every = admissions.of_cause(ask, cause)
    rows = admission_rates.strata_of(every.rows, cause)
    years = begun(rows["year"], ask.review.period)
    rows = rows[rows["year"].isin(years)]
    if rows.empty:
        raise NotAvailable(SOURCE, f"it holds no {every.subject} by age and sex")
    people, estimates = _residents(ask.review, years, _bands(rows["age_band"]))
    result = admission_rates.standardised(
        rows, people, cause, repeats=every.repeats, per=admissions.PER
    )
    found = trend.recent_trend(result)
    keep = every.protect
    return ask.publish(
        _released(
            result.assign(cause=cause, trend=found.verdict),
            keep,
            ask.review.edition,
            admission_rates.weighted(rows, people, cause),
            every.repeats,
        ),
        sources=(SOURCE, "population"),
        wording=partial(_told, subject=every.subject),
        chart=partial(charts.trend_line, value="rate", decimals=0),
        protect=replace(keep, released=("rate", "lower", "upper")),
        over=whole_years(years),
        columns={
            "year": "Year",
            "count": "Admissions",
            "rate": "Per 100,000 residents, standardised",
            "interval": "95% interval",
        },
        what=f"Hospital {every.subject} per 100,000 residents, standardised for age and sex",
        when=f"{years[0]} to {years[-1]}; line = 95% interval",
        method=f"{method_of(result)}; {found.method}",
        notes=[*_notes(ask.review, estimates), *_untold(years, every.repeats), *every.notes],
    )


def _bands(found: pd.Series) -> dict[str, tuple[int, int | None]]:
    """The extract's age bands with their ages."""
    try:
        weights = {band: measures.standard_weight(band) for band in found.unique()}
    except ValueError as error:
        raise NotAvailable(SOURCE, str(error)) from None
    if sum(weights.values()) != sum(measures.ESP2013.values()):
        raise NotAvailable(
            SOURCE,
            f"its age bands ({', '.join(sorted(weights))}) do not cover every age once",
        )
    return {band: measures.band_ages(band) for band in weights}


def _residents(
    review: Review, years: list[str], bands: dict[str, tuple[int, int | None]]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Residents by year, sex and age band, and the year of the estimate used for each year."""
    parts, estimates = [], {}
    for year in years:
        ages = review.population_by_age(whole_years([year]))
        if not {"male", "female"} <= set(ages["sex"]):
            raise NotAvailable("population", "no estimate by age and sex")
        estimates[year] = int(ages["year"].max())
        for band, (first, last) in bands.items():
            until = np.inf if last is None else last
            inside = ages[(ages["age"] >= first) & (ages["age"] <= until)]
            sums = inside.groupby("sex")["population"].sum()
            parts += [(year, sex, band, sums.get(sex, 0)) for sex in ("male", "female")]
    columns = ["year", "sex", "age_band", "population"]
    return pd.DataFrame(parts, columns=columns), estimates


def _released(
    result: pd.DataFrame,
    keep: disclosure.Protect,
    edition: str,
    parts: pd.DataFrame,
    repeats: Mapping[str, float],
) -> pd.DataFrame:
    """The rates that may be shown, in whole numbers where their counts are protected.

    `parts`: what each year's rate is made of. A year is withheld where whoever tries all values of
    the hidden counts is left with one, or where so few parts make up the sum that it can be solved.
    """
    shown = result.drop(columns=["population", "parts", "smallest"])
    if edition == "partner" or keep.policy == "none":
        return shown
    if keep.policy == "hes":
        by_year = dict(tuple(parts.groupby("year")))
        is_few = result["parts"] < FEWEST_PARTS
        is_solvable = is_few | np.array(
            [
                status == "ok" and not few and _gives_away(by_year[year], repeats.get(year, 1.0))
                for year, status, few in zip(result["year"], result["status"], is_few, strict=True)
            ],
            dtype=bool,
        )
    else:  # beside exact counts a single hidden one could be solved for
        is_solvable = result["smallest"] < keep.threshold
    withheld = (result["status"] == "ok") & is_solvable
    values = {c: result[c].round().mask(withheld) for c in ("rate", "lower", "upper")}
    values |= {"count": result["count"].astype("Float64").mask(withheld)}
    return shown.assign(
        **values,
        status=result["status"].mask(withheld, "suppressed"),
        symbol=np.where(withheld, "c", ""),
        decimals=0,
    )


def _gives_away(parts: pd.DataFrame, repeats: float) -> bool:
    """Whether a year's rate and limits, with the totals, leave a hidden count one value.

    Whoever tries is taken to know how often persons were admitted.
    """
    counts = parts["count"].to_numpy(dtype=float)
    if np.isnan(counts).any():
        return False

    def told(tables: np.ndarray) -> np.ndarray:
        limits = measures.standardised_limits(parts, tables, sexes=2, per=admissions.PER,
                                              repeats=repeats)  # fmt: skip
        return np.column_stack(limits).round()

    sexes = [(parts["sex"] == sex).to_numpy() for sex in ("male", "female")]
    margins = [np.ones(len(parts), dtype=bool), *sexes]
    return disclosure.gives_away(counts, told, margins)


def _notes(review: Review, estimates: dict[str, int]) -> list[str]:
    """Says for which years residents of another year, or of another edition, had to serve."""
    older = [y for y in estimates if estimates[y] != whole_years([y]).midpoint.year]
    if not older:
        return list(filter(None, [review.residents_beside(whole_years([max(estimates)]))]))
    used = ", ".join(str(e) for e in sorted({estimates[y] for y in older}))
    return [f"Residents by age of mid-{used} serve for {', '.join(older)} too: no others are held."]


def _untold(years: list[str], repeats: Mapping[str, float]) -> list[str]:
    """Says for which years nobody tells how many persons were admitted."""
    lacking = [year for year in years if year not in repeats]
    if not lacking:
        return []
    of = "" if len(lacking) == len(years) else f" for {present.listed(lacking)}"
    return [
        f"How many persons were admitted is not told{of}: the interval takes each admission to "
        "come by itself, and is too narrow where the same persons come again."
    ]


def _told(table: pd.DataFrame, *, subject: str) -> Said:
    """The newest standardised rate and its five-year trend; or what hides and would supply it."""
    known = shown(table, "rate").sort_values("year")
    if known.empty:
        return _none(table, subject)
    row = known.iloc[-1].to_dict()
    decimals = get(row, "decimals")
    per = present.count(row["rate_per"])

    def written(value: float) -> str:
        return present.rate(value, None if decimals is None else int(decimals))

    text = (
        f"Allowing for residents' ages and sexes, there were {written(row['rate'])} {subject} per "
        f"{per} residents in {row['year']} ({confidence(row)} interval {written(row['lower'])} to "
        f"{written(row['upper'])})."
    )
    verdict = str(get(row, "trend", "none"))
    last = known.tail(5)
    span = f"over {last['year'].iloc[0]} to {row['year']}"
    if verdict in ("up", "down"):
        first = written(last["rate"].iloc[0])
        text += f" The rate {'rose' if verdict == 'up' else 'fell'} {span}, from {first}."
    elif verdict == "no_clear_change":
        text += f" There is no clear trend {span}."
    else:
        text += " A trend needs five years in a row with a rate."
    absent = table[~table["year"].isin(known["year"])]
    if len(absent):
        text += f" No rate is given for {present.listed(absent['year'])}: {_why(absent)}."
    return Said(text, verdict=verdict, values=values_of(row, *_KEYS))


def _none(table: pd.DataFrame, subject: str) -> Said:
    text = (
        f"No rate of {subject} that allows for residents' ages and sexes is given: {_why(table)}."
    )
    is_few = table["status"].eq("too_few").all()
    status = "too_few" if is_few else "suppressed" if _hides(table) else "not_available"
    return Said(text if is_few else f"{text} {SUPPLY}", status=status)


def _hides(table: pd.DataFrame) -> bool:
    return bool(table["status"].eq("suppressed").any())


def _why(table: pd.DataFrame) -> str:
    if _hides(table):
        return f"small counts by age and sex are {HIDDEN}"
    if table["status"].eq("too_few").any():
        return "there are fewer than ten admissions in a year"
    return "the extract lacks counts of some ages"
