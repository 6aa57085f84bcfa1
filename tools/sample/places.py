"""Where the sample's offences happen: settlements of the borough and generic street names.

Dwellings have a reference instead of an address, shops a kind instead of a name, so that no record
points at a real household or business.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping

#: Share of offences by settlement.
TOWNS = {
    "Tonbridge": 38,
    "Larkfield": 9,
    "Snodland": 10,
    "West Malling": 6,
    "East Malling": 7,
    "Kings Hill": 5,
    "Aylesford": 6,
    "Ditton": 5,
    "Borough Green": 4,
    "Hadlow": 3,
    "Hildenborough": 3,
    "East Peckham": 2,
    "Walderslade": 2,
}

STREETS = {
    "Station Road": 16,
    "Church Road": 12,
    "London Road": 12,
    "Mill Lane": 9,
    "The Green": 7,
    "Recreation ground": 8,
    "Railway station car park": 7,
    "Village hall car park": 4,
    "School Lane": 6,
    "Park Road": 6,
    "New Road": 6,
    "Industrial estate": 7,
}

TOWN_CENTRE = {
    "High Street, Tonbridge": 34,
    "Station approach, Tonbridge": 14,
    "Riverside car park, Tonbridge": 9,
    "Taxi rank, Tonbridge": 8,
    "High Street, West Malling": 14,
    "High Street, Snodland": 12,
    "Market place, West Malling": 6,
}

LICENSED = {
    "Public house A, Tonbridge": 14,
    "Night club, Tonbridge": 16,
    "Public house B, Tonbridge": 10,
    "Wine bar, Tonbridge": 6,
    "Public house, West Malling": 9,
    "Public house, Snodland": 8,
}

VILLAGE_PUBS = {
    "Public house, Larkfield": 9,
    "Public house, Borough Green": 6,
    "Social club, East Malling": 6,
    "Public house, Hadlow": 4,
}

#: Purse dipping: High Street first, then a supermarket and a clothes shop.
PURSE_PLACES = {
    "High Street, Tonbridge": 31,
    "Supermarket, Tonbridge": 18,
    "Clothes shop, Tonbridge": 14,
    "Market, Tonbridge": 6,
    "Retail park, Larkfield": 6,
    "Supermarket, Larkfield": 7,
    "High Street, Snodland": 5,
    "High Street, West Malling": 5,
    "Chemist, Tonbridge": 4,
    "Garden centre, Hadlow": 3,
}

SHOPS = {
    "Supermarket, Tonbridge": 22,
    "Supermarket, Larkfield": 20,
    "Clothes shop, Tonbridge": 9,
    "Chemist, Tonbridge": 9,
    "Department store, Tonbridge": 8,
    "Retail park, Larkfield": 10,
    "Convenience store, Snodland": 8,
    "Petrol station, Aylesford": 7,
    "Petrol station, Borough Green": 5,
    "Supermarket, Kings Hill": 5,
}

CUSTODY = "Custody suite, police station, Tonbridge"


class Pick:
    """Picks a key by its weight from a number drawn between 0 and 1."""

    def __init__(self, weights: Mapping[str, float]):
        self.keys = list(weights)
        total = float(sum(weights.values()))
        self.edges, reached = [], 0.0
        for weight in weights.values():
            reached += weight / total
            self.edges.append(reached)

    def __call__(self, drawn: float) -> str:
        return self.keys[min(bisect.bisect_right(self.edges, drawn), len(self.keys) - 1)]


_TOWN, _STREET = Pick(TOWNS), Pick(STREETS)


def street(first: float, second: float) -> str:
    """A street or public place outside the town centres."""
    return f"{_STREET(first)}, {_TOWN(second)}"


def dwelling(first: float, second: float) -> str:
    """A dwelling, by a reference within its settlement."""
    return f"Address ref {int(first * 4000):04d}, {_TOWN(second)}"


def town_of(location: str) -> str:
    """The settlement a location lies in: what follows its last comma."""
    return location.rpartition(", ")[2]
