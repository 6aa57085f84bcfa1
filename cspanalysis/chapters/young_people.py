"""Chapter 06, young people: exclusions from school by cluster of schools."""

from __future__ import annotations

from functools import partial

from cspanalysis import charts, narrative
from cspanalysis.analysis import exclusions
from cspanalysis.chapters import common
from cspanalysis.disclosure import Protect
from cspanalysis.errors import NotAvailable
from cspanalysis.findings import Finding, Spec, finding, publish
from cspanalysis.review import Review


@finding(
    "young_people.exclusions.clusters",
    title="Which school clusters exclude most pupils?",
    needs=("school_exclusions", "dfe_exclusions"),
    measure="exclusions per 100 pupils on roll",
    unit="exclusions",
    polarity="lower_is_better",
    would_show="which school clusters exclude most pupils",
)
def exclusions_by_cluster(
    review: Review, kind: str = "permanent", school_year: str | None = None, *, spec: Spec
) -> Finding:
    """Exclusions and rates by school cluster in one school year."""
    rows = review.table("school_exclusions", own=False)
    chosen = school_year or common.newest_year(rows["school_year"], review.period)
    rows = rows[(rows["kind"] == kind) & (rows["school_year"] == chosen)]
    if rows.empty:
        raise NotAvailable("school_exclusions", f"no {kind} exclusions for {chosen}")
    result = exclusions.rates(rows, per=100)
    return publish(
        review,
        spec,
        result,
        say=partial(narrative.clusters, subject=f"{kind} exclusions"),
        chart=charts.clusters_bars,
        protect=Protect(
            review.policy("school_exclusions"),
            derived=("rate", "lower", "upper", "rank", "rank_lower", "rank_upper", "share"),
            threshold=review.threshold,
        ),
        comparison=review.comparisons[0],
        sources=("school_exclusions",),
        columns={
            "cluster": "School cluster",
            "count": "Exclusions",
            "roll": "Pupils on roll",
            "rate": "Per 100 pupils",
            "interval": "95% interval",
        },
        caption=f"{common.capital(kind)} exclusions by school cluster – School year {chosen}",
        method=common.method_of(result),
    )
