"""Extracts that were cut within a month, lack a file of one offence, or number each month anew."""

import datetime

import pytest

import cspanalysis
from cspanalysis.cli import main
from cspanalysis.findings import antisocial, overview, quality
from cspanalysis.review import coverage

FIRST, LAST = datetime.date(2024, 4, 1), datetime.date(2026, 3, 31)


def days(first=FIRST, last=LAST, step=1):
    return [first + datetime.timedelta(days=n) for n in range(0, (last - first).days + 1, step)]


def crimes(dates, each=2, offence="Shoplifting", mark="C"):
    return [
        f"{mark}{day:%y%m%d}{n},{offence},{day:%d/%m/%Y},Dover" for day in dates
        for n in range(each)
    ]  # fmt: skip


def review(root, files, period="2025-04/2026-03", area='name = "Dover"'):
    root.mkdir()
    (root / "partnership.toml").write_text(f"[area]\n{area}\n", "utf-8")
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


def calls(dates, by="Police", district="Dover"):
    return [f"{day:%d/%m/%Y},{by},Noise,{district}" for day in dates]


def test_a_district_of_the_area_whose_records_begin_later_is_told(tmp_path):
    rows = calls(days()) + calls(days(datetime.date(2024, 10, 1)), district="Ashford")
    found = review(tmp_path / "ws", {"asb_calls/log.csv": rows},
                   area='name = "East"\ndistricts = ["Dover", "Ashford"]')  # fmt: skip
    told = antisocial.calls_change(found)
    assert told.status == "not_available"
    assert "no records of Ashford of April to September 2024" in told.sentence
    assert (
        "no records of Ashford of April to September 2024" in quality.source_months(found).sentence
    )
    # Of one of them all is there.
    alone = found.workspace.area("Dover")
    assert len(coverage.of(found.store, "asb_calls", alone).months) == 24


def test_a_district_of_the_area_without_any_record_is_told(tmp_path):
    found = review(tmp_path / "ws", {"asb_calls/log.csv": calls(days())},
                   area='name = "East"\ndistricts = ["Dover", "Ashford"]')  # fmt: skip
    told = antisocial.calls_change(found)
    assert told.status == "not_available" and "no record of Ashford" in told.sentence
    page = quality.source_months(found)
    assert "no records of Ashford of April 2024 to March 2026" in page.sentence
    assert "nothing of this area" not in page.sentence


@pytest.mark.parametrize(
    ("second", "is_told"),
    [
        # The council's own file begins nine months later than the police's.
        ({"council.csv": ("Council", datetime.date(2025, 1, 1), LAST)}, True),
        # Another name from then on is no other log.
        ({"council.csv": ("Council", FIRST, datetime.date(2024, 12, 31)),
          "team.csv": ("Community Safety Team", datetime.date(2025, 1, 1), LAST)}, False),
    ],
)  # fmt: skip
def test_a_receiver_whose_file_begins_later_makes_no_rise(tmp_path, second, is_told):
    files = {"asb_calls/police.csv": calls(days())}
    for name, (by, first, last) in second.items():
        files[f"asb_calls/{name}"] = calls(days(first, last), by)
    told = antisocial.calls_change(review(tmp_path / "ws", files))
    assert (told.status == "not_available") == is_told
    assert ("received by Council of April to December 2024" in told.sentence) == is_told


@pytest.mark.parametrize(
    ("first", "each", "is_told"),
    [
        (datetime.date(2025, 1, 1), 1, True),
        (FIRST, 1, False),
        # One call in a hundred days makes no rise that anybody would see.
        (datetime.date(2025, 1, 1), 100, False),
    ],
)
@pytest.mark.parametrize("are_years", [False, True])
def test_a_receiver_that_begins_later_within_one_file_makes_no_rise(
    tmp_path, first, each, is_told, are_years
):
    police, council = days(), days(first, step=each)
    files = {"asb_calls/log.csv": calls(police) + calls(council, "Council")}
    if are_years:
        turn = datetime.date(2025, 1, 1)
        files = {
            f"asb_calls/{'later' if late else 'earlier'}.csv": calls(
                [d for d in police if (d >= turn) == late]
            ) + calls([d for d in council if (d >= turn) == late], "Council")
            for late in (False, True)
        }  # fmt: skip
    told = antisocial.calls_change(review(tmp_path / "ws", files))
    assert (told.status == "not_available") == is_told, told.sentence
    assert ("received by Council of April to December 2024" in told.sentence) == is_told


def test_a_receiver_that_is_called_otherwise_from_a_day_on_lacks_nothing(tmp_path):
    turn = datetime.date(2025, 1, 1)
    rows = calls(days()) + calls(days(FIRST, turn - datetime.timedelta(days=1)), "Council")
    rows += calls(days(turn), "Community Safety Team")
    told = antisocial.calls_change(review(tmp_path / "ws", {"asb_calls/log.csv": rows}))
    assert told.status == "ok"


def test_a_log_cut_within_a_month_is_told_too(tmp_path):
    rows = calls(days(last=datetime.date(2026, 3, 6)))
    told = antisocial.calls_change(review(tmp_path / "ws", {"asb_calls/log.csv": rows}))
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
