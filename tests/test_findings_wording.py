"""Sentences say what the interval supports, and no more."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.findings import (
    admissions,
    overview,
    plan,
    plan_targets,
    priorities,
    quality,
    survey_wording,
    violence,
    young_people,
)
from cspanalysis.findings.shapes import breakdowns, change_wording, months, rankings, shares, years
from cspanalysis.present import phrases, suppliers
from cspanalysis.stats import change, peers
from cspanalysis.stats import change as change_statistics
from cspanalysis.stats.change import detectable
from cspanalysis.stats.trend import recent_trend

NAN = float("nan")


def changed(count: int, compare: int, days: int = 365, compare_days: int = 365, **more):
    """One row of a change."""
    row = {"count": count, "compare_count": compare, "days": days, "compare_days": compare_days}
    times = {"period": "2007-04/2008-03", "compare": "2006-04/2007-03"}
    return change.change(pd.DataFrame([row])).assign(**times, **more)


def test_no_clear_change_says_so_with_the_counts():
    said = change_wording.change(changed(31, 42), subject="theft from the person")
    assert said.verdict == "no_clear_change"
    assert said.text == (
        "There was no clear change in theft from the person: 31 against 42 a year earlier "
        "(95% interval 55.1 per cent lower to 20.2 per cent higher)."
    )


def test_published_rise_of_night_time_violence_can_be_chance():
    said = change_wording.change(changed(207, 170), subject="night-time economy violence")
    assert said.verdict == "no_clear_change"
    assert "no clear change" in said.text and "207 against 170" in said.text
    assert "21.8 per cent higher, which can be within chance" in said.text
    assert "1.1 per cent lower to 50.0 per cent higher" in said.text
    assert said.values["percent_change"] == pytest.approx(21.7647, abs=1e-3)


def test_clear_fall():
    said = change_wording.change(changed(59, 84), subject="robbery")
    assert said.verdict == "down"
    assert said.text == (
        "Robbery fell from 84 a year earlier to 59, down 29.8 per cent "
        "(95% interval 0.8 to 50.5 per cent lower)."
    )


def test_leap_year_interval_is_said_to_be_per_day():
    said = change_wording.change(changed(6337, 7056, 366, 365), subject="recorded crime")
    assert said.text.startswith("Recorded crime fell from 7,056 a year earlier to 6,337, 10.4 per")
    assert "10.4 per cent fewer a day (95% interval" in said.text


@pytest.mark.parametrize(("count", "verdict"), [(5, "no_clear_change"), (9, "up")])
def test_a_base_of_zero_has_no_percentage(count, verdict):
    said = change_wording.change(changed(count, 0), subject="graffiti")
    assert said.verdict == verdict
    assert "no percentage" in said.text and "per cent" not in said.text
    assert "percent_change" not in said.values and "upper" not in said.values


def test_a_small_base_has_its_percentage_in_brackets_after_the_counts():
    text = change_wording.change(changed(30, 12), subject="graffiti").text
    assert text.index("12 a year earlier to 30") < text.index("(up 150 per cent")
    # As round as the percentage that it belongs to.
    assert re.search(r"95% interval \d+ to \d+ per cent higher", text)


def test_what_only_rounds_to_nothing_is_less_than_the_last_decimal():
    assert phrases.size(0.04) == "less than 0.1" and phrases.size(0.4, 0) == "less than 1"
    assert phrases.size(0) == "0.0" and phrases.size(-1234.5, 0) == "1,235"


def test_kinds_of_a_thing_are_not_said_to_be_in_it():
    table = pd.concat([changed(10, 11).assign(kind=k) for k in "abcde"], ignore_index=True)
    say = partial(change_wording.changes, table, label="kind")
    assert say(subject="fires by motive", items="kinds of fire").text == (
        "None of the five kinds of fire changed clearly."
    )
    assert "types in acquisitive crime changed" in say(subject="acquisitive crime").text


def test_nothing_in_both_periods():
    said = change_wording.change(changed(0, 0, lower=NAN, upper=NAN), subject="arson")
    assert said.verdict == "no_clear_change" and "none was recorded" in said.text


def test_overdispersed_counts_lose_their_verdict_and_the_sentence_says_why():
    wide = {"lower": 0.6, "upper": 1.02, "p": 0.07, "verdict": "no_clear_change"}
    table = changed(200, 260, verdict_by_chance="down", **wide)
    assert change_wording.change(changed(200, 260), subject="graffiti").verdict == "down"
    said = change_wording.change(table, subject="graffiti")
    assert said.verdict == "no_clear_change"
    assert "would count as a fall, but the counts vary more" in said.text
    assert "40.0 per cent lower to 2.0 per cent higher" in said.text
    assert (said.values["lower"], said.values["upper"], said.values["p"]) == (0.6, 1.02, 0.07)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("suppressed", "nobody can be identified"),
        ("not_comparable", "recording changed"),
        ("not_available", "recording changed"),
    ],
)
def test_without_comparable_figures_no_number_is_said(status, word):
    table = changed(31, 42).assign(count=None, status=status, reason="recording changed")
    said = change_wording.change(table, subject="burglary")
    assert said.status == status and said.verdict == "none" and not said.values
    assert word in said.text and not re.search(r"\d", said.text)


@settings(max_examples=50)
@given(st.integers(0, 400), st.integers(0, 400))
def test_rose_and_fell_appear_exactly_where_the_interval_leaves_out_one(count, compare):
    table = changed(count, compare)
    row = table.iloc[0]
    said = change_wording.change(table, subject="crime")
    clear = row["lower"] > 1 or row["upper"] < 1
    assert (said.verdict != "no_clear_change") == clear
    assert bool(re.search(r"\b(rose|fell|up|down)\b", said.text)) == clear
    assert "nan" not in said.text and "[x]" not in said.text


def test_several_changes_name_the_clear_ones_only():
    table = pd.concat(
        [
            changed(31, 42).assign(offence="theft from the person"),
            changed(59, 84).assign(offence="robbery"),
            changed(90, 50).assign(offence="arson"),
            changed(9, 9).assign(offence="fraud", count=None),
        ]
    )
    text = change_wording.changes(table, label="offence", subject="recorded crime").text
    assert text.startswith("Robbery (84 to 59) fell, while arson (50 to 90) rose.")
    assert "For one of three offence types there is no clear change." in text
    assert "theft" not in text and "One of four offence types could not be compared" in text


KENT = {
    "Sevenoaks": (6206, 121387), "Tunbridge Wells": (6447, 118939),
    "Tonbridge and Malling": (7328, 132571), "Folkestone and Hythe": (7997, 113320),
    "Ashford": (9274, 131018), "Dover": (8919, 118514), "Maidstone": (13618, 173132),
    "Gravesham": (8617, 106890), "Swale": (12993, 151015), "Canterbury": (14761, 166762),
    "Medway": (25082, 279142), "Thanet": (13895, 141458), "Dartford": (11440, 114051),
}  # fmt: skip


def ranking(own: str = "Tonbridge and Malling") -> pd.DataFrame:
    table = pd.DataFrame(
        [{"area": a, "count": c, "population": p} for a, (c, p) in KENT.items()]
    ).assign(rate_per=1000, confidence=0.95, status="ok", is_tied=False, of=13)
    table["is_own"] = table["area"] == own
    table["rate"] = table["count"] / table["population"] * 1000
    for column, q, add in (("lower", 0.025, 0), ("upper", 0.975, 2)):
        limits = chi2.ppf(q, 2 * table["count"] + add) / 2
        table[column] = limits / table["population"] * 1000
    table["rank"] = table["rate"].rank(method="min")
    table["rank_lower"], table["rank_upper"] = table["rank"] - 1, table["rank"]
    rest = table[~table["is_own"]]
    table["others_rate"] = rest["count"].sum() / rest["population"].sum() * 1000
    known = peers.compare(table[["area", "is_own", "count", "population"]], draws=0)
    return table.merge(known[["area", "verdict"]])


def test_peers():
    said = rankings.peers_told(ranking())
    assert said.text == (
        "Tonbridge and Malling recorded 55.3 crimes per 1,000 residents, the 3rd lowest of the 13 "
        "districts and 31 per cent below the other twelve taken together (80.2); chance in these "
        "counts alone could put it anywhere from 2nd to 3rd lowest."
    )
    assert said.verdict == "lower" and said.values["rank"] == 3 and said.values["rank_upper"] == 3


def test_peers_at_the_upper_end_count_from_there():
    said = rankings.peers_told(ranking("Thanet"))
    assert said.verdict == "higher"
    assert "the 2nd highest of the 13" in said.text and "above the other twelve" in said.text
    assert "from 2nd to 3rd highest" in said.text
    assert said.values["rank"] == 12


def test_peers_not_clearly_different_are_not_said_to_be():
    table = ranking("Gravesham").assign(lower=70.0, upper=90.0, verdict="similar")
    said = rankings.peers_told(table)
    assert said.verdict == "similar" and "not clearly different" in said.text
    assert "below" not in said.text and "above" not in said.text


def test_a_difference_that_only_the_narrower_level_calls_is_said_to_be_one():
    assert "99.8" not in rankings.peers_told(ranking().assign(verdict_998="lower")).text
    text = rankings.peers_told(ranking().assign(verdict_998="similar")).text
    assert text.endswith("The difference is clear at 95 per cent, not at 99.8 per cent.")
    table = ranking("Gravesham").assign(
        lower=70.0, upper=90.0, verdict="similar", verdict_998="similar"
    )
    assert "99.8" not in rankings.peers_told(table).text  # no difference, so nothing to qualify


def test_among_areas_that_differ_by_more_than_chance_the_sentence_says_what_is_usual():
    wide = ranking().assign(is_widened=True, verdict_998="lower")  # 55.3, the others 80.2
    said = rankings.peers_told(wide.assign(verdict_widened="similar"))
    assert said.verdict == "lower" and "31 per cent below the other twelve" in said.text
    assert said.text.endswith(
        "It is lower by more than chance, but not by more than is usual among them."
    )
    faint = rankings.peers_told(wide.assign(verdict_widened="similar", verdict_998="similar"))
    assert faint.text.endswith("not at 99.8 per cent, and not more than is usual among them.")
    beyond = rankings.peers_told(wide.assign(verdict_widened="lower"))
    assert beyond.text.endswith("lower by more than chance and by more than is usual among them.")


def test_the_funnel_says_so_where_only_its_widening_keeps_the_area_inside():
    table = ranking().assign(
        limit_lower=50.0, limit_upper=110.0, is_widened=True, verdict="similar"
    )
    said = overview.funnel_told(table.assign(verdict_by_chance="lower"))
    assert said.verdict == "similar"
    assert "It is lower by more than chance, but not by more than is usual among them." in said.text
    assert (
        "more than chance, but"
        not in overview.funnel_told(table.assign(verdict_by_chance="similar")).text
    )


def test_peers_with_ties_and_without_figures():
    table = ranking().assign(of=12)
    table.loc[table["area"].isin(["Tonbridge and Malling", "Ashford"]), "rank"] = 3
    table.loc[table["area"] == "Dover", ["count", "rate", "rank", "lower", "upper"]] = NAN
    text = rankings.peers_told(table).text
    assert "the joint 3rd lowest of the twelve districts" in text
    assert text.endswith("There are no figures for Dover.")


def test_peers_without_own_figures():
    table = ranking().assign(rate=lambda t: t["rate"].where(~t["is_own"]))
    said = rankings.peers_told(table)
    assert (said.status, said.verdict) == ("not_available", "none")
    assert said.text == "No comparison is given for crimes: there are no figures."


def test_share_and_mix():
    row = pd.DataFrame(
        [{"count": 69, "total": 207, "share": 1 / 3, "lower": 0.2727, "upper": 0.4001}]
    )
    said = shares.share_told(row, subject="violent offences", of="took place in town centres")
    assert said.text == (
        "About a third of violent offences took place in town centres (69 of 207: 33.3 per cent, "
        "95% interval 27.3 to 40.0 per cent)."
    )
    mix = pd.DataFrame({"offence": ["a", "b", "c"], "count": [60, 30, None],
                        "share": [0.6, 0.3, None], "total": 100,
                        "status": ["ok", "ok", "suppressed"]})  # fmt: skip
    text = breakdowns.parts_told(mix, subject="crime").text
    assert text.startswith("A made up 60.0 per cent of crime (60 of 100), b 30.0 per cent.")
    assert "One part is hidden" in text


def year(index, **more) -> pd.DataFrame:
    table = pd.DataFrame({"month_of_year": range(1, 13), "index": index})
    return table.assign(lower=table["index"] * 0.85, upper=table["index"] * 1.15,
                        is_above=table["index"] * 0.85 > 100,
                        confidence=0.95, **more)  # fmt: skip


def test_season_names_a_peak_only_where_it_is_clear():
    peaked = months.season_told(year([90.0] * 11 + [210.0]), subject="purse dipping")
    assert (peaked.verdict, peaked.values["peak"]) == ("peak", 12)
    assert "Purse dipping peaks in December: 2.1 times the average month" in peaked.text
    flat = months.season_told(year([100.0] * 11 + [104.0]), subject="purse dipping")
    assert flat.verdict == "none" and "No month stands out" in flat.text
    assert "peak" not in flat.values


@pytest.mark.parametrize("index", [[90.0] * 11 + [210.0], [100.0] * 11 + [104.0]])
@pytest.mark.parametrize(
    ("january", "december", "plain"),
    [(30.0, 24.0, "By plain count January averages most (30 a month); the index allows for the "
                  "trend, the length of months and single unusual years."),
     (30.0, 31.0, ""),
     (30.4, 29.6, "")],
)  # fmt: skip
def test_a_season_names_the_month_with_the_highest_plain_average_where_it_is_another(
    index, january, december, plain
):
    table = year(index, count=[january, *[9.0] * 10, december])
    text = months.season_told(table, subject="purse dipping").text
    assert "December" in text and text.endswith(plain) and ("plain" in text) == bool(plain)


def test_season_withheld_or_provisional_gives_the_reason_and_no_peak():
    counts = pd.DataFrame({"month": ["2020-01", "2020-02"], "count": [5, 6]}).assign(
        season_status="withheld", reason="the pandemic cuts the series", status="not_comparable"
    )
    said = months.season_told(counts, subject="theft")
    assert said.status == "not_comparable" and said.verdict == "none"
    assert "No peak in the year can be told for theft: the pandemic cuts the series." in said.text
    table = year([90.0] * 11 + [210.0], season_status="provisional", series_months=27, reason="")
    provisional = months.season_told(table, subject="theft")
    assert provisional.verdict == "none" and "from 27 months only" in provisional.text


def control_table(signal: dict[int, str], **more) -> pd.DataFrame:
    names = [f"2007-{m:02d}" for m in range(1, 13)]
    return pd.DataFrame(
        {"month": names, "value": 10.0, "centre": 9.0,
         "signal": [signal.get(m, "") for m in range(1, 13)]}
    ).assign(is_provisional=False, false_signal_rate=0.08, **more)  # fmt: skip


def test_control_chart_speaks_of_the_newest_six_months_only():
    old = months.control_told(control_table({2: "outside limits"}), subject="crime").text
    assert "None of the newest six months (July to December 2007)" in old
    new = months.control_told(control_table({11: "outside limits"}), subject="crime").text
    assert new.startswith(
        "Crime was out of the ordinary and above the mean in November 2007 (outside limits), "
        "the usual season allowed for."
    )
    assert "8 in 100 unchanged series" in new and "February" not in new


def test_control_signals_on_one_side_stand_together():
    table = control_table({m: "outside limits" if m % 2 else "7 on one side" for m in range(7, 13)})
    assert months.control_told(table, subject="crime").text.startswith(
        "Crime was out of the ordinary and above the mean in all of the newest six months, "
        "July to December 2007 (outside limits; 7 on one side), the usual season allowed for."
    )


def test_provisional_control_chart_is_not_read_as_change():
    table = control_table({11: "7-point trend"}).assign(is_provisional=True, false_signal_rate=NAN)
    text = months.control_told(table, subject="crime").text
    assert text.startswith("No month of crime is judged yet: 36 months in a row are needed")
    assert "out of the ordinary" not in text and "nan" not in text


def test_trend():
    years = [f"{y}/{(y + 1) % 100:02d}" for y in range(2002, 2007)]
    rates = np.linspace(600, 740, 5)
    table = pd.DataFrame({"year": years, "rate": rates, "lower": rates - 5, "upper": rates + 5,
                          "rate_per": 100_000})  # fmt: skip
    text = admissions.trend_told(recent_trend(table), "admissions")
    assert text == "Over 2002/03 to 2006/07 admissions rose, from 600.0 to 740.0 per 100,000."
    few = admissions.trend_told(recent_trend(table.head(4)), "admissions")
    assert few.startswith("No five-year trend is calculated: there are fewer than 5 consecutive")


def test_places_name_single_places_and_call_generic_labels_so():
    table = pd.DataFrame({"place": ["Supermarket", "High Street"], "count": [30, 14]}).assign(
        share=[0.3, 0.14], total=100, is_generic=[True, False]
    )
    text = breakdowns.places_told(table, subject="theft").text
    assert text.startswith("High Street had the most theft: 14 of 100 (14.0 per cent).")
    assert "'Supermarket' is a label that can stand for many places" in text


def test_hours_put_the_small_hours_to_the_evening_before():
    table = pd.DataFrame({"weekday": [6, 5, 2], "hour": [2, 23, 12], "count": [6, 3, 1]})
    text = violence.hours_told(table, subject="violence").text
    assert "busiest hour of the week was Sunday 02:00 to 02:59 (Saturday night), with 6" in text
    assert "hold 90.0 per cent of violence" in text


def test_clusters_give_no_total_while_one_is_hidden():
    table = pd.DataFrame({"cluster": ["Malling", "Tonbridge"], "count": [24.0, 12.0],
                          "status": "ok", "school_year": "2006/07", "rate": NAN})  # fmt: skip
    text = young_people.clusters_told(table, subject="exclusions").text
    assert text.startswith("In 2006/07 Malling had the most exclusions: 24 of 36 in the two clus")
    hidden = pd.concat([table, pd.DataFrame(
        {"cluster": ["Snodland"], "count": [NAN], "status": ["suppressed"]})])  # fmt: skip
    said = young_people.clusters_told(hidden, subject="exclusions")
    assert "36" not in said.text and "share" not in said.values
    assert "One group is hidden so that nobody can be identified." in said.text


def test_age_by_sex_speaks_of_the_groups_shown():
    table = pd.DataFrame({"age_band": ["10-19", "40-49"] * 2,
                          "sex": ["male"] * 2 + ["female"] * 2,
                          "count": [NAN, 40, 10, 25],
                          "status": ["suppressed", "ok", "ok", "ok"]})  # fmt: skip
    text = admissions.age_and_sex_told(table, subject="admissions").text
    assert text.startswith("Males aged 40 to 49 had the most admissions of the groups shown, 40.")


def test_targets_actions_and_priorities():
    table = pd.DataFrame({"measure": list("abc"), "baseline": 100, "target": 95,
                          "actual": [90, 97, NAN], "progress": ["met", "unclear", None],
                          "is_detectable": [False, False, True], "is_printed_right": None,
                          "target_period": "2008/09"})  # fmt: skip
    text = plan_targets.targets_told(table).text
    assert text.startswith(
        "Of three targets two have figures so far: one was met and one is too close"
    )
    assert "Two of the three ask for a change so small" in text
    states = pd.DataFrame({"state": ["complete", "overdue"], "count": [3, 1]})
    assert plan.actions_told(states).text == "Of 4 actions: 3 complete and 1 overdue."


def test_an_order_of_priorities_says_on_how_many_criteria_it_rests():
    order = pd.DataFrame({"priority": ["violence", "theft", "drugs"], "score": [0.7, 0.5, 1.0],
                          "known": [5, 3, 1], "of": 5, "rank": [1, 2, None], "compared_on": 3,
                          "first_share": [0.84, 0.16, NAN],
                          "is_stable": [False, False, False]})  # fmt: skip
    said = priorities.matrix_told(order)
    assert said.text == (
        "Violence (0.70) scores highest, followed by theft (0.50), all on the same three of the "
        "five criteria. With random weights about those that are set it comes first in 84 per cent "
        "of 10,000 trials. Drugs has no place, for want of data on one or more of these "
        "criteria."
    )
    none = priorities.matrix_told(order.assign(known=2, rank=NAN))
    assert none.status == "too_few" and "None of the three can be judged on three" in none.text
    assert "highest" not in none.text and "comes first" not in none.text


def test_quality_accounts_for_every_row():
    table = pd.DataFrame({"file": ["a"], "rows": [100], "kept": [97], "set_aside": [2]})
    text = quality.rows_told(table).text
    assert "97 were kept and 2 set aside" in text and "1 row was not accounted for" in text
    cover = pd.DataFrame({"month": ["2018-10", "2018-11"], "status": ["ok", "incomplete"]})
    assert "November 2018 is incomplete as published" in quality.coverage_told(cover).text
    nowhere = pd.DataFrame({"count": [2163], "total": [180022]})
    assert "2,163 of 180,022 records (1 in 83) carry no location" in (
        quality.unlocated_told(nowhere).text
    )


def test_what_is_missing_names_who_supplies_it():
    said = suppliers.missing_sentence("the nights", NotAvailable(("fires", "x"), "no times"))
    assert said == (
        "This review cannot say the nights: no times. "
        "The fire service's incident extract or x would supply it."
    )


@pytest.mark.parametrize(
    ("comparisons", "words"), [(9, ""), (10, "about one"), (29, "about one"), (40, "about two")]
)
def test_many_comparisons_say_how_many_can_look_clear_by_chance(comparisons, words):
    text = phrases.by_chance(comparisons)
    assert (words in text) if words else text == ""


def test_changes_tested_together_say_how_many_stay_clear():
    """Benjamini and Hochberg: of twelve, one with p = .03 is what chance alone would give."""
    calm = [changed(50, 52).assign(offence=f"kind {n}", p=0.5 + n / 30) for n in range(11)]
    lucky = changed(20, 60).assign(offence="theft", p=0.03)
    table = change_statistics.together(pd.concat([*calm, lucky], ignore_index=True))
    text = change_wording.changes(table, label="offence", subject="crime").text
    assert text.endswith("the change does not stay clear and may look so by chance.")
    firm = change_statistics.together(pd.concat([*calm, lucky.assign(p=0.0001)], ignore_index=True))
    text = change_wording.changes(firm, label="offence", subject="crime").text
    assert text.endswith("Tested together with the others, the change stays clear.")


def test_a_clear_change_that_was_hard_to_find_looks_larger_than_it_is():
    barely = {"verdict": "down", "p": 0.03}
    assert change_statistics.is_lucky(barely)
    assert not change_statistics.is_lucky({**barely, "p": 0.001})
    assert not change_statistics.is_lucky({**barely, "verdict": "no_clear_change"})
    # The edge is where a change as large as the one seen would be found in four of five cases.
    assert pytest.approx(0.0051, abs=2e-4) == change_statistics.LITTLE_POWER


def test_tables_of_many_comparisons_all_say_so():
    phrase = "comparisons about one can look clear by chance."
    offences = pd.concat([changed(20, 60).assign(offence=f"kind {n}") for n in range(12)])
    assert phrase in change_wording.changes(offences, label="offence", subject="crime").text
    funnel = ranking().assign(limit_lower=60.0, limit_upper=100.0, is_widened=False)
    assert phrase in overview.funnel_told(funnel).text
    clusters = pd.DataFrame(
        {"cluster": [f"Cluster {n}" for n in range(12)], "count": [60] + [20] * 11, "roll": 1000,
         "rate_per": 100, "confidence": 0.95, "status": "ok", "school_year": "2006/07"}
    )  # fmt: skip
    clusters["rate"] = clusters["count"] / 10
    clusters["lower"], clusters["upper"] = clusters["rate"] * 0.7, clusters["rate"] * 1.3
    assert phrase in young_people.clusters_told(clusters, subject="exclusions").text
    answers = pd.DataFrame(
        {"question": [f"sees problem {n}" for n in range(12)], "area": "here", "round": "2007",
         "other_area": "county", "compare_round": "2006", "share": 0.4, "compare_share": 0.3,
         "points": 10.0, "points_lower": 5.0, "points_upper": 15.0, "verdict": "up",
         "confidence": 0.95, "total": 500, "compare_total": 500}
    )  # fmt: skip
    assert phrase in survey_wording.answer_changes(answers, subject="problems").text
    assert phrase in survey_wording.against_average(answers, subject="problems").text
    near = answers.head(1).assign(points_lower=0.03)
    assert "less than 0.1 to 15.0 points higher" in survey_wording.answer_change(near).text
    few = answers.head(9)
    assert phrase not in survey_wording.against_average(few, subject="problems").text


def test_what_it_takes_to_be_called_a_change_stands_in_words():
    text = change_wording.detectable(detectable(300))
    assert text == (
        "From 300, only 252 or fewer, or 351 or more, could be told from chance. A fall to about "
        "234 or a rise to about 374 in truth would be found with a chance of 80 per cent."
    )
    few = change_wording.detectable(detectable(3))
    assert few.startswith("From 3, no fall could be told from chance, and a rise only from 12 on.")
    assert "A rise to about 15 in truth" in few and "fall to about" not in few


def test_years_without_clear_change_say_which_count_is_whose():
    table = pd.DataFrame({"year": ["2004/05", "2007/08"], "count": [130, 165],
                          "change_ratio": 1.27, "change_lower": 0.96, "change_upper": 1.64,
                          "change_verdict": "no_clear_change", "confidence": 0.95})  # fmt: skip
    text = years.years_told(table, subject="admissions").text
    assert text.startswith(
        "There is no clear change in admissions: 165 in 2007/08 against 130 in 2004/05 (95%"
    )


def test_a_chart_that_judges_nothing_is_no_result():
    rows = {"month": ["2025-01", "2025-02"], "value": [20.0, 21.0], "centre": 20.5, "signal": ""}
    table = pd.DataFrame({**rows, "is_provisional": True})
    assert months.control_told(table, subject="crime").status == "too_few"
    ended = months.control_told(table, subject="crime", ended="The pandemic began.")
    assert ended.status == "not_comparable"


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (0.01, 0.04, "1.0 per cent had no place in 2023 and 4.0 per cent in 2024"),
        (0.03, 0.0, "3.0 per cent had no place in 2023 and none in 2024"),
        (0.0, 0.03, "all had a place in 2023, and 3.0 per cent had none in 2024"),
        (0.0002, 0.03, "less than 0.1 per cent had no place in 2023 and 3.0 per cent in 2024"),
    ],
)
def test_records_without_a_place_are_told_as_many_few_or_none(before, now, said):
    text = phrases.unplaced("the thefts that Kent Police recorded", before, "2023", now, "2024")
    assert text.startswith(f"of the thefts that Kent Police recorded, {said}; ")
