"""Harm of recorded crime among partnerships by the official tables.

A peer group, or all partnerships of England and Wales: no further force's files are needed. The
Home Office's table has each offence by its code; the statisticians' lines are weighted roughly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.areas import PeerGroup
from cspanalysis.domain.periods import Comparison
from cspanalysis.findings import harm, official, overview
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.findings.shapes import rankings
from cspanalysis.present import charts
from cspanalysis.review import official_codes, official_peers
from cspanalysis.stats import harm_sums as statistics

SUBJECT = "harm of recorded crime per 1,000 residents"

among_question = partial(
    question,
    needs=harm.OFFICIAL,
    measure="harm of recorded crime",
    unit="points of severity per 1,000 residents in the period",
    fewer_is_better=True,
    once=True,
    role="peers",
)


class _Weighed(NamedTuple):
    """Areas side by side: crimes by code with the weight of each, residents, what is to be said."""

    rows: pd.DataFrame
    residents: pd.DataFrame
    at: Comparison
    members: PeerGroup
    when: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    definition: str


@among_question(
    "harm.official.peers.{group}",
    "How does the harm of recorded crime compare with the other {members} in the official figures?",
)
def peers(ask: Question, group: str) -> Finding:
    """Harm per 1,000 residents of every area of a group, 'nation' for all partnerships."""
    found = _weighed(ask, group)
    result = harm.in_whole_points(statistics.compare(found.rows, found.residents))
    is_long = len(result) > official.MANY
    columns = {**rankings.PEER_COLUMNS, "count": "Crimes", "harm": "Harm"}
    shown = _published(
        ask,
        found,
        result,
        columns,
        wording=partial(
            official.place_told,
            things=harm.UNIT,
            members=found.members.label,
            period=found.at.period if found.at.period != ask.period else None,
            per="residents",
        ),
        chart=charts.ranked_line if is_long else charts.ranked_bars,
        caption=f"Harm of recorded crime per 1,000 residents – "
        f"{present.capital(found.members.label)}, {found.at.period.label}; residents {found.when}"
        + ("" if is_long else "; line = 95% interval"),
        notes=[*rankings.membership_notes(found.members), *rankings.chance_notes(result)],
    )
    if not is_long or not shown.table:
        return shown
    return replace(shown, table=present.table(official.around(shown.rows), columns))


@among_question(
    "harm.official.funnel.{group}",
    "Does the harm of recorded crime stand out among the {members} in the official figures?",
    would_show="whether the harm per resident lies outside what size and chance explain",
)
def funnel(ask: Question, group: str) -> Finding:
    """Funnel of harm among a group, widened for the usual differences between areas."""
    found = _weighed(ask, group)
    people = found.residents
    # Where hardly anybody lives a rate per resident would stretch the picture and mean little.
    few = (people["population"] < rankings.FEW_RESIDENTS) & ~people["is_own"]
    rows = found.rows[~found.rows["area"].isin(people.loc[few, "area"])]
    result, lines = statistics.funnel(rows, people[~few].reset_index(drop=True))
    result = harm.in_whole_points(result)
    is_long = len(result) > official.MANY
    columns = {
        "area": "Area",
        "population": "Residents",
        "harm": "Harm",
        "rate": "Per 1,000 residents",
        "limit_lower": "Expected from",
        "limit_upper": "to",
        "against_others": "Against that (at which level)",
    }
    shown = _published(
        ask,
        found,
        result,
        columns,
        wording=partial(overview.funnel_told, things=harm.UNIT, members=found.members.label),
        chart=partial(charts.funnel, lines=lines),
        caption=f"Harm of recorded crime per 1,000 residents by size of the area – "
        f"{present.capital(found.members.label)}, {found.at.period.label}; residents {found.when}; "
        "lines = 95% and 99.8% limits",
        notes=official.left_out(people[few]),
    )
    if not is_long or not shown.table:
        return shown
    ordered = shown.rows.sort_values("rate")
    return replace(shown, table=present.table(official.around(ordered), columns))


def _weighed(ask: Question, group: str) -> _Weighed:
    store, area = ask.review.store, ask.review.area
    found, at, own, weights = harm.official_rows(ask)
    members = official_peers.NATION if group == official.NATION else ask.review.peer_group(group)
    beside = official_peers.beside(store, area, found, at.period, members)
    others = {n: name for name, names in beside.names.items() if name != area.name for n in names}
    rows = official_codes.by_partnership(store, found, others, at.period)
    known = harm.weights_of(ask, found, rows["code"])
    rows = rows.assign(area=rows["csp"].astype(str).map(others)).merge(
        known.of, on="code", how="left"
    )
    mine = harm.within(found, own, at.period).assign(area=area.name)
    columns = ["area", "code", "count", "weight", "spread"]
    every = pd.concat([mine[columns], rows[columns]], ignore_index=True)
    return _Weighed(
        every,
        beside.table[["area", "is_own", "population"]],
        at,
        members,
        beside.residents,
        (*beside.sources, *weights.sources),
        (*found.notes, *beside.notes, *harm.codes_notes(every)),
        harm.definition_of(weights),
    )


def _published(
    ask: Question, found: _Weighed, result: pd.DataFrame, columns: dict[str, str],
    *, caption: str, notes: Sequence[str], **more: object,
) -> Finding:  # fmt: skip
    return ask.publish(
        result,
        sources=found.sources,
        subject=SUBJECT,
        over=found.at.period,
        columns=columns,
        caption=caption,
        definition=found.definition,
        notes=[*notes, *found.notes, *rankings.few_residents_notes(result),
               *([official.cut_note(len(result))] if len(result) > official.MANY else [])],
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
