"""Powers used against anti-social behaviour: periods, kinds and symbols as councils write them."""

from pathlib import Path

import pytest

from cspanalysis.domain import orders
from cspanalysis.domain.errors import DataRefused
from cspanalysis.sources import asb_powers
from cspanalysis.sources.archive import Part
from cspanalysis.sources.table import Context

FIXTURES = Path(__file__).parent / "fixtures" / "asb_powers"


def read(name):
    return asb_powers.SOURCE.read(Part(FIXTURES / name, f"asb_powers/{name}"), Context())


@pytest.mark.parametrize(
    ("label", "power"),
    [
        ("CPW", "community protection warnings"),
        ("Community Protection Notice Warning", "community protection warnings"),
        ("CPN warning letters", "community protection warnings"),
        ("CPNs issued", "community protection notices"),
        ("PSPOs", "public spaces protection orders in force"),
        ("Public Space Protection Orders in force", "public spaces protection orders in force"),
        ("New PSPOs made", "public spaces protection orders made"),
        ("FPNs for breach of PSPO",
         "penalty notices for breach of a public spaces protection order"),
        ("Fixed penalty notice - CPN breach",
         "penalty notices for breach of a community protection notice"),
        ("Full closure order", "closure orders"), ("Closure Notices", "closure notices"),
        ("Civil Injunctions", "civil injunctions"), ("IPNA", "civil injunctions"),
        ("CBOs", "criminal behaviour orders"), ("Section 34 authorisations",
         "dispersal authorisations"),
        ("Dispersal orders", "dispersal authorisations"), ("Section 35 directions",
         "directions to leave"),
        ("ABC", "acceptable behaviour contracts"),
        ("ASB case review applications", "applications"),
        ("Community Triggers received", "applications"),
        ("Applications that did not meet the threshold", "threshold not met"),
        ("Case review requests meeting threshold: not met", "threshold not met"),
        ("Applications that met the threshold", "threshold met"),
        ("Threshold met", "threshold met"), ("Case reviews carried out", "reviews held"),
        ("Case reviews resulting in recommendations", "recommendations"),
        # Neither the use of a power nor told apart: counted in none.
        ("Breach of CBO", ""), ("Applications for injunctions", ""), ("ASB case reviews", ""),
        ("FPNs for littering", ""), ("Closure order extensions", ""), ("Patrols", ""),
    ],
)  # fmt: skip
def test_labels_are_told_by_their_words(label, power):
    assert orders.power_of(label) == power


def test_quarters_keep_symbols_blanks_and_zero_apart():
    found = read("quarters.csv")
    table = found.tables["asb_powers"]
    assert table.select("period", "power", "count", "status").rows() == [
        ("2025-01/2025-03", "community protection warnings", 14, "ok"),
        ("2025-04/2025-06", "community protection warnings", 11, "ok"),
        ("2025-04/2025-06", "community protection notices", 0, "ok"),
        ("2025-04/2025-06", "public spaces protection orders in force", 3, "ok"),
        ("2025-04/2025-06", "penalty notices for breach of a public spaces protection order",
         None, "suppressed"),
        ("2025-04/2025-06", "criminal behaviour orders", None, "not_available"),
        ("2025-04/2025-06", None, 9, "ok"),
    ]  # fmt: skip
    assert found.rows_read == found.rows_kept + found.rows_set_aside == 9
    problems = found.problems.table().select("row", "column", "action").rows()
    assert sorted(problems) == [
        (8, "kind", "noted"), (9, "kind", "set aside"), (10, "period", "set aside"),
    ]  # fmt: skip
    told = found.problems.table().filter(row=10)
    assert "2025/26-Q1" in told["allowed"].item() and told["found"].item() == "Q1 2025"


WIDE = """Year,Local Authority,Community trigger applications,Threshold not met,\
Case reviews carried out,Case reviews with recommendations
2024/25,Tonbridge and Malling,9,5,4,3
2025/26,Tonbridge and Malling,12,7,5,c
2025/26,Dover,6,2,4,2
"""


@pytest.mark.parametrize("is_wide", [False, True])
def test_figures_of_case_reviews_are_a_row_each_also_side_by_side(tmp_path, is_wide):
    path = FIXTURES / "case_reviews.csv"
    if is_wide:
        path = tmp_path / "wide.csv"
        path.write_text(WIDE)
    found = asb_powers.SOURCE.read(Part(path, "asb_powers/case_reviews.csv"), Context())
    table = found.tables["asb_powers"].filter(district="Tonbridge and Malling")
    rows = table.filter(period="2025-04/2026-03").select("power", "count", "status").rows()
    assert rows == [
        ("applications", 12, "ok"), ("threshold not met", 7, "ok"), ("reviews held", 5, "ok"),
        ("recommendations", None, "suppressed"),
    ]  # fmt: skip


def test_quarters_side_by_side_are_a_row_each(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("District,Power,Q1 2025/26,Q2 2025/26\nDover,CPN,4,0\nDover,CBO,*,2\n")
    table = asb_powers.SOURCE.read(Part(path, "asb_powers/wide.csv"), Context()).frame
    assert table.select("period", "power", "count").rows() == [
        ("2025-04/2025-06", "community protection notices", 4),
        ("2025-07/2025-09", "community protection notices", 0),
        ("2025-04/2025-06", "criminal behaviour orders", None),
        ("2025-07/2025-09", "criminal behaviour orders", 2),
    ]


@pytest.mark.parametrize(
    ("rows", "counted", "reason"),
    [
        (("Closure orders (full),2", "Closure orders (partial),3", "Closure orders - total,5"),
         [2, 3], "a total of other rows"),
        (("Closure orders,5", "Full closure orders,2", "Partial closure orders,3"),
         [2, 3], "a total of other rows"),
        (("CPNs issued,9", "CPNs of which to under 18s,4"), [9], "a part of another row"),
        # Kinds of a power whose figures make no sum of one another are all of it.
        (("Full closure orders,2", "Partial closure orders,3", "Closures,4"), [2, 3, 4], ""),
        (("Total CPNs,9",), [9], ""),
    ],
)  # fmt: skip
def test_a_power_beside_its_parts_counts_once(tmp_path, rows, counted, reason):
    path = tmp_path / "kinds.csv"
    lines = [f"2025/26,Dover,{row}" for row in rows] + ["2025/26,Dover,CBO,1"]
    path.write_text("\n".join(["Year,District,Power,Number", *lines]) + "\n")
    found = asb_powers.SOURCE.read(Part(path, "asb_powers/kinds.csv"), Context())
    assert found.frame["count"].to_list() == [*counted, 1]
    assert set(found.problems.table()["reason"]) == ({reason} if reason else set())


def test_a_file_without_figures_is_refused_with_what_to_do():
    with pytest.raises(DataRefused, match="count"):
        read("no_count.csv")


def test_a_register_accounts_for_its_orders_and_counts_them_by_month_and_kind(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(
        "Notice number,Notice type,Date served,Local authority,Organisation,Served on\n"
        "1,CPN,13/04/2025,Dover,Council,A\n2,CPN,29/04/2025,Dover,Council,B\n"
        "2,CPN,29/04/2025,Dover,Council,C\n3,CPN,,Dover,Council,D\n"
        "4,Patrol,02/06/2025,Dover,Council,E\n,CPN,02/06/2025,Dover,Police,F\n",
        encoding="utf-8",
    )
    found = asb_powers.SOURCE.read(Part(path, "asb_powers/register.csv"), Context())
    rows = found.frame.select("period", "kind", "agency", "count").rows()
    months = [f"2025-{m:02}/2025-{m:02}" for m in (4, 5, 6)]
    assert rows == [
        *((month, "CPN", "Council", n) for month, n in zip(months, (2, 0, 0), strict=True)),
        *((month, "Patrol", "Council", n) for month, n in zip(months, (0, 0, 1), strict=True)),
        *((month, "CPN", "Police", n) for month, n in zip(months, (0, 0, 1), strict=True)),
    ]
    assert set(found.frame["status"]) == {"ok"}
    assert (found.rows_read, found.rows_kept, found.rows_set_aside) == (6, 4, 2)
    told = {(row, column): text for row, column, text in found.problems.table().select(
        "row", "column", "found").rows()}  # fmt: skip
    assert told == {(1, "date"): "April to June 2025", (4, "order_id"): "", (5, "date"): "",
                    (6, "kind"): "Patrol"}  # fmt: skip


@pytest.mark.parametrize("heading, kept", [("Case ref", 4), ("Order ref", 3)])
def test_of_a_case_several_orders_count_and_of_an_order_one_row(heading, kept, tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(
        f"{heading},Notice type,Date served,Local authority\n"
        "A1,CPN,13/04/2025,Dover\nA1,CPN,13/04/2025,Dover\nA1,CPN,29/05/2025,Dover\n"
        "A1,Closure order,29/05/2025,Dover\nB7,CPN,13/04/2025,Dover\n",
        encoding="utf-8",
    )
    found = asb_powers.SOURCE.read(Part(path, "asb_powers/register.csv"), Context())
    assert (found.rows_read, found.rows_kept, found.rows_set_aside) == (5, kept, 5 - kept)
    assert found.frame["count"].sum() == kept


def test_a_register_of_one_power_may_say_it_in_its_name(tmp_path):
    text = "FPN No,Date issued,District\n1,03/04/2025,Dover\n2,13/04/2025,Dover\n"
    for name, power in (("PSPO_breach_FPNs.csv", orders.power_of("FPN for breach of PSPO")),
                        ("cbo-register.csv", "criminal behaviour orders")):  # fmt: skip
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        found = asb_powers.SOURCE.read(Part(path, f"asb_powers/{name}"), Context())
        assert found.frame.select("power", "count").rows() == [(power, 2)]
        assert (
            "what the file is called" in found.problems.table().filter(column="kind")["reason"][0]
        )
    # A name that says no power, and figures whose kind nobody says, are refused as ever.
    for name, content in (("list.csv", text), ("cbo.csv", "Month,District,Number\n2025-04,A,3\n")):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DataRefused, match=r"kind|date|period"):
            asb_powers.SOURCE.read(Part(path, f"asb_powers/{name}"), Context())


def test_powers_are_known_by_their_own_names():
    assert all(orders.power_of(name) == name for name in orders.POWERS)
