"""The partnership's own issues: what was judged of them, and which go on the short list and why."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import priorities, priority_measures
from cspanalysis.findings import priority_scores as scores
from cspanalysis.findings.priorities import priority_question
from cspanalysis.findings.question import Question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.review.review import Review
from cspanalysis.workspace import issue_settings

#: From this share of the random weightings on an issue that comes among the first is on the list.
ENOUGH = 0.5
#: A judged impact from which an issue is on the list whatever the data say of it.
GRAVE = 4.5
_CRITERIA = {
    "physical": "Physical harm",
    "psychological": "Psychological harm",
    "financial": "Financial harm",
    "community": "Harm to the community",
    "confidence": "Confidence in what is known",
    "capacity": "Capacity to act",
}
_IN = ("in by the figures", "in by the judgement of harm")


def of_issues(review: Review) -> list[Finding]:
    """The short list and the judgements, where the settings name issues."""
    issues = priority_measures.own_issues(review)
    if not issues:
        return []
    judged = [judgements(review)] if any(issue.judgements for issue in issues) else []
    return [short_list(review), *judged]


@priority_question(
    "priorities.list",
    "Which issues are on the short list, and why?",
    measure="issues on the short list",
    unit="issues",
    would_show="which issues are on the short list",
    role="action",
)
def short_list(ask: Question) -> Finding:
    """Every issue of the long list, in or out with one line why, and who leads on it."""
    measures = {m.label: m for m in priority_measures.measures(ask.review)}
    weights = priorities.weights_set(ask.review)
    table = scores.score(priorities.criteria(ask), weights)
    table = table.drop(columns="top_share").join(scores.beside(table, weights))
    rows = []
    for row in table.to_dict("records"):
        measure = measures[row["label"]]
        impact = _impact(measure)
        rows.append(
            _placed(row, impact, weights)
            | _decided(measure.decision)
            | {"owner": measure.owner or "nobody named"}
        )
    is_decided = any(row["decided"] for row in rows)
    return ask.publish(
        pd.DataFrame(rows),
        wording=short_list_told,
        sources=priorities.sources_of(ask.review),
        columns={
            "issue": "Issue",
            "state": "Recommended" if is_decided else "Short list",
            "why": "Why",
            **({"decision": "The board's decision"} if is_decided else {}),
            "owner": "Lead",
        },
        what="From the long list to the short list",
        definition=(
            f"In: among the first {present.in_words(scores.TOP)} by the evidence in half or more "
            f"of {present.count(scores.DRAWS)} random weightings (an issue without a place in the "
            "order among those that have data on the same criteria), or judged to do grave harm "
            f"({present.number(GRAVE, 1)} or more of {issue_settings.HIGHEST} on average over all "
            "four kinds of harm). Not decided: too few criteria have data. Evidence is computed, "
            "harm is judged; neither fills the gaps of the other. What the board decided stands "
            "beside it, with its reason."
        ),
    )


def _placed(row: dict, impact: float, weights: dict[str, float]) -> dict:
    """Whether an issue is in, out or not decided, and the line why."""
    lacking = [n for n in scores.CRITERIA if weights[n] > 0 and pd.isna(row[n])]
    gaps = f"no data on {present.listed(lacking)}" if lacking else ""
    known = [
        text
        for text in (
            f"{present.count(row['count'])} counted" if pd.notna(row["count"]) else "",
            f"trend: {row['trend_text']}" if pd.notna(row["trend"]) else "",
            f"against peers: {row['peers_text']}" if pd.notna(row["peers"]) else "",
            f"severity {row['harm_text']} of the largest" if pd.notna(row["harm_points"]) else "",
            f"{row['concentration_text']}" if pd.notna(row["tenth_share"]) else "",
            f"{row['concern_text']} name it" if pd.notna(row["named"]) else "",
        )
        if text
    ]
    has_place = pd.notna(row["top_share"])
    if has_place and row["top_share"] >= ENOUGH:
        state = _IN[0]
    elif impact >= GRAVE:
        state = _IN[1]
    else:
        state = "out" if has_place else "not decided"
    first = (
        f"among the first {present.in_words(scores.TOP)} in {present.share(row['top_share'], 0)} "
        f"of weightings{_on(row)}"
        if has_place
        else ""
    )
    judged = "" if pd.isna(impact) else f"harm judged {present.number(impact, 1)} of 5"
    why = "; ".join(part for part in (first, *known, judged, gaps) if part)
    return {
        "issue": row["label"], "state": state, "why": present.capital(why) + ".",
        "rank": row["rank"], "top_share": row["top_share"], "impact": impact, "status": "ok",
    }  # fmt: skip


def _on(row: dict) -> str:
    """On what an issue without a place in the order is compared, and with how many."""
    if pd.notna(row["rank"]):
        return ""
    return (
        f" on {present.listed(row['criteria'])} alone, which {present.in_words(row['among'])} "
        "issues have"
    )


def short_list_told(table: pd.DataFrame) -> Said:
    """Which issues are in, how many are out, and which cannot be decided."""
    chosen = table[table["state"].isin(_IN)]
    out, open_ = (table[table["state"].eq(s)] for s in ("out", "not decided"))
    of = present.in_words(len(table))
    names = [present.shorten(n, 60) for n in chosen["issue"]]
    text = (
        f"Of {of} issues {present.in_words(len(names))} "
        f"{'is' if len(names) == 1 else 'are'} on the short list: {present.listed(names)}."
        if names
        else f"None of {of} issues is on the short list."
    )
    number = present.capital(present.in_words(len(out)))
    if len(out):
        text += f" {number} {'is' if len(out) == 1 else 'are'} out."
    elif 1 < len(chosen) <= scores.TOP < len(table):
        text += " No others have data enough, so that the figures could leave none of these out."
    if len(open_):
        listed = present.listed((present.shorten(n, 60) for n in open_["issue"]), 6, "others")
        text += (
            f" Not decided, because too little is known: {listed}. What is not known is not low."
        )
    text += _decisions_told(table)
    return Said(text, values={"count": len(chosen), "of": len(table)})


def _decided(decision: issue_settings.Decision | None) -> dict[str, str]:
    """What the board decided of an issue, and that in one line with its reason."""
    if decision is None:
        return {"decided": "", "decision": "not yet decided"}
    return {
        "decided": decision.state,
        "decision": f"{decision.state}: {decision.why} ({decision.by}, {decision.on})",
    }


def _decisions_told(table: pd.DataFrame) -> str:
    """What the board took in, and where it departed from what is recommended."""
    decided = table[table["decided"] != ""]
    if decided.empty:
        return ""
    taken = [present.shorten(n, 60) for n in decided.loc[decided["decided"].eq("in"), "issue"]]
    text = (
        f" The board took in {present.listed(taken, 6, 'others')}."
        if taken
        else " The board took in none."
    )
    is_told = decided["state"].ne("not decided")
    departs = decided[is_told & decided["decided"].eq("in").ne(decided["state"].isin(_IN))]
    if len(departs):
        named = [present.shorten(n, 60) for n in departs["issue"]]
        text += f" It decided otherwise than recommended on {present.listed(named, 6, 'others')}."
    open_ = len(table) - len(decided)
    if open_:
        text += (
            f" On {present.in_words(open_)} {'it has' if open_ == 1 else 'issues it has'} not "
            "decided yet."
        )
    return text


@priority_question(
    "priorities.judgements",
    "What did the partnership judge of each issue, who and when?",
    measure="judgements of the issues",
    unit="issues",
    would_show="what the partnership judged of each issue",
    role="action",
)
def judgements(ask: Question) -> Finding:
    """Judged harm, confidence and capacity of every issue, with who and when; gaps stay gaps."""
    measures = priority_measures.measures(ask.review)
    if not any(measure.judgements for measure in measures):
        raise NotAvailable((), "the settings (priorities.issue) hold no judgements of its issues")
    rows = []
    for measure in measures:
        given = {j.criterion: j for j in measure.judgements}
        by = dict.fromkeys(f"{j.by}, {j.on}" for j in measure.judgements)
        rows.append(
            {
                "issue": measure.label,
                **{c: float(given[c].score) if c in given else float("nan") for c in _CRITERIA},
                **{f"{c}_text": _score(given[c].score) if c in given else present.MISSING
                   for c in _CRITERIA},
                "impact": _impact(measure),
                "lacking": sum(c not in given for c in _CRITERIA),
                "who": "; ".join(by) or "nobody yet",
                "why": " ".join(j.why for j in measure.judgements if j.why) or "–",
                "status": "ok",
            }
        )  # fmt: skip
    return ask.publish(
        pd.DataFrame(rows),
        wording=judgements_told,
        columns={
            "issue": "Issue",
            **{f"{c}_text": label for c, label in _CRITERIA.items()},
            "who": "Judged by, on",
            "why": "Reasons given",
        },
        what="What the partnership judged of its issues",
        definition=(
            f"Each from {issue_settings.LOWEST} (low) to {issue_settings.HIGHEST} (high), judged "
            "by those named, not measured; the kinds of harm are those of MoRiLE, the police's "
            "scoring of risk and harm. A judgement that nobody made is shown as missing "
            "and never filled."
        ),
    )


def judgements_told(table: pd.DataFrame) -> Said:
    """How many issues are judged in full, and which is judged to do most harm."""
    full = table[table["lacking"].eq(0)]
    number = present.capital(present.in_words(len(full))) if len(full) else "None"
    text = (
        f"{number} of {present.in_words(len(table))} issues "
        f"{'is' if len(full) < 2 else 'are'} judged on all {present.in_words(len(_CRITERIA))} "
        "criteria."
    )
    known = table[table["impact"].notna()].sort_values("impact", ascending=False, kind="stable")
    if len(known) > 1:
        lead = known.iloc[0]
        text += (
            f" {present.shorten(str(lead['issue']), 60)} is judged to do most harm "
            f"({present.number(lead['impact'], 1)} of {issue_settings.HIGHEST} on average), of the "
            f"{present.in_words(len(known))} judged on all four kinds of it."
        )
    return Said(text, values={"count": len(full), "of": len(table)})


def _impact(measure: priority_measures.Measure) -> float:
    """The mean of the four judged kinds of harm; missing unless all are judged."""
    given = {j.criterion: j.score for j in measure.judgements}
    if not set(issue_settings.IMPACTS) <= set(given):
        return float("nan")
    return sum(given[c] for c in issue_settings.IMPACTS) / len(issue_settings.IMPACTS)


def _score(score: int) -> str:
    return str(score)
