"""Faults of cleaning: killed, disk full, folder read-only, input spoilt, two runs at once."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import time
import tracemalloc
import zipfile
from pathlib import Path

import desk
import pytest

from cspanalysis.domain import whole_files
from cspanalysis.domain.errors import CspError, DataRefused
from cspanalysis.store import clean_run, provenance, raw_folder
from cspanalysis.store.tables import Store

FIXTURES = Path(__file__).parent / "fixtures"
STREET = (FIXTURES / "police_uk" / "street.csv").read_text(encoding="utf-8")
PROGRAM = "import sys; from pathlib import Path; from cspanalysis.store import clean_run; "
PROGRAM += "clean_run.clean(Path(sys.argv[1]), {})"


def month(text):
    return STREET.replace("2025-01", text)


def archive(path, months, forces=("kent", "surrey", "sussex")):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in months:
            for force in forces:
                entry = zipfile.ZipInfo(f"{name}/{name}-{force}-street.csv")
                out.writestr(entry, month(name).replace("aaa", force))


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "here"
    archive(root / "data/raw/police_uk/a.zip", ["2024-12", "2025-01"])
    (root / "data/raw/lookups").mkdir()
    shutil.copy(FIXTURES / "lookups" / "lsoa.csv", root / "data/raw/lookups")
    clean_run.clean(root, {})
    return root


def rows(root):
    store = Store(root / "data/processed")
    counts = store.load("police_uk_counts")["count"].sum()
    assert counts == len(store.load("police_uk", columns=["month"]))
    return counts


def snapshot(root):
    """Everything that was made, hidden names and the manifest's times of the raw files aside."""
    folder = root / "data/processed"
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name not in (clean_run.LOCK, "manifest.json")
    }


def undisturbed(root, elsewhere):
    """What one run over the same raw files makes."""
    shutil.copytree(root / "data/raw", elsewhere / "data/raw")
    clean_run.clean(elsewhere, {})
    return snapshot(elsewhere)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX's")
@pytest.mark.parametrize("files", [0, 1, 20, 60, 10_000])
def test_killed_at_any_moment_the_last_good_state_stays_and_the_next_run_ends_as_if_undisturbed(
    root, tmp_path, files
):
    archive(
        root / "data/raw/police_uk/long.zip",
        [f"{y}-{m:02d}" for y in range(2018, 2024) for m in range(1, 13)],
    )
    before = set(snapshot(root))
    run = subprocess.Popen([sys.executable, "-c", PROGRAM, str(root)])
    written = root / "data/processed/police_uk"
    manifest = (root / "data/processed/manifest.json").stat()
    while run.poll() is None and len(list(written.iterdir())) < len(before) + files:
        now = (root / "data/processed/manifest.json").stat()
        if files == 10_000 and now.st_ino != manifest.st_ino:
            break  # the manifest is new, what is old may not be swept away yet
        time.sleep(0.002)
    run.kill()
    run.wait()
    is_done = (root / "data/processed/manifest.json").stat().st_ino != manifest.st_ino
    assert rows(root) == (6 + 72 * 3 if is_done else 6) * 7
    assert is_done or before <= set(snapshot(root))
    clean_run.clean(root, {})
    assert rows(root) == (6 + 72 * 3) * 7
    assert snapshot(root) == undisturbed(root, tmp_path / "elsewhere")


#: What writing a file takes; each may fail.
STEPS = {"open": (Path, "open"), "rename": (Path, "replace"), "wait for the disk": (os, "fsync")}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("at", [0, 2, 7, 8])
@pytest.mark.parametrize("step", STEPS)
def test_a_full_disk_or_a_read_only_folder_is_said_plainly_and_costs_nothing(
    root, monkeypatch, step, at, number
):
    archive(root / "data/raw/police_uk/b.zip", ["2025-02", "2025-03"])
    provenance.write(root / "data/raw/police_uk/b.zip", {"publisher": "p"})
    before, calls = snapshot(root), []
    owner, name = STEPS[step]
    real = getattr(owner, name)

    def fails(*args, **how):
        is_writing = step != "open" or any(m in str((*args[1:], how)) for m in ("wb", "rb+"))
        if is_writing and (step == "wait for the disk" or "processed" in str(args[0])):
            calls.append(args)
            if len(calls) > at:
                raise OSError(number, os.strerror(number), str(args[0]))
        return real(*args, **how)

    monkeypatch.setattr(owner, name, fails)
    words = "disk is full" if number in (errno.ENOSPC, errno.EDQUOT) else "not permitted"
    with pytest.raises(CspError, match=words) as told:
        clean_run.clean(root, {})
    assert "Data cleaned before stay as they were." in str(told.value)
    monkeypatch.undo()
    assert before.items() <= snapshot(root).items()
    assert rows(root) == 6 * 7
    clean_run.clean(root, {})
    assert rows(root) == 12 * 7
    assert not list((root / "data/processed").rglob(f"*{whole_files.SUFFIX}"))


def test_a_run_that_ends_between_the_manifest_and_the_problems_is_put_right(root, monkeypatch):
    archive(root / "data/raw/police_uk/b.zip", ["2025-02"])
    real = Path.replace

    def dies(path, target):
        if Path(target).name == "problems.csv":
            raise KeyboardInterrupt
        return real(path, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(KeyboardInterrupt):
        clean_run.clean(root, {})
    monkeypatch.undo()
    assert rows(root) == 9 * 7 and len(Store(root / "data/processed").problems()) == 6
    assert not raw_folder.is_current(root, {})
    assert clean_run.clean(root, {}).parts_read == 0
    assert len(Store(root / "data/processed").problems()) == 9
    assert raw_folder.is_current(root, {})


def test_a_folder_that_cannot_be_made_is_said_plainly(root, monkeypatch):
    shutil.rmtree(root / "data/processed")

    def fails(path, *args, **how):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "mkdir", fails)
    with pytest.raises(CspError, match="not permitted"):
        clean_run.clean(root, {})


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are POSIX's")
@pytest.mark.parametrize("closed", ["data/processed", "data/processed/police_uk"])
def test_a_folder_that_really_is_read_only_is_said_plainly_and_costs_nothing(root, closed):
    archive(root / "data/raw/police_uk/b.zip", ["2025-02"])
    provenance.write(root / "data/raw/police_uk/b.zip", {"publisher": "p"})
    (root / "partnership.toml").write_text('[area]\nname = "Tonbridge and Malling"\n')
    command = [*desk.as_anybody(), sys.executable, "-m", "cspanalysis", "clean"]
    command += ["--workspace", str(root)]
    before = snapshot(root)
    (root / closed).chmod(0o555)
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    (root / closed).chmod(0o755)
    assert run.returncode == 1 and "Traceback" not in run.stderr
    assert "not permitted (Permission denied)" in run.stderr
    assert "Check the folder's permissions. Data cleaned before stay as they were." in run.stderr
    assert before.items() <= snapshot(root).items() and rows(root) == 6 * 7
    clean_run.clean(root, {})
    assert rows(root) == 9 * 7


@pytest.mark.skipif(sys.platform == "win32", reason="processes are started as on POSIX")
def test_of_two_runs_at_once_one_cleans_and_the_other_is_told_to_wait(root):
    archive(
        root / "data/raw/police_uk/long.zip",
        [f"{y}-{m:02d}" for y in range(2011, 2024) for m in range(1, 13)],
    )
    command = [sys.executable, "-m", "cspanalysis", "clean", "--workspace", str(root)]
    (root / "partnership.toml").write_text('[area]\nname = "Tonbridge and Malling"\n')
    runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [run.communicate()[1] for run in runs]
    codes = [run.returncode for run in runs]
    # Whoever comes late enough finds everything done; nobody fails in another way.
    assert 0 in codes and set(codes) <= {0, 2}, said
    assert all("another run is cleaning" in s for s, code in zip(said, codes, strict=True) if code)
    assert rows(root) == (6 + 13 * 12 * 3) * 7


@pytest.mark.parametrize("how", ["cut short", "swapped", "half a member"])
def test_a_spoilt_input_is_refused_and_the_last_good_data_stay(root, how):
    path = root / "data/raw/police_uk/a.zip"
    content = path.read_bytes()
    before = snapshot(root)
    if how == "cut short":
        path.write_bytes(content[: len(content) // 2])
    elif how == "swapped":
        # What somebody has stated of a file is not true of another one.
        card = provenance.path_of(path)
        card.write_text(card.read_text().replace('"not stated"', '"Kent Police"', 1))
        archive(path, ["2024-12", "2025-02"])
    else:
        path = path.with_name("b.zip")
        archive(path, ["2025-02"])
        spoilt = bytearray(path.read_bytes())
        spoilt[200:230] = b"x" * 30
        path.write_bytes(spoilt)
    os.utime(path, ns=(1, 1))
    with pytest.raises(DataRefused, match=rf"{path.name}"):
        clean_run.clean(root, {})
    assert before.items() <= snapshot(root).items() and rows(root) == 6 * 7


def test_everything_that_an_archive_can_hold(root):
    link = zipfile.ZipInfo("2025-03/2025-03-link-street.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    head, *lines = STREET.splitlines(keepends=True)
    with zipfile.ZipFile(root / "data/raw/police_uk/b.zip", "w", zipfile.ZIP_DEFLATED) as out:
        for name in ("/etc/2025-03-x-street.csv", "../2025-03-y-street.csv"):
            out.writestr(name, STREET)
        out.writestr(link, "/etc/passwd")
        for force, text in {
            "good": head.encode() + "".join(lines).encode(),
            "bytes": STREET.replace("On or near", "On or near Caf\xe9").encode("cp1252"),
            "nul": STREET.encode().replace(b"Kent", b"K\0nt", 1),
            "header": head.encode(),
            "line": head.encode()
            + os.urandom(5_000_000).hex().encode()
            + b"\n"
            + b"".join(line.encode() for line in lines),
        }.items():
            # Each of a force of its own: one force's month counts once.
            text = text.replace(b" Police", f" Police {force}".encode())
            out.writestr(f"2025-03/2025-03-{force}-street.csv", text)
        for number in range(3000):
            out.writestr(f"2025-03/2025-03-{number}-outcomes.csv", "")
    tracemalloc.start()
    report = clean_run.clean(root, {})
    assert tracemalloc.get_traced_memory()[1] < 300_000_000
    tracemalloc.stop()
    told = "\n".join(report.notices)
    assert told.count("leads out of the archive") == 2
    assert "it is a link" in told and "2,999 more like it: a file of outcomes" in told
    account = Store(root / "data/processed").account()
    account = account[account["file"] == "police_uk/b.zip"]
    account.index = account["member"].str[16:-11]
    assert account["rows_read"].to_dict() == {
        "good": 7, "bytes": 7, "nul": 7, "header": 0, "line": 8,
    }  # fmt: skip
    assert account["rows_set_aside"].to_dict() == {
        "good": 0, "bytes": 0, "nul": 1, "header": 0, "line": 1,
    }  # fmt: skip
    problems = Store(root / "data/processed").problems()
    reasons = set(problems.loc[problems["file"].str.contains("b.zip"), "reason"])
    assert {
        "read as Windows-1252",
        "the line holds NUL bytes",
        "the file holds no rows",
        "the line is longer than a million letters",
    } <= reasons
