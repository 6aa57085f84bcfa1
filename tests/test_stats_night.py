"""Night-time economy: the edges of the night, its date, the exclusions, the clocks going back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.stats import night
from cspanalysis.stats.night import NightTime

VIOLENCE = "violence against the person"


def incidents(*starts, **columns):
    defaults = {
        "offence": VIOLENCE,
        "premises": "public place",
        "is_domestic": False,
        "is_town_centre": True,
        "town": "Tonbridge",
    }
    return pd.DataFrame({"start": pd.to_datetime(list(starts)), **(defaults | columns)})


def classify(*starts, definition=None, **columns):
    return night.classify(incidents(*starts, **columns), definition or NightTime())


def test_the_edges_of_the_night():
    result = classify(
        "2007-06-01 17:59", "2007-06-01 18:00", "2007-06-02 05:59", "2007-06-02 06:00"
    )
    assert result["is_night_time"].tolist() == [False, True, True, False]


def test_a_night_belongs_to_the_date_of_its_evening():
    # 3 June 2007 was a Sunday; the second is New Year's night.
    result = classify(
        "2007-06-03 02:00", "2008-01-01 00:30", "2008-02-29 23:00", "2008-03-01 01:00"
    )
    dates = result["night"].dt.strftime("%Y-%m-%d").tolist()
    assert dates == ["2007-06-02", "2007-12-31", "2008-02-29", "2008-02-29"]
    assert result["night_weekday"].iloc[0] == 5


def test_clocks_going_back_and_forward_leave_the_clock_time():
    # 28 October 2007: 01:00 to 01:59 happened twice. 25 March 2007: it did not happen.
    result = classify("2007-10-28 01:30", "2007-10-28 01:30", "2007-03-25 01:30")
    assert result["is_night_time"].all()
    assert result["hour"].tolist() == [1, 1, 1]
    assert result["night"].dt.day.tolist() == [27, 27, 24]


def test_premises_offence_and_domestic_flag():
    result = classify(
        *["2007-06-01 22:00"] * 6,
        premises=["public place", "licensed premises", "dwelling", "shop", None, "public place"],
        offence=[VIOLENCE] * 5 + ["robbery"],
    )
    assert result["is_night_time"].tolist() == [True, True, False, False, False, False]
    flags = pd.array([True, False, None], dtype="boolean")
    assert classify(*["2007-06-01 22:00"] * 3, is_domestic=flags)["is_night_time"].tolist() == [
        False, True, True,
    ]  # fmt: skip
    kept = classify(
        *["2007-06-01 22:00"] * 3, is_domestic=flags, definition=NightTime(exclude_domestic=False)
    )
    assert kept["is_night_time"].all()


def test_robbery_and_other_hours_are_a_matter_of_parameters():
    definition = NightTime(
        start="21:00", end="03:00", offences=(VIOLENCE, "robbery"), premises=(), core_days=()
    )
    result = classify(
        "2007-06-01 20:59", "2007-06-02 02:59", "2007-06-02 03:00",
        offence=[VIOLENCE, "robbery", VIOLENCE], premises="dwelling", definition=definition,
    )  # fmt: skip
    assert result["is_night_time"].tolist() == [False, True, False]
    assert not result["is_core"].any() and definition.core is None
    assert "21:00 and 02:59" in definition.definition and "robbery" in definition.definition


def test_the_core_window_goes_by_the_evening():
    # Friday 1 June 2007 20:00 to Sunday 3 June 04:00.
    result = classify(
        "2007-06-01 19:59", "2007-06-01 20:00", "2007-06-02 03:59", "2007-06-02 04:00",
        "2007-06-03 03:00", "2007-06-03 23:00", "2007-06-01 02:00",
    )  # fmt: skip
    assert result["is_core"].tolist() == [False, True, True, False, True, False, False]


def test_records_without_a_usable_time_are_counted_not_guessed():
    table = incidents("2007-06-01 22:00", None, "2007-06-02 00:00", "2007-06-02 01:00")
    table["has_time"] = [True, False, True, False]
    result = night.classify(table, NightTime())
    assert result["is_night_time"].tolist() == [True, False, True, False]
    assert result["hour"].isna().tolist() == [False, True, False, True]
    account = night.summary(result, NightTime()).iloc[0]
    assert (account["count"], account["total"], account["untimed"]) == (2, 4, 2)
    assert account["share_untimed"] == 0.5 and account["midnight_exact"] == 1


def test_a_second_definition_is_counted_beside_the_first():
    definition = NightTime(second={"offences": [VIOLENCE, "robbery"], "start": "20:00"})
    table = incidents(
        "2007-06-05 19:00", "2007-06-05 22:00", "2007-06-05 22:00",
        offence=[VIOLENCE, VIOLENCE, "robbery"],
    )  # fmt: skip
    account = night.summary(night.classify(table, definition), definition).iloc[0]
    assert (account["count"], account["second_count"]) == (2, 2)
    assert "20:00" in account["second_definition"] and "robbery" in account["second_definition"]


def test_town_centres_are_those_flagged_in_the_towns_named():
    flags = pd.array([True, False, None, True], dtype="boolean")
    towns = ["Tonbridge", "Tonbridge", "Tonbridge", "Snodland"]
    starts = ["2007-06-01 22:00"] * 4
    every = classify(*starts, is_town_centre=flags, town=towns)
    assert every["is_town_centre_night"].tolist() == [True, False, False, True]
    named = classify(
        *starts, is_town_centre=flags, town=towns, definition=NightTime(town_centres=("Tonbridge",))
    )
    assert named["is_town_centre_night"].tolist() == [True, False, False, False]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 527_039), min_size=1, max_size=30))
def test_the_week_holds_every_timed_record_once(minutes):
    starts = pd.Timestamp("2007-04-01") + pd.to_timedelta(minutes, unit="min")
    table = incidents(*starts)
    before = table.copy(deep=True)
    result = night.classify(table, NightTime())
    week = night.week(result)
    assert len(week) == 168 and week["count"].sum() == len(minutes)
    assert week["share"].sum() == pytest.approx(1)
    dark = night.week(result, mask=result["is_night_time"])
    assert dark.loc[dark["count"] > 0, "hour"].map(lambda h: h >= 18 or h < 6).all()
    pd.testing.assert_frame_equal(table, before)


def test_an_empty_extract_has_no_shares():
    result = night.classify(incidents().iloc[:0], NightTime())
    account = night.summary(result, NightTime()).iloc[0]
    assert account["status"] == "not_available" and np.isnan(account["share_untimed"])
    assert night.week(result)["share"].isna().all()


@pytest.mark.parametrize("values", [{"start": "25:00"}, {"end": "6"}, {"core_days": ("Fri",)}])
def test_impossible_parameters_are_refused(values):
    with pytest.raises(ValueError, match=r"time of day|is no day"):
        NightTime(**values)
