"""What an analyst is told of files, notes and settings that are not as they should be."""

import re
import tomllib

import pytest

from cspanalysis import sources
from cspanalysis.domain.errors import DataRefused, UsageError
from cspanalysis.sources import appearance
from cspanalysis.store import clean_run, provenance, raw_survey
from cspanalysis.store.tables import Store
from cspanalysis.workspace import init

CALLS = "Date,Received by,Type\n"


def calls(n, month="01"):
    return CALLS + "".join(f"{day:02}/{month}/2024,police,Noise\n" for day in range(1, n + 1))


def put(root, **files):
    for name, text in files.items():
        path = root / "data" / "raw" / name / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("check", [True, False])
def test_all_faults_of_all_files_are_told_at_once_with_what_their_columns_seem_to_be(
    tmp_path, check
):
    put(
        tmp_path,
        asb_calls="Logged,Received by,Type\n13/01/2024,police,Noise\n",
        fires="Incident Number,Date of Call,Motive\n1,13/01/2024,deliberate\n",
        hospital_extract="year,cause,sex,age_band,count\n2006/07,T51,M,10-19,5\n",
        marac="referred,victim_id,perpetrator_id,district\nsoon,V1,P1,Dover\n",
    )
    with pytest.raises(DataRefused) as refused:
        clean_run.clean(tmp_path, {}, check=check)
    first, second, third = str(refused.value).split("\n\n")
    assert "asb_calls/asb_calls.csv, column 'date'" in first
    assert "'Logged' perhaps date, dates" in first and "'Type' type" in first
    assert "fires/fires.csv" in second and "'Date of Call' date, dates" in second
    assert "marac/marac.csv" in third and "its only row cannot be used" in third
    assert not (tmp_path / "data/processed/manifest.json").exists()


def test_a_file_that_cannot_be_looked_into_has_no_appearance(tmp_path):
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"no workbook")
    assert appearance.told(path, "fires") == ""


def test_one_of_several_files_read_together_is_named_alone(tmp_path):
    raw = tmp_path / "data/raw/asb_calls"
    raw.mkdir(parents=True)
    (raw / "a.csv").write_text(calls(3))
    (raw / "b.csv").write_text("Date,Received by\n13/01/2024,police\n")
    (raw / "c.csv").write_text("Received by,Type\npolice,Noise\n")
    with pytest.raises(DataRefused) as refused:
        clean_run.clean(tmp_path, {}, check=True)
    assert re.findall(r"asb_calls/(\w)\.csv", str(refused.value)) == ["b", "c"]


def test_an_untouched_draft_takes_the_hash_of_a_replaced_file(tmp_path):
    put(tmp_path, asb_calls=calls(3))
    clean_run.clean(tmp_path, {})
    put(tmp_path, asb_calls=calls(13))
    raw = tmp_path / "data/raw/asb_calls/asb_calls.csv"
    checked = clean_run.clean(tmp_path, {}, check=True)
    stated = tomllib.loads(provenance.path_of(raw).read_text())["sha256"]
    assert stated != provenance.sha256(raw)
    done = clean_run.clean(tmp_path, {})
    for report in (checked, done):
        assert "a draft that nobody touched" in report.text()
    assert tomllib.loads(provenance.path_of(raw).read_text())["sha256"] == provenance.sha256(raw)
    assert len(Store(tmp_path / "data/processed").load("asb_calls")) == 13


@pytest.mark.parametrize(
    "touch",
    [
        lambda text: text.replace('publisher = "not stated"', 'publisher = "Kent Police"'),
        lambda text: text.replace('title = ""', 'title = "Calls"'),
        lambda text: "# from Jo\n" + text,
    ],
)
def test_a_touched_sidecar_still_stops_a_replaced_file(tmp_path, touch):
    put(tmp_path, asb_calls=calls(3))
    clean_run.clean(tmp_path, {})
    path = provenance.path_of(tmp_path / "data/raw/asb_calls/asb_calls.csv")
    path.write_text(touch(path.read_text()))
    put(tmp_path, asb_calls=calls(13))
    with pytest.raises(DataRefused, match="the content changed"):
        clean_run.clean(tmp_path, {})
    assert len(Store(tmp_path / "data/processed").load("asb_calls")) == 3


@pytest.mark.parametrize("source", sources.names())
def test_a_note_lists_every_column_that_must_be_there_with_its_headings(tmp_path, source):
    init.init(tmp_path / "w", "Dover")
    text = (tmp_path / "w" / "data/raw" / source / "README.md").read_text()
    must = text.partition("must be there")[2].partition("Further columns")[0]
    for schema in sources.get(source).schemas:
        for column in schema.columns:
            if column.is_required and not column.name.isdigit():
                assert f"`{column.name}`" in must
                assert all(f'"{name}"' in must for name in column.aliases)
    assert max(map(len, text.split("\n\n"))) < 6000


def test_what_further_columns_unlock_is_said_of_columns_that_exist():
    columns = [c for source in sources.SOURCES for s in source.schemas for c in s.columns]
    assert len({c.name for c in columns if c.unlocks}) >= 30
    assert not [c.name for c in columns if c.unlocks and c.is_required]


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"formats": {"recorded": "mm/dd"}}, "no way of writing dates"),
        ({"formats": {"recorded": 3}}, "how its dates are written"),
        ({"columns": {"recorded": 3}}, "the partner's heading"),
        ({"columns": "Date"}, "a section"),
        ({"values": {"offence": "robbery"}}, "a section of the partner's values"),
        ({"constants": {"district": ["Dover"]}}, "one value for every row"),
        ({"format": {}}, "Did you mean 'formats'"),
    ],
)
def test_settings_of_a_source_that_say_nothing_are_refused(section, says):
    with pytest.raises(UsageError, match=says):
        raw_survey.check_settings({"police_extract": section})
    raw_survey.check_settings({"police_extract": {"formats": {"recorded": "MM/DD/YYYY"}}})


CRIMES = (
    "Ref,offence,recorded,district,premises,town\n"
    "A1,Robbery,13/01/2024,Dover,Pub,Deal\nA2,Robbery,14/01/2024,Dover,Street,Deal\n"
)
OWN = {
    "columns": {"incident_id": ["Ref", "Crime Ref"], "place": "Strete", "offence": "Offence"},
    "values": {"premises": {"PUB": "licensed premises", "Clubb": "licensed premises"}},
    "formats": {"recorded": "dd/mm/yyyy"},
    "constants": {"district": "Dover"},
}


def told(root, settings, check=False):
    return [
        n for n in clean_run.clean(root, settings, check=check).notices if "provenance" not in n
    ]


def test_settings_that_match_nothing_are_said_and_the_others_are_not(tmp_path):
    put(tmp_path, police_extract=CRIMES)
    settings = {"sources": {"police_extract": OWN, "fires": {"constants": {"district": "Dover"}}}}
    text = "\n".join(told(tmp_path, settings))
    for wrong in ("'Crime Ref' for incident_id", "'Strete' for place", "'Clubb' of premises",
                  "the constant district", "[sources.fires] is set"):  # fmt: skip
        assert wrong in text
    for right in ("'Ref' for", "'Offence'", "PUB", "dd/mm/yyyy"):
        assert right not in text
    assert "excel" in "".join(
        told(tmp_path, {"sources": {"police_extract": {"columns": {"incident_id": "Ref"},
                                                       "formats": {"recorded": "excel"}}}})
    )  # fmt: skip
    # A second file in which the rest is found, while the first one is not read again.
    raw = tmp_path / "data/raw/police_extract"
    told(tmp_path, settings)
    (raw / "more.csv").write_text(
        "Crime Ref,offence,recorded,premises,Strete\nA3,Robbery,15/01/2024,clubb,High St\n"
    )
    text = "\n".join(told(tmp_path, settings))
    assert "[sources.police_extract]" not in text and "[sources.fires]" in text


def test_places_towns_and_peers_of_the_settings_that_nothing_bears_are_said(tmp_path):
    put(tmp_path, police_extract=CRIMES.replace("Ref,", "incident_id,"))
    settings = {
        "area": {"name": "Dover"},
        "night_time_economy": {
            "premises": ["pub", "streat"],
            "town_centres": ["Deal", "Sandwhich"],
        },
        "peers": {
            "mine": {"areas": ["Dover", "Cantebury", "London Borough of Bexley"]},
            "similar": {"weights": {"age": 1}},
        },
    }
    text = "\n".join(told(tmp_path, settings))
    assert "premises: 'streat' (did you mean 'street'?) is nowhere in the police extract" in text
    assert "town_centres: 'Sandwhich' is nowhere" in text
    assert "[peers.mine] areas: 'Cantebury' (did you mean 'Canterbury'?) is nowhere" in text
    assert "Bexley" not in text and "'Dover'" not in text and "'Deal'" not in text
