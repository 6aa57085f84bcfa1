"""Kinds of offence that the strategy gives for the three districts of West Kent.

Own counts come from the records; the two invented districts follow the own area's months at their
own level, and meet the totals that the printed ranks, shares and detection rates need.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Mapping

from tools.sample import calls, police
from tools.sample.constants import MONTHS, OWN, WEST_KENT, anchors, months_of
from tools.sample.districts import by_month
from tools.sample.draw import spread
from tools.sample.roles import VAP, VIOLENT

_IN_PUBLIC = ("STREET", "CAR PARK", "PARK", "LICENSED")
_DAMAGED = {
    "criminal damage to vehicles": "Vehicle",
    "criminal damage to dwellings": "Dwelling",
    "criminal damage to other property": "Other property",
    "criminal damage to other buildings": "Building other than dwelling",
    "other criminal damage": "Arson, racially aggravated or threat",
}
_DAMAGE_YEAR = "2006-10/2007-09"
ASB = "anti-social behaviour"
OUTSIDE_CUSTODY = "drug offences outside custody"

Record = Mapping[str, object]


def _is_night(record: Record) -> bool:
    start = record["From Date"]
    return (
        record["Offence"] == VAP
        and not record["DV"]
        and record["Premises Type"] in _IN_PUBLIC
        and bool(record["From Time"])
        and (start.hour >= 18 or start.hour < 6)
    )


def _is_youth(record: Record) -> bool:
    ages = (record["Victim Age"], record["Suspect Age"])
    return record["Offence"] in VIOLENT and any(a is not None and a < 18 for a in ages)


def _is_damage(kind: str) -> Callable[[Record], bool]:
    return lambda record: record["Property Damaged"] == kind


#: Kind → whether a record is of it; None where crime records do not hold it.
EXTRAS: dict[str, Callable[[Record], bool] | None] = {
    "domestic abuse": lambda record: bool(record["DV"]),
    "night-time economy violence": _is_night,
    "hate crime": lambda record: bool(record["Hate"]),
    "hate crime no-crimed": lambda record: bool(record["Hate"] and record["No Crime"]),
    "hate crime detected": lambda record: bool(record["Hate"] and record["Detected"]),
    "youth violence": _is_youth,
    OUTSIDE_CUSTODY: lambda record: record["Offence"] == "drug offences" and not record["Custody"],
    **{kind: _is_damage(raw) for kind, raw in _DAMAGED.items()},
    ASB: None,
}

#: Counts of the two other districts that do not stand in the anchors.
_CHOSEN = {
    "hate crime": {"2006-04/2006-07": (22, 29)},
    "hate crime detected": {"2006-04/2006-07": (6, 8), "2007-04/2007-07": (5, 8)},
    "hate crime no-crimed": {"2006-04/2006-07": (0, 0), "2007-04/2007-07": (0, 2)},
    "youth violence": {"2006-04/2007-03": (231, 246), "2007-04/2008-03": (243, 262)},
    ASB: {"2005-10/2006-09": (3312, 3641), "2006-10/2007-09": (3466, 3785)},
}


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


def extra_count(area: str, kind: str, period: str) -> int | None:
    """Count of a kind in an area over a period; None where the sample has none."""
    over = months_of(period)
    if kind in _DAMAGED:
        return _damage(area, kind, period)
    if area == OWN:
        series = calls.police_by_month()
    elif kind == OUTSIDE_CUSTODY:
        # The custody suite lies in the own area, so elsewhere every drug offence is outside it.
        series = by_month(area)["drug offences"]
    else:
        series = _series(area, kind)
    return sum(series[month] for month in over)


@functools.cache
def _series(area: str, kind: str) -> dict[str, int]:
    which = WEST_KENT.index(area) - 1
    wanted = {p: n for (a, k, p), n in anchors().items() if a == area and k == kind}
    wanted |= {p: pair[which] for p, pair in _CHOSEN.get(kind, {}).items()}
    own = _own_series(kind)
    ratio = sum(wanted.values()) / max(1, sum(own[m] for p in wanted for m in months_of(p)))
    series: dict[str, int] = {}
    # Shorter periods first: a longer one that holds them shares out what they leave.
    for period in sorted(wanted, key=lambda p: len(months_of(p))):
        over = [m for m in months_of(period) if m not in series]
        left = wanted[period] - sum(series.get(m, 0) for m in months_of(period))
        series |= dict(zip(over, spread(left, [own[m] + 0.1 for m in over]), strict=True))
    carried = 0.0
    for month in MONTHS:
        if month not in series:
            carried += own[month] * ratio
            series[month] = round(carried)
            carried -= series[month]
    return series


def _own_series(kind: str) -> dict[str, int]:
    if kind == ASB:
        return calls.police_by_month()
    return {month: own_flags()[kind, month] for month in MONTHS}


def _damage(area: str, kind: str, period: str) -> int:
    """Criminal damage by property: West Kent's shares, less the own area's records."""
    over = months_of(_DAMAGE_YEAR)
    left = [
        anchors()["West Kent", k, _DAMAGE_YEAR] - sum(own_flags()[k, m] for m in over)
        for k in _DAMAGED
    ]
    both = {
        a: sum(by_month(a)["criminal damage"][m] for m in months_of(period)) for a in WEST_KENT[1:]
    }
    of_both = spread(sum(both.values()), left)
    of_first = spread(both[WEST_KENT[1]], left)
    at = list(_DAMAGED).index(kind)
    return of_first[at] if area == WEST_KENT[1] else of_both[at] - of_first[at]
