"""Years of a partnership in the Home Office's table: quarters, mergers, what went unassigned."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cspanalysis.domain import areas, crosswalk
from cspanalysis.domain.areas import Area
from cspanalysis.review import partnership_years

SOUND = pd.DataFrame(columns=["year", "force", "status", "reason", "listed"])


def table(force="Kent", **years):
    """Rows of {csp: counts by quarter} by year, 'y24' for 2024/25; None for a missing quarter."""
    rows = [
        (f"20{year[1:]}/{int(year[1:]) + 1}", str(q), force, csp, csp.startswith("Unass"), "x", n)
        for year, held in years.items()
        for csp, counts in held.items()
        for q, n in enumerate(counts, 1)
        if n is not None
    ]
    columns = ["year", "quarter", "force", "csp", "is_unassigned", "offence_group", "count"]
    return pd.DataFrame(rows, columns=columns)


def changed(rows, csp, year="2024/25", compare="2023/24"):
    area = csp if isinstance(csp, Area) else areas.find(csp)
    by_year = partnership_years.by_year(rows, SOUND, area)
    return partnership_years.year_change(by_year, year, compare).iloc[0]


@pytest.mark.parametrize(
    ("later", "run", "counts"),
    [
        ((10, 10, None, None), "1,2", (20, 20)),
        ((10, None, None, None), "1", (10, 10)),
        ((None, 10, 10, 10), "2,3,4", (30, 30)),
        ((10, None, 10, 10), "3,4", (20, 20)),
        ((10, 10, 10, 10), "1,2,3,4", (40, 40)),
    ],
)
def test_a_year_without_all_its_quarters_is_compared_with_the_same_ones(later, run, counts):
    rows = table(y23={"Dover": (10, 10, 10, 10)}, y24={"Dover": later})
    found = changed(rows, "Dover")
    assert (found["quarters"], found["verdict"]) == (run, "no_clear_change")
    assert (found["count"], found["compare_count"]) == counts
    assert found["period"].startswith("2024" if run != "3,4" else "2024-10")


def test_years_without_a_quarter_in_common_are_not_compared():
    rows = table(y23={"Dover": (None, None, 10, 10)}, y24={"Dover": (10, 10, None, None)})
    found = changed(rows, "Dover")
    assert (found["status"], found["verdict"]) == ("not_comparable", "none")
    assert "2024/25 holds quarters 1 and 2 and 2023/24 holds quarters 3 and 4" in found["reason"]


def test_a_quarter_that_only_the_partnership_lacks_is_no_fall():
    whole = (10, 10, 10, 10)
    rows = table(
        y23={"Dover": whole, "Swale": whole}, y24={"Dover": (10, 10, None, None), "Swale": whole}
    )
    found = changed(rows, "Dover")
    assert found["status"] == "not_comparable"
    assert "no offences in quarters 3 and 4 of 2024/25" in found["reason"]


def test_a_council_is_the_sum_of_the_partnerships_it_was_made_of():
    old = {"Aylesbury Vale": (3,) * 4, "Chiltern": (2,) * 4, "South Bucks": (1,) * 4}
    rows = table(
        "Thames Valley",
        y23={**old, "Wycombe": (4,) * 4}, y24={"Buckinghamshire": (10,) * 4},
    )  # fmt: skip
    found = partnership_years.by_year(rows, SOUND, areas.find("Buckinghamshire"))
    assert found["count"].tolist() == [40, 40]
    assert found["names"].tolist() == [
        "Aylesbury Vale; Chiltern; South Bucks; Wycombe", "Buckinghamshire",
    ]  # fmt: skip
    rows = table("Thames Valley", y23=old, y24={"Buckinghamshire": (10,) * 4})
    found = changed(rows, areas.find("Buckinghamshire"))
    assert found["status"] == "not_available" and "no rows of Wycombe" in found["reason"]


def test_a_merged_council_beside_its_predecessors_counts_once():
    rows = table("Suffolk", y23={"East Suffolk": (9,), "Waveney": (4,), "Suffolk Coastal": (5,)})
    assert partnership_years.by_year(rows, SOUND, areas.find("East Suffolk"))["count"].tolist() == [
        9
    ]


def test_an_area_of_several_partnerships_is_their_sum_and_a_part_of_one_is_none():
    rows = table(y23={"Dartford and Gravesham": (9,), "Medway": (5,)})
    both = Area("North Kent", districts=("Dartford", "Gravesham", "Medway"))
    assert partnership_years.by_year(rows, SOUND, both)["count"].tolist() == [14]
    part = partnership_years.by_year(rows, SOUND, Area("Dartford", districts=("Dartford",))).iloc[0]
    assert part["status"] == "not_available"
    assert "counted together with others, as Dartford and Gravesham" in part["reason"]


def test_dorset_lost_christchurch_when_the_councils_were_made():
    before, after = ["Dorset", "Bournemouth", "Poole"], [
        "Dorset", "Bournemouth, Christchurch and Poole",
    ]  # fmt: skip
    dorset = areas.find("Dorset")
    assert not crosswalk.made_of(dorset, before).is_whole
    assert crosswalk.made_of(dorset, after).names == ("Dorset",)
    # Torridge has a partnership of its own in some tables and belongs to North Devon's in others.
    north = areas.find("North Devon")
    assert crosswalk.made_of(north, ["North Devon", "Torridge"]).names == (
        "North Devon",
        "Torridge",
    )
    assert crosswalk.made_of(north, ["Northern Devon"]).names == ("Northern Devon",)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Kings Lynn & West Norfolk", "King's Lynn and West Norfolk"),
        ("London, City of", "City of London"),
        ("Bristol", "Bristol, City of"),
        ("Durham", "County Durham"),
        ("Folkestone and Hythe", "Shepway"),
        ("St Helens", "St. Helens"),
        ("Stoke on Trent", "Stoke-on-Trent"),
        ("The Vale of Glamorgan", "Vale of Glamorgan"),
        ("Leicester City CSP", "Leicester"),
        ("Richmond-upon-Thames", "Richmond upon Thames"),
        ("York", "City of York"),
        ("South Lakeland", "South Lakeland"),
        ("Wiltshire_Kennet", "Kennet"),
        ("Somerset East_Mendip", "Mendip"),
    ],
)
def test_names_of_official_tables_are_found(written, name):
    assert crosswalk.known_as(written) == name


def test_a_name_that_is_only_like_one_is_proposed_and_not_taken():
    assert crosswalk.meanings("Tonbridge and Maling") == ()
    assert crosswalk.near("Tonbridge and Maling") == "Tonbridge and Malling"
    assert crosswalk.meanings("Manchester Airport") == () and not crosswalk.near("Elsewhere")


def test_every_partnership_is_made_of_todays_districts_and_of_those_before():
    """The crosswalk fills every area of England and Wales, whichever councils a table has."""
    today = list(crosswalk._districts())
    former = [n for d in today for n in crosswalk.predecessors(d) or (d,)]
    for area in areas.all_partnerships():
        assert crosswalk.made_of(area, today).is_whole, area.name
        assert crosswalk.made_of(area, former).is_whole or area.name == "Somerset"


def small(own, unassigned, others=(1000, 1000)):
    return table(
        y23={"Dover": (own[0],), "Swale": (others[0],), "Unassigned Kent": (unassigned[0],)},
        y24={"Dover": (own[1],), "Swale": (others[1],), "Unassigned Kent": (unassigned[1],)},
    )


def test_a_partnerships_own_collapse_into_the_unassigned_is_no_fall():
    found = changed(small((160, 8), (0, 152)), "Dover")
    assert (found["status"], found["verdict"]) == ("not_comparable", "none")
    assert "152 offences of Kent are recorded under no partnership" in found["reason"]
    # The year in which they come back is no rise either.
    assert changed(small((8, 160), (152, 0)), "Dover")["status"] == "not_comparable"


@pytest.mark.parametrize(
    ("own", "unassigned", "others"),
    [
        ((160, 80), (0, 0), (1000, 1000)),  # a fall that nothing explains
        ((160, 80), (50, 50), (1000, 1000)),  # unassigned as ever
        ((160, 150), (0, 20), (1000, 1000)),  # little is missing
        ((160, 80), (0, 90), (1000, 500)),  # the neighbours fell as much
    ],
)
def test_a_fall_that_the_unassigned_do_not_explain_stands(own, unassigned, others):
    assert changed(small(own, unassigned, others), "Dover")["status"] == "ok"


@given(
    st.lists(st.integers(0, 50), min_size=4, max_size=4),
    st.lists(st.integers(0, 50), min_size=4, max_size=4),
    st.sets(st.sampled_from("1234"), min_size=1),
)
@settings(max_examples=40)
def test_like_quarters_add_up_to_what_is_compared(now, before, held):
    later = tuple(n if str(q) in held else None for q, n in enumerate(now, 1))
    found = changed(table(y23={"Dover": before}, y24={"Dover": later}), "Dover")
    run = [int(q) - 1 for q in found["quarters"].split(",")]
    assert set(found["quarters"].split(",")) <= held
    assert found["count"] == sum(now[q] for q in run)
    assert found["compare_count"] == sum(before[q] for q in run)


def shares(**years):
    """A coverage of Kent: 'y24' = share of its offences under no partnership."""
    rows = [
        (
            f"20{year[1:]}/{int(year[1:]) + 1}",
            "Kent",
            share,
            "not_comparable",
            f"{share:.0%} are",
            "",
        )
        for year, share in years.items()
    ]
    return pd.DataFrame(rows, columns=["year", "force", "share", "status", "reason", "listed"])


@pytest.mark.parametrize(
    ("share", "statuses"),
    [
        ({"y23": 0.11, "y24": 0.12}, ["ok", "ok"]),  # as many in every year
        ({"y23": 0.09, "y24": 0.12}, ["not_comparable"] * 2),
        ({"y23": 0.85, "y24": 0.86}, ["not_comparable"] * 2),  # as many, and most of them
        ({"y24": 0.12}, ["ok", "not_comparable"]),  # nothing to hold it against
    ],
)
def test_a_share_that_is_unassigned_in_every_year_makes_no_change(share, statuses):
    rows = table(y23={"Dover": (10,) * 4}, y24={"Dover": (10,) * 4})
    found = partnership_years.by_year(rows, shares(**share), areas.find("Dover"))
    assert found["status"].tolist() == statuses
    assert all("as many as in other years" in r for r in found["reason"][found["status"] == "ok"]
               if r)  # fmt: skip
