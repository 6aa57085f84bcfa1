"""At a glance: a row for each subject, and what of them stands out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences as taxonomy
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import call_log
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.findings.shapes import changes
from cspanalysis.findings.shapes.change_wording import SMALL_BASE
from cspanalysis.findings.shapes.rankings import (
    few_residents_notes,
    merged_notes,
    resident_notes,
)
from cspanalysis.present import charts
from cspanalysis.present.phrases import shown
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.review.series import Series
from cspanalysis.stats import peers

#: So many subjects a table holds that is taken in at a glance; of the kinds of crime those of most.
MOST_SUBJECTS = 16

#: So many months the line of a subject goes back.
LINE_MONTHS = 24

#: A subject of this many incidents in a period or fewer is shown and never singled out.
FEW = SMALL_BASE

ASB = "anti-social behaviour"

NO_PEERS = (
    "The records behind the table at a glance hold no other area, so that none of its rates stands "
    "beside that of peers."
)

#: Verdicts of the two comparisons → the words of their cell.
_WORDS = {
    "up": "rising", "down": "falling", "no_clear_change": "not clear", "none": "–",
    "higher": "higher", "lower": "lower", "similar": "similar",
}  # fmt: skip
_COLUMNS = {
    "subject": "Subject",
    "count": "Count",
    "rate": "Per 1,000 residents",
    "others_rate": "Peers together",
    "rank_of": "Place, 1 is lowest",
    "against_peers": "Against peers",
    "compare_count": "A year earlier",
    "percent_change": "Change, per cent",
    "trend": "Change",
}

glance_question = partial(question, needs=OFFENCE_SOURCES, unit="incidents", once=True)


@glance_question(
    "glance.table",
    "How does the area stand at a glance?",
    measure="recorded crime and anti-social behaviour",
    fewer_is_better=True,
    would_show="count, rate, change and place of each kind of crime",
)
def table(ask: Question, among: str | None = "", subjects: Iterable[str] = ()) -> Finding:
    """Each subject with its count, rate, place among one peer group, and change.

    Parameters
    ----------
    among : str, optional
        Key of the one peer group of all rows; by default chosen by the rule of all comparisons;
        None: no peers.
    subjects : iterable of str
        Offences or groups; default: all recorded crime, anti-social behaviour, and every kind of
        crime that the records tell apart, of more than sixteen those of most.
    """
    group = ask.review.peers.choose(taxonomy.ALL) if among == "" else among
    result, notes = _standing(ask, group, tuple(subjects))
    members = _members(ask, group, result)
    return ask.publish(
        result,
        sources=_sources(result),
        wording=partial(_told, members=members),
        chart=charts.glance,
        columns=_columns(ask),
        caption=(
            f"Each subject at a glance – {ask.review.area.name}, {ask.period.label} against "
            f"{ask.compare.label}" + (f"; among {members}; {charts.GLANCE_KEY}" if members else "")
        ),
        compared=True,
        notes=notes,
    )


@glance_question(
    "glance.stands_out",
    "What stands out?",
    measure="recorded crime and anti-social behaviour",
    would_show="what is highest among peers, and the largest rise and fall",
)
def stands_out(ask: Question, among: str | None = "", subjects: Iterable[str] = ()) -> Finding:
    """The worst against peers, the largest clear rise and the largest clear fall."""
    group = ask.review.peers.choose(taxonomy.ALL) if among == "" else among
    result, _ = _standing(ask, group, tuple(subjects))
    members = _members(ask, group, result)
    return ask.publish(
        _outstanding(result),
        sources=_sources(result),
        wording=partial(_outstanding_told, members=members, earlier=ask.earlier),
        columns={
            "why": "What stands out",
            **_columns(ask, without=("rank_of", "against_peers", "trend")),
        },
        what="What stands out",
        compared=True,
    )


def _members(ask: Question, group: str | None, result: pd.DataFrame) -> str:
    """Who the peers are, as a plural; '' where no row has any beside it."""
    is_beside = group and result["others_rate"].notna().any()
    return ask.review.peer_group(str(group)).label if is_beside else ""


def _columns(ask: Question, without: tuple[str, ...] = ()) -> dict[str, str]:
    """The columns of a table of subjects, their headings those of the periods compared."""
    told = {**_COLUMNS, **changes.columns(ask.comparison)}
    return {key: told[key] for key in _COLUMNS if key not in without} | {"count": "Count"}


#: What stands where, by review: the table and what stands out of it are of the same rows.
_KNOWN: WeakKeyDictionary[Review, dict[Any, tuple[pd.DataFrame, list[str]]]] = WeakKeyDictionary()


def _standing(
    ask: Question, group: str | None, subjects: tuple[str, ...]
) -> tuple[pd.DataFrame, list[str]]:
    """The rows of `_standing_anew`, worked out once a review and period."""
    known, key = _KNOWN.setdefault(ask.review, {}), (ask.comparison, group, subjects)
    if key not in known:
        known[key] = _standing_anew(ask, group, subjects)
    result, notes = known[key]
    return result.copy(), list(notes)


def _standing_anew(
    ask: Question, group: str | None, subjects: tuple[str, ...]
) -> tuple[pd.DataFrame, list[str]]:
    """A row a subject, the total first, then the worse against peers and the larger rise first.

    Columns of a change (`stats.change`) and of the own row of `stats.peers.compare`, with subject,
    against_peers and trend in words, is_total, peer_low and peer_high (the range of the others'
    rates), quarter_low, quarter_high (their middle half), line (counts of the last months, as
    text), sources.
    """
    rows: list[dict[str, Any]] = []
    notes = merged_notes(ask.review.area)
    year = None
    for name, series in _subjects(ask, subjects).items():
        row = changes.compared(ask, series).iloc[0].to_dict()
        beside, year = _among(ask, series.selection, group, year)
        verdict = beside.pop("verdict", "none")
        notes += [note for note in series.notes if note not in notes]
        rows.append(
            {
                **row,
                **{k: v for k, v in beside.items() if k not in row},
                "subject": name,
                "is_total": taxonomy.is_all(name),
                "verdict_peers": verdict,
                "against_peers": _WORDS[verdict],
                "trend": _WORDS.get(str(row["verdict"]), "–"),
                "line": _line(series, ask.period),
                "sources": " ".join(series.sources),
            }
        )
    if not rows:
        raise NotAvailable(OFFENCE_SOURCES)
    result = pd.DataFrame(rows)
    if year is not None:
        notes += resident_notes(ask, year)
    result = _ordered(result)
    if "population" in result:
        own = pd.DataFrame({"area": [ask.review.area.name],
                            "population": [result["population"].max()]})  # fmt: skip
        notes += few_residents_notes(own)
    if group and result["others_rate"].isna().all():
        notes.append(NO_PEERS)
    broken = [n for s in _subjects(ask, subjects).values()
              for n in changes.break_notes(s, ask.comparison)]  # fmt: skip
    return result, [*notes, *dict.fromkeys(broken)]


def _sources(result: pd.DataFrame) -> tuple[str, ...]:
    peers_known = ("population",) if result["rate"].notna().any() else ()
    return tuple(dict.fromkeys([*" ".join(result["sources"]).split(), *peers_known]))


def _subjects(ask: Question, names: tuple[str, ...]) -> dict[str, Series]:
    """What the rows count: name → series that covers both periods."""
    if names:
        return {name: ask.series(name) for name in names}
    whole = ask.series(taxonomy.ALL)
    found = {taxonomy.ALL: whole}
    with contextlib.suppress(NotAvailable):
        asb = ask.series(ASB) if whole.scheme == taxonomy.POLICE_UK else call_log.calls(ask)
        asb.coverage.check(ask.period, ask.compare)
        found[ASB if whole.scheme == taxonomy.POLICE_UK else asb.subject] = asb
    of_kinds = whole.rows[ask.period.contains(whole.rows["month"])].groupby("kind")["count"].sum()
    known = set(taxonomy.groups(whole.scheme))
    for kind in of_kinds[of_kinds > 0].sort_values(ascending=False, kind="stable").index:
        if len(found) < MOST_SUBJECTS and kind in known:
            with contextlib.suppress(NotAvailable):
                found[kind] = ask.series(kind)
    return found


def _among(
    ask: Question, selection: str | tuple[str, ...], group: str | None, year: int | None
) -> tuple[dict[str, Any], int | None]:
    """The area's own row among its peers, and the range of the others; {} without counts."""
    own: dict[str, Any] = {}
    if group and isinstance(selection, str) and selection:
        with contextlib.suppress(NotAvailable):
            counted = ask.review.peer_counts(selection, group, ask.period).table
            result = peers.compare(counted, draws=0)
            own = result[result["is_own"]].iloc[0].to_dict()
            others = result.loc[~result["is_own"].astype(bool), "rate"].dropna()
            low, first, third, high = np.quantile(others, [0, 0.25, 0.75, 1])
            own |= {"peer_low": low, "quarter_low": first, "quarter_high": third,
                    "peer_high": high, "verdict": own["verdict_widened"]}  # fmt: skip
            year = int(counted["population_year"].max())
    if not own:
        with contextlib.suppress(NotAvailable):
            residents, year = ask.review.residents(ask.period)
            own = {"population": residents}
    for name in ("is_own", "count", "lower", "upper", "confidence", "method", "status"):
        own.pop(name, None)
    return own, year


def _line(series: Series, period: Period) -> str:
    """Counts of the last months up to the period's end: '12 9 – 14', – of a month not covered."""
    counts = series.by_month.set_index("month")["count"]
    months = pd.period_range(end=period.month_list()[-1], periods=LINE_MONTHS, freq="M")
    found = counts.reindex(months.astype(str))
    return " ".join("–" if pd.isna(v) else str(int(v)) for v in found)


def _ordered(result: pd.DataFrame) -> pd.DataFrame:
    has_rate = result["population"].notna() if "population" in result else False
    for name in ("rate", "others_rate", "rank", "of", "peer_low", "peer_high", "quarter_low",
                 "quarter_high"):  # fmt: skip
        if name not in result:
            result[name] = np.nan
    result["rate_per"] = 1000
    if has_rate is not False:
        alone = 1000 * result["count"] / result["population"]
        result["rate"] = result["rate"].fillna(alone.where(has_rate))
    peer = result["verdict_peers"].map({"higher": 0, "similar": 1, "none": 1, "lower": 2})
    trend = result["verdict"].map({"up": 0, "no_clear_change": 1, "down": 2}).fillna(1)
    worse = (result["rate"] / result["others_rate"]).fillna(1)
    order = pd.DataFrame({"total": ~result["is_total"], "peer": peer, "trend": trend,
                          "worse": -worse})  # fmt: skip
    return result.loc[order.sort_values(list(order), kind="stable").index].reset_index(drop=True)


def _outstanding(result: pd.DataFrame) -> pd.DataFrame:
    """The row worst against peers, that of the largest clear rise, that of the largest fall."""
    parts = result[~result["is_total"] & result["count"].notna()]
    enough = parts[parts[["count", "compare_count"]].max(axis=1) > FEW]
    ratio = enough["rate"] / enough["others_rate"]
    chosen = []
    for why, rows, by, highest in (
        ("highest against peers", enough["verdict_peers"] == "higher", ratio, True),
        ("largest rise", enough["verdict"] == "up", enough["ratio"], True),
        ("largest fall", enough["verdict"] == "down", enough["ratio"], False),
    ):
        sizes = by[rows].dropna()
        if len(sizes):
            at = sizes.idxmax() if highest else sizes.idxmin()
            chosen.append(result.loc[[at]].assign(why=why))
    none = result.iloc[:0].assign(why=pd.Series(dtype=object))
    return pd.concat(chosen, ignore_index=True) if chosen else none


def _told(table: pd.DataFrame, *, members: str) -> Said:
    """How many subjects rose, fell, and lie above or below the peers."""
    parts = table[~table["is_total"].astype(bool)]
    known = shown(parts, "count")
    if known.empty:
        return Said("The counts of these subjects are hidden.", status="suppressed")
    up, down = (list(known.loc[known["verdict"] == v, "subject"]) for v in ("up", "down"))
    n = present.in_words(len(known))
    text = f"Of {n} subjects, {_some(up, 'rose')} and {_some(down, 'fell')} clearly."
    judged = known[known["verdict_peers"] != "none"]
    if members and len(judged):
        high = list(judged.loc[judged["verdict_peers"] == "higher", "subject"])
        low = list(judged.loc[judged["verdict_peers"] == "lower", "subject"])
        what = "by more than is usual among them"
        text += f" Beside the other {members}, "
        text += f"{_some(high, 'is', 'are')} higher and {_some(low, 'is', 'are')} lower {what}."
    total = table[table["is_total"].astype(bool)]
    values = {}
    if len(total):
        keys = "count compare_count percent_change ratio lower upper p confidence rate population"
        values = {k: total.iloc[0].get(k) for k in keys.split()}
        values = {k: v for k, v in values.items() if v is not None and not pd.isna(v)}
    return Said(text, values=values)


def _some(names: list[str], one: str, several: str = "") -> str:
    """'shoplifting rose', 'none fell', 'four (a, b, c and d) are'."""
    if not names:
        return f"none {one}"
    return f"{present.listed(names, 4)} {one if len(names) == 1 else several or one}"


def _outstanding_told(table: pd.DataFrame, *, members: str, earlier: str) -> Said:
    """One sentence each for what stands out."""
    if table.empty:
        text = "No kind of crime rose or fell clearly"
        text += f", or lies clearly above the other {members}." if members else "."
        return Said(text)
    said = []
    for row in table.to_dict("records"):
        name = present.capital(str(row["subject"]))
        if row["why"] == "highest against peers":
            times = row["rate"] / row["others_rate"]
            more = f"{present.per_cent(100 * (times - 1), 0)} more than the others together"
            if times >= 2:
                more = f"{present.number(times, 1)} times that of the others together"
            said.append(
                f"{name} is furthest above the other {members}: {present.rate(row['rate'])} per "
                f"1,000 residents, {more}."
            )
        else:
            verb = "rose" if row["why"] == "largest rise" else "fell"
            said.append(
                f"{name} {verb} most, from {present.count(row['compare_count'])} {earlier} to "
                f"{present.count(row['count'])}."
            )
    return Said(" ".join(said))
