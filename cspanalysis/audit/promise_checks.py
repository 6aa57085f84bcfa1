"""Surveys, targets, promised outputs and due dates against the data."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register_series
from cspanalysis.audit.answers import (
    Answer,
    Row,
    as_printed,
    figure,
    is_within,
    period_of,
    series_of,
)
from cspanalysis.audit.number_checks import count
from cspanalysis.audit.printed import decimals, number
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review.review import Review


def survey(review: Review, row: Row) -> Answer:
    over = period_of(row)
    year = over.first // 12
    name = str(year) if over.first % 12 == 0 else f"{year}/{(year + 1) % 100:02d}"
    table = review.table("surveys")
    rows = table[
        (table["question"] == row["series"])
        & (table["area"] == (row["area"] or review.area.name))
        & (table["round"] == name)
    ]
    if rows.empty:
        raise NotAvailable("surveys", f"no answer to '{row['series']}' in {name}")
    share, base = rows["percent"].iloc[0], rows["base"].iloc[0]
    found = f"{present.number(share, decimals(row['value']))} per cent"
    asked = f" of {present.count(base)} asked" if pd.notna(base) else ""
    return Answer(is_within(float(share), row), as_printed(row, "per cent"), found + asked)


def target(review: Review, row: Row) -> Answer:
    """A target is a wish; what can be checked is the baseline it starts from."""
    if not row["compare_value"]:
        reason = "no baseline is printed" if row["value"] else "no value is printed"
        raise NotAvailable((), reason)
    year = {**row, "value": row["compare_value"], "period": row["compare_period"], "bound": ""}
    if row["source"] == "surveys":
        answer = survey(review, year)
    elif row["source"] == "environmental":
        answer = _cleanliness(review, year)
    else:
        answer = count(review, {**year, "compare_period": "", "compare_value": ""})
    return answer._replace(printed=f"baseline {answer.printed}")


def _cleanliness(review: Review, row: Row) -> Answer:
    over = period_of(row)
    table = review.table("cleanliness")
    years = register_series.financial_years(series_of(row), over)
    rows = table[table["measure"].eq(row["series"]) & table["year"].isin(years)]
    if rows.empty or rows["below_standard"].isna().any():
        raise NotAvailable("environmental", f"no survey of '{row['series']}' in {over.label}")
    below, sites = rows["below_standard"].iloc[0], rows["sites"].iloc[0]
    found = f"{present.number(100 * below / sites, decimals(row['value']))} per cent"
    return Answer(
        is_within(100 * below / sites, row), as_printed(row, "per cent"),
        f"{found} ({present.count(below)} of {present.count(sites)} sites)",
    )  # fmt: skip


def output(review: Review, row: Row) -> Answer:
    found = ""
    if row["delivered"]:
        found = f"{present.count(number(row['delivered']))} delivered"
        found += f" by {present.month(row['delivered_to'])}" if row["delivered_to"] else ""
    return Answer(
        None, f"{figure(row['value'])} promised", found, "A promise is no figure to recompute."
    )


def action(review: Review, row: Row) -> Answer:
    due, start, end = row["due"], row["plan_start"], row["plan_end"]
    if due is None or pd.isna(due):
        return Answer(None, row["note"] or "no date", "", "It has no date that could be wrong.")
    if not start:
        return Answer(None, f"due {due:%Y-%m}", "", "The months of the plan are not known.")
    month = pd.Timestamp(due).strftime("%Y-%m")
    plan = Period.parse(f"{start}/{end}")
    return Answer(
        start <= month <= end,
        f"due {present.month(month)}",
        f"plan for {plan.label}",
        sentence=f"Due in {present.month(month)}; the plan runs from {plan.label}.",
    )
