"""Counts, changes, directions and shares against the data."""

from __future__ import annotations

import itertools

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register_series
from cspanalysis.audit.answers import (
    Answer,
    Row,
    as_printed,
    figure,
    is_hidden,
    is_within,
    period_of,
    series_of,
    shown,
)
from cspanalysis.audit.printed import decimals, period, rounds_to
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review.review import Review
from cspanalysis.stats import victims


def count(review: Review, row: Row) -> Answer:
    value = register_series.count(review, series_of(row), period_of(row))
    is_same, printed, found = is_within(value, row), as_printed(row), shown(review, row, value)
    before = period(row["compare_period"])
    if before is not None and (row["compare_value"] or row["printed_change"]):
        earlier = register_series.count(review, series_of(row), before)
        found += f" against {shown(review, row, earlier)}"
        if row["compare_value"]:
            is_same &= is_within(earlier, row, "compare_value")
            printed += f" against {figure(row['compare_value'])}"
        elif earlier:
            is_same &= rounds_to((value / earlier - 1) * 100, row["printed_change"])
            printed += f", {row['printed_change']} per cent more than before"
    printed += f", {row['direction']}" if row["direction"] and row["compare_value"] else ""
    return Answer(is_same, printed, found, "" if is_same else _elsewhere(review, row))


def _elsewhere(review: Review, row: Row) -> str:
    """Where the printed count would be right, if the text left its area open."""
    if "area" not in row["assumed"] or row["source"] != "peer_counts":
        return ""
    for group in review.table("peer_counts")["group"].unique():
        name = str(group).replace("_", " ").title()
        try:
            value = register_series.count(
                review, series_of(row)._replace(area=name), period_of(row)
            )
        except NotAvailable:
            continue
        if is_within(value, row):
            return f"{present.count(value)} is the count of {name}."
    return ""


def percent_change(review: Review, row: Row) -> Answer:
    before = period(row["compare_period"]) or period_of(row).before
    value, earlier = (
        register_series.count(review, series_of(row), p) for p in (period_of(row), before)
    )
    if not earlier:
        raise NotAvailable(row["source"], f"none in {before.label}")
    change = (value / earlier - 1) * 100
    places = decimals(row["value"])
    found = f"{present.number(change, places)} per cent"
    found += f" ({shown(review, row, value)} against {shown(review, row, earlier)})"
    return Answer(is_within(change, row), as_printed(row, "per cent"), found)


def direction(review: Review, row: Row) -> Answer:
    over, of = period_of(row), series_of(row)
    if row["direction"].endswith("every year"):
        return _every_year(review, row)
    before = period(row["compare_period"]) or over.before
    value, earlier = (register_series.count(review, of, p) for p in (over, before))
    way = "up" if value > earlier else "down" if value < earlier else "no change"
    found = way
    if not is_hidden(review, row, min(value, earlier)):
        found += f", {present.count(value)} against {present.count(earlier)}"
    return Answer(way == row["direction"], row["direction"], found)


def _every_year(review: Review, row: Row) -> Answer:
    """The same months of every year: of whole years, else of those that end as the period does."""
    over = period_of(row)
    months = over.months % 12 or 12
    last = Period(over.last - months + 1, over.last)
    years = [last.shift(-12 * k) for k in range((over.months - months) // 12, -1, -1)]
    values = [register_series.count(review, series_of(row), p) for p in years]
    steps = [later - earlier for earlier, later in itertools.pairwise(values)]
    is_up = row["direction"].startswith("up")
    is_same = bool(steps) and all(s > 0 if is_up else s < 0 for s in steps)
    told = ", ".join(shown(review, row, v) for v in values)
    return Answer(is_same, row["direction"], f"{told} ({years[0].label} to {years[-1].label})")


def share(review: Review, row: Row) -> Answer:
    found, is_same = [], True
    for when, what in (("period", "value"), ("compare_period", "compare_value")):
        over = period(row[when])
        if over is None or not row[what]:
            continue
        part, whole = _parts(review, row, over)
        exact = 100 * part / whole
        is_same &= is_within(exact, row, what)
        share = f"{present.number(exact, max(decimals(row[what]), 1))} per cent"
        policy = review.policy(row["source"])
        if policy != "none" and review.edition == "public":
            # The exact share would give a hidden count away.
            share = as_printed(row, "per cent") if is_same else "another share"
        else:
            share += f" ({present.count(part)} of {present.count(whole)})"
        found.append(share)
    printed = as_printed(row, "per cent")
    if row["compare_value"]:
        printed += f" against {figure(row['compare_value'])}"
    return Answer(is_same, printed, " against ".join(found))


def _parts(review: Review, row: Row, over: Period) -> tuple[float, float]:
    of = series_of(row)
    name, _, where = row["whole"].partition(";")
    whole = register_series.count(
        review, of._replace(series=name.strip(), where=where.strip()), over
    )
    part = register_series.count(review, of, over)
    if not whole:
        raise NotAvailable(row["source"], f"none in {over.label}")
    if pd.isna(part) or pd.isna(whole):
        raise NotAvailable(row["source"], "a count that it needs is suppressed")
    return part, whole


def repeat_share(review: Review, row: Row) -> Answer:
    over = period_of(row)
    year = Period(over.last - 11, over.last)
    rows = register_series.records(review, series_of(row), year)
    if "victim_id" not in rows:
        raise NotAvailable(row["source"], "it does not say who the victim was")
    result = victims.domestic_repeat(rows, over).iloc[0]
    if not result["total"]:
        raise NotAvailable(row["source"], "no victim is known")
    exact = 100 * result["share"]
    return Answer(
        is_within(exact, row), as_printed(row, "per cent"), f"{present.number(exact, 1)} per cent"
    )
