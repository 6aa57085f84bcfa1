"""The command `csp`: exit codes, one plain paragraph per error, the last good output untouched."""

import hashlib
import zipfile

import pytest

from cspanalysis.cli import main
from cspanalysis.domain.errors import UsageError
from cspanalysis.domain.periods import Period
from cspanalysis.store import provenance

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)
ROWS = "".join(
    f"{i:064x},2025-01,Kent Police,Kent Police,0.27,51.2,On or near High Street,E01024717,"
    "Tonbridge and Malling 005A,Burglary,Status update unavailable,\n"
    for i in range(1, 6)
)


@pytest.fixture
def workspace(tmp_path):
    root = tmp_path / "ws"
    assert main(["init", str(root), "--csp", "Tonbridge & Malling"]) == 0
    (root / "data/raw/police_uk/2025-01-kent-street.csv").write_text(HEADER + ROWS)
    return root


def state(folder):
    """Hash of every file below a folder."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.suffix != ".lock"
    }


def paragraph(capsys):
    """The one message on standard error."""
    lines = capsys.readouterr().err.strip().splitlines()
    message = lines[-1]
    assert message.startswith("csp: ") and "Traceback" not in message
    assert len([line for line in lines if line.startswith("csp: ")]) == 1
    return message


def test_a_new_workspace_says_what_goes_where(workspace, capsys):
    assert 'name = "Tonbridge and Malling"' in (workspace / "partnership.toml").read_text()
    notes = sorted(p.parent.name for p in (workspace / "data/raw").glob("*/README.md"))
    assert {"police_uk", "police_extract", "population", "hospital_extract"} <= set(notes)
    assert main(["init", str(workspace), "--csp", "Dover"]) == 2
    assert "already is a workspace" in paragraph(capsys)
    assert 'name = "Tonbridge and Malling"' in (workspace / "partnership.toml").read_text()


def test_clean_accounts_for_every_row(workspace, capsys):
    assert main(["clean", "--workspace", str(workspace)]) == 0
    assert "5 rows read = 5 kept + 0 set aside" in capsys.readouterr().out
    assert (workspace / "data/processed/manifest.json").exists()


def test_check_writes_nothing(workspace):
    before = state(workspace / "data")
    assert main(["clean", "--check", "--workspace", str(workspace)]) == 0
    assert state(workspace / "data") == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["review", "--csp", "Tunbridge Maling"], "Did you mean"),
        (["review", "--period", "2025"], "YYYY-MM/YYYY-MM"),
        (["review", "--edition", "secret"], "Allowed: public, partner"),
        (["review", "--chapter", "weather"], "violence"),
        (["review", "--jobs", "0"], "1 or more"),
        (["review", "--nonsense"], "csp review --help"),
        (["bulletin", "--quarter", "2025-Q5"], "YYYY-Q1 to YYYY-Q4"),
        (["frobnicate"], "csp --help"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_allowed(workspace, capsys, arguments, says):
    command = (
        [*arguments]
        if arguments[0] == "frobnicate"
        else [*arguments, "--workspace", str(workspace)]
    )
    assert main(command) == 2
    assert says in paragraph(capsys)
    assert not list((workspace / "reports").iterdir())


COMPARED = (
    ("2025-01/2025-12", "2025-01/2025-12"),
    ("2024-01/2025-12", "2023-01/2024-12"),
    ("2024-01/2025-12", "2023-01/2023-12"),
    ("2024-01/2024-12", "2025-01/2025-12"),
    ("2025-04/2025-06", "2025-01/2025-03"),
)


@pytest.mark.parametrize("name", ["", "  ", "\t", "–", "…"])
def test_a_name_without_a_letter_is_refused_without_a_guess(workspace, tmp_path, capsys, name):
    before = state(workspace)
    for command in (
        ["init", str(tmp_path / "new")],
        ["review", "--workspace", str(workspace)],
        ["bulletin", "--month", "2025-01", "--workspace", str(workspace)],
    ):
        # A workspace's own area stands for no name, not for an empty one.
        assert main([*command, "--csp", name]) == 2
        message = paragraph(capsys)
        assert "Did you mean" not in message and "Hartlepool" not in message
        assert ("the area's name is empty" in message) == (not name.strip())
        assert "Name a Community Safety Partnership or district" in message
    assert state(workspace) == before and not (tmp_path / "new").exists()


def test_settings_that_leave_the_name_empty_are_refused(workspace, capsys):
    path = workspace / "partnership.toml"
    path.write_text(path.read_text().replace("Tonbridge and Malling", " ", 1))
    assert main(["review", "--workspace", str(workspace)]) == 2
    assert f"{path}: no area is named" in paragraph(capsys)


@pytest.mark.parametrize(("period", "compare"), COMPARED)
def test_a_comparison_that_would_mislead_is_refused_before_anything_is_written(
    workspace, capsys, period, compare
):
    before = state(workspace)
    asked = ["--period", period, "--compare", compare]
    assert main(["review", "--workspace", str(workspace), *asked]) == 2
    message = paragraph(capsys)
    assert compare in message and period in message
    assert f"for example {Period.parse(period).before.iso}" in message
    path = workspace / "partnership.toml"
    asked = f'period = "{period}"\ncompare = "{compare}"\n'
    written = path.read_text()
    for text in (
        written.replace("[review]\n", f"[review]\n{asked}", 1),
        f"{written}\n[[windows]]\n{asked}",
    ):
        path.write_text(text)
        assert main(["review", "--workspace", str(workspace)]) == 2
        assert f"{path}: {period} cannot be compared with {compare}" in paragraph(capsys)
        path.write_text(written)
    assert state(workspace) == before


def test_a_comparison_of_the_settings_alone_is_held_against_the_period_asked_for(workspace, capsys):
    path = workspace / "partnership.toml"
    lines = '[review]\ncompare = "2025-01/2025-12"\n'
    path.write_text(path.read_text().replace("[review]\n", lines, 1))
    before = state(workspace)
    assert main(["review", "--workspace", str(workspace), "--period", "2025-01/2025-12"]) == 2
    assert f"{path}: 2025-01/2025-12 cannot be compared" in paragraph(capsys)
    assert state(workspace) == before


def test_a_notebook_that_asks_for_such_a_comparison_is_refused(project):
    import cspanalysis

    with pytest.raises(UsageError, match="for example 2004-04/2006-03"):
        cspanalysis.open(None, "2006-04/2008-03", compare="2005-04/2007-03", workspace=project)
    review = cspanalysis.open(None, "2007-04/2008-03", compare="2005-04/2006-03", workspace=project)
    assert review.moved().compare == review.compare
    assert review.moved(period="2006-04/2007-03").compare.iso == "2005-04/2006-03"


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path, capsys):
    assert main(["clean", "--workspace", str(tmp_path)]) == 2
    assert "csp init" in paragraph(capsys)


@pytest.mark.parametrize("name", ["nosuch", "data"])
def test_a_parent_does_not_stand_for_a_folder_that_was_named(workspace, capsys, name):
    assert main(["clean", "--workspace", str(workspace / name)]) == 2
    assert f"Did you mean {workspace}?" in paragraph(capsys)
    assert not (workspace / "data" / "processed" / "manifest.json").exists()


def test_settings_with_a_misspelt_key_are_refused(workspace, capsys):
    path = workspace / "partnership.toml"
    path.write_text(path.read_text() + '\n[reviw]\nperiod = "2025-01/2025-12"\n')
    assert main(["clean", "--workspace", str(workspace)]) == 2
    assert "Did you mean [review]?" in paragraph(capsys)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("[quality]\nleast = 3", "unknown section [quality]"),
        ("[surveys]\ndesign_effect = 2", "unknown section [surveys]"),
        ("[priorites.weights]\nvolume = 1", "Did you mean [priorities]?"),
        ("[priorities.weigths]\nvolume = 1", "Did you mean 'weights'?"),
        ("[review_of_plan]\nperoid = 1", "Did you mean 'period'?"),
        ("[fires]\nx = 1", "Allowed: area, disclosure"),
        ("[priorities.harm]\nviolent_crimes = 1", "Did you mean 'violent_crime'?"),
        ("[priorities.harm]\nviolence = 1", "Allowed: acquisitive_crime, anti_social_behaviour"),
        ("[priorities.harm]\nviolent_crime = 2", "Allowed: a number from 0 to 1."),
        ("[priorities.harm]\nviolent_crime = nan", "Allowed: a number from 0 to 1."),
        ('[priorities.concern]\ndrugs = "yes"', "unknown key 'drugs' in [priorities.concern]"),
        ("[priorities.concern]\nviolent_crime = 1", "Allowed: the survey's question, as text."),
        ("[priorities.weights]\ncost = 1", "unknown key 'cost' in [priorities.weights]"),
        ("[priorities]\nharm = 1", "Write [priorities.harm] and keys."),
        ('[fetch]\nforce = ["Kent"]', "Did you mean 'forces'?"),
        ('[fetch]\nforces = "Kent"', 'For example: forces = ["Kent", "West Yorkshire"].'),
        ('[fetch]\nforces = ["Kentt"]', "no police force is called 'Kentt' in [fetch]. Allowed"),
        ("[fetch]\nforces = []", "Allowed: a list of forces by their usual name"),
        ('[fetch]\nwhole_archive = "no"', "Allowed: true or false."),
        ("[fetch]\ncontact = 1", "Allowed: text."),
        ('[fetch]\nfingertips = "localhost"', "an address that begins with https://"),
        ('[fetch]\nindicators = "92906"', "a table [fetch.indicators] of text"),
        ('[windows]\nperiod = "2025-01"', "Write [[windows]] above it."),
        ('[[windows]]\nnote = "x"', "a [[windows]] has no period"),
        ('[peers.a]\nareas = "Dover"', "Allowed: a list of names"),
        ("[sources]\nfires = 1", "Write [sources.fires] and keys."),
    ],
)
def test_settings_that_nothing_reads_are_refused(workspace, capsys, lines, says):
    path = workspace / "partnership.toml"
    path.write_text(f"{path.read_text()}\n{lines}\n")
    for command in ("clean", "review"):
        assert main([command, "--workspace", str(workspace)]) == 2
        assert says in paragraph(capsys)
    assert not list((workspace / "data/processed").iterdir())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[area]", '[area]\ncsp = "Kent"', "unknown key 'csp' in [area]. Allowed: code, county"),
        ("threshold = 5", "threshhold = 5", "Did you mean 'threshold'?"),
        ("threshold = 5", "threshold = 2", "a whole number of 3 or more"),
        ("threshold = 5", 'threshold = "five"', "a whole number of 3 or more"),
        ("threshold = 5", 'fires = "threshold"', "unknown key 'fires' in [disclosure]"),
        ('"hes"', '"hse"', "hospital_extract = 'hse' in [disclosure]. Allowed: none, hes"),
        ('start = "18:00"', 'begin = "18:00"', "unknown key 'begin' in [night_time_economy]"),
        ('start = "18:00"', 'start = "noon"', "[night_time_economy]"),
        ("[disclosure]", "[[disclosure]]", "'disclosure' is no section"),
        ("[area]", "[area]\nforce = 1", 'Allowed: text in quotes: force = "…".'),
        ("method_words", "method_word", "Did you mean 'method_words'?"),
    ],
)
def test_a_key_or_value_that_no_figure_would_follow_is_refused(workspace, capsys, old, new, says):
    path = workspace / "partnership.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    assert main(["review", "--workspace", str(workspace)]) == 2
    message = paragraph(capsys)
    assert str(path) in message and says in message
    assert not list((workspace / "reports").iterdir())


def refused(workspace, capsys):
    """A clean that is refused, with the last good processed data left as they were."""
    before = state(workspace / "data/processed")
    assert main(["clean", "--workspace", str(workspace)]) == 3
    assert state(workspace / "data/processed") == before
    return paragraph(capsys)


def test_a_renamed_column_is_refused_and_the_last_data_stay(workspace, capsys):
    assert main(["clean", "--workspace", str(workspace)]) == 0
    february = (HEADER + ROWS).replace("Crime type", "Sort").replace("2025-01", "2025-02")
    (workspace / "data/raw/police_uk/2025-02-kent-street.csv").write_text(february)
    message = refused(workspace, capsys)
    assert "2025-02-kent-street.csv" in message and "offence" in message.lower()


def test_a_truncated_archive_is_refused(workspace, capsys):
    assert main(["clean", "--workspace", str(workspace)]) == 0
    archive = workspace / "data/raw/police_uk/2025.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("2025-03/2025-03-kent-street.csv", HEADER + ROWS * 50)
    archive.write_bytes(archive.read_bytes()[:-60])
    assert "2025.zip" in refused(workspace, capsys)


def test_a_file_changed_behind_its_sidecar_is_refused(workspace, capsys):
    assert main(["clean", "--workspace", str(workspace)]) == 0
    path = workspace / "data/raw/police_uk/2025-01-kent-street.csv"
    provenance.write(path, provenance.draft(provenance.sha256(path)) | {"publisher": "Kent Police"})
    path.write_text(path.read_text().replace("Burglary", "Robbery", 1))
    message = refused(workspace, capsys)
    assert "2025-01-kent-street.csv" in message and "sha256" in message.lower()


def test_a_period_without_any_offences_is_refused_before_anything_is_written(workspace, capsys):
    for period in ("2052-01/2052-12", "2024-01/2024-12"):
        for areas in (["--csp", "Tonbridge and Malling"], ["--all"], []):
            assert main(["review", "--workspace", str(workspace), "--period", period, *areas]) == 2
            message = paragraph(capsys)
            assert "no offences of Tonbridge and Malling in January" in message
            assert "touches January 2025" in message
    assert not list((workspace / "reports").glob("*"))
