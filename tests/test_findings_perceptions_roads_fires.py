"""Perceptions, roads and fires on the sample, on planted data and where data are missing."""

import json

import pandas as pd
import pytest

import cspanalysis
from cspanalysis.findings import fire_and_rescue, partnerships, perceptions, roads
from cspanalysis.findings import survey_wording as wording
from cspanalysis.review import log_gaps


@pytest.fixture(scope="module")
def review(project):
    return cspanalysis.open(workspace=project)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    root = tmp_path_factory.mktemp("elsewhere")
    (root / "partnership.toml").write_text(
        '[area]\nname = "Ashford"\n[review]\nperiod = "2007-04/2008-03"\n'
    )
    (root / "data" / "raw").mkdir(parents=True)
    return cspanalysis.open(workspace=root)


MAKERS = {
    "perceptions.safety.shares": perceptions.safety,
    "perceptions.problems.shares": perceptions.problems,
    "perceptions.change": perceptions.changes,
    "perceptions.antisocial_behaviour.change": perceptions.antisocial_change,
    "perceptions.average": perceptions.average,
    "perceptions.sample_size": perceptions.sample_size,
    "roads.collisions.change": roads.collisions_change,
    "roads.severity.change": roads.severity_changes,
    "roads.child_casualties.change": roads.child_casualties,
    "roads.child_casualties.years": roads.child_casualty_years,
    "roads.collisions.peers.county": lambda r: roads.collisions_peers(r, "county"),
    "fires.all.change": fire_and_rescue.change,
    "fires.types.change": fire_and_rescue.type_changes,
    "fires.mix": fire_and_rescue.mix,
}


@pytest.mark.parametrize("id", MAKERS)
def test_every_finding_of_the_sample_is_there_and_can_be_stored(review, id):
    finding = MAKERS[id](review)
    assert finding.id == id and finding.status == "ok", finding.sentence
    assert finding.sentence.endswith(".") and finding.table["rows"] and finding.caption
    json.dumps(finding.record(), allow_nan=False)
    for window in finding.windows:
        assert window.status == "ok", (window.id, window.sentence)


@pytest.mark.parametrize("id", MAKERS)
def test_without_data_the_finding_names_who_supplies_them(elsewhere, id):
    finding = MAKERS[id](elsewhere)
    assert finding.status == "not_available" and finding.verdict == "none"
    assert "would supply it" in finding.sentence and not finding.values


def test_answers_of_several_pairs_of_rounds_have_no_one_period_to_compare_with(review):
    found = perceptions.changes(review)
    pairs = found.rows[["period", "compare_period"]].drop_duplicates()
    assert len(pairs) == 2  # calendar years for some questions, financial years for others
    assert found.period == "2007-01/2008-03" and found.compare == ""
    assert {"Earlier", "Latest"} <= {column["label"] for column in found.table["columns"]}
    one = perceptions.antisocial_change(review)
    assert (one.period, one.compare) == ("2007-04/2008-03", "2006-04/2007-03")


def test_the_published_survey_figures(review):
    rows = perceptions.safety(review).rows.set_index("question")
    assert rows["share"]["feels safe home alone at night"] == pytest.approx(0.95)
    assert rows["share"]["feels safe walking alone at night"] > 0.5
    asb = perceptions.antisocial_change(review)
    assert asb.values["share"] == pytest.approx(0.153)
    assert asb.verdict == "no_clear_change" and "no clear change" in asb.sentence


def test_the_sample_that_the_target_would_need(review):
    finding = perceptions.sample_size(review)
    assert finding.values["count"] == pytest.approx(224_000, rel=0.01)
    assert "more than the 114,000 who live in the area" in finding.sentence
    easier = perceptions.sample_size(review, target=5.0)
    assert easier.values["count"] < 601 and "live in the area" not in easier.sentence


def test_the_average_is_called_only_where_the_interval_allows(review):
    finding = perceptions.average(review)
    for row in finding.rows.to_dict("records"):
        is_clear = row["points_lower"] > 0 or row["points_upper"] < 0
        assert is_clear == (row["verdict"] in ("up", "down"))
    assert "no clear difference" in finding.sentence


def test_crashes_that_hurt_children_74_then_95(review):
    finding = roads.child_casualty_years(review)
    row = finding.rows.set_index("year").loc["2006"]
    assert (row["compare_count"], row["count"]) == (74, 95)
    assert row["percent_change"] == pytest.approx(28.4, abs=0.05)
    # The published rise of 28 per cent is within chance.
    assert row["lower"] < 1 < row["upper"]
    assert "74 in 2005, 95 in 2006" in finding.sentence


def test_second_highest_of_the_twelve_districts(review):
    finding = roads.collisions_peers(review, "county")
    assert (finding.values["rank"], finding.values["of"]) == (11, 12)
    assert finding.table["columns"][1]["label"] == "Collisions"


def test_kinds_of_fire_add_up_to_all_fires(review):
    everything = fire_and_rescue.change(review)
    kinds = fire_and_rescue.type_changes(review).rows
    assert kinds["count"].sum() == everything.values["count"]
    assert kinds["compare_count"].sum() == everything.values["compare_count"]


def test_a_hole_of_three_months_is_not_covered_and_a_quiet_month_is():
    assert log_gaps.log_months(["2005-01", "2005-03", "2005-07"]) == [
        "2005-01", "2005-02", "2005-03", "2005-07",
    ]  # fmt: skip
    assert log_gaps.log_months(["2005-01", "2005-04"]) == [
        "2005-01", "2005-02", "2005-03", "2005-04",
    ]  # fmt: skip
    assert log_gaps.log_months([None]) == []


def national(root, peers, casualties=None):
    """A workspace with STATS19 and population only: own district 120 collisions, each peer 60."""
    codes = {"Ashford": "E07000105", **peers}
    folder = root / "data" / "raw" / "stats19"
    folder.mkdir(parents=True)
    collision, casualty, at = [], [], 0
    for name, code in codes.items():
        for month in range(1, 13):
            for _ in range(10 if name == "Ashford" else 5):
                at += 1
                collision.append(f"{at},2023,46,3,1,1,05/{month:02d}/2023,12:00,{code}")
                casualty.append(f"{at},1,1,1,3,{17 if at % 5 == 0 else 40},6,3")
    (folder / "collisions.csv").write_text(
        "collision_index,collision_year,police_force,collision_severity,number_of_vehicles,"
        "number_of_casualties,date,time,local_authority_ons_district\n" + "\n".join(collision)
    )
    (folder / "casualties.csv").write_text(
        "collision_index,vehicle_reference,casualty_reference,casualty_class,sex_of_casualty,"
        "age_of_casualty,age_band_of_casualty,casualty_severity\n"
        + "\n".join(casualty[:casualties])
    )
    folder = root / "data" / "raw" / "population"
    folder.mkdir()
    lines = [f"{code},{name},2023,{100_000}" for name, code in codes.items()]
    (folder / "population.csv").write_text("area_code,area,year,population\n" + "\n".join(lines))
    (root / "partnership.toml").write_text(
        '[area]\nname = "Ashford"\n[review]\nperiod = "2023-01/2023-12"\n'
    )
    return cspanalysis.open(workspace=root)


def test_peers_from_the_national_collision_files_alone(tmp_path):
    review = national(tmp_path, {"Dover": "E07000108", "Swale": "E07000113"})
    finding = roads.collisions_peers(review, "county")
    rows = finding.rows.set_index("area")
    assert rows["count"]["Ashford"] == 120 and rows["count"]["Dover"] == 60
    # Districts of the county without a record or an estimate are missing, not zero.
    assert rows["count"].isna()["Maidstone"]
    assert (finding.values["rank"], finding.values["of"]) == (3, 3)
    change = roads.collisions_change(review)
    assert change.status == "not_available"


def test_casualties_missing_for_some_collisions_are_no_zero(tmp_path):
    review = national(tmp_path, {}, casualties=50)
    finding = roads.child_casualty_years(review)
    assert finding.status == "not_available" and "no casualty records" in finding.sentence


def differences(**columns):
    base = {
        "question": ["feels safe at night", "was a victim", "Q7: Litter"],
        "round": "2007", "compare_round": "2006", "share": [0.64, 0.06, 0.2],
        "compare_share": [0.55, 0.05, 0.25], "points": [9.0, 1.0, -5.0],
        "points_lower": [3.0, -1.0, -9.0], "points_upper": [15.0, 3.0, -1.0],
        "verdict": ["up", "no_clear_change", "down"], "total": 600.0, "compare_total": 500.0,
        "status": "ok", "confidence": 0.95, "other_area": "Kent average", "decimals": 0,
    }  # fmt: skip
    return pd.DataFrame({**base, **columns})


def test_sentences_of_planted_changes():
    text = wording.answer_changes(differences(), subject="answers").text
    assert "the share who feel safe at night rose from 55 per cent to 64 per cent" in text
    assert "gave this answer: 'Q7: Litter' fell" in text
    assert "For one of three answers there is no clear change" in text
    text = wording.against_average(differences(), subject="answers").text
    assert "more residents feel safe at night" in text and "fewer residents" in text
    assert "no clear difference in how many were a victim" in text


def test_no_word_of_change_without_an_interval():
    table = differences(points_lower=None, points_upper=None, verdict="none")
    said = wording.answer_changes(table, subject="answers")
    assert said.status == "not_available" and "rose" not in said.text


def test_clear_years_are_named():
    table = pd.DataFrame(
        {
            "year": ["2006"], "compare_year": ["2005"], "count": [200], "compare_count": [100],
            "days": [365], "compare_days": [365], "lower": [1.5], "upper": [2.5],
            "confidence": [0.95],
            "verdict": ["up"],
        }
    )  # fmt: skip
    said = roads._said(table, subject="collisions")
    assert said.verdict == "up"
    assert said.text == (
        "Collisions: 100 in 2005 and 200 in 2006. They rose from 2005 to 2006 "
        "(95% interval 50.0 to 150.0 per cent higher)."
    )


def home_office(root, years, period):
    """A workspace whose Home Office table gives, per year, Medway's and the unassigned offences."""
    folder = root / "data" / "raw" / "home_office_csp"
    folder.mkdir(parents=True)
    lines = ["Financial Year,Financial Quarter,Police Force,CSP Name,Offence Group,Offence Count"]
    for year, (own, unassigned) in years.items():
        lines.append(f"{year},1,Kent,Unassigned Kent,Robbery,{unassigned}")
        if own is not None:
            lines.append(f"{year},1,Kent,Medway,Robbery,{own}")
    (folder / "csp.csv").write_text("\n".join(lines))
    (root / "partnership.toml").write_text(
        f'[area]\nname = "Medway"\n[review]\nperiod = "{period}"\n'
    )
    return cspanalysis.open(workspace=root)


def test_a_collapsed_partnership_is_a_coverage_problem_in_the_review(tmp_path):
    years = {"2022/23": (1200, 10), "2023/24": (1000, 10), "2024/25": (7, 1300)}
    review = home_office(tmp_path, years, "2024-04/2025-03")
    finding = partnerships.partnership_table(review)
    assert (finding.status, finding.verdict) == ("not_comparable", "none")
    assert "99.5% of the offences in Kent" in finding.sentence
    assert "fell" not in finding.sentence and "ratio" not in finding.values


def test_sound_years_of_a_partnership_are_compared(tmp_path):
    years = {"2022/23": (1200, 10), "2023/24": (1000, 10), "2024/25": (7, 1300)}
    review = home_office(tmp_path, years, "2023-04/2024-03")
    finding = partnerships.partnership_table(review)
    assert (finding.status, finding.verdict) == ("ok", "down")
    assert finding.rows["year"].tolist() == ["2022/23", "2023/24"]


def test_a_partnership_that_left_the_table_has_no_zero(tmp_path):
    review = home_office(tmp_path, {"2022/23": (900, 0), "2023/24": (None, 0)}, "2023-04/2024-03")
    finding = partnerships.partnership_table(review)
    assert (finding.status, finding.verdict) == ("not_available", "none")
    assert "no rows of Medway for 2023/24" in finding.sentence
