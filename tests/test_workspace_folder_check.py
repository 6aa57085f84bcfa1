"""A folder of files in one go, and the account of one file after cleaning."""

import subprocess
import sys

import pytest
import unfamiliar_files

from cspanalysis import cli
from cspanalysis.explore import question_list
from cspanalysis.workspace import folder_check

CRIME = "Crime Reference,Offence,Recorded Date,District,Location Type,DV Flag\n"


def run(*words):
    return cli.main([str(word) for word in words])


@pytest.fixture
def place(tmp_path):
    (tmp_path / "partnership.toml").write_text('[area]\nname = "Dover"\n', encoding="utf-8")
    return tmp_path


def crimes(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CRIME + "".join(f"{row}\n" for row in rows), encoding="utf-8")


def test_a_folder_is_checked_in_one_go_and_nothing_is_written(place, capsys):
    inbox = place / "inbox"
    inbox.mkdir()
    for make in (unfamiliar_files.storm, unfamiliar_files.nspis, unfamiliar_files.tipping):
        make().write(inbox)
    (inbox / "minutes.pdf").write_bytes(b"%PDF")
    (inbox / "dogs.csv").write_text("Name,Colour,Weight\nRex,brown,12\n", encoding="utf-8")
    (inbox / "street.csv").write_text(
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
        "Crime type,Last outcome category,Context\n"
        ",2025-04,Kent Police,Kent Police,1.3,51.1,On or near High St,E01024197,Dover 001A,"
        "Anti-social behaviour,,\n",
        encoding="utf-8",
    )
    before = sorted(place.rglob("*"))
    assert run("check", inbox, "--workspace", place) == 0
    assert sorted(place.rglob("*")) == before
    said = capsys.readouterr().out
    assert "6 files: 3 can be used, 2 need an answer, 1 without data." in said
    assert "minutes.pdf: a document - no data" in said
    assert "dogs.csv: nobody knows what it is - needs an answer" in said
    storm = said[said.index("storm_incidents.csv") :]
    assert "75 read, 75 kept, 0 set aside" in storm
    assert "April 2025 to January 2026, rows in every month" in storm
    street = said[said.index("street.csv") : said.index("6 files")]
    assert "1 read, 1 kept" in street and "can be used" in street
    # A question that has to be answered is put, not the refusal that would come of it.
    nspis = said[said.index("nspis_crime.txt") : said.index("storm_incidents.csv")]
    assert "No column says the district" in nspis and "is missing" not in nspis


def test_answers_of_the_settings_count_in_a_check(place, capsys):
    inbox = place / "inbox"
    inbox.mkdir()
    file = unfamiliar_files.nspis()
    file.write(inbox)
    with (place / "partnership.toml").open("a") as settings:
        settings.write(file.settings)
    assert run("check", inbox, "--workspace", place) == 0
    said = capsys.readouterr().out
    assert "1 file: 1 can be used." in said and "60 read, 60 kept" in said
    assert "Districts  Dover 60" in said


def test_every_refused_file_is_named(place, capsys):
    inbox = place / "inbox"
    inbox.mkdir()
    for name in ("a.xlsx", "b.xlsx"):
        (inbox / name).write_bytes(b"no workbook")
    unfamiliar_files.storm().write(inbox)
    assert run("check", inbox) == 3
    said = capsys.readouterr().out
    assert "Refused: a.xlsx, b.xlsx." in said and "1 can be used, 2 refused" in said
    assert run("check", place / "nowhere") == 2


def test_rows_set_aside_are_told_with_an_example(place):
    good = [f"A{n},Robbery,13/04/2025,Dover,Street,Y" for n in range(9)]
    crimes(place / "inbox/crime.csv", *good, "B1,Robbery,soon,Dover,Street,N")
    (found,) = folder_check.run(place / "inbox", {}, question_list.of_source)
    assert found.state == folder_check.USABLE
    assert "10 read, 9 kept, 1 set aside" in found.text()
    assert "Such as    row 11, recorded: found 'soon'" in found.text()


def test_after_cleaning_a_partners_file_has_its_account(place, capsys):
    crimes(
        place / "data/raw/police_extract/crime.csv",
        "A1,Robbery,13/04/2025,Dover,Street,Y",
        "A1,Robbery,13/04/2025,Dover,Street,Y",
        "A2,Shoplifting,14/06/2025,Dover,Shop,N",
        "A3,Breach of the moon,14/06/2025,Thanet,,",
        "A4,Robbery,soon,Dover,Street,N",
    )
    assert run("clean", "--workspace", place) == 0
    said = capsys.readouterr().out
    screen = said[said.index("\ndata/raw/police_extract/crime.csv") :]
    assert "5 read, 4 kept, 1 set aside; 3 crimes, the others further rows of one" in screen
    assert "April 2025 to June 2025; no rows in May 2025" in screen
    assert "Districts  Dover 3, Thanet 1" in screen
    assert "Offences   robbery 1, shoplifting 1" in screen
    assert "No group   1 crimes: breach of the moon 1" in screen
    assert "premises 75%, is_domestic 75%" in screen
    assert "domestic abuse, and violence in the night-time economy without it" in screen
    assert "victim_id (people who were victims more than once)" in screen
    assert "Questions" in screen and "can rest on it" in screen
    # What was read before is not told again, unless it is asked for.
    assert run("clean", "--workspace", place) == 0
    assert "Offences" not in capsys.readouterr().out
    assert run("clean", "--files", "--workspace", place) == 0
    assert "Offences   robbery 1, shoplifting 1" in capsys.readouterr().out


def test_the_questions_of_a_source_are_those_that_it_can_answer():
    found = question_list.of_source("fires")
    assert "Did fires rise or fall?" in found
    assert len(found) == len(set(found))
    assert question_list.of_source("nowhere") == []


def test_what_a_file_opens_is_told_without_loading_any_topic():
    program = "import sys; from cspanalysis.explore import question_list as q; "
    program += "from cspanalysis.workspace import file_account; assert q.of_source('fires'); "
    program += "heavy = ('cspanalysis.find', 'scipy', 'pandas'); "
    program += "print([m for m in sys.modules if m.startswith(heavy)])"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
