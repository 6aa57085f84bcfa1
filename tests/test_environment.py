"""The council's environmental figures: each kind that is there is shown, by whatever usual name."""

import shutil

import pytest

import cspanalysis
from cspanalysis.chapters import environment

MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]


@pytest.fixture
def review(tmp_path, project):
    def make(figures):
        (tmp_path / "partnership.toml").write_text(
            '[area]\nname = "Dover"\n[review]\nperiod = "2024-01/2024-12"\n'
        )
        shutil.copytree(project / "data/raw/lookups", tmp_path / "data/raw/lookups")
        folder = tmp_path / "data/raw/environmental"
        folder.mkdir()
        lines = ["District,Month,Indicator,Unit,Value"]
        for name, values in figures.items():
            lines += [
                f"Dover,{m},{name},incidents,{v}" for m, v in zip(MONTHS, values, strict=False)
            ]
        (folder / "env.csv").write_text("\n".join(lines) + "\n")
        return cspanalysis.open(workspace=tmp_path)

    return make


def test_one_kind_alone_is_shown_and_the_others_are_named(review):
    found = environment.environment_changes(review({"Fly-tipping incidents": [40] * 24}))
    assert found.status == "ok" and "fly-tipping (480 to 480)" in found.sentence
    (note,) = found.notes
    assert note.startswith("The records have no figures of reports of litter,")


@pytest.mark.parametrize(
    "name",
    ["Fly tipping", "Flytipping reports", "Number of fly-tips", "Total fly-tipping incidents"],
)
def test_usual_names_are_known(review, name):
    assert (
        "fly-tipping (480 to 480)"
        in environment.environment_changes(review({name: [40] * 24})).sentence
    )


@pytest.mark.parametrize(
    "figures",
    [
        {"Fly-tipping clearance cost": [40] * 24},
        {"Fixed penalty notices for fly-tipping": [40] * 24},
        {"Fly-tips": [40] * 24, "Fly-tipping reports": [50] * 24},
    ],
)
def test_what_is_something_else_or_not_certain_is_not_taken(review, figures):
    assert environment.environment_changes(review(figures)).status == "not_available"


def test_a_kind_that_ends_early_is_left_out_and_named(review):
    found = environment.environment_changes(
        review({"Fly-tipping incidents": [40] * 24, "Litter reports": [9] * 12})
    )
    assert [row["kind"] for row in found.rows.to_dict("records")] == ["fly-tipping"]
    assert "reports of litter" in found.notes[0]
