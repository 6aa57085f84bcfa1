"""Series breaks: what a comparison crosses, and which months an estimate may use."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain import breaks, offences
from cspanalysis.domain.periods import Period


def test_the_register_is_well_formed():
    table = breaks.register()
    assert set(table["kind"]) == {"change", "disruption"}
    assert set(table["action"]) == {"refuse", "warn"}
    known = {"all"}
    for scheme in (offences.NOTIFIABLE, offences.POLICE_UK):
        known |= set(offences.groups(scheme))
    assert set(table["series"]) <= known
    for row in table.itertuples():
        Period.parse(f"{row.first}/{row.last or row.first}")
        assert bool(row.last) == (row.kind == "disruption")
        assert row.reason.endswith(".") and row.source


@pytest.mark.parametrize(
    ("period", "compare", "crossed"),
    [
        ("2017-04/2018-03", "2016-04/2017-03", True),
        ("2018-04/2019-03", "2017-04/2018-03", False),
        ("2016-04/2017-03", "2015-04/2016-03", False),
        ("2016-10/2017-09", "2015-10/2016-09", True),
        ("2016-04/2017-03", "2017-04/2018-03", True),
    ],
)
def test_burglary_changed_in_april_2017(period, compare, crossed):
    found = [
        b for b in breaks.crossing("burglary dwelling", period, compare) if b.action == "refuse"
    ]
    assert bool(found) == crossed


def test_a_group_is_not_hurt_by_a_border_between_its_members():
    spans = ("2017-04/2018-03", "2016-04/2017-03")
    assert not breaks.crossing("burglary", *spans)
    assert not breaks.crossing("recorded crime", *spans)


@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("recorded crime", ""),
        ("recorded crime", offences.POLICE_UK),
        ("violence against the person", ""),
        ("violence and sexual offences", offences.POLICE_UK),
    ],
)
@pytest.mark.parametrize("month", ["2014-04", "2015-04", "2018-04", "2023-05"])
def test_totals_carry_the_changes_of_how_much_of_a_member_is_counted(name, scheme, month):
    begins = Period.parse(month).first
    spans = Period(begins, begins + 11), Period(begins - 12, begins - 1)
    found = [b for b in breaks.crossing(name, *spans, scheme) if b.first == month]
    counted = [b for b in found if "small areas" not in b.reason]
    assert len(counted) == 1 and counted[0].action == "warn" and counted[0].source
    assert not [b for b in breaks.crossing("burglary", *spans) if b.first == month]


def test_a_change_inside_a_member_is_not_carried():
    """Guidance of April 2008 moved injuries between serious and less serious violence."""
    spans = ("2008-04/2009-03", "2007-04/2008-03")
    assert breaks.crossing("violence against the person", *spans)
    assert not breaks.crossing("recorded crime", *spans)


def test_disruptions_of_any_of_several_periods():
    touched, calm = Period.parse("2021-01/2021-12"), Period.parse("2022-01/2022-12")
    assert (
        len(breaks.disruptions(calm, touched)) == 1 and "pandemic" in breaks.disruptions(touched)[0]
    )
    assert breaks.disruptions(calm) == ()


def test_every_change_and_every_run_of_years_that_touches_the_pandemic_says_so():
    """Calls, fires and admissions too, which are no offences of the register."""
    from cspanalysis.domain.periods import Comparison
    from cspanalysis.findings import publication

    year, before = Period.parse("2021-08/2022-07"), Period.parse("2020-08/2021-07")
    assert publication._disrupted(Comparison(year, before), compared=True)
    assert not publication._disrupted(Comparison(year, before), compared=False)
    years = Comparison(Period.parse("2015-04/2023-03"), before)
    assert publication._disrupted(years, compared=False)
    later = Comparison(Period.parse("2023-04/2024-03"), Period.parse("2022-04/2023-03"))
    assert not publication._disrupted(later, compared=True)


def test_a_place_across_police_forces_says_that_it_also_ranks_recording():
    from cspanalysis.domain.areas import PeerGroup
    from cspanalysis.findings.shapes import rankings

    kent = PeerGroup("county", "districts of Kent", ("Ashford", "Swale"))
    mixed = PeerGroup("similar", "similar areas", ("Ashford", "Swale", "Rugby"))
    assert not rankings.membership_notes(kent)
    assert "two police forces" in rankings.membership_notes(mixed)[0]


def test_the_pandemic_warns_only_the_periods_it_touches():
    touched = breaks.crossing("robbery", "2021-07/2021-12", "2022-07/2022-12")
    assert [b.kind for b in touched] == ["disruption"]
    assert not breaks.crossing("robbery", "2021-08/2022-01", "2018-08/2019-01")


def test_the_city_of_london_run_ends_before_the_pandemic():
    run, reason = breaks.clean_run("all", Period.parse("2017-12/2020-11").month_list())
    assert (run[0], run[-1], len(run)) == ("2017-12", "2020-02", 27)
    assert "pandemic" in reason and "missing" not in reason


def test_the_newest_run_begins_after_it():
    run, _ = breaks.newest_run("all", Period.parse("2017-12/2023-11").month_list())
    assert (run[0], run[-1]) == ("2021-08", "2023-11")


def test_warnings_do_not_cut_a_run():
    months = Period.parse("2016-04/2019-03").month_list()
    assert breaks.clean_run("violence and sexual offences", months) == (months, "")
    assert len(breaks.clean_run("burglary dwelling", months)[0]) == 24


def test_no_months_no_run():
    assert breaks.clean_run("all", []) == ([], "") and breaks.newest_run("all", []) == ([], "")


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(2016 * 12, 2024 * 12), max_size=60))
def test_runs_are_unbroken_and_hold_every_month_outside_the_disruption(ordinals):
    months = [Period(o, o).month_list()[0] for o in ordinals]
    found, reason = breaks.runs("robbery", months)
    kept = [m for run in found for m in run]
    assert kept == [m for m in sorted(months) if not "2020-03" <= m <= "2021-07"]
    for run in found:
        assert run == Period.parse(f"{run[0]}/{run[-1]}").month_list()
    if len(found) <= 1 and kept == sorted(months):
        assert reason == ""
