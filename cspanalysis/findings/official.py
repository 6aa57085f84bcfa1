"""Recorded crime by the official tables: change, years, mix, and the place among all partnerships.

The tables come late and by quarter or year; what a finding is of is said in its sentence. Where
they cannot answer for a partnership, because its offences are recorded under none, the street-level
files do, and the reason is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import breaks
from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.areas import PeerGroup
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import overview
from cspanalysis.findings.publication import method_of
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, values_of
from cspanalysis.findings.shapes import rankings
from cspanalysis.findings.shapes.change_wording import ratio_interval
from cspanalysis.present import charts, phrases, suppliers
from cspanalysis.review import official_counts, official_peers, official_tables
from cspanalysis.review.official_counts import Official
from cspanalysis.review.official_tables import ONS, SCHEMES
from cspanalysis.review.series import Series
from cspanalysis.stats import measures, peers, yearly

NATION = official_peers.NATION.key

#: From so many areas on a ranking is drawn as one line of them all, and its table is cut.
MANY = 40
#: Fewer years make no line: two are the change.
FEWEST_YEARS = 3
#: Rows of a long ranking that are shown: at each end, and on each side of the own area.
AT_THE_ENDS, AROUND = 5, 7

official_question = partial(
    question, needs=tuple(SCHEMES), unit="offences", fewer_is_better=True, once=True
)
rate_question = partial(official_question, unit="per 1,000 residents in the period")


@official_question(
    "official.{offences}.change",
    "Did {offences} rise or fall in the official figures?",
    role="change",
)
def change(ask: Question, offences: str = "recorded crime") -> Finding:
    """The newest official year, or the quarters of it that there are, against the year before."""
    return changed(ask, offences)


@official_question(
    "official.offence_groups.change",
    "Which kinds of crime rose or fell in the official figures?",
    measure="recorded crime by kind",
    role="parts",
)
def changes(ask: Question) -> Finding:
    """Every group of offences that the newest official table tells apart."""
    at, series = _official(ask, taxonomy.ALL)
    whole = _parts(ask, series)
    by_kind = {
        kind: whole.of(
            rows, kind, selection=official_counts.canonical(kind), offences=(kind,), notes=()
        )
        for kind, rows in whole.rows.groupby("kind", sort=False)
        if kind
    }
    counts, notes = {}, [*series.notes]
    for kind, of_kind in by_kind.items():
        try:
            counts[kind] = (of_kind.count(at.period), of_kind.count(at.compare))
        except NotAvailable:
            notes.append(f"Of {kind} there is no figure for both periods.")
    # What was recorded long ago only (burglary by its categories of before 2017) is no kind of now.
    order = sorted((k for k, n in counts.items() if any(n)), key=lambda k: -counts[k][0])
    return at.changes(
        {kind: by_kind[kind] for kind in order},
        label="offence",
        heading="Offence",
        subject=series.subject,
        items="kinds of crime",
        notes=notes,
    )


@official_question(
    "official.mix",
    "Which offences make up recorded crime in the official figures?",
    measure="share of recorded crime",
    fewer_is_better=None,
    role="parts",
)
def mix(ask: Question) -> Finding:
    """Shares of the official groups or lines in recorded crime, with Wilson intervals."""
    at, series = _official(ask, taxonomy.ALL)
    whole = _parts(ask, series, at.comparison.period)
    named = whole.rows.assign(offence=whole.rows["kind"].replace({"": "code in no group"}))
    whole = whole.of(named, series.subject, notes=series.notes)
    return at.breakdown(whole, "offence", "Offence", "Offences")


@official_question(
    "official.{offences}.years",
    "How did {offences} develop over the years in the official figures?",
    measure="{offences} by year",
    role="trend",
)
def years(ask: Question, offences: str = "recorded crime") -> Finding:
    """Every whole year of the table, from 2002/03 on where it has them."""
    series, table = _longest(ask, offences)
    since = _since(series, table)
    run = table[table["span"] >= since]
    sound = run[run["count"].notna()]
    result = measures.count_interval(table).assign(change_verdict="none", confidence=0.95)
    method = ""
    if len(sound) >= FEWEST_YEARS:
        variance = series.variance(ask.period)
        compared = yearly.first_to_last(sound, exposure="days", year="span", variance=variance)
        tested = compared.iloc[0]
        result = result.assign(
            **{c: tested[c] for c in tested.index if str(c).startswith("change_")},
            compared_from=sound["label"].iloc[0],
            not_estimated=tested["not_estimated"],
        )
        method = yearly.method_of_change(compared)
    broken = breaks.crossing(
        series.known_as,
        Period.parse(f"{table['span'].iloc[0][:7]}/{table['span'].iloc[-1][8:]}"),
        scheme=series.scheme,
    )
    gaps = table.loc[table["count"].isna(), "reason"]
    return ask.publish(
        result,
        series=series,
        wording=partial(years_told, subject=series.subject),
        chart=partial(charts.trend_line, x="label", value="count", decimals=0),
        over=Period.parse(f"{table['span'].iloc[0][:7]}/{table['span'].iloc[-1][8:]}"),
        columns={
            "label": "Year",
            "count": "Offences",
            "lower": "Lower limit",
            "upper": "Upper limit",
            "reason": "Why not counted",
        },
        what=f"{series.subject} by year",
        when=f"{table['label'].iloc[0]} to {table['label'].iloc[-1]}; line = 95% interval",
        method="; ".join(filter(None, (method_of(result), method))),
        notes=[
            *phrases.chance_alone(result),
            *(b.reason for b in broken),
            *dict.fromkeys(f"{present.capital(g)}." for g in gaps),
        ],
    )


@rate_question(
    "official.{offences}.peers.{group}",
    "How does {offences} compare with the other {members} in the official figures?",
    measure="{offences} per 1,000 residents",
    role="peers",
)
def rates(ask: Question, group: str, offences: str = "recorded crime") -> Finding:
    """Crimes per 1,000 residents of every area of a group, 'nation' for all partnerships."""
    return ranked(ask, group, offences)


def changed(
    ask: Question, offences: str, *, prefix: str = "", notes: Iterable[str] = ()
) -> Finding:
    """The newest official year or quarters of some offences against the year before.

    `prefix`: what a sentence says before the offences: 'recorded '.
    """
    at, series, told = _counted(ask, offences)
    # Beside the street-level files' figures, which are others of the same name.
    named = series.of(series.rows, f"{prefix}{series.subject} in the official figures")
    return at.change(named, notes=[*told, *notes])


def ranked(ask: Question, group: str, offences: str, *, notes: Iterable[str] = ()) -> Finding:
    """Offences per 1,000 residents of every area of a group by the official counts.

    Burglary of homes is per 1,000 households where the tables state them.
    """
    at, beside, members = _beside(ask, group, offences)
    things = taxonomy.things(offences)
    result = peers.compare(beside.table)
    is_long, per = len(result) > MANY, beside.per
    columns = {
        **rankings.PEER_COLUMNS,
        "population": present.capital(per),
        "rate": f"Per 1,000 {per}",
    }
    found = at.publish(
        result,
        sources=beside.sources,
        subject=f"{things} per 1,000 {per}",
        unit=f"per 1,000 {per} in the period",
        wording=partial(
            place_told,
            things=things,
            members=members.label,
            period=at.period if at.period != ask.period else None,
            per=per,
        ),
        chart=charts.ranked_line if is_long else charts.ranked_bars,
        columns=columns,
        caption=(
            f"{present.capital(things)} per 1,000 {per} in the period – "
            f"{present.capital(members.label)}, {at.period.label}; {per} "
            f"{beside.residents}" + ("" if is_long else "; line = 95% interval")
        ),
        role="peers",
        notes=[
            *notes,
            *beside.notes,
            *(rankings.few_residents_notes(result) if per == "residents" else []),
            *rankings.membership_notes(members),
            *rankings.chance_notes(result),
            *([cut_note(len(result))] if is_long else []),
        ],
        tile=partial(_place_tile, things=things, members=members.label, period=at.period, per=per),
    )
    if not is_long or not found.table:
        return found
    return replace(found, table=present.table(around(found.rows), columns))


@rate_question(
    "official.{offences}.funnel.{group}",
    "Does {offences} stand out among the {members} in the official figures?",
    measure="{offences} per 1,000 residents",
    would_show="whether the rate lies outside what size and chance explain",
    role="peers",
)
def funnel(ask: Question, group: str, offences: str = "recorded crime") -> Finding:
    """Funnel of a group by the official counts, widened for the usual differences between areas."""
    at, beside, members = _beside(ask, group, offences)
    things = taxonomy.things(offences)
    # Where hardly anybody lives a rate per resident would stretch the picture and mean little.
    few = (beside.table["population"] < rankings.FEW_RESIDENTS) & ~beside.table["is_own"]
    result = peers.funnel(beside.table[~few].reset_index(drop=True))
    is_long = len(result) > MANY
    columns = {
        "area": "Area",
        "population": "Residents",
        "rate": "Per 1,000 residents",
        "limit_lower": "Expected from",
        "limit_upper": "to",
        "against_others": "Against that (at which level)",
    }
    found = at.publish(
        result,
        sources=beside.sources,
        wording=partial(overview.funnel_told, things=things, members=members.label),
        chart=partial(charts.funnel, lines=peers.funnel_lines(result)),
        columns=columns,
        caption=(
            f"{present.capital(things)} per 1,000 residents by size of the area – "
            f"{present.capital(members.label)}, {at.period.label}; residents "
            f"{beside.residents}; lines = 95% and 99.8% limits"
        ),
        notes=[
            *beside.notes,
            *rankings.few_residents_notes(result),
            *left_out(beside.table[few]),
            *([cut_note(len(result))] if is_long else []),
        ],
    )
    if not is_long or not found.table:
        return found
    return replace(found, table=present.table(around(found.rows.sort_values("rate")), columns))


def _official(ask: Question, offences: str) -> tuple[Question, Official]:
    review = ask.review
    series, comparison = official_counts.newest(
        review.store, review.area, offences, ask.period, ask.compare
    )
    return _at(ask, comparison), series


def _at(ask: Question, comparison: Comparison) -> Question:
    """The question asked of the time that the official figures are of."""
    return replace(ask, comparison=replace(comparison, is_window=ask.comparison.is_window))


def _counted(ask: Question, offences: str) -> tuple[Question, Series, tuple[str, ...]]:
    """The official counts; where they fail, the street-level files or the extract, and why."""
    try:
        return *_official(ask, offences), ()
    except NotAvailable as missing:
        if not missing.detail:
            raise
        try:
            series = ask.series(offences)
        except (NotAvailable, UsageError):
            raise missing from None
        why = f"The official table does not answer: {missing.detail.rstrip('.')}."
        by = f", by {suppliers.held(series.sources[0])[0]}"
        title = ask.spec.title.replace(" in the official figures", by)
        return replace(ask, spec=replace(ask.spec, title=title)), series, (why,)


def _parts(ask: Question, series: Official, *periods: Period) -> Official:
    """The parts of all recorded crime: in overlapping lines those that add up to it."""
    if series.sources != (ONS,):
        return series
    review = ask.review
    return official_counts.series(
        review.store, review.area, official_counts.LINES, *periods,
        subject=series.subject, source=ONS,
    )  # fmt: skip


def _longest(ask: Question, offences: str) -> tuple[Official, pd.DataFrame]:
    """The table with the most whole years by the end of the period."""
    review, best = ask.review, None
    seen: list[str] = []
    for source in SCHEMES:
        if not review.store.has(source):
            continue
        try:
            series = official_counts.series(review.store, review.area, offences, source=source)
        except NotAvailable as missing:
            seen.append(missing.detail)
            continue
        table = series.by_year(ask.period)
        known = int(table["count"].notna().sum())
        if known and (best is None or known > int(best[1]["count"].notna().sum())):
            first = table["count"].first_valid_index()
            best = series, table.loc[first:].reset_index(drop=True)
    if best is None or best[1]["count"].notna().sum() < FEWEST_YEARS:
        held = "; ".join(filter(None, seen))
        few = f"it holds fewer than {present.in_words(FEWEST_YEARS)} whole years"
        there = official_tables.has_any(review.store)
        raise NotAvailable(tuple(SCHEMES), held or few * there)
    return best


def _since(series: Official, table: pd.DataFrame) -> str:
    """The first span after the newest change of definition: years before it are not compared."""
    starts = [
        b.first for b in breaks.of_series(series.known_as, series.scheme) if b.kind == "change"
    ]
    last = table.loc[table["count"].notna(), "span"].iloc[-1]
    passed = [s for s in starts if s < last[:7]]
    return max(passed, default="")


def _beside(
    ask: Question, group: str, offences: str
) -> tuple[Question, official_peers.Beside, PeerGroup]:
    at, series = _official(ask, offences)
    members = official_peers.NATION if group == NATION else ask.review.peer_group(group)
    review = ask.review
    found = official_peers.beside(review.store, review.area, series, at.period, members)
    return at, found, members


def place_told(
    table: pd.DataFrame, *, things: str, members: str, period: Period | None, per: str
) -> Said:
    said = rankings.peers_told(table, things=things, members=members, per=per)
    if period is None:
        return said
    return replace(said, text=f"{said.text} The figures are of {period.label}.")


def _place_tile(
    table: pd.DataFrame, *, things: str, members: str, period: Period, per: str
) -> dict[str, str] | None:
    tile = rankings.place_tile(table, things=things, members=members, per=per)
    return tile and {**tile, "label": f"{tile['label']}, {period.label}"}


def around(rows: pd.DataFrame) -> pd.DataFrame:
    """Of a long ranking the ends and the own area's neighbours, in order."""
    at = int(np.flatnonzero(rows["is_own"].to_numpy(bool))[0])
    n = len(rows)
    keep = {*range(AT_THE_ENDS), *range(n - AT_THE_ENDS, n), *range(at - AROUND, at + AROUND + 1)}
    return rows.iloc[[i for i in range(n) if i in keep]]


def left_out(few: pd.DataFrame) -> list[str]:
    if few.empty:
        return []
    return [f"Left out, with hardly any residents: {present.listed(few['area'])}."]


def cut_note(n: int) -> str:
    return (
        f"The table shows the lowest and the highest rates and those next to the area; all "
        f"{present.count(n)} are in findings.json."
    )


def years_told(table: pd.DataFrame, *, subject: str) -> Said:
    """The newest year, the highest and the lowest, and the change since definitions last changed.

    `table`: a row per year: label, count (missing where a year cannot be used), and on every row
    change_ratio, change_lower, change_upper, change_verdict and compared_from, where known.
    """
    known = phrases.shown(table, "count")
    last = known.iloc[-1]
    text = f"{present.capital(subject)}: {_of_year(last)}."
    if len(known) > 2:
        high, low = known.loc[known["count"].idxmax()], known.loc[known["count"].idxmin()]
        text += (
            f" Of {present.in_words(len(known))} years {high['label']} has the most "
            f"({present.count(high['count'])}) and {low['label']} the fewest "
            f"({present.count(low['count'])})."
        )
    verdict = str(phrases.get(last, "change_verdict", "none"))
    if verdict != "none":
        limits = ratio_interval(last["change_lower"], last["change_upper"])
        since = known[known["label"] == last["compared_from"]].iloc[0]
        verb = {"up": "There were more", "down": "There were fewer"}.get(verdict)
        against = f"in {since['label']} ({present.count(since['count'])}; 95% interval {limits})"
        if verb:
            text += f" {verb} than {against}."
        else:
            text += f" That is not clearly different from the figure {against}."
    values = {"count": last["count"], **values_of(last, "confidence")}
    if verdict != "none":
        since_count = known.loc[known["label"] == last["compared_from"], "count"].iloc[0]
        values |= {
            "compare_count": since_count,
            "ratio": last["change_ratio"],
            "lower": last["change_lower"],
            "upper": last["change_upper"],
        }
    return Said(text, verdict=verdict, values=values)


def _of_year(row: pd.Series) -> str:
    return f"{present.count(row['count'])} in {row['label']}"
