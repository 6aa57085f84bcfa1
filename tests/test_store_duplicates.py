"""What another file gives already counts once; what is two things stays two."""

import csv
import gzip
import io
import random
import re
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis import sources
from cspanalysis.store import clean_run, manifest, provenance
from cspanalysis.store.tables import Store

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLE = Path(__file__).parents[1] / "data" / "raw"
#: Sources whose files are compared in a way of their own.
OWN_RULE = {"police_uk", "lookups", "boundaries"}
#: Of these the sample has no file.
ELSEWHERE = ("home_office_csp/csp.csv", "fingertips/export.csv", "dfe_exclusions/ees.csv",
             "dfe_exclusions/reasons.csv", "marac/referrals.csv", "stats19/vehicles.csv",
             "peer_counts/from_to.csv", "fire_statistics/incidents.csv")  # fmt: skip

CALLS = "date,received_by,type,place,district\n"
CALL = "{day:02d}/{month:02d}/2024,police,noise,High Street,Dover\n"


def files():
    for path in sorted(SAMPLE.rglob("*.csv*")):
        if path.suffix != ".toml":
            yield path.relative_to(SAMPLE).as_posix(), path
    for name in ELSEWHERE:
        yield name, FIXTURES / name


def records(path, most=60):
    """Header and some records of a file, from its beginning and its middle."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return rows[:most] + rows[len(rows) // 2 :][:most] if len(rows) > 2 * most else rows


FILES = {name: records(path) for name, path in files()}
#: One file of each layout: years of the same layout are read the same way.
LAYOUTS = list({tuple(rows[0]): name for name, rows in FILES.items()}.values())


def written(rows, *, delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\n", bom=False):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + out.getvalue().encode()


def workspace(root, contents):
    for name, content in contents.items():
        path = root / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def tables(root):
    """Every table's rows without where they come from, in an order of their own."""
    store = Store(root / "data" / "processed")
    found = {}
    for name in store.tables():
        frame = store.load(name).drop(columns=["file", "row"], errors="ignore").astype(str)
        found[name] = sorted(map(repr, frame.to_numpy().tolist()))
    return found


def account(report):
    return report.account[["rows_read", "rows_kept", "rows_set_aside"]].sum()


def adds_up(report):
    rows = report.account
    return (rows["rows_read"] == rows["rows_kept"] + rows["rows_set_aside"]).all()


PERTURBED = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "end": st.sampled_from(["\n", "\r\n"]),
        "bom": st.booleans(),
    }
)


@pytest.mark.long
@pytest.mark.parametrize("name", LAYOUTS)
@settings(max_examples=6)
@given(
    how=PERTURBED,
    seed=st.integers(0, 99),
    tail=st.sampled_from([b"", b"\n", b"\n\n", b"\r\n"]),
    called=st.sampled_from(["{} (1).csv", "a {}.csv", "{} - Copy.csv"]),
)
def test_a_copy_that_was_saved_anew_changes_no_table(name, how, seed, tail, called):
    rows = FILES[name]
    body = rows[1:]
    random.Random(seed).shuffle(body)
    folder, _, file = name.partition("/")
    copy = f"{folder}/{called.format(file.split('.')[0])}"
    with tempfile.TemporaryDirectory() as place:
        root = workspace(Path(place), {name.removesuffix(".gz"): written(rows)})
        clean_run.clean(root, {})
        alone = tables(root)
        workspace(root, {copy: written([rows[0], *body], **how) + tail})
        report = clean_run.clean(root, {})
        assert tables(root) == alone
        assert adds_up(report)
        assert folder in OWN_RULE or any(n.startswith(folder) for n in report.notices)
        # The same again, from what is known: nothing is read, nothing changes.
        workspace(root, {"elsewhere.csv": "a\n"})
        again = clean_run.clean(root, {})
        assert again.parts_read == 0 and tables(root) == alone
        assert account(again).equals(account(report))
        # And without the copy all is as before it came.
        for path in (root / "data" / "raw").rglob(f"{Path(copy).name}*"):
            path.unlink()
        assert adds_up(clean_run.clean(root, {}))
        assert tables(root) == alone


@pytest.mark.parametrize("name", [n for n in LAYOUTS if n.split("/")[0] not in OWN_RULE])
def test_a_newer_file_with_one_row_more_gives_that_row(name, tmp_path):
    rows = FILES[name]
    older = workspace(tmp_path / "one", {name.removesuffix(".gz"): written(rows)})
    clean_run.clean(older, {})
    file = name.removesuffix(".gz")
    both = {file: written(rows[:-1]), file.replace(".csv", " (1).csv"): written(rows)}
    report = clean_run.clean(workspace(tmp_path / "two", both), {})
    assert tables(tmp_path / "two") == tables(older)
    assert adds_up(report)


def test_every_table_states_what_makes_two_rows_the_same():
    for source in set(sources.names()) - OWN_RULE:
        stated = sources.get(source).keys
        assert source in stated, source


ADMISSIONS = "year,cause,sex,age_band,count,district\n"
ADMISSION = "2024/25,T51,{sex},10-19,{count},Dover\n"


def admissions(**counts):
    return ADMISSIONS + "".join(ADMISSION.format(sex=s, count=n) for s, n in counts.items())


def test_of_two_figures_for_the_same_the_newer_files_is_used_and_both_are_named(tmp_path):
    root = workspace(
        tmp_path,
        {
            "hospital_extract/a.csv": admissions(male=34, female=20),
            "hospital_extract/a corrected.csv": admissions(male=36, female=20, persons=56),
        },
    )
    report = clean_run.clean(root, {})
    store = Store(root / "data" / "processed")
    used = store.load("hospital_extract").set_index("sex")["count"]
    assert used.to_dict() == {"male": 36, "female": 20, "persons": 56}
    assert account(report).tolist() == [5, 3, 2]
    problems = store.problems().set_index("row")
    assert problems.loc[2, ["file", "found", "action"]].tolist() == [
        "hospital_extract/a.csv", "count: 34", "set aside",
    ]  # fmt: skip
    assert (
        problems.loc[2, "allowed"]
        == "once: row 2 of hospital_extract/a corrected.csv has count: 36"
    )
    assert problems.loc[3, "reason"] == "repeats a row of hospital_extract/a corrected.csv"
    assert store.problem_counts()["count"].tolist() == [1, 1]
    assert any(
        n.startswith(
            "hospital_extract/a.csv: 1 row contradicts a row of hospital_extract/a corrected.csv"
        )
        for n in report.notices
    )


def test_the_day_of_publication_says_which_file_is_newer(tmp_path):
    root = workspace(
        tmp_path,
        {
            "hospital_extract/a.csv": admissions(male=34),
            "hospital_extract/b.csv": admissions(male=36),
        },
    )
    clean_run.clean(root, {})
    store = Store(root / "data" / "processed")
    assert store.load("hospital_extract")["count"].tolist() == [36]
    path = root / "data/raw/hospital_extract/a.csv"
    provenance.write(path, provenance.draft(provenance.sha256(path)) | {"published": "2025-06-01"})
    assert clean_run.clean(root, {}).parts_read == 0
    store = Store(root / "data" / "processed")
    assert store.load("hospital_extract")["count"].tolist() == [34]


def test_a_corrected_file_without_a_day_says_what_makes_it_count(tmp_path):
    files = {"a.csv": admissions(male=34), "a corrected.csv": admissions(male=36)}
    root = workspace(tmp_path, {f"hospital_extract/{name}": rows for name, rows in files.items()})
    older, newer = (root / "data/raw/hospital_extract" / name for name in files)
    provenance.write(
        older, provenance.draft(provenance.sha256(older)) | {"published": "2025-06-01"}
    )
    report = clean_run.clean(root, {})
    store = Store(root / "data" / "processed")
    assert store.load("hospital_extract")["count"].tolist() == [34]
    told = next(n for n in report.notices if n.startswith("hospital_extract/a corrected.csv: 1"))
    assert "a file without a day as the oldest" in told
    line = re.search(r"<file>(\.source\.toml), as (published = \"YYYY-MM-DD\")", told)
    # What it says, done: the sidecar's name and the line are the right ones.
    sidecar = newer.with_name(newer.name + line[1])
    kept = [row for row in sidecar.read_text().splitlines() if not row.startswith("published")]
    sidecar.write_text("\n".join([line[2].replace("YYYY-MM-DD", "2025-07-01"), *kept]) + "\n")
    clean_run.clean(root, {})
    assert Store(root / "data" / "processed").load("hospital_extract")["count"].tolist() == [36]


def test_a_figure_that_a_file_gives_twice_counts_once(tmp_path):
    twice = admissions(male=34, female=20) + ADMISSION.format(sex="male", count=36)
    twice += ADMISSION.format(sex="female", count=20)
    report = clean_run.clean(workspace(tmp_path, {"hospital_extract/a.csv": twice}), {})
    store = Store(tmp_path / "data" / "processed")
    assert sorted(store.load("hospital_extract")["count"]) == [20, 36]
    assert account(report).tolist() == [4, 2, 2]
    assert len([n for n in report.notices if "a later row" in n]) == 2


def test_a_wide_row_of_which_a_part_is_given_elsewhere_stays_with_a_remark(tmp_path):
    ages = ",".join(map(str, range(90)))
    header = f"ltla23_code,ltla23_name,all ages,{ages},90+\n"
    wide = header + "E07000108,Dover,9100," + ",".join(["100"] * 91) + "\n"
    tidy = "area,year,sex,age,population\nDover,2023,persons,0,101\n"
    root = workspace(tmp_path, {"population/mid-2023.csv": wide, "population/newborn.csv": tidy})
    report = clean_run.clean(root, {})
    table = Store(root / "data" / "processed").load("population").set_index("age")["population"]
    assert table.is_unique is False and table.index.is_unique
    assert table[0] == 101 and table[1] == 100
    assert account(report).tolist() == [2, 2, 0]
    assert report.account["rows_noted"].tolist() == [1]


def test_the_census_and_the_estimate_of_a_year_are_two_figures(tmp_path):
    tidy = "area,year,sex,age,population,note\n"
    root = workspace(
        tmp_path,
        {
            "population/a.csv": tidy + "Dover,2021,persons,all ages,116400,\n",
            "population/b.csv": tidy + "Dover,2021,persons,all ages,116410,Census 2021\n",
        },
    )
    assert account(clean_run.clean(root, {})).tolist() == [2, 2, 0]


def calls(*days, month=4):
    return CALLS + "".join(CALL.format(day=day, month=month) for day in days)


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        # Two quarters that abut, alike in all but the day.
        (calls(1, 2, 3), calls(4, 5, 6), 6),
        # Two calls alike in one file are two calls, and in its copy no further ones.
        (calls(1, 1, 2), calls(1, 1, 2) + "\n", 3),
        # A corrected file that lacks one of them: it may be the other.
        (calls(1, 1, 2), calls(1, 2), 3),
        # Extracts that overlap: what both hold of the same days counts once.
        (calls(1, 2, 3, 4), calls(3, 4, 5, 6), 6),
        # By chance one of the four calls of these days is alike.
        (calls(1, 2, 3).replace("noise", "litter") + calls(4)[len(CALLS) :], calls(1, 2, 3, 4), 8),
    ],
)
def test_records_without_identifier(one, other, kept, tmp_path):
    root = workspace(tmp_path, {"asb_calls/a.csv": one, "asb_calls/b.csv": other})
    report = clean_run.clean(root, {})
    assert len(Store(root / "data" / "processed").load("asb_calls")) == kept
    assert adds_up(report)


FIRES = "incident_id,date,district,incident_type,motive,property_type\n"
FIRE = "{id},{date},Dover,primary fire,{motive},dwelling\n"


def test_a_number_given_again_next_year_is_another_fire(tmp_path):
    root = workspace(
        tmp_path,
        {
            "fires/2023.csv": FIRES + FIRE.format(id=1, date="01/04/2023", motive="accidental"),
            "fires/2024.csv": FIRES + FIRE.format(id=1, date="02/04/2024", motive="accidental"),
        },
    )
    assert account(clean_run.clean(root, {})).tolist() == [2, 2, 0]


def test_a_record_whose_state_changed_counts_once_from_the_newer_file(tmp_path):
    root = workspace(
        tmp_path,
        {
            "fires/a.csv": FIRES + FIRE.format(id=1, date="01/04/2023", motive="not known"),
            "fires/b.csv": FIRES + FIRE.format(id=1, date="01/04/2023", motive="deliberate"),
        },
    )
    report = clean_run.clean(root, {})
    assert Store(root / "data/processed").load("fires")["motive"].tolist() == ["deliberate"]
    assert account(report).tolist() == [2, 1, 1]


def test_shares_without_a_partnership_are_of_what_counts(tmp_path):
    csp = (FIXTURES / "home_office_csp/csp.csv").read_text()
    root = workspace(tmp_path, {"home_office_csp/a.csv": csp})
    clean_run.clean(root, {})
    alone = Store(root / "data/processed").load("home_office_csp_coverage")
    workspace(root, {"home_office_csp/b.csv": csp + "\n"})
    clean_run.clean(root, {})
    pd.testing.assert_frame_equal(
        Store(root / "data/processed").load("home_office_csp_coverage"), alone
    )


def test_a_check_counts_repeats_and_writes_nothing(tmp_path):
    calls_twice = {"asb_calls/a.csv": calls(1, 2), "asb_calls/b.csv": calls(1, 2) + "\n"}
    root = workspace(tmp_path, calls_twice)
    report = clean_run.clean(root, {}, check=True)
    assert account(report).tolist() == [4, 2, 2]
    assert not (root / "data" / "processed").exists()


def test_tables_as_read_stay_until_their_file_goes(tmp_path):
    root = workspace(tmp_path, {"asb_calls/a.csv": calls(1), "asb_calls/b.csv": calls(1) + "\n"})
    clean_run.clean(root, {})
    folder = root / "data" / "processed"
    named = manifest.named(manifest.manifest(folder))
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*.parquet")} == named
    shutil.rmtree(root / "data/raw/asb_calls")
    clean_run.clean(root, {})
    assert not list(folder.rglob("*.parquet"))
