"""Findings about a group of areas taken together, from the counts a partner supplies for it.

A district's strategy speaks of 'West Kent' as often as of itself; these shapes add up the members.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis import disclosure
from cspanalysis.disclosure import Protect
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings import Finding, Spec, common, publish, sentences
from cspanalysis.present import charts
from cspanalysis.review import peer_tallies
from cspanalysis.review.review import Review
from cspanalysis.stats import change, measures, proportions

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


def share_finding(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    group: str,
    part: str,
    whole: str,
    *,
    subject: str,
    of: str,
    protect: Protect | None = None,
) -> Finding:
    """Which share of one count another makes up, over a group of areas together."""
    counts = together(review, group, [part, whole], comparison.period)
    result = measures.proportion(
        pd.DataFrame({"area": [_name(review, group)], "count": counts[part],
                      "total": counts[whole]})
    )  # fmt: skip
    named = where_together(review, group)
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.share, subject=f"{subject} in {named}", of=of),
        protect=protect,
        comparison=comparison,
        sources=SOURCES,
        columns={
            "area": "Area",
            "count": common.capital(part),
            "total": common.capital(whole),
            "share": "Share",
            "interval": "95% interval",
        },
        caption=f"{common.capital(part)} as a share of {whole} – "
        f"{common.capital(named)}, {comparison.period.label}",
        method=common.method_of(result),
        measure=f"{part} in {named}",
    )


def mix_finding(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    group: str,
    parts: dict[str, str],
    whole: str,
    *,
    label: str,
    heading: str,
    subject: str,
) -> Finding:
    """What a count consists of, over a group of areas together.

    Parameters
    ----------
    parts : dict
        Measure as the counts name it → how a reader sees it.
    """
    counts = together(review, group, [*parts, whole], comparison.period)
    table = pd.DataFrame({label: list(parts.values()), "count": [counts[p] for p in parts]}).assign(
        area=_name(review, group), total=counts[whole]
    )
    result = measures.proportion(table).sort_values("count", ascending=False, ignore_index=True)
    named = where_together(review, group)
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.mix, label=label, subject=f"{subject} in {named}", top=len(parts)),
        chart=partial(charts.sorted_bars, label=label),
        comparison=comparison,
        sources=SOURCES,
        columns={
            label: heading,
            "count": "Offences",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=f"{common.capital(subject)} by {heading.lower()} – "
        f"{common.capital(named)}, {comparison.period.label}",
        method=common.method_of(result),
        measure=f"{subject} in {named}",
    )


def detection_finding(
    review: Review, spec: Spec, comparison: Comparison, group: str, *, protect: Protect
) -> Finding:
    """Detected hate crimes as a share of those not taken off the record, with the year before."""
    names = ["hate crime", "hate crime no-crimed", "hate crime detected"]
    now = together(review, group, names, comparison.period)
    try:
        before = together(review, group, names, comparison.compare)
    except NotAvailable:
        before = None
    row = {"count": now[names[2]], "total": now[names[0]] - now[names[1]]}
    row["compare_count"] = before[names[2]] if before else None
    row["compare_total"] = before[names[0]] - before[names[1]] if before else None
    return detection(
        review,
        spec,
        comparison,
        row,
        protect=protect,
        subject=f"hate crimes in {where_together(review, group)}",
        area=_name(review, group),
        sources=SOURCES,
        place=common.capital(where_together(review, group)),
    )


def detection(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    row: dict,
    *,
    protect: Protect,
    subject: str,
    area: str,
    sources: Sequence[str],
    place: str,
) -> Finding:
    """A detection rate beside that of the same months of the year before."""
    if row["compare_count"] is None or not disclosure.may_show_share(
        row["compare_count"], row["compare_total"], protect
    ):
        row = {**row, "compare_count": None, "compare_total": None}
    table = (
        pd.DataFrame([row])
        .astype("Float64")
        .assign(area=area, period=comparison.period.iso, compare=comparison.compare.iso)
    )
    result = proportions.difference(table)
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.share_change, subject=subject, of="were detected"),
        protect=protect,
        comparison=comparison,
        compared=bool(result["compare_share"].notna().all()),
        sources=sources,
        columns={
            "area": "Area",
            "count": "Detected",
            "total": "Hate crimes",
            "share": "Share",
            "interval": "95% interval",
            "compare_count": f"Detected {common.earlier(comparison)}",
            "compare_total": f"Hate crimes {common.earlier(comparison)}",
            "compare_share": f"Share {common.earlier(comparison)}",
        },
        caption=f"Hate crimes detected – {place}, {comparison.period.label}",
        method=common.method_of(result),
        notes=("Records that the police later marked 'no crime' are left out of the base.",),
        measure=f"{subject} detected",
    )


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
