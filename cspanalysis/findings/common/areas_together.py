"""Findings about a group of areas taken together, from the counts a partner supplies for it.

A district's strategy speaks of 'West Kent' as often as of itself; these shapes add up the members.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, publish, sentences
from cspanalysis.review import peer_tallies
from cspanalysis.review.review import Review
from cspanalysis.stats import change

SOURCES = ("peer_counts",)


def together(review: Review, group: str, names: Sequence[str], period: Period) -> dict[str, int]:
    """Counts of all members of a group, added up, by offence or other measure.

    Raises
    ------
    NotAvailable
        If a member lacks one of them over the period.
    """
    members = review.peer_group(group)
    if not review.store.has("peer_counts"):
        raise NotAvailable(SOURCES)
    table = peer_tallies.supplied(review.store, group, period)
    table = table[table["offence"].isin(list(names)) & table["area"].isin(list(members.areas))]
    found = {}
    for name in names:
        counts = table.loc[table["offence"] == name, "count"].dropna()
        if len(counts) < len(members.areas):
            raise NotAvailable(SOURCES, f"no '{name}' of all {members.label} for {period.label}")
        found[name] = int(counts.sum())
    return found


def where_together(review: Review, group: str) -> str:
    """How a sentence names the group as a whole: 'the districts of West Kent together'."""
    return f"the {review.peer_group(group).label} together"


def change_finding(
    review: Review, spec: Spec, comparison: Comparison, group: str, name: str, *, subject: str
) -> Finding:
    """Whether a measure rose or fell over a group of areas together."""
    now = together(review, group, [name], comparison.period)[name]
    before = together(review, group, [name], comparison.compare)[name]
    result = change.change(
        pd.DataFrame(
            {
                "area": [_name(review, group)],
                "period": comparison.period.iso,
                "compare": comparison.compare.iso,
                "count": now,
                "compare_count": before,
                "days": comparison.period.days,
                "compare_days": comparison.compare.days,
            }
        )
    )
    named = where_together(review, group)
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.change, subject=f"{subject} in {named}"),
        comparison=comparison,
        compared=True,
        sources=SOURCES,
        columns=common.change_columns(comparison),
        caption=f"{common.capital(subject)} – {common.capital(named)}, {comparison.period.label}",
        method=common.method_of(result),
        measure=f"{subject} in {named}",
    )


def check_partner_counts(review: Review, name: str, group: str, period: Period) -> None:
    """Whether the partner's counts hold a measure that no other source has.

    Raises
    ------
    NotAvailable
        If they do not hold it for the period and the area.
    """
    if not review.store.has("peer_counts"):
        raise NotAvailable(SOURCES)
    table = peer_tallies.supplied(review.store, group, period)
    if not table["offence"].eq(name).any():
        raise NotAvailable(SOURCES, f"no '{name}' for {period.label}")
    members = review.peer_group(group)
    own = peer_tallies.from_peer_counts(review.store, review.area, members, name, period)
    if own is None:  # the street-level files, asked next for any other offence, know no such one
        raise NotAvailable(SOURCES, f"no '{name}' of {review.area.name}")


def partner_peers(
    review: Review, spec: Spec, comparison: Comparison, selection: str, group: str, *, things: str
) -> Finding:
    """A ranking by a measure that only a partner's counts hold (no offence of the taxonomy)."""
    check_partner_counts(review, selection, group, comparison.period)
    return common.peers_finding(review, spec, comparison, selection, group, things=things)


def _name(review: Review, group: str) -> str:
    return review.peer_group(group).label
