"""What makes up a whole: a group by offence, incidents by place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison
from cspanalysis.findings import Finding, Spec, publish, sentences
from cspanalysis.findings.common.captions import method_of, where
from cspanalysis.present import charts
from cspanalysis.review.review import Review
from cspanalysis.stats import concentration, measures


def mix_finding(
    review: Review, spec: Spec, comparison: Comparison, selection: str, *, subject: str
) -> Finding:
    """Which offences make up a group, with Wilson intervals of the shares."""
    counted = review.offences_by_month(selection, comparison.period, by="kind")
    table = counted.table.rename(columns={"kind": "offence"})
    totals = table.groupby("offence", as_index=False)["count"].sum()
    if len(totals) < 2:
        raise NotAvailable("police_extract", f"the open data hold {subject} as one kind")
    totals = totals[totals["count"] > 0].assign(total=totals["count"].sum())
    result = measures.proportion(totals).sort_values("count", ascending=False, ignore_index=True)
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.mix, label="offence", subject=subject),
        chart=partial(charts.sorted_bars, label="offence"),
        comparison=comparison,
        sources=counted.sources,
        columns={
            "offence": "Offence",
            "count": "Offences",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=where(review, f"{present.capital(subject)} by offence", comparison.period.label),
        method=method_of(result),
        notes=counted.change.notes,
        measure=subject,
    )


def places_finding(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    incidents: pd.DataFrame,
    *,
    sources: Sequence[str],
    subject: str,
    top: int,
    definition: str = "",
    notes: Sequence[str] = (),
) -> Finding:
    """Top places with their share of all incidents, and how concentrated the incidents are."""
    if incidents.empty:
        raise NotAvailable((), f"no {subject} in {comparison.period.label}")
    result = measures.proportion(concentration.top_places(incidents, n=top))
    spread = concentration.concentration(incidents).iloc[0]
    result = result.assign(gini=spread["gini"], share_top_5=spread["share_top_5"])
    concentrated = (
        f"The ten places with the most hold {present.share(spread['share_top_10'])} of what could "
        f"be located; adjusted Gini {present.number(spread['gini'], 2)} (0: as evenly spread as so "
        "few can be, 1: all at one place)."
    )
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.places, subject=subject),
        chart=charts.places_bars,
        comparison=comparison,
        sources=sources,
        columns={
            "place": "Place",
            "count": "Offences",
            "share": f"Share of all {subject}",
            "interval": "95% interval",
        },
        caption=where(review, f"{present.capital(subject)} by place", comparison.period.label),
        method=method_of(result),
        definition=definition,
        notes=[*notes, concentrated],
        measure=subject,
    )
