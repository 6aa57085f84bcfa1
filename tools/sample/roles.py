"""Which of the drawn offences are domestic, night-time, purse dipping, graffiti and so on.

Each offence is a `Crime`; the kinds are chosen within blocks of months so that the counts of
`months` come out exactly whatever the draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tools.sample import months
from tools.sample.constants import MONTHS, months_of
from tools.sample.draw import Draw, spread
from tools.sample.places import PURSE_PLACES

VAP, PUBLIC_FEAR, SEXUAL = (
    "violence against the person",
    "harassment and public fear",
    "sexual offences",
)
VIOLENT = (VAP, PUBLIC_FEAR, "robbery", SEXUAL)

#: Property damaged in the borough, October 2006 to September 2007 (1,713 offences).
DAMAGED = {
    "Vehicle": 690,
    "Dwelling": 288,
    "Other property": 375,
    "Building other than dwelling": 272,
    "Arson, racially aggravated or threat": 88,
}

#: Property stolen from vehicles, chances in percent: the first and the last half year.
STOLEN = {
    "Bag, wallet or purse": (29, 31),
    "Vehicle parts": (11, 19),
    "Sat nav": (3, 17),
    "Radio or CD player": (28, 9),
    "Tools": (15, 13),
    "Mobile phone": (8, 6),
    "Other": (6, 5),
}


@dataclass(slots=True)
class Crime:
    """One offence before its details are drawn."""

    month: str
    offence: str
    role: str = ""
    is_domestic: bool = False
    is_hate: bool = False
    is_detected: bool = False
    in_town_centre: bool = False
    is_youth: bool = False
    in_custody: bool = False
    stolen: str = ""
    damaged: str = ""
    place: str = ""


def crimes() -> list[Crime]:
    """Every offence of the four years with its kinds, by offence and month."""
    drawn = [
        Crime(month, offence)
        for offence, by_month in months.offences().items()
        for month in MONTHS
        for _ in range(by_month[month])
    ]
    choose = _Chooser(drawn)
    _domestic(choose)
    _violence(choose)
    _theft(choose)
    _damage(choose)
    _hate(choose)
    return drawn


class _Chooser:
    """Marks a number of crimes within a block of months."""

    def __init__(self, crimes: list[Crime]):
        self.crimes = crimes
        self._cells: dict[tuple[str, str], list[int]] = {}
        for i, crime in enumerate(crimes):
            self._cells.setdefault((crime.offence, crime.month), []).append(i)

    def __call__(
        self,
        name: str,
        block: Iterable[str],
        offences: Iterable[str],
        count: int,
        mark: Callable[[Crime], None],
        where: Callable[[Crime], bool] = lambda crime: True,
    ) -> None:
        block = tuple(block)
        candidates = [
            i
            for offence in offences
            for month in block
            for i in self._cells.get((offence, month), [])
            if where(self.crimes[i])
        ]
        for i in Draw(f"{name} {block[0]}").some(candidates, count):
            mark(self.crimes[i])


def _set(**values: object) -> Callable[[Crime], None]:
    def mark(crime: Crime) -> None:
        for name, value in values.items():
            setattr(crime, name, value)

    return mark


def _domestic(choose: _Chooser) -> None:
    for block, count in months.blocks(months.DOMESTIC).items():
        parts = spread(count, (78, 17, 5))
        for offence, part in zip((VAP, PUBLIC_FEAR, SEXUAL), parts, strict=True):
            mark = _set(is_domestic=True, role="domestic")
            choose(f"domestic {offence}", block, (offence,), part, mark)
    for block, count in months.blocks(months.DOMESTIC_IN_TOWN).items():
        mark = _set(in_town_centre=True)
        choose("domestic in town", block, VIOLENT, count, mark, lambda c: c.is_domestic)


def _violence(choose: _Chooser) -> None:
    for block, count in months.blocks(months.NIGHT).items():
        choose("night", block, (VAP,), count, _set(role="night"), lambda c: not c.role)
    town = _set(in_town_centre=True)
    for block, count in months.blocks(months.NIGHT_IN_TOWN).items():
        choose("night in town", block, (VAP,), count, town, lambda c: c.role == "night")
    for block, count in months.blocks(months.DAY_IN_TOWN).items():
        mark = _set(role="day", in_town_centre=True)
        choose("day in town", block, (VAP,), count, mark, lambda c: not c.role)
    for block, count in months.blocks(months.OTHER_VIOLENCE_IN_TOWN).items():
        mark = _set(role="street", in_town_centre=True)
        choose("other in town", block, VIOLENT[1:], count, mark, lambda c: not c.role)
    for block, count in months.blocks(months.YOUTH_VIOLENCE).items():
        mark = _set(is_youth=True)
        choose("youth", block, VIOLENT, count, mark, lambda c: not c.is_domestic)


def _theft(choose: _Chooser) -> None:
    counts = months.offences()
    for month, count in months.purses().items():
        # Taken from the person in most cases, else from an unattended bag or trolley.
        person = min(round(counts["theft from the person"][month] * 0.75), round(count * 0.6))
        mark = _set(role="purse")
        choose("purse person", (month,), ("theft from the person",), person, mark)
        choose("purse other", (month,), ("other theft",), count - person, mark)
    halves = list(months.blocks(months.NIGHT))
    for block in halves:
        total = sum(months.purses()[month] for month in block)
        shares = spread(total, list(PURSE_PLACES.values()))
        for place, part in zip(PURSE_PLACES, shares, strict=True):
            mark = _set(place=place)
            offences = ("theft from the person", "other theft")
            choose(place, block, offences, part, mark, lambda c: c.role == "purse" and not c.place)
    for i, block in enumerate(halves):
        weights = [a + (b - a) * i / (len(halves) - 1) for a, b in STOLEN.values()]
        total = sum(counts["theft from vehicle"][m] for m in block)
        for kind, part in zip(STOLEN, spread(total, weights), strict=True):
            offence = ("theft from vehicle",)
            choose(kind, block, offence, part, _set(stolen=kind), lambda c: not c.stolen)
    for block, count in months.blocks(months.DISTRACTION).items():
        choose("distraction", block, ("burglary dwelling",), count, _set(role="distraction"))
    for block, count in months.blocks(months.CUSTODY).items():
        choose("custody", block, ("drug offences",), count, _set(in_custody=True))


def _damage(choose: _Chooser) -> None:
    counts = months.offences()["criminal damage"]
    years = ("2004-04/2004-09", "2004-10/2005-09", "2005-10/2006-09", "2006-10/2007-09")
    for period in (*years, "2007-10/2008-03"):
        block = months_of(period)
        parts = spread(sum(counts[m] for m in block), list(DAMAGED.values()))
        for kind, part in zip(DAMAGED, parts, strict=True):
            offence = ("criminal damage",)
            choose(kind, block, offence, part, _set(damaged=kind), lambda c: not c.damaged)
    walls = ("Building other than dwelling", "Other property")
    for month, count in months.graffiti().items():
        mark = _set(role="graffiti")
        choose(
            "graffiti", (month,), ("criminal damage",), count, mark, lambda c: c.damaged in walls
        )


def _hate(choose: _Chooser) -> None:
    detected = months.blocks(months.HATE_DETECTED)
    for block, count in months.blocks(months.HATE).items():
        parts = spread(count, (45, 40, 15))
        for offence, part in zip((PUBLIC_FEAR, VAP, "criminal damage"), parts, strict=True):
            mark = _set(is_hate=True)
            choose(f"hate {offence}", block, (offence,), part, mark, lambda c: not c.is_domestic)
        kinds = (PUBLIC_FEAR, VAP, "criminal damage")
        mark = _set(is_detected=True)
        choose("hate detected", block, kinds, detected[block], mark, lambda c: c.is_hate)
