"""What became of a crime: the publisher's outcome categories and the plain classes of a review."""

from __future__ import annotations

import functools

from cspanalysis.domain import reference

NO_SUSPECT, NOT_PROSECUTED = "no suspect identified", "unable to prosecute suspect"
CHARGED = "charged or summonsed"
UNSTATED, OTHER = "no outcome stated", "other outcome"

#: The classes in the order of a table; what nobody knows comes last.
CLASSES = (
    CHARGED, "out-of-court resolution", "left to another organisation",
    "not in the public interest", NOT_PROSECUTED, NO_SUSPECT, "under investigation", OTHER,
    UNSTATED,
)  # fmt: skip


@functools.cache
def classes() -> dict[str, str]:
    """The publisher's category in lower case → its class."""
    return {row["outcome"].lower(): row["group"] for row in reference.rows("case_outcomes")}


def class_of(outcome: str) -> str:
    """The class of a category; one that is not known is another outcome."""
    return classes().get(" ".join(outcome.lower().split()), OTHER)
