"""Places: how crime is spread over small areas, and on which streets it is recorded.

From street-level files, which are open data, so that nothing is hidden. A small area is an LSOA of
the Census, some 1,500 residents; one with few crimes is described and not ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.errors import NotAvailable
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
from cspanalysis.findings.place_wording import concentration_told, top_told
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding
from cspanalysis.findings.shapes.breakdowns import places_told
from cspanalysis.present import charts
from cspanalysis.review import named_streets, small_areas
from cspanalysis.stats import concentration as statistics
from cspanalysis.stats import measures


@place_question(
    "places.concentration",
    "How concentrated is crime on few places?",
    measure="share of recorded crime in the tenth of small areas with most",
    unit="share",
    would_show="what share of crime the tenth of small areas with most of it has",
    role="where",
)
def concentration(
    ask: Question,
    kinds: Sequence[str] = (
        *("recorded crime", "anti-social behaviour", "burglary", "vehicle crime", "shoplifting"),
        *("violence and sexual offences", "criminal damage and arson", "robbery", "drugs"),
    ),
) -> Finding:
    """Share in the tenth of small areas with most, with limits, beside what chance would give."""
    rows, found = [], None
    for kind in kinds:
        one = counted(ask.review, kind, ask.period)
        found = found or one
        table = statistics.top_tenth(one.by_month(ask.period).to_numpy())
        rows.append(table.assign(offence=kind))
    result = pd.concat(rows, ignore_index=True)
    if found is None or result["status"].ne("ok").all():
        raise NotAvailable((), f"nothing was recorded in {ask.period.label}")
    return ask.publish(
        result,
        sources=sources_of(found),
        wording=concentration_told,
        chart=partial(charts.shares_with_intervals, label="offence", order="table"),
        columns={
            "offence": "Kind of crime",
            "total": "Recorded",
            "count": "In the tenth with most",
            "share": "Share",
            "interval": "95% interval",
            "share_by_chance": "By chance alone",
            "gini": "Gini of all small areas",
            "gini_by_chance": "By chance alone",
        },
        what="Share of crimes in the tenth of small areas with most",
        when=f"{ask.period.label}; line = 95% interval, of kinds with crimes enough for one",
        definition=f"{SMALL} Small areas without any crime count, too. By chance alone: if each "
        "crime had fallen on any of them alike.",
        notes=notes_of(ask, found),
    )


@place_question(
    "places.top",
    "Which small areas have most recorded crime?",
    measure="recorded crime by small area",
    role="where",
)
def top(ask: Question, offences: str | Sequence[str] = "recorded crime") -> Finding:
    """All small areas with their counts, on a map where there are outlines."""
    return _where(ask, offences, named(offences))


@place_question(
    "places.{name}.map",
    "Where {is} {plain} recorded?",
    measure="{subject} by small area",
    would_show="in which small areas {plain} {is} recorded",
    role="where",
)
def map_of(
    ask: Question,
    name: str,
    offences: str | Sequence[str] = "",
    *,
    subject: str = "",
) -> Finding:
    """One kind of crime by small area, as `top`: `places.map_of(review, "shoplifting")`.

    Parameters
    ----------
    name : str
        For the id: 'shoplifting', 'antisocial'.
    offences : str or sequence of str, optional
        Offences or groups that street-level files tell; by default the name.
    subject : str
        How a sentence names it; by default the offences.
    """
    unit = taxonomy.things(str(offences or name)).split()[-1]
    asked = replace(ask, spec=replace(ask.spec, unit=unit)) if unit == "incidents" else ask
    return _where(asked, offences or name, subject or str(offences or name))


@place_question(
    "places.streets",
    "On or near which streets is most crime recorded?",
    measure="recorded crime by named street",
    role="where",
)
def streets(ask: Question, offences: str | Sequence[str] = "recorded crime") -> Finding:
    """Named streets with most; labels that stand for many places (a parking area) apart."""
    found = counted(ask.review, offences, ask.period)
    rows = named_streets.alike(ask.review.store, ask.review.area, found, ask.period)
    # Towns have streets of one name; a label that many places share stands for all of them.
    ward = rows["lsoa_code"].map(found.places.set_index("lsoa_code")["ward"])
    street, is_one = named_streets.named(rows["place"], ward)
    is_named = (street != "").fillna(False).astype(bool)
    if not is_named.any():
        raise NotAvailable(small_areas.SOURCE, "the files name no street")
    every = rows.assign(place=street)[is_named]
    every = statistics.top_places(every.loc[every.index.repeat(every["count"])], n=len(rows))
    every["is_generic"] = ~every["place"].isin(set(street[is_one]))
    head = every[every["count"] >= FEWEST].groupby("is_generic").head(TOP)
    result = measures.proportion(head if len(head) else every.head(1)).reset_index(drop=True)
    lost, of = int(rows.loc[~is_named, "count"].sum()), int(rows["count"].sum())
    notes = [
        f"{present.count(lost)} of {present.count(of)} records name no street, and are not "
        "among these."
    ] if lost else []  # fmt: skip
    return ask.publish(
        result,
        sources=sources_of(found),
        wording=partial(places_told, subject=named(offences)),
        chart=partial(charts.places_bars, top=2 * TOP),
        columns={
            "place": "Street or kind of place",
            "count": "Crimes",
            "share": "Share",
            "interval": "95% interval",
        },
        what=f"{named(offences)} by street",
        definition=f"{named_streets.DEFINITION} Grey: labels that many places share. Streets are "
        "told apart by ward.",
        notes=[*notes, *notes_of(ask, found)],
    )


def _where(ask: Question, offences: str | Sequence[str], subject: str) -> Finding:
    found = counted(ask.review, offences, ask.period)
    table = labelled(found.of(ask.period))
    total = int(table["count"].sum())
    if not total:
        raise NotAvailable((), f"no {subject} with a place in {ask.period.label}")
    table = measures.proportion(table.assign(total=total))
    table = table.sort_values(["count", "lsoa_code"], ascending=[False, True], ignore_index=True)
    columns, sources = {"share": "Share", "interval": "95% interval"}, sources_of(found)
    people, when = small_areas.with_residents(ask.review.store, table, ask.period)
    table, of_rates, notes = rated(found, table, people, when)
    if of_rates:
        columns, sources = {"share": "Share", **of_rates}, [*sources, "population"]
    return ask.publish(
        numbered(table).drop(columns="codes"),
        sources=sources,
        wording=partial(top_told, subject=subject, fewest=FEWEST, top=tenth(len(table))),
        chart=partial(draw, kind="lsoa", code="lsoa_code", review=ask.review),
        columns={
            **on_map(ask.review, "lsoa", table["lsoa_code"]),
            "place": "Small area",
            "ward": "Ward",
            **district_column(table),
            "count": "Recorded",
            **columns,
        },
        what=f"{subject} by small area",
        method=method_of_rates(table),
        definition=SMALL,
        notes=[*notes, *notes_of(ask, found)],
    )
