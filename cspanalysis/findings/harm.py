"""Harm: what the severity of recorded crimes adds up to, its change, its mix, and peers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.findings.shapes import changes, rankings
from cspanalysis.findings.shapes.change_wording import interval_of
from cspanalysis.present import charts
from cspanalysis.present.charts.share_pairs import share_pairs
from cspanalysis.present.phrases import MOST_NAMED, confidence, first, get, size
from cspanalysis.review import official_codes, official_counts, peer_tallies, severity_weights
from cspanalysis.review.official_counts import Official
from cspanalysis.review.official_tables import HOME_OFFICE, ONS
from cspanalysis.review.review import OFFENCE_SOURCES
from cspanalysis.review.series import Series
from cspanalysis.review.severity_weights import Weights
from cspanalysis.stats import harm_sums as statistics

CRIME = "recorded crime"
UNIT = "points of severity"
ROUGH = (
    "The street-level files tell thirteen kinds of crime. Each is weighted with the average of the "
    "offences in it, as often as they were recorded in England and Wales in 2017/18; that rape, "
    "assault and threats stand under one kind makes the figure rough, and the interval wide. It "
    "cannot show that the offences within a kind became graver."
)

#: Official tables by partnership, the one that tells codes first.
OFFICIAL = (HOME_OFFICE, ONS)
ROUGH_LINES = (
    "The statisticians' tables tell some twenty kinds of crime and no codes of offences. Each is "
    "weighted with the average of its offences, as often as they were recorded in England and "
    "Wales in 2017/18, which makes the figure rough; the interval allows for it. The Home Office's "
    "table would tell the codes."
)

MIX_COLUMNS = {
    "kind": "Kind of crime",
    "count": "Crimes",
    "compare_share": "Share of crimes",
    "harm": "Harm",
    "share": "Share of harm",
    "interval": "95% interval of the share of harm",
}

harm_question = partial(
    question, needs=OFFENCE_SOURCES, measure="harm of recorded crime", unit=UNIT
)


@harm_question(
    "harm.change",
    "Did the harm of recorded crime rise or fall?",
    fewer_is_better=True,
    role="change",
)
def change(ask: Question) -> Finding:
    """Severity weight × count against the same months of the year before."""
    crimes, weights = _weighted(ask, ask.period, ask.compare)
    result = statistics.change(crimes.rows, list(crimes.coverage.months), ask.period, ask.compare)
    result = in_whole_points(result)
    volume = changes.compared(ask, _unweighted(crimes))
    result = changes.judged(ask, crimes, result).assign(
        area=ask.review.area.name,
        crimes_ratio=volume["ratio"].to_numpy(),
        crimes_verdict=volume["verdict"].to_numpy(),
    )
    return ask.publish(
        result,
        series=_told(crimes, weights),
        subject="harm of recorded crime",
        wording=change_told,
        compared=True,
        columns=_change_columns(ask.comparison),
        what="Harm of recorded crime",
        notes=[*_unweighted_notes(crimes, ask.period, ask.compare),
               *changes.break_notes(crimes, ask.comparison)],
    )  # fmt: skip


@harm_question(
    "harm.mix",
    "Which crimes cause the harm?",
    would_show="which crimes cause the harm",
    role="parts",
)
def mix(ask: Question) -> Finding:
    """Share of each kind of crime in all harm beside its share of all crimes."""
    crimes, weights = _weighted(ask, ask.period)
    rows = crimes.inside(ask.period)
    if not (rows["count"].where(rows["weight"].notna(), 0) > 0).any():
        raise NotAvailable((), f"no {CRIME} in {ask.period.label}")
    table = in_whole_points(statistics.shares(rows, "kind"))
    return ask.publish(
        table,
        series=_told(crimes, weights),
        subject="harm of recorded crime by kind",
        wording=mix_told,
        chart=partial(share_pairs, label="kind", names=("of crimes", "of harm")),
        columns=MIX_COLUMNS,
        what="Harm by kind of crime",
        notes=_unweighted_notes(crimes, ask.period),
    )


@harm_question(
    "harm.official.change",
    "Did the harm of recorded crime rise or fall in the official figures?",
    needs=OFFICIAL,
    fewer_is_better=True,
    once=True,
    role="change",
)
def official_change(ask: Question) -> Finding:
    """The newest official year against the one before, each offence weighted by its code."""
    found, at, rows, weights = official_rows(ask)
    now, before = (within(found, rows, p) for p in (at.period, at.compare))
    known = rows[rows["weight"].notna()]
    scaled = known.assign(count=statistics.scaled(known, [now, before]), offence=known["code"])
    result = statistics.of_parts(
        now, before, at.period, at.compare,
        found.of(scaled).variance(at.period, at.period.months),
    )  # fmt: skip
    volume = found.compared(at.period, at.compare)
    result = in_whole_points(result).assign(
        area=ask.review.area.name,
        crimes_ratio=volume["ratio"].to_numpy(),
        crimes_verdict=volume["verdict"].to_numpy(),
    )
    return ask.publish(
        result,
        sources=(*found.sources, *weights.sources),
        subject="harm of recorded crime",
        wording=partial(change_told, subject=f"harm of {found.subject}"),
        over=at,
        compared=True,
        columns=_change_columns(at),
        what="Harm of recorded crime, official figures",
        when=at.period.label,
        definition=definition_of(weights),
        notes=[*found.notes, *codes_notes(pd.concat([now, before]))],
    )


@harm_question(
    "harm.official.mix",
    "Which crimes cause the harm in the official figures?",
    needs=OFFICIAL,
    would_show="which crimes cause the harm in the official figures",
    once=True,
    role="parts",
)
def official_mix(ask: Question) -> Finding:
    """Share of each group of offences in all harm, each offence weighted by its code."""
    found, at, rows, weights = official_rows(ask)
    now = within(found, rows, at.period)
    now = now.assign(kind=now["kind"].replace("", "in no group"))
    table = statistics.shares(now[now["count"] > 0], "kind")
    return ask.publish(
        in_whole_points(table),
        sources=(*found.sources, *weights.sources),
        subject="harm of recorded crime by kind",
        wording=mix_told,
        chart=partial(share_pairs, label="kind", names=("of crimes", "of harm")),
        over=at.period,
        columns=MIX_COLUMNS,
        what="Harm by kind of crime, official figures",
        when=at.period.label,
        definition=definition_of(weights),
        notes=[*found.notes, *codes_notes(now)],
    )


@harm_question(
    "harm.peers.{group}",
    "How does the harm of recorded crime compare with the other {members}?",
    needs="police_uk",
    unit="points of severity per 1,000 residents in the period",
    fewer_is_better=True,
    role="peers",
)
def peers(ask: Question, group: str) -> Finding:
    """Harm per 1,000 residents of every area of a peer group, by the street-level files."""
    members = ask.review.peer_group(group)
    kinds = offences.members(CRIME, offences.POLICE_UK)
    weights = severity_weights.weights(ask.review.store, kinds, offences.POLICE_UK)
    of = weights.of.set_index("offence")
    tables = [
        peer_tallies.from_open_data(
            ask.review.store, ask.review.area, members, kind, ask.period
        ).assign(offence=kind, **of.loc[kind].to_dict())
        for kind in kinds
        if not pd.isna(of.loc[kind, "weight"])
    ]
    if not tables:
        raise NotAvailable(("severity",), "the weights name none of its kinds of crime")
    residents = tables[0][["area", "is_own", "population", "population_year"]]
    result = in_whole_points(statistics.compare(pd.concat(tables, ignore_index=True), residents))
    year = int(residents["population_year"].max())
    return ask.publish(
        result,
        sources=("police_uk", *weights.sources, "population"),
        subject="harm of recorded crime per 1,000 residents",
        wording=partial(rankings.peers_told, things=UNIT, members=members.label),
        chart=charts.ranked_bars,
        columns={**rankings.PEER_COLUMNS, "count": "Crimes", "harm": "Harm"},
        caption=(
            f"Harm of recorded crime per 1,000 residents – {present.capital(members.label)}, "
            f"{ask.period.label}; residents of {ask.review.residents_of(year)}; "
            "line = 95% interval"
        ),
        definition=definition_of(weights),
        notes=[
            ROUGH,
            *rankings.resident_notes(ask, year),
            *rankings.few_residents_notes(result),
        ],
    )


def change_told(table: pd.DataFrame, *, subject: str = "harm of recorded crime") -> Said:
    """Whether harm rose or fell, beside the number of crimes.

    `table`: one row of `stats.harm_sums.change` with crimes_ratio, crimes_verdict.
    """
    row = first(table)
    if get(row, "lower") is None:
        return cannot(f"the {subject}", row, "change")
    when = present.earlier(row["period"], row["compare"])
    verdict = row["verdict"]
    limits = f"{confidence(row)} interval {interval_of(row)}"
    sums = f"{present.count(row['compare_harm'])} {UNIT} {when} to {present.count(row['harm'])}"
    if verdict in ("up", "down"):
        verb, side = ("rose", "more") if verdict == "up" else ("fell", "less")
        per_day = "" if row["days"] == row["compare_days"] else " a day"
        text = (
            f"The {subject} {verb} from {sums}, {size(row['percent_change'])} per "
            f"cent {side}{per_day} ({limits})."
        )
    else:
        text = (
            f"There was no clear change in the {subject}: {present.count(row['harm'])}"
            f" {UNIT} against {present.count(row['compare_harm'])} {when} ({limits})."
        )
    text += f" {_volume_told(row)}"
    caution = str(get(row, "caution", ""))
    text += f" {present.capital(caution)}" if caution else ""
    keys = ("percent_change", "ratio", "lower", "upper", "p", "confidence")
    return Said(text, verdict=verdict, values=values_of(row, *keys), status=row["status"])


def mix_told(table: pd.DataFrame) -> Said:
    """The kinds that cause the most harm, and those that cause more than their number says.

    `table`: what `stats.harm_sums.shares` gives.
    """
    if table.empty or table["share"].isna().all():
        return cannot("harm", first(table), "share")
    rows = table.assign(kind=[offences.said(kind) for kind in table["kind"]]).to_dict("records")
    lead = rows[0]
    limits = present.percent_interval(lead["lower"], lead["upper"])
    text = (
        f"{present.capital(present.shorten(lead['kind'], 60))} made up "
        f"{present.share(lead['share'])} of the harm of recorded crime ({confidence(lead)} interval"
        f" {limits}) and {present.share(lead['compare_share'])} of crimes."
    )
    further = [
        f"{present.shorten(r['kind'], 60)} ({present.share(r['share'])} of harm, "
        f"{present.share(r['compare_share'])} of crimes)"
        for r in rows[1:4]
    ]
    text += f" Next come {present.listed(further)}." if further else ""
    small = [r["kind"] for r in rows if r["verdict"] == "lower"]
    if small:
        text += (
            " A smaller share of harm than of crimes have "
            f"{present.listed(small, 4, 'further kinds')}."
        )
    return Said(text, values=values_of(lead, "share", "lower", "upper", "confidence"))


def _volume_told(row: Mapping[str, Any]) -> str:
    counts = f"from {present.count(row['compare_count'])} to {present.count(row['count'])}"
    verb = {"up": "rose", "down": "fell"}.get(row["crimes_verdict"])
    if verb:
        return f"Crimes that have a weight {verb} {counts}."
    return f"Crimes that have a weight went {counts}, no clear change."


def _weighted(ask: Question, *periods: Period) -> tuple[Series, Weights]:
    """Recorded crime by month and offence with the weight of each: columns weight, spread."""
    crimes = ask.series(CRIME, *periods)
    names = crimes.rows["offence"].unique()
    weights = severity_weights.weights(ask.review.store, names, crimes.scheme)
    rows = crimes.rows.merge(weights.of, on="offence", how="left")
    return crimes.of(rows), weights


def _change_columns(over: Comparison) -> dict[str, str]:
    earlier = present.earlier(over.period.iso, over.compare.iso)
    told = changes.columns(over)
    return {
        "compare_harm": f"Harm {earlier}",
        "harm": "Harm now",
        **{key: told[key] for key in ("percent_change", "ratio", "interval")},
        "compare_count": f"Crimes {earlier}",
        "count": "Crimes now",
    }


def official_rows(ask: Question) -> tuple[Official, Comparison, pd.DataFrame, Weights]:
    """The newest official year, and its counts by span and code with the weight of each."""
    store, area = ask.review.store, ask.review.area
    found, at = official_counts.newest(store, area, CRIME, ask.period, ask.compare)
    if found.sources == (HOME_OFFICE,):
        rows = official_codes.by_code(store, area, found)
    else:
        rows = official_codes.by_line(store, area, found, at.period, at.compare)
        found = replace(found, notes=(*found.notes, ROUGH_LINES))
    weights = weights_of(ask, found, rows["code"])
    return found, at, rows.merge(weights.of, on="code", how="left"), weights


def weights_of(ask: Question, found: Official, codes: Iterable[str]) -> Weights:
    """The weights of a table's codes, or of its lines where it tells none; column `code`."""
    if found.sources == (HOME_OFFICE,):
        return severity_weights.by_code(ask.review.store, codes)
    lines = severity_weights.weights(ask.review.store, codes, offences.ONS_CSP)
    return lines._replace(of=lines.of.rename(columns={"offence": "code"}))


def within(found: Official, rows: pd.DataFrame, period: Period) -> pd.DataFrame:
    spans = set(found.inside(period)["span"])
    return rows[rows["span"].isin(spans)]


def codes_notes(rows: pd.DataFrame) -> list[str]:
    """Codes that no weight is known for, newer than the weights."""
    rows = rows[rows["weight"].isna() & rows["count"].ne(0)]
    if rows.empty:
        return []
    counts = rows.groupby("code")["count"].sum().sort_values(ascending=False, kind="stable")
    named = [f"{code or 'no code'} ({present.count(n)})" for code, n in counts.items()]
    return [
        f"{present.plural(int(counts.sum()), 'offence')} of a code without a weight count nowhere "
        f"here: {present.listed(named, MOST_NAMED, 'further codes')}."
    ]


def in_whole_points(result: pd.DataFrame) -> pd.DataFrame:
    """Harm in whole points: of sums in the millions nobody reads a tenth."""
    named = [c for c in ("harm", "compare_harm", "total_harm") if c in result]
    return result.assign(**{c: result[c].round() for c in named})


def _unweighted(crimes: Series) -> Series:
    """The same crimes as a plain count, of those that have a weight."""
    return crimes.of(crimes.rows[crimes.rows["weight"].notna()])


def _told(crimes: Series, weights: Weights) -> Series:
    """What is said of the series: the weights as its definition, and what makes it rough."""
    rough = [ROUGH] if crimes.scheme == offences.POLICE_UK else _broad_notes(crimes)
    return replace(
        crimes,
        unit=UNIT,
        sources=(*crimes.sources, *weights.sources),
        definition=definition_of(weights),
        notes=(*crimes.notes, *rough),
    )


def definition_of(weights: Weights) -> str:
    return f"Harm is the number of crimes times the weight of their offence, by {weights.named}."


def _broad_notes(crimes: Series) -> list[str]:
    """How many crimes bear a label of several codes, whose weight is a mean."""
    known = crimes.rows[crimes.rows["weight"].notna()]
    total = known["count"].sum()
    if not total or not (broad := known.loc[known["spread"] > 0, "count"].sum()):
        return []
    return [
        f"{present.capital(present.share(broad / total))} of the crimes bear a label that holds "
        "several offences; they are weighted with their average, as often as those were recorded "
        "in England and Wales in 2017/18, which makes the figure rougher and its interval wider."
    ]


def _unweighted_notes(crimes: Series, *periods: Period) -> Iterable[str]:
    """Crimes that are recorded and have no weight, so that they count in no harm."""
    months = {m for p in periods for m in p.month_list()}
    rows = crimes.rows[crimes.rows["weight"].isna() & crimes.rows["month"].isin(months)]
    counts = rows.groupby("offence")["count"].sum().sort_values(ascending=False, kind="stable")
    counts = counts[counts > 0]
    if counts.empty:
        return []
    named = [f"'{present.shorten(n, 60)}' ({present.count(c)})" for n, c in counts.items()]
    return [
        f"{present.plural(int(counts.sum()), 'crime')} of an offence without a weight count "
        f"nowhere here: {present.listed(named, MOST_NAMED, 'further labels')}."
    ]
