"""Road collisions in which children were hurt."""

from __future__ import annotations

import pandas as pd

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.review.review import Review

SOURCE, CASUALTIES = "stats19", "stats19_casualties"


def with_child(review: Review, collisions: pd.DataFrame) -> pd.DataFrame:
    """The collisions in which somebody known to be younger than 18 was hurt."""
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
        raise NotAvailable(SOURCE, "the casualty records are not here")
    people = review.store.load(CASUALTIES, columns=["collision_id", "is_under_18"])
    people = people[people["collision_id"].isin(collisions["collision_id"])]
    missing = len(set(collisions["collision_id"]) - set(people["collision_id"]))
    if missing:
        raise NotAvailable(SOURCE, f"{missing} collisions have no casualty records")
    return people
