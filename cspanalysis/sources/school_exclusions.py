"""Exclusions from school by cluster of schools, as the local authority keeps them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cspanalysis.domain import period_labels, total_labels
from cspanalysis.domain.periods import Period
from cspanalysis.sources import side_by_side
from cspanalysis.sources.schema import Across, Column, Schema
from cspanalysis.sources.source import Derived, Source, status_of
from cspanalysis.sources.table import Read
from cspanalysis.sources.word_rules import told

#: What kind of exclusion a label means, by its words.
KINDS: Mapping[str, str] = {
    "permanent": r"\bperm|\bpex\b",
    "fixed term": r"fixed|suspen|temporary|\bfte\b",
}


def _with_kinds(found: Read) -> Read:
    """The kind by its words; one that nobody knows ('managed move') is kept and noted.

    A row of all clusters counts where no others are beside it. One without a cluster is such a row
    where it counts as many as the clusters together, or more.
    """
    cluster = pl.col("cluster")
    is_all = cluster.str.contains(total_labels.WHOLE_AREA) | cluster.str.contains(total_labels.SOME)
    is_all |= cluster.str.to_lowercase() == pl.col("district").str.to_lowercase()
    is_part = ~is_all.fill_null(True)
    of = ("school_year", "district", "kind")
    is_all |= cluster.is_null() & (
        pl.col("count") >= pl.col("count").filter(is_part).sum().over(of)
    )
    has_parts = is_part.any().over(of)
    found = found.keep(
        ~(is_all & has_parts).fill_null(False), "cluster", pl.col("cluster"),
        "one of the clusters a total is made of", "a total of other rows",
    )  # fmt: skip
    frame = found.frame
    kind = told("kind", KINDS)
    found.note(
        frame.filter(kind.is_null()), "kind", ", ".join(KINDS),
        "neither: kept, and counted for neither of them",
    )  # fmt: skip
    return found.with_frame(frame.with_columns(kind=pl.coalesce(kind, "kind")))


SOURCE = Source(
    name="school_exclusions",
    title="Exclusions from school by cluster",
    description="One row per school year, cluster of schools and kind of exclusion. A suppressed "
    "or missing figure has a status and no count.",
    supplier="the schools' exclusions by cluster",
    called="the schools' exclusions",
    is_plural=True,
    schemas=(
        Schema("clusters", "exclusions by school cluster", (
            Column(
                "school_year", "School year, September to August", ("year", "academic year"),
                "school_year", essential=True, seen_as=("academic yr", "school yr"),
            ),
            Column(
                "district", "Local authority district", ("local authority",), required=True,
                seen_as=("la", "borough", "council"),
            ),
            Column(
                "cluster", "Cluster of schools", ("school cluster", "consortium"), required=True,
                seen_as=("cluster of schools", "pyramid", "area partnership", "collaborative"),
            ),
            Column(
                "kind", "Permanent or fixed term", ("type", "exclusion type", "kind of exclusion"),
                "lower", essential=True, seen_as=("category", "type of exclusion"),
            ),
            Column(
                "count", "Exclusions, or a symbol", ("exclusions", "number"), "count",
                required=True,
                seen_as=("number of exclusions", "no of exclusions", "total exclusions",
                         "incidents"),
            ),
            Column(
                "children", "Children excluded at least once, or a symbol",
                ("pupils excluded", "children excluded", "pupils"), "count",
                seen_as=("number of children", "number of pupils excluded", "individual pupils"),
                unlocks="how many children were excluded, beside how often",
            ),
            Column(
                "roll", "Pupils on roll", ("number on roll", "headcount", "pupils on roll"),
                "integer", seen_as=("nor", "roll", "pupil numbers", "school roll"),
                unlocks="exclusions per hundred pupils",
            ),
        ), across=(
            Across("school_year", "count", period_labels.school_year),
            side_by_side.districts("district", "count"),
        )),
    ),
    derived={
        "school_exclusions": {
            **status_of("count"),
            "children_status": Derived(
                "The same for `children`", pl.col("children_status").fill_null("not_available")
            ),
        }
    },
    figures={"school_exclusions": ("school_year", "district", "cluster", "kind")},
    totals="cluster",
    is_mapped=True,
    policy="threshold",
    years={"school_exclusions": ("school_year", Period.academic_year)},
    check=_with_kinds,
)  # fmt: skip
