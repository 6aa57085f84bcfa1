"""Settings that match nothing in the data: a heading, value, format, kind of place, town or peer.

A typing error in one of these changes a figure as surely as one in the data, and looks like none.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from cspanalysis.domain import areas, district_labels

#: So many entries of a source are named.
_NAMED = 12


def notices(
    settings: Mapping[str, Any],
    parts: Mapping[str, Mapping[str, Any]],
    tables: Mapping[str, Mapping[str, Any]],
    processed: Path,
) -> list[str]:
    """One notice for each section with entries that match nothing, with the nearest that would.

    Tables that do not lie there (nothing is written in a check) are not looked at.
    """
    found = []
    for source, section in settings.get("sources", {}).items():
        used = {
            tuple(one)
            for part in parts.values()
            if part["source"] == source
            for one in part["used"]
        }
        wrong = [shown for one, shown in _entries(section) if one not in used]
        if wrong and not any(part["source"] == source for part in parts.values()):
            wrong = []
            found.append(f"[sources.{source}] is set, and data/raw/{source} holds no file")
        if wrong:
            rest = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
            found.append(
                f"[sources.{source}] in partnership.toml matches nothing in the data: "
                f"{'; '.join(wrong[:_NAMED])}{rest}"
            )
    night = settings.get("night_time_economy", {})
    second = night.get("second", {})
    places = [*night.get("premises", ()), *second.get("premises", ())]
    for words, asked, column in (
        ("premises", places, "premises"),
        ("town_centres", night.get("town_centres", ()), "town"),
    ):
        held = _held(tables, processed, column)
        if held is not None:
            wrong = [n for n in dict.fromkeys(map(str, asked)) if n.lower() not in held]
            found += _told(f"[night_time_economy] {words}", wrong, held, "the police extract")
    return found + _peers(settings, parts)


def _entries(section: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each entry of a source's settings, as reading marks it and as it is shown."""
    said = section.get("sheet", ())
    for sheet in [said] if isinstance(said, str) else said:
        yield ("sheet", sheet.strip().lower()), f"the sheet '{sheet}'"
    for name, own in section.get("columns", {}).items():
        for heading in [own] if isinstance(own, str) else own:
            yield ("columns", name, heading), f"the heading '{heading}' for {name}"
    for name, values in section.get("values", {}).items():
        for label in values:
            shown = f"the value '{label}' of {name}" if label else f"a blank {name}"
            yield ("values", name, str(label).strip().lower()), shown
    for name, layout in section.get("formats", {}).items():
        yield ("formats", name), f"the format '{layout}' of {name}"
    for name in section.get("constants", {}):
        yield ("constants", name), f"the constant {name}, which every file has a column for"


def _held(tables: Mapping[str, Mapping[str, Any]], processed: Path, column: str) -> set[str] | None:
    """Values of a column of the police extract, in lower case; None without any."""
    files = [processed / path for path in tables.get("police_extract", {}).get("files", ())]
    if not files or not all(path.is_file() for path in files):
        return None
    values = pl.scan_parquet(files).select(pl.col(column).cast(pl.String).unique()).collect()
    return {str(value).lower() for value in values.to_series().drop_nulls()}


def _peers(settings: Mapping[str, Any], parts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    register = {
        *(name for _, name in areas.district_names().values()),
        *(a.name for a in areas.all_partnerships()),
    }
    register |= {settings.get("area", {}).get("name", "")}
    used = {one[1] for part in parts.values() for one in part["used"] if one[0] == "areas"}
    found = []
    for key, group in settings.get("peers", {}).items():
        wrong = [
            name
            for name in group.get("areas", ())
            if name not in register | used and not district_labels.match(name).name
        ]
        found += _told(f"[peers.{key}] areas", wrong, register, "the register or the data")
    return found


def _told(where: str, wrong: Collection[str], known: Collection[str], what: str) -> list[str]:
    shown = []
    for name in wrong:
        near = difflib.get_close_matches(name, list(known), 1)
        shown.append(f"'{name}'" + (f" (did you mean '{near[0]}'?)" if near else ""))
    return [f"{where}: {', '.join(shown)} is nowhere in {what}"] if shown else []
