"""The synthetic town of today: drawn the same everywhere, invented throughout, reviewed."""

import json
import zipfile

import pandas as pd
import pytest

import cspanalysis
from cspanalysis import cli
from cspanalysis.domain import areas, crosswalk, district_labels
from cspanalysis.domain.errors import UsageError
from cspanalysis.findings import acquisitive, area, official, overview, stop_search
from cspanalysis.store import provenance
from cspanalysis.workspace import sample
from tools import town
from tools.town import geography, levels, neighbours
from tools.town import official as tables

PERIODS = ("2025-04/2026-03", "2024-04/2025-03")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The town's workspace, written by the command and cleaned."""
    folder = tmp_path_factory.mktemp("today") / "ws"
    assert cli.main(["sample", str(folder), "--today"]) == 0
    assert cli.main(["clean", "--workspace", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def street(place):
    with zipfile.ZipFile(next((place / "data/raw/police_uk").glob("*.zip"))) as archive:
        return pd.concat([pd.read_csv(archive.open(name)) for name in archive.namelist()])


@pytest.mark.long
def test_drawing_it_again_gives_the_same_bytes(project, tmp_path):
    town.write(tmp_path)
    drawn = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    kept = project / "data" / "today"
    shipped = {name: (kept / name).read_bytes() for name in drawn if (kept / name).is_file()}
    assert len(drawn) > 30
    assert [str(n) for n in drawn if shipped.get(n) != drawn[n]] == []
    assert sum(map(len, drawn.values())) < 3_000_000


def test_nothing_of_it_can_be_mistaken_for_a_real_place():
    for one in neighbours.AREAS:
        assert not district_labels.match(one.name).name and not crosswalk.meanings(one.name)
        for name in (one.name, one.code, one.csp_code):
            with pytest.raises(UsageError):
                areas.find(name)
    assert areas.force_name(geography.FORCE) is None
    assert {areas.district_of(code) for code in geography.codes()} == {(None, None)}


def test_every_file_says_that_it_is_synthetic(place):
    files = [p for p in (place / "data/raw").glob("*/*") if not p.name.endswith(provenance.SUFFIX)]
    assert len(files) > 15
    for path in files:
        told = provenance.read(path, path.name)
        assert told["synthetic"] is True and "Invented" in told["note"]


def test_shoplifting_rises_burglary_falls_and_few_places_bear_much(street, place):
    review = cspanalysis.open(None, PERIODS[0], workspace=place)
    of_year = street["Month"].between("2025-04", "2026-03") & street["LSOA code"].notna()
    before = street["Month"].between("2024-04", "2025-03") & street["LSOA code"].notna()
    for kind, name, verdict in (
        ("Shoplifting", "shoplifting", "up"),
        ("Burglary", "burglary", "down"),
    ):
        found = acquisitive.change(review, name, name, subject=name)
        is_kind = street["Crime type"] == kind
        assert found.values["count"] == (is_kind & of_year).sum()
        assert found.values["compare_count"] == (is_kind & before).sum()
        assert found.verdict == verdict
    shops = street[street["Crime type"] == "Shoplifting"]["LSOA code"].value_counts()
    assert shops.head(5).sum() > shops.sum() / 3 and len(shops) > 30
    crime = street[street["Crime type"] != "Anti-social behaviour"]
    assert crime["Crime ID"].is_unique and crime["Last outcome category"].notna().all()
    assert 0.005 < street["LSOA code"].isna().mean() < 0.03


def test_official_tables_agree_with_the_street_files_and_give_peers(street, place):
    counted = {k: sum(n for (y, _), n in tables.quarters(k, geography.NAME).items()
                      if y == "2025/26") for k in ("Shoplifting", "Burglary")}  # fmt: skip
    is_year = street["Month"].between("2025-04", "2026-03")
    for kind, number in counted.items():
        seen = (is_year & (street["Crime type"] == kind)).sum()
        assert abs(number / seen - 1) < 0.05
    review = cspanalysis.open(None, PERIODS[0], workspace=place)
    found = official.rates(review, "similar")
    assert found.values["of"] == 8 and found.status == "ok"
    assert len(review.store.problem_counts()) < 5


def test_peers_of_whom_the_files_hold_nothing_are_no_ranking_of_one(place):
    review = cspanalysis.open(None, PERIODS[0], workspace=place)
    found = overview.recorded_crime_peers(review, "force")
    assert found.status == "not_available" and "counts of no other districts" in found.sentence


def test_what_only_a_register_knows_is_not_made_up_for_an_area_of_the_settings(place):
    review = cspanalysis.open(None, PERIODS[0], workspace=place)
    found = area.density(review)
    assert found.status == "not_available" and "no area of land is known" in found.sentence
    # Of the force's own files, though no register has the force: 'wexmoor' is its name in theirs.
    searched = stop_search.searches(review)
    assert searched.status == "ok" and searched.values["count"] > 400
    collisions = review.table("stats19")
    assert len(collisions) == 1656 and set(collisions["district_code"]) == {geography.CODE}


@pytest.mark.long
def test_a_chapter_of_it_is_reviewed_and_says_synthetic(place):
    assert cli.main(["review", "--workspace", str(place), "--chapter", "data-quality"]) == 0
    (report,) = (place / "reports" / "harrowmere").iterdir()
    assert json.loads((report / "findings.json").read_text("utf-8"))["synthetic"] is True
    for page in report.glob("*.html"):
        assert "synthetic" in page.read_text("utf-8").lower()


def test_settings_of_ones_own_are_not_written_over(tmp_path):
    (tmp_path / "partnership.toml").write_text('[area]\nname = "Dover"\n')
    with pytest.raises(UsageError, match="other settings"):
        sample.town(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["partnership.toml"]


def test_poisson_counts_have_their_mean_and_variance():
    from tools.sample.draw import Draw

    for mean in (0.4, 6.0, 75.0):
        drawn = levels.poisson(Draw(f"test {mean}"), [mean] * 20_000)
        assert abs(drawn.mean() / mean - 1) < 0.03 and abs(drawn.var() / mean - 1) < 0.05
