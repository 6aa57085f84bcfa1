"""Files that no reader was written for: two commands, at most one edit, true figures."""

import re
import tomllib
from pathlib import Path

import openpyxl
import pytest
import unfamiliar_files

from cspanalysis import cli, sources
from cspanalysis.domain import diagnoses, offence_meanings, offences, period_labels, reference
from cspanalysis.domain.errors import UsageError
from cspanalysis.sources import side_by_side
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.store.tables import Store
from cspanalysis.workspace import mapping

DOCS = Path(__file__).resolve().parents[1] / "docs" / "unfamiliar_files.md"
FILES = [make() for make in unfamiliar_files.FILES]
SETTINGS = '[area]\nname = "Dover"\n'
#: Questions a person can be asked of one file before it is worth sending back.
MOST_QUESTIONS = 10


@pytest.fixture
def place(tmp_path):
    (tmp_path / "partnership.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def run(*words):
    return cli.main([str(word) for word in words])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_unfamiliar_file_is_read_to_its_true_figures(place, capsys, file):
    inbox = place / "inbox"
    inbox.mkdir()
    path = file.write(inbox)
    assert run("map", path, "--workspace", place, "--place") == 0
    said = capsys.readouterr().out
    assert f"data/raw/{file.source}" in said
    questions = len(re.findall(r"^  \d+\. ", said, re.MULTILINE))
    assert questions <= MOST_QUESTIONS
    # Nothing is asked where nothing has to be edited.
    assert questions == bool(file.settings), said
    settings = place / "partnership.toml"
    settings.write_text(settings.read_text("utf-8") + "\n" + file.settings, encoding="utf-8")
    tomllib.loads(settings.read_text("utf-8"))
    assert run("clean", "--workspace", place) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert "matches nothing" not in said
    assert f"{file.kept:,} kept + 0 set aside" in said
    store = Store(place / "data" / "processed")
    table = "fly_tipping" if file.source == "environmental" else file.source
    frame = store.load(table)
    assert len(frame) == (file.made or file.kept)
    for column, figures in file.figures.items():
        counted = frame[column].value_counts().to_dict()
        assert {value: counted.get(value, 0) for value in figures} == figures, column
    # Asked again, the answers are used and nothing is written.
    before = settings.read_text("utf-8")
    assert run("map", path, "--workspace", place, "--place") == 0
    again = capsys.readouterr().out
    assert "Questions\n" not in again and "already" in again
    assert tomllib.loads(settings.read_text("utf-8")) == tomllib.loads(before)


def test_the_table_in_the_documentation_is_of_these_files():
    row = r"^\| (.+?) \| `(\w+)` \| (\d+) \| 2 \| (\d) \| (\d) \|"
    rows = re.findall(row, DOCS.read_text("utf-8"), re.MULTILINE)
    assert rows == [
        (f.layout, f.source, str(f.kept), *[str(int(bool(f.settings)))] * 2) for f in FILES
    ]


def test_questions_that_the_settings_name_are_not_asked_once_more(place, capsys):
    """One scale alone makes no survey by itself; somebody's word does."""
    path = place / "answers.csv"
    rows = [f"{n},{['Agree', 'Disagree'][n % 2]},Castle" for n in range(40)]
    path.write_text("\n".join(["Serial,Noise is a problem here,Ward", *rows]), encoding="utf-8")
    given = {"columns": {"question": "Noise is a problem here"},
             "constants": {"survey": "Ours", "round": "2025", "area": "Dover"}}  # fmt: skip
    for columns in (given["columns"], {"question": ["Noise is a problem here"], "weight": "Wt"}):
        found = mapping.propose(path, {"surveys": given | {"columns": columns}})
        assert found.source == "surveys" and not found.questions, found.text()
        assert "1 questions: 'Noise is a problem here'" in found.text()
    # A heading of shares that the settings name stays one.
    path.write_text("Q,Answer,Percent,Base\nSafe?,Yes,40,100\n", encoding="utf-8")
    shares = mapping.propose(path, {"surveys": given | {"columns": {"question": "Q"}}})
    assert {m.column for m in shares.columns} == {"question", "response", "percent", "base"}


@pytest.mark.parametrize(
    "head",
    [
        ["Year", "Casualty Class", "Sex of Casualty", "Age Band of Casualty", "Severity", "Number"],
        ["Financial year", "Accident cause", "Sex", "Age group", "Admissions", "Speed limit"],
    ],
)
def test_casualties_of_the_roads_are_never_taken_for_admissions(place, head):
    path = place / "roads.csv"
    cells = ["2023/24", "Pedestrian", "Female", "10-19", "30", "30"]
    path.write_text("\n".join(map(",".join, [head, cells])), encoding="utf-8")
    assert mapping.propose(path).source != "hospital_extract"


def test_the_sheet_that_is_meant_is_chosen_in_the_open(place, capsys):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (("2023", 3), ("2024", 5)):
        sheet = book.create_sheet(name)
        sheet.append(["Log Date", "Taken By", "Nature Of Call", "District"])
        for n in range(rows):
            sheet.append([f"{n + 13:02}/04/{name}", "Police", "Noise", "Dover"])
    path = place / "calls.xlsx"
    book.save(path)
    assert run("map", path, "--workspace", place, "--place") == 0
    said = capsys.readouterr().out
    assert "the sheet '2023' is taken; '2024' could be read as well" in said
    assert tomllib.loads((place / "partnership.toml").read_text("utf-8"))["sources"]["asb_calls"][
        "sheet"
    ] == "2023"  # fmt: skip
    assert run("clean", "--workspace", place) == 0
    assert "3 rows read = 3 kept" in capsys.readouterr().out
    toml = place / "partnership.toml"
    toml.write_text(toml.read_text("utf-8").replace('sheet = "2023"', 'sheet = "2024"'), "utf-8")
    assert run("clean", "--workspace", place) == 0
    assert "5 rows read = 5 kept" in capsys.readouterr().out
    assert run("map", path, "--sheet", "2025") == 2
    assert "there is no sheet '2025'" in capsys.readouterr().err


def test_what_a_person_says_a_file_is_it_is(place):
    path = place / "cases.csv"
    path.write_text("Ref,Opened,What\nA1,13/01/2024,Noise\nA2,14/01/2024,Dogs\n", encoding="utf-8")
    said = mapping.propose(path, source="asb_calls", area="Dover")
    assert said.source == "asb_calls"
    assert said.settings()["columns"]["date"] == "Opened"
    assert 'district = "Dover" under constants' in [a for q in said.questions for a in q.answers]
    with pytest.raises(UsageError, match="police_extract"):
        mapping.propose(path, source="police")


@pytest.mark.parametrize(
    ("label", "offence"),
    [
        ("046/00", "shoplifting"),
        ("HO 46", "shoplifting"),
        ("045/10 Theft from motor vehicle", "theft from vehicle"),
        ("105/01", "violence without injury"),
        ("028/03", "burglary dwelling"),
        ("S.47 ABH", "assault with injury"),
        ("Sec 4A POA", "public fear, alarm or distress"),
        ("PWITS Class B", "trafficking of drugs"),
        ("Attempted burglary residential", "burglary residential"),
        ("Dog theft", "other theft"),
        ("Bike stolen - theft", "theft of pedal cycle"),
        ("Cultivate cannabis", "trafficking of drugs"),
        # Code and words of different kinds: one of them is wrong, and nobody knows which.
        ("046/00 Arson", ""),
        ("THEFT VEHICLE", ""),
        ("ASB nuisance", ""),
        ("12345", ""),
    ],
)
def test_offences_are_told_by_their_class_and_words(label, offence):
    assert offence_meanings.of(label).offence == offence


def test_meanings_are_names_of_the_taxonomy():
    known = set(offences.kinds(offences.NOTIFIABLE))
    rows = reference.rows("offence_meanings")
    assert {row["offence"] for row in rows} <= known
    for row in rows:
        re.compile(row["words"])


@pytest.mark.parametrize(
    ("label", "codes"),
    [
        ("Chapter V: Mental and behavioural disorders", "F00-F99"),
        ("XX External causes of morbidity and mortality", "V01-Y98"),
        ("ICD-10 Chapter 19", "S00-T98"),
        ("Mental and behavioural disorders", "F00-F99"),
        # A numeral alone, or beside other words, is no chapter.
        ("V", "V"),
        ("X diseases", "X diseases"),
        ("19", "19"),
    ],
)
def test_chapters_of_the_icd_are_codes(label, codes):
    assert diagnoses.label(label) == codes


@pytest.mark.parametrize(
    ("heading", "year"),
    [("2021/22", "2021/22"), ("2021-2022", "2021/22"), ("Year ending March 2022", "2021/22"),
     ("YE Mar 22", "2021/22"), ("2021", ""), ("2021/23", ""), ("Total", "")],
)  # fmt: skip
def test_headings_that_are_years(heading, year):
    assert period_labels.financial_year(heading) == year


def test_a_table_that_fits_as_it_stands_is_left_alone(place):
    """Answers in a column of their own beside remarks that look like answers."""
    schema, *_ = sources.get("surveys").schemas
    head = ["survey", "round", "area", "question", "response", "percent", "base", "Agree", "Other"]
    assert side_by_side.needed([schema], head, {}, {}) is None
    wide = ["survey", "round", "area", "question", "base", "Agree", "Disagree"]
    assert side_by_side.needed([schema], wide, {}, {}).header[-2:] == ["response", "percent"]
    assert side_by_side.needed([schema], wide[:-1], {}, {}) is None


def test_headings_in_two_rows_of_a_text_file_lose_no_row(place):
    lines = [
        "Crime Ref,Offence,Committed From,,District,Date Recorded",
        ",,Date,Time,,",
        "A1,Robbery,14/05/2007,23:30,Dover,15/05/2007",
        "A2,Robbery,15/05/2007,22:30,Dover,16/05/2007",
    ]
    path = place / "crime.csv"
    for text, rows in ((lines, 2), ([lines[0].replace(",,", ",x,"), *lines[2:]], 2)):
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        columns = {"start": "Committed From Date", "start_time": "Committed From Time"}
        given = {"columns": columns} if text is lines else {}
        found = sources.get("police_extract").read(Part(path, path.name), Context(settings=given))
        assert (found.rows_read, found.rows_kept) == (rows, rows)
        assert found.frame["has_time"].to_list() == [text is lines] * 2
    # A gap in the headings of one row costs none either.
    path.write_text("\n".join([lines[0], *lines[2:]]) + "\n", encoding="utf-8")
    found = sources.get("police_extract").read(Part(path, path.name), Context())
    assert (found.rows_read, found.rows_kept) == (2, 2)
    assert found.frame["row"].to_list() == [2, 3]


@pytest.mark.parametrize(
    ("shares", "read"),
    [
        ((0.45, 0.35, 0.2), [45.0, 35.0, 20.0]),
        # What does not add up to one shows nothing: set aside as ever.
        ((0.45, 0.1, 0.2), []),
        ((45, 35, 20), [45.0, 35.0, 20.0]),
    ],
)
def test_fractions_of_a_workbook_are_per_cent_where_answers_make_one(place, shares, read):
    head = "Survey,Round,Area,Question,Safe,Unsafe,Don't know,Base\n"
    cells = ",".join(map(str, shares))
    path = place / "survey.csv"
    path.write_text(f"{head}Ours,2025,Dover,How safe do you feel?,{cells},400\n", encoding="utf-8")
    found = sources.get("surveys").read(Part(path, path.name), Context())
    assert found.frame["percent"].to_list() == read
    assert found.rows_read == 3


def test_a_partners_list_of_collisions_is_mapped_and_read(place, capsys):
    head = "Accident Ref,Accident Date,Accident Time,Local Authority,Severity,No of Casualties\n"
    rows = [
        f"C{n},{n + 13:02}/04/2025,1{n}:30,{place_},{how},{n % 2 + 1}\n"
        for n, (place_, how) in enumerate(
            [("Dover DC", "Fatal"), ("Dover DC", "Serious"), ("Thanet", "Slight injury")] * 2
        )
    ]
    path = place / "collisions.csv"
    path.write_text(head + "".join(rows), encoding="utf-8")
    assert run("map", path, "--workspace", place, "--place") == 0
    said = capsys.readouterr().out
    assert "data/raw/stats19" in said and "'Slight injury' → slight" in said
    assert run("clean", "--workspace", place) == 0
    frame = Store(place / "data" / "processed").load("stats19")
    assert frame["severity"].value_counts().to_dict() == {"fatal": 2, "serious": 2, "slight": 2}
    assert frame["district"].value_counts().to_dict() == {"Dover": 4, "Thanet": 2}
    assert set(frame["district_code"]) == {"E07000108", "E07000114"}
    assert frame["hour"].tolist() == [10, 11, 12, 13, 14, 15]
