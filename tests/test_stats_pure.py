"""Every public function of the analysis leaves its input as it was and gives the same twice."""

import copy
import importlib
import inspect
import pkgutil

import numpy as np
import pandas as pd
import pytest

from cspanalysis import stats
from cspanalysis.audit import rules
from cspanalysis.domain.areas import Area
from cspanalysis.domain.periods import Period
from cspanalysis.findings.priority_scores import score
from cspanalysis.stats import change, effects
from cspanalysis.stats.night import NightTime
from cspanalysis.stats.thefts import PurseDipping

MONTHS = Period.parse("2004-04/2008-03").month_list()
BY_MONTH = pd.DataFrame({"month": MONTHS[::-1], "count": [10 + i % 12 for i in range(48)]})
YEAR, BEFORE = "2007-04/2008-03", "2006-04/2007-03"
AREAS = pd.DataFrame(
    {"area": list("EDCBA"), "is_own": [True] + [False] * 4, "count": [50.0, 40, np.nan, 40, 90],
     "population": [1000, 900, 800, 900, 1200]}
)  # fmt: skip
PAIR = pd.DataFrame({"count": [31, 207], "compare_count": [42, 170], "days": 183,
                     "compare_days": 183})  # fmt: skip
INCIDENTS = pd.DataFrame(
    {"start": pd.to_datetime(["2007-10-28 01:30", "2007-06-01 22:00", None, "2007-06-02 00:00"]),
     "end": pd.to_datetime(["2007-10-28 03:00", None, None, "2007-06-01 00:00"]),
     "offence": ["violence against the person", "other theft", "robbery", "other theft"],
     "premises": ["public place", "shop", None, "licensed premises"], "is_domestic": False,
     "is_town_centre": [True, False, None, True], "town": ["Tonbridge", None, None, "Tonbridge"],
     "place": ["High Street", "Supermarket", "High Street", None],
     "victim_id": ["a", "a", None, "b"],
     "perpetrator_id": ["x", "x", "x", None], "recorded": pd.to_datetime(["2007-05-01"] * 4),
     "referred": pd.to_datetime(["2007-05-01", "2007-06-01", "2007-05-03", "2007-05-04"]),
     "month": ["2007-10", "2007-06", "2007-06", "2007-06"],
     "method": ["Purse Dip in shop", None, "", "bag dipping"]}
)  # fmt: skip
BANDS = ["0-9", "10-19", "20-44", "45-64", "65-89", "90+"]
ADMITTED = pd.DataFrame(
    [("2007/08", "T51", sex, band, 9 if band != "90+" else None, "ok", "")
     for sex in ("male", "female", "persons") for band in (*BANDS, "all ages")],
    columns=["year", "cause", "sex", "age_band", "count", "status", "symbol"],
)  # fmt: skip
STRATA = ADMITTED[(ADMITTED["age_band"] != "all ages") & (ADMITTED["sex"] != "persons")]
RESIDENTS = STRATA[["year", "sex", "age_band"]].assign(population=5000)
YEARS = pd.DataFrame(
    {"year": [2007, 2005, 2003, 2004, 2006], "count": [61, 50, 42, 47, 56], "population": 114_000,
     "rate": [5.3, 4.4, 3.7, 4.1, 4.9], "lower": [4, 3.3, 2.7, 3.0, 3.7],
     "upper": [6.8, 5.7, 5.0, 5.5, 6.4]}
)  # fmt: skip
SCHOOLS = pd.DataFrame(
    {"school_year": "2006/07", "kind": "permanent", "cluster": ["B", "A", "A"],
     "count": pd.array([12, 5, None], dtype="Int64"), "roll": [3000, 1500, 1400],
     "status": ["ok", "ok", "suppressed"], "symbol": ["", "", "c"]}
)  # fmt: skip
ANSWERS = pd.DataFrame(
    {"percent": [80.0, 20.0], "base": [70, 80], "compare_percent": [60.0, 30.0],
     "compare_base": [80, 90], "round": ["2007", "2005"], "question": "q", "response": "r",
     "survey": "s",
     "area": "a", "status": "ok"}
)  # fmt: skip
CSP = pd.DataFrame(
    {"year": ["2024/25", "2023/24"] * 2, "quarter": 1, "force": "Kent", "csp": ["X", "X", "Y", "Y"],
     "is_unassigned": False, "offence_group": "theft offences", "count": [10, 12, 7, 8]}
)  # fmt: skip
X = Area("X", districts=("X",))
COVERAGE = pd.DataFrame(
    {"year": ["2024/25"], "force": "Kent", "status": "ok", "reason": "", "listed": ""}
)
PRIORITIES = pd.DataFrame(
    {"priority": ["b", "a"], "volume": [0.2, 1], "harm": [0.5, np.nan], "trend": [0, 0.5],
     "peers": [0.5, 0.5], "concern": [1, 0.1], "concentration": [0.3, 0.2]}
)  # fmt: skip
WEIGHTS = {
    "volume": 0.2, "harm": 0.3, "trend": 0.2, "peers": 0.1, "concern": 0.1, "concentration": 0.1,
}  # fmt: skip
TARGETS = pd.DataFrame(
    {"id": ["T1"], "measure": "burglary", "baseline_period": BEFORE, "baseline": [300],
     "target_period": YEAR, "target": [285], "unit": "offences", "printed_change": [-5],
     "better": "lower", "actual": [290], "actual_base": None, "baseline_base": None, "days": 365,
     "of_days": 365}
)  # fmt: skip
FIGURES = pd.DataFrame(
    {"id": ["F1"], "kind": "change", "measure": "burglary", "period": YEAR, "value": ["290"],
     "compare_period": BEFORE, "compare_value": ["300"], "printed_change": ["10"],
     "direction": "up"}
)  # fmt: skip
UNITS = pd.DataFrame(
    {"earlier": range(20, 28), "before": range(30, 38), "after": [40, 20, 31, 35, 18, 36, 50, 24]},
    index=list("abcdefgh"),
)
COUNTS = np.array([10.0, 0, 42, 207] * 9)
OF_YEAR, DAYS = np.arange(36) % 12 + 1, np.full(36, 30.0)
FUNNEL = AREAS.dropna()
SHARES = pd.DataFrame({"count": [9], "total": [20], "compare_count": [3], "compare_total": [20]})
HARM = pd.DataFrame(
    {"area": ["A", "B", "A", "B"], "offence": ["robbery", "burglary"] * 2,
     "month": ["2007-05", "2007-06", "2006-05", "2006-06"], "count": [9, 40, 12, 35],
     "weight": [740.0, 440.0] * 2, "spread": [0.0, 12.0] * 2}
)  # fmt: skip
OUTCOMES = pd.DataFrame(
    {"is_own": [True, True, False, False], "offence": ["robbery", "burglary"] * 2,
     "outcome": ["sent to court", "", "sent to court", "no suspect identified"],
     "count": [3, 20, 11, 60]}
)  # fmt: skip


def result_of(name, *arguments, **options):
    return function(name)(*arguments, **options)


def function(name):
    module, _, called = name.rpartition(".")
    return getattr(importlib.import_module(f"cspanalysis.{module}"), called)


def statements():
    return result_of("audit.register.statements", FIGURES, TARGETS)


def _changed():
    """One row of a change between two periods."""
    return change.between(BY_MONTH, YEAR, BEFORE)


#: Name → arguments and options; functions of arguments that are made by others are called late.
POINTS = pd.DataFrame(
    {
        "easting": 558_000.0 + np.arange(40) * 37,
        "northing": 146_000.0 + np.arange(40) * 13,
        "day": pd.date_range("2025-01-01", periods=40, freq="5D"),
    }
)
CALLS = {
    "stats.admission_rates.of_cause": lambda: ((ADMITTED, "T51"), {}),
    "stats.admission_rates.standardised": lambda: ((ADMITTED, RESIDENTS, "T51"), {}),
    "stats.admission_rates.strata_of": lambda: ((ADMITTED, "T51"), {}),
    "stats.aoristic.profile": lambda: ((INCIDENTS,), {}),
    "stats.change.change": lambda: ((PAIR,), {}),
    "stats.change.between": lambda: ((BY_MONTH, YEAR, BEFORE), {"covered": list(MONTHS)}),
    "stats.change.compared": lambda: ((BY_MONTH, Period.parse(YEAR), Period.parse(BEFORE)), {}),
    "stats.change.with_dispersion": lambda: (
        (
            change.between(BY_MONTH, YEAR, BEFORE),
            BY_MONTH,
            Period.parse(YEAR),
            Period.parse(BEFORE),
        ),
        {},
    ),
    "stats.change.widened": lambda: ((_changed(), (2.0, 11.0)), {}),
    "stats.change.together": lambda: ((_changed(),), {}),
    "stats.change.is_lucky": lambda: ((_changed().iloc[0],), {}),
    "stats.change.withheld": lambda: ((_changed(), "they could belong here"), {}),
    "stats.change.with_places": lambda: ((_changed(), 0.05, 0.10), {}),
    "stats.change.is_unsettled": lambda: ((_changed(), 3, 9), {}),
    "stats.control.control_chart": lambda: ((BY_MONTH,), {}),
    "stats.control.adjusted": lambda: ((COUNTS, OF_YEAR, DAYS), {}),
    "stats.control.alike": lambda: ((COUNTS,), {}),
    "stats.control.limits": lambda: ((COUNTS,), {}),
    "stats.control.signals": lambda: ((COUNTS, *result_of("stats.control.limits", COUNTS)), {}),
    "stats.effects.detectable": lambda: ((UNITS[:1], UNITS[1:], effects.Spread(2.0, 0.1, 9.0)), {}),
    "stats.effects.effect": lambda: ((UNITS[:1], UNITS[1:], effects.Spread(2.0, 0.1, 9.0)), {}),
    "stats.effects.log_variance": lambda: (
        (UNITS[:1], UNITS[1:], effects.Spread(2.0, 0.1, 9.0), pd.Series(1.0, UNITS.index[1:])),
        {},
    ),
    "stats.effects.nearest": lambda: ((UNITS, ["a"], list("bcdefgh")), {}),
    "stats.effects.spread_of": lambda: ((UNITS[["before", "after"]], None), {}),
    "stats.effects.weights": lambda: (
        (
            pd.DataFrame(UNITS[["before", "after"]].T.to_numpy(), columns=list("abcdefgh")),
            pd.Series([20, 30]),
        ),
        {},
    ),
    "stats.power.critical_counts": lambda: ((np.array([10, 300]), 0.5, 0.05), {}),
    "stats.dispersion.dispersion": lambda: ((BY_MONTH, YEAR, BEFORE), {}),
    "stats.dispersion.widened_ratio": lambda: ((90, 120, 365, 366, (2.0, 11.0)), {}),
    "stats.dispersion.widened_ratios": lambda: (
        (np.array([90.0, 0.0]), np.array([120.0, 3.0]), 365, 366, (2.0, 11.0)),
        {},
    ),
    "stats.dispersion.is_known": lambda: (((2.0, 11.0),), {}),
    "stats.dispersion.is_wide": lambda: (((2.0, 11.0),), {}),
    "stats.dispersion.reach": lambda: (((2.0, 11.0),), {}),
    "stats.dispersion.of_months": lambda: ((BY_MONTH, Period.parse(YEAR).last), {}),
    "stats.dispersion.of_quarters": lambda: ((COUNTS.reshape(9, 4), np.full((9, 4), 91.0)), {}),
    "stats.dispersion.of_years": lambda: ((COUNTS,), {}),
    "stats.forecast.of_months": lambda: (
        (BY_MONTH, "2008-04/2009-03", Period.parse(YEAR).last, (2.0, 11.0)),
        {},
    ),
    "stats.forecast.of_count": lambda: ((300.0, 300.0, 1.0, (2.0, 11.0)), {}),
    "stats.forecast.usual_change": lambda: (("burglary",), {}),
    "stats.dispersion.with_variance": lambda: (
        (result_of("stats.measures.rate", FUNNEL), (2.0, 11.0)),
        {},
    ),
    "stats.dispersion.spread": lambda: (
        (COUNTS.reshape(3, 12).astype(float), DAYS.reshape(3, 12).astype(float)),
        {},
    ),
    "findings.exclusion_rates.rates": lambda: ((SCHOOLS,), {}),
    "findings.exclusion_rates.repeats": lambda: ((SCHOOLS.assign(children=3),), {}),
    "stats.measures.added_up": lambda: ((SCHOOLS, ["kind", "cluster"]), {}),
    "stats.measures.count_limits": lambda: ((COUNTS,), {}),
    "stats.measures.lower_limit": lambda: ((COUNTS.astype(float), 0.025), {}),
    "stats.measures.upper_limit": lambda: ((COUNTS.astype(float), 0.025), {}),
    "stats.measures.count_interval": lambda: ((AREAS,), {}),
    "stats.measures.rates": lambda: ((COUNTS, 1000 + COUNTS), {}),
    "stats.measures.rate": lambda: ((AREAS,), {}),
    "stats.measures.with_columns": lambda: ((AREAS,), {"count": 1.0, "more": "x"}),
    "stats.measures.proportion": lambda: ((AREAS,), {"total": "population"}),
    "stats.measures.directly_standardised": lambda: (
        (RESIDENTS.head(6).assign(count=9),),
        {"by": ["year"]},
    ),
    "stats.measures.as_float": lambda: ((AREAS["count"],), {}),
    "stats.night.classify": lambda: ((INCIDENTS, NightTime()), {}),
    "stats.night.summary": lambda: (
        (
            result_of("stats.night.classify", INCIDENTS, NightTime()),
            NightTime(second={"exclude_domestic": False}),
        ),
        {},
    ),
    "stats.night.week": lambda: ((result_of("stats.night.classify", INCIDENTS, NightTime()),), {}),
    "review.partnership_years.by_year": lambda: ((CSP, COVERAGE, X), {}),
    "review.partnership_years.label": lambda: (("2024/25",), {}),
    "review.partnership_years.last_month": lambda: (
        (result_of("review.partnership_years.by_year", CSP, COVERAGE, X).iloc[0],),
        {},
    ),
    "review.partnership_years.lost": lambda: (
        (*(np.array([n]) for n in (20.0, 900.0, 300.0)), np.array([0.2]), np.array([0.1])),
        {},
    ),
    "review.partnership_years.span": lambda: (("2024/25",), {}),
    "review.partnership_years.spans": lambda: (("2024/25", "1,2"), {}),
    "review.partnership_years.year_change": lambda: (
        (result_of("review.partnership_years.by_year", CSP, COVERAGE, X), "2024/25", "2023/24"),
        {},
    ),
    "stats.peers.compare": lambda: ((AREAS,), {"draws": 50}),
    "stats.peers.among": lambda: ((tuple(COUNTS[:4]), (900.0,) * 4), {"draws": 50}),
    "stats.peers.rank_intervals": lambda: ((COUNTS[:4], np.full(4, 900.0)), {"draws": 50}),
    "stats.peers.from_highest": lambda: ((result_of("stats.peers.compare", AREAS, draws=50),), {}),
    "stats.peers.funnel": lambda: ((AREAS,), {}),
    "stats.peers.overdispersion": lambda: ((COUNTS, np.full(36, 60.0)), {}),
    "stats.peers.expected_range": lambda: ((COUNTS, 0.95), {}),
    "stats.peers.funnel_lines": lambda: ((result_of("stats.peers.funnel", AREAS),), {}),
    "stats.concentration.is_generic": lambda: ((pd.Series(["On or near Supermarket", None]),), {}),
    "stats.concentration.top_places": lambda: ((INCIDENTS,), {}),
    "stats.concentration.concentration": lambda: ((INCIDENTS,), {}),
    "stats.concentration.adjusted_gini": lambda: ((COUNTS,), {}),
    "stats.concentration.gini": lambda: ((COUNTS,), {}),
    "stats.concentration.top_tenth": lambda: ((np.ones((5, 12)),), {}),
    "stats.gradient.by_fifth": lambda: (
        (pd.DataFrame({"count": [3, 4], "population": [100, 90], "decile": [1, 9]}),),
        {},
    ),
    "stats.many_changes.shared_dispersion": lambda: (
        (
            pd.DataFrame([[3] * 24], columns=Period.parse("2006-04/2008-03").month_list()),
            Period.parse(YEAR),
        ),
        {},
    ),
    "stats.many_changes.changes": lambda: (
        (
            pd.DataFrame([[3] * 24], columns=Period.parse("2006-04/2008-03").month_list()),
            Period.parse(YEAR),
            Period.parse(BEFORE),
        ),
        {},
    ),
    "stats.near_repeats.knox_by_metres": lambda: ((POINTS,), {}),
    "stats.near_repeats.why_no_places": lambda: ((POINTS,), {}),
    "stats.near_repeats.knox": lambda: ((INCIDENTS,), {"day": "start"}),
    "findings.priority_scores.weights_of": lambda: ((dict(WEIGHTS),), {}),
    "findings.priority_scores.score": lambda: ((PRIORITIES, dict(WEIGHTS)), {}),
    "findings.priority_scores.compared_on": lambda: ((PRIORITIES, dict(WEIGHTS)), {}),
    "findings.priority_scores.beside": lambda: (
        (score(PRIORITIES, dict(WEIGHTS)), dict(WEIGHTS)),
        {},
    ),
    "findings.priority_scores.relative": lambda: ((PRIORITIES["harm"],), {}),
    "stats.admission_rates.weighted": lambda: ((ADMITTED, RESIDENTS, "T51"), {}),
    "stats.harm_sums.totals": lambda: ((HARM, ["area"]), {}),
    "stats.harm_sums.change": lambda: (
        (HARM, list(HARM["month"].unique()), Period.parse(YEAR), Period.parse(BEFORE)),
        {},
    ),
    "stats.harm_sums.of_parts": lambda: (
        (HARM, HARM, Period.parse(YEAR), Period.parse(BEFORE), (2.0, 9.0)),
        {},
    ),
    "stats.harm_sums.shares": lambda: ((HARM, "offence"), {}),
    "stats.harm_sums.compare": lambda: ((HARM, AREAS[["area", "is_own", "population"]]), {}),
    "stats.harm_sums.funnel": lambda: ((HARM, AREAS[["area", "is_own", "population"]]), {}),
    "stats.harm_sums.scaled": lambda: ((HARM, (HARM,)), {}),
    "stats.measures.standardised_limits": lambda: (
        (STRATA.assign(population=900), np.full((2, len(STRATA)), 9.0)),
        {"sexes": 2, "per": 1e5},
    ),
    "stats.outcome_shares.beside": lambda: ((SHARES,), {}),
    "stats.outcome_shares.against": lambda: ((SHARES,), {}),
    "stats.outcome_shares.kinds": lambda: ((OUTCOMES,), {}),
    "stats.measures.difference": lambda: (
        (pd.DataFrame({"count": [9], "total": [20], "compare_count": [3], "compare_total": [20]}),),
        {},
    ),
    "audit.outcome.decide": lambda: (
        (statements(), result_of("audit.rules.check", statements())),
        {},
    ),
    "audit.outcome.report": lambda: (
        (
            result_of(
                "audit.outcome.decide", statements(), result_of("audit.rules.check", statements())
            ),
        ),
        {},
    ),
    "audit.outcome.totals": lambda: (
        (
            result_of(
                "audit.outcome.decide", statements(), result_of("audit.rules.check", statements())
            ),
        ),
        {},
    ),
    "audit.rules.check": lambda: ((statements(),), {}),
    "audit.register.statements": lambda: ((FIGURES, TARGETS), {}),
    "audit.register.current_targets": lambda: ((TARGETS.assign(plan="2008"),), {}),
    "stats.ratio.exact_ratio": lambda: ((COUNTS, COUNTS[::-1], 365, 366), {}),
    "stats.season.seasonal_index": lambda: ((BY_MONTH,), {}),
    "stats.season.ratio_index": lambda: ((COUNTS / DAYS, OF_YEAR), {}),
    "stats.season.month_model": lambda: ((COUNTS, OF_YEAR, DAYS), {}),
    "stats.season.calendar": lambda: ((list(MONTHS),), {}),
    "stats.shrinkage.shrunk": lambda: (
        (pd.concat([FUNNEL[["count", "population"]]] * 9, ignore_index=True),),
        {},
    ),
    "stats.survey_shares.shares": lambda: ((ANSWERS,), {}),
    "stats.survey_shares.effective": lambda: ((ANSWERS,), {}),
    "stats.survey_shares.newest": lambda: ((ANSWERS, Period.parse(YEAR)), {}),
    "stats.survey_shares.difference": lambda: ((ANSWERS,), {}),
    "findings.target_progress.progress": lambda: ((TARGETS,), {}),
    "stats.thefts.purse_dipping": lambda: ((INCIDENTS, PurseDipping()), {}),
    "stats.thefts.second": lambda: ((INCIDENTS, PurseDipping()), {}),
    "stats.trend.recent_trend": lambda: ((YEARS,), {}),
    "stats.victims.domestic_repeat": lambda: ((INCIDENTS, YEAR), {}),
    "stats.victims.marac_repeat": lambda: ((INCIDENTS, YEAR), {}),
    "stats.yearly.method_of_change": lambda: (
        (result_of("stats.yearly.first_to_last", YEARS),),
        {},
    ),
    "stats.yearly.first_to_last": lambda: ((YEARS,), {"exposure": "population"}),
}

#: Their arguments are single numbers or texts, which nothing can change; and the rules of the
#: published figures, all of which `audit.rules.check` calls on one list of rows.
OF_SCALARS = {
    "stats.effects.displacement_difference",
    "stats.effects.displacement_quotient",
    "stats.power.detectable",
    "stats.power.probability_called",
    "stats.measures.band_ages",
    "stats.measures.standard_weight",
    "findings.priority_scores.needed",
    "stats.survey_shares.decimals_of",
    "stats.survey_shares.needed",
    "stats.survey_shares.people_needed",
    *(f"audit.rules.{name}" for name in rules.RULES),
}


#: Pure functions beneath their topics, and the rules of the audit.
FURTHER = (
    "audit.outcome",
    "audit.rules",
    "audit.register",
    "findings.exclusion_rates",
    "review.partnership_years",
    "findings.priority_scores",
    "findings.target_progress",
)


def public():
    rooms = [found.name for found in pkgutil.walk_packages(stats.__path__, "cspanalysis.stats.")]
    for room in (*rooms, *(f"cspanalysis.{name}" for name in FURTHER)):
        for name, member in vars(importlib.import_module(room)).items():
            is_function = inspect.isfunction(inspect.unwrap(member))
            is_own = is_function and member.__module__ == room
            if is_own and not name.startswith("_") and _takes_tables(member):
                yield f"{room.removeprefix('cspanalysis.')}.{name}"


def _takes_tables(function):
    """Not those of a review or a workspace, which the sample's audit calls."""
    return next(iter(inspect.signature(function).parameters)) not in ("review", "workspace")


def test_no_public_function_is_left_out():
    assert set(public()) == set(CALLS) | OF_SCALARS


def frozen(value):
    """A copy to compare with; arrays among the arguments may not even be written to."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    return copy.deepcopy(value)


def same(left, right):
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right)
    elif isinstance(left, pd.Series):
        pd.testing.assert_series_equal(left, right)
    elif isinstance(left, np.ndarray):
        np.testing.assert_array_equal(left, right)
    elif isinstance(left, tuple):
        for one, other in zip(left, right, strict=True):
            same(one, other)
    elif hasattr(left, "__dataclass_fields__"):
        for name in left.__dataclass_fields__:
            same(getattr(left, name), getattr(right, name))
    else:
        assert left == right or (left != left and right != right)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", CALLS)
def test_input_stays_and_a_second_call_gives_the_same(name):
    arguments, options = CALLS[name]()
    before = [frozen(value) for value in arguments], frozen(options)
    first = function(name)(*arguments, **options)
    for value, copied in zip(arguments, before[0], strict=True):
        same(value, copied)
    assert options == before[1]
    same(first, function(name)(*arguments, **options))
