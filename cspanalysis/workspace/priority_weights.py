"""What the settings may say of the priorities: weights of the criteria, harm, and concern."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cspanalysis.domain.errors import UsageError, paragraph

#: What a priority is judged by.
CRITERIA = ("volume", "harm", "trend", "peers", "concentration", "concern")

#: Keys of the priorities, in the settings and in the plan's files.
PRIORITIES = (
    "acquisitive_crime", "anti_social_behaviour", "perception", "substance_misuse_alcohol",
    "substance_misuse_drugs", "violent_crime", "young_people",
)  # fmt: skip


def check(section: Mapping[str, Any], file: object) -> None:
    """Refuses values of [priorities] by which no priority could be weighed."""
    for part, is_good, allowed in (
        ("weights", lambda v: _is_number(v) and v >= 0, "a number of 0 or more"),
        ("harm", lambda v: _is_number(v) and 0 <= v <= 1, "a number from 0 to 1"),
        ("concern", lambda v: isinstance(v, str) and v.strip(), "the survey's question, as text"),
    ):
        for key, value in section.get(part, {}).items():
            if not is_good(value):
                raise UsageError(
                    paragraph(
                        f"{key} = {value!r} in [priorities.{part}]", file=file, allowed=allowed
                    )
                )
    if section.get("weights") and not any(section["weights"].values()):
        raise UsageError(
            paragraph(
                "all weights in [priorities.weights] are 0",
                file=file,
                allowed="one of them above 0",
            )
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
