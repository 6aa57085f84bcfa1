"""Whether something, or several things side by side, rose or fell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import pandas as pd

from cspanalysis import present
from cspanalysis.domain import breaks, offences
from cspanalysis.domain.errors import NotAvailable
from cspanalysis.domain.periods import Comparison, Period
from cspanalysis.findings.publication import Publication
from cspanalysis.findings.record import Finding
from cspanalysis.findings.shapes import change_wording
from cspanalysis.present import charts, phrases
from cspanalysis.review import offence_counts
from cspanalysis.review.series import Series
from cspanalysis.stats import change as statistics

#: Up to so many series a sentence names each with its counts.
FEW = 4


def change(
    ask: Publication, series: Series, *, notes: Iterable[str] = (), per_day: bool = False
) -> Finding:
    """Whether a series rose or fell, same months against same months.

    Parameters
    ----------
    per_day : bool
        Compare counts per day, so that periods of other months or lengths may be compared.

    Raises
    ------
    NotAvailable
        If the series does not cover both periods.
    """
    result = compared(ask, series, per_day=per_day)
    return ask.publish(
        result,
        role="change",
        series=series,
        wording=partial(change_wording.change, subject=series.named),
        compared=True,
        columns=columns(ask.comparison),
        notes=[
            *notes,
            *break_notes(series, ask.comparison),
            *_detectable(result, series, ask.comparison),
            *_lucky(result),
            *phrases.chance_alone(result),
        ],
    )


def changes(
    ask: Publication,
    by_name: Mapping[str, Series],
    *,
    label: str,
    heading: str,
    subject: str,
    items: str = "",
    notes: Iterable[str] = (),
) -> Finding:
    """Several series side by side, each with its change and interval.

    Parameters
    ----------
    by_name : mapping
        Name of a series → what is counted.
    label, heading : str
        Column of the names in the result, and its heading for readers.
    subject, items : str
        The whole; what the series are, in the plural: each of a few is named with its counts
        where they are given.
    """
    if not by_name:
        raise NotAvailable((), f"nothing tells {items or subject} apart")
    rows = []
    for name, series in by_name.items():
        row = compared(ask, series).assign(**{label: name})
        # What is no offence is counted under its name: the audit links it by that.
        rows.append(row if series.selection else row.assign(counted=name))
    result = statistics.together(pd.concat(rows, ignore_index=True))
    wording = partial(change_wording.changes, label=label, subject=subject)
    if items:
        wording = partial(change_wording.changes, label=label, subject=subject, items=items)
        if len(result) <= FEW:
            wording = partial(change_wording.few_changes, label=label, subject=subject)
    every = list(by_name.values())
    said = [note for series in every for note in series.notes]
    broken = [note for series in every for note in break_notes(series, ask.comparison)]
    return ask.publish(
        result,
        role="parts",
        series=every[0].of(every[0].rows, notes=()),
        subject=subject,
        wording=wording,
        chart=partial(charts.change_intervals, label=label),
        compared=True,
        columns={label: heading, **columns(ask.comparison)},
        what=f"Change in {subject}",
        when=f"{ask.period.label} against {ask.compare.label}; {charts.CHANGES_KEY}",
        notes=[
            *notes,
            *dict.fromkeys([*said, *broken]),
            *_lucky_among(result, label),
            *phrases.chance_alone(result),
        ],
    )


def compared(ask: Publication, series: Series, *, per_day: bool = False) -> pd.DataFrame:
    """Both periods of a series and their change, with all that may take its verdict back."""
    return judged(ask, series, series.compared(ask.period, ask.compare, per_day=per_day))


def judged(ask: Publication, series: Series, result: pd.DataFrame) -> pd.DataFrame:
    """A change, looked at for records of the series without a known label or place."""
    return _placed(ask, series, _settled(ask, series, result))


def _settled(ask: Publication, series: Series, result: pd.DataFrame) -> pd.DataFrame:
    """The change, withheld where crimes whose label is in no group could be what makes it.

    So it is where one of the periods has none of a kind that the other has many of.
    """
    if "police_extract" not in series.sources or not series.selection:
        return result
    of = (series.selection, ask.period, ask.compare)
    if why := offence_counts.alone(ask.review.store, ask.review.area, *of):
        return statistics.withheld(result, why)
    if offences.is_all(series.selection):
        return result
    now, before = (int(ask.review.ungrouped(p).sum()) for p in (ask.period, ask.compare))
    if not statistics.is_unsettled(result, now, before):
        return result
    told = offence_counts.ungrouped_told(ask.review.ungrouped(ask.period, ask.compare))
    return statistics.withheld(
        result, f"of the crimes recorded in both periods, {told}; they could belong here"
    )


def _placed(ask: Publication, series: Series, result: pd.DataFrame) -> pd.DataFrame:
    """The change with a word on records without a place, where their share is not what it was."""
    now, before = (
        ask.review.unplaced(series.sources[0], period, series.offences)
        for period in (ask.period, ask.compare)
    )
    if now is None or before is None:
        return result
    judged = statistics.with_places(result, now.share, before.share)
    if "unplaced_share" not in judged:
        return judged
    whose = f"the {series.things} {now.by}"
    said = phrases.unplaced(whose, before.share, ask.compare.label, now.share, ask.period.label)
    is_withheld = judged["status"].iloc[0] == "not_comparable" != result["status"].iloc[0]
    return judged.assign(reason=said) if is_withheld else judged.assign(caution=f"{said}.")


def columns(over: Comparison) -> dict[str, str]:
    """Columns of the display table of a change: 'A year earlier' or what else is compared with."""
    return {
        "compare_count": present.capital(present.earlier(over.period.iso, over.compare.iso)),
        "count": "Now",
        "percent_change": change_heading(over),
        "ratio": f"Ratio{_per_day(over)}",
        "interval": "95% interval of the ratio",
    }


def change_heading(over: Comparison) -> str:
    """The heading over changes in per cent."""
    return f"Change{_per_day(over)}, per cent"


def _per_day(over: Comparison) -> str:
    """Changes are of counts a day: said where that is not the same, as beside a leap year."""
    return "" if over.period.days == over.compare.days else " per day"


def break_notes(series: Series, over: Comparison | Period) -> list[str]:
    """The breaks within a period, or between it and one compared with, that a reader must know of.

    A break inside a group (burglary's new categories within recorded crime) leaves its sum alone; a
    change of how much of a member is counted does not.
    """
    if not series.selection:
        return []
    names = [series.selection] if isinstance(series.selection, str) else series.selection
    period, compare = (over, None) if isinstance(over, Period) else (over.period, over.compare)
    found = [
        b.reason
        for name in sorted({"all", *names})
        for b in breaks.crossing(name, period, compare, series.scheme)
    ]
    return list(dict.fromkeys(found))


def _detectable(result: pd.DataFrame, series: Series, comparison: Comparison) -> list[str]:
    """Beside a change that chance can explain: how large one would have to be to be seen.

    For counts under no policy: the base is named.
    """
    row = result.iloc[0].to_dict()
    is_open = row["verdict"] == "no_clear_change" and row["status"] == "ok"
    if series.protect or comparison.is_window or not is_open or not row["compare_count"] > 0:
        return []
    is_wide = row["method"] == statistics.WIDENED
    found = statistics.detectable(
        int(row["compare_count"]),
        days=row["days"],
        compare_days=row["compare_days"],
        of_sums=(row["dispersion"], row["dispersion_degrees"]) if is_wide else None,
    )
    return [change_wording.detectable(found)]


def _lucky(result: pd.DataFrame) -> list[str]:
    """Beside a clear change that was hard to find: that it looks larger than it is."""
    row = result.iloc[0]
    if not statistics.is_lucky(row):
        return []
    word = "rise" if row["verdict"] == "up" else "fall"
    return [
        f"Were the true {word} as large as the one seen, it would be found in fewer than four of "
        f"five cases. A {word} that is found all the same tends to look larger than it is."
    ]


def _lucky_among(result: pd.DataFrame, label: str) -> list[str]:
    """The same beside several: which of the clear changes were hard to find."""
    names = [phrases.named(r[label]) for r in result.to_dict("records") if statistics.is_lucky(r)]
    if not names:
        return []
    return [
        f"The change in {present.listed(names, phrases.MOST_NAMED, 'others')} was hard to find: a "
        "true one of that size would be found in fewer than four of five cases. Such a change "
        "tends to look larger than it is."
    ]
