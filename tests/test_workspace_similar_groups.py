"""Similar areas: chosen once a run, and for every area those that it would have chosen."""

import dataclasses

import pytest

from cspanalysis.domain import area_groups, areas
from cspanalysis.domain.area_groups import Weights
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.store import run_tables
from cspanalysis.workspace import similar_groups, workspace

NAMES = ("Dover", "Ashford", "City of London", "Isle of Wight")


@pytest.fixture
def space(tmp_path):
    (tmp_path / "data/processed").mkdir(parents=True)
    (tmp_path / "data/processed/manifest.json").write_text("{}")
    (tmp_path / "partnership.toml").write_text('[area]\nname = "Dover"\n')
    return workspace.load(tmp_path)


@pytest.fixture
def run(space):
    """The similar areas of some areas and of an invented one, for as long as a test takes."""
    chosen = [areas.find(name) for name in NAMES]
    both = Area("Both", "", ("Dover", "Ashford"), district_codes=(
        *chosen[0].district_codes, *chosen[1].district_codes))  # fmt: skip
    nowhere = Area("Nowhere", "", ("Nowhere",), district_codes=("E07999999",))
    with run_tables.kept(space.processed):
        similar_groups.put(space.processed, [*chosen, both, nowhere], space.similar_weights)
        yield [*chosen, both, nowhere]


def test_an_area_of_a_run_looks_its_similar_areas_up(space, run, monkeypatch):
    expected = [area_groups.group(area, Weights()) for area in run[:-1]]
    assert len({group.areas for group in expected}) == len(NAMES) + 1
    assert len({group.note for group in expected}) == 2  # one is like no other
    monkeypatch.setattr(area_groups, "group", None)
    assert [space.peers(area, "similar") for area in run[:-1]] == expected


def test_one_without_a_profile_says_so_as_without_a_run(space, run):
    with pytest.raises(NotAvailable, match="no profile of Nowhere is known"):
        space.peers(run[-1], "similar")


def test_other_weights_and_another_area_of_that_name_are_other_questions(space, run):
    for weights in (Weights(density=0), Weights(population=2)):
        expected = area_groups.group(run[0], weights)
        assert expected.areas != area_groups.group(run[0], Weights()).areas
        assert similar_groups.of(space.processed, run[0], weights) == expected
    namesake = dataclasses.replace(run[1], name="Dover")
    expected = area_groups.group(namesake, Weights())
    assert expected.areas[1:] == area_groups.group(run[1], Weights()).areas[1:]
    assert space.peers(namesake, "similar") == expected


def test_without_a_run_they_are_chosen_for_the_area_alone(space):
    similar_groups.put(space.processed, [areas.find("Dover")], space.similar_weights)
    assert run_tables.get(space.processed, "similar_groups") is None
    found = space.peers(areas.find("Dover"), "similar")
    assert found == area_groups.group(areas.find("Dover"), Weights())
