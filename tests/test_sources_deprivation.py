"""Indices of deprivation: the publishers' layouts, and what a table does not say."""

from pathlib import Path

import pandas as pd
import pytest

from cspanalysis.sources import deprivation
from cspanalysis.sources.archive import Part
from cspanalysis.sources.schema import UnknownLayout
from cspanalysis.sources.table import Context
from cspanalysis.store import strays

FIXTURES = Path(__file__).parent / "fixtures/deprivation"
COLUMNS = ("lsoa_code", "lsoa_edition", "index", "decile", "rank", "income_decile", "residents")


def read(path):
    return deprivation.SOURCE.read(Part(path, f"deprivation/{path.name}"), Context())


def written(folder, text, name="imd.csv"):
    path = folder / name
    path.write_text(text)
    return read(path).frame.select(COLUMNS).rows()


def test_file_7_gives_decile_rank_income_and_residents():
    found = read(FIXTURES / "file_7_iod2025.csv")
    assert (found.rows_read, found.rows_kept) == (3, 2)
    assert found.frame.select(COLUMNS).rows() == [
        ("E01024717", "2021", "IMD 2025", 4, 12010, 4, 1612),
        ("E01024718", "2021", "IMD 2025", 9, 29980, 9, 1498),
    ]
    assert found.frame["residents_year"].to_list() == [2022, 2022]


def test_ranks_of_wales_become_deciles():
    found = read(FIXTURES / "wimd2019_ranks.csv").frame
    assert found.select(COLUMNS[:5]).rows() == [
        ("W01000001", "2011", "WIMD 2019", 5, 885),
        ("W01000002", "2011", "WIMD 2019", 7, 1324),
        ("W01001909", "2011", "WIMD 2019", 1, 20),
    ]


@pytest.mark.parametrize(
    ("header", "row", "wanted"),
    [
        ("lsoa21_code,IMD_decile,IMD_rank", "E01024717,4,12010", ("2021", "IMD 2025", 4)),
        ("lsoa11_code,IMD_decile", "E01024717,4", ("2011", "IMD 2019", 4)),
        ("LSOA code (2011),Index of Multiple Deprivation (IMD) Rank", "E01024717,3285",
         ("2011", "IMD 2019", 2)),
        ("LSOA code,LSOA name (Eng),WIMD 2025 overall decile", "W01002000,Cardiff 1,2",
         ("2021", "WIMD 2025", 2)),
        ("LSOA code,WIMD 2019 overall decile", "W01000001,5", ("2011", "WIMD 2019", 5)),
    ],
)  # fmt: skip
def test_index_and_edition_are_told_by_the_headings_else_by_the_codes(
    header, row, wanted, tmp_path
):
    ((_, *found),) = [r[:4] for r in written(tmp_path, f"{header}\n{row}\n")]
    assert tuple(found) == wanted


def test_a_decile_beyond_ten_is_missing_and_noted(tmp_path):
    path = tmp_path / "imd.csv"
    path.write_text("lsoa21_code,IMD_decile,IMD_rank\nE01024717,11,\nE01024718,4,\nE09,1,1\n")
    found = read(path)
    assert found.frame["lsoa_code"].to_list() == ["E01024718"] and found.rows_read == 3
    told = found.problems.table()["reason"].to_list()
    assert "no code of an LSOA" in told and "no figure in the row" in told


@pytest.mark.parametrize(
    "header",
    [
        "ltla24_code,ltla24_name,imd_average_rank,imd_average_score",
        "lsoa21_code,households_number_deprivation_dimensions,count,percent",
        "lsoa21_code,income_domain_numerator,acute_morbidity_indicator",
    ],
)
def test_the_indices_other_tables_are_told_and_passed_over(header, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text(f"{header}\nE01024717,a,1,2\n")
    with pytest.raises(UnknownLayout):
        read(path)
    assert "without deciles" in strays.of_header(header.split(","), "deprivation").what


def test_the_indices_in_another_folder_are_told_where_they_belong():
    header = (FIXTURES / "file_7_iod2025.csv").read_text().splitlines()[0].split(",")
    assert strays.of_header(header, "lookups").source == "deprivation"


@pytest.mark.realdata
def test_the_real_indices_have_the_deciles_that_pandas_counts(shared):
    path = shared / "data/deprivation/imd2025_england_lsoa21.csv.gz"
    plain = pd.read_csv(path)
    found = read(path).frame.to_pandas()
    assert len(found) == 33_755
    assert found["decile"].tolist() == plain["IMD_decile"].tolist()
    # The rule for tables that give ranks alone gives the publisher's own deciles.
    made = -(-found["rank"] * 10 // 33_755)
    assert (made == found["decile"]).all()
    wales = read(shared / "data/deprivation/wimd2019_wales_lsoa11.csv.gz").frame
    assert wales.height == 1909 and set(wales["index"]) == {"WIMD 2019"}
