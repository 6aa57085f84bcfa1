"""What a rule hands over, and the outcomes a rule may settle."""

from __future__ import annotations

from typing import NamedTuple

CONTRADICTS = "contradicts itself"
NOT_STATED = "base not stated"


class Hit(NamedTuple):
    """What a rule found: the row, the two figures or texts that led to it, and a sentence."""

    id: str
    rule: str
    outcome: str
    first: str
    second: str
    text: str
