"""Did an action work: places of an action against places left alone, from street-level files.

What is compared is chosen before the effect is computed, from the time before the start alone; what
could be told from chance is said first. An effect that this finds is a difference between places:
whether the action made it is for the partnership to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.intervention_wording import effect_told, trend_told
from cspanalysis.findings.place_counts import SMALL
from cspanalysis.findings.question import Question, question
from cspanalysis.findings.record import Finding
from cspanalysis.present import charts
from cspanalysis.review import named_streets, treated_places
from cspanalysis.review.review import Review
from cspanalysis.review.treated_places import Treated
from cspanalysis.stats import effects
from cspanalysis.workspace.intervention_settings import Intervention

#: Fewest months after the start from which an effect is asked for.
FEWEST_MONTHS = 3
#: A chance below which a fall would hardly ever be found.
HARDLY = 0.01
#: So many places are named in the definition.
MOST_NAMED = 12

#: What is said of the units that are counted.
_OF_UNITS = {"small areas": SMALL, "streets": named_streets.DEFINITION, "districts": ""}

effect_question = partial(
    question, needs=("police_uk",), unit="crimes", fewer_is_better=True, once=True, role="action"
)


@dataclass(frozen=True, eq=False)
class _Compared:
    """An action with its places, its times, and what it is compared with."""

    action: Intervention
    places: Treated
    after: Period
    before: Period
    earlier: Period | None
    comparison: list[str]
    ring_comparison: list[str]
    multiplier: pd.Series | None

    def counts(self, units: list[str], before: Period, after: Period) -> pd.DataFrame:
        rows = self.places.by_month.loc[units]
        return pd.DataFrame(
            {
                "before": rows[before.month_list()].sum(axis=1),
                "after": rows[after.month_list()].sum(axis=1),
            }
        )

    @property
    def subject(self) -> str:
        return present.listed(self.action.measure)


def effects_of(review: Review) -> list[Finding]:
    """Two findings for each action of the settings: the time before, and the effect."""
    if review.area.name != review.workspace.area().name:
        return []
    found: list[Finding] = []
    for action in review.workspace.interventions:
        name = present.shorten(action.name, 80)
        found += [trend(review, action.key, name=name), effect(review, action.key, name=name)]
    return found


@effect_question(
    "plan.trend.{key}",
    "{name}: did the places run alike before?",
    measure="the places of the action and their comparison by month",
    would_show="whether the places ran alike before the action",
)
def trend(ask: Question, key: str, *, name: str = "") -> Finding:
    """The places of an action and their comparison by month, before the start and since."""
    compared = _compared(ask, key)
    table = _months(compared)
    test = _before(compared)
    test = {} if test is None else test.iloc[0][["ratio", "lower", "upper", "verdict"]].to_dict()
    table = table.assign(**{f"before_{k}": v for k, v in test.items()}, status="ok")
    return ask.publish(
        table,
        sources=[treated_places.SOURCE, "lookups"],
        wording=partial(trend_told, subject=compared.subject, start=_month(compared.action.first)),
        chart=charts.parallel_lines,
        columns={
            "month": "Month",
            "count": "Places of the action",
            "comparison": "Comparison, at their level",
        },
        what=f"{compared.subject} by month, {present.shorten(compared.action.name, 60)}",
        when=_span(table),
        definition=_definition(compared),
        notes=[*_notes(compared), *compared.places.notes],
        method="ratio of ratios of the year before the start against the year before that",
        over=Comparison(compared.after, compared.before),
        compared=True,
    )


@effect_question(
    "plan.effect.{key}",
    "{name}: did it work?",
    measure="change in the places of the action against their comparison",
    would_show="whether the action worked",
)
def effect(ask: Question, key: str, *, name: str = "") -> Finding:
    """The change in the places of an action against that of their comparison."""
    compared = _compared(ask, key)
    places = compared.places
    spread = effects.spread_of(
        compared.counts(places.free, compared.before, compared.after), places.clusters
    )
    of = partial(compared.counts, before=compared.before, after=compared.after)
    treated, comparison = of(places.treated), of(compared.comparison)
    rows = [
        effects.effect(treated, comparison, spread, multiplier=compared.multiplier).assign(
            where="places of the action", units=len(treated)
        )
    ]
    found = effects.detectable(treated, comparison, spread, multiplier=compared.multiplier)
    if places.ring and compared.ring_comparison:
        ring, beside = of(places.ring), of(compared.ring_comparison)
        rows.append(
            effects.effect(ring, beside, spread).assign(where="places around", units=len(ring))
        )
        rows.append(_together(rows, treated, comparison, ring, beside))
    table = pd.concat(rows, ignore_index=True)
    before = _before(compared)
    is_unlike = before is not None and before["verdict"].iloc[0] in ("up", "down")
    table = table.assign(
        found_fall=100 * (1 - found["found"]), called_fall=100 * (1 - found["called"]),
        power=found["power"], is_unlike_before=is_unlike, spread_phi=spread.phi,
        spread_tau2=spread.tau2,
    )  # fmt: skip
    if is_unlike:
        table["verdict"] = "none"
    table["verdict_in_words"] = (
        table["verdict"]
        .map({"down": "fell more", "up": "rose more", "no_clear_change": "cannot tell"})
        .fillna("cannot tell")
    )
    shown = [_limits(r) for r in table.to_dict("records")]
    return ask.publish(
        table.assign(interval_text=shown),
        sources=[treated_places.SOURCE, "lookups"],
        wording=partial(
            effect_told, subject=compared.subject, months=compared.after.months,
            is_district=places.is_district,
        ),
        columns={
            "where": "Where",
            "compare_count": "Before",
            "count": "Since the start",
            "comparison_after": "Had it changed as the comparison",
            "difference": "Difference",
            "interval_text": "95% interval",
            "verdict_in_words": "Verdict",
        },
        what=f"{compared.subject}, {present.shorten(compared.action.name, 60)}",
        when=f"{compared.after.label} against {compared.before.label}",
        definition=_definition(compared),
        notes=[*_notes(compared), *_promise(table), *places.notes],
        over=Comparison(compared.after, compared.before),
        compared=True,
    )  # fmt: skip


def _together(
    rows: list[pd.DataFrame],
    treated: pd.DataFrame,
    comparison: pd.DataFrame,
    ring: pd.DataFrame,
    beside: pd.DataFrame,
) -> pd.DataFrame:
    """Places and ring together: the weighted displacement difference, and its quotient."""
    sums = [(float(t["before"].sum()), float(t["after"].sum())) for t in
            (treated, comparison, ring, beside)]  # fmt: skip
    own, around = rows[0].iloc[0], rows[1].iloc[0]
    if own["status"] != "ok" or around["status"] != "ok":
        return pd.DataFrame()
    found = effects.displacement_difference(
        *sums,
        sizes=(1, sums[1][0] / sums[0][0], 1, sums[3][0] / sums[2][0]),
        factor=max(own["factor"], around["factor"]),
        degrees=own["degrees"],
    )
    verdict = "no_clear_change"
    if not found["lower"] <= 0 <= found["upper"]:
        verdict = "down" if found["total"] < 0 else "up"
    return pd.DataFrame(
        {
            "where": ["both together"], "units": len(treated) + len(ring),
            "compare_count": int(sums[0][0] + sums[2][0]), "count": int(sums[0][1] + sums[2][1]),
            "comparison_after": own["comparison_after"] + around["comparison_after"],
            "difference": found["total"], "difference_lower": found["lower"],
            "difference_upper": found["upper"], "factor": max(own["factor"], around["factor"]),
            "degrees": own["degrees"], "confidence": own["confidence"], "verdict": verdict,
            "quotient": effects.displacement_quotient(*sums[:3]),
            "status": "ok", "reason": "", "method": effects.METHOD,
        }
    )  # fmt: skip


def _compared(ask: Question, key: str) -> _Compared:
    """An action with what it is compared with; nothing of the time after the start chooses it."""
    review = ask.review
    action = next((a for a in review.workspace.interventions if a.key == key), None)
    if action is None:
        raise NotAvailable((), f"the settings name no action (interventions) with the key '{key}'")
    places = treated_places.of(review, action)
    known = [*places.by_month.columns]
    newest = max((Period.parse(m).last for m in known), default=-1)
    last = min(newest, review.period.last, newest if action.last is None else action.last)
    if last - action.first + 1 < FEWEST_MONTHS:
        raise NotAvailable(
            (),
            f"the action starts in {_month(action.first)}, and {FEWEST_MONTHS} months or more with "
            f"data and within {review.period.label} are needed",
        )
    after = Period(action.first, last)
    back = 12 * -(-after.months // 12)
    before, earlier = after.shift(-back), after.shift(-2 * back)
    lacking = [m for p in (before, after) for m in p.month_list() if m not in set(known)]
    if lacking:
        raise NotAvailable(
            treated_places.SOURCE, f"{present.runs(lacking)} would be needed for a comparison"
        )
    has_earlier = {*earlier.month_list()} <= {*known}
    by_month = places.by_month
    levels = pd.DataFrame({"before": by_month[before.month_list()].sum(axis=1)}).assign(
        earlier=by_month[earlier.month_list()].sum(axis=1) if has_earlier else float("nan")
    )
    if len(places.free) < effects.FEWEST_UNITS:
        raise NotAvailable(
            (),
            f"only {present.in_words(len(places.free))} other "
            f"{places.kind} are left alone and known, too "
            "few to tell how far such places differ by themselves",
        )
    multiplier = None
    if places.is_district:
        comparison = places.given or places.free
        fit = [m for p in (earlier, before) for m in p.month_list() if m in set(known)]
        months = by_month[fit].T
        comparison = [c for c in comparison if months[c].sum() > 0]
        share = effects.weights(months[comparison], months[places.treated[0]])
        multiplier = share / months[comparison].mean()
    else:
        comparison = places.given or effects.nearest(levels, places.treated, places.free)
    rest = [c for c in places.free if c not in comparison]
    beside = effects.nearest(levels, places.ring, rest) if places.ring and rest else []
    return _Compared(
        action, places, after, before, earlier if has_earlier else None, comparison, beside,
        multiplier,
    )  # fmt: skip


def _before(compared: _Compared) -> pd.DataFrame | None:
    """The same test on the year before the start, in which there was nothing to find."""
    if compared.earlier is None:
        return None
    of = partial(compared.counts, before=compared.earlier, after=compared.before)
    spread = effects.spread_of(of(compared.places.free), compared.places.clusters)
    found = effects.effect(
        of(compared.places.treated), of(compared.comparison), spread, multiplier=compared.multiplier
    )
    return found if found["status"].iloc[0] == "ok" else None


def _months(compared: _Compared) -> pd.DataFrame:
    """By month the places' count and their comparison's, scaled to their level before the start."""
    by_month = compared.places.by_month
    months = [m for m in by_month.columns if Period.parse(m).last <= compared.after.last]
    own = by_month.loc[compared.places.treated, months].sum()
    others = by_month.loc[compared.comparison, months]
    if compared.multiplier is not None:
        others = others.mul(compared.multiplier, axis=0)
    others = others.sum()
    level = [m for m in months if Period.parse(m).last < compared.action.first]
    scale = own[level].sum() / others[level].sum() if others[level].sum() else float("nan")
    return pd.DataFrame(
        {
            "month": months,
            "count": own.to_numpy().astype(int),
            "comparison": (others * scale).to_numpy(),
            "is_after": [m not in set(level) for m in months],
        }
    )


def _definition(compared: _Compared) -> str:
    """Which places, what they are compared with, and how that was chosen."""
    places = compared.places
    labels = [places.labels[c] for c in places.treated]
    text = f"The action: {present.listed(labels, MOST_NAMED, 'others')}, from " + (
        _month(compared.action.first) + "."
    )
    others = [places.labels[c] for c in compared.comparison]
    if places.is_district and compared.multiplier is not None:
        share = compared.multiplier * compared.places.by_month.loc[compared.comparison].mean(axis=1)
        share = (share / share.sum()).sort_values(ascending=False)
        named = [f"{n} {present.percent(100 * s)}" for n, s in share.items() if s >= 0.005]
        text += (
            f" Compared with a mixture of {places.among} that ran as the area did before the "
            f"start: {present.listed(named, MOST_NAMED, 'others')}."
        )
    else:
        how = (
            "named in the settings"
            if places.given
            else f"of {places.among} those nearest by level and trend before the start, chosen "
            "before the effect was computed"
        )
        text += f" Compared with {present.listed(others, MOST_NAMED, 'others')}: {how}."
    if places.ring:
        around = [places.labels[c] for c in places.ring]
        text += f" Around them: {present.listed(around, MOST_NAMED, 'others')}."
    return f"{text} {_OF_UNITS[places.kind]}".strip()


def _notes(compared: _Compared) -> list[str]:
    notes = [
        "A difference between places is no proof that the action made it: other things may have "
        "changed there at the same time."
    ]
    if not compared.places.is_district:
        notes.append(
            "Places chosen because they had much crime fall back by themselves; the comparison "
            "allows for it as far as its places had as much before."
        )
    return notes


def _promise(table: pd.DataFrame) -> list[str]:
    row = table.iloc[0]
    if pd.isna(row["power"]):
        return []
    often = (
        f"would be found in {present.per_cent(100 * row['power'], 0)} of cases"
        if row["power"] >= HARDLY
        else "would hardly ever be found"
    )
    return [
        f"From the time before alone: a true fall of a fifth against the comparison {often}. The "
        "limits allow for how far places left alone differ in their changes "
        f"({present.number(row['factor'] ** 0.5, 1)} times those of chance)."
    ]


def _limits(row: dict) -> str:
    if present.is_missing(row.get("difference_lower")):
        return present.MISSING
    return present.interval(row["difference_lower"], row["difference_upper"], 0)


def _span(table: pd.DataFrame) -> str:
    return Period.parse(f"{table['month'].iloc[0]}/{table['month'].iloc[-1]}").label


def _month(first: int) -> str:
    return present.month(Period(first, first).month_list()[0])
