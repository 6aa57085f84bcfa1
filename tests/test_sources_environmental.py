"""The council's environmental records, both layouts."""

from pathlib import Path

import polars as pl
import pytest

from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import environmental
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "environmental"


def read(path):
    return environmental.SOURCE.read(Part(path, f"environmental/{path.name}"), Context())


def test_monthly_figures():
    found = read(FIXTURES / "monthly.csv")
    table = found.tables["environmental"]
    assert table.select("month", "indicator", "value", "status").rows() == [
        ("2004-04", "graffiti reported to the police", 16.0, "ok"),
        ("2004-05", "graffiti removal cost", 1234.5, "ok"),
        ("2004-06", "fly-tipping incidents", None, "not_available"),
    ]
    assert (found.rows_read, found.rows_kept) == (4, 3)


def test_cleanliness_surveys():
    found = read(FIXTURES / "cleanliness.csv")
    table = found.tables["cleanliness"]
    assert table.select("below_standard", "sites", "status").rows() == [
        (108, 940, "ok"),
        (None, 940, "suppressed"),
    ]
    aside = found.problems.table().filter(found.problems.table()["action"] == "set aside")
    assert aside.select("row", "found").rows() == [(4, "950")]


def test_a_file_of_neither_layout_is_refused(tmp_path):
    path = tmp_path / "costs.csv"
    path.write_text("District,Month,Cost\nTonbridge and Malling,2004-04,12\n")
    with pytest.raises(DataRefused, match="indicator"):
        read(path)


@pytest.mark.parametrize(
    ("units", "names"),
    [
        (("incidents", "tonnes"), {"fly-tipping": [20.0], "fly-tipping (tonnes)": [5.0]}),
        (("kg", "tonnes"), {"fly-tipping (kg)": [20.0], "fly-tipping (tonnes)": [5.0]}),
        # Two words for a count are one unit.
        (("reports", "number"), {"fly-tipping": [20.0, 5.0]}),
    ],
)
def test_figures_in_two_units_are_two_measures(tmp_path, units, names):
    path = tmp_path / "figures.csv"
    lines = [f"Dover,2025-04,Fly-tipping,{u},{v}" for u, v in zip(units, (20, 5), strict=True)]
    path.write_text("\n".join(["District,Month,Indicator,Unit,Value", *lines]) + "\n")
    found = read(path)
    table = found.tables["environmental"]
    assert {n: table.filter(indicator=n)["value"].to_list() for n in table["indicator"]} == names
    assert found.rows_kept == 2
    noted = found.problems.table().filter(pl.col("column") == "unit")["found"].to_list()
    assert sorted(noted) == sorted(n for n in names if "(" in n)
