"""Replacing a folder in one step: whole or not at all, whatever interrupts it."""

from __future__ import annotations

import pytest

from cspanalysis.report import folder


@pytest.fixture
def target(tmp_path):
    where = tmp_path / "2007-04_2008-03"
    where.mkdir()
    (where / "page").write_text("old")
    (where / "gone").write_text("old")
    return where


def test_the_new_folder_replaces_the_old_one_whole(target):
    with folder.replacing(target) as fresh:
        (fresh / "page").write_text("new")
        assert (target / "page").read_text() == "old"
    assert [(p.name, p.read_text()) for p in target.iterdir()] == [("page", "new")]
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("error", [RuntimeError, OSError, KeyboardInterrupt])
def test_an_error_leaves_the_old_folder(target, error):
    with pytest.raises(error), folder.replacing(target) as fresh:
        (fresh / "page").write_text("half")
        raise error
    assert (target / "page").read_text() == "old"
    assert list(target.parent.iterdir()) == [target]


def test_without_an_exchange_in_one_step_two_renames_do(target, monkeypatch):
    monkeypatch.setattr(folder, "_exchange", lambda one, other: False)
    with folder.replacing(target) as fresh:
        (fresh / "page").write_text("new")
    assert (target / "page").read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_a_run_killed_between_two_renames_is_put_right(target):
    target.rename(target.parent / ".old-2007-04_2008-03")
    (target.parent / ".new-2007-04_2008-03").mkdir()
    folder.recover(target)
    assert (target / "page").read_text() == "old"
    assert list(target.parent.iterdir()) == [target]


def test_a_run_killed_after_the_swap_leaves_the_new_folder(target):
    old = target.parent / ".old-2007-04_2008-03"
    old.mkdir()
    (old / "page").write_text("older")
    folder.recover(target)
    assert (target / "page").read_text() == "old"
    assert not old.exists()


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "review.html"
    folder.write_file(path, b"old")

    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(path), "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        folder.write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_given_in_parts_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "indicators.csv"
    folder.write_file(path, iter([b"area,", b"value"]))
    assert path.read_bytes() == b"area,value"

    def cut():
        yield b"area"
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        folder.write_file(path, cut())
    assert path.read_bytes() == b"area,value"
    assert list(tmp_path.iterdir()) == [path]
