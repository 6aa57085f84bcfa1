"""Editions of a publisher's table: the newest counts as a whole, whatever it calls things."""

import polars as pl
import pytest
from test_sources_home_office_csp import HEADER, workbook

from cspanalysis.sources import releases
from cspanalysis.sources.releases import Editions
from cspanalysis.store import clean_run
from cspanalysis.store.tables import Store

EDITIONS = Editions(
    (("year", "quarter"), ("year", "quarter", "area")), ("area",), ("code", "group"), ("quarter",)
)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Updated: 23 July 2026", "2026-07-23"),
        ("Last updated on Thursday 3rd Sept 2025", "2025-09-03"),
        ("Publication date 2026-01-29", "2026-01-29"),
        ("Release: 29/01/2026", "2026-01-29"),
        ("Data for the year to 31 March 2026", ""),
        ("Next update: 22 October 2026", ""),
        ("Updated: 31 February 2026", ""),
    ],
)
def test_the_day_of_release_is_the_one_a_line_of_release_states(line, day):
    assert releases.stated(["Police recorded crime", line]) == day


def test_of_several_days_of_release_the_latest_counts():
    assert releases.stated(["Published 1 May 2025", "Revised: 2 May 2026"]) == "2026-05-02"


def test_a_day_at_the_end_of_a_name_is_read_and_other_digits_are_not():
    assert releases.in_name("prc-csp-mar2021-mar2026-tables-230726.ods") == "2026-07-23"
    assert releases.in_name("prc-csp-2002-2025.ods") == ""
    assert releases.in_name("prc-csp-202425.ods") == ""


def frame(*rows):
    columns = ["year", "quarter", "area", "group", "code", "count"]
    schema = dict.fromkeys(columns, pl.String) | {"count": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def replaced(*frames):
    found = releases.replaced(lambda n: frames[n], len(frames), EDITIONS)
    return {(r["part"], r["at"]): r["why"] for r in found.iter_rows(named=True)}


def test_what_a_newer_edition_no_longer_has_goes_with_the_rest_of_its_year():
    old = frame(
        ("2024/25", "1", "A", "x", "1", 40), ("2024/25", "1", "None", "x", "1", 60),
        ("2023/24", "1", "A", "x", "1", 40),
    )  # fmt: skip
    new = frame(("2024/25", "1", "A", "x", "1", 100))
    assert replaced(old, new) == {(0, 0): "an earlier edition", (0, 1): "an earlier edition"}


def test_another_label_of_the_same_code_is_the_same_figure():
    old = frame(("2024/25", "1", "A", "rape offences", "19C", 3))
    new = frame(("2024/25", "1", "A", "rape", "19C", 3))
    assert replaced(old, new) == {(0, 0): "an earlier edition"}


@pytest.mark.parametrize(
    "pieces",
    [
        (("2024/25", "1", "A", "x", "1", 4), ("2024/25", "2", "A", "x", "1", 4)),
        (("2024/25", "1", "A", "x", "1", 4), ("2024/25", "1", "B", "x", "1", 4)),
        (("2024/25", "1", "A", "x", "1", 4), ("2024/25", "1", "A", "y", "2", 4)),
        (("2023/24", "1", "A", "x", "1", 4), ("2024/25", "1", "A", "x", "1", 4)),
    ],
)
def test_pieces_of_one_table_are_no_editions_of_it(pieces):
    assert replaced(*(frame(piece) for piece in pieces)) == {}


def test_a_newer_cut_replaces_its_own_area_and_leaves_the_others():
    old = frame(*(("2024/25", "1", a, "x", c, 1) for a in "ABC" for c in "12"))
    new = frame(("2024/25", "1", "A", "x", "1", 2), ("2024/25", "1", "A", "y", "2", 2))
    assert set(replaced(old, new)) == {(0, 0), (0, 1)}


@pytest.mark.parametrize("is_older", [True, False])
def test_the_less_detailed_of_two_gives_way_whichever_is_newer(is_older):
    coarse = frame(("2024/25", None, "A", "x", None, 50), ("2024/25", None, "A", "y", None, 7))
    fine = frame(*(("2024/25", q, "A", "x", "1", 12) for q in "1234"))
    files = (coarse, fine) if is_older else (fine, coarse)
    # What only the coarser one has stays.
    assert replaced(*files) == {(0 if is_older else 1, 0): "less detailed"}


def sheets(day, count, subgroup="Robbery"):
    rows = [
        ["2024/25", q, "Kent", csp, "Robbery", "Robbery", subgroup, "34B", count]
        for q in (1, 2, 3, 4)
        for csp in ("Dover", "Medway")
    ]
    return {"Notes": [["Recorded crime"], [f"Updated: {day}"]], "2024_25": [HEADER, *rows]}


def cleaned(tmp_path, **files):
    folder = tmp_path / "data/raw/home_office_csp"
    folder.mkdir(parents=True)
    for name, made in files.items():
        workbook(folder / f"{name}.xlsx", made)
    report = clean_run.clean(tmp_path, {})
    return report, Store(tmp_path / "data/processed")


def test_the_newer_workbook_by_its_notes_counts_though_its_name_sorts_first(tmp_path):
    report, store = cleaned(
        tmp_path, a=sheets("23 July 2026", 10), b=sheets("29 January 2026", 7, "Robberies")
    )
    assert store.load("home_office_csp")["count"].sum() == 80
    assert store.load("home_office_csp_coverage")["count"].tolist() == [80]
    (notice,) = [n for n in report.notices if "earlier edition" in n]
    assert "b.xlsx: 8 rows of 2024/25 are of an earlier edition" in notice
    assert "a.xlsx is used, released on 2026-07-23" in notice
    account = store.account().set_index("file")
    assert account["rows_set_aside"].tolist() == [0, 8]
    assert (account["rows_read"] == account["rows_kept"] + account["rows_set_aside"]).all()
    assert clean_run.clean(tmp_path, {}).notices == report.notices


def test_the_sidecars_day_goes_before_the_notes(tmp_path):
    folder = tmp_path / "data/raw/home_office_csp"
    folder.mkdir(parents=True)
    workbook(folder / "a.xlsx", sheets("23 July 2026", 10))
    workbook(folder / "b.xlsx", sheets("29 January 2026", 7))
    (folder / "b.xlsx.source.toml").write_text('published = "2026-08-01"\n')
    clean_run.clean(tmp_path, {})
    assert Store(tmp_path / "data/processed").load("home_office_csp")["count"].sum() == 56


def test_the_same_workbook_twice_is_a_repeat_and_no_edition(tmp_path):
    made = sheets("23 July 2026", 10)
    report, store = cleaned(tmp_path, a=made, b=made | {"More": [["nothing"]]})
    assert store.load("home_office_csp")["count"].sum() == 80
    assert [n for n in report.notices if "8 rows repeat rows of" in n]
