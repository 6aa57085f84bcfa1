"""The priority matrix: weights in the open, missing criteria, and how firm the order is."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain.errors import UsageError
from cspanalysis.findings import priority_scores
from cspanalysis.workspace import priority_weights, settings_file

#: Of settings of before concentration was a criterion: it weighs nothing then.
WEIGHTS = priority_scores.weights_of(
    {"volume": 0.2, "harm": 0.3, "trend": 0.2, "peers": 0.15, "concern": 0.15}
)
FIVE = [name for name in priority_scores.CRITERIA if name != "concentration"]


def table(*rows):
    return pd.DataFrame(
        [
            {"priority": name, "concentration": np.nan, **dict(zip(FIVE, v, strict=True))}
            for name, *v in rows
        ]
    )


def test_the_score_is_the_weighted_mean():
    result = priority_scores.score(table(("a", 1, 0.5, 0.5, 0, 0)), WEIGHTS)
    assert result["score"].iloc[0] == pytest.approx(0.2 + 0.15 + 0.1)


def test_a_criterion_without_data_is_left_out_and_never_counts_as_nothing():
    result = priority_scores.score(table(("a", np.nan, 0.5, 0.5, 0.5, 0.5)), WEIGHTS).iloc[0]
    assert result["score"] == pytest.approx(0.5) and (result["known"], result["of"]) == (4, 5)
    nothing = priority_scores.score(table(("a", *[np.nan] * 5)), WEIGHTS).iloc[0]
    assert np.isnan(nothing["score"]) and nothing["status"] == "not_available"


def test_the_order_and_its_firmness():
    firm = priority_scores.score(table(("a", 1, 1, 1, 1, 1), ("b", 0, 0, 0, 0, 0)), WEIGHTS)
    assert firm["priority"].tolist() == ["a", "b"] and firm["is_stable"].all()
    assert firm["first_share"].tolist() == [1, 0]
    close = priority_scores.score(table(("a", 0.5, 1, 0, 0, 0), ("b", 1, 0.65, 0, 0, 0)), WEIGHTS)
    assert not close["is_stable"].any()
    assert close["best_rank"].tolist() == [1, 1] and close["worst_rank"].tolist() == [2, 2]
    assert close["first_share"].sum() == pytest.approx(1) and close["first_share"].min() > 0.2


def test_with_equal_weights_every_weighting_has_the_same_chance():
    """Two criteria that point to different priorities: each comes first in half of the trials."""
    rows = table(("a", 1, 0, 0.5, 0.5, 0.5), ("b", 0, 1, 0.5, 0.5, 0.5))
    shares = priority_scores.score(rows, priority_scores.weights_of(None))["first_share"]
    assert shares.tolist() == pytest.approx([0.5, 0.5], abs=0.02)


def test_a_score_on_three_criteria_is_never_compared_with_one_on_five():
    """By the mean of what each has, 'few' would come first for what is not known of it."""
    gap = np.nan
    rows = table(("few", 0.6, 0.6, 0.6, gap, gap), ("all", 0.9, 0.9, 0.9, 0, 0),
                 ("third", 0.2, 0.2, 0.2, 1, 1), ("last", 0, 0, 0, gap, gap))  # fmt: skip
    result = priority_scores.score(rows, WEIGHTS).set_index("priority")
    assert priority_scores.compared_on(rows, WEIGHTS) == ("volume", "harm", "trend")
    assert result.index.tolist() == ["all", "few", "third", "last"]
    assert result["score"].tolist() == pytest.approx([0.9, 0.6, 0.2, 0])
    assert result["compared_on"].eq(3).all() and result["known"].tolist() == [5, 3, 5, 3]


def test_a_place_needs_more_than_half_of_the_criteria():
    gap = np.nan
    rows = table(("one", 1, gap, gap, gap, gap), ("three", 0.4, 0.5, 0.5, gap, gap),
                 ("two", 1, gap, gap, 1, gap), ("five", 0.2, 0.2, 0.5, 0.5, 0.1))  # fmt: skip
    result = priority_scores.score(rows, WEIGHTS).set_index("priority")
    assert result.index.tolist() == ["three", "five", "one", "two"]
    assert result["rank"].tolist() == [1, 2, pd.NA, pd.NA]
    assert result["status"].tolist() == ["ok", "ok", "too_few", "too_few"]
    assert result["is_stable"].tolist() == [True, True, False, False]
    assert result.loc[["one", "two"], ["best_rank", "worst_rank"]].isna().all(axis=None)
    assert result["first_share"].dropna().to_dict() == {"three": 1, "five": 0}


def test_criteria_of_weight_0_are_not_asked_for():
    weights = priority_scores.weights_of(
        {"volume": 1, "trend": 1, "harm": 0, "peers": 0, "concern": 0}
    )
    rows = table(("a", 1, np.nan, 1, np.nan, np.nan), ("b", 0, 1, np.nan, 1, 1))
    result = priority_scores.score(rows, weights).set_index("priority")
    assert priority_scores.needed(weights) == 2
    assert result["known"].to_dict() == {"a": 2, "b": 1} and result["rank"]["a"] == 1
    assert result["of"].eq(2).all() and result["status"]["b"] == "too_few"


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=5, max_size=5), min_size=2, max_size=6),
    st.floats(0.1, 10),
)
@settings(max_examples=30, deadline=None)
def test_scores_lie_between_0_and_1_and_scaling_all_weights_changes_nothing(values, factor):
    rows = table(*((f"p{i}", *v) for i, v in enumerate(values)))
    result = priority_scores.score(rows, WEIGHTS)
    assert result["score"].between(-1e-12, 1 + 1e-12).all()
    scaled = priority_scores.weights_of({k: v * factor for k, v in WEIGHTS.items()})
    again = priority_scores.score(rows, scaled)
    pd.testing.assert_series_equal(result["score"], again["score"])


@pytest.mark.parametrize(
    "weights", [{"cost": 1}, {"volume": -1}, {"volume": "much"}, {"volume": True}, {"harm": 0}]
)
def test_bad_weights_are_refused(weights):
    with pytest.raises(UsageError):
        settings_file.check({"priorities": {"weights": weights}}, Path("partnership.toml"))


def test_the_settings_know_the_priorities_that_the_matrix_weighs():
    from cspanalysis.findings import priority_measures

    assert (
        tuple(measure.key for measure in priority_measures.MEASURES) == priority_weights.PRIORITIES
    )


def test_without_settings_all_weigh_the_same():
    assert set(priority_scores.weights_of(None).values()) == {1 / 6}


@pytest.fixture(scope="module")
def matrix(sample_review):
    """The sample's matrix, which is long in the making."""
    from cspanalysis.findings import priorities as chapter

    return chapter.matrix(sample_review)


def test_the_matrix_of_the_sample(sample_review, matrix):
    from cspanalysis.findings import priorities as chapter
    from cspanalysis.findings import priority_measures

    review, found = sample_review, matrix
    assert len(found.rows) == len(priority_measures.MEASURES) == 7
    labels = [column["label"] for column in found.table["columns"]]
    assert "Harm (weight 0.30)" in labels
    evidence = chapter.evidence(review)
    # No question is cut in the middle.
    assert not [cell for row in evidence.table["rows"] for cell in row if "…" in cell]
    traced = evidence.rows
    assert (traced["findings"] > 0).all() and traced["actions"].sum() == 89
    assert "Did vehicle crime rise or fall? When in the year" in traced["questions"].iloc[0]
    assert traced["targets"].sum() == 19 and traced["outputs"].sum() == 12


def test_the_matrix_says_by_what_peers_were_compared_if_not_by_what_is_counted(
    sample_review, matrix
):
    from cspanalysis.findings import priority_measures

    review, found = sample_review, matrix
    named = found.rows.set_index("priority")["peers_by"]
    assert named[named != ""].to_dict() == {"anti-social behaviour": "criminal damage"}
    assert "similar (by criminal damage alone)" in [c for row in found.table["rows"] for c in row]
    notes = " ".join(found.notes)
    assert "set beside its peers by criminal damage alone, not by all that is counted" in notes
    assert "The peers are the other areas of the most similar group; for perception" in notes
    # The rule looks at what is counted, not at a priority's name.
    measure = priority_measures.Measure(
        "x", "X", (priority_measures._police("drug offences"),), peer="robbery"
    )
    assert priority_measures.against_peers(review, measure, review.period).by == "robbery"


def test_the_matrix_says_where_the_parts_of_a_sum_went_different_ways(matrix):
    # Criminal damage fell clearly, calls rose clearly; of both together nothing can be said.
    found = matrix
    row = found.rows.set_index("priority").loc["anti-social behaviour"]
    assert row["trend_text"] == "no clear change (parts differ)"
    assert (
        "The trend of anti-social behaviour is that of all it counts together: criminal damage "
        "fell and calls about anti-social behaviour rose."
    ) in found.notes
    assert found.rows["trend_text"].str.contains("parts differ").sum() == 1


def test_without_a_log_of_calls_the_street_level_incidents_are_counted(tmp_path):
    from test_review_peer_groups import ALL, reviewing
    from test_workspace_init import STREET, street_rows

    from cspanalysis.explore import entry
    from cspanalysis.findings import priorities as chapter

    reviewing(tmp_path / "ws", "Medway", ALL)
    rows = street_rows("Medway", "Kent Police", 12, "E01010000").splitlines(keepends=True)
    kinds = ["Criminal damage and arson"] * 5 + ["Anti-social behaviour"] * 7
    text = "".join(row.replace("Burglary", k) for row, k in zip(rows, kinds, strict=True))
    (tmp_path / "ws/data/raw/police_uk/2025-01-btp-street.csv").write_text(STREET + text)
    found = chapter.matrix(entry.open("Medway", "2025-01/2025-01", workspace=tmp_path / "ws"))
    row = found.rows.set_index("priority").loc["anti-social behaviour"]
    assert row["count"] == 12
    assert row["things"] == "criminal damage and incidents of anti-social behaviour"


def test_a_question_for_concern_that_no_survey_asks_is_told(project, matrix):
    import dataclasses

    import cspanalysis
    from cspanalysis.findings import priorities as chapter

    assert "do not ask" not in " ".join(matrix.notes)
    review = cspanalysis.open(workspace=project)
    section = {**review.settings["priorities"], "concern": {"violent_crime": "percieves violence"}}
    settings = {**review.settings, "priorities": section}
    review.workspace = dataclasses.replace(review.workspace, settings=settings)
    notes = " ".join(chapter.matrix(review).notes)
    assert "The surveys do not ask “percieves violence” (violent crime)" in notes


def test_open_data_alone_give_no_order_of_priorities(tmp_path):
    from test_review_peer_groups import ALL, reviewing

    from cspanalysis.findings import priorities as chapter

    # One month of one kind of crime: volume and peers are all that is known.
    review = reviewing(tmp_path / "ws", "Medway", ALL)
    found = chapter.matrix(review)
    assert found.status == "too_few" and "highest" not in found.sentence
    assert "of 6 criteria" in str(found.table["rows"])
    place = [column["label"] for column in found.table["columns"]].index("Score")
    assert {row[place] for row in found.table["rows"]} == {"–"}
    assert {"police_uk", "population"} <= {source["source"] for source in found.sources}
    lacking = found.notes[1]
    assert "concentration needs street-level files of twelve months" in lacking
    assert "trend needs the counts of the earlier period" in lacking
    assert "volume" not in lacking
    trials = chapter.sensitivity(review)
    assert trials.status == "not_available" and "no order" in trials.sentence


def test_hospital_counts_of_the_matrix_are_rounded(sample_review):
    from cspanalysis.findings import priority_measures

    review = sample_review
    alcohol = next(m for m in priority_measures.MEASURES if m.key == "substance_misuse_alcohol")
    now, before = (
        priority_measures.count(review, alcohol, p) for p in (review.period, review.compare)
    )
    assert now % 5 == 0 and before % 5 == 0


def test_every_question_named_as_evidence_is_a_finding_of_some_chapter(project):
    from cspanalysis.findings import MIME, priority_measures

    stored = {
        output["data"][MIME]["id"]: output["data"][MIME]["title"]
        for path in (project / "notebooks").glob("[0-9]*.ipynb")
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    }
    named = {
        id: title
        for measure in priority_measures.MEASURES
        for id, title in measure.evidence.items()
    }
    assert named == {id: stored.get(id) for id in named}
