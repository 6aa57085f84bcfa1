"""Aoristic profile: weights sum to the usable events, whatever the windows."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.stats import aoristic


def profile(*windows, **options):
    table = pd.DataFrame(windows, columns=["start", "end"])
    return aoristic.profile(table.apply(pd.to_datetime), **options)


def weights(result):
    table = result.table[result.table["weight"] > 0]
    return {(r.weekday, r.hour): pytest.approx(r.weight) for r in table.itertuples()}


def test_a_window_is_shared_by_overlap():
    # Sunday 22:30 to Monday 01:00 wraps round the week: half an hour, an hour, an hour.
    result = profile(("2007-06-03 22:30", "2007-06-04 01:00"))
    assert weights(result) == {(6, 22): 0.2, (6, 23): 0.4, (0, 0): 0.4}


def test_without_end_the_start_hour_has_it_all():
    result = profile(("2007-06-02 18:20", None), ("2007-06-02 18:40", "2007-06-02 18:40"))
    assert weights(result) == {(5, 18): 2}
    assert result.point_events == 2


def test_a_whole_week_is_even_and_a_minute_more_is_set_aside():
    week = profile(("2007-06-02 18:20", "2007-06-09 18:20"))
    assert week.usable == 1 and week.table["weight"].to_numpy() == pytest.approx(1 / 168)
    longer = profile(("2007-06-02 18:20", "2007-06-09 18:21"))
    assert (longer.usable, longer.set_aside_long) == (0, 1)
    assert longer.table["share"].isna().all()


def test_reversed_windows_and_missing_starts_are_counted():
    result = profile(("2007-06-02 18:00", "2007-06-02 17:59"), (None, "2007-06-02 17:59"))
    assert (result.set_aside_reversed, result.no_start, result.usable) == (1, 1, 0)


def test_a_start_without_usable_time_is_no_start():
    table = pd.DataFrame(
        {"start": pd.to_datetime(["2007-06-02"]), "end": pd.NaT, "has_time": [False]}
    )
    assert aoristic.profile(table).no_start == 1


def test_across_the_night_the_clocks_go_back_the_clock_decides():
    result = profile(("2007-10-28 00:00", "2007-10-28 03:00"))
    assert weights(result) == {(6, 0): 1 / 3, (6, 1): 1 / 3, (6, 2): 1 / 3}


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 600_000), st.one_of(st.none(), st.integers(-600, 12_000))),
        max_size=20,
    )
)
def test_weights_sum_to_the_usable_events_and_every_event_has_one_fate(windows):
    start = pd.Timestamp("2007-04-01") + pd.to_timedelta([w[0] for w in windows], unit="min")
    length = pd.to_timedelta([w[1] for w in windows], unit="min")
    table = pd.DataFrame({"start": start, "end": start + length})
    before = table.copy(deep=True)
    result = aoristic.profile(table)
    assert result.table["weight"].sum() == pytest.approx(result.usable)
    fates = result.usable + result.no_start + result.set_aside_reversed + result.set_aside_long
    assert fates == len(windows)
    pd.testing.assert_frame_equal(table, before)


def test_windows_over_a_week_cannot_be_allowed():
    with pytest.raises(ValueError, match="168"):
        profile(max_hours=200)


def test_an_end_without_its_time_of_day_is_no_end():
    # '2 June' without a time is not midnight: it neither cuts the window short nor reverses it.
    windows = [("2007-06-01 22:00", "2007-06-02"), ("2007-06-02 10:00", "2007-06-02")]
    table = pd.DataFrame(windows, columns=["start", "end"]).apply(pd.to_datetime)
    found = aoristic.profile(table.assign(has_end_time=False))
    assert (found.usable, found.point_events, found.set_aside_reversed) == (2, 2, 0)
    assert weights(found) == {(4, 22): 1, (5, 10): 1}
    known = aoristic.profile(table.assign(has_end_time=True))
    assert (known.point_events, known.set_aside_reversed) == (0, 1)
