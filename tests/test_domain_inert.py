"""Text from data steers neither a terminal nor a spreadsheet."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from cspanalysis.domain import inert
from cspanalysis.store import clean_run

CELLS = [
    '=HYPERLINK("http://example.org","x")', "+1+1", "-1+1", "@SUM(A1)", " =1", "-x", "\x1b=1",
    "\t=1", "=1", "\u202e=1",
]  # fmt: skip


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\rb", "a\x07", "\u202egpj.exe", "a\x9bb"])
def test_what_steers_a_terminal_is_taken_out_and_words_stay(text, capsys):
    inert.say(text + " Müller\n\t–")
    said = capsys.readouterr().out
    assert "Müller\n\t–" in said and not set(said) & set("\x1b\r\x07\u202e\x9b")


@pytest.mark.parametrize("cell", CELLS)
def test_no_text_becomes_a_formula(cell):
    assert inert.neutral(inert.seen(cell)).lstrip()[0] == "'"


@pytest.mark.parametrize("cell", ["", "a", "1", "a=b", "*"])
def test_other_texts_stay_as_they_are(cell):
    assert inert.neutral(cell) == cell


def test_the_list_of_problems_holds_no_formula_and_negative_numbers_stay(tmp_path):
    folder = tmp_path / "data/raw/youth_offending"
    folder.mkdir(parents=True)
    with (folder / "youth.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["financial_year", "district", "measure", "count"])
        for cell in [*CELLS, "-5", "-1,234.5"]:
            writer.writerow(["2024/25", "Dover", "referred", cell])
        writer.writerow(["2024/25", "Dover", "referred", "55"])
    clean_run.clean(tmp_path, {})
    text = (tmp_path / "data/processed/problems.csv").read_text(encoding="utf-8")
    found = [row["found"] for row in csv.DictReader(text.splitlines())]
    assert len(found) >= len(CELLS) and "'-1+1" in found
    for cell in found:
        assert cell.lstrip()[:1] not in "=+@-" or cell in ("-5", "-1,234.5"), cell


def test_a_file_name_steers_no_terminal(tmp_path):
    (tmp_path / "partnership.toml").write_text('[area]\nname = "Dover"\n')
    folder = tmp_path / "data/raw/youth_offending"
    folder.mkdir(parents=True)
    (folder / "a\x1b]0;owned\x07.csv").write_text("nothing,known\n1,2\n")
    command = [sys.executable, "-m", "cspanalysis", "clean", "--workspace", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 3 and "owned" in run.stderr
    assert "\x1b" not in run.stdout + run.stderr and "\x07" not in run.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's")
@pytest.mark.parametrize("command", ["init NEW --csp Dover", "sample NEW", "clean", "map FILE"])
def test_where_files_may_not_grow_every_command_says_so_in_one_paragraph(tmp_path, command):
    import resource

    (tmp_path / "partnership.toml").write_text('[area]\nname = "Dover"\n' + "# x\n" * 300)
    file = tmp_path / "data/raw/youth_offending/youth.csv"
    file.parent.mkdir(parents=True)
    file.write_text("financial_year,district,measure,count\n2024/25,Dover,referred,55\n")
    given = [{"NEW": str(tmp_path / "new"), "FILE": str(file)}.get(w, w) for w in command.split()]
    given += ["--workspace", str(tmp_path)] if "NEW" not in command else []
    run = subprocess.run(
        [sys.executable, "-m", "cspanalysis", *given],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)),
    )  # fmt: skip
    assert run.returncode == 1 and "files may not grow so large here" in run.stderr
    assert "Traceback" not in run.stderr and str(tmp_path) in run.stderr
    assert not list(tmp_path.rglob("*.part"))


def test_a_full_disk_behind_the_output_is_no_traceback(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "cspanalysis", "sample", str(tmp_path / "s")]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 1 and "the disk is full" in run.stderr
    assert "Traceback" not in run.stderr
