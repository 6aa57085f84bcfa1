"""Exclusions as published: older and current layouts, symbols, text numbers."""

from pathlib import Path

import pandas as pd
import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import dfe_exclusions
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "dfe_exclusions"


def read(path):
    return dfe_exclusions.SOURCE.read(Part(path, f"dfe_exclusions/{path.name}"), Context())


def table(found, **where):
    frame = found.tables["dfe_exclusions"].to_pandas()
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame.reset_index(drop=True)


def test_the_older_layout_with_text_numbers_and_both_spellings_of_national():
    found = read(FIXTURES / "local_2017.csv")
    assert (found.rows_read, found.rows_kept) == (6, 5)
    national = table(found, level="national", school_type="total")
    assert set(national["headcount"]) == {8_025_075}
    assert national["count"].tolist() == [7720, 381_865, 183_475]
    assert set(table(found)["level"]) == {"national", "local authority"}


def test_fixed_period_is_suspension_in_both_layouts():
    old, new = read(FIXTURES / "local_2017.csv"), read(FIXTURES / "ees.csv")
    kinds = {"permanent", "suspension", "pupils suspended"}
    assert set(table(old)["kind"]) == set(table(new)["kind"]) == kinds
    assert table(new, area="Kent", kind="suspension")["count"][0] == 18_000


def test_symbols_and_blanks_are_statuses_and_never_zero():
    found = read(FIXTURES / "local_2017.csv")
    special = table(found, level="national", school_type="special").set_index("kind")
    assert special["status"].to_dict() == {
        "permanent": "suppressed", "suspension": "ok", "pupils suspended": "not_available",
    }  # fmt: skip
    assert special["rate_status"]["permanent"] == "not_applicable"
    rutland = table(found, area="Rutland", school_type="special").set_index("kind")
    assert rutland["status"].to_dict() == {
        "permanent": "ok", "suspension": "suppressed", "pupils suspended": "not_applicable",
    }  # fmt: skip
    assert rutland["count"]["permanent"] == 0
    missing = table(found)
    assert missing.loc[missing["status"] != "ok", "count"].isna().all()


def test_x_in_the_current_layout_is_not_available():
    row = table(read(FIXTURES / "ees.csv"), area="Kent", kind="pupils suspended").iloc[0]
    assert (row["status"], row["symbol"], row["rate_status"]) == (
        "not_available", "x", "rounds_to_zero",
    )  # fmt: skip
    region = table(read(FIXTURES / "ees.csv"), level="region")
    assert set(region["area"]) == {"South East"} and set(region["area_code"]) == {"E12000008"}


def test_reasons_become_rows():
    found = read(FIXTURES / "reasons.csv")
    assert found.tables["dfe_exclusions"].height == 2 * 24
    kent = table(found, area="Kent", kind="permanent").set_index("reason")
    assert kent["count"]["drugs and alcohol"] == 8
    assert kent["status"]["damage"] == "not_available"
    assert kent["status"]["physical assault against an adult"] == "not_applicable"
    # An estimate with a fraction is kept as published, and noted.
    assert kent["count"]["physical assault against a pupil"] == pytest.approx(10 / 3, abs=1e-5)
    assert found.problems.count("noted") == 1


def test_unreadable_text_is_noted_and_a_year_that_is_none_sets_the_row_aside():
    found = read(FIXTURES / "local_2017.csv")
    problems = found.problems.table().select("row", "column", "action").rows()
    assert problems == [(6, "suspension", "noted"), (7, "school_year", "set aside")]


HEAD = (
    "time_period,time_identifier,geographic_level,country_code,region_name,new_la_code,la_name,"
    "education_phase,{},headcount,perm_excl,suspension"
)
KENT = "202324,{},Local authority,E92000001,South East,E10000016,Kent,{},{},{},{}"


def written(path, further, *rows):
    lines = [KENT.format(*row) for row in rows]
    path.write_text("\n".join([HEAD.format(further), *lines]) + "\n")
    return read(path)


def whole(found):
    return table(found, kind="suspension", is_whole=True)["count"].tolist()


YEAR = "Academic year"


@pytest.mark.parametrize(
    "further",
    [
        "characteristic_group,characteristic", "breakdown_topic,breakdown",
        "ethnicity_major,sex", "sen_status,fsm_status", "age,nc_year_group",
    ],
)  # fmt: skip
@pytest.mark.parametrize("everybody", ["Total", "All pupils"])
def test_of_rows_that_break_pupils_down_only_that_of_all_is_the_whole(tmp_path, further, everybody):
    found = written(
        tmp_path / "a.csv", further,
        (YEAR, "Total", "FSM,eligible", 600, "6,90"),
        (YEAR, "Total", f"{everybody},Total", 2400, "9,180"),
        (YEAR, "State-funded primary", f"{everybody},Total", 1200, "0,20"),
    )  # fmt: skip
    assert whole(found) == [180]
    assert found.rows_kept == 3 and not found.problems.count("noted")


def test_rows_that_differ_by_a_column_nobody_knows_are_parts(tmp_path):
    found = written(
        tmp_path / "a.csv", "disadvantage_of_parents",
        (YEAR, "Total", "yes", 600, "6,90"), (YEAR, "Total", "no", 1800, "3,90"),
    )  # fmt: skip
    assert whole(found) == []
    (told,) = found.problems.listed()
    assert "never stand for the whole" in told[6]


@pytest.mark.parametrize(
    "term",
    ["Autumn term", "Spring Term", "Autumn and spring term", "Academic year Q1", "Financial year",
     "Academic year Q1-Q2", "Academic year (autumn and spring terms)", "Academic year to date",
     "Half year", "Academic year - autumn term", "Calendar year", "Full academic year Q4"],
)  # fmt: skip
def test_a_term_is_no_year(tmp_path, term):
    rows = [(term, "Total", "x", 2400, "3,60")]
    assert whole(written(tmp_path / "a.csv", "old_la_code", *rows)) == []
    assert whole(written(tmp_path / "a.csv", "old_la_code", (YEAR, *rows[0][1:]))) == [60]


@pytest.mark.parametrize(
    "term",
    ["Academic year", "School year", "Year", "Full academic year", "Academic year 2023/24",
     "Academic year (all terms)", "Whole year", ""],
)  # fmt: skip
def test_a_whole_year_is_known_by_its_words(tmp_path, term):
    assert whole(written(tmp_path / "a.csv", "old_la_code", (term, "Total", "x", 9, "3,60"))) == [
        60
    ]


def test_a_revised_figure_is_the_figure(tmp_path):
    rows = [(YEAR, "Total", "x", 2400, '9 [r],"1,180 [r]"')]
    assert whole(written(tmp_path / "a.csv", "old_la_code", *rows)) == [1_180]


def test_a_part_of_a_year_does_not_stand_beside_the_whole(tmp_path):
    rows = [(YEAR, "Total", "x", 2400, "9,180"), (f"{YEAR} Q1", "Total", "x", 2400, "3,60")]
    assert whole(written(tmp_path / "a.csv", "old_la_code", *rows)) == [180]


def test_a_term_may_stand_in_the_files_name_alone(tmp_path):
    path = tmp_path / "exclusions_characteristics_2024_25_spring_term.csv"
    head = HEAD.format("old_la_code").replace("time_identifier,", "")
    path.write_text(
        f"{head}\n{KENT.format('', 'Total', '886', 2400, '3,60').replace(',,', ',', 1)}\n"
    )
    found = read(path)
    assert set(table(found)["term"]) == {"spring term"} and whole(found) == []


@pytest.mark.realdata
def test_kent_2016_17(shared):
    found = read(shared / "data" / "dfe_exclusions" / "clean_la_data.csv")
    assert found.rows_read == found.rows_kept == 7122
    kent = table(found, school_year="2016/17", area="Kent", school_type="total").set_index("kind")
    assert set(kent["headcount"]) == {228_507}
    assert kent["is_whole"].all()
    assert (kent["count"]["permanent"], kent["rate"]["permanent"]) == (54, 0.02)
    assert (kent["count"]["suspension"], kent["rate"]["suspension"]) == (10_156, 4.44)


@pytest.mark.realdata
def test_the_characteristics_of_2017_have_one_whole_a_year(shared):
    found = read(shared / "data" / "dfe_exclusions" / "SFR35_2017_National_characteristics.csv")
    whole = table(found, is_whole=True, kind="permanent").set_index("school_year")["count"]
    assert whole["2015/16"] == 6685 and whole.index.is_unique


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("SFR35_2017_National_characteristics.csv", 3789),
        ("SFR35_2017_reason_for_exclusion.csv", 6367),
        ("ees_exclusions_by_reason.csv", 7004),
    ],
)
def test_real_files_keep_every_row_and_every_symbol(shared, name, rows):
    path = shared / "data" / "dfe_exclusions" / name
    found = read(path)
    assert found.rows_read == found.rows_kept == rows
    assert found.rows_set_aside == 0
    frame = table(found)
    raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    counts = [c for c in raw if c.startswith(("perm_", "fixed_", "one_")) and "rate" not in c]
    for symbol in ("x", ".", "z", "c", ""):
        read_so = frame["symbol"].isna() & frame["count"].isna() if not symbol else (
            frame["symbol"] == symbol
        )  # fmt: skip
        assert read_so.sum() == (raw[counts] == symbol).sum().sum()
    assert frame.loc[frame["status"] != "ok", "count"].isna().all()


@pytest.mark.realdata
@pytest.mark.parametrize(
    "name", ["ees_EHCPplanprocessLAL_2023.csv", "thirdparty_LA_exc_susp_phasesplits.csv"]
)
def test_other_tables_of_the_department_are_refused(shared, name):
    with pytest.raises(DataRefused):
        read(shared / "data" / "dfe_exclusions" / name)
