"""Counts by year: limits that allow for years, quarters or repeats that vary more than chance."""

import numpy as np
import pandas as pd
import pytest

from cspanalysis.findings import exclusion_rates, target_progress
from cspanalysis.review import partnership_years
from cspanalysis.stats import change, dispersion, measures, yearly


def years(counts):
    labels = [f"{2000 + n}/{n + 1:02d}" for n in range(len(counts))]
    return pd.DataFrame({"year": labels, "count": counts})


def test_years_that_jump_about_are_no_rise():
    jumping = yearly.first_to_last(years([300, 220, 340, 230, 350, 240, 370])).iloc[0]
    assert jumping["change_verdict"] == "no_clear_change"
    assert jumping["dispersion"] > 4 and jumping["change_method"] == yearly.WIDENED
    assert jumping["not_estimated"] == ""


def test_steady_growth_is_no_dispersion():
    """Years are held against a line, so that the change itself is not taken for noise."""
    grown = yearly.first_to_last(years([round(300 * 1.05**n) for n in range(7)])).iloc[0]
    assert grown["change_verdict"] == "up" and grown["dispersion"] == 1
    exact = change.exact_ratio(402, 300, 1, 1)
    assert grown["change_lower"] == pytest.approx(float(exact[0]))


def test_of_few_years_it_says_that_it_allows_for_chance_alone():
    few = yearly.first_to_last(years([300, 220, 340, 380]))
    assert few["not_estimated"].tolist() == [yearly.FEW_YEARS] * 4
    assert change.NOT_ESTIMATED in yearly.method_of_change(few)
    assert few["change_verdict"].iloc[0] == "up"


def test_what_the_months_tell_goes_before_the_years():
    found = yearly.first_to_last(years([300, 380]), variance=(4.0, 20.0)).iloc[0]
    assert found["change_verdict"] == "no_clear_change" and found["not_estimated"] == ""


@pytest.mark.long
def test_the_variance_of_years_is_that_of_chance_where_there_is_only_chance():
    rng = np.random.default_rng(5)
    false = [
        yearly.first_to_last(years(counts))["change_verdict"].iloc[0] != "no_clear_change"
        for mean in (60, 1200)
        for counts in [*rng.poisson(mean, (150, 6)), *rng.negative_binomial(mean, 0.5, (150, 6))]
    ]
    assert np.mean(false) < 0.06  # half of them vary twice as much as chance


def test_years_without_a_case_and_hidden_years():
    assert dispersion.of_years([0, 0, 0, 0, 0, 0]) == dispersion.UNKNOWN
    assert dispersion.is_known(dispersion.of_years([0, 0, 0, 0, 0, 7]))
    hidden = dispersion.of_years([12, np.nan, 15, 9, np.nan, 14])
    assert not dispersion.is_known(hidden)


def official(quarters):
    """Quarters of years, a row a year, in the shape of the official tables."""
    rows = [
        {"year": f"20{n:02d}/{n + 1:02d}", "quarter": str(q + 1), "force": "Kent", "csp": "X",
         "is_unassigned": False, "offence_group": "theft offences", "count": count}
        for n, of_year in enumerate(quarters, 20) for q, count in enumerate(of_year)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_official_years_vary_as_their_quarters_do():
    from cspanalysis.domain.areas import Area

    columns = ["year", "force", "status", "reason", "listed"]
    none = pd.DataFrame({name: [] for name in columns})
    calm = [[300, 310, 290, 305], [296, 300, 300, 301], [330, 340, 320, 345]]
    wild = [[300, 410, 200, 295], [396, 240, 370, 191], [330, 240, 470, 295]]
    found = {}
    for name, quarters in (("calm", calm), ("wild", wild), ("short", calm[1:])):
        table = partnership_years.by_year(official(quarters), none, Area("X", districts=("X",)))
        newest = table["year"].iloc[-1], table["year"].iloc[-2]
        found[name] = partnership_years.year_change(table, *newest).iloc[0]
    assert found["calm"]["verdict"] == "up" and found["calm"]["dispersion"] == 1
    assert found["wild"]["verdict"] == "no_clear_change" == found["wild"]["verdict"]
    assert found["wild"]["dispersion"] > 10 and found["wild"]["verdict_by_chance"] == "up"
    assert found["short"]["not_estimated"] == "fewer than twelve quarters are known"


def test_children_excluded_again_widen_the_limits():
    """921 exclusions of 624 children: 1.48 each, so that the count varies about twice as much."""
    schools = pd.DataFrame(
        {"school_year": "2003/04", "kind": "fixed term", "cluster": ["A", "B"],
         "count": [921, 668], "children": [624, 458], "roll": [9120, 9480],
         "status": "ok", "symbol": ""}
    )  # fmt: skip
    variance = exclusion_rates.repeats(schools)
    assert variance == (pytest.approx(2 * (921 + 668) / (624 + 458) - 1), np.inf)
    plain = exclusion_rates.rates(schools).iloc[0]
    wide = exclusion_rates.rates(schools, variance=variance).iloc[0]
    grown = (wide["upper"] - wide["rate"]) / (plain["upper"] - plain["rate"])
    assert grown == pytest.approx(variance[0] ** 0.5, rel=1e-3)
    assert exclusion_rates.repeats(schools.assign(children=schools["count"])) == dispersion.CHANCE
    hidden = exclusion_rates.repeats(schools.assign(children=np.nan))
    assert not dispersion.is_known(hidden)


def test_a_child_excluded_a_geometric_number_of_times_gives_that_variance():
    rng = np.random.default_rng(7)
    totals, children = [], []
    for number in rng.poisson(200, 2000):
        times = rng.geometric(1 / 1.5, number)
        totals.append(times.sum())
        children.append(number)
    found = exclusion_rates.repeats(pd.DataFrame({"count": totals, "children": children}))
    assert np.var(totals) / np.mean(totals) == pytest.approx(found[0], rel=0.1)


def target(**fields):
    row = {"baseline": 300, "target": 240, "unit": "offences", "better": "lower", "actual": 262,
           "days": 365, "of_days": 365, **fields}  # fmt: skip
    return target_progress.progress(pd.DataFrame([row])).iloc[0]


def test_a_target_that_months_hide_is_not_large_enough_to_see():
    alone, wide = target(), target(variance=2.0, variance_degrees=20.0)
    assert alone["is_detectable"] and not wide["is_detectable"]
    expected = change.detectable(300, of_sums=(2.0, 20.0)).fall_to
    assert wide["detectable_at"] == expected < alone["detectable_at"]
    assert wide["lower"] < alone["lower"] < 262 < alone["upper"] < wide["upper"]
    assert alone["not_estimated"] and not wide["not_estimated"]
    assert target(variance=1.0)["detectable_at"] == alone["detectable_at"]


def test_limits_of_a_rate_widen_by_the_root_of_the_variance_and_never_below_zero():
    table = measures.rate(pd.DataFrame({"count": [785, 2], "population": [114_000, 9_000]}))
    wide = dispersion.with_variance(table, (4.0, np.inf))
    plain = table.iloc[0]
    assert wide["upper"][0] - plain["rate"] == pytest.approx(2 * (plain["upper"] - plain["rate"]))
    assert wide["lower"][1] == 0 and "widened" in wide["method"][0]
    pd.testing.assert_frame_equal(dispersion.with_variance(table, dispersion.CHANCE), table)
