"""Chapter 00, data quality: rows read and set aside, and which months to trust."""

from __future__ import annotations

from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Period
from cspanalysis.domain.problem_limits import CUT, LISTED
from cspanalysis.findings import Finding, Spec, common, finding, publish, sentences
from cspanalysis.present import charts, suppliers
from cspanalysis.review import coverage as coverages
from cspanalysis.review import offence_counts
from cspanalysis.review.review import OFFENCE_SOURCES, Review
from cspanalysis.stats import measures


@finding(
    "quality.rows",
    title="How many rows were read, and how many were kept?",
    measure="rows of the raw files",
    unit="rows",
)
def row_account(review: Review, *, spec: Spec) -> Finding:
    """Rows read = rows kept + rows set aside, file by file."""
    account = review.store.account()
    keys = ["source", "file"]
    numbers = ["rows_read", "rows_kept", "rows_set_aside"]
    result = account.groupby(keys, as_index=False)[numbers].sum()
    result = result.rename(
        columns={"rows_read": "rows", "rows_kept": "kept", "rows_set_aside": "set_aside"}
    )
    return publish(
        review,
        spec,
        result,
        say=sentences.row_account,
        comparison=review.comparisons[0],
        sources=(),
        columns={
            "source": "Source",
            "file": "File",
            "rows": "Rows read",
            "kept": "Kept",
            "set_aside": "Set aside",
        },
        caption="Rows read, kept and set aside, by file",
        method="rows read = rows kept + rows set aside, checked file by file",
        notes=review.store.notices(),
    )


@finding(
    "quality.problems",
    title="What was set aside, corrected or noted, and why?",
    measure="problems by reason",
    unit="rows",
)
def problems(review: Review, *, spec: Spec) -> Finding:
    """Every kind of problem with the number of rows it concerns."""
    counts = review.store.problem_counts()
    keys = ["source", "action", "column", "reason"]
    result = counts.groupby(keys, as_index=False, dropna=False)["count"].sum()
    result = result.sort_values(["action", "count"], ascending=[False, False], ignore_index=True)
    return publish(
        review,
        spec,
        result,
        say=sentences.problems,
        comparison=review.comparisons[0],
        sources=tuple(dict.fromkeys(result["source"])),
        columns={
            "source": "Source",
            "action": "What was done",
            "column": "Column",
            "reason": "Reason",
            "count": "Rows",
        },
        caption="Problems found while cleaning, by source and reason",
        notes=(f"In problems.csv, {CUT}.",) if counts["count"].gt(LISTED).any() else (),
    )


@finding(
    "quality.coverage",
    title="Which months are complete?",
    needs=OFFENCE_SOURCES,
    measure="offence records by month",
    unit="records",
    would_show="which months of recorded offences are complete",
)
def coverage(review: Review, *, spec: Spec) -> Finding:
    """Months of the offence source, with those incomplete or missing marked."""
    for source in OFFENCE_SOURCES:
        table = offence_counts.monthly(review.store, source, review.area)
        if len(table):
            break
    else:
        raise NotAvailable(OFFENCE_SOURCES)
    known = review.coverage(source)
    complete = set(known.months)
    counts = table.groupby("month")["count"].sum()
    first, last = min({*complete, *counts.index}), max({*complete, *counts.index})
    wanted = {m for p in (review.period, review.compare) for m in p.month_list()}
    months = sorted({*Period.parse(f"{first}/{last}").month_list(), *wanted})
    result = pd.DataFrame({"month": months})
    # A covered month without any record has none; of another it is not known.
    result["count"] = [counts.get(m, 0 if m in complete else None) for m in months]
    result["status"] = [
        "ok" if m in complete else "incomplete" if m in counts.index else "missing" for m in months
    ]
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.coverage, subject=_whose(review, source)),
        chart=partial(charts.monthly_line, value="count"),
        comparison=review.comparisons[0],
        sources=(source,),
        columns={"month": "Month", "count": "Records", "status": "Coverage"},
        caption=common.where(review, "Offence records by month", common.span(first, last)),
        method=(
            "a month counts as incomplete where the force's crime is under 75 per cent of the "
            "series' median while anti-social behaviour stays above 90 per cent"
            if source == "police_uk"
            else "the extract covers every month from its first record to its last that has one"
        ),
    )


def _whose(review: Review, source: str) -> str:
    """The records whose months are told: in open data those of the area's own force."""
    own = coverages.own_force(review.store, review.area) if source == "police_uk" else None
    return f"the records of {own[0]}" if own else f"the records of {suppliers.held(source)[0]}"


@finding(
    "quality.sources",
    title="Which months does each source cover?",
    measure="months covered",
    unit="months",
    would_show="which months each source covers",
)
def source_months(review: Review, *, spec: Spec) -> Finding:
    """Every source that is about months or years, with the runs of months it lacks."""
    rows = []
    for source in coverages.sources(review.store):
        known = review.coverage(source)
        gaps = known.gaps_told(known.gaps)
        rows.append([suppliers.held(source)[0], known.months, gaps or "none"])
        if source == "police_uk":
            months = set(known.months)
            lacking = coverages.second_forces(review.store, review.area, ())
            for force, gone in lacking.items():
                told = f"no records of {present.runs(gone)}"
                rows.append([f"{force} in the open data", sorted(months - set(gone)), told])
    if not rows:
        raise NotAvailable((), "no file of this workspace is about months or years")
    result = pd.DataFrame(
        {
            "whose": [name for name, _, _ in rows],
            "covers": [present.runs(m) or f"nothing of {review.area.name}" for _, m, _ in rows],
            "gaps": [gaps for _, _, gaps in rows],
            "count": [len(months) for _, months, _ in rows],
        }
    )
    return publish(
        review,
        spec,
        result,
        say=sentences.source_months,
        comparison=review.comparisons[0],
        sources=coverages.sources(review.store),
        columns={
            "whose": "Source",
            "covers": "Covers",
            "count": "Months",
            "gaps": "Gaps",
        },
        caption=common.where(review, "Months covered by each source", review.period.label),
        method=(
            "a log of dated records covers the months from its first to its last, but for more "
            "than two months in a row without any (police extract: any month); open data cover "
            "the months that the force published whole, yearly figures their years"
        ),
        notes=_periods_outside(review),
    )


def _periods_outside(review: Review) -> list[str]:
    """Periods that are asked for and that no source covers a month of: a slip of the settings."""
    held = {m for s in coverages.sources(review.store) for m in review.coverage(s).months}
    asked = {
        period: "a window of partnership.toml" if comparison.is_window else "this review"
        for comparison in reversed(review.comparisons)
        for period in (comparison.compare, comparison.period)
    }
    return [
        f"No source covers a month of {period.label}, which {whose} asks for."
        for period, whose in sorted(asked.items())
        if not held & set(period.month_list())
    ]


@finding(
    "quality.unlocated",
    title="How many records have no place?",
    needs=OFFENCE_SOURCES,
    measure="share of records without a place",
    unit="share",
    would_show="how many offences have no place",
)
def unlocated(review: Review, *, spec: Spec) -> Finding:
    """Share of the records that cannot be put on a map or into a district."""
    source = review.source_of(review.period)
    if source == "police_uk":
        forces = offence_counts.monthly(review.store, source, review.area)
        force = forces.groupby("force")["count"].sum().idxmax()
        months = review.period.month_list()
        rows = review.store.load(
            "police_uk_counts",
            columns=["month", "force", "district", "count"],
            where={"force": [force], "month": (months[0], months[-1])},
        )
        missing, total = rows.loc[rows["district"].isna(), "count"].sum(), rows["count"].sum()
        whose = f"all records of {force}"
    else:
        records = review.records(None, review.period).table
        missing, total = records["place"].isna().sum(), len(records)
        whose = f"records of {review.area.name}"
    result = measures.proportion(pd.DataFrame({"count": [int(missing)], "total": [int(total)]}))
    return publish(
        review,
        spec,
        result,
        say=sentences.unlocated,
        comparison=review.comparisons[0],
        sources=(source,),
        columns={
            "count": "Without a place",
            "total": "All",
            "share": "Share",
            "interval": "95% interval",
        },
        caption=f"Records without a place, {whose}, {review.period.label}",
        method=common.method_of(result),
        notes=(
            "Records without a place are counted for the police force and belong to no district.",
        )
        if source == "police_uk"
        else (),
    )
