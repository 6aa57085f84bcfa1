"""Perceptions: what residents say, whether it changed, and what a survey can show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import resident_answers
from cspanalysis.findings import survey_wording as wording
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding, Said
from cspanalysis.findings.resident_answers import SOURCE
from cspanalysis.present import charts
from cspanalysis.present.charts.share_pairs import share_pairs
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


survey_question = partial(question, needs=SOURCE, once=True)
share_question = partial(survey_question, unit="share of people asked")
points_question = partial(survey_question, unit="percentage points")


@share_question(
    "perceptions.safety.shares",
    "How safe do residents feel?",
    measure="residents who feel safe",
    fewer_is_better=False,
    would_show="how safe residents feel",
)
def safety(ask: Question, beginning: str = SAFETY) -> Finding:
    """Shares of residents who feel safe, in the newest round of each survey."""
    rows = resident_answers.newest(ask.review, ask.period)
    rows = rows[_is_about_safety(rows["question"], beginning)]
    return _shares(ask, rows, "how safe residents feel")


@share_question(
    "perceptions.problems.shares",
    "What do residents see as a problem?",
    measure="residents who see a problem",
    fewer_is_better=True,
    would_show="what residents see as a problem",
)
def problems(ask: Question, leave_out: str = SAFETY) -> Finding:
    """Shares of residents who see or met a problem, in the newest round of each survey."""
    rows = resident_answers.newest(ask.review, ask.period)
    rows = rows[~_is_about_safety(rows["question"], leave_out)]
    return _shares(ask, rows, "what residents see as a problem")


@points_question(
    "perceptions.change",
    "Have residents' answers changed since the round before?",
    measure="answers of residents",
    would_show="whether residents' answers changed",
)
def changes(ask: Question) -> Finding:
    """Every answer that was asked for twice: both shares and the interval of the difference."""
    rows = resident_answers.newest(ask.review, ask.period)
    rows = rows[rows["compare_percent"].notna()].reset_index(drop=True)
    if rows.empty:
        raise NotAvailable(SOURCE, "no question was asked in two rounds")
    result = survey_shares.difference(rows)
    said = partial(wording.answer_changes, subject="residents' answers")
    return _two_rounds(ask, result, said, "Answers of residents in two rounds")


@share_question(
    "perceptions.antisocial_behaviour.change",
    "Do fewer residents perceive a high level of anti-social behaviour?",
    measure="residents who perceive a high level of anti-social behaviour",
    fewer_is_better=True,
    would_show="whether fewer residents perceive a high level of anti-social behaviour",
)
def antisocial_change(ask: Question, question: str = ANTISOCIAL) -> Finding:
    """The plan's own indicator: the newest round against the one before."""
    rows = resident_answers.asked(resident_answers.newest(ask.review, ask.period), question)
    result = survey_shares.difference(rows)
    return _two_rounds(ask, result, wording.answer_change, f"Share of residents: {question}")


@points_question(
    "perceptions.average",
    "Do residents answer differently from those of the whole force area?",
    measure="answers of residents against the average of the force area",
    would_show="how residents' answers compare with the average of the force area",
)
def average(ask: Question, other_area: str | None = None) -> Finding:
    """The newest answers beside those of a wider area, by default the only average there is."""
    wider = other_area or resident_answers.only_average(ask.review)
    rows = resident_answers.newest(ask.review, ask.period)
    rows = resident_answers.beside(ask.review, rows, wider)
    if rows.empty:
        raise NotAvailable(SOURCE, f"no question has an answer for '{wider}' in the same round")
    result = survey_shares.difference(rows)
    return ask.publish(
        result,
        wording=partial(wording.against_average, subject="residents' answers"),
        chart=partial(share_pairs, label="question", names=(wider, ask.review.area.name)),
        over=_over(ask, result),
        sources=(SOURCE,),
        columns={
            "question": "Answer",
            "round": "Asked in",
            "share": ask.review.area.name,
            "compare_share": wider,
            "points": "Difference, points",
            "points_lower": "95% interval from",
            "points_upper": "to",
        },
        what=f"Answers of residents beside the {wider}",
        when=f"{_rounds(result, 'round')}; line = 95% interval",
        notes=(
            RANDOM_SAMPLE,
            f"The {wider} is taken as it stands; where it includes the area's own residents, the "
            "interval shown is a little too wide.",
        ),
    )


@survey_question(
    "perceptions.sample_size",
    "Could a survey show the change that the target asks for?",
    needs=(SOURCE, "targets"),
    measure="people to be asked",
    unit="people",
    would_show="whether a survey could show the change that the target asks for",
)
def sample_size(
    ask: Question, question: str = ANTISOCIAL, target: float | None = None, power: float = 0.8
) -> Finding:
    """People to be asked so that a change from the newest share to the target is seen.

    `target`: share in per cent; default: that of the partnership's list of targets.
    """
    newest = resident_answers.newest(ask.review, ask.period)
    asked = resident_answers.asked(newest, question)
    row = asked.iloc[0]
    aim = _target_share(ask, question) if target is None else target
    if pd.isna(row["percent"]):
        raise NotAvailable(SOURCE, f"the newest share of '{question}' is not given")
    if not (0 < row["percent"] < 100 and 0 < aim < 100) or aim == row["percent"]:
        raise NotAvailable("targets", "the target is the share that is already reached")
    tells = survey_shares.effective(asked)[0]
    base = None if pd.isna(tells) else int(tells)
    need = survey_shares.needed(row["percent"] / 100, aim / 100, base, power=power)
    result = pd.DataFrame(
        [
            {
                "question": question, "round": row["round"], "share": need.share,
                "target": need.target, "target_share": need.target, "people": need.people,
                "base": base, "fall_to": need.fall_to, "rise_to": need.rise_to,
                "fall_to_share": need.fall_to, "power": power, "confidence": need.confidence,
                "population": _residents(ask), "status": "ok",
                "decimals": int(survey_shares.decimals_of(need.share, need.target)),
            }
        ]
    )  # fmt: skip
    return ask.publish(
        result,
        wording=wording.sample_needed,
        over=_over(ask, result.assign(period=row["period"])),
        sources=(SOURCE,) if target is not None else (SOURCE, "targets"),
        columns={
            "question": "Answer",
            "share": "Share now",
            "target_share": "Target",
            "base": "People asked now",
            "people": "People needed in each round",
            "fall_to_share": "Fall that would be seen now, to",
        },
        what="Sample that the target would need",
        when=row["round"],
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


def _shares(ask: Question, rows: pd.DataFrame, subject: str) -> Finding:
    if rows.empty:
        raise NotAvailable(SOURCE, "no such question was asked")
    result = survey_shares.shares(rows)
    # The newest survey first, the most frequent answer first.
    ends = result["period"].map(lambda p: Period.parse(p).last)
    labels = result["question"].map(present.capital)
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
    return ask.publish(
        result.drop(columns="ends"),
        wording=partial(wording.answers, subject=subject),
        chart=partial(charts.shares_with_intervals, label="label", order="table"),
        over=_over(ask, result),
        sources=(SOURCE,),
        columns=_SHARES,
        what=subject,
        when=f"{_rounds(result, 'round')}; line = 95% interval",
        notes=notes,
    )


def _two_rounds(
    ask: Question, result: pd.DataFrame, said: Callable[[pd.DataFrame], Said], what: str
) -> Finding:
    # The months of several pairs can overlap: then each row has its two rounds, and the finding
    # as a whole no one period that it is compared with.
    is_one_pair = len(result[["period", "compare_period"]].drop_duplicates()) == 1
    return ask.publish(
        result,
        wording=said,
        chart=partial(share_pairs, label="question", names=_ROUNDS),
        over=_over(ask, result),
        compared=is_one_pair,
        sources=(SOURCE,),
        columns=_CHANGE,
        what=what,
        when=f"{_rounds(result, 'compare_round', 'round')}; line = 95% interval",
        notes=(RANDOM_SAMPLE,),
    )


def _over(ask: Question, result: pd.DataFrame) -> Comparison:
    """The months of the newest rounds, and of the rounds before where there are any."""
    period = _span(result["period"]) or ask.period
    earlier = _span(result["compare_period"]) if "compare_period" in result else None
    return Comparison(period, earlier or period.before)


def _span(periods: pd.Series) -> Period | None:
    known = [Period.parse(p) for p in periods.dropna()]
    return Period(min(p.first for p in known), max(p.last for p in known)) if known else None


def _rounds(result: pd.DataFrame, *columns: str) -> str:
    """Words for the survey rounds in the columns."""
    seen = sorted({str(r) for c in columns for r in result[c].dropna()})
    return " and ".join(seen) if len(seen) < 3 else f"{seen[0]} to {seen[-1]}"


def _target_share(ask: Question, question: str) -> float:
    """The newest target for the share that gives an answer, in per cent."""
    targets = ask.review.table("targets")
    rows = targets[(targets["series"] == question) & targets["target"].notna()]
    if rows.empty:
        raise NotAvailable("targets", f"it has no target for '{question}'")
    return float(rows.sort_values("target_period").iloc[-1]["target"])


def _residents(ask: Question) -> int | None:
    try:
        return ask.review.residents(ask.period)[0]
    except NotAvailable:
        return None
