"""Admissions by age and sex, exclusions by cluster: hidden parts stay hidden in every sum."""

import numpy as np
import pandas as pd
import pytest

from cspanalysis.analysis import admissions, exclusions


def hospital(*rows):
    columns = ["year", "sex", "age_band", "count", "status"]
    table = pd.DataFrame(rows, columns=columns).assign(cause="T51", symbol="")
    table["symbol"] = np.where(table["status"] == "suppressed", "*", "")
    return table.astype({"count": "Int64"})


def test_years_add_up_by_age_and_sex_in_order_of_age():
    table = hospital(
        ("2006/07", "male", "10-19", 3, "ok"),
        ("2007/08", "male", "10-19", 4, "ok"),
        ("2006/07", "male", "0-9", 1, "ok"),
        ("2006/07", "male", "90+", 2, "ok"),
        ("2006/07", "male", "all ages", 6, "ok"),
        ("2005/06", "male", "10-19", 100, "ok"),
    )
    before = table.copy(deep=True)
    result = admissions.by_age_sex(table, year=("2006/07", "2007/08"), cause="T51")
    assert list(result["age_band"]) == ["0-9", "10-19", "90+", "all ages"]
    assert list(result["count"]) == [1, 7, 2, 6]
    pd.testing.assert_frame_equal(table, before)


def test_a_hidden_year_hides_the_sum_with_its_symbol():
    table = hospital(
        ("2006/07", "male", "10-19", None, "suppressed"), ("2007/08", "male", "10-19", 4, "ok")
    )
    row = admissions.by_age_sex(table, year=("2006/07", "2007/08"), cause="T51").iloc[0]
    assert pd.isna(row["count"]) and (row["status"], row["symbol"]) == ("suppressed", "*")


def test_rates_keep_the_reason_why_a_count_is_hidden():
    table = hospital(
        ("2006/07", "male", "10-19", None, "suppressed"), ("2006/07", "male", "20-29", 9, "ok")
    )
    people = pd.DataFrame({"sex": "male", "age_band": ["10-19"], "population": [6000]})
    result = admissions.by_age_sex(table, people, year="2006/07", cause="T51")
    assert list(result["status"]) == ["suppressed", "not_available"]
    assert result["rate"].isna().all()


def test_trend_of_a_cause_by_year():
    table = hospital(
        ("2007/08", "persons", "all ages", 60, "ok"),
        ("2006/07", "persons", "all ages", 50, "ok"),
        ("2006/07", "persons", "10-19", 20, "ok"),
    )
    people = pd.DataFrame({"year": ["2006/07", "2007/08"], "population": [100_000, 120_000]})
    result = admissions.trend(table, people, "T51")
    assert list(result["rate"]) == [50, 50] and list(result["year"]) == ["2006/07", "2007/08"]


def test_standardised_rates_of_both_sexes():
    bands = ["0-9", "10-19", "20-44", "45-64", "65-89", "90+"]
    strata = [("2007/08", sex, band, 4, "ok") for sex in ("male", "female") for band in bands]
    people = pd.DataFrame(
        [(y, s, b, 4000) for y, s, b, *_ in strata],
        columns=["year", "sex", "age_band", "population"],
    )
    row = admissions.standardised(hospital(*strata), people, "T51").iloc[0]
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
    result = exclusions.rates(schools([10, 2, 0], [1000, 500, 800]))
    assert result["rate"].tolist() == pytest.approx([1.0, 0.4, 0.0])
    assert list(result["rank"]) == [3, 2, 1] and (result["of"] == 3).all()
    assert (result["rank_lower"] <= result["rank"]).all()


def test_a_hidden_cluster_keeps_its_status_and_leaves_the_ranking():
    table = schools([10, None, 0], [1000, 500, 800], ["ok", "suppressed", "ok"])
    before = table.copy(deep=True)
    result = exclusions.rates(table)
    assert list(result["status"]) == ["ok", "suppressed", "ok"]
    assert pd.isna(result["rank"].iloc[1]) and (result["of"] == 2).all()
    pd.testing.assert_frame_equal(table, before)


def test_schools_of_a_cluster_add_up_and_one_hidden_school_hides_it():
    table = schools([3, 4, 5, None], [100, 300, 200, 200], ["ok", "ok", "ok", "suppressed"])
    table["cluster"] = ["A", "A", "B", "B"]
    result = exclusions.rates(table)
    assert result["rate"].iloc[0] == pytest.approx(7 / 4)
    assert pd.isna(result["count"].iloc[1]) and result["status"].iloc[1] == "suppressed"


def test_years_and_kinds_are_ranked_apart():
    table = pd.concat(
        [schools([1, 2], [100, 100]), schools([5, 4], [100, 100]).assign(school_year="2007/08")]
    )
    result = exclusions.rates(table)
    assert list(result["rank"]) == [1, 2, 2, 1]
