"""A column for each district: read to a row for each figure in every source of partners' counts."""

from pathlib import Path

import polars as pl
import pytest

from cspanalysis import sources
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context
from cspanalysis.workspace import mapping

GROUP = {"constants": {"group": "county"}}
#: Source → its section of the settings, headings beside the districts, and cells of two rows.
TABLES = {
    "peer_counts": (GROUP, "Offence,Month", "Shoplifting,Apr-24", "Robbery,Apr-24"),
    "population": ({}, "Year,Sex,Age", "2023,Persons,all ages", "2024,Persons,all ages"),
    "environmental": ({}, "Month,Indicator,Unit", "2024-04,litter,sites", "2024-05,litter,sites"),
    "asb_powers": ({}, "Power,Quarter", "CPN,Q1 2024/25", "CPN,Q2 2024/25"),
    "youth_offending": ({}, "Measure,Year", "FTE,2022/23", "FTE,Year ending March 2024"),
    "hospital_extract": (
        {}, "Year,ICD-10,Sex,Age", "2022/23,F10,Male,20-29", "2023/24,F10,Male,20-29",
    ),
    "school_exclusions": (
        {}, "School year,Cluster,Type", "2022/23,North,Permanent", "2023/24,North,Permanent",
    ),
}  # fmt: skip


def write(folder: Path, source: str, places: str, *cells: str) -> Path:
    _, head, *rows = TABLES[source]
    lines = [f"{head},{places}", *(f"{row},{c}" for row, c in zip(rows, cells, strict=True))]
    path = folder / f"{source}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path, source: str):
    part = Part(path, f"{source}/{path.name}")
    return sources.get(source).read(part, Context(settings=TABLES[source][0]))


@pytest.mark.parametrize("source", TABLES)
def test_a_column_for_each_district_is_a_row_for_each_figure(tmp_path, source):
    path = write(tmp_path, source, "Ashford,Dover DC,Thanett,Total", "4,5,6,15", "7,8,9,24")
    found = read(path, source)
    frame = found.tables[source]
    place = "area" if source in ("peer_counts", "population") else "district"
    value = {"population": "population", "environmental": "value"}.get(source, "count")
    counted = dict(frame.group_by(place).agg(pl.col(value).sum()).iter_rows())
    assert counted["Ashford"] == 11 and counted["Dover"] == 13
    # What is no district is kept for no area, or set aside as a total: never dropped in silence.
    assert counted["Thanett"] == 15
    assert found.rows_read == found.rows_kept + found.rows_set_aside == 8
    assert counted.get("Total", 39) == 39
    noted = found.problems.table()
    assert "'Ashford', 'Dover DC', 'Thanett', 'Total'" in noted["found"].to_list()


@pytest.mark.parametrize("source", TABLES)
def test_csp_map_proposes_the_districts_side_by_side(tmp_path, source):
    path = write(tmp_path, source, "Ashford,Dover,Total,Remarks", "4,5,9,", "7,8,15,x")
    if source == "population":
        path = path.rename(tmp_path / "mid_year_population.csv")
    proposal = mapping.propose(path, {source: TABLES[source][0]})
    assert proposal.source == source and not proposal.questions, proposal.text()
    assert "'Ashford', 'Dover', 'Total'" in proposal.text()
    assert proposal.left == ("Remarks",)


def test_a_heading_that_is_no_district_and_no_column_is_named(tmp_path):
    found = read(write(tmp_path, "youth_offending", "Dover,Thanet,Trend", "1,2,up", "3,4,down"),
                 "youth_offending")  # fmt: skip
    told = found.problems.table().filter(found="'Trend'")
    assert told["reason"].to_list() == ["stands beside the figures and is none of them: not read"]
    assert found.rows_kept == 4


@pytest.mark.parametrize(
    "places", ["Dover", "Dover,Trend", "North,South", "Dover,Dover DC", "E07000108,Dover"]
)
def test_one_district_or_none_makes_no_table_that_stands_so(tmp_path, places):
    cells = ",".join("1" for _ in places.split(","))
    with pytest.raises(Exception, match="the column is missing"):
        read(write(tmp_path, "youth_offending", places, cells, cells), "youth_offending")


def test_a_heading_that_the_settings_name_is_taken_for_what_they_say(tmp_path):
    """Figures of all that stand under 'Total' are the count where somebody says so."""
    path = write(tmp_path, "asb_powers", "Ashford,Dover,Total", "4,5,9", "7,8,15")
    said = {"columns": {"count": "Total"}, "constants": {"district": "Dover"}}
    part = Part(path, "asb_powers/x.csv")
    found = sources.get("asb_powers").read(part, Context(settings=said))
    assert found.frame["count"].to_list() == [9, 15]
