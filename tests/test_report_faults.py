"""Faults of reviews: killed, out of space, two at once; and what a run leaves to be read later."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import desk
import pytest
from report_helpers import contents, make, request, review_folder

from cspanalysis import cli
from cspanalysis.report import engine, folder, review_command, runner

QUICK = {"90_data_quality": make.CHAPTERS["90_data_quality"]}

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")

RUN = """
import base64, pickle, sys
sys.path.insert(0, sys.argv[1])
import report_helpers
{before}
outcome = report_helpers.runner.run(pickle.loads(base64.b64decode(sys.argv[2])))
print(outcome.text())
sys.exit(outcome.exit_code)
"""


def started(asked: runner.Request, before: str = "") -> subprocess.Popen:
    """The run of a request in a process of its own, whose printed lines can be read."""
    told = base64.b64encode(pickle.dumps(asked)).decode()
    return subprocess.Popen(
        [sys.executable, "-c", RUN.format(before=before), str(Path(__file__).parent), told],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def kill_at(process: subprocess.Popen, line: str) -> None:
    """Let a run go on until it prints the line, then kill it without a warning."""
    for printed in process.stdout:
        if printed.startswith(line):
            break
    else:
        raise AssertionError(f"it ended before '{line}'")
    process.kill()
    process.wait()
    process.stdout.close()


def lasting(where: Path) -> dict[str, dict]:
    """Every manifest below a folder without its times."""
    found = {}
    for path in sorted(where.rglob("manifest.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        assert content.pop("created") and content.pop("seconds") > 0
        found[path.relative_to(where).as_posix()] = content
    return found


def test_a_run_of_areas_killed_twice_and_resumed_equals_an_undisturbed_one(tmp_path):
    # The last area waits at a gate, so that no run is through before it is killed.
    gate = tmp_path / "gate"
    wait = (
        "import pathlib, time\n"
        f"while csp == 'Epsilon' and not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.02)"
    )
    chapters = {**make.CHAPTERS, "09_gate": ("Gate", "Lead.", [wait, "made.quality()"])}
    areas = tuple(runner.Area(name) for name in ("Alpha", "Beta", "Gamma", "Delta", "Epsilon"))
    asked = request(tmp_path, chapters, areas=areas, jobs=2, all_areas=True)
    undisturbed = replace(asked, out=tmp_path / "undisturbed")
    gate.touch()
    assert runner.run(undisturbed).exit_code == 0
    gate.unlink()
    kill_at(started(asked), "[1/5]")
    assert 1 <= len(finished(asked)) < 5
    resumed = replace(asked, resume=True)
    kill_at(started(resumed), "[3/5]")
    before = finished(asked)
    assert 3 <= len(before) < 5
    gate.touch()
    outcome = runner.run(resumed)
    assert outcome.exit_code == 0
    assert sum(r.skipped for r in outcome.reviews) == len(before)
    assert before.items() <= finished(asked).items()
    assert contents(asked.reports) == contents(undisturbed.reports)
    assert lasting(asked.reports) == lasting(undisturbed.reports)
    assert [p.name for p in asked.reports.rglob(".*")] == [".csp-review.lock"]


def finished(asked: runner.Request) -> dict[Path, int]:
    """Manifests of the reviews that are whole, with the time at which each was written."""
    return {
        path: path.stat().st_mtime_ns
        for path in asked.reports.rglob("manifest.json")
        if not path.parent.name.startswith(".")
    }


@posix
@pytest.mark.parametrize("name", [engine.NAME, "plain"])
def test_a_disk_that_fills_up_in_mid_writing_leaves_the_last_good_review(tmp_path, name):
    asked = request(tmp_path, QUICK, engine=name)
    assert runner.run(asked).exit_code == 0
    before = contents(review_folder(asked))
    # No file may grow beyond 300 KB: plotly.js stops half-way, as on a full disk.
    process = started(
        asked, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))"
    )
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "Traceback" not in printed
    assert "The last good review is untouched." in printed.strip().splitlines()[-1]
    assert contents(review_folder(asked)) == before
    assert [p.name for p in review_folder(asked).parent.iterdir()] == ["2007-04_2008-03"]


def test_a_second_review_of_the_same_folder_is_refused_by_the_command(
    tmp_path, monkeypatch, capsys
):
    asked = request(tmp_path, QUICK)
    monkeypatch.setattr(review_command, "review_request", lambda options: asked)
    with folder.locked(asked.reports):
        assert cli.main(["review"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("csp: ") and "another review is writing here" in said
    assert "--out" in said and "Traceback" not in said
    assert cli.main(["review"]) == 0


def test_two_reviews_at_once_in_one_workspace_with_folders_of_their_own_agree(tmp_path):
    asked = request(tmp_path)
    both = [replace(asked, out=tmp_path / name) for name in ("one", "other")]
    running = [started(one) for one in both]
    assert [process.wait(300) for process in running] == [0, 0]
    for process in running:
        process.stdout.close()
    assert contents(review_folder(both[0])) == contents(review_folder(both[1]))


def test_the_command_ends_with_1_and_lists_failures_last(tmp_path, monkeypatch, capsys):
    chapters = {**QUICK, "10_raises": ("Raises", "Lead.", ["1 / 0"])}
    asked = request(tmp_path, chapters)
    monkeypatch.setattr(
        review_command, "review_request", lambda options: replace(asked, debug=options.debug)
    )
    assert cli.main(["review"]) == 1
    told = capsys.readouterr().out
    *_, listed, hint = told.strip().splitlines()
    assert listed.strip().startswith("Tonbridge and Malling, Raises: ")
    assert "--debug" in hint and "Traceback" not in told and "division by zero" not in told
    assert "division by zero" not in log_of(asked)
    assert cli.main(["review", "--debug"]) == 1
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().out
    assert "ZeroDivisionError: division by zero" in log_of(asked)


def log_of(asked: runner.Request) -> str:
    """The log of the request's first area."""
    return (review_folder(asked) / "run.log").read_text(encoding="utf-8")


def test_the_log_says_what_ran_on_what_for_how_long_and_what_was_remarked(tmp_path):
    warned = "import sys; print('seven people', file=sys.stderr); made.quality()"
    chapters = {"90_data_quality": ("Data quality", "Lead.", [warned, "'no finding'"])}
    asked = request(tmp_path, chapters, notices=("a file came without provenance",))
    assert runner.run(asked).exit_code == 0
    log = log_of(asked)
    assert re.match(
        r"\d{4}-\d\d-\d\dT[\d:+]+ review of Tonbridge and Malling, 2007-04/2008-03 against "
        r"2006-04/2007-03, public edition\n",
        log,
    )
    assert re.search(r"^engine (forked|plain); Python 3\.\d+\.\d+; \w+$", log, re.M)
    assert re.search(r"^versions cspanalysis \S+, pandas \S+, plotly \S+, .*papermill ", log, re.M)
    assert re.search(r"^input [0-9a-f]{64} data/raw/police_extract/incidents\.csv$", log, re.M)
    assert re.search(r"^chapter 90_data_quality \d+\.\d\d s 1 findings$", log, re.M)
    assert re.search(r"^warning 90_data_quality wrote \d+ lines to standard error$", log, re.M)
    assert "warning a file came without provenance\n" in log
    assert "an output that is no finding was left out" in log
    assert re.search(r"^written after \d+\.\d\d s$", log, re.M)
    # A warning's words can hold values from the data: only a debug run tells them.
    assert "seven people" not in log
    runner.run(replace(asked, debug=True))
    assert "seven people" in log_of(asked)
    assert not any("seven people" in text.decode() for text in pages(asked))


def pages(asked: runner.Request) -> list[bytes]:
    """The pages of the request's first area."""
    return [p.read_bytes() for p in review_folder(asked).glob("*.html")]


STEPS = """
import time
from cspanalysis.report.progress import Progress
with Progress(3, "area") as progress:
    for name in ("Alpha", "Beta", "Gamma"):
        time.sleep(0.15)
        progress.step(name)
"""


@posix
def test_a_terminal_gets_a_bar_with_the_time_left_and_a_file_plain_lines():
    import pty
    import termios

    reader, writer = pty.openpty()
    termios.tcsetwinsize(writer, (24, 100))
    command = [sys.executable, "-c", STEPS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=writer, text=True)
    os.close(writer)
    shown = b""
    with contextlib.suppress(OSError):  # how Linux tells that the other end is closed
        while piece := os.read(reader, 4096):
            shown += piece
    os.close(reader)
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0 and printed == ""
    text = shown.decode()
    assert "Beta" in text and "2/3" in text
    assert re.search(r"\[\d\d:\d\d<\d\d:\d\d", text), text  # time gone < time left
    plain = subprocess.run(command, capture_output=True, text=True, check=True)
    assert plain.stdout.splitlines() == ["[1/3] Alpha", "[2/3] Beta", "[3/3] Gamma"]
    assert plain.stderr == ""


def test_an_area_whose_folder_cannot_be_written_is_told_before_its_chapters_run(tmp_path):
    ran = tmp_path / "ran"
    chapters = {"90_data_quality": ("Data quality", "Lead.", [f"open({str(ran)!r}, 'w').close()"])}
    asked = request(tmp_path, chapters)
    asked.reports.mkdir()
    (asked.reports / "tonbridge-and-malling").write_text("a file")
    outcome = runner.run(asked)
    assert outcome.exit_code == 1 and not outcome.reviews[0].written
    assert "The last good review is untouched." in outcome.text()
    assert not ran.exists()


@posix
@pytest.mark.parametrize("command", ["review", "bulletin --month 2008-02"])
def test_a_folder_for_reports_that_is_read_only_is_told_before_anything_is_cleaned(
    tmp_path, command
):
    from cspanalysis.workspace import init

    init.init(tmp_path / "ws", "Dover")
    raw = tmp_path / "ws/data/raw/police_uk/2025-01-kent-street.csv"
    raw.write_text("no street file\n")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    asked = [*command.split(), "--workspace", str(tmp_path / "ws"), "--out", str(closed / "out")]
    run = subprocess.run(
        [*desk.as_anybody(), sys.executable, "-m", "cspanalysis", *asked],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1 and run.stdout == ""
    assert run.stderr.startswith(f"csp: {closed}: reports cannot be written here (not permitted).")
    assert run.stderr.count("\n") == 1 and "--out" in run.stderr
    assert not (tmp_path / "ws/data/processed/manifest.json").exists()
