"""Labels that are not ours: named with their rows, counted in what they belong to, never lost."""

from pathlib import Path

import pytest

from cspanalysis import cleaning, district_labels
from cspanalysis.processed import LISTED
from cspanalysis.store import Store

SETTINGS = {"area": {"name": "Dover"}}


def workspace(root, settings=SETTINGS, **files):
    """Clean files given as text by source; the report and the store."""
    for source, text in files.items():
        folder = root / "data" / "raw" / source
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "file.csv").write_text(text, encoding="utf-8")
    report = cleaning.clean(root, settings)
    return report, Store(root / "data" / "processed")


def extract(*rows, head="Crime Reference,Offence,Date Recorded,Local Authority"):
    """An extract of (number, offence, day, district)."""
    lines = [head]
    for number, *cells in rows:
        for _ in range(number):
            lines.append(",".join([f"C{len(lines)}", *cells]))
    return "\n".join(lines) + "\n"


def crimes(*numbers):
    return extract(*((n, "Robbery", "14/01/2024", label) for n, label in numbers))


@pytest.mark.parametrize(
    "label",
    [
        "DOVER", "E07000108", "Dover DC", "Dover District Council", "Dover CSP", "Kent - Dover",
        "Kent Police: Dover", "Dover (Kent)", "Dover (E07000108)", "Safer Dover CSP",
        "District of Dover",
    ],
)  # fmt: skip
def test_words_around_a_name_do_not_make_another_district(label):
    assert district_labels.match(label).name == "Dover"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("King's Lynn & W Norfolk", "King's Lynn and West Norfolk"),
        ("KINGS LYNN AND WEST NORFOLK BC", "King's Lynn and West Norfolk"),
        ("London Borough of Bexley", "Bexley"),
        ("City of York", "York"),
        ("Bristol City Council", "Bristol, City of"),
        ("St Albans City & District Council", "St Albans"),
        ("Shepway DC", "Folkestone and Hythe"),
        ("Durham - Darlington", "Darlington"),
    ],
)
def test_a_district_is_known_by_its_many_names(label, name):
    assert district_labels.match(label).name == name


@pytest.mark.parametrize(
    ("label", "near"),
    [
        ("Dovr", ("Dover",)),
        ("Dover Town CSU", ("Dover",)),
        ("Surrey - Dover", ("Dover",)),
        ("E07000108 Ashford", ("Ashford",)),
        ("Newcastle", ("Newcastle upon Tyne", "Newcastle-under-Lyme")),
        ("Swale/Dover", ("Dover", "Swale")),
        ("Durham County Council", ("County Durham",)),
        ("Kent", ()),
        ("Outside force area", ()),
    ],
)
def test_what_is_only_like_a_district_is_proposed_and_not_taken(label, near):
    assert district_labels.match(label) == ("", False, near)


def test_every_district_is_known_by_its_own_name():
    from cspanalysis import reference

    for row in reference.rows("areas"):
        for text in (row["district"], row["district"].upper(), f"{row['district']} Council"):
            assert district_labels.match(text).name == row["district"]


def test_a_district_that_is_not_known_is_named_with_its_rows_and_the_line_that_takes_it(tmp_path):
    report, store = workspace(
        tmp_path, police_extract=crimes((3, "Dover"), (2, "Dovr"), (4, "Nowhere"), (1, "Dover DC"))
    )
    text = report.text()
    assert "6 rows with a district that is not known, counted for no area" in text
    assert "'Nowhere' (4), 'Dovr' (2)" in text
    assert '[sources.police_extract.values.district]: "Dovr" = "Dover"' in text
    assert "the district is taken: 'Dover DC' for Dover (1)" in text
    assert set(store.notices()) >= {line for line in store.notices() if "Dovr" in line}
    assert store.load("police_extract")["district"].eq("Dover").sum() == 4
    assert set(store.problems()["found"]) == {"Dovr", "Nowhere"}


def test_the_line_of_the_settings_takes_the_label(tmp_path):
    values = {"sources": {"police_extract": {"values": {"district": {"Dovr": "Dover"}}}}}
    report, store = workspace(
        tmp_path, SETTINGS | values, police_extract=crimes((3, "Dover"), (2, "Dovr"))
    )
    assert store.load("police_extract")["district"].eq("Dover").all()
    assert "not known" not in report.text()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("asb_calls", "Date,Received By,Type,District\n04/01/2023,Police,Noise,{}\n"),
        ("fires", "incident_id,Date,Type,Motive,District\nF1,04/01/2023,house,accidental,{}\n"),
        ("youth_offending", "year,district,measure,count\n2005/06,{},arson,6\n"),
    ],
)
def test_districts_are_matched_in_every_source(tmp_path, source, text):
    report, _ = workspace(tmp_path, **{source: text.format("Dovr")})
    assert f"{source}: 1 row with a district that is not known" in report.text()
    assert "'Dovr' (1)" in report.text()


def test_a_district_of_the_settings_is_known(tmp_path):
    settings = {"area": {"name": "Our town"}, "peers": {"near": {"areas": ["Their town"]}}}
    report, _ = workspace(
        tmp_path, settings, police_extract=crimes((1, "Our town"), (1, "Their town"))
    )
    assert "not known" not in report.text()


def test_a_value_that_comes_after_the_first_thousand_is_listed_too(tmp_path):
    report, store = workspace(
        tmp_path, police_extract=crimes((LISTED + 100, "Nowhere"), (200, "Elsewhere"))
    )
    problems = store.problems()
    assert len(problems) == LISTED + 2
    last = problems.set_index("found").loc["Elsewhere"]
    assert last["row"] == LISTED + 102
    assert "200 further rows, of which this is the first" in last["reason"]
    assert "more than 1,000 rows of one kind" in report.text()
    assert store.problem_counts()["count"].sum() == LISTED + 300


def test_a_list_that_is_whole_is_not_said_to_be_cut(tmp_path):
    report, store = workspace(tmp_path, police_extract=crimes((LISTED, "Nowhere")))
    assert len(store.problems()) == LISTED
    assert "more than 1,000" not in report.text()
    assert Path(tmp_path / "data" / "processed" / "problems.csv").is_file()
