"""The statistics on published figures and real open data."""

import gzip
import zipfile

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cspanalysis.stats import change, control, measures, peers, season

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def published(shared):
    table = pd.read_csv(shared / "data" / "fingertips" / "indicators-CountyUA.data.csv")
    rows = table.dropna(subset=["Count", "Denominator", "Lower CI 95.0 limit"])
    rows = rows[rows["Value note"].isna()]
    return rows.rename(columns={"Count": "count", "Denominator": "population"})


def test_rates_and_byar_limits_are_those_the_health_service_publishes(published):
    rows = published[(published["Age"] == "0-9 yrs") & (published["count"] >= 10)]
    assert len(rows) > 200
    # The published limits round the normal quantile to 1.96.
    ours = measures.rate(rows, per=100_000, confidence=2 * stats.norm.cdf(1.96) - 1)
    np.testing.assert_allclose(ours["rate"], rows["Value"], rtol=1e-9)
    np.testing.assert_allclose(ours["lower"], rows["Lower CI 95.0 limit"], rtol=1e-6)
    np.testing.assert_allclose(ours["upper"], rows["Upper CI 95.0 limit"], rtol=1e-6)


def test_byar_stays_close_to_the_exact_limits_it_publishes_elsewhere(published):
    rows = published[(published["Age"] == "All ages") & (published["count"] >= 10)]
    ours = measures.rate(rows, per=100_000)
    np.testing.assert_allclose(ours["rate"], rows["Value"], rtol=1e-9)
    np.testing.assert_allclose(ours["lower"], rows["Lower CI 95.0 limit"], rtol=2e-3)
    np.testing.assert_allclose(ours["upper"], rows["Upper CI 95.0 limit"], rtol=2e-3)


@pytest.fixture(scope="module")
def city_of_london(shared):
    counts = {}
    archive = shared / "data" / "police_uk" / "city_of_london_2017-12_to_2020-11.zip"
    with zipfile.ZipFile(archive) as members:
        for name in members.namelist():
            if name.endswith("-street.csv"):
                with members.open(name) as stream:
                    month = pd.read_csv(stream, usecols=["Month", "Crime type"])
                for key, count in month.value_counts().items():
                    counts[key] = counts.get(key, 0) + count
    return pd.Series(counts).rename_axis(["month", "offence"]).reset_index(name="count")


def test_the_city_of_london_has_a_provisional_season_before_the_pandemic(city_of_london):
    theft = city_of_london[city_of_london["offence"] == "Theft from the person"]
    months = sorted(city_of_london["month"].unique())
    counts = theft.groupby("month")["count"].sum().reindex(months, fill_value=0)
    by_month = counts.rename_axis("month").reset_index(name="count")
    found = season.seasonal_index(by_month, series="theft from the person")
    assert (found.first, found.last, found.months) == ("2017-12", "2020-02", 27)
    assert found.stage == "provisional" and found.verdict == "none"
    assert found.table["index"].mean() == pytest.approx(100)
    chart = control.control_chart(by_month, series="theft from the person")
    assert chart.stage == "provisional" and chart.table["month"].iloc[-1] == "2020-02"


def test_the_pandemic_shows_as_a_fall_and_carries_its_break(city_of_london):
    theft = city_of_london[city_of_london["offence"] == "Theft from the person"]
    months = sorted(city_of_london["month"].unique())
    row = change.between(theft, "2020-04/2020-06", "2019-04/2019-06", covered=months).iloc[0]
    assert row["verdict"] == "down" and row["upper"] < 0.5


def test_districts_of_kent_are_ranked_and_the_funnel_is_widened(shared):
    folder = shared / "data"
    with gzip.open(folder / "police_uk" / "lad_month_type_counts_2025.csv.gz") as stream:
        head = pd.read_csv(stream)
    names = [
        "Ashford",
        "Canterbury",
        "Dartford",
        "Dover",
        "Folkestone and Hythe",
        "Gravesham",
        "Maidstone",
        "Sevenoaks",
        "Swale",
        "Thanet",
        "Tonbridge and Malling",
        "Tunbridge Wells",
    ]
    district = head["lsoa_name_prefix"]
    counts = head[district.isin(names)].groupby(district)["n"].sum()
    assert len(counts) == 12
    table = pd.DataFrame(
        {
            "area": counts.index,
            "is_own": counts.index == "Tonbridge and Malling",
            "count": counts.to_numpy(),
            "population": 130_000,
        }
    )
    ranked = peers.compare(table, draws=2000)
    assert sorted(ranked["rank"]) == list(range(1, 13))
    assert (ranked["rank_upper"] - ranked["rank_lower"]).max() <= 3
    assert peers.funnel(table)["is_widened"].all()
