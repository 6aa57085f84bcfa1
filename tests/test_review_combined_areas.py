"""Areas of several districts, and peers' counts typed by hand: names, residents, sums."""

import json

import pytest

from cspanalysis.domain import areas
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.explore import entry
from cspanalysis.findings import Finding, acquisitive, overview, record
from cspanalysis.workspace import init, workspace

WEST_KENT = (
    '[area]\nname = "West Kent"\n'
    'districts = ["Sevenoaks District", "Tonbridge & Malling", "Tunbridge Wells Borough Council"]\n'
)


def settings(folder, area, more=""):
    (folder / "data/raw/peer_counts").mkdir(parents=True)
    (folder / "data/raw/population").mkdir()
    text = f'{area}\n[review]\nperiod = "2024-04/2025-03"\n{more}'
    (folder / "partnership.toml").write_text(text)
    return folder


def counts(folder, rows, group="county", header="group,area,offence,period,count"):
    lines = [f"{group},{area},recorded crime,2024-04/2025-03,{rest}" for area, rest in rows]
    (folder / "data/raw/peer_counts/typed.csv").write_text("\n".join([header, *lines]) + "\n")


def population(folder, rows):
    lines = [f"{area},2024,{n}" for area, n in rows.items()]
    path = folder / "data/raw/population/p.csv"
    path.with_name("p.csv.source.toml").unlink(missing_ok=True)
    path.write_text("\n".join(["area,year,population", *lines]) + "\n")


def test_an_area_of_the_settings_takes_what_its_districts_share(tmp_path):
    area = workspace.load(settings(tmp_path, WEST_KENT)).area()
    assert area.districts == ("Sevenoaks", "Tonbridge and Malling", "Tunbridge Wells")
    assert all(code.startswith("E07") for code in area.district_codes)
    assert (area.force, area.county, area.region) == ("Kent", "Kent", "South East")


def test_what_its_districts_do_not_share_is_said_of_none(tmp_path):
    folder = settings(tmp_path, '[area]\nname = "Both"\ndistricts = ["Medway", "Dartford"]')
    space = workspace.load(folder)
    area = space.area()
    assert (area.force, area.county) == ("Kent", "")
    assert "Medway" not in space.peers(area, "force").areas
    review = entry.open(workspace=folder)
    with pytest.raises(NotAvailable, match="Both lies in no one county; the settings can name it"):
        review.peer_group("county")


def test_peers_of_a_combined_area_are_the_others_and_are_not_called_districts_only(tmp_path):
    more = '[peers.near]\nlabel = "areas nearby"\nareas = ["Sevenoaks", "Dartford", "Medway"]\n'
    space = workspace.load(settings(tmp_path, WEST_KENT, more))
    area = space.area()
    force = space.peers(area, "force")
    assert len(force.areas) == 11 and "Sevenoaks" not in force.areas
    assert force.label == "areas of the Kent force area"
    assert "the sum of its 3 districts" in force.note
    assert space.peers(area, "near").areas == ("West Kent", "Dartford", "Medway")
    similar = space.peers(area, "similar").areas
    assert similar[0] == "West Kent" and not set(similar) & set(area.districts)


def test_typed_counts_are_ranked_on_the_estimates_of_residents(tmp_path):
    area = '[area]\nname = "King\'s Lynn and West Norfolk"'
    folder = settings(tmp_path, area)
    counts(
        folder,
        [("Kings Lynn & West Norfolk", 500), ("Breckland DC", 100), ("Norwich", 900)],
    )
    population(folder, dict.fromkeys(areas.peers(areas.find("Norwich"), "county").areas, 100_000))
    found = overview.recorded_crime_peers(entry.open(workspace=folder), "county")
    assert found.status == "ok"
    assert (
        found.record()["values"] | {"count": 500, "rate": 5.0, "rank": 2, "of": 3}
        == (found.record()["values"])
    )
    assert {s["source"] for s in found.sources} == {"peer_counts", "population"}
    assert not [n for n in found.notes if "not among" in n]


@pytest.mark.parametrize("label", ["Residential burglary", "28E"])
def test_a_question_of_2008_is_answered_from_todays_label_and_says_so(tmp_path, label):
    folder = settings(tmp_path, '[area]\nname = "Dover"')
    lines = [f"county,{area},{label},2024-04/2025-03,{n},100000"
             for area, n in (("Dover", 500), ("Swale", 100), ("Thanet", 300))]  # fmt: skip
    typed = folder / "data/raw/peer_counts/typed.csv"
    header = "group,area,offence,period,count,population"
    more = "county,Dover,28A,2023-04/2024-03,7,100000"
    typed.write_text("\n".join([header, *lines, more, ""]))
    review = entry.open(workspace=folder)
    asked = ("burglary_dwelling", "burglary dwelling", "county")
    found = acquisitive.peers(review, *asked, subject="burglary of dwellings")
    assert "5.0 residential burglary offences per 1,000 residents" in found.sentence
    assert any("since April 2017 includes sheds and garages" in n for n in found.notes)
    # Where the table has the label of 2008, that one counts.
    typed.write_text(
        "\n".join([header, *lines, more, more.replace("2023-04/2024-03", "2024-04/2025-03"), ""])
    )
    again = acquisitive.peers(entry.open(workspace=folder), *asked, subject="burglary of dwellings")
    assert "burglary of dwellings offences" in again.sentence
    assert not any("April 2017" in n for n in again.notes)


def test_typed_counts_of_a_name_that_nobody_bears_are_named(tmp_path):
    folder = settings(tmp_path, '[area]\nname = "Dover"')
    counts(folder, [("Dover", 500), ("Swale", 100), ("Thannit", 900)])
    population(folder, {"Dover": 100_000, "Swale": 100_000})
    found = overview.recorded_crime_peers(entry.open(workspace=folder), "county")
    assert [n for n in found.notes if "also have Thannit under 'county'" in n]


def test_typed_counts_without_residents_say_whose_are_missing(tmp_path):
    folder = settings(tmp_path, '[area]\nname = "Dover"')
    counts(folder, [("Dover", 500), ("Swale", 100), ("Thanet", 900)])
    found = overview.recorded_crime_peers(entry.open(workspace=folder), "county")
    assert found.status == "not_available"
    assert "state no residents of Dover, Swale and Thanet" in found.sentence
    population(folder, {"Dover": 100_000, "Swale": 100_000})
    found = overview.recorded_crime_peers(entry.open(workspace=folder), "county")
    assert found.values["rank"] == 2 and "no residents known of Thanet" in found.sentence
    population(folder, {"Swale": 100_000, "Thanet": 100_000})
    found = overview.recorded_crime_peers(entry.open(workspace=folder), "county")
    assert found.status == "not_available" and "the residents of Dover" in found.sentence


def test_typed_counts_of_its_districts_are_summed_for_a_combined_area(tmp_path):
    folder = settings(tmp_path, WEST_KENT)
    districts = ("Sevenoaks", "Tonbridge and Malling", "Tunbridge Wells", "Dartford", "Medway")
    header = "group,area,offence,period,count,population"
    counts(folder, [(d, "100,50000") for d in districts], "force", header)
    found = overview.recorded_crime_peers(entry.open(workspace=folder), "force")
    assert (found.values["count"], found.values["population"]) == (300, 150_000)
    assert found.values["of"] == 3


def test_counts_are_whole_numbers_and_measures_keep_their_point():
    import pandas as pd

    rows = pd.DataFrame({"count": [120.0, float("nan")], "rate": [50.0, 1.5]})
    made = Finding("a.b", "a", "t", "s", values={"count": 120.0, "rate": 50.0}, rows=rows)
    told = json.dumps(made.record()["values"]), json.dumps(made.record()["rows"])
    assert told[0] == '{"count": 120, "rate": 50.0}'
    assert told[1] == '[{"count": 120, "rate": 50.0}, {"count": null, "rate": 1.5}]'
    assert record.of_column("count", 1.5) == 1.5


def test_a_workspace_is_made_for_a_name_without_its_apostrophe(tmp_path):
    init.init(tmp_path / "ws", "Kings Lynn and West Norfolk")
    assert workspace.load(tmp_path / "ws").area().name == "King's Lynn and West Norfolk"


def test_crimes_of_districts_that_alternate_in_an_extract_count_once_each(tmp_path):
    folder = settings(tmp_path, WEST_KENT)
    (folder / "data/raw/police_extract").mkdir()
    districts = ["Sevenoaks", "Tonbridge and Malling", "Dartford", "Tunbridge Wells"]
    days = [f"{n % 27 + 1:02d}/{n // 4 % 12 + 1:02d}/2025" for n in range(480)]
    lines = [
        f"C/{n},Robbery,{day},{day},,{day},,{districts[n % 4]},,High Street,STREET,N,"
        for n, day in enumerate(days)
    ]
    head = (
        "Crime Ref,Offence,Date Recorded,From Date,From Time,To Date,To Time,District,Town,"
        "Location,Premises Type,DV,MO"
    )
    text = "\n".join([head, *lines]) + "\n"
    (folder / "data/raw/police_extract/all.csv").write_text(text)
    with (folder / "partnership.toml").open("a", encoding="utf-8") as out:
        out.write('\n[sources.police_extract.formats]\nrecorded = "dd/mm/yyyy"\n')
    review = entry.open(period="2025-01/2025-12", workspace=folder)
    found = review.series("robbery")
    assert found.count(review.period) == 360
    assert len(review.records("robbery", review.period).table) == 360
    alone = entry.open("Sevenoaks", "2025-01/2025-12", workspace=folder)
    assert alone.series("robbery").count(alone.period) == 120
