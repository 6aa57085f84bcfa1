"""The shapes that findings of several chapters share: a change, peers, a mix, a control chart.

Each takes the review, the finding's spec and what to count; wording and drawing come from
`sentences` and `present`.
"""

from cspanalysis.findings.common.captions import (
    break_notes,
    earlier,
    few_residents_notes,
    membership_notes,
    method_of,
    resident_notes,
    span,
    where,
)
from cspanalysis.findings.common.change_shapes import (
    change_columns,
    change_finding,
    detectable_notes,
    is_unsettled,
    with_places,
)
from cspanalysis.findings.common.peer_shapes import PEER_COLUMNS, peers_finding, peers_of
from cspanalysis.present import capital

__all__ = [
    "PEER_COLUMNS",
    "break_notes",
    "capital",
    "change_columns",
    "change_finding",
    "detectable_notes",
    "earlier",
    "few_residents_notes",
    "is_unsettled",
    "membership_notes",
    "method_of",
    "peers_finding",
    "peers_of",
    "resident_notes",
    "span",
    "where",
    "with_places",
]
