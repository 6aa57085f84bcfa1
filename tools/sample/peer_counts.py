"""Counts of every area of the peer groups, over the review's and the printed periods."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cspanalysis.domain.periods import Period
from tools.sample import constants, roads, westkent
from tools.sample.constants import OWN, PERIODS, months_of
from tools.sample.districts import GROUPS, by_month, group_members, total
from tools.sample.files import write_csv

HEADER = ("Group", "Area", "Offence", "Period", "Count", "Population", "Own", "As of")
ROADS = "road traffic collisions"


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
                    count = total(counts, group_members(offence), over)
                    found.append((group, area, offence, period, count, *tail))
                if group == "county":
                    crashes = roads.count(area, period)
                    found.append((group, area, ROADS, period, crashes, *tail))
                if group == "west_kent":
                    found += _extras(group, area, period, tail)
    return found


def _extras(group: str, area: str, period: str, tail: tuple) -> list[tuple[object, ...]]:
    found = []
    for kind, is_kind in westkent.EXTRAS.items():
        if area == OWN and is_kind is not None:
            count = sum(westkent.own_flags()[kind, month] for month in months_of(period))
        else:
            count = westkent.extra_count(area, kind, period)
        if count is not None:
            found.append((group, area, kind, period, count, *tail))
    return found


def write(directory: Path) -> Iterator[Path]:
    """Write `peer_counts`, one file per peer group; gives the paths."""
    by_group: dict[str, list[tuple[object, ...]]] = {}
    for row in rows():
        by_group.setdefault(str(row[0]), []).append(row)
    for group, table in by_group.items():
        yield write_csv(
            directory / "peer_counts" / f"{group}.csv.gz",
            HEADER,
            table,
            title=f"Counts by area, period and offence: {group.replace('_', ' ')}",
            note="Areas other than Tonbridge and Malling are invented; their counts are chosen so "
            "that the printed ranks come out. One denominator for every period.",
        )
