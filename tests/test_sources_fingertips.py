"""Fingertips exports, and their rates and limits beside ours."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cspanalysis.analysis import measures, published_limits
from cspanalysis.sources import fingertips
from cspanalysis.sources.opening import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "fingertips"


def read(path):
    return fingertips.read(Part(path, f"fingertips/{path.name}"), Context())


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


def test_which_method_published_limits_follow():
    counts = np.array([5.0, 42.0, 42.0, 42.0, 0.0, np.nan])
    byar, exact = published_limits._byar(counts, 1.96), published_limits._exact(counts)
    table = pd.DataFrame(
        {
            "count": counts,
            "denominator": 50_000.0,
            "value": 2 * counts,
            "lower_95": [2 * exact[0][0], 2 * exact[0][1], 2 * byar[0][2], 55.0, np.nan, np.nan],
            "upper_95": [2 * exact[1][0], 2 * exact[1][1], 2 * byar[1][2], 120.0, np.nan, np.nan],
        }
    )
    result = published_limits.compare(table)
    assert result["agrees_with"].tolist() == [
        "exact Poisson", "exact Poisson", "Byar", "neither", "no limits", "no limits",
    ]  # fmt: skip
    assert result["rate_per"].dropna().unique().tolist() == [100_000]
    assert result["is_reproduced"].tolist()[:5] == [True] * 5
    assert result["is_reproduced"].isna().tolist() == [False] * 5 + [True]


def test_the_formulas_are_those_of_measures():
    lower, upper = measures.count_limits([3, 9, 10, 207])
    exact = published_limits._exact(np.array([3.0, 9.0]))
    byar = published_limits._byar(np.array([10.0, 207.0]), published_limits.QUANTILES[0])
    assert np.allclose([*exact[0], *byar[0]], lower) and np.allclose([*exact[1], *byar[1]], upper)


@pytest.mark.realdata
def test_every_published_rate_and_limit_is_reproduced(shared):
    found = read(shared / "data" / "fingertips" / "indicators-CountyUA.data.csv")
    assert (found.rows_read, found.rows_kept) == (852, 852)
    result = published_limits.compare(found.tables["fingertips"].to_pandas())
    # Ten rows have no value; all the others are count over denominator per 100,000.
    assert result["is_reproduced"].isna().sum() == 10
    assert result["is_reproduced"].dropna().all()
    limited = result[result["agrees_with"] != "no limits"]
    assert len(limited) == 755
    # All ages are exact Poisson, children Byar's with the quantile rounded to 1.96. Merged areas
    # (Hackney with the City, Cornwall with Scilly) are no exception; large counts fit both.
    by_age = limited.groupby("age")["agrees_with"].unique().map(set).to_dict()
    assert by_age == {"All ages": {"exact Poisson", "both"}, "0-9 yrs": {"Byar", "both"}}
    neither = limited.loc[limited["agrees_with"] == "neither", "area"]
    assert neither.tolist() == []
    assert limited["is_merged_area"].sum() == 10
    # With all the digits of the quantile none of the children's rows but the largest would fit.
    children = limited[limited["age"] == "0-9 yrs"]
    assert (np.abs(children["byar_lower"] / children["lower_95"] - 1) > 1e-6).sum() == 300
