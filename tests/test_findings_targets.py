"""Targets: arithmetic, detectability, progress against the path, and the colour's rule."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain.errors import UsageError
from cspanalysis.findings import target_progress


def one(**values):
    row = {
        "measure": "burglary", "baseline": 300, "target": 285, "unit": "offences",
        "better": "lower", "printed_change": -5, "actual": None, "actual_base": None,
        "baseline_base": None, "days": 365, "of_days": 365,
    }  # fmt: skip
    return target_progress.progress(pd.DataFrame([row | values])).iloc[0]


def test_a_fall_of_five_per_cent_from_300_cannot_be_seen():
    row = one()
    assert row["detectable_at"] == 252 and bool(row["is_detectable"]) is False
    assert row["asked_change"] == pytest.approx(-5)
    assert bool(row["is_printed_right"]) is True
    assert row["progress"] is None and row["status"] == "not_available"


def test_a_target_off_its_own_percentage():
    assert bool(one(baseline=544, target=518)["is_printed_right"]) is False
    assert one(printed_change=None)["is_printed_right"] is None


@pytest.mark.parametrize(
    ("actual", "progress", "rag"),
    [(100, "on_course", "green"), (143, "unclear", "amber"), (190, "off_course", "red")],
)
def test_half_way_the_path_is_half_the_target(actual, progress, rag):
    row = one(actual=actual, days=182.5)
    assert row["expected"] == pytest.approx(142.5)
    assert (row["progress"], row["rag"]) == (progress, rag)


@pytest.mark.parametrize(
    ("better", "actual", "progress"),
    [
        ("lower", 285, "met"),
        ("lower", 286, "missed"),
        ("higher", 286, "met"),
        ("higher", 284, "missed"),
    ],
)
def test_once_the_time_is_up_the_figure_decides(better, actual, progress):
    row = one(better=better, actual=actual)
    assert row["progress"] == progress
    assert row["rag"] == "amber"  # the interval holds the target


def test_a_share_uses_its_base():
    row = one(
        unit="percent", baseline=15.3, target=15, actual=14, actual_base=601, baseline_base=601
    )
    assert row["lower"] < 14 < row["upper"]
    assert bool(row["is_detectable"]) is False and row["progress"] == "met"
    bare = one(unit="percent", baseline=15.3, target=15, actual=14)
    assert math.isnan(bare["lower"]) and bare["rag"] == "" and bare["is_detectable"] is None


def test_no_fall_from_a_handful_can_be_seen():
    assert bool(one(baseline=4, target=1, printed_change=None)["is_detectable"]) is False


def test_missing_values_stay_missing():
    row = one(baseline=None, target=None)
    assert math.isnan(row["asked_change"]) and row["is_detectable"] is None


def test_an_unknown_direction_is_refused():
    with pytest.raises(UsageError, match="allowed: lower, higher"):
        one(better="smaller")


@given(
    actual=st.integers(0, 2000), target=st.integers(1, 2000), gone=st.floats(0.1, 0.99),
    better=st.sampled_from(["lower", "higher"]),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_the_colour_follows_the_interval(actual, target, gone, better):
    row = one(actual=actual, target=target, better=better, days=gone * 365, printed_change=None)
    assert row["lower"] <= actual <= row["upper"]
    holds = row["lower"] <= row["expected"] <= row["upper"]
    if row["rag"] == "amber":
        assert holds or math.isclose(row["expected"], row["lower"])
    is_low = row["upper"] <= row["expected"]
    if row["rag"] == "green":
        assert is_low if better == "lower" else row["lower"] >= row["expected"]


def test_targets_and_actions_of_the_sample(project):
    import cspanalysis
    from cspanalysis.findings import plan, plan_targets

    review = cspanalysis.open(workspace=project)
    aims = plan_targets.targets(review)
    assert len(aims.rows) == 19 and "518" in aims.sentence
    before = plan_targets.previous(review)
    progress = before.rows.set_index("id")["progress"]
    assert progress["PT5"] == "missed" and progress["PT2"] == "met"
    assert len(plan.action_list(review).rows) == 89
    assert plan.overdue(review).rows["no"].tolist() == ["52"]
    states = plan.actions(review).rows.set_index("state")["count"]
    assert states.sum() == 89 and states["overdue"] == 1
    outputs = plan.outputs(review).rows
    assert len(outputs) == 12
    assert outputs.set_index("id").loc["O3", "state"] == "behind"


def test_a_share_of_few_repeat_victims_is_hidden_in_a_target_too(project):
    import dataclasses

    import cspanalysis
    from cspanalysis.findings import plan_targets
    from cspanalysis.findings.publication import Spec
    from cspanalysis.findings.question import Question

    row = {"source": "police_extract", "series": plan_targets.REPEATS, "target_period": "2007/08"}
    for edition, threshold, is_shown in (
        ("public", 5, True), ("public", 10_000, False), ("partner", 10_000, True),
    ):  # fmt: skip
        review = cspanalysis.open(workspace=project, edition=edition)
        review.workspace = dataclasses.replace(review.workspace, threshold=threshold)
        ask = Question(review, Spec("plan.targets", ""), review.comparisons[0])
        found = plan_targets._measured(ask, row, None)
        assert pd.notna(found["actual"]) == pd.notna(found["actual_base"]) == is_shown
