"""Counts of every area of the peer groups over the periods of the review and the printed figures.

Own counts are counted from the drawn records. Other areas are drawn month by month around the own
area's profile and then fitted to the anchors, so that every printed rank and share comes out.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cspanalysis import offences as taxonomy
from cspanalysis.periods import Period
from cspanalysis.sample import constants, months, police, roads
from cspanalysis.sample.constants import OWN, PERIODS, months_of
from cspanalysis.sample.draw import Draw, spread
from cspanalysis.sample.files import write_csv
from cspanalysis.sample.westkent import EXTRAS, extra_count

HEADER = ("Group", "Area", "Offence", "Period", "Count", "Population", "Own", "As of")
GROUPS = ("recorded crime", "acquisitive crime", "burglary", "vehicle crime", "theft")
GROUPS += ("theft target", "violent crime")
START = "2005-10"
ROADS = "road traffic collisions"

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
    wanted = {key: n for key, n in wanted.items() if key[0] not in EXTRAS}
    counts = _drawn(area, own, wanted)
    specific = [k for k in wanted if k[0] != "recorded crime"]
    for measure, period in sorted(specific, key=lambda k: len(months_of(k[1]))):
        _fit(counts, group_members(measure), measure, period, wanted)
    total = [k for k in wanted if k[0] == "recorded crime"]
    for measure, period in sorted(total, key=lambda k: len(months_of(k[1]))):
        _fit(counts, _FREE, measure, period, wanted)
    return counts


def _drawn(area: str, own: ByMonth, wanted: dict[tuple[str, str], int]) -> ByMonth:
    """The own area's smoothed profile at the area's level, with chance."""
    draw = Draw(f"peer {area}")
    counts: ByMonth = {}
    for offence, series in own.items():
        level = _level(area, own, wanted, offence) * (0.96 + 0.08 * draw.uniform(1)[0])
        noise = (draw.uniform(len(series) * 3).reshape(-1, 3).sum(axis=1) - 1.5) * 2
        mean = sum(series.values()) / len(series)
        counts[offence] = {}
        for (month, count), step in zip(series.items(), noise, strict=True):
            expected = level * (mean + count) / 2
            counts[offence][month] = max(0, round(expected + step * expected**0.5))
    return counts


def _level(area: str, own: ByMonth, wanted: dict[tuple[str, str], int], offence: str) -> float:
    """The area's size beside the own area's, by the nearest anchor there is."""
    own_anchors = [k for k in wanted if offence in group_members(k[0]) and k[0] != "recorded crime"]
    chosen = own_anchors or [k for k in wanted if k[0] == "recorded crime"]
    measure, period = max(chosen, key=lambda k: len(months_of(k[1])))
    return wanted[measure, period] / _total(own, group_members(measure), months_of(period))


def _total(counts: ByMonth, offences: Sequence[str], over: Sequence[str]) -> int:
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
    now = _total(counts, group_members(measure), over)
    moved = sum(counts[o][month] for o, month in cells)
    target = moved + wanted[measure, period] - now
    if target < 0:
        raise ValueError(f"the anchor {measure} {period} cannot be met")
    parts = spread(target, [counts[o][month] + 0.01 for o, month in cells])
    for (offence, month), part in zip(cells, parts, strict=True):
        counts[offence][month] = part


@functools.cache
def own_flags() -> Counter[tuple[str, str]]:
    """(kind, month) → own count, for the kinds of `EXTRAS`, from the drawn records."""
    found: Counter[tuple[str, str]] = Counter()
    for row in police.records():
        record = dict(zip(police.HEADER, row, strict=True))
        month = record["Date Recorded"].isoformat()[:7]
        for kind, is_kind in EXTRAS.items():
            if is_kind is not None and is_kind(record):
                found[kind, month] += 1
    return found


def rows() -> list[tuple[object, ...]]:
    """Every row of the table: group, area, offence or group of offences, period, count."""
    found: list[tuple[object, ...]] = []
    residents = constants.residents()
    for group in ("msg", "county", "west_kent"):
        members = [a for a, groups in constants.areas().items() if group in groups]
        for period in PERIODS:
            over = months_of(period)
            as_of = Period.parse(period).end.isoformat()
            for area in members:
                counts = by_month(area)
                tail = (residents[area], "Y" if area == OWN else "N", as_of)
                for offence in (*GROUPS, *constants.table()):
                    count = _total(counts, group_members(offence), over)
                    found.append((group, area, offence, period, count, *tail))
                if group == "county":
                    crashes = roads.count(area, period)
                    found.append((group, area, ROADS, period, crashes, *tail))
                if group == "west_kent":
                    found += _extras(group, area, period, tail)
    return found


def _extras(group: str, area: str, period: str, tail: tuple) -> list[tuple[object, ...]]:
    found = []
    for kind, is_kind in EXTRAS.items():
        if area == OWN and is_kind is not None:
            count = sum(own_flags()[kind, month] for month in months_of(period))
        else:
            count = extra_count(area, kind, period)
        if count is not None:
            found.append((group, area, kind, period, count, *tail))
    return found


def write(directory: Path) -> None:
    """Write `peer_counts`, one file per peer group."""
    by_group: dict[str, list[tuple[object, ...]]] = {}
    for row in rows():
        by_group.setdefault(str(row[0]), []).append(row)
    for group, table in by_group.items():
        write_csv(
            directory / "peer_counts" / f"{group}.csv.gz",
            HEADER,
            table,
            title=f"Counts by area, period and offence: {group.replace('_', ' ')}",
            note="Areas other than Tonbridge and Malling are invented; their counts are chosen so "
            "that the printed ranks come out. One denominator for every period.",
        )
