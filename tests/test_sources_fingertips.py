"""Fingertips exports, and their rates and limits beside ours."""

from pathlib import Path

import pytest

from cspanalysis.sources import fingertips
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "fingertips"


def read(path):
    return fingertips.SOURCE.read(Part(path, f"fingertips/{path.name}"), Context())


def test_line_breaks_in_names_short_records_and_a_torn_one():
    found = read(FIXTURES / "export.csv")
    table = found.tables["fingertips"]
    assert (found.rows_read, found.rows_kept) == (4, 3)
    assert table["indicator"].unique().to_list() == [
        "Admission episodes for alcohol-specific conditions"
    ]
    assert table["row"].to_list() == [2, 5, 8]
    aside = found.problems.table().filter(found.problems.table()["action"] == "set aside")
    assert aside["row"].to_list() == [9]


def test_merged_areas_and_symbols_keep_their_meaning():
    rows = read(FIXTURES / "export.csv").tables["fingertips"]
    assert rows["is_merged_area"].to_list() == [False, True, False]
    assert rows["value"].to_list() == [42.0, 10.0, None]
    assert rows["status"].to_list() == ["ok", "ok", "suppressed"]


def test_27_columns_and_the_older_headings():
    row = read(FIXTURES / "export_27.csv").tables["fingertips"].row(0, named=True)
    assert (row["area"], row["lower_95"], row["upper_95"]) == (
        "Tonbridge and Malling",
        30.27,
        56.77,
    )


@pytest.mark.realdata
def test_every_row_of_a_real_export_is_read(shared):
    found = read(shared / "data" / "fingertips" / "indicators-CountyUA.data.csv")
    assert (found.rows_read, found.rows_kept) == (852, 852)
    table = found.tables["fingertips"].to_pandas()
    assert table["value"].isna().sum() == 10
    assert table[["value", "lower_95", "upper_95"]].notna().all(axis=1).sum() >= 755
    assert table["is_merged_area"].sum() >= 10
