"""Home Office tables by partnership: workbooks, names, and crime that no partnership was given."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import polars as pl
import pytest
import xlsxwriter

from cspanalysis.domain import areas
from cspanalysis.domain.errors import DataRefused
from cspanalysis.review import partnership_years
from cspanalysis.sources import home_office_csp
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

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
    assert (found.rows_read, found.rows_kept) == (10, 9)
    assert set(table["csp"]) == {
        "Tonbridge and Malling", "Medway", "Unassigned Kent", "City of London", "North Devon",
    }  # fmt: skip
    assert "London, City of" in set(table["csp_published"])
    assert set(table["offence_group"]) == {"theft offences", "robbery"}
    assert table["count"].max() == 1293
    aside = found.problems.table().filter(found.problems.table()["action"] == "set aside")
    assert sorted(aside["row"]) == [7]


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
