"""Near repeats by metres: points of an extract, shuffled dates, and points that are none."""

import numpy as np
import pandas as pd
import pytest

import cspanalysis
from cspanalysis.findings import neighbourhood
from cspanalysis.stats import near_repeats
from cspanalysis.workspace import init

ASKED = {"offences": "burglary dwelling", "subject": "burglary of homes"}
BEGIN = pd.Timestamp("2025-04-01")


def points(pairs, days, seed=3):
    """Sixty burglaries far from any other, and `pairs` of two 50 metres and `days` apart."""
    rng = np.random.default_rng(seed)
    rows = [(500_000 + 1130 * i + 3, 150_007, int(rng.integers(360))) for i in range(60)]
    for i in range(pairs):
        day = int(rng.integers(300))
        rows += [(500_000 + 1130 * i + 11, 170_000, day), (500_061 + 1130 * i, 170_000, day + days)]
    table = pd.DataFrame(rows, columns=["easting", "northing", "day"])
    return table.assign(day=BEGIN + pd.to_timedelta(table["day"], "D"))


def test_pairs_close_by_and_soon_after_are_more_than_shuffled_dates_give():
    table = near_repeats.knox_by_metres(points(40, 5)).set_index(["last_metre", "last_day"])
    row = table.loc[(200, 14)]
    assert row["count"] == 40 and row["expected"] < 10
    assert row["verdict"] == "higher" and row["p"] <= row["p_adjusted"] < 0.05
    # Nothing lies at one place or 200 to 400 metres apart: too few, and no verdict.
    assert table.loc[(1, 14), "count"] == 0 and table.loc[(400, 14), "verdict"] == "none"
    assert (table["used"] == 140).all()


def test_pairs_close_by_at_any_time_are_within_chance():
    rng = np.random.default_rng(5)
    called = 0
    for seed in range(20):
        table = points(40, 5, seed)
        table["day"] = rng.permutation(table["day"].to_numpy())
        called += (near_repeats.knox_by_metres(table, shuffles=99)["verdict"] == "higher").any()
    assert called <= 4  # 5 per cent of twenty is one


def test_distances_are_those_of_the_grid():
    spots = [(500_000, 150_000), (500_000, 150_001), (500_003, 150_197), (500_390, 150_000)]
    table = pd.DataFrame(spots, columns=["easting", "northing"]).assign(day=BEGIN)
    found = near_repeats.knox_by_metres(table, shuffles=9).set_index(["last_metre", "last_day"])
    count = found["count"].xs(14, level="last_day")
    # The first two are one place; the third is near both; the fourth lies 390 metres from both.
    assert count.to_dict() == {1: 1, 200: 2, 400: 2}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda t: t, ""),
        (lambda t: t.assign(easting=t["easting"] // 100 * 100, northing=t["northing"] // 100 * 100),
         "rounded to 100 metres"),
        (lambda t: t.assign(easting=500_001 + t.index % 9, northing=170_001), "many share"),
    ],
)  # fmt: skip
def test_points_that_are_rounded_or_snapped_are_told(change, why):
    found = near_repeats.why_no_places(change(points(40, 5)))
    assert (why in found) if why else not found


def extract(root, table, header="Easting,Northing"):
    init.init(root, "Dover")
    lines = [f"Crime Ref,Offence,Date Recorded,From Date,District,{header}"]
    for i, row in enumerate(table.itertuples(index=False)):
        day = f"{row.day:%d/%m/%Y}"
        point = f",{row.easting},{row.northing}" if header else ","
        lines.append(f"R{i},burglary dwelling,{day},{day},Dover{point}")
    (root / "data/raw/police_extract/extract.csv").write_text("\n".join(lines) + "\n")
    with (root / "partnership.toml").open("a") as out:
        out.write('\n[sources.police_extract.formats]\nrecorded = "dd/mm/yyyy"\n'
                  'start = "dd/mm/yyyy"\n')  # fmt: skip
    return cspanalysis.open("Dover", "2025-04/2026-03", workspace=root)


def test_the_finding_says_what_follows_and_shows_no_point(tmp_path):
    review = extract(tmp_path / "ws", points(40, 5))
    found = neighbourhood.near_by_metres(review, "burglary", **ASKED)
    assert found.verdict == "higher" and found.values["count"] == 40
    assert found.sentence.startswith(
        "40 pairs of burglary of homes lie up to 200 metres apart, within 14 days"
    )
    assert "more follow close by" in found.sentence
    record = str(found.record())
    assert not any(str(int(e)) in record for e in points(40, 5)["easting"].head(20))
    assert [row[0] for row in found.table["rows"]][::2] == [
        "the same place", "1 to 200", "200 to 400"
    ]  # fmt: skip


def test_a_point_beyond_england_and_wales_is_left_out_and_the_crime_kept(tmp_path):
    table = points(40, 5).astype({"easting": float})
    table.loc[[0, 1], "easting"] = [0.27, 51_000_000]
    review = extract(tmp_path / "ws", table)
    rows = review.incidents
    assert len(rows) == 140 and rows["easting"].isna().sum() == 2
    problems = review.store.problems()
    assert problems["reason"].str.contains("no point of the grid").sum() == 2
    found = neighbourhood.near_by_metres(review, "burglary", **ASKED)
    assert "Left out: 2 records without a day or a point." in found.notes


def test_it_is_refused_where_points_are_none(tmp_path):
    rounded = points(40, 5)
    rounded[["easting", "northing"]] = rounded[["easting", "northing"]] // 100 * 100
    found = neighbourhood.near_by_metres(extract(tmp_path / "a", rounded), "burglary", **ASKED)
    assert found.status == "not_available" and "rounded to 100 metres" in found.sentence
    bare = extract(tmp_path / "b", points(40, 5), header="")
    found = neighbourhood.near_by_metres(bare, "burglary", **ASKED)
    assert "no eastings and northings" in found.sentence


def test_the_snapped_points_of_the_street_files_are_no_distances(tmp_path):
    root = tmp_path / "ws"
    init.init(root, "Dover")
    rows = "".join(
        f"{i},2025-{m:02},Kent Police,Kent Police,1.31,51.12,On or near High Street,E01024200,"
        "Dover 001A,Burglary,,\n"
        for m in range(4, 13) for i in range(9)
    )  # fmt: skip
    header = (
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
        "Crime type,Last outcome category,Context\n"
    )
    (root / "data/raw/police_uk/2025-04-kent-street.csv").write_text(header + rows)
    review = cspanalysis.open("Dover", "2025-04/2025-12", workspace=root)
    found = neighbourhood.near_by_metres(review, "burglary", "burglary", subject="burglary")
    assert found.status == "not_available" and found.awaits == ("police_extract",)
    assert "no distance between them means anything" in found.sentence
