"""Chapter 07, perceptions: what residents say, whether it changed, and what a survey can show."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.findings import Finding, Spec, common, finding, publish, resident_answers
from cspanalysis.findings.resident_answers import SOURCE
from cspanalysis.findings.sentences import survey_wording as wording
from cspanalysis.present import charts
from cspanalysis.present.charts.share_pairs import share_pairs
from cspanalysis.review.review import Review
from cspanalysis.stats import survey_shares

#: How the questions begin that are about feeling safe.
SAFETY = "feels safe"
#: The answer that the plan's target is about.
ANTISOCIAL = "perceives a high level of anti-social behaviour"

RANDOM_SAMPLE = (
    "The intervals treat each survey as a simple random sample of residents; weighting and "
    "clustering, which the results do not state, would widen them."
)

#: What the two marks of a chart of changes stand for.
_ROUNDS = ("the round before", "newest round")

_SHARES = {
    "question": "Answer",
    "survey": "Survey",
    "round": "Asked in",
    "share": "Share",
    "interval": "95% interval",
    "total": "People asked",
}
_CHANGE = {
    "question": "Answer",
    "compare_round": "Earlier",
    "compare_share": "Share then",
    "round": "Latest",
    "share": "Share now",
    "points": "Difference, points",
    "points_lower": "95% interval from",
    "points_upper": "to",
}


@finding(
    "perceptions.safety.shares",
    title="How safe do residents feel?",
    needs=SOURCE,
    measure="residents who feel safe",
    unit="share of people asked",
    polarity="higher_is_better",
    would_show="how safe residents feel",
)
def safety(review: Review, beginning: str = SAFETY, *, spec: Spec) -> Finding:
    """Shares of residents who feel safe, in the newest round of each survey."""
    rows = resident_answers.newest(review)
    rows = rows[_is_about_safety(rows["question"], beginning)]
    return _shares(review, spec, rows, "how safe residents feel")


@finding(
    "perceptions.problems.shares",
    title="What do residents see as a problem?",
    needs=SOURCE,
    measure="residents who see a problem",
    unit="share of people asked",
    polarity="lower_is_better",
    would_show="what residents see as a problem",
)
def problems(review: Review, leave_out: str = SAFETY, *, spec: Spec) -> Finding:
    """Shares of residents who see or met a problem, in the newest round of each survey."""
    rows = resident_answers.newest(review)
    rows = rows[~_is_about_safety(rows["question"], leave_out)]
    return _shares(review, spec, rows, "what residents see as a problem")


@finding(
    "perceptions.change",
    title="Have residents' answers changed since the round before?",
    needs=SOURCE,
    measure="answers of residents",
    unit="percentage points",
    would_show="whether residents' answers changed",
)
def changes(review: Review, *, spec: Spec) -> Finding:
    """Every answer that was asked for twice: both shares and the interval of the difference."""
    rows = resident_answers.newest(review)
    rows = rows[rows["compare_percent"].notna()].reset_index(drop=True)
    if rows.empty:
        raise NotAvailable(SOURCE, "no question was asked in two rounds")
    result = survey_shares.difference(rows)
    return publish(
        review,
        spec,
        result,
        say=partial(wording.answer_changes, subject="residents' answers"),
        chart=partial(share_pairs, label="question", names=_ROUNDS),
        comparison=resident_answers.over(review, result),
        compared=resident_answers.is_one_pair(result),
        sources=(SOURCE,),
        columns=_CHANGE,
        caption=common.where(
            review,
            "Answers of residents in two rounds",
            f"{resident_answers.rounds(result, 'compare_round', 'round')}; line = 95% interval",
        ),
        method=common.method_of(result),
        notes=(RANDOM_SAMPLE,),
    )


@finding(
    "perceptions.antisocial_behaviour.change",
    title="Do fewer residents perceive a high level of anti-social behaviour?",
    needs=SOURCE,
    measure="residents who perceive a high level of anti-social behaviour",
    unit="share of people asked",
    polarity="lower_is_better",
    would_show="whether fewer residents perceive a high level of anti-social behaviour",
)
def antisocial_change(review: Review, question: str = ANTISOCIAL, *, spec: Spec) -> Finding:
    """The plan's own indicator: the newest round against the one before."""
    rows = resident_answers.asked(resident_answers.newest(review), question)
    result = survey_shares.difference(rows)
    return publish(
        review,
        spec,
        result,
        say=wording.answer_change,
        chart=partial(share_pairs, label="question", names=_ROUNDS),
        comparison=resident_answers.over(review, result),
        compared=True,
        sources=(SOURCE,),
        columns=_CHANGE,
        caption=common.where(
            review,
            f"Share of residents: {question}",
            f"{resident_answers.rounds(result, 'compare_round', 'round')}; line = 95% interval",
        ),
        method=common.method_of(result),
        notes=(RANDOM_SAMPLE,),
    )


@finding(
    "perceptions.average",
    title="Do residents answer differently from those of the whole force area?",
    needs=SOURCE,
    measure="answers of residents against the average of the force area",
    unit="percentage points",
    would_show="how residents' answers compare with the average of the force area",
)
def average(review: Review, other_area: str | None = None, *, spec: Spec) -> Finding:
    """The newest answers beside those of a wider area, by default the only average there is."""
    everybody = review.table(SOURCE)
    wider = other_area or resident_answers.only_average(everybody)
    theirs = everybody[everybody["area"] == wider]
    rows = resident_answers.newest(review).drop(columns=["compare_percent", "compare_base"])
    keys = [*survey_shares.KEYS, "round"]
    theirs = theirs.rename(
        columns={"percent": "compare_percent", "base": "compare_base", "area": "other_area"}
    )
    rows = rows.merge(theirs[[*keys, "other_area", "compare_percent", "compare_base"]], on=keys)
    if rows.empty:
        raise NotAvailable(SOURCE, f"no question has an answer for '{wider}' in the same round")
    result = survey_shares.difference(rows)
    return publish(
        review,
        spec,
        result,
        say=partial(wording.against_average, subject="residents' answers"),
        chart=partial(share_pairs, label="question", names=(wider, review.area.name)),
        comparison=resident_answers.over(review, result),
        sources=(SOURCE,),
        columns={
            "question": "Answer",
            "round": "Asked in",
            "share": review.area.name,
            "compare_share": wider,
            "points": "Difference, points",
            "points_lower": "95% interval from",
            "points_upper": "to",
        },
        caption=common.where(
            review,
            f"Answers of residents beside the {wider}",
            f"{resident_answers.rounds(result, 'round')}; line = 95% interval",
        ),
        method=common.method_of(result),
        notes=(
            RANDOM_SAMPLE,
            f"The {wider} is taken as it stands; where it includes the area's own residents, the "
            "interval shown is a little too wide.",
        ),
    )


@finding(
    "perceptions.sample_size",
    title="Could a survey show the change that the target asks for?",
    needs=(SOURCE, "targets"),
    measure="people to be asked",
    unit="people",
    would_show="whether a survey could show the change that the target asks for",
)
def sample_size(
    review: Review,
    question: str = ANTISOCIAL,
    target: float | None = None,
    power: float = 0.8,
    *,
    spec: Spec,
) -> Finding:
    """People to be asked so that a change from the newest share to the target is seen.

    Parameters
    ----------
    target : float, optional
        Share in per cent; default: that of the partnership's list of targets.
    """
    row = resident_answers.asked(resident_answers.newest(review), question).iloc[0]
    aim = resident_answers.target_share(review, question) if target is None else target
    if pd.isna(row["percent"]):
        raise NotAvailable(SOURCE, f"the newest share of '{question}' is not given")
    if not (0 < row["percent"] < 100 and 0 < aim < 100) or aim == row["percent"]:
        raise NotAvailable("targets", "the target is the share that is already reached")
    base = None if pd.isna(row["base"]) else int(row["base"])
    need = survey_shares.needed(row["percent"] / 100, aim / 100, base, power=power)
    result = pd.DataFrame(
        [
            {
                "question": question, "round": row["round"], "share": need.share,
                "target": need.target, "target_share": need.target, "people": need.people,
                "base": base, "fall_to": need.fall_to, "rise_to": need.rise_to,
                "fall_to_share": need.fall_to, "power": power, "confidence": need.confidence,
                "population": _residents(review), "status": "ok",
                "decimals": int(survey_shares.decimals_of(need.share, need.target)),
            }
        ]
    )  # fmt: skip
    return publish(
        review,
        spec,
        result,
        say=wording.sample_needed,
        comparison=resident_answers.over(review, result.assign(period=row["period"])),
        sources=(SOURCE,) if target is not None else (SOURCE, "targets"),
        columns={
            "question": "Answer",
            "share": "Share now",
            "target_share": "Target",
            "base": "People asked now",
            "people": "People needed in each round",
            "fall_to_share": "Fall that would be seen now, to",
        },
        caption=common.where(review, "Sample that the target would need", row["round"]),
        method=(
            "two-sided test of two shares of independent samples of equal size (Fleiss), "
            f"power {power:.0%}"
        ),
        notes=(RANDOM_SAMPLE,),
    )


def _is_about_safety(questions: pd.Series, beginning: str) -> pd.Series:
    """Questions that begin so, and those that ask in full how safe people feel."""
    words = questions.str.lower()
    asks = words.str.contains(r"\bfeel") & words.str.contains(r"\b(?:un)?safe")
    return words.str.startswith(beginning.lower()) | asks


def _shares(review: Review, spec: Spec, rows: pd.DataFrame, subject: str) -> Finding:
    if rows.empty:
        raise NotAvailable(SOURCE, "no such question was asked")
    result = survey_shares.shares(rows)
    # The newest survey first, the most frequent answer first.
    ends = result["period"].map(lambda p: Period.parse(p).last)
    labels = result["question"].map(common.capital)
    result = result.assign(ends=ends, label=labels).sort_values(
        ["ends", "survey", "share"], ascending=[False, True, False], ignore_index=True
    )
    unasked = int(result["lower"].isna().sum())
    notes = [RANDOM_SAMPLE]
    if unasked:
        notes.append(
            f"For {unasked} of {len(result)} answers the share or the number of people asked is "
            "not given; they have no interval."
        )
    return publish(
        review,
        spec,
        result.drop(columns="ends"),
        say=partial(wording.answers, subject=subject),
        chart=partial(charts.shares_with_intervals, label="label", order="table"),
        comparison=resident_answers.over(review, result),
        sources=(SOURCE,),
        columns=_SHARES,
        caption=common.where(
            review,
            common.capital(subject),
            f"{resident_answers.rounds(result, 'round')}; line = 95% interval",
        ),
        method=common.method_of(result),
        notes=notes,
    )


def _residents(review: Review) -> int | None:
    try:
        return review.residents(review.period)[0]
    except NotAvailable:
        return None
