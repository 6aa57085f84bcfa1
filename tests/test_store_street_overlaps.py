"""A force's month that several street-level files hold counts once; two months are two."""

import gzip
import random
import shutil
import zipfile
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain import areas
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review import offence_counts
from cspanalysis.sources import overlap
from cspanalysis.store import clean_run, provenance
from cspanalysis.store.tables import Store

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
MONTHS = [f"2025-{m:02d}" for m in range(1, 5)]
PLACES = {"E01024717": "Tonbridge and Malling 005A", "E01024001": "Ashford 001A"}


def rows_of(month, force="Kent Police", n=30):
    """A month's rows: two thirds crimes, a third behaviour, some of it alike."""
    found = []
    for i in range(n):
        lsoa = list(PLACES)[i % 2]
        is_asb = i % 3 == 2
        found.append(
            f"{'' if is_asb else f'{force[:2]}{month}-{i}'},{month},{force},{force},"
            f"0.{20 + i % 7},51.19,On or near Road {i % 7},{lsoa},{PLACES[lsoa]},"
            f"{'Anti-social behaviour' if is_asb else 'Burglary'},,"
        )
    return found


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "data/raw/police_uk"
    folder.mkdir(parents=True)
    for month in MONTHS:
        put(folder / f"{month}-kent-street.csv", rows_of(month))
    return folder


def put(path, rows, header=HEADER, day=None):
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    if day:
        provenance.write(path, {**provenance.draft(provenance.sha256(path)), "published": day})


def cleaned(raw):
    report = clean_run.clean(raw.parents[2], {})
    return report, Store(raw.parents[1] / "processed")


def counts(store):
    table = store.load("police_uk_counts")
    return table.groupby(["month", "force", "district", "offence"])["count"].sum().to_dict()


def kept_columns(rows, *names):
    at = [HEADER.split(",").index(name) for name in names]
    return [",".join(row.split(",")[i] for i in at) for row in rows]


FEW = ("Month", "Reported by", "LSOA code", "Crime type")


@pytest.mark.parametrize("way", ["plain", "shuffled", "gz", "zip", "few", "no_ids", "id_nan"])
def test_a_merged_copy_beside_the_monthly_files_counts_once(raw, way):
    _, store = cleaned(raw)
    expected = counts(store)
    rows = [row for month in MONTHS for row in rows_of(month)]
    path = raw / "kent_all.csv"
    if way == "shuffled":
        random.Random(1).shuffle(rows)
    elif way == "no_ids":
        rows = ["," + row.split(",", 1)[1] for row in rows]
    elif way == "id_nan":
        rows = ["nan" + row if row.startswith(",") else row for row in rows]
    if way == "few":
        put(path, kept_columns(rows, *FEW), ",".join(FEW))
    else:
        put(path, rows)
    if way == "gz":
        with path.open("rb") as plain, gzip.open(raw / "kent_all.csv.gz", "wb") as out:
            shutil.copyfileobj(plain, out)
        path.unlink()
    elif way == "zip":
        with zipfile.ZipFile(raw / "kent_all.zip", "w") as out:
            out.write(path, "merged/kent_all.csv")
        path.unlink()
    report, store = cleaned(raw)
    assert counts(store) == expected
    account = report.account.set_index("source").loc["police_uk"]
    assert (account["rows_read"], account["rows_kept"], account["rows_set_aside"]) == (
        240,
        120,
        120,
    )
    assert any("kent_all" in n and "120 rows" in n and "counted once" in n for n in report.notices)
    listed = store.problems()
    assert len(listed[listed["reason"].str.contains("counts once")]) == 120


def test_months_that_the_merged_file_alone_holds_are_counted_from_it(raw):
    more = [row for month in [*MONTHS, "2025-05", "2025-06"] for row in rows_of(month)]
    put(raw / "kent.csv", more + rows_of("2025-01", "Essex Police"))
    _, store = cleaned(raw)
    found = store.load("police_uk_counts").groupby(["force", "month"])["count"].sum()
    assert found["Kent Police"].to_dict() == dict.fromkeys([*MONTHS, "2025-05", "2025-06"], 30)
    assert found["Essex Police"].to_dict() == {"2025-01": 30}
    put(raw / "kent.csv", [])
    provenance.path_of(raw / "kent.csv").unlink()
    (raw / "kent.csv").unlink()
    _, store = cleaned(raw)
    assert len(store.load("police_uk")) == 120


def test_a_districts_rows_saved_apart_repeat_the_forces_month_however_new_they_are(raw):
    own = [row for row in rows_of("2025-01") if "Tonbridge" in row]
    put(raw / "tonbridge.csv", own, day=date(2026, 1, 1))
    _, store = cleaned(raw)
    assert store.load("police_uk_counts").query("month == '2025-01'")["count"].sum() == 30


def test_of_two_editions_of_a_month_the_newer_one_counts(raw):
    older = rows_of("2025-01")
    newer = [row.replace("Burglary", "Robbery") for row in older[:3]] + older[3:]
    newer += ["new-1," + older[0].split(",", 1)[1]]
    put(raw / "january again.csv", newer, day=date(2026, 1, 1))
    report, store = cleaned(raw)
    found = store.load("police_uk_counts").query("month == '2025-01'")
    assert found["count"].sum() == 31
    assert found.query("offence == 'robbery'")["count"].sum() == 2
    assert any("2025-01-kent-street.csv" in n and "30 rows" in n for n in report.notices)


def test_the_rows_of_two_districts_in_two_files_are_all_kept(tmp_path):
    raw = tmp_path / "data/raw/police_uk"
    raw.mkdir(parents=True)
    rows = rows_of("2025-01", n=60)
    put(raw / "a.csv", [row for row in rows if "Ashford" in row])
    put(raw / "b.csv", [row for row in rows if "Ashford" not in row])
    _, store = cleaned(raw)
    assert len(store.load("police_uk")) == 60


def test_a_merged_file_cut_in_two_within_a_month_keeps_all_its_rows(tmp_path):
    raw = tmp_path / "data/raw/police_uk"
    raw.mkdir(parents=True)
    rows = [row for month in MONTHS for row in rows_of(month)]
    put(raw / "part 1.csv", rows[:45])
    put(raw / "part 2.csv", rows[45:])
    _, store = cleaned(raw)
    assert len(store.load("police_uk")) == 120


def test_one_identifier_in_the_files_of_two_forces_is_two_rows(raw):
    rows = [row.replace("Kent Police", "British Transport Police") for row in rows_of("2025-01")]
    put(raw / "2025-01-btp-street.csv", rows)
    _, store = cleaned(raw)
    assert len(store.load("police_uk")) == 150


def test_checking_alone_says_the_same_and_writes_nothing(raw):
    put(raw / "kent.csv", [row for month in MONTHS for row in rows_of(month)])
    checked = clean_run.clean(raw.parents[2], {}, check=True)
    assert not (raw.parents[1] / "processed/manifest.json").exists()
    report, _ = cleaned(raw)
    assert checked.account.equals(report.account)
    again = clean_run.clean(raw.parents[2], {})
    assert again.parts_read == 0
    assert again.account.equals(report.account)
    assert any("counted once" in n for n in again.notices)


def frame(part, numbers, *, has_ids=True):
    n = len(numbers)
    return pl.DataFrame(
        {
            "part": pl.Series([part] * n, dtype=pl.UInt16),
            "row": pl.Series(range(2, n + 2), dtype=pl.UInt32),
            "force": ["Kent Police"] * n,
            "month": ["2025-01"] * n,
            "crime_id": pl.Series([f"c{i}" if has_ids else None for i in numbers], dtype=pl.String),
            "offence": ["burglary"] * n,
            "lsoa_code": [f"E{i}" for i in numbers],
            "lsoa_name": pl.Series([None] * n, dtype=pl.String),
            "longitude": [float(i) for i in numbers],
            "latitude": [51.0] * n,
        }
    )


NUMBERS = st.sets(st.integers(0, 60), min_size=1)


@settings(deadline=None)
@given(one=NUMBERS, other=NUMBERS, ids=st.tuples(st.booleans(), st.booleans()))
def test_what_files_share_counts_once_and_nothing_that_one_alone_tells_is_lost(one, other, ids):
    """Whatever two files hold: a crime in both is never lost; disjoint files lose nothing."""
    ages = [overlap.Age("", 1, "a"), overlap.Age("", 1, "b")]
    frames = [frame(0, sorted(one), has_ids=ids[0]), frame(1, sorted(other), has_ids=ids[1])]
    both = pl.concat(frames)
    kept = both.join(overlap.repeats(both, ages), on=["part", "row"], how="anti")
    left = kept["lsoa_code"].to_list()
    if not one & other:
        assert len(left) == len(one) + len(other)
    if one == other:
        assert sorted(left) == sorted(f"E{i}" for i in one)
    assert {f"E{i}" for i in one & other} <= set(left)
    lost = {f"E{i}" for i in one | other} - set(left)
    assert len(lost) <= 0.2 * max(len(one), len(other))
    if all(ids):
        assert len(left) == len(set(left))


@pytest.mark.realdata
def test_kent_of_a_year_and_its_merged_copy(shared, tmp_path):
    raw = tmp_path / "data/raw/police_uk"
    raw.mkdir(parents=True)
    shutil.copy(shared / "data/police_uk/kent_2025.zip", raw)
    with zipfile.ZipFile(raw / "kent_2025.zip") as archive:
        names = sorted(n for n in archive.namelist() if n.endswith("-street.csv"))[:3]
        texts = [archive.read(n).decode().splitlines() for n in names]
    merged = [row for text in texts for row in text[1:]]
    put(raw / "quarter.csv", kept_columns_quoted(merged), ",".join(FEW))
    report, store = cleaned(raw)
    assert len(store.load("police_uk", columns=["month"])) == 180_022
    assert any(f"{len(merged):,} rows of months" in n for n in report.notices)


def kept_columns_quoted(rows):
    at = [HEADER.split(",").index(name) for name in FEW]
    table = pl.read_csv("\n".join([HEADER, *rows]).encode(), infer_schema=False)
    return [",".join(value or "" for value in row) for row in table[:, at].iter_rows()]


def test_months_that_name_no_lsoa_are_told_by_force_and_month(tmp_path):
    raw = tmp_path / "data/raw/police_uk"
    raw.mkdir(parents=True)
    blank = [
        row.replace(",E01024717,", ",,").replace(",E01024001,", ",,") for row in rows_of(MONTHS[0])
    ]
    for name in PLACES.values():
        blank = [row.replace(name, "") for row in blank]
    put(raw / "2025-01-kent-street.csv", blank)
    put(raw / "2025-02-kent-street.csv", rows_of(MONTHS[1]))
    _, store = cleaned(raw)
    found = store.coverage().set_index("month")
    assert found["status"].to_dict() == {"2025-01": "unlocated", "2025-02": "ok"}
    assert found.loc["2025-01", ["rows", "without_lsoa", "without_district"]].to_list() == [30] * 3


def test_a_review_says_that_the_early_files_name_no_lsoa(tmp_path):
    raw = tmp_path / "data/raw/police_uk"
    raw.mkdir(parents=True)
    header = "Month,Reported by,Falls within,Easting,Northing,Location,Crime type,Context"
    for month in ("2011-04", "2011-05"):
        row = f"{month},Kent Police,Kent Police,562000,150000,On or near Road,Burglary,"
        put(raw / f"{month}-kent-street.csv", [row] * 10, header)
    put(raw / "2011-06-kent-street.csv", rows_of("2011-06"))
    _, store = cleaned(raw)
    area = areas.find("Tonbridge and Malling")
    early = Period.parse("2011-04/2011-05")
    with pytest.raises(NotAvailable) as caught:
        offence_counts.source_of(store, area, early)
    assert "the records of April and May 2011 naming no LSOA" in caught.value.detail
    (raw / "2011-06-kent-street.csv").unlink()
    provenance.path_of(raw / "2011-06-kent-street.csv").unlink()
    _, store = cleaned(raw)
    with pytest.raises(NotAvailable) as caught:
        offence_counts.source_of(store, area, early)
    assert (
        "name no LSOA, so that none of their records belongs to a district" in caught.value.detail
    )
