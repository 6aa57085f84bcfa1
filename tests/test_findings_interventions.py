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
    # From 24 a fall to six or fewer is called, which few falls but the largest come to.
    assert "A fall of 89 per cent or more against the comparison would have been" in effect.sentence
    assert any("a fifth against the comparison would hardly ever" in n for n in effect.notes)


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


@pytest.fixture(scope="module")
def streets(tmp_path_factory):
    """Two streets in each small area; one name is that of streets in two wards."""
    root = make(tmp_path_factory.mktemp("streets") / "ws")
    number = {code: n for n, code in enumerate(LSOAS)}
    for path in (root / "data/raw/police_uk").glob("*-street.csv"):
        rows = []
        for line in path.read_text().splitlines():
            cells = line.split(",")
            if cells[7] in number and "High Street" in line:
                n, kind = number[cells[7]], ("Street", "Lane")[int(cells[0].split("-")[-1]) % 2]
                cells[6] = f"On or near {kind} {7 if n == 20 else n}"
            rows.append(",".join(cells))
        path.write_text("\n".join(rows) + "\n")
    return root


def test_a_street_is_a_place_of_an_action_and_those_of_its_small_area_stand_around_it(streets):
    _, effect = told(streets, "Street 3")
    row, ring = effect.rows.iloc[0], effect.rows[effect.rows["where"] == "places around"].iloc[0]
    # One of two burglaries a month, then five of nine; the rest are in the lane beside it.
    assert (row["compare_count"], row["count"], row["units"]) == (12, 60, 1)
    assert (ring["compare_count"], ring["count"], ring["units"]) == (12, 48, 1)
    _, both = told(streets, 'Street 3", "Lane 3 (Ward 0)')
    assert both.verdict == "up" and both.rows["difference"].iloc[0] == pytest.approx(84)
    assert len(both.rows) == 1  # No other street lies in their small area.
    assert "The action: Street 3 (Ward 0), from January 2025." in effect.definition
    assert "the named streets of Tonbridge and Malling" in effect.definition
    assert "names the street of the nearest fixed point" in effect.definition
    assert any("a kind of place that many share" in note for note in effect.notes)


def test_streets_of_one_name_are_told_apart_by_ward(streets):
    _, effect = told(streets, "on or near street 7")
    assert effect.status == "not_available"
    assert "of which there are 2: Street 7 (Ward 1) and Street 7 (Ward 3)" in effect.sentence
    for name in ("Street 7 (Ward 1)", "street 7, ward 1"):
        _, effect = told(streets, name, "displacement = []")
        assert effect.rows["units"].iloc[0] == 1 and effect.rows["compare_count"].iloc[0] == 12
    _, effect = told(streets, "Street 99")
    assert "no street of its files" in effect.sentence
