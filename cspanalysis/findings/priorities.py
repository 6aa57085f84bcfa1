"""Which priorities weigh most, how firmly, and on what evidence."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import priority_evidence, priority_measures, priority_notes
from cspanalysis.findings import priority_scores as scores
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot
from cspanalysis.present import charts
from cspanalysis.present.phrases import first, named, shown
from cspanalysis.review.review import OFFENCE_SOURCES, Review

priority_question = partial(question, needs=OFFENCE_SOURCES, once=True)


@priority_question(
    "priorities.matrix",
    "Which priorities weigh most?",
    measure="score of the priorities",
    unit="score from 0 to 1",
)
def matrix(ask: Question) -> Finding:
    """Every priority by the criteria that weigh anything, weighted as the settings say."""
    weights = weights_set(ask.review)
    result = scores.score(criteria(ask), weights)
    weighing = [name for name in scores.CRITERIA if weights[name] > 0]
    notes = [
        "Weights: "
        + present.listed([f"{name} {_two(weights[name])}" for name in weighing])
        + "; the partnership sets them. A larger dot speaks more for the priority; where there "
        "is no dot there are no data.",
        *priority_notes.of_table(result, weights),
        *priority_notes.unasked(ask.review),
        *priority_notes.of_2008(ask.review),
    ]
    result["places"] = _places(result)
    # Too few criteria make no score to compare: without a place there is none to read.
    result["score_text"] = [
        "–" if pd.isna(rank) else _two(score)
        for rank, score in zip(result["rank"], result["score"], strict=True)
    ]
    result["rests_on"] = [
        f"{on if status == 'ok' else known} of {of} criteria"
        for known, of, on, status in zip(
            *(result[c] for c in ("known", "of", "compared_on", "status")), strict=True
        )
    ]
    return ask.publish(
        result,
        wording=matrix_told,
        chart=partial(charts.priorities, criteria=weighing),
        sources=sources_of(ask.review),
        columns={
            "label": "Priority",
            **{f"{name}_text": _heading(name, weights) for name in weighing},
            "rests_on": "Rests on",
            "score_text": "Score",
            "places": "Place in 95 of 100 random weightings",
            "things": "Counted",
        },
        what=f"Priorities by {present.in_words(len(weighing))} criteria",
        definition=scores.RULE,
        notes=notes,
    )


def matrix_told(table: pd.DataFrame, *, top: int = 3) -> Said:
    """The priorities that score highest, and whether their order survives other weights."""
    if shown(table, "score").empty:
        return cannot("the priorities", first(table), "order")
    of = int(table["of"].iloc[0])
    least = of // 2 + 1
    placed = shown(table, "rank").sort_values("rank", kind="stable")
    if len(placed) < 2:
        only = "Only one" if len(placed) else "None"
        text = (
            f"No order of the priorities is given. {only} of the {present.in_words(len(table))} "
            f"can be judged on {present.in_words(least)} or more of the {present.in_words(of)} "
            "criteria, and a mean of fewer would put first what happens to be known."
        )
        return Said(text, status="too_few", values={"count": len(placed)})
    names = [
        f"{present.shorten(row['priority'], 60)} ({present.number(row['score'], 2)})"
        for row in placed.head(top).to_dict("records")
    ]
    on = int(placed["compared_on"].iloc[0])
    judged = f"all on {'the' if on == of else 'the same'} {present.in_words(on)}"
    text = (
        f"{present.capital(names[0])} scores highest, followed by {present.listed(names[1:])}, "
        f"{judged} {'criteria' if on == of else f'of the {present.in_words(of)} criteria'}."
        f"{_firmness(placed)}"
    )
    without = [present.shorten(p, 60) for p in table.loc[table["rank"].isna(), "priority"]]
    if without:
        text += (
            f" {present.capital(present.listed(without))} {'has' if len(without) == 1 else 'have'} "
            "no place, for want of data on one or more of these criteria."
        )
    return Said(text, values={"count": len(placed)})


def _firmness(placed: pd.DataFrame) -> str:
    """In one sentence how often the first priority comes first with other weights."""
    lead = placed.iloc[0]
    share = float(lead["first_share"])
    how = "all" if share == 1 else present.per_cent(100 * share, 0)
    return (
        f" With random weights about those that are set it comes first in {how} of "
        f"{present.count(scores.DRAWS)} trials."
    )


@priority_question(
    "priorities.sensitivity",
    "Does the order survive other weights?",
    measure="order of the priorities under other weights",
    unit="places",
    would_show="whether the order of the priorities survives other weights",
)
def sensitivity(ask: Question) -> Finding:
    """The places of the priorities under random weights about those that are set."""
    weights = weights_set(ask.review)
    result = scores.score(criteria(ask), weights)
    result = result[result["rank"].notna()].reset_index(drop=True)
    if len(result) < 2:
        raise NotAvailable(
            (),
            f"fewer than two can be judged on {present.in_words(scores.needed(weights))} or more "
            "criteria, so there is no order",
        )
    result = result[
        ["priority", "label", "score", "rank", "best_rank", "worst_rank", "first_share",
         "top_share", "is_stable", "status"]
    ].assign(
        first_text=[present.share(v, 0) for v in result["first_share"]],
        top_text=[present.share(v, 0) for v in result["top_share"]],
        places=_places(result),
    )  # fmt: skip
    return ask.publish(
        result,
        wording=sensitivity_told,
        sources=sources_of(ask.review),
        columns={
            "label": "Priority",
            "rank": "Place as set",
            "first_text": "Comes first in",
            "top_text": "Among the first three in",
            "places": "Places in 95 of 100 trials",
        },
        what="Places under random weights",
        notes=[
            f"{present.count(scores.DRAWS)} seeded weightings (Dirichlet), whose mean is that of "
            "the settings; equal weights give every weighting the same chance."
        ],
    )


def sensitivity_told(table: pd.DataFrame) -> Said:
    """How firm the order of the priorities is under random weights."""
    lead = table.iloc[0]
    name = present.shorten(lead["priority"], 60)
    share, values = float(lead["first_share"]), {"count": len(table)}
    if table["is_stable"].all():
        return Said(
            "With 95 of 100 random weightings about the one that is set no priority changes place.",
            values=values,
        )
    text = (
        f"With random weights about those that are set {name} comes first in "
        f"{'all' if share == 1 else present.per_cent(100 * share, 0)} of the trials"
    )
    moving = table.loc[~table["is_stable"], "priority"]
    if len(moving):
        text += (
            f"; {_of_all(len(moving), len(table))} priorities can have another place, so that the "
            "whole order should not be relied on"
        )
    return Said(text + ".", values=values)


def _of_all(some: int, number: int) -> str:
    every = present.in_words(number)
    return f"all {every}" if some == number else f"{present.in_words(some)} of the {every}"


def _places(result: pd.DataFrame) -> list[str]:
    return [
        "none" if pd.isna(low) else f"{low}" if low == high else f"{low} to {high}"
        for low, high in zip(result["best_rank"], result["worst_rank"], strict=True)
    ]


@priority_question(
    "priorities.evidence",
    "What does each priority rest on?",
    needs=("action_plan", "targets", "outputs"),
    measure="evidence, targets and actions by priority",
    unit="priorities",
    would_show="what each priority rests on",
)
def evidence(ask: Question) -> Finding:
    """Every priority traced to its findings, and on to targets, outputs and actions."""
    names = ("targets", "outputs", "action_plan")
    tables = {name: register.table(ask.review, name) for name in names}
    tables["targets"] = register.current_targets(tables["targets"])
    if all(table is None for table in tables.values()):
        raise NotAvailable(("action_plan", "targets", "outputs"))
    rows = []
    for measure in priority_measures.measures(ask.review):
        numbers = {
            name: 0 if table is None else int(table["priority"].eq(measure.key).sum())
            for name, table in tables.items()
        }
        rows.append(
            {
                "priority": measure.label,
                "findings": len(measure.evidence),
                "ids": ", ".join(measure.evidence),
                "questions": " ".join(measure.evidence.values()),
                "targets": numbers["targets"],
                "actions": numbers["action_plan"],
                "outputs": numbers["outputs"],
            }
        )
    return ask.publish(
        pd.DataFrame(rows),
        wording=evidence_told,
        sources=[name for name, table in tables.items() if table is not None],
        columns={
            "priority": "Priority",
            "questions": "Questions that speak for it",
            "targets": "Targets",
            "actions": "Actions",
            "outputs": "Outputs",
        },
        what="From evidence to action",
    )


def evidence_told(table: pd.DataFrame) -> Said:
    """Whether every priority is traced to questions of the review, targets and actions."""
    bare = [named(name) for name in table.loc[table["findings"] == 0, "priority"]]
    text = (
        f"Each of the {present.in_words(len(table))} priorities is traced to questions of this "
        "review."
        if not bare
        else f"No question of this review speaks for {present.listed(bare)}."
    )
    without = [named(name) for name in table.loc[table["targets"] == 0, "priority"]]
    if without:
        text += f" No target is set for {present.listed(without)}."
    return Said(text, values={"count": len(table)})


def weights_set(review: Review) -> dict[str, float]:
    return scores.weights_of(review.settings.get("priorities", {}).get("weights"))


def criteria(ask: Question) -> pd.DataFrame:
    """A row per priority with its criteria as scores and as words."""
    review = ask.review
    chosen = review.settings.get("priorities", {})
    # Where the partnership judged harm, its judgements stand; none is filled by what is computed.
    judged, questions = chosen.get("harm", {}), chosen.get("concern", {})
    rows = []
    for measure in priority_measures.measures(review):
        trend = priority_measures.trend(ask, measure)
        differing = priority_notes.differing(priority_measures.parts(ask, measure), trend)
        versus = priority_measures.against_peers(review, measure, ask.period)
        points, named = (
            (np.nan, "") if judged else priority_evidence.harm(review, measure, ask.period)
        )
        spread = priority_evidence.spread(review, measure, ask.period)
        rows.append(
            {
                "priority": present.inside(measure.label),
                "label": measure.label,
                "things": measure.things,
                "count": priority_measures.count(review, measure, ask.period),
                "harm": judged.get(measure.key, np.nan),
                "harm_points": points,
                "harm_by": named,
                "trend": scores.TREND_SCORES.get(trend, np.nan),
                "trend_text": _TREND.get(trend, "[x]") + (" (parts differ)" if differing else ""),
                "trend_of": differing,
                "peers": scores.PEER_SCORES.get(versus.verdict, np.nan),
                "peers_text": _peers_text(versus),
                "peers_by": versus.by,
                "peers_are": versus.peers,
                "concentration": spread.excess,
                "tenth_share": spread.share,
                "tenth_by_chance": spread.by_chance,
                "named": priority_measures.concern(review, questions, measure.key, ask.period),
            }
        )
    table = pd.DataFrame(rows)
    if table["count"].isna().all():
        raise NotAvailable(OFFENCE_SOURCES, f"nothing is counted in {ask.period.label}")
    table["volume"] = scores.relative(table["count"])
    if not judged:
        table["harm"] = scores.relative(table["harm_points"])
    table["concern"] = scores.relative(table["named"])
    table["volume_text"] = [present.cell(value, "count") for value in table["count"]]
    table["harm_text"] = [_two(value) or "[x]" for value in table["harm"]]
    table["concentration_text"] = [
        "[x]" if pd.isna(v) else f"{present.share(v, 0)} in a tenth of places"
        for v in table["tenth_share"]
    ]
    table["concern_text"] = [
        "[x]" if pd.isna(v) else f"{present.number(v, 1)}% of residents" for v in table["named"]
    ]
    return table


def _peers_text(versus: priority_measures.Versus) -> str:
    text = _PEERS.get(versus.verdict, "[x]")
    return f"{text} (by {versus.by} alone)" if versus.by else text


_TREND = {"up": "worse", "no_clear_change": "no clear change", "down": "better"}
_PEERS = {"higher": "worse", "similar": "similar", "lower": "better"}


def _heading(name: str, weights: dict[str, float]) -> str:
    return f"{present.capital(name)} (weight {_two(weights[name])})"


def _two(value: float) -> str:
    return "" if pd.isna(value) else present.number(value, 2)


def sources_of(review: Review) -> list[str]:
    used = dict.fromkeys(of.source for m in priority_measures.measures(review) for of in m.counted)
    if not review.store.has("police_extract"):
        used |= dict.fromkeys(("police_uk", "population"))
    return [name for name in (*used, "peer_counts", "surveys") if review.store.has(name)]
