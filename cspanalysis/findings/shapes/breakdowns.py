"""What a whole is made up of: by a column, by place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.present import charts
from cspanalysis.present.phrases import (
    first,
    hidden_note,
    shown,
)
from cspanalysis.review.series import Series
from cspanalysis.stats import concentration as statistics
from cspanalysis.stats import measures


def breakdown(
    ask: Publication,
    series: Series,
    label: str,
    heading: str,
    things: str,
    *,
    top: int = 3,
    whole: Series | None = None,
    notes: Iterable[str] = (),
) -> Finding:
    """What a series consists of in the period: counts by a column, with Wilson intervals.

    Parameters
    ----------
    label, heading : str
        Column of the rows, and its heading for readers.
    things : str
        Heading of the counts: 'Fires'.
    top : int
        How many parts the sentence names.
    whole : Series, optional
        What the parts are shares of, where it is counted by itself.

    Raises
    ------
    NotAvailable
        If the period is not covered, or nothing was recorded in it.
    """
    rows = series.inside(ask.period)
    counts = rows.groupby(label)["count"].sum() if "count" in rows else rows.groupby(label).size()
    counts = counts[counts > 0]
    if counts.empty:
        raise NotAvailable((), f"no {series.subject} in {ask.period.label}")
    total = counts.sum() if whole is None else whole.count(ask.period)
    totals = counts.rename("count").reset_index().assign(**series.area, total=total)
    result = measures.proportion(totals)
    result = result.sort_values(["count", label], ascending=[False, True], ignore_index=True)
    return ask.publish(
        result,
        role="parts",
        series=series,
        wording=partial(parts_told, label=label, subject=series.named, top=top),
        chart=partial(charts.sorted_bars, label=label),
        columns={label: heading, "count": things, "share": "Share", "interval": "95% interval"},
        what=f"{series.subject} by {heading.lower()}",
        notes=notes,
    )


def places(
    ask: Publication, series: Series, *, top: int = 10, notes: Iterable[str] = ()
) -> Finding:
    """Top places with their share of all incidents, and how concentrated the incidents are."""
    incidents = series.inside(ask.period)
    if incidents.empty:
        raise NotAvailable((), f"no {series.subject} in {ask.period.label}")
    result = measures.proportion(statistics.top_places(incidents, n=top))
    spread = statistics.concentration(incidents).iloc[0]
    result = result.assign(gini=spread["gini"], share_top_5=spread["share_top_5"])
    concentrated = (
        f"The ten places with the most hold {present.share(spread['share_top_10'])} of what could "
        f"be located; adjusted Gini {present.number(spread['gini'], 2)} (0: as evenly spread as so "
        "few can be, 1: all at one place)."
    )
    return ask.publish(
        result,
        role="where",
        series=series,
        wording=partial(places_told, subject=series.subject),
        chart=charts.places_bars,
        columns={
            "place": "Place",
            "count": "Offences",
            "share": f"Share of all {series.subject}",
            "interval": "95% interval",
        },
        what=f"{series.subject} by place",
        notes=[*notes, concentrated],
    )


def places_told(table: pd.DataFrame, *, subject: str, label: str = "place") -> Said:
    """The place with the most cases, and the share of the top five.

    `table`: a row per place, most first: `label`, count, share (0 to 1) and total of all cases;
    optional is_generic (a label that stands for many places) and, the same on every row,
    share_top_5. `subject`: what happened there: 'purse dipping'.
    """
    rows = shown(table, "count").sort_values("count", ascending=False, kind="stable")
    rows = rows[rows["count"] > 0]
    if rows.empty:
        return cannot(subject, first(table), "place")
    generic = rows["is_generic"].eq(True) if "is_generic" in rows else rows["count"].lt(0)
    single = rows[~generic]
    total = rows["total"].iloc[0] if "total" in rows else None
    parts = []
    values = {}
    if not single.empty:
        lead = single.iloc[0]
        tied = single[single["count"] == lead["count"]]
        values = {"count": lead["count"]}
        of = f" of {present.count(total)}" if total is not None else ""
        cases = f"{present.count(lead['count'])}{of}"
        if len(tied) > 3:
            parts.append(
                f"No single place stands out for {subject}: {len(tied)} places share the first "
                f"place with {cases} each."
            )
        elif len(tied) > 1:
            names = present.listed(present.shorten(n, 60) for n in tied[label])
            parts.append(f"{names} had the most {subject}, {cases} each.")
        else:
            values |= {"share": lead["share"]} if "share" in lead else {}
            share = f" ({present.share(lead['share'])})" if "share" in lead else ""
            name = present.shorten(lead[label], 60)
            parts.append(f"{name} had the most {subject}: {cases}{share}.")
    if "share_top_5" in rows and len(rows) >= 5:
        top_five = present.share(rows["share_top_5"].iloc[0])
        parts.append(f"The five places with the most hold {top_five} of all cases.")
    if generic.any():
        vague = [f"'{present.shorten(n, 60)}'" for n in rows.loc[generic, label].head(3)]
        verb = "is a label" if generic.sum() == 1 else "are labels"
        parts.append(f"{present.listed(vague)} {verb} that can stand for many places.")
    return Said(" ".join(parts), values=values)


def parts_told(table: pd.DataFrame, *, subject: str, label: str = "offence", top: int = 3) -> Said:
    """The largest parts of a whole with their shares.

    `table`: a row per part: `label`, count, share (0 to 1), optional total. `subject`: the whole:
    'recorded crime'. `top`: how many parts are named.
    """
    parts = shown(table, "share").sort_values("count", ascending=False, kind="stable")
    parts = parts[parts["count"] > 0]
    if parts.empty:
        return cannot(subject, first(table), "breakdown")
    rows = parts.head(top).to_dict("records")
    lead = rows[0]
    total = f" of {present.count(lead['total'])}" if "total" in lead else ""
    text = (
        f"{present.capital(present.shorten(lead[label], 60))} made up "
        f"{present.share(lead['share'])} of {subject} ({present.count(lead['count'])}{total})"
    )
    rest = [f"{present.shorten(r[label], 60)} {present.share(r['share'])}" for r in rows[1:]]
    text += f", {present.listed(rest)}." if rest else "."
    values = {"count": lead["count"], "share": lead["share"]}
    values |= values_of(lead, "lower", "upper", "confidence")
    return Said(text + hidden_note(table, "part"), values=values)
