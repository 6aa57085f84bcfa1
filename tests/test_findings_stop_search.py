"""Stop and search: the force by the file's name, the district by its outlines alone."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_sources_fuzz import CONTEXT

import cspanalysis
from cspanalysis import sources
from cspanalysis.cli import main
from cspanalysis.domain.errors import DataRefused
from cspanalysis.findings import stop_search
from cspanalysis.review import searches
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURE = Path(__file__).parent / "fixtures/stop_and_search/2024-05-kent-stop-and-search.csv"
#: A square around Tonbridge with a hole in it.
SHAPE = [
    [[0.2, 51.1], [0.4, 51.1], [0.4, 51.3], [0.2, 51.3], [0.2, 51.1]],
    [[0.30, 51.15], [0.35, 51.15], [0.35, 51.20], [0.30, 51.20], [0.30, 51.15]],
]


def read(path, context=CONTEXT):
    found = sources.get("stop_and_search").read(Part(path, f"stop_and_search/{path.name}"), context)
    assert found.rows_read == found.rows_kept + found.rows_set_aside
    return found


def test_the_force_is_that_of_the_files_name():
    found = read(FIXTURE)
    assert found.frame["force"].unique().to_list() == ["Kent"]
    assert found.frame["month"].unique().to_list() == ["2024-05"]
    # A search without a time is set aside; 0 and 0 is no point; old wording is today's.
    assert (found.rows_kept, found.rows_set_aside) == (4, 1)
    assert found.frame["longitude"].null_count() == 2
    assert found.frame["outcome"].to_list()[3] == "arrest"


def test_a_file_that_names_no_force_is_refused_and_the_settings_can_name_it(tmp_path):
    path = shutil.copy(FIXTURE, tmp_path / "searches.csv")
    with pytest.raises(DataRefused, match="which police force") as refused:
        read(path)
    assert "[sources.stop_and_search.constants]" in str(refused.value)
    named = read(path, Context(settings={"constants": {"force": "Essex Police"}}))
    assert named.frame["force"].unique().to_list() == ["Essex"]


def test_an_archive_gives_its_searches_and_passes_the_rest_over():
    assert sources.get("stop_and_search").strangers == ("-street.csv", "-outcomes.csv")
    assert "-stop-and-search.csv" in sources.get("police_uk").strangers


HEADER = FIXTURE.read_text().splitlines()[0]


def lines(number, month, *, point="51.19,0.28", ethnicity="White - Irish", seen="White",
          sought="Controlled drugs", outcome="A no further action disposal"):  # fmt: skip
    return [
        f"Person search,{month}-{1 + n % 28:02}T1{n % 10}:00:00+00:00,,,{point},Male,18-24,"
        f"{ethnicity},{seen},Misuse of Drugs Act 1971 (section 23),{sought},{outcome},,False"
        for n in range(number)
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("searches") / "ws"
    assert main(["init", str(root), "--csp", "Tonbridge and Malling"]) == 0
    inside, beyond, hole = "51.19,0.28", "51.40,1.40", "51.18,0.32"
    rows = [
        *lines(30, "2024-05", point=inside),
        *lines(10, "2024-05", point=inside, sought="Offensive weapons", outcome="Arrest",
               ethnicity="Black/African/Caribbean/Black British - African", seen="Black"),
        *lines(50, "2024-05", point=beyond, ethnicity="Other ethnic group - Not stated"),
        *lines(10, "2024-05", point=hole, outcome=""),
        *lines(5, "2024-05", point=",", seen=""),
    ]  # fmt: skip
    raw = root / "data/raw"
    (raw / "stop_and_search/2024-05-kent-stop-and-search.csv").write_text(
        "\n".join([HEADER, *rows])
    )
    far = lines(9, "2024-05")
    (raw / "stop_and_search/2024-05-essex-stop-and-search.csv").write_text(
        "\n".join([HEADER, *far])
    )
    outline = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": SHAPE},
             "properties": {"LAD24CD": "E07000115", "LAD24NM": "Tonbridge and Malling"}}
        ],
    }  # fmt: skip
    (raw / "boundaries").mkdir(exist_ok=True)
    (raw / "boundaries/districts.geojson").write_text(json.dumps(outline))
    people = (
        "area_code,area,year,sex,age,population\nE07000115,Tonbridge and Malling,2022,persons,,"
    )
    (raw / "population/people.csv").write_text(people + "20000\n")
    assert main(["clean", "--workspace", str(root)]) == 0
    return cspanalysis.open(None, "2023-06/2024-05", workspace=root)


def test_what_the_force_did_is_told_as_the_forces_and_never_as_the_districts(made):
    for ask in (stop_search.searches, stop_search.ethnicity, stop_search.outcomes):
        found = ask(made)
        assert found.level == "force"
        assert "Kent force" in found.sentence and "Kent force as a whole" in found.caption
        assert made.area.name not in found.sentence + found.caption
        assert found.period == "2024-05/2024-05"
        assert "the files cover May 2024; the rest is not known" in " ".join(found.notes)


def test_other_forces_searches_are_not_counted(made):
    found = stop_search.searches(made)
    assert found.values == {"count": 105}
    assert "10 for weapons (9.5 per cent)" in found.sentence
    # Of one district alone the residents are known: there is no rate of the force.
    assert "per 1,000" not in found.sentence


def test_shares_of_those_searched_by_what_they_said_and_what_was_seen(made):
    rows = stop_search.ethnicity(made).rows.set_index("group")
    assert rows["count"].to_dict() == {
        "White": 45, "Mixed": 0, "Asian": 0, "Black": 10, "Other": 0, "not stated": 50,
    }  # fmt: skip
    assert rows["count"].sum() == rows["compare_count"].sum() == 105
    assert rows["compare_count"]["not stated"] == 5
    assert "not rates" in stop_search.ethnicity(made).sentence


def test_outcomes_that_are_not_stated_are_named(made):
    found = stop_search.outcomes(made)
    assert found.rows["total"].iloc[0] == 95
    assert "10 searches without a stated outcome are not counted" in " ".join(found.notes)
    assert "Of 10 searches for weapons, 10 led to any action" in found.sentence


def test_the_district_has_what_lies_within_its_outlines(made):
    found = stop_search.district(made)
    row = found.rows.iloc[0]
    assert (row["count"], row["weapons"], row["without_point"]) == (40, 10, 5)
    assert found.level == "district" and row["rate"] == 2
    assert found.sentence.startswith("At least 40 of the force's 105 searches")


def test_a_force_without_points_gives_no_figure_of_a_district(made):
    assert stop_search.MOST_LOST < 1
    rows = pd.DataFrame({"longitude": [np.nan] * 3, "latitude": [np.nan] * 3})
    assert searches.inside(made.store, made.area, rows).isna().all()


@pytest.mark.parametrize(
    ("point", "lies"),
    [((0.25, 51.2), True), ((0.32, 51.18), False), ((0.41, 51.2), False), ((0.3, 51.05), False)],
)
def test_a_point_lies_within_the_ring_and_not_in_its_hole(made, point, lies):
    rows = pd.DataFrame({"longitude": [point[0]], "latitude": [point[1]]})
    assert searches.inside(made.store, made.area, rows).tolist() == [lies]


@pytest.mark.realdata
def test_south_yorkshire_gives_no_points(shared, tmp_path):
    root = tmp_path / "ws"
    assert main(["init", str(root), "--csp", "Sheffield"]) == 0
    archive = "stop_and_search_2019-12_2020-02_seven_forces.zip"
    shutil.copy(shared / "data/police_uk" / archive, root / "data/raw/stop_and_search")
    outlines = shared / "data/boundaries/ltla24_england_wales_simplified.geojson"
    shutil.copy(outlines, root / "data/raw/boundaries")
    assert main(["clean", "--workspace", str(root)]) == 0
    review = cspanalysis.open(None, "2019-12/2020-02", workspace=root)
    found = stop_search.district(review)
    assert found.status == "not_available"
    assert "no point for 5,074 of 5,074 searches" in found.sentence
    assert stop_search.searches(review).values == {"count": 5074}
