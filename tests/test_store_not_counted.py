"""Rows that no count may hold: cancelled crimes, incidents that are none, a call listed twice."""

import polars as pl
import pytest
from test_store_remarks import BEFORE, YEAR, extract, workspace

import cspanalysis
from cspanalysis.findings import antisocial

HEAD = "Crime Reference,Offence,Date Recorded,Local Authority,Crime Status"
DAY = "20/06/2024"


@pytest.mark.parametrize(
    "status",
    [
        "No crime", "NO-CRIMED", "Cancelled - additional verifiable information", "Cancelled",
        "Transferred to other force", "Transferred out", "Created in error", "Duplicate record",
    ],
)  # fmt: skip
def test_what_the_force_cancelled_or_gave_away_is_no_crime(tmp_path, status):
    rows = (3, "Robbery", DAY, "Dover", status), (4, "Robbery", DAY, "Dover", "Recorded")
    report, store = workspace(tmp_path, police_extract=extract(*rows, head=HEAD))
    assert len(store.load("police_extract")) == 4
    assert "7 rows read = 4 kept + 3 set aside" in report.text()
    reasons = store.problems().query("action == 'set aside'")
    assert reasons["column"].tolist() == ["status"] * 3
    assert reasons["found"].str.lower().tolist() == [status.lower()] * 3


@pytest.mark.parametrize(
    "status", ["Filed", "Undetected", "Under investigation", "Charged", "Transferred by bus", ""]
)
def test_other_states_of_a_record_count(tmp_path, status):
    rows = ((4, "Robbery", DAY, "Dover", status),)
    _, store = workspace(tmp_path, police_extract=extract(*rows, head=HEAD))
    assert len(store.load("police_extract")) == 4


def test_a_flag_of_no_crime_takes_the_row_out_of_every_count(tmp_path):
    head = HEAD.replace("Crime Status", "No Crime")
    rows = (3, "Robbery", DAY, "Dover", "Y"), (4, "Robbery", DAY, "Dover", "N")
    report, store = workspace(tmp_path, police_extract=extract(*rows, head=head))
    assert len(store.load("police_extract")) == 4
    assert "7 rows read = 4 kept + 3 set aside" in report.text()


@pytest.mark.parametrize(
    "label",
    ["Non-crime domestic incident", "Crime Related Incident", "N200 non crime", "Non-notifiable"],
)
def test_an_incident_that_is_recorded_as_no_crime_is_set_aside(tmp_path, label):
    rows = (3, label, DAY, "Dover"), (4, "Robbery", DAY, "Dover")
    _, store = workspace(tmp_path, police_extract=extract(*rows))
    assert store.load("police_extract")["offence"].tolist() == ["robbery"] * 4
    assert (store.problems()["action"] == "set aside").sum() == 3


CALLS = "Date,Received By,Type,Location,District,Call Ref"


def calls(*extra, with_reference=True):
    """Six calls a month of two years, and further lines."""
    lines = [CALLS if with_reference else CALLS.removesuffix(",Call Ref")]
    for year in (2023, 2024):
        for month in range(1, 13):
            for day in range(1, 7):
                line = f"{day:02d}/{month:02d}/{year},Police,Noise,Harbour Street {day},Dover"
                reference = f",C{year}{month:02d}{day}" if with_reference else ""
                lines.append(line + reference)
    return "\n".join([*lines, *extra]) + "\n"


def counted(root, text):
    root.mkdir(exist_ok=True)
    (root / "partnership.toml").write_text('[area]\nname = "Dover"\n')
    report, store = workspace(root, asb_calls=text)
    review = cspanalysis.open("Dover", YEAR, compare=BEFORE, workspace=root)
    return report, store, antisocial.calls_change(review)


def test_a_call_that_is_listed_again_counts_once(tmp_path):
    again = [f"{d:02d}/06/2024,Police,Noise,Harbour Street {d},Dover,C202406{d}" for d in (1, 2)]
    report, store, found = counted(tmp_path, calls(*again))
    assert found.values["count"] == found.values["compare_count"] == 72
    assert "146 rows read = 144 kept + 2 set aside" in report.text()
    aside = store.problems().query("action == 'set aside'")
    assert aside["row"].tolist() == [146, 147]


def test_a_number_of_another_day_is_another_call(tmp_path):
    _, _, found = counted(tmp_path, calls("09/06/2024,Police,Noise,Harbour Street,Dover,C2024061"))
    assert found.values["count"] == 73


def test_calls_alike_without_a_reference_count_and_are_told_where_they_are_many(tmp_path):
    few = ["01/06/2024,Police,Noise,Harbour Street 1,Dover"] * 3
    report, _, found = counted(tmp_path / "few", calls(*few, with_reference=False))
    assert found.values["count"] == 75
    assert "the same as an earlier row" not in report.text()
    report, store, found = counted(tmp_path / "many", calls(*few * 10, with_reference=False))
    assert found.values["count"] == 102
    assert "30 rows are the same as an earlier row" in report.text()
    assert store.problems()["reason"].eq("the same as an earlier row; both count").sum() == 30


def test_a_log_that_does_not_say_who_received_its_calls_is_counted(tmp_path):
    text = "\n".join(
        ",".join(cell for at, cell in enumerate(line.split(",")) if at != 1)
        for line in calls().splitlines()
    )
    _, store, found = counted(tmp_path, text + "\n")
    assert found.values["count"] == 72
    assert store.load("asb_calls")["received_by"].isna().all()
    review = cspanalysis.open("Dover", YEAR, compare=BEFORE, workspace=tmp_path)
    types = antisocial.calls_by_type(review)
    assert types.values["count"] == 72
    assert antisocial.officer_reports_by_type(review).status == "not_available"


def test_the_reader_names_the_rows_it_did_not_count(tmp_path):
    rows = (2, "Robbery", DAY, "Dover", "No crime"), (1, "Robbery", DAY, "Dover", "Open")
    _, store = workspace(tmp_path, police_extract=extract(*rows, head=HEAD))
    problems = pl.from_pandas(store.problems())
    assert problems["reason"].unique().to_list() == [
        "cancelled, given to another force or found to be no crime"
    ]
