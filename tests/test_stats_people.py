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
