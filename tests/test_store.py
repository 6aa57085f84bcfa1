"""Cleaning a workspace and loading from its store: accounts, provenance, faults."""

import errno
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import filelock
import pandas as pd
import pyarrow.dataset as ds
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import CspError, DataRefused, NotAvailable, UsageError
from cspanalysis.store import clean_run, provenance, raw_folder, table_rows
from cspanalysis.store import manifest as processed
from cspanalysis.store.tables import Store

FIXTURES = Path(__file__).parent / "fixtures"
STREET = (FIXTURES / "police_uk" / "street.csv").read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    return workspace(tmp_path)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The same with a month of many rows, cleaned; it is only read."""
    folder = workspace(tmp_path_factory.mktemp("large"))
    head, *lines = STREET.splitlines(keepends=True)
    text = (head + "".join(lines) * 3000).replace("aaa", "")
    (folder / "data/raw/police_uk/2025-03-kent-street.csv").write_text(text)
    clean(folder)
    return folder


def workspace(tmp_path):
    for source in ("police_uk", "lookups", "asb_calls"):
        folder = tmp_path / "data" / "raw" / source
        folder.mkdir(parents=True)
        (folder / "README.md").write_text("What goes here")
    raw = tmp_path / "data" / "raw"
    shutil.copy(FIXTURES / "asb_calls" / "calls.csv", raw / "asb_calls")
    shutil.copy(FIXTURES / "lookups" / "lsoa.csv", raw / "lookups")
    with zipfile.ZipFile(raw / "police_uk" / "kent.zip", "w") as out:
        out.writestr("2025-01/2025-01-kent-street.csv", STREET)
        out.writestr("2025-02/2025-02-kent-street.csv", STREET.replace("2025-01", "2025-02"))
    return tmp_path


def clean(root, settings=None, **kwargs):
    return clean_run.clean(root, settings or {}, **kwargs)


def store(root):
    return Store(root / "data" / "processed")


def snapshot(root):
    """Everything that was made; of the manifest's seals the hashes alone, not the times."""
    folder = root / "data" / "processed"
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}
    manifest = processed.manifest(folder)
    seals = {path: seal[-1] for path, seal in manifest.get("seals", {}).items()}
    return found | {"manifest.json": manifest | {"seals": seals, "sum": ""}}


def test_the_account_adds_up_by_source_and_by_part(root):
    report = clean(root)
    by_source = report.account.set_index("source")
    assert by_source.loc["police_uk", ["rows_read", "rows_kept"]].tolist() == [14, 14]
    assert by_source.loc["asb_calls", ["rows_read", "rows_set_aside"]].tolist() == [3, 2]
    assert "asb_calls: 3 rows read = 1 kept + 2 set aside" in report.text()
    account = store(root).account()
    assert len(account) == 4
    assert (account["rows_read"] == account["rows_kept"] + account["rows_set_aside"]).all()
    problems = store(root).problems()
    assert problems.loc[problems["action"] == "set aside", "row"].tolist() == [3, 4]
    assert store(root).problem_counts()["count"].sum() == len(problems)


def test_loading_one_districts_months(root):
    clean(root)
    found = store(root).load(
        "police_uk",
        columns=["month", "offence"],
        where={"district": "Tonbridge and Malling", "month": ("2025-02", "2025-02")},
    )
    assert list(found.columns) == ["month", "offence"]
    assert set(found["month"]) == {"2025-02"}
    assert len(found) == 4
    every = store(root).load("police_uk", where={"district": ["Bexley", "Tonbridge and Malling"]})
    assert len(every) == 12
    assert store(root).load("police_uk", where={"district": "Nowhere"}).empty


def test_types_that_analysts_get(root):
    clean(root)
    rows = store(root).load("police_uk")
    assert rows["is_located"].dtype == "boolean"
    assert rows["offence"].dtype == "str"
    assert rows["longitude"].isna().sum() == 2
    calls = store(root).load("asb_calls")
    assert calls["date"].dt.year.tolist() == [2007]
    counts = store(root).load("police_uk_counts")
    assert counts["count"].sum() == 14


def test_what_is_not_there_is_said(root):
    clean(root)
    assert not store(root).has("fires")
    with pytest.raises(NotAvailable, match="fires"):
        store(root).load("fires")
    with pytest.raises(UsageError, match="no column 'distrikt'"):
        store(root).load("police_uk", where={"distrikt": "x"})
    empty = store(root / "nothing")
    assert empty.tables() == () and empty.sources() == ()
    assert empty.coverage().empty and "force" in empty.coverage()


def test_unchanged_parts_are_not_read_again_and_a_new_one_alone_is(root):
    assert clean(root).parts_read == 4
    before = snapshot(root)
    assert clean(root).parts_read == 0
    assert snapshot(root) == before
    march = root / "data/raw/police_uk/2025-03-kent-street.csv"
    march.write_text(STREET.replace("2025-01", "2025-03"))
    assert clean(root).parts_read == 1
    assert store(root).load("police_uk_counts")["count"].sum() == 21
    march.unlink()
    provenance.path_of(march).unlink()
    clean(root)
    assert {k: v for k, v in snapshot(root).items() if k.endswith(".parquet")} == {
        k: v for k, v in before.items() if k.endswith(".parquet")
    }


def test_changed_settings_read_their_source_again(root):
    clean(root)
    report = clean(root, {"sources": {"asb_calls": {"values": {"type": {"noise": "loud"}}}}})
    assert report.parts_read == 1
    assert store(root).load("asb_calls")["type"].tolist() == ["loud"]


def test_ready_cleans_once_and_then_only_looks(root):
    workspace = SimpleNamespace(root=root, settings={}, processed=root / "data" / "processed")
    assert clean_run.ready(workspace.root, workspace.settings).has("police_uk")
    assert raw_folder.is_current(root, {})
    (root / "data/raw/asb_calls/more.csv").write_text(
        (FIXTURES / "asb_calls" / "calls.csv").read_text().replace("2007", "2008")
    )
    assert not raw_folder.is_current(root, {})
    assert len(clean_run.ready(workspace.root, workspace.settings).load("asb_calls")) == 2


def test_a_process_of_one_run_looks_at_the_raw_files_once(root):
    """Chapters of an area are of one state of the data, whatever else comes meanwhile."""
    code = (
        "import sys, pathlib\n"
        "from cspanalysis.store import clean_run\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "clean_run.one_run()\n"
        "before = len(clean_run.ready(root, {}).load('asb_calls'))\n"
        "calls = root / 'data/raw/asb_calls'\n"
        "text = next(calls.glob('*.csv')).read_text()\n"
        "(calls / 'more.csv').write_text(text.replace('2007', '2008'))\n"
        "assert len(clean_run.ready(root, {}).load('asb_calls')) == before\n"
    )
    subprocess.run([sys.executable, "-c", code, str(root)], check=True)
    assert not raw_folder.is_current(root, {})


def test_a_month_in_two_archives_counts_once_from_the_newer(root):
    raw = root / "data/raw/police_uk"
    with zipfile.ZipFile(raw / "again.zip", "w") as out:
        out.writestr("2025-01/2025-01-kent-street.csv", STREET.splitlines()[0] + "\n")
    provenance.write(raw / "again.zip", {"publisher": "p", "published": "2025-03-01"})
    provenance.write(raw / "kent.zip", {"publisher": "p", "published": "2025-06-01"})
    report = clean(root)
    assert store(root).load("police_uk_counts")["count"].sum() == 14
    assert any("again.zip: 1 monthly file(s) also came" in n for n in report.notices)


def test_a_file_without_sidecar_gets_a_draft_and_a_notice(root):
    report = clean(root)
    drafted = provenance.read(root / "data/raw/lookups/lsoa.csv", "")
    assert drafted["publisher"] == "not stated"
    assert drafted["sha256"] == provenance.sha256(root / "data/raw/lookups/lsoa.csv")
    assert any("came without provenance" in notice for notice in report.notices)


def test_citations_come_from_the_sidecars(root):
    path = root / "data/raw/asb_calls/calls.csv"
    card = {
        "publisher": 'The "Council"',
        "title": "Calls",
        "licence": "OGL v3.0",
        "published": "2008-04-01",
        "synthetic": True,
    }
    provenance.write(path, card)
    clean(root)
    cited = store(root).citation("asb_calls")
    assert cited["publisher"] == 'The "Council"'
    assert (cited["as_of"], cited["synthetic"], cited["files"]) == (
        "2008-04-01",
        True,
        ["calls.csv"],
    )
    assert store(root).inputs()["data/raw/asb_calls/calls.csv"] == provenance.sha256(path)


def test_a_changed_hash_is_refused_and_the_last_good_data_stay(root):
    clean(root)
    before = snapshot(root)
    path = root / "data/raw/asb_calls/calls.csv"
    # A draft that nobody touched would take the new hash.
    provenance.write(path, provenance.draft(provenance.sha256(path)) | {"publisher": "Kent Police"})
    path.write_text(path.read_text() + "02/04/2007,Police,Noise,,\n")
    with pytest.raises(DataRefused, match=r"asb_calls/calls\.csv: the content changed") as refused:
        clean(root)
    assert refused.value.exit_code == 3
    assert snapshot(root) == before
    assert len(store(root).load("asb_calls")) == 1


@pytest.mark.parametrize("fault", ["column", "zip", "toml", "kind"])
def test_after_a_refusal_the_last_good_data_stay(root, fault):
    clean(root)
    before = snapshot(root)
    raw = root / "data/raw"
    if fault == "column":
        (raw / "asb_calls/new.csv").write_text("When,Received By,Call type\n")
    elif fault == "zip":
        content = (raw / "police_uk/kent.zip").read_bytes()
        (raw / "police_uk/new.zip").write_bytes(content[: len(content) // 2])
    elif fault == "toml":
        provenance.path_of(raw / "asb_calls/calls.csv").write_text("publisher = \n")
    else:
        (raw / "asb_calls/new.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataRefused):
        clean(root)
    assert {k: v for k, v in snapshot(root).items() if k in before} == before
    assert store(root).load("police_uk_counts")["count"].sum() == 14


def test_check_writes_nothing(root):
    report = clean(root, check=True)
    assert report.account["rows_read"].sum() == 20
    assert not (root / "data" / "processed").exists()
    assert not provenance.path_of(root / "data/raw/lookups/lsoa.csv").exists()
    clean(root)
    before = snapshot(root)
    (root / "data/raw/police_uk/2025-03-kent-street.csv").write_text(STREET)
    assert clean(root, check=True).parts_read == 1
    assert snapshot(root) == before


def test_a_second_run_in_the_same_workspace_is_told_to_wait(root):
    (root / "data/processed").mkdir(parents=True)
    with (
        filelock.FileLock(root / "data/processed" / clean_run.LOCK),
        pytest.raises(UsageError, match="another run is cleaning"),
    ):
        clean(root)


@pytest.mark.parametrize("stop_at", [1, 3, 6, 9])
def test_a_run_cut_short_anywhere_leaves_the_last_good_state_and_can_be_repeated(
    root, monkeypatch, stop_at
):
    clean(root)
    (root / "data/raw/police_uk/2025-03-kent-street.csv").write_text(
        STREET.replace("2025-01", "2025-03")
    )
    shutil.copy(FIXTURES / "lookups" / "csp.csv", root / "data/raw/lookups/csp17.csv")
    real, calls = whole_files.atomically, []

    def dies(path, write, **how):
        calls.append(path)
        if len(calls) >= stop_at:
            raise KeyboardInterrupt
        real(path, write, **how)

    monkeypatch.setattr(whole_files, "atomically", dies)
    with pytest.raises(KeyboardInterrupt):
        clean(root)
    assert store(root).load("police_uk_counts")["count"].sum() == 14
    assert len(store(root).load("police_uk")) == 14
    monkeypatch.setattr(whole_files, "atomically", real)
    clean(root)
    resumed = snapshot(root)
    shutil.rmtree(root / "data/processed")
    clean(root)
    assert snapshot(root) == resumed


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX's")
def test_where_nothing_changed_no_reader_and_no_engine_is_loaded(root):
    (root / "partnership.toml").write_text('[area]\nname = "Tonbridge and Malling"\n')
    program = "import sys; from cspanalysis.cli import main; "
    program += "assert not main(['clean', '--workspace', sys.argv[1]]); "
    program += "print('polars' in sys.modules)"
    command = [sys.executable, "-c", program, str(root)]
    ends = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
        for _ in range(2)
    ]
    assert ends == ["True", "False"]


@pytest.mark.long
def test_a_killed_run_leaves_no_lock_and_no_half_state(root):
    with zipfile.ZipFile(root / "data/raw/police_uk/long.zip", "w") as out:
        for year in range(2011, 2025):
            for month in range(1, 13):
                text = STREET.replace("2025-01", f"{year}-{month:02d}")
                out.writestr(f"{year}-{month:02d}-kent-street.csv", text)
    program = "import sys; from pathlib import Path; from cspanalysis.store import clean_run; "
    program += "clean_run.clean(Path(sys.argv[1]), {})"
    run = subprocess.Popen([sys.executable, "-c", program, str(root)])
    written = root / "data/processed/police_uk"
    while run.poll() is None and len(list(written.glob("*.parquet"))) < 20:
        time.sleep(0.01)
    run.kill()
    run.wait()
    assert not (root / "data/processed/manifest.json").exists()
    assert store(root).tables() == ()
    clean(root)
    assert store(root).load("police_uk_counts")["count"].sum() == 7 * (14 * 12 + 2)
    named = processed.named(json.loads((root / "data/processed/manifest.json").read_text()))
    assert {p for p in snapshot(root) if p.endswith(".parquet")} == named


def test_a_full_disk_is_said_plainly_and_costs_nothing(root, monkeypatch):
    clean(root)
    before = snapshot(root)
    (root / "data/raw/police_uk/2025-03-kent-street.csv").write_text(STREET)

    def full(path, write, **how):
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(whole_files, "atomically", full)
    with pytest.raises(CspError, match="the disk is full"):
        clean(root)
    assert snapshot(root) == before


def test_half_written_files_vanish_with_the_next_cleaning(root):
    clean(root)
    rubbish = root / "data/processed/police_uk/x.parquet.123.part"
    rubbish.write_bytes(b"PAR1")
    (root / "data/processed/police_uk/old.parquet").write_bytes(b"PAR1")
    shutil.copy(FIXTURES / "lookups" / "csp.csv", root / "data/raw/lookups/csp17.csv")
    clean(root)
    assert not rubbish.exists()
    assert not (root / "data/processed/police_uk/old.parquet").exists()


def test_a_table_that_is_gone_is_made_again(root):
    clean(root)
    before = snapshot(root)
    next((root / "data/processed/police_uk").glob("*2025-02*.police_uk.*.parquet")).unlink()
    with pytest.raises(CspError, match="Run: csp clean"):
        store(root).load("police_uk")
    assert clean(root).parts_read == 1
    assert snapshot(root) == before


@pytest.mark.parametrize("how", ["cut short", "another number in it"])
def test_a_damaged_manifest_counts_for_nothing_and_all_is_made_anew(root, how):
    clean(root)
    before, path = snapshot(root), root / "data/processed/manifest.json"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r'"rows_kept":\d+', '"rows_kept":15', text, count=1)
    path.write_text(text[: len(text) // 2] if how == "cut short" else changed)
    assert store(root).tables() == ()
    lines = []
    clean_run.clean(root, {}, report=lines.append)
    assert any("damaged or of another version" in line for line in lines)
    assert snapshot(root) == before


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


DAMAGE = {
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "one byte": flipped,
    "empty": lambda path: path.write_bytes(b""),
    "gone": Path.unlink,
}


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("table", ["*/*.police_uk.*", "*/*.problems.*", "lookups/lsoas.*"])
def test_a_damaged_table_is_noticed_by_its_content_and_made_anew(root, how, table):
    clean(root)
    before = snapshot(root)
    path = next((root / "data/processed").glob(f"{table}.parquet"))
    was = path.stat()
    DAMAGE[how](path)
    if path.exists():
        # As a program that copies keeps times.
        os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    lines = []
    clean_run.clean(root, {}, report=lines.append)
    assert any("1 file(s) in data/processed were damaged or gone" in line for line in lines)
    assert snapshot(root) == before
    assert clean(root).parts_read == 0


def test_a_chapter_that_meets_a_damaged_table_says_what_to_do(root):
    clean(root)
    for path in (root / "data/processed").glob("*/*.police_uk.*.parquet"):
        os.truncate(path, 100)
    with pytest.raises(CspError, match=r"'police_uk' is damaged\. Run: csp clean"):
        store(root).load("police_uk")


def test_a_raw_file_of_the_same_size_and_time_is_seen(root):
    clean(root)
    path = next((root / "data/raw/asb_calls").glob("*.csv"))
    was, content = path.stat(), path.read_bytes()
    swapped = content.replace(b"1", b"2", 1)
    assert swapped != content
    path.write_bytes(swapped)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert clean(root).parts_read == 1


def test_a_copied_workspace_is_looked_at_once_and_read_no_more(root, tmp_path):
    clean(root)
    copy = shutil.copytree(root, tmp_path / "copy")
    assert not raw_folder.is_current(copy, {})
    assert raw_folder.is_current(copy, {}, by_content=True)
    assert clean(copy).parts_read == 0
    assert raw_folder.is_current(copy, {})


def test_files_that_belong_nowhere_are_remarked(root):
    (root / "data/raw/police_uc").mkdir()
    (root / "data/raw/police_uc/a.csv").write_text("a\n")
    (root / "data/raw/stray.csv").write_text("a\n")
    notices = clean(root).notices
    assert any("did you mean police_uk" in n for n in notices)
    assert any("stray.csv is not read" in n for n in notices)


REGISTER = "source,file,match_column,match_value,field,old,new,reason,expect\n"


def test_a_correction_is_made_and_told(root):
    (root / "data/raw/corrections.csv").write_text(
        REGISTER
        + "police_uk,*2025-02*,crime_id,aaa2,offence,Burglary,Robbery,letter of the force,1\n"
    )
    clean(root)
    counts = store(root).load("police_uk_counts").groupby("offence")["count"].sum()
    assert (counts["burglary"], counts["robbery"]) == (1, 1)
    told = store(root).problems()
    told = told[told["action"] == "corrected"]
    assert told[["row", "found", "reason"]].to_numpy().tolist() == [
        [5, "Burglary", "letter of the force"]
    ]


@pytest.mark.parametrize(("old", "expect"), [("Arson", ""), ("Burglary", "3")])
def test_a_correction_that_does_not_fit_any_more_is_refused(root, old, expect):
    clean(root)
    (root / "data/raw/corrections.csv").write_text(
        REGISTER + f"police_uk,*,,,offence,{old},Robbery,why,{expect}\n"
    )
    with pytest.raises(DataRefused, match=r"corrections\.csv, row 2: the correction of 'offence'"):
        clean(root)
    assert store(root).load("police_uk_counts")["count"].sum() == 14


def test_a_correction_of_files_that_are_not_here_is_passed_over(root):
    (root / "data/raw/corrections.csv").write_text(
        REGISTER + "police_uk,*1999*,,,offence,a,b,why,\n"
    )
    assert clean(root).parts_read == 4


@pytest.mark.parametrize(
    "line",
    ["police_uk,*,,,,a,b,why,", "police_uk,*,,,offence,a,b,,", "police_uk,*,,,offence,a,b,why,x"],
)
def test_a_correction_must_be_complete(root, line):
    (root / "data/raw/corrections.csv").write_text(REGISTER + line + "\n")
    with pytest.raises(DataRefused, match="row 2"):
        clean(root)


def test_every_district_of_the_files_index_is_in_the_file(root):
    clean(root)
    manifest = json.loads((root / "data/processed/manifest.json").read_text())
    files = manifest["tables"]["police_uk"]["files"]
    assert len(files) == 2 and set(manifest["holds"]) >= set(files)
    for path in files:
        frame = pd.read_parquet(root / "data/processed" / path)
        holds = manifest["holds"][path]
        months = sorted(frame["month"].astype(str))
        assert [months[0], months[-1]] == holds["months"]
        assert sorted(frame["district"].dropna().unique()) == list(holds["districts"])
        for district, (first, stop) in holds["districts"].items():
            at = frame.index[frame["district"] == district]
            assert (at[0], at[-1] + 1) == (first, stop)


def test_of_a_large_file_only_a_districts_row_groups_are_read(root):
    head, *lines = STREET.splitlines(keepends=True)
    text = head + "".join(lines) * 6000
    (root / "data/raw/police_uk/2025-03-kent-street.csv").write_text(re.sub(r"aaa\d", "", text))
    clean(root)
    path = next((root / "data/processed/police_uk").glob("2025-03*.police_uk.*"))
    fragment = next(ds.dataset(path).get_fragments())
    needed = fragment.split_by_row_group(filter=ds.field("district") == "Bexley")
    assert len(needed) < fragment.num_row_groups / 2
    assert sum(f.count_rows(filter=ds.field("district") == "Bexley") for f in needed) == 12_000


@pytest.mark.parametrize("keys", [["month"], ["offence", "lsoa_code"], ["place", "outcome"]])
@pytest.mark.parametrize("further", [{}, {"row": (5, 9000)}, {"offence": ["shoplifting"]}])
def test_rows_that_are_alike_are_counted_as_a_frame_of_all_would_count_them(large, keys, further):
    found, every = store(large), store(large).load("police_uk")
    for wanted in (*sorted(every["district"].dropna().unique()), "Nowhere"):
        where = {"district": wanted, **further}
        rows = store(large).load("police_uk", where=where)
        expected = rows.groupby(keys, dropna=False, as_index=False).size()
        expected = expected.rename(columns={"size": "count"}).sort_values(keys, ignore_index=True)
        own = found.sizes("police_uk", keys, where)
        pd.testing.assert_frame_equal(own, expected, check_dtype=False)
    assert found.sizes("police_uk", keys, {})["count"].sum() == len(every)
    with pytest.raises(UsageError, match="has no column 'street'"):
        found.sizes("police_uk", ["street"], {})


def test_districts_that_alternate_in_a_file_are_read_once_each(root):
    """Spans of districts overlap in a file that is not sorted by them."""
    districts = ["Bexley", "Tonbridge and Malling", "Dover"]
    lines = [f"0{day}/04/2025,Police,Noise,Here,{districts[day % 3]}" for day in range(1, 10)]
    head = "Date of call,Received By,Call type,Location,District"
    (root / "data/raw/asb_calls/calls.csv").write_text("\n".join([head, *lines]) + "\n")
    clean(root)
    found = store(root)
    every = found.load("asb_calls")
    assert len(every) == 9
    for size in (1, 2, 3):
        for wanted in itertools.combinations(districts, size):
            own = found.load("asb_calls", where={"district": list(wanted)})
            expected = every[every["district"].isin(wanted)].reset_index(drop=True)
            pd.testing.assert_frame_equal(own, expected)
            counts = found.sizes("asb_calls", ["district"], {"district": list(wanted)})
            assert counts["count"].tolist() == [3] * size


@pytest.mark.parametrize(
    "months",
    ["2025-01", ["2025-02"], ["2025-01", "2025-03"], ["2025-03", None], [],
     ("2024-12", "2025-01"), ("2020-01", "2020-12")],
)  # fmt: skip
def test_rows_of_some_months_are_those_that_all_rows_hold_of_them(root, months):
    """Files that hold none of the months are passed over, and no row is lost with them."""
    head, *lines = STREET.splitlines(keepends=True)
    for month in ("2025-02", "2025-03"):
        text = head + "".join(lines).replace("2025-01", month)
        (root / f"data/raw/police_uk/{month}-kent-street.csv").write_text(text)
    clean(root)
    found = store(root)
    every = found.load("police_uk")
    is_asked = (
        every["month"].between(*months)
        if isinstance(months, tuple)
        else every["month"].isin([months] if isinstance(months, str) else months)
    )
    assert is_asked.any() or "2020-01" in months or not months
    for further in ({}, {"district": sorted(every["district"].dropna().unique())}):
        where = {"month": months, **further}
        expected = every[is_asked & (every["district"].notna() | (not further))]
        own = found.load("police_uk", where=where)
        pd.testing.assert_frame_equal(own, expected.reset_index(drop=True))
        assert found.sizes("police_uk", ["month"], where)["count"].sum() == len(expected)


@given(
    st.dictionaries(
        st.sampled_from("abcdef"), st.lists(st.integers(1, 30), max_size=4), min_size=1
    ),
    st.lists(st.integers(1, 30), max_size=3),
)
def test_no_file_with_a_month_that_is_asked_for_is_passed_over(files, asked):
    spans = {path: [f"{min(m):02}", f"{max(m):02}"] if m else [] for path, m in files.items()}
    found = table_rows.of_months([*files], spans, [f"{m:02}" for m in asked])
    needed = [path for path, months in files.items() if {*months} & {*asked}]
    assert {*needed} <= {*found} and found
    # In order, and none that lies wholly before or after, unless no file is left.
    assert found == [path for path in files if path in found]
    if asked and needed:
        ends = [(min(m), max(m)) for p in found if (m := files[p])]
        assert all(first <= max(asked) and min(asked) <= last for first, last in ends)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=8))
def test_merged_spans_hold_the_same_rows_once_each(drawn):
    spans = [[first, first + size] for first, size in drawn]
    merged = table_rows.merged(spans)
    rows = [row for first, stop in merged for row in range(first, stop)]
    assert rows == sorted({row for first, stop in spans for row in range(first, stop)})


@pytest.mark.parametrize("keys", [["district"], ["district", "force", "month"], ["offence"]])
def test_counts_added_up_are_those_of_all_rows_that_have_the_columns(large, keys):
    found = store(large)
    rows = found.load("police_uk_counts").dropna(subset=keys)
    expected = rows.groupby(keys)["count"].sum()
    added = {tuple(key): count for *key, count in found.sums("police_uk_counts", keys)}
    assert added == {k if isinstance(k, tuple) else (k,): n for k, n in expected.items()}
    assert found.load("police_uk_counts")["district"].isna().any()
    with pytest.raises(UsageError, match="has no column 'street'"):
        found.sums("police_uk_counts", ["street"])


@pytest.mark.parametrize("columns", [None, ["row", "offence"], ["district"]])
@pytest.mark.parametrize(
    "further", [{}, {"row": (5, 9000)}, {"offence": ["other theft", "shoplifting"]}]
)
def test_an_areas_rows_are_those_that_all_rows_hold_of_it(large, columns, further):
    found, every = store(large), store(large).load("police_uk", where=further)
    names = sorted(every["district"].dropna().unique())
    assert len(names) > 1
    for wanted in (*names, names, [], "Nowhere", [None], [names[0], None], [*names, None]):
        chosen = [wanted] if isinstance(wanted, str) else wanted
        is_own = every["district"].isin([d for d in chosen if d])
        expected = every[is_own | every["district"].isna() if None in chosen else is_own]
        own = found.load("police_uk", columns, {"district": wanted, **further})
        pd.testing.assert_frame_equal(own, expected[columns or list(every)].reset_index(drop=True))


@pytest.mark.parametrize("section", [{"police_extrakt": {}}, {"police_uk": {"column": {}}}])
def test_settings_of_no_source_are_refused(root, section):
    with pytest.raises(UsageError, match=r"Did you mean '(police_extract|columns)'"):
        clean(root, {"sources": section})


@pytest.mark.long
@pytest.mark.realdata
def test_kent_in_2025_from_raw_files_to_loaded_rows(shared, tmp_path):
    raw = tmp_path / "data" / "raw"
    for source, name in (
        ("police_uk", "kent_2025.zip"),
        ("lookups", "lookup_lsoa21_ward24_ltla24.csv.gz"),
        ("lookups", "lookup_ltla24_csp24_pfa24.csv"),
        ("population", "population20_ltla21.csv"),
    ):
        (raw / source).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(shared / "data" / source / name, raw / source / name)
    report = clean(tmp_path)
    assert report.account.set_index("source").loc["police_uk", "rows_read"] == 180_022
    found = store(tmp_path)
    own = found.load("police_uk", where={"district": "Tonbridge and Malling"})
    assert len(own) == 9_144
    assert (own["offence"] == "violence and sexual offences").sum() == 3_157
    assert (~found.load("police_uk", columns=["is_located"])["is_located"]).sum() == 2_164
    assert set(found.coverage()["status"]) == {"ok"}
    residents = found.load("population", where={"area": "Tonbridge and Malling", "age": -1})
    assert residents["population"].tolist() == [132_571]
    district = found.load("districts", where={"district": "Tonbridge and Malling"})
    assert district["csp_code"].tolist() == ["E22000148"]


def test_a_file_that_lies_there_twice_counts_once(root):
    raw = root / "data/raw"
    shutil.copy(raw / "asb_calls/calls.csv", raw / "asb_calls/copy of calls.csv")
    shutil.copy(raw / "asb_calls/calls.csv", raw / "asb_calls/calls 2.csv")
    (raw / "police_uk/mine.csv").write_text(STREET.replace("2025-01", "2025-03"))
    (raw / "police_uk/again.csv").write_text(STREET.replace("2025-01", "2025-03"))
    report = clean(root)
    assert store(root).load("police_uk_counts")["count"].sum() == 21
    assert len(store(root).load("asb_calls")) == 1
    twice = "asb_calls/calls 2.csv holds the same as asb_calls/copy of calls.csv"
    assert any(n.startswith(twice) for n in report.notices)
    assert any("again.csv holds the same as police_uk/mine.csv" in n for n in report.notices)


@pytest.mark.parametrize("name", ["2025-02-kent-street (1).csv", "Copy of 2025-02-kent-street.csv"])
def test_a_month_downloaded_again_counts_once(root, name):
    (root / "data/raw/police_uk" / name).write_text(STREET.replace("2025-01", "2025-02") + "\n")
    report = clean(root)
    assert store(root).load("police_uk_counts")["count"].sum() == 14
    assert any("1 monthly file(s) also came in another" in n for n in report.notices)


def test_a_part_of_a_month_is_no_twin_of_the_month(root):
    rows = STREET.replace("2025-01", "2025-02").splitlines()
    (root / "data/raw/police_uk/2025-02-kent-street-more.csv").write_text("\n".join(rows[:2]))
    clean(root)
    assert store(root).load("police_uk_counts")["count"].sum() == 15


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "police_uk/2025-03-kent-street.csv",
            STREET.replace("2025-01", "03-25"),
            "none of its 7 rows can be used: not a month ('03-25')",
        ),
        (
            "asb_calls/bad.csv",
            "date,received by,type\n32/13/2007,police,noise\n",
            "its only row cannot be used: not a date such as",
        ),
    ],
)
def test_a_file_of_which_no_row_can_be_used_is_refused(root, name, content, said):
    (root / "data/raw" / name).write_text(content)
    with pytest.raises(DataRefused) as refused:
        clean(root)
    assert said in str(refused.value)
    assert str(refused.value).startswith(f"{name}, row 2, column '")


def test_a_file_without_rows_is_only_remarked(root):
    (root / "data/raw/asb_calls/none.csv").write_text("date,received by,type\n")
    assert clean(root).account.set_index("source").loc["asb_calls", "rows_noted"] == 1


def test_what_a_desktop_leaves_in_a_folder_is_no_data(root):
    for name in ("Thumbs.db", "desktop.ini", "~$calls.xlsx", ".~lock.calls.ods#"):
        (root / "data/raw/asb_calls" / name).write_bytes(b"x")
    assert len(clean(root).account) == 3
