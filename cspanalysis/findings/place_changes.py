"""Places over time: where crime stays, where it rises or falls, by small area and by ward."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings.place_counts import (
    FEWEST,
    SMALL,
    TOP,
    counted,
    district_column,
    draw,
    labelled,
    method_of_rates,
    named,
    notes_of,
    numbered,
    on_map,
    place_question,
    rated,
    sources_of,
    tenth,
)
from cspanalysis.findings.place_wording import persistent_told, rises_told, wards_told
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding
from cspanalysis.findings.shapes import changes
from cspanalysis.present import charts
from cspanalysis.review import coverage, small_areas
from cspanalysis.review.small_areas import SmallAreas
from cspanalysis.stats import dispersion, many_changes

if TYPE_CHECKING:
    from cspanalysis.present.charts.plot import Plot

#: Fewest months of a year, the same in each, for which three years are compared.
FEWEST_ALIKE = 9
_STATUSES = ("in each of three years", "emerging", "fading", "in some of the years")


@place_question(
    "places.persistent",
    "Which small areas have most crime year after year?",
    measure="small areas with most recorded crime in each of three years",
    role="where",
)
def persistent(ask: Question, offences: str | Sequence[str] = "recorded crime") -> Finding:
    """Small areas in the tenth with most in each of three years; those that came and went."""
    known = coverage.of(ask.review.store, small_areas.SOURCE, ask.review.area)
    years = _three_years(ask, set(known.months))
    found = counted(ask.review, offences, *years)
    table = labelled(found.places)
    for name, year in zip(("earliest", "before", "count"), _spans(years), strict=True):
        table = table.assign(**{name: sum(found.of(p)["count"] for p in year)})
    spread = many_changes.shared_dispersion(found.by_month(), ask.period)
    result = _status_over_years(table, spread)
    shown = result[result["status_over_years"] != ""].sort_values(
        ["order", "count"], ascending=[True, False], ignore_index=True
    )
    labels = [present.capital(_span_label(year)) for year in _spans(years)]
    return ask.publish(
        shown,
        sources=sources_of(found),
        wording=partial(persistent_told, places=len(result), years=labels, subject=named(offences)),
        columns={
            "place": "Small area",
            "ward": "Ward",
            "earliest": labels[0],
            "before": labels[1],
            "count": labels[2],
            "status_over_years": "Over the years",
        },
        what=f"{named(offences)} in the small areas with most",
        when=f"{labels[0]} to {labels[2]}",
        definition=f"{SMALL} The tenth with most: {tenth(len(result))} of {len(result)}. "
        "'Emerging' and 'fading' only where the count also rose or fell by more than chance.",
        notes=notes_of(ask, found),
        method="places by count in each year; quasi-Poisson test of the newest year against the "
        "two before, Bonferroni",
    )


@place_question(
    "places.change",
    "In which small areas did crime rise or fall?",
    measure="change in recorded crime by small area",
    role="where",
)
def change(ask: Question, offences: str | Sequence[str] = "recorded crime") -> Finding:
    """Every small area against the year before, tested together (Benjamini-Hochberg)."""
    found = counted(ask.review, offences, *_between(ask))
    result = _changes(ask, found)
    return ask.publish(
        result.sort_values(["p", "lsoa_code"], ignore_index=True),
        sources=sources_of(found),
        wording=partial(
            rises_told, subject=named(offences), earlier=ask.earlier, fewest=many_changes.FEWEST
        ),
        chart=_most_changed,
        columns={
            "place": "Small area",
            "ward": "Ward",
            "compare_count": present.capital(ask.earlier),
            "count": "Now",
            "percent_change": changes.change_heading(ask.comparison),
            "interval": "Interval of the ratio, all places allowed for",
            "verdict_in_words": "Change",
        },
        compared=True,
        what=f"Change in {named(offences)} by small area",
        when=f"{ask.period.label} against {ask.compare.label}",
        definition=SMALL,
        notes=notes_of(ask, found),
    )


@place_question(
    "places.wards",
    "How is crime spread over the wards?",
    measure="recorded crime by ward",
    role="where",
)
def wards(ask: Question, offences: str | Sequence[str] = "recorded crime") -> Finding:
    """Wards with their counts, shares and changes, on a map where there are outlines."""
    found = counted(ask.review, offences, *_between(ask))
    if found.places["ward"].isna().all():
        raise NotAvailable("lookups", "it does not say which ward a small area lies in")
    by_ward = found.by_month().groupby(found.places.set_index("lsoa_code")["ward_code"]).sum()
    result = many_changes.changes(by_ward, ask.period, ask.compare).reset_index()
    about = found.places[["ward_code", "ward", "district"]].drop_duplicates("ward_code")
    result = about.merge(result, on="ward_code").sort_values(
        ["count", "ward"], ascending=[False, True], ignore_index=True
    )
    total = int(result["count"].sum())
    result = _verdict_words(result.assign(share=result["count"] / max(total, 1), total=total))
    people, when = small_areas.with_residents(ask.review.store, found.places, ask.period)
    of_ward = people.groupby("ward_code")["population"].sum(min_count=1, skipna=False)
    rates, of_rates, notes = rated(
        found, result[["ward_code", "count"]],
        result[["ward_code", "count"]].assign(population=result["ward_code"].map(of_ward)), when,
    )  # fmt: skip
    if of_rates:
        # The interval shown is that of the change; a rate's stands beside the drawn rate.
        of_rates.pop("interval")
        more = rates[["ward_code", *(c for c in rates if c not in result)]]
        result = result.merge(more, on="ward_code", how="left")
    return ask.publish(
        numbered(result),
        sources=[*sources_of(found), *(["population"] if of_rates else [])],
        wording=partial(wards_told, subject=named(offences), earlier=ask.earlier),
        chart=partial(draw, kind="ward", code="ward_code", review=ask.review),
        columns={
            **on_map(ask.review, "ward", result["ward_code"]),
            "ward": "Ward",
            **district_column(result),
            "count": "Now",
            "share": "Share",
            **of_rates,
            "compare_count": present.capital(ask.earlier),
            "percent_change": changes.change_heading(ask.comparison),
            "interval": "Interval of the ratio, all wards allowed for",
            "verdict_in_words": "Change",
        },
        compared=True,
        what=f"{named(offences)} by ward",
        method=method_of_rates(result),
        definition="Wards are those of the area lookup; their small areas are added up.",
        notes=[*notes, *notes_of(ask, found)],
    )


def _between(ask: Question) -> list[Period]:
    """The two periods, and the covered months between them, which tell how counts vary."""
    known = coverage.of(ask.review.store, small_areas.SOURCE, ask.review.area)
    known.check(ask.period, ask.compare)
    span = Period(min(ask.period.first, ask.compare.first), max(ask.period.last, ask.compare.last))
    inside = span.contains(pd.Series(known.months, dtype=object))
    return [
        ask.period,
        ask.compare,
        *(Period.parse(f"{m}/{m}") for m, i in zip(known.months, inside, strict=True) if i),
    ]


def _changes(ask: Question, found: SmallAreas) -> pd.DataFrame:
    result = many_changes.changes(found.by_month(), ask.period, ask.compare).reset_index()
    table = labelled(found.places).drop(columns="codes").merge(result, on="lsoa_code")
    return _verdict_words(table)


def _verdict_words(table: pd.DataFrame) -> pd.DataFrame:
    words = {"up": "rose", "down": "fell", "no_clear_change": "no clear change",
             "none": "too few to tell"}  # fmt: skip
    return table.assign(verdict_in_words=table["verdict"].map(words))


def _most_changed(table: pd.DataFrame) -> Plot | None:
    """The places whose change is least likely by chance."""
    shown = table[table["status"].eq("ok")].head(TOP)
    return charts.change_intervals(shown, label="label") if len(shown) else None


def _three_years(ask: Question, known: set[str]) -> list[Period]:
    """The months of the period that are known in each of three years, as runs, the oldest first."""
    if ask.period.months != 12:
        raise NotAvailable((), "three years are compared where the period is a year")
    alike = [
        at
        for at in range(12)
        if all(_months_before(ask.period, back)[at] in known for back in (0, 1, 2))
    ]
    if len(alike) < FEWEST_ALIKE:
        raise NotAvailable(
            small_areas.SOURCE,
            f"three years of at least {FEWEST_ALIKE} alike months would be needed",
        )
    return [
        Period.parse(
            f"{_months_before(ask.period, back)[at]}/{_months_before(ask.period, back)[at]}"
        )
        for back in (2, 1, 0)
        for at in alike
    ]


def _months_before(period: Period, years: int) -> list[str]:
    return Period(period.first - 12 * years, period.last - 12 * years).month_list()


def _spans(months: Sequence[Period]) -> list[list[Period]]:
    """The months of three years apart."""
    size = len(months) // 3
    return [list(months[at : at + size]) for at in range(0, 3 * size, size)]


def _span_label(year: Sequence[Period]) -> str:
    return present.runs([p.month_list()[0] for p in year])


def _status_over_years(table: pd.DataFrame, spread: tuple[float, float]) -> pd.DataFrame:
    """Which places are in the tenth with most in which of three years, and what that is.

    `spread`: by how much counts of a year vary more than chance, and its degrees of freedom.
    """
    top = tenth(len(table))
    columns = ("earliest", "before", "count")
    # Of places alike at the edge of the tenth none is in it: else many would be.
    inside = pd.DataFrame(
        {c: (table[c].rank(method="max", ascending=False) <= top) & (table[c] >= FEWEST)
         for c in columns}
    )  # fmt: skip
    came = inside["count"] & ~inside["earliest"] & ~inside["before"]
    left = ~inside["count"] & inside["earliest"] & inside["before"]
    # Those that came or went are judged together, so that few of them are so by chance.
    confidence = 1 - 0.05 / max(int((came | left).sum()), 1)
    is_clear = pd.Series(False, index=table.index)
    for at in table.index[came | left]:
        now, before = table["count"][at], table["earliest"][at] + table["before"][at]
        if now and before:
            of_sums = spread if spread[0] > 1 else None
            low, high, _ = dispersion.widened_ratio(now, before, 1, 2, of_sums, confidence)
            is_clear[at] = low > 1 or high < 1
    status = np.select(
        [inside.all(axis=1), came & is_clear, left & is_clear, inside.any(axis=1)],
        _STATUSES,
        "",
    )
    order = pd.Series(status, index=table.index).map({s: n for n, s in enumerate(_STATUSES)})
    return table.drop(columns="codes").assign(
        status_over_years=status, order=order, top=top, status="ok"
    )
