"""The table of all areas' indicators: what the workbooks hold, no more; one indicator is read."""

import csv
import json

import pandas as pd
import pytest
import xlsxwriter

from cspanalysis import cli
from cspanalysis.domain.areas import Area
from cspanalysis.domain.errors import UsageError
from cspanalysis.report import indicator_sheet, national_table
from cspanalysis.report.request import Request, ReviewDone

RATE = {"indicator": "burglary", "period": "January to December 2025", "kind": "rate",
        "unit": "crimes per 1,000 residents", "status": "ok", "level": "district",
        "source": "Street-level crime, 2026", "id": "burglary.rate"}  # fmt: skip


def review(reports, name, *rows, id="burglary.rate"):
    """A review's folder with findings.json and an indicator sheet of such rows."""
    folder = reports / name.lower() / "2025-01_2025-12"
    folder.mkdir(parents=True)
    content = {"schema": "cspanalysis.findings/1", "area": {"name": name},
               "findings": [{"id": id, "period": "2025-01/2025-12"}]}  # fmt: skip
    (folder / "findings.json").write_text(json.dumps(content))
    with xlsxwriter.Workbook(folder / "tables.xlsx") as book:
        sheet = book.add_worksheet(indicator_sheet.NAME)
        sheet.write_row(0, 0, indicator_sheet.COLUMNS)
        for number, row in enumerate(rows, 1):
            whole = {"area": name, **RATE, **row}
            for place, column in enumerate(indicator_sheet.COLUMNS):
                if whole.get(column) not in (None, ""):
                    sheet.write(number, place, whole[column])
    return ReviewDone(Area(name, f"E0{len(name)}"), folder)


@pytest.fixture
def reports(tmp_path):
    done = [
        review(
            tmp_path, "Dover", {"value": 4.25, "lower": 3.5, "upper": 5.125, "verdict": "higher"},
            {"area": "Thanet", "value": 9.0},
        ),
        review(tmp_path, "Ashford", {"value": None, "status": "suppressed", "kind": ""}),
        review(tmp_path, "Thanet", {"value": 6.0, "lower": 5.0, "upper": 7.0}),
    ]  # fmt: skip
    none = ReviewDone(Area("Swale"), tmp_path / "swale", written=False)
    request = Request(tmp_path, (), "2025-01/2025-12", out=tmp_path)
    assert national_table.write(request, [*done, none]) == tmp_path / "indicators.parquet"
    return tmp_path


def test_a_row_for_each_area_and_figure_and_none_of_a_neighbours_review(reports):
    table = pd.read_parquet(reports / "indicators.parquet")
    assert table["area"].tolist() == ["Ashford", "Dover", "Thanet"]
    assert list(table.columns) == list(national_table.COLUMNS)
    dover = table.iloc[1]
    assert (dover["value"], dover["lower"], dover["upper"]) == (4.25, 3.5, 5.125)
    assert (dover["first_month"], dover["last_month"], dover["code"]) == (
        "2025-01",
        "2025-12",
        "E05",
    )
    # Hidden is not zero.
    assert pd.isna(table.loc[0, "value"]) and table.loc[0, "status"] == "suppressed"


def test_the_csv_holds_the_same(reports):
    table = pd.read_parquet(reports / "indicators.parquet")
    with (reports / "indicators.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["area"] for line in lines] == table["area"].tolist()
    assert [line["value"] for line in lines] == ["", "4.25", "6.0"]


def test_the_partner_edition_is_a_file_of_its_own(tmp_path):
    done = review(tmp_path, "Dover", {"value": 1.0})
    request = Request(tmp_path, (), "2025-01/2025-12", edition="partner", out=tmp_path)
    assert national_table.write(request, [done]).name == "indicators_partner.parquet"
    assert not (tmp_path / "indicators.parquet").exists()


def test_an_indicator_is_listed_from_the_highest_with_limits_and_verdict(reports, capsys):
    assert cli.main(["compare", "Burglary", "--out", str(reports)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "burglary, January to December 2025 (crimes per 1,000 residents)"
    assert [line.split("  ")[0] for line in lines[3:6]] == ["Thanet", "Dover", "Ashford"]
    assert "6.0 (5.0 to 7.0)" in lines[3]
    assert "4.3 (3.5 to 5.1)" in lines[4] and lines[4].endswith("higher")
    assert lines[5].split() == ["Ashford", "suppressed"]
    assert lines[7].startswith("3 areas; figures of the level district")
    assert lines[8] == "Source: Street-level crime, 2026"
    # The same by the finding's id.
    assert national_table.told(reports, "burglary.rate").splitlines() == lines


def test_what_is_hidden_everywhere_is_said_to_be(tmp_path):
    done = review(tmp_path, "Dover", {"value": None, "status": "too_few", "kind": ""})
    national_table.write(Request(tmp_path, (), "2025-01/2025-12", out=tmp_path), [done])
    lines = national_table.told(tmp_path, "burglary").splitlines()
    assert lines[2].split() == ["Area", "figure"] and lines[3].split() == ["Dover", "too", "few"]


def test_an_unknown_name_brings_those_that_are_alike(reports):
    with pytest.raises(
        UsageError, match=r"no area has an indicator 'burglaries'.*mean: burglary\?"
    ):
        national_table.told(reports, "burglaries")


def test_without_a_table_it_is_said_how_to_make_one(tmp_path):
    with pytest.raises(UsageError, match="csp review --all"):
        national_table.told(tmp_path, "burglary")


def test_without_any_figure_no_table_is_written(tmp_path):
    done = ReviewDone(Area("Dover"), tmp_path / "dover", written=False)
    request = Request(tmp_path, (), "2025-01/2025-12", out=tmp_path)
    assert national_table.write(request, [done]) is None and not list(tmp_path.iterdir())
