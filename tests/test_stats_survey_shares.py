"""Survey statistics against published examples and against their own laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cspanalysis.domain.periods import Period
from cspanalysis.stats import survey_shares


def answers(**columns):
    return pd.DataFrame(columns)


def test_wilson_limits_of_a_survey_share():
    result = survey_shares.shares(answers(percent=[100 * 24 / 36, 0, 100], base=[36, 10, 10]))
    assert result["lower"].tolist() == pytest.approx([0.503340, 0, 0.722467], abs=1e-6)
    assert result["upper"].tolist() == pytest.approx([0.797854, 0.277533, 1], abs=1e-6)
    assert result["total"].tolist() == [36, 10, 10]


def test_a_symbol_keeps_its_status_and_a_missing_base_leaves_no_interval():
    table = answers(percent=[np.nan, 20.0], base=[40, pd.NA], status=["suppressed", "ok"])
    result = survey_shares.shares(table)
    assert result["status"].tolist() == ["suppressed", "ok"]
    assert result["share"].isna().tolist() == [True, False]
    assert result[["lower", "upper"]].isna().all().all()


def test_the_difference_is_newcombes_example():
    # Newcombe (1998), table II, case (a): 56/70 against 48/80.
    result = survey_shares.difference(
        answers(percent=[80.0], base=[70], compare_percent=[60.0], compare_base=[80])
    ).iloc[0]
    assert result["points"] == pytest.approx(20)
    assert (result["points_lower"], result["points_upper"]) == pytest.approx(
        (5.24, 33.39), abs=0.01
    )
    assert result["verdict"] == "up"


percents = st.floats(0, 100).map(lambda v: round(v, 1))
bases = st.integers(5, 5000)


@settings(max_examples=50)
@given(percents, bases, percents, bases)
def test_turning_a_difference_round_turns_its_limits_round(p1, n1, p0, n0):
    table = answers(
        percent=[p1, p0], base=[n1, n0], compare_percent=[p0, p1], compare_base=[n0, n1]
    )
    one, other = survey_shares.difference(table).to_dict("records")
    assert one["points_lower"] == pytest.approx(-other["points_upper"], abs=1e-9)
    assert one["points_lower"] - 1e-9 <= one["points"] <= one["points_upper"] + 1e-9
    turned = {"up": "down", "down": "up", "no_clear_change": "no_clear_change"}
    assert other["verdict"] == turned[one["verdict"]]
    assert (one["verdict"] == "no_clear_change") == (
        one["points_lower"] <= 0 <= one["points_upper"]
    )


def test_without_a_base_nothing_is_called():
    table = answers(percent=[20.0], base=[pd.NA], compare_percent=[90.0], compare_base=[500])
    row = survey_shares.difference(table).iloc[0]
    assert (row["verdict"], row["status"]) == ("none", "not_available")


def test_a_design_effect_widens_the_interval():
    table = answers(percent=[20.0], base=[500])
    plain, wider = survey_shares.shares(table), survey_shares.shares(table, design_effect=2)
    assert wider["lower"][0] < plain["lower"][0] and wider["upper"][0] > plain["upper"][0]
    assert wider["total"][0] == 500
    with pytest.raises(ValueError, match="1 or more"):
        survey_shares.shares(table, design_effect=0.5)


def test_sample_size_of_the_textbook_and_of_the_target():
    assert survey_shares.people_needed(0.5, 0.6) == 388
    need = survey_shares.needed(0.153, 0.15, 601)
    assert need.people == pytest.approx(224_000, rel=0.01)
    assert need.fall_to == pytest.approx(0.099, abs=0.001)
    assert need.fall_to < 0.15 < need.share < need.rise_to


@settings(max_examples=30)
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_the_sample_found_gives_the_power_asked_for(share, target):
    if abs(share - target) < 0.03:
        return

    def power(n):
        mean = (share + target) / 2
        critical = stats.norm.isf(0.025) * np.sqrt(2 * mean * (1 - mean) / n)
        spread = np.sqrt((share * (1 - share) + target * (1 - target)) / n)
        return stats.norm.sf((critical - abs(share - target)) / spread)

    n = survey_shares.people_needed(share, target)
    assert power(n) >= 0.8 - 1e-9
    assert n < 3 or power(n - 1) < 0.8 + 1e-9


@pytest.mark.parametrize("base", [100, 601, 10_000])
def test_what_a_base_can_see_needs_just_that_base(base):
    need = survey_shares.needed(0.153, 0.15, base)
    for edge in (need.fall_to, need.rise_to):
        if edge is not None:
            assert survey_shares.people_needed(0.153, edge) == pytest.approx(base, abs=2)


def test_a_tiny_survey_can_see_no_fall_at_all():
    assert survey_shares.needed(0.05, 0.04, 30).fall_to is None


@pytest.mark.parametrize(("share", "target"), [(0.2, 0.2), (0, 0.1), (0.5, 1)])
def test_shares_that_are_none_or_equal_are_refused(share, target):
    with pytest.raises(ValueError, match="different shares"):
        survey_shares.people_needed(share, target)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("2007", "2007-01/2007-12"),
        ("2007/08", "2007-04/2008-03"),
        ("1999/00", "1999-04/2000-03"),
        ("2007/09", None),
        ("autumn 2007", None),
    ],
)
def test_rounds_and_the_months_they_stand_for(text, months):
    over = Period.of_year(text)
    assert (over.iso if over else None) == months


def test_the_newest_round_and_the_one_before_it():
    table = answers(
        survey="S", question=["a", "a", "a", "b", "b"], response="yes",
        round=["2006", "2007", "2008", "2006/07", "2007"], percent=[1.0, 2.0, 3.0, 4.0, 5.0],
        base=100,
    )  # fmt: skip
    result = survey_shares.newest(table, Period.parse("2007-04/2008-03"))
    assert result[["question", "round", "percent"]].values.tolist() == [
        ["a", "2007", 2.0],
        ["b", "2007", 5.0],
    ]
    assert result["compare_round"][0] == "2006" and result["compare_percent"][0] == 1.0
    # A financial year is not the round before a calendar year.
    assert pd.isna(result["compare_percent"][1])


def test_shares_carry_the_decimals_they_were_printed_with():
    table = pd.DataFrame({"percent": [98, 15.3, np.nan], "base": [601, 601, 601]})
    assert survey_shares.shares(table)["decimals"].tolist() == [0, 1, 0]
    pairs = table.assign(compare_percent=[97.0, 16, 20.5], compare_base=600)
    assert survey_shares.difference(pairs)["decimals"].tolist() == [0, 1, 1]
