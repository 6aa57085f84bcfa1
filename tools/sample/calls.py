"""Calls about anti-social behaviour: to the police, and to the council's ASB officer."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

from tools.sample import places
from tools.sample.constants import MONTHS, OWN, financial_year, months_of
from tools.sample.draw import Draw, spread
from tools.sample.files import write_csv
from tools.sample.places import Pick

HEADER = ("Date", "Received By", "Type", "Location", "District")

#: Calls by financial year from 2004/05.
POLICE = (3905, 4162, 4418, 4689)
OFFICER = (214, 243, 281, 322)

#: Chances of a type in percent, in the first and the last year.
POLICE_TYPES = {
    "Rowdy or loutish behaviour": (47, 48),
    "Nuisance neighbours": (18, 17),
    "Nuisance vehicles": (14, 14.5),
    "Noise": (6, 6),
    "Abandoned vehicles": (6, 4),
    "Fireworks": (3, 3),
    "Street drinking": (2, 3),
    "Trespass": (2, 2),
    "Malicious communications": (2, 2.5),
}
OFFICER_TYPES = {
    "General nuisance": (34, 35),
    "Vehicle nuisance": (22, 22),
    "Criminal damage": (17, 16),
    "Noisy neighbours": (12, 12),
    "Litter and dumping": (8, 8),
    "Graffiti": (7, 7),
}
#: Not anti-social behaviour, but kept in the same log: callers at the door who were not genuine.
BOGUS = "Bogus caller"
BOGUS_CALLS = {
    "2004-04/2004-12": 24,
    "2005-01/2005-12": 33,
    "2006-01/2006-12": 38,
    "2007-01/2007-12": 71,
    "2008-01/2008-03": 19,
}

#: Chances by month, April first: light evenings and half-term holidays.
_SEASON = (8.6, 9.2, 9.4, 9.8, 9.9, 8.6, 9.3, 7.6, 6.4, 6.6, 6.7, 7.9)


@functools.cache
def police_by_month() -> dict[str, int]:
    """Calls about anti-social behaviour to the police by month."""
    return _by_month("police", POLICE)


def _by_month(who: str, by_year: tuple[int, ...]) -> dict[str, int]:
    draw = Draw(f"calls {who}")
    found = {}
    for i, count in enumerate(by_year):
        chances = [s * (0.94 + 0.12 * u) for s, u in zip(_SEASON, draw.uniform(12), strict=True)]
        found |= dict(zip(MONTHS[i * 12 : i * 12 + 12], spread(count, chances), strict=True))
    return found


def rows() -> list[tuple[str, ...]]:
    """Every call, by date: date, who received it, type, place, district."""
    found = _typed("Police", police_by_month(), POLICE_TYPES)
    found += _typed("ASB Officer", _by_month("officer", OFFICER), OFFICER_TYPES)
    for period, count in BOGUS_CALLS.items():
        over = months_of(period)
        weights = 1 + Draw(f"bogus {period}").uniform(len(over))
        by_month = dict(zip(over, spread(count, weights), strict=True))
        found += _typed("Police", by_month, {BOGUS: (1, 1)})
    found.sort()
    return [(f"{d[8:]}/{d[5:7]}/{d[:4]}", *rest) for d, *rest in found]


def _typed(
    who: str, by_month: dict[str, int], types: dict[str, tuple[float, float]]
) -> list[tuple[str, ...]]:
    draw = Draw(f"calls of {who} {next(iter(types))}")
    found = []
    street, town_centre = places.street, Pick(places.TOWN_CENTRE)
    for i, (month, count) in enumerate(by_month.items()):
        weights = [a + (b - a) * i / (len(by_month) - 1) for a, b in types.values()]
        kinds = [
            kind
            for kind, part in zip(types, spread(count, weights), strict=True)
            for _ in range(part)
        ]
        last = {"02": 28, "04": 30, "06": 30, "09": 30, "11": 30}.get(month[5:], 31)
        u = draw.uniform(count * 4).reshape(-1, 4)
        for kind, (a, b, c, d) in zip(kinds, u.tolist(), strict=True):
            in_town = kind in ("Rowdy or loutish behaviour", "Street drinking") and d < 0.35
            place = town_centre(b) if in_town else street(b, c)
            if kind == BOGUS:
                place = places.dwelling(b, c)
            found.append((f"{month}-{int(a * last) + 1:02d}", who, kind, place, OWN))
    return found


def write(directory: Path) -> Iterator[Path]:
    """Write `asb_calls`, one file per financial year; gives the paths."""
    by_year: dict[str, list[tuple[str, ...]]] = {}
    for row in rows():
        year = financial_year(f"{row[0][6:]}-{row[0][3:5]}")
        by_year.setdefault(year, []).append(row)
    for year, table in by_year.items():
        yield write_csv(
            directory / "asb_calls" / f"asb_calls_{year.replace('/', '-')}.csv.gz",
            HEADER,
            table,
            title=f"Calls about anti-social behaviour, {OWN}, {year}",
            note="Drawn so that types, growth and the place among the West Kent districts agree "
            "with the strategy of 2008; 'Bogus caller' is a log entry, not anti-social behaviour.",
        )
