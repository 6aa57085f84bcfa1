"""Chapter 05, violence: how much, compared with whom, and the night-time economy."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import charts, formats, narrative
from cspanalysis.analysis import change, measures, night
from cspanalysis.analysis.night import NightTime
from cspanalysis.chapters import common, grouped, series
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.periods import Comparison, Period
from cspanalysis.review import OFFENCE_SOURCES, Review

NTE = "night-time economy violence"

#: So many labels of premises a sentence names.
MOST_LABELS = 6

#: What street-level files lack for it.
NO_TIME = "hold no time of day"


@finding(
    "violence.change",
    title="Did violent crime rise or fall?",
    needs=OFFENCE_SOURCES,
    measure="violent crime",
    unit="offences",
    polarity="lower_is_better",
    would_show="whether violent crime rose or fell",
)
def violent_crime_change(
    review: Review, offences: str = "violent crime", *, comparison: Comparison, spec: Spec
) -> Finding:
    """Violent crime against the same months of the year before."""
    return common.change_finding(review, spec, comparison, offences, subject=offences)


@finding(
    "violence.mix",
    title="What does violent crime consist of?",
    needs=OFFENCE_SOURCES,
    measure="share of violent crime",
    unit="offences",
    would_show="what violent crime consists of",
)
def violent_crime_mix(
    review: Review, offences: str = "violent crime", *, comparison: Comparison, spec: Spec
) -> Finding:
    """Shares of the offences in violent crime."""
    return common.mix_finding(review, spec, comparison, offences, subject=offences)


@finding(
    "violence.peers.{group}",
    title="How does violent crime compare with the other {members}?",
    needs=("peer_counts", "police_uk"),
    measure="violent crime per 1,000 residents",
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="how violent crime compares with the peers",
)
def violent_crime_peers(
    review: Review,
    group: str,
    offences: str = "violent crime",
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Violent crime per 1,000 residents among a peer group."""
    return common.peers_finding(
        review, spec, comparison, offences, group, things="violent offences"
    )


@finding(
    "violence.nte.change",
    title="Did night-time economy violence rise or fall?",
    needs="police_extract",
    measure=NTE,
    unit="offences",
    polarity="lower_is_better",
    would_show="whether night-time economy violence rose or fell",
)
def nte_change(
    review: Review,
    definition: NightTime | None = None,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Night-time economy violence against the same months of the year before, both definitions."""
    definition = definition or review.night_time
    review.source_of(comparison.period, comparison.compare, lacks=NO_TIME)
    classified = _classified(review, definition)
    covered = review.covered("police_extract")
    by_month = series.monthly(classified[classified["is_night_time"]], covered)
    result = _settled(series.compared(by_month, comparison), classified, comparison)
    notes = _premises_notes(classified, comparison.period)
    if definition.core is not None:
        core = series.monthly(classified[classified["is_core"]], covered)
        second = series.compared(core, comparison).iloc[0]
        notes.append(
            f"Under the narrower second definition ({definition.core.definition}) there are "
            f"{int(second['count']):,} against {int(second['compare_count']):,} "
            f"{common.earlier(comparison)}."
        )
    now = classified[comparison.period.contains(classified["month"])]
    account = night.summary(now, definition).iloc[0]
    notes.append(
        f"{int(account['untimed']):,} of {int(account['total']):,} offences "
        f"({formats.listed(definition.offences)}) in {comparison.period.label} without a usable "
        f"start time cannot be counted; {int(account['midnight_exact']):,} with a start exactly "
        "at midnight may have it by default."
    )
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.change, subject=NTE),
        comparison=comparison,
        compared=True,
        sources=("police_extract",),
        columns=common.change_columns(comparison),
        caption=common.where(review, common.capital(NTE), comparison.period.label),
        method=common.method_of(result),
        definition=definition.definition,
        notes=notes,
    )


@finding(
    "violence.nte.years",
    title="How did night-time economy violence develop over the years?",
    needs="police_extract",
    measure=NTE,
    unit="offences",
    polarity="lower_is_better",
    would_show="how night-time economy violence developed over the years",
)
def nte_years(review: Review, definition: NightTime | None = None, *, spec: Spec) -> Finding:
    """Night-time economy violence by financial year."""
    definition = definition or review.night_time
    classified = _classified(review, definition)
    return series.years_of(
        review,
        spec,
        series.monthly(classified[classified["is_night_time"]], review.covered("police_extract")),
        subject=NTE,
        things="Offences",
        sources=("police_extract",),
        definition=definition.definition,
    )


@finding(
    "violence.town_centres.years",
    title="How did violence in town centres develop over the years?",
    needs="police_extract",
    measure="violence in town centres",
    unit="offences",
    polarity="lower_is_better",
    would_show="how violence in town centres developed over the years",
)
def town_centre_years(review: Review, offences: str = "violent crime", *, spec: Spec) -> Finding:
    """Violent crime flagged as in a town centre, at any hour, by financial year."""
    table = review.records(offences, lacks="do not say what lies in a town centre").table
    if table["is_town_centre"].isna().all():
        raise NotAvailable("police_extract", "the records do not say what lies in a town centre")
    return series.years_of(
        review,
        spec,
        series.monthly(
            table[table["is_town_centre"].fillna(False).astype(bool)],
            review.covered("police_extract"),
        ),
        subject=f"{offences} in town centres",
        things="Offences",
        sources=("police_extract",),
    )


@finding(
    "violence.nte.town_centre_share",
    title="How much night-time violence happens in town centres?",
    needs="police_extract",
    measure=f"share of {NTE} in town centres",
    unit="share",
    would_show="how much night-time economy violence happens in town centres",
)
def nte_town_centre_share(
    review: Review,
    definition: NightTime | None = None,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Share of night-time economy violence in town centres, with a Wilson interval."""
    definition = definition or review.night_time
    classified = _classified(review, definition, comparison.period)
    if classified["is_town_centre"].isna().all():
        raise NotAvailable("police_extract", "the records do not say what lies in a town centre")
    table = pd.DataFrame(
        {
            "count": [int(classified["is_town_centre_night"].sum())],
            "total": [int(classified["is_night_time"].sum())],
        }
    )
    if not table["total"].iloc[0]:
        raise NotAvailable((), f"no {NTE} in {comparison.period.label}")
    result = measures.proportion(table)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.share, subject=f"{NTE} offences", of="took place in town centres"),
        comparison=comparison,
        sources=("police_extract",),
        columns={
            "count": "In town centres",
            "total": "All",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=common.where(
            review, f"{common.capital(NTE)} in town centres", comparison.period.label
        ),
        method=common.method_of(result),
        definition=definition.definition,
    )


@finding(
    "violence.nte.week",
    title="On which nights and at what hours?",
    needs="police_extract",
    measure="violence by hour and weekday",
    unit="offences",
    would_show="on which nights and at what hours violence happens",
)
def nte_week(
    review: Review,
    definition: NightTime | None = None,
    *,
    comparison: Comparison,
    spec: Spec,
) -> Finding:
    """Violence outside the home by hour and weekday; shows whether the night hours fit."""
    definition = definition or review.night_time
    classified = _classified(review, definition, comparison.period)
    week = night.week(classified, mask=classified["is_night_time"])
    if not week["count"].any():
        raise NotAvailable((), f"no {NTE} in {comparison.period.label}")
    # Only hours of the night can hold any; the others would double the table.
    hours = week.groupby("hour")["count"].transform("sum") > 0
    result = week.loc[hours, ["weekday", "hour", "count"]].reset_index(drop=True)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.hours, subject=f"{NTE} offences"),
        chart=charts.heatmap,
        comparison=comparison,
        sources=("police_extract",),
        columns={"weekday": "Day", "hour": "Hour", "count": "Offences"},
        caption=common.where(
            review,
            f"{common.capital(NTE)} by weekday and hour",
            f"{comparison.period.label}; {charts.ROWS_KEY}",
        ),
        method="counts by weekday and hour of the clock",
        definition=definition.definition,
        notes=("A night belongs to the date of its 18:00; hours are clock hours.",),
    )


@finding(
    "violence.nte.peers.{group}",
    title="How does night-time economy violence compare with the other {members}?",
    needs="peer_counts",
    measure=f"{NTE} per 1,000 residents",
    unit="per 1,000 residents in the period",
    polarity="lower_is_better",
    would_show="how night-time economy violence compares with the peers",
)
def nte_peers(review: Review, group: str, *, comparison: Comparison, spec: Spec) -> Finding:
    """Night-time economy violence among a peer group, as the partner counted it."""
    return grouped.partner_peers(review, spec, comparison, NTE, group, things=f"{NTE} offences")


def _classified(review: Review, definition: NightTime, *periods: Period) -> pd.DataFrame:
    records = review.records(definition.offences, *periods, lacks=NO_TIME).table
    classified = night.classify(records, definition)
    # What no record tells is not known to be 0.
    if len(records) and not classified["has_time"].any():
        raise NotAvailable("police_extract", "the records hold no time of day")
    if len(records) and definition.premises and records["premises"].isna().all():
        raise NotAvailable("police_extract", "the records do not say in what kind of place")
    if classified["has_strange_premises"].any() and not classified["is_night_time"].any():
        raise NotAvailable(
            (),
            "the definition asks for places of the kind "
            f"{' or '.join(definition.premises)}, and the records name places in "
            f"words that are not known: {_strange(classified)}. What they mean can be said in "
            "partnership.toml under [sources.police_extract.values.premises]",
        )
    return classified


def _strange(classified: pd.DataFrame) -> str:
    """The labels of premises that are not known, with the records that would else count."""
    found = classified.loc[classified["has_strange_premises"], "premises"].value_counts()
    named = [f"'{formats.shorten(label, 60)}' ({n:,})" for label, n in found.items()]
    return formats.listed(named, MOST_LABELS, "further labels")


def _premises_notes(classified: pd.DataFrame, period: Period) -> list[str]:
    now = classified[period.contains(classified["month"])]
    count = int(now["has_strange_premises"].sum())
    if not count:
        return []
    return [
        f"Not counted are {formats.plural(count, 'record')} of {period.label} whose kind of place "
        f"is not known: {_strange(now)}."
    ]


def _settled(
    result: pd.DataFrame, classified: pd.DataFrame, comparison: Comparison
) -> pd.DataFrame:
    """The change, withheld where records of places of an unknown kind could be what makes it."""
    now, before = (
        int(classified.loc[p.contains(classified["month"]), "has_strange_premises"].sum())
        for p in (comparison.period, comparison.compare)
    )
    if not common.is_unsettled(result, now, before):
        return result
    return change.withheld(
        result, f"the kind of place is not known of records with {_strange(classified)}"
    )
