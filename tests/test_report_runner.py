"""The runner: what it writes, and what happens when a chapter, an area or the run fails."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from report_helpers import AREA, contents, make, request, review_folder

from cspanalysis.disclosure import audit
from cspanalysis.domain.errors import DisclosureFailed, UsageError
from cspanalysis.report import engine, findings_json, folder, runner

ONE = {"40_violence": make.CHAPTERS["40_violence"]}
QUICK = {"90_data_quality": make.CHAPTERS["90_data_quality"]}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The made review, run once; tests only read it."""
    asked = request(tmp_path_factory.mktemp("review"))
    outcome = runner.run(asked)
    return asked, outcome, review_folder(asked)


def test_review_folder_holds_what_the_contract_names(done):
    _, outcome, where = done
    assert outcome.exit_code == 0, outcome.text()
    assert where.parts[-2:] == ("tonbridge-and-malling", "2007-04_2008-03")
    names = {p.relative_to(where).as_posix() for p in where.rglob("*") if p.is_file()}
    assert names == {
        "index.html", "data-quality.html", "overview.html", "violence.html", "duty.html",
        "assets/plotly.min.js", "assets/charts.js", "assets/pictures.js",
        "findings.json", "findings.csv", "tables.xlsx", "manifest.json", "run.log",
    }  # fmt: skip


def test_findings_json_follows_the_contract(done):
    _, _, where = done
    content = json.loads((where / "findings.json").read_text(encoding="utf-8"))
    assert list(content) == [
        "schema", "area", "period", "compare", "edition", "synthetic", "created_from", "findings",
    ]  # fmt: skip
    assert content["schema"] == "cspanalysis.findings/1"
    assert content["area"] == {"name": AREA.name, "code": AREA.code}
    assert content["synthetic"] is True
    assert list(content["created_from"]) == ["data/raw/police_extract/incidents.csv"]
    ids = [f["id"] for f in content["findings"]]
    assert "overview.recorded_crime.change@2007-11_2008-01" in ids
    assert ids.index("overview.recorded_crime.change") + 1 == ids.index(
        "overview.recorded_crime.change@2007-11_2008-01"
    )
    assert tuple(content["findings"][0]) == findings_json.KEYS
    assert "tile" not in content["findings"][0]


def test_every_figure_of_the_notebooks_is_on_the_pages(done):
    _, _, where = done
    places = sum(
        len(re.findall(r"data-chart=", p.read_text(encoding="utf-8"))) for p in where.glob("*.html")
    )
    assert places == 4  # change, peers, season, heat


def test_manifest_and_log_tell_what_ran(done):
    _, _, where = done
    manifest = json.loads((where / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] is True
    assert [c["status"] for c in manifest["chapters"]] == ["ok"] * 3
    assert len(next(iter(manifest["inputs"].values()))) == 64
    log = (where / "run.log").read_text(encoding="utf-8")
    assert "chapter 10_overview" in log and "plotly" in log


def test_same_inputs_give_the_same_bytes(done, tmp_path):
    asked, _, where = done
    again = replace(asked, out=tmp_path / "again")
    runner.run(again)
    assert contents(review_folder(again)) == contents(where)


def test_resume_leaves_a_complete_review_and_renews_a_changed_one(tmp_path):
    asked = request(tmp_path, QUICK)
    assert runner.run(asked).exit_code == 0
    resumed = runner.run(replace(asked, resume=True))
    assert [r.skipped for r in resumed.reviews] == [True]
    (asked.workspace / "data" / "raw" / "police_extract" / "incidents.csv").write_text("a\n2\n")
    renewed = runner.run(replace(asked, resume=True))
    assert [r.skipped for r in renewed.reviews] == [False]


BAD = {
    "raises": ("1 / 0", "stopped with an error (ZeroDivisionError)"),
    "exits": ("import sys; sys.exit()", "ended before its last cell"),
    "dies": ("import os; os._exit(3)", "ended without an answer"),
    "tells": (
        "from cspanalysis.domain import errors; raise errors.DataRefused('a.csv: no column x.')",
        "a.csv: no column x.",
    ),
    "no_chart": (
        "import dataclasses; f = made.season(); "
        "display({'application/vnd.cspanalysis.finding+json': f.record()}, raw=True)",
        "its chart is missing",
    ),
}


def test_a_chapter_that_hangs_is_stopped(tmp_path):
    chapters = {"10_hangs": ("Hangs", "Lead.", ["while True: pass"])}
    asked = request(tmp_path, chapters, timeout=1.5)  # however slow the machine: it never ends
    assert runner.run(asked).exit_code == 1
    page = (review_folder(asked) / "hangs.html").read_text(encoding="utf-8")
    assert "took longer than 1.5 seconds" in page and "could not be made" in page


def test_failing_chapters_leave_honest_pages_and_the_others_go_on(tmp_path):
    chapters = {
        f"{n:02d}_{name}": (name.capitalize(), "Lead.", [code, "made.quality()"])
        for n, (name, (code, _)) in enumerate(BAD.items(), 10)
    }
    asked = request(tmp_path, {**QUICK, **chapters})
    outcome = runner.run(asked)
    where = review_folder(asked)
    assert outcome.exit_code == 1
    for name, (_, words) in BAD.items():
        page = (where / f"{name.replace('_', '-')}.html").read_text(encoding="utf-8")
        assert words in page, name
        assert "could not be made" in page
        assert "Traceback" not in page and "division by zero" not in page
    assert "22,000 rows were read" in (where / "data-quality.html").read_text(encoding="utf-8")
    assert json.loads((where / "manifest.json").read_text(encoding="utf-8"))["complete"] is False
    last = outcome.text().splitlines()
    assert last[-1].strip() == "(--debug shows the details)"
    assert f"{len(BAD)} failed:" in last
    assert "ZeroDivisionError" in replace(outcome, debug=True).text()


def test_outputs_that_are_no_findings_are_left_out_with_a_notice(tmp_path):
    bare = "import plotly.graph_objects as go; display(go.Figure()); print('7 secret')"
    chapters = {"01_bare": ("Bare", "Lead.", [bare, "made.quality()", "'secret value'"])}
    asked = request(tmp_path, chapters)
    outcome = runner.run(asked)
    assert outcome.exit_code == 0
    assert len(outcome.reviews[0].notices) == 2
    for path in review_folder(asked).glob("*.html"):
        assert "secret" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"chapters": ("nonsense",)}, "is no chapter"),
        ({"edition": "secret"}, "no edition"),
        ({"period": "2007"}, "not a period"),
        ({"areas": ()}, "no area"),
    ],
)
def test_wrong_requests_are_refused_before_anything_runs(tmp_path, change, words):
    asked = replace(request(tmp_path, QUICK), **change)
    with pytest.raises(UsageError, match=words):
        runner.run(asked)
    assert not asked.reports.exists()


def test_a_notebook_without_the_parameters_is_refused(tmp_path):
    asked = request(tmp_path, QUICK)
    path = asked.notebooks / "90_data_quality.ipynb"
    path.write_text(path.read_text().replace("edition = ", "editions = "))
    with pytest.raises(UsageError, match="takes no parameter 'edition'"):
        runner.run(asked)


def test_a_review_that_fails_its_disclosure_check_is_not_published(tmp_path):
    asked = request(tmp_path, QUICK, engine="plain")  # in this process, whatever ran before
    runner.run(asked)
    before = contents(review_folder(asked))

    shown = {"findings": {"findings.json", "index.html"}, "workbook": {"tables.xlsx"}}
    # What is checked together: each is looked at before anything of it is published.
    together = {"findings": ["findings"], "workbook": ["findings", "workbook", "editions"]}
    for failing in shown:
        looked_at = []

        def check(where, parts, failing=failing, looked_at=looked_at):
            looked_at.extend(parts)
            assert shown[parts[0]] <= {p.name for p in where.iterdir()}
            if failing in parts:
                raise DisclosureFailed("A protected cell can be recovered.")

        outcome = runner.run(replace(asked, check=check, compare="2005-04/2006-03"))
        assert outcome.exit_code == 4
        assert looked_at == together[failing]
        assert contents(review_folder(asked)) == before
        assert [p.name for p in review_folder(asked).parent.iterdir()] == ["2007-04_2008-03"]


def test_two_runs_in_one_folder_are_refused(tmp_path):
    asked = request(tmp_path, QUICK)
    with folder.locked(asked.reports), pytest.raises(UsageError, match="another review"):
        runner.run(asked)


def test_several_areas_in_parallel_with_an_index(tmp_path):
    areas = tuple(runner.Area(name) for name in ("Alpha", "Beta <b>", "Gamma"))
    asked = request(tmp_path, areas=areas, jobs=2, all_areas=True)
    for number in (0, 5):
        name = ("90_data_quality", "40_violence")[number == 5]
        (asked.notebooks / f"{name}.ipynb").unlink()
    path = asked.notebooks / "10_overview.ipynb"
    path.write_text(path.read_text().replace('"made.peers()"', "\"assert csp != 'Gamma'\""))
    outcome = runner.run(asked)
    assert outcome.exit_code == 1
    assert [f.area for f in outcome.failures] == ["Gamma"]
    assert outcome.text().splitlines()[-2].strip().startswith("Gamma, Recorded crime")
    page = outcome.index.read_text(encoding="utf-8")
    assert 'href="beta-b/2007-04_2008-03/index.html">Beta &lt;b&gt;</a>' in page
    assert "7,712" in page and "−10.2" in page and "1 chapter failed" in page


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs POSIX process groups")
def test_killed_run_leaves_the_last_good_review_and_the_next_one_finishes(tmp_path):
    asked = request(tmp_path, QUICK)
    runner.run(asked)
    before = contents(review_folder(asked))
    begun = tmp_path / "begun"
    cells = [f"open({str(begun)!r}, 'w').close()", "import time; time.sleep(600)"]
    make.write(asked.notebooks, {"01_slow": ("Slow", "Lead.", cells)})
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from report_helpers import runner\n"
        "from pathlib import Path\n"
        "runner.run(runner.Request(Path(sys.argv[2]), (runner.Area('Tonbridge and Malling', "
        "'E07000115'),), '2007-04/2008-03', '2006-04/2007-03', notebooks=Path(sys.argv[3])))\n"
    )
    helpers = str(make.Path(__file__).parent)
    process = subprocess.Popen(
        [sys.executable, "-c", code, helpers, str(asked.workspace), str(asked.notebooks)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    first = process.stdout.readline()
    assert first.startswith("[1/2]"), first
    until = time.monotonic() + 120
    while not begun.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert begun.exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert contents(review_folder(asked)) == before
    (asked.notebooks / "01_slow.ipynb").unlink()
    assert runner.run(asked).exit_code == 0
    assert contents(review_folder(asked)) == before


def test_imports_of_a_notebook_are_read_from_its_cells(tmp_path):
    lines = ["import json, csv", "from cspanalysis.findings import violence", "%matplotlib"]
    (path,) = make.write(tmp_path, {"05_v": ("V", "L.", lines)}).glob("*.ipynb")
    imports = runner.Chapter(path).imports
    assert {"json", "csv", "cspanalysis.findings.violence", "made_findings"} <= set(imports)


def test_a_parent_that_cannot_be_forked_hands_over_to_a_fresh_process(tmp_path, monkeypatch):
    asked = request(tmp_path, QUICK)
    runner.run(asked)
    before = contents(review_folder(asked))
    monkeypatch.setattr(engine, "threads_started", lambda: True)
    again = replace(asked, out=tmp_path / "again", resume=True)
    assert runner.run(again).exit_code == 0
    assert contents(review_folder(again)) == before
    assert [r.skipped for r in runner.run(again).reviews] == [True]


@pytest.mark.skipif(not engine.can_fork(), reason="forks are POSIX only")
def test_threads_that_a_fork_would_lose_are_noticed():
    code = (
        "from cspanalysis.report import engine\n"
        "import polars\n"
        "assert not engine.threads_started()\n"
        "polars.DataFrame({'a': [1]}).lazy().group_by('a').len().collect()\n"
        "assert engine.threads_started()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_plain_engine_writes_the_same_review(tmp_path):
    asked = request(tmp_path, ONE)
    runner.run(asked)
    plain = replace(asked, out=tmp_path / "plain", engine="plain")
    assert runner.run(plain).exit_code == 0
    assert contents(review_folder(plain)) == contents(review_folder(asked))


def test_a_review_of_some_chapters_says_so(tmp_path):
    asked = replace(request(tmp_path), chapters=("quality", "40"))
    with pytest.raises(UsageError, match="'quality' is no chapter"):
        runner.run(asked)
    asked = replace(asked, chapters=("data-quality", "40"))
    runner.run(asked)
    page = (review_folder(asked) / "index.html").read_text(encoding="utf-8")
    assert "some chapters only: Violence and the night, Data quality." in page
    assert not (review_folder(asked) / "overview.html").exists()


def test_a_review_says_what_gave_way_to_it(tmp_path):
    asked = request(tmp_path, {**QUICK, **ONE})
    assert "Notice" not in runner.run(asked).text()
    some = runner.run(replace(asked, chapters=("40",)))
    assert some.exit_code == 0
    assert "also held Data quality; without --chapter" in some.text()


def restricted(reports):
    """What is marked RESTRICTED under a name that does not say so."""
    return [
        p.relative_to(reports).as_posix()
        for p in reports.rglob("*.html")
        if "RESTRICTED" in p.read_text(encoding="utf-8")
        and "partner" not in p.relative_to(reports).as_posix()
    ]


def test_the_partner_edition_stands_beside_the_public_one_under_names_that_say_so(tmp_path):
    asked = request(tmp_path, ONE, single_file=True, all_areas=True)
    runner.run(asked)
    before = contents(review_folder(asked))
    partner = replace(asked, edition="partner", resume=True)
    done = runner.run(partner)
    assert done.exit_code == 0 and not done.reviews[0].skipped
    assert review_folder(partner).name == "2007-04_2008-03_partner"
    assert contents(review_folder(asked)) == before and restricted(asked.reports) == []
    assert len(list(asked.reports.rglob("*_partner.html"))) == 2


def test_what_an_earlier_version_left_restricted_among_public_pages_is_renamed(tmp_path):
    asked = request(tmp_path, ONE)
    partner = replace(asked, edition="partner", single_file=True)
    runner.run(partner)
    area = review_folder(asked).parent
    review_folder(partner).rename(area / "2006-04_2007-03")
    name = "tonbridge-and-malling_2006-04_2007-03"
    next(area.glob("*_partner.html")).rename(area / f"{name}.html")
    (area / f"{name}.pdf").write_bytes(b"%PDF")
    (asked.reports / "index.html").write_text("RESTRICTED")
    outcome = runner.run(asked)
    assert outcome.exit_code == 0 and outcome.text().count("is of the partner edition") == 4
    assert restricted(asked.reports) == []
    assert sorted(p.name for p in area.iterdir()) == [
        "2006-04_2007-03_partner", "2007-04_2008-03", f"{name}_partner.html", f"{name}_partner.pdf",
    ]  # fmt: skip


def test_a_full_disk_is_told_and_leaves_the_last_good_review(tmp_path, monkeypatch):
    asked = request(tmp_path, QUICK, engine="plain")  # in this process, whatever ran before
    runner.run(asked)
    before = contents(review_folder(asked))

    def full(*_, **__):
        raise OSError(28, "No space left on device", "tables.xlsx")

    monkeypatch.setattr("cspanalysis.report.workbook.write", full)
    outcome = runner.run(asked)
    assert outcome.exit_code == 1
    assert "tables.xlsx: could not be written: the disk is full" in outcome.text()
    assert contents(review_folder(asked)) == before
    assert [p.name for p in review_folder(asked).parent.iterdir()] == ["2007-04_2008-03"]


def test_the_previous_review_is_found_and_compared(tmp_path):
    earlier = request(tmp_path, ONE, period="2006-04/2007-03", compare="2005-04/2006-03")
    runner.run(earlier)
    later = request(tmp_path, ONE)
    runner.run(later)
    page = (review_folder(later) / "index.html").read_text(encoding="utf-8")
    assert "the review of April 2006 to March 2007" in page
    partner = replace(later, edition="partner", out=tmp_path / "partner")
    runner.run(partner)
    page = (review_folder(partner) / "index.html").read_text(encoding="utf-8")
    assert "What changed since" not in page


def test_editions_are_checked_before_they_take_the_place_of_the_last_ones(tmp_path):
    asked = request(tmp_path, QUICK, single_file=True, docx=True, engine="plain")
    assert runner.run(asked).exit_code == 0
    before = contents(review_folder(asked).parent)
    seen = []

    def refuses(where, parts):
        seen.append({p.name for p in where.rglob("review.*")})
        if "editions" in parts:
            raise audit.Refused("a count can be recovered")

    (asked.workspace / "partnership.toml").write_text("[area]\nname = 'X'\n")
    outcome = runner.run(replace(asked, check=refuses))
    assert outcome.exit_code == 4 and seen[-1] == {"review.html", "review.docx"}
    assert contents(review_folder(asked).parent) == before
    assert sorted(p.name for p in review_folder(asked).parent.iterdir()) == [
        "2007-04_2008-03", *(f"tonbridge-and-malling_2007-04_2008-03.{e}" for e in ("docx", "html"))
    ]  # fmt: skip
    assert not list(review_folder(asked).rglob("review.*"))


def test_without_a_browser_the_review_is_whole_and_says_why_there_is_no_pdf(tmp_path, monkeypatch):
    monkeypatch.setattr("cspanalysis.present.chromium.browser", lambda: None)
    asked = request(tmp_path, QUICK, pdf=True, single_file=True, engine="plain")
    outcome = runner.run(asked)
    assert outcome.exit_code == 0
    assert "No PDF was written" in outcome.text()
    folder_of_area = review_folder(asked).parent
    assert sorted(p.name for p in folder_of_area.iterdir()) == [
        "2007-04_2008-03", "tonbridge-and-malling_2007-04_2008-03.html",
    ]  # fmt: skip
