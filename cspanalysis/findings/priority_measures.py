"""What a priority or a target is measured by: counts, changes, peers and surveys in one shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import stats

from cspanalysis import present
from cspanalysis.audit import printed, register_series
from cspanalysis.audit.register_series import Series
from cspanalysis.domain import breaks, offences
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import common
from cspanalysis.findings.common import other_counts as monthly
from cspanalysis.review import conditions
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import change, peers


@dataclass(frozen=True)
class Measure:
    """What stands for a priority in the matrix.

    Parameters
    ----------
    key, label : str
        Key of the plan's files, and how a reader names it.
    counted : sequence of Series
        What is added up for volume and trend.
    things : str
        What that is, in words.
    peer : str
        Offence whose rate is set against the peers'; '' for none.
    question : str
        Question of a survey in place of counts ('' for none); the more say yes, the better.
    evidence : mapping
        The findings that speak for it: id and question.
    """

    key: str
    label: str
    counted: Sequence[Series] = ()
    things: str = ""
    peer: str = ""
    question: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Versus:
    """How the area lies to its peers.

    Parameters
    ----------
    verdict : str
        'higher', 'similar' or 'lower', of what is bad; '' without peers.
    by : str
        What was compared, where it is not what the measure counts; '' where it is.
    peers : str
        Who the peers are, in the plural or with an article.
    """

    verdict: str = ""
    by: str = ""
    peers: str = ""


def _police(name: str) -> Series:
    return Series("police_extract", name)


#: Calls are counted from the log of police and council; where there is none, the street-level files
#: hold incidents of anti-social behaviour.
_LOG = Series("asb_calls", where="type!=bogus caller")
_STREET = Series("police_uk", "anti-social behaviour")
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
        (Series("hospital_extract", "T51+F10"),), "alcohol-related hospital admissions",
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
        (Series("youth_offending", "referred to the Youth Offending Service"),),
        "young people referred to the Youth Offending Service", 
        evidence={
            "young_people.exclusions.change": "Are more children excluded from school?",
            "young_people.exclusions.clusters": "Which school clusters exclude the most pupils?",
        },
    ),
)  # fmt: skip

_LABELS = {measure.key: measure.label for measure in MEASURES}


def measures(review: Review) -> list[Measure]:
    """The priorities, each by what the workspace can count of it."""
    if review.store.has("asb_calls") or not review.store.has("police_uk"):
        return list(MEASURES)
    return [
        replace(
            measure,
            counted=tuple(_STREET if of == _LOG else of for of in measure.counted),
            things=measure.things.replace(_WORDS[_LOG], _WORDS[_STREET]),
        )
        for measure in MEASURES
    ]


def label(key: str) -> str:
    """How a reader names a priority; unknown keys as they are, without underscores."""
    return _LABELS.get(key, str(key).replace("_", " ").capitalize())


def counts(review: Review, measure: Measure, comparison: Comparison) -> tuple[float, float]:
    """Now and before, added up over what the measure counts; missing where it cannot be counted.

    Counts of a source under a disclosure policy come as that policy shows them.
    """
    found = []
    for period in (comparison.period, comparison.compare):
        try:
            parts = [
                as_shown(review, of, register_series.count(review, of, period))
                for of in measure.counted
            ]
        except NotAvailable:
            parts = []
        found.append(float(sum(parts)) if parts else np.nan)
    return found[0], found[1]


def as_shown(review: Review, of: Series, value: float) -> float:
    """A count as the policy of its source shows it; missing where it hides it."""
    policy = review.policy(of.source)
    if policy == "none" or review.edition != "public" or pd.isna(value):
        return value
    if policy == "hes":
        return 5.0 * round(value / 5) if value == 0 or value > 7 else np.nan
    return value if value == 0 or value >= review.threshold else np.nan


def trend(review: Review, measure: Measure, comparison: Comparison) -> str:
    """'up', 'down' or 'no_clear_change' of what is bad; '' where it cannot be told.

    Monthly counts allow for dispersion, as the chapters' own findings do.
    """
    if measure.question:
        return _survey_trend(review, measure, comparison)
    try:
        result = change.compared(by_month(review, measure), comparison.period, comparison.compare)
        result = comparable(review, measure, comparison, result)
    except NotAvailable:
        now, before = counts(review, measure, comparison)
        if pd.isna(now) or pd.isna(before):
            return ""
        days = {"days": [comparison.period.days], "compare_days": [comparison.compare.days]}
        result = change.change(pd.DataFrame({"count": [now], "compare_count": [before], **days}))
    row = result.iloc[0].to_dict()
    return "" if row["verdict"] == "none" else row["verdict"]


def comparable(
    review: Review, measure: Measure, comparison: Comparison, result: pd.DataFrame
) -> pd.DataFrame:
    """The change without a verdict where what it counts cannot be compared in the two periods."""
    for of in measure.counted:
        source, chosen = of.source, None
        if source in OFFENCE_SOURCES:
            counted = review.offences_by_month(of.series, comparison.period, comparison.compare)
            source, scheme = counted.sources[0], counted.scheme
            chosen = offences.members(of.series, scheme)
            crossed = breaks.crossing(of.series, comparison.period, comparison.compare, scheme)
            if any(b.action == "refuse" for b in crossed):
                return result.assign(verdict="none", status="not_comparable")
        result = common.with_places(review, result, comparison, source, chosen)
    return result


def parts(review: Review, measure: Measure, comparison: Comparison) -> dict[str, str]:
    """Trend of each thing that is added up, in words; none where there is one thing only."""
    if len(measure.counted) < 2:
        return {}
    alone = {of: replace(measure, counted=(of,)) for of in measure.counted}
    return {_WORDS.get(of, of.series): trend(review, m, comparison) for of, m in alone.items()}


def by_month(review: Review, measure: Measure) -> pd.DataFrame:
    """Counts by month over all that the sources cover, added up over what the measure counts."""
    if not measure.counted:
        raise NotAvailable((), f"{measure.label} is not counted")
    parts = []
    for of in measure.counted:
        if of.source in OFFENCE_SOURCES:
            parts.append(review.offences_by_month(of.series).table)
        elif of.source == "asb_calls":
            calls = review.table(of.source)
            rows = conditions.matching(calls, of.where)
            parts.append(monthly.monthly(rows, review.covered(of.source)))
        else:
            raise NotAvailable(of.source, "its figures are by year")
    shared = set.intersection(*(set(part["month"]) for part in parts))
    together = pd.concat(parts)
    together = together[together["month"].isin(shared)]
    return together.groupby("month", as_index=False)["count"].sum()


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
    verdict = compared.loc[compared["is_own"], "verdict"].iloc[0]
    if verdict == "none":
        return Versus()
    by = "" if tuple(measure.counted) == (_police(measure.peer),) else measure.peer
    return Versus(verdict, by, f"the other {review.peer_group(group).label}")


def answers(review: Review, question: str, period: Period) -> pd.DataFrame:
    """Answers to a question, newest round that begins by the period's end first."""
    table = review.table("surveys")
    rows = table[(table["question"] == question) & table["percent"].notna()]
    # A round that states no year ('Spring') can be placed nowhere.
    begins = [None if (p := printed.period(r)) is None else p.first for r in rows["round"]]
    rows = rows.assign(begins=pd.Series(begins, index=rows.index, dtype="float")).dropna(
        subset="begins"
    )
    rows = rows[rows["begins"] <= period.last].sort_values("begins", ascending=False)
    if rows.empty:
        raise NotAvailable("surveys", f"no answer to '{question}' by {period.label}")
    return rows


def concern(review: Review, questions: Mapping[str, str], key: str, period: Period) -> float:
    """Share of residents who call it a problem, by the question that the settings name."""
    if key not in questions:
        return np.nan
    try:
        rows = answers(review, questions[key], period)
    except NotAvailable:
        return np.nan
    own = rows[rows["area"] == review.area.name]
    return float(own["percent"].iloc[0]) if len(own) else np.nan


def _survey_trend(review: Review, measure: Measure, comparison: Comparison) -> str:
    try:
        rows = answers(review, measure.question, comparison.period)
    except NotAvailable:
        return ""
    own = rows[rows["area"] == review.area.name].head(2)
    if len(own) < 2 or own["base"].isna().any():
        return ""
    return {1: "down", 0: "no_clear_change", -1: "up"}[_differs(own.iloc[0], own.iloc[1])]


def _survey_peers(review: Review, measure: Measure, period: Period) -> Versus:
    try:
        rows = answers(review, measure.question, period)
    except NotAvailable:
        return Versus()
    newest = rows[rows["begins"] == rows["begins"].max()].dropna(subset=["base"])
    own = newest[newest["area"] == review.area.name]
    others = newest[newest["area"] != review.area.name]
    if own.empty or others.empty:
        return Versus()
    verdict = {1: "lower", 0: "similar", -1: "higher"}[_differs(own.iloc[0], others.iloc[0])]
    return Versus(verdict, peers=f"the {present.shorten(others['area'].iloc[0], 60)}")


def _differs(first: pd.Series, second: pd.Series) -> int:
    """1 if the first share is larger by more than the error of two samples, -1 if smaller."""
    p, q = first["percent"] / 100, second["percent"] / 100
    error = np.sqrt(p * (1 - p) / first["base"] + q * (1 - q) / second["base"])
    z = stats.norm.ppf(0.975)
    return 0 if abs(p - q) <= z * error else (1 if p > q else -1)
