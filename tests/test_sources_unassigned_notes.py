"""Which partnerships the notes of the Home Office's tables list, and of which years."""

import pytest

from cspanalysis.sources import unassigned_notes

NAMES = ("Medway", "Dartford and Gravesham", "Dartford", "Kent", "Ashford")
YEARS = ("2022/23", "2023/24", "2024/25", "2025/26")


def years(line, name="Medway"):
    found = unassigned_notes.listed([line], NAMES, YEARS)
    return [year for csp, year in found.iter_rows() if csp == name]


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("from 2024 onwards", ["2023/24", "2024/25", "2025/26"]),
        ("since April 2024", ["2024/25", "2025/26"]),
        ("from 2024/25", ["2024/25", "2025/26"]),
        ("in 2023/24 and 2025/26", ["2023/24", "2025/26"]),
        ("for the year ending March 2025", ["2024/25"]),
        ("for technical reasons", []),
    ],
)
def test_a_line_counts_for_the_years_that_it_names(when, told):
    assert years(f"Kent: crimes of Medway are held under an unassigned CSP group {when}.") == told


def test_the_longer_name_takes_its_words_and_the_force_is_no_partnership():
    line = "Kent: IT trouble; Dartford and Gravesham and Medway are unassigned from 2025 onwards"
    found = unassigned_notes.listed([line], NAMES, YEARS)
    assert sorted(set(found["csp"])) == ["Dartford and Gravesham", "Medway"]


def test_other_notes_list_nobody():
    assert years("Kent: Medway changed its recording in 2024/25.") == []
    assert unassigned_notes.listed(
        ["Some areas are unassigned in 2024/25"], NAMES, YEARS
    ).is_empty()
