"""What a priority is measured by: counts, changes, peers and surveys in one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from cspanalysis import present
from cspanalysis.audit import register_series
from cspanalysis.audit.register_series import Named
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.offences import POLICE_UK
from cspanalysis.domain.periods import Period
from cspanalysis.findings import call_log, resident_answers
from cspanalysis.findings.question import SPECS, Question
from cspanalysis.findings.shapes import changes
from cspanalysis.review.review import Review
from cspanalysis.review.series import RECORDED, Series
from cspanalysis.stats import change, dispersion, peers, survey_shares, yearly
from cspanalysis.workspace import issue_settings
from cspanalysis.workspace.issue_settings import Decision, Issue, Judgement


@dataclass(frozen=True)
class Measure:
    """What stands for a priority in the matrix."""

    #: Key of the plan's files, and how a reader names it.
    key: str
    label: str
    #: What is added up for volume and trend, and what that is in words.
    counted: Sequence[Named] = ()
    things: str = ""
    #: Offence whose rate is set against the peers'; '' for none.
    peer: str = ""
    #: Question of a survey in place of counts ('' for none); the more say yes, the better.
    question: str = ""
    #: The findings that speak for it: id and question.
    evidence: Mapping[str, str] = field(default_factory=dict)
    #: Who leads on it, what was judged of it, and what the board decided.
    owner: str = ""
    judgements: tuple[Judgement, ...] = ()
    decision: Decision | None = None


@dataclass(frozen=True)
class Versus:
    """How the area lies to its peers."""

    #: 'higher', 'similar' or 'lower', of what is bad; '' without peers.
    verdict: str = ""
    #: What was compared, where it is not what the measure counts; '' where it is.
    by: str = ""
    #: Who the peers are, in the plural or with an article.
    peers: str = ""


def _police(name: str) -> Named:
    return Named("police_extract", name)


#: Calls are counted from the log of police and council; where there is none, the street-level files
#: hold incidents of anti-social behaviour.
_LOG = Named("asb_calls", where=call_log.IS_ASB)
_STREET = Named("police_uk", "anti-social behaviour")
_WORDS = {
    _LOG: "calls about anti-social behaviour",
    _STREET: "incidents of anti-social behaviour",
}

MEASURES = (
    Measure(
        "acquisitive_crime", "Acquisitive crime", (_police("acquisitive crime"),),
        "burglary, robbery, theft and vehicle crime", "acquisitive crime",
        evidence={
            "acquisitive.changes": "Which kinds of acquisitive crime rose or fell?",
            "acquisitive.vehicle_crime.change": "Did vehicle crime rise or fall?",
            "acquisitive.purse_dipping.season": "When in the year does purse dipping peak?",
            "acquisitive.purse_dipping.places":
                "Where does purse dipping happen again and again?",
        },
    ),
    Measure(
        "anti_social_behaviour", "Anti-social behaviour",
        (_police("criminal damage"), _LOG),
        "criminal damage and calls about anti-social behaviour", "criminal damage",
        evidence={
            "antisocial.calls.change": "Did calls about anti-social behaviour rise or fall?",
            "antisocial.calls.types": "What are the calls about?",
            "antisocial.criminal_damage.change": "Did criminal damage rise or fall?",
            "antisocial.graffiti.change": "Did graffiti rise or fall?",
            "antisocial.cleanliness": "How many sites are below the standard of cleanliness?",
            "roads.collisions.change": "Did road collisions with injury rise or fall?",
            "fires.all.change": "Did fires rise or fall?",
        },
    ),
    Measure(
        "perception", "Perception of crime", question="feels safe walking alone at night",
        things="residents who feel safe walking alone at night", 
        evidence={
            "perceptions.safety.shares": "How safe do residents feel?",
            "perceptions.change": "Have residents' answers changed since the round before?",
            "perceptions.average":
                "Do residents answer differently from those of the whole force area?",
        },
    ),
    Measure(
        "substance_misuse_alcohol", "Substance misuse: alcohol",
        (Named("hospital_extract", "T51+F10"),), "alcohol-related hospital admissions",
        evidence={
            "substance.alcohol_admissions.trend":
                "Are there more hospital admissions because of alcohol?",
            "substance.alcohol_admissions.age_sex":
                "Who is admitted to hospital because of alcohol?",
        },
    ),
    Measure(
        "substance_misuse_drugs", "Substance misuse: drugs", (_police("drug offences"),),
        "drug offences", "drug offences", 
        evidence={
            "substance.drug_offences.change": "Did recorded drug offences rise or fall?",
            "substance.drug_offences.custody":
                "Did drug offences change, with and without those found in custody?",
        },
    ),
    Measure(
        "violent_crime", "Violent crime", (_police("violent crime"),), "violent offences",
        "violent crime", evidence={
            "violence.change": "Did violent crime rise or fall?",
            "violence.nte.change": "Did night-time economy violence rise or fall?",
            "violence.nte.town_centre_share":
                "How much night-time violence happens in town centres?",
            "violence.domestic.repeat": "How many victims of domestic abuse are victims again?",
            "violence.hate.detection": "How much hate crime is detected?",
        },
    ),
    Measure(
        "young_people", "Young people's issues",
        (Named("youth_offending", "referred to the Youth Offending Service"),),
        "young people referred to the Youth Offending Service", 
        evidence={
            "young_people.exclusions.change": "Are more children excluded from school?",
            "young_people.exclusions.clusters": "Which school clusters exclude the most pupils?",
        },
    ),
)  # fmt: skip

_OF_2008 = {measure.key: measure for measure in MEASURES}


def measures(review: Review) -> list[Measure]:
    """The priorities, each by what the workspace can count of it.

    The partnership's own list of issues; without one the seven of the strategies of 2008.
    """
    issues = own_issues(review)
    named = [of_issue(issue) for issue in issues] if issues else list(MEASURES)
    if review.store.has("asb_calls") or not review.store.has("police_uk"):
        return named
    return [
        replace(
            measure,
            counted=tuple(_STREET if of == _LOG else of for of in measure.counted),
            things=measure.things.replace(_WORDS[_LOG], _WORDS[_STREET]),
        )
        for measure in named
    ]


def own_issues(review: Review) -> tuple[Issue, ...]:
    """The issues of the settings' list."""
    return issue_settings.read(review.settings.get("priorities", {}).get("issue", ()))


def of_issue(issue: Issue) -> Measure:
    """An issue as the matrix weighs it; one of 2008 that names no measures has those of then."""
    if not issue.measures:
        return replace(
            _OF_2008[issue.key], label=issue.label, owner=issue.owner,
            judgements=issue.judgements, decision=issue.decision,
        )  # fmt: skip
    counted: dict[Named, None] = {}
    words, evidence, question, peer = [], {}, "", ""
    for text in issue.measures:
        source, _, rest = (part.strip() for part in text.partition(":"))
        offence = text if "." not in text else _offence_of(text)
        if "." in text:
            evidence[text] = _title_of(text)
        if source == "surveys" and rest:
            question = rest
            words.append(f"residents who say: {rest}")
        elif source in issue_settings.SERIES and rest:
            counted[Named(source, rest)] = None
            words.append(rest)
        elif text == "asb_calls" or offence == "anti-social behaviour":
            counted[_LOG] = None
            words.append(_WORDS[_LOG])
            peer = peer or ("anti-social behaviour" if offence == "anti-social behaviour" else "")
        elif text in issue_settings.LOGS:
            counted[Named(text)] = None
            words.append(RECORDED[text][0])
        elif offence:
            scheme = issue_settings.scheme_of(offence)
            counted[Named("police_uk" if scheme == POLICE_UK else "police_extract", offence)] = None
            words.append(offence)
            peer = peer or offence
    return Measure(
        issue.key, issue.label, tuple(counted), present.listed(dict.fromkeys(words)), peer,
        "" if counted else question, evidence, issue.owner, issue.judgements, issue.decision,
    )  # fmt: skip


def _offence_of(id: str) -> str:
    """The offence that the id of a finding counts: 'retail.shoplifting.change' shoplifting."""
    for part in reversed(id.split(".")):
        if issue_settings.scheme_of(part.replace("_", " ")):
            return part.replace("_", " ")
    return "anti-social behaviour" if id.startswith("antisocial.incidents") else ""


def _title_of(id: str) -> str:
    """The question of a finding; its id where it is filled in only when asked."""
    return next((spec.title for spec in SPECS if spec.id == id), id)


def label(key: str, review: Review | None = None) -> str:
    """How a reader names a priority; unknown keys as they are, without underscores."""
    issues = own_issues(review) if review is not None else ()
    own = {issue.key: issue.label for issue in issues}
    if key in own:
        return own[key]
    return _OF_2008[key].label if key in _OF_2008 else str(key).replace("_", " ").capitalize()


def count(review: Review, measure: Measure, period: Period) -> float:
    """All that the measure counts added up, as policies show it; missing where it is not known."""
    try:
        parts = [
            review.shown(of.source, register_series.count(review, of, period))
            for of in measure.counted
        ]
    except NotAvailable:
        parts = []
    return float(sum(parts)) if parts else np.nan


def trend(ask: Question, measure: Measure) -> str:
    """'up', 'down' or 'no_clear_change' of what is bad; '' where it cannot be told."""
    if measure.question:
        return _survey_trend(ask, measure)
    try:
        result, _ = changed(ask, measure)
    except NotAvailable:
        now, before = (count(ask.review, measure, p) for p in (ask.period, ask.compare))
        if pd.isna(now) or pd.isna(before):
            return ""
        days = {"days": [ask.period.days], "compare_days": [ask.compare.days]}
        result = change.change(pd.DataFrame({"count": [now], "compare_count": [before], **days}))
        result = change.widened(result, _of_years(ask, measure), yearly.FEW_YEARS)
    verdict = result["verdict"].iloc[0]
    return "" if verdict == "none" else verdict


def _of_years(ask: Question, measure: Measure) -> dispersion.Variance:
    """By how much the years of a measure that is counted by year vary more than chance."""
    spans = [ask.period.shift(-12 * n) for n in reversed(range(dispersion.MOST_YEARS))]
    return dispersion.of_years([count(ask.review, measure, span) for span in spans])


def changed(ask: Question, measure: Measure) -> tuple[pd.DataFrame, Series]:
    """Change of all that the measure counts together, and the series that it is of."""
    named = measure.counted
    parts = [register_series.series(ask.review, of, ask.period, ask.compare) for of in named]
    if not parts:
        raise NotAvailable((), f"{measure.label} is not counted")
    if len(parts) == 1:
        return changes.compared(ask, parts[0]), parts[0]
    months = set.intersection(*(set(part.by_month["month"]) for part in parts))
    rows = pd.concat([part.by_month for part in parts])
    known = parts[0].coverage.of(months)
    whole = Series(rows[rows["month"].isin(months)], known, measure.things)
    offences = [str(part.selection) for part in parts if part.selection]
    scheme = next((part.scheme for part in parts if part.selection), "")
    result = change.compared(
        whole.by_month, ask.period, ask.compare, series=offences or None, scheme=scheme
    )
    for part in parts:
        result = changes.judged(ask, part, result)
    return result, whole


def parts(ask: Question, measure: Measure) -> dict[str, str]:
    """Trend of each thing that is added up, in words; none where there is one thing only."""
    if len(measure.counted) < 2:
        return {}
    alone = {of: replace(measure, counted=(of,)) for of in measure.counted}
    return {_WORDS.get(of, of.series): trend(ask, m) for of, m in alone.items()}


def against_peers(review: Review, measure: Measure, period: Period) -> Versus:
    """How the area lies to the group of peers that its chapters would choose."""
    if measure.question:
        return _survey_peers(review, measure, period)
    group = review.peers.choose(measure.peer, period=period) if measure.peer else None
    if group is None:
        return Versus()
    try:
        table = review.peer_counts(measure.peer, group, period).table
    except NotAvailable:
        return Versus()
    compared = peers.compare(table, draws=0)
    verdict = compared.loc[compared["is_own"], "verdict_widened"].iloc[0]
    if verdict == "none":
        return Versus()
    alone = {(_police(measure.peer),), (Named("police_uk", measure.peer),)}
    by = "" if tuple(measure.counted) in alone else measure.peer
    return Versus(verdict, by, f"the other {review.peer_group(group).label}")


def concern(review: Review, questions: Mapping[str, str], key: str, period: Period) -> float:
    """Share of residents who call it a problem, by the question that the settings name."""
    if key not in questions:
        return np.nan
    try:
        newest = resident_answers.newest(review, period)
        percent = resident_answers.asked(newest, questions[key])["percent"].iloc[0]
    except NotAvailable:
        return np.nan
    return np.nan if pd.isna(percent) else float(percent)


def _survey_trend(ask: Question, measure: Measure) -> str:
    try:
        newest = resident_answers.newest(ask.review, ask.period)
        row = resident_answers.asked(newest, measure.question)
    except NotAvailable:
        return ""
    verdict = survey_shares.difference(row)["verdict"].iloc[0]
    # The more say yes, the better.
    return {"up": "down", "down": "up", "no_clear_change": "no_clear_change"}.get(verdict, "")


def _survey_peers(review: Review, measure: Measure, period: Period) -> Versus:
    try:
        wider = resident_answers.only_average(review)
        newest = resident_answers.newest(review, period)
        row = resident_answers.asked(newest, measure.question)
    except NotAvailable:
        return Versus()
    beside = resident_answers.beside(review, row, wider)
    verdicts = survey_shares.difference(beside)["verdict"].tolist()
    words = {"up": "lower", "down": "higher", "no_clear_change": "similar"}
    if not verdicts or verdicts[0] not in words:
        return Versus()
    return Versus(words[verdicts[0]], peers=f"the {present.shorten(wider, 60)}")
