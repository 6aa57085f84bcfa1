"""Parts of all areas on several machines, the jobs of one, and what a long run tells meanwhile."""

import argparse

import pytest

from cspanalysis.domain.errors import UsageError
from cspanalysis.report import folder, progress, review_command, workers


def part(shard, all=True):
    return review_command._part(argparse.Namespace(shard=shard, all=all))


def test_the_parts_together_are_all_areas_each_once():
    areas = list(range(301))
    parts = [areas[part(f"{k}/8")] for k in range(1, 9)]
    assert sorted(area for one in parts for area in one) == areas
    assert {len(p) for p in parts} == {37, 38}
    assert areas[part(None)] == areas


@pytest.mark.parametrize("shard", ["0/8", "9/8", "3", "3/", "x/8", "-1/8", "1/0"])
def test_a_part_that_is_none_is_refused(shard):
    with pytest.raises(UsageError, match="such as 3/8"):
        part(shard)


def test_a_part_is_one_of_all_areas():
    with pytest.raises(UsageError, match="--all"):
        part("1/2", all=False)


def test_parts_write_side_by_side_but_not_twice_and_not_beside_a_whole_run(tmp_path):
    with folder.locked(tmp_path, "1/2"), folder.locked(tmp_path, "2/2"):
        for shard in ("1/2", ""):
            with pytest.raises(UsageError, match="another review"), folder.locked(tmp_path, shard):
                pass
    with folder.locked(tmp_path):
        pass


def test_a_part_is_refused_beside_a_whole_run(tmp_path, monkeypatch):
    monkeypatch.setattr(folder, "_AT_ONCE_S", 0)
    refused = pytest.raises(UsageError, match="another review")
    with folder.locked(tmp_path), refused, folder.locked(tmp_path, "1/2"):
        pass
    with folder.locked(tmp_path, "1/2"):
        pass


@pytest.mark.parametrize(
    ("processors", "megabytes", "jobs"),
    [(8, 64_000, 8), (8, 2_600, 5), (8, 300, 1), (1, 64_000, 1)],
)
def test_as_many_jobs_as_processors_and_memory_allow(
    processors, megabytes, jobs, monkeypatch, tmp_path
):
    monkeypatch.setattr(workers.os, "sched_getaffinity", lambda _: range(processors), raising=False)
    memory = argparse.Namespace(available=megabytes * 1_000_000)
    monkeypatch.setattr(workers.psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(workers, "_CONTAINER", tmp_path / "none")
    assert workers.most() == jobs
    (tmp_path / "max").write_text("1400000000\n")
    monkeypatch.setattr(workers, "_CONTAINER", tmp_path / "max")
    assert workers.most() == min(jobs, 2)


def test_a_line_names_what_is_done_under_way_and_the_time_left(capsys, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with progress.Progress(5, "area") as told:
        told.begin("Dover")
        told.begin("Thanet")
        told.step("Skipped", is_made=False)
        now[0] = 300.0
        told.step("Dover")
    assert capsys.readouterr().out.splitlines() == [
        "[1/5] Skipped; under way: Dover and Thanet",
        "[2/5] Dover; about 15 minutes left; under way: Thanet",
    ]
