"""Harm among partnerships by the Home Office's table, recounted from the rows written here."""

import csv

import pandas as pd
import pytest
from test_findings_official import CODES, HEADER, KENT, RESIDENTS

from cspanalysis.explore import entry
from cspanalysis.findings import harm_among, official
from cspanalysis.workspace import init

WEIGHTS = "Offence code,Offence,Weight\n46,Shoplifting,12\n8N,Assault with injury,180\n"
#: Each partnership's counts a quarter, by code: much shoplifting, or few and grave.
COUNTS = {
    "Tonbridge and Malling": {"46": 100, "8N": 80, "777": 2},
    "Maidstone": {"46": 400, "8N": 20},
    "Swale": {"46": 200, "8N": 30},
    "Thanet": {"46": 150, "8N": 60},
    "Rutland": {"46": 20, "8N": 2},
}


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    root = tmp_path_factory.mktemp("among") / "ws"
    init.init(root, KENT[0])
    rows = [
        [f"{y}/{(y + 1) % 100:02d}", q, "Leicestershire" if name == "Rutland" else "Kent", name,
         *CODES[code], code, n]
        for y in range(2021, 2025)
        for q in (1, 2, 3, 4)
        for name, counts in COUNTS.items()
        for code, n in counts.items()
    ]  # fmt: skip
    people = [["", area, 2023, "persons", "all", n] for area, n in RESIDENTS.items()]
    for source, header, lines in (
        ("home_office_csp", HEADER, rows),
        ("population", ["area_code", "area", "year", "sex", "age", "population"], people),
    ):
        path = root / "data/raw" / source / f"{source}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as stream:
            csv.writer(stream).writerows([header, *lines])
    (root / "data/raw/severity/weights.csv").write_text(WEIGHTS)
    return entry.open(KENT[0], "2024-04/2025-03", workspace=root)


def by_hand():
    """Harm per 1,000 residents of the year, by partnership."""
    each = {"46": 12, "8N": 180, "777": 0}
    return pd.Series(
        {
            name: 4 * sum(each[code] * n for code, n in counts.items()) * 1000 / RESIDENTS[name]
            for name, counts in COUNTS.items()
        }
    )


def test_all_partnerships_are_ranked_by_harm_and_not_by_number(review):
    found = harm_among.peers(review, official.NATION)
    rows = found.rows.set_index("area")
    assert rows["rate"].to_dict() == pytest.approx(by_hand().to_dict(), rel=1e-9)
    assert rows["rank"].to_dict() == by_hand().rank().astype(int).to_dict()
    own = rows.loc[KENT[0]]
    # Of all crimes it has fewer than Maidstone, of the harm more.
    assert own["count"] < rows.loc["Maidstone", "count"] and own["rank"] == own["of"] == 5
    assert own["lower"] < own["rate"] < own["upper"]
    assert found.verdict == "higher" and "points of severity per 1,000 residents" in found.sentence
    assert found.values["rank"] == 5 and found.period == "2024-04/2025-03"
    assert {s["source"] for s in found.sources} == {"home_office_csp", "severity", "population"}


def test_the_interval_is_that_of_a_weighted_sum(review):
    """Crimes of one weight vary as their number; few grave ones vary more than many light ones."""
    rows = harm_among.peers(review, official.NATION).rows.set_index("area")
    width = (rows["upper"] - rows["lower"]) / rows["rate"]
    assert width["Rutland"] == width.max()
    variance = sum(4 * w**2 * n for w, n in ((12, 100), (180, 80)))
    relative = 1.96 * variance**0.5 / (4 * (12 * 100 + 180 * 80))
    assert width[KENT[0]] == pytest.approx(2 * relative, rel=0.15)


def test_the_county_is_a_group_and_an_offence_without_a_weight_is_named(review):
    found = harm_among.peers(review, "county")
    assert set(found.rows["area"][found.rows["rate"].notna()]) == {*COUNTS} - {"Rutland"}
    nation = harm_among.peers(review, official.NATION)
    assert "777" not in nation.sentence and nation.definition.startswith("Harm is the number")


def test_the_funnel_gives_the_range_for_an_area_of_its_size(review):
    found = harm_among.funnel(review, official.NATION)
    rows = found.rows.set_index("area")
    assert rows["rate"].to_dict() == pytest.approx(by_hand().to_dict(), rel=1e-9)
    pooled = (
        1000
        * sum(by_hand() * pd.Series(RESIDENTS).reindex(COUNTS))
        / (1000 * sum(RESIDENTS[name] for name in COUNTS))
    )
    for _, row in rows.iterrows():
        assert row["limit_lower"] < pooled < row["limit_upper"]
    # Above by chance alone, and within what is usual among five that differ so much.
    own = rows.loc[KENT[0]]
    assert own["verdict_by_chance"] == "higher" and own["is_widened"]
    assert found.verdict == own["verdict"] == "similar" and found.figure is not None
    assert "lies within the range" in found.sentence and "points of severity" in found.sentence


def test_without_the_table_the_source_is_named(tmp_path):
    init.init(tmp_path / "ws", KENT[0])
    found = harm_among.peers(
        entry.open(KENT[0], "2024-04/2025-03", workspace=tmp_path / "ws"), official.NATION
    )
    assert found.status == "not_available" and "home_office_csp" in found.awaits
