"""Which group an area is compared with: one rule for overview, chapters and priorities."""

import pytest
from test_workspace_init import STREET, street_rows

from cspanalysis import present
from cspanalysis.domain import area_groups, areas
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.explore import entry
from cspanalysis.findings import acquisitive, overview, priority_measures
from cspanalysis.workspace import init

MSG = '\n[peers.msg]\nlabel = "areas of the most similar group"\nareas = ["Sevenoaks"]\n'
OWN = '\n[peers.river]\nlabel = "districts on the river"\nareas = ["Medway", "Dartford"]\n'


def reviewing(folder, name, counts, *, settings="", home="Medway", residents_of=None):
    """A review of one area over January 2025, of a workspace with burglaries by district."""
    if not (folder / "partnership.toml").exists():
        init.init(folder, home)
        raw = folder / "data/raw"
        rows, residents = {}, "area_code,area,year,sex,age,population\n"
        for i, (district, n) in enumerate(counts.items()):
            area = areas.find(district)
            force = area.force.replace(",", "")  # a csv file
            text = street_rows(district, f"{force} Police", n, f"E0101{i:04d}")
            rows[area.force] = rows.get(area.force, STREET) + text
            residents += f"{area.district_codes[0]},{district},2020,persons,-1,"
            residents += f"{(residents_of or {}).get(district, 100000)}\n"
        for force, text in rows.items():
            path = raw / f"police_uk/2025-01-{areas.slug(force)}-street.csv"
            path.write_text(text)
        (raw / "population/mid_2020.csv").write_text(residents)
        with (folder / "partnership.toml").open("a") as file:
            file.write(settings)
    return entry.open(name, "2025-01/2025-01", workspace=folder)


ALL = {"Medway": 30, "Sevenoaks": 20, "Dartford": 10}


def test_an_area_alone_in_its_county_is_compared_with_its_force(tmp_path):
    review = reviewing(tmp_path / "ws", "Medway", ALL)
    assert review.peers.own("county") is None and review.peers.own("force") == "force"
    assert review.peers.choose("burglary") == "force"
    assert review.peers.choose("burglary", "county") == "force"
    # Nothing is shown twice, and a question that does not arise is not asked.
    assert review.peers.around(but="force") is None
    assert not overview.recorded_crime_peers(review, review.peers.own("county"))
    found = overview.recorded_crime_peers(review, review.peers.choose("recorded crime"))
    assert found.status == "ok" and "districts of the Kent force area" in found.sentence


def test_the_county_comes_before_the_force(tmp_path):
    review = reviewing(tmp_path / "ws", "Sevenoaks", ALL)
    assert review.peers.choose("burglary") == "county"
    assert review.peers.around() == "county" and review.peers.around(but="county") is None


def test_the_most_similar_group_comes_first_and_is_the_partnerships_alone(tmp_path):
    review = reviewing(tmp_path / "ws", "Medway", ALL, settings=MSG)
    assert review.peers.choose("burglary") == review.most_similar == "msg"
    assert review.peers.around(but="msg") == "force"
    named = reviewing(tmp_path / "ws", "Sevenoaks", ALL)
    assert named.most_similar == "similar" and named.peers.own("msg") is None
    assert named.peers.choose("burglary") == "county"


@pytest.mark.parametrize(("held", "key"), [(7, "similar"), (6, "force")])
def test_a_similar_group_needs_the_counts_of_half_of_its_others(tmp_path, held, key):
    _, *alike = area_groups.group(areas.find("Medway")).areas
    review = reviewing(tmp_path / "ws", "Medway", {**ALL, **dict.fromkeys(alike[:held], 5)})
    assert review.peers.choose("burglary") == key
    found = overview.recorded_crime_peers(review, review.most_similar)
    assert (found.status == "ok") == (key == "similar")
    if key == "force":
        missing = {areas.find(name).force for name in alike[held:]}
        assert f"{present.in_words(held)} of the 14 others" in found.sentence
        assert any(force in found.sentence for force in missing)


def test_groups_of_the_settings_are_those_of_the_areas_they_name(tmp_path):
    review = reviewing(tmp_path / "ws", "Dartford", ALL, settings=OWN)
    assert review.peers.further == "river"
    assert review.peers.choose("burglary", review.peers.further) == "river"
    other = reviewing(tmp_path / "ws", "Sevenoaks", ALL)
    assert other.peers.further is None
    assert other.peers.choose("burglary", other.peers.further) == "county"
    with pytest.raises(NotAvailable, match="no peer group 'river' for Sevenoaks"):
        other.peer_group("river")


def test_without_any_counts_the_advice_is_true_of_the_area(tmp_path):
    review = reviewing(tmp_path / "ws", "Medway", {"Medway": 30})
    found = overview.recorded_crime_peers(review, review.peers.choose("recorded crime"))
    assert found.id == "overview.recorded_crime.peers.similar"
    assert "none of the 14 others; those of further police forces would be needed" in found.sentence
    group = review.peers.choose("burglary dwelling", "county")
    told_apart = acquisitive.peers(
        review, "burglary_dwelling", "burglary dwelling", group, subject="dwelling burglary"
    )
    # An extract of the force's records would be of this area alone.
    assert "do not tell this offence apart. Counts for the peer areas" in told_apart.sentence
    alone = overview.recorded_crime_peers(review, "county")
    # No file whatever would give it other districts of its county.
    assert alone.sentence.endswith("Medway is the only district of its county.")


def test_priorities_are_set_beside_the_group_that_the_chapters_choose(tmp_path):
    review = reviewing(tmp_path / "ws", "Medway", ALL)
    measure = priority_measures.Measure(
        "x", "X", (priority_measures._police("burglary"),), peer="burglary"
    )
    versus = priority_measures.against_peers(review, measure, review.period)
    assert versus.verdict == "higher"
    assert versus.peers == "the other districts of the Kent force area"


def test_a_rate_on_other_residents_than_elsewhere_says_so(project):
    review = entry.open(workspace=project)
    (note,) = [n for n in overview.recorded_crime_peers(review, "msg").notes if "Residents" in n]
    # 68.0 and 67.7 crimes per 1,000 residents stand on the page for that year.
    assert "For April 2006 to March 2007 it has 114,000" in note and "is 113,600" in note
    same = overview.recorded_crime_peers(review, "msg", over=review.comparisons[:1])
    assert note in same.notes  # the windows of the review, not those of one call
    assert not [n for w in same.windows for n in w.notes if "Residents" in n]


def test_an_area_without_peers_is_told_where_they_would_be_named(tmp_path):
    """Counts of others would not help where nobody says who the others are."""
    from cspanalysis.explore import entry
    from cspanalysis.findings import overview

    (tmp_path / "data/raw").mkdir(parents=True)
    (tmp_path / "partnership.toml").write_text(
        '[area]\nname = "Nowhere"\ndistricts = ["Nowhere"]\n[review]\nperiod = "2025-01/2025-12"\n'
    )
    review = entry.open(workspace=tmp_path)
    for group, told in (("msg", "name no peer group 'msg'"), ("similar", "can name them")):
        said = overview.recorded_crime_peers(review, group).sentence
        assert "the settings" in said and told in said and "would supply it" not in said
    with pytest.raises(NotAvailable, match=r"shares no peer group .*; the settings can name one"):
        review.peers.rate("burglary")


@pytest.mark.parametrize(("number", "is_told"), [(10_938, True), (20_000, False)])
def test_a_rate_per_resident_where_few_live_bears_a_caution(tmp_path, number, is_told):
    group = '\n[peers.town]\nlabel = "towns"\nareas = ["Medway", "City of London", "Dartford"]\n'
    counts = {**ALL, "City of London": 30}
    few = {"City of London": number}
    caution = "Fewer than 20,000 people live in the City of London. Where few live"

    def told(name, make, *given):
        review = reviewing(
            tmp_path / "ws", name, counts, settings=group, residents_of=few, home="Medway"
        )
        found = make(review, *given)
        assert found.status == "ok", found.sentence
        return caution in " ".join(found.notes)

    assert told("City of London", overview.recorded_crime_rate) == is_told
    assert not told("Medway", overview.recorded_crime_rate)
    # Beside its rate in a comparison too, whosever the page is.
    assert told("Medway", overview.recorded_crime_peers, "town") == is_told
    assert told("Medway", overview.recorded_crime_funnel, "town") == is_told
