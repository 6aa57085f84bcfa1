"""Counts of overlapping times that differ by a small one: a year, and eleven months of it.

Each shown count is a step from the month it begins with to the month after its last. Whoever can
walk from one month to another over such steps knows the count between them, and nobody else does.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

#: What is counted and where → month → (the month its walks begin with, count from there to it).
_Known = dict[Hashable, dict[float, tuple[float, float]]]


@dataclass(frozen=True)
class Step:
    """A count as shown.

    Parameters
    ----------
    what : hashable
        What is counted, and where.
    start, stop : float
        The month it begins with, and the one after its last.
    value : float
    below : int
        Counts from 1 to below it are hidden.
    owner : str
        What is withheld if it gives a small count away.
    """

    what: Hashable
    start: float
    stop: float
    value: float
    below: int
    owner: str


def giving_away(steps: Iterable[Step], given: Iterable[Step] = ()) -> dict[str, Step]:
    """Owners that must be withheld, each with the step that gives a small count away.

    `steps`: in the order of what matters most; of two that differ by a small count the later goes.
    A step that is withheld gives nothing away any more. `given`: what is published already.
    """
    found: dict[str, Step] = {}
    by_owner: dict[str, list[Step]] = {}
    for step in steps:
        by_owner.setdefault(step.owner, []).append(step)
    known: _Known = {}
    shown: dict[Hashable, list[Step]] = {}
    wanted = {step.what for step in itertools.chain(*by_owner.values())}
    for step in given:
        if step.what in wanted:
            walks, beside = known.setdefault(step.what, {}), shown.setdefault(step.what, [])
            # What it gives away is given away; what it adds counts all the same.
            if not _is_telling(step, walks, beside):
                continue
            if step not in beside:
                beside.append(step)
    for owner, own in by_owner.items():
        tried = {step.what: dict(known.get(step.what, {})) for step in own}
        beside = {step.what: list(shown.get(step.what, ())) for step in own}
        bad = next(
            (s for s in own if _is_telling(s, tried[s.what], beside[s.what])),
            None,
        )
        if bad:
            found[owner] = bad
        else:
            known |= tried
            shown |= beside
    return found


def _is_telling(step: Step, walks: dict[float, tuple[float, float]], beside: list[Step]) -> bool:
    """Take a step in; whether it tells a small count, of one run of months or of two."""
    if _is_small(step, walks) or (not step.value and _is_empty(step, walks)):
        return True
    for other in beside:
        long, short = (step, other) if _holds(step, other) else (other, step)
        # The same time twice is counted anew, no other time.
        if not _holds(long, short) or _holds(short, long):
            continue
        rest = long.value - short.value
        if 0 < rest < step.below:
            return True
        ends = ((long.start, short.start), (short.stop, long.stop))
        # Where nothing is left, nothing was counted before and after.
        for start, stop in ends if not rest else ():
            if _is_empty(replace(step, start=start, stop=stop, value=0), walks):
                return True
    beside.append(step)
    return False


def _is_empty(step: Step, walks: dict[float, tuple[float, float]]) -> bool:
    """Take in a time in which nothing was counted: nothing in any month of it."""
    months = range(int(step.start), int(step.stop))
    return any([_is_small(replace(step, start=m, stop=m + 1), walks) for m in months])


def _holds(long: Step, short: Step) -> bool:
    return long.start <= short.start and short.stop <= long.stop


def _is_small(step: Step, walks: dict[float, tuple[float, float]]) -> bool:
    """Take a step in; whether a count between two months that it joins is a small one."""
    for month in (step.start, step.stop):
        walks.setdefault(month, (month, 0.0))
    (root, before), (other, after) = walks[step.start], walks[step.stop]
    if root == other:
        return False
    # Counts from the common root: what was counted from the other root is carried over.
    shift = before + step.value - after
    joined = {m: n + shift for m, (r, n) in walks.items() if r == other}
    here = {m: n for m, (r, n) in walks.items() if r == root}
    walks.update({m: (root, n) for m, n in joined.items()})
    return any(0 < count < step.below for count in _between(here, joined))


def _between(here: dict[float, float], there: dict[float, float]) -> Iterator[float]:
    for month, count in here.items():
        for other, further in there.items():
            yield further - count if other > month else count - further
