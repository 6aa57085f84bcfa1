"""The local authority interactive tool's own tables: years side by side, a sheet a measure."""

import openpyxl
import pytest

from cspanalysis import cli, sources
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import lait
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.workspace import mapping

HEAD = ["LA Number", "LA and Regions", 2022, 2023, 2024, "National Rank"]
ROWS = [
    [886, "Kent", 150, 160, 148, 60],
    [822, "Bedford Borough", 120, "-", 90, 3],
    [989, "South East", 133, "c", 131, ""],
    [970, "England", 144, 143, 140, ""],
    ["", "Statistical Neighbours", 140, 141, 139, ""],
]
TITLE = "First Time entrants to the Youth Justice System (rate)"


def book(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def read(path, **settings):
    return sources.get("lait").read(Part(path, f"lait/{path.name}"), Context(settings))


def test_sheets_with_years_side_by_side_are_read_as_they_lie(tmp_path):
    exclusions = [["LA Number", "LA and Regions", "2021/22", "2022/23"], [886, "Kent", 6.1, 7.71]]
    path = book(
        tmp_path / "lait.xlsx", Sheet1=[[TITLE], [], HEAD, *ROWS], Total_Suspensions=exclusions,
        Contents=[["LAIT"], ["Youth offending"]],
    )  # fmt: skip
    found = read(path)
    frame = found.frame
    assert found.rows_read == 17 and found.rows_kept == 14  # neighbours are no area
    entrants = frame.filter(key="FirstYJS")
    of = {(r["area"], r["years"]): r for r in entrants.to_dicts()}
    assert of["Kent", "2024"]["value"] == 148
    assert of["Kent", "2024"]["period"] == "2024-01/2024-12"
    assert of["Bedford", "2023"]["value"] is None
    assert of["Bedford", "2023"]["status"] == "not_available"
    assert of["South East", "2023"]["status"] == "suppressed"
    assert of["England", "2022"]["level"] == "national"
    (kent,) = frame.filter(key="TotFixedEx", years="2022/23").to_dicts()
    assert (kent["value"], kent["period"]) == (7.71, "2022-09/2023-08")


def test_map_and_clean_take_the_tool_as_it_is(tmp_path, capsys):
    path = book(tmp_path / "youth.xlsx", FirstYJS=[HEAD, *ROWS])
    place = tmp_path / "area"
    place.mkdir()
    (place / "partnership.toml").write_text('[area]\nname = "Dover"\n', "utf-8")
    assert cli.main(["map", str(path), "--workspace", str(place), "--place"]) == 0
    said = capsys.readouterr().out
    assert "data/raw/lait" in said and "Questions\n" not in said
    assert cli.main(["clean", "--workspace", str(place)]) == 0
    assert "15 rows read = 12 kept + 3 set aside" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("texts", "measure"),
    [
        (["FirstYJS"], "FirstYJS"),
        (["Total Suspensions"], "TotFixedEx"),
        (["Re-offending by young offenders"], ""),
        (["Notes", "Children killed or seriously injured in road traffic accidents - rate"], "RTA"),
        (["Children cautioned or sentenced (rate), by local authority"],
         "YJS_Caution-Sentence10-17_YO"),
        (["Re-offending by young offenders", "ReoffYO"], "ReoffYO"),
        (["Children looked after who are c"], "LAC_Convictions"),
        (["Obesity"], ""),
        (["RTAs"], ""),
    ],
)  # fmt: skip
def test_measures_are_known_by_title_sheet_or_file(texts, measure):
    assert lait.measure_of(texts) == measure


def test_a_measure_that_nothing_names_is_asked_for(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("LA Number,LA and Regions,2023,2024\n886,Kent,1,2\n", "utf-8")
    with pytest.raises(DataRefused, match=r"which measure.*key = "):
        read(path)
    assert set(read(path, constants={"key": "RTA"}).frame["key"]) == {"RTA"}


def test_other_tables_with_years_side_by_side_are_not_taken_for_it(tmp_path):
    path = tmp_path / "households.csv"
    path.write_text("Local authority,2023,2024\nKent,1,2\nDover,3,4\n", "utf-8")
    assert mapping.propose(path).source != "lait"
