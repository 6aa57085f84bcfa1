"""Of a month's files only those that changed are read again, and the store is as a fresh one."""

import json
import shutil
import tempfile
from pathlib import Path

import polars as pl
import polars.selectors as cs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_sources_csv_fast import FAULTS, STREET

from cspanalysis.store import clean_run

#: Faults that leave a file in use, and what else can change in one.
CHANGES = {name: FAULTS[name] for name in (
    "none", "CRLF", "a district with a comma", "no month", "an unknown type", "identifiers again",
    "a short row", "the layout of 2011", "no coordinate",
)} | {
    "moved": lambda text: text.replace(b"E01024717,Tonbridge and Malling 005A", b","),
    "elsewhere": lambda text: text.replace(b"E01000362,Bexley 001A", b"E01013335,Aberavon 001A"),
}  # fmt: skip

#: Some files of a month, by number: what is odd about each.
months = st.dictionaries(st.integers(0, 4), st.sampled_from([*CHANGES]), min_size=1)


def lay(root, month):
    """Make a month's files what is asked for, and no others."""
    folder = root / "data" / "raw" / "police_uk" / "2025-01"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {}
    for number, change in month.items():
        text = CHANGES[change](STREET).replace(b"On or near", b"On or near %d" % number)
        wanted[folder / f"2025-01-force-{number}-street.csv"] = text
    for path in set(folder.iterdir()) - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_bytes(text)


def store(root):
    """All that a cleaned workspace holds, whatever order categories were met in."""
    processed = root / "data" / "processed"
    manifest = json.loads((processed / "manifest.json").read_text(encoding="utf-8"))
    frames = {
        path.relative_to(processed).as_posix(): pl.read_parquet(path)
        .with_columns(cs.categorical().cast(pl.String))
        .rows()
        for path in processed.rglob("*.parquet")
    }
    told = {name: manifest[name] for name in ("parts", "tables", "holds", "notices")}
    return frames, told, (processed / "problems.csv").read_text(encoding="utf-8")


@pytest.mark.long
@settings(max_examples=25, deadline=None)
@given(months, months)
@example({0: "none", 1: "no month", 2: "none"}, {0: "none", 1: "no month", 2: "moved"})
@example({0: "none", 1: "identifiers again"}, {1: "identifiers again"})
@example({1: "an unknown type", 2: "none"}, {0: "elsewhere", 1: "an unknown type", 2: "none"})
def test_only_what_changed_is_read_and_the_store_is_as_a_fresh_one(before, after):
    with tempfile.TemporaryDirectory() as folder:
        root, fresh = Path(folder, "root"), Path(folder, "fresh")
        lay(root, before)
        clean_run.clean(root, {})
        lay(root, after)
        lay(fresh, after)
        changed = [n for n, change in after.items() if before.get(n) != change]
        report = clean_run.clean(root, {})
        assert report.parts_read == len(changed)
        clean_run.clean(fresh, {})
        assert store(root) == store(fresh)


def test_a_table_that_is_gone_is_made_anew(tmp_path):
    lay(tmp_path, {0: "none", 1: "none"})
    clean_run.clean(tmp_path, {})
    shutil.rmtree(tmp_path / "data" / "processed" / "police_uk")
    lay(tmp_path, {0: "none", 1: "moved"})
    assert clean_run.clean(tmp_path, {}).parts_read == 2
