"""The benchmarks' own parts: the invented archive and the table. No times."""

import zipfile

import pytest

from benchmarks import growth, layout, measures, measuring, national, page, today, workbooks
from benchmarks.__main__ import main, settings
from cspanalysis.domain.periods import Period
from cspanalysis.store import clean_run
from cspanalysis.store.tables import Store

SMALL = layout.Layout(Period.parse("2025-11/2025-12"), forces=2, rows=6000)


def test_the_archive_is_read_without_loss(tmp_path):
    made = layout.workspace(tmp_path / "w", SMALL)
    clean_run.clean(tmp_path / "w", {})
    store = Store(tmp_path / "w" / "data" / "processed")
    account = store.account().query("source == 'police_uk'")
    assert account["rows_kept"].sum() == account["rows_read"].sum() == made
    counts = store.load("police_uk_counts")
    assert counts["count"].sum() == made
    # Every district has offences, and by today's name.
    assert set(counts["district"].dropna()) == {d["district"] for d in SMALL.districts()}
    assert set(store.coverage()["status"]) == {"ok"}


def test_every_small_area_of_the_archive_has_an_outline(tmp_path):
    layout.workspace(tmp_path / "w", SMALL)
    layout.write_outlines(tmp_path / "w/data/raw", SMALL)
    clean_run.clean(tmp_path / "w", {})
    store = Store(tmp_path / "w" / "data" / "processed")
    outlines = store.load("boundaries").groupby("kind")["area_code"].agg(set)
    assert outlines["lsoa"] >= set(store.load("police_uk")["lsoa_code"].dropna())
    assert len(outlines["lsoa"]) == layout.LSOAS * len(SMALL.districts())
    assert outlines["district"] == {d["district_code"] for d in SMALL.districts()}


def test_a_seed_gives_the_same_archive(tmp_path):
    contents = []
    for seed in (1, 1, 2):
        made = layout.Layout(SMALL.months, 2, 2000, seed)
        layout.write_archive(tmp_path, made)
        with zipfile.ZipFile(tmp_path / "archive.zip") as archive:
            contents.append([archive.read(name) for name in archive.namelist()])
    assert contents[0] == contents[1] != contents[2]


def test_the_workbook_is_read_without_loss(tmp_path):
    workbooks.workspace(tmp_path / "w", 3000)
    clean_run.clean(tmp_path / "w", {})
    store = Store(tmp_path / "w" / "data" / "processed")
    assert store.account()["rows_kept"].tolist() == [3000]
    assert store.load("home_office_csp")["year"].value_counts().tolist() == [500] * 6


def test_kent_comes_first_and_all_forces_cover_the_country():
    assert {d["force"] for d in layout.Layout(SMALL.months, 1).districts()} == {"Kent"}
    assert len(layout.Layout(SMALL.months).districts()) > 300


@pytest.mark.parametrize(
    ("value", "least", "verdict"),
    [(3, False, "kept"), (3.01, False, "missed"), (2, True, "missed")],
)
def test_a_missed_target_is_called_missed(value, least, verdict):
    target = measures.Target("cleaning", "floor", value, 3, "×", least)
    study = measures.Study(measures.Settings(), "a machine", [target])
    assert verdict in page.table([target])
    assert ("No target is missed" in page.page(study)) == (verdict == "kept")


def test_the_steps_of_an_area_are_those_of_its_log(tmp_path):
    for name, shift in (("dover", 0), ("swale", 0.5)):
        folder = tmp_path / name / "2025-01_2025-12"
        folder.mkdir(parents=True)
        log = (
            "engine forked",
            f"chapter 05_area {0.2 + shift} s 6 findings",
            "chapter 10_overview 1.00 s 29 findings",
            f"chapters after {1.5 + shift} s",
            f"pages, tables and their check after {2.25 + shift} s",
            "editions beside it 0.00 s",
            "check of workbook and editions 0.25 s",
            f"written after {2.75 + shift} s",
        )
        (folder / "run.log").write_text("\n".join(log))
    *steps, last = today._steps(tmp_path, 36.0, 16)
    assert [round(seconds, 6) for _, _, seconds in steps] == [0.45, 1, 1.75, 0.75, 0.25, 3]
    assert last[2] == 2.25
    study = measures.Study(measures.Settings(), "a machine", steps=[*steps, last])
    assert "| an area in a batch, by its own clock | chapter 05_area | 0.45 s |" in page.page(study)


def test_what_was_typed_on_the_page_stays():
    study = measures.Study(measures.Settings(), "a machine", [])
    typed = "## What was tried (November 2026)\n\n- this\n\n## A national run\n\nand that\n"
    before = page.page(study) + typed
    assert page.page(study, before) == before


def test_only_a_whole_run_writes_the_page():
    assert settings(["--quick"]).out is None
    assert settings(["--only", "loading"]).out is None
    assert settings([]).out.name == "performance.md"
    assert settings(["--months", "3"]).period == "2025-10/2025-12"


def test_a_difference_between_runs_is_found_and_times_are_not(tmp_path):
    for run, seconds in (("one", 1), ("other", 2)):
        folder = tmp_path / run / "area" / "2025"
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(f'{{"complete": true, "seconds": {seconds}}}')
        (folder / "index.html").write_text("the same")
        (folder / "run.log").write_text(run)
    one, other = tmp_path / "one", tmp_path / "other"
    assert national.finished(one) == {"area/2025": True}
    assert national.differences(one, other, ["area/2025"]) == []
    (other / "area/2025/index.html").write_text("another")
    assert national.differences(one, other, ["area/2025"]) == ["area/2025/index.html"]


def test_a_profile_sees_the_cleaning_itself(tmp_path):
    plan = layout.Layout(Period.parse("2025-01/2025-01"), 2, 2000)
    layout.workspace(tmp_path, plan)
    # In a process of its own: it puts something else in the place of the pool of threads.
    done = measuring.task("profile", tmp_path, "400")
    assert any(name.endswith(".run") for name, *_ in done.told["lines"])
    assert any("csv_fast." in name for name, *_ in done.told["lines"])


@pytest.mark.long
@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("memory", "chapter overview of 8 areas"),
        ("today", "a further area in a batch, processor time"),
    ],
)
def test_a_small_run_of_a_part_that_reviews_comes_to_its_end(tmp_path, part, said):
    written = tmp_path / "page.md"
    asked = ["--quick", "--only", part, "--scratch", str(tmp_path), "--out", str(written)]
    assert main(asked) == 0
    assert said in written.read_text(encoding="utf-8")


@pytest.mark.long
def test_growth_is_told_in_a_column_for_each_number_of_years(tmp_path, capsys):
    asked = ["--years", "1", "2", "--forces", "2", "--rows", "6000", "--scratch", str(tmp_path)]
    assert growth.main(asked) == 0
    head, _, files, *rest = capsys.readouterr().out.splitlines()
    assert head == "|  | 1 year | 2 years |" and files.endswith("| 24 | 48 |")
    assert len(rest) == 4 and rest[-1].count(" MB") == 2
