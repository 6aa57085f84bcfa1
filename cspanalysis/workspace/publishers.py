"""What the settings may say of fetching: addresses, choices, and police forces by any name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cspanalysis.domain import areas, reference
from cspanalysis.domain.errors import UsageError, paragraph

#: Keys of [fetch] that hold a publisher's base address.
BASES = (
    "police_uk", "population", "geography", "fingertips", "dfe_exclusions", "home_office_csp",
    "ons_csp", "stats19", "deprivation", "deprivation_wales", "fly_tipping",
    "lait", "fire_statistics",
)  # fmt: skip

_TEXTS = (
    "contact", "boundary_service", "ward_service", "district_service", "dfe_publication",
    "dfe_data_set", "home_office_page", "deprivation_page", "fly_tipping_page",
    "fire_statistics_page",
)  # fmt: skip
_TABLES = ("lookup_services", "indicators", "area_types")

#: Keys of [fetch].
KEYS = (*BASES, *_TEXTS, *_TABLES, "forces", "whole_archive", "home_office_since")

#: Forces whose short name in the archive of data.police.uk is not made of their name.
_SHORT = {
    "Metropolitan Police": "metropolitan",
    "London, City of": "city-of-london",
    "Hampshire and Isle of Wight": "hampshire",
    "Devon & Cornwall": "devon-and-cornwall",
    "British Transport Police": "btp",
    "BTP": "btp",
}
#: Forces of the archive that the register of districts lacks.
_FURTHER = ("British Transport Police", "BTP", "Hampshire and Isle of Wight", "Northern Ireland")


def short_name(force: str) -> str | None:
    """A police force's name as the archive of data.police.uk writes it; None for no known force.

    Case, 'Police' and 'Constabulary' do not matter: 'Kent Police', 'kent' and 'KENT' are one.
    """
    for name in (*_forces(), *_FURTHER):
        if areas.is_force(name, force):
            return _SHORT.get(name, areas.slug(name))
    return None


def _forces() -> list[str]:
    return sorted({row["force"] for row in reference.rows("areas")})


def check(section: Mapping[str, Any], file: object) -> None:
    """Refuses values of [fetch] with which a fetch could not do."""
    for key, value in section.items():
        if key == "forces":
            _check_forces(value, file)
        elif allowed := _lacks(key, value):
            raise UsageError(paragraph(f"{key} = {value!r} in [fetch]", file=file, allowed=allowed))


def _lacks(key: str, value: Any) -> str:
    """What a key allows, if the value is not of that kind."""
    if key == "whole_archive":
        return "" if isinstance(value, bool) else "true or false"
    if key == "home_office_since":
        return "" if type(value) is int else "a year, such as 2016"
    if key in _TABLES:
        is_table = isinstance(value, Mapping) and value
        is_good = is_table and all(isinstance(v, str) for v in value.values())
        return "" if is_good else f'a table [fetch.{key}] of text: name = "…"'
    if key in BASES:
        is_good = isinstance(value, str) and value.startswith(("http://", "https://"))
        return "" if is_good else "an address that begins with https://"
    return "" if isinstance(value, str) else "text"


def _check_forces(value: Any, file: object) -> None:
    is_list = isinstance(value, list) and value
    unknown = [f for f in value if not isinstance(f, str) or not short_name(f)] if is_list else []
    if is_list and not unknown:
        return
    found = f"no police force is called {unknown[0]!r}" if unknown else f"forces = {value!r}"
    names = [*_forces(), "British Transport Police"]
    raise UsageError(
        paragraph(
            f"{found} in [fetch]",
            file=file,
            allowed="a list of forces by their usual name or as data.police.uk writes it, in any "
            f"case: {'; '.join(sorted(names))}",
            do='For example: forces = ["Kent", "West Yorkshire"].',
        )
    )
