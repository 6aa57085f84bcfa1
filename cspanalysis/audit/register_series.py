"""Counting a series of a register: so many of what, from which source, when and where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from cspanalysis.domain import offences
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review import collisions, conditions
from cspanalysis.review.review import Review
from cspanalysis.stats import admission_rates, night, thefts

NTE = "night-time economy violence"
PURSES = "purse dipping"

#: Columns of the school exclusions that a series' last word stands for.
_EXCLUDED = {"children": "children", "exclusions": "count"}


class Series(NamedTuple):
    """What is counted.

    Parameters
    ----------
    source, series, where, area : str
        As in the register (docs/adding_a_source.md); area '' is the review's own.
    """

    source: str
    series: str = ""
    where: str = ""
    area: str = ""


def count(review: Review, of: Series, period: Period) -> float:
    """How many in a period."""
    if " - " in of.series and of.source == "peer_counts":
        first, *others = of.series.split(" - ")
        less = sum(count(review, of._replace(series=name), period) for name in others)
        return count(review, of._replace(series=first), period) - less
    if of.source == "peer_counts":
        rows = group_counts(review, of.area, of.series, period)
        return float(rows["count"].sum(min_count=len(rows)))
    rows = records(review, of, period)
    return float(rows["weight"].sum(min_count=0 if rows["weight"].notna().all() else len(rows)))


def group_counts(review: Review, area: str, offence: str, period: Period) -> pd.DataFrame:
    """Rows of the peers' counts for an area: its own row, or all of a group that bears its name."""
    table = review.table("peer_counts")
    table = table[(table["offence"] == offence) & (table["period"] == period.iso)]
    key = area.lower().replace(" ", "_")
    rows = table[table["group"] == key]
    if rows.empty:
        rows = table[table["area"] == (area or review.area.name)].drop_duplicates("area")
    if rows.empty or rows["count"].isna().any():
        raise NotAvailable("peer_counts", f"no counts of {offence} for {area} in {period.label}")
    return rows


def records(review: Review, of: Series, period: Period) -> pd.DataFrame:
    """The rows that a series counts, each with its weight in the count."""
    if not of.source:
        raise NotAvailable((), "no data describe it")
    is_own = of.area in ("", review.area.name)
    if not is_own and of.source not in ("school_exclusions", "surveys"):
        raise NotAvailable(of.source, f"it holds nothing about {of.area}")
    reader = _READERS.get(of.source)
    if reader is None:
        raise NotAvailable(of.source, "it holds no series that could be counted")
    return conditions.matching(reader(review, of, period), of.where)


def _police(review: Review, of: Series, period: Period) -> pd.DataFrame:
    if of.series == NTE:
        definition = review.night_time
        table = night.classify(_extract(review, definition.offences, period), definition)
        return table[table["is_night_time"]].assign(weight=1)
    if of.series == PURSES:
        definition = review.purse_dipping
        table = _extract(review, definition.offences, period)
        return thefts.purse_dipping(table, definition).assign(weight=1)
    offences.members(of.series, offences.NOTIFIABLE)
    return review.records(of.series, period).table.assign(weight=1)


def _street(review: Review, of: Series, period: Period) -> pd.DataFrame:
    offences.members(of.series, offences.POLICE_UK)
    return review.records(of.series, period).table.assign(weight=1)


def _extract(review: Review, selection: Iterable[str], period: Period) -> pd.DataFrame:
    lacks = "hold neither the time of an offence nor how it was done"
    return review.records(selection, period, lacks=lacks).table


def _dated(review: Review, of: Series, period: Period) -> pd.DataFrame:
    table = review.table(of.source)
    review.coverage(of.source).check(period)
    return table[period.contains(table["month"])].assign(weight=1)


def _fires(review: Review, of: Series, period: Period) -> pd.DataFrame:
    rows = _dated(review, of, period)
    return rows[rows["is_fire"]]


def _collisions(review: Review, of: Series, period: Period) -> pd.DataFrame:
    rows = _dated(review, of, period)
    return collisions.with_child(review, rows) if "under 18" in of.series else rows


def _environmental(review: Review, of: Series, period: Period) -> pd.DataFrame:
    rows = _dated(review, of, period)
    if of.series:
        rows = rows[rows["indicator"] == of.series]
        review.coverage(of.source).of(rows["month"]).check(period)
    return rows.assign(weight=rows["value"])


def _youth_offending(review: Review, of: Series, period: Period) -> pd.DataFrame:
    rows = review.table(of.source)
    rows = rows[(rows["measure"] == of.series) & rows["year"].isin(financial_years(of, period))]
    return _complete(of, rows.assign(weight=rows["count"]), period)


def _admissions(review: Review, of: Series, period: Period) -> pd.DataFrame:
    table = review.table(of.source)
    rows = pd.concat(
        admission_rates.of_cause(table, cause, review.area.districts).rows
        for cause in of.series.split("+")
    )
    rows = rows[rows["year"].isin(financial_years(of, period))]
    for column, total in (("sex", "persons"), ("age_band", "all ages")):
        # Totals count unless a condition asks for one of their parts.
        if f"{column}=" not in of.where:
            rows = rows[rows[column] == total]
    return _complete(of, rows.assign(weight=rows["count"]), period)


def _exclusions(review: Review, of: Series, period: Period) -> pd.DataFrame:
    *kind, what = of.series.split(" ")
    rows = review.table(of.source, own=of.area in ("", review.area.name))
    year = period.first // 12
    rows = rows[rows["school_year"] == f"{year}/{(year + 1) % 100:02d}"]
    if kind:
        rows = rows[rows["kind"] == " ".join(kind)]
    return _complete(of, rows.assign(weight=rows[_EXCLUDED.get(what, "count")]), period)


def _complete(of: Series, rows: pd.DataFrame, period: Period) -> pd.DataFrame:
    if rows.empty:
        raise NotAvailable(of.source, f"nothing on '{of.series}' in {period.label}")
    return rows


def financial_years(of: Series, period: Period) -> list[str]:
    """The financial years '2006/07' that make up a period."""
    if period.first % 12 != 3 or period.months % 12:
        raise NotAvailable(of.source, f"its figures are by financial year, not {period.label}")
    first = period.first // 12
    years = range(first, first + period.months // 12)
    return [f"{year}/{(year + 1) % 100:02d}" for year in years]


_READERS: dict[str, Any] = {
    "police_extract": _police,
    "police_uk": _street,
    "asb_calls": _dated,
    "fires": _fires,
    "stats19": _collisions,
    "environmental": _environmental,
    "youth_offending": _youth_offending,
    "hospital_extract": _admissions,
    "school_exclusions": _exclusions,
}
