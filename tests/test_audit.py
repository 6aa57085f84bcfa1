"""The audit of published figures: rules on registers of any district, and the sample's own."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.audit import outcome, printed, register, rules

H1, H0, YEAR = "2015-04/2015-09", "2014-04/2014-09", "2015-04/2016-03"


def figure(id, kind="count", measure="robbery of cyclists", **more):
    return {"id": id, "kind": kind, "measure": measure, "area": "Nether Wallop", **more}


def clean():
    """A register of an invented district that contradicts itself nowhere."""
    figures = [
        figure("1", value="210", period=H1, compare_period=H0, compare_value="200",
               printed_change="5", direction="up"),
        figure("2", value="431", period=YEAR),
        figure("3", "share", "cyclists wearing a helmet", value="33.3", share_of="1"),
        figure("4", "share", "by day", value="66.7", share_set="light", share_of="1"),
        figure("5", "share", "by night", value="33.3", share_set="light"),
        figure("6", "rank_lowest", value="7", group="county", group_size=9, printed_group="nine"),
        figure("7", "rank_highest", value="2", group="county", group_size=9,
               printed_group="eight other"),
        figure("8", "percent_change", "sheep taken", value="-4.5", direction="down",
               period=H1, compare_period=H0),
        figure("9", "direction", "tractors taken", direction="up", period=YEAR,
               compare_period="2014-04/2015-03"),
    ]  # fmt: skip
    targets = pd.DataFrame(
        {
            "id": ["A", "B"],
            "priority": "rural",
            "measure": ["poaching", "residents content"],
            "baseline_period": "2015/16",
            "baseline": [400.0, 61.5],
            "target_period": "2016/17",
            "target": [300.0, 70.0],
            "unit": ["offences", "percent"],
            "printed_change": [-25.0, None],
            "better": ["lower", "higher"],
        }
    )
    actions = pd.DataFrame(
        {
            "no": ["1", "2"],
            "priority": "rural",
            "action": ["Buy bells", "Mend gates"],
            "due": [pd.Timestamp("2016-09-30"), pd.NaT],
            "timescale": ["By September 2016", "Ongoing"],
        }
    )
    return figures, targets, actions


def hits(figures, targets=None, actions=None):
    rows = register.statements(
        pd.DataFrame(figures),
        targets,
        actions=actions,
        area="Nether Wallop",
        plan="2016-04/2017-03",
    )
    return rules.check(rows)


def test_a_consistent_register_is_left_alone():
    assert hits(*clean()).empty


@pytest.mark.parametrize(
    ("change", "rule", "settled"),
    [
        ({"id": "1", "direction": "down"}, "direction_against_numbers", "contradicts itself"),
        ({"id": "8", "direction": "up"}, "direction_against_numbers", "contradicts itself"),
        ({"id": "1", "printed_change": "15"}, "change_against_numbers", "contradicts itself"),
        ({"id": "4", "value": "56.7"}, "shares_do_not_sum", "contradicts itself"),
        ({"id": "3", "value": "33.6"}, "share_no_count_gives", "contradicts itself"),
        (
            {"id": "3", "value": "33.6", "assumed": "share_of, period"},
            "share_no_count_gives",
            "base not stated",
        ),
        ({"id": "3", "value": "133"}, "share_no_count_gives", "contradicts itself"),
        ({"id": "2", "value": "2100"}, "part_against_year", "contradicts itself"),
        ({"id": "2", "value": "260"}, "part_against_year", "contradicts itself"),
        ({"id": "6", "printed_group": "nine other"}, "group_size", "contradicts itself"),
        ({"id": "6", "value": "10"}, "group_size", "contradicts itself"),
        ({"id": "9", "compare_period": "2014"}, "unlike_periods", "base not stated"),
    ],
)
def test_a_planted_error_is_caught_and_nothing_else(change, rule, settled):
    figures, targets, actions = clean()
    figures = [f | change if f["id"] == change["id"] else f for f in figures]
    found = hits(figures, targets, actions)
    assert set(found["rule"]) == {rule}
    assert set(found["outcome"]) == {settled}
    assert change["id"] in set(found["id"])
    assert found[["first", "second", "text"]].ne("").all().all()


def test_targets_and_actions_with_planted_errors():
    figures, targets, actions = clean()
    targets.loc[0, "target"] = 304.0  # 400 less a quarter is 300
    actions.loc[0, "due"] = pd.Timestamp("2016-02-28")
    found = hits(figures, targets, actions)
    assert set(zip(found["id"], found["rule"], strict=True)) == {
        ("A", "change_against_numbers"),
        ("AP1", "due_before_plan"),
    }


def test_a_measure_that_readers_take_for_another_needs_the_family_column():
    figures, *_ = clean()
    half = figure("10", measure="cycle crime", value="900", period=H1)
    assert hits([*figures, half]).empty
    found = hits([*figures, half | {"family": "robbery of cyclists"}])
    assert set(found["id"]) == {"10", "2"}
    assert set(found["rule"]) == {"part_against_year"}


def test_parts_of_other_areas_or_years_are_not_compared():
    elsewhere = figure("10", value="900", period=H1) | {"area": "Over Wallop"}
    earlier = figure("11", value="900", period="2012-04/2012-09")
    assert hits([*clean()[0], elsewhere, earlier]).empty


@given(k=st.integers(0, 500), n=st.integers(1, 500), places=st.integers(0, 2))
@settings(max_examples=50, deadline=None)
def test_a_share_that_a_count_gives_is_never_doubted(k, n, places):
    printed = f"{100 * min(k, n) / n:.{places}f}"
    rows = [figure("1", value=str(n)), figure("2", "share", value=printed, share_of="1")]
    assert hits(rows).empty


@given(before=st.integers(1, 5000), now=st.integers(0, 5000), places=st.integers(0, 2))
@settings(max_examples=50, deadline=None)
def test_true_percentages_and_directions_are_never_doubted(before, now, places):
    row = figure(
        "1", value=str(now), compare_value=str(before),
        printed_change=f"{(now / before - 1) * 100:.{places}f}",
        direction="up" if now > before else "down" if now < before else "",
    )  # fmt: skip
    assert hits([row]).empty
    if now != before:
        wrong = {"up": "down", "down": "up"}[row["direction"]]
        assert "direction_against_numbers" in set(hits([row | {"direction": wrong}])["rule"])


@given(baseline=st.integers(1, 4000), percent=st.integers(-40, -1))
@settings(max_examples=40, deadline=None)
def test_a_target_made_from_its_percentage_is_right_and_two_units_off_is_wrong(baseline, percent):
    right = round(baseline * (1 + percent / 100))
    for target, is_wrong in ((right, False), (right + 2, True)):
        targets = pd.DataFrame(
            {"id": ["A"], "measure": "x", "baseline_period": "2015/16", "baseline": baseline,
             "target_period": "2016/17", "target": target, "unit": "offences",
             "printed_change": percent, "better": "lower", "priority": "p"}
        )  # fmt: skip
        found = set(hits([], targets)["rule"])
        assert ("change_against_numbers" in found) == is_wrong


@pytest.mark.parametrize(
    ("baseline", "target", "is_small"),
    [(300, 285, True), (300, 252, False), (300, 351, False), (300, 350, True), (3, 1, True)],
)
def test_a_target_smaller_than_chance_is_remarked_on_without_an_outcome(baseline, target, is_small):
    targets = pd.DataFrame(
        {"id": ["A"], "measure": "x", "baseline_period": "2015/16", "baseline": baseline,
         "target_period": "2016/17", "target": target, "unit": "offences", "priority": "p",
         "printed_change": None, "better": "lower" if target < baseline else "higher"}
    )  # fmt: skip
    found = hits([], targets)
    assert found["rule"].tolist() == ["target_not_detectable"] * is_small
    assert set(found["outcome"]) <= {""}


def test_outcomes_rank_contradiction_then_base_then_data():
    rows = register.statements(
        pd.DataFrame(
            [
                figure("1", value="10", compare_value="5", direction="down"),
                figure("2", value="10"),
                figure("3", value="10"),
                figure("4", value="10", assumed="area"),
                figure("5", value="10"),
                figure("6", value="10"),
            ]
        )
    )
    data = pd.DataFrame(
        {
            "id": ["1", "2", "3", "4", "5"],
            "is_same": [True, True, False, False, None],
            "printed": "10",
            "found": ["10", "10", "11", "11", ""],
            "reason": ["", "", "", "", "no data"],
        }
    )
    result = outcome.decide(rows, rules.check(rows), data).set_index("id")["outcome"]
    assert result.to_dict() == {
        "1": "contradicts itself", "2": "agrees", "3": "disagrees", "4": "base not stated",
        "5": "cannot be checked", "6": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "size"),
    [("twelve other", (12, True)), ("14 peers", (14, True)), ("of 15", (15, False)), ("all", None)],
)
def test_sizes_in_words(text, size):
    assert printed.size_in_words(text) == size


def test_printed_figures_are_read_with_their_exactness():
    assert printed.number("1,027") == 1027
    assert printed.number("−10.2 %") == -10.2
    assert printed.number("well over half") is None
    assert printed.rounds_to(10.249, "10.2") and not printed.rounds_to(10.26, "10.2")
    assert printed.period("2007").iso == "2007-01/2007-12"
    assert printed.period("2007/08").iso == "2007-04/2008-03"


# ------------------------------------------------------------------ the sample


@pytest.fixture(scope="module")
def sample_audit(project):
    import cspanalysis

    return outcome.audit(cspanalysis.open(workspace=project)).set_index("id")


def test_every_statement_of_the_sample_has_an_outcome(sample_audit):
    assert len(sample_audit) == 78 + 19 + 12 + 89
    assert sample_audit["outcome"].isin(outcome.OUTCOMES).all()
    assert sample_audit.index.is_unique
    assert sample_audit[["rule", "first", "second"]].ne("").loc[lambda t: t["rule"]].shape[0] > 190


def test_the_contradictions_of_the_strategy_are_found(sample_audit):
    found = sample_audit[sample_audit["outcome"] == "contradicts itself"]["rule"]
    expected = {
        "B2": "direction_against_numbers", "T1": "part_against_year", "TG3": "part_against_year",
        "X1": "part_against_year", "TG12": "part_against_year", "D4": "shares_do_not_sum",
        "D5": "shares_do_not_sum", "D6": "shares_do_not_sum", "D7": "shares_do_not_sum",
        "TG2": "change_against_numbers", "V2": "group_size", "AP52": "due_before_plan",
        "AP53": "due_before_plan",
    }  # fmt: skip
    assert {id: rule.split(",")[0] for id, rule in found.items()} == expected


def test_open_bases_of_the_strategy_are_found(sample_audit):
    rows = sample_audit[sample_audit["outcome"] == "base not stated"]
    assert set(rows.index) == {"DA2", "DA3", "H3", "E1", "TG13", "TG14"}
    assert "West Kent" in rows.loc["DA2", "text"]
    assert "20 of 89" in rows.loc["DA3", "text"] and "20 of 73" in rows.loc["H3", "text"]


def test_nothing_else_of_the_sample_disagrees(sample_audit):
    assert not (sample_audit["outcome"] == "disagrees").any()


def test_small_protected_counts_stay_out_of_the_audit(sample_audit):
    for id in ("X4", "X5", "U1", "U2"):
        told = sample_audit.loc[id, ["printed", "found", "text"]].str.cat(sep=" ")
        assert " of " not in sample_audit.loc[id, "found"], told


def test_the_report_names_registers_and_outcomes(project):
    text, unexplained = outcome.run(project)
    assert unexplained == 0
    assert "78 figures, 19 targets, 12 outputs, 89 actions" in text
    assert "without an outcome: 0" in text


def test_a_register_alone_can_be_audited_without_any_data(tmp_path):
    from cspanalysis.workspace import init

    root = tmp_path / "ashford"
    init.init(root, "Ashford")
    folder = root / "data" / "raw" / "published"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.csv").write_text(
        "ID,Kind,Measure,Period,Value,Compare Value,Direction,Group,Printed Group,Unit\n"
        "1,count,bicycles taken,2015-04/2015-09,90,80,fall,,,\n"
        "2,count,bicycles taken,2015/16,95,,,,,\n"
        "3,rank_lowest,bicycles taken,2015,4,,,county,eight other,of 8\n"
        "4,count,horses taken,2015-04/2015-09,10,8,rise,,,\n",
        encoding="utf-8",
    )
    text, unexplained = outcome.run(root)
    assert unexplained == 0
    for found in ("1 bicycles", "2 bicycles", "3 bicycles"):
        assert f"  {found} taken [" in text
    assert "contradicts itself: 3" in text and "cannot be checked: 1" in text


def test_due_dates_are_read_from_words(tmp_path):
    import cspanalysis
    from cspanalysis.workspace import init

    root = tmp_path / "ashford"
    init.init(root, "Ashford")
    folder = root / "data" / "raw" / "action_plan"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.csv").write_text(
        "Priority,Action,Timescale\nrural,Buy bells,By March 2016\nrural,Mend gates,Ongoing\n",
        encoding="utf-8",
    )
    review = cspanalysis.open(workspace=root, period="2016-04/2017-03")
    due = review.table("action_plan")["due"]
    assert due[0] == pd.Timestamp("2016-03-31") and pd.isna(due[1])


def test_printed_figures_are_set_like_the_records(sample_audit):
    assert sample_audit.loc[["A2", "O3", "TG3", "T1"], "printed"].tolist() == [
        "−10.2 per cent", "2,000 promised", "baseline 1,027", "31 against 42, down",
    ]  # fmt: skip
    told = sample_audit.loc["TG2", "text"]
    assert "544 changed by −5 per cent is 516.8, not 518, which is −4.8 per cent" in told
