"""Recorded crime of every area by month: the own records, and other areas fitted to the anchors.

Other areas are drawn around the own area's profile at their own level; then each anchor's months
are scaled so that every printed rank and share comes out.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from cspanalysis.domain import offences as taxonomy
from tools.sample import constants, months
from tools.sample.constants import OWN, months_of
from tools.sample.draw import Draw, spread

START = "2005-10"

#: Groups of offences that a comparison table has beside the offences themselves.
GROUPS = ("recorded crime", "acquisitive crime", "burglary", "vehicle crime", "theft")
GROUPS += ("theft target", "violent crime")
#: Offences without an anchor of their own: they take up what the total leaves.
_FREE = ("theft from the person", "other theft", "shoplifting", "theft of pedal cycle")
_FREE += ("fraud and forgery", "other offences", "vehicle interference")

ByMonth = dict[str, dict[str, int]]


def group_members(measure: str) -> tuple[str, ...]:
    """The offences of the table that a measure of the anchors stands for."""
    known = constants.table()
    return tuple(o for o in taxonomy.members(measure, taxonomy.NOTIFIABLE) if o in known)


@functools.cache
def by_month(area: str) -> ByMonth:
    """Offence → month → count of an area, October 2005 to March 2008."""
    own = {
        offence: {m: n for m, n in counts.items() if m >= START}
        for offence, counts in months.offences().items()
    }
    if area == OWN:
        return own
    wanted = {(m, p): n for (a, m, p), n in constants.anchors().items() if a == area}
    known = (*constants.table(), *GROUPS)
    wanted = {key: n for key, n in wanted.items() if key[0] in known}
    counts = _drawn(area, own, wanted)
    specific = [k for k in wanted if k[0] != "recorded crime"]
    for measure, period in sorted(specific, key=lambda k: len(months_of(k[1]))):
        _fit(counts, group_members(measure), measure, period, wanted)
    overall = [k for k in wanted if k[0] == "recorded crime"]
    for measure, period in sorted(overall, key=lambda k: len(months_of(k[1]))):
        _fit(counts, _FREE, measure, period, wanted)
    return counts


def _drawn(area: str, own: ByMonth, wanted: dict[tuple[str, str], int]) -> ByMonth:
    """The own area's smoothed profile at the area's level, with chance."""
    draw = Draw(f"peer {area}")
    counts: ByMonth = {}
    for offence, series in own.items():
        level = _level(own, wanted, offence) * (0.96 + 0.08 * draw.uniform(1)[0])
        noise = (draw.uniform(len(series) * 3).reshape(-1, 3).sum(axis=1) - 1.5) * 2
        mean = sum(series.values()) / len(series)
        counts[offence] = {}
        for (month, count), step in zip(series.items(), noise, strict=True):
            expected = level * (mean + count) / 2
            counts[offence][month] = max(0, round(expected + step * expected**0.5))
    return counts


def _level(own: ByMonth, wanted: dict[tuple[str, str], int], offence: str) -> float:
    """The area's size beside the own area's, by the nearest anchor there is."""
    own_anchors = [k for k in wanted if offence in group_members(k[0]) and k[0] != "recorded crime"]
    chosen = own_anchors or [k for k in wanted if k[0] == "recorded crime"]
    measure, period = max(chosen, key=lambda k: len(months_of(k[1])))
    return wanted[measure, period] / total(own, group_members(measure), months_of(period))


def total(counts: ByMonth, offences: Sequence[str], over: Sequence[str]) -> int:
    """Offences of some kinds over some months."""
    return sum(counts[offence][month] for offence in offences for month in over)


def _fit(
    counts: ByMonth,
    movable: Sequence[str],
    measure: str,
    period: str,
    wanted: dict[tuple[str, str], int],
) -> None:
    """Scale the movable offences of the months that no shorter anchor of the measure fixes."""
    over = months_of(period)
    fixed = {
        month
        for m, p in wanted
        if m == measure and len(months_of(p)) < len(over) and set(months_of(p)) & set(over)
        for month in months_of(p)
    }
    cells = [(o, month) for o in movable for month in over if month not in fixed]
    now = total(counts, group_members(measure), over)
    moved = sum(counts[o][month] for o, month in cells)
    target = moved + wanted[measure, period] - now
    if target < 0:
        raise ValueError(f"the anchor {measure} {period} cannot be met")
    parts = spread(target, [counts[o][month] + 0.01 for o, month in cells])
    for (offence, month), part in zip(cells, parts, strict=True):
        counts[offence][month] = part
