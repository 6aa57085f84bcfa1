"""Repeat victims over rolling twelve months, and MARAC repeats of a pair."""

import pandas as pd
import pytest

from cspanalysis.stats import victims


def domestic(*rows):
    table = pd.DataFrame(rows, columns=["victim_id", "recorded"])
    return table.assign(recorded=pd.to_datetime(table["recorded"], format="ISO8601"))


def referred(*rows):
    table = pd.DataFrame(rows, columns=["victim_id", "perpetrator_id", "referred"])
    return table.assign(referred=pd.to_datetime(table["referred"], format="ISO8601"))


def test_repeat_victims_within_twelve_months_to_the_end_of_the_period():
    table = domestic(
        ("a", "2007-04-01 10:00"), ("a", "2008-03-31 23:59"),  # first and last minute inside
        ("b", "2007-03-31 23:59"), ("b", "2007-04-01"),  # one outside
        ("c", "2007-05-01"),
        (None, "2007-05-01"),
    )  # fmt: skip
    row = victims.domestic_repeat(table, "2007-04/2008-03").iloc[0]
    assert (row["count"], row["total"], row["unidentified"]) == (1, 3, 1)
    assert row["share"] == pytest.approx(1 / 3) and row["lower"] < 1 / 3 < row["upper"]


def test_a_shorter_period_still_looks_back_twelve_months():
    table = domestic(("a", "2007-02-01"), ("a", "2007-12-01"))
    row = victims.domestic_repeat(table, "2007-10/2007-12").iloc[0]
    assert (row["count"], row["total"]) == (1, 1)


def test_three_incidents_make_one_repeat_victim():
    table = domestic(*[("a", "2007-05-01")] * 3)
    row = victims.domestic_repeat(table, "2007-04/2008-03").iloc[0]
    assert (row["count"], row["total"]) == (1, 1)


def test_no_victims_no_share():
    row = victims.domestic_repeat(domestic(("a", "2001-01-01")), "2007-04/2008-03").iloc[0]
    assert row["status"] == "not_available"


def test_a_marac_repeat_is_the_same_pair_within_twelve_months():
    table = referred(
        ("a", "x", "2006-06-10"), ("a", "x", "2007-06-10"),  # twelve months to the day: repeat
        ("b", "x", "2006-06-10"), ("b", "x", "2007-06-11"),  # a day later: not
        ("c", "x", "2007-05-01"), ("c", "y", "2007-06-01"),  # another perpetrator: not
        ("d", None, "2007-06-01"),
    )  # fmt: skip
    row = victims.marac_repeat(table, "2007-04/2008-03").iloc[0]
    assert (row["count"], row["total"], row["unidentified"]) == (1, 4, 1)


def test_a_marac_repeat_counts_from_the_last_referral_not_the_first():
    table = referred(("a", "x", "2006-01-01"), ("a", "x", "2006-12-01"), ("a", "x", "2007-11-01"))
    row = victims.marac_repeat(table, "2007-04/2008-03").iloc[0]
    assert (row["count"], row["total"]) == (1, 1)


def test_one_referral_entered_twice_is_one():
    table = referred(("a", "x", "2007-05-01 09:00"), ("a", "x", "2007-05-01 15:00"))
    row = victims.marac_repeat(table, "2007-04/2008-03").iloc[0]
    assert (row["count"], row["total"]) == (0, 1)


def test_twelve_months_from_a_leap_day_end_on_the_28th():
    table = referred(("a", "x", "2008-02-29"), ("a", "x", "2009-02-28"))
    assert victims.marac_repeat(table, "2009-02").iloc[0]["count"] == 1
    later = referred(("a", "x", "2008-02-29"), ("a", "x", "2009-03-01"))
    assert victims.marac_repeat(later, "2009-03").iloc[0]["count"] == 0


def test_the_input_stays_as_it_is():
    table = referred(("a", "x", "2007-05-01"), ("d", None, "2007-06-01"))
    before = table.copy(deep=True)
    victims.marac_repeat(table, "2007-04/2008-03")
    pd.testing.assert_frame_equal(table, before)
