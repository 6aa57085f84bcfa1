"""A council's own population table: ages, sexes and years in columns or rows."""

import pytest

from cspanalysis import cli, sources
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources.archive import Part
from cspanalysis.sources.population_tables import counted
from cspanalysis.sources.table import Context
from cspanalysis.store.tables import Store
from cspanalysis.workspace import mapping

BANDS = ["0-4", "5-9", *(f"{n}-{n + 4}" for n in range(10, 85, 5)), "85+"]


def written(tmp_path, rows, name="population.csv"):
    path = tmp_path / name
    path.write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n", "utf-8")
    return path


def read(path):
    found = sources.get("population").read(Part(path, f"population/{path.name}"), Context())
    assert found.rows_read == found.rows_kept + found.rows_set_aside
    frame = found.tables["population"]
    return {
        (r["area"], r["year"], r["sex"], r["age"]): r["population"] for r in frame.to_dicts()
    }, found


def test_years_side_by_side_of_districts_by_name(tmp_path):
    rows = [["Population of Kent's districts"], ["Local authority", 2022, "Mid-2023"],
            ["Folkestone & Hythe", 109000, 110000], ["Kent", 1600000, 1610000],
            ["Total", 1, 1]]  # fmt: skip
    figures, found = read(written(tmp_path, rows))
    assert figures["Folkestone and Hythe", 2023, "persons", -1] == 110000
    assert len(figures) == 4 and found.rows_set_aside == 2


@pytest.mark.parametrize("heading", ["Population {}", "Mid-{}", "{} population"])
def test_each_year_is_read_however_it_is_headed(tmp_path, heading):
    rows = [["District", *map(heading.format, (2022, 2023))], ["Dover", 117000, 118000]]
    figures, _ = read(written(tmp_path, rows))
    assert [year for _, year, *_ in figures] == [2022, 2023]
    rows = [["District", heading.format(2023)], ["Dover", 118000]]
    assert read(written(tmp_path, rows))[0] == {("Dover", 2023, "persons", -1): 118000}


def test_sexes_and_ages_in_one_heading(tmp_path):
    head = ["Code", "Area", *(f"{sex} {band}" for sex in ("Males", "Females") for band in BANDS)]
    rows = [head, ["E07000108", "Dover", *[10] * 18, *[11] * 18]]
    figures, _ = read(written(tmp_path, rows, "mid_2024.csv"))
    assert figures == {("Dover", 2024, "male", -1): 180, ("Dover", 2024, "female", -1): 198}


def test_single_ages_to_85_and_over_are_ages_and_bands_are_not(tmp_path):
    rows = [["District", *(f"Aged {n}" for n in range(85)), "Aged 85+"], ["Dover", *[10] * 86]]
    figures, _ = read(written(tmp_path, rows, "pop_2024.csv"))
    assert len(figures) == 86 and figures["Dover", 2024, "persons", 85] == 10
    rows = [["District", *BANDS], ["Dover", *[100] * 18]]
    figures, _ = read(written(tmp_path, rows, "pop_2024.csv"))
    assert figures == {("Dover", 2024, "persons", -1): 1800}


@pytest.mark.parametrize("head", [["Age group", "Year"], ["Age band", "Year"], ["Ages", "Year"]])
def test_age_bands_in_rows_are_added_up(tmp_path, head):
    rows = [["District", *head, "Population"], *(["Dover", b, 2023, 100 + n] for n, b in
                                                enumerate(BANDS))]  # fmt: skip
    figures, _ = read(written(tmp_path, rows))
    assert figures == {("Dover", 2023, "persons", -1): sum(range(100, 118))}


def test_a_total_beside_broad_ages_counts_and_its_parts_do_not(tmp_path):
    rows = [["Area", "Year", "0-15", "16-64", "65+", "All ages"],
            ["Dover", 2023, 20000, 70000, 27000, 117000]]  # fmt: skip
    figures, _ = read(written(tmp_path, rows))
    assert figures == {("Dover", 2023, "persons", -1): 117000}


@pytest.mark.parametrize(
    ("head", "cells", "says"),
    [
        (["0-15", "16-64", "65+", "Total"], [20, 70, 27, 170], "add up to 117"),
        (["0-15", "16-64"], [20, 70], "leave somebody out"),
        (["0-15", "10-64", "65+"], [20, 70, 27], "leave somebody out or count somebody twice"),
        (["2022", "2023"], [117.4, 118.2], "no counts of residents"),
    ],
)
def test_what_does_not_add_up_is_refused(tmp_path, head, cells, says):
    rows = [["Population 2023"], ["Area", *head], ["Dover", *cells]]
    with pytest.raises(DataRefused, match=says):
        read(written(tmp_path, rows, "population_2023.csv"))


def test_a_ward_is_never_taken_for_a_district_or_another_ward(tmp_path):
    rows = [["Ward Code", "Ward", "Population 2023"], ["E05004901", "Canterbury", 9000],
            ["E05004902", "Castle", 4000], ["E05004903", "Castle", 5000]]  # fmt: skip
    figures, _ = read(written(tmp_path, rows))
    assert figures == {
        ("Canterbury ward", 2023, "persons", -1): 9000,
        ("Castle ward (E05004902)", 2023, "persons", -1): 4000,
        ("Castle ward (E05004903)", 2023, "persons", -1): 5000,
    }
    figures, _ = read(written(tmp_path, [["Ward", "Year", "Residents"], ["Dover", 2023, 9000]]))
    assert figures == {("Dover ward", 2023, "persons", -1): 9000}


def test_six_single_ages_are_not_six_groups(tmp_path):
    """Headings 'Aged 0', 'Aged 16' … went by the names of the Census's six age groups."""
    rows = [["Area code", "Year", *(f"Aged {n}" for n in range(90)), "Aged 90+"],
            ["E07000108", 2023, *[10] * 91]]  # fmt: skip
    figures, _ = read(written(tmp_path, rows))
    assert sum(figures.values()) == 910


@pytest.mark.parametrize(
    ("heading", "is_one"),
    [
        ("Males 0-4", True), ("Mid-2023", True), ("90 and over", True), ("Under 1", True),
        ("All persons", True), ("2022/23", False), ("% aged 65+", False), ("Rank 2022", False),
        ("Area", False), ("Age", False), ("Year", False), ("Density", False), ("65-16", False),
    ],
)  # fmt: skip
def test_headings_that_count_residents(heading, is_one):
    assert bool(counted(heading)) is is_one


def test_map_and_clean_a_councils_table(tmp_path, capsys):
    inbox = written(tmp_path, [["Mid-2023 estimates"], ["Borough", "All ages", *BANDS],
                               ["Dover", 1800, *[100] * 18]])  # fmt: skip
    place = tmp_path / "area"
    place.mkdir()
    (place / "partnership.toml").write_text('[area]\nname = "Dover"\n', "utf-8")
    assert cli.main(["map", str(inbox), "--workspace", str(place), "--place"]) == 0
    said = capsys.readouterr().out
    assert "data/raw/population" in said and "Questions\n" not in said
    assert cli.main(["clean", "--workspace", str(place)]) == 0
    assert "19 kept + 0 set aside" in capsys.readouterr().out
    frame = Store(place / "data" / "processed").load("population")
    assert frame[["area", "year", "population"]].values.tolist() == [["Dover", 2023, 1800]]


def test_admissions_by_age_side_by_side_are_no_residents(tmp_path):
    rows = [["Year", "Cause", "Sex", "District", "0-4", "5-9", "10-14", "15-19", "20-24", "25-29"],
            ["2023/24", "T51", "F", "Dover", 1, 2, 3, 4, 5, 6]]  # fmt: skip
    assert mapping.propose(written(tmp_path, rows)).source == "hospital_extract"


def test_ages_that_are_broken_down_further_are_no_figure_of_all(tmp_path):
    rows = [["District", "Year", "Ethnic group", "Age band", "Population"],
            ["Dover", 2024, "White", "0-64", 100], ["Dover", 2024, "White", "65+", 50],
            ["Dover", 2024, "Other", "0-64", 10], ["Dover", 2024, "Other", "65+", 5]]  # fmt: skip
    with pytest.raises(DataRefused, match="several figures of one age of Dover"):
        read(written(tmp_path, rows))
    # The same row twice is one figure.
    figures, _ = read(written(tmp_path, [*rows[:3], rows[1]]))
    assert figures == {("Dover", 2024, "persons", -1): 150}
