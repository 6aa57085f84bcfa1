"""Tables of a run: there for all its processes, made of what is cleaned now, gone after it."""

import os
import subprocess
import sys

import pyarrow as pa
import pytest

from cspanalysis.store import run_tables

TABLE = pa.table(
    {"district": pa.array(["a", "b"] * 50_000).dictionary_encode(), "count": [1] * 100_000}
)

ASK = """
import sys
from pathlib import Path
from cspanalysis.store import run_tables
found = run_tables.get(Path(sys.argv[1]), "counts")
print("none" if found is None else found.num_rows)
"""


@pytest.fixture
def processed(tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    return tmp_path


def asked_elsewhere(processed):
    words = [sys.executable, "-c", ASK, str(processed)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def test_a_table_is_read_by_memory_map_and_by_processes_that_were_not_forked(processed):
    with run_tables.kept(processed):
        assert run_tables.get(processed, "counts") is None
        run_tables.put(processed, "counts", TABLE)
        before = pa.total_allocated_bytes()
        found = run_tables.get(processed, "counts")
        assert found.select(TABLE.column_names).equals(TABLE)
        assert pa.total_allocated_bytes() - before < TABLE.nbytes / 10
        assert asked_elsewhere(processed) == "100000"
    assert [p.name for p in processed.iterdir()] == ["manifest.json"]
    assert run_tables.get(processed, "counts") is None and asked_elsewhere(processed) == "none"


def test_without_a_run_nothing_is_laid_down(processed):
    run_tables.put(processed, "counts", TABLE)
    assert [p.name for p in processed.iterdir()] == ["manifest.json"]


def test_what_was_cleaned_meanwhile_is_not_answered_from_older_counts(processed):
    with run_tables.kept(processed):
        run_tables.put(processed, "counts", TABLE)
        (processed / "manifest.json").write_text('{"files": {}}')
        assert run_tables.get(processed, "counts") is None


@pytest.mark.skipif(os.name != "posix", reason="asks whether a process runs")
def test_the_next_run_sweeps_what_a_killed_one_left_and_nothing_of_one_at_work(processed):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, at_work = (processed / f"counts.{pid}.part" for pid in (ended.pid, os.getppid()))
    for path in (left, at_work):
        path.write_text("x")
    with run_tables.kept(processed):
        assert not left.exists() and at_work.exists()
