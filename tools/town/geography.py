"""The town's small areas: outlines, wards, streets, residents and deprivation.

Forty-eight areas lie in eight columns and six rows, six to a ward. The centre is in the middle,
an estate in need in the east.
"""

from __future__ import annotations

import functools

import numpy as np

from tools.sample.draw import Draw

NAME, CODE, CSP_CODE = "Harrowmere", "E07990001", "E22990001"
FORCE, FORCE_CODE, COUNTY = "Wexmoor", "E23990001", "Wexmoorshire"
COLUMNS, ROWS = 8, 6
SIZE = COLUMNS * ROWS
#: In the North Sea: longitude and latitude of the corner, and the size of an area.
WEST, SOUTH, WIDE, HIGH = 2.0, 54.4, 0.02, 0.0125

WARDS = (
    "Abbeyfold", "Castle Wharf", "Eastmarsh", "Gallows Green", "Kingsmead Cross", "Ropewalk",
    "St Osyn", "Westerlow",
)  # fmt: skip
_NAMES = (
    "Alder", "Barley", "Chandler", "Damson", "Elder", "Foundry", "Granary", "Heron", "Ivy",
    "Jackdaw", "Kiln", "Linnet", "Mallow", "Nettle", "Orchard", "Plover", "Quarry", "Rowan",
    "Sorrel", "Tanner", "Umber", "Viol", "Weaver", "Yarrow",
)  # fmt: skip
_KINDS = ("Street", "Lane", "Road", "Close", "Way", "Avenue", "Drive", "Hill", "Gardens", "Row")
#: Places that bear much of what happens in a centre.
CENTRAL = ("Shopping Area", "Supermarket", "Pub/bar", "Bus/coach Station", "Parking Area")


def codes() -> list[str]:
    """Codes of the small areas; no real one begins with E0199."""
    return [f"E01990{at + 1:03d}" for at in range(SIZE)]


def names() -> list[str]:
    """Their names, as the ONS forms them: a group of six and a letter."""
    return [f"{NAME} {1 + ward(at):03d}{'ABCDEF'[_within(at)]}" for at in range(SIZE)]


def ward(at: int) -> int:
    """Number of the ward of an area: two columns by three rows make one."""
    column, row = at % COLUMNS, at // COLUMNS
    return row // 3 * 4 + column // 2


def _within(at: int) -> int:
    return at // COLUMNS % 3 * 2 + at % 2


@functools.cache
def corners() -> np.ndarray:
    """Corners of the areas: rows + 1, columns + 1, (longitude, latitude)."""
    draw = Draw("town corners")
    shift = draw.uniform(2 * (ROWS + 1) * (COLUMNS + 1)).reshape(ROWS + 1, COLUMNS + 1, 2) - 0.5
    at = np.stack(np.meshgrid(np.arange(COLUMNS + 1.0), np.arange(ROWS + 1.0)), axis=-1)
    return np.round((at + 0.7 * shift) * [WIDE, HIGH] + [WEST, SOUTH], 5)


def outline(at: int) -> list[list[float]]:
    """The ring of an area; a point halfway of each side lies on both neighbours' rings."""
    column, row = at % COLUMNS, at // COLUMNS
    grid = corners()
    four = [grid[row, column], grid[row, column + 1], grid[row + 1, column + 1],
            grid[row + 1, column]]  # fmt: skip
    ring = []
    for one, two in zip(four, [*four[1:], four[0]], strict=True):
        ring += [one.tolist(), np.round((one + two) / 2, 5).tolist()]
    return [*ring, ring[0]]


def ward_outline(number: int) -> list[list[list[list[float]]]]:
    """A ward as the polygons of its areas, which touch."""
    return [[outline(at)] for at in range(SIZE) if ward(at) == number]


@functools.cache
def centre() -> np.ndarray:
    """Share of the town centre in each area; most areas have none of it."""
    found = np.zeros(SIZE)
    for at, share in ((19, 0.5), (20, 0.3), (27, 0.15), (28, 0.05)):
        found[at] = share
    return found


@functools.cache
def need() -> np.ndarray:
    """Deprivation of each area, mean 0, 1 and more where it is great."""
    column, row = np.arange(SIZE) % COLUMNS, np.arange(SIZE) // COLUMNS
    estate = np.exp(-((column - 6.0) ** 2 + (row - 1.5) ** 2) / 3)
    inner = np.exp(-((column - 3.5) ** 2 + (row - 2.5) ** 2) / 4)
    found = 2.2 * estate + 0.9 * inner + 0.5 * (Draw("town need").uniform(SIZE) - 0.5)
    return (found - found.mean()) / found.std() * 0.75


@functools.cache
def residents() -> np.ndarray:
    """Residents of each area, some 2,300."""
    return 1750 + Draw("town residents").whole(0, 1100, SIZE)


@functools.cache
def streets() -> list[list[tuple[str, float, float]]]:
    """Streets of each area with the point that stands for them; the centre has places as well."""
    draw, found = Draw("town streets"), []
    for at in range(SIZE):
        ring = np.array(outline(at)[:-1])
        named = [f"{_NAMES[(at * 7 + k * 5) % len(_NAMES)]} {_KINDS[(at + k * 3) % len(_KINDS)]}"
                 for k in range(9)]  # fmt: skip
        if centre()[at]:
            named = [*CENTRAL, *named]
        spots = []
        for name in dict.fromkeys(named):
            # A mean of the corners by drawn weights lies within the outline.
            weight = 0.15 + draw.uniform(len(ring))
            point = (ring * weight[:, None]).sum(axis=0) / weight.sum()
            spots.append((name, round(float(point[0]), 6), round(float(point[1]), 6)))
        found.append(spots)
    return found


@functools.cache
def spots() -> list[tuple[str, float, float]]:
    """Every street and place of the town."""
    return [spot for of in streets() for spot in of]
