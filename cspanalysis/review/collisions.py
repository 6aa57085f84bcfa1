"""Road collisions of a review: which months are covered, children hurt, and the peers' counts."""

from __future__ import annotations

import pandas as pd

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.review import peer_tallies
from cspanalysis.review.review import Counted, Review

SOURCE, CASUALTIES = "stats19", "stats19_casualties"
#: The name of collisions in the table of peer counts.
PEER_OFFENCE = "road traffic collisions"


def own(review: Review) -> tuple[pd.DataFrame, list[str]]:
    """Collisions of this area, and the months that the collision files cover.

    Raises
    ------
    NotAvailable
        If the workspace holds none for the area.
    """
    return review.table(SOURCE), review.covered(SOURCE)


def with_child(review: Review, collisions: pd.DataFrame) -> pd.DataFrame:
    """The collisions in which somebody known to be younger than 18 was hurt.

    Raises
    ------
    NotAvailable
        If there are no casualty records, or none for some of the collisions.
    """
    people = _casualties(review, collisions)
    children = people.loc[people["is_under_18"].fillna(False).astype(bool), "collision_id"]
    return collisions[collisions["collision_id"].isin(children)]


def with_unknown_age(review: Review, collisions: pd.DataFrame) -> int:
    """How many collisions hurt nobody known to be under 18, but somebody of unknown age."""
    people = _casualties(review, collisions)
    young = set(people.loc[people["is_under_18"].fillna(False).astype(bool), "collision_id"])
    unknown = set(people.loc[people["is_under_18"].isna(), "collision_id"])
    return len(unknown - young)


def _casualties(review: Review, collisions: pd.DataFrame) -> pd.DataFrame:
    if not review.store.has(CASUALTIES):
        raise NotAvailable(SOURCE, "the casualty records are not in the workspace")
    people = review.store.load(CASUALTIES, columns=["collision_id", "is_under_18"])
    people = people[people["collision_id"].isin(collisions["collision_id"])]
    missing = len(set(collisions["collision_id"]) - set(people["collision_id"]))
    if missing:
        raise NotAvailable(SOURCE, f"{missing} collisions have no casualty records")
    return people


def peers(review: Review, group: str, period: Period) -> Counted:
    """Collisions and residents of every area of a peer group over a period.

    From the table of peer counts, else from the collision records, which cover all districts in
    the national files.

    Returns
    -------
    Counted
        area, is_own, count, population, population_year; areas without data have missing counts.

    Raises
    ------
    NotAvailable
        If neither holds the group over the period.
    """
    members = review.peer_group(group)
    table = peer_tallies.from_peer_counts(review.store, review.area, members, PEER_OFFENCE, period)
    if table is not None:
        return Counted(table, ("peer_counts",))
    if not review.store.has(SOURCE):
        raise NotAvailable(("peer_counts", SOURCE))
    parts = {
        name: list(review.area.districts) if name == review.area.name else [name]
        for name in members.areas
    }
    districts = [d for names in parts.values() for d in names]
    rows = review.store.load(SOURCE, columns=["month", "district"])
    known = review.coverage(SOURCE)
    if missing := known.missing(period):
        raise NotAvailable(("peer_counts", SOURCE), known.told(missing))
    if not (set(districts) - set(review.area.districts)) & set(rows["district"].dropna()):
        raise NotAvailable(("peer_counts", SOURCE), "the records are of this area alone")
    inside = rows[period.contains(rows["month"]) & rows["district"].isin(districts)]
    counts = inside.groupby("district").size().astype(float)
    people = review.population(districts, period)
    found = pd.DataFrame(
        {
            "area": list(parts),
            "is_own": [name == review.area.name for name in parts],
            "count": [counts.reindex(p).sum(min_count=len(p)) for p in parts.values()],
            "population": [
                people.reindex(p)["population"].sum(min_count=len(p)) for p in parts.values()
            ],
        }
    )
    found = found.assign(population_year=int(people["year"].max()))
    return Counted(found, (SOURCE, "population"))
