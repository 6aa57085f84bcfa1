"""Extracts that were cut within a month, lack a file of one offence, or number each month anew."""

import datetime

import pytest

import cspanalysis
from cspanalysis.cli import main
from cspanalysis.findings import antisocial, overview, quality

FIRST, LAST = datetime.date(2024, 4, 1), datetime.date(2026, 3, 31)


def days(first=FIRST, last=LAST, step=1):
    return [first + datetime.timedelta(days=n) for n in range(0, (last - first).days + 1, step)]


def crimes(dates, each=2, offence="Shoplifting", mark="C"):
    return [
        f"{mark}{day:%y%m%d}{n},{offence},{day:%d/%m/%Y},Dover" for day in dates
        for n in range(each)
    ]  # fmt: skip


def review(root, files, period="2025-04/2026-03"):
    root.mkdir()
    (root / "partnership.toml").write_text('[area]\nname = "Dover"\n', "utf-8")
    for name, rows in files.items():
        path = root / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        head = "Date,Received by,Type,District" if "calls" in name else (
            "Crime Ref,Offence,Date Recorded,District")  # fmt: skip
        path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    assert main(["clean", "--workspace", str(root)]) == 0
    return cspanalysis.open(None, period, workspace=root)


@pytest.mark.parametrize(
    ("first", "last", "part"),
    [
        (FIRST, datetime.date(2026, 3, 9), "March 2026"),
        (FIRST, datetime.date(2026, 3, 2), "March 2026"),
        (datetime.date(2024, 4, 20), LAST, "April 2024"),
    ],
)
def test_a_month_that_an_extract_holds_in_part_is_not_compared(tmp_path, first, last, part):
    found = review(tmp_path / "ws", {"police_extract/a.csv": crimes(days(first, last))})
    told = overview.recorded_crime_change(found)
    assert told.status == "not_available"
    assert f"records of a part of {part} only" in told.sentence
    assert f"{part} is held in part only" in quality.coverage(found).sentence


def test_a_log_cut_within_a_month_is_told_too(tmp_path):
    calls = [f"{day:%d/%m/%Y},Police,Noise,Dover" for day in days(last=datetime.date(2026, 3, 6))]
    told = antisocial.calls_change(review(tmp_path / "ws", {"asb_calls/log.csv": calls}))
    assert told.status == "not_available" and "a part of March 2026 only" in told.sentence


@pytest.mark.parametrize(
    "dates",
    [
        days(last=datetime.date(2026, 3, 29)),  # two days without any are chance
        [d for d in days() if d.day == 15],  # dated by the middle of the month
        [d for d in days() if d.day <= 20],  # always given until the 20th
        days(last=datetime.date(2026, 3, 9), step=9),  # a small district
    ],
)
def test_quiet_days_at_the_end_are_no_cut(tmp_path, dates):
    each = 1 if len(dates) < 90 else 2
    found = review(tmp_path / "ws", {"police_extract/a.csv": crimes(dates, each)})
    assert overview.recorded_crime_change(found).status == "ok"


def test_an_offence_whose_file_of_a_year_lacks_did_not_rise_from_none(tmp_path):
    burglary = crimes(days(datetime.date(2025, 4, 1)), 1, "Burglary residential", "B")
    found = review(
        tmp_path / "ws",
        {"police_extract/a.csv": crimes(days()), "police_extract/b.csv": burglary},
    )
    for told in (
        overview.recorded_crime_change(found),
        overview.recorded_crime_change(found, offences="burglary residential"),
    ):
        assert told.status == "not_comparable", told.sentence
        assert "365 of burglary residential" in told.sentence
        assert "rose" not in told.sentence


def test_labels_that_replace_each_other_leave_their_sum_alone(tmp_path):
    middle = datetime.date(2025, 4, 1)
    old = crimes(days(last=middle - datetime.timedelta(days=1)), 1, "Burglary dwelling", "O")
    new = crimes(days(middle), 1, "Burglary residential", "N")
    found = review(tmp_path / "ws", {"police_extract/a.csv": [*crimes(days()), *old, *new]})
    assert overview.recorded_crime_change(found).status == "ok"


def test_numbers_of_each_months_list_are_no_crime_references(tmp_path, capsys):
    rows = [
        f"{n:03},Shoplifting,{day:%d/%m/%Y},Dover"
        for first in (d for d in days() if d.day == 1)
        for n in range(1, 31)
        for day in [first + datetime.timedelta(days=n % 28)]
    ]
    # Two victims of one crime within a month are still one crime.
    rows.append(rows[0])
    found = review(tmp_path / "ws", {"police_extract/a.csv": rows})
    assert "each month's list is numbered by itself" in capsys.readouterr().out
    told = overview.recorded_crime_change(found)
    assert (told.values["count"], told.values["compare_count"]) == (360, 360)


def test_references_of_victims_recorded_apart_stay_one_crime(tmp_path):
    rows = crimes(days(), 1)
    rows += rows[::10]
    found = review(tmp_path / "ws", {"police_extract/a.csv": rows})
    assert overview.recorded_crime_change(found).values["count"] == 365
