"""Dates in every usual form: read back as they were meant, or refused with what would read them."""

import datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain.errors import DataRefused, UsageError
from cspanalysis.sources import column_types, dates, table
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import Column, Schema, folded
from cspanalysis.sources.table import Context

SCHEMA = Schema(
    "calls",
    "a log of calls",
    (
        Column("date", "Day", ("date of call",), "date", essential=True),
        Column("closed", "Day it was closed", ("closed on",), "datetime"),
        Column("time", "Time", (), "time"),
        Column("kind", "Kind", ("type of call",)),
    ),
)
MONTH = Schema("months", "a table by month", (Column("month", "Month", (), "month"),))


def values(kind, *texts, layout=None):
    frame = pl.DataFrame({"t": texts}, schema={"t": pl.String})
    text = column_types.trimmed("t")
    return frame.select(
        column_types.convert(dates.reformatted(text, layout) if layout else text, kind)
    ).to_series().to_list()  # fmt: skip


def read(tmp_path, header, *rows, settings=None, schema=SCHEMA):
    path = tmp_path / "calls.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return table.read(Part(path, "things/calls.csv"), (schema,), Context(settings or {}))


#: How a day is written → the format that must be stated, if any.
DAYS = {
    "%d/%m/%Y": None, "%d-%m-%Y": None, "%d.%m.%Y": None, "%d %m %Y": None, "%d/%m/%y": None,
    "%Y-%m-%d": None, "%Y/%m/%d": None, "%Y%m%d": None, "%Y-%b-%d": None,
    "%d-%b-%y": None, "%d-%b-%Y": None, "%d %B %Y": None, "%d%b%Y": None, "%a %d %b %Y": None,
    "%A, %d %B %Y": None, "%B %d, %Y": None, "%b %d %Y": None,
    "%m/%d/%Y": "mm/dd/yyyy", "%m/%d/%y": "mm/dd/yy", "%y/%m/%d": "yy/mm/dd",
}  # fmt: skip
#: How a time of day is written after it.
CLOCKS = ("%H:%M", "%H:%M:%S", "%H%M", "%H.%M", "%I:%M %p", "%I:%M:%S%p", "%I.%M.%S.000000 %p")


@settings(max_examples=60, deadline=None)
@given(
    moment=st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(2069, 12, 31)),
    day=st.sampled_from(sorted(DAYS)),
    clock=st.sampled_from(CLOCKS),
)
def test_a_moment_written_in_any_form_reads_back(moment, day, clock):
    moment = moment.replace(second=0, microsecond=0)
    written = moment.strftime(day)
    assert values("date", written, layout=DAYS[day]) == [moment.date()]
    assert values("has_time", written) == [False]
    written = moment.strftime(f"{day} {clock}")
    assert values("datetime", written, layout=DAYS[day]) == [moment]
    alone = moment.strftime(clock)
    if DAYS[day] is None:
        assert values("has_time", written) == [True]
    assert values("time", alone) == [moment.hour * 60 + moment.minute]


@settings(max_examples=60, deadline=None)
@given(moment=st.datetimes(datetime.datetime(1955, 1, 1), datetime.datetime(2063, 12, 31)))
def test_a_spreadsheets_numbers_read_back_to_the_second(moment):
    moment = moment.replace(microsecond=0)
    serial = (moment - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)
    assert values("datetime", repr(serial), layout="excel") == [moment]
    assert values("date", str(int(serial)), layout="excel") == [moment.date()]
    assert values("datetime", repr(serial)) == [None]


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2023-07-01T22:30:00Z", "2023-07-01 23:30:00"),
        ("2023-07-01T22:30:00+01:00", "2023-07-01 22:30:00"),
        ("2023-01-01T22:30:00.000+0000", "2023-01-01 22:30:00"),
        ("2023-06-30T23:00:00Z", "2023-07-01 00:00:00"),
        ("01/07/2023 22:30 BST", "2023-07-01 22:30:00"),
        ("2023-07-01 18:30-05:00", "2023-07-02 00:30:00"),
    ],
)
def test_a_zone_is_told_by_the_clock_on_the_wall(text, wall):
    assert [str(v) for v in values("datetime", text)] == [wall]


@pytest.mark.parametrize(
    "text",
    ["45", "45000", "3 Jan 10:15", "3 Jan 10:15:30", "13/13/2023", "30 Feb 2023",
     "2023-01-03 25:00", "01/02/2023 13:15 AM", "Jan-23", "soon", "99999999", "2023"],
)  # fmt: skip
def test_what_is_no_date_stays_none(text):
    assert values("datetime", text) == [None]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("12:15 AM", 15), ("12:15 pm", 735), ("22:15 PM", 1335), ("10pm", 1320), ("730", 450),
     ("2330 hrs", 1410), ("1899-12-30 23:30:00", 1410), ("03/01/2023 23:30", 1410),
     ("0.25", None), ("13:00 AM", None), ("7", None)],
)  # fmt: skip
def test_times(text, minutes):
    assert values("time", text) == [minutes]


def test_a_century_is_chosen_as_spreadsheets_do():
    assert values("date", "31-Dec-98", "31/12/98", "03-Jan-23") == [
        datetime.date(1998, 12, 31), datetime.date(1998, 12, 31), datetime.date(2023, 1, 3),
    ]  # fmt: skip


def test_month_first_dates_are_refused_with_the_line_that_reads_them(tmp_path):
    rows = ("05/04/2023", "05/14/2023")
    with pytest.raises(DataRefused, match=r'\[sources.things.formats\]: date = "mm/dd/yyyy"') as no:
        read(tmp_path, "Date of call,kind", *(f"{row},x" for row in rows))
    assert "05/14/2023 (row 3)" in str(no.value) and "'Date of call'" in str(no.value)
    found = read(tmp_path, "Date of call,kind", *(f"{row},x" for row in rows),
                 settings={"formats": {"date": "mm/dd/yyyy"}})  # fmt: skip
    assert [d.month for d in found.tables["calls"]["date"]] == [5, 5]
    assert not found.problems.counts


def test_both_orders_in_one_column_are_refused_with_their_rows(tmp_path):
    rows = ("13/05/2023", "04/05/2023", "05/14/2023")
    with pytest.raises(DataRefused, match=r"13/05/2023 \(row 2\).*05/14/2023 \(row 4\)"):
        read(tmp_path, "date,kind", *(f"{row},x" for row in rows))
    found = read(tmp_path, "date,kind", *(f"{row},x" for row in rows),
                 settings={"formats": {"date": "dd/mm/yyyy"}})  # fmt: skip
    assert (found.rows_kept, found.rows_set_aside) == (2, 1)


def test_dates_that_read_both_ways_are_remarked_once_and_not_where_others_show_it(tmp_path):
    found = read(tmp_path, "date,kind", "03/04/2023,x", "05/06/2023,x", "07/07/2023,x")
    assert [(row[1:3]) for row in found.problems.listed()] == [(2, "date")]
    assert "day/month" in next(iter(found.problems.counts))[2]
    assert [d.month for d in found.tables["calls"]["date"]] == [4, 6, 7]
    shown = read(tmp_path, "date,closed on,kind", "03/04/2023,28/04/2023,x")
    assert not shown.problems.counts
    said = read(tmp_path, "date,kind", "03/04/2023,x", settings={"formats": {"date": "dd/mm/yyyy"}})
    assert not said.problems.counts


def test_one_stray_american_date_among_unmistakable_ones_is_set_aside(tmp_path):
    found = read(tmp_path, "date,kind", "2023-05-01,x", "05/13/2023,x", "2 May 2023,x")
    assert (found.rows_kept, found.rows_set_aside) == (2, 1)


@pytest.mark.parametrize(
    ("cells", "layout"),
    [
        (["1/13/23", "1/14/23"], "mm/dd/yy"),
        (["23/01/03", "23/01/17", "24/02/09"], "yy/mm/dd"),
        (["45000", "45001.5"], "excel"),
    ],
)
def test_what_needs_a_format_says_which(tmp_path, cells, layout):
    with pytest.raises(DataRefused, match=f'date = "{layout}"'):
        read(tmp_path, "date,kind", *(f"{cell},x" for cell in cells))
    found = read(tmp_path, "date,kind", *(f"{cell},x" for cell in cells),
                 settings={"formats": {"date": layout}})  # fmt: skip
    assert found.rows_kept == len(cells)
    assert {d.year for d in found.tables["calls"]["date"]} <= {2023, 2024}


def test_firsts_of_months_read_the_american_way_are_refused(tmp_path):
    cells = ("1/1/2025", "2/1/2025", "3/1/2025")
    with pytest.raises(DataRefused, match='month = "mm/dd/yyyy"'):
        read(tmp_path, "month", *cells, schema=MONTH)
    found = read(tmp_path, "month", "01/01/2025", "01/02/2025", schema=MONTH)
    assert found.tables["months"]["month"].to_list() == ["2025-01", "2025-02"]
    assert not found.problems.counts


def test_a_format_must_be_one_and_of_a_column_with_dates(tmp_path):
    with pytest.raises(UsageError, match="no way of writing dates"):
        dates.known("dd-mm")
    assert dates.known(" MM/DD/YYYY ") == "mm/dd/yyyy"
    with pytest.raises(DataRefused, match="holds no dates"):
        read(tmp_path, "date,kind", "2023-01-01,x", settings={"formats": {"kind": "excel"}})


@pytest.mark.parametrize(
    "heading",
    ["DateOfCall", "date of call", "DATE_OF_CALL", "date-of-call", "Dateofcall",
     "\ufeffDate of Call", "Date\u00a0of\u00a0call", " Date  of call* ",
     "Date of call (dd/mm/yyyy)", "dateOfCall",
     "Date Of Call [note 2]"],
)  # fmt: skip
def test_headings_in_any_case_and_with_or_without_blanks(tmp_path, heading):
    found = read(tmp_path, f"{heading},TypeOfCall", "2023-01-03,Noise")
    assert found.tables["calls"]["kind"].to_list() == ["Noise"]


@pytest.mark.parametrize("text", ["LSOA21CD", "LAD17NM", "ICD10", "AGE90+", "FAEs"])
def test_codes_in_headings_are_no_words(text):
    assert folded(text) == text.lower()


def test_headings_of_one_column_are_told_and_the_settings_choose_by_spelling(tmp_path):
    header = "Date of call,DateOfCall,kind"
    found = read(tmp_path, header, "2023-01-03,2023-02-03,x")
    assert [row[2:4] for row in found.problems.listed()] == [
        ("date", "'Date of call', 'DateOfCall'")
    ]
    found = read(tmp_path, header, "2023-01-03,2023-02-03,x",
                 settings={"columns": {"date": "DateOfCall"}})  # fmt: skip
    assert found.tables["calls"]["date"][0].month == 2
    assert not found.problems.counts
