"""Series breaks: when a series stopped meaning the same, and what must not be compared across it.

The register lies in `reference/series_breaks.csv`. A change of definition parts a series in two;
a disruption (the pandemic) takes its months out of any estimate of what is usual.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import pandas as pd

from cspanalysis.periods import Period

#: Groups that share the breaks of a member. A border moved between members (burglary in 2017) does
#: not hurt their sum, so other groups have only the entries of their own name.
_MEMBERS = {
    "violent crime": ("violence against the person",),
    "violence": ("violence against the person",),
}


@dataclass(frozen=True)
class Break:
    """One entry of the register.

    Parameters
    ----------
    series : str
        Offence, group, or 'all'.
    first, last : str
        'YYYY-MM'; a change has no last month.
    kind : {'change', 'disruption'}
    action : {'refuse', 'warn'}
        Whether a comparison across it is refused or carries the reason as a warning.
    reason, source : str
        A sentence for the reader, and where it is documented.
    """

    series: str
    first: str
    last: str
    kind: str
    action: str
    reason: str
    source: str


@functools.cache
def register() -> pd.DataFrame:
    """The register as a table: series, first, last, kind, action, reason, source."""
    path = resources.files("cspanalysis.reference").joinpath("series_breaks.csv")
    with path.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, comment="#", dtype=str, keep_default_na=False)


def of_series(series: str) -> tuple[Break, ...]:
    """All breaks that concern a series, those of every series among them."""
    table = register()
    rows = table[table["series"].isin({"all", series, *_MEMBERS.get(series, ())})]
    return tuple(Break(**row) for row in rows.to_dict("records"))


def crossing(
    series: str, period: Period | str, compare: Period | str | None = None
) -> tuple[Break, ...]:
    """Breaks that lie within a period, or between it and the period it is compared with.

    Parameters
    ----------
    series : str
        Offence or group of the taxonomy, or 'all' for breaks of every series only.
    period, compare : Period or str

    Returns
    -------
    tuple of Break
        A change counts when it begins after the first and not after the last month of the span
        from the earlier to the later period; a disruption when it overlaps either period.
    """
    spans = [Period.parse(p) for p in (period, compare) if p is not None]
    first, last = min(s.first for s in spans), max(s.last for s in spans)
    found = []
    for entry in of_series(series):
        begins = Period.parse(entry.first).first
        if entry.kind == "change":
            is_crossed = first < begins <= last
        else:
            ends = Period.parse(entry.last).last
            is_crossed = any(begins <= s.last and s.first <= ends for s in spans)
        if is_crossed:
            found.append(entry)
    return tuple(found)


def clean_run(series: str, months: Sequence[str]) -> tuple[list[str], str]:
    """The longest run of consecutive months that no break cuts, the newest where equal.

    Disruptions and changes of action 'refuse' cut; a change that only warns does not.

    Parameters
    ----------
    series : str
    months : sequence of str
        Months 'YYYY-MM' for which data exist.

    Returns
    -------
    months : list of str
        The run, in order.
    reason : str
        Why months were left out: the reasons of the breaks, or that months are missing; ''
        when the run is everything.
    """
    wanted = sorted(set(months))
    if not wanted:
        return [], ""
    ordinals = [Period.parse(m).first for m in wanted]
    breaks = of_series(series)
    disrupted = [
        (Period.parse(b.first).first, Period.parse(b.last).last, b.reason)
        for b in breaks
        if b.kind == "disruption"
    ]
    starts = {
        Period.parse(b.first).first: b.reason
        for b in breaks
        if b.kind == "change" and b.action == "refuse"
    }
    runs: list[list[int]] = [[]]
    reasons: dict[str, None] = {}
    for ordinal in ordinals:
        hit = next((why for low, high, why in disrupted if low <= ordinal <= high), None)
        previous = runs[-1][-1] if runs[-1] else None
        if hit:
            reasons[hit] = None
            if runs[-1]:
                runs.append([])
            continue
        if previous is not None and ordinal != previous + 1:
            reasons["Some months are missing."] = None
            runs.append([])
        elif previous is not None and ordinal in starts:
            reasons[starts[ordinal]] = None
            runs.append([])
        runs[-1].append(ordinal)
    best = max(runs, key=lambda run: (len(run), run[-1:]))
    names = dict(zip(ordinals, wanted, strict=True))
    return [names[o] for o in best], " ".join(reasons)
