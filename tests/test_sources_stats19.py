"""Road safety data, old and new layout: collisions, casualties, vehicles."""

from pathlib import Path

import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import stats19
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "stats19"
OWN = ("E07000115", "Tonbridge and Malling")


def read(path):
    return stats19.SOURCE.read(Part(path, f"stats19/{path.name}"), Context())


def districts(found):
    return found.tables["stats19"].select("district_code", "district").rows()


def test_the_32_columns_of_2005_to_2015():
    found = read(FIXTURES / "collisions_2005.csv")
    assert found.schema == "collisions_2005"
    assert (found.rows_read, found.rows_kept) == (4, 3)
    assert districts(found) == [OWN, ("E07000111", "Sevenoaks"), (None, None)]
    table = found.tables["stats19"]
    assert table["severity"].to_list() == ["slight", "fatal", None]
    assert table["month"].unique().to_list() == ["2005-04"]
    assert table["hour"].to_list() == [6, None, 11]
    problems = found.problems.table().select("row", "column", "action").rows()
    assert set(problems) == {
        (4, "severity", "noted"), (4, "district", "noted"), (5, "date", "set aside"),
    }  # fmt: skip


def test_the_newer_layout_by_ons_code_then_by_the_old_one():
    found = read(FIXTURES / "collisions.csv")
    assert found.schema == "stats19"
    assert districts(found) == [OWN, OWN, (None, None)]
    assert "district" not in found.problems.table()["column"].to_list()


def accounted(found):
    """Collisions with their severity; each row that does not count has its reason."""
    table = found.tables["stats19"]
    aside = [row[-1] for row in found.problems.listed() if "set aside" in row]
    assert table.height == found.rows_kept == found.rows_read - len(aside)
    assert set(aside) <= {"a further row of a collision; it counts once"}
    return table.select("collision_id", "severity", "casualties").rows()


LIST = "Collision reference,Date,Time,Local authority,Severity,Number of casualties,Casualty age"


def test_a_list_with_a_row_per_casualty_counts_each_collision_once_with_its_worst_injury(tmp_path):
    path = tmp_path / "collisions.csv"
    place = "Tonbridge and Malling"
    path.write_text(
        "\n".join([
            LIST, f"46/0012/24,03/05/2024,08:15,{place},Slight,3,31",
            f"46/0012/24,03/05/2024,08:15,{place},Fatal,3,9",
            f"46/0012/24,03/05/2024,08:15,{place},Serious,3,64",
            f"46/0013/24,03/05/2024,09:15,{place},,1,20",
            f"46/0013/24,03/05/2024,09:15,{place},Slight,1,20",
            f"46/0013/24,04/05/2024,09:15,{place},Slight,1,20", "",
        ])
    )  # fmt: skip
    found = read(path)
    assert found.rows_read == 6
    assert accounted(found) == [
        ("46/0012/24", "fatal", 3), ("46/0013/24", "slight", 1), ("46/0013/24", "slight", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["collisions.csv", "collisions_2005.csv"])
def test_a_row_that_an_official_file_repeats_counts_once(tmp_path, name):
    text = (FIXTURES / name).read_text("utf-8")
    head, *rows = text.strip().split("\n")
    (tmp_path / name).write_text("\n".join([head, rows[1], rows[0], rows[1], rows[1], ""]), "utf-8")
    found = read(tmp_path / name)
    assert found.rows_read == 4
    first, second = (row.split(",")[0] for row in rows[:2])
    assert [row[0] for row in accounted(found)] == [second, first]


def test_under_18_by_age_else_by_band_else_not_known():
    found = read(FIXTURES / "casualties.csv")
    table = found.tables["stats19_casualties"]
    assert table["is_under_18"].to_list() == [True, False, True, None, None, False]
    assert table["age"].to_list() == [17, 18, None, None, None, None]
    assert found.rows_set_aside == 1
    noted = found.problems.table().filter(found.problems.table()["column"] == "age")
    assert noted["row"].to_list() == [5, 6]


def test_vehicles_are_told_from_casualties():
    assert set(read(FIXTURES / "vehicles.csv").tables) == {"stats19_vehicles"}


def test_collisions_without_dates_are_refused():
    with pytest.raises(DataRefused, match=r"no_date\.csv.*date"):
        read(FIXTURES / "no_date.csv")


@pytest.mark.parametrize("edition", ["", "_raw"])
@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("accidents", "stats19"),
        ("casualties", "stats19_casualties"),
        ("vehicles", "stats19_vehicles"),
    ],
)
@pytest.mark.realdata
def test_real_files(shared, kind, table, edition):
    found = read(shared / "data" / "stats19" / f"{kind}_sample{edition}.csv")
    assert found.rows_read == found.rows_kept == found.tables[table].height == 3


@pytest.mark.realdata
def test_the_register_of_old_codes_is_the_publishers(shared):
    import pandas as pd

    schema = pd.read_csv(shared / "data" / "stats19" / "stats19_schema.csv", dtype=str)
    codes = schema[schema["variable"] == "local_authority_district"].set_index("code")["label"]
    old, _ = stats19._codes()
    known = dict(old.select("code", "district").rows())
    assert set(known) == set(codes.index) - {"-1"}
    assert known["542"] == codes["542"] == "Tonbridge and Malling"
