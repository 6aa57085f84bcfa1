"""The shapes that findings of several chapters share: a change, peers, a mix, a control chart.

Each takes the review, the finding's spec and what to count; wording, formats and drawing come from
`narrative`, `formats` and `charts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from cspanalysis import breaks, charts, formats, narrative
from cspanalysis.analysis import change, control, measures, peers
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, publish
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import OFFENCE_SOURCES, Counted, Review

#: Columns of the display table of a change.
CHANGE_COLUMNS = {
    "compare_count": "A year earlier",
    "count": "Now",
    "percent_change": "Change, per cent",
    "ratio": "Ratio per day",
    "interval": "95% interval of the ratio",
}

#: Columns of the display table of a ranking.
PEER_COLUMNS = {
    "area": "Area",
    "count": "Offences",
    "population": "Residents",
    "rate": "Per 1,000 residents",
    "interval": "95% interval",
    "rank_of": "Place, 1 is lowest",
    "rank_interval": "95% interval of the place",
}


def change_finding(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    selection: str | Iterable[str],
    *,
    subject: str,
    definition: str = "",
    notes: Iterable[str] = (),
) -> Finding:
    """Whether an offence or group rose or fell, same months against same months.

    Parameters
    ----------
    selection : str or iterable of str
        Offences or groups counted.
    subject : str
        How the sentence names them.
    """
    counted = review.offences_by_month(selection, comparison.period, comparison.compare)
    result = change.between(
        counted.table, comparison.period, comparison.compare, series=_series(selection)
    )
    result = with_dispersion(result, review.offences_by_month(selection).table, comparison)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.change, subject=subject),
        comparison=comparison,
        compared=True,
        sources=counted.sources,
        columns=CHANGE_COLUMNS,
        caption=where(review, capital(subject), comparison.period.label),
        method=method_of(result),
        definition=definition,
        notes=[*notes, *break_notes(selection, comparison)],
        measure=subject,
    )


def changes_finding(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    selections: Iterable[str],
    *,
    subject: str,
    notes: Iterable[str] = (),
) -> Finding:
    """Several offences or groups side by side, each with its change and interval."""
    tables, sources = [], ()
    for selection in selections:
        counted = review.offences_by_month(selection, comparison.period, comparison.compare)
        sources = counted.sources
        row = change.between(
            counted.table, comparison.period, comparison.compare, series=_series(selection)
        )
        row = with_dispersion(row, review.offences_by_month(selection).table, comparison)
        tables.append(row.assign(offence=selection))
    result = pd.concat(tables, ignore_index=True)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.changes, label="offence", subject=subject),
        chart=partial(charts.change_intervals, label="offence"),
        comparison=comparison,
        compared=True,
        sources=sources,
        columns={"offence": "Offence", **CHANGE_COLUMNS},
        caption=where(
            review,
            f"Change in {subject}",
            f"{comparison.period.label} against {comparison.compare.label}",
        ),
        method=method_of(result),
        notes=[*notes, *break_notes(selections, comparison)],
        measure=subject,
    )


def with_dispersion(
    result: pd.DataFrame, by_month: pd.DataFrame, comparison: Comparison
) -> pd.DataFrame:
    """The change with its quasi-Poisson limits where 24 months or more are there to estimate them.

    Repeats and series make counts vary more than chance alone; the wider limits decide then.

    Parameters
    ----------
    result : pandas.DataFrame
        From `analysis.change.between`.
    by_month : pandas.DataFrame
        month, count: every month that the source covers.
    """
    checked = change.dispersion(by_month, comparison.period, comparison.compare)
    if checked.status != "ok":
        return result
    return result.assign(
        dispersion=checked.phi,
        dispersed_lower=checked.lower,
        dispersed_upper=checked.upper,
        dispersed_p=checked.p,
    )


def peers_finding(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    selection: str,
    group: str,
    *,
    things: str,
    notes: Iterable[str] = (),
) -> Finding:
    """How the area compares with a peer group: rate, place, and the others taken together."""
    counted = review.peer_counts(selection, group, comparison.period)
    return peers_of(review, spec, comparison, counted, group, things=things, notes=notes)


def peers_of(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    counted: Counted,
    group: str,
    *,
    things: str,
    heading: str = "Offences",
    notes: Iterable[str] = (),
) -> Finding:
    """A comparison with peers of counts already at hand.

    Parameters
    ----------
    counted : Counted
        area, is_own, count, population, population_year, as `Review.peer_counts` gives them.
    things, heading : str
        What is counted, in a sentence and over its column.
    """
    members = review.peer_group(group)
    result = peers.compare(counted.table)
    year = int(counted.table["population_year"].max())
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.peers, things=things, members=members.label),
        chart=charts.ranked_bars,
        comparison=comparison,
        sources=counted.sources,
        columns={**PEER_COLUMNS, "count": heading},
        caption=(
            f"{capital(things)} per 1,000 residents in the period – "
            f"{capital(members.label)}, {comparison.period.label}; residents of mid-{year}; "
            "line = 95% interval"
        ),
        method=method_of(result),
        notes=[*notes, *resident_notes(year, comparison), *membership_notes(members)],
        measure=f"{things} per 1,000 residents",
        unit="per 1,000 residents in the period",
        tile=partial(_place_tile, things=things, members=members.label),
    )


def mix_finding(
    review: Review, spec: Spec, comparison: Comparison, selection: str, *, subject: str
) -> Finding:
    """Which offences make up a group, with Wilson intervals of the shares."""
    counted = review.offences_by_month(selection, comparison.period, by="offence")
    totals = counted.table.groupby("offence", as_index=False)["count"].sum()
    if len(totals) < 2:
        raise NotAvailable("police_extract", f"the open data hold {subject} as one kind")
    totals = totals[totals["count"] > 0].assign(total=totals["count"].sum())
    result = measures.proportion(totals).sort_values("count", ascending=False, ignore_index=True)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.mix, label="offence", subject=subject),
        chart=partial(charts.sorted_bars, label="offence"),
        comparison=comparison,
        sources=counted.sources,
        columns={
            "offence": "Offence",
            "count": "Offences",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=where(review, f"{capital(subject)} by offence", comparison.period.label),
        method=method_of(result),
        measure=subject,
    )


def control_finding(
    review: Review, spec: Spec, comparison: Comparison, selection: str, *, subject: str
) -> Finding:
    """Whether recent months lie outside what the series usually does (XmR control chart)."""
    counted = review.offences_by_month(selection)
    months = counted.table[counted.table["month"] <= comparison.period.month_list()[-1]]
    chart = control.control_chart(months, series=_series(selection))
    if chart.stage == "none":
        raise NotAvailable(OFFENCE_SOURCES, chart.reason)
    result = chart.table.assign(
        lower=chart.table["lower_limit"],
        upper=chart.table["upper_limit"],
        is_provisional=chart.stage != "adjusted",
        false_signal_rate=chart.false_signal_rate,
    )
    first, last = months["month"].min(), months["month"].max()
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.control, subject=subject),
        chart=charts.control_chart,
        comparison=comparison,
        sources=counted.sources,
        columns={
            "month": "Month",
            "count": "Offences",
            "value": "Per day, adjusted",
            "signal": "Signal",
        },
        caption=where(review, f"{capital(subject)} by month", span(first, last)),
        method=chart.method,
        definition="Rules: " + "; ".join(chart.rules) if chart.rules else "",
        measure=subject,
    )


def where(review: Review, what: str, when: str) -> str:
    """A caption: what, then where and when (the page sets the second part smaller)."""
    return f"{what} – {review.area.name}, {when}"


def newest_year(years: Iterable[str], period: Period) -> str:
    """The newest financial or school year ('2006/07') that begins before the period ends."""
    known = sorted(set(years))
    inside = [y for y in known if int(y[:4]) * 12 + 3 <= period.last]
    return (inside or known)[-1]


def span(first: str, last: str) -> str:
    """Words for the months from first to last."""
    return Period.parse(f"{first}/{last}").label


def capital(text: str) -> str:
    """The text with its first letter upper case."""
    return text[:1].upper() + text[1:]


def method_of(result: pd.DataFrame) -> str:
    """The methods that the rows of a result were made with, each once."""
    if "method" not in result:
        return ""
    return "; ".join(dict.fromkeys(m for m in result["method"].dropna() if m))


def resident_notes(year: int, comparison: Comparison) -> list[str]:
    """Says so when the newest estimate of residents is older than the period."""
    wanted = comparison.period.midpoint.year
    if year == wanted:
        return []
    return [
        f"Residents are of mid-{year}, the nearest estimate in this workspace "
        f"to {comparison.period.label}."
    ]


def membership_notes(members) -> list[str]:
    """The date of the peer group's membership, and how its members were chosen."""
    dated = [f"Group membership as of {members.as_of}."] if members.as_of else []
    return [*dated, members.note] if members.note else dated


def break_notes(selection: str | Iterable[str], comparison: Comparison) -> list[str]:
    """The breaks of a series, or of all, between the two periods that the reader must know of.

    A break inside a group (burglary's new categories within recorded crime) leaves its sum alone.
    """
    names = {"all", *([selection] if isinstance(selection, str) else selection)}
    found = [
        b.reason
        for name in sorted(names)
        for b in breaks.crossing(name, comparison.period, comparison.compare)
    ]
    return list(dict.fromkeys(found))


def _series(selection: str | Iterable[str]) -> str:
    return selection if isinstance(selection, str) else "all"


def _place_tile(table: pd.DataFrame, things: str, members: str) -> dict[str, str] | None:
    own = table[table["is_own"]].iloc[0]
    if pd.isna(own["rank"]):
        return None
    rank, of = int(own["rank"]), int(own["of"])
    ties = int((table["rank"] == own["rank"]).sum())
    place = formats.place(rank, of, ties=ties)
    label = f"{things} per 1,000 residents, among {of} {members}"
    limits = [own["rank_lower"], own["rank_upper"]]
    if not any(pd.isna(limit) for limit in limits):
        # Counted from the same end as the place that is named.
        ends = [int(limit) for limit in limits]
        if place.endswith("highest"):
            ends = [of + 1 - end for end in reversed(ends)]
        if ends[0] != ends[1]:
            label += f" (95% interval of the place {ends[0]} to {ends[1]})"
    return {"value": formats.capital(place), "label": label}


def rate_tile(table: pd.DataFrame, things: str, period: str) -> dict[str, str] | None:
    """A count with its rate as a headline figure."""
    row = table.iloc[0]
    if pd.isna(row["count"]):
        return None
    limits = formats.interval(row["lower"], row["upper"])
    return {
        "value": formats.count(row["count"]),
        "label": f"{things}, {period}: {formats.rate(row['rate'])} per 1,000 residents "
        f"(95% interval {limits})",
    }
