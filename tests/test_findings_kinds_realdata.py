"""Kinds of crime of Kent's districts, recounted from the street files by plain pandas."""

import shutil
import zipfile

import pandas as pd
import pytest
from labels import check, shown

import cspanalysis
from cspanalysis.domain import offences
from cspanalysis.findings import (
    antisocial,
    kinds,
    neighbourhood,
    overview,
    retail,
    serious_violence,
)
from cspanalysis.workspace import init

pytestmark = pytest.mark.realdata

ARCHIVES = ("kent_2025.zip", "kent_rebuilt_from_counts_2023-05_2024-12_2026-01_2026-04.zip")
PERIOD = ("2025-04", "2026-03")
COMPARE = ("2024-04", "2025-03")
AREA = "Tonbridge and Malling"


@pytest.fixture(scope="module")
def review(shared, tmp_path_factory):
    root = tmp_path_factory.mktemp("kinds") / "ws"
    init.init(root, AREA)
    raw = root / "data/raw"
    for name in ARCHIVES:
        shutil.copy(shared / "data/police_uk" / name, raw / "police_uk")
    for lookup in (shared / "data/lookups").glob("lookup_*"):
        shutil.copy(lookup, raw / "lookups")
    shutil.copy(shared / "data/population/population20_ltla21.csv", raw / "population")
    return cspanalysis.open(AREA, "/".join(PERIOD), compare="/".join(COMPARE), workspace=root)


@pytest.fixture(scope="module")
def rows(shared):
    """Every row of the street files that has a place: month, district (by its LSOA), kind."""
    found = []
    for name in ARCHIVES:
        with zipfile.ZipFile(shared / "data/police_uk" / name) as archive:
            for member in archive.namelist():
                if member.endswith("-street.csv"):
                    with archive.open(member) as file:
                        found.append(
                            pd.read_csv(file, usecols=["Month", "LSOA name", "Crime type"])
                        )
    table = pd.concat(found, ignore_index=True).dropna(subset=["LSOA name"])
    return pd.DataFrame(
        {
            "month": table["Month"],
            "district": table["LSOA name"].str.rsplit(" ", n=1).str[0],
            "kind": table["Crime type"].str.lower(),
        }
    )


def count(rows, kind, span, district=AREA):
    is_in = rows["month"].between(*span) & (rows["district"] == district)
    return int((is_in & (rows["kind"] == kind)).sum())


def test_every_kind_is_counted_as_the_rows_are(review, rows):
    found = kinds.kinds_change(review).rows.set_index("offence")
    held = set(rows["kind"]) - {"anti-social behaviour"}
    assert set(found.index) == held and len(held) == 13
    for kind in held:
        recounted = [count(rows, kind, span) for span in (COMPARE, PERIOD)]
        assert found.loc[kind, ["compare_count", "count"]].tolist() == recounted, kind
    assert found.loc["robbery", ["compare_count", "count"]].tolist() == [30, 67]
    assert found.loc["robbery", "verdict"] == "up"


@pytest.mark.parametrize(
    ("make", "kind", "counts"),
    [
        (lambda r: neighbourhood.change(r, "burglary", "burglary dwelling", subject="homes",
                                        instead="burglary"), "burglary", (340, 225)),
        (lambda r: neighbourhood.change(r, "robbery", "robbery", subject="robbery"),
         "robbery", (30, 67)),
        (lambda r: neighbourhood.change(r, "vehicle_crime", "vehicle crime", subject="vehicles"),
         "vehicle crime", None),
        (lambda r: retail.change(r, "shoplifting", "shoplifting", subject="shoplifting"),
         "shoplifting", None),
        (lambda r: retail.change(r, "public_order", "public order", subject="public order"),
         "public order", None),
        (lambda r: serious_violence.change(r, "weapons", "possession of weapons", subject="w"),
         "possession of weapons", None),
        (antisocial.incidents_change, "anti-social behaviour", (1326, 1950)),
    ],
)  # fmt: skip
def test_a_chapter_counts_as_the_rows_do(review, rows, make, kind, counts):
    values = make(review).values
    found = values["compare_count"], values["count"]
    assert found == (count(rows, kind, COMPARE), count(rows, kind, PERIOD))
    assert counts in (None, found)


def test_thanet_is_highest_of_twelve_for_weapons_and_public_order(review, rows, shared):
    thanet = review.moved("Thanet", "2025-01/2025-12")
    found = kinds.kinds_peers(thanet, "county")
    own = found.rows.set_index("offence")
    people = pd.read_csv(shared / "data/population/population20_ltla21.csv")
    people = people.set_index("ltla21_name")["total_population"]
    for kind in ("possession of weapons", "public order"):
        districts = thanet.peers.areas("county")
        rates = pd.Series(
            {d: 1000 * count(rows, kind, ("2025-01", "2025-12"), d) / people[d] for d in districts}
        )
        assert rates.idxmax() == "Thanet" and len(rates) == 12
        assert own.loc[kind, "rate"] == pytest.approx(rates["Thanet"])
        assert (own.loc[kind, "rank"], own.loc[kind, "of"]) == (12, 12)
        assert f"{offences.said(kind)} (" in found.sentence
    assert found.sentence.count("the highest of twelve") >= 2
    part = next(p for p in found.parts if p.id == "overview.public_order.peers.county")
    assert part.values["rank"] == part.values["of"] == 12


def test_kinds_add_up_to_all_recorded_crime(review):
    whole = overview.recorded_crime_change(review).values
    each = kinds.kinds_change(review).rows
    assert (each["count"].sum(), each["compare_count"].sum()) == (
        whole["count"], whole["compare_count"],
    )  # fmt: skip


def test_headings_and_sentences_name_what_is_counted(review):
    found = shown(review.workspace.root, AREA, "/".join(PERIOD), "/".join(COMPARE))
    check(found, fewest=120)
