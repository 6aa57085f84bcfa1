"""How many offences of each kind, month by month, April 2004 to March 2008.

From April 2006 the table of constants decides; the two years before are drawn around its months at
the levels below. The kinds within an offence (domestic, night-time, purse dipping, …) are fixed by
block of months, so that printed halves, quarters and years come out exactly.
"""

from __future__ import annotations

import functools

from tools.sample import constants
from tools.sample.constants import MONTHS, TABLED
from tools.sample.draw import Draw, spread

#: Level of 2004/05 and 2005/06 as a share of the mean of the two tabled years.
_LEVELS = {
    "burglary dwelling": (1.12, 1.06),
    "burglary other than dwelling": (1.08, 1.04),
    "theft from vehicle": (1.22, 1.14),
    "theft of vehicle": (1.25, 1.16),
    "vehicle interference": (1.2, 1.15),
    "theft from the person": (1.05, 1.04),
    "other theft": (0.98, 1.0),
    "shoplifting": (1.04, 1.06),
    "theft of pedal cycle": (1.0, 1.02),
    "criminal damage": (1.02, 1.05),
    "violence against the person": (0.9, 0.97),
    "harassment and public fear": (0.92, 1.0),
    "robbery": (0.95, 1.0),
    "sexual offences": (0.96, 1.0),
    "drug offences": (0.82, 0.9),
    "fraud and forgery": (1.15, 1.12),
    "other offences": (1.0, 1.0),
}

#: Purse dipping by calendar month, January first: shops are busiest before Christmas.
_PURSES = (7, 7, 7, 8, 7, 7, 7, 7, 7, 8, 13, 23)

#: By financial year from 2004/05: April–September, October–March.
NIGHT = ((122, 128), (146, 150), (170, 172), (207, 196))
NIGHT_IN_TOWN = ((36, 40), (44, 48), (55, 56), (69, 65))
DAY_IN_TOWN = ((30, 30), (34, 34), (38, 38), (42, 42))
OTHER_VIOLENCE_IN_TOWN = ((13, 12), (15, 14), (17, 16), (19, 18))
DISTRACTION = ((31, 30), (34, 33), (38, 36), (42, 38))
CUSTODY = ((56, 60), (62, 65), (68, 72), (68, 69))
YOUTH_VIOLENCE = ((119, 119), (128, 127), (133, 135), (140, 141))

#: By financial year: April–September, October–December, January–March.
DOMESTIC = ((122, 66, 60), (135, 73, 68), (148, 80, 76), (162, 89, 84))
DOMESTIC_IN_TOWN = ((23, 13, 12), (27, 15, 13), (31, 17, 16), (35, 20, 19))

#: By financial year: April–July, August–November, December–March; then how many were detected.
HATE = ((20, 18, 15), (22, 19, 16), (25, 20, 17), (24, 20, 18))
HATE_DETECTED = ((5, 4, 4), (6, 5, 4), (6, 5, 4), (7, 5, 5))

#: Graffiti reported to the police: 200 in 2004/05, 142 in the calendar year 2007.
GRAFFITI = {
    "2004-04/2005-03": 200,
    "2005-04/2006-03": 186,
    "2006-04/2006-12": 126,
    "2007-01/2007-12": 142,
    "2008-01/2008-03": 32,
}


def blocks(counts: tuple[tuple[int, ...], ...]) -> dict[tuple[str, ...], int]:
    """Months of a block → count, for counts given by financial year in two or three parts."""
    lengths = {2: (6, 6), 3: (6, 3, 3)}
    if counts in (HATE, HATE_DETECTED):
        lengths = {3: (4, 4, 4)}
    found, at = {}, 0
    for year in counts:
        for length, count in zip(lengths[len(year)], year, strict=True):
            found[MONTHS[at : at + length]] = count
            at += length
    return found


@functools.cache
def offences() -> dict[str, dict[str, int]]:
    """Offence → month → count for the four years."""
    return {offence: _four_years(offence, tabled) for offence, tabled in constants.table().items()}


def _four_years(offence: str, tabled: dict[str, int]) -> dict[str, int]:
    draw = Draw(f"months {offence}")
    drawn = {}
    # A sum of three uniforms, shifted and stretched, is normal enough for a month's noise.
    noise = (draw.uniform(72).reshape(24, 3).sum(axis=1) - 1.5) * 2
    for i, month in enumerate(m for m in MONTHS if m not in TABLED):
        same = [tabled[m] for m in TABLED if m[5:] == month[5:]]
        overall = sum(tabled.values()) / 24
        # Half the season of the two tabled years: they hold chance as well.
        level = _LEVELS[offence][i // 12] * (overall + sum(same) / 2) / 2
        drawn[month] = max(0, round(level + noise[i] * level**0.5))
    return drawn | tabled


@functools.cache
def purses() -> dict[str, int]:
    """Purse dipping by month; always five or more, and within the thefts it is part of."""
    noise = Draw("purses").whole(-1, 1, len(MONTHS))
    counts = offences()
    return {
        month: min(
            max(5, _PURSES[int(month[5:]) - 1] + int(step)),
            counts["theft from the person"][month] + counts["other theft"][month],
        )
        for month, step in zip(MONTHS, noise, strict=True)
    }


@functools.cache
def graffiti() -> dict[str, int]:
    """Graffiti reported to the police by month."""
    draw = Draw("graffiti")
    found: dict[str, int] = {}
    for period, count in GRAFFITI.items():
        months = constants.months_of(period)
        weights = 1 + draw.uniform(len(months))
        found |= dict(zip(months, spread(count, weights), strict=True))
    return found
