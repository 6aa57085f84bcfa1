"""`csp init` and the peers it proposes: found without a question, computed in the open."""

import tomllib

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain import area_groups, areas, periods
from cspanalysis.domain.area_groups import Weights
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import NotAvailable, UsageError
from cspanalysis.explore import entry, widgets
from cspanalysis.findings import overview
from cspanalysis.report import review_command
from cspanalysis.review import peer_groups
from cspanalysis.workspace import init, workspace
from cspanalysis.workspace.workspace import Workspace

TABLE = pd.DataFrame(
    {
        "population": [100_000, 101_000, 400_000, 100_000, 100_000],
        "share_under_18": [0.20, 0.20, 0.20, 0.30, 0.20],
        "share_65_and_over": [0.20, 0.20, 0.20, 0.10, 0.20],
        "rural_urban": ["UUN", "RMF", "UUN", "UUN", "UUN"],
        "hectares": [10_000, 10_100, 40_000, 10_000, 500],
    },
    index=pd.Index(["own", "rural", "large", "young", "dense"], name="district_code"),
)


def nearest(weights):
    """Codes by distance from 'own'."""
    return list(area_groups.distances(TABLE, "own", weights).sort_values(kind="stable").index)


def test_profiles_cover_every_district_of_the_register_and_no_other():
    table = area_groups.profiles()
    assert set(table.index) == set(areas.register()["district_code"])
    assert table["population"].between(2_000, 1_200_000).all()
    # Published mid-2020 estimates: Tonbridge and Malling, and Somerset summed from its districts.
    assert table.loc["E07000115", "population"] == 132_571
    assert table.loc["E06000066", "population"] > 560_000
    assert table["share_under_18"].between(0.05, 0.35).all()
    assert table["share_65_and_over"].between(0.05, 0.40).all()
    assert table["rural_urban"].str.fullmatch("(UU|UI|RI|RM)[NF]").all()


def test_the_land_is_as_published():
    hectares = area_groups.profiles()["hectares"]
    # Standard Area Measurements: two districts, the twelve of Kent, and the two countries.
    assert hectares["E07000115"] == 24_012 and hectares["E09000001"] == 289
    kent = areas.register().query("county == 'Kent'")["district_code"]
    assert hectares[list(kent)].sum() / 100 == pytest.approx(3_544, abs=1)
    is_england = hectares.index.str.startswith("E")
    assert hectares[is_england].sum() / 100 == pytest.approx(130_310, abs=5)
    assert hectares[~is_england].sum() / 100 == pytest.approx(20_737, abs=5)


@given(
    st.sampled_from(sorted(area_groups.profiles().index)),
    st.sampled_from(sorted(area_groups.profiles().index)),
    st.tuples(*[st.floats(0, 10)] * 4).filter(lambda w: sum(w) > 0.01),
)
@settings(max_examples=25, deadline=None)
def test_distance_is_symmetric_and_nearest_is_oneself(one, other, weights):
    table, chosen = area_groups.profiles(), Weights(*weights)
    there, back = (
        area_groups.distances(table, one, chosen),
        area_groups.distances(table, other, chosen),
    )
    assert there[other] == pytest.approx(back[one])
    assert there[one] == 0 and (there >= 0).all()
    # Only the proportions of the weights matter.
    twice = area_groups.distances(table, one, Weights(*(2 * w for w in weights)))
    assert twice[other] == pytest.approx(there[other])


def test_weights_change_the_order():
    assert nearest(Weights(1, 0, 0, 0))[-1] == "large"
    assert nearest(Weights(0, 1, 0, 0))[-1] == "dense"
    assert nearest(Weights(0, 0, 1, 0))[-1] == "young"
    assert nearest(Weights(0, 0, 0, 1))[-1] == "rural"


def test_a_measure_that_is_the_same_everywhere_tells_nothing_apart():
    same = TABLE.assign(rural_urban="UUN", share_under_18=0.2, share_65_and_over=0.2)
    assert area_groups.distances(same, "own", Weights())["young"] == 0


def test_the_group_begins_with_the_area_and_has_fourteen_others():
    group = area_groups.group(areas.find("Sevenoaks"))
    assert group.areas[0] == "Sevenoaks" and len(group.areas) == len(set(group.areas)) == 15
    assert "density" not in group.label and "residents per hectare" in group.note
    assert "not the official" in group.note
    assert "no near neighbour" not in group.note


def test_an_area_like_no_other_is_told_so():
    assert "no near neighbour" in area_groups.group(areas.find("City of London")).note


def test_an_area_over_several_districts_is_their_sum_and_none_of_its_own_peers():
    names, codes = ("Sevenoaks", "Dartford"), ("E07000111", "E07000107")
    group = area_groups.group(Area("North West Kent", "", names, codes))
    assert group.areas[0] == "North West Kent" and not set(names) & set(group.areas)
    table = area_groups._with_whole(area_groups.profiles(), list(codes))
    parts = area_groups.profiles().loc[list(codes)]
    assert table.loc[codes[0], "population"] == parts["population"].sum()
    assert table.loc[codes[0], "hectares"] == parts["hectares"].sum()
    assert parts["share_under_18"].min() <= table.loc[codes[0], "share_under_18"]
    assert table.loc[codes[0], "share_under_18"] <= parts["share_under_18"].max()


@pytest.mark.parametrize("codes", [("",), ("E07000115", ""), ("E99999999",)])
def test_an_area_without_a_profile_has_no_similar_ones(codes):
    area = Area("Somewhere", "", tuple(f"district {c}" for c in codes), codes)
    with pytest.raises(NotAvailable, match="no profile of Somewhere"):
        area_groups.group(area)


SETTINGS = '[area]\nname = "Dover"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[peers.similar.weights]\nincome = 1", "unknown weight 'income'"),
        ("[peers.similar.weights]\nage = -1", "0 or more"),
        ('[peers.similar.weights]\nage = "high"', "is no number"),
        ("[peers.similar.weights]\nage = nan", "0 or more"),
        (
            "[peers.similar.weights]\nage = 0\npopulation = 0\ndensity = 0\nrural_urban = 0",
            "all are 0",
        ),
        ('[peers.msg]\nlable = "x"\nareas = ["Dover"]', "unknown key 'lable'"),
        ('[peers.msg]\nlabel = "x"', "names no areas"),
        ("[peers.county.weights]\nage = 1", "only the computed group"),
        ("[peers]\nmsg = 3", "no group"),
    ],
)
def test_wrong_peers_in_the_settings_are_refused(tmp_path, text, says):
    (tmp_path / "partnership.toml").write_text(f"{SETTINGS}{text}\n")
    with pytest.raises(UsageError, match=says):
        workspace.load(tmp_path)


@pytest.mark.parametrize("named", ['"today"', "[]", '["todays"]', "[2008]"])
def test_an_agenda_that_nobody_knows_is_refused(tmp_path, named):
    text = f'[area]\nname = "Dover"\n[review]\nagenda = {named}\n'
    (tmp_path / "partnership.toml").write_text(text)
    with pytest.raises(UsageError, match=r"agenda = .* in \[review\].* 'today' .*strategy_2008"):
        workspace.load(tmp_path)


def test_an_agenda_of_the_settings_is_read_and_without_one_it_is_today(tmp_path):
    path = tmp_path / "partnership.toml"
    path.write_text('[area]\nname = "Dover"\n')
    assert workspace.load(tmp_path).agenda == ("today",)
    path.write_text('[area]\nname = "Dover"\n[review]\nagenda = ["today", "strategy_2008"]\n')
    assert workspace.load(tmp_path).agenda == ("today", "strategy_2008")


def test_weights_of_the_settings_choose_the_peers(tmp_path):
    path = tmp_path / "partnership.toml"
    path.write_text(SETTINGS)
    alike = workspace.load(tmp_path).peers(areas.find("Dover"), "similar").areas
    path.write_text(f"{SETTINGS}[peers.similar.weights]\nage = 0\ndensity = 0\nrural_urban = 0\n")
    large = workspace.load(tmp_path).peers(areas.find("Dover"), "similar").areas
    assert alike[0] == large[0] == "Dover" and set(alike) != set(large)
    sizes = area_groups.profiles()["population"]
    codes = areas.register().set_index("district")["district_code"]
    spread = sizes[codes[list(large)]]
    assert spread.max() / spread.min() < 1.1


def dover(folder):
    """Dover among its peers, by the settings alone."""
    period = periods.Period.parse("2025-01/2025-12")
    return peer_groups.Peers(workspace.load(folder), None, areas.find("Dover"), period)


def test_the_official_group_takes_the_place_of_the_computed_one(tmp_path):
    path = tmp_path / "partnership.toml"
    path.write_text(SETTINGS)
    assert dover(tmp_path).groups()[0] == "similar"
    path.write_text(f'{SETTINGS}[peers.msg]\nareas = ["Swale", "Thanet"]\n')
    official = dover(tmp_path)
    assert official.groups() == ["msg", "county", "force"]
    assert official.areas("msg") == ["Dover", "Swale", "Thanet"]
    assert len(official.areas("similar")) == 15


def test_init_lists_the_peers_and_its_settings_load(tmp_path):
    text = init.init(tmp_path / "ws", "sevenoaks")
    assert (
        "similar: 14 other similar areas, nearest in population" in text
        and "county: 11 other districts of Kent" in text
    )
    space = workspace.load(tmp_path / "ws")
    written = (tmp_path / "ws" / "partnership.toml").read_text(encoding="utf-8")
    assert max(map(len, written.splitlines())) <= 100
    joined = " ".join(written.replace("\n#", " ").split())
    for key, group in init.proposed_peers(space.area()).items():
        basis = f", {area_groups.BASIS}" if key == "similar" else ""
        assert f"{key}: {group.label}{basis}: {', '.join(group.areas[1:])}." in joined
    assert tomllib.loads(written)["peers"] == {
        "similar": {"weights": {"population": 1, "density": 1, "age": 1, "rural_urban": 1}}
    }


def test_an_area_alone_in_its_force_and_county_still_gets_similar_ones():
    assert set(init.proposed_peers(areas.find("City of London"))) == {"similar"}


def test_an_invented_area_has_no_proposed_peers():
    assert init.proposed_peers(Area("Nowhere", "", ("Nowhere",), ("",))) == {}


def test_a_wrong_name_gets_suggestions_and_makes_nothing(tmp_path):
    with pytest.raises(UsageError, match="Did you mean Sevenoaks"):
        init.init(tmp_path / "ws", "Seven oaks district")
    assert not (tmp_path / "ws").exists()
    assert Workspace(root=tmp_path, area_name="Dover").area().name == "Dover"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("London, City of", "City of London Police"),
        ("Metropolitan Police", "Metropolitan Police Service"),
        ("Devon & Cornwall", "Devon & Cornwall Police"),
        ("Avon and Somerset", "Avon and Somerset Constabulary"),
        ("Kent", "Kent Police"),
    ],
)
def test_a_force_is_known_by_the_label_of_the_open_data(name, label):
    assert areas.is_force(name, label)
    others = set(areas.register()["force"]) - {name}
    assert not [other for other in others if areas.is_force(other, label)]


STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


def street_rows(district, force, n, code):
    """Rows of a street-level file."""
    row = (
        f",2025-01,{force},{force},0.27,51.2,On or near High Street,{code},{district} 001A,"
        "Burglary,Under investigation,\n"
    )
    return "".join(f"{district[:3]}{i:061x}{row}" for i in range(n))


def test_a_few_rows_of_a_neighbouring_force_do_not_cover_a_district(tmp_path):
    init.init(tmp_path / "ws", "Sevenoaks")
    text = STREET + street_rows("Sevenoaks", "Kent Police", 30, "E01024490")
    text += street_rows("Dartford", "Kent Police", 20, "E01024200")
    text += street_rows("Bromley", "Kent Police", 2, "E01000700")
    raw = tmp_path / "ws/data/raw"
    (raw / "police_uk/2025-01-kent-street.csv").write_text(text)
    (raw / "population/mid_2020.csv").write_text(
        "area_code,area,year,sex,age,population\nE07000111,Sevenoaks,2020,persons,-1,100000\n"
        "E07000107,Dartford,2020,persons,-1,100000\nE09000006,Bromley,2020,persons,-1,300000\n"
    )
    with (tmp_path / "ws/partnership.toml").open("a") as settings_file:
        settings_file.write(
            '\n[peers.three]\nlabel = "chosen areas"\n'
            'areas = ["Sevenoaks", "Dartford", "Bromley"]\n'
        )
    review = entry.open(None, "2025-01/2025-01", workspace=tmp_path / "ws")
    ranked = review.peers.rate("burglary", "three").set_index("area")
    assert ranked.loc["Sevenoaks", "count"] == 30 and ranked.loc["Dartford", "count"] == 20
    # Kent's two rows in Bromley are no count of Bromley's.
    assert ranked["count"].isna()["Bromley"] and ranked.loc["Sevenoaks", "of"] == 2
    # None of an offence in a district that is covered is a 0, and not a gap.
    assert review.peers.rate("robbery", "three").set_index("area").loc["Dartford", "count"] == 0
    assert widgets.areas(review) == ["Sevenoaks", "Dartford"]
    # Two of the fifteen similar areas at most are Kent's: a place among so few is none.
    assert review.most_similar == "similar"
    found = overview.recorded_crime_peers(review, review.most_similar)
    assert found.status == "not_available" and "of the 14 others" in found.sentence
    assert found.id == "overview.recorded_crime.peers.similar"
    assert [a.name for a in review_command.every_area(review.store)] == ["Sevenoaks"]
