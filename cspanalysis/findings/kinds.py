"""Every kind of crime that the data tell apart: changes, months, and the area among its peers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.areas import PeerGroup
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.overview import crime_question, rate_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.findings.shapes import change_wording, changes
from cspanalysis.findings.shapes.rankings import (
    few_residents_notes,
    membership_notes,
    resident_notes,
)
from cspanalysis.present import charts, phrases
from cspanalysis.present.phrases import MOST_NAMED, by_chance, number_of, shown
from cspanalysis.review.series import Series
from cspanalysis.stats import change, measures
from cspanalysis.stats.control import FALSE_SIGNAL_RATE

PEER_SOURCES = ("peer_counts", "police_uk")
KINDS = "kinds of crime"

#: The newest months of which a sentence speaks, as beside a control chart.
NEWEST = 6

#: Verdict of a change → the word in a table.
CHANGED = {"up": "rose", "down": "fell", "no_clear_change": "no clear change"}


@crime_question("overview.{name}.change", "Did {kind} rise or fall?")
def kind_change(ask: Question, name: str, kind: str) -> Finding:
    """One kind of crime against the same months of the year before."""
    return ask.change(_kind(ask, kind))


@crime_question(
    "overview.{name}.months",
    "Is the latest half year of {kind} out of the ordinary?",
    measure="{kind} per day",
    unit="offences per day",
    would_show="whether recent months of {kind} are out of the ordinary",
    once=True,
)
def kind_months(ask: Question, name: str, kind: str) -> Finding:
    """Control chart of one kind of crime."""
    return ask.control(_kind(ask, kind))


@crime_question(
    "overview.{name}.years",
    "How did {kind} develop over the years?",
    measure="{kind} by financial year",
    once=True,
)
def kind_years(ask: Question, name: str, kind: str) -> Finding:
    """One kind of crime by financial year, where there is more than the year before."""
    series = _kind(ask, kind)
    if len(series.by_financial_year(ask.review.period)) < 3:
        raise NotAvailable(series.sources, "it covers fewer than three whole financial years")
    return ask.years(series, "Offences")


@rate_question(
    "overview.{name}.peers.{group}",
    "How {do} {kind} compare with the other {members}?",
    needs=PEER_SOURCES,
)
def kind_peers(ask: Question, name: str, kind: str, group: str) -> Finding:
    """One kind of crime per 1,000 residents among a peer group."""
    return ask.peers(kind, group, things=taxonomy.things(kind))


@crime_question(
    "overview.kinds.change",
    "Which kinds of crime rose or fell?",
    measure="recorded crime by kind",
    role="parts",
)
def kinds_change(ask: Question) -> Finding:
    """Each kind of crime with its count, rate and change, the most frequent first.

    Its parts are the change of each kind and, of the review's own period, its financial years.
    """
    kinds = _kinds(ask)
    result = change.together(
        pd.concat(
            [changes.compared(ask, s).assign(offence=kind) for kind, s in kinds.items()],
            ignore_index=True,
        )
    )
    notes = []
    try:
        residents, year = ask.review.residents(ask.period)
    except NotAvailable:
        result["rate"] = float("nan")
    else:
        rated = measures.rate(result[["count"]].assign(population=residents), per=1000)
        result = result.assign(rate=rated["rate"], rate_per=1000, population=residents)
        of = ask.review.residents_of(year)
        notes = [
            f"Rates are per 1,000 residents ({present.count(residents)}, {of}) in the period.",
            *resident_notes(ask, year),
        ]
    result = result.assign(
        change_text=result["verdict"].map(CHANGED).where(result["status"] != "not_comparable", "")
    )
    parts = [kind_change(ask.review, taxonomy.slug(k), k, over=ask.comparison, part=True)
             for k in kinds]  # fmt: skip
    if not ask.comparison.is_window:
        parts += [kind_years(ask.review, taxonomy.slug(k), k, part=True) for k in kinds]
    every = list(kinds.values())
    broken = [n for s in every for n in changes.break_notes(s, ask.comparison)]
    found = ask.publish(
        result,
        series=every[0].of(every[0].rows, "recorded crime by kind", notes=()),
        sources=(*every[0].sources, *(["population"] if notes else [])),
        subject="recorded crime by kind",
        wording=partial(change_wording.changes, label="offence", subject=KINDS, items=KINDS),
        chart=partial(charts.change_intervals, label="offence"),
        compared=True,
        columns={
            "offence": "Kind of crime",
            "count": "Now",
            "rate": "Per 1,000 residents",
            "compare_count": present.capital(ask.earlier),
            "percent_change": changes.change_heading(ask.comparison),
            "interval": "95% interval of the ratio",
            "change_text": "Verdict",
        },
        what="Change in each kind of crime",
        when=f"{ask.period.label} against {ask.compare.label}; {charts.CHANGES_KEY}",
        notes=[*notes, *dict.fromkeys(broken), *phrases.chance_alone(result)],
    )
    return replace(found, parts=tuple(parts))


@crime_question(
    "overview.kinds.months",
    "Which kinds of crime are out of the ordinary?",
    measure="recorded crime by kind and month",
    unit="offences",
    would_show="whether recent months of any kind of crime are out of the ordinary",
    once=True,
    role="trend",
)
def kinds_months(ask: Question) -> Finding:
    """Months of each kind of crime, and the newest six that its control chart marks."""
    kinds = _kinds(ask)
    parts = [kind_months(ask.review, taxonomy.slug(kind), kind, part=True) for kind in kinds]
    rows = []
    for (kind, series), part in zip(kinds.items(), parts, strict=True):
        months = series.by_month[series.by_month["month"] <= ask.period.month_list()[-1]]
        is_judged = part.status == "ok"
        sides = _marked(part.rows) if is_judged else {}
        rows.append(
            months.assign(
                offence=kind,
                is_judged=is_judged,
                is_signal=months["month"].isin(sides),
                direction=[sides.get(month, "") for month in months["month"]],
            )
        )
    result = pd.concat(rows, ignore_index=True)
    held = sorted(set(result["month"]))
    first = next(iter(kinds.values()))
    found = ask.publish(
        result,
        series=first.of(first.rows, "recorded crime by kind", notes=()),
        subject="recorded crime by kind",
        wording=kinds_months_told,
        chart=partial(charts.small_lines, label="offence"),
        columns={"offence": "Kind of crime", "month": "Month", "count": "Offences"},
        what="Each kind of crime by month",
        when=f"{present.period(f'{held[0]}/{held[-1]}')}; each to a scale of its own from 0; "
        "bold = the newest month, ◆ = out of the ordinary",
        method="XmR chart of offences per day of each kind, as in its own finding",
    )
    return replace(found, parts=tuple(parts))


def _marked(chart: pd.DataFrame) -> dict[str, str]:
    """The marked months among the newest six of a control chart, each with its side."""
    newest = chart.sort_values("month").tail(NEWEST)
    marked = newest[newest["is_signal"]]
    return dict(zip(marked["month"], marked["direction"], strict=True))


def kinds_months_told(table: pd.DataFrame) -> Said:
    """Which kinds have a month out of the ordinary among their newest six.

    `table`: a row per kind and month: offence, month, count, is_judged (the kind has a chart that
    is not provisional), is_signal (marked, among the newest six), direction ('above', 'below').
    """
    judged = table[table["is_judged"]]
    kinds = list(dict.fromkeys(judged["offence"]))
    whole = table["offence"].nunique()
    if not kinds:
        return Said(
            "No month of any kind of crime is judged: that needs 36 months in a row that can be "
            "compared, and enough offences a month.",
            status="too_few",
        )
    months = sorted(set(table["month"]))[-NEWEST:]
    span = present.period(f"{months[0]}/{months[-1]}")
    marked = judged[judged["is_signal"]]
    names = []
    for kind, rows in marked.groupby("offence", sort=False):
        when = present.runs(rows["month"])
        sides = " and ".join(dict.fromkeys(f"{d} the usual" for d in rows["direction"] if d))
        names.append(f"{kind} ({when}{', ' + sides if sides else ''})")
    n = number_of(len(kinds), "kind of crime", KINDS)
    if not names:
        text = f"In the newest six months ({span}) none of the {n} judged is out of the ordinary."
    else:
        is_are = "is" if len(names) == 1 else "are"
        text = (
            f"In the newest six months ({span}) {present.listed(names, MOST_NAMED)} {is_are} out "
            f"of the ordinary, of {n} judged."
        )
        chance = len(kinds) * FALSE_SIGNAL_RATE
        about = present.in_words(round(chance)) if chance >= 0.5 else "fewer than one"
        text += f" If nothing had changed, about {about} of them would be marked by chance."
    if rest := whole - len(kinds):
        what = "kind is" if rest == 1 else "kinds are"
        text += f" {present.capital(present.in_words(rest))} further {what} too rare to be judged."
    return Said(text, values={"count": len(names)})


@rate_question(
    "overview.kinds.peers.{group}",
    "For which kinds of crime does the area stand out among the {members}?",
    needs=PEER_SOURCES,
    measure="recorded crime by kind per 1,000 residents",
    would_show="for which kinds of crime the area stands out",
    role="peers",
)
def kinds_peers(ask: Question, group: str) -> Finding:
    """Each kind of crime per 1,000 residents against the others of a peer group together."""
    members = ask.review.peer_group(group)
    parts = [
        kind_peers(ask.review, taxonomy.slug(k), k, group, over=ask.comparison, part=True)
        for k in _kinds(ask)
    ]
    found = {k: part for k, part in zip(_kinds(ask), parts, strict=True) if len(part.rows)}
    if not found:
        raise NotAvailable(PEER_SOURCES, "no kind of crime is counted in the others")
    rows = [p.rows[p.rows["is_own"]].assign(offence=kind) for kind, p in found.items()]
    year = int(max(p.rows["population_year"].max() for p in found.values()))
    used = dict.fromkeys(s["source"] for p in found.values() for s in p.sources)
    result = pd.concat(rows, ignore_index=True).sort_values(
        "count", ascending=False, ignore_index=True
    )
    made = ask.publish(
        result,
        sources=tuple(used),
        subject="recorded crime by kind per 1,000 residents",
        wording=partial(kinds_peers_told, members=members),
        chart=partial(charts.against_others, label="offence"),
        columns={
            "offence": "Kind of crime",
            "count": "Offences",
            "rate": "Per 1,000 residents",
            "interval": "95% interval",
            "others_rate": "The others together",
            "rank_of": "Place, 1 is lowest",
            "rank_interval": "95% interval of the place",
            "against_others": "Against all others (at which level)",
        },
        caption=(
            f"Rate of each kind of crime against the others together – {ask.review.area.name} "
            f"among the {members.label}, {ask.period.label}; residents of "
            f"{ask.review.residents_of(year)}; line = 95% interval, filled dot = clear difference"
        ),
        notes=[
            *resident_notes(ask, year),
            *few_residents_notes(result),
            *membership_notes(members),
        ],
    )
    return replace(made, parts=tuple(parts))


def kinds_peers_told(table: pd.DataFrame, *, members: PeerGroup) -> Said:
    """For which kinds the area lies clearly above or below the others taken together.

    `table`: a row per kind: offence, rate, rate_per, others_rate, rank (1 is lowest), of, verdict
    (lower, similar, higher: the interval of the rate against the others' pooled rate); optional
    is_widened, verdict_widened (the same, allowing for how much the peers differ).
    """
    rows = shown(table, "rate")
    judged = rows[rows["verdict"].isin(["lower", "similar", "higher"])]
    if judged.empty:
        return Said(f"No kind of crime can be compared with the {members.label}.",
                    status="not_available")  # fmt: skip
    of = int(judged["of"].max())
    others = f"the other {present.in_words(of - 1)} {members.label}" if of > 2 else "the other one"
    clear = []
    for verdict, word in (("higher", "above"), ("lower", "below")):
        found = judged[judged["verdict"] == verdict].to_dict("records")
        found.sort(key=lambda row: (not _end(row), -_distance(row)))
        if found:
            named = present.listed([_beside(row) for row in found], MOST_NAMED)
            one = found[0]["offence"] if len(found) == 1 else "kinds"
            clear.append(f"{named} {present.verb('lie', one)} clearly {word}")
    n, similar = len(judged), int(judged["verdict"].eq("similar").sum())
    per = present.count(judged["rate_per"].iloc[0])
    against = f"Per {per} residents, against {others} together"
    if not clear:
        which = f"none of the {present.in_words(n)} {KINDS}" if n > 1 else "the one kind known"
        return Said(f"{against}, {which} is {'' if n > 1 else 'not '}clearly different.")
    text = f"{against}: {'; '.join(clear)}.{_beyond(judged)}"
    if similar:
        text += f" For {present.in_words(similar)} of {present.in_words(n)} {KINDS} there is no "
        text += "clear difference."
    return Said(text + by_chance(n))


def _beyond(judged: pd.DataFrame) -> str:
    """Which of the kinds that differ do so by more than the peers themselves; '' not known."""
    if "is_widened" not in judged or not judged["is_widened"].any():
        return ""
    clear = judged[judged["verdict"] != "similar"]
    wide = clear.loc[clear["verdict_widened"] != "similar", "offence"].tolist()
    if not wide:
        return " None of them differs by more than is usual among them."
    names = present.capital(present.listed(wide, MOST_NAMED))
    verb = present.verb("differ", wide[0] if len(wide) == 1 else "kinds")
    return f" {names} {verb} by more than is usual among them."


def _distance(row: Mapping[str, Any]) -> float:
    """How far a rate lies from the others', the same for twice as for half of it."""
    if not row["rate"] or not row["others_rate"]:
        return math.inf
    return abs(math.log(row["rate"] / row["others_rate"]))


def _end(row: Mapping[str, Any]) -> str:
    """'highest' or 'lowest' where the area alone is at an end of the places."""
    rank, of = row["rank"], int(row["of"])
    if present.is_missing(rank) or row["is_tied"] or int(rank) not in (1, of):
        return ""
    return "lowest" if int(rank) == 1 else "highest"


def _beside(row: Mapping[str, Any]) -> str:
    """'possession of weapons (1.2 against 0.8, the highest of twelve)'."""
    rates = f"{present.rate(row['rate'])} against {present.rate(row['others_rate'])}"
    if end := _end(row):
        rates += f", the {end} of {present.in_words(int(row['of']))}"
    return f"{row['offence']} ({rates})"


def _kinds(ask: Question) -> dict[str, Series]:
    """The kinds of recorded crime with any record in the two periods, the most frequent first."""
    crimes = ask.series(taxonomy.ALL)
    known = set(taxonomy.kinds(crimes.scheme).values())
    inside = crimes.rows[
        ask.period.contains(crimes.rows["month"]) | ask.compare.contains(crimes.rows["month"])
    ]
    counts = inside.groupby("kind")["count"].sum()
    order = sorted((k for k in counts.index if k in known), key=lambda k: (-counts[k], k))
    if len(order) < 2:
        raise NotAvailable(crimes.sources, "it tells no kinds of crime apart")
    return {kind: _of_kind(crimes, kind) for kind in order}


def _kind(ask: Question, kind: str) -> Series:
    return _of_kind(ask.series(taxonomy.ALL), kind)


def _of_kind(crimes: Series, kind: str) -> Series:
    """The crimes of one kind: kinds share recorded crime out, so that none counts twice."""
    kinds = taxonomy.kinds(crimes.scheme)
    return crimes.of(
        crimes.rows[crimes.rows["kind"] == kind],
        taxonomy.said(kind),
        selection=kind,
        offences=tuple(o for o in crimes.offences or () if kinds.get(o, o) == kind),
    )
