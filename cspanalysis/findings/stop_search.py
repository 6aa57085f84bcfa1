"""Stop and search: how often, of whom, for what and with what result, by the area's force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said, cannot, values_of
from cspanalysis.present import charts
from cspanalysis.present.charts.share_pairs import share_pairs
from cspanalysis.present.phrases import confidence, first, shown
from cspanalysis.review import searches as of_force
from cspanalysis.review.searches import OUTLINES, SOURCE, Searches
from cspanalysis.stats import measures

DEFINITION = (
    "Searches that the police force reported to data.police.uk. Where officers stop people follows "
    "where they are sent; the figures do not say how much crime there is, nor who commits it."
)
NOTHING = "a no further action disposal"
#: What is searched for because somebody could be hurt with it.
WEAPONS = ("offensive weapons", "firearms", "anything to threaten or harm anyone", "crossbows")
VEHICLE, NOT_STATED = "vehicle search", "not stated"
#: How a self-defined ethnicity of the Census begins, and its group.
GROUPS = {
    "other ethnic group - not": NOT_STATED, "white": "White", "mixed": "Mixed", "asian": "Asian",
    "black": "Black", "other": "Other",
}  # fmt: skip
#: A larger share of searches without a point leaves the district without a count.
MOST_LOST = 0.25

force_question = partial(
    question, needs=SOURCE, measure="stop and search", unit="searches", level="force", once=True
)


@force_question(
    "serious_violence.stop_search",
    "How often are people stopped and searched in the force area?",
    would_show="how often people are stopped and searched in the force area",
    role="action",
)
def searches(ask: Question) -> Finding:
    """Searches by the area's force by what was looked for; no figure of the district."""
    found = of_force.searches(ask.review.store, ask.review.area, ask.period)
    people = of_force.residents_of_force(ask.review.store, found.force, found.over)
    counts = found.rows["object_of_search"].fillna(NOT_STATED).value_counts()
    counts = counts.rename_axis("object").rename("count").reset_index()
    table = measures.proportion(counts.assign(total=len(found.rows), area=found.force))
    is_weapon = found.rows["object_of_search"].isin(WEAPONS)
    table = table.assign(
        weapons=int(is_weapon.sum()),
        population=people[0] if people else pd.NA,
        per_thousand=1000 * len(found.rows) / people[0] if people else pd.NA,
        year=people[1] if people else pd.NA,
    )
    return _shares(
        ask, found, table, "object", "Searched for", "Stop and search by what was searched for",
        wording=searches_told,
        sources=(SOURCE, *(["population"] if people else [])),
    )  # fmt: skip


@force_question(
    "serious_violence.stop_search.ethnicity",
    "Who is stopped and searched in the force area?",
    measure="people searched by ethnic group",
    would_show="who is stopped and searched in the force area",
    role="action",
)
def ethnicity(ask: Question) -> Finding:
    """Shares of ethnic groups among people searched, as they stated it and as officers saw it."""
    found = of_force.searches(ask.review.store, ask.review.area, ask.period)
    people = found.rows[found.rows["type"] != VEHICLE]
    stated = people["self_defined_ethnicity"].map(group_of, na_action=None)
    seen = (
        people["officer_defined_ethnicity"]
        .fillna(NOT_STATED)
        .map(lambda text: text if text == NOT_STATED else present.capital(text))
    )
    if people.empty:
        raise NotAvailable((), f"no person was searched in {found.over.label}")
    groups = [*dict.fromkeys([g for g in GROUPS.values() if g != NOT_STATED]), NOT_STATED]
    table = pd.DataFrame(
        {
            "group": groups,
            "count": [int((stated == g).sum()) for g in groups],
            "total": len(people),
            "compare_count": [int((seen == g).sum()) for g in groups],
            "compare_total": len(people),
            "area": found.force,
        }
    )
    before = measures.proportion(table, count="compare_count", total="compare_total")
    result = measures.proportion(table).assign(
        compare_share=before["share"],
        compare_lower=before["lower"],
        compare_upper=before["upper"],
    )
    return ask.publish(
        result,
        sources=(SOURCE,),
        subject="people searched by ethnic group",
        wording=partial(ethnicity_told, force=present.as_said(found.force), when=found.over.label),
        chart=partial(share_pairs, label="group", names=("as the officer saw it", "as stated")),
        over=found.over,
        columns={
            "group": "Ethnic group",
            "count": "As stated by the person",
            "share": "Share",
            "interval": "95% interval",
            "compare_count": "As the officer saw it",
            "compare_share": "Share as seen",
        },
        caption=caption(found, "People searched by ethnic group"),
        definition=DEFINITION,
        notes=[
            "Shares of those searched, no rates: residents by ethnic group are not held "
            "here, and whom officers meet in a street are not its residents alone. A share "
            "above that of the residents is a question to the force, not its answer.",
            *period_notes(ask, found),
        ],
    )


@force_question(
    "serious_violence.stop_search.outcomes",
    "What did searches in the force area lead to?",
    measure="stop and search by outcome",
    would_show="what searches in the force area led to",
    role="action",
)
def outcomes(ask: Question) -> Finding:
    """Outcomes of all searches, and how many of those for weapons led to anything."""
    found = of_force.searches(ask.review.store, ask.review.area, ask.period)
    rows = found.rows.assign(outcome=found.rows["outcome"].fillna(NOT_STATED))
    told = rows[rows["outcome"] != NOT_STATED]
    if told.empty:
        raise NotAvailable(SOURCE, f"the files of {found.force} state no outcomes")
    weapons = told[told["object_of_search"].isin(WEAPONS)]
    counts = told["outcome"].value_counts().rename_axis("outcome").rename("count").reset_index()
    table = measures.proportion(counts.assign(total=len(told), area=found.force)).assign(
        outcome=lambda t: t["outcome"].replace(NOTHING, "no further action"),
        weapons=len(weapons),
        weapons_acted=int((weapons["outcome"] != NOTHING).sum()),
    )
    notes = []
    if lost := len(rows) - len(told):
        notes.append(f"{present.plural(lost, 'search', 'searches')} without a stated outcome "
                     f"{'is' if lost == 1 else 'are'} not counted here.")  # fmt: skip
    return _shares(
        ask, found, table, "outcome", "Outcome", "Stop and search by outcome",
        wording=outcomes_told, notes=notes,
    )  # fmt: skip


@question(
    "serious_violence.stop_search.district",
    "How often are people stopped and searched here?",
    needs=(SOURCE, OUTLINES),
    measure="stop and search",
    unit="searches",
    would_show="how often people are stopped and searched here",
    once=True,
    role="action",
)
def district(ask: Question) -> Finding:
    """Searches whose point lies within the outlines of the area's districts."""
    review = ask.review
    found = of_force.searches(review.store, review.area, ask.period)
    lies = of_force.inside(review.store, review.area, found.rows)
    lost = int(lies.isna().sum())
    if lost > MOST_LOST * len(lies):
        raise NotAvailable(
            (),
            f"the {present.as_said(found.force)} force gives no point for {present.count(lost)} of "
            f"{present.count(len(lies))} searches, so that nobody can say which were here",
        )
    count, year = review.residents(found.over)
    own = found.rows[lies.fillna(False).to_numpy(bool)]
    table = pd.DataFrame(
        {
            "area": [review.area.name],
            "count": [len(own)],
            "population": count,
            "weapons": int(own["object_of_search"].isin(WEAPONS).sum()),
            "force_count": len(found.rows),
            "without_point": lost,
        }
    )
    return ask.publish(
        measures.rate(table),
        sources=(SOURCE, OUTLINES, "population"),
        subject="stop and search",
        wording=partial(district_told, when=found.over.label),
        over=found.over,
        columns={
            "area": "Area",
            "count": "Searches",
            "weapons": "For weapons",
            "population": "Residents",
            "rate": "Per 1,000 residents",
            "interval": "95% interval",
        },
        what="Stop and search",
        when=found.over.label,
        definition=DEFINITION,
        notes=[
            f"Counted are searches of the {present.as_said(found.force)} force whose point lies "
            "within the outlines; points are places of the publisher's map, so near a border a "
            "search may count on the wrong side. "
            f"Residents are those of {review.residents_of(year)}; whoever is searched here "
            "need not live here.",
            *_lost_notes(lost),
            *period_notes(ask, found),
        ],
    )


def group_of(ethnicity: object) -> str:
    """The group of a self-defined ethnicity: 'Asian' of 'asian/asian british - indian'."""
    text = "" if pd.isna(ethnicity) else str(ethnicity).lower()
    return next((group for start, group in GROUPS.items() if text.startswith(start)), NOT_STATED)


def searches_told(table: pd.DataFrame, *, force: str, when: str) -> Said:
    """How often the force searched, per resident where known, and for what most.

    `table`: a row per object, the most first: object, count, total, share, weapons, per_thousand.
    """
    rows = shown(table, "share")
    if rows.empty:
        return cannot("stop and search", first(table), "count")
    lead = rows.iloc[0]
    total = int(lead["total"])
    text = (
        f"{present.count(total)} searches were made in the whole area of the {force} force in "
        f"{when}"
    )
    if not present.is_missing(lead["per_thousand"]):
        text += f", {present.rate(lead['per_thousand'])} per 1,000 residents"
    text += (
        f". {present.share(lead['share'])} were for {present.shorten(lead['object'], 60)} "
        f"({confidence(lead)} interval {present.percent_interval(lead['lower'], lead['upper'])}); "
        f"{present.count(lead['weapons'])} for weapons ({present.share(lead['weapons'] / total)}). "
        "Nothing is said of the district."
    )
    return Said(text, values={"count": total})


def ethnicity_told(table: pd.DataFrame, *, force: str, when: str) -> Said:
    """Shares of ethnic groups among those searched by a force, and how many stated none.

    `table`: a row per group: group, count, total, share, lower, upper.
    """
    rows = shown(table, "share")
    if rows.empty:
        return cannot("stop and search", first(table), "share")
    known = rows[rows["group"] != NOT_STATED].sort_values("count", ascending=False, kind="stable")
    parts = [f"{r['group']} {present.share(r['share'])}" for r in known.to_dict("records")]
    text = (
        f"Of {present.count(rows.iloc[0]['total'])} people searched by the {force} force in "
        f"{when}, by their own statement: {present.listed(parts)}."
    )
    silent = rows[rows["group"] == NOT_STATED]
    if len(silent) and silent.iloc[0]["count"]:
        text += f" {present.share(silent.iloc[0]['share'])} stated none."
    lead = known.iloc[0]
    return Said(
        f"{text} These are shares of those searched, not rates.",
        values=values_of(lead, "count", "share", "lower", "upper", "confidence"),
    )


def _with_article(outcome: str) -> str:
    """'a community resolution', but 'arrest' and 'no further action'."""
    is_one = outcome.split(" ")[0] not in ("no", "arrest", "nothing", "other", "local")
    return f"a {outcome}" if is_one and outcome[:1].islower() else outcome


def outcomes_told(table: pd.DataFrame, *, force: str, when: str) -> Said:
    """What most searches led to, and how many of those for weapons led to anything.

    `table`: a row per outcome, the most first: outcome, count, total, share, weapons,
    weapons_acted.
    """
    rows = shown(table, "share")
    if rows.empty:
        return cannot("stop and search", first(table), "share")
    parts = [
        f"{present.share(r['share'])} to {_with_article(present.shorten(r['outcome'], 60))}"
        for r in rows.head(3).to_dict("records")
    ]
    lead = rows.iloc[0]
    text = (
        f"Of {present.count(lead['total'])} searches by the {force} force in {when}, "
        f"{parts[0].replace(' to ', ' led to ', 1)}"
        + (f", {present.listed(parts[1:])}." if parts[1:] else ".")
    )
    if lead["weapons"]:
        text += (
            f" Of {present.count(lead['weapons'])} searches for weapons, "
            f"{present.count(lead['weapons_acted'])} led to any action "
            f"({present.share(lead['weapons_acted'] / lead['weapons'])})."
        )
    return Said(text, values=values_of(lead, "count", "share", "lower", "upper", "confidence"))


def district_told(table: pd.DataFrame, *, when: str) -> Said:
    """How many searches lay in the area, per 1,000 residents.

    `table`: one row: area, count, weapons, population, rate, lower, upper, force_count.
    """
    row = first(table)
    if present.is_missing(row.get("rate")):
        return cannot("stop and search", row, "count")
    limits = present.interval(row["lower"], row["upper"])
    least = "At least " if row["without_point"] else ""
    return Said(
        f"{least}{present.count(row['count'])} of the force's {present.count(row['force_count'])} "
        f"searches in {when} took place in {present.shorten(row['area'], 60)}, "
        f"{present.rate(row['rate'])} per 1,000 residents (95% interval {limits}); "
        f"{present.count(row['weapons'])} were for weapons.",
        values=values_of(row),
    )


def _shares(
    ask: Question,
    found: Searches,
    table: pd.DataFrame,
    label: str,
    heading: str,
    what: str,
    *,
    wording: Callable[..., Said],
    sources: Sequence[str] = (SOURCE,),
    notes: Sequence[str] = (),
) -> Finding:
    """The force's searches by one of their columns, the most first."""
    return ask.publish(
        table,
        sources=sources,
        subject=ask.spec.measure,
        wording=partial(wording, force=present.as_said(found.force), when=found.over.label),
        chart=partial(charts.sorted_bars, label=label),
        over=found.over,
        columns={
            label: heading,
            "count": "Searches",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=caption(found, what),
        definition=DEFINITION,
        notes=[*notes, *period_notes(ask, found)],
    )


def _lost_notes(lost: int) -> list[str]:
    if not lost:
        return []
    verbs = ("has", "counts") if lost == 1 else ("have", "count")
    searches = present.plural(lost, "search", "searches")
    return [f"{searches} of the force {verbs[0]} no point and {verbs[1]} nowhere here."]


def caption(found: Searches, what: str) -> str:
    return f"{what} – the {present.as_said(found.force)} force as a whole, {found.over.label}"


def period_notes(ask: Question, found: Searches) -> list[str]:
    if found.over == ask.period:
        return []
    return [f"Of {ask.period.label} the files cover {found.over.label}; the rest is not known."]
