"""Series breaks: when a series stopped meaning the same, and what must not be compared across it.

The register lies in `reference/series_breaks.csv`. A change of definition parts a series in two;
a disruption (the pandemic) takes its months out of any estimate of what is usual.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

import pandas as pd

from cspanalysis.domain import offences
from cspanalysis.domain.periods import Period

#: Groups that share all breaks of a member. A border moved between members (burglary in 2017) does
#: not hurt their sum, so other groups have the entries of their own name, and those of `totals`:
#: the changes of how much of a member is counted at all.
_MEMBERS = {
    "violent crime": ("violence against the person",),
    "violence": ("violence against the person",),
}


@dataclass(frozen=True)
class Break:
    """One entry of the register.

    Parameters
    ----------
    scheme : str
        Offence scheme that alone is concerned; '' for all sources.
    series : str
        Offence, group, or 'all'.
    first, last : str
        'YYYY-MM'; a change has no last month.
    kind : {'change', 'disruption'}
    action : {'refuse', 'warn'}
        Whether a comparison across it is refused or carries the reason as a warning.
    reason, source : str
        A sentence for the reader, and where it is documented.
    totals : {'yes', ''}
        Whether it alters how much is counted at all, so that groups that hold the series carry it.
    """

    scheme: str
    series: str
    first: str
    last: str
    kind: str
    action: str
    reason: str
    source: str
    totals: str = ""


@functools.cache
def register() -> pd.DataFrame:
    """The register as a table: series, first, last, kind, action, reason, source."""
    path = resources.files("cspanalysis.domain.reference").joinpath("series_breaks.csv")
    with path.open(encoding="utf-8") as stream:
        return pd.read_csv(stream, comment="#", dtype=str, keep_default_na=False)


def of_series(series: str | Iterable[str], scheme: str = "") -> tuple[Break, ...]:
    """All breaks that concern a series, those of every series among them.

    `series`: an offence or group; of several together, breaks inside one are not looked up.
    `scheme`: offence scheme of the counts. Where a publisher split a category, a selection is hurt
    that holds some of what it was split into, but not one that holds all of it.
    """
    return _of_series(series if isinstance(series, str) else tuple(series), scheme)


@functools.cache
def _of_series(series: str | tuple[str, ...], scheme: str) -> tuple[Break, ...]:
    entries = _entries()
    names = {"all", series, *_MEMBERS.get(series, ())} if isinstance(series, str) else {"all"}
    carried = _carried(series, scheme) if series != "all" else set()
    rows = [
        b
        for b in entries
        if not b.scheme and (b.series in names or (b.totals == "yes" and b.series in carried))
    ]
    if scheme:
        here = [b for b in entries if b.scheme == scheme]
        rows += [b for b in here if b.series == "all"]
        chosen = set() if series == "all" else set(offences.members(series, scheme))
        borders: dict[str, list[Break]] = {}
        for entry in here:
            if entry.series != "all":
                borders.setdefault(entry.reason, []).append(entry)
        for border in borders.values():
            parts = {b.series for b in border}
            if parts & chosen and (len(parts) == 1 or parts - chosen):
                rows.append(border[0])
    found: dict[tuple[str, str], Break] = {}
    for entry in rows:
        found.setdefault((entry.first, entry.reason), entry)
    return tuple(found.values())


@functools.cache
def _entries() -> tuple[Break, ...]:
    return tuple(Break(**row) for row in register().to_dict("records"))


def _carried(series: str | tuple[str, ...], scheme: str) -> set[str]:
    """Series of the register that a group holds, by the members it has in a scheme."""
    found = set()
    for one in [scheme] if scheme else [offences.NOTIFIABLE, offences.POLICE_UK]:
        known = offences.groups(one)
        names = [series] if isinstance(series, str) else series
        held = {member for name in names for member in known.get(name, ())}
        for name in {b.series for b in _entries() if b.totals == "yes"}:
            parts = set(known.get(name, ()))
            if parts and parts <= held:
                found.add(name)
    return found


def disruptions(*periods: Period) -> tuple[str, ...]:
    """Why some of the months of these periods are unlike others (the pandemic), each once."""
    return tuple(
        dict.fromkeys(
            entry.reason
            for entry in of_series("all")
            if entry.kind == "disruption"
            and any(
                Period.parse(entry.first).first <= span.last
                and span.first <= Period.parse(entry.last).last
                for span in periods
            )
        )
    )


def crossing(
    series: str | Iterable[str],
    period: Period | str,
    compare: Period | str | None = None,
    scheme: str = "",
) -> tuple[Break, ...]:
    """Breaks that lie within a period, or between it and the period it is compared with.

    `series`: offence or group of the taxonomy, or 'all' for breaks of every series only. `scheme`:
    see `of_series`. Returns: a change counts when it begins after the first and not after the last
    month of the span from the earlier to the later period; a disruption when it overlaps either
    period.
    """
    spans = [Period.parse(p) for p in (period, compare) if p is not None]
    first, last = min(s.first for s in spans), max(s.last for s in spans)
    found = []
    for entry in of_series(series, scheme):
        begins = Period.parse(entry.first).first
        if entry.kind == "change":
            is_crossed = first < begins <= last
        else:
            ends = Period.parse(entry.last).last
            is_crossed = any(begins <= s.last and s.first <= ends for s in spans)
        if is_crossed:
            found.append(entry)
    return tuple(found)


def clean_run(series: str, months: Sequence[str], scheme: str = "") -> tuple[list[str], str]:
    """The longest run of consecutive months that no break cuts, the newest where equal.

    `months`: months 'YYYY-MM' for which data exist. Returns: the run, in order. Returns: why months
    were left out: the reasons of the breaks, or that months are missing; '' when the run is
    everything.
    """
    found, reason = runs(series, months, scheme)
    return max(found, key=lambda run: (len(run), run[-1:]), default=[]), reason


def newest_run(series: str, months: Sequence[str], scheme: str = "") -> tuple[list[str], str]:
    """The run of consecutive months that ends with the newest usable one; see `clean_run`."""
    found, reason = runs(series, months, scheme)
    return (found[-1] if found else []), reason


def runs(series: str, months: Sequence[str], scheme: str = "") -> tuple[list[list[str]], str]:
    """All runs of consecutive months between the breaks, in order, and why there are several.

    Disruptions and changes of action 'refuse' cut; a change that only warns does not.
    """
    entries = of_series(series, scheme)
    disrupted = [
        (Period.parse(f"{b.first}/{b.last}"), b.reason) for b in entries if b.kind == "disruption"
    ]
    starts = {b.first: b.reason for b in entries if b.kind == "change" and b.action == "refuse"}
    found: list[list[str]] = []
    reasons: dict[str, None] = {}
    previous: int | None = None
    for month in sorted(set(months)):
        here = Period.parse(month)
        hit = next((why for span, why in disrupted if span.covers(here)), None)
        if hit:
            reasons[hit] = None
            continue
        is_next = previous is not None and here.first == previous + 1
        is_gap = previous is not None and not is_next
        if is_gap and not _explained(disrupted, previous, here.first):
            reasons["Some months are missing."] = None
        if is_next and month in starts:
            reasons[starts[month]] = None
            is_next = False
        if is_next:
            found[-1].append(month)
        else:
            found.append([month])
        previous = here.first
    return found, " ".join(reasons)


def _explained(disrupted: list[tuple[Period, str]], before: int, after: int) -> bool:
    """Whether a disruption accounts for every month missing between two months."""
    return any(span.first <= before + 1 and after - 1 <= span.last for span, _ in disrupted)
