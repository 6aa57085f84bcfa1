"""What is said where a partner's file lacks a column or its heading is not known."""

import pytest

import cspanalysis
from cspanalysis.cli import main
from cspanalysis.domain.errors import DataRefused
from cspanalysis.findings import antisocial, fire_and_rescue, substance
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema, choose

FIRES = "Incident Number,Date,District,Incident Type,Property Type\n" + "".join(
    f"F{year}{n},{1 + n % 27:02}/{1 + n % 12:02}/{year},Dover,Primary fire,Dwelling\n"
    for year in (2023, 2024)
    for n in range(60)
)
CALLS = "Date,Received By,Type\n" + "".join(
    f"{1 + n % 27:02}/{1 + n % 12:02}/{year},police,noise\n"
    for year in (2023, 2024)
    for n in range(60)
)
ADMISSIONS = "Year,Cause,Sex,Age Band,Count\n" + "".join(
    f"{year}/{year % 100 + 1},F10.2,{sex},20-29,{30 + n}\n"
    for year in (2022, 2023, 2024)
    for n, sex in enumerate(("male", "female"))
)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("lacking") / "w"
    assert main(["init", str(root), "--csp", "Dover"]) == 0
    for source, text in (
        ("fires", FIRES), ("asb_calls", CALLS), ("hospital_extract", ADMISSIONS),
    ):  # fmt: skip
        (root / "data" / "raw" / source / "all.csv").write_text(text, encoding="utf-8")
    assert main(["clean", "--workspace", str(root)]) == 0
    return root


def opened(root):
    return cspanalysis.open(None, "2024-01/2024-12", workspace=root)


def test_fires_without_a_motive_are_counted_and_no_kind_of_them_is(place):
    review = opened(place)
    assert fire_and_rescue.change(review).status == "ok"
    kinds = fire_and_rescue.type_changes(review)
    assert kinds.status == "not_available" and "does not say which fires were set" in kinds.sentence


@pytest.mark.parametrize("source", ["asb_calls", "hospital_extract"])
def test_a_file_without_districts_says_how_to_name_the_one_it_is_of(place, source):
    review = opened(place)
    (notice,) = [n for n in review.store.notices() if n.startswith(f"{source}/all.csv has no")]
    assert f'[sources.{source}.constants]: district = "its name"' in notice
    make = {
        "asb_calls": antisocial.calls_by_receiver,
        "hospital_extract": substance.alcohol_disorders_trend,
    }
    found = make[source](review)
    assert found.status == "not_available"
    assert "names no district" in found.sentence
    assert f"the settings can say which (constants of the source {source})" in found.sentence


def test_with_the_district_said_calls_count(place, tmp_path):
    root = tmp_path / "w"
    assert main(["init", str(root), "--csp", "Dover"]) == 0
    (root / "data/raw/asb_calls/all.csv").write_text(CALLS, encoding="utf-8")
    with (root / "partnership.toml").open("a", encoding="utf-8") as out:
        out.write('\n[sources.asb_calls.constants]\ndistrict = "Dover"\n')
    review = opened(root)
    assert antisocial.calls_change(review).status == "ok"
    assert not [n for n in review.store.notices() if "no column of districts" in n]


DAY = Schema("calls", "a log", (Column("day", "Day", ("date",), essential=True),))


@pytest.mark.parametrize(
    ("mapped", "advice"),
    [
        ({}, 'day = "its heading"; if other files of the folder have another one, a list of all: '),
        ({"day": "Call made"}, 'day = ["Call made", "its heading"].'),
        ({"day": ["A", "B"]}, 'day = ["A", "B", "its heading"].'),
    ],
)
def test_an_unknown_heading_joins_those_that_the_settings_name(tmp_path, mapped, advice):

    with pytest.raises(DataRefused) as refused:
        choose(Part(tmp_path / "a.csv", "asb_calls/a.csv"), ["when"], [DAY], mapped, {})
    assert advice in str(refused.value)
