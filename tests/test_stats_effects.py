"""Effects at places: Wheeler and Ratcliffe's figures, statsmodels, and placebo worlds."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from benchmarks.calibration import interventions
from cspanalysis.stats import effects
from cspanalysis.stats.effects import Spread

CHANCE = Spread(1.0, 0.0, 1e9)


def units(before, after):
    return pd.DataFrame(
        {"before": before, "after": after}, index=[f"u{i}" for i in range(len(before))]
    )


def test_the_published_example_comes_out():
    # Wheeler and Ratcliffe (2018): treated 207 to 110, control 308 to 318, displacement 178 to 157,
    # its control 150 to 140.
    found = effects.displacement_difference((207, 110), (308, 318), (178, 157), (150, 140))
    assert (found["local"], found["displaced"], found["total"]) == (-107, -11, -118)
    assert found["error"] == pytest.approx(np.sqrt(1568))
    assert round(found["z"], 2) == -2.98
    assert (round(found["lower"]), round(found["upper"])) == (-196, -40)


def test_sizes_and_lengths_enter_as_published():
    # ptools' own tests: area weights in the order control, treated, and so on; two years before.
    found = effects.displacement_difference(
        (207, 110), (308, 318), (178, 157), (150, 140), sizes=(1.2, 0.9, 1.5, 1.6)
    )
    assert found["total"] == pytest.approx(-99.69444444)
    assert found["error"] == pytest.approx(35.4280755)
    assert found["lower"] == pytest.approx(-169.1321965)
    found = effects.displacement_difference((80, 20), (100, 50), times=(2, 1))
    assert (found["total"], found["error"]) == (-20, pytest.approx(np.sqrt(115)))
    wider = effects.displacement_difference((80, 20), (100, 50), factor=4, degrees=10)
    assert wider["error"] == pytest.approx(2 * np.sqrt(250)) and wider["upper"] > 0


def test_the_quotient_tells_moved_from_shared():
    # The places won 0.3; around them it rose, or fell too.
    assert effects.displacement_quotient((100, 70), (100, 100), (100, 115)) == pytest.approx(-0.5)
    assert effects.displacement_quotient((100, 70), (100, 100), (100, 85)) == pytest.approx(0.5)
    assert np.isnan(effects.displacement_quotient((100, 110), (100, 100), (100, 85)))


def test_the_ratio_of_ratios_is_that_of_the_regression():
    row = effects.effect(units([207], [110]), units([308], [318]), CHANCE).iloc[0]
    rows = pd.DataFrame(
        {"count": [207, 110, 308, 318], "treated": [1, 1, 0, 0], "after": [0, 1, 0, 1]}
    )
    design = sm.add_constant(
        rows[["treated", "after"]].assign(both=rows["treated"] * rows["after"])
    )
    model = sm.GLM(rows["count"], design, family=sm.families.Poisson()).fit(scale=1.0)
    assert row["ratio"] == pytest.approx(np.exp(model.params["both"]))
    assert [row["lower"], row["upper"]] == pytest.approx(
        np.exp(model.conf_int().loc["both"]).tolist()
    )
    assert row["p"] == pytest.approx(model.pvalues["both"], rel=1e-3)
    # So many fewer than had the places changed as their comparison did.
    assert row["difference"] == pytest.approx(110 - 207 * 318 / 308)
    assert row["verdict"] == "down"


def test_a_wider_spread_takes_the_verdict_away():
    pair = units([207], [150]), units([308], [318])
    assert effects.effect(*pair, CHANCE)["verdict"].iloc[0] == "down"
    for spread in (Spread(4.0, 0.0, 30.0), Spread(1.0, 0.09, 30.0)):
        row = effects.effect(*pair, spread).iloc[0]
        assert row["verdict"] == "no_clear_change" and row["lower"] < 1 < row["upper"]


def test_too_few_are_not_judged():
    row = effects.effect(units([9], [1]), units([300], [300]), CHANCE).iloc[0]
    assert (row["verdict"], row["status"]) == ("none", "too_few")
    row = effects.effect(units([40], [0]), units([300], [300]), CHANCE).iloc[0]
    assert row["status"] == "too_few"


def test_nearest_are_alike_in_level_and_trend_and_know_nothing_of_after():
    table = pd.DataFrame(
        {
            "earlier": [100, 100, 100, 20, 50] + [10] * 10,
            "before": [100, 101, 50, 22, 99] + [10] * 10,
        },
        index=list("tabcd") + [f"x{i}" for i in range(10)],
    )
    free = [c for c in table.index if c != "t"]
    assert effects.nearest(table, ["t"], free)[0] == "a"
    assert effects.nearest(table.assign(after=range(15)), ["t"], free) == effects.nearest(
        table, ["t"], free
    )
    assert "t" not in effects.nearest(table, ["t"], free)


def test_neighbours_that_move_together_widen_the_spread():
    rng = np.random.default_rng(3)
    wards = pd.Series(np.repeat(range(12), 5), index=[f"u{i}" for i in range(60)])
    moved = np.exp(rng.normal(0, 0.3, 12))[wards]
    table = units(rng.poisson(60, 60), rng.poisson(60 * moved))
    alone, together = effects.spread_of(table), effects.spread_of(table, wards)
    assert together.phi > 2 * alone.phi and together.degrees == 11


def test_weights_find_the_mixture_that_an_area_is():
    rng = np.random.default_rng(5)
    months = pd.DataFrame(
        {f"p{i}": 4000 * np.exp(0.3 * np.sin(np.arange(24) / (2 + i))) for i in range(5)}
    )
    own = (0.7 * months["p1"] + 0.3 * months["p3"]) + rng.normal(0, 5, 24)
    found = effects.weights(months, own)
    assert found.sum() == pytest.approx(1) and (found >= 0).all()
    shape, target = months / months.mean(), own / own.mean()
    apart = (shape @ found - target).abs().max()
    assert found.idxmax() == "p1" and apart < 0.3 * (shape.mean(axis=1) - target).abs().max()


def test_what_could_be_found_is_said_from_the_time_before():
    found = effects.detectable(units([400], [0]), units([4000], [1]), CHANCE)
    assert found["called"] > found["found"] and 0.7 < found["found"] < 0.85
    # At the ratio that is found in eight of ten cases the power is 80%.
    again = effects.detectable(
        units([400], [0]), units([4000], [1]), CHANCE, planted=found["found"]
    )
    assert again["power"] == pytest.approx(0.8, abs=0.04)
    assert np.isnan(effects.detectable(units([9], [0]), units([9], [1]), CHANCE)["power"])


@pytest.mark.long
def test_placebo_actions_find_nothing_and_a_planted_fall_is_found_as_promised():
    table = interventions.placebo_and_planted(np.random.default_rng(8), 150).table
    false, held = (table[c].astype(float) for c in ("false effects", "limits hold no effect"))
    # 30 actions a row, 240 in all: 5% is 12 of them, and 19 would be a chance of 2 in 100.
    assert false.mean() < 8 and held.mean() > 90
    promised, found = (table[f"−20% {c}"].astype(float) for c in ("promised", "found"))
    assert abs(promised.mean() - found.mean()) < 12


@pytest.mark.long
def test_a_planted_fall_is_found_as_often_as_was_promised_where_that_is_little_too():
    table = interventions.promises(np.random.default_rng(9), 200).table
    number, promised, found = (table[c].astype(float) for c in ("planted", "promised", "found"))
    assert number.sum() > 200
    for n, said, was in zip(number, promised / 100, found / 100, strict=True):
        error = np.sqrt(max(said * (1 - said), 0.01) / n)
        # Never much more promised than found, nor the reverse.
        assert said - was < 3 * error + 0.03
        assert was - said < 3 * error + 0.08
    # Where one in ten at most was promised: three hundredths of the tests too many at most.
    low = table.index[:2]
    wanted, had = (np.average(c[low], weights=number[low]) for c in (promised, found))
    assert wanted < had + 3


def test_the_promise_is_of_the_count_at_which_a_fall_is_called():
    # Chance alone: the largest count that is called, and how often a fifth fewer falls below it.
    treated, comparison = units([60], [0]), units([6000], [1])
    found = effects.detectable(treated, comparison, CHANCE)
    counts = np.arange(1, 60)
    is_called = [
        effects.effect(units([60], [n]), units([6000], [6000]), CHANCE)["verdict"].iloc[0] == "down"
        for n in counts
    ]
    largest = counts[is_called].max()
    assert found["called"] == pytest.approx(largest / 60, abs=1 / 60)
    drawn = np.random.default_rng(2).poisson(60 * 0.8 * np.exp(np.random.default_rng(3).normal(
        0, 1 / np.sqrt(60), 20000)))  # fmt: skip
    true = np.mean(drawn <= largest)
    assert found["power"] <= true + 0.02
    # None is promised where none could be called.
    assert effects.detectable(units([16], [0]), units([300], [1]), Spread(6.0, 0.0, 8.0))[
        "power"
    ] == pytest.approx(0, abs=0.005)
