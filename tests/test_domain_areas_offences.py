"""Areas and offences: names found, suggestions made, groups that add up."""

import pytest

from cspanalysis.domain import areas, offences
from cspanalysis.domain.errors import UsageError


def test_a_partnership_is_found_however_it_is_written():
    area = areas.find("tonbridge & malling")
    assert (area.name, area.code) == ("Tonbridge and Malling", "E22000148")
    assert area.district_codes == ("E07000115",)
    assert area.slug == "tonbridge-and-malling"


def test_a_partnership_over_two_districts_is_their_sum():
    assert areas.find("Dartford and Gravesham").districts == ("Dartford", "Gravesham")


def test_old_names_lead_to_todays_district():
    assert areas.find("Scarborough").name == "North Yorkshire"
    assert areas.find("Folkestone & Hythe").districts == ("Folkestone and Hythe",)


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(UsageError, match="Did you mean Tonbridge and Malling"):
        areas.find("Tunbridge & Maling")


def test_peers_of_force_and_county_hold_the_area_itself():
    area = areas.find("Tonbridge and Malling")
    force, county = areas.peers(area, "force"), areas.peers(area, "county")
    assert len(force.areas) == 13 and "Medway" in force.areas
    assert len(county.areas) == 12 and "Medway" not in county.areas
    assert force.areas.count("Tonbridge and Malling") == 1


def test_every_district_lies_in_an_area_that_a_review_of_all_covers():
    covered = {d for area in areas.all_partnerships() for d in area.districts}
    assert covered == set(areas.register()["district"])


@pytest.mark.parametrize("scheme", [offences.NOTIFIABLE, offences.POLICE_UK])
def test_recorded_crime_is_everything_but_asb(scheme):
    everything = set(offences.taxonomy().query("scheme == @scheme")["offence"])
    assert everything - set(offences.members("recorded crime", scheme)) <= {"anti-social behaviour"}


def test_standard_names_from_older_spellings():
    assert offences.standard("Theft from motor vehicle") == "theft from vehicle"
    assert offences.standard("Violent crime", offences.POLICE_UK) == "violence and sexual offences"
    assert offences.standard("mopery") is None


def test_vehicle_crime_leaves_interference_out():
    # The first is a label as broad as the group.
    assert offences.members("vehicle crime") == (
        "vehicle crime", "theft from vehicle", "theft of vehicle",
    )  # fmt: skip


def test_an_unknown_offence_gets_the_nearest():
    with pytest.raises(UsageError, match="'burglary'"):
        offences.members("burglery")


def test_only_near_names_are_suggested():
    with pytest.raises(UsageError, match=r"Did you mean Sevenoaks\?$"):
        areas.find("Sevenoks")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("Kent", "It is a county.*Ashford, Canterbury"),
        ("Thames Valley", "police force area.*Oxford"),
    ],
)
def test_a_county_or_force_in_the_place_of_an_area_lists_its_districts(name, says):
    with pytest.raises(UsageError, match=says):
        areas.find(name)


@pytest.mark.parametrize(
    ("label", "offence"),
    [
        ("105A/1", "assault without injury"),
        ("105A/01 Common assault", "assault without injury"),
        ("8N/06", "assault with injury"),
        ("028E/02 - Burglary residential", "burglary residential"),
        ("28 e / 2", "burglary residential"),
        ("048/01", "theft of vehicle"),
        ("105/01", "violence without injury"),  # what 105A and 105B have in common
        ("008/06", "assault with injury"),
        ("008/22 Stalking", "stalking"),  # the label says which of class 8
        ("195/94", "stalking and harassment"),
        ("125/09", "public fear, alarm or distress"),
        ("125/58", "public order offences"),
        ("008/60", "racially or religiously aggravated assault with injury"),
    ],
)
def test_a_subclass_of_the_counting_rules_is_its_class(label, offence):
    assert offences.standard(label) == offence
    assert offences.standards([label]) == {label: offence}


@pytest.mark.parametrize(
    "label", ["008/22", "105A/1 Burglary residential", "45/10", "12/25", "2024/25", "28E/2/2025"]
)
def test_what_may_be_no_subclass_or_contradicts_itself_is_not_taken(label):
    assert offences.standards([label, "Shoplifting"]) == {"Shoplifting": "shoplifting"}


def test_short_subclasses_are_taken_beside_codes_that_are_certain():
    labels = ["45/10", "046/00", "28E/2", "99/99 other"]
    assert offences.standards(labels)["45/10"] == "theft from vehicle"
    assert offences.standards(["45/10", "46/1"]) == {}
