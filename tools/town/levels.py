"""How much of each kind happens where and when: the expected counts behind all of the town's files.

Yearly levels are those of an English district of some 110,000 residents. A kind has a season, a
trend over the three years, small areas that bear much of it, and months that wander.
"""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np

from cspanalysis.domain.periods import Period
from tools.sample.draw import Draw
from tools.town import geography

MONTHS = tuple(Period.parse("2023-04/2026-03").month_list())


class Kind(NamedTuple):
    """A kind of crime.

    Parameters
    ----------
    yearly : float
        Expected in the first year.
    trend : float
        Factor from one year to the next.
    summer : float
        Share by which July exceeds the mean month; below 0 where winters have more.
    need, centre : float
        How strongly deprivation and the town centre draw it.
    uneven : float
        How far small areas differ beyond that.
    """

    yearly: float
    trend: float
    summer: float
    need: float
    centre: float
    uneven: float


#: As data.police.uk names them.
KINDS = {
    "Anti-social behaviour": Kind(1900, 0.99, 0.25, 0.54, 1.4, 0.6),
    "Bicycle theft": Kind(120, 0.93, 0.35, 0.12, 2.2, 0.8),
    "Burglary": Kind(440, 0.70, -0.15, 0.18, 0.3, 0.5),
    "Criminal damage and arson": Kind(850, 0.97, 0.08, 0.54, 0.8, 0.5),
    "Drugs": Kind(250, 1.02, 0.02, 0.6, 1.3, 0.8),
    "Other crime": Kind(190, 1.01, 0.0, 0.48, 0.8, 0.6),
    "Other theft": Kind(600, 0.98, 0.08, 0.18, 1.3, 0.6),
    "Possession of weapons": Kind(80, 1.05, 0.03, 0.6, 1.2, 0.8),
    "Public order": Kind(640, 0.98, 0.15, 0.54, 1.6, 0.6),
    "Robbery": Kind(55, 1.08, -0.05, 0.48, 1.9, 0.8),
    "Shoplifting": Kind(620, 1.24, -0.03, 0.06, 2.6, 1.5),
    "Theft from the person": Kind(45, 1.03, 0.05, 0.06, 2.4, 0.8),
    "Vehicle crime": Kind(500, 0.96, -0.06, 0.18, 0.2, 0.6),
    "Violence and sexual offences": Kind(3150, 0.99, 0.09, 0.6, 1.0, 0.4),
}
#: A kind of which one small area begins to have many: kind, number of the area, month, factor.
SPATES = (
    ("Vehicle crime", 37, "2025-06", 6.0),
    ("Anti-social behaviour", 9, "2025-04", 2.6),
)


@functools.cache
def by_area(kind: str) -> np.ndarray:
    """Share of a kind in each small area of the town, summing to 1."""
    found, draw = KINDS[kind], Draw(f"town areas {kind}")
    need, centre, people = geography.need(), geography.centre(), geography.residents()
    # A heavy tail, so that a few areas stand out for no reason that the figures give.
    noise = np.exp(found.uneven * normal(draw, len(need)) - found.uneven**2 / 2)
    # Shops and nights are not where people live: the centre counts by itself.
    at_home = people / people.mean() * np.exp(found.need * need)
    weight = (at_home + (math.exp(found.centre) - 1) * 6 * centre) * noise
    return weight / weight.sum()


@functools.cache
def by_month(kind: str) -> np.ndarray:
    """Expected number of a kind in the town in each month."""
    found, draw = KINDS[kind], Draw(f"town months {kind}")
    wander, level = [], 0.0
    for step in normal(draw, len(MONTHS)):
        level = 0.5 * level + 0.035 * step
        wander.append(level)
    at = np.arange(len(MONTHS))
    number = (at + 3) % 12 + 1
    season = 1 + found.summer * np.cos(2 * np.pi * (number - 7) / 12)
    days = np.array([Period.parse(m).days for m in MONTHS]) / 30.44
    trend = found.trend ** (at / 12)
    return found.yearly / 12 * season * days * trend * np.exp(wander)


@functools.cache
def counts(kind: str) -> np.ndarray:
    """Counts of a kind: small areas × months."""
    expected = np.outer(by_area(kind), by_month(kind))
    for of, area, begins, factor in SPATES:
        if of == kind:
            expected[area, MONTHS.index(begins) :] *= factor
    return poisson(Draw(f"town counts {kind}"), expected)


def poisson(draw: Draw, expected: np.ndarray) -> np.ndarray:
    """Poisson counts by inversion, the same wherever they are drawn."""
    flat = np.asarray(expected, dtype=float).ravel()
    left = draw.uniform(flat.size)
    found = np.zeros(flat.size, dtype=int)
    # Large means as sums of small ones, whose terms do not vanish.
    parts = np.maximum(1, np.ceil(flat / 30)).astype(int)
    for part in range(int(parts.max(initial=1))):
        again = part < parts
        mean = np.where(again, flat / parts, 0.0)
        u = left if part == 0 else draw.uniform(flat.size)
        term, total = np.exp(-mean), np.exp(-mean)
        number = np.zeros(flat.size, dtype=int)
        at = 0
        while (open_ := (u >= total) & again).any() and at < 400:
            at += 1
            term = term * mean / at
            number += open_
            total = total + term
        found += np.where(again, number, 0)
    return found.reshape(np.shape(expected))


def normal(draw: Draw, n: int) -> np.ndarray:
    """Normal deviates of uniform ones (Box and Muller)."""
    one, two = draw.uniform(n), draw.uniform(n)
    return np.sqrt(-2 * np.log(1 - one)) * np.cos(2 * np.pi * two)
