"""What partnership.toml may hold; a name that nothing reads is refused, and a value of no use.

A typing error must not change a figure in silence.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from cspanalysis.domain import agendas, area_groups
from cspanalysis.domain.errors import UsageError, paragraph
from cspanalysis.workspace import (
    intervention_settings,
    issue_settings,
    priority_weights,
    publishers,
)

#: Section → its keys; None where the room that reads the section checks them.
_SECTIONS = {
    "area": {"name", "code", "districts", "district_codes", "force", "county", "region"},
    "review": {"period", "compare", "agenda", "promised", "without", "word_template"},
    "windows": {"period", "compare", "note"},
    "peers": None,
    "night_time_economy": None,
    "purse_dipping": None,
    "serious_violence": None,
    "sources": None,
    "disclosure": None,
    "priorities": {"weights", "harm", "concern", "issue"},
    "interventions": intervention_settings.KEYS,
    "fetch": publishers.KEYS,
    "review_of_plan": {"period"},
}

#: Sections within a section → their keys.
_WITHIN = {
    ("priorities", "weights"): priority_weights.CRITERIA,
}

#: Sections of which there are several, written [[name]].
_SEVERAL = ("windows", "interventions")

#: Keys that hold several names.
_LISTS = {"districts", "district_codes", "areas"}


def check(settings: Mapping[str, Any], path: Path) -> None:
    """Refuses what the settings hold and nothing reads."""
    _check_names(settings, _SECTIONS, path, "unknown section", "[{}]")
    for section, value in settings.items():
        tables = value if section in _SEVERAL and isinstance(value, list) else [value]
        for table in tables:
            _check_table(table, _SECTIONS[section], section, path)
    for name in _SEVERAL:
        if isinstance(settings.get(name, []), Mapping):
            raise UsageError(
                paragraph(
                    f"[{name}] is one of several", file=path, do=f"Write [[{name}]] above it."
                )
            )
    windows = settings.get("windows", [])
    if any("period" not in window for window in windows):
        raise UsageError(
            paragraph(
                "a [[windows]] has no period", file=path, do='Add: period = "YYYY-MM/YYYY-MM".'
            )
        )
    for (section, part), known in _WITHIN.items():
        _check_table(settings.get(section, {}).get(part, {}), known, f"{section}.{part}", path)
    section = settings.get("priorities", {})
    if "issue" in section:
        issue_settings.check(section["issue"], path)
    for part in ("harm", "concern"):
        keys = issue_settings.keys_of(section)
        _check_table(section.get(part, {}), keys, f"priorities.{part}", path)
    for source, table in settings.get("sources", {}).items():
        _check_table(table, None, f"sources.{source}", path)
    _check_texts(settings.get("area", {}), "area", path)
    _check_peers(settings.get("peers", {}), path)
    _check_agenda(settings.get("review", {}), path)
    _check_promised(settings.get("review", {}), path)
    # Whether there are such chapters, the review says that would run them.
    _names(settings.get("review", {}), "without", path, of="chapters", example="roads_and_fires")
    _check_template(settings.get("review", {}), path)
    publishers.check(settings.get("fetch", {}), path)
    intervention_settings.check(settings.get("interventions", []), path)
    priority_weights.check(settings.get("priorities", {}), path)


def check_keys(table: Iterable[str], known: Iterable[str], section: str, path: Path) -> None:
    """Refuses keys of a section that are none of the known."""
    _check_names(table, known, path, "unknown key", "'{}'", f" in [{section}]")


def _check_table(table: Any, known: Iterable[str] | None, section: str, path: Path) -> None:
    if not isinstance(table, Mapping):
        raise UsageError(
            paragraph(f"'{section}' is no section", file=path, do=f"Write [{section}] and keys.")
        )
    if known is not None:
        check_keys(table, known, section, path)


def _check_peers(groups: Mapping[str, Any], path: Path) -> None:
    known = {"label", "areas", "as_of", "weights"}
    for key, group in groups.items():
        found = ""
        if not isinstance(group, Mapping):
            found = f"'{key}' in [peers] is no group"
        elif unknown := sorted(set(group) - known):
            found = f"unknown key '{unknown[0]}' in [peers.{key}]"
        elif "weights" in group and key != "similar":
            found = f"[peers.{key}.weights]: only the computed group 'similar' has weights"
        elif "areas" not in group and key != "similar":
            found = f"[peers.{key}] names no areas"
        if found:
            raise UsageError(
                paragraph(
                    found, file=path, allowed='[peers.<name>] with label, as_of and areas = ["…"]'
                )
            )
        _check_texts(
            {k: v for k, v in group.items() if k in {"label", "areas"}}, f"peers.{key}", path
        )
    weights = groups.get("similar", {}).get("weights", {})
    _check_table(weights, None, "peers.similar.weights", path)
    area_groups.weights(weights)


def _check_agenda(review: Mapping[str, Any], path: Path) -> None:
    named = review.get("agenda", [agendas.TODAY])
    is_list = isinstance(named, list) and all(isinstance(name, str) for name in named)
    if is_list and named and set(named) <= set(agendas.AGENDAS):
        return
    known = [f"'{key}' ({what})" for key, what in agendas.AGENDAS.items()]
    raise UsageError(
        paragraph(
            f"agenda = {named!r} in [review]",
            file=path,
            allowed=f"a list of one or more of {' and '.join(known)}",
            do=f'Write: agenda = ["{agendas.TODAY}"].',
        )
    )


def _names(review: Mapping[str, Any], key: str, path: Path, *, of: str, example: str) -> list[str]:
    """A list of names in [review]; empty where it does not stand."""
    named = review.get(key, [])
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise UsageError(
            paragraph(
                f"{key} = {named!r} in [review]",
                file=path,
                allowed=f'a list of names of {of}: {key} = ["{example}"]',
            )
        )
    return named


def _check_promised(review: Mapping[str, Any], path: Path) -> None:
    named = _names(review, "promised", path, of="sources", example="hospital_extract")
    if not named:
        return
    # Imported late: the readers' engine takes longer than a run with nothing new.
    from cspanalysis import sources

    known = [source.name for source in sources.SOURCES]
    _check_names(named, known, path, "unknown source", "'{}'", " in promised, [review]")


def _check_template(review: Mapping[str, Any], path: Path) -> None:
    if not isinstance(named := review.get("word_template", ""), str):
        raise UsageError(
            paragraph(
                f"word_template = {named!r} in [review]",
                file=path,
                allowed='a file beside the settings: word_template = "our_report.docx"',
            )
        )


def _check_texts(table: Mapping[str, Any], section: str, path: Path) -> None:
    """Refuses what is no text or, under a key for several names, no list of texts."""
    for key, value in table.items():
        if key in _LISTS:
            is_good = isinstance(value, list) and all(isinstance(v, str) for v in value)
            allowed = f'a list of names: {key} = ["…", "…"]'
        else:
            is_good, allowed = isinstance(value, str), f'text in quotes: {key} = "…"'
        if not is_good:
            raise UsageError(
                paragraph(f"{key} = {value!r} in [{section}]", file=path, allowed=allowed)
            )


def _check_names(
    names: Iterable[str], known: Iterable[str], path: Path, what: str, written: str, where: str = ""
) -> None:
    for name in names:
        if name not in known:
            raise UsageError(
                paragraph(
                    f"{what} {written.format(name)}{where}",
                    file=path,
                    allowed=", ".join(sorted(known)),
                    do=_nearest(name, known, written),
                )
            )


def _nearest(name: str, known: Iterable[str], written: str) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"Did you mean {written.format(near[0])}?" if near else "Remove or rename it."
