"""Rows of the Home Office's tables that count nothing of their own: sums, repeats, no figure."""

import pandas as pd
import polars as pl
import pytest
from test_sources_home_office_csp import HEADER, read, workbook

from cspanalysis.domain import areas
from cspanalysis.domain.errors import DataRefused, NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.explore import entry
from cspanalysis.review import official_counts, partnership_years
from cspanalysis.sources import crime_rows, home_office_csp
from cspanalysis.store import clean_run
from cspanalysis.workspace import init


def offence(quarter, count, code="34B", csp="Medway", year="2024/25", group="Robbery"):
    return [year, quarter, "Kent", csp, f"{group} {code}", group, group, code, count]


def told(found, reason):
    """What is said of rows for a reason."""
    return found.problems.table().filter(pl.col("reason").str.contains(reason))["found"].to_list()


def book(tmp_path, *lines, **more):
    sheets = {"2024-25": [HEADER, *lines], **{k: [HEADER, *v] for k, v in more.items()}}
    return workbook(tmp_path / "csp.xlsx", sheets)


@pytest.mark.parametrize(
    ("label", "quarter"),
    [
        ("1", "1"), ("Q1", "1"), ("Q1 2024/25", "1"), ("2024/25 Q4", "4"), ("2024_25_Q2", "2"),
        ("Quarter 3 24/25", "3"), ("4th quarter", "4"), ("2024Q2", "2"), ("Q1 2024", "1"),
        ("Apr 2024 to Jun 2024", "1"), ("Jan-Mar 2025", "4"), ("1,2,3,4", "1,2,3,4"),
        ("Q1 to Q4", "1,2,3,4"), ("1-2", "1,2"), ("All", None), ("Year total", None),
        ("2024/25", None), ("Year 2024/25", None), ("April 2024 to March 2025", None),
    ],
)  # fmt: skip
def test_a_quarter_is_told_from_the_year_beside_it(label, quarter):
    assert crime_rows.quarters(label) == quarter


@pytest.mark.parametrize("label", ["All", "Year total", "2024/25", "", "Q1-Q4"])
def test_a_year_beside_its_quarters_counts_once(tmp_path, label):
    lines = [offence(f"Q{q} 2024/25", 10) for q in (1, 2, 3, 4)]
    lines += [offence(label, 40), offence(label, 7, csp="Dover")]
    lines.append(["2024/25", label, "Kent", "Medway", "", "Total recorded crime", "", "", 40])
    found = read(book(tmp_path, *lines))
    counted = found.tables["home_office_csp"].group_by("csp").agg(pl.col("count").sum())
    assert dict(counted.iter_rows()) == {"Medway": 40, "Dover": 7}
    assert (found.rows_read, found.rows_kept, found.rows_set_aside) == (7, 5, 2)
    assert len(told(found, "a total of the quarters beside it")) == 1


def test_a_sheet_that_comes_again_in_a_workbook_counts_once(tmp_path):
    joined = [offence(1, n, "1/4.1/4.2", group="Homicide") for n in (0, 0, 1)]
    lines = [offence(1, 12), offence(1, 30, "46"), *joined]
    found = read(book(tmp_path, *lines, Copy=lines))
    # Of the three codes that a cell joins each has a row, and all count.
    assert found.tables["home_office_csp"]["count"].to_list() == [12, 30, 0, 0, 1]
    assert (found.rows_read, found.rows_kept) == (10, 5)
    assert len(told(found, "the same row again")) == 5


def test_rows_that_contradict_each_other_give_no_figure(tmp_path):
    lines = [offence(1, 12), offence(1, 15), offence(1, 3, "46"), offence(1, 9, csp="Dover")]
    found = read(book(tmp_path, *lines))
    assert found.tables["home_office_csp"]["count"].to_list() == [None, 3, 9]
    assert (found.rows_kept, found.rows_set_aside) == (3, 1)
    assert told(found, "not known") == ["2024/25, Medway, Kent, robbery 34b, 12"]
    assert told(found, "another figure for the same") == ["2024/25, Medway, Kent, robbery 34b, 15"]


def test_a_column_that_nobody_reads_and_that_tells_rows_apart_is_refused(tmp_path):
    lines = [[*offence(1, n, code), of] for code in ("34B", "46", "8N")
             for of, n in (("Business", 5), ("Personal", 5))]  # fmt: skip
    sheet = [[*HEADER, "Victim type"], *lines]
    with pytest.raises(DataRefused, match=r"'Victim type', which is not read, tells them apart"):
        read(workbook(tmp_path / "csp.xlsx", {"2024-25": sheet}))


@pytest.mark.parametrize("symbol", ["..", "[x]", "-", "", "few", "5 or fewer", "12*"])
def test_a_figure_that_is_missing_leaves_no_sum(tmp_path, symbol):
    lines = [
        offence(q, n, code, csp, year)
        for year in ("2023/24", "2024/25")
        for q in (1, 2, 3, 4)
        for csp in ("Medway", "Dover")
        for code, n in (("34B", 40), ("46", "1,100 [r]"))
    ]
    lines[-3][-1] = symbol
    found = read(book(tmp_path, *lines))
    assert found.rows_kept == len(lines)
    assert told(found, "no figure: what it is a part of") == [symbol]
    combined = home_office_csp.SOURCE.combine({"_totals": found.tables["_totals"]})
    totals = combined["home_office_csp_totals"].filter(csp="Medway")
    assert totals["count"].to_list() == [4560, None]
    coverage = combined["home_office_csp_coverage"].to_pandas()
    table = found.tables["home_office_csp"].to_pandas()
    medway, dover = (
        partnership_years.by_year(table, coverage, areas.find(name)) for name in ("Medway", "Dover")
    )
    assert medway["status"].to_list() == ["ok", "not_available"]
    assert "lacks figures of Medway for 2024/25" in medway["reason"].iloc[-1]
    assert pd.isna(medway["count"].iloc[-1]) and medway["quarter_1"].iloc[-1] == 1140
    assert dover["status"].to_list() == ["ok", "ok"]


@pytest.mark.parametrize("figure", ["1,100 [r]", "1,100r", "1,100 [p]", "1100 [note 3]", "1,100 "])
def test_a_mark_behind_a_number_leaves_it_one(tmp_path, figure):
    found = read(book(tmp_path, offence(1, figure)))
    assert found.tables["home_office_csp"]["count"].to_list() == [1100]


def test_an_unknown_number_under_no_partnership_compares_nothing(tmp_path):
    found = read(book(tmp_path, offence(1, 40), offence(1, "..", csp="Unassigned Kent")))
    (row,) = home_office_csp.coverage(found.tables["_totals"]).iter_rows(named=True)
    assert (row["status"], row["unassigned"]) == ("not_comparable", None)
    assert "is not known" in row["reason"]


def test_a_missing_figure_takes_no_partnership_out_of_its_force(tmp_path):
    lines = [offence(1, 960), offence(1, "*", "46"), offence(1, 40, csp="Unassigned Kent")]
    found = read(book(tmp_path, *lines))
    (row,) = home_office_csp.coverage(found.tables["_totals"]).iter_rows(named=True)
    assert (row["status"], row["share"], row["count"]) == ("ok", 0.04, 1000)


@pytest.mark.parametrize(
    "label",
    ["Kent Total", "Kent", "Kent Police", "South East", "England and Wales", "All CSPs", "Total",
     "Kent force area", "All partnerships"],
)  # fmt: skip
def test_a_row_of_the_force_or_of_more_is_no_partnership(tmp_path, label):
    lines = [offence(1, 90), offence(1, 10, csp="Unassigned Kent"), offence(1, 100, csp=label)]
    found = read(book(tmp_path, *lines))
    assert set(found.tables["home_office_csp"]["csp"]) == {"Medway", "Unassigned Kent"}
    assert told(found, "a total of other rows") == [label]
    assert home_office_csp.coverage(found.tables["_totals"])["share"].to_list() == [0.1]


def test_a_partnership_that_bears_its_forces_name_stays(tmp_path):
    lines = [
        ["2024/25", 1, force, csp, "Robbery", "Robbery", "Robbery", "34B", 5]
        for force, csp in (
            ("Wiltshire", "Wiltshire"), ("Wiltshire", "Swindon"), ("Wiltshire", "Wiltshire Total"),
            ("London, City of", "London, City of"), ("Dorset", "Dorset"), ("Cumbria", "Cumbria"),
        )
    ]  # fmt: skip
    found = read(book(tmp_path, *lines))
    assert told(found, "a total of other rows") == ["Wiltshire Total"]
    assert found.rows_kept == 5


def test_a_blank_label_makes_no_sum_of_the_rows_beside_it(tmp_path):
    labels = [
        ("Shoplifting", "Theft offences", "Shoplifting", "46", 100),
        ("Rape", "Sexual offences", "", "19C", 30),
        ("Total crime", "All crime", "", "", 130),
        ("Theft subtotal", "Theft offences", "Theft offences subtotal", "", 100),
        ("Total theft", "Theft offences", "Total theft", "", 100),
        ("Police recorded crime", "Police recorded crime", "", "", 130),
        ("Crime excluding fraud", "Crime (excl. fraud)", "", "", 130),
    ]
    found = read(book(tmp_path, *(["2024/25", 1, "Kent", "Medway", *one] for one in labels)))
    assert found.tables["home_office_csp"]["offence"].to_list() == ["shoplifting", "rape"]
    assert len(told(found, "a total of other rows")) == 5


def test_editions_that_write_their_quarters_otherwise_are_editions_of_one_table(tmp_path):
    folder = tmp_path / "data/raw/home_office_csp"
    folder.mkdir(parents=True)
    for name, label, count in (("a-010125", "{}", 10), ("b-010725", "Q{} 2024/25", 11)):
        lines = [offence(label.format(q), count) for q in (1, 2, 3, 4)]
        workbook(folder / f"{name}.xlsx", {"2024-25": [HEADER, *lines]})
    init.init(tmp_path, "Medway")
    clean_run.clean(tmp_path, {})
    table = entry.open("Medway", "2024-04/2025-03", workspace=tmp_path).store.load(
        "home_office_csp"
    )
    assert dict(zip(table["quarter"], table["count"], strict=True)) == dict.fromkeys("1234", 11)


def test_the_counts_of_a_year_that_lacks_a_figure_are_withheld(tmp_path):
    lines = [
        offence(q, 40, code, csp, f"20{y}/{y + 1}")
        for y in range(19, 25)
        for q in (1, 2, 3, 4)
        for csp in ("Medway", "Dover")
        for code in ("34B", "46")
    ]
    lines[-3][-1] = ".."
    folder = tmp_path / "data/raw/home_office_csp"
    folder.mkdir(parents=True)
    workbook(folder / "csp.xlsx", {"2024-25": [HEADER, *lines]})
    init.init(tmp_path, "Medway")
    clean_run.clean(tmp_path, {})
    store = entry.open("Medway", "2024-04/2025-03", workspace=tmp_path).store
    year, before = Period.financial_year(2024), Period.financial_year(2023)
    assert official_counts.series(store, areas.find("Dover"), "robbery", year).count(year) == 160
    found = official_counts.series(store, areas.find("Medway"), "robbery", before)
    assert found.count(before) == 160
    with pytest.raises(NotAvailable, match="lacks figures of Medway for 2024/25"):
        found.count(year)
