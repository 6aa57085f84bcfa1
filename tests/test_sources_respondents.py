"""A survey with a row for each respondent: counted into shares, nobody's answers kept."""

import tomllib

import pandas as pd
import pytest

from cspanalysis import cli
from cspanalysis.sources import respondents
from cspanalysis.stats import survey_shares
from cspanalysis.store.tables import Store

HEAD = ["Response ID", "Ward", "Q1. How safe do you feel after dark?", "Noise is a problem",
        "Been a victim?", "Comments"]  # fmt: skip
CONSTANTS = (
    '[sources.surveys.constants]\nsurvey = "Town survey"\nround = "2025-26"\narea = "Dover"\n'
)
SAFE = [
    "Very safe", "5 - very safe", *["Very safe"] * 3, *["Very unsafe"] * 3, "Don't know",
    "Prefer not to say",
]  # fmt: skip
SECRET = "my neighbour Mr Quayle"


def people(number=40):
    """40 people: 20 very safe, 12 unsafe, 4 do not know, 4 refuse; noise: half agree."""
    rows = []
    for n in range(number):
        safe = SAFE[n % 10]
        noise = "Agree" if n % 2 else "Disagree"
        rows.append([f"R{n}", "Castle", safe, noise, ["Yes", "No", "", "n/a"][n % 4], SECRET])
    return rows


@pytest.fixture
def place(tmp_path):
    (tmp_path / "partnership.toml").write_text('[area]\nname = "Dover"\n', "utf-8")
    return tmp_path


def written(place, rows, head=HEAD, settings=CONSTANTS, name="answers.csv"):
    folder = place / "data" / "raw" / "surveys"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [",".join(f'"{cell}"' for cell in row) for row in [head, *rows]]
    (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    toml = place / "partnership.toml"
    toml.write_text('[area]\nname = "Dover"\n' + settings, "utf-8")
    return folder / name


def cleaned(place, capsys, code=0):
    assert cli.main(["clean", "--workspace", str(place)]) == code
    said = "".join(capsys.readouterr())
    if code:
        return said
    frame = Store(place / "data" / "processed").load("surveys")
    return frame.set_index("question")[["percent", "base", "effective_base", "status"]], said


def test_respondents_are_counted_into_shares(place, capsys):
    written(place, people())
    frame, said = cleaned(place, capsys)
    # 36 answered: who refused is not among them, who does not know is.
    safe = "How safe do you feel after dark?"
    assert frame.loc[f"{safe}: Very safe", ["percent", "base"]].tolist() == [55.6, 36]
    assert frame.loc[f"{safe}: Very unsafe", "percent"] == 33.3
    assert frame.loc[f"{safe}: Don't know", "percent"] == 11.1
    assert frame.loc["Noise is a problem: Agree", ["percent", "base"]].tolist() == [50, 40]
    assert frame["effective_base"].isna().all()
    # Twenty said yes or no to the last: too few to be shown.
    assert frame.loc["Been a victim?", "status"] == "suppressed"
    assert pd.isna(frame.loc["Been a victim?", "percent"])
    assert "40 rows read = 40 kept + 0 set aside" in said


def test_nothing_of_one_respondent_is_kept(place, capsys):
    rows = [*people(), ["R1", "", "Very safe", "", "", SECRET], ["R77", *[""] * 4, SECRET]]
    written(place, rows)
    frame, said = cleaned(place, capsys)
    assert "40 kept + 2 set aside" in said
    assert SECRET not in said and "R77" not in said
    for path in (place / "data" / "processed").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert SECRET.encode() not in content and b"R77" not in content, path
    assert not {"Ward", "Castle"} & set(frame.index)


def test_weights_give_shares_and_an_effective_number(place, capsys):
    rows = [[*row, "3" if n % 2 else "1"] for n, row in enumerate(people())]
    rows[0][-1], rows[2][-1] = "0", "n/k"
    written(place, rows, [*HEAD, "Weighting factor"])
    frame, said = cleaned(place, capsys)
    assert "38 kept + 2 set aside" in said
    # 20 agree with weight 3, 18 disagree with weight 1; Kish: 78² / (20·9 + 18).
    agree = frame.loc["Noise is a problem: Agree"]
    assert (agree["percent"], agree["base"], agree["effective_base"]) == (76.9, 38, 30)
    limits = survey_shares.shares(frame.loc[["Noise is a problem: Agree"]])
    plain = survey_shares.shares(frame.loc[["Noise is a problem: Agree"]].assign(base=30)[
        ["percent", "base", "status"]])  # fmt: skip
    assert limits["lower"].iloc[0] == plain["lower"].iloc[0] and limits["total"].iloc[0] == 38


def test_areas_rounds_and_a_second_row_of_headings(place, capsys):
    rows = [[*row, "Dover" if n < 40 else "Folkestone", "2025"] for n, row in
            enumerate(people(75))]  # fmt: skip
    beneath = ["", "", "Response", "Response", "Response", "Open-Ended Response", "", ""]
    written(place, [beneath, *rows], [*HEAD, "District", "Year"],
            '[sources.surveys.constants]\nsurvey = "Town"\n')  # fmt: skip
    cleaned(place, capsys)
    frame = Store(place / "data" / "processed").load("surveys")
    noise = frame[frame["question"] == "Noise is a problem: Agree"].set_index("area")
    assert noise["base"].to_dict() == {"Dover": 40, "Folkestone": 35}
    assert set(frame["round"]) == {"2025"}


def test_each_round_numbers_its_respondents_anew(place, capsys):
    rows = [[*row, year] for year in ("2024", "2025") for row in people(40)]
    written(place, rows, [*HEAD, "Year"],
            '[sources.surveys.constants]\nsurvey = "Town"\narea = "Dover"\n')  # fmt: skip
    cleaned(place, capsys)
    frame = Store(place / "data" / "processed").load("surveys")
    noise = frame[frame["question"] == "Noise is a problem: Agree"].set_index("round")
    assert noise["base"].to_dict() == {"2024": 40, "2025": 40}


def test_settings_reword_questions_and_answers(place, capsys):
    settings = (
        CONSTANTS + '[sources.surveys.values.question]\n"Noise is a problem" = "finds it noisy"\n'
        '[sources.surveys.values.response]\n"Agree" = "yes"\n'
    )
    written(place, people(), settings=settings)
    frame, said = cleaned(place, capsys)
    assert frame.loc["finds it noisy", "percent"] == 50
    assert "matches nothing" not in said


def test_who_was_asked_where_and_when_is_asked_for(place, capsys):
    written(place, people(), settings="")
    said = cleaned(place, capsys, 3)
    assert "nothing says its survey, round and area" in said
    assert "[sources.surveys.constants]" in said and SECRET not in said


def test_a_table_that_is_no_survey_stays_refused(place, capsys):
    rows = [[f"{n}", "Castle", "Kent", f"{n + 3}"] for n in range(9)]
    written(place, rows, ["Ref", "Ward", "County", "Members"])
    assert "column is missing" in cleaned(place, capsys, 3)


def test_map_knows_a_survey_and_asks_once(place, capsys):
    path = written(place, people(), settings="")
    inbox = place / "answers.csv"
    path.rename(inbox)
    assert cli.main(["map", str(inbox), "--workspace", str(place), "--place"]) == 0
    said = capsys.readouterr().out
    assert "a survey with a row for each respondent" in said and "data/raw/surveys" in said
    assert said.count("under constants") == 3 and SECRET not in said
    toml = place / "partnership.toml"
    toml.write_text(toml.read_text("utf-8") + CONSTANTS, "utf-8")
    _, said = cleaned(place, capsys)
    assert "matches nothing" not in said
    assert cli.main(["map", str(inbox), "--workspace", str(place)]) == 0
    assert "Questions\n" not in capsys.readouterr().out
    assert "surveys" in tomllib.loads(toml.read_text("utf-8"))["sources"]


@pytest.mark.parametrize(
    ("cells", "is_one"),
    [
        (["Yes", "No", ""], True),
        (["1 - Strongly agree", "2 - Tend to agree", "9 - Don't know"], True),
        (["A very big problem", "Not a problem at all"], True),
        (["Male", "Female", "Prefer not to say"], False),
        (["-9", "", "n/a"], False),
        (["4", "5", "3"], False),
    ],
)
def test_questions_are_told_by_their_answers(cells, is_one):
    rows = [["x", cell] for cell in cells]
    assert bool(respondents.answered(["Ref", "Heading"], rows, {}).questions) is is_one
