"""Reports, downloads and texts killed without a warning, two at once, the clock set back."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from publishers import Server, everything
from test_disclosure_publications import ELEVEN, YEAR, finding, place

from cspanalysis.disclosure import audit, publications
from cspanalysis.domain import areas
from cspanalysis.report import commentary, findings_json, folder, publication_run
from cspanalysis.report.collect import Rendered, Section
from cspanalysis.workspace import fetch
from cspanalysis.workspace.fetch.web import Web

posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 and fork are POSIX's")

#: What writing takes; before each call the process may die.
STEPS = ((Path, "touch"), (Path, "write_bytes"), (Path, "chmod"), (Path, "replace"),
         (Path, "unlink"), (Path, "open"), (os, "fsync"))  # fmt: skip


def bulletin(root, period, count):
    """Publish a bulletin of one finding, as `csp bulletin` does once its notebook has run."""
    where = place(root, f"bulletin_{period.replace('/', '_')}.html")
    chapter = Rendered("a", "a", "A", "", (Section(finding(period, count)),))

    def write(shown, apart):
        told = findings_json.document(
            [r for c in shown for r in c.records], area={"name": "Dover"}, period=period,
            compare="", edition="public", created_from={},
        )  # fmt: skip
        text = f'<script type="application/json" id="findings">{json.dumps(told)}</script>'
        folder.write_file(where.target, text.encode())

    publication_run.publish(where, [chapter], write)
    return where.target


def in_child(function, *args):
    """Run in a forked process; the signal that ended it, 0 if it came to its end."""
    child = multiprocessing.get_context("fork").Process(target=function, args=args)
    child.start()
    child.join(120)
    return -child.exitcode if child.exitcode and child.exitcode < 0 else child.exitcode


def dying(at, function, *args):
    """Run a function until the step before which the process dies."""
    calls = 0

    def dies_before(real):
        def step(*args, **how):
            nonlocal calls
            calls += 1
            if calls > at:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **how)

        return step

    for owner, name in STEPS:
        setattr(owner, name, dies_before(getattr(owner, name)))
    function(*args)


def shown(path):
    report = audit.published(path)
    return [row["count"] for r in report.records for row in r["rows"]]


@posix
def test_a_bulletin_killed_at_any_step_is_the_old_or_the_new_one_and_can_be_made_again(tmp_path):
    ended = []
    for at in range(60):
        root = tmp_path / str(at)
        path = bulletin(root, YEAR, 263)
        ended.append(in_child(dying, at, bulletin, root, YEAR, 265))
        assert shown(path) in ([263], [265])
        with publications.opened(root / "data/processed") as held:
            assert held.damaged == []
            # Whoever reads the page is never ahead of the record.
            (row,) = held.reports["dover/bulletin_2024-04_2025-03"].records[0]["rows"]
            assert row["count"] >= shown(path)[0]
        assert shown(bulletin(root, YEAR, 265)) == [265]
        assert [p.name for p in path.parent.iterdir()] == [path.name]
        # What was published holds for the next report, too.
        assert shown(bulletin(root, ELEVEN, 262)) == []
        if ended[-1] == 0:
            break
    assert ended[-1] == 0 and set(ended[:-1]) == {signal.SIGKILL} and len(ended) > 8


def at_once(function, *each):
    """Call a function at the same time in a process for each of some arguments."""
    context = multiprocessing.get_context("fork")
    start = context.Event()

    def run(*given):
        start.wait()
        function(*given)

    running = [context.Process(target=run, args=given) for given in each]
    for process in running:
        process.start()
    start.set()
    for process in running:
        process.join(120)
        assert process.exitcode == 0


@posix
@pytest.mark.parametrize("attempt", range(3))
def test_of_two_reports_at_once_one_gives_way(tmp_path, attempt):
    place(tmp_path, "x")  # the folders
    at_once(bulletin, *((tmp_path, *one) for one in ((YEAR, 263), (ELEVEN, 260))))
    pages = sorted((tmp_path / "reports").rglob("bulletin_*.html"))
    assert sorted(map(shown, pages)) in ([[], [260]], [[], [263]])
    assert audit.check(tmp_path / "reports") == []


def clusters_of(root, area, shown):
    """Publish a bulletin of clusters of one district, as areas of a batch do side by side."""
    where = place(root, "bulletin_clusters.html", area)
    records = [
        finding(YEAR, count, f"x.{name}", district="Dover", cluster=name)
        | {"measure": "exclusions"}
        for name, count in shown.items()
    ]
    chapter = Rendered("a", "a", "A", "", tuple(Section(r) for r in records))

    def write(shown, apart):
        told = findings_json.document(
            [r for c in shown for r in c.records], area={"name": area}, period=YEAR,
            compare="", edition="public", created_from={},
        )  # fmt: skip
        text = f'<script type="application/json" id="findings">{json.dumps(told)}</script>'
        folder.write_file(where.target, text.encode())

    publication_run.publish(where, [chapter], write)


#: One shows a cluster and hides the other, the second one their total: 14 less 11.
SIDES = [("Sevenoaks", {"North": 11, "South": None}), ("Dover", {"total": 14})]


@pytest.mark.parametrize("order", [1, -1])
def test_beside_a_hidden_count_a_figure_goes_whichever_report_comes_first(tmp_path, order):
    for area, counts in SIDES[::order]:
        clusters_of(tmp_path, area, counts)
    pages = sorted((tmp_path / "reports").rglob("bulletin_*.html"))
    first = [[], [11, None]] if order == 1 else [[14], [None]]
    assert list(map(shown, pages)) == first


@posix
@pytest.mark.parametrize("attempt", range(4))
def test_of_two_areas_at_once_that_give_a_count_away_together_one_gives_way(tmp_path, attempt):
    for area, _ in SIDES:
        place(tmp_path, "x", area)
    sides = SIDES[:: 1 if attempt % 2 else -1]
    at_once(clusters_of, *((tmp_path, *side) for side in sides))
    pages = sorted((tmp_path / "reports").rglob("bulletin_*.html"))
    counts = [count for page in pages for count in shown(page) if count is not None]
    assert len(pages) == 2 and counts in ([11], [14])
    assert audit.check(tmp_path / "reports") == []


def test_a_clock_set_back_makes_no_report_forgotten(tmp_path):
    path = bulletin(tmp_path, YEAR, 263)
    for lying in (path, *(tmp_path / "data/processed/published").iterdir()):
        later = time.time() + 10**8
        os.utime(lying, (later, later))
    assert shown(bulletin(tmp_path, ELEVEN, 260)) == []
    assert shown(bulletin(tmp_path, YEAR, 265)) == [265]


def fetched(root, options, today=date(2025, 11, 20)):
    return fetch.run(
        root, {"fetch": options}, areas.find("Tonbridge and Malling"),
        ["lookups", "police_uk"], 3, lambda line: None,
        web=Web(sleep=lambda _: None, timeout=20), today=today,
    )  # fmt: skip


def files(root):
    """Everything under data/raw but the lock, by content."""
    raw = root / "data/raw"
    return {
        p.relative_to(raw).as_posix(): p.read_bytes()
        for p in sorted(raw.rglob("*"))
        if p.is_file() and not p.name.startswith(".")
    }


@posix
def test_a_fetch_killed_at_random_steps_leaves_whole_files_and_ends_as_if_undisturbed(tmp_path):
    draw = random.Random(1)
    with Server() as server:
        options = everything(server)
        fetched(tmp_path / "whole", options)
        whole, root = files(tmp_path / "whole"), tmp_path / "killed"
        ended = []
        for at in [*sorted(draw.sample(range(60), 8)), 10_000]:
            ended.append(in_child(dying, at, fetched, root, options))
            there = {k: v for k, v in files(root).items() if ".part" not in k}
            # Whatever bears its name is whole.
            assert there.items() <= whole.items()
        assert ended[-1] == 0 and ended.count(signal.SIGKILL) > 3
        assert files(root) == whole


@posix
def test_a_fetch_killed_while_a_publisher_sends_goes_on_where_it_was(tmp_path):
    draw = random.Random(2)
    with Server() as server:
        options = everything(server)
        fetched(tmp_path / "whole", options)
        whole, number, root = files(tmp_path / "whole"), len(server.asked), tmp_path / "killed"
        for _ in range(3):
            before, stop = len(server.asked), draw.randint(1, number)
            child = multiprocessing.get_context("fork").Process(
                target=fetched, args=(root, options)
            )
            child.start()
            while child.is_alive() and len(server.asked) < before + stop:
                time.sleep(0.001)
            child.kill()
            child.join(120)
            there = {k: v for k, v in files(root).items() if ".part" not in k}
            assert there.items() <= whole.items()
        fetched(root, options)
        assert files(root) == whole


def reviewed(root, sentence):
    """A workspace with a review of one finding."""
    (root / "partnership.toml").write_text('[area]\nname = "Dover"\ndistricts = ["Dover"]\n')
    where = root / "reports/dover/2024-04_2025-03"
    where.mkdir(parents=True, exist_ok=True)
    told = findings_json.document(
        [finding(YEAR, 263) | {"sentence": sentence}], area={"name": "Dover"}, period=YEAR,
        compare="", edition="public", created_from={},
    )  # fmt: skip
    (where / "findings.json").write_bytes(findings_json.dump(told))


@posix
@pytest.mark.parametrize("is_confirmed", [False, True])
def test_commentary_killed_at_any_step_is_the_old_or_the_new_text(tmp_path, is_confirmed):
    reviewed(tmp_path, "There were 263.")
    path, _ = commentary.run(tmp_path, None, None)
    piece = "young_people.youth_violence.change"
    quoted = path.read_text().replace("> There were 263.\n", "> There were 263.\n\nBy our work.\n")
    assert quoted.count("By our work.") == 1
    reviewed(tmp_path, "There were 265.")
    path.write_text(quoted)
    commentary.run(tmp_path, None, None, confirm=is_confirmed)
    new, ended = path.read_text(), []
    for at in range(40):
        path.write_text(quoted)
        run = partial(commentary.run, tmp_path, None, None, confirm=is_confirmed)
        ended.append(in_child(dying, at, run))
        assert path.read_text() in (quoted, new)
        assert commentary.read(path)[piece].text == "By our work."
        commentary.run(tmp_path, None, None, confirm=is_confirmed)
        assert path.read_text() == new
        if ended[-1] == 0:
            break
    assert ended[-1] == 0 and signal.SIGKILL in ended
    assert commentary.read(path)[piece].is_stale("There were 265.") is not is_confirmed


@posix
def test_the_command_bulletin_killed_at_random_moments_leaves_the_last_good_page(tmp_path, project):
    """As typed: cleaning, the chapter, the check and the writing."""
    root = tmp_path / "ws"
    for source in ("police_extract", "population", "lookups"):
        shutil.copytree(project / "data/raw" / source, root / "data/raw" / source)
    shutil.copy(project / "partnership.toml", root)

    def run(seconds=600.0):
        typed = ["bulletin", "--workspace", str(root), "--month", "2008-02"]
        started = subprocess.Popen(
            [sys.executable, "-m", "cspanalysis", *typed],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(seconds)
        started.kill()
        said, _ = started.communicate(timeout=60)
        return started.returncode, said

    began = time.perf_counter()
    code, said = run()
    assert code == 0, said
    lasted = time.perf_counter() - began
    (path,) = (root / "reports").rglob("bulletin_*.html")
    whole, draw = path.read_bytes(), random.Random(3)
    for share in (0.6, 1.0):
        code, said = run(lasted * share * draw.uniform(0.8, 1.0))
        assert code in (0, -signal.SIGKILL), said
        assert path.read_bytes() == whole
        assert audit.check(root / "reports") == []
    code, said = run()
    assert code == 0, said
    assert path.read_bytes() == whole
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_clock_set_back_changes_nothing_that_was_fetched(tmp_path):
    with Server() as server:
        options = everything(server)
        fetched(tmp_path, options)
        before = files(tmp_path)
        again = fetched(tmp_path, options, today=date(2019, 1, 1))
        assert {f.status for f in again} <= {"unchanged"}
        assert files(tmp_path) == before
