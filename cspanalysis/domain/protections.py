"""Which protections of counts the settings may choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cspanalysis.domain.errors import UsageError, paragraph

#: What can be chosen (docs/methods.md).
POLICIES = ("none", "hes", "threshold", "dfe")

#: A smaller one would hide nothing: the symbol itself would be the value.
LEAST_THRESHOLD = 3


def check(section: Mapping[str, Any], file: object) -> None:
    """Refuses values of [disclosure] that would leave counts as they are, or stop a chapter."""
    for key, value in section.items():
        if key == "threshold":
            is_number = isinstance(value, int) and not isinstance(value, bool)
            is_good = is_number and value >= LEAST_THRESHOLD
            allowed = f"a whole number of {LEAST_THRESHOLD} or more, which hides the counts below"
        else:
            is_good, allowed = value in POLICIES, ", ".join(POLICIES)
        if not is_good:
            raise UsageError(
                paragraph(f"{key} = {value!r} in [disclosure]", file=file, allowed=allowed)
            )
