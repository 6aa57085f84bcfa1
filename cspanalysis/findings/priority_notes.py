"""What stands beneath the matrix of priorities: what it lacks, who the peers are, what harm is."""

from __future__ import annotations

import pandas as pd

from cspanalysis import present
from cspanalysis.findings import priority_measures
from cspanalysis.findings import priority_scores as scores
from cspanalysis.review.review import Review

#: What each criterion needs, for those that no priority has data for.
_NEEDED_FOR = {
    "volume": "volume needs counts of the period",
    "harm": "harm needs offences whose severity is known, or the partnership's own judgement",
    "trend": "trend needs the counts of the earlier period",
    "peers": "peers need the counts of other areas",
    "concentration": "concentration needs street-level files of twelve months and the lookups of "
    "small areas",
    "concern": "concern needs survey results and, in the settings, the question that asks for it",
}


def of_table(result: pd.DataFrame, weights: dict[str, float]) -> list[str]:
    rows = result.to_dict("records")
    lacking = [
        _NEEDED_FOR[name]
        for name in scores.CRITERIA
        if weights[name] > 0 and result[name].isna().all()
    ]
    notes = []
    if lacking:
        notes.append(f"No priority can be judged by some criteria: {'; '.join(lacking)}.")
    notes += _harm_notes(result, weights)
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


def _harm_notes(result: pd.DataFrame, weights: dict[str, float]) -> list[str]:
    """What harm is here: judged, or computed by which weights."""
    if result["harm"].isna().all() or not weights["harm"]:
        return []
    named = [name for name in dict.fromkeys(result["harm_by"]) if name]
    if not named:
        return ["Harm is a judgement of the partnership, not a measurement."]
    return [
        f"Harm is the number of crimes times the weight of their offence, by {named[0]}; of "
        "street-level files by broad kinds, roughly. What is no crime has none, and is not "
        "harmless for it: what it does to people is judged, apart from this table."
    ]


def differing(parts: dict[str, str], together: str) -> str:
    """What the parts of a sum did by themselves, if one changed clearly and the sum did not so."""
    verbs = {"up": "rose", "down": "fell", "no_clear_change": "did not change clearly"}
    known = {words: verdict for words, verdict in parts.items() if verdict in verbs}
    if not known or together not in verbs or not {*known.values()} & ({"up", "down"} - {together}):
        return ""
    return present.listed([f"{words} {verbs[verdict]}" for words, verdict in known.items()])


def unasked(review: Review) -> list[str]:
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


def of_2008(review: Review) -> list[str]:
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
