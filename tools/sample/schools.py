"""Exclusions from school by cluster of West Kent, as the county's extract has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tools.sample.constants import OWN, WEST_KENT
from tools.sample.files import write_csv

HEADER = (
    "School Year",
    "District",
    "Cluster",
    "Exclusion Type",
    "Exclusions",
    "Children",
    "Pupils on Roll",
)

YEARS = ("2003/04", "2004/05", "2005/06", "2006/07")

#: (district, cluster): by year, permanent exclusions, children excluded for a fixed term, and the
#: fixed-term exclusions they received; pupils on roll in the first year.
_CLUSTERS = {
    (OWN, "Malling"): (
        (17, 20, 24, 25),
        (624, 690, 756, 771),
        (921, 1034, 1148, 1186),
        9120,
    ),
    (OWN, "Tonbridge"): (
        (10, 11, 12, 13),
        (458, 497, 535, 541),
        (668, 731, 803, 822),
        9480,
    ),
    (WEST_KENT[1], "Cluster B1"): (
        (6, 7, 7, 8),
        (301, 322, 344, 349),
        (432, 468, 509, 514),
        8210,
    ),
    (WEST_KENT[1], "Cluster B2"): (
        (9, 9, 11, 10),
        (344, 361, 380, 392),
        (498, 531, 566, 588),
        7350,
    ),
    (WEST_KENT[2], "Cluster C1"): (
        (8, 10, 11, 12),
        (402, 424, 447, 451),
        (571, 618, 663, 672),
        10460,
    ),
    (WEST_KENT[2], "Cluster C2"): (
        (2, 3, 0, 4),
        (131, 138, 152, 149),
        (183, 197, 221, 214),
        4120,
    ),
}


def rows() -> list[tuple[object, ...]]:
    """Every row: school year, district, cluster, kind, exclusions, children, pupils on roll.

    In 2005/06 the own clusters add up to the printed 36 permanent exclusions (24 in Malling) and
    1,291 children excluded for a fixed term.
    """
    found = []
    for i, year in enumerate(YEARS):
        for (district, cluster), (permanent, children, fixed, roll) in _CLUSTERS.items():
            pupils = roll - 35 * i
            head = (year, district, cluster)
            # A child is permanently excluded once; a fixed term can come again.
            found.append((*head, "Permanent", permanent[i], permanent[i], pupils))
            found.append((*head, "Fixed term", fixed[i], children[i], pupils))
    return found


def write(directory: Path) -> Iterator[Path]:
    """Write `school_exclusions`; gives the paths."""
    yield write_csv(
        directory / "school_exclusions" / "exclusions_by_cluster.csv",
        HEADER,
        rows(),
        title="School exclusions by cluster, West Kent, 2003/04 to 2006/07",
        note="The two clusters of Tonbridge and Malling agree with the strategy of 2008 for "
        "2005/06; everything else is invented.",
    )
