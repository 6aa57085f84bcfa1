"""Messy extracts: mapped right, shown by reading them with the map, or refused with a question."""

import csv
import io
import tomllib
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis import sources
from cspanalysis.domain.errors import DataRefused, UsageError
from cspanalysis.sources import archive
from cspanalysis.sources.headings import names_of
from cspanalysis.sources.table import Context
from cspanalysis.store import clean_run
from cspanalysis.workspace import mapping, workspace

SETTINGS = """\
# Our partnership. Ask Jo before changing the area!
[area]
name = "Tonbridge and Malling"  # not the county

[disclosure]
threshold = 5  # agreed with the trust
"""

POLICE = ["Crime No", "HO Description", "Date Recorded", "Committed From Date",
          "Committed From Time", "Borough", "Road", "DV Flag"]  # fmt: skip


def police_row(n, offence="BURGLARY DWELLING", day="14/05/2007", time="23:30", flag="N"):
    return [f"TM/{n}/07", offence, day, day, time, "Tonbridge & Malling", "High St", flag]


@pytest.fixture
def place(tmp_path):
    (tmp_path / "partnership.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def write_csv(path, rows, *, encoding="utf-8", delimiter=","):
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def write_xlsx(path, rows, merged=(), sheet="Data"):
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active["A1"] = "Restricted: for the partnership only"
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    for cells in merged:
        page.merge_cells(cells)
    book.save(path)
    return path


def write_ods(path, rows):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="Calls">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", kind)
        out.writestr("content.xml", content)
        out.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:'
            'opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{kind}"/></manifest:manifest>',
        )
    return path


def read_with_map(place, path, constants=None):
    """What the source's reader makes of the file with the map just written."""
    proposal = mapping.propose(path)
    mapping.write(proposal, place)
    settings = tomllib.loads((place / "partnership.toml").read_text("utf-8"))
    section = {**settings["sources"][proposal.source], "constants": constants or {}}
    reader = sources.get(proposal.source)
    found = reader.read(archive.Part(path, path.name), Context(settings=section))
    return proposal, found.tables[proposal.source].to_pandas(), found


def asked(proposal):
    return " ".join(q.text for q in proposal.questions)


def test_1_titles_byte_order_mark_split_times_and_a_trailing_total(place):
    rows = [
        ["Extract for the Community Safety Unit"], ["Run on 02/05/2008", "", "Page 1"], [],
        POLICE, police_row(1), police_row(2, "TFMV"), ["Total", "2"],
    ]  # fmt: skip
    path = write_csv(place / "crime.csv", rows, encoding="utf-8-sig")
    proposal, frame, _ = read_with_map(place, path)
    assert (proposal.source, proposal.header_row) == ("police_extract", 4)
    assert proposal.is_complete
    assert frame["offence"].tolist() == ["burglary dwelling", "theft from vehicle"]
    assert frame["start"].tolist() == [datetime(2007, 5, 14, 23, 30)] * 2
    assert frame["district"].tolist() == ["Tonbridge and Malling"] * 2
    assert frame["is_domestic"].tolist() == [False, False]
    assert "byte order mark" in proposal.text() and "row 7 are no records" in proposal.text()


def test_2_windows_1252_semicolons_and_an_unmapped_heading(place):
    rows = [[*POLICE, "Café?"], [*police_row(1), "é – ü"], [*police_row(2), ""]]
    path = write_csv(place / "crime.txt", rows, encoding="cp1252", delimiter=";")
    proposal, frame, _ = read_with_map(place, path)
    assert len(frame) == 2
    assert proposal.left == ("Café?",)
    assert "Windows-1252" in proposal.text() and "';'" in proposal.text()
    assert "Not understood, and not read: 'Café?'" in proposal.text()


def test_3_excel_serials_parts_of_a_day_and_crosses_for_yes(place):
    rows = [
        POLICE,
        ["A1", "ROBBERY", 39216, 39215, 0.979166667, "Tonbridge and Malling", "A Rd", "X"],
        ["A2", "ROBBERY", 39217, 39216, 0.25, "Tonbridge and Malling", "B Rd", None],
        ["A3", "SHOPLIFTING", 39218, 39217, 0.5, "Tonbridge and Malling", "B Rd", None],
    ]
    path = write_xlsx(place / "crime.xlsx", rows)
    proposal, frame, _ = read_with_map(place, path)
    assert proposal.sheet == "Data"
    assert frame["recorded"].dt.strftime("%Y-%m-%d").tolist() == [
        "2007-05-14",
        "2007-05-15",
        "2007-05-16",
    ]
    assert frame["start"].tolist() == [
        datetime(2007, 5, 13, 23, 30), datetime(2007, 5, 14, 6), datetime(2007, 5, 15, 12),
    ]  # fmt: skip
    assert bool(frame["is_domestic"][0]) is True
    assert frame["is_domestic"][1:].isna().all()
    assert "is blank a no, or not known?" in asked(proposal)


def test_4_headings_merged_over_two_rows_are_read_as_one(place):
    rows = [
        ["Crime No", "Offence", "Committed From", None, "Committed To", None, "Borough",
         "Date Recorded"],
        [None, None, "Date", "Time", "Date", "Time", None, None],
        ["A1", "ROBBERY", date(2007, 5, 14), "23:30", date(2007, 5, 15), "01:00", "Dover",
         date(2007, 5, 15)],
    ]  # fmt: skip
    path = write_xlsx(place / "crime.xlsx", rows, merged=["C1:D1", "E1:F1"])
    proposal, frame, found = read_with_map(place, path)
    assert "the headings lie in two rows, which are read as one" in proposal.text()
    assert proposal.settings()["columns"]["start_time"] == "Committed From Time"
    assert (found.rows_read, found.rows_set_aside) == (1, 0)
    assert frame["start"][0] == datetime(2007, 5, 14, 23, 30)
    assert frame["end"][0] == datetime(2007, 5, 15, 1)


def test_5_month_first_dates_are_shown_by_one_that_can_be_nothing_else(place):
    rows = [POLICE, police_row(1, day="05/04/2007"), police_row(2, day="05/14/2007")]
    proposal, frame, _ = read_with_map(place, write_csv(place / "c.csv", rows))
    assert frame["recorded"].dt.strftime("%Y-%m-%d").tolist() == ["2007-05-04", "2007-05-14"]
    assert "month/day order, shown by 05/14/2007 in row 3" in proposal.text()


def test_6_dates_that_read_both_ways_are_asked_about_and_not_mapped(place):
    rows = [POLICE, police_row(1, day="05/04/2007"), police_row(2, day="06/05/2007")]
    proposal = mapping.propose(write_csv(place / "c.csv", rows))
    assert "is 05/04/2007 day/month (UK) or month/day (US)?" in asked(proposal)
    assert not {"recorded", "start"} & set(proposal.settings()["columns"])
    answers = [a for q in proposal.questions for a in q.answers if "recorded" in a]
    assert answers == [
        'UK: recorded = "Date Recorded" under columns and recorded = "dd/mm/yyyy" under formats',
        'US: recorded = "Date Recorded" under columns and recorded = "mm/dd/yyyy" under formats',
    ]


def test_7_dates_in_both_orders_are_refused_with_the_rows(place):
    rows = [POLICE, police_row(1, day="05/14/2007"), police_row(2, day="14/05/2007")]
    proposal = mapping.propose(write_csv(place / "c.csv", rows))
    assert "14/05/2007 (row 3) can only be day/month, 05/14/2007 (row 2)" in asked(proposal)


def test_8_a_call_log_as_ods(place):
    rows = [
        ["Log Date", "Taken By", "Nature Of Call", "Location", "District"],
        ["31/10/2007", "Kent Police Control Room", "Rowdy Behaviour", "High St", "Maidstone"],
        ["1/11/2007", "ASB Unit", "Graffiti", "Park", "Maidstone"],
    ]
    proposal, frame, _ = read_with_map(place, write_ods(place / "calls.ods", rows))
    assert proposal.source == "asb_calls"
    assert frame["received_by"].tolist() == ["police", "ASB officer"]
    assert frame["month"].tolist() == ["2007-10", "2007-11"]
    assert "'ASB Unit' → ASB officer   likely: check" in proposal.text()


def test_9_hospital_signs_are_never_guessed(place):
    rows = [
        ["Fin Year", "ICD10", "Gender", "Age Group", "FAEs", "Local Authority"],
        ["06/07", "T51", "M", "10-19", "12", "Dover"],
        ["06/07", "T51", "F", "10-19", "#", "Dover"],
        ["06/07", "T51", "F", "20-29", "supp", "Dover"],
        ["06/07", "T51", "F", "30-39", "-", "Dover"],
        ["Total", "", "", "", "12", ""],
    ]
    proposal, frame, found = read_with_map(place, write_csv(place / "hes.csv", rows))
    assert proposal.source == "hospital_extract"
    assert "What does '#' in 'FAEs' stand for (1 rows)? It is never read as 0" in asked(proposal)
    assert frame["year"].unique().tolist() == ["2006/07"]
    by_age = frame.set_index(["sex", "age_band"])
    assert by_age.loc[("female", "20-29"), "status"] == "suppressed"
    assert by_age.loc[("female", "30-39"), "status"] == "rounds_to_zero"
    assert frame["count"].sum() == 12
    assert found.rows_set_aside == 1


def test_10_school_totals_that_would_be_counted_twice_are_asked_about(place):
    rows = [
        ["Academic Year", "LA", "Pyramid", "Type of Exclusion", "No of Exclusions", "NOR"],
        ["2005/06", "Tonbridge and Malling", "Malling", "Fixed Period Exclusion", "120", "4,100"],
        ["2005/06", "Tonbridge and Malling", "Malling", "Permanent Exclusion", "3", "4,100"],
        ["2005/06", "Tonbridge and Malling", "Total", "Permanent", "3", "4,100"],
    ]
    proposal, frame, _ = read_with_map(place, write_csv(place / "excl.csv", rows))
    assert proposal.source == "school_exclusions"
    assert "Row 4 is a total with a full set of cells" in asked(proposal)
    assert frame["kind"].tolist()[:2] == ["fixed term", "permanent"]


def test_years_side_by_side_are_a_row_each(place):
    rows = [
        ["ICD10", "Sex", "Age Group", "District", "2004/05", "2005/06", "2006/07"],
        ["T51", "F", "10-19", "Dover", "30", "", "*"],
        ["T51", "M", "10-19", "Dover", "31", "41", "51"],
    ]
    proposal, frame, found = read_with_map(place, write_csv(place / "hes.csv", rows))
    assert proposal.is_complete, asked(proposal)
    assert "beneath '2004/05', '2005/06', '2006/07', which are its year" in proposal.text()
    assert (found.rows_read, found.rows_set_aside) == (6, 0)
    assert frame.groupby("year")["count"].sum().to_dict() == {
        "2004/05": 61, "2005/06": 41, "2006/07": 51,
    }  # fmt: skip
    women = frame[frame["sex"] == "female"].set_index("year")["status"].to_dict()
    assert women == {"2004/05": "ok", "2005/06": "not_available", "2006/07": "suppressed"}


def test_equal_headings_below_merged_ones_are_told_apart(place):
    rows = [
        ["", "", "", "Committed from", "", "Committed to", "", ""],
        ["Crime Ref", "Offence", "Date Recorded", "From", "Time From", "To", "Time To", "District"],
        ["A1", "ROBBERY", "15/05/2007", "14/05/2007", "2330", "15/05/2007", "0100", "Dover"],
    ]
    _, frame, _ = read_with_map(place, write_csv(place / "c.csv", rows))
    assert frame["start"][0] == datetime(2007, 5, 14, 23, 30)
    assert frame["end"][0] == datetime(2007, 5, 15, 1)


def test_the_second_of_two_equal_headings_can_be_named(place):
    header = ["Crime Ref", "Offence", "Date", "District", "Date"]
    path = write_csv(
        place / "c.csv", [header, ["A", "ROBBERY", "13/05/2007", "Dover", "14/05/2007"]]
    )
    section = {"columns": {"recorded": "Date 2", "start": "Date"}}
    reader = sources.get("police_extract")
    found = reader.read(archive.Part(path, path.name), Context(settings=section))
    row = found.tables["police_extract"].to_pandas().iloc[0]
    assert (row["recorded"].day, row["start"].day) == (14, 13)


def test_years_of_two_digits(place):
    rows = [POLICE, police_row(1, day="14/05/07"), police_row(2, day="01/06/07")]
    _, frame, _ = read_with_map(place, write_csv(place / "c.csv", rows))
    assert frame["recorded"].dt.strftime("%Y-%m-%d").tolist() == ["2007-05-14", "2007-06-01"]


def test_two_headings_for_one_column_are_asked_about(place):
    rows = [[*POLICE, "Created Date"], [*police_row(1), "20/05/2007"]]
    proposal = mapping.propose(write_csv(place / "c.csv", rows))
    assert "'Date Recorded' and 'Created Date' could each be recorded" in asked(proposal)
    assert "recorded" not in proposal.settings()["columns"]


@pytest.mark.parametrize(
    ("label", "offence"),
    [
        ("THEFT FROM M/V", "theft from vehicle"),
        ("THEFT OF M/V", "theft of vehicle"),
        ("Theft of a motor vehicle", None),  # known to the reader as it is
        ("Burg Dwel", "burglary dwelling"),
        ("Crim Dam", "criminal damage"),
    ],
)
def test_offence_labels(place, label, offence):
    proposal = mapping.propose(write_csv(place / "c.csv", [POLICE, police_row(1, label)]))
    values = proposal.settings().get("values", {}).get("offence", {})
    assert values.get(label) == offence
    assert proposal.is_complete


def test_an_offence_between_two_is_a_question_and_gets_no_value(place):
    proposal = mapping.propose(write_csv(place / "c.csv", [POLICE, police_row(1, "THEFT VEHICLE")]))
    assert "offence" not in proposal.settings().get("values", {})
    assert "Which offence is 'THEFT VEHICLE'" in asked(proposal)
    assert "theft from vehicle" in asked(proposal) and "theft of vehicle" in asked(proposal)


def test_a_missing_district_is_asked_for(place):
    rows = [[c for c in row if c not in ("Borough", "Tonbridge & Malling")]
            for row in (POLICE, police_row(1))]  # fmt: skip
    path = write_csv(place / "c.csv", rows)
    proposal, frame, _ = read_with_map(place, path, constants={"district": "Dover"})
    assert "No column says the district" in asked(proposal)
    assert frame["district"].tolist() == ["Dover"]


def test_a_heading_whose_cells_belie_it_is_asked_about(place):
    proposal = mapping.propose(write_csv(place / "c.csv", [POLICE, police_row(1, day="PC Smith")]))
    assert "its cells are no dates ('PC Smith')" in asked(proposal)


def test_a_file_of_another_kind_is_refused_with_the_question_what_it_is(place):
    rows = [["Name", "Colour", "Weight"], ["Rex", "brown", "12"]]
    proposal = mapping.propose(write_csv(place / "dogs.csv", rows))
    assert not proposal.source
    assert "What is this file?" in asked(proposal)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.csv", b"", "empty"),
        ("x.csv", "Crime Ref,Offence\n".encode("utf-16"), "UTF-16"),
        ("x.xlsx", b"no workbook", "cannot be opened"),
        ("x.pdf", b"%PDF", "cannot be mapped"),
        ("x.csv.gz", b"\x1f\x8bnonsense", "does not unpack"),
        ("x.csv", b'a,b\n"' + b"x" * 200_000 + b"\n", "cut into records"),
    ],
)
def test_unreadable_files_are_refused(place, name, content, words):
    (place / name).write_bytes(content)
    with pytest.raises(DataRefused, match=words):
        mapping.propose(place / name)


HEADINGS = sorted({n for s in ("police_extract", "asb_calls", "hospital_extract")
                   for names in names_of(sources.get(s).schemas[0]).values()
                   for n in names})  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(["", "Total", "13/05/2007", "05/06/2007", "39216", "0.5", "2330", "Y", "N", "X",
                     "THEFT FROM M/V", "2006/07", "06/07", "2007", "*", "#", "12", "Dover", "M"]),
    st.text(max_size=12),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    header=st.lists(st.one_of(st.sampled_from(HEADINGS), st.text(max_size=8)), max_size=9),
    rows=st.lists(st.lists(CELLS, max_size=9), max_size=6),
)
def test_any_table_ends_in_a_proposal_whose_map_is_toml_and_names_its_own_headings(
    tmp_path_factory, header, rows
):
    folder = tmp_path_factory.mktemp("any")
    (folder / "partnership.toml").write_text(SETTINGS, encoding="utf-8")
    path = folder / "any.csv"
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    path.write_bytes(stream.getvalue().encode("utf-8", "surrogatepass"))
    try:
        proposal = mapping.propose(path)
    except DataRefused:
        return
    assert proposal.text()
    mapping.write(proposal, folder)
    written = tomllib.loads((folder / "partnership.toml").read_text("utf-8"))
    assert written["area"] == {"name": "Tonbridge and Malling"}
    section = written.get("sources", {}).get(proposal.source, {})
    if proposal.source:
        assert section.get("columns", {}) == proposal.settings()["columns"]
        assert len({m.heading for m in proposal.columns}) == len(proposal.columns)


def test_a_missing_file_is_a_usage_error(place):
    with pytest.raises(UsageError, match="no such file"):
        mapping.propose(place / "nowhere.csv")


def test_settings_keep_comments_and_earlier_answers(place):
    path = write_csv(place / "c.csv", [POLICE, police_row(1, "THEFT VEHICLE"), police_row(2)])
    mapping.write(mapping.propose(path), place)
    settings = place / "partnership.toml"
    first = settings.read_text("utf-8")
    for line in SETTINGS.splitlines():
        assert line in first
    assert tomllib.loads(first)["sources"]["police_extract"]["columns"]["place"] == "Road"
    assert "#? [police_extract] Which offence is 'THEFT VEHICLE'" in first
    # The person answers, otherwise than proposed; the next run keeps that and asks no twice.
    settings.write_text(first.replace('place = "Road"', 'place = "Street"'), encoding="utf-8")
    said = mapping.write(mapping.propose(path), place)
    second = settings.read_text("utf-8")
    assert second == first.replace('place = "Road"', 'place = "Street"')
    assert "Kept as they were: sources.police_extract.columns.place = 'Street'" in said


def test_lines_added_to_a_section_stay_with_it_and_comments_with_the_next(place):
    (place / "partnership.toml").write_text(
        "[sources.police_extract.columns]\n"
        'incident_id = "Crime No"  # theirs\n'
        "\n"
        "# What follows is about disclosure.\n"
        "[disclosure]\n"
        "threshold = 5\n"
        '\n[area]\nname = "Dover"\n',
        encoding="utf-8",
    )
    path = write_csv(place / "c.csv", [POLICE, police_row(1)])
    mapping.write(mapping.propose(path), place)
    text = (place / "partnership.toml").read_text("utf-8")
    assert '"Crime No"  # theirs\noffence = "HO Description"\n' in text
    assert "\n\n# What follows is about disclosure.\n[disclosure]\n" in text
    assert tomllib.loads(text)["disclosure"] == {"threshold": 5}
    # A second extract adds its labels to the tables the first one made.
    more = write_csv(place / "d.csv", [POLICE, police_row(1, "THEFT FROM M/V")])
    mapping.write(mapping.propose(more), place)
    again = write_csv(place / "e.csv", [POLICE, police_row(1, "THEFT OF M/V")])
    mapping.write(mapping.propose(again), place)
    values = tomllib.loads((place / "partnership.toml").read_text("utf-8"))["sources"]
    assert values["police_extract"]["values"]["offence"] == {
        "THEFT FROM M/V": "theft from vehicle", "THEFT OF M/V": "theft of vehicle",
    }  # fmt: skip


def test_hostile_headings_cannot_break_the_settings(place):
    evil = 'Road"]\n[area]\nname = "Elsewhere'
    header = [*POLICE[:6], "Street", evil]
    rows = [header, [*police_row(1, 'THEFT "X"\n[area]')[:7], "N"]]
    mapping.write(mapping.propose(write_csv(place / "c.csv", rows)), place)
    settings = tomllib.loads((place / "partnership.toml").read_text("utf-8"))
    assert settings["area"] == {"name": "Tonbridge and Malling"}


#: A partner's file of each source, in headings and values of its own.
EXTRACTS = {
    "police_extract": (
        ["CrimeNo", "OffenceTitle", "DateCrimeRecorded", "Borough"],
        ["A{n}", "Robbery", "{us}", "Dover"],
    ),
    "asb_calls": (["LogDate", "Taken By", "NatureOfCall"], ["{us}", "Police", "Noise"]),
    "hospital_extract": (
        ["Fin Year", "ICD10", "Gender", "Age Group", "FAEs", "Local Authority"],
        ["2023/24", "T51", "M", "{n}-19", "12", "Dover"],
    ),
    "school_exclusions": (
        ["Academic Year", "LA", "Pyramid", "Type of Exclusion", "No of Exclusions"],
        ["2023/24", "Dover", "Cluster {n}", "Permanent Exclusion", "3"],
    ),
    "fires": (
        ["IncidentNumber", "DateOfCall", "LocalAuthority", "IncidentType", "Cause", "Property"],
        ["F{n}", "{us}", "Dover", "Primary Fire", "Accidental", "Dwelling"],
    ),
    "stats19": (
        ["AccidentRef", "AccidentDate", "Borough", "Severity", "NoOfCasualties"],
        ["C{n}", "{us}", "Dover", "Serious", "2"],
    ),
    "marac": (["ReferralDate", "VictimID", "PerpetratorID", "Local Authority"],
              ["{us}", "V{n}", "P{n}", "Dover"]),
    "asb_powers": (["Reporting Period", "Council", "Tool or Power", "Number Issued"],
                   ["2024-{n:02}", "Dover", "CPN", "5"]),
    "youth_offending": (["Year", "Local Authority", "Measure", "Count"],
                        ["2023/24", "Dover", "measure {n}", "5"]),
    "environmental": (["District", "Month", "Indicator", "Unit", "Value"],
                      ["Dover", "2024-{n:02}", "fly-tipping", "incidents", "5"]),
    "surveys": (["Survey", "Round", "Area", "Question", "Percent", "Base"],
                ["Kent survey", "2024", "Dover", "question {n}", "12.5", "400"]),
    "population": (["District", "Sex", "Mid-2023"], ["Place {n}", "Persons", "5"]),
    "peer_counts": (["Peer Group", "Area", "Offence", "Month", "Crimes"],
                    ["county", "Dover", "Robbery", "2024-{n:02}", "5"]),
    "lait": (["Short Desc", "Time period", "LA Name", "Values"],
             ["RTA", "20{n:02}", "Kent", "12.5"]),
}  # fmt: skip


@pytest.mark.parametrize("source", [s.name for s in sources.SOURCES if s.is_mapped])
def test_what_is_written_is_accepted_by_cleaning_for_every_source(place, source):
    header, cells = EXTRACTS[source]
    rows = [
        [cell.format(n=n, us=f"{n % 12 + 1:02}/{n + 12}/2024") for cell in cells]
        for n in range(1, 9)
    ]
    raw = place / "data" / "raw" / source
    raw.mkdir(parents=True)
    path = write_csv(raw / "theirs.csv", [header, *rows])
    proposal = mapping.propose(path)
    assert proposal.source == source
    assert not [q for q in proposal.questions if q.blocks], asked(proposal)
    mapping.write(proposal, place)
    space = workspace.load(place)
    report = clean_run.clean(place, dict(space.settings))
    (part,) = report.parts.values()
    assert (part["rows_read"], part["rows_kept"]) == (8, 8)
    # Asked again, everything is answered.
    before = (place / "partnership.toml").read_text("utf-8")
    again = mapping.propose(path, space.settings["sources"])
    said = mapping.write(again, place)
    assert again.source == source and "Kept as they were" not in said
    assert (place / "partnership.toml").read_text("utf-8") == before


CASES = [["Ref", "Opened", "What", "Via"], ["A0", "10/01/2024", "Noise", "Web"],
         ["A1", "11/02/2024", "Noise", "Phone"]]  # fmt: skip


def test_headings_that_the_settings_name_say_what_a_file_is(place):
    path = write_csv(place / "cases.csv", CASES)
    assert not mapping.propose(path).source
    given = {"asb_calls": {"columns": {"date": "Opened", "type": "What", "received_by": "via"}}}
    proposal = mapping.propose(path, given)
    assert proposal.source == "asb_calls" and proposal.confidence == 1
    assert "What is this file" not in proposal.text()
    assert proposal.settings()["columns"]["received_by"] == "via"
    # What the settings do not answer is asked, and once answered it is not.
    assert "is 10/01/2024 day/month" in asked(proposal)
    assert "What is 'Web' of 'Via'" in asked(proposal)
    given["asb_calls"] |= {
        "formats": {"date": "dd/mm/yyyy"},
        "values": {"received_by": {"web": "ASB officer", "Phone": "police"}},
    }
    # No row would count without its district, so that is asked, too.
    assert [q.text[:25] for q in mapping.propose(path, given).questions] == [
        "No column says the distri"
    ]
    given["asb_calls"]["constants"] = {"district": "Dover"}
    assert mapping.propose(path, given).is_complete


def test_constants_choices_and_lists_of_the_settings_are_answers(place):
    rows = [
        [*POLICE[:5], "Road", "Created Date"],
        ["A1", "Robbery", "14/05/2007", "14/05/2007", "23:30", "High St", "15/05/2007"],
    ]
    path = write_csv(place / "c.csv", rows)
    assert "could each be recorded" in asked(mapping.propose(path))
    given = {
        "police_extract": {
            "columns": {"recorded": ["Recorded On", "created date"]},
            "constants": {"district": "Dover"},
        }
    }
    proposal = mapping.propose(path, given)
    assert proposal.is_complete, asked(proposal)
    assert proposal.settings()["columns"]["recorded"] == "created date"
    given["police_extract"]["columns"] = {"recorded": "Gone", "crime": "x"}
    proposal = mapping.propose(path, given)
    # What the settings name for other files stays, beside what this one has.
    assert "could each be recorded (in other files 'Gone'): which is it?" in asked(proposal)
    answer = 'recorded = ["Gone", "Created Date"] under columns'
    assert answer in [line for q in proposal.questions for line in q.answers]
    assert "names columns.crime under [sources.police_extract]" in proposal.text()


@pytest.mark.parametrize("heading", ["Date Committed", "DateOccurred", "Date of Offence"])
def test_the_one_day_on_which_a_crime_happened_is_its_earliest_not_its_latest(place, heading):
    rows = [
        ["Crime No", "Offence Type", "Date Recorded", heading, "District"],
        ["A1", "Robbery", "14/05/2024", "13/05/2024", "Dover"],
    ]
    columns = mapping.propose(write_csv(place / "c.csv", rows)).settings()["columns"]
    assert columns["start"] == heading and "end" not in columns


def test_a_named_heading_that_the_file_has_nothing_like_is_asked_for(place):
    rows = [
        ["Crime No", "Offence Type", "District", "Remark"],
        ["A1", "Robbery", "Dover", "x"],
        ["A2", "Robbery", "Dover", "y"],
    ]
    given = {"police_extract": {"columns": {"incident_id": "Crime No", "recorded": "Gone",
                                            "offence": "Offence Type"}}}  # fmt: skip
    proposal = mapping.propose(write_csv(place / "c.csv", rows), given)
    assert "recorded stands under 'Gone', and no heading" in asked(proposal)
    assert "Is it one of these: 'Remark'?" in asked(proposal)
    rows = [row[:3] for row in rows]
    proposal = mapping.propose(write_csv(place / "d.csv", rows), given)
    assert "No other is left over: ask the sender." in asked(proposal)


def test_a_second_file_with_headings_of_its_own_is_known_beside_the_first(place):
    folder = place / "data/raw/police_extract"
    folder.mkdir(parents=True)
    heads = {
        "y1": ["Crime No", "HO Class", "Date Recorded", "Beat Council"],
        "y2": ["crime_ref", "offence", "date recorded", "district"],
        "y3": ["Crime Number", "Offence Title", "Recorded Date", "Local Authority"],
    }
    (place / "partnership.toml").write_text(
        SETTINGS + "\n[sources.police_extract.columns]\n"
        'incident_id = "Crime No"  # theirs\noffence = "HO Class"\ndistrict = "Beat Council"\n',
        encoding="utf-8",
    )
    for name, head in heads.items():
        rows = [head, [f"{name}1", "Robbery", "14/05/2024", "Dover"]]
        path = write_csv(folder / f"{name}.csv", rows)
        settings = tomllib.loads((place / "partnership.toml").read_text("utf-8"))
        proposal = mapping.propose(path, settings["sources"])
        assert proposal.is_complete and proposal.source == "police_extract"
        assert "Kept as they were" not in mapping.write(proposal, place)
    text = (place / "partnership.toml").read_text("utf-8")
    assert 'incident_id = ["Crime No", "crime_ref", "Crime Number"]  # theirs' in text
    columns = tomllib.loads(text)["sources"]["police_extract"]["columns"]
    assert columns["offence"] == ["HO Class", "offence", "Offence Title"]
    assert columns["district"] == ["Beat Council", "district", "Local Authority"]
    # The first one is read by its own headings still.
    again = mapping.propose(folder / "y1.csv", {"police_extract": {"columns": columns}})
    assert again.settings()["columns"]["incident_id"] == "Crime No"


def test_a_files_folder_says_what_it_is_where_its_headings_allow_it(place):
    rows = [["Date", "Type", "Location", "District"], ["14/05/2024", "Noise", "High St", "Dover"]]
    for source in ("fires", "asb_calls"):
        (place / source).mkdir()
    assert mapping.propose(write_csv(place / "asb_calls/x.csv", rows)).source == "asb_calls"
    assert mapping.propose(write_csv(place / "fires/x.csv", rows)).source == "fires"


@pytest.mark.parametrize(
    ("days", "layout"),
    [
        (["1/13/24", "1/14/24"], "mm/dd/yy"),
        (["13/1/24", "14/1/24"], "dd/mm/yy"),
        (["45000", "45001"], "excel"),
        (["03-Jan-23", "14-Jan-23"], None),
        (["23/01/03", "23/01/17", "23/02/28"], "asked"),
    ],
)
def test_how_dates_are_written_is_shown_by_the_cells(place, days, layout):
    rows = [POLICE, *(police_row(n, day=day) for n, day in enumerate(days))]
    proposal = mapping.propose(write_csv(place / "c.csv", rows))
    if layout == "asked":
        assert "which of them is the year?" in asked(proposal)
    else:
        assert proposal.settings().get("formats", {}).get("recorded") == layout


@pytest.mark.parametrize("folder", ["environmental", "fly_tipping", "inbox"])
def test_any_layout_of_a_source_is_recognised(place, folder):
    (place / folder).mkdir()
    rows = [["Local Authority", "Financial Year", "Indicator", "Failed", "Sites surveyed"],
            ["Dover", "2023/24", "graffiti", "12", "300"]]  # fmt: skip
    found = mapping.propose(write_csv(place / folder / "survey.csv", rows))
    assert (found.source, found.meaning) == ("environmental", "a survey of street cleanliness")
    assert found.is_complete, found.text()
    assert {m.column: m.heading for m in found.columns} == {
        "district": "Local Authority", "year": "Financial Year", "measure": "Indicator",
        "below_standard": "Failed", "sites": "Sites surveyed",
    }  # fmt: skip


def test_the_samples_own_extracts_need_no_question(project):
    for name, source in (
        ("police_extract/crime_2007-08.csv.gz", "police_extract"),
        ("asb_calls/asb_calls_2007-08.csv.gz", "asb_calls"),
        ("hospital_extract/admissions_by_cause.csv", "hospital_extract"),
        ("school_exclusions/exclusions_by_cluster.csv", "school_exclusions"),
    ):
        proposal = mapping.propose(project / "data" / "raw" / name)
        assert proposal.source == source
        assert proposal.is_complete, proposal.text()
        assert proposal.confidence > 0.95


def test_the_command_shows_and_writes_the_map(place, capsys):
    from cspanalysis import cli

    path = write_csv(place / "c.csv", [POLICE, police_row(1)])
    before = (place / "partnership.toml").read_bytes()
    assert cli.main(["map", str(path)]) == 0
    assert "'HO Description'" in capsys.readouterr().out
    assert (place / "partnership.toml").read_bytes() == before
    assert cli.main(["map", str(path), "--workspace", str(place)]) == 0
    assert "partnership.toml: " in capsys.readouterr().out
    assert cli.main(["map", str(place / "nowhere.csv")]) == 2
