"""Home Office tables by partnership: workbooks, names, and crime that no partnership was given."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import polars as pl
import pytest
import xlsxwriter

from cspanalysis.domain import areas
from cspanalysis.domain.errors import DataRefused, NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.explore import entry
from cspanalysis.review import official_counts, partnership_years
from cspanalysis.sources import crime_rows, home_office_csp
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.store import clean_run
from cspanalysis.workspace import init

FIXTURES = Path(__file__).parent / "fixtures" / "home_office_csp"
HEADER = [
    "Financial Year", "Financial Quarter", "Force Name", "CSP Name", "Offence Description",
    "Offence Group", "Offence Subgroup", "Offence Code", "Offence Count",
]  # fmt: skip


def read(path):
    return home_office_csp.SOURCE.read(Part(path, f"home_office_csp/{path.name}"), Context())


def row(year, csp, count, force="Kent"):
    return [year, 1, force, csp, "Robbery", "Robbery", "Robbery", "34B", count]


SHEETS = {
    "Notes": [["Police recorded crime"], ["Figures are not comparable"]],
    "2002-03": [["Table of the year"], HEADER, row("2002/03", "Medway", 300)],
    "2025_26": [
        HEADER,
        row("2025/26", "Medway", 10),
        row("2025/26", "Unassigned Kent", 990),
        row("2025/26", "", 5),
    ],
}


def workbook(path, sheets):
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            for name, rows in sheets.items():
                sheet = book.add_worksheet(name)
                for at, cells in enumerate(rows):
                    sheet.write_row(at, 0, cells)
        return path
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    tables = ""
    for name, rows in sheets.items():
        cells = (
            "".join(
                f'<table:table-cell office:value-type="float" office:value="{c}"/>'
                if isinstance(c, int)
                else f'<table:table-cell office:value-type="string"><text:p>{escape(c)}</text:p>'
                "</table:table-cell>"
                for c in line
            )
            for line in rows
        )
        lines = "".join(f"<table:table-row>{c}</table:table-row>" for c in cells)
        tables += f'<table:table table:name="{name}">{lines}</table:table>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            "<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
            "</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces}><office:body>'
            f"<office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return path


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_every_yearly_sheet_of_a_workbook_is_read_and_notes_are_remarked(tmp_path, suffix):
    found = read(workbook(tmp_path / f"prc-csp{suffix}", SHEETS))
    table = found.tables["home_office_csp"]
    assert table.select("year", "csp", "count").rows() == [
        ("2002/03", "Medway", 300),
        ("2025/26", "Medway", 10),
        ("2025/26", "Unassigned Kent", 990),
    ]
    assert (found.rows_read, found.rows_kept, found.rows_set_aside) == (4, 3, 1)
    assert table["file"][0].endswith("/2002-03")
    listed = found.problems.table()
    assert "the sheet 'Notes'" in listed["found"].to_list()
    assert listed.filter(listed["action"] == "set aside").height == 1


def test_a_yearly_sheet_without_the_column_is_refused(tmp_path):
    broken = {"2025_26": [HEADER[:3] + HEADER[4:], ["2025/26"] * 8], "2024_25": SHEETS["2025_26"]}
    with pytest.raises(DataRefused, match=r"2025_26.*csp"):
        read(workbook(tmp_path / "csp.xlsx", broken))


def test_a_workbook_without_any_table_is_refused(tmp_path):
    with pytest.raises(DataRefused):
        read(workbook(tmp_path / "csp.xlsx", {"Notes": SHEETS["Notes"]}))


def test_names_and_groups_in_one_spelling_and_bad_rows_set_aside():
    found = read(FIXTURES / "csp.csv")
    table = found.tables["home_office_csp"]
    assert (found.rows_read, found.rows_kept) == (10, 8)
    assert set(table["csp"]) == {
        "Tonbridge and Malling", "Medway", "Unassigned Kent", "City of London", "North Devon",
    }  # fmt: skip
    assert "London, City of" in set(table["csp_published"])
    assert set(table["offence_group"]) == {"theft offences", "robbery"}
    assert table["count"].max() == 1293
    aside = found.problems.table().filter(found.problems.table()["action"] == "set aside")
    assert sorted(aside["row"]) == [7, 9]


def test_crimes_taken_back_stay_in_the_total_and_are_named():
    found = read(FIXTURES / "csp.csv")
    assert found.tables["home_office_csp"]["count"].min() == -1
    (noted,) = found.problems.table().filter(pl.col("row") == 8).iter_rows(named=True)
    assert noted["action"] == "noted" and "taken back" in noted["reason"]


FORCE_HEADER = [*HEADER[:3], *HEADER[4:8], "Number of Offences"]


def test_sums_of_other_rows_are_set_aside_and_count_where_they_stand_alone(tmp_path):
    parts = [
        ("Robbery of business property", "Robbery", "Robbery", 3),
        ("All other theft offences", "Theft offences", "All other theft offences", 8),
        ("Shoplifting", "Theft offences", "Shoplifting", 5),
    ]
    sums = [
        ("", "Theft offences - total", "", 13), ("", "All robbery", "", 3),
        ("", "Total recorded crime (excluding fraud)", "", 16), ("", "Victim-based crime", "", 16),
        ("", "All criminal damage", "", 4),
    ]  # fmt: skip
    lines = [["2025/26", 1, "Kent", "Dover", a, b, c, "", n] for a, b, c, n in [*parts, *sums]]
    lines.append(["2025/26", 1, "Kent", "Ashford", "", "Total recorded crime", "", "", 20])
    path = workbook(tmp_path / "sums.xlsx", {"2025-26": [HEADER, *lines]})
    found = read(path)
    counted = found.tables["home_office_csp"].group_by("csp").agg(pl.col("count").sum())
    assert dict(counted.iter_rows()) == {"Dover": 20, "Ashford": 20}
    assert found.rows_set_aside == 4


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


@pytest.mark.parametrize("symbol", ["..", "[x]", "-", ""])
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


def force_rows(*counts):
    return [
        ["2017/18", quarter, "Kent", "Robbery", "Robbery", "Robbery", "34B", count]
        for quarter, count in enumerate(counts, 1)
    ]


def test_a_table_by_police_force_is_read_into_a_table_of_its_own(tmp_path):
    path = tmp_path / "pfa.csv"
    lines = [FORCE_HEADER, *force_rows(" 66776 ", " -2 ", "1,000 ", "5")]
    path.write_text("\n".join(",".join(f'"{c}"' for c in line) for line in lines))
    found = read(path)
    assert list(found.tables) == ["home_office_pfa"] and found.rows_kept == 4
    assert found.tables["home_office_pfa"]["count"].to_list() == [66776, -2, 1000, 5]
    assert read(FIXTURES / "no_csp.csv").rows_kept == 1


def test_partnerships_under_an_unknown_heading_do_not_pass_for_forces(tmp_path):
    rows = [row("2022/23", name, 5) for name in ("Medway", "Dover", "Swale")]
    sheet = [[*HEADER[:3], "Where", *HEADER[4:]], *rows]
    with pytest.raises(DataRefused, match=r"column of the partnerships is missing.*'csp name'"):
        read(workbook(tmp_path / "csp.xlsx", {"2022_23": sheet}))


def test_a_force_that_leaves_its_crime_unassigned_is_not_comparable():
    found = read(FIXTURES / "csp.csv")
    coverage = home_office_csp.SOURCE.combine({"_totals": found.tables["_totals"]})
    table = coverage["home_office_csp_coverage"]
    kent = {r["year"]: r for r in table.iter_rows(named=True) if r["force"] == "Kent"}
    assert kent["2022/23"]["status"] == "ok"
    assert kent["2024/25"]["status"] == "not_comparable"
    assert "99.5%" in kent["2024/25"]["reason"]
    noted = found.problems.table()
    assert "2024/25, Kent: 1,293 of 1,300" in " ".join(noted["found"])


@pytest.mark.parametrize(("unassigned", "status"), [(5, "ok"), (6, "not_comparable")])
def test_the_limit_is_five_per_cent(tmp_path, unassigned, status):
    sheet = [
        HEADER, row("2022/23", "Medway", 100 - unassigned),
        row("2022/23", "Unassigned Kent", unassigned),
    ]  # fmt: skip
    found = read(workbook(tmp_path / "csp.xlsx", {"2022_23": sheet}))
    assert home_office_csp.coverage(found.tables["_totals"])["status"].to_list() == [status]


NOTES = [
    ["Force Notes"],
    ["Kent: for technical reasons crimes of Medway are under an unassigned CSP group from 2024."],
    ["Updated: 23 July 2026"],
]


def listed_years(tmp_path):
    """Four years of two partnerships, one of which the notes list; a small force share lacks."""
    sheets = {"Notes": NOTES}
    for year in ("2021/22", "2022/23", "2024/25", "2025/26"):
        lacks = 30 if year > "2023" else 0
        counts = {"Medway": 100 - lacks, "Dover": 1000, "Unassigned Kent": 5 + lacks}
        sheets[year.replace("/", "_")] = [HEADER, *(row(year, c, n) for c, n in counts.items())]
    return read(workbook(tmp_path / "csp.xlsx", sheets))


def test_partnerships_that_the_notes_list_are_not_comparable(tmp_path):
    found = listed_years(tmp_path)
    combined = home_office_csp.SOURCE.combine(
        {name: found.tables[name] for name in ("_totals", "_listed")}
    )["home_office_csp_coverage"]
    assert set(combined["status"]) == {"ok"}
    assert dict(combined.select("year", "listed").iter_rows()) == {
        "2021/22": "", "2022/23": "", "2024/25": "Medway", "2025/26": "Medway",
    }  # fmt: skip
    table = found.tables["home_office_csp"].to_pandas()
    told = partnership_years.by_year(table, combined.to_pandas(), areas.find("Medway"))
    assert told["status"].to_list()[2:] == ["not_comparable"] * 2
    assert "the table's notes say that offences of Medway" in told["reason"].iloc[-1]
    dover = partnership_years.by_year(table, combined.to_pandas(), areas.find("Dover"))
    assert set(dover["reason"]) == {"2021/22 holds quarter 1 only"} | {
        f"{y} holds quarter 1 only" for y in ("2022/23", "2024/25", "2025/26")
    }
    noted = found.problems.table().filter(reason="the notes of the table list them as recorded "
                                          "under no partnership")  # fmt: skip
    assert noted["found"].to_list() == ["2024/25: Medway", "2025/26: Medway"]


def test_the_list_of_an_edition_counts_while_its_figures_do(tmp_path):
    found = listed_years(tmp_path)
    newer = found.tables["_totals"].with_columns(file=pl.lit("newer.xlsx"))
    combined = home_office_csp.coverage(newer, found.tables["_listed"])
    assert set(combined["listed"]) == {""}


def years():
    found = read(FIXTURES / "csp.csv")
    coverage = home_office_csp.coverage(found.tables["_totals"]).to_pandas()
    return found.tables["home_office_csp"].to_pandas(), coverage


def test_a_collapse_is_no_fall():
    by_year = partnership_years.by_year(*years(), areas.find("Medway"))
    result = partnership_years.year_change(by_year, "2024/25", "2022/23").iloc[0]
    assert (result["compare_count"], result["count"]) == (1220, 7)
    assert (result["status"], result["verdict"]) == ("not_comparable", "none")
    assert pd.isna(result["ratio"]) and "99.5%" in result["reason"]


def test_a_partnership_that_vanishes_has_no_zero():
    table, coverage = years()
    coverage = coverage.assign(status="ok", reason="")
    by_year = partnership_years.by_year(table, coverage, areas.find("Tonbridge and Malling"))
    assert by_year["year"].to_list() == ["2022/23", "2024/25"]
    assert pd.isna(by_year["count"][1]) and by_year["status"][1] == "not_available"
    result = partnership_years.year_change(by_year, "2024/25", "2022/23").iloc[0]
    assert (result["status"], result["verdict"]) == ("not_available", "none")


def test_comparable_years_are_compared():
    table, coverage = years()
    coverage = coverage.assign(status="ok", reason="")
    thefts = table[table["offence_group"] == "theft offences"]
    by_year = partnership_years.by_year(thefts, coverage, areas.find("Medway"))
    assert partnership_years.year_change(by_year, "2024/25", "2022/23")["verdict"][0] == "down"


@pytest.mark.realdata
def test_the_107_offences_of_medway_raise_a_coverage_problem(shared):
    path = shared / "data" / "home_office_csp" / "transcribed_ho_csp_2025_26_by_group.csv"
    found = read(path)
    table = found.tables["home_office_csp"].to_pandas()
    assert table.loc[table["csp"] == "Medway", "count"].sum() == 107
    coverage = home_office_csp.coverage(found.tables["_totals"]).to_pandas()
    flawed = coverage[coverage["status"] != "ok"]
    assert flawed["force"].tolist() == ["Kent"]
    assert "2025/26, Kent: 68,563 of 68,670" in " ".join(found.problems.table()["found"])
    by_year = partnership_years.by_year(table, coverage, areas.find("Medway"))
    assert by_year["status"].tolist() == ["not_comparable"]


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
