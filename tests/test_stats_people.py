"""Admissions by age and sex, exclusions by cluster: hidden parts stay hidden in every sum."""

import numpy as np
import pandas as pd
import pytest

from cspanalysis.findings import exclusion_rates
from cspanalysis.stats import admission_rates, measures


def hospital(*rows):
    columns = ["year", "sex", "age_band", "count", "status"]
    table = pd.DataFrame(rows, columns=columns).assign(cause="T51", symbol="")
    table["symbol"] = np.where(table["status"] == "suppressed", "*", "")
    return table.astype({"count": "Int64"})


def test_standardised_rates_of_both_sexes():
    bands = ["0-9", "10-19", "20-44", "45-64", "65-89", "90+"]
    strata = [("2007/08", sex, band, 4, "ok") for sex in ("male", "female") for band in bands]
    people = pd.DataFrame(
        [(y, s, b, 4000) for y, s, b, *_ in strata],
        columns=["year", "sex", "age_band", "population"],
    )
    row = admission_rates.standardised(hospital(*strata), people, "T51").iloc[0]
    assert row["count"] == 48 and row["rate"] == pytest.approx(100)


def schools(counts, rolls, statuses=None):
    n = len(counts)
    return pd.DataFrame(
        {
            "school_year": "2006/07",
            "kind": "permanent",
            "cluster": [f"Cluster {i}" for i in range(n)],
            "count": pd.array(counts, dtype="Int64"),
            "roll": rolls,
            "status": statuses or ["ok"] * n,
            "symbol": "",
        }
    )


def test_exclusions_are_rated_on_the_roll_and_ranked():
    result = exclusion_rates.rates(schools([10, 2, 0], [1000, 500, 800]))
    assert result["rate"].tolist() == pytest.approx([1.0, 0.4, 0.0])
    assert list(result["rank"]) == [3, 2, 1] and (result["of"] == 3).all()
    assert (result["rank_lower"] <= result["rank"]).all()


def test_a_hidden_cluster_keeps_its_status_and_leaves_the_ranking():
    table = schools([10, None, 0], [1000, 500, 800], ["ok", "suppressed", "ok"])
    before = table.copy(deep=True)
    result = exclusion_rates.rates(table)
    assert list(result["status"]) == ["ok", "suppressed", "ok"]
    assert pd.isna(result["rank"].iloc[1]) and (result["of"] == 2).all()
    pd.testing.assert_frame_equal(table, before)


def test_schools_of_a_cluster_add_up_and_one_hidden_school_hides_it():
    table = schools([3, 4, 5, None], [100, 300, 200, 200], ["ok", "ok", "ok", "suppressed"])
    table["cluster"] = ["A", "A", "B", "B"]
    result = exclusion_rates.rates(table)
    assert result["rate"].iloc[0] == pytest.approx(7 / 4)
    assert pd.isna(result["count"].iloc[1]) and result["status"].iloc[1] == "suppressed"


def test_a_hidden_part_leaves_no_sum_and_a_rate_keeps_its_status():
    table = schools([3, None, 5], [100, 300, 200], ["ok", "suppressed", "ok"])
    table["cluster"], table.loc[1, "symbol"] = ["A", "A", "B"], "c"
    sums = measures.added_up(table, ["cluster"], ("count", "roll"))
    assert pd.isna(sums["count"].iloc[0]) and sums["roll"].tolist() == [400, 200]
    assert list(sums["status"]) == ["suppressed", "ok"] and list(sums["symbol"]) == ["c", ""]
    rated = measures.rate(sums, population="roll", per=100)
    assert list(rated["status"]) == ["suppressed", "ok"] and pd.isna(rated["rate"].iloc[0])


def test_years_and_kinds_are_ranked_apart():
    table = pd.concat(
        [schools([1, 2], [100, 100]), schools([5, 4], [100, 100]).assign(school_year="2007/08")]
    )
    result = exclusion_rates.rates(table)
    assert list(result["rank"]) == [1, 2, 2, 1]


@pytest.mark.parametrize(
    ("bands", "kept", "double"),
    [
        # A band that others make up is their total.
        ({"0-17": 4, "18+": 30, "18-24": 12, "25+": 18}, ["0-17", "18-24", "25+"], ("18+",)),
        ({"0-17": 4, "under 18": 4, "18+": 30}, ["under 18", "18+"], ("0-17",)),
        # One within a band that nothing else makes up is a part of it.
        ({"0-17": 4, "18+": 30, "18-24": 12}, ["0-17", "18+"], ("18-24",)),
        ({"0-17": 4, "18-24": 12, "25+": 18}, ["0-17", "18-24", "25+"], ()),
        # Bands that cross leave only the total, or nothing.
        ({"16-24": 9, "18-29": 8, "all ages": 40}, ["all ages"], ()),
        ({"16-24": 9, "18-29": 8}, None, ()),
    ],
)
def test_bands_of_age_that_overlap_count_nobody_twice(bands, kept, double):
    rows = hospital(*(("2023/24", "male", band, n, "ok") for band, n in bands.items()))
    found = admission_rates.of_cause(rows, "T51")
    if kept is None:
        assert found.rows.empty and found.left_out == ("2023/24",)
        return
    assert sorted(found.rows["age_band"]) == sorted(kept) and found.bands == double
    assert found.rows["count"].sum() == sum(bands[band] for band in kept)
