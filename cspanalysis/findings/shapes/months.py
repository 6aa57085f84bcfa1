"""What the months of a series show: what is unusual in it, and its season."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.findings.shapes.changes import break_notes
from cspanalysis.present import charts
from cspanalysis.present.phrases import confidence, first, get, number_of, shown
from cspanalysis.review.series import Series
from cspanalysis.stats import control as control_charts
from cspanalysis.stats import season as seasons

#: A sentence about a control chart speaks of so many newest months, because even a series in
#: which nothing changed signals now and then over a longer run.
NEWEST = 6
#: What an index takes out that a plain average holds, by season_status.
_ALLOWED = {
    "ok": "the trend, the length of months and single unusual years",
    "provisional": "the length of months",
}


def control(ask: Publication, series: Series) -> Finding:
    """Whether recent months lie outside what the series usually does (XmR control chart).

    Raises
    ------
    NotAvailable
        If there are too few months for a chart.
    """
    months = series.by_month[series.by_month["month"] <= ask.period.month_list()[-1]]
    chart = control_charts.control_chart(months, series=series.known_as, scheme=series.scheme)
    if chart.stage == "none":
        raise NotAvailable(series.sources, chart.reason)
    result = chart.table.assign(
        lower=chart.table["lower_limit"],
        upper=chart.table["upper_limit"],
        is_provisional=chart.stage != "adjusted",
        false_signal_rate=chart.false_signal_rate,
        trend=chart.trend,
        signal_text=chart.table["signal"].replace("", "none"),
    )
    run = Period.parse(f"{result['month'].min()}/{result['month'].max()}")
    ended = chart.reason if result["month"].max() < months["month"].max() else ""
    return ask.publish(
        result,
        role="trend",
        series=series,
        wording=partial(control_told, subject=series.subject, ended=ended),
        chart=charts.control_chart,
        over=run,
        columns={
            "month": "Month",
            "count": present.capital(series.unit),
            "value": "Per day, season taken out" if chart.stage == "adjusted" else "Per day",
            "signal_text": "Signal",
        },
        what=f"{series.subject} per day, by month",
        when=run.label,
        method=chart.method,
        definition="Rules: " + "; ".join(chart.rules[: 1 if chart.is_alike else None]),
        notes=[*break_notes(series, run), *_alike_notes(chart)],
    )


def _alike_notes(chart: control_charts.ControlChart) -> list[str]:
    if not chart.is_alike:
        return []
    return [
        "Months in a row resemble each other here, so that runs of months mean little: the limits "
        "are wider for it, and only a month outside them counts."
    ]


def season(
    ask: Publication, series: Series, *, notes: Iterable[str] = (), until: str | None = None
) -> Finding:
    """Seasonal index of a series, or its counts while there are too few months for an index.

    Parameters
    ----------
    until : str, optional
        The last month used, 'YYYY-MM'; default: all months held, which say most about the usual
        year. The caption names them.

    Raises
    ------
    NotAvailable
        If no month is left.
    """
    by_month = series.by_month
    if until:
        last = Period.parse(until).month_list()[-1]
        by_month = by_month[by_month["month"] <= last]
        if by_month.empty:
            raise NotAvailable(series.sources, f"it holds no month up to {last}")
    found = seasons.seasonal_index(by_month, series=series.known_as, scheme=series.scheme)
    if not found.first:
        raise NotAvailable(series.sources, _no_month_left(by_month, found.reason))
    result = found.table.assign(
        season_status={"index": "ok", "provisional": "provisional"}.get(found.stage, "withheld"),
        reason=found.reason,
        p=found.p,
        series_months=found.months,
        first=found.first,
        last=found.last,
    )
    run = Period.parse(f"{found.first}/{found.last}")
    drawn: Callable[..., Any]
    definition = series.definition
    if found.stage == "counts":
        # All months are drawn, those too that a gap or a break cuts off.
        run = Period.parse(f"{found.table['month'].iloc[0]}/{found.table['month'].iloc[-1]}")
        drawn, shown, key = partial(charts.monthly_line, value="count"), "by month", "band"
        unit = present.capital(series.unit)
        columns = {"month": "Month", "count": unit, "interval": "95% interval"}
    else:
        drawn, shown, key = charts.seasonal_index, "by month of the year", "line"
        columns = {
            "month_of_year": "Month",
            "index": "Index, average month = 100",
            "interval": "95% interval of the index",
            "count": "Plain average a month",
        }
        told = _ALLOWED[result["season_status"].iloc[0]]
        definition = (
            f"{definition} The index allows for {told}, the plain average does not.".strip()
        )
    return ask.publish(
        result,
        role="when",
        series=series,
        wording=partial(season_told, subject=series.subject),
        chart=drawn,
        over=run,
        columns=columns,
        what=f"{series.subject} {shown}",
        when=f"{run.label}; {key} = 95% interval",
        method=found.method,
        definition=definition,
        notes=[*notes, *break_notes(series, run)],
    )


def _no_month_left(by_month: pd.DataFrame, reason: str) -> str:
    """Why no month can be used, with the months there are."""
    if by_month.empty:
        return "no month is held"
    held = present.runs(by_month["month"])
    return f"none of the months held ({held}) shows what is usual; {reason}"


def season_told(table: pd.DataFrame, *, subject: str) -> Said:
    """The month that stands out in a usual year; or why no index is given.

    `table`: twelve rows month_of_year, index, lower, upper, is_above (average month = 100), or,
    where no index may be published, a row per month with its count. The same on every row:
    season_status ('ok', 'provisional' or 'withheld'), reason (the condition that failed, as a
    sentence), status, series_months (how many months were used). `subject`: what is counted.
    Returns: verdict peak only for a published index whose highest month lies clearly above 100.
    """
    row = first(table)
    stage = get(row, "season_status", "ok" if "index" in table else "withheld")
    reason = _sentence(get(row, "reason", ""))
    rows = shown(table, "index") if "index" in table else table.iloc[0:0]
    if stage == "withheld" or rows.empty:
        status = get(row, "status", "too_few")
        why = f": {present.inside(reason.strip())}" if reason else "."
        text = f"No peak in the year can be told for {subject}{why}"
        if len(table) and "count" in table and table["count"].notna().any():
            text += " The monthly counts are shown instead."
        return Said(text, status="too_few" if status == "ok" else status)
    top = rows.loc[rows["index"].idxmax()]
    name = present.month_of_year(top["month_of_year"])
    level = (
        f"index {present.number(top['index'])}, {confidence(top)} interval "
        f"{present.interval(top['lower'], top['upper'], 0)}; average month = 100"
    )
    stands_out = top["is_above"]
    values = {k: top[k] for k in ("index", "lower", "upper", "confidence") if k in top}
    if stage == "provisional":
        used = get(row, "series_months")
        base = f", from {int(used)} months only" if used is not None else ""
        text = f"Provisionally{base}, {name} was the highest month for {subject} ({level})."
        text += _plainly(rows, top, stage) + reason
        return Said(text, values=values, status=get(row, "status", "ok"))
    if not stands_out:
        text = f"No month stands out clearly for {subject}: the highest is {name} ({level})."
        return Said(text + _plainly(rows, top, stage), values=values)
    others = rows[rows["is_above"] & (rows["month_of_year"] != top["month_of_year"])]
    peaks = present.verb("peak", subject)
    text = f"{present.capital(subject)} {peaks} in {name}: {_above(top['index'])} ({level})."
    if 0 < len(others) <= 3:
        names = present.listed(present.month_of_year(m) for m in others["month_of_year"])
        verb = "is" if len(others) == 1 else "are"
        text += f" {names} {verb} also above the average month."
    text += _plainly(rows, top, stage)
    return Said(text, verdict="peak", values=values | {"peak": int(top["month_of_year"])})


def control_told(table: pd.DataFrame, *, subject: str, ended: str = "") -> Said:
    """Whether one of the newest six months is out of the ordinary.

    `table`: a row per month: month, value, centre, signal ('' or the rule that it breaks),
    is_provisional, false_signal_rate (share of unchanged series that signal in the newest six
    months, 0 to 1), trend (growth in a year that is allowed for, where one is). `ended`: why the
    chart ends before the newest month, as a sentence; '' where it does not.
    """
    rows = shown(table, "value").sort_values("month")
    if rows.empty:
        return cannot(subject, first(table), "control chart")
    if ended:
        return Said(
            f"The latest half year of {subject} is not judged: the chart ends with "
            f"{present.month(rows['month'].iloc[-1])}. {ended}",
            status="not_comparable",
        )
    newest = rows.tail(NEWEST)
    first_month, last_month = newest["month"].iloc[0], newest["month"].iloc[-1]
    span = present.period(f"{first_month}/{last_month}")
    signals = newest[newest["signal"].fillna("").astype(str).str.strip() != ""]
    is_provisional = "is_provisional" in rows and bool(rows["is_provisional"].iloc[-1])
    if is_provisional:
        text = f"No month of {subject} is judged yet: {_unjudged(rows)}."
        if len(signals):
            again = present.capital(_months(signals, newest))
            pause = "," if "newest" in again else ""
            text += f" {again}{pause} should be looked at again when more months are in."
        return Said(text, status="too_few")
    if signals.empty:
        text = f"None of the newest {number_of(len(newest), 'month')} ({span}) is out of the "
        text += f"ordinary for {subject}, {_allowed_for(rows)}."
    else:
        text = _signals(signals, newest, subject, _allowed_for(rows))
    chance = get(first(rows), "false_signal_rate")
    if chance is not None:
        text += (
            f" By chance alone {present.number(chance * 100)} in 100 unchanged series show such a "
            f"signal within six months."
        )
    return Said(text)


def _unjudged(rows: pd.DataFrame) -> str:
    """Why the season cannot be allowed for, as a clause."""
    enough, needed = control_charts.FEWEST_ADJUSTED, control_charts.FEWEST_A_MONTH
    if len(rows) < enough:
        return (
            f"{enough} months in a row are needed to allow for the season, and there are "
            f"{present.in_words(len(rows))}"
        )
    return f"with fewer than {present.in_words(needed)} a month, the season cannot be allowed for"


def _allowed_for(rows: pd.DataFrame) -> str:
    """What the months are held against: the season, and a trend where there is one."""
    trend = get(first(rows), "trend")
    if trend is None:
        return "the usual season allowed for"
    percent = present.per_cent(abs(100 * trend), 0 if abs(trend) >= 0.01 else 1)
    way = "rise" if trend > 0 else "fall"
    return f"the usual season and a possible steady {way} of {percent} a year allowed for"


def _sentence(reason: str) -> str:
    reason = str(reason).strip().rstrip(".")
    return f" {present.capital(reason)}." if reason else ""


def _plainly(rows: pd.DataFrame, top: pd.Series, stage: str) -> str:
    """Which month has most by plain count, where that is another than the index's highest."""
    if "count" not in rows or rows["count"].isna().all():
        return ""
    # As the table writes them: what reads alike is no other month's.
    largest = present.count(rows["count"].max())
    most = rows.loc[rows["count"].map(present.count) == largest, "month_of_year"].tolist()
    if top["month_of_year"] in most:
        return ""
    names = present.listed(present.month_of_year(m) for m in most)
    return (
        f" By plain count {names} {'averages' if len(most) == 1 else 'average'} most ({largest} a "
        f"month); the index allows for {_ALLOWED[stage]}."
    )


def _above(index: float) -> str:
    if index >= 200:
        return f"{present.number(index / 100, 1)} times the average month"
    return f"{present.per_cent(index - 100, 0)} above the average month"


def _signals(signals: pd.DataFrame, newest: pd.DataFrame, subject: str, allowed: str) -> str:
    # Months on the same side of the mean stand together, with each rule named once.
    side = pd.Series(["above" if v > c else "below" for v, c in
                      zip(signals["value"], signals["centre"], strict=True)],
                     index=signals.index)  # fmt: skip
    if "direction" in signals:
        side = signals["direction"].where(signals["direction"].isin(["above", "below"]), side)
    parts = []
    for where in dict.fromkeys(side):
        these = signals[side == where]
        rules = "; ".join(dict.fromkeys(present.clean(r) for r in these["signal"]))
        line = "mean" if allowed.endswith("season allowed for") else "trend"
        parts.append(f"out of the ordinary and {where} the {line} in {_months(these, newest)} "
                     f"({rules})")  # fmt: skip
    was = "were" if present.is_plural(subject) else "was"
    return f"{present.capital(subject)} {was} {present.listed(parts)}, {allowed}."


def _months(signals: pd.DataFrame, newest: pd.DataFrame) -> str:
    first_month, last_month = newest["month"].iloc[0], newest["month"].iloc[-1]
    if len(signals) == len(newest) > 2:
        span = present.period(f"{first_month}/{last_month}")
        return f"all of the newest {number_of(len(newest), 'month')}, {span}"
    return present.runs(signals["month"])
