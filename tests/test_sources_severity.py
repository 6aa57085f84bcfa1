"""Severity weights: the statisticians' workbook, and an index of one's own."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from test_sources_fuzz import CONTEXT

from cspanalysis import sources
from cspanalysis.cli import main
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources.archive import Part

FIXTURE = Path(__file__).parent / "fixtures/severity/weights.csv"


def read(path):
    return sources.get("severity").read(Part(path, f"severity/{path.name}"), CONTEXT)


def test_the_layout_of_the_statisticians_is_read():
    found = read(FIXTURE)
    assert found.frame["code"].to_list() == ["1, 4.1/2/10", "8N", None, "46"]
    assert found.frame["weight"].to_list() == [8000, 180.5, 190, 12.25]
    # A category stands once for all offences beneath it.
    assert found.frame["category"].to_list()[2] == "violence against the person"
    assert (found.rows_read, found.rows_set_aside) == (8, 4)
    reasons = " ".join(found.problems.table()["reason"])
    for reason in ("another weight of a code above", "names no offence", "counts for nothing"):
        assert reason in reasons


def test_an_index_by_the_names_of_offences_is_read(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text("Offence,Crime harm index value\nRobbery,365\n")
    assert read(path).frame.select("code", "offence", "weight").rows() == [(None, "robbery", 365)]


def test_a_file_without_weights_is_refused(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text("Offence code,Offence\n34B,Robbery\n")
    with pytest.raises(DataRefused, match="weight"):
        read(path)


def data_tool(path, weights):
    """The statisticians' data tool: a cover, charts' data by force, then the list of weights.

    Five lines stand above the list; a category is named once for the offences beneath it, some
    offences have a weight and no code (by age or sex of the victim), notes stand at the foot.
    """
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Title"
    cover["A1"] = "Crime Severity Score data tool"
    page = book.create_sheet("Data")
    page.append(["Area name", "Offence type", "Year", "Crime Severity Score"])
    page.append(["Kent", "All", "2019/20", 17.2])
    page = book.create_sheet("List of weights")
    page["A1"] = "List of weights used in the Crime Severity Score"
    page["A3"] = "Weights are average sentences in days."
    for column, heading in zip("ABCD", ["Offence category", "Offence code", "Offence", "Weight"],
                               strict=True):  # fmt: skip
        page[f"{column}5"] = heading
    for at, row in enumerate(weights, 6):
        for column, value in zip("ABCD", row, strict=True):
            page[f"{column}{at}"] = value
    page[f"A{len(weights) + 7}"] = "1. Based on data supplied by the Ministry of Justice."
    book.save(path)
    return path


TOOL = [
    ("Violence against the person", "1, 4.1/2/10", "Homicide", 7974.25),
    (None, "8N", "Assault with injury", 185.5),
    (None, None, None, None),
    ("Sexual offences", "19C", "Rape of a female aged 16 and over", 2676),
    (None, None, "Rape of a female child under 16", 3012),
    (None, "19C", "Rape of a female, further", 2000),
    ("Theft offences", 46, "Shoplifting", 11.75),
]


def test_the_data_tool_of_the_statisticians_is_read_as_published(tmp_path):
    found = read(data_tool(tmp_path / "cssdatatool.xlsx", TOOL))
    assert found.frame.select("category", "code", "weight").rows() == [
        ("violence against the person", "1, 4.1/2/10", 7974.25),
        ("violence against the person", "8N", 185.5),
        ("sexual offences", "19C", 2676),
        ("sexual offences", None, 3012),
        ("theft offences", "46", 11.75),
    ]
    # The second weight of a code, the heading above none and the note at the foot are told.
    reasons = found.problems.table()["reason"].to_list()
    assert found.rows_read == found.rows_kept + found.rows_set_aside == 7
    assert any("another weight of a code above" in reason for reason in reasons)
    assert sum("no such table; not read" in reason for reason in reasons) == 2


@pytest.fixture
def place(tmp_path):
    root = tmp_path / "ws"
    assert main(["init", str(root), "--csp", "Dover"]) == 0
    return root


def test_the_command_replaces_the_weights(place, tmp_path, capsys):
    command = ["weights", "--workspace", str(place)]
    assert main(command) == 0
    assert "that come with the product" in capsys.readouterr().out
    tool = data_tool(tmp_path / "cssdatatool.xlsx", TOOL)
    assert main([*command, str(tool)]) == 0
    said = capsys.readouterr().out
    assert "7 rows read, 5 kept, 2 set aside; weights from 11.8 to 7,974.3" in said
    assert "of the offences recorded in England and Wales in 2017/18 have a weight" in said
    taken = place / "data/raw/severity/cssdatatool.xlsx"
    assert taken.read_bytes() == tool.read_bytes()
    assert "sha256" in taken.with_name("cssdatatool.xlsx.source.toml").read_text()
    other = tmp_path / "index.csv"
    other.write_text("Offence,Crime harm index value\nRobbery,365\n")
    assert main([*command, str(other)]) == 2 and "--replace" in capsys.readouterr().err
    assert taken.is_file()
    assert main([*command, str(other), "--replace"]) == 0
    assert "official tables have no harm" in capsys.readouterr().out
    assert not taken.exists()
    assert (place / "data/former/severity/cssdatatool.xlsx").is_file()


def test_what_is_no_list_of_weights_leaves_those_in_force(place, tmp_path, capsys):
    command = ["weights", "--workspace", str(place)]
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("Offence code,Offence\n34B,Robbery\n")
    assert main([*command, str(wrong)]) == 3 and "weight" in capsys.readouterr().err
    assert main([*command, str(tmp_path / "none.csv")]) == 2
    assert main(command) == 0 and "come with the product" in capsys.readouterr().out


@pytest.mark.realdata
def test_the_published_weights_are_those_that_come_with_the_product(shared, place, capsys):
    path = shared / "data/harm/ons_crime_severity_weights_by_code.csv"
    assert main(["weights", "--workspace", str(place), str(path)]) == 0
    assert "100.0 per cent of the offences recorded" in capsys.readouterr().out
    own = read(path).frame.to_pandas().set_index("code")["weight"]
    given = pd.read_csv(path).drop_duplicates("code_severity").set_index("code_severity")
    assert own["56A"] == pytest.approx(given["weight"]["56A"])
