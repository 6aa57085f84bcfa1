"""What a coming period would look like if nothing changed: its interval, and what it rests on."""

import numpy as np
import pandas as pd
import pytest

from cspanalysis.domain.periods import Period
from cspanalysis.findings import target_outlook
from cspanalysis.stats import dispersion, forecast

LAST = Period.parse("2026-03").last
RUN = Period(LAST - 35, LAST)
NEXT = Period(LAST + 1, LAST + 12)


def months(counts, run=RUN):
    return pd.DataFrame({"month": run.month_list(), "count": counts})


def year_of(by_month, over=NEXT, variance=dispersion.CHANCE, change=0.1, last=LAST):
    return forecast.of_months(by_month, over, last, variance, change)


def test_each_month_is_taken_from_the_same_month_of_the_newest_year_per_day():
    counts = np.full(36, 100.0)
    counts[24] = 300  # April 2025
    whole = year_of(months(counts))
    assert whole.count == pytest.approx(1400)
    april = year_of(months(counts), Period(LAST + 1, LAST + 1))
    assert april.count == 300
    # February 2028 has a day more than February 2026.
    leap = year_of(months(counts), "2028-02")
    assert leap.count == pytest.approx(100 * 29 / 28) and leap.years == 2


def test_months_that_are_counted_already_are_certain():
    counts = np.full(36, 100.0)
    partly = year_of(months(counts), Period(LAST - 8, LAST + 3))
    whole = year_of(months(counts))
    assert partly.counted == 900 and partly.count == 1200
    assert partly.lower >= 900
    assert partly.upper - partly.lower < (whole.upper - whole.lower) / 2


def test_more_variation_and_more_years_make_it_wider():
    by_month = months(np.full(36, 50.0))

    def width(**options):
        found = year_of(by_month, **options)
        assert found.lower < found.count < found.upper
        return found.upper - found.lower

    plain = width()
    assert width(variance=(4.0, 20.0)) > plain
    assert width(variance=(4.0, 3.0)) > width(variance=(4.0, 20.0))
    assert width(change=0.2) > plain
    assert width(over=NEXT.shift(12)) > plain


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        (lambda t: t.assign(count=1.0), "too_few", "fewer than 20"),
        (lambda t: t.drop(index=30), "not_available", "not all months of the year before"),
        (lambda t: t.assign(count=t["count"].mask(t.index == 30)), "not_available", "not all"),
    ],
)
def test_too_little_gives_none_with_the_reason(change, status, reason):
    found = year_of(change(months(np.full(36, 50.0))))
    assert found.status == status and reason in found.reason
    assert np.isnan([found.count, found.lower, found.chance_of(100)]).all()


def test_what_is_over_or_far_away_or_varies_unknown_is_not_forecast():
    by_month = months(np.full(36, 50.0))
    assert year_of(by_month, RUN).status == "not_available"
    assert "years ahead" in year_of(by_month, NEXT.shift(48)).reason
    assert year_of(by_month, variance=dispersion.UNKNOWN).status == "not_available"


def test_the_chance_of_a_value_agrees_with_the_limits():
    found = year_of(months(np.full(36, 50.0)))
    assert found.chance_of(found.lower - 2) < 0.025 < found.chance_of(found.lower + 2)
    assert found.chance_of(found.upper - 2) < 0.975 < found.chance_of(found.upper + 2)
    assert 0.45 < found.chance_of(600) < 0.55
    partly = year_of(months(np.full(36, 50.0)), Period(LAST - 8, LAST + 3))
    assert partly.chance_of(449) == 0


@pytest.mark.parametrize(("mean", "phi"), [(30, 1), (300, 2), (6000, 4.5)])
def test_the_interval_holds_where_years_change_as_usual(mean, phi):
    rng = np.random.default_rng(16)
    change, hits = 0.1, []
    for _ in range(400):
        levels = mean / 12 * np.exp(change * rng.normal(size=4).cumsum())
        means = np.repeat(levels, 12)
        means = rng.gamma(means / (phi - 1), phi - 1) if phi > 1 else means
        counts = rng.poisson(means).astype(float)
        by_month = months(counts[:36])
        variance = dispersion.of_months(by_month, LAST)
        found = year_of(by_month, variance=variance, change=change)
        if found.status == "ok":
            hits.append(found.lower <= counts[36:].sum() <= found.upper)
    # 95% aimed at; two standard errors of 400 series are 2.2 points.
    assert 0.925 < np.mean(hits) < 0.995


def test_a_usual_change_is_that_of_the_kind_or_of_any():
    assert forecast.usual_change("recorded crime") < 0.05 < forecast.usual_change("robbery")
    assert forecast.usual_change("calls about noise") == forecast.ANY_KIND


# ---------------------------------------------------------------- targets


@pytest.mark.parametrize(
    ("better", "target", "outlook"),
    [
        ("lower", 900, "met"), ("lower", 600, "open"), ("lower", 300, "missed"),
        ("higher", 300, "met"), ("higher", 600, "open"), ("higher", 900, "missed"),
    ],
)  # fmt: skip
def test_the_outlook_of_a_target_follows_the_interval(better, target, outlook):
    found = year_of(months(np.full(36, 50.0)))
    row = target_outlook.judged(found, target, better)
    assert row["outlook"] == outlook
    assert row["forecast_lower"] <= row["forecast"] <= row["forecast_upper"]
    if outlook != "open":
        assert (row["chance_met"] > 0.97) == (outlook == "met")
    assert row["needed_change"] == pytest.approx((target / 600 - 1) * 100)


def test_what_would_have_to_happen_is_of_the_months_left():
    counts = np.full(36, 100.0)
    found = year_of(months(counts), Period(LAST - 8, LAST + 3))
    row = target_outlook.judged(found, 1140, "lower")
    assert row["needed_change"] == pytest.approx(-20)
    # More than that are counted already: it can no longer be met.
    assert target_outlook.judged(found, 800, "lower")["needed_change"] == -100


def test_a_sentence_counts_the_outlooks():
    table = pd.DataFrame({"outlook": ["met", "open", "open", None]})
    assert target_outlook.told(table) == (
        " If nothing changes, of the three that can be forecast one would be met and two could go "
        "either way: chance and the usual change from year to year would decide."
    )
    alone = pd.DataFrame({"outlook": ["missed", None]})
    assert target_outlook.told(alone).endswith("the one that can be forecast would be missed.")
    assert target_outlook.told(alone.assign(outlook=None)) == ""


# ---------------------------------------------------------------- real districts


@pytest.mark.realdata
def test_forecasts_of_kent_hold_the_year_that_came(shared):
    """24 months of thirteen districts and 15 kinds of crime; the third year is what came."""
    table = pd.read_csv(shared / "data/police_uk/lad_month_type_counts_2023-05_2026-04.csv.gz")
    kent = table[table["ltla24_code"].isin([f"E07000{n}" for n in range(105, 117)] + ["E06000035"])]
    wide = kent.pivot_table(
        index=["ltla24_code", "crime_type"], columns="month", values="count", aggfunc="sum"
    ).fillna(0.0)
    crimes = wide.drop(index="Anti-social behaviour", level=1).groupby(level=0).sum()
    crimes.index = pd.MultiIndex.from_product([crimes.index, ["Recorded crime"]])
    hits, widths, missed_by_last = [], [], []
    last = Period.parse("2025-04").last
    for (_, kind), counts in pd.concat([wide, crimes]).iterrows():
        by_month = pd.DataFrame({"month": wide.columns[:24], "count": counts.to_numpy()[:24]})
        found = forecast.of_months(
            by_month, Period(last + 1, last + 12), last,
            dispersion.of_months(by_month, last), forecast.usual_change(kind.lower()),
        )  # fmt: skip
        if found.status == "ok":
            came, before = counts.to_numpy()[24:].sum(), counts.to_numpy()[12:24].sum()
            hits.append(found.lower <= came <= found.upper)
            widths.append(np.log(found.upper / max(found.lower, 1)))
            missed_by_last.append(abs(np.log(came / before)))
    assert len(hits) > 180
    assert 0.93 <= np.mean(hits) <= 0.97
    # Not by being so wide that it says nothing: half of them are closer than a third either way.
    assert np.median(widths) < 1
