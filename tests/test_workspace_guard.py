"""Partner data never slip into version control."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import openpyxl
import pytest

from cspanalysis import findings
from cspanalysis.domain.errors import UsageError
from cspanalysis.workspace import guard, init

SAMPLE = {"source": "police_extract", "synthetic": True, "files": ["crime.csv"]}


@pytest.fixture
def repository(tmp_path) -> Path:
    """A repository that tracks one raw file of the sample with its sidecar."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    raw(tmp_path, "crime.csv")
    track(tmp_path)
    return tmp_path


def raw(root: Path, name: str, *, synthetic: bool = True, publisher: str = guard.PUBLISHER) -> Path:
    path = root / "data" / "raw" / "police_extract" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("id\n1\n")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    Path(f"{path}{guard.SIDECAR}").write_text(
        f'publisher = "{publisher}"\nsynthetic = {str(synthetic).lower()}\nsha256 = "{digest}"\n'
    )
    return path


def track(root: Path) -> None:
    subprocess.run(["git", "-C", str(root), "add", "--all", "--force"], check=True)


def notebook(root: Path, *outputs: dict, source: str = "finding()", **metadata) -> Path:
    path = root / "notebooks" / "10_overview.ipynb"
    path.parent.mkdir(exist_ok=True)
    cell = {"cell_type": "code", "metadata": metadata, "source": [source], "outputs": outputs}
    path.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
    track(root)
    return path


def finding(*sources: dict, **more) -> dict:
    record = {"id": "overview.mix", "sources": sources, "rows": [{"count": 3}], **more}
    return {"output_type": "display_data", "data": {guard.FINDING: record}}


def test_the_type_of_a_findings_output_is_that_of_findings():
    assert guard.FINDING == findings.MIME


def test_the_sample_and_its_notebooks_pass(repository):
    chart = {"output_type": "display_data", "data": {guard.PLOTLY: {}}}
    review = {"output_type": "execute_result", "data": {"text/plain": ["<Review of A, 2007>"]}}
    account = finding(rows=[{"file": "police_extract/crime.csv", "kept": 1}])
    notebook(repository, review, account, finding(SAMPLE, has_figure=True), chart)
    assert guard.check(repository) == []


def test_this_repository_tracks_the_sample_only(project):
    if not (project / ".git").exists():
        pytest.skip("the project was unpacked without its repository")
    assert guard.check(project) == []


@pytest.mark.parametrize("why", ["partner", "real", "changed", "bare"])
def test_a_raw_file_that_is_not_the_samples_is_refused(repository, why):
    path = raw(
        repository,
        "extract.csv",
        synthetic=why != "real",
        publisher="Kent Police" if why == "partner" else guard.PUBLISHER,
    )
    if why == "changed":
        path.write_text("id\n2\n")
    if why == "bare":
        Path(f"{path}{guard.SIDECAR}").unlink()
    assert guard.check(repository) == [], "nothing is wrong with files that are not tracked"
    track(repository)
    (problem,) = guard.check(repository)
    assert problem.startswith("data/raw/police_extract/extract.csv")


@pytest.mark.parametrize(
    "name", ["data/processed/police_extract/x.parquet", "reports/a/index.html"]
)
def test_what_is_made_from_data_is_refused(repository, name):
    path = repository / name
    path.parent.mkdir(parents=True)
    path.write_text("x")
    (path.parent / "README.md").write_text("what goes here")
    track(repository)
    assert [p.split(":")[0] for p in guard.check(repository)] == [name]


@pytest.mark.parametrize(
    "output",
    [
        finding(SAMPLE | {"synthetic": False}),
        finding(SAMPLE | {"files": ["crime.csv", "partner.csv"]}),
        finding(SAMPLE, windows=[{"id": "w", "sources": [SAMPLE | {"synthetic": None}]}]),
        finding(),
        finding(rows=[{"file": "police_extract/partner.csv", "kept": 1}]),
        {"output_type": "execute_result", "data": {"text/html": ["<table></table>"]}},
        {"output_type": "stream", "name": "stdout", "text": ["3 victims"]},
        {"output_type": "display_data", "data": {guard.PLOTLY: {}}},
        {"output_type": "error", "ename": "KeyError", "evalue": "", "traceback": []},
    ],
    ids=["real", "mixed", "window", "sourceless", "account", "table", "print", "chart", "error"],
)
def test_outputs_not_made_from_the_sample_are_refused(repository, output):
    notebook(repository, output)
    (problem,) = guard.check(repository)
    assert problem.startswith("notebooks/10_overview.ipynb: ")


@pytest.mark.parametrize(
    ("source", "tags", "is_refused"),
    [
        ("workspace = None", ["parameters"], False),
        ("workspace = '../partner'", ["parameters"], True),
        ("period = '2007-04/2008-03'", ["injected-parameters"], True),
    ],
)
def test_parameters_of_another_workspace_are_refused(repository, source, tags, is_refused):
    notebook(repository, source=source, tags=tags)
    assert bool(guard.check(repository)) is is_refused


def test_chosen_files_only(repository, monkeypatch, capsys):
    notebook(repository, finding(SAMPLE | {"synthetic": False}))
    monkeypatch.chdir(repository)
    assert guard.main(["data/raw/police_extract/crime.csv"]) == 0
    assert guard.main(["notebooks/10_overview.ipynb"]) == 4
    assert "not the sample's" in capsys.readouterr().err


def test_a_folder_without_a_repository_is_a_usage_error(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError):
        guard.check(tmp_path)


def test_what_partners_send_and_what_is_made_of_it_is_ignored(project, tmp_path):
    if not (project / ".git").exists():
        pytest.skip("the project was unpacked without its repository")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    shutil.copy(project / ".gitignore", tmp_path)
    tracked = guard._tracked(project)
    sample = {n for n in tracked if n.startswith(("data/", "reports/"))}
    raws = [PurePosixPath(n).parts for n in sample if n.startswith("data/raw/")]
    names = {parts[2] for parts in raws if len(parts) > 3}
    files = ("extract 2025.csv", "crime.xlsx", "a.zip", "extract 2025.csv.source.toml")
    partners = {f"data/raw/{s}/{file}" for s in (*names, "other") for file in files}
    made = {"data/processed/manifest.json", "data/processed/hospital_extract/a.parquet",
            "reports/kent/2025-01_2025-12/index.html", "reports/kent/x.pdf"}  # fmt: skip
    for name in sample | partners | made:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    subprocess.run(["git", "-C", str(tmp_path), "add", "--all"], check=True)
    assert len(names) > 10
    assert set(guard._tracked(tmp_path)) == sample | {".gitignore"}


def test_the_hook_stops_a_commit_of_a_partners_file(repository):
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cspanalysis.workspace.guard\n')
    hook.chmod(0o755)
    commit = ["git", "-C", str(repository), "-c", "user.name=a", "-c", "user.email=a@example.org",
              "commit", "-q", "-m", "x"]  # fmt: skip
    assert subprocess.run(commit, capture_output=True).returncode == 0
    raw(repository, "partner.csv", synthetic=False)
    track(repository)
    refused = subprocess.run(commit, capture_output=True, text=True)
    assert refused.returncode != 0 and "partner.csv" in refused.stderr
    notebook(repository, finding(SAMPLE | {"synthetic": False}))
    subprocess.run(["git", "-C", str(repository), "rm", "-q", "--cached", "-r", "data"], check=True)
    refused = subprocess.run(commit, capture_output=True, text=True)
    assert refused.returncode != 0 and "10_overview.ipynb" in refused.stderr


PERSONAL = {
    "export.csv": "Reference,Age\nV1,20\n",
    "deep/down/persons.tsv": "Surname\tDOB\nA\t01/02/1990\n",
    "notes.txt": "Extract of 3 May\n\nCrime No;Easting;Northing\n1;560000;150000\n",
    "homes.csv": "kind,place\na,TN9 1AA\nb,TN9 1AB\nc,ME19 4LZ\n",
    "points.csv": "kind,Longitude,Latitude\na,0.27,51.19\n",
    "patients.csv": "who,when\n943 476 5919,2024\n401 023 2137,2024\n450 557 7104,2024\n",
    "table.parquet": "PAR1",
    "out/findings.json": '{"schema": "cspanalysis.findings/1", "edition": "public"}',
    "site/index.html": "<p>Made by cspanalysis 0.1.</p>",
    "site/p.html": '<p class="restricted"><strong>RESTRICTED</strong> Partner edition</p>',
    "rows.json": '[{"victim_name": "A", "age": 3}]',
}
HARMLESS = {
    "counts.csv": "district,month,count\nDover,2024-01,12\n",
    "rates.csv": "area,rate,lower,upper\nDover,1.2,1.0,1.4\n",
    "readme.txt": "Nothing here, with a comma.\n",
    "page.html": "<p>Documentation</p>",
    "settings.json": '{"a": 1}',
    "tests/fixtures/police_uk/street.csv": "Crime ID,Longitude,Latitude\n1,0.2,51\n",
}


@pytest.mark.parametrize("name", PERSONAL)
def test_what_tells_persons_cases_or_homes_apart_is_refused_wherever_it_lies(repository, name):
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PERSONAL[name], encoding="utf-8")
    track(repository)
    (problem,) = guard.check(repository)
    assert problem.startswith(f"{name}: ") and "git rm --cached" in problem


@pytest.mark.parametrize("name", HARMLESS)
def test_what_tells_nobody_apart_passes(repository, name):
    path = repository / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HARMLESS[name], encoding="utf-8")
    track(repository)
    assert guard.check(repository) == []


@pytest.mark.parametrize("ending", ["xlsx", "csv.gz", "zip"])
def test_packed_tables_are_looked_into(repository, ending):
    path = repository / f"export.{ending}"
    if ending == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(["Victim name", "Age"])
        book.active.append(["A", 3])
        book.save(path)
    elif ending == "zip":
        with zipfile.ZipFile(path, "w") as out:
            out.writestr("a/persons.csv", PERSONAL["export.csv"])
    else:
        path.write_bytes(gzip.compress(PERSONAL["export.csv"].encode()))
    track(repository)
    (problem,) = guard.check(repository)
    assert "has a column" in problem


def test_the_check_is_laid_before_commits_once_and_refuses(repository):
    hook = repository / ".git/hooks/pre-commit"
    hook.unlink(missing_ok=True)
    assert "before every commit" in guard.install(repository)
    assert guard.install(repository) == ""
    (repository / "export.csv").write_text(PERSONAL["export.csv"])
    track(repository)
    (repository / ".venv/bin").mkdir(parents=True)
    python = repository / ".venv/bin/python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
    command = ["git", "-C", str(repository), *identity, "commit", "-qm", "a"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode and "has a column 'Reference'" in run.stderr


def test_a_new_workspace_ignores_all_that_partners_give_and_what_is_made_of_it(tmp_path):
    init.init(tmp_path / "ws", "Dover")
    root = tmp_path / "ws"
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for name in (
        "data/raw/victims.csv", "data/raw/marac/a.csv", "data/raw/marac/deep/a.csv",
        "data/raw/new_folder/a.csv", "data/processed/a.parquet", "reports/dover/index.html",
        "notebooks/10_a.ipynb", "export.parquet", "elsewhere/bulletin_2024_partner.html",
    ):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("a")
    status = ["git", "-C", str(root), "status", "--porcelain", "--untracked-files=all"]
    seen = subprocess.run(status, capture_output=True, text=True, check=True).stdout.split()[1::2]
    assert all(name.endswith(("README.md", ".toml", ".gitignore")) for name in seen), seen
    assert "data/raw/marac/README.md" in seen
