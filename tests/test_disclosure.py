"""Disclosure control: policies at their boundaries, and that nothing hidden can be worked out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cspanalysis import disclosure
from cspanalysis.disclosure import Protect, aggregate, apply, may_show_share, protect_finest
from cspanalysis.disclosure.cells import Cell, located
from cspanalysis.disclosure.ranges import Inconsistent, ranges
from cspanalysis.disclosure.sums import hidden_cell, places_of, shown_cell
from cspanalysis.domain.errors import DisclosureFailed

THRESHOLD = Protect("threshold")
HES = Protect("hes")


def clusters(*counts: float, **columns) -> pd.DataFrame:
    labels = [f"Cluster {chr(65 + i)}" for i in range(len(counts))]
    return pd.DataFrame({"cluster": labels, "count": counts, **columns})


def shown(table: pd.DataFrame, label: str, column: str = "count"):
    rows = table[table.eq(label).any(axis=1)]
    assert len(rows) == 1
    return rows[column].iloc[0]


def pinned(protected: pd.DataFrame, policy: str) -> list[str]:
    """The attacker: hidden cells of a protected table that have one possible value left."""
    places = places_of(protected)
    cells = [
        hidden_cell(place, row["symbol"])
        if pd.isna(row["count"])
        else shown_cell(place, row["count"], policy)
        for place, (_, row) in zip(places, protected.iterrows(), strict=True)
    ]
    found = ranges(cells, width=1)
    return [
        str(c.where)
        for c, low, high in zip(cells, found.low, found.high, strict=True)
        if c.is_hidden and high - low < 1
    ]


@pytest.mark.parametrize(
    ("count", "seen", "symbol"),
    [
        (0, 0, ""),
        (1, None, "*"),
        (5, None, "*"),
        (7, None, "*"),
        (8, 10, ""),
        (12, 10, ""),
        (13, 15, ""),
        (37, 35, ""),
        (38, 40, ""),
    ],
)
def test_hospital_counts_at_the_boundaries(count, seen, symbol):
    out = apply(pd.DataFrame({"year": ["2006/07"], "count": [count]}), HES, edition="public")
    value = out["count"].iloc[0]
    assert pd.isna(value) if seen is None else value == seen
    assert out["symbol"].iloc[0] == symbol
    assert out["status"].iloc[0] == ("suppressed" if symbol else "ok")


@pytest.mark.parametrize(
    ("count", "threshold", "is_shown"),
    [(0, 5, True), (1, 5, False), (4, 5, False), (5, 5, True), (9, 10, False), (10, 10, True)],
)
def test_threshold_at_the_boundaries(count, threshold, is_shown):
    protect = Protect("threshold", threshold=threshold)
    out = apply(pd.DataFrame({"year": ["2006/07"], "count": [count]}), protect, edition="public")
    assert out["count"].notna().iloc[0] == is_shown
    assert out["symbol"].iloc[0] == ("" if is_shown else "c")


def test_publishers_symbols_are_carried_and_no_number_is_touched():
    table = pd.DataFrame(
        {
            "area": ["Kent", "Medway", "Bexley", "Dover"],
            "count": [3, None, None, None],
            "rate": [0.1, None, None, None],
            "status": ["ok", "suppressed", "not_applicable", "suppressed"],
            "symbol": ["", "c", "z", None],
        }
    )
    out = apply(table, Protect("dfe"), edition="public")
    assert out["symbol"].tolist() == ["", "c", "z", "c"]
    assert out["count"].iloc[0] == 3
    assert out["count"].isna().tolist() == [False, True, True, True]


def test_derived_values_are_hidden_with_their_count_and_never_zero():
    table = clusters(3, 20, 30, rate=[0.3, 2.0, 3.0], upper=[0.9, 3.1, 4.3], is_tied=False)
    out = apply(table, THRESHOLD, edition="public")
    row = out[out["cluster"] == "Cluster A"].iloc[0]
    assert pd.isna(row["count"]) and pd.isna(row["rate"]) and pd.isna(row["upper"])
    assert row["status"] == "suppressed"
    assert table["count"].tolist() == [3, 20, 30], "the input stays as it is"


def test_a_lone_hidden_cell_takes_another_where_the_total_is_published():
    table = clusters(3, 20, 30, 53)
    table.loc[3, "cluster"] = "total"
    out = apply(table, THRESHOLD, edition="public")
    assert out["count"].isna().sum() == 2
    assert shown(out, "total") == 53
    assert shown(out, "Cluster C") == 30, "the smallest further cell is hidden, not the largest"


def test_a_combination_that_is_left_out_is_known_to_be_zero():
    rows = [("A", "p", 3), ("A", "r", 9), ("A", "total", 12)]
    rows += [("B", "p", 20), ("B", "q", 5), ("B", "r", 30), ("B", "total", 55)]
    table = pd.DataFrame(rows, columns=["cluster", "kind", "count"])
    out = apply(table, THRESHOLD, edition="public")
    assert out[out["cluster"] == "A"]["count"].isna().sum() == 2


def test_without_a_published_total_one_cell_is_enough():
    assert apply(clusters(3, 20, 30), THRESHOLD, edition="public")["count"].isna().sum() == 1


@pytest.mark.parametrize("how", ["by", "base"])
def test_a_total_published_elsewhere_counts_too(how):
    table = clusters(3, 20, 30, year="2006/07")
    if how == "by":
        out = apply(table, Protect("threshold", by=("year",)), edition="public")
    else:
        out = apply(table.assign(total=53), THRESHOLD, edition="public")
    assert out["count"].isna().sum() == 2


def test_a_rest_that_is_small_hides_the_count():
    table = pd.DataFrame({"year": ["2007/08"], "count": [46], "total": [48], "share": [46 / 48]})
    out = apply(table, THRESHOLD, edition="public")
    assert out[["count", "share"]].isna().all(axis=None)


def test_the_base_of_a_share_is_protected_like_a_count():
    few = pd.DataFrame({"year": ["2007/08"], "count": [0], "total": [4], "share": [0.0]})
    assert apply(few, THRESHOLD, edition="public")["total"].isna().all()
    many = pd.DataFrame({"year": ["2007/08"], "count": [0], "total": [33]})
    assert apply(many, HES, edition="public")["total"].tolist() == [35]


@pytest.mark.parametrize(
    ("count", "total", "allowed"),
    [(3, 50, False), (5, 50, True), (0, 50, True), (50, 50, True), (47, 50, False), (0, 4, False)],
)
def test_when_a_share_may_be_published(count, total, allowed):
    assert may_show_share(count, total, THRESHOLD) is allowed


def test_both_periods_of_a_change_are_protected():
    table = pd.DataFrame(
        {"year": ["2006/07"], "count": [20], "compare_count": [3], "percent_change": [567.0]}
    )
    out = apply(table, THRESHOLD, edition="public").iloc[0]
    assert out["count"] == 20
    assert pd.isna(out["compare_count"]) and pd.isna(out["percent_change"])


def test_totals_are_computed_before_rounding():
    table = pd.DataFrame(
        {"year": "2006/07", "age_band": ["0-9", "10-19", "20-29"], "count": [12, 12, 12]}
    )
    out = protect_finest(
        table, HES, edition="public", dimensions=("year", "age_band"), keep=("year",)
    )
    assert shown(out, "all ages") == 35, "36 rounds to 35; the rounded parts add up to 30"


def test_sevens_cannot_be_read_from_their_rounded_total():
    table = pd.DataFrame(
        {"age_band": ["0-9", "10-19", "20-29", "30-39", "all ages"], "count": [7, 7, 7, 7, 28]}
    )
    out = apply(table, HES, edition="public")
    assert pinned(out, "hes") == []


def test_nothing_more_is_hidden_for_what_symbols_give_away_themselves():
    ages = [f"{10 * i}-{10 * i + 9}" for i in range(7)]
    rows = [{"sex": "male", "age_band": age, "count": 1} for age in ages]
    rows += [{"sex": "female", "age_band": age, "count": 20} for age in ages]
    rows += [{"sex": "male", "age_band": "all ages", "count": 7}]
    out = apply(pd.DataFrame(rows), HES, edition="public")
    assert out.loc[out["sex"] == "female", "count"].eq(20).all()
    assert out.loc[out["sex"] == "male", "count"].isna().all()


def test_rates_of_unrounded_counts_are_refused_and_can_be_made_anew():
    table = pd.DataFrame({"year": ["2006/07"], "count": [33], "rate": [33.0]})
    with pytest.raises(ValueError, match="unrounded"):
        apply(table, HES, edition="public")
    out = apply(
        table, Protect("hes", derive=lambda t: t.assign(rate=t["count"] * 1.0)), edition="public"
    )
    assert out["rate"].iloc[0] == 35
    kept = apply(table, Protect("hes", released=("rate",)), edition="public")
    assert kept["rate"].iloc[0] == 33


def test_the_partner_edition_shows_counts_but_keeps_the_publishers_symbols():
    table = clusters(3, None, 30, status=["ok", "suppressed", "ok"], symbol=["", "*", ""])
    out = apply(table, THRESHOLD, edition="partner")
    assert out["count"].iloc[0] == 3
    assert pd.isna(out["count"].iloc[1]) and out["symbol"].iloc[1] == "*"


def test_no_policy_changes_nothing():
    table = clusters(1, 2, 3)
    pd.testing.assert_frame_equal(apply(table, None, edition="public"), table)
    pd.testing.assert_frame_equal(apply(table, Protect(), edition="public"), table)


@pytest.mark.parametrize("wrong", [{"policy": "hse"}, {"policy": "threshold", "threshold": 2}])
def test_policies_that_protect_nothing_are_refused(wrong):
    with pytest.raises(ValueError):
        Protect(**wrong)


def test_a_published_total_that_gives_everything_away_is_refused():
    table = clusters(1, 1, 1, 1, 1, year="2006/07")
    with pytest.raises(DisclosureFailed):
        apply(table, Protect("threshold", by=("year",)), edition="public")


def test_the_order_of_rows_does_not_place_a_hidden_count():
    out = apply(clusters(40, 30, 3, 0), THRESHOLD, edition="public")
    assert out["cluster"].iloc[-1] == "Cluster C"
    by_year = pd.DataFrame({"year": ["2004/05", "2005/06", "2006/07"], "count": [40, 3, 2]})
    assert apply(by_year, THRESHOLD, edition="public")["year"].tolist() == by_year["year"].tolist()


def test_ranks_leave_no_gap_where_a_count_is_hidden():
    table = clusters(10, 4, 30, rate=[1.0, 1.1, 3.0], rank=[1, 2, 3], of=3)
    out = apply(table, THRESHOLD, edition="public").dropna(subset=["count"])
    assert out["rank"].tolist() == [1, 2]
    assert out["of"].tolist() == [2, 2]


def admissions(seed: int = 3) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    return pd.DataFrame(
        [
            {"year": year, "sex": sex, "age_band": age, "count": int(draw.poisson(6))}
            for year in ("2005/06", "2006/07")
            for sex in ("male", "female")
            for age in ("0-9", "10-19", "20-29", "30-39")
        ]
    )


@pytest.mark.parametrize("protect", [HES, THRESHOLD], ids=["hes", "threshold"])
def test_the_finest_table_is_safe_with_all_its_margins(protect):
    out = protect_finest(
        admissions(), protect, edition="public",
        dimensions=("year", "sex", "age_band"), keep=("year",),
    )  # fmt: skip
    assert len(out) == 2 * 3 * 5
    assert out["count"].isna().any()
    assert pinned(out, protect.policy) == []
    again = apply(out, protect, edition="public")
    pd.testing.assert_frame_equal(again, out)


def test_findings_aggregate_from_the_protected_table_only():
    out = protect_finest(
        admissions(), THRESHOLD, edition="public",
        dimensions=("year", "sex", "age_band"), keep=("year",),
    )  # fmt: skip
    by_year = aggregate(out, ("year",))
    raw = admissions().groupby("year")["count"].sum()
    assert dict(zip(by_year["year"], by_year["count"], strict=True)) == raw.to_dict()
    young = aggregate(out, ("year",), where={"sex": "male", "age_band": ["0-9", "10-19"]})
    parts = out[out["sex"].eq("male") & out["age_band"].isin(["0-9", "10-19"])]
    for _, row in young.iterrows():
        hidden = parts.loc[parts["year"] == row["year"], "count"].isna().any()
        assert pd.isna(row["count"]) == hidden
        assert row["status"] == ("suppressed" if hidden else "ok")


def test_rounded_parts_are_not_added_up():
    out = protect_finest(
        admissions(), HES, edition="public",
        dimensions=("year", "sex", "age_band"), keep=("year",),
    )  # fmt: skip
    young = aggregate(out, ("year",), where={"sex": "persons", "age_band": ["0-9", "10-19"]})
    assert young["count"].isna().all()
    assert not young["status"].eq("ok").any()


def test_unlike_totals_raise_no_false_alarm():
    cells = [
        Cell(located({"sex": "male"}), 10, 10),
        Cell(located({"sex": "female"}), 1, np.inf, True),
        Cell(located({"sex": "persons"}), 5, 5),
    ]
    with pytest.raises(Inconsistent):
        ranges(cells)
    table = pd.DataFrame({"sex": ["male", "female", "persons"], "count": [10, 3, 5]})
    assert apply(table, THRESHOLD, edition="public")["count"].isna().sum() == 1


@settings(max_examples=25, deadline=None)
@example(counts=[[8, 8, 8], [8, 8, 8]], policy="hes")
@example(counts=[[1, 0, 0], [0, 1, 0]], policy="threshold")
@given(
    counts=st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=4),
    policy=st.sampled_from(["hes", "threshold"]),
)
def test_no_reader_can_pin_down_a_hidden_cell(counts, policy):
    """Law: in any two-way table with its margins, every hidden cell keeps two values or more.

    Except where the symbols alone give it away: '*' cells whose total is '*' too.
    """
    table = pd.DataFrame(
        [
            {"cluster": f"Cluster {i}", "kind": f"kind {j}", "count": value}
            for i, row in enumerate(counts)
            for j, value in enumerate(row)
        ]
    )
    protect = Protect(policy)
    out = protect_finest(table, protect, edition="public", dimensions=("cluster", "kind"))
    small = disclosure.policies.is_small(np.array(counts, dtype=float), policy, 5)
    assert out["count"].isna().sum() >= small.sum()
    bare = out[out["count"].isna() | (out["count"] == 0)]
    by_symbols = set(pinned(bare, policy)) if policy == "hes" else set()
    assert set(pinned(out, policy)) <= by_symbols
    shown_ = out[out["count"].notna()]
    assert not shown_["count"].between(1, 7 if policy == "hes" else 4).any()
