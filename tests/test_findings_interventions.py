"""Did it work: a planted fall on the made-up grid, what it is compared with, and settings."""

import pytest
from places_workspace import DISTRICT, LSOAS, make

import cspanalysis
from cspanalysis.domain.errors import UsageError
from cspanalysis.findings import interventions
from cspanalysis.workspace import workspace as workspaces

#: The grid's third small area had nine burglaries a month from January 2025 on, two before.
ACTION = """
[[interventions]]
name = "Alley gates"
places = ["{place}"]
start = "2025-01"
measure = "burglary"
{more}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make(tmp_path_factory.mktemp("actions") / "ws")


def told(root, place=LSOAS[3], more="", period="2025-01/2025-12"):
    path = root / "partnership.toml"
    text = path.read_text()
    path.write_text(text + ACTION.format(place=place, more=more))
    try:
        return interventions.effects_of(cspanalysis.open(None, period, workspace=root))
    finally:
        path.write_text(text)


def test_a_change_that_only_the_places_had_is_told_with_what_it_was_compared_with(root):
    trend, effect = told(root)
    assert (trend.id, effect.id) == ("plan.trend.alley_gates", "plan.effect.alley_gates")
    assert effect.verdict == "up" and effect.compare == "2024-01/2024-12"
    assert effect.sentence.startswith(
        "Burglary in the places of the action rose by 84 more than the comparison"
    )
    row = effect.rows.iloc[0]
    assert (row["compare_count"], row["count"]) == (24, 108)
    assert row["difference"] == pytest.approx(84)
    # Outlines touch: the ring is those around it on the grid of six by five.
    ring = effect.rows[effect.rows["where"] == "places around"].iloc[0]
    assert ring["units"] == 5 and ring["verdict"] == "no_clear_change"
    assert (
        "Ward 0 (003A)" in effect.definition and "nearest by level and trend" in effect.definition
    )
    assert trend.figure is not None and trend.rows["month"].nunique() == 24
    assert trend.rows["is_after"].sum() == 12
    assert "cannot be tested" in trend.sentence


def test_without_a_change_it_cannot_be_told_and_says_what_could_have_been(root):
    _, effect = told(root, LSOAS[5], "displacement = []")
    assert effect.verdict == "no_clear_change" and len(effect.rows) == 1
    assert effect.sentence.startswith("It cannot be told whether the action worked")
    assert "hardly any effect could be told from chance" in effect.sentence


def test_places_of_the_settings_are_the_comparison_by_code_name_or_ward(root):
    _, effect = told(root, "Ward 1", f'comparison = ["Ward 2", "{LSOAS[20]}"]\ndisplacement = []')
    assert effect.rows["units"].iloc[0] == 6 and "named in the settings" in effect.definition
    assert effect.rows["compare_count"].iloc[0] == 6 * 24


def test_what_cannot_be_compared_says_why(root):
    _, effect = told(root, "Nowhere")
    assert effect.status == "not_available" and "'Alley gates', names Nowhere" in effect.sentence
    _, effect = told(root, period="2024-01/2024-12")
    assert "the action starts in January 2025" in effect.sentence
    _, effect = told(root, DISTRICT)
    assert effect.status == "not_available"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('start = "2025-13"', "Allowed: a month: YYYY-MM"),
        ('start = "2025-01"\nend = "2024-01"', "before it starts"),
        ('measure = "burgalry"', "Did you mean"),
        ('comparison = "x"', 'a list: comparison = ["…", "…"]'),
        ('comparison = ["here"]', "'here' is both a place"),
        ('key = "A b"', "small letters, digits and _"),
        ("places = []", "has no places"),
    ],
)
def test_settings_that_could_not_be_evaluated_are_refused(root, line, says):
    keys = {"name": '"x"', "places": '["here"]', "start": '"2025-01"', "measure": '"burglary"'}
    keys |= dict(part.split(" = ", 1) for part in line.split("\n"))
    path = root / "partnership.toml"
    text = path.read_text()
    body = "\n".join(f"{k} = {v}" for k, v in keys.items())
    path.write_text(f"{text}\n[[interventions]]\n{body}\n")
    try:
        with pytest.raises(UsageError, match="interventions") as error:
            workspaces.load(root)
        assert says in str(error.value)
    finally:
        path.write_text(text)
