"""Stop and search per resident of each ethnic group: counted by hand, and refused where it must."""

from pathlib import Path

import pytest
from test_findings_stop_search import HEADER, lines
from test_sources_fuzz import CONTEXT

import cspanalysis
from cspanalysis import sources
from cspanalysis.cli import main
from cspanalysis.domain import areas
from cspanalysis.findings import search_rates
from cspanalysis.sources.archive import Part

FIXTURES = Path(__file__).parent / "fixtures/ethnic_groups"
CENSUS = "Lower tier local authorities Code,Lower tier local authorities,Ethnic group,Observation\n"
RESIDENTS = {
    "White: English": 80_000, "White: Irish": 20_000, "Black, Black British: African": 4_000,
    "Asian, Asian British: Indian": 5_000, "Mixed or Multiple ethnic groups: Other": 2_000,
    "Other ethnic group: Arab": 1_000,
}  # fmt: skip
BLACK = "Black/African/Caribbean/Black British - African"
SILENT = "Other ethnic group - Not stated"


def workspace(root, rows, *, without=()):
    assert main(["init", str(root), "--csp", "Tonbridge and Malling"]) == 0
    raw = root / "data/raw"
    (raw / "stop_and_search/2024-05-kent-stop-and-search.csv").write_text(
        "\n".join([HEADER, *rows])
    )
    register = areas.register()
    kent = register[(register["force"] == "Kent") & ~register["district"].isin(without)]
    text = "".join(
        f'{code},{name},"{group}",{n}\n'
        for code, name in zip(kent["district_code"], kent["district"], strict=True)
        for group, n in RESIDENTS.items()
    )
    (raw / "ethnic_groups/census.csv").write_text(CENSUS + text)
    return cspanalysis.open(None, "2023-06/2024-05", workspace=root), len(kent)


def test_rates_are_of_the_forces_residents_and_beside_white_people(tmp_path):
    rows = [*lines(200, "2024-05"), *lines(40, "2024-05", ethnicity=BLACK),
            *lines(60, "2024-05", ethnicity=SILENT)]  # fmt: skip
    review, districts = workspace(tmp_path / "ws", rows)
    found = search_rates.rates(review)
    table = found.rows.set_index("group")
    assert table.loc["White", ["count", "population"]].tolist() == [200, districts * 100_000]
    black = table.loc["Black"]
    assert black["rate"] == pytest.approx(1000 * 40 / (districts * 4_000))
    assert black["ratio"] == pytest.approx((40 / 4_000) / (200 / 100_000))
    assert black["ratio_lower"] < 5 < black["ratio_upper"] and black["verdict"] == "higher"
    # Nobody of the Asian group was searched: that is a count of 0, and clearly lower.
    assert table.loc["Asian", "count"] == 0 and table.loc["Asian", "verdict"] == "lower"
    assert (found.level, found.verdict) == ("force", "higher")
    assert "5.0 times the rate of White people" in found.sentence
    assert "20.0 per cent of those searched stated no group" in found.sentence
    assert "The figures do not say why." in found.sentence
    assert review.area.name not in found.sentence + found.caption
    notes = " ".join(found.notes)
    for limit in ("not of people", "need not live here", "differ in age"):
        assert limit in notes


def test_without_a_district_of_the_force_there_is_no_rate(tmp_path):
    review, _ = workspace(tmp_path / "ws", lines(20, "2024-05"), without=["Dover", "Medway"])
    found = search_rates.rates(review)
    assert found.status == "not_available"
    assert "lacks Medway and Dover of Kent" in found.sentence


def test_where_most_state_no_group_there_is_no_rate(tmp_path):
    rows = [*lines(20, "2024-05"), *lines(30, "2024-05", ethnicity=SILENT)]
    found = search_rates.rates(workspace(tmp_path / "ws", rows)[0])
    assert "30 of 50 people searched stated no ethnic group" in found.sentence


def test_sums_among_the_rows_count_once():
    path = FIXTURES / "nomis_ts021.csv"
    found = sources.get("ethnic_groups").read(Part(path, f"ethnic_groups/{path.name}"), CONTEXT)
    by_group = found.frame.to_pandas().groupby("broad")["population"].sum().to_dict()
    assert by_group == {
        "White": 125_000, "Asian": 3_900, "Black": 1_300, "Mixed": 1_001, "Other": 1_000
    }  # fmt: skip
    assert found.rows_set_aside == 2
    path = FIXTURES / "ons_six_groups.csv"
    found = sources.get("ethnic_groups").read(Part(path, f"ethnic_groups/{path.name}"), CONTEXT)
    assert found.rows_set_aside == 1 and found.frame["population"].sum() == 116_500
