"""Tasks in processes of their own: each has an answer, and one that dies takes no other with it."""

import contextlib
import os

import pytest

from cspanalysis.report import workers

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")


def told(task):
    """Its process; some tasks raise or die."""
    if task == "dies":
        os._exit(7)
    if task == "raises":
        raise ValueError("no such thing")
    return task, os.getpid()


def answers(tasks, **options):
    begun = []
    found = {d.index: d for d in workers.each(told, tasks, 2, begun.append, **options)}
    assert sorted(begun) == list(range(len(tasks))) == sorted(found)
    return [found[i] for i in range(len(tasks))]


@pytest.mark.parametrize(("turns", "fewest", "most"), [(1, 9, 9), (3, 3, 5), (99, 1, 2)])
def test_a_process_does_so_many_tasks_before_the_next_one_is_started(turns, fewest, most):
    found = answers("abcdefghi", turns=turns)
    assert [d.result[0] for d in found] == list("abcdefghi")
    processes = [d.result[1] for d in found]
    assert fewest <= len(set(processes)) <= most
    assert max(processes.count(p) for p in processes) <= turns


@pytest.mark.parametrize("turns", [1, 4])
def test_one_that_dies_or_raises_is_told_and_the_others_are_done(turns):
    tasks = ["a", "dies", "b", "raises", "c", "dies", "d"]
    found = answers(tasks, turns=turns)
    assert [d.result[0] if d.result else None for d in found] == [
        "a", None, "b", None, "c", None, "d"
    ]  # fmt: skip
    assert [i for i, d in enumerate(found) if "exit code 7" in d.error] == [1, 5]
    assert isinstance(found[3].raised, ValueError)


def test_what_surrounds_the_tasks_of_a_process_is_entered_and_left_once(tmp_path):
    @contextlib.contextmanager
    def within():
        (tmp_path / f"entered {os.getpid()}").touch()
        yield
        (tmp_path / f"left {os.getpid()}").touch()

    processes = {d.result[1] for d in answers("abcd", turns=2, within=within)}
    for word in ("entered", "left"):
        assert {int(p.name.split()[1]) for p in tmp_path.glob(f"{word} *")} == processes


def test_processes_that_wait_are_ended_with_the_run():
    run = workers.each(told, "abcdef", 2, turns=3)
    first = next(run)
    run.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first.result[1], 0)
