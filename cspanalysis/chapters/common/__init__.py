"""The shapes that findings of several chapters share: a change, peers, a mix, a control chart.

Each takes the review, the finding's spec and what to count; wording, formats and drawing come from
`narrative`, `formats` and `charts`.
"""

from cspanalysis.chapters.common.by_month import (
    control_finding,
    season_finding,
)
from cspanalysis.chapters.common.changes import (
    change_columns,
    change_finding,
    changes_finding,
    detectable_notes,
    is_unsettled,
    with_dispersion,
    with_places,
)
from cspanalysis.chapters.common.labels import (
    break_notes,
    earlier,
    few_residents_notes,
    membership_notes,
    method_of,
    newest_year,
    rate_tile,
    resident_notes,
    span,
    where,
)
from cspanalysis.chapters.common.ranking import (
    PEER_COLUMNS,
    peers_finding,
    peers_of,
)
from cspanalysis.chapters.common.shares import (
    mix_finding,
    places_finding,
)
from cspanalysis.formats import capital

__all__ = [
    "PEER_COLUMNS",
    "break_notes",
    "capital",
    "change_columns",
    "change_finding",
    "changes_finding",
    "control_finding",
    "detectable_notes",
    "earlier",
    "few_residents_notes",
    "is_unsettled",
    "membership_notes",
    "method_of",
    "mix_finding",
    "newest_year",
    "peers_finding",
    "peers_of",
    "places_finding",
    "rate_tile",
    "resident_notes",
    "season_finding",
    "span",
    "where",
    "with_dispersion",
    "with_places",
]
