"""How the area compares with a peer group."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison
from cspanalysis.findings import Finding, Spec, publish, sentences
from cspanalysis.findings.common.captions import (
    few_residents_notes,
    membership_notes,
    method_of,
    resident_notes,
)
from cspanalysis.present import charts
from cspanalysis.review import peer_tallies
from cspanalysis.review.review import Counted, Review
from cspanalysis.stats import peers

#: So many names of areas that no group has are told.
MOST_NAMED = 4

#: Columns of the display table of a ranking.
PEER_COLUMNS = {
    "area": "Area",
    "count": "Offences",
    "population": "Residents",
    "rate": "Per 1,000 residents",
    "interval": "95% interval",
    "rank_of": "Place, 1 is lowest",
    "rank_interval": "95% interval of the place",
    "against_others": "Against all others (at which level)",
}


def peers_finding(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    selection: str,
    group: str,
    *,
    things: str,
    notes: Iterable[str] = (),
) -> Finding:
    """How the area compares with a peer group: rate, place, and the others taken together."""
    counted = review.peer_counts(selection, group, comparison.period)
    if "peer_counts" in counted.sources and not comparison.is_window:
        notes = [
            *notes,
            *_resident_notes(review, selection, group),
            *_stranger_notes(review, group, comparison),
        ]
    return peers_of(review, spec, comparison, counted, group, things=things, notes=notes)


def peers_of(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    counted: Counted,
    group: str,
    *,
    things: str,
    heading: str = "Offences",
    notes: Iterable[str] = (),
) -> Finding:
    """A comparison with peers of counts already at hand.

    Parameters
    ----------
    counted : Counted
        area, is_own, count, population, population_year, as `Review.peer_counts` gives them.
    things, heading : str
        What is counted, in a sentence and over its column.
    """
    members = review.peer_group(group)
    result = peers.compare(counted.table)
    year = int(counted.table["population_year"].max())
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.peers, things=things, members=members.label),
        chart=charts.ranked_bars,
        comparison=comparison,
        sources=counted.sources,
        columns={**PEER_COLUMNS, "count": heading},
        caption=(
            f"{present.capital(things)} per 1,000 residents in the period – "
            f"{present.capital(members.label)}, {comparison.period.label}; "
            f"residents of {review.residents_of(year)}; line = 95% interval"
        ),
        method=method_of(result),
        notes=[
            *notes,
            *resident_notes(review, year, comparison),
            *few_residents_notes(result),
            *membership_notes(members),
            *_chance_notes(result),
        ],
        measure=f"{things} per 1,000 residents",
        unit="per 1,000 residents in the period",
        tile=partial(_place_tile, things=things, members=members.label),
    )


def _stranger_notes(review: Review, group: str, comparison: Comparison) -> list[str]:
    """Rows of the peers' counts that count for nobody, because no member has their name."""
    members = review.peer_group(group)
    names = peer_tallies.strangers(review.store, review.area, members, comparison.period)
    if not names:
        return []
    listed, verb = present.listed(names, MOST_NAMED), "is" if len(names) == 1 else "are"
    return [
        f"The peers' counts also have {listed} under '{group}', which {verb} not among its areas "
        "and not counted: check the spelling."
    ]


def _resident_notes(review: Review, selection: str, group: str) -> list[str]:
    """Where the peer table's residents of the area are not the estimate behind rates elsewhere.

    All periods are looked at, since those of the windows stand under this finding.
    """
    found = []
    for comparison in review.comparisons:
        with contextlib.suppress(NotAvailable):
            table = review.peer_counts(selection, group, comparison.period).table
            stated = table.loc[table["is_own"], "population"].iloc[0]
            estimate, _ = review.residents(comparison.period)
            if pd.notna(stated) and stated != estimate:
                found.append((comparison.period.label, stated, estimate))
    if not found:
        return []
    when, stated, estimate = found[0]
    when += ", for instance," if len(found) > 1 else ""
    return [
        f"Residents here are those that the peer table states. For {when} it has "
        f"{present.count(stated)} in {review.area.name}; the mid-year estimate behind rates "
        f"elsewhere in this review is {present.count(estimate)}, so that the two rates differ."
    ]


def _chance_notes(result: pd.DataFrame) -> list[str]:
    """The table holds a verdict on every area: of many some look clear by chance."""
    text = sentences.by_chance(int((result["verdict"] != "none").sum())).strip()
    return [f"Each area is set against all others at 95%. {text}"] if text else []


def _place_tile(table: pd.DataFrame, things: str, members: str) -> dict[str, str] | None:
    own = table[table["is_own"]].iloc[0]
    if pd.isna(own["rank"]):
        return None
    rank, of = int(own["rank"]), int(own["of"])
    ties = int((table["rank"] == own["rank"]).sum())
    place = present.place(rank, of, ties=ties)
    label = f"{things} per 1,000 residents, among {of} {members}"
    limits = [own["rank_lower"], own["rank_upper"]]
    if not any(pd.isna(limit) for limit in limits):
        # Counted from the same end as the place that is named.
        ends = [int(limit) for limit in limits]
        if place.endswith("highest"):
            ends = [of + 1 - end for end in reversed(ends)]
        if ends[0] != ends[1]:
            label += f" (95% interval of the place {ends[0]} to {ends[1]})"
    return {"value": present.capital(place), "label": label}
