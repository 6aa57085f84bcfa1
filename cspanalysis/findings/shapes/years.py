"""How a series developed over the years."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import disclosure, present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.publication import Publication, method_of
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.findings.shapes.change_wording import SMALL_BASE, ratio_interval
from cspanalysis.findings.shapes.changes import break_notes
from cspanalysis.present import charts
from cspanalysis.present.phrases import chance_alone, confidence, first, get
from cspanalysis.review.series import Series, whole_years
from cspanalysis.stats import measures, yearly


def years(ask: Publication, series: Series, things: str) -> Finding:
    """A series by financial year, the newest year against the first.

    Parameters
    ----------
    things : str
        Heading of the counts: 'Offences'.

    Raises
    ------
    NotAvailable
        If fewer than two whole financial years end by the end of the review's period.
    """
    table = series.by_financial_year(ask.review.period)
    if len(table) < 2:
        raise NotAvailable(series.sources, "it covers fewer than two whole financial years")
    shown = disclosure.apply(
        measures.count_interval(table), series.protect, edition=ask.review.edition
    )
    variance = series.variance(ask.review.period)
    result = yearly.first_to_last(shown, exposure="days", variance=variance)
    return ask.publish(
        result,
        role="trend",
        series=series,
        wording=partial(years_told, subject=series.subject),
        chart=partial(charts.trend_line, value="count", decimals=0),
        over=whole_years(result["year"]),
        columns={"year": "Year", "count": things, "lower": "Lower limit", "upper": "Upper limit"},
        what=f"{series.subject} by financial year",
        when=f"{result['year'].iloc[0]} to {result['year'].iloc[-1]}; line = 95% interval",
        method=f"{method_of(result)}; {yearly.method_of_change(result)}",
        notes=[*break_notes(series, whole_years(result["year"])), *chance_alone(result)],
    )


def years_told(table: pd.DataFrame, *, subject: str, label: str = "year") -> Said:
    """How the newest year compares with the first, and whether each year had more than the last.

    `table`: a row per year in order: `label`, count, and on every row change_ratio, change_lower,
    change_upper, change_verdict, is_each_higher, is_each_lower; optional rate with rate_per and per
    ('resident', 'pupil'), rounded_to. `subject`: what is counted, as in mid-sentence.
    """
    if len(table) < 2:
        row = {**first(table), "status": "too_few", "reason": "there is one year only"}
        return cannot(subject, row, "change over the years")
    start, end = table.iloc[0].to_dict(), table.iloc[-1].to_dict()
    if get(start, "count") is None or get(end, "count") is None:
        row = start if get(start, "count") is None else end
        return cannot(subject, row, "change over the years")
    verdict = get(end, "change_verdict", "none")
    rates = _rates(start, end)
    limits = (
        f"{confidence(end)} interval {ratio_interval(end['change_lower'], end['change_upper'])}"
    )
    if rates:
        limits = f"{limits} per {get(end, 'per', 'resident')}"
    before, now = present.count(start["count"]), present.count(end["count"])
    if verdict in ("up", "down"):
        verb = "rose" if verdict == "up" else "fell"
        text = (
            f"{present.capital(subject)} {verb} from {before} in {start[label]} to {now} in "
            f"{end[label]}"
        )
        percent = (end["count"] / start["count"] - 1) * 100 if start["count"] else 0
        if rates:
            text += f", from {rates[0]} to {rates[1]}"
        elif start["count"] >= SMALL_BASE and (percent > 0) == (verdict == "up"):
            text += f", {verdict} {present.number(abs(percent), 1)} per cent"
        text += f" ({limits})."
    else:
        text = (
            f"There is no clear change in {subject}: {now} in {end[label]} against {before} in "
            f"{start[label]}"
        )
        text += f", or {rates[1]} against {rates[0]}" if rates else ""
        text += f" ({limits})."
    if get(end, "is_each_higher", False):
        text += " Each year had more than the one before."
    elif get(end, "is_each_lower", False):
        text += " Each year had fewer than the one before."
    if get(end, "rounded_to"):
        text += (
            f" Counts are rounded to the nearest {int(end['rounded_to'])}, "
            "and the interval allows for that."
        )
    values = {"count": end["count"], "compare_count": start["count"]}
    values |= {"ratio": end["change_ratio"], "lower": end["change_lower"]}
    values |= {"upper": end["change_upper"], "confidence": end["confidence"]}
    values |= values_of(end, "rate", "rate_per", "population")
    values = {k: v for k, v in values.items() if not present.is_missing(v)}
    return Said(text, verdict=verdict, values=values)


def _rates(start: dict, end: dict) -> tuple[str, str] | None:
    """Both rates as words, the unit at the second."""
    if get(start, "rate") is None or get(end, "rate") is None:
        return None
    per = get(end, "per", "resident")
    return (
        present.rate(start["rate"]),
        f"{present.rate(end['rate'])} per {present.count(end['rate_per'])} {per}s",
    )
