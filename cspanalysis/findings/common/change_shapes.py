"""Whether an offence, or several side by side, rose or fell."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import offences
from cspanalysis.domain.periods import Comparison
from cspanalysis.findings import Finding, Spec, publish, sentences
from cspanalysis.findings.common.captions import break_notes, earlier, method_of, where
from cspanalysis.review import coverage, offence_counts
from cspanalysis.review.review import Counted, Review
from cspanalysis.stats import change


def change_columns(comparison: Comparison) -> dict[str, str]:
    """Columns of the display table of a change: 'A year earlier' or what else is compared with."""
    return {
        "compare_count": present.capital(earlier(comparison)),
        "count": "Now",
        "percent_change": "Change per day, per cent",
        "ratio": "Ratio per day",
        "interval": "95% interval of the ratio",
    }


def change_finding(
    review: Review,
    spec: Spec,
    comparison: Comparison,
    selection: str | Iterable[str],
    *,
    subject: str,
    definition: str = "",
    notes: Iterable[str] = (),
) -> Finding:
    """Whether an offence or group rose or fell, same months against same months.

    Parameters
    ----------
    selection : str or iterable of str
        Offences or groups counted.
    subject : str
        How the sentence names them.
    """
    counted, result = _compared(review, comparison, selection)
    subject = review.series(selection, comparison.period, subject=subject).subject
    return publish(
        review,
        spec,
        result,
        say=partial(sentences.change, subject=subject),
        comparison=comparison,
        compared=True,
        sources=counted.sources,
        columns=change_columns(comparison),
        caption=where(review, present.capital(subject), comparison.period.label),
        method=method_of(result),
        definition=definition,
        notes=[
            *notes,
            *counted.notes,
            *break_notes(selection, comparison, counted.scheme),
            *detectable_notes(result, comparison),
        ],
        measure=subject,
    )


def _settled(
    review: Review,
    result: pd.DataFrame,
    selection: str | Iterable[str],
    counted: Counted,
    comparison: Comparison,
) -> pd.DataFrame:
    """The change, withheld where crimes whose label is in no group could be what makes it."""
    if "police_extract" not in counted.sources or offences.is_all(selection):
        return result
    now, before = (int(review.ungrouped(p).sum()) for p in (comparison.period, comparison.compare))
    if not is_unsettled(result, now, before):
        return result
    told = offence_counts.ungrouped_told(review.ungrouped(comparison.period, comparison.compare))
    return change.withheld(
        result, f"of the crimes recorded in both periods, {told}; they could belong here"
    )


def is_unsettled(result: pd.DataFrame, now: int, before: int) -> bool:
    """Whether records that could not be told, so many in each period, could make a change.

    So it is where a period has nothing but them, or they differ by as much as the counts do.
    """
    row = result.iloc[0]
    if (now and row["count"] == 0) or (before and row["compare_count"] == 0):
        return True
    is_change = row["verdict"] in ("up", "down")
    return bool(
        is_change
        and now != before
        and abs(now - before) >= abs(row["count"] - row["compare_count"])
    )


def detectable_notes(result: pd.DataFrame, comparison: Comparison) -> list[str]:
    """Beside a change that chance can explain: how large one would have to be to be seen.

    For counts under no policy: the base is named. Where only the dispersion takes a verdict back,
    the sentence says so, and limits by chance would contradict it.
    """
    row = result.iloc[0].to_dict()
    is_open = row["verdict"] == "no_clear_change" and row["status"] == "ok"
    if comparison.is_window or not is_open or not row["compare_count"] > 0:
        return []
    found = change.detectable(
        int(row["compare_count"]), days=row["days"], compare_days=row["compare_days"]
    )
    return [sentences.detectable(found)]


def _compared(
    review: Review, comparison: Comparison, selection: str | Iterable[str]
) -> tuple[Counted, pd.DataFrame]:
    """Both periods' counts of a selection and their change, breaks and places looked at."""
    selection = selection if isinstance(selection, str) else list(selection)
    counted = review.offences_by_month(selection, comparison.period, comparison.compare)
    # Of several together, those that a publisher split are looked up by their parts.
    series = selection if counted.scheme == offences.POLICE_UK else series_of(selection)
    result = change.between(
        counted.table, comparison.period, comparison.compare, series=series, scheme=counted.scheme
    )
    every = review.offences_by_month(selection).table
    result = change.with_dispersion(result, every, comparison.period, comparison.compare)
    result = _settled(review, result, selection, counted, comparison)
    chosen = offences.members(selection, counted.scheme)
    return counted, with_places(review, result, comparison, counted.sources[0], chosen)


def with_places(
    review: Review,
    result: pd.DataFrame,
    comparison: Comparison,
    source: str,
    chosen: Iterable[str] | None = None,
) -> pd.DataFrame:
    """The change with a word on records without a place, where their share is not what it was.

    Parameters
    ----------
    chosen : iterable of str, optional
        The offences that are counted; all records by default.
    """
    now, before = (
        coverage.unplaced(review.store, source, review.area, period, chosen)
        for period in (comparison.period, comparison.compare)
    )
    if now is None or before is None:
        return result
    judged = change.with_places(result, now.share, before.share)
    if "unplaced_share" not in judged:
        return judged
    said = sentences.unplaced(
        now.whose, before.share, comparison.compare.label, now.share, comparison.period.label
    )
    is_withheld = judged["status"].iloc[0] == "not_comparable" != result["status"].iloc[0]
    return judged.assign(reason=said) if is_withheld else judged.assign(caution=f"{said}.")


def series_of(selection: str | Iterable[str]) -> str:
    """The series whose breaks count: the selection itself where it is one name, else all."""
    return selection if isinstance(selection, str) else "all"
