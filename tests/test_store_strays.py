"""Files of another kind in a source's folder: named with what they are, and the rest is read."""

import gzip
import shutil
import zipfile
from pathlib import Path

import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.store import clean_run, strays
from cspanalysis.store.tables import Store

FIXTURES = Path(__file__).parent / "fixtures" / "police_uk"
OUTCOMES = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Outcome type\naaa1,2025-01,Kent Police,Kent Police,,,No Location,,,Suspect charged\n"
)
SEARCHES = (
    "Type,Date,Part of a policing operation,Policing operation,Latitude,Longitude,Gender,Age range,"
    "Self-defined ethnicity,Officer-defined ethnicity,Legislation,Object of search,Outcome\n"
    "Person search,2025-01-01T00:00:00+00:00,,,,,Male,18-24,,,PACE,Drugs,Nothing found\n"
)
POSTCODES = "pcds,oa21cd,lsoa21cd,lat,long\nTN9 1BG,E00000001,E01024717,51.2,0.27\n"
LOOKUP = (
    "lsoa21_name,lsoa21_code,ward24_name,ward24_code,ltla24_name,ltla24_code\n"
    "Tonbridge and Malling 005A,E01024717,Castle,E05000001,Tonbridge and Malling,E07000115\n"
)
AUTHORITIES = "ltla21_name,ltla21_code,fra21_name,fra21_code\nDover,E07000108,Kent,E31000022\n"


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "data/raw/police_uk"
    folder.mkdir(parents=True)
    shutil.copy(FIXTURES / "street.csv", folder / "2025-01-kent-street.csv")
    return folder


def cleaned(raw):
    report = clean_run.clean(raw.parents[2], {})
    return "\n".join(report.notices), Store(raw.parents[1] / "processed")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("2025-01-kent-outcomes.csv", OUTCOMES, "a file of outcomes from data.police.uk"),
        ("searches renamed.csv", SEARCHES, "a file of stop and search from data.police.uk"),
        ("2025/a.csv", f"Downloaded in May\n\n{OUTCOMES}", "a file of outcomes"),
        ("postcodes.csv", POSTCODES, "a directory of postcodes"),
        ("fire.csv", AUTHORITIES, "a lookup between areas"),
        ("lookup.csv", LOOKUP, "put into data/raw/lookups/"),
        ("about.txt", "These data are published monthly.\nSee data.police.uk\n", "a text"),
        ("Licence.txt", "Open Government Licence v3.0\n", "a note"),
        ("guide.PDF", "%PDF-1.7", "a document"),
        ("shapes.shp", "....", "a shape for maps"),
    ],
)
def test_a_file_of_another_kind_is_named_and_the_rest_is_read(raw, name, text, said):
    (raw / name).parent.mkdir(exist_ok=True)
    (raw / name).write_text(text, encoding="utf-8")
    notices, store = cleaned(raw)
    assert f"police_uk/{name}" in notices
    assert said in notices
    assert len(store.load("police_uk")) == 7
    again = clean_run.clean(raw.parents[2], {})
    assert again.parts_read == 0
    assert said in "\n".join(again.notices)


def test_a_whole_download_unpacked_or_not_gives_its_street_files_alone(raw):
    for month in ("2025-02", "2025-03"):
        text = (FIXTURES / "street.csv").read_text(encoding="utf-8").replace("2025-01", month)
        (raw / month).mkdir()
        (raw / month / f"{month}-kent-street.csv").write_text(text, encoding="utf-8")
        (raw / month / f"{month}-kent-outcomes.csv").write_text(OUTCOMES + month, encoding="utf-8")
        (raw / month / f"{month}-kent-stop-and-search.csv").write_text(SEARCHES + month)
    with zipfile.ZipFile(raw / "archive.zip", "w") as out:
        text = (FIXTURES / "street.csv").read_text(encoding="utf-8").replace("2025-01", "2025-04")
        out.writestr("2025-04/2025-04-kent-street.csv", text)
        out.writestr("2025-04/2025-04-kent-outcomes.csv", OUTCOMES)
        out.writestr("2025-04/neighbourhoods.csv", "a,b\n1,2\n")
        out.writestr("licence.txt", "Open Government Licence")
    with gzip.open(raw / "more.csv.gz", "wt") as out:
        out.write(OUTCOMES)
    notices, store = cleaned(raw)
    assert len(store.load("police_uk")) == 4 * 7
    for said in ("2 more like it: a file of outcomes", "1 more like it: a file of stop and search"):
        assert said in notices
    assert "archive.zip/2025-04/neighbourhoods.csv: a table of other columns" in notices
    assert "archive.zip/licence.txt: a note" in notices


def test_street_files_in_the_folder_of_the_police_extract_are_sent_where_they_belong(raw):
    extract = raw.with_name("police_extract")
    raw.rename(extract)
    notices, store = cleaned(extract)
    assert "police_extract/2025-01-kent-street.csv looks like a street-level file" in notices
    assert "data/raw/police_uk/" in notices
    assert store.tables() == ()


def test_a_table_that_nobody_knows_is_refused_as_ever(raw):
    (raw / "own.csv").write_text("Ref,Offence,When,Where\n1,Burglary,2025-01-01,Dover\n")
    with pytest.raises(DataRefused, match="column is missing"):
        clean_run.clean(raw.parents[2], {})


def test_records_that_name_their_small_areas_are_no_lookup():
    header = ["LSOA21CD", "LAD23CD", "WD23CD", "Recorded date", "Offense"]
    assert strays.of_header(header, "police_extract") is None
    assert strays.of_header(["LSOA21CD", "LAD23CD", "WD23CD"], "police_extract") is not None


@pytest.mark.realdata
def test_the_real_stop_and_search_files_are_told(shared, raw):
    path = shared / "data/police_uk/stop_and_search_2019-12_2020-02_seven_forces.zip"
    with zipfile.ZipFile(path) as archive:
        name = archive.namelist()[0]
        (raw / "renamed.csv").write_bytes(archive.read(name))
    notices, _ = cleaned(raw)
    assert "renamed.csv: a file of stop and search" in notices


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["ltla21_fra21.csv", "la_all_codes.csv", "ruc21_lsoa21.csv.gz"])
def test_real_lookups_of_other_kinds_are_passed_over(shared, raw, name):
    lookups = raw.with_name("lookups")
    lookups.mkdir()
    shutil.copy(shared / "data/lookups" / name, lookups / name)
    notices, store = cleaned(raw)
    assert f"lookups/{name}: a lookup between areas" in notices
    assert len(store.load("police_uk")) == 7
