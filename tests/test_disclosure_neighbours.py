"""Neighbours that publish from the same table give nothing of each other away."""

import itertools

import numpy as np
import pytest

import cspanalysis
from cspanalysis.findings import young_people

AREAS = ("Sevenoaks", "Tonbridge and Malling", "Tunbridge Wells")
CLUSTERS = ("North", "South", "Town")
HEAD = "school_year,district,cluster,kind,count,children,roll"


def county(root, seed):
    """A county's exclusions by cluster: some small, most not."""
    draw = np.random.default_rng(seed)
    rows = [
        f"{year}/{year % 100 + 1},{area},{area[:3]} {cluster},{kind},{n},{n},5000"
        for year in (2022, 2023)
        for area, cluster, kind in itertools.product(AREAS, CLUSTERS, ("permanent", "fixed term"))
        for n in [int(draw.choice([0, 2, 3, 4, 6, 9, 14, 20]))]
    ]
    folder = root / "data/raw/school_exclusions"
    folder.mkdir(parents=True)
    (folder / "clusters.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    (root / "partnership.toml").write_text('[area]\nname = "Sevenoaks"\n')
    keys = [row.split(",") for row in rows]
    return {(y, d, c, k): int(n) for y, d, c, k, n, *_ in keys}


def published(root):
    """Cells and totals that any of the neighbours shows, for whoever reads all their reviews."""
    cells, totals = {}, {}
    for area in AREAS:
        review = cspanalysis.open(area, "2024-04/2025-03", workspace=root)
        for finding in (
            young_people.exclusions_by_cluster(review),
            young_people.fixed_term_by_cluster(review),
        ):
            for row in finding.rows.to_dict("records"):
                key = (row["school_year"], row["district"], row["cluster"], row["kind"])
                if not np.isnan(row["count"]):
                    cells[key] = row["count"]
        for row in young_people.exclusions_change(review).rows.to_dict("records"):
            if not np.isnan(row["count"]):
                totals[row["school_year"], row["district"], row["kind"]] = row["count"]
    return cells, totals


def recovered(truth, cells, totals):
    """Small counts that all the reviews together leave one value."""
    found = []
    for key, total in totals.items():
        inside = [k for k in truth if (k[0], k[1], k[3]) == key]
        hidden = [k for k in inside if k not in cells]
        rest = total - sum(cells[k] for k in inside if k in cells)
        # Hidden ones are 1 or more: one that is alone, or all at their least, is known.
        if hidden and (len(hidden) == 1 or rest == len(hidden)):
            found += [k for k in hidden if 0 < truth[k] < 5]
    return found


@pytest.mark.parametrize("seed", range(4))
def test_all_reviews_of_a_county_together_leave_no_small_count_one_value(tmp_path, seed):
    truth = county(tmp_path, seed)
    cells, totals = published(tmp_path)
    assert cells and totals and not any(0 < n < 5 for n in cells.values())
    assert recovered(truth, cells, totals) == []


def test_the_attack_finds_what_each_would_show_if_it_protected_its_own_alone(tmp_path):
    """Shown by a neighbour: every cell that is not small; by the area itself: its totals."""
    truth = county(tmp_path, 1)
    _, totals = published(tmp_path)
    alone = {k: n for k, n in truth.items() if not 0 < n < 5}
    every = {}
    for (year, area, _, kind), n in truth.items():
        every[year, area, kind] = every.get((year, area, kind), 0) + n
    assert recovered(truth, alone, every)
    assert totals.items() <= every.items()
