"""Which priorities weigh most, how firmly, and on what evidence."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import priority_measures
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
    """Volume, harm, trend, peers and concern of every priority, weighted as the settings say."""
    weights = weights_set(ask.review)
    result = scores.score(criteria(ask), weights)
    notes = [
        "Weights: "
        + present.listed([f"{name} {_two(weights[name])}" for name in scores.CRITERIA])
        + "; the partnership sets them. A larger dot speaks more for the priority; where there "
        "is no dot there are no data.",
        *_notes(result, weights),
        *_unasked(ask.review),
        *_of_2008(ask.review),
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
        chart=charts.priorities,
        sources=sources_of(ask.review),
        columns={
            "label": "Priority",
            **{f"{name}_text": _heading(name, weights) for name in scores.CRITERIA},
            "rests_on": "Rests on",
            "score_text": "Score",
            "places": "Place in 95 of 100 random weightings",
            "things": "Counted",
        },
        what="Priorities by five criteria",
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
            "no place, without data for one of these."
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
            f"; {present.in_words(len(moving))} of the {present.in_words(len(table))} priorities "
            "can have another place, so that the whole order should not be relied on"
        )
    return Said(text + ".", values=values)


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
    """A row per priority with its five criteria as scores and as words."""
    review = ask.review
    chosen = review.settings.get("priorities", {})
    harm, questions = chosen.get("harm", {}), chosen.get("concern", {})
    rows = []
    for measure in priority_measures.measures(review):
        trend = priority_measures.trend(ask, measure)
        differing = _differing(priority_measures.parts(ask, measure), trend)
        versus = priority_measures.against_peers(review, measure, ask.period)
        rows.append(
            {
                "priority": present.inside(measure.label),
                "label": measure.label,
                "things": measure.things,
                "count": priority_measures.count(review, measure, ask.period),
                "harm": harm.get(measure.key, np.nan),
                "trend": scores.TREND_SCORES.get(trend, np.nan),
                "trend_text": _TREND.get(trend, "[x]") + (" (parts differ)" if differing else ""),
                "trend_of": differing,
                "peers": scores.PEER_SCORES.get(versus.verdict, np.nan),
                "peers_text": _peers_text(versus),
                "peers_by": versus.by,
                "peers_are": versus.peers,
                "named": priority_measures.concern(review, questions, measure.key, ask.period),
            }
        )
    table = pd.DataFrame(rows)
    if table["count"].isna().all():
        raise NotAvailable(OFFENCE_SOURCES, f"nothing is counted in {ask.period.label}")
    table["volume"] = scores.relative(table["count"])
    table["concern"] = scores.relative(table["named"])
    table["volume_text"] = [present.cell(value, "count") for value in table["count"]]
    table["harm_text"] = [_two(value) or "[x]" for value in table["harm"]]
    table["concern_text"] = [
        "[x]" if pd.isna(v) else f"{present.number(v, 1)}% of residents" for v in table["named"]
    ]
    return table


#: What each criterion needs, for those that no priority has data for.
_NEEDED_FOR = {
    "volume": "volume needs counts of the period",
    "harm": "harm is the partnership's own judgement, which the settings hold",
    "trend": "trend needs the counts of the earlier period",
    "peers": "peers need the counts of other areas",
    "concern": "concern needs survey results and, in the settings, the question that asks for it",
}


def _notes(result: pd.DataFrame, weights: dict[str, float]) -> list[str]:
    rows = result.to_dict("records")
    lacking = [
        _NEEDED_FOR[name]
        for name in scores.CRITERIA
        if weights[name] > 0 and result[name].isna().all()
    ]
    notes = []
    if lacking:
        notes.append(f"No priority can be judged by some criteria: {'; '.join(lacking)}.")
    if result["harm"].notna().any():
        notes.append("Harm is a judgement of the partnership, not a measurement.")
    notes += [
        f"The trend of {row['priority']} is that of all it counts together: {row['trend_of']}."
        for row in rows
        if row["trend_of"]
    ]
    notes += _peer_notes(rows)
    used = scores.compared_on(result, weights)
    left = [name for name in scores.CRITERIA if weights[name] > 0 and name not in used]
    if used and left and result[left].notna().any(axis=None):
        notes.append(
            f"The order rests on {present.listed(used)}, which all priorities with a place have: "
            "a score on three criteria and one on five cannot be compared. "
            f"{present.capital(present.listed(left))} "
            f"{'is' if len(left) == 1 else 'are'} shown and not counted."
        )
    return notes


def _differing(parts: dict[str, str], together: str) -> str:
    """What the parts of a sum did by themselves, if one changed clearly and the sum did not so."""
    verbs = {"up": "rose", "down": "fell", "no_clear_change": "did not change clearly"}
    known = {words: verdict for words, verdict in parts.items() if verdict in verbs}
    if not known or together not in verbs or not {*known.values()} & ({"up", "down"} - {together}):
        return ""
    return present.listed([f"{words} {verbs[verdict]}" for words, verdict in known.items()])


def _unasked(review: Review) -> list[str]:
    """A note where the settings name questions for concern that no survey asks."""
    if not review.store.has("surveys"):
        return []
    asked = set(review.table("surveys", own=False)["question"])
    named = review.settings.get("priorities", {}).get("concern", {})
    lacking = [
        f"“{present.shorten(question, 100)}” ({present.inside(priority_measures.label(key))})"
        for key, question in named.items()
        if question not in asked
    ]
    if not lacking:
        return []
    return [
        f"The surveys do not ask {present.listed(lacking)}, which the "
        "settings name: concern stays without data there."
    ]


def _of_2008(review: Review) -> list[str]:
    """A notice where settings that judge priorities name no list of issues of their own."""
    if priority_measures.own_issues(review):
        return []
    return [
        "These are the seven priorities of the strategies of 2008 to 2011. A list of the "
        "partnership's own can be written into the settings (priorities.issue)."
    ]


def _peer_notes(rows: list[dict]) -> list[str]:
    """Who the peers are, and by what a priority was set beside them if not by what is counted."""
    of: dict[str, list[str]] = {}
    for row in rows:
        if row["peers_are"]:
            of.setdefault(row["peers_are"], []).append(row["priority"])
    if not of:
        return []
    usual, *further = sorted(of, key=lambda peers: -len(of[peers]))
    text = f"The peers are {usual}"
    text += "".join(f"; for {present.listed(of[peers])} {peers}" for peers in further) + "."
    return [text] + [
        f"{row['label']} is set beside its peers by {row['peers_by']} alone, not by all that is "
        f"counted for it ({row['things']}); on the whole of it the comparison could come out "
        "differently."
        for row in rows
        if row["peers_by"]
    ]


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
