"""A series as registers, targets and priorities name it, as the `Series` that findings count."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import pandas as pd

from cspanalysis.domain import offences
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review import collisions, conditions, defined_offences
from cspanalysis.review.defined_offences import NTE, PURSES
from cspanalysis.review.review import Review
from cspanalysis.review.series import Series, Totals, Yearly, year_labels
from cspanalysis.stats import admission_rates

#: Columns of the school exclusions that a series' last word stands for.
_EXCLUDED = {"children": "children", "exclusions": "count"}


class Named(NamedTuple):
    """What is counted, in the words of a register (table `published`); area '': our own."""

    source: str
    series: str = ""
    where: str = ""
    area: str = ""


class Share(NamedTuple):
    """A share in per cent, how many it is of, and how many it counts (missing if not known).

    `tells`: as how many it tells, where a survey is weighted; else missing.
    """

    percent: float
    base: float
    counted: float = float("nan")
    tells: float = float("nan")


def count(review: Review, of: Named, period: Period) -> float:
    """How many in a period, missing where a part is hidden; raises as `series` does."""
    if " - " in of.series and of.source == "peer_counts":
        first, *others = of.series.split(" - ")
        less = sum(count(review, of._replace(series=name), period) for name in others)
        return count(review, of._replace(series=first), period) - less
    return series(review, of, period).count(_asked(of, period))


def records(review: Review, of: Named, period: Period) -> pd.DataFrame:
    """The rows that a series counts, each with its `count`; raises as `series` does."""
    rows = series(review, of, period, each=True).inside(_asked(of, period))
    return rows if "count" in rows else rows.assign(count=1)


def series(review: Review, of: Named, *periods: Period, each: bool = False) -> Series:
    """The series that is meant; with `each`, every record in a row of its own where there are any.

    Raises
    ------
    NotAvailable
        If the source is missing, does not cover the periods, or the area is another one.
    UsageError
        If there is no such offence, or a condition cannot be read.
    """
    if not of.source:
        raise NotAvailable((), "no data describe it")
    is_own = of.area in ("", review.area.name)
    if not is_own and of.source not in ("peer_counts", "school_exclusions", "surveys"):
        raise NotAvailable(of.source, f"it holds nothing about {of.area}")
    reader = _READERS.get(of.source)
    if reader is None:
        raise NotAvailable(of.source, "it holds no series that could be counted")
    found = reader(review, of, periods, each or bool(of.where))
    return found.of(conditions.matching(found.rows, of.where)) if of.where else found


def share(review: Review, of: Named, period: Period) -> Share:
    """The share that a survey of residents or of cleanliness found.

    Raises
    ------
    NotAvailable
        If it asked nothing of the kind in the period.
    """
    if of.source == "surveys":
        year = str(period.first // 12) if period.first % 12 == 0 else year_labels(period)[0]
        table = review.table("surveys")
        of_area = table["area"] == (of.area or review.area.name)
        rows = table[(table["question"] == of.series) & of_area & (table["round"] == year)]
        if rows.empty:
            raise NotAvailable("surveys", f"no answer to '{of.series}' in {year}")
        found = rows.iloc[0]
        tells = _number(found.get("effective_base"))
        return Share(_number(found["percent"]), _number(found["base"]), tells=tells)
    table = review.table("cleanliness")
    table = table.assign(count=table["below_standard"])[table["measure"] == of.series]
    sites = Yearly(table, review.coverage(of.source), of.series, sources=(of.source,))
    found = sites.inside(period).iloc[0]
    below, base = _number(found["below_standard"]), _number(found["sites"])
    return Share(100 * below / base, base, below)


def _number(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _asked(of: Named, period: Period) -> Period:
    """The period; of schools '2006/07' is the school year, not the financial one."""
    is_year = of.source == "school_exclusions" and period.months == 12
    return Period.academic_year(period.first // 12) if is_year else period


def _police(review: Review, of: Named, periods: tuple[Period, ...], each: bool) -> Series:
    if of.series == NTE:
        definition = review.night_time
        violence = defined_offences.night_violence(review, definition, *periods)
        return defined_offences.at_night(violence, definition)
    if of.series == PURSES:
        return defined_offences.purse_dipping(review, review.purse_dipping, *periods)[0]
    scheme = offences.POLICE_UK if of.source == "police_uk" else offences.NOTIFIABLE
    offences.members(of.series, scheme)
    return review.series(of.series, *periods, each=each)


def _dated(review: Review, of: Named, periods: tuple[Period, ...], each: bool) -> Series:
    is_indicator = of.source == "environmental" and of.series
    found = review.series(of.source, where=f"indicator={of.series}" if is_indicator else "")
    if of.source == "fires":
        return found.of(found.rows[found.rows["is_fire"]])
    if of.source == "stats19" and "under 18" in of.series:
        return found.of(collisions.with_child(review, found.rows), of.series)
    return found


def _youth_offending(review: Review, of: Named, periods: tuple[Period, ...], each: bool) -> Series:
    rows = review.table(of.source)
    return _yearly(review, of, rows[rows["measure"] == of.series])


def _admissions(review: Review, of: Named, periods: tuple[Period, ...], each: bool) -> Series:
    rows = pd.concat(_of_cause(review, of.source, cause) for cause in of.series.split("+"))
    for column, total in (("sex", "persons"), ("age_band", "all ages")):
        # Totals count unless a condition asks for one of their parts.
        if f"{column}=" not in of.where:
            rows = rows[rows[column] == total]
    return _yearly(review, of, rows)


@functools.lru_cache(maxsize=8)
def _of_cause(review: Review, source: str, cause: str) -> pd.DataFrame:
    """Kept, because a trend asks for year after year of the same cause."""
    return admission_rates.of_cause(review.table(source), cause, review.area.districts).rows


def _exclusions(review: Review, of: Named, periods: tuple[Period, ...], each: bool) -> Series:
    *kind, what = of.series.split(" ")
    rows = review.table(of.source, own=of.area in ("", review.area.name))
    if kind:
        rows = rows[rows["kind"] == " ".join(kind)]
    rows = rows.assign(year=rows["school_year"], count=rows[_EXCLUDED.get(what, "count")])
    return _yearly(review, of, rows, begins=9)


def _yearly(review: Review, of: Named, rows: pd.DataFrame, *, begins: int = 4) -> Yearly:
    known = review.coverage(of.source)
    return Yearly(rows, known, of.series, sources=(of.source,), begins=begins)


def _peers(review: Review, of: Named, periods: tuple[Period, ...], each: bool) -> Series:
    """Of the peers' counts an area's own rows, or all of a group that bears its name."""
    table = review.table("peer_counts")
    table = table[table["offence"] == of.series]
    rows = table[table["group"] == of.area.lower().replace(" ", "_")]
    if rows.empty:
        rows = table[table["area"] == (of.area or review.area.name)]
        rows = rows.drop_duplicates(["area", "period"])
    known = review.coverage(of.source)
    return Totals(rows, known, of.series, sources=(of.source,), among=of.area)


_READERS: dict[str, Callable[[Review, Named, tuple[Period, ...], bool], Series]] = {
    "police_extract": _police,
    "police_uk": _police,
    "peer_counts": _peers,
    "asb_calls": _dated,
    "fires": _dated,
    "stats19": _dated,
    "environmental": _dated,
    "youth_offending": _youth_offending,
    "hospital_extract": _admissions,
    "school_exclusions": _exclusions,
}
