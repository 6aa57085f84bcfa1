"""Peers: ranks and their intervals, verdicts, funnel; areas without data change nothing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.stats import peers

DRAWS = 2000


def areas(counts, population=114_000, own=0):
    n = len(counts)
    return pd.DataFrame(
        {
            "area": [f"Area {i:02d}" for i in range(n)],
            "is_own": [i == own for i in range(n)],
            "count": counts,
            "population": [population] * n if np.isscalar(population) else population,
        }
    )


def test_rank_one_is_lowest_and_ties_share_the_smallest():
    result = peers.compare(areas([30, 10, 20, 20, 40]), draws=DRAWS)
    assert list(result["count"]) == [10, 20, 20, 30, 40]
    assert list(result["rank"]) == [1, 2, 2, 4, 5]
    assert list(result["is_tied"]) == [False, True, True, False, False]
    assert (result["of"] == 5).all()


def test_rates_tie_as_fractions_not_as_rounded_numbers():
    tied = peers.compare(areas([7, 21, 1], [30_000, 90_000, 90_000]), draws=DRAWS)
    assert list(tied["rank"]) == [1, 2, 2]
    near = peers.compare(areas([7000, 7001], [300_000, 300_042]), draws=DRAWS)
    assert list(near["rank"]) == [1, 2] and not near["is_tied"].any()


def test_counted_from_the_highest_ties_still_share_the_smallest():
    result = peers.from_highest(peers.compare(areas([30, 10, 20, 20, 40, None]), draws=DRAWS))
    ranks = dict(zip(result["count"].fillna(-1), result["rank"], strict=True))
    assert [ranks[c] for c in (40, 30, 20, 10)] == [1, 2, 3, 5]
    known = result[result["rank"].notna()]
    assert (known["rank_lower"] <= known["rank"]).all()
    assert (known["rank"] <= known["rank_upper"]).all()


def test_others_are_pooled_and_the_mean_is_unweighted_with_the_own_area():
    result = peers.compare(areas([100, 300, 800], [50_000, 100_000, 200_000]), draws=DRAWS)
    own = result[result["is_own"]].iloc[0]
    assert own["others_rate"] == pytest.approx(1000 * 1100 / 300_000)
    assert own["mean_rate"] == pytest.approx((2 + 3 + 4) / 3)
    assert own["verdict"] == own["verdict_998"] == "lower"


def test_the_outer_verdict_is_the_more_cautious_one():
    result = peers.compare(areas([400, 450, 450, 450, 450]), draws=DRAWS)
    own = result[result["is_own"]].iloc[0]
    assert (own["verdict"], own["verdict_998"]) == ("lower", "similar")
    assert own["lower_998"] < own["lower"] < own["upper"] < own["upper_998"]


def test_what_is_usual_in_a_group_is_told_from_what_chance_explains():
    # Rates of 50 to 70 per 1,000: far apart for chance, ordinary for the group.
    counts = [5200, 5000, 5400, 5600, 5800, 6000, 6200, 6400, 6600, 6800, 7000]
    result = peers.compare(areas(counts, 100_000), draws=DRAWS)
    assert result["is_widened"].all()
    # By hand: z = 2(√x − √mean), the 10% at each end pulled in, mean square.
    z = 2 * (np.sqrt(counts) - np.sqrt(np.mean(counts)))
    low, high = np.quantile(z, [0.1, 0.9])
    assert result["phi"].iloc[0] == pytest.approx(np.mean(np.clip(z, low, high) ** 2))
    own = result[result["is_own"]].iloc[0]
    verdicts = ["verdict", "verdict_998", "verdict_widened"]
    assert own[verdicts].tolist() == ["lower", "lower", "similar"]
    mean = 1000 * np.sum(counts) / 1_100_000
    assert own["rate"] + np.sqrt(own["phi"]) * (own["upper"] - own["rate"]) > mean
    # An area beyond even that is called by all.
    outlier = peers.compare(areas([1500, *counts[1:]], 100_000), draws=DRAWS).query("is_own")
    assert outlier[verdicts].iloc[0].tolist() == ["lower"] * 3


def test_of_a_few_areas_no_spread_is_estimated():
    # The one area far out would be the spread: nothing could be called unusual.
    own = peers.compare(areas([900, 1400, 1400, 1400]), draws=DRAWS).query("is_own").iloc[0]
    assert not own["is_widened"] and own["phi"] == 1 and own["verdict_widened"] == "lower"
    assert peers.compare(areas([900, 1400, 1400, 1400, 1400]), draws=DRAWS)["is_widened"].any()


def test_what_is_asked_again_is_the_same_and_nobody_changes_what_another_reads():
    first = peers.compare(areas([30, 10, 20]), draws=DRAWS)
    first.loc[0, "rate"] = -1
    again = peers.compare(areas([30, 10, 20]), draws=DRAWS)
    assert again["rate"].min() > 0
    # Another count, another type of it, or another column is another question.
    assert not peers.compare(areas([31, 10, 20]), draws=DRAWS)["rate"].equals(again["rate"])
    listed = areas([30, 10, 20]).assign(parts=[["a"], ["b"], ["c"]])
    told = peers.compare(listed, draws=DRAWS)
    assert sorted(map(str, told["parts"])) == ["['a']", "['b']", "['c']"]
    assert told.drop(columns="parts").equals(again)


def test_ranking_and_funnel_agree_on_what_is_usual():
    # The two stand on one page; near the edge the others' rate alone would say something else.
    others = [6200, 6450, 8000, 8600, 8900, 9300, 11400, 13000, 13600, 13900, 14800, 25000]
    for own in range(3000, 7000, 100):
        table = areas(
            [own, *others], [130_000, *[110_000] * 7, 155_000, 175_000, 140_000, 160_000, 280_000]
        )
        both = peers.compare(table, draws=0).merge(
            peers.funnel(table), on="area", suffixes=("", "_funnel")
        )
        assert both["is_widened"].all()
        assert both["verdict_widened"].tolist() == both["verdict_funnel"].tolist()


def test_alone_there_is_no_verdict():
    own = peers.compare(areas([400]), draws=DRAWS).iloc[0]
    assert (own["rank"], own["of"], own["verdict"]) == (1, 1, "none")


def test_areas_without_data_are_listed_last_and_reduce_the_number():
    result = peers.compare(areas([30, None, 20], [1000, 1000, 1000]), draws=DRAWS)
    assert list(result["status"]) == ["ok", "ok", "not_available"]
    assert (result["of"] == 2).all() and pd.isna(result["rank"].iloc[2])
    assert result["verdict"].iloc[2] == "none"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=2, max_size=15), st.integers(0, 14))
def test_an_area_without_data_changes_nothing_for_the_others(counts, place):
    table = areas(counts)
    before = table.copy(deep=True)
    missing = pd.DataFrame(
        {"area": ["No data"], "is_own": [False], "count": [np.nan], "population": [9000]}
    )
    place = min(place, len(counts))
    wider = pd.concat([table.iloc[:place], missing, table.iloc[place:]], ignore_index=True)
    plain = peers.compare(table, draws=200)
    with_missing = peers.compare(wider, draws=200)
    columns = ["area", "rank", "of", "rank_lower", "rank_upper", "others_rate", "verdict"]
    pd.testing.assert_frame_equal(
        plain[columns], with_missing[columns].iloc[:-1], check_dtype=False
    )
    pd.testing.assert_frame_equal(table, before)
    assert (plain["rank_lower"] <= plain["rank"]).all()
    assert (plain["rank"] <= plain["rank_upper"]).all()


def test_rank_intervals_repeat_and_span_what_methods_say():
    # About 450 offences each: a place of 3rd of 15 typically spans 1 to 7 or more.
    counts = [400, 415, 425, 440, 445, 450, 455, 460, 465, 470, 480, 490, 500, 510, 525]
    first, second = (peers.compare(areas(counts, own=2)) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    own = first[first["is_own"]].iloc[0]
    assert own["rank"] == 3 and own["rank_lower"] == 1 and 6 <= own["rank_upper"] <= 9


def test_every_neighbour_is_told_the_same_whoever_asks_and_in_whatever_order():
    # The county's ranking stands in the report of each of its districts.
    table = areas([400, 415, 425, 440, 440, 450, 455, 460], own=0)
    told = peers.compare(table).drop(columns="is_own")
    for own in range(1, len(table)):
        others = table.assign(is_own=table.index == own)
        first = pd.concat([others.iloc[[own]], others.drop(index=own).iloc[::-1]])
        pd.testing.assert_frame_equal(peers.compare(first).drop(columns="is_own"), told)
    # Two areas with the same figures have the same interval, too.
    one, other = told.loc[told["count"] == 440, ["rank_lower", "rank_upper"]].to_numpy()
    assert list(one) == list(other)


def test_rank_intervals_shrink_to_the_place_when_areas_differ_clearly():
    ranks, low, high = peers.rank_intervals([100, 1000, 10_000], [1e5] * 3, draws=DRAWS)
    assert list(ranks) == list(low) == list(high) == [1, 2, 3]


def test_two_rows_of_one_area_are_refused():
    table = areas([1, 2]).assign(area="Twice")
    with pytest.raises(ValueError, match="twice"):
        peers.compare(table)


def test_the_funnel_flags_as_the_interval_against_the_baseline_does():
    rng = np.random.default_rng(4)
    table = areas(rng.poisson(40 * np.linspace(0.2, 3, 20)).tolist(),
                  (20_000 * np.linspace(0.2, 3, 20)).tolist())  # fmt: skip
    result = peers.funnel(table)
    assert not result["is_widened"].any()
    checked = peers.rate(table)
    base = result["baseline_rate"]
    by_interval = np.select(
        [checked["upper"] < base, checked["lower"] > base], ["lower", "higher"], "similar"
    )
    assert list(result["verdict"]) == list(by_interval)


def test_the_funnel_widens_when_areas_differ_by_more_than_chance():
    rng = np.random.default_rng(4)
    counts = rng.poisson(6000 * np.exp(rng.normal(0, 0.15, 15)))
    result = peers.funnel(areas(counts.tolist()))
    assert result["is_widened"].all() and result["phi"].iloc[0] > 20
    assert (result["verdict"] != "similar").sum() <= 3
    outside = (result["rate"] < result["limit_lower"]) | (result["rate"] > result["limit_upper"])
    assert (outside == (result["verdict"] != "similar")).all()
    assert "widened" in result["method"].iloc[0]
    by_chance = (result["verdict_by_chance"] != "similar").sum()
    assert by_chance > (result["verdict"] != "similar").sum()


def test_the_dispersion_is_winsorised():
    expected = np.full(20, 100.0)
    counts = np.full(20, 100.0)
    counts[0] = 900
    phi, is_real = peers.overdispersion(counts, expected)
    assert phi < 1 and not is_real


def test_lines_of_a_funnel_enclose_the_baseline_and_narrow():
    table = peers.funnel(areas([30, 60, 110], [10_000, 20_000, 40_000]))
    lines = peers.funnel_lines(table, points=20)
    assert (lines["limit_lower"] < lines["baseline_rate"]).all()
    assert (lines["limit_upper"] > lines["baseline_rate"]).all()
    assert np.diff(lines["limit_upper"] - lines["limit_lower"]).max() < 0
    assert (lines["limit_upper_998"] > lines["limit_upper"]).all()
